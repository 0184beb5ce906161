//! `--only`: which scenarios, and which of their checks, are meant.

use hil_model::scenario::{Check, Scenario};

/// Words of `--only` that fit no scenario, platform or target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--only {}: no scenario, platform or target has this name; see `hil list scenarios`", .0.join(", "))]
pub struct NothingSelected(pub Vec<String>);

/// Keeps what `only` names: a scenario id keeps the whole scenario, a platform keeps all scenarios on it, a target
/// keeps the checks that answer it. An empty `only` keeps everything.
///
/// # Errors
/// [`NothingSelected`] with the words that fit nothing: a mistyped name must not pass for an empty, green run.
pub fn select(scenarios: Vec<Scenario>, only: &[String]) -> Result<Vec<Scenario>, NothingSelected> {
    if only.is_empty() {
        return Ok(scenarios);
    }
    let unknown: Vec<String> = only.iter().filter(|word| !scenarios.iter().any(|s| fits(s, word))).cloned().collect();
    if !unknown.is_empty() {
        return Err(NothingSelected(unknown));
    }
    Ok(scenarios
        .into_iter()
        .filter_map(|mut scenario| {
            let whole = only.iter().any(|word| names_whole(&scenario, word));
            if !whole {
                scenario.checks.retain(|check| only.iter().any(|word| answers(check, word)));
                scenario.alerts.retain(|alert| {
                    alert.target.as_ref().is_some_and(|target| only.iter().any(|word| word == target.as_str()))
                });
            }
            (!scenario.checks.is_empty() || !scenario.alerts.is_empty()).then_some(scenario)
        })
        .collect())
}

fn fits(scenario: &Scenario, word: &str) -> bool {
    let alert = || scenario.alerts.iter().any(|alert| alert.target.as_ref().is_some_and(|t| t.as_str() == word));
    names_whole(scenario, word) || scenario.checks.iter().any(|check| answers(check, word)) || alert()
}

fn names_whole(scenario: &Scenario, word: &str) -> bool {
    scenario.id.as_str() == word || scenario.platform.as_str() == word
}

fn answers(check: &Check, word: &str) -> bool {
    check.target.as_ref().is_some_and(|target| target.as_str() == word)
}
