//! The converter with DMA, paced by a timer.

use crate::semihosting::Run;

const PROGRAM: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-adc-dma.elf");

fn run(volts: f64, slice: u64) -> Run {
    let mut run = Run::new("stm32f4", PROGRAM);
    run.slice = slice;
    assert!(run.outside(|soc, io| soc.apply_volts("PA4", volts, io)));
    assert!(!run.outside(|soc, io| soc.apply_volts("PD0", volts, io)), "PD0 has no converter");
    run.until(60_000);
    run.succeeded();
    run
}

#[test]
fn volts_and_amperes_come_out_as_they_are() {
    for volts in [0.2, 1.234, 3.0] {
        let run = run(volts, 1_000_000);
        let measured = run.value::<f64>("microvolts") / 1e6;
        // 3 LSB of 0.8 mV: errors and noise of this part, and the rounding of its calibration word.
        assert!((measured - volts).abs() < 0.0025, "{measured} V instead of {volts} V:\n{}", run.text);
        let supply = run.value::<f64>("supply_microvolts") / 1e6;
        let real = run.machine.cpu.supply.load_volts();
        assert!((supply - real).abs() < 0.006, "{supply} V instead of {real} V");
        let amperes = run.value::<f64>("microamperes") / 1e6;
        let real = run.machine.cpu.supply.amperes();
        assert!((amperes / real - 1.0).abs() < 0.05, "{amperes} A instead of {real} A");
    }
}

#[test]
fn conversions_do_not_depend_on_how_the_host_slices_time() {
    let (one, other) = (run(1.5, 1_000_000), run(1.5, 7_919));
    assert_eq!(one.text, other.text);
    assert_eq!(one.machine.cpu.cycles, other.machine.cpu.cycles);
}

#[test]
fn a_step_is_seen_by_the_conversions_behind_it() {
    let mut run = Run::new("stm32f4", PROGRAM);
    run.outside(|soc, io| soc.apply_volts("PA4", 0.5, io));
    run.until_line("sampling", 20_000);
    run.until(run.micros() + 5_050);
    run.outside(|soc, io| soc.apply_volts("PA4", 1.5, io));
    run.until(60_000);
    run.succeeded();
    // Half of the pairs before the step, half behind it.
    let measured = run.value::<f64>("microvolts") / 1e6;
    assert!((0.985..1.015).contains(&measured), "{measured} V:\n{}", run.text);
}
