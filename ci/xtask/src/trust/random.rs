//! Random numbers for the plan and the bootstrap: the same seed gives the same numbers on every machine.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A stream of its own for each pair of a seed and a purpose.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut new = Self { state: seed };
        new.state = new.draw() ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        new
    }

    /// Any 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`, which is not zero. The bias of the product is below `end / 2^64` (Lemire, "Fast random integer
    /// generation in an interval", 2019).
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.draw()) * end as u128) >> 64) as usize
    }

    /// Puts the values into a random order (Durstenfeld, "Algorithm 235: random permutation", 1964).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_generator_is_the_published_one() {
        // The first numbers of Vigna's splitmix64.c from the seed 1234567.
        let mut random = Random { state: 1_234_567 };
        assert_eq!([random.draw(), random.draw()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn every_order_is_about_as_frequent() {
        let mut random = Random::new(1, 2);
        let mut firsts = [0u32; 4];
        for _ in 0..4000 {
            let mut values = [0usize, 1, 2, 3];
            random.shuffle(&mut values);
            firsts[values[0]] += 1;
        }
        assert!(firsts.iter().all(|count| (850..1150).contains(count)), "{firsts:?}");
    }
}
