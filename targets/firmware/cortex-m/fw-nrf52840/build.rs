//! Gives the linker the memories of the chip and the link scripts.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    // nRF52840 Product Specification v1.1, section 4.2: flash at 0, RAM at 0x2000_0000.
    let memories =
        "MEMORY\n{\n  FLASH : ORIGIN = 0x00000000, LENGTH = 1024K\n  RAM : ORIGIN = 0x20000000, LENGTH = 256K\n}\n";
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("memory.x"), memories).expect("OUT_DIR can be written");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    println!("cargo::rerun-if-changed=build.rs");
}
