//! An identity of the image: a digest of everything of ours that goes into it.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let targets = here.ancestors().nth(3).expect("the folder of all targets").to_owned();
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    for folder in ["firmware/cortex-m", "hil-agent/src", "hil-kernels/src", "hil-wire/src"] {
        let folder = targets.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        add(&folder, &mut digest);
    }
    println!("cargo::rustc-env=HIL_IMAGE_ID={digest:016x}");
}

/// FNV-1a over names and contents of all sources below `folder`, in the order of their names.
fn add(folder: &Path, digest: &mut u64) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" {
                add(&path, digest);
            }
            continue;
        }
        if !(name.ends_with(".rs") || name.ends_with(".toml") || name == "Cargo.lock") {
            continue;
        }
        let text = fs::read(&path).unwrap_or_default();
        for byte in name.bytes().chain(text) {
            *digest = (*digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
