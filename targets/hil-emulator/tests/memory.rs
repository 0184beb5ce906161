//! What wait states, prefetch and caches cost compiled programs on the emulated STM32F407, and that `CYCLES.md` shows it:
//! a sweep over the wait states, and the transforms of the crate microfft beside its author's measurements.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use hil_emulator::board::build;
use hil_emulator::debug::ap::memory_write;
use hil_emulator::elf::Image;
use hil_emulator::machine::{Machine, Stop};
use hil_emulator::soc::{Master, ResetCause, Width};

/// The programs of the sweep with the iterations they do.
const PROGRAMS: [(&str, &[u8], u32); 4] = [
    ("bench-fir", include_bytes!("../../../fixtures/elf/bench-fir.elf"), 50),
    ("bench-hash", include_bytes!("../../../fixtures/elf/bench-hash.elf"), 500),
    ("bench-state", include_bytes!("../../../fixtures/elf/bench-state.elf"), 100),
    ("bench-memcpy", include_bytes!("../../../fixtures/elf/bench-memcpy.elf"), 1000),
];
const FFT: &[u8] = include_bytes!("../../../fixtures/elf/fft.elf");
/// What QEMU computes for [`FFT`].
const FFT_CHECKSUM: u32 = 0x70ee_2b88;

/// FLASH_ACR: PRFTEN, ICEN and DCEN.
const PREFETCH: u32 = 1 << 8;
const CACHES: u32 = 3 << 9;
/// The settings of the sweep, from the slowest to the fastest.
const SETTINGS: [(&str, u32); 4] =
    [("none", 0), ("prefetch", PREFETCH), ("caches", CACHES), ("prefetch and caches", PREFETCH | CACHES)];
const WAIT_STATES: std::ops::RangeInclusive<u32> = 0..=5;

const DHCSR: u32 = 0xE000_EDF0;
const RCC_CR: u32 = 0x4002_3800;
const RCC_PLLCFGR: u32 = 0x4002_3804;
const RCC_CFGR: u32 = 0x4002_3808;
const FLASH_ACR: u32 = 0x4002_3C00;

/// A clock: PLLCFGR from a crystal of 8 MHz, CFGR, and the hertz they give.
type Clock = (u32, u32, u64);
const MHZ_168: Clock = (0x0740_5408, 0x0000_9402, 168_000_000);
const MHZ_72: Clock = (0x0741_4808, 0x0000_1002, 72_000_000);

/// A board with a program, started from reset with the clock and FLASH_ACR.
fn board(program: &Image<'_>, clock: Clock, acr: u32) -> Machine {
    let mut machine = build("stm32f4", 1).unwrap();
    program.load(&mut machine).unwrap();
    machine.cpu.reset(ResetCause::PowerOn);
    let write = |machine: &mut Machine, address, value| {
        machine.cpu.write_as(Master::Debugger, address, Width::Word, value).unwrap();
    };
    let wait = |machine: &mut Machine| {
        machine.cpu.pass_while_halted(100_000);
        assert_eq!(machine.run(0, &AtomicBool::new(false)), Stop::Halted);
    };
    memory_write(&mut machine.cpu, DHCSR, Width::Word, 0xA05F_0003).unwrap();
    write(&mut machine, RCC_CR, 0x0001_0083);
    wait(&mut machine);
    write(&mut machine, RCC_PLLCFGR, clock.0);
    write(&mut machine, RCC_CR, 0x0101_0083);
    wait(&mut machine);
    write(&mut machine, FLASH_ACR, acr);
    write(&mut machine, RCC_CFGR, clock.1);
    assert_eq!(machine.cpu.clock.hz(), clock.2);
    memory_write(&mut machine.cpu, DHCSR, Width::Word, 0xA05F_0001).unwrap();
    machine
}

fn word(machine: &Machine, address: u32) -> u32 {
    let bytes = machine.cpu.memory.slice(address, 4).unwrap();
    u32::from_le_bytes(*bytes.first_chunk().unwrap())
}

/// Runs to the breakpoint behind the work, `slice` cycles at a time.
fn finish(machine: &mut Machine, slice: u64) {
    let mut stop = Stop::Budget;
    while stop == Stop::Budget && machine.cpu.cycles < 500_000_000 {
        stop = machine.run(slice, &AtomicBool::new(false));
    }
    assert_eq!(stop, Stop::Halted, "stopped at {:#010x}", machine.cpu.pc);
}

/// The cycles of a program's work by its own measurement, and its checksum.
fn measured(file: &[u8], iterations: u32, acr: u32, slice: u64) -> (u32, u32) {
    let program = Image::parse(file).unwrap();
    let mut machine = board(&program, MHZ_168, acr);
    let place = machine.cpu.memory.slice_mut(program.symbol("ITERATIONS").unwrap(), 4).unwrap();
    place.copy_from_slice(&iterations.to_le_bytes());
    finish(&mut machine, slice);
    let value = |name| word(&machine, program.symbol(name).unwrap());
    assert_eq!(value("STATE"), 2, "the work is done");
    (value("CYCLES"), value("CHECKSUM"))
}

/// Cycles for each setting and each number of wait states.
fn sweep(file: &[u8], iterations: u32) -> Vec<Vec<u32>> {
    let row = |acr| WAIT_STATES.map(move |waits| measured(file, iterations, acr | waits, u64::MAX >> 1).0).collect();
    SETTINGS.map(|(_, acr)| row(acr)).to_vec()
}

