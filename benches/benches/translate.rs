//! Any wire in, any wire out: decoder and encoder beside the hand-written way, in one run.
//!
//! Not criterion's: a ratio is the median over rounds of two times measured in the same round. `cargo test --benches` runs
//! one round, for the answers.

use std::{env, hint::black_box, time::Duration};

use deltaic_benches::{
    cut::Cut,
    measure::{Job, interleaved},
    translate::{self, TARGETS, Target, WIRES},
    workloads::{self, EVENTS, Workload},
};

/// Where the promise is kept. Inputs of a packet's size cost the decoder an event that straddles each cut: those are shown.
fn is_promised(cut: Cut) -> bool {
    matches!(cut, Cut::Bytes(16_384) | Cut::Events)
}

const CUTS: [Cut; 3] = [Cut::Bytes(16 << 10), Cut::Events, Cut::Bytes(1460)];

fn main() {
    let is_bench = env::args().any(|argument| argument == "--bench");
    let (rounds, turn) = if is_bench { (15, Duration::from_millis(12)) } else { (1, Duration::ZERO) };
    let mut missed = Vec::new();
    for cut in CUTS {
        let names = TARGETS.map(|target| target.name).join(" | ");
        println!("\n| in ({cut}) | {names} |\n|---|{}", "---|".repeat(TARGETS.len()));
        for wire in WIRES {
            let workload = workloads::named(wire, EVENTS);
            let cells = TARGETS.map(|target| {
                let (ratio, ours) = measure(target, &workload, cut, rounds, turn);
                if is_bench && is_promised(cut) && target.promised.is_some_and(|least| ratio < least) {
                    missed.push(format!("{wire} to {}, {cut}: {ratio:.1}", target.name));
                }
                format!("{ratio:.1} × ({ours:.0} ns)")
            });
            println!("| {wire} | {} |", cells.join(" | "));
        }
    }
    assert!(missed.is_empty(), "less than promised: {missed:?}");
}

/// How often the hand-written way takes as long, and the nanoseconds an event of ours.
fn measure(target: Target, workload: &Workload, cut: Cut, rounds: usize, turn: Duration) -> (f64, f64) {
    let job = |name: &str, run: translate::Run| {
        translate::check(&format!("{name} {}", target.name), run, workload, cut);
        let events = workload.payloads as usize;
        let run = move || run(workload, cut, &mut |bytes| _ = black_box(bytes));
        Job { name: name.to_owned(), events, run: Box::new(run) }
    };
    let timings = interleaved(&[job("ours", target.ours), job("by hand", target.by_hand)], rounds, turn);
    (timings[1].over(&timings[0]), timings[0].median())
}
