//! The example does what its README says: it is an agent, its kernel is right, and it can be measured.

use hil_testkit::hil_bench::control::SystemClock;
use hil_testkit::hil_bench::process::ProcessBench;
use hil_testkit::hil_model::id::PlatformId;
use hil_testkit::hil_model::lab::{BenchInfo, Evidence};
use hil_testkit::jobs::{TestInputs, drive, job, kernel, measure, verify};

#[test]
fn the_filter_is_measured_as_an_own_image() {
    let platform = PlatformId::new("desktop-cpu").unwrap();
    let info = BenchInfo::new(platform, Evidence::Host, 1);
    let bench = ProcessBench::new(env!("CARGO_BIN_EXE_own-kernel"), vec!["agent".into()], info);
    let job = job(vec![("main", kernel("own/fir"))], vec![vec![verify("main"), measure("main", 50)]]);
    let (outcome, _) = drive(&job, &bench, &SystemClock::start(), &TestInputs::default(), &mut |_, _| {});
    assert_eq!(outcome.fault, None);
    let observed = &outcome.observations[0];
    assert_eq!((observed.failure.clone(), observed.iterations.len()), (None, 50));
}
