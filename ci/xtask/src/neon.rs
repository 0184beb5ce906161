//! `cargo xtask neon`: the vectorised kernels for aarch64, built, and run under QEMU where that is installed.
//!
//! Their tests compare every NEON variant with its reference, so passing means that the results are right, not only that
//! the code compiles. QEMU's user mode emulates instructions and no timing: nothing is measured here.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::finding::{Finding, Report};
use crate::{cargo, debian};

const TARGET: &str = "aarch64-unknown-linux-gnu";
/// The linker of Debian's gcc-aarch64-linux-gnu.
const LINKER: &str = "aarch64-linux-gnu-gcc";
/// The emulator of Debian's qemu-user.
const QEMU: &str = "qemu-aarch64";
/// Where Debian's libc6-dev-arm64-cross puts the libraries.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu";
/// Where the tests find data sets.
const DATA: &str = "HIL_DATA";
/// What the tests are found by: kernels and their known answers, and training with its gradients.
const WHAT: [&str; 15] = [
    "--package",
    "hil-kernels",
    "--package",
    "hil-forecast",
    "--features",
    "hil-kernels/tensor",
    "--lib",
    "--test",
    "tensor",
    "--test",
    "gemm",
    "--test",
    "guide",
    "--test",
    "suite",
];
/// What holds the kernels.
const PLACE: &str = "targets/hil-kernels/src";
/// Where the results of the build go, so that they replace none of another compiler.
const OUT: &str = "target/neon";

/// What to install where no compiler is found.
const NO_COMPILER: &str = "no compiler for aarch64-unknown-linux-gnu is installed: run `rustup target add \
aarch64-unknown-linux-gnu`, or on Debian `ci/setup --install` as root";
/// What to install where programs can be compiled and not run.
const NOT_RUN: &str = "the NEON kernels were compiled and not run: on Debian install qemu-user, gcc-aarch64-linux-gnu and \
libc6-dev-arm64-cross, or run `ci/setup --install` as root";

/// What this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tools {
    /// Debian's compiler with the library's sources, instead of an installed target of the compiler in use.
    debian: bool,
    /// Whether programs for aarch64 can be linked and run.
    runs: bool,
}

impl Tools {
    /// Looks for a compiler for aarch64, and for what links and runs its programs.
    ///
    /// # Errors
    /// When there is no compiler; the message says what to install.
    pub fn find() -> Result<Self> {
        let answers = |program: &str| debian::output(Path::new(program), &["--version"]).is_some();
        let runs = answers(LINKER) && answers(QEMU) && Path::new(LIBRARIES).is_dir();
        if debian::is_needless_for(TARGET) {
            return Ok(Self { debian: false, runs });
        }
        let version = debian::output(Path::new(debian::RUSTC), &["--version"]);
        if debian::is_here() && version.is_some_and(|version| is_new_enough(&version)) {
            return Ok(Self { debian: true, runs });
        }
        bail!(NO_COMPILER)
    }

    /// What is left untested here, if anything.
    pub fn untested(self) -> Option<&'static str> {
        (!self.runs).then_some(NOT_RUN)
    }

    /// Cargo with what it is told.
    fn command(self, root: &Path) -> Command {
        let mut command = if self.debian { Command::new(debian::CARGO) } else { cargo::command(root) };
        debian::forget_the_caller(&mut command);
        command.current_dir(root).args(if self.runs { &["test", "--release"] } else { &["check", "--release"] });
        command.args(WHAT).args(["--locked", "--target", TARGET]).arg("--target-dir").arg(root.join(OUT));
        if self.debian {
            debian::allow_building_the_library(&mut command);
            command.arg("-Zbuild-std=std,test");
        }
        if self.runs {
            command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", LINKER);
            command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", format!("{QEMU} -L {LIBRARIES}"));
            // A whole training on a data set did not end in a quarter of an hour under QEMU, and tells nothing of the kernels that
            // the rest does not tell.
            command.env_remove(DATA);
        }
        command
    }
}

/// Compiles the kernels for aarch64 and runs their tests where that is possible.
///
/// # Errors
/// When there is no compiler for aarch64, or cargo cannot be started.
pub fn check(root: &Path) -> Result<Report> {
    let tools = Tools::find()?;
    let status = tools.command(root).status().context("failed to start cargo")?;
    let mut report = Report::default();
    if !status.success() {
        let what = if tools.runs { "the NEON variants fail their tests" } else { "the NEON variants do not compile" };
        report.findings.push(Finding::new(PLACE, None, what, "see what cargo says above"));
    }
    Ok(report)
}

/// Whether the compiler that says `version` of itself can build this workspace.
fn is_new_enough(version: &str) -> bool {
    let numbers = |text: &str| -> Option<(u32, u32)> {
        let mut parts = text.split('.').map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    };
    let said = version.split_whitespace().nth(1).and_then(numbers);
    said.is_some_and(|said| Some(said) >= numbers(env!("CARGO_PKG_RUST_VERSION")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Tools, is_new_enough};

    fn words(tools: Tools) -> String {
        format!("{:?}", tools.command(Path::new(".")))
    }

    #[test]
    fn without_a_way_to_run_them_the_tests_are_only_compiled_and_that_is_told() {
        let compiles = Tools { debian: false, runs: false };
        let compiled = words(compiles);
        assert!(compiled.contains("\"check\"") && !compiled.contains("qemu"), "{compiled}");
        assert!(compiles.untested().is_some_and(|what| what.contains("not run")));
        let runs = Tools { debian: false, runs: true };
        let run = words(runs);
        assert!(run.contains("\"test\"") && run.contains("qemu-aarch64 -L"), "{run}");
        assert!(!run.contains("build-std"), "{run}");
        assert!(run.contains("-u HIL_DATA"), "no data sets under an emulator: {run}");
        assert_eq!(runs.untested(), None);
        assert!(words(Tools { debian: true, runs: true }).contains("-Zbuild-std=std,test"));
    }

    #[test]
    fn a_compiler_that_is_too_old_for_this_workspace_is_none() {
        assert!(is_new_enough("rustc 1.95.0 (59807616e 2026-04-14)"));
        assert!(is_new_enough("rustc 2.0.0"));
        assert!(!is_new_enough("rustc 1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)"));
        assert!(!is_new_enough("rustc"));
    }
}
