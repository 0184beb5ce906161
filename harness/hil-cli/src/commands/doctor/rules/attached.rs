//! What is attached: benches, debug probes, serial ports, and how to be allowed to open them.
//!
//! The rule for udev follows the one that probe-rs ships (<https://probe.rs/docs/getting-started/probe-setup/>): its
//! number is below 73, so that `uaccess` takes effect, and it covers the three ways in which probes appear.

use std::path::Path;

use hil_model::lab::Reach;

use crate::commands::doctor::finding::{Finding, Section, State};
use crate::commands::doctor::system::{By, Known, Os, Place, Port, Probe, System};

/// Where the rule of this program goes.
pub const RULE_FILE: &str = "/etc/udev/rules.d/69-hilbench.rules";
/// Groups that may open USB devices or serial ports on one distribution or another.
const PLUGDEV: &str = "plugdev";

/// What can answer, seat by seat; then kinds of machine without one.
pub fn benches(system: &System) -> Vec<Finding> {
    let mut all: Vec<Finding> = system.seats.iter().map(|seat| bench(seat, system)).collect();
    let has_seat = |board: &&Known| system.seats.iter().any(|seat| seat.platform == board.platform);
    all.extend(system.boards.iter().filter(|board| !has_seat(board)).map(|board| without_seat(board, system)));
    all
}

fn bench(seat: &Place, system: &System) -> Finding {
    let found = |state, says: String| Finding::new(Section::Benches, &seat.platform, state, says);
    let evidence = seat.evidence;
    match &seat.by {
        By::Process(cores) => found(State::Ok, format!("{cores} cores, evidence {evidence}")),
        By::Emulation => {
            let chip = system.boards.iter().find(|board| board.platform == seat.platform);
            let chip = chip.and_then(|board| board.emulated.as_deref()).unwrap_or("an unknown chip");
            found(State::Ok, format!("{}, as {chip}, evidence {evidence}", seat.name))
                .next([format!("hil emulate {}    # serves one to other tools", seat.platform)])
        }
        By::Probe(selector, port) => {
            let says = format!("{}, through the probe {selector}, evidence {evidence}", seat.name);
            let is_attached =
                is_address(selector) || system.probes.iter().any(|probe| is_meant(selector, &probe.selector));
            if !is_attached {
                return found(State::Warning, format!("{says}: no such probe is attached"))
                    .next(["plug it in, or correct the lab file"]);
            }
            match port.as_deref().filter(|port| !is_there(port, system)) {
                Some(port) => found(State::Warning, format!("{says}: there is no port {port}"))
                    .next(["plug it in, or correct the lab file"]),
                None => found(State::Ok, says),
            }
        }
        By::Port(port) if is_there(port, system) => {
            found(State::Ok, format!("{}, over {port}, evidence {evidence}", seat.name))
        }
        By::Port(port) => found(State::Warning, format!("{}: there is no port {port}", seat.name))
            .next(["plug it in, or correct the lab file"]),
    }
}

/// Whether a selector of the lab means the probe that is attached under another. Serial numbers are compared as probe-rs
/// does, without regard to case; none means any.
fn is_meant(selector: &str, attached: &str) -> bool {
    let parts = |text: &str| -> Vec<String> { text.splitn(3, ':').map(str::to_ascii_lowercase).collect() };
    let id = |text: &str| u16::from_str_radix(text.split('-').next().unwrap_or(text), 16).ok();
    let (wanted, found) = (parts(selector), parts(attached));
    let ids = |parts: &[String]| (parts.first().and_then(|text| id(text)), parts.get(1).and_then(|text| id(text)));
    let serial = wanted.get(2).filter(|serial| !serial.is_empty());
    ids(&wanted) == ids(&found) && serial.is_none_or(|serial| found.get(2) == Some(serial))
}

/// Whether a selector is that of a server on the network, which no list of devices has.
fn is_address(selector: &str) -> bool {
    selector.splitn(3, ':').nth(2).is_some_and(|serial| serial.parse::<std::net::SocketAddr>().is_ok())
}

/// Whether a port of that name is there: one that was found, or any file of that name.
fn is_there(port: &str, system: &System) -> bool {
    let is_named = |found: &Port| {
        found.path == Path::new(port) || found.name.as_ref().is_some_and(|name| port.ends_with(&format!("/{name}")))
    };
    // Only Linux and macOS tell which ports there are.
    matches!(system.os, Os::Windows | Os::Other) || system.ports.iter().any(is_named)
}

fn without_seat(board: &Known, system: &System) -> Finding {
    let found = |state, says: String| Finding::new(Section::Benches, &board.platform, state, says);
    match (&board.emulated, board.reach) {
        (Some(chip), _) => found(State::Absent, format!("{}; emulated for probe-rs as {chip}", board.title))
            .next([format!("hil emulate {}", board.platform)]),
        (None, Reach::Phone) if system.tools.adb.is_none() => {
            found(State::Absent, format!("{}; phones are reached through adb", board.title))
                .next([install_adb(system.os)])
        }
        (None, _) => found(State::Absent, board.title.clone()),
    }
}

