//! A layout of int8 weights that a Cortex-M4 works through faster than rows: two rows and two columns to a word.
//!
//! A halfword holds `256 u + l`, a weight `u` of an upper row and the weight `l` of the lower row in the same column. One
//! SMLAD of the word as it lies adds up `256 U + L` of both rows' sums; one more, of the bytes that SXTB16 takes out, adds
//! up `L`; what is left of the difference is `256 U`, and a shift gives `U`. So four weights need one widening
//! instruction instead of two. All of it is exact modulo 2^32, so that `U` is exact within 24 bits. Rows stand in groups
//! of six, columns are filled up with zeros to eights. The same steps in plain Rust are the reference elsewhere.

use core::fmt;

use super::MOST_COLUMNS;
#[cfg(all(target_arch = "arm", feature = "dsp"))]
use super::cortex_m::paired as fastest;
#[cfg(not(all(target_arch = "arm", feature = "dsp")))]
use plain as fastest;

/// Rows that are worked on together.
pub const GROUP: usize = 6;
/// Pairs of rows of a group: the words of two columns.
const PAIRS: usize = GROUP / 2;

/// The words that [`pack`] needs for a matrix.
#[must_use]
pub const fn words(rows: usize, columns: usize) -> usize {
    rows.div_ceil(GROUP) * PAIRS * padded(columns) / 2
}

/// Columns with the zeros behind them.
const fn padded(columns: usize) -> usize {
    columns.next_multiple_of(8)
}

/// Why weights cannot be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackError {
    /// The number of rows is no whole number of groups of six, or of rows no whole number.
    Rows {
        /// Bytes of the matrix.
        bytes: usize,
        /// Columns of the matrix.
        columns: usize,
    },
    /// There are no columns, or more than [`MOST_COLUMNS`].
    Columns {
        /// How many there are.
        columns: usize,
    },
    /// The room is not [`words`] long.
    Room {
        /// How long it has to be.
        wanted: usize,
        /// How long it is.
        found: usize,
    },
    /// The upper row of a pair holds -128, which leaves no room for the lower row's sign.
    Weight {
        /// The place in the matrix.
        at: usize,
    },
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { bytes, columns } => {
                write!(f, "{bytes} bytes in rows of {columns} are no whole number of groups of {GROUP} rows")
            }
            Self::Columns { columns } => write!(f, "{columns} columns; from 1 to {MOST_COLUMNS} can be packed"),
            Self::Room { wanted, found } => {
                write!(f, "the packed weights take {wanted} words, there is room for {found}")
            }
            Self::Weight { at } => write!(f, "the weight at {at} is -128; the least that can be packed is -127"),
        }
    }
}

impl core::error::Error for PackError {}

/// Packs a matrix of two's complement bytes that is stored row by row.
///
/// # Errors
/// [`PackError`] with what does not fit.
pub const fn pack(weights: &[u8], columns: usize, room: &mut [u32]) -> Result<(), PackError> {
    if columns == 0 || columns > MOST_COLUMNS {
        return Err(PackError::Columns { columns });
    }
    let rows = weights.len() / columns;
    if rows * columns != weights.len() || !rows.is_multiple_of(GROUP) {
        return Err(PackError::Rows { bytes: weights.len(), columns });
    }
    if room.len() != words(rows, columns) {
        return Err(PackError::Room { wanted: words(rows, columns), found: room.len() });
    }
    let mut at = 0;
    while at < room.len() {
        // Words stand pair by pair, then two columns by two columns, then group by group.
        let (pair, step) = (at % PAIRS, at / PAIRS);
        let (column, group) = (step % (padded(columns) / 2) * 2, step / (padded(columns) / 2));
        let lower = (group * GROUP + 2 * pair) * columns;
        let mut word = 0;
        let mut half = 0;
        while half < 2 {
            let column = column + half;
            if column < columns {
                let (l, u) = (weights[lower + column] as i8, weights[lower + columns + column] as i8);
                if u == i8::MIN {
                    return Err(PackError::Weight { at: lower + columns + column });
                }
                word |= ((256 * u as i32 + l as i32) as u32 & 0xffff) << (16 * half);
            }
            half += 1;
        }
        room[at] = word;
        at += 1;
    }
    Ok(())
}

/// Packed weights.
#[derive(Clone, Copy, Debug)]
pub struct Paired<'a> {
    words: &'a [u32],
    rows: usize,
    columns: usize,
}

impl<'a> Paired<'a> {
    /// What [`pack`] made of a matrix of `rows` and `columns`; nothing when it would have refused that shape.
    #[must_use]
    pub const fn new(words: &'a [u32], rows: usize, columns: usize) -> Option<Self> {
        let fits = columns > 0 && columns <= MOST_COLUMNS && rows.is_multiple_of(GROUP);
        if fits && words.len() == self::words(rows, columns) { Some(Self { words, rows, columns }) } else { None }
    }

