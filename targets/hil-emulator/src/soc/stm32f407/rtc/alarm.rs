//! An alarm of the RTC: which seconds, and which ticks within them, it matches (RM0090 26.6.7 to 26.6.18).

use super::calendar::{Calendar, DAY};

/// An alarm whose fields match no date within this many seconds never matches: four years and a day.
const NEVER: u64 = 1_462 * DAY as u64;

/// An alarm.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alarm {
    /// ALRMxR.
    pub fields: u32,
    /// ALRMxSSR.
    pub fraction: u32,
}

impl Alarm {
    /// Whether the fields of the time that count hold something that a clock shows. Looking for one that none shows would
    /// take every second of years.
    fn is_a_time(&self, twelve: bool) -> bool {
        let field = |mask: u32, shift: u32, bits: u32, fits: &dyn Fn(u32) -> bool| {
            let digits = self.fields >> shift & bits;
            self.fields >> mask & 1 == 1 || digits & 15 <= 9 && fits((digits >> 4) * 10 + (digits & 15))
        };
        let hours = |hour: u32| if twelve { (1..=12).contains(&hour) } else { hour < 24 };
        let morning = self.fields >> 23 & 1 == 1 || twelve || self.fields >> 22 & 1 == 0;
        let sixty = |count: u32| count < 60;
        morning && field(23, 16, 0x3F, &hours) && field(15, 8, 0x7F, &sixty) && field(7, 0, 0x7F, &sixty)
    }

    /// Seconds from `from` to the first second that matches, `from` included.
    #[must_use]
    pub fn seconds_to_match(&self, from: Calendar, twelve: bool) -> Option<u64> {
        if !self.is_a_time(twelve) {
            return None;
        }
        let mut ahead = 0;
        while ahead < NEVER {
            let at = from.after(ahead);
            let (time, date, second) = (at.time(twelve), at.date(), u64::from(at.second()));
            let differs =
                |mask: u32, shift: u32| self.fields >> mask & 1 == 0 && (self.fields ^ time) >> shift & 0x7F != 0;
            let day = if self.fields >> 30 & 1 == 1 { date >> 13 & 7 } else { date & 0x3F };
            if self.fields >> 31 == 0 && self.fields >> 24 & 0x3F != day {
                ahead += u64::from(DAY) - second;
            } else if differs(23, 16) {
                ahead += 3600 - second % 3600;
            } else if differs(15, 8) {
                ahead += 60 - second % 60;
            } else if differs(7, 0) {
                ahead += 1;
            } else {
                return Some(ahead);
            }
        }
        None
    }

    /// The first tick from `from` on, of a second of `last + 1` ticks, that matches. RTC_SSR counts them down from `last`.
    #[must_use]
    pub fn tick(&self, from: u64, last: u64) -> Option<u64> {
        let mask = (1u64 << (self.fraction >> 24 & 15)) - 1;
        if mask == 0 {
            // Without a fraction it is the beginning of the second.
            return (from == 0).then_some(0);
        }
        let wanted = u64::from(self.fraction & 0x7FFF);
        (from..=last).find(|tick| ((last - tick) ^ wanted) & mask == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Alarm, Calendar};

    #[test]
    fn masked_fields_match_anything() {
        // Tuesday, 10 June of year 25, 12:34:56.
        let now = Calendar::default().with_date(0x25_4610).with_time(0x12_3456, false);
        let to = |fields| Alarm { fields, fraction: 0 }.seconds_to_match(now, false);
        assert_eq!(to(0x8080_8080), Some(0), "every second");
        assert_eq!(to(0x8080_8055), Some(59), "every minute at 55 s");
        assert_eq!(to(0x8012_3456), Some(0));
        assert_eq!(to(0x8012_3455), Some(86_399));
        assert_eq!(to(0x0980_8080), Some(29 * 86_400 - (12 * 3600 + 34 * 60 + 56)), "9 July");
        assert_eq!(to(0x4380_8080), Some(86_400 - (12 * 3600 + 34 * 60 + 56)), "Wednesday");
        assert_eq!(to(0x3F80_8080), None);
    }

    #[test]
    fn a_time_that_no_clock_shows_is_never_looked_for() {
        let to = |fields, twelve| Alarm { fields, fraction: 0 }.seconds_to_match(Calendar::default(), twelve);
        // Seconds, minutes, hours, the afternoon of a day of 24 hours, hours 0 and 13 of a day of twice twelve.
        for (fields, twelve) in [
            (0x8080_807F, false),
            (0x8080_800A, false),
            (0x8080_6080, false),
            (0x8024_8080, false),
            (0x8041_8080, false),
            (0x8000_8080, true),
            (0x8013_8080, true),
        ] {
            assert_eq!(to(fields, twelve), None, "{fields:#x}");
            assert!(!Alarm { fields, fraction: 0 }.is_a_time(twelve), "{fields:#x}");
        }
        for hour in 0..24 {
            for twelve in [false, true] {
                let shown = Calendar::default().after(hour * 3600).time(twelve);
                assert_eq!(to(0x8000_8080 | shown, twelve), Some(hour * 3600), "{shown:#x}");
            }
        }
    }

    #[test]
    fn a_fraction_chooses_ticks() {
        let alarm = Alarm { fields: 0, fraction: 8 << 24 | 155 };
        assert_eq!((alarm.tick(0, 255), alarm.tick(100, 255), alarm.tick(101, 255)), (Some(100), Some(100), None));
        assert_eq!(Alarm { fields: 0, fraction: 2 << 24 }.tick(2, 255), Some(3));
        assert_eq!(Alarm::default().tick(0, 255), Some(0));
    }
}
