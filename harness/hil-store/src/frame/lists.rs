//! A column of lists of whole numbers as Parquet stores it: the numbers that occur, and for each place of a list which of them
//! stands there, in as few bits as that takes.
//!
//! polars writes what is in lists as it is, in four bytes each, which makes a file several times as large and takes ten times the
//! time. The form is that of <https://github.com/apache/parquet-format/blob/master/Encodings.md>: "dictionary encoding" of the
//! numbers, "RLE / bit-packing hybrid" of their places and of the levels that say where lists begin and end.

use polars::prelude::PolarsError;
use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::page::{DataPage, DataPageHeader, DataPageHeaderV1, DictPage, Page};
use polars_parquet::write::{
    CompressedPage, CompressionOptions, Compressor, Descriptor, DynStreamingIterator, Encoding,
    FallibleStreamingIterator,
};

/// Repetition levels: the first number of a list, and a further one.
const FIRST: u8 = 0;
const FURTHER: u8 = 1;
/// Definition levels of lists that may be missing, of numbers that may be missing: an empty list, and a number.
const EMPTY: u8 = 1;
const PRESENT: u8 = 3;
/// A piece ends behind the list with which it has as many numbers. Pieces have the numbers that occur for themselves, and
/// the fewer they are the fewer bits it takes.
const PIECE: usize = 1 << 18;
/// So many places are packed together.
const GROUP: usize = 8;

/// Lists that follow each other, encoded: one row group of the file.
pub(super) struct Piece {
    pub(super) lists: usize,
    /// Numbers and empty lists.
    entries: usize,
    /// In ascending order.
    dictionary: Vec<u16>,
    page: Vec<u8>,
}

/// Encodes a column.
pub(super) fn encode<'a>(lists: impl Iterator<Item = &'a [u16]>) -> Vec<Piece> {
    let (mut pieces, mut draft, mut numbers) = (Vec::new(), Vec::new(), 0);
    for list in lists {
        draft.push(list);
        numbers += list.len();
        if numbers >= PIECE {
            pieces.push(Piece::new(&draft));
            draft.clear();
            numbers = 0;
        }
    }
    if !draft.is_empty() {
        pieces.push(Piece::new(&draft));
    }
    pieces
}

impl Piece {
    fn new(lists: &[&[u16]]) -> Self {
        let numbers = || lists.iter().copied().flatten().map(|number| usize::from(*number));
        let mut occurs = vec![false; 1 << u16::BITS];
        numbers().for_each(|number| occurs[number] = true);
        let dictionary: Vec<u16> = (0..=u16::MAX).filter(|number| occurs[usize::from(*number)]).collect();
        let mut places = vec![0; occurs.len()];
        for (place, number) in (0..=u16::MAX).zip(&dictionary) {
            places[usize::from(*number)] = place;
        }
        let places: Vec<u16> = numbers().map(|number| places[number]).collect();
        let (mut repetition, mut definition) = (Levels::default(), Levels::default());
        for list in lists {
            repetition.push(FIRST, 1);
            repetition.push(FURTHER, list.len().saturating_sub(1));
            definition.push(if list.is_empty() { EMPTY } else { PRESENT }, list.len().max(1));
        }
        // A single number could do without a bit, but that is an edge on which no reader need be tried.
        let bits = usize::BITS - dictionary.len().saturating_sub(1).max(1).leading_zeros();
        let mut page = [repetition.finish(), definition.finish()].concat();
        page.extend(bits.to_le_bytes().first());
        pack(&mut page, &places, bits);
        let entries = lists.iter().map(|list| list.len().max(1)).sum();
        Self { lists: lists.len(), entries, dictionary, page }
    }

