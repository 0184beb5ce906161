//! What is compared, in which order: decided by a seed, so that an interrupted measurement goes on where it stopped.
//!
//! The plan is cut into rounds. Each round has one block of every regime, the blocks in random order, so that hours in which the
//! machine behaves differently fall on all regimes alike; and each block has its share of every kind of comparison, in
//! random order. After the last round the plan begins again with other random numbers.

use crate::trust::random::Random;
use crate::trust::record::{Kind, Regime, Subject, WORKLOADS};

/// How many comparisons of which kind a regime gets before the plan repeats itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Its name, kept with what it made.
    pub name: &'static str,
    /// Rounds.
    pub rounds: usize,
    /// Comparisons of a file with its copy, for each workload.
    pub copies: usize,
    /// Comparisons of two layouts, for each workload.
    pub layouts: usize,
    /// Comparisons with a candidate that does more, each with its thousandths, for each workload.
    pub slower: &'static [(u32, usize)],
    /// A workload that takes many times as long as the others until it is decided, and the part of the others' comparisons
    /// that it gets: one in so many, rounded up.
    pub thinned: (&'static str, usize),
    /// Runs of many metrics at once.
    pub families: usize,
    /// Every so many comparisons the rules are given data of their own.
    pub every_peer: u64,
    /// Every so many hyperfine takes part.
    pub every_hyperfine: u64,
}

/// The whole measurement: 300 comparisons of unchanged code in every regime, in less than two hours.
pub const FULL: Plan = Plan {
    name: "full",
    rounds: 16,
    copies: 37,
    layouts: 35,
    slower: &[(1010, 2), (1020, 2), (1040, 10), (1050, 2), (1100, 2)],
    thinned: ("pointers", 6),
    families: 5,
    // These rules are slow, and err so often that few comparisons show it.
    every_peer: 8,
    every_hyperfine: 20,
};

/// Shows within minutes that everything works.
pub const SMOKE: Plan = Plan {
    name: "smoke",
    rounds: 1,
    copies: 1,
    layouts: 0,
    slower: &[(2000, 1)],
    thinned: ("pointers", 1),
    families: 0,
    every_peer: 6,
    every_hyperfine: 30,
};

/// Layouts that are linked; comparisons of layouts draw two of them.
pub const LAYOUTS: u32 = 8;

/// One entry of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub index: u64,
    /// What is compared.
    pub subject: Subject,
    /// Whether the other rules are given data.
    pub with_peers: bool,
    /// Whether hyperfine takes part.
    pub with_hyperfine: bool,
}

impl Plan {
    /// Entries until the plan repeats itself.
    pub fn cycle(&self) -> usize {
        Regime::ALL.len() * self.deck_len()
    }

    /// Entries of one regime.
    fn deck_len(&self) -> usize {
        let of = |workload: &&str| {
            let slower: usize = self.slower.iter().map(|(_, count)| self.share(workload, *count)).sum();
            self.share(workload, self.copies) + self.share(workload, self.layouts) + slower
        };
        WORKLOADS.iter().map(of).sum::<usize>() + self.families
    }

    /// What `workload` gets of `count` comparisons.
    fn share(&self, workload: &str, count: usize) -> usize {
        let (thinned, one_in) = self.thinned;
        if workload == thinned { count.div_ceil(one_in) } else { count }
    }

    /// The whole plan once: repetition number `cycle`, counted from 0.
    pub fn entries(&self, seed: u64, cycle: u64) -> Vec<Entry> {
        let mut random = Random::new(seed, cycle);
        let decks: Vec<Vec<Subject>> = Regime::ALL.iter().map(|&regime| self.deck(regime, &mut random)).collect();
        let mut entries = Vec::with_capacity(self.cycle());
        for round in 0..self.rounds {
            let mut order = [0, 1, 2];
            random.shuffle(&mut order);
            for regime in order {
                let deck = &decks[regime];
                let share = |at: usize| at * deck.len() / self.rounds;
                entries.extend_from_slice(&deck[share(round)..share(round + 1)]);
            }
        }
        // Drawn and not counted off: every kind and regime gets its share of the slow rules.
        let mut peers: Vec<usize> = (0..entries.len()).collect();
        random.shuffle(&mut peers);
        let first = cycle * entries.len() as u64;
        let numbered = entries.into_iter().zip(peers).enumerate();
        numbered
            .map(|(at, (subject, drawn))| {
                let is_single = subject.workload.is_some();
                Entry {
                    index: first + at as u64,
                    with_peers: is_single && (drawn as u64).is_multiple_of(self.every_peer),
                    with_hyperfine: is_single && (drawn as u64).is_multiple_of(self.every_hyperfine),
                    subject,
                }
            })
            .collect()
    }

