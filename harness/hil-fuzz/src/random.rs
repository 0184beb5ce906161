//! Numbers for the mutator: SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014),
//! because any number can be its seed, so every input has a generator of its own.

/// A generator.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The generator of input `index` of `seed` for the reader called `name`.
    #[must_use]
    pub fn of(seed: u64, name: &str, index: u64) -> Self {
        // FNV-1a tells the readers apart.
        let name = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mut mixed = Self(seed ^ name);
        let start = mixed.draw() ^ index;
        Self(Self(start).draw())
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        // The tiny bias of the remainder does not matter here.
        (self.draw() % end.max(1) as u64) as usize
    }

    /// One of `items`, if there is any.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        self.draw().to_le_bytes()[7]
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn numbers_are_those_of_the_reference() {
        // The first outputs of SplitMix64 for the seed 1234567, as published with its reference implementation.
        let mut random = Random(1_234_567);
        assert_eq!(random.draw(), 6_457_827_717_110_365_317);
        assert_eq!(random.draw(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn each_input_of_each_reader_has_its_own() {
        let first = |seed, name, index| Random::of(seed, name, index).draw();
        let all = [first(1, "a", 0), first(1, "a", 1), first(1, "b", 0), first(2, "a", 0)];
        assert!((1..all.len()).all(|k| !all[..k].contains(&all[k])), "{all:?}");
        assert_eq!(first(1, "a", 0), all[0]);
    }
}
