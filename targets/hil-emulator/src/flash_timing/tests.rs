//! The way to memory, line by line.

use proptest::prelude::*;

use super::{Control, CoreView, FlashTiming, LINE};
use crate::board::build;

const FLASH: u32 = 0x0800_0000;
const RAM: u32 = 0x2000_0000;

/// The way of an STM32F407 with some settings.
fn art(wait_states: u8, prefetch: bool, caches: bool) -> FlashTiming {
    let mut timing = build("stm32f4", 1).unwrap().cpu.flash;
    timing.control_art(Control { wait_states, prefetch, instructions: caches, data: caches, ..Control::default() });
    timing
}

fn nrf(enabled: bool) -> FlashTiming {
    let mut timing = build("nrf52840", 1).unwrap().cpu.flash;
    timing.control_cache(enabled, true);
    timing
}

/// The cycles of entering lines, by their numbers, `spent` cycles after one another.
fn costs(timing: &mut FlashTiming, spent: u64, lines: impl IntoIterator<Item = u32>) -> Vec<u64> {
    let mut now = 0;
    let enter = |line| {
        let cost = timing.fetch(FLASH + line * LINE, now);
        now += cost + spent;
        cost
    };
    lines.into_iter().map(enter).collect()
}

#[test]
fn without_helpers_every_other_line_costs_the_wait_states() {
    let mut timing = art(5, false, false);
    assert_eq!(costs(&mut timing, 4, [0, 0, 1, 1, 2, 0]), [5, 0, 5, 0, 5, 5]);
    assert_eq!(timing.fetch(2 * LINE, 100), 5, "through the alias at 0, line 2 is another line than the current one");
    assert_eq!(timing.fetch(2 * LINE + 14, 100), 0);
    assert_eq!(costs(&mut art(0, true, true), 4, [0, 1, 7, 3]), [0; 4]);
}

#[test]
fn prefetch_hides_what_the_line_before_took() {
    // The read of the next line begins when a line has arrived.
    assert_eq!(costs(&mut art(5, true, false), 4, [0, 1, 2, 3]), [5, 1, 1, 1]);
    assert_eq!(costs(&mut art(5, true, false), 8, [0, 1, 2, 4, 5]), [5, 0, 0, 5, 0]);
    assert_eq!(costs(&mut art(5, true, false), 0, [0, 1, 2]), [5, 5, 5], "nothing is hidden behind nothing");
}

#[test]
fn a_load_from_flash_puts_the_prefetch_off() {
    let mut timing = art(5, true, false);
    assert_eq!(timing.fetch(FLASH, 0), 5);
    assert_eq!(timing.load(FLASH + 0x100, 6), 5, "it goes first");
    assert_eq!(timing.fetch(FLASH + LINE, 11), 5, "and the next line is read behind it");
    let mut timing = art(5, true, false);
    assert_eq!(timing.fetch(FLASH, 0), 5);
    assert_eq!(timing.load(FLASH + 0x100, 10), 5);
    assert_eq!(timing.fetch(FLASH + LINE, 15), 0, "the next line was there already");
}

#[test]
fn the_caches_hold_64_and_8_lines() {
    let mut timing = art(5, false, true);
    let twice = |lines: u32| (0..lines).chain(0..lines);
    let missed = |costs: &[u64]| costs.iter().filter(|cost| **cost == 5).count();
    assert_eq!(missed(&costs(&mut timing, 4, twice(64))), 64);
    timing.forget();
    assert_eq!(missed(&costs(&mut timing, 4, twice(65))), 130, "the one that is wanted next was replaced");
    let mut loads = |lines: u32| twice(lines).map(|line| timing.load(FLASH + 0x1000 + line * LINE, 0)).sum::<u64>();
    assert_eq!(loads(8), 8 * 5);
    assert_eq!(loads(9), 10 * 5, "eight are there, the ninth begins to push them out");
}

#[test]
fn caches_are_emptied_only_while_they_are_off() {
    let mut timing = art(5, false, true);
    let on = Control { wait_states: 5, instructions: true, data: true, ..Control::default() };
    let (far, again) = (FLASH + 0x400, FLASH);
    timing.fetch(again, 0);
    timing.load(again, 0);
    timing.fetch(far, 0);
    timing.control_art(Control { reset_instructions: true, reset_data: true, ..on });
    assert_eq!((timing.fetch(again, 0), timing.load(again, 0)), (0, 0));
    timing.fetch(far, 0);
    timing.control_art(Control { wait_states: 5, reset_instructions: true, reset_data: true, ..Control::default() });
    timing.control_art(on);
    assert_eq!((timing.fetch(again, 0), timing.load(again, 0)), (5, 5));
}

#[test]
fn ram_answers_at_once_and_code_there_pays_for_jumps() {
    let mut timing = art(5, true, true);
    assert_eq!((timing.load(RAM, 0), timing.load(0x1000_0000, 0)), (0, 0));
    assert_eq!([RAM, RAM + LINE, RAM + 2 * LINE, RAM].map(|address| timing.fetch(address, 0)), [1, 0, 0, 1]);
    // Code RAM is on the ICode bus.
    let mut timing = nrf(false);
    assert_eq!([0x0080_0000, 0x0080_0100, RAM].map(|address| timing.fetch(address, 0)), [0, 0, 1]);
}

