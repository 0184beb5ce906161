//! A fully associative set of lines of which the least recently used is replaced.
//!
//! A look-up takes the same short time for any size, because the place of every line of flash is kept in a table; only a
//! replacement looks at all entries.

/// Is in no entry.
const ABSENT: u8 = u8::MAX;
/// Is no line.
const NOTHING: u32 = u32::MAX;

/// The set.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// For each line of flash, the entry that holds it.
    entry_of: Vec<u8>,
    /// For each entry, its line and when it was last used.
    entries: Vec<(u32, u64)>,
    uses: u64,
}

impl Lines {
    /// An empty set of `capacity` entries (1 to 254) for lines 0 to `lines` - 1.
    pub(super) fn new(lines: u32, capacity: u8) -> Self {
        let capacity = usize::from(capacity.clamp(1, ABSENT - 1));
        Self { entry_of: vec![ABSENT; lines as usize], entries: vec![(NOTHING, 0); capacity], uses: 0 }
    }

    /// Whether the set holds `line`; if so, it is the most recently used one now.
    #[inline]
    pub(super) fn hit(&mut self, line: u32) -> bool {
        let entry = self.entry_of.get(line as usize).copied().unwrap_or(ABSENT);
        match self.entries.get_mut(usize::from(entry)) {
            Some(entry) => {
                self.uses += 1;
                entry.1 = self.uses;
                true
            }
            None => false,
        }
    }

    /// Puts `line`, which the set does not hold, in the place of the least recently used one.
    pub(super) fn insert(&mut self, line: u32) {
        let oldest = (0..self.entries.len()).min_by_key(|entry| self.entries[*entry].1).unwrap_or(0);
        self.uses += 1;
        let (old, _) = std::mem::replace(&mut self.entries[oldest], (line, self.uses));
        if let Some(place) = self.entry_of.get_mut(old as usize) {
            *place = ABSENT;
        }
        if let Some(place) = self.entry_of.get_mut(line as usize) {
            *place = oldest as u8;
        }
    }

    /// Empties the set.
    pub(super) fn clear(&mut self) {
        for (line, used) in &mut self.entries {
            if let Some(place) = self.entry_of.get_mut(*line as usize) {
                *place = ABSENT;
            }
            (*line, *used) = (NOTHING, 0);
        }
    }
}
