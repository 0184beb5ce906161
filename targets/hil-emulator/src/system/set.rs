//! A set of exception numbers, 0 to 255.

use super::exceptions::FIRST_IRQ;

/// A set of exceptions. The interrupts lie so that the registers of the NVIC are halves of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExceptionSet {
    /// Word 0 holds exceptions 0 to 15, words 1 to 4 interrupts 0 to 255.
    words: [u64; 5],
}

fn place(number: u16) -> (usize, u64) {
    match number.checked_sub(FIRST_IRQ) {
        None => (0, 1 << number),
        Some(irq) => (1 + usize::from(irq / 64) % 4, 1 << (irq % 64)),
    }
}

impl ExceptionSet {
    /// Every exception from `first` on that is an interrupt, and those of `others`.
    #[must_use]
    pub fn interrupts_and(others: &[u16]) -> Self {
        let mut set = Self { words: [0, u64::MAX, u64::MAX, u64::MAX, u64::MAX] };
        others.iter().for_each(|number| set.insert(*number));
        set
    }

    /// Adds `number`.
    pub fn insert(&mut self, number: u16) {
        let (word, bit) = place(number);
        self.words[word] |= bit;
    }

    /// Removes `number`.
    pub fn remove(&mut self, number: u16) {
        let (word, bit) = place(number);
        self.words[word] &= !bit;
    }

    /// Adds or removes `number`.
    pub fn put(&mut self, number: u16, inside: bool) {
        if inside { self.insert(number) } else { self.remove(number) }
    }

    /// Whether `number` is in the set.
    #[must_use]
    pub fn contains(&self, number: u16) -> bool {
        let (word, bit) = place(number);
        self.words[word] & bit != 0
    }

    /// Whether the set is empty.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words == [0; 5]
    }

    /// How many are in the set.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// What is in both sets.
    #[inline]
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut words = self.words;
        words.iter_mut().zip(other.words).for_each(|(word, other)| *word &= other);
        Self { words }
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut words = self.words;
        words.iter_mut().zip(other.words).for_each(|(word, other)| *word &= !other);
        Self { words }
    }

    /// Interrupts `64 * index` and the 63 behind it.
    #[must_use]
    pub fn irqs(&self, index: usize) -> u64 {
        self.words[1 + index % 4]
    }

    /// Adds interrupts `64 * index` and following.
    pub fn insert_irqs(&mut self, index: usize, bits: u64) {
        self.words[1 + index % 4] |= bits;
    }

    /// Interrupts `32 * word` and the 31 behind it, as the NVIC's registers show them.
    #[must_use]
    pub fn irq_word(&self, word: usize) -> u32 {
        (self.irqs(word / 2) >> (32 * (word % 2))) as u32
    }

    /// Adds interrupts `32 * word` and following.
    pub fn insert_irq_word(&mut self, word: usize, bits: u32) {
        self.words[1 + word / 2 % 4] |= u64::from(bits) << (32 * (word % 2));
    }

    /// Removes interrupts `32 * word` and following.
    pub fn remove_irq_word(&mut self, word: usize, bits: u32) {
        self.words[1 + word / 2 % 4] &= !(u64::from(bits) << (32 * (word % 2)));
    }

    /// The numbers in the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let first = if index == 0 { 0 } else { FIRST_IRQ + 64 * (index as u16 - 1) };
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
                (bit < 64).then(|| first + bit as u16)
            })
        })
    }
}
