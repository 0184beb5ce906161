//! Int8 matrices with many zeros: blocks of four neighbouring columns, of which only those with a weight are kept.
//!
//! A row is a number of blocks; each block is its position, counted in blocks, and a word of four weights. A block costs
//! a Cortex-M4 about nine cycles wherever it lies, so that a matrix is faster than a dense one when whole blocks are zero:
//! pruning has to remove blocks, not single weights. Three slices hold everything (`counts`, a byte for each row;
//! `positions`, a byte for each block; `words`), so that a board leaves them in flash. All functions that build them can
//! run while the program is compiled.

use core::fmt;

/// Columns of a block.
pub const BLOCK: usize = 4;
/// Blocks of the widest row: positions and counts are bytes.
pub const MOST_BLOCKS: usize = 255;

/// Why slices are no sparse matrix, or a matrix cannot be made sparse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SparseError {
    /// The columns are no whole number of blocks from 1 to [`MOST_BLOCKS`], or the bytes no whole number of rows.
    Shape {
        /// Bytes of the dense matrix.
        bytes: usize,
        /// Columns of the dense matrix.
        columns: usize,
    },
    /// A slice has the wrong length.
    Room {
        /// Which one.
        what: &'static str,
        /// How long it has to be.
        wanted: usize,
        /// How long it is.
        found: usize,
    },
    /// A block of a row is not behind the one before, or behind the last column.
    Position {
        /// The number of the block in the matrix.
        block: usize,
    },
}

impl fmt::Display for SparseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { bytes, columns } => {
                write!(f, "{bytes} bytes in rows of {columns} are no matrix of blocks of {BLOCK} columns")
            }
            Self::Room { what, wanted, found } => write!(f, "{what}: {wanted} are needed, there are {found}"),
            Self::Position { block } => write!(f, "block {block} does not follow the one before within its row"),
        }
    }
}

impl core::error::Error for SparseError {}

/// How many of the weights are 0.
#[must_use]
pub const fn zeros(weights: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < weights.len() {
        if weights[at] == 0 {
            count += 1;
        }
        at += 1;
    }
    count
}

/// How many blocks of dense weights hold anything but zeros; bytes behind the last whole block do not count.
#[must_use]
pub const fn blocks(weights: &[u8]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at + BLOCK <= weights.len() {
        if word(weights, at) != 0 {
            count += 1;
        }
        at += BLOCK;
    }
    count
}

/// The four weights from `at` on as a word, the first one lowest.
const fn word(weights: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([weights[at], weights[at + 1], weights[at + 2], weights[at + 3]])
}

/// Encodes a dense matrix that is stored row by row into three slices: `counts` one for each row, `positions` and `words`
/// one for each of [`blocks`].
///
/// # Errors
/// [`SparseError::Shape`] and [`SparseError::Room`].
pub const fn encode(
    weights: &[u8],
    columns: usize,
    counts: &mut [u8],
    positions: &mut [u8],
    words: &mut [u32],
) -> Result<(), SparseError> {
    if columns == 0 || !columns.is_multiple_of(BLOCK) || columns / BLOCK > MOST_BLOCKS {
        return Err(SparseError::Shape { bytes: weights.len(), columns });
    }
    if !weights.len().is_multiple_of(columns) {
        return Err(SparseError::Shape { bytes: weights.len(), columns });
    }
    let (rows, kept) = (weights.len() / columns, blocks(weights));
    if counts.len() != rows {
        return Err(SparseError::Room { what: "counts", wanted: rows, found: counts.len() });
    }
    if positions.len() != kept {
        return Err(SparseError::Room { what: "positions", wanted: kept, found: positions.len() });
    }
    if words.len() != kept {
        return Err(SparseError::Room { what: "words", wanted: kept, found: words.len() });
    }
    let (mut row, mut block) = (0, 0);
    while row < rows {
        let (start, mut position) = (block, 0);
        while position < columns / BLOCK {
            let four = word(weights, row * columns + position * BLOCK);
            if four != 0 {
                positions[block] = position as u8;
                words[block] = four;
                block += 1;
            }
            position += 1;
        }
        counts[row] = (block - start) as u8;
        row += 1;
    }
    Ok(())
}

/// A sparse matrix whose slices have been found to fit together.
#[derive(Clone, Copy, Debug)]
pub struct Sparse<'a> {
    columns: usize,
    counts: &'a [u8],
    positions: &'a [u8],
    words: &'a [u32],
}

