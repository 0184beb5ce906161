//! Instructions: what it takes to count them.

use hil_model::lab::{BenchInfo, Counting};
use hil_model::metric::Metric;
use hil_model::scenario::{Code, Workload};
use hil_model::verdict::Reason;

use crate::Options;

/// Why the instructions of `workload` cannot be counted on `bench`; nothing for other metrics.
pub(crate) fn obstacle(metric: Metric, workload: &Workload, bench: &BenchInfo, options: &Options) -> Option<Reason> {
    if metric != Metric::Instructions {
        return None;
    }
    let needs = match (&workload.code, &bench.counting) {
        (Code::Command(_) | Code::Criterion(_), _) => {
            "a kernel: instructions are counted where iterations can be told apart"
        }
        (Code::Kernel(_), Counting::Needs(needs)) => needs,
        (Code::Kernel(_), Counting::Here) if options.quick => {
            "a run without --quick: where instructions are counted, an iteration takes dozens of times as long"
        }
        (Code::Kernel(_), Counting::Here) => return None,
    };
    Some(Reason::CannotObserve { needs: needs.to_owned() })
}
