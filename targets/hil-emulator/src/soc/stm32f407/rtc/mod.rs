//! The real-time clock: calendar, alarms, wake-up timer and backup registers (RM0090 chapter 26).
//!
//! It counts its clock lazily, in whole cycles of RTCCLK, and goes on in stop and standby as long as its clock does. It
//! belongs to the backup domain: a system reset leaves it alone but for INIT and RSF. The synchronisations take two cycles
//! of RTCCLK each (unverified: "around 2"). Left out: calibration and shifts, the reference clock, time stamps, tamper
//! detection, outputs; their registers are kept and noted.

mod alarm;
mod calendar;

use crate::soc::bus::Word;
use crate::soc::ticks::Ticks;
use crate::time::Time;
use alarm::Alarm;
use calendar::Calendar;

/// Bits of CR.
mod cr {
    pub const BYPSHAD: u32 = 1 << 5;
    pub const FMT: u32 = 1 << 6;
    pub const ALRAE: u32 = 1 << 8;
    pub const WUTE: u32 = 1 << 10;
    pub const ADD1H: u32 = 1 << 16;
    pub const SUB1H: u32 = 1 << 17;
    pub const WRITABLE: u32 = 0x00FC_FF7F;
    /// TSEDGE, REFCKON, TSE, TSIE, OSEL, COE: kept without effect.
    pub const UNMODELLED: u32 = 0x00E0_8818;
}

/// ALRAF, ALRBF and WUTF of ISR.
const ALARM_FLAG: u32 = 1 << 8;
const WAKE_UP_FLAG: u32 = 1 << 10;
const INIT: u32 = 1 << 7;
/// Cycles of RTCCLK that a synchronisation takes.
const SYNC: u64 = 2;
const PRER_RESET: u32 = 0x007F_00FF;

/// The clock.
#[derive(Debug, Clone)]
pub struct Rtc {
    ticks: Ticks,
    /// Cycles of RTCCLK before edge 0 of `ticks`.
    counted: u64,
    /// The calendar at cycle `since`.
    calendar: Calendar,
    since: u64,
    /// INIT was set in this cycle: the calendar stands still.
    init: Option<u64>,
    /// From this cycle on RSF is set, and from that one on WUTWF.
    synchronised: u64,
    wake_up_writable: u64,
    control: u32,
    flags: u32,
    prescalers: u32,
    reload: u32,
    alarms: [Alarm; 2],
    /// The cycles of the next alarms and of the next wake-up.
    alarms_due: [Option<u64>; 2],
    wake_up_due: Option<u64>,
    /// How many of the keys 0xCA and 0x53 have been written; 2 opens the registers.
    keys: u8,
    /// TR and DR as they were when SSR or TR was read, until DR is read.
    shadow: [Option<u32>; 2],
    /// CALIBR, SHIFTR, CALR, TAFCR.
    stored: [u32; 4],
    backup: [u32; 20],
}

impl Default for Rtc {
    fn default() -> Self {
        Self {
            ticks: Ticks::default(),
            counted: 0,
            calendar: Calendar::default(),
            since: 0,
            init: None,
            synchronised: SYNC,
            wake_up_writable: 0,
            control: 0,
            flags: 0,
            prescalers: PRER_RESET,
            reload: 0xFFFF,
            alarms: [Alarm::default(); 2],
            alarms_due: [None; 2],
            wake_up_due: None,
            keys: 0,
            shadow: [None; 2],
            stored: [0; 4],
            backup: [0; 20],
        }
    }
}

impl Rtc {
    /// A system reset.
    pub fn reset(&mut self, now: Time) {
        self.start_calendar(now);
        (self.keys, self.shadow) = (0, [None; 2]);
        self.synchronised = self.cycles(now) + SYNC;
    }

    /// RTCCLK is `hz` hertz from now on; 0 while it stands still.
    pub fn set_clock(&mut self, hz: u64, now: Time) {
        if hz != self.ticks.hz() {
            self.counted = self.cycles(now);
            self.ticks = Ticks::new(now, hz);
        }
    }

    fn cycles(&self, now: Time) -> u64 {
        self.counted.saturating_add(self.ticks.count(now))
    }

    /// Cycles of RTCCLK for a tick of the fraction, and ticks of a second.
    fn divisors(&self) -> (u64, u64) {
        (u64::from(self.prescalers >> 16 & 0x7F) + 1, u64::from(self.prescalers & 0x7FFF) + 1)
    }

    /// Whole seconds and ticks of the next one since the calendar was started.
    fn passed(&self, now: Time) -> (u64, u64) {
        if self.init.is_some() {
            return (0, 0);
        }
        let (cycles, ticks) = self.divisors();
        let passed = self.cycles(now).saturating_sub(self.since) / cycles;
        (passed / ticks, passed % ticks)
    }

