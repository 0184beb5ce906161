//! The scores of the int8 network, bit by bit: on this computer, on both emulated boards and on QEMU. Where QEMU is absent,
//! the tests say `NOT TESTED`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail it by panicking")]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use hil_emulator::board;
use hil_emulator::debug::ap::memory_write;
use hil_emulator::elf::Image;
use hil_emulator::machine::Stop;
use hil_emulator::soc::{ResetCause, Width};
use hil_emulator_differential::{Error, qemu};
use hil_kernels::keyword::KeywordWeights;
use hil_kernels::known_answer::{EXPECTED, SEED, SyntheticClip};
use hil_kernels::stream::{BoardStream, HOP, HOPS};

/// The clips of the program `fixtures/elf/src/keyword`.
const SEEDS: [u32; 6] = [SEED, 1, 2, 3, 5, 8];
/// The program for each board, and a machine of QEMU with flash and RAM at the same addresses.
const PROGRAMS: [(&str, &str, &str); 2] =
    [("stm32f4", "keyword-stm32f407.elf", "netduinoplus2"), ("nrf52840", "keyword-nrf52840.elf", "mps2-an386")];
/// Cycles within which a board recognises all clips: 300 hops of some 200,000 each.
const BOUND: u64 = 400_000_000;

fn program(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fixtures/elf").join(file)
}

/// What the program has to write, by the kernels of this computer.
fn of_this_computer() -> String {
    let mut stream = BoardStream::new(KeywordWeights::embedded().unwrap()).unwrap();
    let mut text = String::new();
    for seed in SEEDS {
        let (mut clip, mut hop) = (SyntheticClip::new(seed), [0; HOP]);
        let (mut digest, mut scores) = (0x811c_9dc5_u32, Vec::new());
        stream.restart();
        for _ in 0..HOPS {
            clip.fill(&mut hop);
            scores = stream.hear(&hop).unwrap().scores.map(f32::to_bits).to_vec();
            digest = scores.iter().fold(digest, |digest, bits| (digest ^ bits).wrapping_mul(0x0100_0193));
        }
        let scores: String = scores.iter().map(|bits| format!(" {bits:08x}")).collect();
        text.push_str(&format!("clip {seed:08x} hops {digest:08x} scores{scores}\n"));
    }
    text
}

/// What the program writes on an emulated board, and whether it ends with success.
fn of_board(name: &str, elf: &[u8]) -> (bool, String) {
    // Semihosting for AArch32 and AArch64: SYS_WRITE0, SYS_EXIT, ADP_Stopped_ApplicationExit. Debug Halting Control and
    // Status Register with halting debug on (DDI 0403E, C1.6.2).
    const WRITE0: u32 = 0x04;
    const EXIT: u32 = 0x18;
    const SUCCESS: u32 = 0x2_0026;
    const DHCSR: (u32, u32) = (0xE000_EDF0, 0xA05F_0001);
    let mut machine = board::build(name, 1).unwrap();
    Image::parse(elf).unwrap().load(&mut machine).unwrap();
    machine.cpu.reset(ResetCause::PowerOn);
    memory_write(&mut machine.cpu, DHCSR.0, Width::Word, DHCSR.1).unwrap();
    let mut text = String::new();
    while machine.cpu.cycles < BOUND {
        if machine.run(1_000_000, &AtomicBool::new(false)) != Stop::Halted {
            continue;
        }
        let cpu = &mut machine.cpu;
        match (cpu.memory.fetch(cpu.pc), cpu.reg(0), cpu.reg(1)) {
            (Some(0xBEAB), WRITE0, address) => {
                let bytes = (address..).map(|address| cpu.memory.slice(address, 1).unwrap()[0]);
                text.extend(bytes.take_while(|byte| *byte != 0).map(char::from));
            }
            (Some(0xBEAB), EXIT, reason) => return (reason == SUCCESS, text),
            other => panic!("{name} halted at {:#010x}: {other:x?}\n{text}", cpu.pc),
        }
        cpu.pc += 2;
        memory_write(cpu, DHCSR.0, Width::Word, DHCSR.1).unwrap();
    }
    panic!("{name} did not come to the end:\n{text}");
}

#[test]
fn emulated_boards_give_the_scores_of_this_computer_bit_by_bit() {
    let expected = of_this_computer();
    let known: String = EXPECTED.int8.iter().map(|score| format!(" {:08x}", score.to_bits())).collect();
    assert!(expected.lines().next().unwrap().ends_with(&known), "the first clip is that of the known answer");
    for (board, file, _) in PROGRAMS {
        assert_eq!(of_board(board, &std::fs::read(program(file)).unwrap()), (true, expected.clone()), "{board}");
    }
}

#[test]
fn qemu_gives_the_scores_of_this_computer_bit_by_bit() {
    let expected = of_this_computer();
    for (_, file, machine) in PROGRAMS {
        match qemu::semihosted(machine, &program(file)) {
            Ok((success, text)) => assert_eq!((success, text.trim()), (true, expected.trim()), "{file} on {machine}"),
            Err(error @ Error::NoQemu) => println!("NOT TESTED: {error}"),
            Err(error) => panic!("{error}"),
        }
    }
}
