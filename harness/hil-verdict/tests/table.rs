//! The verdict of every kind of finding, one line a case.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

mod common;

use std::time::Duration;

use common::{check, figure, limited, place};
use hil_model::estimate::{Finding, OrderStep};
use hil_model::id::WorkloadId;
use hil_model::limit::Limit;
use hil_model::metric::{Metric, Statistic};
use hil_model::run::Alarm;
use hil_model::sample::{Cut, Failure};
use hil_model::scenario::{Alert, Rule, Severity};
use hil_model::verdict::{Outcome, Reason, Verdict};
use hil_verdict::{alarm, judge, worst};

/// The code of the verdict: the outcome, and the stable word of the reason if there is one.
fn code(verdict: &Verdict) -> String {
    let reason = verdict.reason.as_ref().map(|reason| format!(" {}", reason.code()));
    format!("{}{}", verdict.outcome, reason.unwrap_or_default())
}

#[test]
fn an_interval_and_its_limits_have_one_verdict() {
    let cases = [
        // Limit, second tier, lower, figure, upper, verdict. Seconds and times.
        ("< 15 s", None, Some(10.0), 11.0, Some(14.9), "pass"),
        ("< 15 s", None, Some(10.0), 11.0, Some(15.0), "inconclusive straddles"),
        ("<= 15 s", None, Some(10.0), 11.0, Some(15.0), "pass"),
        ("< 15 s", None, Some(15.0), 16.0, Some(17.0), "fail missed"),
        ("<= 15 s", None, Some(15.0), 16.0, Some(17.0), "inconclusive straddles"),
        ("<= 15 s", None, Some(15.1), 16.0, Some(17.0), "fail missed"),
        (">= 2 x", None, Some(2.0), 3.0, Some(4.0), "pass"),
        ("> 2 x", None, Some(2.0), 3.0, Some(4.0), "inconclusive straddles"),
        (">= 2 x", None, Some(1.0), 1.5, Some(1.9), "fail missed"),
        (">= 2 x", None, Some(1.0), 1.5, Some(2.0), "inconclusive straddles"),
        ("40..60 x", None, Some(40.0), 50.0, Some(60.0), "pass"),
        ("40..60 x", None, Some(39.0), 50.0, Some(55.0), "inconclusive straddles"),
        ("40..60 x", None, Some(30.0), 50.0, Some(70.0), "inconclusive straddles"),
        ("40..60 x", None, Some(61.0), 62.0, Some(70.0), "fail missed"),
        ("40..60 x", None, Some(10.0), 20.0, Some(39.9), "fail missed"),
        // The second tier.
        ("< 15 s", Some("< 20 s"), Some(10.0), 11.0, Some(14.0), "pass"),
        ("< 15 s", Some("< 20 s"), Some(10.0), 14.0, Some(19.0), "acceptable second-tier-only"),
        ("< 15 s", Some("< 20 s"), Some(16.0), 17.0, Some(19.0), "acceptable second-tier-only"),
        ("< 15 s", Some("< 20 s"), Some(16.0), 17.0, Some(21.0), "inconclusive straddles"),
        ("< 15 s", Some("< 20 s"), Some(10.0), 17.0, Some(21.0), "inconclusive straddles"),
        ("< 15 s", Some("< 20 s"), Some(20.0), 21.0, Some(22.0), "fail missed"),
        ("< 15 s", Some("< 5 s"), Some(10.0), 11.0, Some(16.0), "inconclusive straddles"),
        (">= 3 x", Some(">= 2 x"), Some(2.5), 2.8, Some(3.1), "acceptable second-tier-only"),
        // Absent ends: the far one is needed for a proof, the near one only for a disproof.
        ("< 15 s", None, None, 11.0, Some(14.0), "pass"),
        ("< 15 s", None, None, 16.0, Some(17.0), "inconclusive straddles"),
        ("< 15 s", None, Some(10.0), 11.0, None, "invalid too-few-samples"),
        ("< 15 s", None, Some(15.0), 16.0, None, "fail missed"),
        ("< 15 s", None, None, 11.0, None, "invalid too-few-samples"),
        ("40..60 x", None, Some(41.0), 50.0, None, "invalid too-few-samples"),
        ("40..60 x", None, None, 30.0, Some(39.0), "fail missed"),
        ("< 15 s", Some("< 20 s"), Some(16.0), 17.0, None, "invalid too-few-samples"),
        // What is no number.
        ("< 15 s", None, Some(1.0), f64::NAN, Some(2.0), "invalid not-finite"),
        ("> 15 s", None, Some(20.0), f64::INFINITY, None, "invalid not-finite"),
        ("> 15 s", None, Some(20.0), 21.0, Some(f64::INFINITY), "invalid not-finite"),
        ("< 15 s", None, Some(f64::NAN), 1.0, Some(2.0), "invalid not-finite"),
        // An interval that does not contain its figure proves nothing about the figure.
        ("< 15 s", None, Some(10.0), 16.0, Some(14.0), "inconclusive straddles"),
        ("< 15 s", None, Some(16.0), 14.0, Some(17.0), "inconclusive straddles"),
    ];
    for (limit, acceptable, lower, value, upper, expected) in cases {
        let verdict = judge(&limited(limit, acceptable), &Finding::Estimate(figure(lower, value, upper)), None);
        assert_eq!(code(&verdict), expected, "{limit} {acceptable:?} {lower:?} {value} {upper:?}");
    }
}

