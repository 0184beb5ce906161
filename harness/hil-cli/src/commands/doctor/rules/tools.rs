//! Compilers and helpers: what builds an own kernel or firmware, and what only some tests and boards use.

use hil_model::lab::Reach;

use crate::commands::doctor::finding::{Finding, Section, State};
use crate::commands::doctor::system::{Os, System};
use crate::counting;

/// The target of the emulated boards and of most boards with a Cortex-M4F.
const CORTEX_M4F: &str = "thumbv7em-none-eabihf";
/// The target of phones.
const PHONE: &str = "aarch64-linux-android";
/// How Rust is installed, as <https://rustup.rs> says.
const INSTALL_RUST: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";
/// Debian's compiler with the sources of its library, from which it builds the library for a board.
const DEBIAN: &str = "sudo apt-get install rustc-web cargo-web libstd-rust-web-dev rust-web-src binutils-arm-none-eabi    # or, on Debian";

/// The tools. None is needed to run scenarios.
pub fn findings(system: &System) -> Vec<Finding> {
    let tools = &system.tools;
    let mut all = vec![
        rust("rustc", tools.rustc.as_deref(), system.os),
        rust("cargo", tools.cargo.as_deref(), system.os),
        firmware(system),
    ];
    let qemu = tool("qemu-system-arm", tools.qemu.as_deref(), "compares the emulated core with another, in tests");
    all.push(qemu.unwrap_or_else(|absent| absent.next([install_qemu(system.os)])));
    let valgrind = tool(counting::VALGRIND, tools.valgrind.as_deref(), "counts the instructions of an iteration");
    all.push(valgrind.unwrap_or_else(|absent| absent.next([install_valgrind(system.os)])));
    // Nothing is said about phones where no board is one.
    if system.boards.iter().any(|board| board.reach == Reach::Phone) {
        all.extend(phone(system));
    }
    all
}

/// A tool that is here, or the finding that it is not.
fn tool(what: &str, version: Option<&str>, purpose: &str) -> Result<Finding, Finding> {
    match version {
        Some(version) => Ok(Finding::new(Section::Toolchain, what, State::Ok, version)),
        None => Err(Finding::new(Section::Toolchain, what, State::Absent, purpose)),
    }
}

fn rust(what: &str, version: Option<&str>, os: Os) -> Finding {
    let install = if os == Os::Windows { "winget install Rustlang.Rustup" } else { INSTALL_RUST };
    tool(what, version, "builds own kernels and firmware").unwrap_or_else(|absent| absent.next([install]))
}

/// Code for boards: the target's library, or its sources.
fn firmware(system: &System) -> Finding {
    let tools = &system.tools;
    let found = |state, says: &str| Finding::new(Section::Toolchain, CORTEX_M4F, state, says);
    if tools.targets.iter().any(|target| target == CORTEX_M4F) {
        return found(State::Ok, "builds firmware for boards with a Cortex-M4F");
    }
    if tools.has_library_sources {
        return found(
            State::Ok,
            "not installed, but the sources of Rust's library are, as on Debian: -Zbuild-std=core",
        );
    }
    let absent = found(State::Absent, "builds firmware for boards with a Cortex-M4F");
    let add = format!("rustup target add {CORTEX_M4F}");
    match (&tools.rustup, system.os) {
        (Some(_), _) => absent.next([add]),
        (None, Os::Linux) => absent.next([INSTALL_RUST, &add, DEBIAN]),
        (None, Os::Windows) => absent.next(["winget install Rustlang.Rustup", &add]),
        (None, _) => absent.next([INSTALL_RUST, &add]),
    }
}

fn install_qemu(os: Os) -> &'static str {
    match os {
        Os::Linux => "sudo apt-get install qemu-system-arm    # Debian, Ubuntu",
        Os::Mac => "brew install qemu",
        Os::Windows => "winget install SoftwareFreedomConservancy.QEMU",
        Os::Other => "install QEMU",
    }
}

fn install_valgrind(os: Os) -> &'static str {
    match os {
        Os::Linux => counting::INSTALL,
        Os::Mac | Os::Windows | Os::Other => "it runs on Linux",
    }
}

fn phone(system: &System) -> Vec<Finding> {
    let tools = &system.tools;
    let adb = tool("adb", tools.adb.as_deref(), "talks to phones").unwrap_or_else(|absent| absent);
    let target = if tools.targets.iter().any(|target| target == PHONE) {
        Finding::new(Section::Toolchain, PHONE, State::Ok, "builds agents for phones")
    } else {
        Finding::new(Section::Toolchain, PHONE, State::Absent, "builds agents for phones")
            .next([format!("rustup target add {PHONE}")])
    };
    let ndk = match &tools.ndk {
        Some(folder) => Finding::new(Section::Toolchain, "NDK", State::Ok, folder.display().to_string()),
        None => Finding::new(Section::Toolchain, "NDK", State::Absent, "links agents for phones")
            .next(["install Android's NDK and set ANDROID_NDK_HOME to its folder"]),
    };
    vec![adb, target, ndk]
}
