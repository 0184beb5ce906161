//! The order of a comparison: short blocks, random within each, balanced over all.

use rand_core::Rng;

/// For each block, the order in which `sides` run: a permutation of `0..sides`.
///
/// Balanced: over any `sides` consecutive blocks each side stands in each place once (rotations of one random
/// permutation), so an effect of the place cancels; and random, so it cannot beat in time with a periodic
/// disturbance. For two sides this is the balanced random AB/BA order of paired designs.
pub(crate) fn orders(sides: usize, blocks: u32, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let mut orders = Vec::with_capacity(blocks as usize);
    while orders.len() < blocks as usize {
        let mut order: Vec<usize> = (0..sides).collect();
        shuffle(&mut order, rng);
        let mut rotations: Vec<usize> = (0..sides.max(1)).collect();
        shuffle(&mut rotations, rng);
        for rotation in rotations {
            let mut rotated = order.clone();
            rotated.rotate_left(rotation % sides.max(1));
            orders.push(rotated);
        }
    }
    orders.truncate(blocks as usize);
    orders
}

/// As [`orders`], balanced as well in who runs right behind whom: over any `2 * sides` consecutive blocks a permutation and
/// its reverse stand in every rotation. For three sides these are all six orders, so each side runs before each other, and
/// right behind each other, equally often (Williams, "Experimental designs balanced for the estimation of residual
/// effects of treatments", Australian Journal of Scientific Research A 2 (1949)).
pub(crate) fn every_order(sides: usize, blocks: u32, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let mut all = Vec::with_capacity(blocks as usize);
    while all.len() < blocks as usize {
        let mut order: Vec<usize> = (0..sides).collect();
        shuffle(&mut order, rng);
        let mut set = Vec::with_capacity(2 * sides.max(1));
        for _ in 0..2 {
            for rotation in 0..sides.max(1) {
                let mut rotated = order.clone();
                rotated.rotate_left(rotation % sides.max(1));
                set.push(rotated);
            }
            order.reverse();
        }
        shuffle(&mut set, rng);
        all.extend(set);
    }
    all.truncate(blocks as usize);
    all
}

/// Fisher-Yates (Knuth, The Art of Computer Programming vol. 2, algorithm P).
fn shuffle<T>(items: &mut [T], rng: &mut impl Rng) {
    for last in (1..items.len()).rev() {
        // The bias of the remainder is below 2^-60 for lists of this size.
        let pick = usize::try_from(rng.next_u64() % (last as u64 + 1)).unwrap_or(0);
        items.swap(last, pick);
    }
}

#[cfg(test)]
mod tests {
    use super::{every_order, orders};
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
    use rand_core::SeedableRng;
    use rand_xoshiro::Xoshiro256StarStar;

    proptest! {
        #[test]
        fn each_side_stands_in_each_place_equally_often(sides in 1usize..5, rounds in 1u32..8, seed: u64) {
            let blocks = sides as u32 * rounds;
            let orders = orders(sides, blocks, &mut Xoshiro256StarStar::seed_from_u64(seed));
            prop_assert_eq!(orders.len(), blocks as usize);
            for side in 0..sides {
                for place in 0..sides {
                    let count = orders.iter().filter(|order| order[place] == side).count();
                    prop_assert_eq!(count, rounds as usize);
                }
            }
        }

        #[test]
        fn of_three_sides_each_runs_before_and_right_behind_each_other_equally_often(sets in 1u32..5, seed: u64) {
            let orders = every_order(3, 6 * sets, &mut Xoshiro256StarStar::seed_from_u64(seed));
            for (one, other) in [(0, 1), (0, 2), (1, 2), (1, 0), (2, 0), (2, 1)] {
                let place = |order: &Vec<usize>, side| order.iter().position(|at| *at == side).unwrap();
                let before = orders.iter().filter(|order| place(order, one) < place(order, other)).count();
                let right = orders.iter().filter(|order| place(order, one) + 1 == place(order, other)).count();
                prop_assert_eq!((before, right), (3 * sets as usize, 2 * sets as usize));
            }
        }

        #[test]
        fn each_block_runs_every_side_once(sides in 1usize..5, blocks in 0u32..20, seed: u64) {
            for mut order in orders(sides, blocks, &mut Xoshiro256StarStar::seed_from_u64(seed)) {
                order.sort_unstable();
                prop_assert!(order.into_iter().eq(0..sides));
            }
        }
    }
}
