//! Gives the linker the memories of the chip and the link scripts.

use std::path::PathBuf;
use std::{env, fs};

/// The stack lies at the bottom of RAM, below all data: what overflows it reaches for addresses at which there is nothing,
/// and faults, instead of overwriting data. nRF52840 Product Specification
/// v1.1, section 4.2: flash at 0, RAM at 0x2000_0000, nothing below it down to UICR.
const MEMORIES: &str = "\
MEMORY
{
  FLASH : ORIGIN = 0x00000000, LENGTH = 1024K
  RAM : ORIGIN = 0x20000000 + 64K, LENGTH = 256K - 64K
}
_stack_start = ORIGIN(RAM);
_stack_end = ORIGIN(RAM) - 64K;
";

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("memory.x"), MEMORIES).expect("OUT_DIR can be written");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    println!("cargo::rerun-if-changed=build.rs");
}
