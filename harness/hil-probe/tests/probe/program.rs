//! A program under the debugger: RTT, defmt, the cycle counter, breakpoints, steps, watchpoints, catches, semihosting.

use std::time::{Duration, Instant};

use hil_probe::board::attach::patient;
use probe_rs::rtt::{Rtt, ScanRegion};
use probe_rs::semihosting::SemihostingCommand;
use probe_rs::{BreakpointCause, Core, CoreStatus, HaltReason, MemoryInterface as _, RegisterId, VectorCatchCondition};

use crate::flash::flash;
use crate::frames::{Iteration, frames};
use crate::rig::{ALL, Chip, Rig};

const HALT: Duration = Duration::from_secs(1);
/// A bound on what must come, for the case that it never does.
const PATIENCE: Duration = Duration::from_secs(60);

fn control_block(chip: Chip, program: &str) -> ScanRegion {
    let elf = std::fs::read(chip.elf(program)).unwrap();
    let address = probe_rs::rtt::find_rtt_control_block_in_raw_file(&elf).unwrap();
    ScanRegion::Exact(address.expect("the symbol _SEGGER_RTT"))
}

/// Polls until `done` gives something.
fn until<T>(what: &str, mut done: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = done() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{what} never came");
    }
}

fn attach_rtt(core: &mut Core<'_>, region: &ScanRegion) -> Rtt {
    until("the RTT control block", || Rtt::attach_region(core, region).ok().filter(|_| true))
}

/// Reads a channel to the end of what is there.
fn drain(rtt: &mut Rtt, core: &mut Core<'_>, channel: usize, into: &mut Vec<u8>) {
    let mut buffer = [0; 256];
    let channel = rtt.up_channel(channel).unwrap();
    let count = channel.read(core, &mut buffer).unwrap();
    into.extend_from_slice(&buffer[..count]);
}

/// What the program computes, on this host.
fn harmonic() -> f32 {
    (1..=1000u16).fold(0.0, |sum, term| sum + 1.0 / f32::from(term))
}

#[test]
fn text_and_defmt_frames_come_through_rtt() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(patient(chip.name));
        flash(&mut session, chip, "hello");
        let region = control_block(chip, "hello");
        let mut core = session.core(0).unwrap();
        Rtt::clear_control_block(&mut core, &region).unwrap();
        core.run().unwrap();
        let mut rtt = attach_rtt(&mut core, &region);
        let (mut text, mut defmt) = (Vec::new(), Vec::new());
        until("five iterations", || {
            drain(&mut rtt, &mut core, 0, &mut text);
            drain(&mut rtt, &mut core, 1, &mut defmt);
            (text.iter().filter(|byte| **byte == b'\n').count() > 5 && frames(&defmt).len() > 5).then_some(())
        });
        let text = String::from_utf8(text).unwrap();
        let board = chip.elf("hello");
        let chip_name = board.file_stem().unwrap().to_str().unwrap().trim_start_matches("hello-").to_owned();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(&*format!("hello from {chip_name}, cpuid 0x410fc241")), "{chip:?} {front:?}");
        let second = lines.next().unwrap();
        assert!(second.starts_with(&format!("iteration 0 sum {} cycles ", harmonic())), "{second}");
        let messages: Vec<Iteration> = frames(&defmt).iter().skip(1).filter_map(|frame| Iteration::of(frame)).collect();
        for (at, message) in (0..).zip(&messages) {
            assert_eq!(message.iteration, at, "{messages:?}");
            assert_eq!(message.sum.to_bits(), harmonic().to_bits(), "computed by the emulated FPU");
        }
        assert!(messages.windows(2).all(|pair| pair[0].stamp < pair[1].stamp), "{messages:?}");
        let cycles: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split("cycles ").nth(1)).collect();
        assert_eq!(cycles[0], messages[0].cycles.to_string(), "both channels report the same measurement");
    }
}

#[test]
fn the_cycle_counter_moves_while_the_program_runs() {
    const CYCCNT: u64 = 0xE000_1004;
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(patient(chip.name));
        flash(&mut session, chip, "hello");
        let mut core = session.core(0).unwrap();
        core.run().unwrap();
        let first = until("a moving counter", || core.read_word_32(CYCCNT).ok().filter(|count| *count > 0));
        until("more cycles", || core.read_word_32(CYCCNT).ok().filter(|count| *count > first + 1_000_000));
        assert!(!core.core_halted().unwrap(), "{chip:?} {front:?}: it was never halted");
        core.halt(HALT).unwrap();
        let halted = core.read_word_32(CYCCNT).unwrap();
        assert_eq!(core.read_word_32(CYCCNT).unwrap(), halted, "it stands still in debug state");
    }
}

/// The address of a function in a program.
fn symbol(chip: Chip, program: &str, part: &str) -> u64 {
    // A minimal reader of ELF symbols, so that no dependency is needed for one look-up.
    let elf = std::fs::read(chip.elf(program)).unwrap();
    let half = |at: usize| u16::from_le_bytes(elf[at..at + 2].try_into().unwrap()) as usize;
    let word = |at: usize| u32::from_le_bytes(elf[at..at + 4].try_into().unwrap()) as usize;
    let (headers, size, count) = (word(0x20), half(0x2E), half(0x30));
    let header = |index: usize| headers + index * size;
    let table = (0..count).map(header).find(|at| word(at + 4) == 2).expect("a symbol table");
    let names = word(header(word(table + 24)) + 16);
    let (begin, bytes) = (word(table + 16), word(table + 20));
    (begin..begin + bytes)
        .step_by(16)
        .find(|at| {
            let name = &elf[names + word(*at)..];
            let name = &name[..name.iter().position(|byte| *byte == 0).unwrap()];
            std::str::from_utf8(name).unwrap().contains(part)
        })
        .map(|at| word(at + 4) as u64 & !1)
        .unwrap_or_else(|| panic!("no symbol like {part}"))
}

