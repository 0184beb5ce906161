//! Duty cycles over the real agent: what is asked, what is booked, and whose fault it is when it cannot be.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::time::Duration;

use hil_bench::job::JobOutcome;
use hil_model::metric::Metric;
use hil_model::plan::{Job, Step};
use hil_model::power::Metering;
use hil_model::sample::Failure;
use hil_model::scenario::{DutyCycle, Workload};
use hil_model::units::AnyQuantity;
use hil_testkit::device::TestBench;
use hil_testkit::jobs::{TestInputs, drive, job, kernel, workload_id};
use hil_testkit::kernel::{Diary, Entry, ScriptedKernel};
use hil_testkit::power::TestPower;
use hil_wire::message::Period;

const PERIOD: Duration = Duration::from_millis(20);

fn step(sleep: &str, periods: u32) -> Step {
    Step::DutyCycle { workload: workload_id("main"), sleep: sleep.to_owned(), period: PERIOD, periods }
}

fn cycled() -> Workload {
    let period = AnyQuantity::parse("20 ms").unwrap().typed().unwrap();
    Workload { duty_cycle: Some(DutyCycle { period, sleep: "stop".to_owned() }), ..kernel("a") }
}

/// A kernel that takes 5 ms.
fn bench(power: Option<TestPower>, diary: &Diary) -> TestBench {
    let diary = diary.clone();
    let bench = TestBench::new(move |stage| {
        vec![Box::new(ScriptedKernel::new("a", stage, Duration::from_millis(5)).with_diary(&diary))]
    });
    match power {
        Some(power) => bench.with_power(power),
        None => bench,
    }
}

fn outcome_of(job: &Job, bench: &TestBench) -> JobOutcome {
    drive(job, bench, bench.clock(), &TestInputs::default(), &mut |_, _| {}).0
}

fn metering(outcome: &JobOutcome) -> &Metering {
    assert_eq!((&outcome.fault, outcome.interrupted), (&None, false));
    outcome.observations[0].metering.as_ref().unwrap()
}

#[test]
fn codes_and_periods_are_booked_with_what_is_needed_to_convert_them() {
    let diary = Diary::default();
    let bench = bench(Some(TestPower::new(1000, 100)), &diary);
    let job = job(vec![("main", cycled())], vec![vec![step("stop", 3), step("sleep", 2)], vec![step("stop", 1)]]);
    let outcome = outcome_of(&job, &bench);
    let seen = metering(&outcome);
    assert_eq!((seen.sleep.as_str(), seen.period_ticks), ("stop", 20_000_000));
    assert_eq!(seen.stated.as_ref().map(|stated| stated.amperes), Some(0.45e-3));
    assert_eq!((seen.shunt.ohms, seen.shunt.gain), (0.5, 50.0));
    let converters: Vec<(u32, u8, &str)> =
        seen.converters.iter().map(|c| (c.start, c.bits, c.sleeps.as_str())).collect();
    assert_eq!(converters, [(0, 12, "sleep stop"), (1, 12, "sleep stop")]);
    let periods: Vec<(u32, u32, &str, bool)> =
        seen.periods.iter().map(|p| (p.start, p.index, p.sleep.as_str(), p.sleep_seen)).collect();
    let stop = |start, index| (start, index, "stop", false);
    assert_eq!(periods, [stop(0, 0), stop(0, 1), stop(0, 2), (0, 3, "sleep", true), (0, 4, "sleep", true), stop(1, 0)]);
    for period in &seen.periods {
        assert_eq!((period.slept - period.began, period.ended - period.began), (5_000_000, 20_000_000));
        assert_eq!(period.awake_codes, 500);
        let asleep = if period.sleep_seen { vec![100; 1500] } else { Vec::new() };
        assert!(period.codes == [vec![1000; 500], asleep].concat(), "codes of period {}", period.index);
    }
    // The known answer comes before the periods of each start, and after them.
    let checks = diary.entries().iter().filter(|entry| **entry == Entry::Verified).count();
    assert_eq!(checks, 4);
}

#[test]
fn a_machine_without_a_converter_or_a_bench_without_a_meter_cannot_observe_power() {
    let metrics = [Metric::Power, Metric::Energy, Metric::BatteryLife].into();
    let job = job(vec![("main", cycled())], vec![vec![step("stop", 3)]]);
    let outcome = outcome_of(&job, &bench(None, &Diary::default()));
    assert_eq!((outcome.fault, &outcome.observations[0].unobservable), (None, &metrics));
    assert_eq!(outcome.observations[0].metering, None);
}

#[test]
fn a_sleep_mode_that_the_machine_does_not_have_is_not_asked_for() {
    let diary = Diary::default();
    let job = job(vec![("main", cycled())], vec![vec![step("hibernate", 3)]]);
    let outcome = outcome_of(&job, &bench(Some(TestPower::new(1000, 100)), &diary));
    assert!(metering(&outcome).periods.is_empty());
    assert!(!diary.entries().contains(&Entry::Ran));
}

#[test]
fn periods_that_cannot_be_are_a_fault_of_the_rig() {
    let spoils: [fn(Period) -> Period; 4] = [
        |period| Period { slept: period.began - 1, ..period },
        |period| Period { ended: period.slept - 1, ..period },
        |period| Period { began: period.ended, slept: period.ended, ..period },
        |period| Period { awake_codes: 501, ..period },
    ];
    for spoil in spoils {
        let mut power = TestPower::new(1000, 100);
        power.spoil = spoil;
        let job = job(vec![("main", cycled())], vec![vec![step("stop", 1)]]);
        let fault = outcome_of(&job, &bench(Some(power), &Diary::default())).fault.unwrap();
        assert_eq!(fault.phase, "duty cycle");
        assert!(fault.message.contains("which cannot be"), "{}", fault.message);
    }
}

#[test]
fn long_periods_are_waited_for_and_code_that_hangs_is_not() {
    let hour = Duration::from_secs(3600);
    let long = Step::DutyCycle { workload: workload_id("main"), sleep: "stop".to_owned(), period: hour, periods: 1 };
    let mut patient = job(vec![("main", cycled())], vec![vec![long]]);
    patient.budget = 2 * hour;
    let outcome = outcome_of(&patient, &bench(Some(TestPower::new(1000, 100)), &Diary::default()));
    assert_eq!(metering(&outcome).periods.len(), 1);

    let stuck = TestBench::new(|stage| {
        let kernel = ScriptedKernel::new("a", stage, Duration::from_millis(5));
        vec![Box::new(kernel.on_run(|run, stage| {
            if run == 2 {
                stage.hang()
            }
        }))]
    })
    .with_power(TestPower::new(1000, 100));
    let outcome = outcome_of(&job(vec![("main", cycled())], vec![vec![step("stop", 3)]]), &stuck);
    let observed = &outcome.observations[0];
    let Some(Failure::TimedOut { .. }) = observed.failure else { panic!("{:?}", observed.failure) };
    assert_eq!(observed.metering.as_ref().unwrap().periods.len(), 1, "what came before is kept");
}

#[test]
fn the_budget_ends_a_duty_cycle_and_keeps_what_there_is() {
    let mut job = job(vec![("main", cycled())], vec![vec![step("stop", 1000)]]);
    job.budget = Duration::from_secs(5);
    let bench = bench(Some(TestPower::new(1000, 100)), &Diary::default());
    let outcome = outcome_of(&job, &bench);
    let periods = metering(&outcome).periods.len();
    assert!((200..=300).contains(&periods), "{periods} of 250 that fit");
    assert!(outcome.observations[0].cut.is_some());
}
