//! What a block left, and how two of them differ.

use crate::address::{RECORD, SCRATCH};

/// What a block left in registers and memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    bytes: Vec<u8>,
}

impl Record {
    /// The records of a table of results.
    #[must_use]
    pub fn table(bytes: &[u8]) -> Vec<Self> {
        bytes.chunks(RECORD as usize).map(|record| Self { bytes: record.to_vec() }).collect()
    }

    fn word(&self, offset: usize) -> u32 {
        self.bytes.get(offset..offset + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_le_bytes)
    }

    /// Registers as text, without those of memory.
    #[must_use]
    pub fn registers(&self) -> Vec<String> {
        let shown = (0..256).step_by(4).filter(|offset| *offset != 12 && !(72..128).contains(offset));
        shown.map(|offset| format!("{}={:#x}", name(offset), self.word(offset))).collect()
    }

    /// CFSR, when the block ended in a fault.
    #[must_use]
    pub fn fault(&self) -> Option<u32> {
        let mark = self.word(12);
        (mark != 0).then_some(mark & !(1 << 31))
    }

    /// Everything that differs, one line each: `name: this, other`.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        if self.fault().is_some() || other.fault().is_some() {
            let show = |fault: Option<u32>| fault.map_or("none".to_owned(), |cfsr| format!("CFSR {cfsr:#010x}"));
            let same = self.fault() == other.fault();
            return if same {
                Vec::new()
            } else {
                vec![format!("fault: {}, {}", show(self.fault()), show(other.fault()))]
            };
        }
        (0..RECORD as usize)
            .step_by(4)
            .filter(|offset| self.word(*offset) != other.word(*offset))
            .map(|offset| format!("{}: {:#010x}, {:#010x}", name(offset), self.word(offset), other.word(offset)))
            .collect()
    }
}

/// The name of a word of a record.
fn name(offset: usize) -> String {
    match offset {
        0 => "FPSCR".to_owned(),
        4 => "APSR".to_owned(),
        8 => "SP".to_owned(),
        16..68 => format!("R{}", (offset - 16) / 4),
        68 => "LR".to_owned(),
        128..256 => format!("S{}", (offset - 128) / 4),
        256.. => format!("[{:#x}]", SCRATCH as usize + offset - 256),
        _ => format!("word {offset}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Record;
    use crate::address::RECORD;

    #[test]
    fn every_word_is_compared() {
        let record = |offset: usize| {
            let mut bytes = vec![0; RECORD as usize];
            bytes[offset] = 1;
            Record { bytes }
        };
        for offset in 0..RECORD as usize {
            let found = record(offset).differences(&Record { bytes: vec![0; RECORD as usize] });
            assert_eq!(found.len(), 1, "byte {offset}");
        }
        assert_eq!(record(20).differences(&record(20)), [""; 0]);
        assert_eq!(record(20).differences(&record(24)), ["R1: 0x00000001, 0x00000000", "R2: 0x00000000, 0x00000001"]);
    }
}
