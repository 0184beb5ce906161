//! A run in display form: everything that the renderers show, worded and rounded once.
//!
//! Guarantees: all text is on one line and free of control characters; rows keep the verdicts of the run; the order
//! within a scenario is worst first. Layout, colours and escaping for a format are left to the renderers.

pub(crate) mod facts;
pub(crate) mod headline;
mod row;

use hil_model::lab::Evidence;
use hil_model::run::{Alarm, AlertResult, Run};
use hil_model::scenario::Severity;
use hil_model::verdict::Outcome;

use crate::clean::one_line;
use crate::distribution::{Curve, Distribution};
use crate::side_by_side::SideBySide;
use crate::supply::Supply;

pub use facts::{Credit, Fact};
pub use headline::{Banner, Headline, Tone, Weight};
pub use row::{Compound, FigureText, Raw, Row};

/// Everything that a report shows of a run.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// The run itself, for what scripts read.
    pub run: &'a Run,
    /// The run's name, start and duration on one line.
    pub caption: String,
    /// What the run amounts to.
    pub headline: Headline,
    /// How many verdicts of each kind, worst first: `1 fail, 2 not run, 3 pass`.
    pub summary: String,
    /// The same as numbers, worst first, without those that do not occur.
    pub counts: Vec<(Outcome, usize)>,
    /// How many figures carry each evidence label: `5 host, 3 emulated`; nothing without figures.
    pub evidence: Option<String>,
    /// A command that runs the worst check again, when there is something to look into.
    pub reproduce: Option<String>,
    /// What the reader must know before any figure, loudest first.
    pub banners: Vec<Banner>,
    /// One entry a scenario and platform, in the order of the run.
    pub groups: Vec<Group>,
    /// Alerts, raised ones first.
    pub alerts: Vec<AlertRow>,
    /// Faults of the rig, which are no verdicts.
    pub errors: Vec<ErrorRow>,
    /// What disturbs the figures, in words.
    pub warnings: Vec<String>,
    /// How quiet the machine was.
    pub noise: Vec<Fact>,
    /// The machine and the build.
    pub environment: Vec<Fact>,
    /// Data sets and whom to credit.
    pub data: Vec<Credit>,
}

/// One scenario on one kind of machine.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its id.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// The kind of machine that was asked about.
    pub platform: String,
    /// Its checks, worst first.
    pub rows: Vec<Row>,
    /// The distributions behind them.
    pub curves: Vec<Curve>,
    /// How its power was metered.
    pub supplies: Vec<Supply>,
    /// Workloads that are shown beside each other.
    pub side_by_side: Vec<SideBySide>,
}

/// One alert.
#[derive(Debug, Clone)]
pub struct AlertRow {
    /// The row of the catalogue.
    pub target: Option<String>,
    /// The scenario.
    pub scenario: String,
    /// What is watched and the condition: `latency p95 > 50 ms`.
    pub condition: String,
    /// How bad it would be.
    pub severity: Severity,
    /// Whether it is.
    pub alarm: Alarm,
    /// The figure, unless there is none.
    pub figure: Option<FigureText>,
    /// What the figure counts as; nothing when there is none.
    pub evidence: Option<Evidence>,
    /// Why nobody knows whether it is raised, where nobody does.
    pub reason: Option<String>,
}

/// One fault of the rig.
#[derive(Debug, Clone)]
pub struct ErrorRow {
    /// The scenario that it ended.
    pub scenario: String,
    /// The platform on which it happened.
    pub platform: String,
    /// The phase.
    pub phase: String,
    /// What happened and what to do.
    pub message: String,
}

