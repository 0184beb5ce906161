//! The four runs that every renderer is shown with: all green, all green but quick, one of everything, nothing judged.

use hil_model::estimate::Method;
use hil_model::id::{PlatformId, RunId, ScenarioId, TargetId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::run::{
    Alarm, AlertResult, CheckResult, DataUsed, Environment, FORMAT, Figure, Noise, RigFault, Run, Shown,
};
use hil_model::scenario::{Place, Severity};
use hil_model::units::Unit;
use hil_model::verdict::Outcome;
use hil_report::distribution::Distribution;

/// A run with its name and the values behind it.
pub struct Sample {
    pub name: &'static str,
    pub run: Run,
    pub distributions: Vec<Distribution>,
}

/// All four.
pub fn all() -> [Sample; 4] {
    [green(), quick(), mixed(), empty()]
}

/// A quick run in which everything is proved, but with few samples and with an alert.
pub fn quick() -> Sample {
    let keyword = |check| in_scenario(check, "lan-desktop-keyword", "Keyword spotting on this computer", "desktop-cpu");
    let ode = |check| in_scenario(check, "ode-desktop-solvers", "ODE solvers on this computer", "desktop-cpu");
    let mut run = bare("2026-03-14t12-00-00-f7a8");
    run.seconds = 9.7;
    run.quick = true;
    run.checks = vec![
        keyword(
            check("LAN-16", Metric::Latency, "p95", "ms").limit("< 5 ms").figure(1.83, 1.6, 3.02).samples(160, 60.0),
        ),
        keyword(
            check("LAN-18", Metric::Memory, "max", "KB")
                .limit("< 256 KB")
                .figure(71.4, 71.4, 71.4)
                .samples(5, 5.0)
                .method(Method::LargestSeen)
                .remark(
                    "largest of 5 starts; a larger one is not excluded: rate below 45.1 % at 95 %; more starts bound \
                     it better, and only the code can prove that none is larger",
                ),
        ),
        ode(check("ODE-03", Metric::Latency, "ratio", "x")
            .limit(">= 2 x")
            .figure(3.41, 3.22, 3.64)
            .samples(60, 60.0)
            .method(Method::PairedLogRatio)
            .versus("rk4-simd", "rk4")),
        ode(check("", Metric::Latency, "median", "ms")
            .workload("rk4")
            .figure(4.1, 4.0, 4.2)
            .samples(100, 100.0)
            .verdict(Outcome::Reported, "", "")),
        ode(check("", Metric::Latency, "median", "us")
            .workload("rk4-simd")
            .figure(1_203.0, 1_180.0, 1_230.0)
            .samples(100, 100.0)
            .verdict(Outcome::Reported, "", "")),
        ode(check("ODE-05", Metric::Memory, "ratio", "%")
            .limit(">= 50 %")
            .figure(61.2, 58.1, 64.0)
            .samples(5, 5.0)
            .method(Method::PairedLogRatio)
            .versus("rk4-simd", "rk4")),
    ]
    .into_iter()
    .map(|check| check.0)
    .collect();
    run.side_by_side = vec![Shown {
        scenario: scenario("ode-desktop-solvers"),
        platform: PlatformId::new("desktop-cpu").unwrap(),
        title: "Plain code and <vector> instructions".to_owned(),
        baseline: WorkloadId::new("rk4").unwrap(),
        workloads: ["rk4-simd", "rk4-lost"].map(|id| WorkloadId::new(id).unwrap()).to_vec(),
    }];
    run.alerts = vec![
        alert("lan-desktop-keyword", "> 1 ms", Alarm::Raised, Severity::Warning, Some(1.83)),
        alert("lan-desktop-keyword", "> 50 ms", Alarm::Quiet, Severity::Critical, Some(1.83)),
    ];
    run.data = vec![DataUsed {
        name: "keywords-test".to_owned(),
        items: 720,
        sha256: "0f".repeat(32),
        licence: "CC-BY-4.0".to_owned(),
        attribution: "Example, Sample, Al Specimen: Building and Benchmarking an Arabic Speech Commands Dataset for \
                      Small-Footprint Keyword Spotting. Journal of Examples and Applications, 2021."
            .to_owned(),
    }];
    Sample { name: "quick", run, distributions: Vec::new() }
}

/// A quiet run on this computer in which everything is proved.
pub fn green() -> Sample {
    let keyword = |check| in_scenario(check, "lan-desktop-keyword", "Keyword spotting on this computer", "desktop-cpu");
    let ode = |check| in_scenario(check, "ode-desktop-solvers", "ODE solvers on this computer", "desktop-cpu");
    let mut run = bare("2026-03-14t09-26-53-a1b2");
    run.seconds = 192.4;
    run.checks = vec![
        keyword(
            check("LAN-16", Metric::Latency, "p95", "ms").limit("< 5 ms").figure(1.83, 1.71, 2.02).samples(500, 180.0),
        ),
        keyword(
            check("LAN-16", Metric::Latency, "p99", "ms").limit("< 12 ms").figure(2.61, 2.4, 4.9).samples(500, 180.0),
        ),
        keyword(
            check("LAN-17", Metric::Accuracy, "proportion", "%")
                .limit("> 93.8 %")
                .figure(96.1, 94.2, 97.4)
                .samples(1_200, 310.0)
                .method(Method::ClusteredProportion)
                .note("clips of one speaker count as one cluster"),
        ),
        keyword(
            check("LAN-18", Metric::ModelSize, "exact", "KB")
                .limit("< 256 KB")
                .figure(66.912, 66.912, 66.912)
                .samples(1, 1.0)
                .method(Method::Counted),
        ),
        ode(check("ODE-03", Metric::Latency, "ratio", "x")
            .limit(">= 2 x")
            .figure(3.41, 3.22, 3.64)
            .samples(240, 240.0)
            .method(Method::PairedLogRatio)
            .versus("rk4", "rk4-simd")),
        ode(check("ODE-04", Metric::Throughput, "mean", "/s")
            .limit("> 900 /s")
            .figure(1_482.0, 1_455.0, 1_509.0)
            .samples(64, 40.0)
            .method(Method::BatchMeans)),
    ]
    .into_iter()
    .map(|check| check.0)
    .collect();
    run.data = vec![DataUsed {
        name: "keywords-test".to_owned(),
        items: 1_200,
        sha256: "0f".repeat(32),
        licence: "CC-BY-4.0".to_owned(),
        attribution: "Spoken words by the Example Speech Collective, 2021".to_owned(),
    }];
    let distributions = vec![distribution("lan-desktop-keyword", "main", Metric::Latency, 1.5e-3, 5, 60)];
    Sample { name: "green", run, distributions }
}

/// Every verdict, every evidence label, missing ends, alerts, a rig error, and text that tries to break out.
pub fn mixed() -> Sample {
    let board = |check| in_scenario(check, "lan-stm32f4-keyword", "Keyword spotting on STM32F4", "stm32f4");
    let host = |check| in_scenario(check, "edge-desktop-mixed", HOSTILE_TITLE, "desktop-cpu");
    let gpu = |check| in_scenario(check, "vis-gpu-shader", "Upscaling shader", "gpu");
    let mut run = bare("2026-03-14t10-00-00-c3d4");
    run.seconds = 3_725.0;
    run.quick = true;
    run.interrupted = true;
    run.checks = vec![
        board(
            check("LAN-01", Metric::Latency, "p95", "ms")
                .limit("< 15 ms")
                .acceptable("< 20 ms")
                .figure(11.9, 11.9, 11.9)
                .samples(200, 1.0)
                .evidence(Evidence::Emulated)
                .remark("cycles of an emulated core repeat exactly; the interval is a point"),
        ),
        board(
            check("LAN-02", Metric::Power, "mean", "mW")
                .limit("< 4 mW")
                .acceptable("< 6 mW")
                .figure(4.92, 4.71, 5.13)
                .samples(400, 90.0)
                .method(Method::BatchMeans)
                .evidence(Evidence::Emulated)
                .verdict(Outcome::Acceptable, "only the second tier is proved", "second-tier-only"),
        ),
        board(
            check("LAN-03", Metric::Memory, "max", "KB")
                .limit("< 64 KB")
                .figure(71.4, 71.4, f64::NAN)
                .samples(5, 5.0)
                .method(Method::LargestSeen)
                .evidence(Evidence::Replayed)
                .verdict(Outcome::Fail, "the whole interval misses the limit", "missed"),
        ),
        board(check("LAN-04", Metric::BatteryLife, "mean", "h").samples(0, 0.0).no_figure().limit("> 80 h").verdict(
            Outcome::NotRun,
            "needs a power meter on the board's supply",
            "cannot-observe",
        )),
        host(
            check("LAN-16", Metric::Latency, "p95", "ms")
                .limit("< 5 ms")
                .figure(8.21, 7.93, 8.84)
                .samples(500, 120.0)
                .verdict(Outcome::Fail, "the whole interval misses the limit", "missed")
                .note("the limit is that of the guide, \"<script>alert('note')</script>\""),
        ),
        host(
            check("LAN-16", Metric::Latency, "p99", "ms")
                .limit("< 12 ms")
                .figure(11.2, 10.4, f64::NAN)
                .samples(90, 30.0)
                .verdict(
                    Outcome::Inconclusive,
                    "30 independent samples, 299 are needed; the budget ran out, give more with --budget",
                    "too-few-samples",
                ),
        ),
        host(
            check("EDGE-07", Metric::Latency, "p95", "ms")
                .limit("< 5 ms")
                .figure(4.5, 4.1, 4.9996)
                .samples(500, 500.0)
                .workload(LONG_NAME),
        ),
        host(
            check("EDGE-08", Metric::Latency, "p50", "us")
                .limit("< 1 us")
                .no_figure()
                .samples(0, 0.0)
                .workload("crasher")
                .verdict(Outcome::Invalid, HOSTILE_REASON, "crashed"),
        ),
        host(check("EDGE-09", Metric::Throughput, "mean", "/s").limit("> 900 /s").no_figure().samples(0, 0.0).verdict(
            Outcome::NotApplicable,
            "needs 8 cores, the bench has 2",
            "too-few-cores",
        )),
        host(
            check("EDGE-10", Metric::NumericalError, "max", "rel")
                .limit("< 1e-5 rel")
                .figure(3.2e-7, f64::NAN, f64::NAN)
                .samples(64, 64.0)
                .method(Method::LargestSeen),
        ),
        host(check("", Metric::CpuTime, "median", "ms").figure(0.412, 0.408, 0.419).samples(500, 470.0).verdict(
            Outcome::Reported,
            "",
            "",
        )),
        gpu(check("VIS-02", Metric::Latency, "p95", "ms")
            .limit("< 16.6 ms")
            .figure(16.1, 14.9, 18.2)
            .samples(120, 100.0)
            .evidence(Evidence::SoftwareGpu)
            .verdict(
                Outcome::Inconclusive,
                "the interval straddles the limit and the budget is spent; give more with --budget",
                "straddles",
            )),
        gpu(check("VIS-03", Metric::Latency, "p95", "ms")
            .limit("< 8 ms")
            .figure(6.02, 5.88, 6.31)
            .samples(500, 400.0)
            .evidence(Evidence::Hardware)
            .workload("downscale")),
    ]
    .into_iter()
    .map(|check| check.0)
    .collect();
    run.alerts = vec![
        alert("edge-desktop-mixed", "< 1 ms", Alarm::Quiet, Severity::Info, Some(8.21)),
        alert("edge-desktop-mixed", "> 5 ms", Alarm::Raised, Severity::Critical, Some(8.21)),
        alert("lan-stm32f4-keyword", "> 50 ms", Alarm::Unknown, Severity::Warning, None),
        AlertResult {
            evidence: Some(Evidence::Emulated),
            ..alert("lan-stm32f4-keyword", "> 10 ms", Alarm::Raised, Severity::Warning, Some(11.9))
        },
    ];
    run.errors = vec![RigFault {
        scenario: scenario("lan-nrf52-keyword"),
        platform: PlatformId::new("nrf52840").unwrap(),
        phase: "handshake".to_owned(),
        message: "the link stayed silent for 5 s after reset\u{1b}[2J; check that the firmware was flashed, then \
                  run `hil doctor`\nsee <b>log</b> & @maintainers #42 https://example.invalid/x"
            .to_owned(),
    }];
    run.noise.load = Some(7.4);
    run.noise.governor = Some("powersave".to_owned());
    run.noise.warnings = vec![
        "7.4 tasks were runnable on 2 cores; close other programs or wait".to_owned(),
        "the frequency governor is powersave; set it to performance".to_owned(),
    ];
    run.data = vec![DataUsed {
        name: "keywords-test".to_owned(),
        items: 1,
        sha256: "ab".repeat(32),
        licence: "CC-BY-4.0 AND MIT".to_owned(),
        attribution: "أوامر صوتية, <img src=x onerror=alert(1)> by A & B | C".to_owned(),
    }];
    let distributions = vec![
        distribution("edge-desktop-mixed", "main", Metric::Latency, 6.4e-3, 5, 40),
        distribution("edge-desktop-mixed", LONG_NAME, Metric::Latency, 1.2e-4, 1, 50),
        Distribution {
            starts: vec![vec![0.011_9; 200]],
            ..distribution("lan-stm32f4-keyword", "main", Metric::Latency, 1.0, 0, 0)
        },
        distribution("vis-gpu-shader", "main", Metric::Latency, 13.0e-3, 3, 40),
    ];
    Sample { name: "mixed", run, distributions }
}

/// Nothing could be judged: no board, no data, and the only bench failed.
pub fn empty() -> Sample {
    let board = |check| in_scenario(check, "lan-nrf52-keyword", "Keyword spotting on nRF52840", "nrf52840");
    let host = |check| in_scenario(check, "tts-desktop-text", "Text to speech on this computer", "desktop-cpu");
    let mut run = bare("2026-03-14t11-00-00-e5f6");
    run.seconds = 5.4;
    run.checks = vec![
        board(check("LAN-05", Metric::Latency, "p95", "ms").limit("< 15 ms").no_figure().samples(0, 0.0).verdict(
            Outcome::NotRun,
            "the rig failed before this was measured; see errors",
            "rig-fault",
        )),
        host(check("TTS-02", Metric::Accuracy, "proportion", "%").limit("> 90 %").no_figure().samples(0, 0.0).verdict(
            Outcome::NotRun,
            "needs data set sentences-test (CC0-1.0) from https://data.invalid/s; see `hil data list`",
            "data-missing",
        )),
        host(check("TTS-03", Metric::Throughput, "mean", "/s").limit("> 900 /s").no_figure().samples(0, 0.0).verdict(
            Outcome::NotApplicable,
            "needs 8 cores, the bench has 2",
            "too-few-cores",
        )),
    ]
    .into_iter()
    .map(|check| check.0)
    .collect();
    run.errors = vec![RigFault {
        scenario: scenario("lan-nrf52-keyword"),
        platform: PlatformId::new("nrf52840").unwrap(),
        phase: "open".to_owned(),
        message: "the probe was unplugged; plug it in and run `hil doctor`".to_owned(),
    }];
    run.noise = Noise { load: None, governor: None, steal: None, busy: None, warnings: Vec::new() };
    run.environment.clocks = Vec::new();
    Sample { name: "empty", run, distributions: Vec::new() }
}

/// Just valid: a hundred bytes.
pub const LONG_NAME: &str =
    "a-workload-whose-name-is-as-long-as-a-name-may-be-so-that-tables-must-cope-with-it.and.go.on.working";
const HOSTILE_TITLE: &str = "Edge cases </title><script>alert('title')</script> \u{202e}desrever";
const HOSTILE_REASON: &str =
    "crashed: panicked at src/<main>.rs:3:\n\u{1b}[31mindex out of bounds\u{1b}[0m | `len` is 3 ]]> \u{9b}1m \"&amp;\"";

fn bare(id: &str) -> Run {
    Run {
        format: FORMAT,
        id: RunId::new(id).unwrap(),
        started: "2026-03-14T09:26:53Z".to_owned(),
        seconds: 0.0,
        seed: 42,
        interrupted: false,
        quick: false,
        fault: None,
        environment: Environment {
            hil: "0.1.0".to_owned(),
            os: "Linux 6.1".to_owned(),
            arch: "x86_64".to_owned(),
            cpu: "Example Processor 9000".to_owned(),
            cores: 2,
            memory_bytes: 16 << 30,
            rustc: "rustc 1.95.0".to_owned(),
            clocks: vec!["desktop-cpu: monotonic".to_owned(), "stm32f4: cyccnt".to_owned()],
            builds: Vec::new(),
        },
        noise: Noise { load: Some(0.31), governor: None, steal: Some(0.0), busy: Some(0.012), warnings: Vec::new() },
        checks: Vec::new(),
        alerts: Vec::new(),
        errors: Vec::new(),
        data: Vec::new(),
        side_by_side: Vec::new(),
    }
}

fn scenario(id: &str) -> ScenarioId {
    ScenarioId::new(id).unwrap()
}

fn in_scenario(mut check: Check, id: &str, title: &str, platform: &str) -> Check {
    check.0.scenario = scenario(id);
    check.0.title = title.to_owned();
    check.0.platform = PlatformId::new(platform).unwrap();
    check.0.place.file = format!("scenarios/{id}.toml");
    check
}

/// A check under construction.
struct Check(CheckResult);

/// A check that passes on this host; an empty target is no target.
fn check(target: &str, metric: Metric, statistic: &str, unit: &str) -> Check {
    Check(CheckResult {
        target: TargetId::new(target).ok(),
        scenario: scenario("none"),
        title: String::new(),
        platform: PlatformId::new("none").unwrap(),
        workload: WorkloadId::main(),
        versus: None,
        part: None,
        metric,
        statistic: Statistic::find(statistic).unwrap(),
        estimate: None,
        unit: Unit::find(unit).unwrap(),
        limit: None,
        acceptable: None,
        verdict: Outcome::Pass,
        reason: None,
        reason_code: None,
        smallest_seen: None,
        evidence: Some(Evidence::Host),
        samples: 0,
        note: None,
        place: Place { file: String::new(), line: 12 },
    })
}

impl Check {
    fn limit(mut self, limit: &str) -> Self {
        self.0.limit = Some(limit.to_owned());
        self
    }

    fn acceptable(mut self, limit: &str) -> Self {
        self.0.acceptable = Some(limit.to_owned());
        self
    }

    /// NaN stands for a missing end.
    fn figure(mut self, value: f64, lower: f64, upper: f64) -> Self {
        let end = |end: f64| (!end.is_nan()).then_some(end);
        self.0.estimate = Some(Figure {
            value,
            lower: end(lower),
            upper: end(upper),
            confidence: 0.9,
            effective_samples: 0.0,
            method: Method::OrderStatistics,
            remark: None,
        });
        self
    }

    fn samples(mut self, samples: u64, effective: f64) -> Self {
        self.0.samples = samples;
        if let Some(figure) = &mut self.0.estimate {
            figure.effective_samples = effective;
        }
        self
    }

    fn method(mut self, method: Method) -> Self {
        self.0.estimate.as_mut().unwrap().method = method;
        self
    }

    fn remark(mut self, remark: &str) -> Self {
        self.0.estimate.as_mut().unwrap().remark = Some(remark.to_owned());
        self
    }

    fn note(mut self, note: &str) -> Self {
        self.0.note = Some(note.to_owned());
        self
    }

    fn evidence(mut self, evidence: Evidence) -> Self {
        self.0.evidence = Some(evidence);
        self
    }

    fn no_figure(mut self) -> Self {
        self.0.evidence = None;
        self
    }

    fn workload(mut self, workload: &str) -> Self {
        self.0.workload = WorkloadId::new(workload).unwrap();
        self
    }

    fn versus(mut self, workload: &str, versus: &str) -> Self {
        self.0.versus = Some(WorkloadId::new(versus).unwrap());
        self.workload(workload)
    }

    fn verdict(mut self, outcome: Outcome, reason: &str, code: &str) -> Self {
        self.0.verdict = outcome;
        self.0.reason = (!reason.is_empty()).then(|| reason.to_owned());
        self.0.reason_code = (!code.is_empty()).then(|| code.to_owned());
        self
    }
}

fn alert(id: &str, when: &str, alarm: Alarm, severity: Severity, value: Option<f64>) -> AlertResult {
    let figure = |value| check("", Metric::Latency, "p95", "ms").figure(value, value * 0.97, value * 1.08).0.estimate;
    AlertResult {
        target: TargetId::new("LAN-30").ok(),
        scenario: scenario(id),
        workload: WorkloadId::main(),
        metric: Metric::Latency,
        statistic: Statistic::find("p95"),
        when: when.to_owned(),
        severity,
        alarm,
        drift: false,
        reason: None,
        estimate: value.and_then(figure),
        unit: Unit::find("ms").unwrap(),
        evidence: value.map(|_| Evidence::Host),
        samples: if value.is_some() { 500 } else { 0 },
        place: Some(Place { file: format!("scenarios/{id}.toml"), line: 30 }),
    }
}

/// Values around `base` seconds with a tail, and starts that differ a little.
fn distribution(id: &str, workload: &str, metric: Metric, base: f64, starts: u32, values: u32) -> Distribution {
    let value = |start: u32, i: u32| {
        let u = (f64::from(i) + 0.5) / f64::from(values);
        base * (1.0 + 0.02 * f64::from(start * 7 % 5)) * (0.95 + 0.12 * u + 0.35 * u.powi(12) + 0.9 * u.powi(90))
    };
    Distribution {
        scenario: scenario(id),
        workload: WorkloadId::new(workload).unwrap(),
        metric,
        starts: (0..starts).map(|start| (0..values).map(|i| value(start, i)).collect()).collect(),
    }
}