fn pc(core: &mut Core<'_>) -> u64 {
    u64::from(core.read_core_reg::<u32>(RegisterId(15)).unwrap())
}

#[test]
fn breakpoints_stop_and_steps_go_on_by_one() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(patient(chip.name));
        flash(&mut session, chip, "hello");
        let harmonic = symbol(chip, "hello", "harmonic");
        let mut core = session.core(0).unwrap();
        assert_eq!(core.available_breakpoint_units().unwrap(), 6);
        core.set_hw_breakpoint(harmonic).unwrap();
        for _ in 0..3 {
            core.run().unwrap();
            core.wait_for_core_halted(HALT).unwrap();
            let status = core.status().unwrap();
            let hit = matches!(status, CoreStatus::Halted(HaltReason::Breakpoint(_)));
            assert!(hit, "{chip:?} {front:?}: {status:?}");
            assert_eq!(pc(&mut core), harmonic);
        }
        let mut last = pc(&mut core);
        for _ in 0..50 {
            let after = core.step().unwrap().pc;
            assert_ne!(after, last, "{chip:?} {front:?}: a step moves");
            last = after;
        }
        core.clear_hw_breakpoint(harmonic).unwrap();
        core.run().unwrap();
        assert!(core.wait_for_core_halted(Duration::from_millis(20)).is_err(), "nothing stops it any more");
    }
}

#[test]
fn a_watchpoint_stops_at_a_store() {
    // probe-rs has no call for it; these are the DWT's own registers.
    const COMP0: u64 = 0xE000_1020;
    const MASK0: u64 = 0xE000_1024;
    const FUNCTION0: u64 = 0xE000_1028;
    const DEMCR: u64 = 0xE000_EDFC;
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(patient(chip.name));
        flash(&mut session, chip, "hello");
        let ScanRegion::Exact(block) = control_block(chip, "hello") else { unreachable!("it is exact") };
        // The write offset of the first up channel.
        let watched = block + 24 + 12;
        let mut core = session.core(0).unwrap();
        let catches = core_word(&mut core, DEMCR);
        core.write_word_32(DEMCR, catches | 1 << 24).unwrap();
        core.write_word_32(COMP0, watched as u32).unwrap();
        core.write_word_32(MASK0, 0).unwrap();
        core.write_word_32(FUNCTION0, 6).unwrap();
        core.run().unwrap();
        core.wait_for_core_halted(HALT).unwrap();
        let status = core.status().unwrap();
        assert_eq!(status, CoreStatus::Halted(HaltReason::Watchpoint), "{chip:?} {front:?}");
        assert_eq!(core_word(&mut core, FUNCTION0) >> 24 & 1, 1, "MATCHED");
        core.write_word_32(FUNCTION0, 0).unwrap();
    }
}

fn core_word(core: &mut Core<'_>, address: u64) -> u32 {
    core.read_word_32(address).unwrap()
}

#[test]
fn a_hard_fault_is_caught() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(patient(chip.name));
        flash(&mut session, chip, "hello");
        let mut core = session.core(0).unwrap();
        core.enable_vector_catch(VectorCatchCondition::HardFault).unwrap();
        // An undefined instruction in RAM. In front of it a NOP, because probe-rs begins a run with a step, and runs on
        // whatever that step finds.
        core.write_16(chip.ram, &[0xBF00, 0xDE00]).unwrap();
        core.write_core_reg(RegisterId(15), chip.ram as u32).unwrap();
        core.run().unwrap();
        core.wait_for_core_halted(HALT).unwrap();
        let status = core.status().unwrap();
        assert_eq!(status, CoreStatus::Halted(HaltReason::Exception), "{chip:?} {front:?}");
        let xpsr: u32 = core.read_core_reg(RegisterId(16)).unwrap();
        assert_eq!(xpsr & 0x1FF, 3, "in the HardFault handler");
    }
}

#[test]
fn a_semihosting_call_is_recognised() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(patient(chip.name));
        flash(&mut session, chip, "exit");
        let mut core = session.core(0).unwrap();
        core.run().unwrap();
        core.wait_for_core_halted(Duration::from_secs(30)).unwrap();
        let status = core.status().unwrap();
        let exit =
            CoreStatus::Halted(HaltReason::Breakpoint(BreakpointCause::Semihosting(SemihostingCommand::ExitSuccess)));
        assert_eq!(status, exit, "{chip:?} {front:?}");
    }
}

#[test]
fn a_halted_program_goes_on_where_it_was() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(patient(chip.name));
        flash(&mut session, chip, "hello");
        let mut core = session.core(0).unwrap();
        core.run().unwrap();
        for _ in 0..20 {
            core.halt(HALT).unwrap();
            let at = pc(&mut core);
            assert_eq!(pc(&mut core), at);
            core.run().unwrap();
            assert!(!core.core_halted().unwrap(), "{chip:?} {front:?}");
        }
    }
}
