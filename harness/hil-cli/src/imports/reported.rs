//! Imported figures without a question: every benchmark is one row that is only reported.

use std::collections::BTreeSet;

use hil_import::imported::{Benchmark, Format, Imported, Source, Stated};
use hil_import::{observe, units};
use hil_model::estimate::{Finding, Method};
use hil_model::id::{MAX_NAME_LEN, NameError, PlatformId, ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::run::{CheckResult, Figure};
use hil_model::sample::Observations;
use hil_model::scenario::{Check, Needs, Place, Rule, Sampling, Scenario};
use hil_model::units::Unit;
use hil_model::verdict::{Outcome, Verdict};

use crate::error::CliError;
use crate::imports::judged::with_evidence;
use crate::imports::{Judged, listed, shown};
use crate::results::check_result;

/// Reports every benchmark by the measurements called `baseline`, of files called `origin`.
///
/// # Errors
/// [`CliError::NoBenchmark`] when a benchmark has samples, but none of that name.
pub fn report(imported: &Imported, baseline: &str, origin: &str) -> Result<Judged, CliError> {
    let scenario = scenario(imported.format, origin);
    let mut judged = Judged::default();
    let mut names = Names::default();
    let (mut unknown, mut without_mean) = (BTreeSet::new(), Vec::new());
    for benchmark in &imported.benchmarks {
        let workload = names.unused(&benchmark.name);
        let row = Row { imported, scenario: &scenario, benchmark, workload: &workload };
        let sources = benchmark.labelled(baseline);
        if sources.is_empty() && !benchmark.sources.is_empty() {
            let why = format!("{} has no measurement called {baseline:?}", shown(&benchmark.name));
            let labels: Vec<String> = benchmark.sources.iter().map(|source| shown(&source.label)).collect();
            return Err(CliError::NoBenchmark { scenario: scenario.id, workload, why, known: labels.join(", ") });
        }
        if sources.is_empty() {
            let rows = row.stated();
            if rows.is_empty() {
                without_mean.push(shown(&benchmark.name));
            }
            unknown.extend(rows.iter().filter_map(|row| row.as_ref().err().cloned()));
            judged.checks.extend(rows.into_iter().flatten());
        } else {
            let (check, observations) = row.sampled(&sources);
            judged.checks.push(check);
            judged.observations.push(observations);
        }
    }
    judged.remarks.extend(unknown.into_iter().map(|what| {
        format!("{what} has no counterpart among the metrics of hil; its figures are in imported.json only")
    }));
    if !without_mean.is_empty() {
        judged.remarks.push(format!(
            "neither samples nor a mean of {}: what is stated about {} is in imported.json only",
            listed(&without_mean),
            if without_mean.len() == 1 { "it" } else { "them" }
        ));
    }
    Ok(judged)
}

/// One benchmark.
struct Row<'a> {
    imported: &'a Imported,
    scenario: &'a Scenario,
    benchmark: &'a Benchmark,
    workload: &'a WorkloadId,
}

