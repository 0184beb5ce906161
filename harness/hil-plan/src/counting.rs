//! Instructions and the heap: what it takes to count them.

use hil_model::lab::{BenchInfo, Counting, Evidence};
use hil_model::metric::Metric;
use hil_model::scenario::{Code, Workload};
use hil_model::verdict::Reason;

use crate::Options;

/// Why the instructions or the heap of `workload` cannot be counted on `bench`; nothing for other metrics.
pub(crate) fn obstacle(metric: Metric, workload: &Workload, bench: &BenchInfo, options: &Options) -> Option<Reason> {
    let is_kernel = matches!(workload.code, Code::Kernel(_));
    let needs = match metric {
        Metric::Instructions | Metric::Heap if !is_kernel => {
            "a kernel: it is counted where iterations can be told apart"
        }
        Metric::Heap if bench.evidence != Evidence::Host => "this computer: the heap of its own agents is counted",
        Metric::Instructions => match &bench.counting {
            Counting::Needs(needs) => needs,
            // Where instructions are counted, an iteration takes dozens of times as long.
            Counting::Here if options.quick => return Some(Reason::QuickRun),
            Counting::Here => return None,
        },
        _ => return None,
    };
    Some(Reason::CannotObserve { needs: needs.to_owned() })
}
