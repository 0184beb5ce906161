//! Conversions through the chip's bus: their times, sequences, flags, codes, watchdog, injected groups and triggers.

use crate::soc::testing::Rig;

const RCC: u32 = 0x4002_3800;
const ADC1: u32 = 0x4001_2000;
const ADC3: u32 = 0x4001_2200;
const CCR: u32 = 0x4001_2304;
const SR: u32 = 0x00;
const CR1: u32 = 0x04;
const CR2: u32 = 0x08;
const SMPR1: u32 = 0x0C;
const SMPR2: u32 = 0x10;
const HTR: u32 = 0x24;
const SQR1: u32 = 0x2C;
const SQR3: u32 = 0x34;
const JSQR: u32 = 0x38;
const JDR1: u32 = 0x3C;
const DR: u32 = 0x4C;
const SWSTART: u32 = 1 << 30;
/// PCLK2 is 16 MHz after a reset, ADCCLK half of it: a cycle is 125 ns.
const CYCLE: u64 = 125_000;

fn rig() -> Rig {
    let mut rig = Rig::new("stm32f4");
    rig.set(RCC + 0x44, 7 << 8);
    rig.write(ADC1 + CR2, 1);
    rig.write(ADC3 + CR2, 1);
    rig
}

fn volts(rig: &mut Rig, pin: &str, volts: f64) -> bool {
    rig.machine.cpu.with_soc(crate::soc::Master::Debugger, |soc, io| soc.apply_volts(pin, volts, io))
}

/// Lets exactly `picoseconds` pass, as far as the core's clock can.
fn pass(rig: &mut Rig, picoseconds: u64) {
    let end = crate::time::Time(rig.now() + picoseconds);
    let cpu = &mut rig.machine.cpu;
    cpu.cycles = cpu.clock.cycles_at(end);
    cpu.with_soc(crate::soc::Master::Debugger, |soc, io| soc.advance(io));
}

/// Whether `value` is the code of `volts` with the errors and the noise of the chip's file.
fn near(rig: &Rig, value: u32, volts: f64) -> bool {
    (f64::from(value) - volts / rig.machine.cpu.supply.load_volts() * 4096.0).abs() < 5.0
}

#[test]
fn a_channel_that_there_is_not_has_no_sampling_time_and_reads_0() {
    for channel in 19..=31 {
        let mut rig = rig();
        rig.write(ADC1 + SMPR1, 0x3FFF_FFFF);
        rig.write(ADC1 + SMPR2, 0x3FFF_FFFF);
        rig.write(ADC1 + SQR3, channel);
        rig.write(ADC1 + CR2, SWSTART | 1);
        pass(&mut rig, 15 * CYCLE);
        assert_eq!(rig.read(ADC1 + SR) >> 1 & 1, 1, "channel {channel}");
        let code = rig.read(ADC1 + DR);
        assert!(near(&rig, code, 0.0), "channel {channel}: {code}");
    }
}

#[test]
fn a_conversion_takes_its_sampling_time_and_twelve_cycles() {
    for (code, sampling) in [3u64, 15, 28, 56, 84, 112, 144, 480].into_iter().enumerate() {
        for (resolution, bits) in [(0, 12), (1, 10), (2, 8), (3, 6)] {
            let mut rig = rig();
            rig.write(ADC1 + CR1, resolution << 24);
            rig.write(ADC1 + SMPR2, code as u32);
            rig.write(ADC1 + CR2, SWSTART | 1);
            pass(&mut rig, (sampling + bits) * CYCLE - 62_500);
            assert_eq!(rig.read(ADC1 + SR), 1 << 4, "started, not done");
            pass(&mut rig, 62_500);
            assert_eq!(rig.read(ADC1 + SR), 1 << 4 | 1 << 1, "{sampling} and {bits} cycles");
        }
    }
}

#[test]
fn the_code_is_that_of_the_voltage_at_the_end_of_the_sampling_time() {
    let mut rig = rig();
    assert!(volts(&mut rig, "PC2", 1.0) && !volts(&mut rig, "PD2", 1.0));
    rig.write(ADC1 + SQR3, 12);
    rig.write(ADC1 + SMPR1, 7 << 6);
    rig.write(ADC1 + CR2, SWSTART | 1);
    pass(&mut rig, 479 * CYCLE);
    volts(&mut rig, "PC2", 2.0);
    pass(&mut rig, 2 * CYCLE);
    volts(&mut rig, "PC2", 3.0);
    pass(&mut rig, 20 * CYCLE);
    let code = rig.read(ADC1 + DR);
    assert!(near(&rig, code, 2.0), "{code}");
    assert_eq!(rig.read(ADC1 + SR) & 2, 0, "reading takes the result");
}

