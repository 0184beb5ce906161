//! The programs: `hil`, the workloads, the same workloads in other memory layouts, and copies with other amounts of work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::cargo;
use crate::trust::plan::LAYOUTS;

/// What stands before the digits of the amount; the same as in `ci/trust-workloads/src/amount.rs`.
const MARK: &[u8] = b"hilbench-trust-permille=";
/// The package and program of the workloads.
const PACKAGE: &str = "trust-workloads";
/// What the programs are called where they are kept.
const HIL: &str = "hil";
const WORKLOADS: &str = "workloads";

/// Where the programs are.
#[derive(Debug)]
pub struct Programs {
    /// The binary `hil`.
    pub hil: PathBuf,
    /// The workloads as built.
    pub workloads: PathBuf,
    /// The same in other layouts; empty when they could not be linked.
    pub layouts: Vec<PathBuf>,
    /// Why there are no layouts.
    pub no_layouts: Option<String>,
}

impl Programs {
    /// Builds what is not there; `hil` is built unless it is given. What is kept lies below `folder`.
    ///
    /// # Errors
    /// When cargo fails or a file cannot be written.
    pub fn build(root: &Path, folder: &Path, hil: Option<PathBuf>, with_layouts: bool) -> Result<Self> {
        let release = cargo::target_directory(root)?.join("release");
        let program = |name: &str| release.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let built = program(PACKAGE);
        let hil = match hil {
            // Run from other folders.
            Some(given) => std::path::absolute(&given).with_context(|| format!("{} is no path", given.display()))?,
            None => {
                run(cargo::command(root).args([
                    "build",
                    "--release",
                    "--locked",
                    "--quiet",
                    "--workspace",
                    "--bin",
                    "hil",
                ]))?;
                program("hil")
            }
        };
        fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
        run(cargo::command(root).args(["build", "--release", "--locked", "--quiet", "--package", PACKAGE]))?;
        let workloads = folder.join(WORKLOADS);
        copy(&built, &workloads)?;
        let mut programs = Self { hil, workloads, layouts: Vec::new(), no_layouts: None };
        if with_layouts {
            match layouts(root, folder, &built) {
                Ok(layouts) => programs.layouts = layouts,
                Err(error) => programs.no_layouts = Some(format!("{error:#}")),
            }
            // What cargo leaves behind is the plain program again.
            run(cargo::command(root).args(["build", "--release", "--locked", "--quiet", "--package", PACKAGE]))?;
        }
        Ok(programs)
    }

    /// Keeps `hil` in `folder` beside what was built there, so that a measurement of hours can go on with the same programs
    /// whatever is built in the meantime.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn keep(mut self, folder: &Path) -> Result<Self> {
        let kept = folder.join(HIL);
        copy(&self.hil, &kept)?;
        self.hil = kept;
        Ok(self)
    }

    /// The programs that [`Programs::keep`] left in `folder`; nothing where it left none.
    pub fn kept(folder: &Path) -> Option<Self> {
        let [hil, workloads] = [HIL, WORKLOADS].map(|name| folder.join(name));
        // It is copied last, so where it is everything is.
        if !hil.is_file() {
            return None;
        }
        let layouts: Vec<PathBuf> =
            (1..LAYOUTS).map(|layout| layout_in(folder, layout)).take_while(|path| path.is_file()).collect();
        let no_layouts = layouts.is_empty().then(|| "none could be linked when the programs were built".to_owned());
        Some(Self { hil, workloads, layouts, no_layouts })
    }

    /// The workloads in that layout, the plain program for 0.
    ///
    /// # Errors
    /// When there is no such layout.
    pub fn layout(&self, layout: u32) -> Result<&Path> {
        match layout.checked_sub(1) {
            None => Ok(&self.workloads),
            Some(at) => match self.layouts.get(at as usize) {
                Some(path) => Ok(path),
                None => bail!("there is no layout {layout}: {}", self.no_layouts.as_deref().unwrap_or("not linked")),
            },
        }
    }
}

fn layout_in(folder: &Path, layout: u32) -> PathBuf {
    folder.join(format!("layout-{layout}"))
}

