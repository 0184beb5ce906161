//! A serial port with DMA both ways.

use crate::semihosting::Run;

const PROGRAM: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-uart-dma.elf");
/// USART2.
const PORT: usize = 1;
/// A character at 115200 baud in microseconds, from BRR 0x16C or 0x16D at 42 MHz.
const CHARACTER: f64 = 10.0 * 365.0 / 42.0;

fn feed(run: &mut Run, bytes: &[u8]) {
    let taken = run.outside(|soc, io| soc.feed_serial(PORT, bytes, io));
    assert_eq!(taken, bytes.len());
}

#[test]
fn messages_of_unknown_length_go_through_a_ring_and_come_back() {
    let mut run = Run::new("stm32f4", PROGRAM);
    run.until_line("ready", 20_000);
    let sent = run.machine.cpu.soc.take_serial(PORT);
    let text: Vec<u8> = sent.iter().map(|sent| sent.byte).collect();
    assert_eq!(text, b"up and rea", "the last two are on their way");
    let gaps: Vec<f64> = sent.windows(2).map(|pair| (pair[1].at.0 - pair[0].at.0) as f64 / 1e6).collect();
    assert!(gaps.iter().all(|gap| (gap - CHARACTER).abs() < 0.05), "{gaps:?}");

    // The third message wraps around in the ring of 16 bytes.
    for (message, answer) in
        [("hello", "HELLO......."), ("ring", "RING........"), ("wraps now", "WRAPS NOW..."), ("end", "END.........")]
    {
        run.until(run.micros() + 3_000);
        run.machine.cpu.soc.take_serial(PORT);
        let start = run.micros();
        feed(&mut run, message.as_bytes());
        run.until_line(&format!("received {}", message.len()), start + 5_000);
        // The message, a character of silence, and what the program takes.
        let expected = CHARACTER * (message.len() + 1) as f64;
        let took = (run.micros() - start) as f64;
        assert!((expected..expected + 15.0).contains(&took), "{message}: {took} us, not {expected}");
        run.text.clear();
        run.until(run.micros() + 1_200);
        let text: Vec<u8> = run.machine.cpu.soc.take_serial(PORT).iter().map(|sent| sent.byte).collect();
        assert_eq!(String::from_utf8_lossy(&text), answer);
    }
    run.until(run.micros() + 2_000);
    feed(&mut run, b"123");
    run.until(run.micros() + 5_000);
    run.succeeded();
    assert_eq!(run.value::<u64>("kept"), 0x31, "the first byte stays, the others are lost");
}
