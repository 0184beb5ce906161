//! Copies by DMA beside the processor.

const PROGRAM: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-mem-dma.elf");

#[test]
fn a_copy_takes_its_time_and_some_of_the_processors() {
    let run = crate::run_whole(PROGRAM, 30_000, &["DMA at an address that it cannot reach at 0x10000000"]);
    let [alone, beside, copied] = ["alone", "beside", "copied"].map(|name| run.value::<u64>(name));
    // Both use the one SRAM: the processor loses some accesses and not many.
    assert!(beside > alone && beside < alone * 2, "{alone} alone, {beside} beside the copy");
    // 4096 bytes: a read of 2 cycles each with 2 of arbitration, and bursts of four with 2 + 2 + 3.
    let expected = 4096 * 4 + 1024 * 7;
    assert!((expected..expected + expected / 10).contains(&copied), "{copied} cycles, not {expected}");
}