#[test]
fn reasons_count_whole_independent_observations_and_say_whether_the_budget_ended() {
    let unbounded = Finding::Estimate(figure(None, 1.0, None));
    for (cut, budget_spent) in [(None, false), (Some(Cut::Budget), true)] {
        let verdict = judge(&limited("< 15 s", None), &unbounded, cut);
        assert_eq!(verdict.reason, Some(Reason::TooFewSamples { have: 40, need: 59, budget_spent }));
        let straddling = Finding::Estimate(figure(Some(1.0), 2.0, Some(20.0)));
        let verdict = judge(&limited("< 15 s", None), &straddling, cut);
        assert_eq!(verdict.reason, Some(Reason::Straddles { budget_spent }));
    }
    let too_few = Finding::TooFew { have: 3, need: 40 };
    let verdict = judge(&check(Rule::Report), &too_few, Some(Cut::Budget));
    assert_eq!(verdict.reason, Some(Reason::TooFewSamples { have: 3, need: 40, budget_spent: true }));
}

#[test]
fn what_the_user_left_unproved_was_not_run_and_what_is_proved_stands() {
    let figure = |lower, value, upper| Finding::Estimate(figure(lower, value, upper));
    let step = |lower, upper| {
        let ratio = common::figure(lower, 1.1, upper);
        let (lesser, greater) = (WorkloadId::new("euler").unwrap(), WorkloadId::new("heun").unwrap());
        Finding::Order(vec![OrderStep { lesser, greater, ratio }])
    };
    let broken = Finding::Cases { held: 1, total: 2, first_broken: None };
    let limit = || limited("< 15 s", None);
    let order = || check(Rule::Order(Vec::new()));
    let conforms = || check(Rule::Conforms(hil_model::id::TableName::new("t").unwrap()));
    let crashed = Finding::Failed(Failure::Crashed { detail: String::new() });
    let cases = [
        // Check, finding, verdict after the user's wish to stop, verdict after the end of the budget.
        (limit(), figure(Some(10.0), 11.0, None), "not-run interrupted", "invalid too-few-samples"),
        (limit(), figure(Some(10.0), 11.0, Some(16.0)), "not-run interrupted", "inconclusive straddles"),
        (limit(), Finding::TooFew { have: 1, need: 2 }, "not-run interrupted", "invalid too-few-samples"),
        (order(), step(Some(0.9), Some(1.2)), "not-run interrupted", "inconclusive order-step"),
        (order(), step(None, Some(1.2)), "not-run interrupted", "invalid too-few-samples"),
        (order(), Finding::Order(Vec::new()), "not-run interrupted", "invalid too-few-samples"),
        (limit(), figure(Some(10.0), 11.0, Some(12.0)), "pass", "pass"),
        (limit(), figure(Some(16.0), 17.0, None), "fail missed", "fail missed"),
        (order(), step(Some(1.05), Some(1.2)), "pass", "pass"),
        (conforms(), broken, "fail broken-case", "fail broken-case"),
        (limit(), crashed, "invalid crashed", "invalid crashed"),
        (limit(), figure(None, f64::NAN, None), "invalid not-finite", "invalid not-finite"),
    ];
    for (check, finding, by_user, by_budget) in cases {
        assert_eq!(code(&judge(&check, &finding, Some(Cut::User))), by_user, "{finding:?}");
        assert_eq!(code(&judge(&check, &finding, Some(Cut::Budget))), by_budget, "{finding:?}");
    }
    let disproved = Finding::Order(vec![OrderStep {
        lesser: WorkloadId::new("euler").unwrap(),
        greater: WorkloadId::new("heun").unwrap(),
        ratio: common::figure(Some(0.5), 0.6, Some(0.9)),
    }]);
    assert_eq!(code(&judge(&order(), &disproved, Some(Cut::User))), "fail order-step");
}

