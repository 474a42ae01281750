//! What every bench does: prove the answer, then time it, proving it again each time.

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use deltaic_benches::{cut::Cut, stack::Entry, workloads::Workload};
use std::time::Duration;

/// Short runs: the figures that are published come from `ratios`.
pub fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .configure_from_args()
}

/// Benches one stack, or says what it cannot decode.
pub fn bench(group: &mut BenchmarkGroup<'_, WallTime>, entry: &Entry, workload: &Workload, cut: Cut) {
    let expected = match entry.check(workload, cut) {
        Ok(expected) => expected,
        Err(why) => {
            let why = why.lines().next().unwrap_or_default();
            println!("{}, {cut}: {} cannot decode it: {why}", workload.name, entry.name);
            return;
        }
    };
    group.throughput(Throughput::ElementsAndBytes {
        elements: workload.payloads,
        bytes: workload.stream.len() as u64,
    });
    group.bench_function(BenchmarkId::new(entry.name, cut), |bencher| {
        bencher.iter(|| assert_eq!((entry.tally)(workload, cut), expected));
    });
}
