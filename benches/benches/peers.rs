//! Every stack on every workload, 16 KiB inputs; what a stack cannot decode is said.

use criterion::{Criterion, criterion_group, criterion_main};
use deltaic_benches::{
    cut::Cut,
    deltaic_stack::deltaic,
    peers,
    workloads::{ALL, EVENTS},
};

mod common;

fn peers(criterion: &mut Criterion) {
    let cut = Cut::Bytes(16 << 10);
    for (name, make) in ALL {
        let workload = make(7, EVENTS);
        let mut group = criterion.benchmark_group(format!("peers/{name}"));
        common::bench(&mut group, &deltaic(), &workload, cut);
        for peer in peers::decoding().iter().chain(&[peers::tape()]).chain(&peers::floors()) {
            if name == "long_line" && peer.name.starts_with("eventsource-stream") {
                println!("{name}, {cut}: {} is left out: its time grows with the square", peer.name);
            } else {
                common::bench(&mut group, peer, &workload, cut);
            }
        }
    }
}

criterion_group! { name = benches; config = common::criterion(); targets = peers }
criterion_main!(benches);
