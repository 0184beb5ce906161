//! The micro-benchmarks of the cycle model on a whole machine, read from CYCCNT by the program itself; and that
//! `CYCLES.md` says what the code does.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

#[path = "cycles/programs.rs"]
mod programs;

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use hil_emulator::cpu::Cpu;
use hil_emulator::cycles::{Model, Rule, Rules, Timing};
use hil_emulator::machine::Machine;
use hil_emulator::memory::{Kind, Memory, Region};
use hil_emulator::soc::{Bare, Width};
use hil_emulator::system::System;
use programs::{PROGRAMS, Program};

const RAM: u32 = 0x2000_0000;
const CPACR: u32 = 0xE000_ED88;
const DEMCR: u32 = 0xE000_EDFC;
const DWT_CTRL: u32 = 0xE000_1000;
const CYCCNT: u32 = 0xE000_1004;

fn machine(program: &Program, rules: Rules, turns: u32) -> Machine {
    let mut flash = Region::new("flash", Kind::Flash, 0, 0x400, true, 0xff);
    let code: Vec<u8> = program.code.iter().flat_map(|half| half.to_le_bytes()).collect();
    flash.bytes[..code.len()].copy_from_slice(&code);
    let mut ram = Region::new("ram", Kind::Ram, RAM, 0x400, true, 0);
    for word in ram.bytes[0x40..0x80].chunks_mut(4) {
        word.copy_from_slice(&(RAM + 0x80).to_le_bytes());
    }
    let memory = Memory::new(vec![flash, ram], Vec::new());
    let mut cpu = Cpu::new(memory, Box::new(Bare), System::default(), Timing::new(rules), 1_000_000);
    cpu.bus_write(CPACR, Width::Word, 0x00f0_0000).unwrap();
    cpu.bus_write(DEMCR, Width::Word, 1 << 24).unwrap();
    let control = cpu.bus_read(DWT_CTRL, Width::Word).unwrap();
    cpu.bus_write(DWT_CTRL, Width::Word, control | 1).unwrap();
    (cpu.r[0], cpu.r[1], cpu.r[2], cpu.r[7], cpu.r[9], cpu.r[13]) = (RAM, RAM + 0x40, 4, turns, CYCCNT, RAM + 0x400);
    for (register, value) in program.registers {
        cpu.r[*register] = *value;
    }
    for single in &mut cpu.s {
        *single = 1.0f32.to_bits();
    }
    Machine::new(cpu, Model::new(rules))
}

/// Cycles that the program counts for `turns` turns of its loop, run in slices of `slice` cycles.
fn counted(program: &Program, rules: Rules, turns: u32, slice: u64) -> u64 {
    let mut machine = machine(program, rules, turns);
    let attention = AtomicBool::new(false);
    let budget = u64::from(turns) * 40 + 1000;
    while machine.cpu.cycles < budget {
        machine.run(slice.min(budget), &attention);
    }
    assert_eq!(machine.cpu.r[7], 0, "{} did not come to its end: {:?}", program.text, machine.cpu);
    u64::from(machine.cpu.r[10].wrapping_sub(machine.cpu.r[8]))
}

/// Cycles of one turn: the ends of the measurement cancel out.
fn turn(program: &Program, rules: Rules) -> u64 {
    let more = counted(program, rules, 150, u64::MAX) - counted(program, rules, 50, u64::MAX);
    assert_eq!(more % 100, 0, "{}: every turn takes the same", program.text);
    more / 100
}

#[test]
fn every_program_takes_the_cycles_that_were_worked_out() {
    let mut wrong = String::new();
    for program in PROGRAMS {
        let with = turn(program, Rules::all());
        let without = turn(program, Rules::all().without(program.rule));
        if (with, without) != (program.with, program.without) {
            let expect = (program.with, program.without);
            writeln!(wrong, "{}: {}: {:?}, not {expect:?}", program.rule.name(), program.text, (with, without))
                .unwrap();
        }
        assert_ne!(program.with, program.without, "{}: the rule shows", program.text);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_rule_has_a_program() {
    for rule in Rule::ALL {
        assert!(PROGRAMS.iter().any(|program| program.rule == *rule), "{}", rule.name());
    }
}

#[test]
fn without_rules_every_instruction_takes_one_cycle() {
    let program = PROGRAMS.iter().find(|program| program.text == "ldr r3, [r0]; ldr r4, [r1]").unwrap();
    assert_eq!(turn(program, Rules::none()), 4);
}

#[test]
fn slices_do_not_change_the_count() {
    for program in PROGRAMS {
        let whole = counted(program, Rules::all(), 50, u64::MAX);
        for slice in [1, 2, 3, 7, 50] {
            assert_eq!(counted(program, Rules::all(), 50, slice), whole, "{} in slices of {slice}", program.text);
        }
    }
}

/// The tables of `CYCLES.md`.
fn tables() -> String {
    let mut text = String::from("| rule | what it says | source | known |\n|---|---|---|---|\n");
    for rule in Rule::ALL {
        let row = (rule.name(), rule.statement(), rule.source(), rule.evidence());
        writeln!(text, "| `{}` | {} | {} | {} |", row.0, row.1, row.2, row.3).unwrap();
    }
    text += "\n| rule | loop | cycles | without the rule |\n|---|---|---|---|\n";
    for program in PROGRAMS {
        let registers: Vec<_> = program
            .registers
            .iter()
            .map(|(register, value)| format!("r{register} = {}", value.cast_signed()))
            .collect();
        let registers = if registers.is_empty() { String::new() } else { format!(" ({})", registers.join(", ")) };
        let (rule, with, without) = (program.rule.name(), program.with, program.without);
        writeln!(text, "| `{rule}` | `{}`{registers} | {with} | {without} |", program.text).unwrap();
    }
    text
}

#[test]
fn the_document_shows_the_tables_of_the_code() {
    let document = include_str!("../CYCLES.md");
    let inside = document.split_once("<!-- tables -->\n\n").and_then(|(_, rest)| rest.split_once("\n<!-- end -->"));
    let (found, _) = inside.expect("CYCLES.md marks where its tables start and end");
    let wanted = tables();
    if found != wanted {
        let place = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("CYCLES.md");
        std::fs::write(&place, &wanted).unwrap();
        panic!("the tables of CYCLES.md are old; the new ones are in {}", place.display());
    }
}
