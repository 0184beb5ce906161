//! Two builds in turns on devices in virtual time: who runs when, what pairs come of it, and whose failure is whose.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hil_bench::bench::{Bench, Ending, Life, RigError};
use hil_bench::control::Control;
use hil_bench::event::Event;
use hil_bench::job::NoInputs;
use hil_bench::pairs::{PairsOutcome, Seen, run_pairs};
use hil_model::id::{PlatformId, ScenarioId, WorkloadId};
use hil_model::lab::{BenchInfo, Evidence};
use hil_model::pairs::{PairedJob, Round, Settling, Side, Turn};
use hil_model::plan::Step;
use hil_model::sample::{Cut, Failure};
use hil_testkit::clock::VirtualClock;
use hil_testkit::device::TestBench;
use hil_testkit::jobs::{PLATFORM, kernel, workload_id};
use hil_testkit::kernel::ScriptedKernel;

const COST: Duration = Duration::from_micros(300);
const ROUNDS: u32 = 6;
const BLOCKS: u32 = 8;

/// What ran, in the order in which it did.
type Log = Arc<Mutex<Vec<(Side, u32, &'static str)>>>;

/// Three devices on one clock with kernels `a` and `b`; the candidate takes 5 % longer for `a`.
struct Rig {
    clock: VirtualClock,
    log: Log,
    benches: [TestBench; 3],
}

fn rig(make: impl Fn(Side, ScriptedKernel) -> ScriptedKernel + Clone + Send + Sync + 'static) -> Rig {
    let (clock, log) = (VirtualClock::default(), Log::default());
    let benches = Side::ALL.map(|side| {
        let (make, log) = (make.clone(), Arc::clone(&log));
        let bench = TestBench::new(move |stage| {
            let cost = if side == Side::Candidate { COST * 105 / 100 } else { COST };
            let of = |name, cost| {
                let log = Arc::clone(&log);
                let life = stage.life();
                ScriptedKernel::new(name, stage, cost).on_run(move |_, _| log.lock().unwrap().push((side, life, name)))
            };
            vec![Box::new(make(side, of("a", cost))), Box::new(of("b", COST))]
        });
        bench.on_clock(&clock)
    });
    Rig { clock, log, benches }
}

fn turn(side: Side, step: Step) -> Turn {
    Turn { side, step }
}

fn measure(id: &str, block: u32, slot: u8) -> Step {
    Step::Measure { workload: workload_id(id), block, slot, iterations: 3, at_least: Duration::ZERO }
}

/// Rounds with `a` and `b` on all sides; every fourth block is the control's. One looks after every other round.
fn paired(together: bool) -> PairedJob {
    let of_round = |index: u32| {
        let mut turns = Vec::new();
        for id in ["a", "b"] {
            for side in Side::ALL {
                turns.push(turn(side, Step::Verify { workload: workload_id(id) }));
                turns.push(turn(side, Step::WarmUp { workload: workload_id(id), iterations: 5 }));
            }
        }
        for block in 0..BLOCKS {
            let other = if block % 4 == 1 { Side::Control } else { Side::Candidate };
            let order =
                if (block + index).is_multiple_of(2) { [Side::Baseline, other] } else { [other, Side::Baseline] };
            for id in ["a", "b"] {
                turns.extend((0..).zip(order).map(|(slot, side)| turn(side, measure(id, block, slot))));
            }
        }
        Round { index, together, look: index % 2 == 1, turns }
    };
    let workloads = vec![(workload_id("a"), kernel("a")), (workload_id("b"), kernel("b"))];
    PairedJob {
        scenario: ScenarioId::new("test").unwrap(),
        platform: PlatformId::new(PLATFORM).unwrap(),
        evidence: Evidence::Host,
        budget: Duration::from_secs(600),
        timeout: Duration::from_secs(1),
        workloads: [workloads.clone(), workloads.clone(), workloads],
        block: Duration::from_micros(1),
        settling: None,
        rounds: (0..ROUNDS).map(of_round).collect(),
    }
}

fn everything(job: &PairedJob) -> BTreeSet<WorkloadId> {
    job.workloads[0].iter().map(|(id, _)| id.clone()).collect()
}

fn run(job: &PairedJob, rig: &Rig) -> PairsOutcome {
    drive(job, rig, &mut |_| everything(job), &mut |_, _, _| {})
}

fn drive(
    job: &PairedJob,
    rig: &Rig,
    open: &mut dyn FnMut(&Seen<'_>) -> BTreeSet<WorkloadId>,
    on_event: &mut dyn FnMut(Side, &Event, &AtomicBool),
) -> PairsOutcome {
    let benches = rig.benches.each_ref().map(|bench| bench as &dyn Bench);
    on_benches(job, benches, &rig.clock, open, on_event)
}

fn on_benches(
    job: &PairedJob,
    benches: [&dyn Bench; 3],
    clock: &VirtualClock,
    open: &mut dyn FnMut(&Seen<'_>) -> BTreeSet<WorkloadId>,
    on_event: &mut dyn FnMut(Side, &Event, &AtomicBool),
) -> PairsOutcome {
    let cancel = AtomicBool::new(false);
    let control = Control { cancel: &cancel, clock };
    run_pairs(job, benches, &NoInputs, &control, open, &mut |side, event| on_event(side, &event, &cancel))
}

fn counted(outcome: &PairsOutcome, side: Side, id: &str) -> usize {
    outcome.of(side, &workload_id(id)).map_or(0, |seen| seen.latencies().count())
}

fn failure(outcome: &PairsOutcome, side: Side, id: &str) -> Option<Failure> {
    outcome.of(side, &workload_id(id)).unwrap().failure.clone()
}

const ALL_BLOCKS: usize = (ROUNDS * BLOCKS * 3) as usize;

#[test]
fn every_block_has_both_its_sides_and_every_round_a_life_of_each() {
    let rig = rig(|_, kernel| kernel);
    let job = paired(true);
    let outcome = run(&job, &rig);
    assert_eq!((outcome.fault.clone(), outcome.interrupted), (None, false));
    assert_eq!((outcome.rounds, outcome.looks), (ROUNDS, ROUNDS / 2));
    for bench in &rig.benches {
        assert_eq!(bench.starts(), ROUNDS);
    }
    let sides = Side::ALL.map(|side| counted(&outcome, side, "a"));
    assert_eq!(sides, [ALL_BLOCKS, ALL_BLOCKS * 3 / 4, ALL_BLOCKS / 4]);
    let blocks = |side: Side| -> BTreeSet<(u32, u32)> {
        let seen = outcome.of(side, &workload_id("a")).unwrap();
        seen.latencies().map(|(iteration, _)| (iteration.start, iteration.block)).collect()
    };
    let (candidate, control) = (blocks(Side::Candidate), blocks(Side::Control));
    assert!(candidate.is_disjoint(&control));
    assert_eq!(blocks(Side::Baseline), candidate.union(&control).copied().collect());
    for (side, seconds) in Side::ALL.into_iter().zip([300e-6, 315e-6, 300e-6]) {
        let seen = outcome.of(side, &workload_id("a")).unwrap();
        assert!(seen.latencies().all(|(_, latency)| (latency - seconds).abs() < 1e-9), "{side}");
        assert_eq!((seen.clock.hz, seen.cut), (1e9, None));
    }
}

#[test]
fn sides_take_turns_block_by_block_where_they_live_together_and_life_by_life_where_not() {
    let switches = |together| {
        let rig = rig(|_, kernel| kernel);
        let outcome = run(&paired(together), &rig);
        assert_eq!(outcome.fault, None);
        let log = rig.log.lock().unwrap().clone();
        (log.windows(2).filter(|pair| pair[0].0 != pair[1].0).count(), rig.benches.map(|bench| bench.starts()))
    };
    let (often, starts) = switches(true);
    // Every block of two sides switches at least once.
    assert!(often >= (ROUNDS * BLOCKS * 2) as usize, "{often}");
    assert_eq!(starts, [ROUNDS; 3]);
    // The same turns with lives that must not overlap: each switch of sides costs a start.
    let (_, starts) = switches(false);
    assert!(starts.iter().all(|starts| *starts > ROUNDS), "{starts:?}");
}

#[test]
fn a_crash_of_the_candidate_is_its_failure_and_ends_only_that_workload() {
    for how in [Ending::Exited(101), Ending::Crashed { signal: "SIGSEGV".to_owned() }] {
        let rig = rig(move |side, kernel| {
            let how = how.clone();
            kernel.on_run(move |run, stage| {
                if side == Side::Candidate && run == 12 {
                    stage.end(how.clone(), "thread 'main' panicked at src/lib.rs:1:2:\nno\n");
                }
            })
        });
        let outcome = run(&paired(true), &rig);
        assert_eq!(outcome.fault, None);
        assert!(matches!(failure(&outcome, Side::Candidate, "a"), Some(Failure::Crashed { .. })));
        for side in [Side::Baseline, Side::Control] {
            assert_eq!(failure(&outcome, side, "a"), None, "{side}");
        }
        assert!(counted(&outcome, Side::Baseline, "a") < ALL_BLOCKS / 4, "no pair can come of it any more");
        assert_eq!(counted(&outcome, Side::Baseline, "b"), ALL_BLOCKS);
        assert_eq!(counted(&outcome, Side::Candidate, "b"), ALL_BLOCKS * 3 / 4);
    }
}

#[test]
fn each_side_that_hangs_is_wrong_or_becomes_wrong_fails_for_itself() {
    for culprit in Side::ALL {
        let hangs = rig(move |side, kernel| {
            kernel.on_run(move |run, stage| {
                if side == culprit && run == 9 {
                    stage.hang();
                }
            })
        });
        let wrong = rig(move |side, kernel| kernel.right_when(move |_| side != culprit));
        let turns_wrong = rig(move |side, kernel| kernel.right_when(move |check| side != culprit || check == 1));
        for (rig, expected) in [(hangs, "TimedOut"), (wrong, "WrongResult"), (turns_wrong, "WrongResult")] {
            let outcome = run(&paired(true), &rig);
            assert_eq!(outcome.fault, None);
            for side in Side::ALL {
                let found = failure(&outcome, side, "a").map(|failure| format!("{failure:?}"));
                let expected = (side == culprit).then_some(expected);
                assert_eq!(found.is_some(), expected.is_some(), "{culprit} {side}: {found:?}");
                assert!(found.zip(expected).is_none_or(|(found, expected)| found.starts_with(expected)));
                assert_eq!(failure(&outcome, side, "b"), None, "{culprit} {side}");
            }
        }
    }
}

/// A bench on which nothing starts.
struct Broken(BenchInfo);

impl Bench for Broken {
    fn info(&self) -> &BenchInfo {
        &self.0
    }
    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        let source = std::io::Error::from(std::io::ErrorKind::NotFound);
        Err(RigError::Spawn { program: "agent".to_owned(), source })
    }
}

#[test]
fn a_fault_of_the_rig_names_its_side_and_is_no_failure_of_the_code() {
    for culprit in Side::ALL {
        let killed = rig(move |side, kernel| {
            kernel.on_run(move |run, stage| {
                if side == culprit && run == 9 {
                    stage.end(Ending::KilledFromOutside { signal: "SIGKILL".to_owned() }, "");
                }
            })
        });
        let job = paired(true);
        let outcome = run(&job, &killed);
        let (side, fault) = outcome.fault.clone().unwrap();
        assert_eq!((side, fault.message.split_once(':').unwrap().0), (culprit, culprit.to_string().as_str()));
        assert!(outcome.sides.iter().flatten().all(|seen| seen.failure.is_none()));

        let fine = rig(|_, kernel| kernel);
        let broken = Broken(fine.benches[0].info().clone());
        let mut benches = fine.benches.each_ref().map(|bench| bench as &dyn Bench);
        benches[culprit.index()] = &broken;
        let outcome = on_benches(&job, benches, &fine.clock, &mut |_| everything(&job), &mut |_, _, _| {});
        let (side, fault) = outcome.fault.clone().unwrap();
        assert_eq!((side, fault.phase.as_str()), (culprit, "open"));
    }
}

#[test]
fn what_is_decided_takes_no_more_time_and_nothing_open_ends_the_job() {
    let rig = rig(|_, kernel| kernel);
    let job = paired(true);
    let mut looks = Vec::new();
    let outcome = drive(
        &job,
        &rig,
        &mut |seen| {
            let counts = ["a", "b"].map(|id| {
                let seen = seen.of(Side::Candidate, &workload_id(id)).unwrap();
                // Figures are those of the agents' clock from the first look on.
                assert_eq!(seen.clock.hz, 1e9);
                seen.latencies().count()
            });
            looks.push((seen.look, seen.looks, counts));
            // Only b stays open at first, and a does not come back; then nothing is.
            if seen.look == 1 { BTreeSet::from([workload_id("b")]) } else { BTreeSet::new() }
        },
        &mut |_, _, _| {},
    );
    let round = (BLOCKS * 3 * 3 / 4) as usize;
    assert_eq!(looks, [(1, 3, [2 * round, 2 * round]), (2, 3, [2 * round, 4 * round])]);
    assert_eq!((outcome.rounds, outcome.looks, outcome.interrupted), (4, 2, false));
    assert!(outcome.sides.iter().flatten().all(|seen| seen.cut.is_none()));
}

#[test]
fn a_budget_that_ends_cuts_what_is_open_and_keeps_what_there_is() {
    let rig = rig(|_, kernel| kernel);
    let job = PairedJob { budget: Duration::from_millis(160), ..paired(true) };
    let outcome = drive(&job, &rig, &mut |_| BTreeSet::from([workload_id("b")]), &mut |_, _, _| {});
    assert_eq!((outcome.fault.clone(), outcome.interrupted), (None, false));
    assert!((2..ROUNDS).contains(&outcome.rounds), "{}", outcome.rounds);
    for side in Side::ALL {
        assert_eq!(outcome.of(side, &workload_id("a")).unwrap().cut, None, "{side}: decided before");
        assert_eq!(outcome.of(side, &workload_id("b")).unwrap().cut, Some(Cut::Budget), "{side}");
    }
    assert!(counted(&outcome, Side::Candidate, "b") > counted(&outcome, Side::Candidate, "a"));
}

#[test]
fn a_caller_who_stops_gets_what_there_is_after_a_last_check_of_every_side() {
    let rig = rig(|side, kernel| kernel.right_when(move |check| side != Side::Control || check == 1));
    let mut seen_steps = 0;
    let outcome = drive(&paired(true), &rig, &mut |_| everything(&paired(true)), &mut |_, event, cancel| {
        seen_steps += u32::from(matches!(event, Event::StepBegan { .. }));
        if seen_steps == 30 {
            cancel.store(true, Ordering::Relaxed);
        }
    });
    assert_eq!((outcome.fault.clone(), outcome.interrupted, outcome.rounds), (None, true, 0));
    assert!(counted(&outcome, Side::Baseline, "a") > 0);
    assert!(outcome.sides.iter().flatten().all(|seen| seen.cut == Some(Cut::User)));
    assert!(matches!(failure(&outcome, Side::Control, "a"), Some(Failure::WrongResult { .. })));
}

#[test]
fn short_iterations_fill_their_block_and_are_equally_many_on_every_side() {
    let rig = rig(|_, kernel| kernel);
    // Ten iterations of 300 microseconds.
    let outcome = run(&PairedJob { block: 10 * COST, ..paired(true) }, &rig);
    let sides = Side::ALL.map(|side| counted(&outcome, side, "a"));
    assert_eq!(sides, [ALL_BLOCKS, ALL_BLOCKS * 3 / 4, ALL_BLOCKS / 4].map(|with_three| with_three / 3 * 10));
}

#[test]
fn a_side_comes_to_rest_after_the_others_before_anything_counts() {
    // Whoever runs after another side takes three times as long for seven iterations.
    let last = Arc::new(Mutex::new((Side::Control, 0)));
    let rig = rig(move |side, kernel| {
        let last = Arc::clone(&last);
        kernel.on_run(move |_, stage| {
            let mut last = last.lock().unwrap();
            *last = if last.0 == side { (side, last.1 + 1) } else { (side, 1) };
            if last.1 <= 7 {
                stage.advance(2 * COST);
            }
        })
    });
    let job = paired(true);
    let slow = |outcome: &PairsOutcome| {
        Side::ALL.map(|side| {
            let seen = outcome.of(side, &workload_id("a")).unwrap();
            seen.latencies().filter(|(_, seconds)| *seconds > 2.0 * COST.as_secs_f64()).count()
        })
    };
    let restless = run(&job, &rig);
    assert!(slow(&restless).iter().all(|slow| *slow > 0), "{:?}", slow(&restless));
    let mut told = Vec::new();
    let settled = drive(
        &PairedJob { settling: Some(Settling { series: 60 * COST, blocks: BLOCKS / 2 }), ..job.clone() },
        &rig,
        &mut |_| everything(&job),
        &mut |_, event, _| {
            if let Event::Settles { workload, iterations, .. } = event {
                told.push((workload.clone(), *iterations));
            }
        },
    );
    assert_eq!(slow(&settled), [0; 3]);
    assert_eq!(told, [(workload_id("a"), 7)], "b is never cold");
    for side in Side::ALL {
        let seen = settled.of(side, &workload_id("a")).unwrap();
        let warmup = seen.iterations.iter().filter(|iteration| iteration.warmup).count();
        assert_eq!(warmup, ROUNDS as usize * 5, "{side}: what is not counted is not kept");
        let in_order =
            |pair: &[hil_model::sample::Iteration]| pair[0].start < pair[1].start || pair[0].index + 1 == pair[1].index;
        assert!(seen.iterations.windows(2).all(in_order), "{side}");
    }
}

#[test]
fn a_burst_in_a_series_makes_no_block_longer() {
    // Something else on the machine slows the second of the series, and no other.
    let (runs, slowed) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let rig = {
        let slowed = Arc::clone(&slowed);
        rig(move |_, kernel| {
            let (runs, slowed) = (Arc::clone(&runs), Arc::clone(&slowed));
            kernel.on_run(move |_, stage| {
                let mut runs = runs.lock().unwrap();
                *runs += 1;
                // Behind the warm-up of three sides and the first series.
                if (15 + 60..15 + 60 + 20).contains(&*runs) {
                    *slowed.lock().unwrap() += 1;
                    stage.advance(2 * COST);
                }
            })
        })
    };
    let job = PairedJob { settling: Some(Settling { series: 60 * COST, blocks: BLOCKS / 2 }), ..paired(true) };
    let mut told = Vec::new();
    let outcome = drive(&job, &rig, &mut |_| everything(&job), &mut |_, event, _| {
        if let Event::Settles { workload, .. } = event {
            told.push(workload.clone());
        }
    });
    assert_eq!((*slowed.lock().unwrap(), told), (20, Vec::new()));
    assert_eq!(counted(&outcome, Side::Baseline, "a"), ALL_BLOCKS);
}

#[test]
fn a_side_that_is_slow_makes_no_block_longer_than_it_takes_to_come_to_rest() {
    // The candidate takes ten times as long, and twice that for seven iterations behind another side.
    let last = Arc::new(Mutex::new((Side::Control, 0)));
    let rig = rig(move |side, kernel| {
        let last = Arc::clone(&last);
        kernel.on_run(move |_, stage| {
            let mut last = last.lock().unwrap();
            *last = if last.0 == side { (side, last.1 + 1) } else { (side, 1) };
            if side == Side::Candidate {
                stage.advance((if last.1 <= 7 { 19 } else { 9 }) * COST);
            }
        })
    });
    let job = PairedJob { settling: Some(Settling { series: 60 * COST, blocks: BLOCKS / 2 }), ..paired(true) };
    let outcome = run(&job, &rig);
    for side in Side::ALL {
        let seen = outcome.of(side, &workload_id("a")).unwrap();
        let mut blocks = BTreeMap::new();
        for iteration in seen.iterations.iter().filter(|iteration| !iteration.warmup) {
            *blocks.entry((iteration.start, iteration.block)).or_insert(0) += 1;
        }
        // Seven of twice the time are worth 14, whatever the others take for one.
        assert!(!blocks.is_empty() && blocks.values().all(|counted| *counted == 14), "{side}: {blocks:?}");
    }
}

#[test]
fn instructions_are_counted_on_each_build_until_two_starts_agree() {
    let mut rig = rig(|_, kernel| kernel);
    // The candidate's first count is another one than those behind it.
    let counts: [fn(u32) -> u64; 3] = [|_| 100, |life| if life < 2 { 111 } else { 110 }, |_| 0];
    let mut counts = counts.into_iter();
    rig.benches = rig.benches.map(|bench| {
        let count = counts.next().unwrap();
        bench.with_counts(move |life| Some(count(life)))
    });
    let step = || Step::Count { workload: workload_id("a") };
    let round = |index| Round {
        index,
        together: false,
        look: false,
        turns: vec![turn(Side::Baseline, step()), turn(Side::Candidate, step())],
    };
    let job = PairedJob { rounds: (0..4).map(round).collect(), ..paired(true) };
    let outcome = run(&job, &rig);
    let numbers = |side: Side| -> Vec<u64> {
        let seen = outcome.of(side, &workload_id("a"));
        let counts = seen.into_iter().flat_map(|seen| &seen.counts);
        counts.map(|count| count.outcome.as_ref().unwrap().number).collect()
    };
    assert_eq!(outcome.fault, None);
    assert_eq!(Side::ALL.map(numbers), [vec![100; 2], vec![111, 110, 110, 110], vec![]]);
}

#[test]
fn sides_with_different_clocks_are_not_compared() {
    let mut rig = rig(|_, kernel| kernel);
    rig.benches[1] = TestBench::new(|stage| {
        vec![Box::new(ScriptedKernel::new("a", stage, COST)), Box::new(ScriptedKernel::new("b", stage, COST))]
    })
    .on_clock(&rig.clock)
    .with_clock_name("another");
    let (side, fault) = run(&paired(true), &rig).fault.unwrap();
    assert_eq!(side, Side::Candidate);
    assert!(fault.message.contains("\"another\"") && fault.message.contains("\"virtual\""), "{}", fault.message);
}
