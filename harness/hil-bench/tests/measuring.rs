//! What a job observes on a device that behaves, in virtual time.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hil_bench::control::{Control, HostClock};
use hil_bench::event::Event;
use hil_bench::job::{look_once, run_job};
use hil_model::id::{DatasetName, TableName};
use hil_model::lab::Evidence;
use hil_model::metric::Metric;
use hil_model::plan::Step;
use hil_model::sample::{Case, Cut};
use hil_model::scenario::Workload;
use hil_testkit::clock::VirtualClock;
use hil_testkit::device::{MEMORY, READ_COST, TestBench};
use hil_testkit::jobs::{TestInputs, dataset, drive, job, kernel, measure, verify, workload_id};
use hil_testkit::kernel::{Diary, Entry, ScriptedKernel};
use hil_wire::message::MemoryUse;

const COST: Duration = Duration::from_micros(300);

fn bench_with(diary: &Diary) -> TestBench {
    let diary = diary.clone();
    TestBench::new(move |stage| {
        vec![
            Box::new(ScriptedKernel::new("a", stage, COST).with_diary(&diary)),
            Box::new(ScriptedKernel::new("b", stage, 2 * COST).with_diary(&diary)),
            Box::new(ScriptedKernel::new("table", stage, COST).with_cases(&[None, Some("got 1, wanted 2"), None])),
        ]
    })
}

fn no_inputs() -> TestInputs {
    TestInputs::default()
}

