//! SAADC, RNG and TEMP.

use crate::soc::Master;
use crate::soc::testing::Rig;

const SAADC: u32 = 0x4000_7000;
const TIMER: u32 = 0x4000_8000;
const TEMP: u32 = 0x4000_C000;
const RNG: u32 = 0x4000_D000;
const PPI: u32 = 0x4001_F000;
const BUFFER: u32 = 0x2000_0100;

fn apply(rig: &mut Rig, name: &str, volts: f64) -> bool {
    rig.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.apply_volts(name, volts, io))
}

/// The converter at 12 bits with channel 0 on `input` by `config`, ready for `length` results.
fn saadc(input: u32, config: u32, length: u32) -> Rig {
    let mut rig = Rig::new("nrf52840");
    rig.write(SAADC + 0x500, 1);
    rig.write(SAADC + 0x5F0, 2);
    rig.write(SAADC + 0x510, input);
    rig.write(SAADC + 0x518, config);
    rig.write(SAADC + 0x62C, BUFFER);
    rig.write(SAADC + 0x630, length);
    rig
}

fn result(rig: &mut Rig, index: u32) -> i32 {
    let word = rig.read((BUFFER + 2 * index) & !3);
    i32::from((word >> (16 * (index & 1))) as u16 as i16)
}

/// Starts, samples once and waits for END.
fn convert(rig: &mut Rig) -> i32 {
    rig.write(SAADC + 0x104, 0);
    rig.write(SAADC, 1);
    rig.write(SAADC + 4, 1);
    rig.poll(SAADC + 0x104, 1, 1);
    result(rig, 0)
}

/// GAIN in CONFIG.
const fn gain(code: u32) -> u32 {
    code << 8
}

#[test]
fn switching_off_ends_what_the_converter_does() {
    let mut rig = saadc(1, gain(0), 4);
    // The converter's own timer, every 5 us.
    rig.write(SAADC + 0x5F8, 1 << 12 | 80);
    rig.write(SAADC, 1);
    rig.write(SAADC + 4, 1);
    rig.write(SAADC + 0xC, 1);
    rig.pass_us(1);
    rig.write(SAADC + 0x500, 0);
    rig.pass_us(1000);
    let (done, end, calibrated) = (SAADC + 0x108, SAADC + 0x104, SAADC + 0x110);
    assert_eq!([done, end, calibrated, SAADC + 0x400].map(|at| rig.read(at)), [0; 4]);
    // It does not go on where it was: START is needed again.
    rig.write(SAADC + 0x500, 1);
    rig.write(SAADC + 4, 1);
    rig.pass_us(1000);
    assert_eq!((rig.read(done), rig.read(end)), (0, 0));
}

#[test]
fn codes_follow_gain_reference_and_resolution() {
    // 1/6 and 0.6 V: 3.6 V is the whole range.
    let mut rig = saadc(1, gain(0), 1);
    assert!(apply(&mut rig, "P0.02", 0.9));
    for (resolution, bits) in [(0, 8), (1, 10), (2, 12), (3, 14)] {
        rig.write(SAADC + 0x5F0, resolution);
        let want = (1 << bits) / 4;
        let code = convert(&mut rig);
        assert!((code - want).abs() <= 1 + want / 100, "{code} instead of {want}");
    }
    rig.write(SAADC + 0x5F0, 2);
    // Gain 1 and 0.6 V: out of range. Gain 1/4 and a quarter of VDD: 0.9 of about 3 V.
    rig.write(SAADC + 0x518, gain(5));
    assert_eq!(convert(&mut rig), 4095);
    rig.write(SAADC + 0x518, gain(2) | 1 << 12);
    assert!(apply(&mut rig, "VDD", 3.0));
    let code = convert(&mut rig);
    assert!((code - 1229).abs() <= 5, "{code}");
    // Differential: 0.9 V less 1.5 V of 3.6 V, over both signs.
    assert!(apply(&mut rig, "P0.03", 1.5));
    rig.write(SAADC + 0x514, 2);
    rig.write(SAADC + 0x518, gain(0) | 1 << 20);
    let code = convert(&mut rig);
    assert!((code + 341).abs() <= 4, "{code}");
    assert!(!apply(&mut rig, "P0.06", 1.0), "no analog pin");
    rig.write(SAADC + 0x510, 9);
    rig.write(SAADC + 0x518, gain(0));
    let code = convert(&mut rig);
    assert!((code - 3413).abs() <= 5, "VDD: {code}");
}

#[test]
fn a_conversion_takes_acquisition_and_conversion_time() {
    for (acquisition, us) in [(0, 3), (2, 10), (5, 40)] {
        let mut rig = saadc(1, acquisition << 16, 1);
        rig.write(SAADC, 1);
        assert_eq!(rig.read(SAADC + 0x100), 1);
        rig.write(SAADC + 4, 1);
        assert_eq!(rig.poll(SAADC + 0x104, 1, 1), us + 2);
        assert_eq!((rig.read(SAADC + 0x108), rig.read(SAADC + 0x10C), rig.read(SAADC + 0x634)), (1, 1, 1));
    }
}

