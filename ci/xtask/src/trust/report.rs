//! `docs/trust.md` and its plots, from a log and nothing else.

mod tables;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::trust::gate::MARGIN;
use crate::trust::log::Log;
use crate::trust::plot::{self, Bars};
use crate::trust::rates::{self, Rule, comparisons, rate, singles};
use crate::trust::record::{Comparison, Line, Regime, Session};
use crate::trust::rules::Says;

/// The document, relative to the root.
const DOCUMENT: &str = "docs/trust.md";
/// Its plots, relative to the root.
const PLOTS: &str = "docs/trust";

/// Writes the document and its plots from the log at `path`, and says what was written.
///
/// # Errors
/// When there is nothing to report, or a file cannot be read or written.
pub fn write(root: &Path, path: &Path) -> Result<String> {
    if !path.is_file() {
        bail!("{} is not there: `cargo xtask trust` measures", path.display());
    }
    let lines = Log::open(path)?.lines;
    let text = document(&lines)?;
    let folder = root.join(PLOTS);
    fs::create_dir_all(&folder).with_context(|| format!("failed to make {}", folder.display()))?;
    let mut said = String::new();
    for (name, svg) in plots(&lines) {
        let file = folder.join(name);
        fs::write(&file, svg).with_context(|| format!("failed to write {}", file.display()))?;
        said.push_str(&format!("{PLOTS}/{name}\n"));
    }
    fs::write(root.join(DOCUMENT), text).with_context(|| format!("failed to write {DOCUMENT}"))?;
    Ok(said + DOCUMENT + "\n")
}

/// The whole text.
fn document(lines: &[Line]) -> Result<String> {
    let sessions: Vec<&Session> =
        lines.iter().filter_map(|line| if let Line::Session(session) = line { Some(session) } else { None }).collect();
    let Some(session) = sessions.last().filter(|_| comparisons(lines).next().is_some()) else {
        bail!("nothing has been compared yet: `cargo xtask trust` measures");
    };
    let hours = comparisons(lines).map(|comparison| comparison.seconds).sum::<f64>() / 3600.0;
    let n = comparisons(lines).count();
    let (singles, families) = (rates::singles(lines).count(), rates::families(lines).count());
    let machine = &session.machine;
    let virtual_machine = match machine.is_virtual {
        Some(true) => ", a virtual machine",
        Some(false) => "",
        None => ", whether a virtual machine is not known",
    };
    let mut text = format!(
        "# How far the gate can be trusted\n\n\
         What `hil gate` says of code that is known to be unchanged, and of code that is known to do more work, measured by\n\
         `cargo xtask trust` and written by `cargo xtask trust --report`. Nothing here is simulated.\n\n\
         ## What was measured\n\n\
         - Machine: {}, {} cores{virtual_machine}; {}.\n\
         - {}; seed {}; margin {:.0} %, so that twice the margin is a ratio of {:.2}.\n\
         - {n} calls of `hil gate` ({singles} comparisons of one figure, {families} runs of thirty) in {hours:.1} hours and {} session{}.\n",
        machine.processor,
        machine.cores,
        machine.system,
        session.version,
        session.seed,
        MARGIN * 100.0,
        1.0 + 2.0 * MARGIN,
        sessions.len(),
        if sessions.len() == 1 { "" } else { "s" },
    );
    text.push_str(INTRODUCTION);
    text.push_str(&tables::targets(lines));
    text.push_str(&tables::unchanged(lines));
    text.push_str("![False alarms by rule and regime](trust/false-alarms.svg)\n\n");
    text.push_str("![Error of the ratio of unchanged code](trust/ratios.svg)\n\n");
    text.push_str(&tables::slower(lines));
    text.push_str("![Slowdowns found by ratio and regime](trust/detection.svg)\n\n");
    text.push_str(&tables::rules(lines, session));
    text.push_str(&tables::controls(lines));
    text.push_str(&tables::truth(lines));
    text.push_str(&tables::surroundings(lines));
    Ok(text)
}

/// What does not depend on figures.
const INTRODUCTION: &str = "
Five workloads (an integer loop, a pointer chase over 4 MiB, allocation, small input and output, a sleep with jitter) of about
half a millisecond to two milliseconds are kernels of an agent; the amount of work is a number in the program file, so a candidate
that does 1.02 times the work differs from its baseline in nothing else. Code is unchanged in two ways: the candidate is a *copy* of
the same file, made afresh for each comparison; or it is the same object code linked in another *layout*, with its functions in a
random order, two of eight such layouts in each comparison. A layout can change the speed truly, so what is called regressed
there is not always an error of the rule.

The machine is *quiet* (nothing of ours runs besides), has *one busy core* (a process that never waits), or *busy cores and disk*
(as many of them as there are cores, and a process that writes to the disk and waits for it). Blocks of the three follow each
other in random order. The pointer chase takes the gate many times as long as the others, so it has a sixth of their
comparisons. The rules of other tools are given data of their own within the same seconds. Every rate has its 95 % interval
(Clopper and Pearson), which takes comparisons for independent; those of one block share their minutes.

";

/// Name and text of every plot.
fn plots(lines: &[Line]) -> Vec<(&'static str, String)> {
    let series: Vec<String> = Regime::ALL.iter().map(Regime::to_string).collect();
    let wrong = |rule: Rule| {
        let of = |regime: &Regime| {
            let is = |comparison: &Comparison| {
                comparison.subject.regime == *regime && comparison.subject.kind.is_unchanged()
            };
            rate(singles(lines), rule, is, &[Says::Worse, Says::Better])
        };
        Bars { name: rule.name(), rates: Regime::ALL.iter().map(of).collect() }
    };
    let alarms: Vec<Bars> = Rule::ALL.into_iter().map(wrong).collect();
    let found = |permille: u32| {
        let of = |regime: &Regime| {
            let is = |comparison: &Comparison| {
                comparison.subject.regime == *regime && comparison.subject.permille == permille
            };
            rate(singles(lines), Rule::Gate, is, &[Says::Worse])
        };
        let name = format!("{:.2} times the work", f64::from(permille) / 1000.0);
        Bars { name, rates: Regime::ALL.iter().map(of).collect() }
    };
    let detection: Vec<Bars> = tables::ratios(lines, true).into_iter().map(found).collect();
    let of_rule = |is_gate: bool| {
        Regime::ALL.into_iter().map(move |regime| {
            let unchanged = singles(lines)
                .filter(|comparison| comparison.subject.regime == regime && comparison.subject.kind.is_unchanged());
            let values = unchanged.filter_map(|comparison| {
                let (gate, sequence) = rates::off(comparison);
                if is_gate { gate } else { sequence }
            });
            let name = if is_gate { "`hil gate`" } else { "means in sequence" };
            (format!("{name}, {regime}"), values.collect())
        })
    };
    let rows: Vec<(String, Vec<f64>)> = of_rule(true).chain(of_rule(false)).collect();
    vec![
        (
            "false-alarms.svg",
            plot::bars("Unchanged code called slower or faster, with 95 % intervals", &series, &alarms),
        ),
        (
            "ratios.svg",
            plot::rows(
                "Ratio of unchanged code less 1; the margin is marked, the edge collects the rest",
                &rows,
                0.05,
                MARGIN,
            ),
        ),
        ("detection.svg", plot::bars("Called regressed by the gate, with 95 % intervals", &series, &detection)),
    ]
}

#[cfg(test)]
pub mod tests;