impl Row<'_> {
    /// The mean with its interval where the samples bound it, else the median. Samples of one process are one observation
    /// of the starts, as in a run of ours.
    fn sampled(&self, sources: &[&Source]) -> (CheckResult, Observations) {
        let format = self.imported.format;
        let observations = observe::observations(&self.scenario.id, self.workload, format, sources);
        let mut check = self.check(Statistic::Mean);
        let find = |check: &Check| {
            let observations = std::slice::from_ref(&observations);
            if format.samples_are_processes() {
                hil_stats::estimate::find(check, observations)
            } else {
                hil_stats::estimate::find_between_starts(check, observations)
            }
        };
        let mut finding = find(&check);
        if matches!(finding, Finding::TooFew { .. }) {
            check = self.check(Statistic::Median);
            finding = find(&check);
        }
        if let Finding::Estimate(estimate) = &mut finding {
            let remark = observe::remark(format, sources);
            estimate.remark = Some(estimate.remark.as_ref().map_or(remark.clone(), |own| format!("{own}; {remark}")));
        }
        let verdict = hil_verdict::judge(&check, &finding, None);
        (check_result(self.scenario, &check, with_evidence(&finding), &verdict), observations)
    }

    fn check(&self, statistic: Statistic) -> Check {
        let place = Place { file: self.scenario.file.clone(), line: 1 };
        Check {
            target: None,
            metric: Metric::Latency,
            statistic,
            workload: self.workload.clone(),
            versus: None,
            rule: Rule::Report,
            needs: Needs::default(),
            part: None,
            note: self.note(),
            place,
        }
    }

    /// The name as its tool wrote it, where it differs from the one that it has here.
    fn note(&self) -> Option<String> {
        (self.benchmark.name != self.workload.as_str()).then(|| shown(&self.benchmark.name))
    }

    /// The figures that the tool states; those whose unit says nothing to us as an error that names them.
    fn stated(&self) -> Vec<Result<CheckResult, String>> {
        let is_main = |stated: &&Stated| match self.imported.format {
            Format::Hyperfine => stated.measure == "mean",
            Format::GoogleBenchmark => stated.measure == "real_time mean",
            Format::Criterion | Format::Bmf | Format::GithubActionBenchmark => true,
        };
        let row = |stated: &Stated| {
            let Some((metric, scale)) = units::understood(&stated.unit) else {
                let what = if stated.unit.is_empty() { &stated.measure } else { &stated.unit };
                return Err(format!("{:?}", shown(what)));
            };
            Ok(self.row(metric, stated, scale))
        };
        self.benchmark.stated.iter().filter(is_main).map(row).collect()
    }

    /// A figure of which one is `scale` base units.
    fn row(&self, metric: Metric, stated: &Stated, scale: f64) -> CheckResult {
        let base = stated.value * scale;
        let mut check = self.check(Statistic::Mean);
        check.metric = metric;
        let unit = metric.display_unit(base);
        let mut row = check_result(self.scenario, &check, None, &Verdict { outcome: Outcome::Reported, reason: None });
        row.unit = unit;
        row.evidence = Some(Evidence::Imported);
        row.estimate = Some(Figure {
            value: unit.from_base(base),
            lower: None,
            upper: None,
            confidence: 0.0,
            effective_samples: 0.0,
            method: Method::Stated,
            remark: Some(remark(self.imported.format, stated, scale, unit)),
        });
        row
    }
}

fn remark(format: Format, stated: &Stated, scale: f64, unit: Unit) -> String {
    let mut parts = vec![format!("imported from {}, which keeps no samples", format.name())];
    let end = |end: Option<f64>| end.map_or("..".to_owned(), |end| format!("{}", unit.from_base(end * scale)));
    if stated.lower.is_some() || stated.upper.is_some() {
        let (lower, upper) = (end(stated.lower), end(stated.upper));
        parts.push(format!("it states {lower} to {upper} {unit}, without saying what that covers"));
    }
    if let Some(spread) = &stated.spread {
        parts.push(format!("it states {}, without saying what that covers", shown(spread)));
    }
    parts.join("; ")
}

/// The scenario that the rows belong to. Nobody wrote it, and nothing is known about the machine.
fn scenario(format: Format, origin: &str) -> Scenario {
    let named = |id: Result<ScenarioId, NameError>| match id {
        Ok(id) => id,
        Err(error) => unreachable!("format names are names: {error}"),
    };
    let platform = match PlatformId::new("unknown") {
        Ok(platform) => platform,
        Err(error) => unreachable!("a plain word is a name: {error}"),
    };
    Scenario {
        id: named(ScenarioId::new(format!("imported-{}", format.name()))),
        title: format!("Imported from {}", format.name()),
        file: origin.to_owned(),
        platform,
        workloads: std::collections::BTreeMap::new(),
        sampling: Sampling {
            warmup: 0,
            min_samples: None,
            starts: 1,
            looks: Sampling::DEFAULT_LOOKS,
            pairs: None,
            budget: Sampling::DEFAULT_BUDGET,
            timeout: Sampling::DEFAULT_TIMEOUT,
        },
        checks: Vec::new(),
        alerts: Vec::new(),
        side_by_side: Vec::new(),
    }
}

