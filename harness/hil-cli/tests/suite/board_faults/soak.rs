//! Runs in a row with random faults: three among the tests, a hundred by `cargo xtask board-soak`.
//!
//! What is random comes from one seed: the board, the fault, its moment, and the link. Whatever is found can be run again with
//! the number of the run.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::expected::{EXPECTED, Outcome};
use super::injected::{Injected, NRF52, STM32};

/// What one run is to be.
struct Draw {
    board: &'static str,
    fault: Option<(String, Outcome)>,
}

/// SplitMix64 (Steele, Lea, Flood 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

/// The run with number `number`: one in eight has no fault.
fn draw(seed: u64, number: u64) -> Draw {
    let mut state = seed.wrapping_mul(0x1_0000_0001) ^ number;
    let board = if next(&mut state).is_multiple_of(2) { STM32 } else { NRF52 };
    if next(&mut state).is_multiple_of(8) {
        return Draw { board, fault: None };
    }
    let possible: Vec<_> = EXPECTED.iter().filter(|(name, _)| board == NRF52 || *name != "chip-locked").collect();
    let (name, outcome) = possible[(next(&mut state) % possible.len() as u64) as usize];
    Draw { board, fault: Some((format!("{name}:{}", next(&mut state) % 1_000_000), *outcome)) }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// What came of the runs with one fault.
#[derive(Default)]
struct Row {
    runs: u32,
    agreed: u32,
    longest: Duration,
}

#[test]
fn soak() {
    let (runs, seed) = (number("HIL_SOAK_RUNS", 3), number("HIL_SOAK_SEED", 1));
    let mut reference = BTreeMap::new();
    for board in [STM32, NRF52] {
        let Some(sound) = Injected::run(board, None, &[]) else { panic!("there is no firmware for {board}") };
        sound
            .agrees_with(&Outcome::Sound)
            .unwrap_or_else(|why| panic!("{board} without a fault: {why}\n{}", sound.err));
        reference.insert(board, sound.figures());
    }
    let mut table: BTreeMap<String, Row> = BTreeMap::new();
    let mut findings = Vec::new();
    for run in 0..runs {
        let Draw { board, fault } = draw(seed, run);
        let (name, outcome) = match &fault {
            Some((fault, outcome)) => (fault.as_str(), *outcome),
            None => ("none", Outcome::Sound),
        };
        let began = Instant::now();
        let Some(ended) = Injected::run(board, fault.as_ref().map(|(fault, _)| fault.as_str()), &[]) else { continue };
        let took = began.elapsed();
        let mut agreed = ended.agrees_with(&outcome);
        if agreed.is_ok() && outcome == Outcome::Sound && ended.figures() != reference[board] {
            agreed = Err("the figures are not those of a run without a fault".to_owned());
        }
        let row = table.entry(name.split(':').next().unwrap_or(name).to_owned()).or_default();
        (row.runs, row.agreed) = (row.runs + 1, row.agreed + u32::from(agreed.is_ok()));
        row.longest = row.longest.max(took);
        println!(
            "{run:>4}  {board:<9} {name:<28} {:>5.1} s  {}",
            took.as_secs_f64(),
            agreed.as_ref().map_or_else(String::as_str, |()| "ok")
        );
        if let Err(why) = agreed {
            findings.push(format!("run {run}, {name} on {board}: {why}\n{}", ended.err));
        }
    }
    println!("\n{:<20} {:>5} {:>9} {:>9}", "fault", "runs", "as it is", "longest");
    for (name, row) in &table {
        println!("{name:<20} {:>5} {:>9} {:>7.1} s", row.runs, row.agreed, row.longest.as_secs_f64());
    }
    assert!(findings.is_empty(), "seed {seed}:\n{}", findings.join("\n"));
}
