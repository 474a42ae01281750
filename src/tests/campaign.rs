//! A campaign without a fuzzer: the laws of the fuzz targets over inputs that a seed chooses, more in the same time than with
//! what watches where they lead. Where a fuzzer finds ways in, this one counts.
//!
//! ```sh
//! CAMPAIGN=sequences,encode CAMPAIGN_SECONDS=600 cargo test --release --lib -- --nocapture campaign
//! ```

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::props::{chosen, damaged, measured};
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

/// A few inputs of each, if it is not told for how long.
#[test]
fn a_campaign_finds_nothing() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let seconds = variable("CAMPAIGN_SECONDS").parse().map(Duration::from_secs).ok();
    let first: u64 = variable("CAMPAIGN_SEED").parse().unwrap_or(1);
    let names = variable("CAMPAIGN");
    let cores = seconds.map_or(1, |_| std::thread::available_parallelism().map_or(1, usize::from));
    let is_asked = |target: &&Target| names.is_empty() || names.split(',').any(|name| name == target.name);
    for target in TARGETS.iter().filter(is_asked) {
        let end = seconds.map(|seconds| Instant::now() + seconds);
        let counts: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..cores as u64)
                .map(|core| scope.spawn(move || run(end, target, Seeded(first ^ (core << 56)))))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        println!("| `{}` | {} |", target.name, counts.iter().sum::<u64>());
    }
}

/// Asks the law of one input after another, until then or of a few; returns of how many.
fn run(end: Option<Instant>, target: &Target, mut seed: Seeded) -> u64 {
    const FEW: u64 = 50;
    fuzzing::IS_CAMPAIGN.set(true);
    let (streams, mut count) = (corpus(), 0);
    while end.map_or(count < FEW, |end| Instant::now() < end) {
        let input = if target.is_stream {
            piece(&streams[seed.below(streams.len())].bytes, &mut seed, target.most)
        } else {
            chosen(seed.next(), 1 + seed.below(target.most))
        };
        let kept = catch_unwind(AssertUnwindSafe(|| (target.law)(&input)));
        assert!(kept.is_ok(), "{}, after {count} inputs: {input:?}", target.name);
        count += 1;
    }
    count
}

/// A stream, or a piece of it, damaged.
fn piece(stream: &[u8], seed: &mut Seeded, most: usize) -> Vec<u8> {
    let start = seed.below(stream.len().saturating_sub(most) + 1);
    let end = stream.len().min(start + most);
    damaged(&stream[start..end], seed)
}
