//! Input number `n` of a seed: a committed input with a few changes of the kinds that break readers.

use crate::random::Random;

/// The longest input, in bytes. Longer ones are the business of the limits of each reader, which have their own tests.
pub const MAX_LEN: usize = 32 * 1024;

/// Numbers at the edges of what types and limits hold.
const NUMBERS: [&str; 22] = [
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "127",
    "128",
    "255",
    "256",
    "32768",
    "65535",
    "65536",
    "2147483647",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1e308",
    "1e999",
    "5e-324",
    "0.1",
];

/// Words that mean something to most readers of text, or to what shows their errors.
const WORDS: [&str; 30] = [
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "null",
    "true",
    "false",
    "\"",
    "\"\"\"",
    "'",
    "'''",
    "[",
    "[[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    ".",
    "#",
    "\\u0000",
    "\\ud800",
    "\u{1b}[31m",
    "\u{9b}2J",
    "\u{202e}",
    "\u{feff}",
    "<script>",
    "\r\n",
];

/// The input. `seeds` are committed inputs, `words` are those of the format.
#[must_use]
pub fn input(random: &mut Random, seeds: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut bytes = random.pick(seeds).cloned().unwrap_or_default();
    for _ in 0..=random.below(6) {
        change(random, &mut bytes, seeds, words);
        bytes.truncate(MAX_LEN);
    }
    bytes
}

fn change(random: &mut Random, bytes: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str]) {
    let at = random.below(bytes.len() + 1);
    match random.below(14) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            let edge = [0, 1, 0x7f, 0x80, 0xff, b' ', b'\n'];
            let new = random.pick(&edge).copied().unwrap_or(0);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = new;
            }
        }
        2 => insert(bytes, at, &(0..=random.below(8)).map(|_| random.byte()).collect::<Vec<_>>()),
        3 => remove(bytes, at, 1 + random.below(16)),
        4 => remove(bytes, at, 1 + random.below(1024)),
        5 => bytes.truncate(at),
        6 | 7 => {
            let word = random.pick(words).copied().unwrap_or("");
            insert(bytes, at, word.as_bytes());
        }
        8 => {
            let word = random.pick(&WORDS).copied().unwrap_or("");
            insert(bytes, at, word.as_bytes());
        }
        9 => number(random, bytes, at),
        10 => {
            let (start, end) = piece(random, bytes, 64);
            let copy = bytes[start..end].to_vec();
            insert(bytes, at, &copy);
        }
        11 => {
            // Depth and length: the same few bytes again and again.
            let (start, end) = piece(random, bytes, 8);
            let times = 1 << random.below(12);
            let copy = bytes[start..end].repeat(times);
            insert(bytes, at, &copy);
        }
        12 => {
            let other = random.pick(seeds).cloned().unwrap_or_default();
            let (start, end) = piece(random, &other, 512);
            insert(bytes, at, &other[start..end]);
        }
        _ => lines(random, bytes),
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    bytes.splice(at..at, new.iter().copied());
}

fn remove(bytes: &mut Vec<u8>, at: usize, len: usize) {
    let end = bytes.len().min(at + len);
    bytes.drain(at.min(end)..end);
}

/// A range of at most `most` bytes.
fn piece(random: &mut Random, bytes: &[u8], most: usize) -> (usize, usize) {
    let start = random.below(bytes.len() + 1);
    (start, bytes.len().min(start + random.below(most + 1)))
}

/// Another number in the place of the next one behind `at`; as bytes, the little-endian word there is replaced where
/// there is no digit.
fn number(random: &mut Random, bytes: &mut Vec<u8>, at: usize) {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let new = random.pick(&NUMBERS).copied().unwrap_or("0");
    match bytes[at..].iter().take(64).position(is_digit) {
        Some(offset) => {
            let start = at + offset;
            let end = bytes[start..].iter().position(|byte| !is_digit(byte)).map_or(bytes.len(), |len| start + len);
            bytes.splice(start..end, new.bytes());
        }
        None => {
            let edge = [0_u32, 1, 4, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, u32::MAX, 0x0800_0000, 0x2000_0000];
            let word = random.pick(&edge).copied().unwrap_or(0);
            let aligned = at & !3;
            if let Some(place) = bytes.get_mut(aligned..aligned + 4) {
                place.copy_from_slice(&word.to_le_bytes());
            }
        }
    }
}

/// Two lines change places, or one comes again.
fn lines(random: &mut Random, bytes: &mut Vec<u8>) {
    let mut all: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (from, to) = (random.below(all.len()), random.below(all.len()));
    if all.is_empty() {
        return;
    }
    if random.below(2) == 0 {
        all.swap(from, to);
    } else {
        all.insert(to, all[from].clone());
    }
    *bytes = all.concat();
}

#[cfg(test)]
mod tests {
    use super::{MAX_LEN, input};
    use crate::random::Random;

    #[test]
    fn inputs_differ_are_bounded_and_come_again() {
        let seeds = [b"id = \"a\"\nlimit = 5\n".to_vec(), vec![7; MAX_LEN]];
        let of = |index| input(&mut Random::of(1, "test", index), &seeds, &["word"]);
        let all: Vec<Vec<u8>> = (0..2_000).map(of).collect();
        assert!(all.iter().all(|bytes| bytes.len() <= MAX_LEN));
        assert!(all.iter().enumerate().all(|(index, bytes)| *bytes == of(index as u64)));
        let different: std::collections::BTreeSet<&Vec<u8>> = all.iter().collect();
        assert!(different.len() > 1_500, "{}", different.len());
    }

    #[test]
    fn without_a_committed_input_there_is_still_one() {
        assert!((0..100).any(|index| !input(&mut Random::of(1, "none", index), &[], &["word"]).is_empty()));
    }
}
