//! The soak: many decoders in turn, each on a stream of the corpus, cut at random; two of three streams are damaged on
//! the way. `deltaic-soak [--seconds N] [--decoders N] [--seed N]`, or `--replay RUN` for one stream alone.
//!
//! It ends with 1 when
//! 1. anything panics (debug assertions and overflow checks are on),
//! 2. a stream that came undamaged tells anything but what it tells a new decoder whole: deltas, errors, ending, quirks,
//! 3. a stream tells more than its bytes can say (an endless loop would),
//! 4. the live bytes after a generation (as many streams as there are decoders) are over [`HELD`] a decoder, or grow,
//! 5. anything is still held when the decoders are gone.
//!
//! Each stream of a run, with its cuts and faults, is a function of one number, which a complaint names; what the decoder
//! had seen before is not. Decoders are reused after `reset` where the next stream has the same options; one in eight
//! is made anew, as the pool of a host would.

mod lane;
#[path = "../../../src/tests/support.rs"]
#[allow(dead_code)]
mod support;
mod watch;

use std::{
    env,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

// Under the names by which `support` asks for them.
use deltaic::{
    ArgumentsMode, Completion, ContentMode, Decoder, Delta, Ending, Error, Framing, Options, OwnedDelta,
    Quirks, ReasoningTags,
};
use lane::{Case, Lane, Tally};
use support::Seeded;
use watch::Watch;

/// What one decoder may hold between two inputs, its own size included, on average over all of them.
const HELD: u64 = 16 << 10;

struct Arguments {
    seconds: u64,
    decoders: usize,
    seed: u64,
    replay: Option<u64>,
}

fn arguments() -> Result<Arguments, String> {
    let mut read = Arguments { seconds: 60, decoders: 100_000, seed: 1, replay: None };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().and_then(|value| value.parse().ok()).ok_or(format!("{word}: no number"))?;
        match &*word {
            "--seconds" => read.seconds = value,
            "--decoders" => read.decoders = usize::try_from(value).map_err(|_| "too many")?,
            "--seed" => read.seed = value,
            "--replay" => read.replay = Some(value),
            _ => return Err(format!("unknown option {word}")),
        }
    }
    Ok(read)
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    let cases = lane::cases();
    if let Some(run) = arguments.replay {
        println!("{}", Lane::new(&cases, run).replay(&cases));
        return ExitCode::SUCCESS;
    }
    soak(&arguments, &cases)
}

/// Runs every decoder on as many threads as there are processors; prints the line of figures.
fn soak(arguments: &Arguments, cases: &[Case]) -> ExitCode {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(arguments.decoders.max(1));
    let start = Instant::now();
    let until = start + Duration::from_secs(arguments.seconds);
    let (mut tally, mut watch, mut wrong) = (Tally::default(), Watch::default(), Vec::new());
    thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|n| {
                let decoders = (arguments.decoders + n) / threads;
                let seed = arguments.seed.wrapping_mul(1_000_003).wrapping_add(n as u64);
                scope.spawn(move || pool(cases, decoders, seed, until))
            })
            .collect();
        for thread in started {
            match thread.join() {
                Ok((of_thread, watched)) => {
                    // A stream that went wrong ends its thread's run: its memory says nothing then.
                    if of_thread.wrong.is_empty() {
                        wrong.extend(watched.wrong(HELD));
                    }
                    tally.add(&of_thread);
                    watch.add(&watched);
                }
                // What it said stands on standard error.
                Err(_) => wrong.push("a thread panicked".to_owned()),
            }
        }
    });
    wrong.splice(0..0, tally.wrong.iter().cloned());
    println!(
        "soak: {} decoders, seed {}, {} threads, {} s: {tally}; {watch}; {}",
        arguments.decoders,
        arguments.seed,
        threads,
        start.elapsed().as_secs(),
        if wrong.is_empty() { "nothing wrong".to_owned() } else { format!("{} WRONG", wrong.len()) },
    );
    wrong.iter().for_each(|wrong| println!("{wrong}"));
    ExitCode::from(u8::from(!wrong.is_empty()))
}

/// One thread's decoders, each an input at a time in random turns, until the time is over.
fn pool(cases: &[Case], decoders: usize, seed: u64, until: Instant) -> (Tally, Watch) {
    let mut seed = Seeded(seed);
    let (mut tally, mut watch) = (Tally::default(), Watch::of(decoders));
    let mut lanes = Vec::new();
    watch.count(|| lanes = (0..decoders).map(|_| Lane::new(cases, seed.next())).collect::<Vec<_>>());
    while Instant::now() < until && tally.wrong.is_empty() {
        let mut ended = 0;
        watch.generation(|| {
            while ended < decoders && Instant::now() < until {
                for _ in 0..1024 {
                    let next = seed.below(decoders);
                    ended += usize::from(lanes[next].turn(cases, &mut tally));
                }
            }
        });
    }
    watch.end(|| drop(lanes));
    (tally, watch)
}
