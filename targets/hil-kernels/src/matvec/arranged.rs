//! A vector in the order in which SXTB16 takes weights apart: of four neighbours the even ones together, then the odd
//! ones.
//!
//! SXTB16 makes the bytes 0 and 2 of a word of weights into a pair of halfwords, and after a turn by 8 bits the bytes 1
//! and 3. With `x` in the same order each SMLAD multiplies two pairs. The order costs some cycles per call, not per row.

use super::MOST_COLUMNS;

/// Room for the longest piece of a vector.
pub(crate) type Words = [u32; MOST_COLUMNS / 2];

/// Writes as many whole fours of `x` as fit, two words each, and gives those words.
pub(crate) fn arrange<'w>(x: &[i16], words: &'w mut Words) -> &'w [u32] {
    let (fours, _) = x.as_chunks::<4>();
    let (places, _) = words.as_chunks_mut::<2>();
    let mut count = 0;
    for (place, &[a, b, c, d]) in places.iter_mut().zip(fours) {
        *place = [pair(a, c), pair(b, d)];
        count += 2;
    }
    &words[..count]
}

/// Two halfwords in a word, the first one below.
pub(crate) const fn pair(low: i16, high: i16) -> u32 {
    low as u16 as u32 | (high as u16 as u32) << 16
}

#[cfg(test)]
mod tests {
    use super::arrange;

    #[test]
    fn even_and_odd_neighbours_stand_together() {
        let mut words = [9; 64];
        assert_eq!(arrange(&[1, -1, 3, 4, 5, 6, 7, 8, 99], &mut words), [0x3_0001, 0x4_ffff, 0x7_0005, 0x8_0006]);
        assert_eq!(arrange(&[1; 200], &mut [0; 64]).len(), 64);
    }
}
