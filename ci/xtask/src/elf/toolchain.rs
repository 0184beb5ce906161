//! Which compiler builds firmware: an installed rustup target first, else Debian's compiler and library sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::debian::{self, library, output};

/// The target triple of all firmware here.
pub const TARGET: &str = "thumbv7em-none-eabihf";

/// What to install where nothing is found.
const MISSING: &str = "no compiler for thumbv7em-none-eabihf is installed: run `rustup target add thumbv7em-none-eabihf`, \
or on Debian `ci/setup --install` as root";

/// A compiler for [`TARGET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// What `rustc --version` says.
    pub compiler: String,
    /// What the linker says of its version.
    pub linker: String,
    kind: Kind,
    /// The folder in which the library's sources are, or would be.
    library: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// The target's library is installed beside the compiler that builds this workspace.
    Installed,
    /// Debian's compiler builds the library from its sources.
    Debian { linker: PathBuf, is_gnu: bool },
}

impl Toolchain {
    /// Looks for a compiler.
    ///
    /// # Errors
    /// When there is none; the message says what to install.
    pub fn find() -> Result<Self> {
        if debian::is_needless_for(TARGET) {
            let linker = rust_lld().context("the toolchain has no rust-lld")?;
            return Self::new(Path::new("rustc"), &linker, Kind::Installed);
        }
        if !debian::is_here() {
            bail!(MISSING);
        }
        let rustc = Path::new(debian::RUSTC);
        let gnu = PathBuf::from("arm-none-eabi-ld");
        let (linker, is_gnu) = match rust_lld() {
            Some(linker) => (linker, false),
            None if output(&gnu, &["--version"]).is_some() => (gnu, true),
            None => bail!("no linker for Arm is installed: on Debian `apt-get install binutils-arm-none-eabi`"),
        };
        Self::new(rustc, &linker.clone(), Kind::Debian { linker, is_gnu })
    }

    fn new(rustc: &Path, linker: &Path, kind: Kind) -> Result<Self> {
        let says = |program: &Path, arguments: &[&str]| {
            let text = output(program, arguments).with_context(|| format!("failed to run {}", program.display()))?;
            Ok::<_, anyhow::Error>(text.lines().next().unwrap_or_default().to_owned())
        };
        let flavour: &[&str] =
            if linker.ends_with("rust-lld") { &["-flavor", "gnu", "--version"] } else { &["--version"] };
        Ok(Self {
            compiler: says(rustc, &["--version"])?,
            linker: says(linker, flavour)?,
            kind,
            library: library(&says(rustc, &["--print", "sysroot"])?),
        })
    }

    /// The folder in which the library's sources are, or would be.
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// A cargo command of this toolchain in `folder`, free of what the caller's environment says about builds.
    pub fn cargo(&self, folder: &Path) -> Command {
        let mut command = match self.kind {
            Kind::Installed => cargo::command(folder),
            Kind::Debian { .. } => Command::new(debian::CARGO),
        };
        command.current_dir(folder);
        debian::forget_the_caller(&mut command);
        command.env_remove("DEFMT_LOG");
        if let Kind::Debian { linker, .. } = &self.kind {
            debian::allow_building_the_library(&mut command);
            command.env("CARGO_TARGET_THUMBV7EM_NONE_EABIHF_LINKER", linker);
        }
        command
    }

    /// What `cargo build` is told besides what to build.
    pub fn arguments(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Installed => &[],
            Kind::Debian { .. } => &["-Zbuild-std=core"],
        }
    }

    /// What rustc is told besides what the workspace's own configuration says.
    pub fn rustflags(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Debian { is_gnu: true, .. } => &["-Clinker-flavor=ld"],
            Kind::Installed | Kind::Debian { .. } => &[],
        }
    }
}

/// The linker that comes with rustup's compilers.
fn rust_lld() -> Option<PathBuf> {
    let rustc = Path::new("rustc");
    let sysroot = output(rustc, &["--print", "sysroot"])?;
    let host = output(rustc, &["--print", "host-tuple"])?;
    let linker = Path::new(sysroot.trim()).join("lib/rustlib").join(host.trim()).join("bin/rust-lld");
    linker.exists().then_some(linker)
}

#[cfg(test)]
impl Toolchain {
    /// A toolchain that is only compared.
    pub(super) fn named(compiler: &str, linker: &str) -> Self {
        let (compiler, linker) = (compiler.to_owned(), linker.to_owned());
        Self { compiler, linker, kind: Kind::Installed, library: PathBuf::new() }
    }
}
