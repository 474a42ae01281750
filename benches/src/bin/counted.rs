//! What `counts` runs under callgrind: `counted workload|attack|start NAME CUT SIZE [STACK]` (a start is the first SIZE
//! events, the end of the decoder not counted), or `counted pairs FROM TO SIZE SIZE`, which is one region for each pair
//! and size.

use std::{env, hint::black_box};

use deltaic_benches::{
    attacks,
    cut::Cut,
    deltaic_stack::{Deltaic, deltaic, unpredicted},
    peers,
    sink::Tally,
    stack, valgrind, workloads,
};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments[0] == "pairs" {
        let numbers: Vec<usize> =
            arguments[1..].iter().map(|number| number.parse().expect("a number")).collect();
        let [from, to, small, large] = numbers[..] else { unreachable!() };
        attacks::pair_jobs(from, to, [small, large]).for_each(|mut job| valgrind::region(&mut job));
        return;
    }
    let [kind, name, cut, size] = &arguments[..4] else { unreachable!() };
    let (cut, size) = (Cut::named(cut).expect("a cut"), size.parse().expect("a size"));
    let workload = if kind == "attack" { attacks::named(name, size) } else { workloads::named(name, size) };
    if kind == "start" {
        let mut started = None;
        valgrind::region(&mut || {
            started = Some(black_box(stack::start::<Deltaic<true>, Tally>(&workload, size)));
        });
        return;
    }
    let stack = arguments.get(4).map_or("deltaic", String::as_str);
    let mut stacks = peers::decoding();
    stacks.extend([deltaic(), unpredicted(), peers::tape(), peers::line_scan()]);
    if workloads::NATIVE.iter().chain(&workloads::NATIVE_MIX).any(|(native, _)| native == name) {
        stacks.push(peers::native(name));
    }
    let entry = stacks.iter().find(|entry| entry.name == stack).expect("a stack");
    valgrind::region(&mut || {
        black_box((entry.tally)(&workload, cut));
    });
}