#[test]
fn a_failure_of_the_code_is_a_failure_whatever_was_asked() {
    let text = || "detail".to_owned();
    let cases = [
        (Failure::WrongResult { detail: text() }, "fail wrong-result"),
        (Failure::Crashed { detail: text() }, "invalid crashed"),
        (Failure::TimedOut { after: Duration::from_secs(1) }, "invalid timeout"),
        (Failure::ClockStuck { counter: text() }, "invalid clock-stuck"),
    ];
    for (failure, expected) in cases {
        for check in [limited("< 15 s", Some("< 20 s")), check(Rule::Report), check(Rule::Order(Vec::new()))] {
            assert_eq!(code(&judge(&check, &Finding::Failed(failure.clone()), None)), expected);
        }
    }
}

#[test]
fn without_a_limit_a_figure_is_reported_and_nothing_else_is() {
    let report = check(Rule::Report);
    assert_eq!(judge(&report, &Finding::Estimate(figure(None, 1.0, None)), None), Verdict::REPORTED);
    assert_eq!(judge(&report, &Finding::Cases { held: 1, total: 2, first_broken: None }, None), Verdict::REPORTED);
    let no_number = Finding::Estimate(figure(None, f64::NAN, None));
    assert_eq!(code(&judge(&report, &no_number, None)), "invalid not-finite");
    let nothing = Finding::CannotObserve { needs: "a power meter".to_owned() };
    assert_eq!(code(&judge(&report, &nothing, None)), "not-run cannot-observe");
}

#[test]
fn a_table_holds_only_as_a_whole_and_an_empty_one_is_no_proof() {
    let cases = |held, total| Finding::Cases { held, total, first_broken: Some("b: 2 is not 3".to_owned()) };
    let conforms = check(Rule::Conforms(hil_model::id::TableName::new("t").unwrap()));
    assert_eq!(judge(&conforms, &cases(3, 3), None), Verdict::PASS);
    assert_eq!(code(&judge(&conforms, &cases(2, 3), None)), "fail broken-case");
    assert_eq!(code(&judge(&conforms, &cases(0, 0), None)), "invalid too-few-samples");
    assert_eq!(judge(&limited(">= 60 %", None), &cases(2, 3), None), Verdict::PASS);
    assert_eq!(code(&judge(&limited(">= 70 %", None), &cases(2, 3), None)), "fail broken-case");
}

