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
    /// Seconds from `from` to the first second that matches, `from` included.
    #[must_use]
    pub fn seconds_to_match(&self, from: Calendar, twelve: bool) -> Option<u64> {
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
    fn a_fraction_chooses_ticks() {
        let alarm = Alarm { fields: 0, fraction: 8 << 24 | 155 };
        assert_eq!((alarm.tick(0, 255), alarm.tick(100, 255), alarm.tick(101, 255)), (Some(100), Some(100), None));
        assert_eq!(Alarm { fields: 0, fraction: 2 << 24 }.tick(2, 255), Some(3));
        assert_eq!(Alarm::default().tick(0, 255), Some(0));
    }
}
