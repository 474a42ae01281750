//! What is written as a UI message stream: over the corpus of every wire, over deltas that nobody told, and rule by rule.

use proptest::prelude::*;

use super::support::{Stream, corpus, run_whole};
use crate::encode::{EncodeOptions, UiStreamEncoder};
use crate::fuzzing::encode_ui as bodies;
use crate::{
    Delta, Ending, ExtraKind, FinishReason, Limits, OpaqueKind, Options, OwnedDelta, PartKind, Usage,
};

fn deltas(stream: &Stream) -> (Vec<OwnedDelta>, Ending) {
    let run = run_whole(&stream.options(), &stream.bytes);
    (run.deltas().map(Delta::into_owned).collect(), run.ending)
}

/// The ending of a stream that was whole, or was not.
fn ending(is_whole: bool) -> Ending {
    run_whole(&Options::new(), if is_whole { b"data: [DONE]\n\n" } else { b"" }).ending
}

/// The data of the events.
fn write_until(is_whole: bool, deltas: &[Delta<'_>], options: EncodeOptions) -> Vec<String> {
    let owned: Vec<_> = deltas.iter().map(|delta| delta.into_owned()).collect();
    let out = bodies::written(&owned, &ending(is_whole), &options);
    bodies::is_clean(&out, &options);
    let out = String::from_utf8(out).unwrap();
    out.split_terminator("\n\n").map(|event| event.trim_start_matches("data: ").to_owned()).collect()
}

fn write(deltas: &[Delta<'_>]) -> Vec<String> {
    write_until(true, deltas, EncodeOptions::new())
}

const START: [&str; 2] = [r#"{"type":"start"}"#, r#"{"type":"start-step"}"#];
const STEP_ENDS: &str = r#"{"type":"finish-step"}"#;

#[test]
fn every_stream_of_the_corpus_is_said_again() {
    for stream in corpus() {
        let (deltas, ending) = deltas(&stream);
        eprintln!("corpus/{}", stream.name); // shown if the law is broken
        bodies::law(&deltas, &ending);
    }
}

/// What the wire's own corpus says is said again, part for part, but for what is passed on.
#[test]
fn its_own_wire_is_said_again_part_for_part() {
    let mut streams = 0;
    for stream in corpus().iter().filter(|stream| stream.name.starts_with("ui-stream/")) {
        let (told, ending) = deltas(stream);
        let has_errors = told.iter().any(|delta| matches!(delta, OwnedDelta::PeerError { .. }));
        // Parts that take turns are said one after another; what signs text has a part of its own.
        let others = ["interleaved", "share-ids", "encrypted"];
        if has_errors || others.iter().any(|other| stream.name.contains(other)) {
            continue;
        }
        let options = EncodeOptions::new();
        let (again, _) = bodies::is_clean(&bodies::written(&told, &ending, &options), &options);
        let said = |deltas: &[OwnedDelta]| -> Vec<_> {
            let is_said = |delta: &&OwnedDelta| {
                matches!(
                    delta,
                    OwnedDelta::Part { kind: PartKind::Text | PartKind::Reasoning | PartKind::ToolCall, .. }
                        | OwnedDelta::Text { .. }
                        | OwnedDelta::Reasoning { .. }
                        | OwnedDelta::ToolCallStart { .. }
                        | OwnedDelta::ToolCallArguments { .. }
                        | OwnedDelta::ToolCallEnd { .. }
                )
            };
            let unnumbered = |delta: &OwnedDelta| match delta.as_delta() {
                Delta::Part { kind, .. } => Delta::part(0, 0, kind).into_owned(),
                delta => delta.into_owned(),
            };
            deltas.iter().filter(is_said).map(unnumbered).collect()
        };
        assert_eq!(said(&again), said(&told), "{}", stream.name);
        streams += 1;
    }
    assert!(streams > 10, "only {streams}");
}

#[test]
fn a_part_begins_with_its_first_delta_and_ends_before_the_next() {
    let told = [
        Delta::part(0, 0, PartKind::Reasoning),
        Delta::Reasoning { choice: 0, text: "why" },
        Delta::part(0, 1, PartKind::Text),
        Delta::Text { choice: 0, text: "a" },
        Delta::part(0, 2, PartKind::Text),
        Delta::Text { choice: 0, text: "b" },
        Delta::Refusal { choice: 0, text: "c" },
        Delta::tool_call_start(0, 0, Some("t"), Some("f")),
        Delta::ToolCallEnd { choice: 0, slot: 0 },
        Delta::Text { choice: 0, text: "d" },
    ];
    let part = |kind: &str, id: u32, texts: &[&str]| {
        let mut events = vec![format!(r#"{{"type":"{kind}-start","id":"{id}"}}"#)];
        events.extend(
            texts.iter().map(|text| format!(r#"{{"type":"{kind}-delta","id":"{id}","delta":"{text}"}}"#)),
        );
        events.push(format!(r#"{{"type":"{kind}-end","id":"{id}"}}"#));
        events
    };
    let expected = [
        START.map(str::to_owned).to_vec(),
        part("reasoning", 0, &["why"]),
        part("text", 1, &["a"]),
        part("text", 2, &["b", "c"]),
        vec![
            r#"{"type":"tool-input-start","toolCallId":"t","toolName":"f"}"#.to_owned(),
            r#"{"type":"tool-input-available","toolCallId":"t","toolName":"f","input":{}}"#.to_owned(),
        ],
        part("text", 3, &["d"]),
        vec![STEP_ENDS.to_owned(), "[DONE]".to_owned()],
    ];
    assert_eq!(write(&told), expected.concat());
}

#[test]
fn an_input_is_said_in_pieces_and_then_whole() {
    let told = [
        Delta::tool_call_start(0, 0, Some("a"), Some("look")),
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{\n\"x\":" },
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "1}" },
        Delta::finish(0, FinishReason::Stop, "stop", true),
    ];
    let expected = [
        r#"{"type":"tool-input-start","toolCallId":"a","toolName":"look"}"#,
        r#"{"type":"tool-input-delta","toolCallId":"a","inputTextDelta":"{\n\"x\":"}"#,
        r#"{"type":"tool-input-delta","toolCallId":"a","inputTextDelta":"1}"}"#,
        r#"{"type":"tool-input-available","toolCallId":"a","toolName":"look","input":{"x":1}}"#,
        STEP_ENDS,
        r#"{"type":"finish","finishReason":"tool-calls"}"#,
        "[DONE]",
    ];
    assert_eq!(write(&told)[2..], expected);
}

#[test]
fn arguments_that_are_no_json_are_an_error() {
    for arguments in ["{\"x\":", "{\"x\":1}}", "\"\\ud800\"", "{}\n\ndata: [DONE]"] {
        let told = [
            Delta::tool_call_start(0, 0, Some("a"), Some("f")),
            Delta::ToolCallArguments { choice: 0, slot: 0, fragment: arguments },
            Delta::ToolCallEnd { choice: 0, slot: 0 },
        ];
        let events = write(&told);
        let error: serde_json::Value = serde_json::from_str(&events[4]).unwrap();
        assert_eq!((&error["type"], &error["input"]), (&"tool-input-error".into(), &arguments.into()));
    }
}

/// One over the limit, and the pieces are all there is.
#[test]
fn what_is_held_of_inputs_is_bounded() {
    let most = 20;
    let options = EncodeOptions::new().limits(Limits::new().with_event_bytes(most));
    for (length, is_held) in [(most - 1, true), (most, true), (most + 1, false)] {
        // The name takes a byte, the quotes two.
        let (first, second) = ("\"x".to_owned(), "x".repeat(length - 4) + "\"");
        let told = [
            Delta::tool_call_start(0, 0, None, Some("f")),
            Delta::ToolCallArguments { choice: 0, slot: 0, fragment: &first },
            Delta::ToolCallArguments { choice: 0, slot: 0, fragment: &second },
            Delta::ToolCallEnd { choice: 0, slot: 0 },
        ];
        let events = write_until(true, &told, options.clone());
        assert!(events[4].contains(&second[..second.len() - 1]), "the pieces are written: {}", events[4]);
        let word = if is_held { "tool-input-available" } else { "tool-input-error" };
        assert!(events[5].contains(word), "{length}: {}", events[5]);
        assert_eq!(events[5].contains("xxx"), is_held);
    }
}

/// What is held is given back: calls in turn are as many as there may be.
#[test]
fn what_is_held_of_inputs_is_given_back() {
    let options = EncodeOptions::new().limits(Limits::new().with_event_bytes(30));
    let mut told = Vec::new();
    for slot in 0..100 {
        told.push(Delta::tool_call_start(0, slot, None, Some("look")));
        told.push(Delta::ToolCallArguments { choice: 0, slot, fragment: "{\"port\":" });
        told.push(Delta::ToolCallArguments { choice: 0, slot, fragment: "\"Brest\"}" });
        told.push(Delta::ToolCallEnd { choice: 0, slot });
    }
    let events = write_until(true, &told, options).join("\n");
    assert_eq!(events.matches(r#""input":{"port":"Brest"}"#).count(), 100);
}

/// Clients know calls by their ids.
#[test]
fn calls_with_one_id_stay_two() {
    let told = [
        Delta::tool_call_start(0, 0, Some("call_1"), Some("f")),
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{}" },
        Delta::tool_call_start(0, 1, Some("call_1"), Some("f")),
        Delta::ToolCallArguments { choice: 0, slot: 1, fragment: "[]" },
        Delta::tool_call_start(0, 2, None, Some("f")),
    ];
    let events = write(&told);
    let id = |event: &String| event.split('"').nth(7).unwrap().to_owned();
    let begun: Vec<_> = events.iter().filter(|event| event.contains("tool-input-start")).map(id).collect();
    assert_eq!((begun.len(), &*begun[0]), (3, "call_1"));
    assert!(begun[1].ends_with("_0_1") && begun[2].ends_with("_0_2"), "{begun:?}");
}

#[test]
fn blobs_end_their_parts_and_are_never_a_services_own() {
    let told = [
        Delta::Reasoning { choice: 0, text: "why" },
        Delta::reasoning_opaque(0, OpaqueKind::Signature, "c2ln"),
        Delta::reasoning_opaque(0, OpaqueKind::Encrypted, "ZW5j"),
        Delta::Text { choice: 0, text: "a" },
    ];
    let events = write(&told);
    assert_eq!(
        events[4],
        r#"{"type":"reasoning-end","id":"0","providerMetadata":{"deltaic":{"signature":"c2ln"}}}"#
    );
    assert_eq!(events[5], r#"{"type":"reasoning-start","id":"1"}"#);
    assert_eq!(
        events[6],
        r#"{"type":"reasoning-end","id":"1","providerMetadata":{"deltaic":{"redactedData":"ZW5j"}}}"#
    );
    assert_eq!(events[7], r#"{"type":"text-start","id":"2"}"#);
}

#[test]
fn the_start_has_what_is_known_by_then() {
    let told = [
        Delta::extra(None, ExtraKind::Safety, "prompt_filter_results", "[1]"),
        Delta::start(Some("m1"), Some("tide"), Some(7)),
        Delta::Role { choice: 0, role: "assistant" },
        Delta::start(Some("late"), Some("late"), None),
    ];
    let events = write(&told);
    let start = r#"{"type":"start","messageId":"m1","messageMetadata":{"created":7,"model":"tide"}}"#;
    let extra = r#"{"type":"data-safety","data":{"name":"prompt_filter_results","value":[1]}}"#;
    assert_eq!(events, [start, START[1], extra, STEP_ENDS, "[DONE]"]);
    let own = EncodeOptions::new().id("own").metadata(false);
    assert_eq!(write_until(true, &told, own)[0], r#"{"type":"start","messageId":"own"}"#);
}

#[test]
fn the_end_is_usage_the_finish_errors_and_the_marker() {
    let usage = Usage { input: Some(3), cached_input: Some(1), reasoning: Some(0), ..Usage::default() };
    let told = [
        Delta::peer_error(Some("529"), Some("overloaded"), "", "{}"),
        Delta::Text { choice: 0, text: "a" },
        Delta::finish(0, FinishReason::Stop, "stop", false),
        Delta::Usage(&Usage::default()),
        Delta::Usage(&usage),
        Delta::finish(0, FinishReason::ContentFilter, "SAFETY", false),
    ];
    let expected = [
        r#"{"type":"text-end","id":"0"}"#,
        r#"{"type":"message-metadata","messageMetadata":{"usage":{"inputTokens":3,"inputTokenDetails":{"cacheReadTokens":1},"outputTokenDetails":{"reasoningTokens":0}}}}"#,
        STEP_ENDS,
        r#"{"type":"finish","finishReason":"content-filter"}"#,
        r#"{"type":"error","errorText":"overloaded"}"#,
        "[DONE]",
    ];
    assert_eq!(write(&told)[4..], expected);
}

/// Nothing is ended of what did not end; what is made up is asked for.
#[test]
fn what_was_cut_short_stays_open() {
    let told = [
        Delta::tool_call_start(0, 0, Some("a"), Some("f")),
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{}" },
        Delta::Text { choice: 0, text: "a" },
    ];
    let until = |options| write_until(false, &told, options)[6..].to_vec();
    assert_eq!(until(EncodeOptions::new()), Vec::<String>::new());
    let told_so = until(EncodeOptions::new().tell_truncation(true));
    assert!(told_so.len() == 1 && told_so[0].contains("cut short"), "{told_so:?}");
    let finished = until(EncodeOptions::new().finish_missing(FinishReason::Length));
    let expected = [
        r#"{"type":"tool-input-available","toolCallId":"a","toolName":"f","input":{}}"#,
        r#"{"type":"text-end","id":"0"}"#,
        STEP_ENDS,
        r#"{"type":"finish","finishReason":"length"}"#,
        "[DONE]",
    ];
    assert_eq!(finished, expected);
}

#[test]
fn without_content_there_is_no_start() {
    let told =
        [Delta::start(Some("i"), None, None), Delta::part(0, 0, PartKind::Text), Delta::done("[DONE]")];
    assert_eq!(write(&told), Vec::<String>::new());
    let error = write(&[Delta::peer_error(None, None, "no", "{}")]);
    assert_eq!(error, [r#"{"type":"error","errorText":"no"}"#]);
}

#[test]
fn one_choice_is_the_message() {
    let told = [Delta::Text { choice: 0, text: "a" }, Delta::Text { choice: 3, text: "d" }];
    assert_eq!(write(&told)[3], r#"{"type":"text-delta","id":"0","delta":"a"}"#);
    let other = write_until(true, &told, EncodeOptions::new().only_choice(3));
    assert_eq!(other[3], r#"{"type":"text-delta","id":"0","delta":"d"}"#);
    let (mut encoder, mut out) = (UiStreamEncoder::new(), Vec::new());
    told.iter().for_each(|delta| encoder.push(*delta, &mut out));
    assert_eq!(encoder.left_out(), 1);
}

#[test]
fn extras_are_parts_of_the_hosts_own() {
    let extra = |kind, name, json| write(&[Delta::extra(Some(0), kind, name, json)])[2].clone();
    let transient =
        r#"{"type":"data-logprobs","data":{"name":"logprobs","value":{"a":null}},"transient":true}"#;
    assert_eq!(extra(ExtraKind::Logprobs, "logprobs", "{\"a\":\nNaN}"), transient);
    let kept = r#"{"type":"data-annotation","data":{"name":"a\"\n","value":[1]}}"#;
    assert_eq!(extra(ExtraKind::Annotation, "a\"\n", "[1]"), kept);
    assert_eq!(extra(ExtraKind::Other, "no", "{}\n\ndata: [DONE]"), STEP_ENDS);
}

/// Once the buffer is large enough, nothing is allocated, but for arguments: those are held, in room that doubles.
#[test]
fn steady_state_allocates_nothing() {
    let (mut encoder, mut out) = (UiStreamEncoder::new(), Vec::with_capacity(1 << 16));
    let told = [
        Delta::Text { choice: 0, text: "to\"ken\n" },
        Delta::Reasoning { choice: 0, text: "why" },
        Delta::extra(
            Some(0),
            ExtraKind::Logprobs,
            "logprobs",
            r#"{"content":[{"token":"a","logprob":-0.1}]}"#,
        ),
        Delta::reasoning_opaque(0, OpaqueKind::Signature, "c2ln"),
        Delta::Usage(&Usage::default()),
        Delta::Keepalive,
    ];
    let arguments = Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{\"a\":" };
    encoder.push(Delta::tool_call_start(0, 0, Some("a"), Some("f")), &mut out);
    told.iter().for_each(|delta| encoder.push(*delta, &mut out));
    let allocated = allocation_counter::measure(|| {
        for _ in 0..20 {
            out.clear();
            told.iter().for_each(|delta| encoder.push(*delta, &mut out));
        }
    });
    assert_eq!(allocated.count_total, 0);
    assert!(out.len() > 300);
    let allocated = allocation_counter::measure(|| {
        for _ in 0..1000 {
            out.clear();
            encoder.push(arguments, &mut out);
        }
    });
    assert!(allocated.count_total < 20, "{}", allocated.count_total);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text is itself again.
    #[test]
    fn any_text_is_said_again(text in any::<String>(), name in any::<String>(), json in any::<String>()) {
        let told = [
            Delta::Text { choice: 0, text: &text },
            Delta::reasoning_opaque(0, OpaqueKind::Encrypted, &text),
            Delta::tool_call_start(0, 0, Some(&text), Some(&name)),
            Delta::ToolCallArguments { choice: 0, slot: 0, fragment: &json },
            Delta::extra(Some(0), ExtraKind::Other, &name, &json),
            Delta::extra(None, ExtraKind::Other, &name, &json),
            Delta::peer_error(Some(&name), Some(&text), &text, &json),
        ].map(Delta::into_owned);
        bodies::law(&told, &ending(true));
    }
}