    /// Everything that a regime gets, in random order.
    fn deck(&self, regime: Regime, random: &mut Random) -> Vec<Subject> {
        let mut deck = Vec::with_capacity(self.deck_len());
        let mut add = |kind, workload: Option<&str>, permille, layouts| {
            deck.push(Subject { regime, kind, workload: workload.map(str::to_owned), permille, layouts });
        };
        for workload in WORKLOADS {
            for _ in 0..self.share(workload, self.copies) {
                add(Kind::Copy, Some(workload), 1000, [0, 0]);
            }
            for _ in 0..self.share(workload, self.layouts) {
                let first = random.below(LAYOUTS as usize) as u32;
                let other = (first + 1 + random.below(LAYOUTS as usize - 1) as u32) % LAYOUTS;
                add(Kind::Layout, Some(workload), 1000, [first, other]);
            }
            for &(permille, count) in self.slower {
                for _ in 0..self.share(workload, count) {
                    add(Kind::Slower, Some(workload), permille, [0, 0]);
                }
            }
        }
        for _ in 0..self.families {
            add(Kind::Copy, None, 1000, [0, 0]);
        }
        random.shuffle(&mut deck);
        deck
    }
}

#[cfg(test)]
mod tests {
    use super::{FULL, LAYOUTS, SMOKE};
    use crate::trust::record::{Kind, Regime};

    #[test]
    fn every_regime_has_three_hundred_comparisons_of_unchanged_code() {
        let entries = FULL.entries(1, 0);
        assert_eq!(entries.len(), FULL.cycle());
        for regime in Regime::ALL {
            let of = |kind: Kind| {
                let is = |entry: &&super::Entry| entry.subject.regime == regime && entry.subject.kind == kind;
                entries.iter().filter(is).filter(|entry| entry.subject.workload.is_some()).count()
            };
            assert_eq!((of(Kind::Copy), of(Kind::Layout), of(Kind::Slower)), (155, 146, 78), "{regime}");
            let with = |entry: &&super::Entry| entry.subject.regime == regime && entry.with_hyperfine;
            assert!(entries.iter().filter(with).count() >= 12, "{regime}");
        }
    }

    #[test]
    fn the_seed_decides_and_the_plan_goes_on_behind_its_end() {
        assert_eq!(FULL.entries(1, 0), FULL.entries(1, 0));
        assert_ne!(FULL.entries(1, 0), FULL.entries(2, 0));
        let next = FULL.entries(1, 1);
        assert_eq!(next[0].index, FULL.cycle() as u64);
        assert_ne!(next[0].subject, FULL.entries(1, 0)[0].subject, "the order is another one");
    }

    #[test]
    fn regimes_change_in_blocks_of_which_each_round_has_all() {
        let entries = FULL.entries(1, 0);
        let block = FULL.cycle() / FULL.rounds / 3;
        for round in entries.chunks(3 * block) {
            let mut regimes: Vec<Regime> = round.chunks(block).map(|block| block[0].subject.regime).collect();
            assert!(round.chunks(block).all(|of| of.iter().all(|entry| entry.subject.regime == of[0].subject.regime)));
            regimes.sort_unstable();
            assert_eq!(regimes, Regime::ALL);
        }
    }

    #[test]
    fn layouts_are_compared_with_others_only() {
        let entries = FULL.entries(1, 0);
        let layouts = || entries.iter().filter(|entry| entry.subject.kind == Kind::Layout);
        assert!(layouts().all(|entry| entry.subject.layouts[0] != entry.subject.layouts[1]));
        assert!((0..LAYOUTS).all(|layout| layouts().any(|entry| entry.subject.layouts[1] == layout)));
        assert_eq!(SMOKE.entries(1, 0).len(), 30);
    }
}