    /// Rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The packed words.
    #[must_use]
    pub const fn words(&self) -> &'a [u32] {
        self.words
    }

    /// `out = matrix x`. Values of `x` beyond the last column do not count and missing ones are zeros; groups of rows for
    /// which `out` has no room are left out. Exact while the sums of the upper rows stay within 24 bits: with
    /// [`MOST_COLUMNS`] columns, for magnitudes of `x` up to 511.
    pub fn product(&self, x: &[i16], out: &mut [i32]) {
        let mut pairs = [0_u32; MOST_COLUMNS / 2];
        for (word, two) in pairs.iter_mut().zip(x[..x.len().min(self.columns)].chunks(2)) {
            let low = two[0] as u16;
            let high = two.get(1).map_or(0, |&x| x as u16);
            *word = u32::from(low) | u32::from(high) << 16;
        }
        fastest(self, &pairs[..padded(self.columns) / 2], out);
    }
}

/// The product in the same steps as on a Cortex-M4.
#[cfg(not(all(target_arch = "arm", feature = "dsp")))]
fn plain(matrix: &Paired<'_>, x: &[u32], out: &mut [i32]) {
    for (out, group) in out.chunks_exact_mut(GROUP).zip(matrix.words.chunks_exact(PAIRS * x.len())) {
        let (mut both, mut lower) = ([0_i32; PAIRS], [0_i32; PAIRS]);
        for (words, &x) in group.chunks_exact(PAIRS).zip(x) {
            for ((&word, both), lower) in words.iter().zip(&mut both).zip(&mut lower) {
                *both = smlad(word, x, *both);
                *lower = smlad(widened(word), x, *lower);
            }
        }
        for ((out, both), lower) in out.chunks_exact_mut(2).zip(both).zip(lower) {
            out[0] = lower;
            out[1] = both.wrapping_sub(lower) >> 8;
        }
    }
}

/// What SMLAD computes, without the flag of an overflow.
#[cfg(not(all(target_arch = "arm", feature = "dsp")))]
fn smlad(n: u32, m: u32, sum: i32) -> i32 {
    let bottom = i32::from(n as i16) * i32::from(m as i16);
    let top = (n as i32 >> 16) * (m as i32 >> 16);
    sum.wrapping_add(bottom).wrapping_add(top)
}

/// What SXTB16 computes.
#[cfg(not(all(target_arch = "arm", feature = "dsp")))]
fn widened(word: u32) -> u32 {
    u32::from(word as i8 as i16 as u16) | u32::from((word >> 16) as i8 as i16 as u16) << 16
}

#[cfg(test)]
mod tests {
    use super::{PackError, Paired, pack, words};
    use crate::known_answer::Noise;
    use crate::matvec::{Matrix, scalar};

    #[test]
    fn packed_weights_give_the_sums_of_rows_for_every_number_of_columns() {
        let mut noise = Noise::new(9);
        let weights: [u8; 12 * 128] = core::array::from_fn(|_| (noise.sample() >> 8).max(-127).to_le_bytes()[0]);
        let x: [i16; 128] = core::array::from_fn(|_| noise.sample() >> 6);
        for columns in 1..=128 {
            let weights = &weights[..12 * columns];
            let mut room = [0; 12 / 2 * 64];
            let room = &mut room[..words(12, columns)];
            assert_eq!(pack(weights, columns, room), Ok(()));
            let (mut plain, mut fast) = ([0; 12], [0; 12]);
            scalar(&Matrix::new(weights, columns), &x, &mut plain);
            Paired::new(room, 12, columns).unwrap().product(&x, &mut fast);
            assert_eq!(plain, fast, "{columns}");
        }
    }

    #[test]
    fn the_extremes_of_both_rows_do_not_disturb_each_other() {
        for (lower, upper) in [(0x80, 0x7f), (0x80, 0x81), (0x7f, 0x81), (0x7f, 0x7f)] {
            let weights: [u8; 6 * 128] = core::array::from_fn(|i| if i / 128 % 2 == 0 { lower } else { upper });
            let mut room = [0; 192];
            pack(&weights, 128, &mut room).unwrap();
            for x in [-511, 511] {
                let mut out = [0; 6];
                Paired::new(&room, 6, 128).unwrap().product(&[x; 128], &mut out);
                let sum = |weight: u8| 128 * i32::from(weight as i8) * i32::from(x);
                assert_eq!(out[..2], [sum(lower), sum(upper)]);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_says_why() {
        let room = &mut [0; 12];
        assert_eq!(pack(&[0; 48], 8, room), Ok(()));
        assert_eq!(pack(&[0; 40], 8, room), Err(PackError::Rows { bytes: 40, columns: 8 }));
        assert_eq!(pack(&[0; 49], 8, room), Err(PackError::Rows { bytes: 49, columns: 8 }));
        assert_eq!(pack(&[0; 48], 0, room), Err(PackError::Columns { columns: 0 }));
        assert_eq!(pack(&[0; 6 * 129], 129, room), Err(PackError::Columns { columns: 129 }));
        assert_eq!(pack(&[0; 96], 16, room), Err(PackError::Room { wanted: 24, found: 12 }));
        let mut weights = [0; 48];
        weights[3] = 0x80;
        assert_eq!(pack(&weights, 8, room), Ok(()), "a lower row may hold it");
        weights[17] = 0x80;
        assert_eq!(pack(&weights, 8, room), Ok(()));
        weights[30] = 0x80;
        assert_eq!(pack(&weights, 8, room), Err(PackError::Weight { at: 30 }));
        assert!(Paired::new(&[0; 12], 6, 8).is_some());
        assert!(Paired::new(&[0; 12], 6, 9).is_none());
    }
}
