//! The sample runs of formats 1.0 to 2.0, as values. The files in `fixtures/store/v1` to `v2.0` hold exactly this and are
//! frozen with it.

use std::time::Duration;

use hil_model::estimate::Method;
use hil_model::id::{PlatformId, RunId, ScenarioId, TableName, TargetId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::power::{CameUp, Converter, Metering, Period, Shunt, StatedCurrent};
use hil_model::run::{
    Alarm, AlertResult, CheckResult, DataUsed, Environment, Figure, FormatVersion, Noise, RigFault, Run,
};
use hil_model::sample::{
    Answer, Case, Count, Counter, Cut, Deviation, Failure, Heap, Instructions, Iteration, Observations, OwnCost, Peak,
    Share, Slice, Temperature,
};
use hil_model::scenario::{Battery, Place, Severity};
use hil_model::units::{JOULE, Quantity, Unit};
use hil_model::verdict::Outcome;

type AnyError = Box<dyn std::error::Error>;

/// The whole run.
pub fn run() -> Result<Run, AnyError> {
    Ok(Run {
        format: FormatVersion { major: 1, minor: 0 },
        id: RunId::new("20260102t030405z-5eed")?,
        started: "2026-01-02T03:04:05.678Z".to_owned(),
        seconds: 12.3,
        seed: u64::MAX - 1,
        interrupted: false,
        quick: true,
        fault: None,
        environment: Environment {
            hil: "0.1.0".to_owned(),
            os: "Linux 6.1".to_owned(),
            arch: "x86_64".to_owned(),
            cpu: "Sample CPU µ".to_owned(),
            cores: 2,
            memory_bytes: 8_589_934_592,
            rustc: "1.95.0".to_owned(),
            clocks: vec!["desktop-cpu: monotonic, 1 GHz".to_owned()],
            builds: Vec::new(),
        },
        noise: Noise {
            load: Some(0.25),
            governor: Some("performance".to_owned()),
            steal: None,
            busy: Some(0.1 + 0.2),
            warnings: vec!["the governor changed; set it before the run".to_owned()],
        },
        checks: checks()?,
        alerts: vec![AlertResult {
            target: None,
            scenario: ScenarioId::new("lan-desktop-keyword")?,
            workload: WorkloadId::main(),
            metric: Metric::Latency,
            statistic: Some(Statistic::Percentile(950)),
            when: "> 10 ms".to_owned(),
            severity: Severity::Critical,
            alarm: Alarm::Quiet,
            drift: false,
            reason: None,
            estimate: None,
            unit: unit("ms")?,
            evidence: None,
            samples: 0,
            place: Some(Place { file: "scenarios/lan-desktop-keyword.toml".to_owned(), line: 30 }),
        }],
        errors: vec![RigFault {
            scenario: ScenarioId::new("lan-stm32f4-keyword")?,
            platform: PlatformId::new("stm32f4")?,
            phase: "open".to_owned(),
            message: "no probe; attach one".to_owned(),
        }],
        side_by_side: Vec::new(),
        data: vec![DataUsed {
            name: "keywords-test".to_owned(),
            items: 2,
            sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
            licence: "CC-BY-4.0".to_owned(),
            attribution: "Zoë and others, keyword recordings".to_owned(),
        }],
    })
}

fn unit(symbol: &str) -> Result<Unit, AnyError> {
    Unit::find(symbol).ok_or_else(|| format!("no unit {symbol}").into())
}

fn checks() -> Result<Vec<CheckResult>, AnyError> {
    let plain = CheckResult {
        target: Some(TargetId::new("LAN-16")?),
        scenario: ScenarioId::new("lan-desktop-keyword")?,
        title: "Keyword spotting on a desktop".to_owned(),
        platform: PlatformId::new("desktop-cpu")?,
        workload: WorkloadId::main(),
        versus: None,
        part: None,
        metric: Metric::Latency,
        statistic: Statistic::Percentile(950),
        estimate: Some(Figure {
            value: 1.8,
            lower: Some(1.700_000_000_000_000_2),
            upper: Some(2.0),
            confidence: 0.95,
            effective_samples: 3.5,
            method: Method::OrderStatistics,
            remark: Some("few samples".to_owned()),
        }),
        unit: unit("ms")?,
        limit: Some("< 5 ms".to_owned()),
        acceptable: None,
        verdict: Outcome::Pass,
        reason: None,
        reason_code: None,
        smallest_seen: None,
        evidence: Some(Evidence::Host),
        samples: 4,
        note: None,
        place: Place { file: "scenarios/lan/desktop.toml".to_owned(), line: 12 },
    };
    let not_run = CheckResult {
        target: Some(TargetId::new("LAN-01")?),
        scenario: ScenarioId::new("lan-stm32f4-keyword")?,
        title: "Keyword spotting on STM32F4".to_owned(),
        platform: PlatformId::new("stm32f4")?,
        estimate: None,
        acceptable: Some("< 20 ms".to_owned()),
        verdict: Outcome::NotRun,
        reason: Some("needs a bench of platform stm32f4; none is attached".to_owned()),
        reason_code: Some("no-bench".to_owned()),
        evidence: None,
        samples: 0,
        ..plain.clone()
    };
    let ratio = CheckResult {
        target: None,
        versus: Some(WorkloadId::new("scalar")?),
        metric: Metric::Throughput,
        statistic: Statistic::Ratio,
        estimate: Some(Figure {
            value: 2.1,
            lower: None,
            upper: None,
            confidence: 0.95,
            effective_samples: 2.0,
            method: Method::PairedLogRatio,
            remark: None,
        }),
        unit: unit("x")?,
        limit: Some(">= 2 x".to_owned()),
        verdict: Outcome::Inconclusive,
        reason: Some("the interval straddles the limit; raise min_samples to narrow it".to_owned()),
        reason_code: Some("straddles".to_owned()),
        samples: 2,
        note: Some("wider vectors".to_owned()),
        ..plain.clone()
    };
    Ok(vec![plain, not_run, ratio])
}

/// What was observed, as far as format 2.0 can tell it: every table has rows.
pub fn observations() -> Result<Vec<Observations>, AnyError> {
    let mut observations = observations_1_3()?;
    if let Some(metering) = observations.iter_mut().find_map(|seen| seen.metering.as_mut()) {
        metering.periods.push(Period { codes: Vec::new(), awake_codes: 0, ..period(3, 1, "stop") });
        metering.periods.push(Period { codes: vec![1240; 3], ..period(3, 2, "sleep") });
    }
    if let [main, scalar, ..] = observations.as_mut_slice() {
        let instructions = |number, timed_with: &str| Instructions {
            number,
            counter: "callgrind-3.19.0".to_owned(),
            counted_with: "avx2".to_owned(),
            timed_with: timed_with.to_owned(),
        };
        main.heaps = vec![Heap { start: 0, bytes: 6_156_524 }, Heap { start: 1, bytes: u64::MAX }];
        scalar.heaps = vec![Heap { start: 7, bytes: 0 }];
        main.counts = vec![
            Count { start: 0, outcome: Ok(instructions(u64::MAX, "avx512")) },
            Count { start: 1, outcome: Ok(instructions(0, "µ")) },
        ];
        scalar.counts = vec![Count { start: 7, outcome: Err("crashed: größer".to_owned()) }];
    }
    Ok(observations)
}

/// What was observed, as far as format 1.3 can tell it: every table has rows.
pub fn observations_1_3() -> Result<Vec<Observations>, AnyError> {
    let mut observations = observations_1_2()?;
    if let [main, scalar, ..] = observations.as_mut_slice() {
        main.weight_bytes = Some(19_904);
        let share = |part: &str, group, samples| Share { part: part.to_owned(), group, samples, of: 97 };
        main.shares = vec![share("matmul", 0, 52), share("Größe", 7, 0)];
        if let Some(period) = main.metering.iter_mut().flat_map(|metering| &mut metering.periods).next() {
            period.came_up = Some(CameUp { crystal_ns: 2_000_125, pll_ns: 0 });
        }
        scalar.weight_bytes = Some(0);
        let temperature = |start, celsius| Temperature { start, sensor: "coretemp µ".to_owned(), celsius };
        main.temperatures = vec![temperature(0, 0.1 + 0.2), temperature(1, -40.0)];
    }
    Ok(observations)
}

/// What was observed, as far as format 1.2 can tell it.
pub fn observations_1_2() -> Result<Vec<Observations>, AnyError> {
    let mut observations = observations_1_1()?;
    if let [main, scalar, ..] = observations.as_mut_slice() {
        let bare = metering();
        main.metering = Some(Metering {
            converters: vec![converter(0), Converter { supply_uv: 2_998_877, ..converter(3) }],
            stated: Some(StatedCurrent {
                sleep: "stop".to_owned(),
                amperes: 0.1 + 0.2,
                source: "DS8626 table 23: stop, 25 °C".to_owned(),
            }),
            battery: Some(Battery { capacity: Quantity::new(345.6, JOULE), why: "eine Zelle".to_owned() }),
            periods: vec![period(0, 0, "stop"), period(0, 1, "sleep"), period(3, 0, "stop")],
            ..bare.clone()
        });
        let unverified = Some("every figure".to_owned());
        scalar.metering = Some(Metering { shunt: Shunt { unverified, ..bare.shunt.clone() }, ..bare });
    }
    Ok(observations)
}

fn converter(start: u32) -> Converter {
    Converter {
        start,
        name: "adc1".to_owned(),
        bits: 12,
        full_scale_uv: 3_300_000,
        full_scale_ppm: 10_000,
        offset_uv: 4_030,
        supply_uv: 3_300_000,
        supply_ppm: 10_000,
        sample_ticks: 840,
        sleeps: "sleep stop".to_owned(),
    }
}

fn metering() -> Metering {
    Metering {
        shunt: Shunt {
            ohms: 0.5,
            tolerance: 0.001,
            amplifier: "INA240A2".to_owned(),
            gain: 50.0,
            gain_error_max: 0.002,
            offset_max_volts: 25e-6,
            bandwidth_hz: 400_000.0,
            high_volts: 3.2,
            source: "TI SBOS662".to_owned(),
            unverified: None,
        },
        converters: vec![converter(0)],
        sleep: "stop".to_owned(),
        period_ticks: 3_360_000,
        stated: None,
        battery: None,
        periods: Vec::new(),
    }
}

fn period(start: u32, index: u32, sleep: &str) -> Period {
    let sleep_seen = sleep == "sleep";
    Period {
        start,
        index,
        sleep: sleep.to_owned(),
        codes: if index == 1 { vec![1241, 1242, 0, 65_535] } else { vec![1240, 1243] },
        began: 1_000_000,
        first_code: 1_000_840,
        slept: 1_001_680,
        ended: 4_360_000,
        awake_codes: 2,
        sleep_seen,
        lost: start,
        came_up: None,
    }
}

/// What was observed, as far as format 1.1 can tell it.
pub fn observations_1_1() -> Result<Vec<Observations>, AnyError> {
    let mut observations = observations_1_0()?;
    if let [main, scalar, ..] = observations.as_mut_slice() {
        let deviation = |name: &str, error| Deviation { name: name.to_owned(), error };
        main.deviations = vec![deviation("gelu, 7 values", 0.1 + 0.2), deviation("Größe 0", 0.0)];
        scalar.deviations = vec![deviation("NaN on one side", f64::INFINITY)];
    }
    Ok(observations)
}

/// What was observed, as far as format 1.0 can tell it: every table of it has rows, every kind of failure occurs.
pub fn observations_1_0() -> Result<Vec<Observations>, AnyError> {
    let scenario = ScenarioId::new("lan-desktop-keyword")?;
    let named = |workload: &str| -> Result<Observations, AnyError> {
        let clock = Counter { name: "monotonic".to_owned(), hz: 1e9 };
        Ok(Observations::new(scenario.clone(), WorkloadId::new(workload)?, Evidence::Host, clock))
    };
    let mut main = named("main")?;
    main.own_costs = vec![
        OwnCost { start: 0, ticks: 25, cpu_ns: Some(180), cycles: Some(60) },
        OwnCost { start: 1, ticks: 26, cpu_ns: None, cycles: None },
    ];
    main.iterations = (0..4)
        .map(|index| Iteration {
            start: index / 2,
            block: 0,
            slot: 0,
            index: index % 2,
            warmup: index % 2 == 0,
            ticks: 1_800_000 + u64::from(index),
            cpu_ns: (index < 2).then_some(1_790_000),
            cycles: (index < 2).then_some(5_400_000),
        })
        .collect();
    main.slices = vec![Slice { start: 0, index: 0, workers: 2, finished: 55, seconds: 0.1 }];
    main.peaks = vec![
        Peak { start: 0, total: 5_000_000, agent: 4_200_000, upper_bound_only: false },
        Peak { start: 1, total: 4_200_000, agent: 4_200_000, upper_bound_only: true },
    ];
    main.answers = vec![
        Answer { item: "ja/Straße 1.wav".to_owned(), group: "Zoë".to_owned(), expected: 1, predicted: 1 },
        Answer { item: "no/日本.wav".to_owned(), group: String::new(), expected: 0, predicted: 1 },
    ];
    main.answers_planned = 3;
    main.cases = vec![
        Case { table: TableName::new("edges")?, name: "empty input".to_owned(), broken: None },
        Case {
            table: TableName::new("lengths")?,
            name: "long input".to_owned(),
            broken: Some("left 3, right 4".to_owned()),
        },
    ];
    main.cut = Some(Cut::User);

    let mut scalar = named("scalar")?;
    scalar.iterations = vec![Iteration {
        start: 0,
        block: 7,
        slot: 255,
        index: 0,
        warmup: false,
        ticks: 1 << 63,
        cpu_ns: Some(u64::MAX),
        cycles: None,
    }];
    scalar.failure = Some(Failure::TimedOut { after: Duration::from_nanos(1_500_000_001) });
    scalar.cut = Some(Cut::Budget);
    scalar.unobservable = [Metric::CpuTime, Metric::Memory].into();

    let mut crashed = named("crashed")?;
    crashed.failure = Some(Failure::Crashed { detail: "panicked at src/a.rs:3: index 4\nof 4".to_owned() });
    let mut wrong = named("wrong")?;
    wrong.failure = Some(Failure::WrongResult { detail: "element 0: 1.5, not 2".to_owned() });
    let mut stuck = named("stuck")?;
    stuck.failure = Some(Failure::ClockStuck { counter: "cyccnt".to_owned() });
    Ok(vec![main, scalar, crashed, wrong, stuck])
}
