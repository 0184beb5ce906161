//! How fast probe-rs works with an emulated board, over TCP and in process: `cargo bench -p hil-probe`.
//!
//! The figures depend on the host, above all on how it wakes the other side of a TCP connection; compare the two
//! fronts with each other, and one version with the next on the same host.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up can only panic")]

#[expect(dead_code, reason = "tests use more of it")]
#[path = "../tests/probe/rig.rs"]
mod rig;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use probe_rs::{MemoryInterface as _, RegisterId};

use rig::{ALL, Rig};

/// Words of a block: 64 KiB.
const BLOCK: usize = 16 << 10;

fn fronts(criterion: &mut Criterion) {
    for (chip, front) in ALL {
        let mut group = criterion.benchmark_group(format!("{}-{front:?}", chip.board));
        group.sample_size(20).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(500));
        let rig = Rig::new(chip, front);
        group.bench_function("attach", |bencher| bencher.iter(|| drop(rig.attach(chip.name))));
        let mut session = rig.attach(chip.name);
        let mut core = session.core(0).unwrap();
        core.halt(Duration::from_secs(1)).unwrap();
        group.throughput(Throughput::Elements(1));
        group.bench_function("read-word", |bencher| bencher.iter(|| core.read_word_32(chip.ram).unwrap()));
        group.bench_function("read-register", |bencher| {
            bencher.iter(|| core.read_core_reg::<u32>(RegisterId(0)).unwrap());
        });
        let mut block = vec![0u32; BLOCK];
        group.throughput(Throughput::Bytes(4 * BLOCK as u64));
        group.bench_function("read-64-KiB", |bencher| {
            bencher.iter(|| core.read_32(chip.ram, black_box(&mut block)).unwrap());
        });
        group.bench_function("write-64-KiB", |bencher| {
            bencher.iter(|| core.write_32(chip.ram, black_box(&block)).unwrap());
        });
        group.finish();
    }
}

criterion_group!(benches, fronts);
criterion_main!(benches);
