//! A campaign without a fuzzer: the laws of the fuzz targets over inputs that a seed chooses, many more in the same time than
//! with what watches where they lead. Where a fuzzer finds ways in, this one counts.
//!
//! ```sh
//! CAMPAIGN=sequences,encode CAMPAIGN_SECONDS=600 cargo test --release --lib -- --ignored --nocapture campaign
//! ```

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::props::{damaged, measured};
use super::support::{Seeded, corpus};
use crate::fuzzing;

/// A law, and how long an input it is asked of at most: of more choices come longer streams, and fewer.
struct Target {
    name: &'static str,
    law: fn(&[u8]),
    most: usize,
    /// Its input is a stream; if not, choices.
    is_stream: bool,
}

const fn target(name: &'static str, law: fn(&[u8]), most: usize) -> Target {
    Target { name, law, most, is_stream: false }
}

const fn of_stream(name: &'static str, law: fn(&[u8])) -> Target {
    Target { name, law, most: 1500, is_stream: true }
}

const TARGETS: &[Target] = &[
    of_stream("prediction", fuzzing::prediction),
    of_stream("cuts", fuzzing::cuts),
    of_stream("framer", fuzzing::framer),
    of_stream("json", |data| {
        let line = data.split(|byte| *byte == b'\n').max_by_key(|line| line.len()).unwrap_or_default();
        fuzzing::json(line.strip_prefix(b"data: ").unwrap_or(line));
    }),
    target("eventstream", fuzzing::eventstream, 300),
    target("sequences", fuzzing::sequences, 120),
    target("conversation", fuzzing::conversation, 200),
    target("think", fuzzing::think, 80),
    target("cumulative", fuzzing::cumulative, 60),
    target("completion", fuzzing::completion, 120),
    target("repair", fuzzing::repair, 200),
    target("reset", |data| fuzzing::reset(data, measured), 200),
    target("bounded", |data| fuzzing::bounded(data, measured), 200),
    target("encode", fuzzing::encode, 120),
    target("messages", fuzzing::messages, 120),
    target("responses", fuzzing::responses, 120),
    target("encode_ui", fuzzing::encode_ui, 120),
];

#[test]
fn every_target_can_be_asked() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let Ok(files) = std::fs::read_dir(folder) else { return }; // not part of the packaged crate
    let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    // The body of this one is the command's.
    let missing: Vec<_> =
        names.filter(|name| name != "cli_text" && TARGETS.iter().all(|target| target.name != name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
#[ignore = "runs for as long as it is told: fuzz/README.md"]
fn a_campaign_finds_nothing() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let seconds = variable("CAMPAIGN_SECONDS").parse().unwrap_or(10);
    let first: u64 = variable("CAMPAIGN_SEED").parse().unwrap_or(1);
    let names = variable("CAMPAIGN");
    fuzzing::IS_CAMPAIGN.store(true, Ordering::Relaxed);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for target in
        TARGETS.iter().filter(|target| names.is_empty() || names.split(',').any(|name| name == target.name))
    {
        let end = Instant::now() + Duration::from_secs(seconds);
        let counts: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..cores as u64)
                .map(|core| scope.spawn(move || run_until(end, target, Seeded(first ^ (core << 56)))))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        println!("| `{}` | {} |", target.name, counts.iter().sum::<u64>());
    }
    fuzzing::IS_CAMPAIGN.store(false, Ordering::Relaxed);
}

/// Asks the law of one input after another; returns of how many.
fn run_until(end: Instant, target: &Target, mut seed: Seeded) -> u64 {
    let (streams, mut count) = (corpus(), 0);
    while Instant::now() < end {
        let input = if target.is_stream {
            piece(&streams[seed.below(streams.len())].bytes, &mut seed, target.most)
        } else {
            choices(&mut seed, target.most)
        };
        let kept = catch_unwind(AssertUnwindSafe(|| (target.law)(&input)));
        assert!(kept.is_ok(), "{}, after {count} inputs: {input:?}", target.name);
        count += 1;
    }
    count
}

/// Bytes of which each is a choice: of all, or of the first few, which most choices are among.
fn choices(seed: &mut Seeded, most: usize) -> Vec<u8> {
    // Most are short.
    let longest = seed.below(most) + 1;
    let length = seed.below(longest);
    let below = if seed.below(3) == 0 { 20 } else { 256 };
    (0..length).map(|_| seed.below(below).to_le_bytes()[0]).collect()
}

/// A stream, or a piece of it, damaged.
fn piece(stream: &[u8], seed: &mut Seeded, most: usize) -> Vec<u8> {
    let start = seed.below(stream.len().saturating_sub(most) + 1);
    let end = stream.len().min(start + most);
    damaged(&stream[start..end], seed)
}
