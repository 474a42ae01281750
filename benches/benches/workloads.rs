//! End to end, by workload: 16 KiB inputs, prediction on and off.

use criterion::{Criterion, criterion_group, criterion_main};
use deltaic_benches::{
    cut::Cut,
    deltaic_stack::{deltaic, unpredicted},
    workloads::{ALL, EVENTS},
};

mod common;

fn workloads(criterion: &mut Criterion) {
    for (name, make) in ALL {
        let workload = make(7, EVENTS);
        let mut group = criterion.benchmark_group(name);
        for entry in [deltaic(), unpredicted()] {
            entry.check(&workload, Cut::Bytes(16 << 10)).unwrap_or_else(|why| panic!("{name}: {why}"));
            common::bench(&mut group, &entry, &workload, Cut::Bytes(16 << 10));
        }
    }
}

criterion_group! { name = benches; config = common::criterion(); targets = workloads }
criterion_main!(benches);
