//! The real computer as a [`System`]. Opens no device, starts no server, changes nothing.
//!
//! What a system does not tell is left out, never guessed.

mod linux;
mod programs;

use std::path::Path;

use hil_model::id::PlatformId;
use hil_probe::attached;
use hil_probe::order::{Link, Reach as Way};

use crate::args::DoctorArgs;
use crate::boards::KnownBoard;
use crate::commands::doctor::system::{By, Folder, Known, Os, Place, Probe, System, Tools, User};
use crate::counting;
use crate::error::CliError;
use crate::lab::{Seat, Via};
use crate::surroundings::Surroundings;
use crate::{boards, environment, lab, noise};

/// Looks at this computer; what the folder asks has been found out already.
///
/// # Errors
/// Those of local board files and of a data folder that is none.
pub fn look(folder: Folder, seats: &[Seat], args: &DoctorArgs, around: &Surroundings) -> Result<System, CliError> {
    let environment = environment::look();
    let emulated = hil_emulator::board::all().unwrap_or_default();
    let chip = |platform: &PlatformId| {
        let found = emulated.iter().find(|(board, _)| board.platform == platform.as_str());
        found.map(|(_, chip)| chip.probe_rs_target.clone())
    };
    let known = boards::known()?.into_iter().map(|known| described(known, chip));
    Ok(System {
        os: os(),
        memory_available: memory_available(),
        clock: linux::clock(),
        noise: noise::probe(environment.cores),
        in_container: linux::in_container(),
        user: User { groups: linux::groups() },
        tools: tools(around),
        probes: attached::attached().into_iter().map(probe).collect(),
        ports: linux::ports(),
        boards: known.collect(),
        seats: seats.iter().map(place).collect(),
        has_lab: lab::file::meant(args.lab.lab.as_deref()).is_some(),
        data: hil_data::status(&around.data_dirs(args.data.data.as_deref())?),
        folder,
        environment,
    })
}

fn os() -> Os {
    match std::env::consts::OS {
        "linux" => Os::Linux,
        "macos" => Os::Mac,
        "windows" => Os::Windows,
        _ => Os::Other,
    }
}

fn memory_available() -> Option<u64> {
    let refresh = sysinfo::RefreshKind::nothing().with_memory(sysinfo::MemoryRefreshKind::nothing().with_ram());
    // A system that does not tell answers with zero.
    Some(sysinfo::System::new_with_specifics(refresh).available_memory()).filter(|bytes| *bytes > 0)
}

fn described(known: KnownBoard, chip: impl Fn(&PlatformId) -> Option<String>) -> Known {
    Known {
        emulated: chip(&known.board.platform),
        platform: known.board.platform.to_string(),
        title: known.board.title,
        reach: known.board.reach,
    }
}

fn place(seat: &Seat) -> Place {
    let by = match &seat.via {
        Via::Process => By::Process(seat.info.cores),
        Via::Board(board) => {
            let port = match &board.link {
                Link::Uart { port, .. } => port.clone(),
                Link::Rtt => None,
            };
            match &board.reach {
                Way::Emulated { .. } => By::Emulation,
                Way::Probe { selector, .. } => By::Probe(selector.clone(), port),
                Way::SerialOnly => By::Port(port.unwrap_or_default()),
            }
        }
    };
    let (name, platform) = (seat.name.clone(), seat.info.platform.to_string());
    Place { name, platform, evidence: seat.info.evidence, by }
}

fn probe(found: attached::Attached) -> Probe {
    let node = linux::usb_node(&found.selector);
    Probe {
        holders: node.as_deref().map(linux::holders).unwrap_or_default(),
        node,
        name: found.name,
        selector: found.selector,
        is_accessible: found.accessible,
    }
}

fn tools(around: &Surroundings) -> Tools {
    let version = |program: &str, args: &[&str]| {
        let answer = programs::ask(&around.program(program)?, args)?;
        Some(answer.lines().next()?.trim().to_owned()).filter(|line| !line.is_empty())
    };
    let sysroot = version("rustc", &["--print", "sysroot"]);
    let libraries = sysroot.as_deref().map(|sysroot| Path::new(sysroot).join("lib/rustlib"));
    let sources = |libraries: &Path| libraries.join("src/rust/library/core").is_dir();
    Tools {
        rustc: version("rustc", &["--version"]),
        cargo: version("cargo", &["--version"]),
        rustup: version("rustup", &["--version"]),
        targets: libraries.as_deref().map(targets).unwrap_or_default(),
        // Debian's compiler may be there although another one stands first on the PATH.
        has_library_sources: libraries.as_deref().is_some_and(sources) || sources(Path::new("/usr/lib/rustlib")),
        qemu: version("qemu-system-arm", &["--version"]),
        valgrind: version(counting::VALGRIND, &["--version"]),
        adb: version("adb", &["version"]),
        ndk: around.ndk.clone().filter(|folder| folder.is_dir()),
    }
}

/// Targets whose library is installed: each has a folder with `lib` in it.
fn targets(libraries: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(libraries) else { return Vec::new() };
    let folders = entries.filter_map(Result::ok).filter(|entry| entry.path().join("lib").is_dir());
    folders.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_target_is_a_folder_with_a_library() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("thumbv7em-none-eabihf/lib")).unwrap();
        std::fs::create_dir_all(folder.path().join("src/rust")).unwrap();
        assert_eq!(super::targets(folder.path()), ["thumbv7em-none-eabihf"]);
        assert!(super::targets(&folder.path().join("nowhere")).is_empty());
    }
}
