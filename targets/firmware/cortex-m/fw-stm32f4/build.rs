//! Gives the linker the memories of the chip and the link scripts.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    // RM0090, section 2.3: flash at 0x0800_0000, SRAM1 and SRAM2 in a row at 0x2000_0000.
    let memories =
        "MEMORY\n{\n  FLASH : ORIGIN = 0x08000000, LENGTH = 1024K\n  RAM : ORIGIN = 0x20000000, LENGTH = 128K\n}\n";
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("memory.x"), memories).expect("OUT_DIR can be written");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    println!("cargo::rerun-if-changed=build.rs");
}
