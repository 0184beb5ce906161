//! The log of a program: what it holds, how it is shown, and where two of them differ.
//!
//! A record is a header and some words: bits 31:30 of the header are set, bits 29:16 are the number of the case,
//! bits 15:8 the kind, and bits 7:0 how many words follow.

use std::fmt;

/// What a record tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A value that the program chose to log.
    Mark,
    /// The start of a handler, with [`ENTRY`].
    Entry,
    /// The end of a handler, with [`EXIT`].
    Exit,
}

/// The words at the start of a handler.
pub const ENTRY: [&str; 24] = [
    "IPSR",
    "LR",
    "frame",
    "CONTROL",
    "PRIMASK",
    "BASEPRI",
    "FAULTMASK",
    "PSP",
    "R0",
    "R1",
    "R2",
    "R3",
    "R12",
    "stacked LR",
    "stacked PC",
    "stacked xPSR",
    "CFSR",
    "HFSR",
    "MMFAR",
    "BFAR",
    "ICSR",
    "SHCSR",
    "FPCCR",
    "FPCAR",
];
/// The words at the end of a handler.
pub const EXIT: [&str; 2] = ["IPSR", "ICSR"];
/// The word of a mark.
pub const MARK: [&str; 1] = ["value"];

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The number of the case in its program.
    pub case: u16,
    /// What it tells.
    pub kind: Kind,
    /// What it holds, as [`Record::names`] says.
    pub words: Vec<u32>,
}

impl Record {
    /// The records of a log. What is no record ends it.
    #[must_use]
    pub fn all(log: &[u8]) -> Vec<Self> {
        let words: Vec<u32> = log.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let mut rest = &words[..];
        let mut records = Vec::new();
        while let Some((header, behind)) = rest.split_first() {
            let kind = match header >> 8 & 0xFF {
                1 => Kind::Mark,
                2 => Kind::Entry,
                3 => Kind::Exit,
                _ => break,
            };
            let Some((words, behind)) = behind.split_at_checked((header & 0xFF) as usize) else { break };
            records.push(Self { case: (header >> 16 & 0x3FFF) as u16, kind, words: words.to_vec() });
            rest = behind;
        }
        records
    }

    /// What its words are.
    #[must_use]
    pub fn names(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Mark => &MARK,
            Kind::Entry => &ENTRY,
            Kind::Exit => &EXIT,
        }
    }

    /// The word called `name`.
    pub fn word_mut(&mut self, name: &str) -> Option<&mut u32> {
        let index = self.names().iter().position(|known| *known == name)?;
        self.words.get_mut(index)
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "case {:#x} {:?}:", self.case, self.kind)?;
        for (name, word) in self.names().iter().zip(&self.words) {
            write!(f, " {name} {word:#x}")?;
        }
        Ok(())
    }
}

/// What differs, a line each; at most `limit` records. Records are compared by their place in the log.
#[must_use]
pub fn differences(ours: &[Record], theirs: &[Record], limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, (our, their)) in ours.iter().zip(theirs).enumerate().filter(|(_, (our, their))| our != their) {
        if lines.len() == limit {
            return lines;
        }
        if (our.case, our.kind) != (their.case, their.kind) {
            lines.push(format!("record {index}: ours {our}\n    QEMU {their}"));
            return lines;
        }
        let words = our.names().iter().zip(our.words.iter().zip(&their.words));
        let fields = words.filter(|(_, (our, their))| our != their);
        let text: Vec<String> =
            fields.map(|(name, (our, their))| format!("{name} {our:#x}, QEMU {their:#x}")).collect();
        lines.push(format!("record {index}, case {:#x} {:?}: {}", our.case, our.kind, text.join("; ")));
    }
    if ours.len() != theirs.len() {
        lines.push(format!("ours has {} records, QEMU {}", ours.len(), theirs.len()));
    }
    lines
}
