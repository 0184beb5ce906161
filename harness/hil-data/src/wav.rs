//! WAV files: one format, read strictly and written.
//!
//! Guarantees: [`pcm`] walks the RIFF chunks, accepts 16-bit PCM with one channel at the asked rate and nothing
//! else, and never panics or reads outside its input, whatever the bytes are. A fault has its offset.
//!
//! Layout: "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991, chapters 2 and 3.

use std::ops::Range;

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}: {fault}")]
pub struct WavError {
    /// From the start of the file.
    pub offset: usize,
    /// What is wrong there.
    pub fault: WavFault,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WavFault {
    /// It does not start as such files do.
    #[error("not a RIFF file of form WAVE")]
    NotWave,
    /// The file ends inside something.
    #[error("the file is truncated: {wanted} more bytes are announced, {found} are there")]
    Truncated {
        /// Announced.
        wanted: usize,
        /// Present.
        found: usize,
    },
    /// There is more than the header announces.
    #[error("{0} bytes follow the end that the header announces")]
    Trailing(usize),
    /// A chunk that must be there is not, or comes too late.
    #[error("there is no {0} chunk")]
    NoChunk(&'static str),
    /// A chunk that may stand once stands twice.
    #[error("there is a second {0} chunk")]
    Twice(&'static str),
    /// Not the format that is wanted.
    #[error("{field} is {found}, wanted is {wanted}")]
    Format {
        /// Which field.
        field: &'static str,
        /// Its value.
        found: u32,
        /// The value that is read.
        wanted: u32,
    },
    /// Half a sample.
    #[error("the data has {0} bytes, which is no whole number of 16-bit samples")]
    Odd(usize),
    /// No samples at all.
    #[error("the data is empty")]
    Empty,
}

impl WavFault {
    fn at(self, offset: usize) -> WavError {
        WavError { offset, fault: self }
    }
}

/// The samples of `file`, as 16-bit little-endian PCM.
///
/// # Errors
/// [`WavError`] for anything but whole, 16-bit, one-channel PCM at `rate` samples per second.
pub fn pcm(file: &[u8], rate: u32) -> Result<&[u8], WavError> {
    let form = form(file)?;
    let mut at = form.start;
    let (mut format_seen, mut data) = (false, None);
    while at < form.end {
        let chunk = chunk(file, at, form.end)?;
        match chunk.id {
            b"fmt " if format_seen => return Err(WavFault::Twice("fmt").at(at)),
            b"fmt " => {
                check_format(file, &chunk.body, rate)?;
                format_seen = true;
            }
            b"data" if !format_seen => return Err(WavFault::NoChunk("fmt").at(at)),
            b"data" if data.is_some() => return Err(WavFault::Twice("data").at(at)),
            b"data" => data = Some(chunk.body.clone()),
            // Readers skip chunks that they do not know (section 2.1 of the specification).
            _ => {}
        }
        at = chunk.next;
    }
    let body = data.ok_or_else(|| WavFault::NoChunk(if format_seen { "data" } else { "fmt" }).at(at))?;
    let start = body.start;
    let samples = file.get(body).unwrap_or_default();
    match samples.len() {
        0 => Err(WavFault::Empty.at(start)),
        len if len % 2 != 0 => Err(WavFault::Odd(len).at(start)),
        _ => Ok(samples),
    }
}

/// Checks the twelve bytes of the outer header and gives the range of its chunks.
fn form(file: &[u8]) -> Result<Range<usize>, WavError> {
    if file.get(..4) != Some(b"RIFF") || file.get(8..12) != Some(b"WAVE") {
        return Err(WavFault::NotWave.at(0));
    }
    let announced = u32_at(file, 4)? as usize;
    let present = file.len() - 8;
    if announced > present {
        return Err(WavFault::Truncated { wanted: announced, found: present }.at(8));
    }
    // An odd form is followed by one byte of padding.
    let padded = announced + announced % 2;
    if present > padded {
        return Err(WavFault::Trailing(present - padded).at(8 + padded));
    }
    Ok(12..8 + announced.max(4))
}

struct Chunk<'a> {
    id: &'a [u8],
    body: Range<usize>,
    next: usize,
}

fn chunk(file: &[u8], at: usize, end: usize) -> Result<Chunk<'_>, WavError> {
    let id = file.get(at..at + 4).ok_or_else(|| WavFault::Truncated { wanted: 8, found: file.len() - at }.at(at))?;
    let size = u32_at(file, at + 4)? as usize;
    let start = at + 8;
    // A header that reaches over the end of the form leaves nothing for its body.
    let left = end.saturating_sub(start);
    if size > left {
        return Err(WavFault::Truncated { wanted: size, found: left }.at(start));
    }
    // Chunks start at even offsets; the padding of the last one is often left out.
    Ok(Chunk { id, body: start..start + size, next: start + size + size % 2 })
}

fn check_format(file: &[u8], body: &Range<usize>, rate: u32) -> Result<(), WavError> {
    if body.len() < 16 {
        return Err(WavFault::Truncated { wanted: 16, found: body.len() }.at(body.start));
    }
    let at = body.start;
    let fields = [
        ("the format tag", at, u32::from(u16_at(file, at)?), 1),
        ("the number of channels", at + 2, u32::from(u16_at(file, at + 2)?), 1),
        ("the sample rate", at + 4, u32_at(file, at + 4)?, rate),
        ("the number of bytes per second", at + 8, u32_at(file, at + 8)?, rate.saturating_mul(2)),
        ("the number of bytes per sample", at + 12, u32::from(u16_at(file, at + 12)?), 2),
        ("the number of bits per sample", at + 14, u32::from(u16_at(file, at + 14)?), 16),
    ];
    for (field, offset, found, wanted) in fields {
        if found != wanted {
            return Err(WavFault::Format { field, found, wanted }.at(offset));
        }
    }
    Ok(())
}

fn u16_at(file: &[u8], at: usize) -> Result<u16, WavError> {
    take(file, at).map(u16::from_le_bytes)
}

fn u32_at(file: &[u8], at: usize) -> Result<u32, WavError> {
    take(file, at).map(u32::from_le_bytes)
}

fn take<const N: usize>(file: &[u8], at: usize) -> Result<[u8; N], WavError> {
    let bytes = file.get(at..).and_then(|rest| rest.first_chunk::<N>());
    bytes.copied().ok_or_else(|| WavFault::Truncated { wanted: N, found: file.len().saturating_sub(at) }.at(at))
}

/// A file that [`pcm`] reads: 16-bit PCM, one channel, `rate` samples per second.
///
/// At most 2^30 samples fit; further ones are left out.
#[must_use]
pub fn file(samples: &[i16], rate: u32) -> Vec<u8> {
    let samples = &samples[..samples.len().min(1 << 30)];
    let data_bytes = (samples.len() * 2) as u32;
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + data_bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    file.extend_from_slice(&1u16.to_le_bytes());
    file.extend_from_slice(&1u16.to_le_bytes());
    file.extend_from_slice(&rate.to_le_bytes());
    file.extend_from_slice(&rate.saturating_mul(2).to_le_bytes());
    file.extend_from_slice(&2u16.to_le_bytes());
    file.extend_from_slice(&16u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&data_bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[cfg(test)]
mod tests {
    use super::{WavError, WavFault, file, pcm};
    use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
    use proptest::test_runner::RngSeed;

    const RATE: u32 = 16_000;

    fn with(change: impl FnOnce(&mut Vec<u8>)) -> Result<usize, WavError> {
        let mut bytes = file(&[1, -2, 3], RATE);
        change(&mut bytes);
        pcm(&bytes, RATE).map(<[u8]>::len)
    }

    #[test]
    fn other_formats_are_refused_with_the_offset_of_the_field() {
        let wrong = |field, found, wanted| WavFault::Format { field, found, wanted };
        let cases = [
            (20, 3, wrong("the format tag", 3, 1)),
            (22, 2, wrong("the number of channels", 2, 1)),
            (24, 0x81, wrong("the sample rate", 16_001, 16_000)),
            (32, 4, wrong("the number of bytes per sample", 4, 2)),
            (34, 8, wrong("the number of bits per sample", 8, 16)),
        ];
        for (offset, value, fault) in cases {
            assert_eq!(with(|bytes| bytes[offset] = value), Err(WavError { offset, fault }));
        }
    }

    #[test]
    fn a_file_that_was_cut_says_what_is_missing() {
        let fault = WavFault::Truncated { wanted: 42, found: 40 };
        assert_eq!(with(|bytes| bytes.truncate(48)), Err(WavError { offset: 8, fault }));
        assert_eq!(with(Vec::clear), Err(WavError { offset: 0, fault: WavFault::NotWave }));
    }

    #[test]
    fn a_data_chunk_longer_than_the_file_is_truncated() {
        let fault = WavFault::Truncated { wanted: 7, found: 6 };
        assert_eq!(with(|bytes| bytes[40] = 7), Err(WavError { offset: 44, fault }));
    }

    #[test]
    fn a_few_bytes_that_are_no_chunk_are_truncated() {
        let fault = WavFault::Truncated { wanted: 8, found: 2 };
        let stub = with(|bytes| {
            bytes.extend([0; 2]);
            bytes[4] += 2;
        });
        assert_eq!(stub, Err(WavError { offset: 50, fault }));
    }

    #[test]
    fn half_samples_and_empty_data_are_refused() {
        let odd = with(|bytes| {
            bytes.pop();
            (bytes[4], bytes[40]) = (41, 5);
        });
        assert_eq!(odd, Err(WavError { offset: 44, fault: WavFault::Odd(5) }));
        assert_eq!(pcm(&file(&[], RATE), RATE), Err(WavError { offset: 44, fault: WavFault::Empty }));
    }

    #[test]
    fn bytes_behind_the_end_are_refused() {
        let fault = WavFault::Trailing(3);
        assert_eq!(with(|bytes| bytes.extend([0; 3])), Err(WavError { offset: 50, fault }));
    }

    #[test]
    fn chunks_may_stand_once_and_in_order() {
        let without_format = with(|bytes| {
            bytes.drain(12..36);
            bytes[4] = 18;
        });
        assert_eq!(without_format, Err(WavError { offset: 12, fault: WavFault::NoChunk("fmt") }));
        let twice = with(|bytes| {
            let data = bytes[36..].to_vec();
            bytes.extend(data);
            bytes[4] += 14;
        });
        assert_eq!(twice, Err(WavError { offset: 50, fault: WavFault::Twice("data") }));
        let second_format = with(|bytes| {
            let format = bytes[12..36].to_vec();
            bytes.splice(36..36, format);
            bytes[4] += 24;
        });
        assert_eq!(second_format, Err(WavError { offset: 36, fault: WavFault::Twice("fmt") }));
        let without_data = with(|bytes| {
            bytes.truncate(36);
            bytes[4] = 28;
        });
        assert_eq!(without_data, Err(WavError { offset: 36, fault: WavFault::NoChunk("data") }));
    }

    #[test]
    fn unknown_chunks_and_their_padding_are_skipped() {
        let listed = with(|bytes| {
            bytes.splice(36..36, *b"LIST\x03\0\0\0abc\0");
            bytes[4] += 12;
        });
        assert_eq!(listed, Ok(6));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read_back(samples in proptest::collection::vec(any::<i16>(), 1..200), rate in 1u32..200_000) {
            let bytes = file(&samples, rate);
            let read: Vec<i16> = pcm(&bytes, rate).unwrap().chunks(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
            prop_assert_eq!(read, samples);
        }

        #[test]
        fn mutated_files_never_panic_and_faults_lie_in_the_file(
            samples in proptest::collection::vec(any::<i16>(), 0..20),
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
            cut in any::<Option<proptest::sample::Index>>(),
            repaired in any::<bool>(),
        ) {
            let mut bytes = file(&samples, RATE);
            // The header decides what is read, so it gets half of the changes.
            for (i, (index, value)) in changes.into_iter().enumerate() {
                let range = if i % 2 == 0 { 44 } else { bytes.len() };
                bytes[index.index(range)] = value;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            // A cut file whose outer size fits is walked to its end.
            if repaired && bytes.len() > 8 {
                bytes[4] = (bytes.len() - 8) as u8;
            }
            match pcm(&bytes, RATE) {
                Ok(found) => prop_assert!(found.len() % 2 == 0 && found.len() <= bytes.len().saturating_sub(44)),
                Err(error) => prop_assert!(error.offset <= bytes.len() + 8, "{}", error),
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = pcm(&bytes, RATE);
        }
    }
}
