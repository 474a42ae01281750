//! End to end, by cut; and the gateway: 10,000 streams, one event of each in turn.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use deltaic_benches::{
    cut::Cut,
    deltaic_stack::{deltaic, unpredicted},
    gateway::Gateway,
    peers,
    workloads::{self, EVENTS},
};

mod common;

fn cuts(criterion: &mut Criterion) {
    for name in ["mix", "openai_text", "cjk_escaped", "tool_calls"] {
        let workload = workloads::named(name, EVENTS);
        let mut group = criterion.benchmark_group(format!("cuts/{name}"));
        for cut in Cut::ALL {
            deltaic().check(&workload, cut).unwrap_or_else(|why| panic!("{name}, {cut}: {why}"));
            common::bench(&mut group, &deltaic(), &workload, cut);
        }
    }
}

fn gateway(criterion: &mut Criterion) {
    let gateway = Gateway::new("mix", 10_000, 8);
    let mut group = criterion.benchmark_group("gateway");
    group.throughput(Throughput::Elements(gateway.events() as u64)).sample_size(10);
    for entry in [deltaic(), unpredicted(), peers::usual()] {
        group.bench_function(entry.name, |bencher| {
            bencher.iter(|| assert_eq!((entry.gateway)(&gateway), gateway.tally));
        });
    }
}

criterion_group! { name = benches; config = common::criterion(); targets = cuts, gateway }
criterion_main!(benches);
