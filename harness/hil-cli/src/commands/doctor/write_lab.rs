//! `hil doctor --write-lab FILE`: a first lab file from what is attached. A file that exists is never touched.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use hil_probe::board::identity::{Found, look};
use hil_probe::board::open;

use crate::commands::doctor::rules::attached::{RULE_FILE, udev_rule};
use crate::commands::doctor::system::{Os, Port, Probe, System};
use crate::error::CliError;
use crate::show::{clean, print_err};

/// For a chip to say what it is; a probe that hangs is left alone after it.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is behind a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Behind {
    /// A chip: its part, the board that it is on here, and its unique number.
    Chip { chip: String, platform: Option<&'static str>, chip_id: Option<String> },
    /// An nRF that is protected against being read.
    Locked,
    /// It could not be asked.
    Unknown(String),
}

/// Writes the file.
///
/// # Errors
/// [`CliError::Exists`], [`CliError::Write`].
pub fn write(file: &Path, system: &System) -> Result<(), CliError> {
    let failed = |source| CliError::Write { path: file.to_owned(), source };
    // Before any chip is asked, so that nothing is asked in vain.
    let mut out = match std::fs::File::create_new(file) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(CliError::Exists(file.to_owned()));
        }
        made => made.map_err(failed)?,
    };
    let behind: Vec<(&Probe, Behind)> = system.probes.iter().map(|probe| (probe, ask(probe))).collect();
    out.write_all(text(&behind, system).as_bytes()).map_err(failed)?;
    print_err(&format!("wrote {}", clean(&file.display().to_string())));
    Ok(())
}

fn ask(probe: &Probe) -> Behind {
    if !probe.is_accessible {
        return Behind::Unknown("this user may not open the probe".to_owned());
    }
    let selector = probe.selector.clone();
    let (tell, told) = mpsc::channel();
    // A driver that hangs cannot be interrupted; the thread ends with the program.
    std::thread::spawn(move || {
        let found = open::by_selector(&selector).and_then(look);
        // Nobody listens any more once the time is over.
        let _late = tell.send(found);
    });
    match told.recv_timeout(PATIENCE) {
        Ok(Ok(Found::LockedNordic)) => Behind::Locked,
        Ok(Ok(Found::Chip(identity))) => {
            Behind::Chip { platform: platform(&identity.chip), chip: identity.chip, chip_id: identity.chip_id }
        }
        Ok(Err(error)) => Behind::Unknown(error.to_string()),
        Err(_) => Behind::Unknown(format!("nothing answered within {} s", PATIENCE.as_secs())),
    }
}

/// The kind of board that a chip is taken to be on.
fn platform(chip: &str) -> Option<&'static str> {
    match chip {
        "STM32F407" => Some("stm32f4"),
        "nRF52840" => Some("nrf52840"),
        _ => None,
    }
}

const HEAD: &str = "\
# What is attached to this computer, as `hil doctor` found it. It is of one desk: it belongs into no repository.
# `hil schema lab` prints what can stand here, docs/bench.md explains it, with the wiring of the shunt.
# Boards of kinds that are not named here are emulated; to leave them out:
# emulated_boards = false
";

fn text(behind: &[(&Probe, Behind)], system: &System) -> String {
    let mut text = HEAD.to_owned();
    for (number, (probe, behind)) in (1..).zip(behind) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{}", board(number, probe, behind, system));
    }
    if behind.is_empty() {
        text.push_str("\n# No debug probe is attached. A board behind one looks like this:\n");
        text.push_str(&commented(&entry("board-1", "stm32f4", "0483:374b:SERIAL", None)));
    }
    if !system.ports.is_empty() {
        text.push_str(
            "\n# Serial ports, for link = \"uart\" and port = \"...\", or for boards on a serial port alone:\n",
        );
        system.ports.iter().for_each(|port| text.push_str(&format!("#   {}\n", steady(port))));
    }
    text
}

fn board(number: usize, probe: &Probe, behind: &Behind, system: &System) -> String {
    let name = format!("board-{number}");
    let title = format!("# {}\n", clean(&probe.name));
    let selector = quotable(&probe.selector);
    match behind {
        Behind::Chip { chip, platform: Some(platform), chip_id } => {
            format!(
                "{title}# with {}\n{}{}",
                clean(chip),
                entry(&name, platform, &selector, chip_id.as_deref()),
                SUPPLY
            )
        }
        Behind::Chip { chip, platform: None, chip_id } => {
            let why = format!("# with {}, for which there is no kind of board: name one in platform\n", clean(chip));
            format!("{title}{why}{}", commented(&entry(&name, "stm32f4", &selector, chip_id.as_deref())))
        }
        Behind::Locked => {
            let why = "# with an nRF chip that is protected against being read; `--allow-erase` unlocks it and erases everything\n";
            format!("{title}{why}{}", commented(&entry(&name, "nrf52840", &selector, None)))
        }
        Behind::Unknown(why) => {
            let why = format!("# which could not be asked: {}\n", clean(why));
            let rule = if probe.is_accessible { String::new() } else { permission(probe, system) };
            format!("{title}{why}{rule}{}", commented(&entry(&name, "stm32f4", &selector, None)))
        }
    }
}

