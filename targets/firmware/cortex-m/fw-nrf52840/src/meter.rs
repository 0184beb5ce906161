//! SAADC at P0.03 (AIN1), where the amplifier over the shunt is wired to, at some 71 000 codes a second by its own timer (PS,
//! SAADC). Its full scale is the internal reference of 0.6 V through a gain of 1/6. P1.10 tells when the chip works.
//!
//! The meter takes power itself, and it is measured with the rest: some 0.5 mA (PS, SAADC active).

use hil_board::meter::Meter;
use hil_board::power::SLEEPS;
use hil_wire::message::Converter;
use nrf52840_hal::pac::{P1, SAADC, TEMP};

use crate::sleep::{Sleep, TICKS_PER_COUNT};

/// Periods of 16 MHz from one code to the next: 14 us, of which a conversion takes 12.
const COUNTS: u16 = 224;
/// Between a trigger and its code lies the acquisition time of 10 us.
const ACQUISITION_TICKS: u64 = 640;
/// How often VDD is converted for one reading of the supply.
const READINGS: usize = 64;

const FULL_SCALE_UV: u32 = 3_600_000;
/// 3 percent, the error of the reference and the gain (PS, SAADC electrical specification; unverified), times the square
/// root of 2: full scale and supply are read through the same reference, so that their errors add up in a power instead of
/// joining as squares do.
const FULL_SCALE_PPM: u32 = 42_430;
const SUPPLY_PPM: u32 = 42_430;
/// 2 steps of 10 bits, after calibration (PS, SAADC electrical specification; unverified).
const OFFSET_UV: u32 = 7_040;

/// What is converted.
#[derive(Clone, Copy)]
enum Input {
    Sense,
    Supply,
}

/// The meter.
pub struct Chip {
    saadc: SAADC,
    thermometer: TEMP,
    marker: P1,
    sleep: Sleep,
    codes: Option<&'static mut [u16]>,
}

impl Chip {
    /// The meter with its pin set up, calibrated.
    pub fn new(saadc: SAADC, thermometer: TEMP, marker: P1, sleep: Sleep) -> Self {
        marker.outclr.write(|w| w.pin10().clear_bit_by_one());
        marker.pin_cnf[10].write(|w| w.dir().output());
        saadc.enable.write(|w| w.enable().enabled());
        saadc.tasks_calibrateoffset.write(|w| w.tasks_calibrateoffset().set_bit());
        while saadc.events_calibratedone.read().bits() == 0 {}
        saadc.enable.write(|w| w.enable().disabled());
        Self { saadc, thermometer, marker, sleep, codes: None }
    }

    /// Starts to convert into the memory at `address`.
    fn convert(&mut self, input: Input, address: u32, len: usize) {
        let saadc = &self.saadc;
        saadc.enable.write(|w| w.enable().enabled());
        saadc.resolution.write(|w| w.val()._12bit());
        saadc.ch[0].pselp.write(|w| match input {
            Input::Sense => w.pselp().analog_input1(),
            Input::Supply => w.pselp().vdd(),
        });
        saadc.ch[0].config.write(|w| w.gain().gain1_6().refsel().internal().tacq()._10us().mode().se());
        // SAFETY: the callers' memory is as long as they say, and lives until the converter is stopped.
        unsafe {
            saadc.samplerate.write(|w| w.cc().bits(COUNTS).mode().timers());
            saadc.result.ptr.write(|w| w.ptr().bits(address));
            saadc.result.maxcnt.write(|w| w.maxcnt().bits(len as u16));
        }
        saadc.events_started.reset();
        saadc.events_end.reset();
        saadc.tasks_start.write(|w| w.tasks_start().set_bit());
        while saadc.events_started.read().bits() == 0 {}
        saadc.tasks_sample.write(|w| w.tasks_sample().set_bit());
    }

    /// Stops, and gives how many codes there are.
    fn halt(&mut self) -> usize {
        self.saadc.events_stopped.reset();
        self.saadc.tasks_stop.write(|w| w.tasks_stop().set_bit());
        while self.saadc.events_stopped.read().bits() == 0 {}
        self.saadc.enable.write(|w| w.enable().disabled());
        usize::from(self.saadc.result.amount.read().amount().bits())
    }

    /// VDD in microvolts.
    fn supply_uv(&mut self) -> u32 {
        let mut codes = [0u16; READINGS];
        self.convert(Input::Supply, codes.as_mut_ptr() as u32, READINGS);
        while self.saadc.events_end.read().bits() == 0 {}
        self.halt();
        // SAFETY: EasyDMA wrote the codes behind the compiler's back, and has ended.
        let codes = unsafe { core::ptr::read_volatile(&codes) };
        let sum: u64 = codes.iter().map(|code| u64::from(*code)).sum();
        (sum * u64::from(FULL_SCALE_UV) / (READINGS as u64 * 4096)) as u32
    }
}

impl Meter for Chip {
    fn converter(&mut self) -> Converter<'static> {
        self.sleep.wait_for_crystal();
        Converter {
            name: "saadc",
            bits: 12,
            full_scale_uv: FULL_SCALE_UV,
            full_scale_ppm: FULL_SCALE_PPM,
            offset_uv: OFFSET_UV,
            supply_uv: self.supply_uv(),
            supply_ppm: SUPPLY_PPM,
            sample_ticks: u32::from(COUNTS) * TICKS_PER_COUNT as u32,
            sleeps: SLEEPS,
        }
    }

    fn first_ticks(&self) -> u64 {
        ACQUISITION_TICKS
    }

    fn sample_ticks(&self) -> u64 {
        u64::from(COUNTS) * TICKS_PER_COUNT
    }

    fn start(&mut self, codes: &'static mut [u16]) {
        self.convert(Input::Sense, codes.as_mut_ptr() as u32, codes.len());
        self.codes = Some(codes);
    }

    fn stop(&mut self) -> (&'static mut [u16], usize) {
        let taken = self.halt();
        // EasyDMA wrote the codes behind the compiler's back, and has ended.
        cortex_m::asm::dmb();
        let codes = self.codes.take().unwrap_or_default();
        for code in codes.iter_mut().take(taken) {
            // An offset can make a code negative where there is nothing to measure.
            *code = u16::try_from(*code as i16).unwrap_or(0);
        }
        (codes, taken)
    }

    fn mark(&mut self, works: bool) {
        if works {
            self.marker.outset.write(|w| w.pin10().set_bit());
        } else {
            self.marker.outclr.write(|w| w.pin10().clear_bit_by_one());
        }
    }

    fn sleep(&mut self, ticks: u64) -> u64 {
        self.sleep.light(ticks)
    }

    fn stop_clocks(&mut self, ticks: u64) -> u64 {
        self.sleep.deep(ticks)
    }

    /// In steps of a quarter of a degree (PS, TEMP).
    fn temperature(&mut self) -> Option<(&'static str, i32)> {
        let temp = &self.thermometer;
        temp.events_datardy.reset();
        temp.tasks_start.write(|w| w.tasks_start().set_bit());
        while temp.events_datardy.read().bits() == 0 {}
        let quarters = temp.temp.read().bits() as i32;
        temp.tasks_stop.write(|w| w.tasks_stop().set_bit());
        Some(("temp", quarters * 250))
    }
}
