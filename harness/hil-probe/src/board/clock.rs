//! The core clock against a time base that it does not run on.
//!
//! CYCCNT is read twice; how much time lay between is bounded by a time base: the virtual time of an emulated board,
//! which is exact, or the clock of this computer, read before and after each look, so that the cable's delay widens the
//! bounds and never moves them. Firmware states its core clock in a variable. A clock tree that is set up wrong would
//! turn every count of cycles into a wrong time, so a board on which they disagree is not measured.

use std::time::{Duration, Instant};

use hil_emulator::host::Board;
use hil_emulator::soc::{Master, Width};
use probe_rs::{Core, CoreStatus, MemoryInterface as _};

use super::elf::{CORE_HZ, Elf};
use super::error::{BoardError, Step, in_full};
use super::words;

/// DWT_CTRL with CYCCNTENA, DWT_CYCCNT (DDI 0403E, C1.8.7 and C1.8.8), DEMCR with TRCENA (C1.6.5).
const DWT_CTRL: u64 = 0xE000_1000;
const CYCCNTENA: u32 = 1;
const CYCCNT: u32 = 0xE000_1004;
const DEMCR: u64 = 0xE000_EDFC;
const TRCENA: u32 = 1 << 24;

/// How far the clock may be from what the firmware states. Crystals are better than 0.01 %, and so are PLLs behind them;
/// RC oscillators are not, and firmware that runs on one states a rate that it does not have.
const TOLERANCE: f64 = 0.005;
/// Bounds narrower than this share are tight enough to tell.
const TIGHT: f64 = 0.001;
/// For how long bounds are narrowed.
const FOR_BOUNDS: Duration = Duration::from_secs(2);
/// For how long the firmware may leave its clock unstated: an emulated one on a busy computer is slow to start.
const FOR_CLOCKS: Duration = Duration::from_secs(20);
/// How long the core may take to halt for a look.
const FOR_HALT: Duration = Duration::from_millis(100);
/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A time base.
pub trait TimeBase {
    /// What errors call it.
    fn name(&self) -> &'static str;

    /// Reads CYCCNT, between two readings of the time in seconds.
    ///
    /// # Errors
    /// What the probe reports.
    fn reading(&mut self, core: &mut Core<'_>) -> Result<Reading, BoardError>;
}

/// CYCCNT and the time before and after it was read, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// CYCCNT.
    pub cycles: u32,
    /// Not later than when it was read.
    pub before: f64,
    /// Not earlier than when it was read.
    pub after: f64,
}

/// This computer's clock.
#[derive(Debug)]
pub struct HostTime(Instant);

impl HostTime {
    /// Counts from now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl TimeBase for HostTime {
    fn name(&self) -> &'static str {
        "this computer's clock"
    }

    fn reading(&mut self, core: &mut Core<'_>) -> Result<Reading, BoardError> {
        let before = self.0.elapsed().as_secs_f64();
        let cycles = core.read_word_32(CYCCNT.into()).map_err(|error| BoardError::of(Step::Clock, &error))?;
        Ok(Reading { cycles, before, after: self.0.elapsed().as_secs_f64() })
    }
}

/// The virtual time of an emulated board, read at the same moment as the counter.
#[derive(Debug)]
pub struct VirtualTime(pub Board);

impl TimeBase for VirtualTime {
    fn name(&self) -> &'static str {
        "the board's virtual time"
    }

    fn reading(&mut self, _: &mut Core<'_>) -> Result<Reading, BoardError> {
        self.0.access(|target| {
            let cpu = &mut target.machine.cpu;
            let time = cpu.clock.time_at(cpu.cycles).0 as f64 * 1e-12;
            let read = cpu.read_as(Master::Debugger, CYCCNT, Width::Word);
            let cycles = read.map_err(|_| BoardError::Clock { detail: "CYCCNT cannot be read".to_owned() })?;
            Ok(Reading { cycles, before: time, after: time })
        })
    }
}

/// The rates, in hertz, that a core between two readings can have had. The counter wraps at 2^32, so the readings must
/// be closer than that.
#[must_use]
pub fn bounds(first: Reading, second: Reading) -> (f64, f64) {
    let cycles = f64::from(second.cycles.wrapping_sub(first.cycles));
    let longest = second.after - first.before;
    let shortest = second.before - first.after;
    // A counter may tick just after the one reading and just before the other.
    let least = if longest > 0.0 { (cycles - 1.0).max(0.0) / longest } else { 0.0 };
    let most = if shortest > 0.0 { (cycles + 1.0) / shortest } else { f64::INFINITY };
    (least, most)
}