/// Links the workloads with their sections in other orders, which moves every function and nothing else.
fn layouts(root: &Path, folder: &Path, built: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for layout in 1..LAYOUTS {
        let path = layout_in(folder, layout);
        let order = format!("link-arg=-Wl,--shuffle-sections=.text.*={layout}");
        let mut command = cargo::command(root);
        command.args(["rustc", "--release", "--locked", "--quiet", "--package", PACKAGE, "--bin", PACKAGE, "--"]);
        command.args(["-C", &order]);
        run(&mut command).context("the linker does not shuffle sections as LLVM's does")?;
        copy(built, &path)?;
        paths.push(path);
    }
    Ok(paths)
}

/// Writes `program` to `to` with another amount of work.
///
/// # Errors
/// When a file cannot be read or written, or the program has not exactly one mark.
pub fn scaled(program: &Path, permille: u32, to: &Path) -> Result<()> {
    let bytes = fs::read(program).with_context(|| format!("failed to read {}", program.display()))?;
    let bytes = with_amount(bytes, permille).with_context(|| format!("in {}", program.display()))?;
    // Afresh, so that each comparison has its own pages in memory.
    remove(to)?;
    fs::write(to, bytes).with_context(|| format!("failed to write {}", to.display()))?;
    let permissions = fs::metadata(program).map(|data| data.permissions());
    permissions.and_then(|permissions| fs::set_permissions(to, permissions)).context("failed to set permissions")
}

fn with_amount(mut bytes: Vec<u8>, permille: u32) -> Result<Vec<u8>> {
    let digits = format!("{permille:04}");
    let places: Vec<usize> =
        bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK).map(|(at, _)| at).collect();
    let &[place] = &places[..] else { bail!("the mark of the amount is there {} times and not once", places.len()) };
    let begin = place + MARK.len();
    match bytes.get_mut(begin..begin + digits.len()) {
        Some(there) if digits.len() == 4 && there.iter().all(u8::is_ascii_digit) => {
            there.copy_from_slice(digits.as_bytes())
        }
        _ => bail!("the amount {permille} cannot be written over the one that is there"),
    }
    Ok(bytes)
}

/// Copies a program to a new file.
fn copy(from: &Path, to: &Path) -> Result<()> {
    remove(to)?;
    fs::copy(from, to).with_context(|| format!("failed to copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("failed to remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn run(command: &mut Command) -> Result<()> {
    if !command.status().context("failed to start cargo")?.success() {
        bail!("cargo failed: {command:?}");
    }
    Ok(())
}

/// The SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub fn digest(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::{Programs, scaled, with_amount};

    #[test]
    fn only_the_digits_change() {
        let before = b"..hilbench-trust-permille=1000..".to_vec();
        assert_eq!(with_amount(before.clone(), 1050).unwrap(), b"..hilbench-trust-permille=1050..");
        assert_eq!(with_amount(before.clone(), 0).unwrap(), b"..hilbench-trust-permille=0000..");
        assert!(with_amount(before.clone(), 10_000).is_err());
        assert!(with_amount([before.clone(), before].concat(), 1).unwrap_err().to_string().contains("2 times"));
        assert!(with_amount(b"hilbench-trust-permille=10".to_vec(), 1).is_err());
        assert!(with_amount(Vec::new(), 1).is_err());
    }

    #[test]
    fn programs_are_kept_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let built = folder.path().join("built");
        std::fs::write(&built, "hil").unwrap();
        for name in ["workloads", "layout-1", "layout-2"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        assert!(Programs::kept(folder.path()).is_none());
        let workloads = folder.path().join("workloads");
        let programs = Programs { hil: built.clone(), workloads, layouts: Vec::new(), no_layouts: None };
        programs.keep(folder.path()).unwrap();
        std::fs::write(&built, "a later one").unwrap();
        let kept = Programs::kept(folder.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&kept.hil).unwrap(), "hil");
        assert_eq!(kept.layouts.len(), 2);
        assert!(kept.layout(0).is_ok() && kept.layout(2).is_ok() && kept.layout(3).is_err());
    }

    #[test]
    fn files_are_made_afresh() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&from, "hilbench-trust-permille=1000").unwrap();
        std::fs::write(&to, "something longer that must not stay behind").unwrap();
        scaled(&from, 1100, &to).unwrap();
        assert_eq!(std::fs::read_to_string(&to).unwrap(), "hilbench-trust-permille=1100");
    }
}
