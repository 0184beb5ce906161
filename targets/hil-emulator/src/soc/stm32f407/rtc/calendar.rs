//! The calendar of the RTC: days of a century in which every fourth year is a leap year, as RTC_TR and RTC_DR show them
//! (RM0090 26.6.1, 26.6.2).

/// Seconds of a day.
pub const DAY: u32 = 86_400;
/// Days of the century.
const CENTURY: u32 = 36_525;
const MONTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A second of the century. What a program writes that is no date counts on from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Days since 1 January of year 0.
    day: u32,
    /// 0 for Monday.
    weekday: u32,
    /// The second of the day.
    second: u32,
}

impl Default for Calendar {
    /// Monday, 1 January of year 0, midnight.
    fn default() -> Self {
        Self { day: 0, weekday: 0, second: 0 }
    }
}

/// Two binary coded decimals to a number.
fn decoded(bits: u32) -> u32 {
    (bits >> 4) * 10 + (bits & 15)
}

/// A number to two binary coded decimals.
fn encoded(number: u32) -> u32 {
    ((number / 10) << 4) | (number % 10)
}

fn length(year: u32, month: u32) -> u32 {
    MONTHS[month as usize % 12] + u32::from(month == 1 && year.is_multiple_of(4))
}

impl Calendar {
    /// `seconds` later.
    #[must_use]
    pub fn after(self, seconds: u64) -> Self {
        let second = u64::from(self.second) + seconds;
        let days = second / u64::from(DAY);
        Self {
            day: ((u64::from(self.day) + days) % u64::from(CENTURY)) as u32,
            weekday: ((u64::from(self.weekday) + days) % 7) as u32,
            second: (second % u64::from(DAY)) as u32,
        }
    }

    /// `seconds` earlier; at the most a day.
    #[must_use]
    pub fn before(self, seconds: u32) -> Self {
        // A century less a bit, in which the days of the week go on by CENTURY % 7.
        let later = self.after(u64::from(CENTURY) * u64::from(DAY) - u64::from(seconds));
        Self { weekday: (later.weekday + 7 - CENTURY % 7) % 7, ..later }
    }

    /// The second of the day.
    #[must_use]
    pub fn second(self) -> u32 {
        self.second
    }

    /// RTC_TR, by the 12-hour clock where `twelve`.
    #[must_use]
    pub fn time(self, twelve: bool) -> u32 {
        let (hour, minute, second) = (self.second / 3600, self.second / 60 % 60, self.second % 60);
        let shown = match hour % 12 {
            _ if !twelve => hour,
            0 => 12,
            hour => hour,
        };
        let afternoon = u32::from(twelve && hour >= 12);
        afternoon << 22 | encoded(shown) << 16 | encoded(minute) << 8 | encoded(second)
    }

    /// The year from 0, the month and the day of the month from 0.
    fn parts(self) -> (u32, u32, u32) {
        let (mut day, mut year, mut month) = (self.day, 0, 0);
        while day >= 365 + u32::from(year % 4 == 0) {
            day -= 365 + u32::from(year % 4 == 0);
            year += 1;
        }
        while day >= length(year, month) {
            day -= length(year, month);
            month += 1;
        }
        (year, month, day)
    }

    /// The year of the century.
    #[must_use]
    pub fn year(self) -> u32 {
        self.parts().0
    }

    /// RTC_DR.
    #[must_use]
    pub fn date(self) -> u32 {
        let (year, month, day) = self.parts();
        encoded(year) << 16 | (self.weekday + 1) << 13 | encoded(month + 1) << 8 | encoded(day + 1)
    }

    /// With the time of day of a RTC_TR.
    #[must_use]
    pub fn with_time(self, time: u32, twelve: bool) -> Self {
        let hour = decoded(time >> 16 & 0x3F);
        let hour = if twelve { hour % 12 + 12 * (time >> 22 & 1) } else { hour };
        let second = hour * 3600 + decoded(time >> 8 & 0x7F) * 60 + decoded(time & 0x7F);
        Self { second: second % DAY, ..self }
    }

    /// With the date of a RTC_DR.
    #[must_use]
    pub fn with_date(self, date: u32) -> Self {
        let year = decoded(date >> 16 & 0xFF) % 100;
        let month = decoded(date >> 8 & 0x1F).clamp(1, 12) - 1;
        let years: u32 = (0..year).map(|year| 365 + u32::from(year % 4 == 0)).sum();
        let months: u32 = (0..month).map(|month| length(year, month)).sum();
        let day = years + months + decoded(date & 0x3F).saturating_sub(1);
        Self { day: day % CENTURY, weekday: (date >> 13 & 7).saturating_sub(1), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::Calendar;
    use proptest::prelude::*;

    #[test]
    fn leap_years_and_turns_of_the_century() {
        let at = |time, date| Calendar::default().with_date(date).with_time(time, false);
        let shown = |calendar: Calendar| (calendar.time(false), calendar.date());
        // Wednesday, 28 February of year 24 and of year 23.
        assert_eq!(shown(at(0x23_5959, 0x24_6228).after(1)), (0, 0x24_8229));
        assert_eq!(shown(at(0x23_5959, 0x23_4228).after(1)), (0, 0x23_6301));
        assert_eq!(shown(at(0x23_5959, 0x99_9231).after(1)), (0, 0x00_A101));
        assert_eq!(shown(at(0, 0x24_2301).before(1)), (0x23_5959, 0x24_E229));
    }

    #[test]
    fn the_twelve_hour_clock_has_no_hour_0() {
        let at = |hour: u64| Calendar::default().after(hour * 3600);
        let shown: Vec<u32> = [0, 11, 12, 13].into_iter().map(|hour| at(hour).time(true) >> 16).collect();
        assert_eq!(shown, [0x12, 0x11, 0x52, 0x41]);
        for hour in 0..24 {
            assert_eq!(Calendar::default().with_time(at(hour).time(true), true), at(hour));
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_set(seconds in 0..36_525u64 * 86_400) {
            let calendar = Calendar::default().after(seconds);
            prop_assert_eq!(Calendar::default().with_date(calendar.date()).with_time(calendar.time(false), false), calendar);
        }
    }
}
