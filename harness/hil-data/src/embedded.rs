//! The self-made sounds: part of the program, so that kernels have something to chew on without any download.
//!
//! They are made by `examples/make_sounds`, are not speech and have no labels; `fixtures/sounds/README.md` says more.

use sha2::{Digest, Sha256};

use crate::error::DataError;
use crate::manifest::EmbeddedSounds;
use crate::sums;

/// Each file's name and content, in the order in which they are hashed and loaded.
pub const SOUNDS: [(&str, &[u8]); 8] = [
    ("clicks.wav", include_bytes!("../../../fixtures/sounds/clicks.wav")),
    ("fricative.wav", include_bytes!("../../../fixtures/sounds/fricative.wav")),
    ("glide.wav", include_bytes!("../../../fixtures/sounds/glide.wav")),
    ("hum.wav", include_bytes!("../../../fixtures/sounds/hum.wav")),
    ("noise.wav", include_bytes!("../../../fixtures/sounds/noise.wav")),
    ("plosive.wav", include_bytes!("../../../fixtures/sounds/plosive.wav")),
    ("quiet.wav", include_bytes!("../../../fixtures/sounds/quiet.wav")),
    ("syllables.wav", include_bytes!("../../../fixtures/sounds/syllables.wav")),
];

/// The hash of all sounds, one behind the other, which must be the manifest's.
///
/// # Errors
/// [`DataError::Embedded`] when it is another: the build mixed two versions.
pub fn verify(manifest: &EmbeddedSounds) -> Result<String, DataError> {
    let mut hash = Sha256::new();
    for (_, bytes) in SOUNDS {
        hash.update(bytes);
    }
    let found = sums::hex(hash.finalize().as_slice());
    if found != manifest.sha256 {
        return Err(DataError::Embedded { found, wanted: manifest.sha256.clone() });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{SOUNDS, verify};
    use crate::error::DataError;
    use crate::manifest::EmbeddedSounds;

    #[test]
    fn every_sound_of_the_folder_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sounds");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".wav"))
            .collect();
        files.sort();
        assert_eq!(files, SOUNDS.map(|(name, _)| name.to_owned()));
    }

    #[test]
    fn sounds_that_the_manifest_does_not_know_are_refused() {
        let manifest = EmbeddedSounds { sha256: "0".repeat(64), sample_rate: 16_000, samples: 16_000 };
        assert!(matches!(verify(&manifest), Err(DataError::Embedded { .. })));
    }
}