impl<'a> View<'a> {
    /// Puts a run into display form. `distributions` may hold any part of the values behind it, or nothing.
    #[must_use]
    pub fn new(run: &'a Run, distributions: &[Distribution]) -> Self {
        let counts = headline::counts(run);
        Self {
            run,
            caption: facts::caption(run),
            headline: headline::headline(run),
            summary: headline::summary(&counts),
            counts,
            evidence: headline::evidence(run),
            reproduce: headline::reproduce(run),
            banners: headline::banners(run),
            groups: groups(run, distributions),
            alerts: alerts(run),
            errors: errors(run),
            warnings: run.noise.warnings.iter().map(|text| one_line(text)).collect(),
            noise: facts::noise(&run.noise),
            environment: facts::of_run(run),
            data: facts::credits(&run.data),
        }
    }

    /// The same with how power was metered; what belongs to no check is left out.
    #[must_use]
    pub fn with_supplies(mut self, supplies: Vec<Supply>) -> Self {
        for supply in supplies {
            if let Some(group) = self.groups.iter_mut().find(|group| group.scenario == supply.scenario.as_str()) {
                group.supplies.push(supply.clean());
            }
        }
        self
    }

    /// Every row, in the order of the groups.
    pub fn rows(&self) -> impl Iterator<Item = (&Group, &Row)> {
        self.groups.iter().flat_map(|group| group.rows.iter().map(move |row| (group, row)))
    }
}

fn groups(run: &Run, distributions: &[Distribution]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for check in &run.checks {
        let row = Row::new(check, &run.checks);
        let same =
            |group: &&mut Group| group.scenario == check.scenario.as_str() && group.platform == check.platform.as_str();
        if let Some(group) = groups.iter_mut().find(same) {
            group.rows.push(row);
        } else {
            groups.push(Group {
                scenario: check.scenario.to_string(),
                title: one_line(&check.title),
                platform: check.platform.to_string(),
                rows: vec![row],
                curves: Vec::new(),
                supplies: Vec::new(),
                side_by_side: Vec::new(),
            });
        }
    }
    for distribution in distributions {
        let group = groups.iter_mut().find(|group| group.scenario == distribution.scenario.as_str());
        if let (Some(group), Some(curve)) = (group, Curve::new(distribution, &run.checks)) {
            group.curves.push(curve);
        }
    }
    for shown in &run.side_by_side {
        let is_same =
            |group: &&mut Group| group.scenario == shown.scenario.as_str() && group.platform == shown.platform.as_str();
        if let Some(group) = groups.iter_mut().find(is_same) {
            group.side_by_side.push(SideBySide::new(shown, run));
        }
    }
    for group in &mut groups {
        // The sort is stable: checks with the same verdict stay in the order in which they are written.
        group.rows.sort_by_key(|row| std::cmp::Reverse(row.outcome));
    }
    groups
}

fn alerts(run: &Run) -> Vec<AlertRow> {
    let rank = |alarm: Alarm| match alarm {
        Alarm::Raised => 0,
        Alarm::Unknown => 1,
        Alarm::Quiet => 2,
    };
    let mut alerts: Vec<&AlertResult> = run.alerts.iter().collect();
    alerts.sort_by_key(|alert| (rank(alert.alarm), std::cmp::Reverse(alert.severity)));
    alerts
        .into_iter()
        .map(|alert| AlertRow {
            target: alert.target.as_ref().map(ToString::to_string),
            scenario: alert.scenario.to_string(),
            condition: format!("{} {}", row::watched(alert), one_line(&alert.when)),
            severity: alert.severity,
            alarm: alert.alarm,
            figure: alert.estimate.as_ref().map(|figure| FigureText::new(figure, alert.unit, &[&alert.when])),
            evidence: alert.evidence,
            reason: alert.reason.as_deref().map(one_line),
        })
        .collect()
}

fn errors(run: &Run) -> Vec<ErrorRow> {
    run.errors
        .iter()
        .map(|error| ErrorRow {
            scenario: error.scenario.to_string(),
            platform: error.platform.to_string(),
            phase: one_line(&error.phase),
            message: one_line(&error.message),
        })
        .collect()
}