/// Ids for names that may be anything.
#[derive(Debug, Default)]
struct Names {
    used: BTreeSet<WorkloadId>,
    counts: std::collections::BTreeMap<String, u32>,
}

impl Names {
    /// An id that resembles `name` and that none before has.
    fn unused(&mut self, name: &str) -> WorkloadId {
        let slug = slug(name);
        loop {
            let count = self.counts.entry(slug.clone()).or_default();
            *count += 1;
            let text = if *count == 1 { slug.clone() } else { format!("{slug}-{count}") };
            match WorkloadId::new(text) {
                Ok(id) if self.used.insert(id.clone()) => return id,
                Ok(_) => {}
                Err(error) => unreachable!("slugs are names: {error}"),
            }
        }
    }
}

/// Lower-case words joined by single `-`, `_`, `.` and `/`, with room for a number behind.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        let c = if c.is_ascii_lowercase() || c.is_ascii_digit() || "_./".contains(c) { c } else { '-' };
        let is_mark = |c: char| !c.is_ascii_alphanumeric();
        if is_mark(c) && slug.chars().next_back().is_none_or(is_mark) {
            continue;
        }
        slug.push(c);
        if slug.len() >= MAX_NAME_LEN - 12 {
            break;
        }
    }
    let trimmed = slug.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    if trimmed.is_empty() { "benchmark".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use hil_import::imported::{Benchmark, Format, Imported, Stated};

    use super::{Names, report, slug};

    fn stated(measure: &str, value: f64) -> Stated {
        Stated {
            measure: measure.to_owned(),
            unit: "ns".to_owned(),
            value,
            lower: Some(-2.0),
            upper: Some(3.5),
            spread: None,
        }
    }

    fn imported(format: Format, benchmarks: Vec<(&str, Vec<Stated>)>) -> Imported {
        let benchmark = |(name, stated): (&str, Vec<Stated>)| Benchmark {
            name: name.to_owned(),
            unit: String::new(),
            sources: Vec::new(),
            stated,
        };
        Imported { format, benchmarks: benchmarks.into_iter().map(benchmark).collect(), remarks: Vec::new() }
    }

    #[test]
    fn what_is_stated_around_0_keeps_its_ends() {
        let imported = imported(Format::Bmf, vec![("a", vec![stated("latency", 0.0)])]);
        let judged = report(&imported, "bmf", "a.json").unwrap();
        let remark = judged.checks[0].estimate.as_ref().unwrap().remark.as_ref().unwrap();
        assert!(remark.contains("it states -2 to 3.5 ns,"), "{remark}");
    }

    #[test]
    fn a_benchmark_without_a_mean_is_told() {
        let benchmarks = vec![("a", vec![stated("real_time mean", 5.0)]), ("b", vec![stated("real_time median", 5.0)])];
        let judged = report(&imported(Format::GoogleBenchmark, benchmarks), "google-benchmark", "a.json").unwrap();
        assert_eq!(judged.checks.len(), 1);
        assert_eq!(
            judged.remarks,
            ["neither samples nor a mean of b: what is stated about it is in imported.json only"]
        );
    }

    #[test]
    fn any_name_has_an_id_of_its_own() {
        let mut names = Names::default();
        let cases = [
            ("filters/fir/16", "filters/fir/16"),
            ("Filters/FIR 16", "filters/fir-16"),
            ("filters//fir/16", "filters/fir/16-2"),
            ("filters/fir/16-2", "filters/fir/16-2-2"),
            ("\u{1b}[31m", "31m"),
            ("日本", "benchmark"),
            ("../../etc/passwd", "etc/passwd"),
            ("a..b", "a.b"),
            ("İ", "i"),
        ];
        for (name, id) in cases {
            assert_eq!(names.unused(name).as_str(), id, "{name:?}");
        }
        assert_eq!(slug(&"x".repeat(1000)).len(), 88);
    }
}
