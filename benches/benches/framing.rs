//! Framing alone: short events, comments, and one 4 MiB line.

use criterion::{Criterion, criterion_group, criterion_main};
use deltaic_benches::{
    cut::Cut,
    deltaic_stack::framer,
    peers,
    workloads::{self, EVENTS},
};

mod common;

fn framing(criterion: &mut Criterion) {
    for name in ["openai_text", "keepalives", "long_line"] {
        let workload = workloads::named(name, EVENTS);
        let mut group = criterion.benchmark_group(format!("framing/{name}"));
        for cut in [Cut::Bytes(16 << 10), Cut::Bytes(1460), Cut::Bytes(64)] {
            framer().check(&workload, cut).unwrap_or_else(|why| panic!("{name}, {cut}: {why}"));
            common::bench(&mut group, &framer(), &workload, cut);
            for peer in peers::framing() {
                if name == "long_line" && peer.name == "eventsource-stream" {
                    println!("{name}, {cut}: {} is left out: its time grows with the square", peer.name);
                } else {
                    common::bench(&mut group, &peer, &workload, cut);
                }
            }
        }
    }
}

criterion_group! { name = benches; config = common::criterion(); targets = framing }
criterion_main!(benches);
