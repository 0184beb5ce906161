//! Expand: scenarios and lab become a plan.

use hil_model::plan::Plan;
use hil_model::scenario::Scenario;

use crate::args::RunArgs;
use crate::stages::load::Question;

/// Plans the run.
#[must_use]
pub fn expand(question: &Question, args: &RunArgs) -> Plan {
    let options = hil_plan::Options { seed: question.seed, quick: args.amount.quick, budget: args.amount.budget };
    // A scenario whose data is damaged is a fault of the rig already; the others run.
    let sound = |scenario: &&Scenario| !question.faults.iter().any(|fault| fault.scenario == scenario.id);
    let scenarios: Vec<Scenario> = question.scenarios.iter().filter(sound).cloned().collect();
    hil_plan::plan(&scenarios, &question.lab, &question.missing, &options)
}
