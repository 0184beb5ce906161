//! `hil doctor`: what is attached, what is missing, how noisy this host is, and how to fix it.

use hil_model::units::{Dimension, Unit};
use hil_probe::attached;

use crate::args::DataDir;
use crate::commands::data;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::{clean, print_out};
use crate::surroundings::Surroundings;
use crate::{environment, lab, noise};

/// Prints a diagnosis; finding something amiss is not a failure of the command.
pub fn doctor(dir: &DataDir, around: &Surroundings) -> Result<Exit, CliError> {
    let environment = environment::look();
    let gib = Unit { symbol: "GiB", dimension: Dimension::Information, scale: 1_073_741_824.0 };
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let memory = gib.from_base(environment.memory_bytes as f64);
    print_out(&format!(
        "This computer\n  {}, {} cores, {memory:.1} GiB, {}, {}\n  hil {} built by {}\n",
        environment.cpu, environment.cores, environment.arch, environment.os, environment.hil, environment.rustc,
    ));
    print_out("\nBenches\n");
    for bench in lab::built_in().benches {
        print_out(&format!("  {} ({}), {} cores\n", bench.platform, bench.evidence, bench.cores));
    }
    probes();
    emulated_boards();
    let noise = noise::probe(environment.cores);
    print_out(&format!("\nNoise\n  {}\n", noise::in_words(&noise)));
    if noise.warnings.is_empty() {
        print_out("  quiet enough to measure\n");
    }
    for warning in &noise.warnings {
        print_out(&format!("  ! {warning}\n"));
    }
    print_out("\nData sets\n");
    data::list(dir, around)?;
    Ok(Exit::Success)
}

/// Debug probes on this computer, and what to do about one that cannot be opened.
fn probes() {
    print_out("\nDebug probes\n");
    let probes = attached::attached();
    for probe in &probes {
        print_out(&format!("  {} ({})\n", clean(&probe.name), clean(&probe.selector)));
        if !probe.accessible {
            print_out("  ! this user may not open it: install probe-rs's udev rules, then plug it in again\n");
            print_out("    https://probe.rs/docs/getting-started/probe-setup/\n");
        }
    }
    if probes.is_empty() {
        print_out("  none attached; emulated boards need none\n");
    }
}

/// Boards that this program emulates, and how to attach to one.
fn emulated_boards() {
    print_out("\nEmulated boards\n");
    for (board, chip) in hil_emulator::board::all().unwrap_or_default() {
        print_out(&format!("  {} ({}): hil emulate {}\n", board.platform, chip.probe_rs_target, board.platform));
    }
}