#[test]
fn resolution_and_alignment_shift_the_code() {
    for (resolution, left, full) in
        [(0, false, 0xFFF), (1, false, 0x3FF), (3, false, 0x3F), (0, true, 0xFFF0), (3, true, 0xFC)]
    {
        let mut rig = rig();
        volts(&mut rig, "PA0", 5.0);
        rig.write(ADC1 + CR1, resolution << 24);
        rig.write(ADC1 + CR2, SWSTART | u32::from(left) << 11 | 1);
        rig.pass_us(10);
        assert_eq!(rig.read(ADC1 + DR), full);
    }
}

#[test]
fn a_sequence_runs_through_its_channels_and_an_unread_result_is_an_overrun() {
    let mut rig = rig();
    volts(&mut rig, "PA3", 1.0);
    volts(&mut rig, "PA2", 2.0);
    rig.write(ADC1 + SQR1, 1 << 20);
    rig.write(ADC1 + SQR3, 2 << 5 | 3);
    rig.write(ADC1 + CR1, 1 << 8);
    // EOC behind every conversion.
    rig.write(ADC1 + CR2, SWSTART | 1 << 10 | 1);
    pass(&mut rig, 15 * CYCLE);
    let first = rig.read(ADC1 + DR);
    pass(&mut rig, 15 * CYCLE);
    let second = rig.read(ADC1 + DR);
    assert!(near(&rig, first, 1.0) && near(&rig, second, 2.0), "{first} {second}");
    assert_eq!(rig.read(ADC1 + SR) & 0x22, 0);
    rig.write(ADC1 + CR2, SWSTART | 1 << 10 | 1);
    rig.pass_us(10);
    assert_eq!(rig.read(ADC1 + SR) & 0x22, 0x22, "the second result had no room");
    let kept = rig.read(ADC1 + DR);
    rig.write(ADC1 + SR, !(1 << 5));
    assert_eq!(rig.read(ADC1 + SR) & 0x22, 0);
    assert!(!near(&rig, kept, 2.0), "the first result stays");
}

#[test]
fn continuous_conversions_follow_each_other_without_a_gap() {
    let mut rig = rig();
    rig.write(ADC1 + CR1, 1 << 5);
    rig.write(ADC1 + CR2, SWSTART | 2 | 1);
    for _ in 0..100 {
        pass(&mut rig, 15 * CYCLE);
        assert!(rig.irq(18));
        rig.read(ADC1 + DR);
        assert!(!rig.irq(18));
    }
}

#[test]
fn internal_channels_agree_with_the_calibration_words() {
    let mut rig = rig();
    rig.write(ADC1 + SQR3, 17);
    rig.write(ADC1 + SMPR1, 7 << 21);
    let mut convert = |common: u32| {
        rig.write(CCR, common);
        rig.write(ADC1 + CR2, SWSTART | 1);
        rig.pass_us(100);
        rig.read(ADC1 + DR)
    };
    assert!(convert(0) < 5, "switched off");
    let code = f64::from(convert(1 << 23));
    let calibration = f64::from(rig.read(0x1FFF_7A28) >> 16);
    assert!((1.17..1.25).contains(&(calibration * 3.3 / 4096.0)), "{calibration}");
    let supply = calibration * 3.3 / code;
    assert!((supply - rig.machine.cpu.supply.load_volts()).abs() < 0.015, "{supply} V");
}

#[test]
fn the_watchdog_looks_at_its_limits() {
    let mut rig = rig();
    rig.write(ADC1 + HTR, 2000);
    rig.write(ADC1 + CR1, 1 << 23 | 1 << 6);
    for (volts_in, alarm) in [(1.0, false), (2.0, true)] {
        volts(&mut rig, "PA0", volts_in);
        rig.write(ADC1 + SR, 0);
        rig.write(ADC1 + CR2, SWSTART | 1);
        rig.pass_us(10);
        assert_eq!((rig.read(ADC1 + SR) & 1 == 1, rig.irq(18)), (alarm, alarm), "{volts_in} V");
    }
}