#[test]
fn a_burst_averages_and_noise_is_less() {
    let spread = |oversample: u32| {
        let mut rig = saadc(1, gain(5) | 1 << 24, 1);
        apply(&mut rig, "P0.02", 0.3);
        rig.write(SAADC + 0x5F0, 3);
        rig.write(SAADC + 0x5F4, oversample);
        let codes: Vec<f64> = (0..60).map(|_| f64::from(convert(&mut rig))).collect();
        let mean = codes.iter().sum::<f64>() / 60.0;
        assert!((mean - 8192.0).abs() < 4.0, "{mean}");
        (codes.iter().map(|code| (code - mean).powi(2)).sum::<f64>() / 60.0).sqrt()
    };
    // 300 uV of 36.6 uV a step.
    let (one, many) = (spread(0), spread(6));
    assert!((6.0..11.0).contains(&one) && many < one / 4.0, "{one} {many}");
}

#[test]
fn a_scan_converts_channels_in_order_and_limits_are_watched() {
    let mut rig = saadc(1, gain(0), 2);
    rig.write(SAADC + 0x510 + 0x30, 3);
    rig.write(SAADC + 0x518 + 0x30, gain(0));
    rig.write(SAADC + 0x51C + 0x30, 1000 << 16 | 10);
    apply(&mut rig, "P0.02", 0.6);
    apply(&mut rig, "P0.04", 1.2);
    convert(&mut rig);
    let codes = (result(&mut rig, 0), result(&mut rig, 1));
    assert!((codes.0 - 682).abs() <= 4 && (codes.1 - 1365).abs() <= 4, "{codes:?}");
    // LIMITH of channel 3, and no other.
    let limits: Vec<u32> = (0..16).map(|index| rig.read(SAADC + 0x118 + 4 * index)).collect();
    assert_eq!(limits.iter().position(|set| *set == 1), Some(6));
    assert_eq!(limits.iter().sum::<u32>(), 1);
}

#[test]
fn timer_and_ppi_sample_with_no_core() {
    let mut rig = saadc(1, gain(0), 8);
    rig.write(SAADC + 0x304, 2);
    rig.write(SAADC, 1);
    rig.write(TIMER + 0x508, 3);
    rig.write(TIMER + 0x540, 125);
    rig.write(TIMER + 0x200, 1);
    rig.write(PPI + 0x510, TIMER + 0x140);
    rig.write(PPI + 0x514, SAADC + 4);
    rig.write(PPI + 0x504, 1);
    rig.write(TIMER, 1);
    rig.pass_us(1004);
    assert!(!rig.irq(7), "eight periods, and the conversion's 5 us are not over");
    rig.pass_us(2);
    assert!(rig.irq(7));
    assert_eq!(rig.read(SAADC + 0x634), 8);
}

#[test]
fn its_own_timer_samples_until_it_is_stopped() {
    let mut rig = saadc(1, gain(0), 100);
    // 16 MHz / 1600: 10 kHz
    rig.write(SAADC + 0x5F8, 1 << 12 | 1600);
    rig.write(SAADC, 1);
    rig.write(SAADC + 4, 1);
    rig.pass_us(1050);
    assert_eq!(rig.read(SAADC + 0x634), 11);
    rig.write(SAADC + 8, 1);
    assert_eq!(rig.read(SAADC + 0x114), 1);
    rig.pass_us(1000);
    assert_eq!(rig.read(SAADC + 0x634), 11);
}

#[test]
fn results_reach_ram_only() {
    let mut rig = saadc(1, gain(0), 1);
    rig.write(SAADC + 0x62C, 0x1000);
    rig.write(SAADC, 1);
    rig.write(SAADC + 4, 1);
    rig.pass_us(100);
    assert_eq!(rig.read(SAADC + 0x104), 0);
    assert_eq!(rig.notes(), ["DMA at an address that it cannot reach at 0x00001000"]);
}

#[test]
fn the_supply_s_amplifier_is_wired_to_its_pin() {
    let mut rig = saadc(2, gain(0), 1);
    rig.pass_us(1000);
    let (code, pin) = (convert(&mut rig), rig.machine.cpu.supply.sense_pin().unwrap().to_owned());
    assert_eq!(pin, "P0.03");
    let volts = f64::from(code) * 3.6 / 4096.0;
    let now = crate::time::Time(rig.now());
    let sense = rig.machine.cpu.supply.sense_volts(now);
    assert!((volts - sense).abs() < 0.1 && sense > 0.5, "{volts} {sense}");
    assert!(apply(&mut rig, "P0.03", 0.0));
    assert!(convert(&mut rig) < 10, "what is applied by hand comes first");
}

#[test]
fn random_bytes_take_their_time() {
    let mut rig = Rig::new("nrf52840");
    rig.write(RNG, 1);
    assert_eq!(rig.poll(RNG + 0x100, 1, 1), 158);
    rig.write(RNG + 0x504, 1);
    rig.write(RNG + 0x200, 1);
    rig.write(RNG + 0x100, 0);
    assert_eq!(rig.poll(RNG + 0x100, 1, 1), 30, "the one that was under way");
    rig.write(RNG + 0x100, 0);
    rig.pass_us(1000);
    assert_eq!(rig.read(RNG + 0x100), 0, "VALRDY_STOP");
    let first = rig.read(RNG + 0x508);
    rig.write(RNG, 1);
    assert_eq!(rig.poll(RNG + 0x100, 1, 1), 248);
    assert_ne!(rig.read(RNG + 0x508), first);
}

#[test]
fn the_die_is_at_room_temperature() {
    let mut rig = Rig::new("nrf52840");
    rig.write(TEMP, 1);
    assert_eq!(rig.poll(TEMP + 0x100, 1, 1), 36);
    assert!((98..=102).contains(&rig.read(TEMP + 0x508)));
}