#[test]
fn every_iteration_is_kept_raw_with_its_place() {
    let bench = bench_with(&Diary::default());
    let warm_up = Step::WarmUp { workload: workload_id("main"), iterations: 20 };
    let start = vec![verify("main"), warm_up, measure("main", 500)];
    let job = job(vec![("main", kernel("a"))], vec![start.clone(), start]);
    let (outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
    assert_eq!(outcome.fault, None);
    let observed = &outcome.observations[0];
    assert_eq!((observed.failure.clone(), observed.cut), (None, None));
    assert_eq!(observed.iterations.len(), 2 * 520);
    for (number, iteration) in observed.iterations.iter().enumerate() {
        assert_eq!(iteration.start as usize, number / 520);
        assert_eq!(iteration.index as usize, number % 520);
        assert_eq!(iteration.warmup, number % 520 < 20);
    }
    let own: Vec<u64> = observed.own_costs.iter().map(|cost| cost.ticks).collect();
    assert_eq!(own, vec![READ_COST.as_nanos() as u64; 2]);
    assert_eq!(observed.latencies().count(), 1000);
    assert!(observed.latencies().all(|(_, seconds)| (seconds - COST.as_secs_f64()).abs() < 1e-12));
    assert!(observed.cpu_times().all(|(_, seconds)| (seconds - COST.as_secs_f64()).abs() < 1e-12));
}

#[test]
fn the_known_answer_is_checked_before_and_after_measuring() {
    let diary = Diary::default();
    let bench = bench_with(&diary);
    let job = job(vec![("main", kernel("a"))], vec![vec![measure("main", 3)]]);
    drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
    let entries = diary.entries();
    assert_eq!(entries.iter().filter(|entry| **entry == Entry::Ran).count(), 3);
    assert_eq!((entries.first(), entries.last()), (Some(&Entry::Verified), Some(&Entry::Verified)));
    assert_eq!(entries.len(), 5);
}

#[test]
fn a_fast_kernel_runs_on_until_the_time_is_reached_and_a_slow_one_not_beyond_its_iterations() {
    let ran = |iterations, at_least| {
        let bench = bench_with(&Diary::default());
        let step = Step::Measure { workload: workload_id("main"), block: 0, slot: 0, iterations, at_least };
        let job = job(vec![("main", kernel("a"))], vec![vec![step]]);
        let (outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
        assert_eq!(outcome.observations[0].cut, None);
        outcome.observations[0].iterations.len()
    };
    assert_eq!(ran(7, Duration::ZERO), 7);
    assert_eq!(ran(7, 5 * COST), 7, "seven iterations take longer than that");
    let many = ran(7, 1000 * COST);
    assert!((1000..1100).contains(&many), "{many}");
}

#[test]
fn blocks_and_slots_stay_with_their_samples() {
    let bench = bench_with(&Diary::default());
    let step = |id: &str, block, slot| Step::Measure {
        workload: workload_id(id),
        block,
        slot,
        iterations: 2,
        at_least: Duration::ZERO,
    };
    let steps = vec![step("a", 1, 0), step("b", 1, 1), step("b", 2, 0), step("a", 2, 1)];
    let job = job(vec![("a", kernel("a")), ("b", kernel("b"))], vec![steps]);
    let (outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
    let places = |at: usize| -> Vec<(u32, u8)> {
        outcome.observations[at].iterations.iter().map(|iteration| (iteration.block, iteration.slot)).collect()
    };
    assert_eq!(places(0), [(1, 0), (1, 0), (2, 1), (2, 1)]);
    assert_eq!(places(1), [(1, 1), (1, 1), (2, 0), (2, 0)]);
    assert_eq!(bench.starts(), 1);
}

#[test]
fn items_take_turns_and_both_sides_of_a_block_get_the_same() {
    let diary = Diary::default();
    let bench = bench_with(&diary);
    let with_data = |name| {
        let mut workload = kernel(name);
        workload.dataset = Some(DatasetName::new("set").unwrap());
        workload
    };
    let step = |id: &str, block| Step::Measure {
        workload: workload_id(id),
        block,
        slot: 0,
        iterations: 1,
        at_least: Duration::ZERO,
    };
    let steps = (1..=3).flat_map(|block| [step("a", block), step("b", block)]).collect();
    let job = job(vec![("a", with_data("a")), ("b", with_data("b"))], vec![steps]);
    let inputs = TestInputs(vec![dataset("set", &[10, 11, 12])]);
    drive(&job, &bench, bench.clock(), &inputs, &mut |_, _| {});
    let loaded: Vec<u8> = diary
        .entries()
        .iter()
        .filter_map(|entry| match entry {
            Entry::Loaded(input) => Some(input[0]),
            Entry::Verified | Entry::Ran => None,
        })
        .collect();
    assert_eq!(loaded, [11, 11, 12, 12, 10, 10]);
}

#[test]
fn a_long_batch_visits_every_item() {
    let diary = Diary::default();
    let bench = bench_with(&diary);
    let mut workload = kernel("a");
    workload.dataset = Some(DatasetName::new("set").unwrap());
    let job = job(vec![("main", workload)], vec![vec![measure("main", 1000)]]);
    let inputs = TestInputs(vec![dataset("set", &(1..=20).collect::<Vec<u8>>())]);
    let (outcome, _) = drive(&job, &bench, bench.clock(), &inputs, &mut |_, _| {});
    assert_eq!(outcome.observations[0].iterations.len(), 1000);
    let entries = diary.entries();
    for byte in 1..=20 {
        assert!(entries.contains(&Entry::Loaded(vec![byte])), "item {byte} was never loaded");
    }
}

/// The item of each run, over all kernels that write into the diary.
fn items_of_runs(diary: &Diary) -> Vec<u8> {
    let mut item = 0;
    let entries = diary.entries();
    let of_run = entries.iter().filter_map(|entry| {
        match entry {
            Entry::Loaded(input) => item = input[0],
            Entry::Verified => item = 0,
            Entry::Ran => return Some(item),
        }
        None
    });
    of_run.collect()
}

fn with_set(name: &str) -> Workload {
    Workload { dataset: Some(DatasetName::new("set").unwrap()), ..kernel(name) }
}

#[test]
fn both_sides_get_the_same_items_however_fast_they_are() {
    let diary = Diary::default();
    let notes = diary.clone();
    let bench = TestBench::new(move |stage| {
        vec![
            Box::new(ScriptedKernel::new("fast", stage, COST).with_diary(&notes)),
            // Ten iterations of it at most fit into one request.
            Box::new(ScriptedKernel::new("slow", stage, 30 * COST).with_diary(&notes)),
        ]
    });
    let job = job(
        vec![("fast", with_set("fast")), ("slow", with_set("slow"))],
        vec![vec![measure("fast", 100), measure("slow", 100)]],
    );
    let inputs = TestInputs(vec![dataset("set", &[10, 11, 12])]);
    drive(&job, &bench, bench.clock(), &inputs, &mut |_, _| {});
    let items = items_of_runs(&diary);
    let (fast, slow) = items.split_at(100);
    assert_eq!(fast, slow);
    assert_eq!(fast, [[10; 34].as_slice(), &[11; 34], &[12; 32]].concat());
}

#[test]
fn the_starts_that_measure_a_workload_are_spread_over_its_data_set() {
    let diary = Diary::default();
    let bench = bench_with(&diary);
    let block = |block| Step::Measure {
        workload: workload_id("main"),
        block,
        slot: 0,
        iterations: 2,
        at_least: Duration::ZERO,
    };
    let memory = || vec![Step::Memory { workload: workload_id("main") }];
    let warm_up = vec![Step::WarmUp { workload: workload_id("main"), iterations: 1 }];
    let starts = vec![memory(), vec![block(0), block(1)], warm_up, memory(), memory(), vec![block(0), block(1)]];
    let job = job(vec![("main", with_set("a"))], starts);
    let inputs = TestInputs(vec![dataset("set", &(1..=10).collect::<Vec<u8>>())]);
    drive(&job, &bench, bench.clock(), &inputs, &mut |_, _| {});
    // Two starts measure, so the second begins in the middle; a block goes on where the one before it ended. One start
    // warms up, and begins at the beginning.
    assert_eq!(items_of_runs(&diary), [1, 2, 3, 4, 1, 6, 7, 8, 9]);
}

#[test]
fn answers_are_booked_with_item_and_group() {
    let bench = bench_with(&Diary::default());
    let mut workload = kernel("a");
    let set = DatasetName::new("set").unwrap();
    workload.dataset = Some(set.clone());
    let step = Step::Answer { workload: workload_id("main"), dataset: set, most: None };
    let job = job(vec![("main", workload)], vec![vec![step]]);
    let mut data = dataset("set", &[4, 5, 6]);
    data.items[1].expected = Some(9);
    data.items[2].expected = None;
    let (outcome, _) = drive(&job, &bench, bench.clock(), &TestInputs(vec![data]), &mut |_, _| {});
    let answers: Vec<(&str, &str, u32, u32)> = outcome.observations[0]
        .answers
        .iter()
        .map(|answer| (answer.item.as_str(), answer.group.as_str(), answer.expected, answer.predicted))
        .collect();
    assert_eq!(answers, [("item-4", "group-0", 4, 4), ("item-5", "group-1", 9, 5)]);
    assert_eq!(outcome.observations[0].answers_planned, 2, "an item without a right answer is not asked for");
}

#[test]
fn as_many_items_are_answered_as_are_wanted() {
    let bench = bench_with(&Diary::default());
    let set = DatasetName::new("set").unwrap();
    let workload = Workload { dataset: Some(set.clone()), ..kernel("a") };
    let step = Step::Answer { workload: workload_id("main"), dataset: set, most: Some(2) };
    let job = job(vec![("main", workload)], vec![vec![step]]);
    let mut data = dataset("set", &[4, 5, 6, 7, 8]);
    data.items[0].expected = None;
    let (outcome, _) = drive(&job, &bench, bench.clock(), &TestInputs(vec![data]), &mut |_, _| {});
    let seen = &outcome.observations[0];
    // Four have a right answer: the first of the first two, and of the others the one behind their golden section.
    assert_eq!(seen.answers.iter().map(|answer| answer.item.as_str()).collect::<Vec<_>>(), ["item-5", "item-8"]);
    assert_eq!(seen.answers_planned, 2);
}

#[test]
fn cases_and_memory_are_booked() {
    let bench = bench_with(&Diary::default());
    let workload = workload_id("main");
    let conform = Step::Conform { workload: workload.clone(), table: TableName::new("cases").unwrap() };
    let job = job(vec![("main", kernel("table"))], vec![vec![conform, Step::Memory { workload }]]);
    let (outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
    let table = TableName::new("cases").unwrap();
    let case = |name: &str, broken: Option<&str>| Case {
        table: table.clone(),
        name: name.to_owned(),
        broken: broken.map(str::to_owned),
    };
    let observed = &outcome.observations[0];
    let wanted = [case("case-0", None), case("case-1", Some("got 1, wanted 2")), case("case-2", None)];
    assert_eq!(observed.cases, wanted);
    assert_eq!(observed.peaks.iter().map(|peak| (peak.total, peak.agent)).collect::<Vec<_>>(), [(MEMORY, MEMORY)]);
}

#[test]
fn deviations_are_booked_and_a_kernel_without_a_reference_cannot_tell() {
    let job = job(vec![("main", kernel("table"))], vec![vec![Step::Deviate { workload: workload_id("main") }]]);
    let seen = |errors: &'static [f64]| {
        let bench = TestBench::new(move |stage| {
            vec![Box::new(ScriptedKernel::new("table", stage, COST).with_deviations(errors))]
        });
        let (mut outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
        assert_eq!((outcome.fault, outcome.interrupted), (None, false));
        outcome.observations.remove(0)
    };
    let told = seen(&[0.0, 2.5e-6, f64::INFINITY]);
    let pairs: Vec<(&str, f64)> = told.deviations.iter().map(|seen| (seen.name.as_str(), seen.error)).collect();
    assert_eq!(pairs, [("case-0", 0.0), ("case-1", 2.5e-6), ("case-2", f64::INFINITY)]);
    assert!(told.unobservable.is_empty());
    let silent = seen(&[]);
    assert_eq!((silent.deviations.len(), silent.unobservable), (0, [Metric::NumericalError].into()));
}

#[test]
fn the_size_of_a_model_is_asked_and_a_kernel_without_one_cannot_tell() {
    let job = job(vec![("main", kernel("net"))], vec![vec![Step::Weigh { workload: workload_id("main") }]]);
    let seen = |bytes: Option<u64>| {
        let bench = TestBench::new(move |stage| {
            let kernel = ScriptedKernel::new("net", stage, COST);
            vec![Box::new(match bytes {
                Some(bytes) => kernel.with_weight_bytes(bytes),
                None => kernel,
            })]
        });
        let (mut outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
        assert_eq!((outcome.fault, outcome.interrupted), (None, false));
        outcome.observations.remove(0)
    };
    let told = seen(Some(19_904));
    assert_eq!((told.weight_bytes, told.unobservable.len()), (Some(19_904), 0));
    let silent = seen(None);
    assert_eq!((silent.weight_bytes, silent.unobservable), (None, [Metric::ModelSize].into()));
}

#[test]
fn the_temperature_of_each_start_is_booked_and_a_machine_without_a_sensor_cannot_tell() {
    let start = || vec![measure("main", 2), Step::Temperature { workload: workload_id("main") }];
    let job = job(vec![("main", kernel("a"))], vec![start(), start()]);
    let seen = |bench: TestBench| {
        let (mut outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
        assert_eq!((outcome.fault, outcome.interrupted), (None, false));
        outcome.observations.remove(0)
    };
    let told = seen(bench_with(&Diary::default()).with_temperature(61_500));
    let readings: Vec<(u32, &str, f64)> =
        told.temperatures.iter().map(|seen| (seen.start, seen.sensor.as_str(), seen.celsius)).collect();
    assert_eq!(readings, [(0, "test", 61.5), (1, "test", 61.5)]);
    let silent = seen(bench_with(&Diary::default()));
    assert_eq!((silent.temperatures.len(), silent.unobservable), (0, [Metric::Temperature].into()));
}

#[test]
fn a_profile_is_booked_as_it_is_told_and_an_impossible_one_is_a_fault_of_the_rig() {
    let job = job(vec![("main", kernel("net"))], vec![vec![Step::Profile { workload: workload_id("main") }]]);
    let drive_with = |shares: &'static [(&'static str, u32, u32, u32)]| {
        let bench =
            TestBench::new(move |stage| vec![Box::new(ScriptedKernel::new("net", stage, COST).with_shares(shares))]);
        drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {}).0
    };
    let told = drive_with(&[("matmul", 0, 5, 9), ("other", 0, 4, 9), ("matmul", 1, 0, 0)]);
    assert_eq!(told.fault, None);
    let shares: Vec<(&str, u32, u32, u32)> = told.observations[0]
        .shares
        .iter()
        .map(|share| (share.part.as_str(), share.group, share.samples, share.of))
        .collect();
    assert_eq!(shares, [("matmul", 0, 5, 9), ("other", 0, 4, 9), ("matmul", 1, 0, 0)]);
    assert_eq!(drive_with(&[]).observations[0].unobservable, [Metric::Share].into());
    assert!(drive_with(&[("matmul", 0, 10, 9)]).fault.is_some(), "ten samples of nine");
}

#[test]
fn throughput_counts_what_is_finished_in_each_slice() {
    let bench = bench_with(&Diary::default());
    let slice = Duration::from_millis(30);
    let step = Step::Throughput { workload: workload_id("main"), workers: 1, slices: 40, slice };
    let job = job(vec![("main", kernel("a"))], vec![vec![step]]);
    let (outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
    let slices = &outcome.observations[0].slices;
    assert_eq!(slices.iter().map(|slice| slice.index).collect::<Vec<_>>(), (0..40).collect::<Vec<_>>());
    // One iteration is 300 us and one reading of the clock, 10 ns: 99 or 100 of them end in 30 ms.
    assert!(slices.iter().all(|slice| (99..=100).contains(&slice.finished)), "{slices:?}");
    // No iteration is lost between two slices: one at most is cut by each end of the whole.
    let finished: u64 = slices.iter().map(|slice| slice.finished).sum();
    let fitting = 1_200_000_000 / 300_010;
    assert!((fitting..=fitting + 1).contains(&finished), "{finished}");
}

#[test]
fn the_budget_ends_a_job_and_keeps_what_there_is() {
    let bench = bench_with(&Diary::default());
    let start = vec![verify("a"), measure("a", 5_000), measure("b", 1)];
    let mut job = job(vec![("a", kernel("a")), ("b", kernel("b"))], vec![start]);
    job.budget = Duration::from_secs(1);
    let (outcome, events) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {});
    let [a, b] = outcome.observations.as_slice() else { panic!("two workloads") };
    assert!((2_000..5_000).contains(&a.iterations.len()), "{}", a.iterations.len());
    assert_eq!((a.cut, b.cut), (Some(Cut::Budget), Some(Cut::Budget)));
    assert!(b.iterations.is_empty());
    assert_eq!((outcome.fault, outcome.interrupted), (None, false));
    assert!(events.contains(&Event::BudgetSpent));
}

/// A computer on which everything takes five times as long as on the board that it emulates.
struct Slow<'c>(&'c VirtualClock);

impl HostClock for Slow<'_> {
    fn now(&self) -> Duration {
        self.0.now() * 5
    }
}

#[test]
fn a_slow_computer_does_not_cut_what_an_emulated_board_measures() {
    for (evidence, cut) in [(Evidence::Emulated, None), (Evidence::Hardware, Some(Cut::Budget))] {
        let bench = bench_with(&Diary::default());
        let mut job = job(vec![("a", kernel("a"))], vec![vec![verify("a"), measure("a", 2_000)]]);
        (job.budget, job.evidence) = (Duration::from_secs(1), evidence);
        let (outcome, _) = drive(&job, &bench, &Slow(bench.clock()), &no_inputs(), &mut |_, _| {});
        let [a] = outcome.observations.as_slice() else { panic!("one workload") };
        assert_eq!((a.cut, a.failure.clone(), outcome.fault), (cut, None, None), "{evidence}");
        assert_eq!(a.iterations.len() == 2_000, cut.is_none(), "{evidence}: {}", a.iterations.len());
    }
}

#[test]
fn an_interruption_keeps_what_was_measured() {
    let bench = bench_with(&Diary::default());
    let job = job(vec![("main", kernel("a"))], vec![vec![measure("main", 5_000)]]);
    let (outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |event, cancel| {
        if matches!(event, Event::Progress { done, .. } if *done > 1_000) {
            cancel.store(true, Ordering::Relaxed);
        }
    });
    assert!(outcome.interrupted);
    assert_eq!(outcome.fault, None);
    let count = outcome.observations[0].iterations.len();
    assert!((1_000..5_000).contains(&count), "{count}");
    assert_eq!((outcome.observations[0].failure.clone(), outcome.observations[0].cut), (None, Some(Cut::User)));
}

#[test]
fn a_workload_whose_steps_were_all_done_is_not_cut_with_the_others() {
    let bench = bench_with(&Diary::default());
    let start = vec![measure("a", 300), measure("b", 300)];
    let job = job(vec![("a", kernel("a")), ("b", kernel("b"))], vec![start]);
    let (outcome, _) = drive(&job, &bench, bench.clock(), &no_inputs(), &mut |event, cancel| {
        // The request that b begins with is on its way when the wish to stop is heard.
        if matches!(event, Event::StepBegan { workload, .. } if workload.as_str() == "b") {
            cancel.store(true, Ordering::Relaxed);
        }
    });
    let [a, b] = outcome.observations.as_slice() else { panic!("two workloads") };
    assert_eq!((a.cut, a.iterations.len(), a.failure.clone()), (None, 300, None));
    assert_eq!((b.cut, b.iterations.len(), b.failure.clone()), (Some(Cut::User), 0, None));
    assert_eq!((outcome.fault, outcome.interrupted), (None, true));
}

#[test]
fn cases_seen_before_the_end_of_a_table_are_kept() {
    /// The caller loses patience half a second into the job: here that is when nothing comes any more.
    struct Impatient<'a>(&'a VirtualClock, &'a AtomicBool);
    impl HostClock for Impatient<'_> {
        fn now(&self) -> Duration {
            self.1.fetch_or(self.0.now() > Duration::from_millis(500), Ordering::Relaxed);
            self.0.now()
        }
    }
    let bench = TestBench::new(|stage| {
        let kernel = ScriptedKernel::new("table", stage, COST).with_cases(&[None, Some("no"), None]);
        vec![Box::new(kernel.on_case(|case, stage| {
            if case == 2 {
                stage.hang();
            }
        }))]
    });
    let conform = Step::Conform { workload: workload_id("main"), table: TableName::new("cases").unwrap() };
    let job = job(vec![("main", kernel("table"))], vec![vec![conform]]);
    let cancel = AtomicBool::new(false);
    let control = Control { cancel: &cancel, clock: &Impatient(bench.clock(), &cancel) };
    let outcome = run_job(&job, &bench, &no_inputs(), &control, &mut look_once, &mut |_| {});
    let observed = &outcome.observations[0];
    let broken: Vec<Option<&str>> = observed.cases.iter().map(|case| case.broken.as_deref()).collect();
    assert_eq!((broken.as_slice(), observed.cut), ([None, Some("no")].as_slice(), Some(Cut::User)));
    assert_eq!((observed.failure.clone(), outcome.interrupted), (None, true));
}

#[test]
fn memory_that_the_machine_cannot_tell_is_noted_as_such() {
    let job = job(vec![("main", kernel("a"))], vec![vec![Step::Memory { workload: workload_id("main") }]]);
    let seen = |memory| {
        let bench = bench_with(&Diary::default()).with_memory(memory);
        drive(&job, &bench, bench.clock(), &no_inputs(), &mut |_, _| {}).0.observations.remove(0)
    };
    let blind = seen(None);
    assert_eq!((blind.peaks.len(), blind.unobservable), (0, [Metric::Memory].into()));
    for upper_bound_only in [false, true] {
        let told = seen(Some(MemoryUse { total: 7, agent: 5, upper_bound_only }));
        let peaks: Vec<(u64, bool)> = told.peaks.iter().map(|peak| (peak.total, peak.upper_bound_only)).collect();
        assert_eq!(peaks, [(7, upper_bound_only)]);
        assert!(told.unobservable.is_empty());
    }
}
