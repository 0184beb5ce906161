//! A fully associative set of lines of which the least recently used is replaced.
//!
//! A look-up takes the same short time for any size, because the place of every line of flash is kept in a table; only a
//! replacement looks at all entries.

/// Is in no entry.
const ABSENT: u8 = u8::MAX;
/// Is no line.
const NOTHING: u32 = u32::MAX;

/// The bits of an age that are the entry's number.
const ENTRY_BITS: u32 = u8::BITS;
/// Ages that are compared at a time: a processor does not wait for one comparison to begin the next.
const LANES: usize = 4;

/// The set.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// For each line of flash, the entry that holds it.
    entry_of: Vec<u8>,
    /// The line of each entry.
    lines: Vec<u32>,
    /// When each entry was last used, and its number below that, so that the least of them names the oldest.
    ages: Vec<u64>,
    uses: u64,
}

impl Lines {
    /// An empty set of `capacity` entries (1 to 254) for lines 0 to `lines` - 1.
    pub(super) fn new(lines: u32, capacity: u8) -> Self {
        let capacity = usize::from(capacity.clamp(1, ABSENT - 1));
        let ages = (0..capacity as u64).collect();
        Self { entry_of: vec![ABSENT; lines as usize], lines: vec![NOTHING; capacity], ages, uses: 0 }
    }

    /// Whether the set holds `line`; if so, it is the most recently used one now.
    #[inline]
    pub(super) fn hit(&mut self, line: u32) -> bool {
        let entry = self.entry_of.get(line as usize).copied().unwrap_or(ABSENT);
        match self.ages.get_mut(usize::from(entry)) {
            Some(age) => {
                self.uses += 1;
                *age = self.uses << ENTRY_BITS | u64::from(entry);
                true
            }
            None => false,
        }
    }

    /// Puts `line`, which the set does not hold, in the place of the least recently used one.
    pub(super) fn insert(&mut self, line: u32) {
        let oldest = self.oldest();
        self.uses += 1;
        let entry = usize::from(oldest);
        self.ages[entry] = self.uses << ENTRY_BITS | u64::from(oldest);
        let old = std::mem::replace(&mut self.lines[entry], line);
        if let Some(place) = self.entry_of.get_mut(old as usize) {
            *place = ABSENT;
        }
        if let Some(place) = self.entry_of.get_mut(line as usize) {
            *place = oldest;
        }
    }

    /// The entry that was not used for the longest time.
    fn oldest(&self) -> u8 {
        let (lanes, rest) = self.ages.as_chunks::<LANES>();
        let least =
            lanes.iter().fold([u64::MAX; LANES], |least, ages| std::array::from_fn(|lane| least[lane].min(ages[lane])));
        let least = least.iter().chain(rest).min().copied().unwrap_or(0);
        // The lowest bits are its number.
        least as u8
    }

    /// Empties the set.
    pub(super) fn clear(&mut self) {
        for line in &mut self.lines {
            if let Some(place) = self.entry_of.get_mut(*line as usize) {
                *place = ABSENT;
            }
            *line = NOTHING;
        }
        (0..).zip(&mut self.ages).for_each(|(number, age)| *age = number);
    }
}
