//! ADC1 at PA1, where the amplifier over the shunt is wired to, at 200 000 codes a second that TIM2 triggers and DMA2 stores
//! (RM0090 chapter 13; table 43: stream 0, channel 0). Its full scale is the supply, known by the internal reference. PE4
//! tells when the chip works.
//!
//! The meter takes power itself, and it is measured with the rest: 1.6 mA of ADC1, 6 mA of DMA2's clock (DS8626 table 28).

use hil_board::meter::Meter;
use hil_board::power::SLEEPS;
use hil_wire::message::{CameUp, Converter};
use stm32f4xx_hal::pac::{ADC_COMMON, ADC1, DMA2, GPIOE, RCC, TIM2};
use stm32f4xx_hal::rcc::{Enable, Rcc};
use stm32f4xx_hal::signature::{VrefCal, VtempCal30, VtempCal110};

use crate::sleep::Sleep;

/// TIM2 and TIM5 count at half the core's clock.
pub const TICKS_PER_COUNT: u64 = 2;
/// Counts of TIM2 from one code to the next: 5 us.
const COUNTS: u32 = 420;
/// From a trigger to the end of its sampling time: 56 cycles of ADCCLK, which is an eighth of the core's clock.
const SAMPLING_TICKS: u64 = 56 * 8;
const SENSE_CHANNEL: u8 = 1;
const TEMPERATURE_CHANNEL: u8 = 16;
const REFERENCE_CHANNEL: u8 = 17;
const STREAM: usize = 0;
/// How often the reference is converted for one reading of the supply.
const READINGS: u64 = 64;

/// Voltage of the supply at which ST calibrated the reference, in microvolts, within 10 mV (DS8626 5.3.24).
const CALIBRATED_AT_UV: u64 = 3_300_000;
/// Those 10 mV, times the square root of 2: full scale and supply are one reading, so that their errors add up in a power
/// instead of joining as squares do.
const FULL_SCALE_PPM: u32 = 4_290;
/// The same, and what the supply is off while the chip draws nothing: it was read at 40 mA through half an ohm.
const SUPPLY_PPM: u32 = 10_000;
/// 5 steps of 12 bits, the total unadjusted error (DS8626 ADC accuracy table; unverified).
const OFFSET_UV: u32 = 4_030;

/// The meter.
pub struct Chip {
    adc: ADC1,
    common: ADC_COMMON,
    dma: DMA2,
    trigger: TIM2,
    marker: GPIOE,
    sleep: Sleep,
    codes: Option<&'static mut [u16]>,
}

impl Chip {
    /// The meter with its marker set up; PA1 is analog already.
    pub fn new(
        (adc, common): (ADC1, ADC_COMMON),
        dma: DMA2,
        trigger: TIM2,
        marker: GPIOE,
        sleep: Sleep,
        rcc: &mut Rcc,
    ) -> Self {
        marker.moder().modify(|_, w| w.moder4().output());
        ADC1::enable(rcc);
        // 84 MHz / 4: the data sheet allows 36 MHz.
        common.ccr().write(|w| w.adcpre().div4());
        let mut chip = Self { adc, common, dma, trigger, marker, sleep, codes: None };
        chip.clock(false);
        chip
    }

    /// The clocks of the converter, of its trigger and of its DMA controller.
    fn clock(&mut self, on: bool) {
        // SAFETY: nothing else changes these registers while the agent serves, and no interrupt handler does.
        let rcc = unsafe { &*RCC::ptr() };
        rcc.ahb1enr().modify(|_, w| w.dma2en().bit(on));
        rcc.apb1enr().modify(|_, w| w.tim2en().bit(on));
        rcc.apb2enr().modify(|_, w| w.adc1en().bit(on));
        // A peripheral answers a little after its clock was switched on (ES0182; unverified).
        cortex_m::asm::dsb();
    }

    /// The supply in microvolts, by the internal reference.
    fn supply_uv(&mut self) -> u64 {
        let sum = self.sum_of(REFERENCE_CHANNEL);
        CALIBRATED_AT_UV * u64::from(VrefCal::get().read()) * READINGS / sum.max(1)
    }

    /// The sum of [`READINGS`] conversions of a channel inside of the chip.
    fn sum_of(&mut self, channel: u8) -> u64 {
        self.clock(true);
        self.common.ccr().modify(|_, w| w.tsvrefe().enabled());
        self.adc.sqr1().reset();
        self.adc.smpr1().write(|w| w.smp16().cycles480().smp17().cycles480());
        // SAFETY: the channels exist.
        self.adc.sqr3().write(|w| unsafe { w.sq1().bits(channel) });
        self.adc.cr2().write(|w| w.adon().enabled());
        // Reference and sensor are ready after 10 us (DS8626: TS_vrefint and t_START; unverified).
        cortex_m::asm::delay(168 * 20);
        let mut sum = 0;
        for _ in 0..READINGS {
            self.adc.cr2().modify(|_, w| w.swstart().start());
            while self.adc.sr().read().eoc().is_not_complete() {}
            sum += u64::from(self.adc.dr().read().data().bits());
        }
        self.adc.cr2().reset();
        self.common.ccr().modify(|_, w| w.tsvrefe().disabled());
        self.clock(false);
        sum
    }
}

