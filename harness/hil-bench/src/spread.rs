//! A part of a list that stands for the whole of it, in step with no order that the list may have.
//!
//! Recordings lie sorted by word and speaker, so every sixth of them could be those of one speaker. The list is cut into as
//! many pieces as are wanted, and the place within each moves on by the golden section of a piece, which falls in step with no
//! period (the additive recurrence of low discrepancy: Kuipers and Niederreiter, "Uniform Distribution of Sequences",
//! 1974, section 2.3).

/// The golden section: of all numbers the one that fractions come close to most slowly.
const GOLDEN: f64 = 0.618_033_988_749_894_8;

/// At most `most` of the places `0..length`, ascending; all of them when they are no more.
pub(crate) fn spread(length: usize, most: usize) -> Vec<usize> {
    if length <= most {
        return (0..length).collect();
    }
    let place = |piece: usize| {
        let (begin, end) = (piece * length / most, (piece + 1) * length / most);
        let within = (piece as f64 * GOLDEN).fract() * (end - begin) as f64;
        begin + within as usize
    };
    (0..most).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn a_part_has_every_place_at_most_once_and_the_whole_has_all() {
        for length in 0..200 {
            for most in 0..length + 2 {
                let places = spread(length, most);
                assert_eq!(places.len(), length.min(most), "{most} of {length}");
                assert!(places.iter().all(|place| *place < length) && places.is_sorted_by(|a, b| a < b));
            }
        }
    }

    #[test]
    fn every_speaker_is_heard_about_as_often_as_any_other_whatever_the_order() {
        for period in [2, 3, 5, 6, 10, 12] {
            let mut heard = vec![0usize; period];
            spread(720, 120).into_iter().for_each(|place| heard[place % period] += 1);
            let share = 120 / period;
            assert!(heard.iter().all(|heard| heard.abs_diff(share) <= 1 + share / 4), "{period}: {heard:?}");
        }
    }
}