/// What a lab file says about a board.
fn entry(name: &str, platform: &str, selector: &str, chip_id: Option<&str>) -> String {
    let chip_id = chip_id.map(|id| format!("chip_id = \"{}\"\n", quotable(id))).unwrap_or_default();
    format!("[[board]]\nname = \"{name}\"\nplatform = \"{platform}\"\nprobe = \"{selector}\"\n{chip_id}")
}

const SUPPLY: &str = "\
# What you soldered, where it is not what the file of the board's kind says (docs/bench.md has the drawing):
# [board.supply]
# shunt_ohms = 0.5
# shunt_tolerance = 0.001
";

/// How to be allowed to open the probe.
fn permission(probe: &Probe, system: &System) -> String {
    let ids: Vec<&str> = probe.selector.splitn(3, ':').collect();
    match (system.os, ids.as_slice()) {
        (Os::Linux, [vendor, product, ..]) => {
            format!("# allowed by this line in {RULE_FILE}:\n#   {}\n", udev_rule(vendor, product))
        }
        (Os::Windows, _) => "# its driver is the maker's; a J-Link has to be switched to WinUSB\n".to_owned(),
        _ => String::new(),
    }
}

fn commented(text: &str) -> String {
    text.lines().map(|line| format!("# {line}\n")).collect()
}

/// The name of a port that stays the same, where it has one.
fn steady(port: &Port) -> String {
    match &port.name {
        Some(name) => format!("/dev/serial/by-id/{}", clean(name)),
        None => clean(&port.path.display().to_string()),
    }
}

/// What a device says about itself, without what would end a text of TOML.
fn quotable(text: &str) -> String {
    clean(text).chars().filter(|c| !matches!(c, '"' | '\\')).collect()
}

#[cfg(test)]
mod tests {
    use super::{Behind, text};
    use crate::commands::doctor::system::Probe;
    use crate::commands::doctor::tests::{bare_laptop, full_bench, probe};
    use hil_model::id::PlatformId;
    use hil_scenario::Input;

    fn reads(text: &str) -> usize {
        let platforms = ["desktop-cpu", "nrf52840", "stm32f4"].map(|name| PlatformId::new(name).unwrap()).to_vec();
        let lab = hil_scenario::lab::lab(&Input::new("lab.toml", text), platforms);
        lab.map_err(|(problems, sources)| hil_scenario::render(&problems, &sources, false)).unwrap().boards.len()
    }

    #[test]
    fn what_is_found_becomes_a_file_that_can_be_read() {
        let chip = |chip: &str, platform, id: Option<&str>| Behind::Chip {
            chip: chip.to_owned(),
            platform,
            chip_id: id.map(str::to_owned),
        };
        let closed = Probe { is_accessible: false, ..probe("5") };
        let evil = Probe { name: "evil\u{1b}[2J\n[host]".to_owned(), ..probe("6\"\n[host]\nx=\"") };
        let probes = [probe("1"), probe("2"), probe("3"), probe("4"), closed, evil];
        let behind = [
            chip("STM32F407", Some("stm32f4"), Some("0031002f3137470a36383534")),
            chip("nRF52840", Some("nrf52840"), None),
            chip("STM32F42x", None, Some("00")),
            Behind::Locked,
            Behind::Unknown("this user may not open the probe".to_owned()),
            chip("STM32F407", Some("stm32f4"), None),
        ];
        let found: Vec<(&Probe, Behind)> = probes.iter().zip(behind).collect();
        let file = text(&found, &full_bench());
        insta::assert_snapshot!("written-lab", file);
        assert_eq!(reads(&file), 3);
    }

    #[test]
    fn without_probes_there_is_an_example_in_comments() {
        let file = text(&[], &bare_laptop());
        assert_eq!(reads(&file), 0);
        let uncommented: String =
            file.lines().skip(5).filter_map(|line| line.strip_prefix("# ")).map(|line| format!("{line}\n")).collect();
        let example = uncommented.split_once("[[board]]").map(|(_, rest)| format!("[[board]]{rest}")).unwrap();
        assert_eq!(reads(&example), 1, "{example}");
    }
}