    fn calendar(&self, now: Time) -> Calendar {
        self.calendar.after(self.passed(now).0)
    }

    /// Ends initialisation: the calendar counts on from what was written.
    fn start_calendar(&mut self, now: Time) {
        if self.init.take().is_some() {
            self.since = self.cycles(now);
            self.synchronised = self.since + SYNC;
            self.plan_alarms(now);
        }
    }

    fn plan_alarms(&mut self, now: Time) {
        for index in 0..2 {
            let on = self.control & cr::ALRAE << index != 0 && self.init.is_none();
            self.alarms_due[index] = if on { self.alarm_due(self.alarms[index], now) } else { None };
        }
    }

    /// The cycle of the next match of `alarm` behind `now`.
    fn alarm_due(&self, alarm: Alarm, now: Time) -> Option<u64> {
        let (cycles, ticks) = self.divisors();
        let (seconds, tick) = self.passed(now);
        let twelve = self.control & cr::FMT != 0;
        let this = self.calendar.after(seconds);
        let rest = alarm.tick(tick + 1, ticks - 1).filter(|_| alarm.seconds_to_match(this, twelve) == Some(0));
        let (seconds, tick) = match rest {
            Some(tick) => (seconds, tick),
            None => (seconds + 1 + alarm.seconds_to_match(this.after(1), twelve)?, alarm.tick(0, ticks - 1)?),
        };
        Some(self.since + (seconds * ticks + tick) * cycles)
    }

    /// The cycles between two wake-ups, and the cycle with which the count began.
    fn wake_up(&self, from: u64) -> (u64, u64) {
        let (cycles, ticks) = self.divisors();
        let count = u64::from(self.reload) + 1;
        match self.control & 7 {
            select @ 0..=3 => (count * (16 >> select), from),
            select => {
                // ck_spre: the count goes down when a second ends.
                let second = cycles * ticks;
                let begun = from.saturating_sub(self.since) / second * second + self.since;
                ((count + if select >= 6 { 1 << 16 } else { 0 }) * second, begun)
            }
        }
    }

    /// The levels of the lines of the alarms and of the wake-up timer.
    #[must_use]
    pub fn asks(&self) -> (bool, bool) {
        let asked = self.flags >> 8 & self.control >> 12 & 7;
        (asked & 3 != 0, asked & 4 != 0)
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&mut self, offset: u32, now: Time) -> Option<u32> {
        let calendar = self.calendar(now);
        let (time, date) = (calendar.time(self.control & cr::FMT != 0), calendar.date());
        let locks = self.control & cr::BYPSHAD == 0;
        Some(match offset {
            0x00 => {
                if locks {
                    self.shadow[1].get_or_insert(date);
                }
                self.shadow[0].unwrap_or(time)
            }
            0x04 => {
                let date = self.shadow[1].unwrap_or(date);
                self.shadow = [None; 2];
                date
            }
            0x08 => self.control,
            0x0C => self.status(now),
            0x10 => self.prescalers,
            0x14 => self.reload,
            0x18 => self.stored[0],
            0x1C | 0x20 => self.alarms[(offset as usize - 0x1C) / 4].fields,
            0x28 => {
                if locks && self.shadow == [None; 2] {
                    self.shadow = [Some(time), Some(date)];
                }
                (self.divisors().1 - 1 - self.passed(now).1) as u32
            }
            0x24 | 0x2C..=0x38 => 0,
            0x3C | 0x40 => self.stored[(offset as usize - 0x34) / 4],
            0x44 | 0x48 => self.alarms[(offset as usize - 0x44) / 4].fraction,
            0x50..=0x9C => self.backup[(offset as usize - 0x50) / 4],
            _ => return None,
        })
    }

    /// ISR.
    fn status(&self, now: Time) -> u32 {
        let cycles = self.cycles(now);
        let bit = |set: bool, bit: u32| u32::from(set) << bit;
        let alarms = !self.control >> 8 & 3;
        self.flags
            | alarms
            | bit(self.control & cr::WUTE == 0 && cycles >= self.wake_up_writable, 2)
            | bit(self.calendar(now).year() != 0, 4)
            | bit(self.init.is_none() && cycles >= self.synchronised, 5)
            | bit(self.initialising(cycles), 6)
            | bit(self.init.is_some(), 7)
    }

    /// INITF.
    fn initialising(&self, cycles: u64) -> bool {
        self.init.is_some_and(|at| cycles >= at + SYNC)
    }

