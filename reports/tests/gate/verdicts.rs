//! The verdicts that every renderer of a gate is shown with: a pass, one of everything, declared limits only, and a gate
//! that could not judge anything.

use std::collections::BTreeMap;

use hil_model::comparison::{Change, ChangeReason};
use hil_model::estimate::Method;
use hil_model::gate::{
    Acknowledged, ControlPair, Decision, FORMAT, GateRow, GateVerdict, Mode, OnInconclusive, Policy, Side,
};
use hil_model::id::{PlatformId, RunId, ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::run::Figure;
use hil_model::scenario::Place;
use hil_model::units::Unit;

use crate::samples;

/// Text that tries to break out of every format.
pub const HOSTILE: &str = "<script>alert('x')</script> | `a` ![i](https://e.invalid/i) @all #1\r\n::error::x, 50 %: \
                           </bdi>]]> \u{1b}[2J\u{202e}";

/// A verdict with its name.
pub struct Sample {
    pub name: &'static str,
    pub verdict: GateVerdict,
}

/// All four.
pub fn all() -> [Sample; 4] {
    [pass(), mixed(), limits(), invalid()]
}

/// Everything is proved, one regression is acknowledged, and the machine was quiet.
pub fn pass() -> Sample {
    let mut verdict = bare("2026-04-02t08-15-00-1a2b", Decision::Pass, "24 of 24 gating rows are proved not worse");
    let keyword = |metric, statistic| row("lan-desktop-keyword", "desktop-cpu", metric, statistic);
    verdict.rows = vec![
        keyword(Metric::Latency, "p95")
            .sides("ms", 1.83, 1.829)
            .ratio(0.9995, 0.9968, 1.0031)
            .proved(Change::Unchanged),
        keyword(Metric::Latency, "median").sides("ms", 1.52, 1.41).ratio(0.928, 0.924, 0.933).proved(Change::Improved),
        keyword(Metric::CpuTime, "median")
            .sides("ms", 1.5, 1.58)
            .ratio(1.053, 1.049, 1.057)
            .proved(Change::Regressed)
            .acknowledged(false),
        keyword(Metric::Memory, "max").sides("KB", 71.4, 71.4).exact(1.0).proved(Change::Unchanged),
        row("lan-stm32f4-keyword", "stm32f4", Metric::Latency, "p95")
            .sides("ms", 11.904, 11.904)
            .exact(1.0)
            .proved(Change::Unchanged)
            .from(Evidence::Emulated),
    ]
    .into_iter()
    .map(|row| row.0)
    .collect();
    verdict.controls = vec![
        control("lan-desktop-keyword", Metric::Latency, (1.0002, 0.9983, 1.0019), true),
        control("lan-desktop-keyword", Metric::CpuTime, (0.9999, 0.9991, 1.0008), true),
    ];
    verdict.checks = samples::green().run.checks;
    Sample { name: "pass", verdict }
}

/// Every change and every reason to look twice: acknowledged, expired, vanished, new, a control pair that disagrees, a row
/// that does not gate, missing ends, figures that stand in, and text that tries to break out.
pub fn mixed() -> Sample {
    let summary = "fail - 2 of 9 gating rows regressed, 2 inconclusive, 3 invalid";
    let mut verdict = bare("2026-04-02t09-30-00-3c4d", Decision::Fail, summary);
    let host = |metric, statistic| row("edge-desktop-mixed", "desktop-cpu", metric, statistic);
    let board = |metric, statistic| row("lan-stm32f4-keyword", "stm32f4", metric, statistic);
    verdict.rows = vec![
        host(Metric::Latency, "median")
            .sides("ms", 1.52, 1.521)
            .ratio(1.0004, 0.9971, 1.0036)
            .proved(Change::Unchanged),
        host(Metric::Latency, "p95").sides("ms", 7.81, 8.222).ratio(1.0525, 1.0491, 1.0564).proved(Change::Regressed),
        host(Metric::Throughput, "mean")
            .sides("/s", 1_482.0, 1_561.0)
            .ratio(1.0533, 1.0484, 1.0579)
            .proved(Change::Improved),
        host(Metric::Throughput, "median")
            .sides("/s", 1_490.0, 1_430.0)
            .ratio(0.96, 0.95, 0.969)
            .proved(Change::Regressed)
            .acknowledged(true),
        host(Metric::CpuTime, "median")
            .sides("ms", 0.412, 0.44)
            .ratio(1.068, 1.05, 1.087)
            .proved(Change::Regressed)
            .acknowledged(false),
        host(Metric::CpuTime, "mean")
            .sides("ms", 0.42, 0.425)
            .ratio(1.012, 0.996, 1.0281)
            .open(Change::Inconclusive, &ChangeReason::Straddles),
        host(Metric::Latency, "p99")
            .sides("ms", 11.2, 11.9)
            .ratio(1.062, 1.003, f64::NAN)
            .open(Change::Invalid, &ChangeReason::TooFewPairs { have: 3, need: 12 })
            .pairs(3, 1),
        host(Metric::Energy, "mean")
            .sides("mJ", 3.1, f64::NAN)
            .open(Change::Invalid, &ChangeReason::NoFigure { side: "candidate", why: format!("crashed: {HOSTILE}") })
            .hostile(),
        board(Metric::Latency, "p95")
            .sides("ms", 11.904, 11.909)
            .exact(1.000_42)
            .proved(Change::Regressed)
            .from(Evidence::Emulated)
            .informational(),
        board(Metric::Memory, "max")
            .open(Change::Inconclusive, &ChangeReason::New)
            .sides("KB", f64::NAN, 71.4)
            .from(Evidence::Emulated),
        row("lan-nrf52-keyword", "nrf52840", Metric::Latency, "p95")
            .sides("ms", 14.2, f64::NAN)
            .open(Change::Invalid, &ChangeReason::Vanished)
            .from(Evidence::Emulated)
            .nowhere(),
        row("vis-gpu-shader", "gpu", Metric::Latency, "p95")
            .sides("ms", 16.1, 16.0)
            .ratio(0.994, 0.98, 1.006)
            .open(Change::Invalid, &ChangeReason::ControlDisagrees { ratio: 1.021 })
            .from(Evidence::SoftwareGpu),
    ]
    .into_iter()
    .map(|row| row.0)
    .collect();
    verdict.controls = vec![
        control("edge-desktop-mixed", Metric::Latency, (1.0002, 0.9971, 1.0033), true),
        control("vis-gpu-shader", Metric::Latency, (1.021, 1.012, 1.031), false),
    ];
    let run = samples::mixed().run;
    verdict.checks = run.checks;
    verdict.errors = run.errors;
    verdict.noise = run.noise;
    verdict.environment.builds = vec![format!("stm32f4: image 0f0f, {HOSTILE}")];
    verdict.candidate.name = format!("topic/{HOSTILE}");
    verdict.policy.on_inconclusive = OnInconclusive::Fail;
    Sample { name: "mixed", verdict }
}

/// No baseline: one declared limit is not decided.
pub fn limits() -> Sample {
    let mut verdict =
        bare("2026-04-02t10-00-00-5e6f", Decision::Inconclusive, "5 of 6 declared limits are met, 1 is not decided");
    verdict.mode = Mode::Limits;
    verdict.baseline = None;
    verdict.repeat = "hil gate --limits".to_owned();
    verdict.checks = samples::green().run.checks;
    verdict.checks[1].verdict = hil_model::verdict::Outcome::Inconclusive;
    verdict.checks[1].reason = Some("the interval straddles the limit".to_owned());
    verdict.checks[1].reason_code = Some("straddles".to_owned());
    Sample { name: "limits", verdict }
}

/// Two stored runs of which nothing could be compared; the user stopped it.
pub fn invalid() -> Sample {
    let mut verdict = bare("2026-04-02t11-00-00-7a8b", Decision::Invalid, "nothing could be judged");
    verdict.mode = Mode::Stored;
    verdict.interrupted = true;
    verdict.baseline =
        Some(Side { name: "nightly".to_owned(), commit: None, run: Some(id("2026-04-01t02-00-00-9c0d")) });
    verdict.seconds = 3_725.0;
    verdict.checks = samples::empty().run.checks;
    Sample { name: "invalid", verdict }
}

fn bare(name: &str, decision: Decision, summary: &str) -> GateVerdict {
    let run = samples::green().run;
    let commit = |digit: &str| Some(digit.repeat(40));
    GateVerdict {
        format: FORMAT,
        id: id(name),
        started: "2026-04-02T08:15:00Z".to_owned(),
        seconds: 312.4,
        seed: 42,
        interrupted: false,
        mode: Mode::Interleaved,
        baseline: Some(Side { name: "main".to_owned(), commit: commit("a"), run: None }),
        candidate: Side { name: "HEAD".to_owned(), commit: commit("b"), run: None },
        policy: Policy {
            margin: 0.01,
            margins: BTreeMap::from([(Metric::Memory, 0.005)]),
            level: 0.05,
            on_inconclusive: OnInconclusive::Warn,
        },
        decision,
        summary: summary.to_owned(),
        repeat: "hil gate HEAD --baseline main --seed 42".to_owned(),
        controls: Vec::new(),
        rows: Vec::new(),
        checks: Vec::new(),
        errors: Vec::new(),
        environment: run.environment,
        noise: run.noise,
    }
}

fn id(name: &str) -> RunId {
    RunId::new(name).unwrap()
}

fn figure(value: f64, lower: f64, upper: f64, method: Method) -> Option<Figure> {
    let end = |end: f64| (!end.is_nan()).then_some(end);
    let (lower, upper) = (end(lower), end(upper));
    (!value.is_nan()).then_some(Figure {
        value,
        lower,
        upper,
        confidence: 0.9,
        effective_samples: 120.0,
        method,
        remark: None,
    })
}

fn control(scenario: &str, metric: Metric, (value, lower, upper): (f64, f64, f64), agrees: bool) -> ControlPair {
    ControlPair {
        scenario: ScenarioId::new(scenario).unwrap(),
        workload: WorkloadId::main(),
        metric,
        ratio: figure(value, lower, upper, Method::PairedLogRatio),
        agrees,
        smallest_seen: Some((upper - lower) / 2.0 + f64::abs(value - 1.0)),
    }
}

/// A row under construction.
struct Row(GateRow);

fn row(scenario: &str, platform: &str, metric: Metric, statistic: &str) -> Row {
    Row(GateRow {
        scenario: ScenarioId::new(scenario).unwrap(),
        title: "Keyword spotting".to_owned(),
        platform: PlatformId::new(platform).unwrap(),
        workload: WorkloadId::main(),
        metric,
        statistic: Statistic::find(statistic).unwrap(),
        better: metric.better(),
        unit: Unit::find("ms").unwrap(),
        baseline: None,
        candidate: None,
        ratio: None,
        margin: 0.01,
        smallest_seen: None,
        pairs: 120,
        starts: 5,
        change: Change::Invalid,
        reason: None,
        reason_code: None,
        gating: true,
        acknowledged: None,
        evidence: Some(Evidence::Host),
        place: Some(Place { file: format!("scenarios/{scenario}.toml"), line: 12 }),
    })
}

impl Row {
    /// NaN stands for a missing figure.
    fn sides(mut self, unit: &str, baseline: f64, candidate: f64) -> Self {
        self.0.unit = Unit::find(unit).unwrap();
        let side = |value: f64| figure(value, value * 0.98, value * 1.03, Method::OrderStatistics);
        (self.0.baseline, self.0.candidate) = (side(baseline), side(candidate));
        self
    }

    /// NaN stands for a missing end.
    fn ratio(mut self, value: f64, lower: f64, upper: f64) -> Self {
        self.0.ratio = figure(value, lower, upper, Method::PairedLogRatio);
        self.0.smallest_seen = (!upper.is_nan()).then_some((upper - lower) / 2.0);
        self
    }

    fn exact(mut self, value: f64) -> Self {
        self.0.ratio = figure(value, value, value, Method::Counted);
        (self.0.margin, self.0.smallest_seen) = (0.0, Some(0.0));
        (self.0.pairs, self.0.starts) = (2, 0);
        self
    }

    fn proved(mut self, change: Change) -> Self {
        self.0.change = change;
        self
    }

    fn open(mut self, change: Change, reason: &ChangeReason) -> Self {
        self.0.change = change;
        self.0.reason = Some(reason.to_string());
        self.0.reason_code = Some(reason.code().to_owned());
        self
    }

    fn pairs(mut self, pairs: u64, starts: u32) -> Self {
        (self.0.pairs, self.0.starts) = (pairs, starts);
        self
    }

    fn acknowledged(mut self, expired: bool) -> Self {
        let until = if expired { "2026-03-31" } else { "2026-06-30" }.to_owned();
        let reason = "the new codec costs time until it is vectorised".to_owned();
        self.0.acknowledged = Some(Acknowledged { reason, owner: "team-dsp".to_owned(), until, expired });
        self
    }

    fn informational(mut self) -> Self {
        self.0.gating = false;
        self
    }

    fn from(mut self, evidence: Evidence) -> Self {
        self.0.evidence = Some(evidence);
        self
    }

    fn nowhere(mut self) -> Self {
        self.0.place = None;
        self
    }

    /// Foreign text in every field that may hold any.
    fn hostile(mut self) -> Self {
        let text = || HOSTILE.to_owned();
        self.0.title = text();
        self.0.reason_code = Some(text());
        self.0.acknowledged = Some(Acknowledged { reason: text(), owner: text(), until: text(), expired: false });
        self.0.place = Some(Place { file: text(), line: 7 });
        self
    }
}