/// Where a core is that has not come as far as it should have, with the place in the source. It stays halted.
fn whereabouts(core: &mut Core<'_>, elf: &Elf<'_>) -> String {
    let mut look = || -> Result<String, probe_rs::Error> {
        let state = match core.status()? {
            CoreStatus::Running => "runs",
            CoreStatus::Sleeping => "sleeps",
            CoreStatus::LockedUp => "is locked up",
            CoreStatus::Halted(_) => "is halted",
            CoreStatus::Unknown => "is in a state that the probe does not know",
        };
        core.halt(FOR_HALT)?;
        let (pc, lr) = (core.program_counter().id(), core.return_address().id());
        let (pc, lr): (u32, u32) = (core.read_core_reg(pc)?, core.read_core_reg(lr)?);
        Ok(format!("the core {state}, pc {pc:#010x} lr {lr:#010x} "))
    };
    look().map_or_else(
        |error| format!("where the core is cannot be told: {}", in_full(&error)),
        |text| words::with_places(&text, elf).trim_end().to_owned(),
    )
}

/// Compares the clock that the firmware states with `base`, while its agent waits for the host. Gives what was found in
/// words, also that there was nothing to compare.
///
/// # Errors
/// [`BoardError::Clock`] when they disagree, or the counter does not move; what the probe reports.
pub fn check(core: &mut Core<'_>, elf: &Elf<'_>, base: &mut dyn TimeBase) -> Result<String, BoardError> {
    let failed = |error: probe_rs::Error| BoardError::of(Step::Clock, &error);
    let Some(address) = elf.address_of(CORE_HZ) else {
        return Ok(format!("clock: not checked, the image states none (no symbol {CORE_HZ})"));
    };
    let since = Instant::now();
    let stated = loop {
        match core.read_word_32(address).map_err(failed)? {
            0 if since.elapsed() > FOR_CLOCKS => {
                let seconds = FOR_CLOCKS.as_secs();
                let at = whereabouts(core, elf);
                let detail = format!("the image has {CORE_HZ} and did not set it within {seconds} s; {at}");
                return Err(BoardError::Clock { detail });
            }
            0 => std::thread::sleep(LOOK_AGAIN),
            hz => break f64::from(hz),
        }
    };
    switch_on(core).map_err(failed)?;
    let first = base.reading(core)?;
    let since = Instant::now();
    loop {
        std::thread::sleep(LOOK_AGAIN);
        let second = base.reading(core)?;
        let (least, most) = bounds(first, second);
        let tight = most - least <= TIGHT * stated;
        if !tight && since.elapsed() < FOR_BOUNDS {
            continue;
        }
        return verdict(stated, (least, most), base.name());
    }
}

fn switch_on(core: &mut Core<'_>) -> Result<(), probe_rs::Error> {
    let demcr = core.read_word_32(DEMCR)?;
    if demcr & TRCENA == 0 {
        core.write_word_32(DEMCR, demcr | TRCENA)?;
    }
    let control = core.read_word_32(DWT_CTRL)?;
    if control & CYCCNTENA == 0 {
        core.write_word_32(DWT_CTRL, control | CYCCNTENA)?;
    }
    Ok(())
}

fn verdict(stated: f64, (least, most): (f64, f64), base: &str) -> Result<String, BoardError> {
    let mhz = |hz: f64| hz / 1e6;
    if least == 0.0 {
        return Err(BoardError::Clock { detail: "the cycle counter does not move".to_owned() });
    }
    let middle = if most.is_finite() { (least + most) / 2.0 } else { least };
    if least > stated * (1.0 + TOLERANCE) || most < stated * (1.0 - TOLERANCE) {
        let detail =
            format!("the core runs at {:.1} MHz by {base} and not at {} MHz", mhz(middle), rounded(mhz(stated)));
        return Err(BoardError::Clock { detail });
    }
    let (low, high) = (mhz(least), mhz(most));
    Ok(format!("clock: {low:.3} to {high:.3} MHz by {base}, stated {} MHz", rounded(mhz(stated))))
}

/// Without digits that say nothing: 168, 16.5.
fn rounded(mhz: f64) -> String {
    let text = format!("{mhz:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{BoardError, Reading, bounds, verdict};

    fn reading(cycles: u32, before: f64, after: f64) -> Reading {
        Reading { cycles, before, after }
    }

    #[test]
    fn the_delay_of_the_cable_widens_the_bounds_and_a_wrap_is_no_matter() {
        let (least, most) = bounds(reading(u32::MAX - 99, 1.0, 1.1), reading(100, 2.0, 2.1));
        assert!((least - 199.0 / 1.1).abs() < 1e-9 && (most - 201.0 / 0.9).abs() < 1e-9, "{least} {most}");
        // Readings that may have been at the same time prove nothing about the upper bound.
        assert_eq!(bounds(reading(0, 1.0, 2.0), reading(50, 1.5, 2.5)).1, f64::INFINITY);
    }

    #[test]
    fn only_bounds_that_exclude_what_is_stated_are_a_fault() {
        let wrong = verdict(168e6, (166.29e6, 166.31e6), "the board's virtual time").unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "clock: the core runs at 166.3 MHz by the board's virtual time and not at 168 MHz"
        );
        assert!(verdict(168e6, (167.5e6, 167.6e6), "it").is_ok(), "within 0.5 %");
        assert!(verdict(168e6, (100e6, 168.1e6), "it").is_ok(), "wide bounds prove nothing");
        assert!(matches!(verdict(168e6, (0.0, 1.0), "it"), Err(BoardError::Clock { .. })));
    }
}