#[test]
fn an_injected_group_comes_first_and_the_regular_conversion_again() {
    let mut rig = rig();
    volts(&mut rig, "PA0", 1.0);
    volts(&mut rig, "PA3", 2.0);
    rig.write(ADC1 + JSQR, 3 << 15);
    rig.write(ADC1 + CR2, SWSTART | 1);
    pass(&mut rig, 10 * CYCLE);
    rig.write(ADC1 + CR2, 1 << 22 | 1);
    pass(&mut rig, 15 * CYCLE);
    assert_eq!(rig.read(ADC1 + SR), 0b1_1100, "JEOC, and both started");
    let injected = rig.read(ADC1 + JDR1);
    assert!(near(&rig, injected, 2.0), "{injected}");
    pass(&mut rig, 15 * CYCLE);
    let regular = rig.read(ADC1 + DR);
    assert!(near(&rig, regular, 1.0), "{regular}");
}

#[test]
fn a_timer_starts_conversions() {
    let mut rig = rig();
    // TIM3 at 16 MHz with a period of 1 ms, TRGO at its update; ADC3 waits for a rising edge of it.
    rig.set(RCC + 0x40, 1 << 1);
    for (offset, value) in [(0x28, 15), (0x2C, 999), (0x14, 1), (0x04, 2 << 4), (0x00, 1)] {
        rig.write(0x4000_0400 + offset, value);
    }
    volts(&mut rig, "PF3", 1.5);
    rig.write(ADC3 + SQR3, 9);
    rig.write(ADC3 + CR2, 1 << 28 | 8 << 24 | 1);
    rig.pass_us(990);
    assert_eq!(rig.read(ADC3 + SR), 0);
    rig.pass_us(20);
    let code = rig.read(ADC3 + DR);
    assert!(near(&rig, code, 1.5), "{code}");
    rig.pass_us(980);
    assert_eq!(rig.read(ADC3 + SR) & 2, 0);
    rig.pass_us(20);
    assert_eq!(rig.read(ADC3 + SR) & 2, 2);
}

#[test]
fn requests_end_with_the_transfer_unless_dds_is_set_and_then_results_are_lost() {
    const STREAM0: u32 = 0x4002_6410;
    for (dds, overrun) in [(0, 0), (1 << 9, 1 << 5)] {
        let mut rig = rig();
        volts(&mut rig, "PA0", 1.0);
        rig.set(RCC + 0x30, 1 << 22);
        let setup = [(0x08, ADC1 + DR), (0x0C, 0x2000_2000), (0x04, 2), (0x00, 1 << 11 | 1 << 13 | 1 << 10 | 1)];
        for (offset, value) in setup {
            rig.write(STREAM0 + offset, value);
        }
        rig.write(0x2000_2004, 0x1234_5678);
        rig.write(ADC1 + CR2, SWSTART | 1 << 8 | dds | 2 | 1);
        rig.pass_us(100);
        assert_eq!((rig.read(STREAM0) & 1, rig.read(0x4002_6400) >> 5 & 1), (0, 1), "the transfer is complete");
        let both = rig.read(0x2000_2000);
        assert!(near(&rig, both & 0xFFFF, 1.0) && near(&rig, both >> 16, 1.0), "{both:#x}");
        assert_eq!(rig.read(0x2000_2004), 0x1234_5678);
        assert_eq!(rig.read(ADC1 + SR) & 1 << 5, overrun);
    }
}

#[test]
fn the_same_seed_gives_the_same_noise() {
    let codes = |start: u64| {
        let mut rig = rig();
        volts(&mut rig, "PA0", 1.1);
        rig.write(ADC1 + CR2, 2 | SWSTART | 1);
        pass(&mut rig, start);
        (0..200).map(|_| (pass(&mut rig, 15 * CYCLE), rig.read(ADC1 + DR)).1).collect::<Vec<_>>()
    };
    let first = codes(0);
    assert_eq!(first, codes(0));
    assert!(first.iter().any(|code| *code != first[0]), "there is noise");
    assert!(first.iter().all(|code| code.abs_diff(first[0]) < 8), "and not much: {first:?}");
}