    /// The pages for the column that `descriptor` is of.
    pub(super) fn pages(
        self,
        descriptor: Descriptor,
    ) -> Result<DynStreamingIterator<'static, CompressedPage, PolarsError>, PolarsError> {
        let numbers: Vec<u8> = self.dictionary.iter().flat_map(|number| u32::from(*number).to_le_bytes()).collect();
        let dictionary = DictPage::new(CowBuffer::Owned(numbers), self.dictionary.len(), false);
        let too_many = |_| PolarsError::ComputeError("a list has more than 2^31 numbers".into());
        let header = DataPageHeader::V1(DataPageHeaderV1 {
            num_values: i32::try_from(self.entries).map_err(too_many)?,
            encoding: Encoding::RleDictionary.into(),
            definition_level_encoding: Encoding::Rle.into(),
            repetition_level_encoding: Encoding::Rle.into(),
            statistics: None,
        });
        let data = DataPage::new(header, CowBuffer::Owned(self.page), descriptor, self.lists);
        let pages = [Page::Dict(dictionary), Page::Data(data)].into_iter().map(Ok::<_, ParquetError>);
        let pages = Compressor::new(pages, CompressionOptions::Uncompressed, Vec::new());
        Ok(DynStreamingIterator::new(pages.map_err(PolarsError::from)))
    }
}

/// Levels, as runs of one level each.
#[derive(Default)]
struct Levels {
    bytes: Vec<u8>,
    level: u8,
    length: usize,
}

impl Levels {
    fn push(&mut self, level: u8, count: usize) {
        if level != self.level && count > 0 {
            self.end_run();
            self.level = level;
        }
        self.length += count;
    }

    fn end_run(&mut self) {
        if self.length > 0 {
            append(&mut self.bytes, self.length << 1);
            self.bytes.push(self.level);
            self.length = 0;
        }
    }

    /// The length in bytes, and the runs.
    fn finish(mut self) -> Vec<u8> {
        self.end_run();
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        [length.to_le_bytes().as_slice(), &self.bytes].concat()
    }
}

/// Appends numbers of so many bits, as one run.
fn pack(bytes: &mut Vec<u8>, numbers: &[u16], bits: u32) {
    let groups = numbers.chunks(GROUP);
    append(bytes, groups.len() << 1 | 1);
    for group in groups {
        let packed = group.iter().rev().fold(0, |packed, number| packed << bits | u128::from(*number));
        bytes.extend(packed.to_le_bytes().iter().take(bits as usize));
    }
}

/// Appends a number in as many bytes as it needs, seven bits each, the lowest first.
fn append(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 128 {
        bytes.extend((number % 128 + 128).to_le_bytes().first());
        number /= 128;
    }
    bytes.extend(number.to_le_bytes().first());
}

#[cfg(test)]
mod tests {
    use super::{PIECE, append, encode};

    /// Worked by hand from the description of the format.
    #[test]
    fn a_page_has_the_bytes_that_the_format_prescribes() {
        let lists: [&[u16]; 4] = [&[7, 9, 7], &[], &[1_000], &[9]];
        let pieces = encode(lists.into_iter());
        let [piece] = pieces.as_slice() else { panic!("one piece") };
        assert_eq!((piece.lists, piece.entries, piece.dictionary.as_slice()), (4, 6, &[7, 9, 1_000][..]));
        // Repetition 0, 1 1, 0 0 0; definition 3 3 3, 1, 3 3; places 0 1 0 2 1 in two bits each.
        let expected: [&[u8]; 3] = [
            &[6, 0, 0, 0, 1 << 1, 0, 2 << 1, 1, 3 << 1, 0],
            &[6, 0, 0, 0, 3 << 1, 3, 1 << 1, 1, 2 << 1, 3],
            &[2, 1 << 1 | 1, 0b10_00_01_00, 0b01],
        ];
        assert_eq!(piece.page, expected.concat());
    }

    #[test]
    fn a_length_is_written_in_groups_of_seven_bits() {
        let mut bytes = Vec::new();
        append(&mut bytes, 300);
        append(&mut bytes, 127);
        assert_eq!(bytes, [0b1010_1100, 2, 127]);
    }

    #[test]
    fn each_piece_has_the_numbers_that_occur_in_it() {
        let (low, high) = (vec![1; PIECE - 1], vec![2; PIECE]);
        let pieces = encode([low.as_slice(), &[3], &high, &[]].into_iter());
        let dictionaries: Vec<_> = pieces.iter().map(|piece| (piece.lists, piece.dictionary.as_slice())).collect();
        assert_eq!(dictionaries, [(2, &[1, 3][..]), (1, &[2]), (1, &[])]);
    }
}
