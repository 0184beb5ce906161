//! Debian's Rust compiler, which builds the standard library of other targets from its sources.
//!
//! It serves where the compiler of this workspace has no library for a target. Cargo calls building the library
//! unstable, so it is done for tests on emulators only and never for what anybody runs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's cargo.
pub const CARGO: &str = "/usr/bin/cargo";
/// Debian's compiler.
pub const RUSTC: &str = "/usr/bin/rustc";

/// Whether the compiler of this workspace has the library of `target` installed.
pub fn is_needless_for(target: &str) -> bool {
    let installed = output(Path::new("rustc"), &["--print", "target-libdir", "--target", target]);
    installed.is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

/// Whether Debian's cargo, its compiler and the sources of the library are here.
pub fn is_here() -> bool {
    let sources = output(Path::new(RUSTC), &["--print", "sysroot"]).map(|sysroot| library(&sysroot));
    Path::new(CARGO).exists() && sources.is_some_and(|sources| sources.join("library/std").is_dir())
}

/// Where the sources of the library are, or would be, below what `rustc --print sysroot` says.
pub fn library(sysroot: &str) -> PathBuf {
    Path::new(sysroot.trim()).join("lib/rustlib/src/rust")
}

/// Frees `command` from what the caller's environment says about builds; where crates come from stays.
pub fn forget_the_caller(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let is_ours = name == "CARGO_HOME" || name.starts_with("CARGO_NET") || name.starts_with("CARGO_HTTP");
        if (name.starts_with("CARGO") || name.starts_with("RUSTC") || name.starts_with("RUSTFLAGS")) && !is_ours {
            command.env_remove(&*name);
        }
    }
}

/// Has `command`, a cargo of Debian's, use its compiler and build the library.
pub fn allow_building_the_library(command: &mut Command) {
    command.env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1");
}

/// What a program prints, if it can be run and succeeds.
pub fn output(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
