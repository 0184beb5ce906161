//! The electricity transformer set ETTh1 (Zhou et al., Informer, AAAI 2021; github.com/zhouhaoyi/ETDataset, CC BY-ND 4.0):
//! two years of hourly load and oil temperature, seven channels. The file is read as it was published and nothing of it is
//! written anywhere.
//!
//! The usual split is 12, 4 and 4 months of 30 days: hours 0..8640 to train, ..11520 to validate, ..14400 to test, each
//! channel standardised with mean and variance of its hours of training. What comes later is not used.

use crate::error::ForecastError;
use crate::profile::{Part, enter};
use crate::series::Series;

/// The file's first line.
pub const HEADER: &str = "date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT";
/// Channels behind the date.
pub const CHANNELS: usize = 7;
/// Hours of training.
pub const TRAIN: usize = 12 * 30 * 24;
/// Hours of validation, and of the test.
pub const HELD_OUT: usize = 4 * 30 * 24;
/// All hours of the split.
pub const HOURS: usize = TRAIN + 2 * HELD_OUT;

/// Reads the file.
///
/// # Errors
/// [`ForecastError::Data`] with the line that is not as it should be.
pub fn read(csv: &[u8]) -> Result<Series, ForecastError> {
    let _here = enter(Part::Loading);
    let bad = |line: usize, why: &str| ForecastError::Data { line: line + 1, why: why.to_owned() };
    let text = std::str::from_utf8(csv).map_err(|_| bad(0, "the file is no text"))?;
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, line)| line) != Some(HEADER) {
        return Err(bad(0, &format!("the first line is not {HEADER:?}")));
    }
    let mut channels = vec![Vec::new(); CHANNELS];
    for (number, line) in lines {
        let mut fields = line.split(',');
        // The date: hours follow each other without a gap in the published file.
        fields.next();
        for channel in &mut channels {
            let field = fields.next().ok_or_else(|| bad(number, "there are fewer than seven values"))?;
            let value: f32 = field.parse().map_err(|_| bad(number, &format!("{field:?} is no number")))?;
            if !value.is_finite() {
                return Err(bad(number, &format!("{field:?} is not finite")));
            }
            channel.push(value);
        }
        if fields.next().is_some() {
            return Err(bad(number, "there are more than seven values"));
        }
    }
    Series::new(channels)
}

/// Reads the file and standardises it as the usual split does.
///
/// # Errors
/// [`ForecastError::Data`] for a bad line, [`ForecastError::TooShort`] when the split does not fit in.
pub fn standardised(csv: &[u8]) -> Result<Series, ForecastError> {
    let series = read(csv)?;
    if series.hours() < HOURS {
        return Err(ForecastError::TooShort { wanted: HOURS, found: series.hours() });
    }
    series.standardised(TRAIN)
}

#[cfg(test)]
mod tests {
    use super::{HEADER, HOURS, read, standardised};
    use crate::error::ForecastError;

    #[test]
    fn rows_become_channels() {
        let series =
            read(format!("{HEADER}\n2016-07-01 00:00:00,1,2,3,4,5,6,7.5\nx,2,3,4,5,6,7,-8\n").as_bytes()).unwrap();
        assert_eq!((series.hours(), series.channels().len()), (2, 7));
        assert_eq!(series.channels()[6], [7.5, -8.0]);
    }

    #[test]
    fn bad_files_say_where_and_never_panic() {
        let line = |text: &str| match read(format!("{HEADER}\n{text}").as_bytes()) {
            Err(ForecastError::Data { line, why }) => (line, why),
            other => panic!("{other:?}"),
        };
        assert_eq!(line("a,1,2,3,4,5,6").0, 2);
        assert_eq!(line("a,1,2,3,4,5,6,7,8").1, "there are more than seven values");
        assert_eq!(line("a,1,2,3,4,5,6,7\na,1,x,3,4,5,6,7"), (3, "\"x\" is no number".to_owned()));
        assert_eq!(line("a,1,2,3,4,5,6,inf").1, "\"inf\" is not finite");
        for whole in [&b""[..], b"\xff", b"date,a\n"] {
            assert!(matches!(read(whole), Err(ForecastError::Data { line: 1, .. })), "{whole:?}");
        }
        let short = standardised(format!("{HEADER}\na,1,2,3,4,5,6,7\n").as_bytes());
        assert_eq!(short, Err(ForecastError::TooShort { wanted: HOURS, found: 1 }));
    }
}
