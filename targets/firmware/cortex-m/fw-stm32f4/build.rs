//! Gives the linker the memories of the chip and the link scripts.

use std::path::PathBuf;
use std::{env, fs};

/// The stack lies at the bottom of RAM, below all data: what overflows it reaches for addresses at which there is nothing,
/// and faults, instead of overwriting data. RM0090, section 2.3: flash at 0x0800_0000,
/// SRAM1 and SRAM2 in a row at 0x2000_0000, nothing below them down to the option bytes.
const MEMORIES: &str = "\
MEMORY
{
  FLASH : ORIGIN = 0x08000000, LENGTH = 1024K
  RAM : ORIGIN = 0x20000000 + 64K, LENGTH = 128K - 64K
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
