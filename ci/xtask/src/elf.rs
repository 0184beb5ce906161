//! `cargo xtask elf`: builds the firmware of `fixtures/elf/src`, which tests run, and compares it with what is committed.
//!
//! The committed files are exact for one compiler and one linker, which `fixtures/elf/record.toml` names. With these
//! two, a build must give the same bytes wherever it is made; with others it must succeed and have what the tests look for.

mod build;
mod compare;
mod record;
pub mod toolchain;

use std::path::Path;

use anyhow::Result;

use crate::finding::Report;
use build::Built;
use record::Record;
use toolchain::Toolchain;

/// Where the committed files and their record are.
const FOLDER: &str = "fixtures/elf";

/// Files above this size, in bytes, do not belong into the repository.
const MAX_SIZE: usize = 100 << 10;

/// One firmware.
#[derive(Debug, Clone, Copy)]
struct Program {
    /// Name of the committed file.
    file: &'static str,
    /// The folder of its workspace below `fixtures/elf/src`; empty for the one right there.
    workspace: &'static str,
    package: &'static str,
    bin: &'static str,
    /// The feature that chooses the chip, if there is a choice.
    chip: Option<&'static str>,
    /// Symbols that tests look up.
    symbols: &'static [&'static str],
}

/// Symbols of a program that reports over RTT with defmt.
const REPORTING: &[&str] = &["_SEGGER_RTT", "_defmt_version_ = 4"];
/// Symbols of a program of known work.
const WORKING: &[&str] = &["ITERATIONS", "STATE", "CHECKSUM", "CYCLES"];

const PROGRAMS: [Program; 33] = [
    reporting("hello-stm32f407.elf", "hello", "stm32f407"),
    reporting("exit-stm32f407.elf", "exit", "stm32f407"),
    reporting("hello-nrf52840.elf", "hello", "nrf52840"),
    reporting("exit-nrf52840.elf", "exit", "nrf52840"),
    working("bench-fir.elf", "bench-fir"),
    working("bench-hash.elf", "bench-hash"),
    working("bench-state.elf", "bench-state"),
    working("bench-memcpy.elf", "bench-memcpy"),
    on_hal("stm32f4-clocks.elf", "hal-stm32f4", "clocks"),
    on_hal("stm32f4-timers.elf", "hal-stm32f4", "timers"),
    on_hal("stm32f4-uart-dma.elf", "hal-stm32f4", "uart-dma"),
    on_hal("stm32f4-adc-dma.elf", "hal-stm32f4", "adc-dma"),
    on_hal("stm32f4-mem-dma.elf", "hal-stm32f4", "mem-dma"),
    on_hal("stm32f4-rtc-stop.elf", "hal-stm32f4", "rtc-stop"),
    on_hal("stm32f4-standby.elf", "hal-stm32f4", "standby"),
    on_hal("stm32f4-exti-button.elf", "hal-stm32f4", "exti-button"),
    on_hal("stm32f4-iwdg-reset.elf", "hal-stm32f4", "iwdg-reset"),
    on_hal("stm32f4-rng.elf", "hal-stm32f4", "rng"),
    on_hal("stm32f4-sleep-modes.elf", "hal-stm32f4", "sleep-modes"),
    on_hal("stm32f4-power-self.elf", "hal-stm32f4", "power-self"),
    TRANSFORMS,
    on_hal("nrf52840-clocks.elf", "hal-nrf52840", "clocks"),
    on_hal("nrf52840-uarte.elf", "hal-nrf52840", "uarte"),
    on_hal("nrf52840-saadc.elf", "hal-nrf52840", "saadc"),
    on_hal("nrf52840-rtc-wake.elf", "hal-nrf52840", "rtc_wake"),
    on_hal("nrf52840-system-off.elf", "hal-nrf52840", "system_off"),
    on_hal("nrf52840-watchdog.elf", "hal-nrf52840", "watchdog"),
    on_hal("nrf52840-gpiote.elf", "hal-nrf52840", "gpiote"),
    on_hal("nrf52840-rng-temp.elf", "hal-nrf52840", "rng_temp"),
    on_hal("nrf52840-uicr.elf", "hal-nrf52840", "uicr"),
    on_hal("nrf52840-power-self.elf", "hal-nrf52840", "power_self"),
    with_kernels("keyword-stm32f407.elf", "stm32f407"),
    with_kernels("keyword-nrf52840.elf", "nrf52840"),
];

/// The transforms of the crate microfft, each timed by the program.
const TRANSFORMS: Program = Program {
    file: "fft.elf",
    workspace: "",
    package: "fft",
    bin: "fft",
    chip: None,
    symbols: &["CHECKSUM", "FFT_CYCLES"],
};

const fn reporting(file: &'static str, bin: &'static str, chip: &'static str) -> Program {
    Program { file, workspace: "", package: "hello", bin, chip: Some(chip), symbols: REPORTING }
}

const fn working(file: &'static str, bin: &'static str) -> Program {
    Program { file, workspace: "", package: "programs", bin, chip: None, symbols: WORKING }
}

/// A program on a chip's HAL: the only package of a workspace of the same name.
const fn on_hal(file: &'static str, workspace: &'static str, bin: &'static str) -> Program {
    Program { file, workspace, package: workspace, bin, chip: None, symbols: &[] }
}

/// The program with the shared kernels, which compares their scores between machines.
const fn with_kernels(file: &'static str, chip: &'static str) -> Program {
    Program { file, workspace: "keyword", package: "keyword", bin: "scores", chip: Some(chip), symbols: &[] }
}

/// Builds everything into `target/elf` and says what was built with what.
///
/// # Errors
/// When there is no toolchain, or a build fails.
pub fn build(root: &Path) -> Result<String> {
    let toolchain = Toolchain::find()?;
    let built = build::build(root, &toolchain)?;
    let sizes =
        built.iter().map(|Built { program, bytes }| format!("{:>7}  target/elf/{}\n", bytes.len(), program.file));
    Ok(format!("{}, {}\n{}", toolchain.compiler, toolchain.linker, sizes.collect::<String>()))
}

/// Builds everything and compares it with the committed files.
///
/// # Errors
/// When there is no toolchain, a build fails, or the record cannot be read.
pub fn check(root: &Path) -> Result<Report> {
    let toolchain = Toolchain::find()?;
    let record = Record::read(root)?;
    let built = build::build(root, &toolchain)?;
    Ok(compare::compare(&record, &committed(root), &toolchain, &built))
}

/// Builds everything, replaces the committed files, and records what they were built with.
///
/// # Errors
/// When there is no toolchain, a build fails, or a file cannot be written.
pub fn update(root: &Path) -> Result<()> {
    let toolchain = Toolchain::find()?;
    let built = build::build(root, &toolchain)?;
    for Built { program, bytes } in &built {
        std::fs::write(root.join(FOLDER).join(program.file), bytes)?;
    }
    Record::of(&toolchain, &built).write(root)
}

/// The committed files in the order of [`PROGRAMS`]; `None` for one that is not there.
fn committed(root: &Path) -> Vec<Option<Vec<u8>>> {
    PROGRAMS.iter().map(|program| std::fs::read(root.join(FOLDER).join(program.file)).ok()).collect()
}
