//! Delays, periodic interrupts and pulse-width modulation.

use crate::semihosting::Run;

const PROGRAM: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-timers.elf");

#[test]
fn a_second_has_a_thousand_interrupts_and_a_quarter_is_a_quarter() {
    let mut run = Run::new("stm32f4", PROGRAM);
    run.until_line("modulating", 1_100_000);
    // 2 ms of 20 kHz, looked at every 100 cycles: 40 periods of 84 looks.
    run.slice = 100;
    let (mut looks, mut high, mut rises, mut before) = (0u32, 0u32, 0u32, false);
    let end = run.micros() + 1_900;
    while run.micros() < end {
        run.until(run.micros() + 1);
        let level = run.machine.cpu.soc.pin_level("PD12").expect("the timer drives its pin");
        looks += 1;
        high += u32::from(level);
        rises += u32::from(level && !before);
        before = level;
    }
    let share = f64::from(high) / f64::from(looks);
    assert!((0.24..0.26).contains(&share), "{high} of {looks}");
    assert!((37..=39).contains(&rises), "{rises} rising edges in 1.9 ms of 20 kHz");
    run.slice = 1_000_000;
    run.until(1_200_000);
    run.succeeded();
    // 1.5 ms, a second, 2 ms, and the start of the crystal and the PLL.
    assert!((1_005_700..1_007_500).contains(&run.micros()), "{}", run.micros());
}
