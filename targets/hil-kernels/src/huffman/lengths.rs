//! The lengths of the codes: as short as frequencies allow, none longer than fifteen bits.
//!
//! The lengths of an unlimited code are computed in place (Moffat and Katajainen, "In-place calculation of
//! minimum-redundancy codes", WADS 1995). Those that are too long are cut, and the code is made complete again by
//! lengthening the longest of the shorter ones, which costs next to nothing because they are rare.

/// Bits of the longest code.
pub const LONGEST: usize = 15;

/// For each byte value the bits of its code; 0 for values that do not occur. A single value has a code of one bit.
#[must_use]
pub const fn code_lengths(bytes: &[u8]) -> [u8; 256] {
    let mut frequencies = [0_u32; 256];
    let mut at = 0;
    while at < bytes.len() {
        frequencies[bytes[at] as usize] += 1;
        at += 1;
    }
    let (order, used) = by_frequency(&frequencies);
    let mut lengths = [0; 256];
    if used == 0 {
        return lengths;
    }
    let counts = limited(&frequencies, &order, used);
    // The rarest values get the longest codes.
    let (mut next, mut length) = (0, LONGEST);
    while length > 0 {
        let end = next + counts[length] as usize;
        while next < end {
            lengths[order[next] as usize] = length as u8;
            next += 1;
        }
        length -= 1;
    }
    lengths
}

/// The values that occur, the rarest first, and how many these are.
const fn by_frequency(frequencies: &[u32; 256]) -> ([u8; 256], usize) {
    let mut order = [0_u8; 256];
    let (mut used, mut value) = (0, 0);
    while value < 256 {
        if frequencies[value] > 0 {
            // An insertion sort; equal frequencies stay in the order of their values.
            let mut place = used;
            while place > 0 && frequencies[order[place - 1] as usize] > frequencies[value] {
                order[place] = order[place - 1];
                place -= 1;
            }
            order[place] = value as u8;
            used += 1;
        }
        value += 1;
    }
    (order, used)
}

/// How many codes have each length, by their number of bits.
const fn limited(frequencies: &[u32; 256], order: &[u8; 256], used: usize) -> [u32; LONGEST + 1] {
    let mut counts = [0; LONGEST + 1];
    if used == 1 {
        counts[1] = 1;
        return counts;
    }
    let depths = depths(frequencies, order, used);
    // What the codes take of the room of all codes of the greatest length.
    let (mut taken, mut at) = (0_u32, 0);
    while at < used {
        let depth = if depths[at] as usize > LONGEST { LONGEST } else { depths[at] as usize };
        counts[depth] += 1;
        taken += 1 << (LONGEST - depth);
        at += 1;
    }
    while taken > 1 << LONGEST {
        // One of the longest becomes the neighbour of a shorter one, which moves a bit down for it.
        let mut length = LONGEST - 1;
        while counts[length] == 0 {
            length -= 1;
        }
        counts[LONGEST] -= 1;
        counts[length] -= 1;
        counts[length + 1] += 2;
        taken -= 1;
    }
    counts
}

/// The depths of the leaves of Huffman's tree, those of the rarest values first; at least two values occur.
const fn depths(frequencies: &[u32; 256], order: &[u8; 256], used: usize) -> [u32; 256] {
    let mut a = [0_u32; 256];
    let mut at = 0;
    while at < used {
        a[at] = frequencies[order[at] as usize];
        at += 1;
    }
    // The weights of inner nodes, which take the places of leaves that are merged, and then the numbers of their parents.
    a[0] += a[1];
    let (mut root, mut leaf, mut next) = (0, 2, 1);
    while next < used - 1 {
        if leaf >= used || a[root] < a[leaf] {
            a[next] = a[root];
            a[root] = next as u32;
            root += 1;
        } else {
            a[next] = a[leaf];
            leaf += 1;
        }
        if leaf >= used || (root < next && a[root] < a[leaf]) {
            a[next] += a[root];
            a[root] = next as u32;
            root += 1;
        } else {
            a[next] += a[leaf];
            leaf += 1;
        }
        next += 1;
    }
    // The depths of inner nodes, from the root, which is the last of them.
    a[used - 2] = 0;
    let mut node = used - 2;
    while node > 0 {
        node -= 1;
        a[node] = a[a[node] as usize] + 1;
    }
    // The depths of leaves: at each depth, what is not an inner node is one.
    let (mut available, mut depth) = (1, 0);
    let (mut inner, mut leaf) = (used - 1, used);
    while available > 0 {
        let mut nodes = 0;
        while inner > 0 && a[inner - 1] == depth {
            nodes += 1;
            inner -= 1;
        }
        while available > nodes {
            leaf -= 1;
            a[leaf] = depth;
            available -= 1;
        }
        available = 2 * nodes;
        depth += 1;
    }
    a
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;
    use std::vec::Vec;

    use super::{LONGEST, code_lengths};
    use crate::known_answer::Noise;

    /// The bits of a file under lengths.
    fn bits(file: &[u8], lengths: &[u8; 256]) -> usize {
        file.iter().map(|&value| usize::from(lengths[usize::from(value)])).sum()
    }

    /// The bits of a file under Huffman's own method, a list of weights of which the two least are merged.
    fn least(file: &[u8]) -> usize {
        let mut weights: Vec<usize> =
            (0..=255).map(|value| file.iter().filter(|&&v| v == value).count()).filter(|&count| count > 0).collect();
        let mut total = 0;
        while weights.len() > 1 {
            weights.sort_unstable_by(|a, b| b.cmp(a));
            let merged = weights.pop().unwrap() + weights.pop().unwrap();
            total += merged;
            weights.push(merged);
        }
        total
    }

    fn complete(lengths: &[u8; 256]) -> bool {
        lengths
            .iter()
            .filter(|&&length| length > 0)
            .map(|&length| 1_usize << (LONGEST - usize::from(length)))
            .sum::<usize>()
            == 1 << LONGEST
    }

    #[test]
    fn codes_are_complete_and_as_short_as_huffmans() {
        let mut noise = Noise::new(3);
        for round in 0..60 {
            let file: Vec<u8> = (0..2 + 40 * round)
                .map(|_| {
                    let (a, b) = (noise.sample().to_le_bytes(), noise.sample().to_le_bytes());
                    (a[0] & b[0] & a[1]) >> (round % 7)
                })
                .chain([1, 2])
                .collect();
            let lengths = code_lengths(&file);
            assert!(complete(&lengths), "round {round}");
            assert_eq!(bits(&file, &lengths), least(&file), "round {round}");
        }
    }

    #[test]
    fn long_codes_are_cut_to_fifteen_bits() {
        let (mut file, mut a, mut b) = (vec![], 1, 1);
        for value in 0..24 {
            file.extend(vec![value; a]);
            (a, b) = (b, a + b);
        }
        let lengths = code_lengths(&file);
        assert_eq!(lengths.iter().max(), Some(&15));
        assert!(complete(&lengths));
        let (found, least) = (bits(&file, &lengths), least(&file));
        assert!(found > least && found < least + least / 100, "{found} against {least}");
    }

    #[test]
    fn one_value_has_one_bit_and_none_has_none() {
        assert_eq!(code_lengths(&[]), [0; 256]);
        let lengths = code_lengths(&[200; 5]);
        assert_eq!((lengths[200], lengths.iter().map(|&length| u32::from(length)).sum::<u32>()), (1, 1));
    }
}
