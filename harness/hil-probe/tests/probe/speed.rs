//! How fast the fronts are: run with `--ignored --nocapture`. Nothing is judged, because it depends on the host.

use std::time::{Duration, Instant};

use probe_rs::{MemoryInterface as _, RegisterId};

use crate::flash::flash;
use crate::rig::{ALL, Rig};

fn per_second<T>(count: usize, mut work: impl FnMut() -> T) -> f64 {
    let started = Instant::now();
    for _ in 0..count {
        std::hint::black_box(work());
    }
    count as f64 / started.elapsed().as_secs_f64()
}

#[test]
#[ignore = "measures, proves nothing"]
fn figures() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let started = Instant::now();
        drop(rig.attach(chip.name));
        let first = started.elapsed();
        let started = Instant::now();
        let mut session = rig.attach(chip.name);
        let attach = started.elapsed();
        let started = Instant::now();
        flash(&mut session, chip, "hello");
        let flashing = started.elapsed();
        let mut core = session.core(0).unwrap();
        let ram = chip.ram;
        let words = per_second(20_000, || core.read_word_32(ram).unwrap());
        let registers = per_second(5_000, || core.read_core_reg::<u32>(RegisterId(0)).unwrap());
        let mut block = vec![0u32; 16 << 10];
        let read = per_second(20, || core.read_32(ram, &mut block).unwrap()) * 0.065_536;
        let write = per_second(20, || core.write_32(ram, &block).unwrap()) * 0.065_536;
        let steps = per_second(1_000, || core.step().unwrap());
        core.run().unwrap();
        let polls = per_second(5_000, || core.read_word_32(ram).unwrap());
        let before = core.read_word_32(0xE000_1004).unwrap();
        let started = Instant::now();
        std::thread::sleep(Duration::from_millis(300));
        let passed = core.read_word_32(0xE000_1004).unwrap().wrapping_sub(before);
        let megahertz = f64::from(passed) / started.elapsed().as_secs_f64() / 1e6;
        println!(
            "{} {front:?}: first attach {:.1} ms, next {:.1} ms, flash+verify+reset {:.1} ms\n  halted: {:.0} words/s, \
             {:.0} registers/s, block read {read:.1} MB/s, write {write:.1} MB/s, {steps:.0} steps/s\n  running: {polls:.0} \
             words/s, core {megahertz:.1} MHz when left alone",
            chip.name,
            first.as_secs_f64() * 1e3,
            attach.as_secs_f64() * 1e3,
            flashing.as_secs_f64() * 1e3,
            words,
            registers,
        );
    }
}
