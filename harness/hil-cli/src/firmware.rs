//! Firmware of the repository: found around where `hil` works, compared with its sources, and built when it is needed.
//!
//! Which compiler builds it and how is the business of `cargo xtask fw`, which is started as a child; here is only
//! decided whether it has to be. An image that is not of these sources is never measured as if it were.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hil_emulator::elf::Image;
use hil_model::id::PlatformId;

use crate::files;
use crate::show::Show;
use crate::surroundings::Surroundings;

/// The workspace of the firmware, by which the repository is recognised.
const WORKSPACE: &str = "targets/firmware/cortex-m";
/// Where `cargo xtask fw` puts images.
const IMAGES: &str = "target/firmware";
/// The symbol under which an image carries the digest of its sources.
const ID: &str = "HIL_IMAGE_ID";
/// Lines of a failed build that are shown.
const TAIL: usize = 20;

/// What is known about the firmware of a board before anything is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Firmware {
    /// The image is that of the sources.
    Current(PathBuf),
    /// The image is absent, or of other sources; `cargo xtask fw` in this folder builds it.
    Stale(PathBuf),
    /// There are no sources; what is needed instead.
    Nowhere(String),
}

/// The repository around the first of `starts` that is in one.
#[must_use]
pub fn repository(starts: &[PathBuf]) -> Option<PathBuf> {
    let is_root = |folder: &&Path| folder.join(WORKSPACE).join("Cargo.toml").is_file();
    starts.iter().find_map(|start| {
        let start = std::path::absolute(start).ok()?;
        start.ancestors().find(is_root).map(Path::to_owned)
    })
}

/// What there is for `platform` in the repository `root`.
#[must_use]
pub fn look(root: Option<&Path>, platform: &PlatformId) -> Firmware {
    let Some(root) = root else {
        let needs =
            "an image named with --image, or a working folder in the Hilbench repository, from which it is built";
        return Firmware::Nowhere(needs.to_owned());
    };
    let package = format!("fw-{platform}");
    if !root.join(WORKSPACE).join(&package).is_dir() {
        return Firmware::Nowhere(format!("an image named with --image; {WORKSPACE} has no {package}"));
    }
    let image = root.join(IMAGES).join(format!("{package}.elf"));
    let wanted = hil_image_id::digest(root).ok();
    if wanted.is_some() && id_of(&image) == wanted {
        Firmware::Current(image)
    } else {
        Firmware::Stale(root.to_owned())
    }
}

/// The digest of the sources that the image in `file` was built from.
fn id_of(file: &Path) -> Option<[u8; 16]> {
    let bytes = files::program(file).ok()?;
    let image = Image::parse(&bytes).ok()?;
    let at = image.symbol(ID)?;
    image.segments().iter().find_map(|segment| {
        let offset = usize::try_from(at.checked_sub(segment.address)?).ok()?;
        segment.bytes.get(offset..)?.first_chunk().copied()
    })
}

/// Builds the firmware of `platform` in the repository `root`, and returns its image.
///
/// # Errors
/// What is needed, without the names of this computer's folders: it goes into the stored run. The end of what the build
/// said is shown.
pub fn build(root: &Path, platform: &PlatformId, around: &Surroundings, show: &mut Show) -> Result<PathBuf, String> {
    let asked = format!("cargo xtask fw {platform}");
    let Some(cargo) = around.program("cargo") else {
        return Err(format!("`{asked}` builds it, and there is no cargo; `hil doctor` says how to install it"));
    };
    show.note(&format!("building the firmware of {platform}: {asked}"));
    let ended = Command::new(cargo)
        .args(["xtask", "fw", platform.as_str()])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`{asked}` builds it, and cannot be started: {error}"))?;
    let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    if !ended.status.success() {
        show.warn(&format!("{asked} failed:"));
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(TAIL)..].iter().for_each(|line| show.note(&format!("  {line}")));
        return Err(format!("`{asked}` failed; the log has the end of what it said, and `hil doctor` what is missing"));
    }
    said.lines().for_each(|line| show.detail(1, line));
    match look(Some(root), platform) {
        Firmware::Current(image) => Ok(image),
        // Sources that change while they are built, or an image without its identity.
        _ => Err(format!("`{asked}` ended well, and the image is not that of the sources; do they change?")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Firmware, id_of, look, repository};
    use hil_model::id::PlatformId;
    use std::path::{Path, PathBuf};

    fn root() -> PathBuf {
        std::path::absolute(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
    }

    #[test]
    fn the_repository_is_found_from_a_folder_and_from_a_file_in_it() {
        let nowhere = tempfile::tempdir().unwrap();
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        assert!(repository(&[nowhere.path().to_owned()]).is_none());
        for start in [here.join("src"), here.join("Cargo.toml"), here.join("no such file.toml")] {
            let found = repository(&[nowhere.path().to_owned(), start]).unwrap();
            assert!(found.join("targets/firmware/cortex-m").is_dir());
        }
    }

    #[test]
    fn a_board_without_sources_says_what_is_needed() {
        let abacus = PlatformId::new("abacus").unwrap();
        for root in [None, Some(root())] {
            let found = look(root.as_deref(), &abacus);
            assert!(matches!(&found, Firmware::Nowhere(needs) if needs.contains("--image")), "{found:?}");
        }
    }

    #[test]
    fn an_image_without_an_identity_is_stale() {
        let root = root();
        assert_eq!(id_of(&root.join("fixtures/elf/hello-stm32f407.elf")), None);
        assert_eq!(id_of(&root.join("Cargo.toml")), None);
        assert_eq!(id_of(&root.join("nowhere.elf")), None);
    }
}
