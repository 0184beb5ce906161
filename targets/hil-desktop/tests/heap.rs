//! Real agents that count their heap.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

use hil_desktop::heap;
use hil_testkit::hil_bench::control::SystemClock;
use hil_testkit::hil_bench::process::ProcessBench;
use hil_testkit::hil_model::id::PlatformId;
use hil_testkit::hil_model::lab::{BenchInfo, Evidence};
use hil_testkit::hil_model::plan::Step;
use hil_testkit::hil_model::sample::Observations;
use hil_testkit::jobs::{TestInputs, drive, job, kernel, workload_id};

/// What is booked of two starts in which the heap of the kernel `name` is counted.
fn seen(name: &str) -> Observations {
    let info = BenchInfo::new(PlatformId::new("desktop-cpu").unwrap(), Evidence::Host, 2);
    let bench = ProcessBench::new(env!("CARGO_BIN_EXE_hil-agent-desktop"), vec!["agent".into()], info);
    let start = || vec![Step::Heap { workload: workload_id("main"), iterations: 2 }];
    let job = job(vec![("main", kernel(name))], vec![start(), start()]);
    let bench = bench.with_heap_flag(heap::FLAG);
    let (mut outcome, _) = drive(&job, &bench, &SystemClock::start(), &TestInputs::default(), &mut |_, _| {});
    assert_eq!((outcome.fault, outcome.interrupted), (None, false));
    outcome.observations.remove(0)
}

/// The bytes of the kernel `name`, which are the same in both starts.
fn bytes(name: &str) -> u64 {
    let seen = seen(name);
    let [first, second] = seen.heaps.as_slice() else { panic!("{seen:?}") };
    assert_eq!(first.bytes, second.bytes, "{name}");
    first.bytes
}

#[test]
fn the_heap_of_attention_is_its_buffers_and_grows_as_the_method_says() {
    // One matrix of weights, tokens by tokens, beside what is tokens by 64; tiled attention has no such matrix.
    let matrix = |tokens: u64| 4 * tokens * tokens;
    let [standard, larger] = [512, 1024].map(|tokens| bytes(&format!("ndv/attention-standard-{tokens}")));
    assert!((matrix(512)..2 * matrix(512)).contains(&standard), "{standard}");
    assert!((matrix(1024)..2 * matrix(1024)).contains(&larger), "{larger}");
    let tiled = bytes("ndv/attention-tiled-64-1024");
    assert!(tiled < matrix(1024), "{tiled}");
}

#[test]
fn a_kernel_of_arrays_has_next_to_nothing_on_the_heap() {
    let seen = seen("lan/mfcc");
    // It works on arrays that are part of it: that nothing of it is on the heap is a figure, too.
    assert_eq!((seen.heaps.len(), seen.unobservable.len()), (2, 0), "{seen:?}");
    assert!(seen.heaps[0].bytes < 1 << 16, "{seen:?}");
}
