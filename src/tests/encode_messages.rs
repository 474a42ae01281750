//! What is written as Messages: over the corpus of every wire, and over deltas that nobody told.

use proptest::prelude::*;

use super::support::{corpus, run_whole};
use crate::encode::{EncodeOptions, MessagesEncoder};
use crate::fuzzing::messages as bodies;
use crate::{Delta, ExtraKind, FinishReason, Limits, OpaqueKind, Options, OwnedDelta, PartKind, Usage};

/// What is written of these, of a stream that was whole.
fn write(deltas: &[Delta<'_>], options: EncodeOptions) -> String {
    let ending = run_whole(&Options::new(), b"data: [DONE]\n\n").ending;
    let owned: Vec<_> = deltas.iter().map(|delta| delta.into_owned()).collect();
    String::from_utf8(bodies::written(&owned, &ending, &options)).unwrap()
}

/// The data of the events.
fn data(out: &str) -> Vec<&str> {
    out.lines().filter_map(|line| line.strip_prefix("data: ")).collect()
}

#[test]
fn every_stream_of_the_corpus_is_said_again() {
    for stream in corpus() {
        let run = run_whole(&stream.options(), &stream.bytes);
        let deltas: Vec<OwnedDelta> = run.deltas().map(Delta::into_owned).collect();
        eprintln!("corpus/{}", stream.name); // shown if the law is broken
        bodies::law(&deltas, &run.ending, &EncodeOptions::new());
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

/// The form of *Streaming Messages*, member for member.
#[test]
fn the_form_is_the_documented_one() {
    let usage = Usage { input: Some(25), output: Some(1), ..Usage::default() };
    let told = [
        Delta::start(Some("msg_1"), Some("m"), Some(7)),
        Delta::Usage(&usage),
        Delta::Text { choice: 0, text: "Hi" },
        Delta::tool_call_start(0, 0, Some("toolu_1"), Some("look")),
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{}" },
        Delta::finish(0, FinishReason::ToolCalls, "tool_use", true),
        Delta::Usage(&Usage { output: Some(15), ..usage }),
        Delta::done("message_stop"),
    ];
    let expected = [
        r#"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"look","input":{}}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":25,"output_tokens":15}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    assert_eq!(data(&write(&told, EncodeOptions::new())), expected);
}

#[test]
fn the_targets_own_stop_reasons_stay() {
    for (reason, raw, written) in [
        (FinishReason::Stop, "stop_sequence", "stop_sequence"),
        (FinishReason::Other, "pause_turn", "pause_turn"),
        (FinishReason::Length, "model_context_window_exceeded", "model_context_window_exceeded"),
        (FinishReason::Length, "pause_turn", "max_tokens"),
        (FinishReason::Other, "eos", "end_turn"),
        (FinishReason::ContentFilter, "SAFETY", "refusal"),
    ] {
        let told = [Delta::Text { choice: 0, text: "x" }, Delta::finish(0, reason, raw, false)];
        let out = write(&told, EncodeOptions::new());
        assert!(out.contains(&format!("\"stop_reason\":\"{written}\"")), "{raw}: {out}");
    }
}

/// What came over Messages is passed on, in its block; another wire's is not.
#[test]
fn citations_and_hosted_tools_are_passed_on() {
    for name in ["anthropic/citations.sse", "anthropic/hosted-tools.sse"] {
        let stream = super::support::stream(name);
        let run = run_whole(&stream.options(), &stream.bytes);
        let told: Vec<OwnedDelta> = run.deltas().map(Delta::into_owned).collect();
        let out = bodies::written(&told, &run.ending, &EncodeOptions::new());
        let again = run_whole(&Options::strict(), &out);
        let answer = |run: &super::support::Run| {
            let is_beside = |delta: &Delta<'_>| matches!(delta, Delta::Usage(_) | Delta::Role { .. });
            run.deltas().filter(|delta| !is_beside(delta)).map(Delta::into_owned).collect::<Vec<_>>()
        };
        assert_eq!(answer(&again), answer(&run), "{name}");
    }
    for (kind, name, json) in [
        (ExtraKind::Hosted, "server_tool_use", r#"{"type":"tool_use","id":"a","name":"rm","input":{}}"#),
        (ExtraKind::Hosted, "server_tool_use", r#"{"type":"server_tool_use","type":"tool_use"}"#),
        (ExtraKind::Hosted, "web_search_call", r#"{"type":"web_search_call"}"#),
        (ExtraKind::Other, "server_tool_use", r#"{"type":"server_tool_use"}"#),
        (ExtraKind::Annotation, "url_citation", "{}"),
        (ExtraKind::Annotation, "citations_delta", "[]"),
    ] {
        let mut encoder = MessagesEncoder::new();
        let mut out = Vec::new();
        encoder.push(Delta::Text { choice: 0, text: "x" }, &mut out);
        let length = out.len();
        encoder.push(Delta::extra(Some(0), kind, name, json), &mut out);
        assert_eq!((out.len(), encoder.left_out()), (length, 1), "{name} {json}");
    }
}

/// The official clients throw at a body without a message.
#[test]
fn an_empty_answer_is_a_message() {
    let out = write(&[Delta::Role { choice: 0, role: "assistant" }], EncodeOptions::new());
    let events: Vec<_> = out.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(events, ["message_start", "message_delta", "message_stop"], "{out}");
    assert_eq!(write(&[], EncodeOptions::new()), "");
}

/// The host asked for a whole message: one that was cut off after its finish is no less one than one that has none.
#[test]
fn an_end_is_made_up_where_it_is_asked_for() {
    let truncated = run_whole(&Options::new(), b"").ending;
    let told = [Delta::Text { choice: 0, text: "a" }, Delta::finish(0, FinishReason::Stop, "stop", false)];
    let told = told.map(Delta::into_owned);
    let made_up = EncodeOptions::new().finish_missing(FinishReason::Length);
    for (told, reason) in [(&told[..1], "max_tokens"), (&told[..], "end_turn")] {
        let end = |options| {
            let out = String::from_utf8(bodies::written(told, &truncated, options)).unwrap();
            (out.contains(&format!("\"stop_reason\":\"{reason}\"")), out.contains("message_stop"))
        };
        assert_eq!(end(&made_up), (true, true), "{reason}");
        assert!(!end(&EncodeOptions::new()).1, "{reason}");
    }
}

/// What there is no room to hold is written; blocks end for it.
#[test]
fn what_is_held_is_bounded() {
    let options = EncodeOptions::new().limits(Limits::new().with_event_bytes(4 << 10));
    let (mut encoder, mut out) = (MessagesEncoder::with_options(options), Vec::new());
    encoder.push(Delta::tool_call_start(0, 0, Some("a"), Some("f")), &mut out);
    encoder.push(Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{" }, &mut out);
    let is_open = |out: &[u8]| !String::from_utf8_lossy(out).contains("content_block_stop");
    let mut pushed = 0;
    while is_open(&out) {
        // A block each, of a byte.
        encoder.push(Delta::Text { choice: 0, text: "t" }, &mut out);
        encoder.push(Delta::Reasoning { choice: 0, text: "r" }, &mut out);
        pushed += 1;
    }
    assert!((2..40).contains(&pushed), "{pushed} pairs were held");
    assert_eq!(String::from_utf8_lossy(&out).matches("\"text_delta\"").count(), pushed);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text is itself again.
    #[test]
    fn any_text_is_said_again(text in any::<String>(), name in any::<String>(), json in any::<String>()) {
        let told = [
            Delta::start(Some(&text), Some(&name), None),
            Delta::Text { choice: 0, text: &text },
            Delta::extra(Some(0), ExtraKind::Annotation, "citations_delta", &json),
            Delta::extra(Some(0), ExtraKind::Hosted, "server_tool_use", &json),
            Delta::Reasoning { choice: 0, text: &text },
            Delta::tool_call_start(0, 0, Some(&text), Some(&name)),
            Delta::ToolCallArguments { choice: 0, slot: 0, fragment: &text },
            Delta::peer_error(Some(&name), Some(&text), &text, &json),
        ].map(Delta::into_owned);
        let ending = run_whole(&Options::new(), b"data: [DONE]\n\n").ending;
        bodies::law(&told, &ending, &EncodeOptions::new());
    }
}
