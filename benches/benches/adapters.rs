//! The adapters beside the bare decoder, and a tap beside none: nanoseconds of one run, ratios, exact allocations.
//!
//! Not criterion's: a ratio is the median over rounds of two times measured in the same round. `cargo test --benches` runs
//! one round, for the answers.

use std::{env, hint::black_box, time::Duration};

use deltaic_benches::{
    adapters::{ADAPTERS, Adapter, PASSES},
    cut::Cut,
    heap::{self, Counting},
    measure::{Job, Timing, interleaved},
    workloads::{self, EVENTS, Workload},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const CUTS: [Cut; 2] = [Cut::Bytes(16 << 10), Cut::Bytes(1460)];

/// What a tap may add to an event, in nanoseconds.
const TAP: f64 = 100.0;

fn main() {
    let is_bench = env::args().any(|argument| argument == "--bench");
    let (rounds, turn) = if is_bench { (25, Duration::from_millis(12)) } else { (1, Duration::ZERO) };
    let workload = workloads::named("openai_text", EVENTS);
    for cut in CUTS {
        let timings = measure(&ADAPTERS, &workload, cut, rounds, turn);
        println!("\n| {}, {cut} | ns/delta | × bare | allocations/delta |\n|---|---|---|---|", workload.name);
        for (adapter, timing) in ADAPTERS.iter().zip(&timings) {
            let allocations = allocations(adapter, cut);
            let over = timing.over(&timings[0]);
            println!("| {} | {:.1} | {over:.2} | {allocations:.3} |", adapter.name, timing.median());
        }
        let timings = measure(&PASSES, &workload, cut, rounds, turn);
        println!("\n| {}, {cut}, passing | ns/event | more than without |\n|---|---|---|", workload.name);
        for (at, (pass, timing)) in PASSES.iter().zip(&timings).enumerate() {
            let more = timing.more_than(&timings[[0, 0, 2, 2, 0][at]]);
            println!("| {} | {:.1} | {more:.1} |", pass.name, timing.median());
            let is_tap = at == 1 || at == 3;
            assert!(!is_bench || !is_tap || more <= TAP, "{}: {more:.1} ns an event, of {TAP}", pass.name);
        }
    }
}

fn measure(
    adapters: &[Adapter],
    workload: &Workload,
    cut: Cut,
    rounds: usize,
    turn: Duration,
) -> Vec<Timing> {
    let job = |adapter: &Adapter| {
        adapter.check(workload, cut);
        let (tally, events) = (adapter.tally, workload.payloads as usize);
        let run = move || _ = black_box(tally(workload, cut));
        Job { name: adapter.name.to_owned(), events, run: Box::new(run) }
    };
    interleaved(&adapters.iter().map(job).collect::<Vec<_>>(), rounds, turn)
}

/// Those of twice as many events less those of as many, for each delta more: what grows once does not count.
fn allocations(adapter: &Adapter, cut: Cut) -> f64 {
    let count = |events| {
        let workload = workloads::named("openai_text", events);
        let before = heap::allocations();
        let tally = (adapter.tally)(&workload, cut);
        ((heap::allocations() - before) as f64, tally.pieces as f64)
    };
    let (few, many) = (count(EVENTS), count(2 * EVENTS));
    (many.0 - few.0) / (many.1 - few.1)
}