fn install_adb(os: Os) -> &'static str {
    match os {
        Os::Linux => "sudo apt-get install adb    # Debian, Ubuntu",
        Os::Mac => "brew install android-platform-tools",
        Os::Windows => "winget install Google.PlatformTools",
        Os::Other => "install Android's platform tools",
    }
}

/// Debug probes: present, allowed, free.
pub fn probes(system: &System) -> Vec<Finding> {
    if system.probes.is_empty() {
        let says = if system.in_container {
            "none that this container was given; emulated boards need none"
        } else {
            "none attached; emulated boards need none"
        };
        return vec![Finding::new(Section::Probes, "probes", State::Absent, says)];
    }
    system.probes.iter().map(|probe| debug_probe(probe, system)).collect()
}

fn debug_probe(probe: &Probe, system: &System) -> Finding {
    let found = |state, says: String| Finding::new(Section::Probes, &probe.selector, state, says);
    if !probe.is_accessible {
        let says = format!("{}: this user may not open it", probe.name);
        return found(State::Warning, says).next(permit_probe(probe, system));
    }
    if probe.holders.is_empty() {
        let seat = system.seats.iter().find(|seat| match &seat.by {
            By::Probe(selector, _) => is_meant(selector, &probe.selector),
            By::Process(_) | By::Emulation | By::Port(_) => false,
        });
        return match seat {
            Some(seat) => found(State::Ok, format!("{}, of the board {}", probe.name, seat.name)),
            None if system.has_lab => found(State::Ok, format!("{}; no board of the lab is behind it", probe.name)),
            None => found(State::Ok, format!("{}; not used, because no lab file names it", probe.name))
                .next(["hil doctor --write-lab lab.toml    # a first one; docs/bench.md explains it"]),
        };
    }
    let says = format!("{}: in use by {}", probe.name, probe.holders.join(", "));
    found(State::Warning, says).next(["end that program, or wait for it; a probe serves one at a time"])
}

/// What makes a probe accessible.
fn permit_probe(probe: &Probe, system: &System) -> Vec<String> {
    if system.os != Os::Linux {
        return vec!["end other programs that use it, then plug it in again".to_owned()];
    }
    let ids: Vec<&str> = probe.selector.split(':').collect();
    let [vendor, product, ..] = ids[..] else { return Vec::new() };
    let rule = udev_rule(vendor, product);
    let mut lines = Vec::new();
    if system.in_container {
        lines.push(given(probe.node.as_deref()));
        lines.push("and on the computer around it:".to_owned());
    }
    lines.push(format!("echo '{rule}' | sudo tee -a {RULE_FILE}"));
    lines.push("sudo udevadm control --reload && sudo udevadm trigger".to_owned());
    if !system.in_container && !system.user.groups.iter().any(|group| group == PLUGDEV) {
        lines.push(join_group(PLUGDEV));
        lines.push("log in again, and plug the probe in again".to_owned());
    } else {
        lines.push("plug the probe in again".to_owned());
    }
    lines
}

/// The rule that lets users of this computer open a device.
pub fn udev_rule(vendor: &str, product: &str) -> String {
    format!(
        r#"SUBSYSTEM=="usb|tty|hidraw", ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{product}", MODE="0660", GROUP="{PLUGDEV}", TAG+="uaccess""#
    )
}

fn join_group(group: &str) -> String {
    format!("sudo usermod -aG {group} \"$USER\"")
}

/// How a container is given a device.
fn given(node: Option<&Path>) -> String {
    let node = node.unwrap_or(Path::new("/dev/bus/usb"));
    format!("start the container with --device={}", node.display())
}

/// Serial ports: allowed and free.
pub fn ports(system: &System) -> Vec<Finding> {
    if system.ports.is_empty() {
        return vec![Finding::new(Section::Ports, "ports", State::Absent, "none attached")];
    }
    system.ports.iter().map(|port| serial_port(port, system)).collect()
}

fn serial_port(port: &Port, system: &System) -> Finding {
    let name = port.name.as_deref().unwrap_or("a serial port");
    let found = |state, says: String| Finding::new(Section::Ports, &port.path.display().to_string(), state, says);
    if !port.is_accessible {
        let next = match &port.group {
            _ if system.in_container => vec![given(Some(&port.path))],
            Some(group) if system.user.groups.contains(group) => {
                vec![format!("sudo chmod g+rw {}", port.path.display())]
            }
            // A port of root's group has no group that a user should join.
            Some(group) if group != "root" => vec![join_group(group), "log in again".to_owned()],
            _ => vec![format!("sudo chmod o+rw {}", port.path.display())],
        };
        return found(State::Warning, format!("{name}: this user may not open it")).next(next);
    }
    if port.holders.is_empty() {
        return found(State::Ok, name.to_owned());
    }
    let says = format!("{name}: in use by {}", port.holders.join(", "));
    found(State::Warning, says).next(["end that program: two readers of a port each get half of the bytes"])
}