#[test]
fn an_order_is_proved_step_by_step() {
    let order = check(Rule::Order(Vec::new()));
    let step = |lower, value, upper| OrderStep {
        lesser: WorkloadId::new("euler").unwrap(),
        greater: WorkloadId::new("heun").unwrap(),
        ratio: figure(lower, value, upper),
    };
    let proved = || step(Some(1.5), 2.0, Some(2.5));
    let disproved = || step(Some(0.5), 0.6, Some(0.9));
    let unproved = || step(Some(0.9), 1.1, Some(1.2));
    let unbounded = || step(None, 1.1, None);
    let no_number = || step(None, f64::NAN, None);
    let cases = [
        (vec![proved(), proved()], "pass"),
        (vec![proved(), unproved()], "inconclusive order-step"),
        (vec![step(Some(1.0), 1.1, Some(1.2))], "inconclusive order-step"),
        (vec![unproved(), disproved()], "fail order-step"),
        (vec![unbounded(), disproved()], "fail order-step"),
        (vec![proved(), unbounded()], "invalid too-few-samples"),
        (vec![proved(), no_number()], "invalid not-finite"),
        (vec![step(Some(0.5), f64::NAN, Some(0.9))], "invalid not-finite"),
        (vec![], "invalid too-few-samples"),
    ];
    for (steps, expected) in cases {
        assert_eq!(code(&judge(&order, &Finding::Order(steps.clone()), None)), expected, "{steps:?}");
    }
    let verdict = judge(&order, &Finding::Order(vec![proved(), unproved()]), None);
    assert_eq!(verdict.reason, Some(Reason::OrderStep { step: "euler < heun".to_owned(), disproved: false }));
}

#[test]
fn a_finding_of_another_form_than_asked_for_is_no_answer() {
    let good = Finding::Estimate(figure(Some(1.0), 2.0, Some(3.0)));
    let all_hold = Finding::Cases { held: 3, total: 3, first_broken: None };
    let conforms = check(Rule::Conforms(hil_model::id::TableName::new("t").unwrap()));
    let order = check(Rule::Order(Vec::new()));
    for (check, finding) in [(&conforms, &good), (&order, &good), (&order, &all_hold)] {
        assert_eq!(judge(check, finding, None).outcome, Outcome::NotRun, "{finding:?}");
    }
    for check in [limited("< 15 s", None), conforms] {
        assert_eq!(judge(&check, &Finding::Order(Vec::new()), None).outcome, Outcome::NotRun);
    }
}

#[test]
fn a_row_is_as_good_as_its_worst_part_and_nothing_is_not_run() {
    assert_eq!(worst(&[Outcome::Pass, Outcome::Fail, Outcome::Acceptable]), Outcome::Fail);
    assert_eq!(worst(&[Outcome::Pass, Outcome::Reported]), Outcome::Pass);
    assert_eq!(worst(&[Outcome::Pass]), Outcome::Pass);
    assert_eq!(worst(&[]), Outcome::NotRun);
}

#[test]
fn an_alarm_is_raised_or_quiet_only_by_proof() {
    let alert = |when: &str| Alert {
        target: None,
        metric: Metric::Latency,
        statistic: Statistic::Percentile(950),
        workload: WorkloadId::main(),
        drift: false,
        when: Limit::parse(when).unwrap(),
        severity: Severity::Critical,
        place: place(),
    };
    let cases = [
        ("> 50 s", Some(51.0), 60.0, Some(70.0), Alarm::Raised),
        ("> 50 s", Some(51.0), 60.0, None, Alarm::Raised),
        ("> 50 s", Some(40.0), 45.0, Some(50.0), Alarm::Quiet),
        ("> 50 s", None, 45.0, Some(49.0), Alarm::Quiet),
        ("> 50 s", Some(40.0), 60.0, Some(70.0), Alarm::Unknown),
        ("> 50 s", Some(40.0), 45.0, None, Alarm::Unknown),
        ("> 50 s", None, f64::NAN, None, Alarm::Unknown),
        ("< 3 s", Some(1.0), 2.0, Some(2.5), Alarm::Raised),
    ];
    for (when, lower, value, upper, expected) in cases {
        let found = alarm(&alert(when), &Finding::Estimate(figure(lower, value, upper)));
        assert_eq!(found, expected, "{when} {lower:?} {value} {upper:?}");
    }
    for finding in [
        Finding::TooFew { have: 0, need: 1 },
        Finding::Failed(Failure::Crashed { detail: String::new() }),
        Finding::CannotObserve { needs: String::new() },
        Finding::Cases { held: 0, total: 0, first_broken: None },
    ] {
        assert_eq!(alarm(&alert("> 50 s"), &finding), Alarm::Unknown, "{finding:?}");
    }
    let broken = Finding::Cases { held: 1, total: 2, first_broken: None };
    assert_eq!(alarm(&alert("< 100 %"), &broken), Alarm::Raised);
}
