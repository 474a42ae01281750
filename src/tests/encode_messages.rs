//! What is written as Messages: over the corpus of every wire, and over deltas that nobody told.

use super::support::{Seeded, corpus, run_whole};
use crate::encode::{EncodeOptions, MessagesEncoder};
use crate::fuzzing::{self, messages as bodies};
use crate::{Delta, OpaqueKind, Options, OwnedDelta, PartKind};

#[test]
fn every_stream_of_the_corpus_is_said_again() {
    for stream in corpus() {
        let run = run_whole(&stream.options(), &stream.bytes);
        let deltas: Vec<OwnedDelta> = run.deltas().map(Delta::into_owned).collect();
        eprintln!("corpus/{}", stream.name); // shown if the law is broken
        bodies::law(&deltas, &run.ending, &EncodeOptions::new());
    }
}

#[test]
fn what_seeds_choose_is_said_again() {
    for number in 0..3_000 {
        let mut seed = Seeded(number);
        let length = seed.below(180);
        let choices: Vec<u8> = (0..length).map(|_| seed.next().to_le_bytes()[0]).collect();
        fuzzing::messages(&choices);
    }
}

/// Streams of the wire itself keep their signatures, each with its block, if the host asks for it.
#[test]
fn signed_reasoning_is_said_again() {
    let options = EncodeOptions::new().signatures(true);
    for stream in corpus().iter().filter(|stream| stream.name.starts_with("anthropic/")) {
        let run = run_whole(&stream.options(), &stream.bytes);
        let told: Vec<OwnedDelta> = run.deltas().map(Delta::into_owned).collect();
        if told.iter().any(|delta| matches!(delta, OwnedDelta::Restart { .. })) {
            continue;
        }
        let out = bodies::written(&told, &run.ending, &options);
        let again = run_whole(&Options::strict(), &out);
        let details = |run: &super::support::Run| {
            let choice = run.completion().choices.remove(&0).unwrap_or_default();
            let details = choice.reasoning_details().map(|detail| format!("{detail:?}"));
            details.filter(|detail| !detail.starts_with("Text { text: \"\"")).collect::<Vec<_>>()
        };
        assert_eq!(details(&again), details(&run), "{}", stream.name);
    }
}

/// Once the buffer is large enough, pieces of an open block allocate nothing.
#[test]
fn steady_state_allocates_nothing() {
    let (mut encoder, mut out) = (MessagesEncoder::new(), Vec::with_capacity(1 << 14));
    for delta in [
        Delta::Text { choice: 0, text: "to\"ken\n" },
        Delta::Reasoning { choice: 0, text: "why" },
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{\"a\":" },
    ] {
        if matches!(delta, Delta::ToolCallArguments { .. }) {
            encoder.push(Delta::tool_call_start(0, 0, Some("a"), Some("f")), &mut out);
        }
        encoder.push(delta, &mut out);
        let allocated = allocation_counter::measure(|| {
            for _ in 0..20 {
                encoder.push(delta, &mut out);
            }
        });
        assert_eq!(allocated.count_total, 0);
        assert!(out.windows(20).filter(|window| window == b"content_block_delta\n").count() > 20);
        out.clear();
        encoder.reset();
    }
}

#[test]
fn one_block_is_open_at_a_time() {
    let ending = run_whole(&Options::new(), b"data: [DONE]\n\n").ending;
    let told = [
        Delta::part(0, 0, PartKind::Reasoning),
        Delta::Reasoning { choice: 0, text: "why" },
        Delta::reasoning_opaque(0, OpaqueKind::Signature, "foreign"),
        Delta::tool_call_start(0, 0, Some("a"), Some("f")),
        Delta::tool_call_start(0, 1, Some("b"), Some("g")),
        Delta::ToolCallArguments { choice: 0, slot: 1, fragment: "{\"x\":1" },
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{" },
        Delta::Text { choice: 0, text: "meanwhile" },
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "}" },
        Delta::ToolCallEnd { choice: 0, slot: 0 },
        Delta::ToolCallArguments { choice: 0, slot: 1, fragment: "}" },
        Delta::ToolCallEnd { choice: 0, slot: 1 },
    ]
    .map(Delta::into_owned);
    let out = String::from_utf8(bodies::written(&told, &ending, &EncodeOptions::new())).unwrap();
    let order: Vec<_> = out
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter_map(|json| {
            ["why", "\"f\"", "\"{\"", "\"}\"", "\"g\"", "{\\\"x\\\":1", "meanwhile"]
                .into_iter()
                .find(|piece| json.contains(piece))
        })
        .collect();
    assert_eq!(
        order,
        ["why", "\"f\"", "\"{\"", "\"}\"", "\"g\"", "{\\\"x\\\":1", "\"}\"", "meanwhile"],
        "{out}"
    );
    assert!(!out.contains("foreign"));
}