impl Meter for Chip {
    fn converter(&mut self) -> Converter<'static> {
        let supply_uv = u32::try_from(self.supply_uv()).unwrap_or(u32::MAX);
        self.sleep.calibrate();
        Converter {
            name: "adc1",
            bits: 12,
            full_scale_uv: supply_uv,
            full_scale_ppm: FULL_SCALE_PPM,
            offset_uv: OFFSET_UV,
            supply_uv,
            supply_ppm: SUPPLY_PPM,
            sample_ticks: COUNTS * TICKS_PER_COUNT as u32,
            sleeps: SLEEPS,
        }
    }

    fn first_ticks(&self) -> u64 {
        self.sample_ticks() + SAMPLING_TICKS
    }

    fn sample_ticks(&self) -> u64 {
        u64::from(COUNTS) * TICKS_PER_COUNT
    }

    fn start(&mut self, codes: &'static mut [u16]) {
        self.clock(true);
        let stream = self.dma.st(STREAM);
        self.dma
            .lifcr()
            .write(|w| w.ctcif0().clear().chtif0().clear().cteif0().clear().cdmeif0().clear().cfeif0().clear());
        // SAFETY: the addresses and the length are those of the data register and of the codes, which live for ever.
        unsafe {
            stream.par().write(|w| w.bits(self.adc.dr().as_ptr() as u32));
            stream.m0ar().write(|w| w.bits(codes.as_mut_ptr() as u32));
            stream.ndtr().write(|w| w.ndt().bits(codes.len() as u16));
        }
        stream.cr().write(|w| w.msize().bits16().psize().bits16().minc().incremented());
        stream.cr().modify(|_, w| w.en().enabled());
        self.codes = Some(codes);

        self.trigger.arr().write(|w| w.arr().set(COUNTS - 1));
        self.trigger.egr().write(|w| w.ug().update());
        self.trigger.cr2().write(|w| w.mms().update());
        self.trigger.cnt().reset();
        self.adc.sr().reset();
        self.adc.sqr1().reset();
        self.adc.smpr2().write(|w| w.smp1().cycles56());
        // SAFETY: the channel exists.
        self.adc.sqr3().write(|w| unsafe { w.sq1().bits(SENSE_CHANNEL) });
        // The first trigger comes after the stabilisation time of 3 us (DS8626 ADC table: tSTAB).
        self.adc.cr2().write(|w| w.adon().enabled().dma().enabled().extsel().tim2trgo().exten().rising_edge());
        self.trigger.cr1().write(|w| w.cen().enabled());
    }

    fn stop(&mut self) -> (&'static mut [u16], usize) {
        self.trigger.cr1().reset();
        self.adc.cr2().reset();
        let stream = self.dma.st(STREAM);
        stream.cr().modify(|_, w| w.en().disabled());
        while stream.cr().read().en().is_enabled() {}
        let rest = usize::from(stream.ndtr().read().ndt().bits());
        self.clock(false);
        // DMA wrote the codes behind the compiler's back, and has ended.
        cortex_m::asm::dmb();
        let codes = self.codes.take().unwrap_or_default();
        let taken = codes.len().saturating_sub(rest);
        (codes, taken)
    }

    fn mark(&mut self, works: bool) {
        self.marker.bsrr().write(|w| if works { w.bs4().set_bit() } else { w.br4().set_bit() });
    }

    fn sleep(&mut self, ticks: u64) -> u64 {
        self.sleep.light(ticks)
    }

    fn stop_clocks(&mut self, ticks: u64) -> u64 {
        self.sleep.deep(ticks)
    }

    /// By the two readings that ST stored at 30 and 110 degrees and 3.3 V (DS8626 table "temperature sensor calibration
    /// values"). The sensor is good for changes; its offset may be off by tens of degrees where nobody calibrated it.
    fn temperature(&mut self) -> Option<(&'static str, i32)> {
        let supply_uv = self.supply_uv() as i64;
        let sum = self.sum_of(TEMPERATURE_CHANNEL) as i64;
        let (low, high) = (i64::from(VtempCal30::get().read()), i64::from(VtempCal110::get().read()));
        // The reading as it would be at the supply of the calibration, times the number of readings.
        let reading = sum * supply_uv / CALIBRATED_AT_UV as i64;
        let above = 80_000 * (reading - low * READINGS as i64) / ((high - low).max(1) * READINGS as i64);
        Some(("ts", (30_000 + above) as i32))
    }

    fn came_up(&self) -> Option<CameUp> {
        self.sleep.came_up
    }
}
