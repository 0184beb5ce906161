//! Gives the image its identity: a digest of everything of this repository that goes into it.

use std::env;
use std::path::PathBuf;

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = here.ancestors().nth(4).expect("the root of the repository");
    for input in hil_image_id::INPUTS {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    let digest = hil_image_id::digest(root).expect("all inputs can be read");
    println!("cargo::rustc-env=HIL_IMAGE_ID={}", String::from_utf8_lossy(&digest));
}