#[test]
fn the_cache_of_the_nrf52840_has_two_ways_and_counts() {
    let mut off = nrf(false);
    assert_eq!([0, 16, 32, 0x100, 0x100, 0x110].map(|address| off.fetch(address, 0)), [2, 0, 0, 2, 0, 0]);
    assert_eq!((off.load(0x200, 0), off.cache_counts().copied()), (2, Some([0, 0])));
    let mut on = nrf(true);
    // 1 KiB apart is the same set.
    let addresses = [0, 0x400, 0, 0x400, 0x800, 0x400, 0, 16];
    assert_eq!(addresses.map(|address| on.fetch(address, 0)), [3, 3, 0, 0, 3, 0, 3, 3]);
    assert_eq!(on.cache_counts().copied(), Some([3, 5]));
    on.control_cache(true, false);
    assert_eq!((on.fetch(0, 0), on.cache_counts().copied()), (0, Some([3, 5])), "profiling is off");
    on.control_cache(false, false);
    on.control_cache(true, false);
    assert_eq!(on.fetch(0x400, 0), 3, "switching it off empties it");
    assert_eq!(art(5, true, true).cache_counts(), None);
}

#[test]
fn while_flash_is_programmed_every_read_of_it_waits() {
    let mut timing = art(5, false, true);
    let core = CoreView { now: 1000, runs: true, code: RAM, stack: RAM };
    timing.fetch(FLASH, 0);
    timing.observe(core);
    timing.occupy(200);
    assert_eq!(timing.load(FLASH, 1150), 50 + 5);
    assert_eq!(timing.fetch(FLASH, 1150), 50 + 5, "what was cached is forgotten");
    assert_eq!(timing.fetch(RAM, 1150), 1);
    assert_eq!(timing.fetch(FLASH, 1300), 0);
}

#[test]
fn dma_costs_the_core_what_it_wants_at_the_same_slave() {
    let mut timing = art(5, true, false);
    let core = CoreView { now: 0, runs: true, code: FLASH, stack: RAM + 0x1000 };
    let mut beats = |core, address| {
        timing.observe(core);
        (0..100).map(|_| timing.dma_access(address)).sum::<u64>()
    };
    assert_eq!(beats(core, RAM), 25, "the share of cycles with a data access");
    assert_eq!(beats(core, 0x2001_C000), 0, "the other SRAM");
    assert_eq!(beats(core, 0x4000_4400), 0, "a peripheral");
    assert_eq!(beats(CoreView { code: RAM, ..core }, RAM + 0x8000), 100, "every beat meets a fetch");
    assert_eq!(beats(CoreView { runs: false, ..core }, RAM), 0, "it sleeps");
    assert_eq!(timing.fetch(FLASH, 0), 5);
    timing.observe(CoreView { now: 7, ..core });
    timing.dma_access(FLASH + 0x400);
    assert_eq!(timing.fetch(FLASH + LINE, 9), 5 + 3, "DMA read flash in the middle of the prefetch");
}

/// A cache of `capacity` lines as a list, the most recently used first.
fn oracle(recent: &mut Vec<u32>, line: u32, capacity: usize) -> bool {
    let place = recent.iter().position(|held| *held == line);
    if let Some(place) = place {
        recent.remove(place);
    }
    recent.insert(0, line);
    recent.truncate(capacity);
    place.is_some()
}

proptest! {
    #[test]
    fn the_least_recently_used_line_is_replaced(lines in prop::collection::vec(0..100u32, 1..600)) {
        let mut timing = art(3, false, true);
        let (mut code, mut data, mut current) = (Vec::new(), Vec::new(), None);
        for line in lines {
            let stays = current == Some(line);
            // The line that the core is in is not looked up again.
            let hit = stays || oracle(&mut code, line, 64);
            current = Some(line);
            prop_assert_eq!(timing.fetch(FLASH + line * LINE + 6, 0) == 0, hit);
            prop_assert_eq!(timing.load(FLASH + (line % 12) * LINE + 4, 0) == 0, oracle(&mut data, line % 12, 8));
        }
    }

    #[test]
    fn no_helper_ever_costs_more_than_the_wait_states(
        steps in prop::collection::vec((0..80u32, any::<bool>(), 0..9u64), 1..300),
        waits in 0..8u8,
    ) {
        let mut ways = [(false, false), (true, false), (false, true), (true, true)].map(|(p, c)| art(waits, p, c));
        let (mut nows, mut line) = ([0; 4], 0);
        for (to, follows, spent) in steps {
            line = if follows { line + 1 } else { to };
            let costs: Vec<u64> = (ways.iter_mut().zip(&mut nows))
                .map(|(way, now)| {
                    let cost = way.fetch(FLASH + line * LINE, *now);
                    *now += cost + spent;
                    cost
                })
                .collect();
            prop_assert!(costs.iter().all(|cost| *cost <= costs[0]), "{:?}", costs);
            prop_assert!(costs[3] <= costs[2] && costs[0] <= u64::from(waits), "{:?}", costs);
        }
    }
}