#[test]
fn cycles_grow_with_wait_states_and_shrink_with_each_helper() {
    for (name, file, iterations) in PROGRAMS {
        let rows = sweep(file, iterations);
        let [none, prefetch, caches, both] = [&rows[0], &rows[1], &rows[2], &rows[3]];
        assert!(none.windows(2).all(|pair| pair[0] < pair[1]), "{name}: every wait state costs: {none:?}");
        for row in [prefetch, caches, both] {
            assert!(row.windows(2).all(|pair| pair[0] <= pair[1]), "{name}: {row:?}");
        }
        assert!(rows.iter().all(|row| row[0] == none[0]), "{name}: without wait states nothing helps: {rows:?}");
        for waits in 1..none.len() {
            let (none, prefetch, caches, both) = (none[waits], prefetch[waits], caches[waits], both[waits]);
            assert!(none > prefetch && prefetch > both && caches >= both, "{name}, {waits} wait states: {rows:?}");
        }
        // ST: with the accelerator on, programs run as if there were no wait states. Those loops fit.
        assert!(f64::from(both[5]) <= f64::from(none[0]) * 1.05, "{name}: {both:?}");
    }
}

#[test]
fn neither_a_second_run_nor_slices_nor_settings_change_what_happens() {
    let (_, file, _) = PROGRAMS[0];
    for acr in [5, PREFETCH | 5, PREFETCH | CACHES | 5] {
        let whole = measured(file, 2, acr, u64::MAX >> 1);
        for slice in [1000, 10, 7] {
            assert_eq!(measured(file, 2, acr, slice), whole, "in slices of {slice} cycles");
        }
    }
    let results = [0, 5, PREFETCH | CACHES | 5].map(|acr| measured(file, 2, acr, u64::MAX >> 1).1);
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "results depend on no wait state: {results:x?}");
}

/// Points, and the cycles that the author of microfft published for them.
const PUBLISHED: [(u32, u32); 7] =
    [(16, 778), (32, 2331), (64, 7120), (128, 17506), (256, 41471), (512, 95600), (1024, 224_224)];

/// The cycles of each transform at 72 MHz.
fn transforms(acr: u32) -> [u32; 7] {
    let program = Image::parse(FFT).unwrap();
    let mut machine = board(&program, MHZ_72, acr);
    finish(&mut machine, u64::MAX >> 1);
    assert_eq!(word(&machine, program.symbol("CHECKSUM").unwrap()), FFT_CHECKSUM);
    let table = program.symbol("FFT_CYCLES").unwrap();
    std::array::from_fn(|index| word(&machine, table + 4 * index as u32))
}

/// The tables of `CYCLES.md`.
fn tables() -> String {
    let mut text = String::from("| program | on | 0 | 1 | 2 | 3 | 4 | 5 |\n|---|---|---|---|---|---|---|---|\n");
    for (name, file, iterations) in PROGRAMS {
        for ((setting, _), row) in SETTINGS.iter().zip(sweep(file, iterations)) {
            let cells: Vec<String> = row.iter().map(u32::to_string).collect();
            writeln!(text, "| {name} | {setting} | {} |", cells.join(" | ")).unwrap();
        }
    }
    text += "\n| points | author | emulated | without prefetch | emulated / author | author, to the size before | emulated |\n";
    text += "|---|---|---|---|---|---|---|\n";
    let (emulated, plain) = (transforms(PREFETCH | 2), transforms(2));
    for (index, (points, author)) in PUBLISHED.into_iter().enumerate() {
        let ours = emulated[index];
        let growth = match index.checked_sub(1) {
            Some(before) => {
                let ratio = |now: u32, before: u32| f64::from(now) / f64::from(before);
                format!("{:.2} | {:.2}", ratio(author, PUBLISHED[before].1), ratio(ours, emulated[before]))
            }
            None => " | ".to_owned(),
        };
        let ratio = f64::from(ours) / f64::from(author);
        writeln!(text, "| {points} | {author} | {ours} | {} | {ratio:.2} | {growth} |", plain[index]).unwrap();
    }
    text
}

#[test]
fn the_transforms_grow_as_their_author_measured() {
    let emulated = transforms(PREFETCH | 2);
    // The two smallest steps are between listings that no loop shares, and depend on the compiler most.
    let bounds = [0.2, 0.2, 0.05, 0.05, 0.05, 0.05];
    for ((pair, published), bound) in emulated.windows(2).zip(PUBLISHED.windows(2)).zip(bounds) {
        let growth = f64::from(pair[1]) / f64::from(pair[0]);
        let published = f64::from(published[1].1) / f64::from(published[0].1);
        assert!((growth / published - 1.0).abs() < bound, "{emulated:?}: {growth:.2}, published {published:.2}");
    }
}

#[test]
fn the_document_shows_the_tables_of_the_code() {
    let document = include_str!("../CYCLES.md");
    let inside =
        document.split_once("<!-- waits -->\n\n").and_then(|(_, rest)| rest.split_once("\n<!-- end of waits -->"));
    let (found, _) = inside.expect("CYCLES.md marks where its tables of wait states start and end");
    let wanted = tables();
    if found != wanted {
        let place = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("waits.md");
        std::fs::write(&place, &wanted).unwrap();
        panic!("the tables of CYCLES.md are old; the new ones are in {}", place.display());
    }
}
