//! The report of a small log whose figures are known.

use super::{document, plots};
use crate::trust::record::{
    Comparison, Control, Gate, Kind, Line, Machine, Regime, Row, Session, Subject, Times, Truth, Turns,
};

/// A gating row with an interval of 0.4 %.
pub fn row(change: &str, ratio: f64) -> Row {
    Row {
        scenario: "trust-integer".to_owned(),
        figure: "main latency median".to_owned(),
        change: change.to_owned(),
        reason: None,
        margin: 0.01,
        ratio: [Some(ratio), Some(ratio - 0.002), Some(ratio + 0.002)],
        pairs: 150,
        smallest_seen: Some(0.004),
        gating: true,
    }
}

/// A comparison on a quiet machine: of one workload if it has one row, else a run of many.
pub fn comparison(index: u64, kind: Kind, permille: u32, rows: Vec<Row>) -> Comparison {
    let workload = (rows.len() < 2).then(|| "integer".to_owned());
    Comparison {
        index,
        subject: Subject { regime: Regime::Quiet, kind, workload, permille, layouts: [0, 0] },
        at: 1_800_000_000,
        seconds: 3.0,
        others: Some(0.1),
        stolen: Some(0.0),
        gate: Gate {
            exit: Some(0),
            decision: Some("pass".to_owned()),
            rows,
            control_agrees: Some(true),
            errors: Vec::new(),
            seconds: 2.0,
        },
        sequence: None,
        turns: None,
        processes: None,
    }
}

/// Four single comparisons on a quiet machine, of which one has data for the other rules, and a run of two metrics.
pub fn log() -> Vec<Line> {
    let session = Session {
        at: 1_800_000_000,
        seed: 1,
        plan: "full".to_owned(),
        programs: ["a".to_owned(), "b".to_owned()],
        version: "hil 0.1.0".to_owned(),
        hyperfine: Some("hyperfine 1.15.0".to_owned()),
        machine: Machine { processor: "A".to_owned(), cores: 2, system: "linux 6".to_owned(), is_virtual: Some(true) },
    };
    let mut slower = comparison(2, Kind::Slower, 1050, vec![row("regressed", 1.06)]);
    let times = Times {
        baseline: (0..200).map(|at| 1000 + at % 7).collect(),
        candidate: (0..200).map(|at| 1060 + at % 7).collect(),
    };
    slower.turns = Some(Turns { times: times.clone(), candidate_first: (0..200).map(|at| at % 3 == 0).collect() });
    slower.sequence = Some(times);
    let mut broken = comparison(3, Kind::Layout, 1000, Vec::new());
    broken.gate.decision = None;
    let control = Control {
        name: "crash".to_owned(),
        about: "it aborts".to_owned(),
        gate: Gate { exit: Some(5), ..Gate::default() },
        is_held: true,
    };
    let truth = Truth {
        tool: "valgrind-3".to_owned(),
        workload: "integer".to_owned(),
        permille: 1050,
        base: 1000.0,
        scaled: 1050.0,
    };
    let comparisons = [
        comparison(0, Kind::Copy, 1000, vec![row("unchanged", 1.0)]),
        comparison(1, Kind::Copy, 1000, vec![row("regressed", 1.03)]),
        slower,
        broken,
        comparison(4, Kind::Copy, 1000, vec![row("unchanged", 1.0), row("regressed", 1.1)]),
    ];
    let comparisons = comparisons.into_iter().map(|comparison| Line::Comparison(Box::new(comparison)));
    [Line::Session(session), Line::Truth(truth), Line::Control(control)].into_iter().chain(comparisons).collect()
}

#[test]
fn the_document_says_what_the_log_has_and_no_more() {
    let text = document(&log()).unwrap();
    for wanted in [
        "- Machine: A, 2 cores, a virtual machine; linux 6.",
        "- 5 calls of `hil gate` (4 comparisons of one figure, 1 runs of thirty) in 0.0 hours and 1 session.",
        "| at most 1 % of comparisons of unchanged code called regressed | quiet | 1 of 3 (33.3 %, 0.8 to 90.6) | missed |",
        "| at most 1 % of comparisons of unchanged code called regressed | one busy core | not measured | not measured |",
        "| at most 5 % of runs of thirty figures with one called regressed | quiet | 1 of 1 (100.0 %, 2.5 to 100.0) | missed |",
        "| 95 % of slowdowns by twice the margin found | quiet | not measured | not measured |",
        "| at most 10 % inconclusive on a quiet machine | quiet | 0 of 3 (0.0 %, 0.0 to 70.8) | met |",
        "| quiet | layout | 0 of 1 (0.0 %, 0.0 to 97.5) | 0 of 1 (0.0 %, 0.0 to 97.5) | 0 of 1 (0.0 %, 0.0 to 97.5) | 1 of 1 (100.0 %, 2.5 to 100.0) | - |",
        "| 1.05 | 1 of 1 (100.0 %, 2.5 to 100.0) | not measured | not measured |",
        "| criterion, in sequence | 1 of 1 (100.0 %, 2.5 to 100.0) |",
        "| crash | it aborts | 5 | no verdict | held back |",
        "| integer | 1000 | 1.05000 |",
        "| quiet | 4 | 2.00 and 2.00 | 0.10 and 0.10 | 0.00 |",
        "1 calls of the gate ended in a fault of the rig.",
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
}

#[test]
fn every_table_has_as_many_cells_in_each_row() {
    let text = document(&log()).unwrap();
    let cells = |line: &str| line.matches('|').count();
    for (above, below) in text.lines().zip(text.lines().skip(1)) {
        let both = above.starts_with('|') && below.starts_with('|');
        assert!(!both || cells(above) == cells(below), "{above}\n{below}");
    }
}

#[test]
fn nothing_measured_is_no_report() {
    assert!(document(&[]).is_err());
    assert!(document(&log()[..3]).is_err());
}

#[test]
fn plots_are_whole_and_named_in_the_document() {
    let (text, plots) = (document(&log()).unwrap(), plots(&log()));
    assert_eq!(plots.len(), 3);
    for (name, svg) in plots {
        assert!(
            text.contains(&format!("](trust/{name})")) && svg.starts_with("<svg") && svg.ends_with("</svg>\n"),
            "{name}"
        );
    }
}
