//! The clock tree at 168 MHz.

const PROGRAM: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-clocks.elf");

#[test]
fn three_clocks_agree_at_168_mhz() {
    let run = crate::run_whole(PROGRAM, 30_000, &[]);
    assert!(
        run.text.contains("sysclk 168000000 Hz hclk 168000000 Hz pclk1 42000000 Hz pclk2 84000000 Hz"),
        "{}",
        run.text
    );
    assert!(run.text.contains("timclk1 84000000 Hz timclk2 168000000 Hz"), "{}", run.text);
    // The crystal and the PLL take 2.2 ms to start, the measurement 10 ms.
    assert!((12_200..12_500).contains(&run.micros()), "{}", run.micros());
}