impl<'a> Sparse<'a> {
    /// The matrix of three slices as [`encode`] writes them.
    ///
    /// # Errors
    /// [`SparseError`] with what does not fit; then no product could be relied upon to stay within `x`.
    pub const fn new(
        columns: usize,
        counts: &'a [u8],
        positions: &'a [u8],
        words: &'a [u32],
    ) -> Result<Self, SparseError> {
        if columns == 0 || !columns.is_multiple_of(BLOCK) || columns / BLOCK > MOST_BLOCKS {
            return Err(SparseError::Shape { bytes: 0, columns });
        }
        if words.len() != positions.len() {
            return Err(SparseError::Room { what: "words", wanted: positions.len(), found: words.len() });
        }
        let (mut row, mut block) = (0, 0);
        while row < counts.len() {
            let end = block + counts[row] as usize;
            if end > positions.len() {
                return Err(SparseError::Room { what: "positions", wanted: end, found: positions.len() });
            }
            let mut free = 0;
            while block < end {
                let position = positions[block] as usize;
                if position < free || position >= columns / BLOCK {
                    return Err(SparseError::Position { block });
                }
                free = position + 1;
                block += 1;
            }
            row += 1;
        }
        if block != positions.len() {
            return Err(SparseError::Room { what: "positions", wanted: block, found: positions.len() });
        }
        Ok(Self { columns, counts, positions, words })
    }