    /// Writes a register; `None` where there is none. `open` is PWR_CR.DBP, without which nothing is written. Gives false
    /// when the setting has no effect in the model.
    pub fn write(&mut self, offset: u32, word: Word, open: bool, now: Time) -> Option<bool> {
        let index = |first: u32| (offset.saturating_sub(first) / 4) as usize;
        match offset {
            0x00..=0x48 | 0x50..=0x9C if !open => {}
            0x50..=0x9C => self.backup[index(0x50)] = word.onto(self.backup[index(0x50)]),
            0x24 => {
                self.keys = match (self.keys, word.value & 0xFF) {
                    (0, 0xCA) => 1,
                    (1, 0x53) => 2,
                    _ => 0,
                }
            }
            0x0C => self.write_status(word, now),
            0x40 => {
                self.stored[3] = word.within(self.stored[3], 0x0007_FFFF);
                return Some(self.stored[3] == 0);
            }
            0x00..=0x48 if self.keys < 2 => {}
            0x00..=0x48 => return Some(self.write_protected(offset, word, now)),
            _ => return None,
        }
        Some(true)
    }

    fn write_status(&mut self, word: Word, now: Time) {
        // Zeros clear.
        self.flags &= word.value | !word.mask;
        if word.mask & 1 << 5 != 0 && word.value & 1 << 5 == 0 {
            self.synchronised = self.cycles(now) + SYNC;
            self.shadow = [None; 2];
        }
        if self.keys == 2 && word.mask & INIT != 0 {
            if word.value & INIT == 0 {
                self.start_calendar(now);
            } else if self.init.is_none() {
                self.calendar = self.calendar(now);
                self.init = Some(self.cycles(now));
                (self.shadow, self.alarms_due) = ([None; 2], [None; 2]);
            }
        }
    }

    fn write_protected(&mut self, offset: u32, word: Word, now: Time) -> bool {
        let twelve = self.control & cr::FMT != 0;
        let initialising = self.initialising(self.cycles(now));
        match offset {
            0x00 if initialising => {
                self.calendar = self.calendar.with_time(word.onto(self.calendar.time(twelve)), twelve);
            }
            0x04 if initialising => self.calendar = self.calendar.with_date(word.onto(self.calendar.date())),
            0x08 => return self.write_control(word, now),
            0x10 if initialising => self.prescalers = word.within(self.prescalers, 0x007F_7FFF),
            0x14 if self.control & cr::WUTE == 0 => self.reload = word.within(self.reload, 0xFFFF),
            0x18 | 0x2C | 0x3C => {
                let place = match offset {
                    0x18 => 0,
                    0x2C => 1,
                    _ => 2,
                };
                self.stored[place] = word.onto(self.stored[place]);
                return self.stored[place] == 0;
            }
            0x1C | 0x20 | 0x44 | 0x48 => {
                let index = (offset as usize >> 2 & 1) ^ 1;
                // Only while the alarm is off (RM0090 26.3.5).
                if self.control & cr::ALRAE << index == 0 || initialising {
                    let alarm = &mut self.alarms[index];
                    let register = if offset < 0x40 { &mut alarm.fields } else { &mut alarm.fraction };
                    *register = word.onto(*register);
                    self.plan_alarms(now);
                }
            }
            _ => {}
        }
        true
    }

    fn write_control(&mut self, word: Word, now: Time) -> bool {
        let before = self.control;
        self.control = word.within(before, cr::WRITABLE) & !(cr::ADD1H | cr::SUB1H);
        let set = word.value & word.mask;
        if set & (cr::ADD1H | cr::SUB1H) != 0 {
            // An hour by the calendar, which leaves the fraction of the second alone.
            self.calendar = match set & cr::ADD1H != 0 {
                true => self.calendar.after(3600),
                false => self.calendar.before(3600),
            };
        }
        if (before ^ self.control) & cr::WUTE != 0 {
            let cycles = self.cycles(now);
            let on = self.control & cr::WUTE != 0;
            let (period, begun) = self.wake_up(cycles);
            self.wake_up_due = on.then_some(begun + period);
            self.wake_up_writable = cycles + SYNC;
        }
        self.plan_alarms(now);
        self.control & cr::UNMODELLED == 0
    }

    /// When the next alarm or wake-up is.
    #[must_use]
    pub fn next_event(&self) -> Time {
        let next = self.alarms_due.into_iter().chain([self.wake_up_due]).flatten().min();
        next.map_or(Time::NEVER, |cycle| self.ticks.at(cycle.saturating_sub(self.counted)))
    }

    /// Sets the flags of what is due.
    pub fn advance(&mut self, now: Time) {
        if self.next_event() > now {
            return;
        }
        let cycles = self.cycles(now);
        for index in 0..2 {
            if self.alarms_due[index].is_some_and(|due| due <= cycles) {
                self.flags |= ALARM_FLAG << index;
                self.alarms_due[index] = self.alarm_due(self.alarms[index], now);
            }
        }
        if let Some(due) = self.wake_up_due.filter(|due| *due <= cycles) {
            self.flags |= WAKE_UP_FLAG;
            let (period, _) = self.wake_up(due);
            self.wake_up_due = Some(due + period * ((cycles - due) / period + 1));
        }
    }
}
