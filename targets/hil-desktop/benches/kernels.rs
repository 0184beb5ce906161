//! Every kernel that the desktop agent registers, timed by criterion on its built-in known input.
//!
//! The registry is the list: a kernel that is added to it is benchmarked here without another line, under its own
//! name as criterion's id. Nothing is timed before the known answer was right, and it is checked again afterwards.
//! `cargo bench -p hil-desktop --bench kernels -- lan/keyword_i8`.
#![expect(clippy::panic, reason = "a benchmark of a kernel that computes something else must not give a figure")]

use criterion::{Criterion, criterion_group, criterion_main};
use hil_agent::kernel::Kernel;
use hil_desktop::kernels::shared_kernels;

fn kernels(criterion: &mut Criterion) {
    for mut kernel in shared_kernels() {
        let name = kernel.name().to_owned();
        criterion.bench_function(&name, |bencher| {
            expect_right(kernel.as_mut());
            bencher.iter(|| kernel.run());
            expect_right(kernel.as_mut());
        });
    }
}

/// Loads the built-in input; panics when the result on it is another than the known one.
fn expect_right(kernel: &mut dyn Kernel) {
    if let Err(mismatch) = kernel.known_answer() {
        panic!("{}: {}", kernel.name(), mismatch.difference());
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