    /// Columns, zeros included.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// Rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.counts.len()
    }

    /// What it takes of memory, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.counts.len() + self.positions.len() + 4 * self.words.len()
    }

    /// Words, positions and counts.
    #[cfg(all(target_arch = "arm", feature = "dsp"))]
    pub(crate) fn parts(&self) -> (&'a [u32], &'a [u8], &'a [u8]) {
        (self.words, self.positions, self.counts)
    }

    /// `out = matrix x`, exact in `i32` as [`crate::matvec::product`] is. Missing values of `x` and of `out` are left out.
    pub fn product(&self, x: &[i16], out: &mut [i32]) {
        #[cfg(all(target_arch = "arm", feature = "dsp"))]
        {
            if x.len() >= self.columns && crate::matvec::cortex_m::sparse(self, &x[..self.columns], out) {
                return;
            }
        }
        self.scalar(x, out);
    }

    /// [`Self::product`] as plain code: the reference.
    pub fn scalar(&self, x: &[i16], out: &mut [i32]) {
        for (y, row) in out.iter_mut().zip(self.each_row()) {
            *y = row
                .map(|(position, weights)| {
                    let x = x.iter().skip(BLOCK * position);
                    weights.into_iter().zip(x).map(|(w, &x)| i32::from(w as i8) * i32::from(x)).sum::<i32>()
                })
                .sum();
        }
    }

    /// Writes one row of the dense matrix; what `out` has no room for is left out, and rows that are not there are zeros.
    pub fn decode_row(&self, row: usize, out: &mut [u8]) {
        out.fill(0);
        for (position, weights) in self.each_row().nth(row).into_iter().flatten() {
            for (place, weight) in out.iter_mut().skip(BLOCK * position).zip(weights) {
                *place = weight;
            }
        }
    }

    /// The blocks of each row: position and weights.
    fn each_row(&self) -> impl Iterator<Item = impl Iterator<Item = (usize, [u8; BLOCK])> + use<'a>> + use<'a> {
        let (mut positions, mut words) = (self.positions, self.words);
        self.counts.iter().map(move |&count| {
            // The counts add up to both lengths, so that nothing is cut.
            let (positions_here, positions_left) = positions.split_at(usize::from(count).min(positions.len()));
            let (words_here, words_left) = words.split_at(usize::from(count).min(words.len()));
            (positions, words) = (positions_left, words_left);
            positions_here.iter().zip(words_here).map(|(&position, word)| (usize::from(position), word.to_le_bytes()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Sparse, SparseError, blocks, encode, zeros};
    use crate::known_answer::Noise;
    use crate::matvec::{Matrix, scalar};

    const COLUMNS: usize = 88;
    const ROWS: usize = 21;

    /// Weights of which about `percent` in a hundred blocks are zero.
    fn weights(seed: u32, percent: i16) -> [u8; ROWS * COLUMNS] {
        let mut noise = Noise::new(seed);
        let mut bytes = core::array::from_fn(|_| noise.sample().to_le_bytes()[1]);
        for block in bytes.chunks_exact_mut(BLOCK) {
            if noise.sample().unsigned_abs() % 100 < percent.unsigned_abs() {
                block.fill(0);
            }
        }
        bytes
    }

    #[test]
    fn a_matrix_comes_back_and_gives_the_sums_of_the_dense_one() {
        for (seed, percent) in (1..).zip([0, 10, 70, 70, 97, 100]) {
            let dense = weights(seed, percent);
            let kept = blocks(&dense);
            let (mut counts, mut positions, mut words) = ([0; ROWS], [0; ROWS * 22], [0; ROWS * 22]);
            encode(&dense, COLUMNS, &mut counts, &mut positions[..kept], &mut words[..kept]).unwrap();
            let sparse = Sparse::new(COLUMNS, &counts, &positions[..kept], &words[..kept]).unwrap();
            assert_eq!((sparse.rows(), sparse.columns(), sparse.bytes()), (ROWS, COLUMNS, ROWS + 5 * kept));
            for (number, row) in dense.chunks_exact(COLUMNS).enumerate() {
                let mut back = [1; COLUMNS];
                sparse.decode_row(number, &mut back);
                assert_eq!(back, *row, "{percent}");
            }
            let mut none = [1; COLUMNS];
            sparse.decode_row(ROWS, &mut none);
            assert_eq!(none, [0; COLUMNS]);
            let mut noise = Noise::new(seed + 50);
            let x: [i16; COLUMNS] = core::array::from_fn(|_| noise.sample());
            let (mut expected, mut found) = ([0; ROWS], [1; ROWS]);
            scalar(&Matrix::new(&dense, COLUMNS), &x, &mut expected);
            sparse.product(&x, &mut found);
            assert_eq!(found, expected, "{percent}");
            sparse.scalar(&x, &mut found);
            assert_eq!(found, expected, "{percent}");
        }
    }

    #[test]
    fn zeros_and_blocks_are_counted_over_the_weights() {
        let weights = [0, 0, 0, 0, 0, 0x80, 0, 0, 1, 2, 3, 4];
        assert_eq!((zeros(&weights), blocks(&weights)), (7, 2));
        assert_eq!(blocks(&weights[..11]), 1);
    }

    #[test]
    fn shapes_and_rooms_that_do_not_fit_are_refused() {
        let refused = |weights: &[u8], columns, counts: usize, positions: usize, words: usize| {
            encode(weights, columns, &mut [0; 9][..counts], &mut [0; 9][..positions], &mut [0; 9][..words]).unwrap_err()
        };
        let shape = |bytes, columns| SparseError::Shape { bytes, columns };
        let room = |what, wanted, found| SparseError::Room { what, wanted, found };
        assert_eq!(refused(&[1; 12], 6, 2, 3, 3), shape(12, 6));
        assert_eq!(refused(&[1; 12], 0, 2, 3, 3), shape(12, 0));
        assert_eq!(refused(&[1; 12], 8, 1, 3, 3), shape(12, 8));
        assert_eq!(refused(&[1; 1024], 1024, 1, 9, 9), shape(1024, 1024));
        assert_eq!(refused(&[1; 16], 8, 1, 4, 4), room("counts", 2, 1));
        assert_eq!(refused(&[1; 16], 8, 2, 3, 4), room("positions", 4, 3));
        assert_eq!(refused(&[1; 16], 8, 2, 4, 5), room("words", 4, 5));
    }

    #[test]
    fn slices_that_would_lead_out_of_the_matrix_are_refused() {
        let words = [0x0102_0304; 4];
        assert!(Sparse::new(8, &[2, 2], &[0, 1, 0, 1], &words).is_ok());
        assert!(Sparse::new(8, &[0, 0], &[], &[]).is_ok());
        let refused = |columns, counts: &[u8], positions: &[u8], words: &[u32]| {
            Sparse::new(columns, counts, positions, words).map(|_| ()).unwrap_err()
        };
        assert_eq!(refused(8, &[2, 2], &[0, 1, 0, 2], &words), SparseError::Position { block: 3 });
        assert_eq!(refused(8, &[2, 2], &[1, 1, 0, 1], &words), SparseError::Position { block: 1 });
        assert_eq!(refused(8, &[2, 2], &[1, 0, 0, 1], &words), SparseError::Position { block: 1 });
        let room = |what, wanted, found| SparseError::Room { what, wanted, found };
        assert_eq!(refused(8, &[2, 3], &[0, 1, 0, 1], &words), room("positions", 5, 4));
        assert_eq!(refused(8, &[2, 1], &[0, 1, 0, 1], &words), room("positions", 3, 4));
        assert_eq!(refused(8, &[2, 2], &[0, 1, 0, 1], &words[..3]), room("words", 4, 3));
        assert_eq!(refused(6, &[], &[], &[]), SparseError::Shape { bytes: 0, columns: 6 });
    }
}
