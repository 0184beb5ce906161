//! The real computer as a [`System`]. Opens no device, starts no server, changes nothing.
//!
//! What a system does not tell is left out, never guessed.

mod linux;
mod programs;

use std::path::Path;

use hil_model::id::PlatformId;
use hil_probe::attached;

use crate::boards::KnownBoard;
use crate::commands::doctor::system::{Folder, Known, Os, Probe, System, Tools, User};
use crate::error::CliError;
use crate::lab::{Seat, Via};
use crate::surroundings::Surroundings;
use crate::{boards, environment, lab, noise};

/// Looks at this computer; what the folder asks has been found out already.
///
/// # Errors
/// Those of local board files and of a data folder that is none.
pub fn look(folder: Folder, data: Option<&Path>, around: &Surroundings) -> Result<System, CliError> {
    let environment = environment::look();
    let emulated = hil_emulator::board::all().unwrap_or_default();
    let chip = |platform: &PlatformId| {
        let found = emulated.iter().find(|(board, _)| board.platform == platform.as_str());
        found.map(|(_, chip)| chip.probe_rs_target.clone())
    };
    let seats = lab::built_in();
    let known = boards::known()?.into_iter().map(|known| described(known, &seats, chip));
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
        data: hil_data::status(&around.data_dirs(data)?),
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

fn described(known: KnownBoard, seats: &[Seat], chip: impl Fn(&PlatformId) -> Option<String>) -> Known {
    let attached = seats.iter().find(|seat| seat.info.platform == known.board.platform && seat.via == Via::Process);
    Known {
        attached: attached.map(|seat| format!("{} cores, evidence {}", seat.info.cores, seat.info.evidence)),
        emulated: chip(&known.board.platform),
        platform: known.board.platform.to_string(),
        title: known.board.title,
        reach: known.board.reach,
    }
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
