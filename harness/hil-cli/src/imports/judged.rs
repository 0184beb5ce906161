//! Imported samples of criterion against the limits of scenarios, with the same statistics and the same rule as suites
//! that `hil run` starts: a folder is one process start, and the starts are the observations.

use hil_import::imported::{Imported, Source};
use hil_import::observe;
use hil_model::estimate::Finding;
use hil_model::id::WorkloadId;
use hil_model::lab::Evidence;
use hil_model::run::{Alarm, AlertResult, CheckResult};
use hil_model::sample::Observations;
use hil_model::scenario::{Alert, Check, Scenario};

use crate::error::CliError;
use crate::imports::{Judged, names, shown};
use crate::results::{alert_result, check_result};

/// Judges every check of every scenario from the measurements called `baseline`.
///
/// # Errors
/// [`CliError::NoBenchmark`] when a criterion workload names a benchmark that was not imported.
pub fn judge(imported: &Imported, scenarios: &[Scenario], baseline: &str) -> Result<Judged, CliError> {
    let mut judged = Judged::default();
    for scenario in scenarios {
        let mut seen = Vec::new();
        for (id, workload) in &scenario.workloads {
            if let Some(suite) = workload.code.suite() {
                let sources = find(imported, scenario, id, suite.benchmark.as_deref(), baseline)?;
                // Where the package was not looked for, the scenario names a folder, whose name is private.
                let package = suite.found.as_ref().map_or_else(
                    || "the package that the scenario names".to_owned(),
                    |found| format!("package {}", found.name),
                );
                let bench = suite.bench.as_deref().map_or(String::new(), |bench| format!(", bench {bench},"));
                seen.push(Seen::new(imported, scenario, id.clone(), sources));
                let remark =
                    format!("criterion's files do not say where they are from; {package}{bench} is taken for granted");
                if !judged.remarks.contains(&remark) {
                    judged.remarks.push(remark);
                }
            }
        }
        let all: Vec<Observations> = seen.iter().map(|seen| seen.observations.clone()).collect();
        let asked = Asked { imported, scenario, seen: &seen, all: &all };
        judged.checks.extend(scenario.checks.iter().map(|check| asked.check(check)));
        judged.alerts.extend(scenario.alerts.iter().map(|alert| asked.alert(alert)));
        judged.observations.extend(all);
    }
    Ok(judged)
}

/// The samples that a workload means.
fn find<'i>(
    imported: &'i Imported,
    scenario: &Scenario,
    workload: &WorkloadId,
    name: Option<&str>,
    baseline: &str,
) -> Result<Vec<&'i Source>, CliError> {
    let fails = |why: String| CliError::NoBenchmark {
        scenario: scenario.id.clone(),
        workload: workload.clone(),
        why,
        known: names(imported),
    };
    let benchmark = match (name, imported.benchmarks.as_slice()) {
        (Some(name), all) => all
            .iter()
            .find(|benchmark| benchmark.name == name)
            .ok_or_else(|| fails(format!("benchmark {name:?} was not imported")))?,
        (None, [only]) => only,
        (None, _) => return Err(fails("there are several benchmarks; name one with `benchmark = \"..\"`".to_owned())),
    };
    match benchmark.labelled(baseline) {
        sources if sources.is_empty() => {
            let name = shown(&benchmark.name);
            Err(fails(format!("benchmark {name} has no measurement called {baseline:?}")))
        }
        sources => Ok(sources),
    }
}

/// What one workload showed.
struct Seen<'i> {
    sources: Vec<&'i Source>,
    observations: Observations,
}

impl<'i> Seen<'i> {
    fn new(imported: &Imported, scenario: &Scenario, workload: WorkloadId, sources: Vec<&'i Source>) -> Self {
        let observations = observe::observations(&scenario.id, &workload, imported.format, &sources);
        Self { sources, observations }
    }
}

/// One scenario and what there is to answer it.
struct Asked<'a> {
    imported: &'a Imported,
    scenario: &'a Scenario,
    seen: &'a [Seen<'a>],
    all: &'a [Observations],
}

impl Asked<'_> {
    fn check(&self, check: &Check) -> CheckResult {
        let finding = match self.sources(&check.workload) {
            _ if check.needs.cores.is_some() => cannot_observe("to know how many cores the machine had"),
            None => cannot_observe("a run by hil; this workload is no criterion suite"),
            Some(sources) => observe::obstacle(check, self.imported.format, sources)
                .unwrap_or_else(|| self.enough(check, hil_stats::estimate::find_between_starts(check, self.all))),
        };
        let finding = self.remarked(finding, &check.workload);
        let verdict = hil_verdict::judge(check, &finding, None);
        check_result(self.scenario, check, with_evidence(&finding), &verdict)
    }

    fn alert(&self, alert: &Alert) -> AlertResult {
        let finding = match self.sources(&alert.workload) {
            None => cannot_observe("a run by hil; this workload is no criterion suite"),
            Some(_) if alert.drift => {
                cannot_observe("a run by hil; imported figures are not kept with their conditions")
            }
            Some(sources) => observe::unanswerable(alert.metric, alert.statistic, self.imported.format, sources)
                .unwrap_or_else(|| hil_stats::estimate::find_alert_between_starts(alert, self.all)),
        };
        let finding = self.remarked(finding, &alert.workload);
        let figure = with_evidence(&finding);
        let alarm = figure.map_or(Alarm::Unknown, |_| hil_verdict::alarm(alert, &finding));
        alert_result(self.scenario, alert, figure, alarm)
    }

    fn sources(&self, workload: &WorkloadId) -> Option<&[&Source]> {
        let seen = self.seen.iter().find(|seen| seen.observations.workload == *workload);
        seen.map(|seen| seen.sources.as_slice())
    }

    /// A figure with fewer samples behind it than the scenario wants is none.
    fn enough(&self, check: &Check, finding: Finding) -> Finding {
        let need = self.scenario.sampling.min_samples.map_or(0, u64::from);
        match (&finding, check.metric) {
            (Finding::Estimate(estimate), metric) if metric.is_timed() && estimate.samples < need => {
                Finding::TooFew { have: estimate.samples, need }
            }
            _ => finding,
        }
    }

    fn remarked(&self, finding: Finding, workload: &WorkloadId) -> Finding {
        let (Finding::Estimate(mut estimate), Some(sources)) = (finding.clone(), self.sources(workload)) else {
            return finding;
        };
        let mut remarks: Vec<String> = estimate.remark.into_iter().collect();
        remarks.push(observe::remark(self.imported.format, sources));
        let (have, wanted) = (sources.len(), self.scenario.sampling.starts);
        if u32::try_from(have).is_ok_and(|have| have < wanted) {
            remarks.push(format!(
                "{have} process {} where the scenario asks for {wanted}",
                if have == 1 { "start" } else { "starts" }
            ));
        }
        estimate.remark = Some(remarks.join("; "));
        Finding::Estimate(estimate)
    }
}

fn cannot_observe(needs: &str) -> Finding {
    Finding::CannotObserve { needs: needs.to_owned() }
}

/// Evidence stands beside what was observed, a failure included, and beside nothing else.
pub(super) fn with_evidence(finding: &Finding) -> Option<(&Finding, Evidence)> {
    match finding {
        Finding::CannotObserve { .. } => None,
        Finding::Estimate(_)
        | Finding::Order(_)
        | Finding::Cases { .. }
        | Finding::Failed(_)
        | Finding::TooFew { .. } => Some((finding, Evidence::Imported)),
    }
}
