//! What encoders write: over the corpus of every wire, over deltas that nobody told, and rule by rule.

use proptest::prelude::*;

use super::support::{Stream, corpus, run_whole};
use crate::encode::{ChunkEncoder, EncodeOptions, ReasoningMember};
use crate::fuzzing::encode as bodies;
use crate::{Delta, ExtraKind, FinishReason, Limits, OpaqueKind, Options, OwnedDelta, PartKind, Usage};

fn deltas(stream: &Stream) -> (Vec<OwnedDelta>, crate::Ending) {
    let run = run_whole(&stream.options(), &stream.bytes);
    (run.deltas().map(Delta::into_owned).collect(), run.ending)
}

fn write(deltas: &[Delta<'_>], options: EncodeOptions) -> String {
    let ending = run_whole(&Options::new(), b"data: [DONE]\n\n").ending;
    let owned: Vec<_> = deltas.iter().map(|delta| delta.into_owned()).collect();
    String::from_utf8(bodies::written(&owned, &ending, &options)).unwrap()
}

/// The chunks' choices, or what else they hold, without what every chunk repeats.
fn bodies_of(out: &str) -> Vec<String> {
    let body = |event: &str| {
        let json = event.strip_prefix("data: ").unwrap_or(event);
        json.split_once("\"choices\":")
            .map_or(json.to_owned(), |(_, body)| body.trim_end_matches('}').to_owned())
    };
    out.split_terminator("\n\n").map(body).collect()
}

/// What differs is said by rule in [`bodies`]: id, model and date are settled by the first chunk; roles are `assistant`;
/// parts and restarts are not said; finish words are the target's four; a late id is not; the last usage counts.
#[test]
fn every_stream_of_the_corpus_is_said_again() {
    for stream in corpus() {
        let (deltas, ending) = deltas(&stream);
        eprintln!("corpus/{}", stream.name); // shown if the law is broken
        bodies::law(&deltas, &ending, &EncodeOptions::new());
    }
}

/// Where nothing is held but the end, and the stream is the target's own, all of it is said again, in its order; but entries
/// of lists, which clients join, have an index then.
#[test]
fn the_reference_is_said_again_delta_for_delta() {
    let rank = |delta: &OwnedDelta| match delta {
        OwnedDelta::ToolCallEnd { .. } | OwnedDelta::Finish { .. } => 1,
        OwnedDelta::Usage(_) => 2,
        OwnedDelta::Done { .. } => 3,
        _ => 0,
    };
    let mut streams = 0;
    for stream in corpus().iter().filter(|stream| stream.is_reference() && stream.name.starts_with("openai/"))
    {
        let (mut told, ending) = deltas(stream);
        if told.iter().any(|delta| matches!(delta, OwnedDelta::PeerError { .. })) {
            continue;
        }
        let out = bodies::written(&told, &ending, &EncodeOptions::new());
        let (mut again, _) = bodies::is_clean(&out);
        begin_calls_late(&mut told);
        told.sort_by_key(rank);
        again.sort_by_key(rank);
        for delta in &mut again {
            if let OwnedDelta::Extra { name, json, .. } = delta
                && *name == "annotations"
            {
                *json = json.replacen("\"index\":0,", "", 1).into();
            }
        }
        assert_eq!(again, told, "{}", stream.name);
        streams += 1;
    }
    assert!(streams > 5, "only {streams}");
}

/// A call begins with its first arguments.
fn begin_calls_late(told: &mut [OwnedDelta]) {
    for at in (0..told.len()).rev() {
        let OwnedDelta::ToolCallStart { slot: of, .. } = told[at] else { continue };
        let is_first =
            |delta: &OwnedDelta| matches!(delta, OwnedDelta::ToolCallArguments { slot, .. } if *slot == of);
        if let Some(first) = told.iter().position(is_first) {
            told[at..first].rotate_left(1);
        }
    }
}

/// Members that chat has a place for are passed on there; entries of lists get an index.
#[test]
fn extras_of_chat_are_said_again() {
    let mut extras = 0;
    for stream in
        corpus().iter().filter(|stream| stream.says("wire") == Some("chat") || stream.is_reference())
    {
        let (told, ending) = deltas(stream);
        let (again, _) = bodies::is_clean(&bodies::written(&told, &ending, &EncodeOptions::new()));
        let listed = |deltas: &[OwnedDelta]| -> Vec<_> {
            let member = |delta: &OwnedDelta| match delta.as_delta() {
                Delta::Extra { choice, name, json, .. } => {
                    let name = name.to_owned();
                    let is_choices =
                        ["logprobs", "content_filter_results"].contains(&&*name) && choice.is_some();
                    let is_streams =
                        ["prompt_filter_results", "citations"].contains(&&*name) && choice.is_none();
                    let value: serde_json::Value = serde_json::from_str(json).ok()?;
                    (is_choices || is_streams).then_some((choice, name, value))
                }
                _ => None,
            };
            deltas.iter().filter_map(member).collect()
        };
        assert_eq!(listed(&again), listed(&told), "{}", stream.name);
        extras += listed(&told).len();
    }
    assert!(extras >= 4, "only {extras}");
}

#[test]
fn choices_are_announced_without_gaps() {
    let out = write(
        &[Delta::Text { choice: 2, text: "c" }, Delta::Text { choice: 0, text: "a" }],
        EncodeOptions::new(),
    );
    let announced = |index| {
        format!(r#"[{{"index":{index},"delta":{{"role":"assistant","content":""}},"finish_reason":null}}]"#)
    };
    let text =
        |index, text| format!(r#"[{{"index":{index},"delta":{{"content":"{text}"}},"finish_reason":null}}]"#);
    let expected =
        [announced(0), announced(1), announced(2), text(2, "c"), text(0, "a"), "[DONE]".to_owned()];
    assert_eq!(bodies_of(&out), expected);
}

#[test]
fn a_choice_beyond_the_limit_is_left_out() {
    let (mut encoder, mut out) = (ChunkEncoder::new(), Vec::new());
    encoder.push(Delta::Text { choice: u32::MAX, text: "far" }, &mut out);
    assert_eq!((out.len(), encoder.left_out()), (0, 1));
    let options = EncodeOptions::new().limits(Limits::new().with_choices(2));
    for (choice, is_written) in [(1, true), (2, false)] {
        let out = write(&[Delta::Text { choice, text: "x" }], options.clone());
        assert_eq!(out.contains("\"x\""), is_written);
    }
}

#[test]
fn a_call_begins_when_its_name_is_whole_and_in_its_order() {
    let told = [
        Delta::tool_call_start(0, 0, None, None),
        Delta::tool_call_start(0, 1, Some("b"), Some("get_")),
        Delta::ToolCallArguments { choice: 0, slot: 1, fragment: "{\"x\":" },
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{" },
        Delta::tool_call_update(0, 0, Some("a"), Some("look")),
        Delta::ToolCallArguments { choice: 0, slot: 1, fragment: "1}" },
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "}" },
    ];
    let call =
        |call: &str| format!(r#"[{{"index":0,"delta":{{"tool_calls":[{call}]}},"finish_reason":null}}]"#);
    let expected = [
        call(r#"{"index":0,"id":"a","type":"function","function":{"name":"look","arguments":"{"}}"#),
        call(r#"{"index":1,"id":"b","type":"function","function":{"name":"get_","arguments":"{\"x\":"}}"#),
        call(r#"{"index":1,"function":{"arguments":"1}"}}"#),
        call(r#"{"index":0,"function":{"arguments":"}"}}"#),
    ];
    assert_eq!(bodies_of(&write(&told, EncodeOptions::new()))[1..5], expected);
}

#[test]
fn a_call_without_a_name_begins_at_the_end_and_has_an_id() {
    let told = [
        Delta::tool_call_start(0, 0, None, None),
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{}" },
    ];
    let out = write(&told, EncodeOptions::new().id("run-7"));
    let call = bodies_of(&out)[1].clone();
    assert!(call.contains(r#""type":"function","function":{"arguments":"{}"}"#), "{call}");
    let id = call.split('"').find(|word| word.starts_with("call_")).unwrap();
    assert!(id.ends_with("_0_0") && id.len() <= 40, "{id}");
    assert!(write(&told, EncodeOptions::new().id("run-7")).contains(id));
    assert!(!write(&told, EncodeOptions::new().id("run-8")).contains(id), "another stream has others");
}

/// One over the limit lets the calls of the choice go as they are.
#[test]
fn what_is_held_of_calls_is_bounded() {
    let most = 10;
    let limits = Limits::new().with_event_bytes(most);
    for (length, is_held) in [(most - 1, true), (most, true), (most + 1, false)] {
        let (mut encoder, mut out) =
            (ChunkEncoder::with_options(EncodeOptions::new().limits(limits)), Vec::new());
        let fragment = "x".repeat(length);
        encoder.push(Delta::tool_call_start(0, 0, None, None), &mut out);
        encoder.push(Delta::ToolCallArguments { choice: 0, slot: 0, fragment: &fragment }, &mut out);
        assert_eq!(!String::from_utf8(out).unwrap().contains("xxx"), is_held, "{length}");
    }
}

#[test]
fn the_end_is_finishes_usage_errors_and_the_marker() {
    let mut usage = Usage::default();
    (usage.input, usage.reasoning) = (Some(3), Some(0));
    let told = [
        Delta::peer_error(Some("529"), Some("overloaded"), "\"busy\"\n\n", "{}"),
        Delta::Text { choice: 0, text: "a" },
        Delta::finish(0, FinishReason::Stop, "stop", false),
        Delta::Usage(&Usage::default()),
        Delta::Usage(&usage),
        Delta::finish(0, FinishReason::Error, "abort", false),
    ];
    let expected = [
        r#"[{"index":0,"delta":{},"finish_reason":"length","native_finish_reason":"abort"}]"#,
        r#"[],"usage":{"prompt_tokens":3,"completion_tokens_details":{"reasoning_tokens":0"#,
        r#"{"error":{"message":"\"busy\"\n\n","type":"overloaded","param":null,"code":"529"}}"#,
        "[DONE]",
    ];
    assert_eq!(bodies_of(&write(&told, EncodeOptions::new()))[2..], expected);
}

#[test]
fn without_a_chunk_there_is_no_end_marker() {
    assert_eq!(
        write(&[Delta::start(Some("i"), None, None), Delta::done("[DONE]")], EncodeOptions::new()),
        ""
    );
    let out = write(&[Delta::peer_error(None, None, "no", "{}")], EncodeOptions::new());
    assert_eq!(bodies_of(&out), [r#"{"error":{"message":"no","type":null,"param":null,"code":null}}"#]);
}

#[test]
fn what_is_made_up_is_asked_for() {
    let truncated = run_whole(&Options::new(), b"").ending;
    let told = [Delta::Text { choice: 0, text: "a" }.into_owned()];
    let end = |options: EncodeOptions| {
        let out = String::from_utf8(bodies::written(&told, &truncated, &options)).unwrap();
        bodies_of(&out)[2..].join(" ")
    };
    assert_eq!(end(EncodeOptions::new()), "");
    let stop = r#"[{"index":0,"delta":{},"finish_reason":"stop"}] [DONE]"#;
    assert_eq!(end(EncodeOptions::new().finish_missing(FinishReason::Stop)), stop);
    let error = end(EncodeOptions::new().finish_missing(FinishReason::Stop).tell_truncation(true));
    assert!(error.contains(r#""type":"truncated""#) && !error.contains("DONE"), "{error}");
    let usage = Usage { output: Some(2), ..Usage::default() };
    let out = write(&[Delta::Usage(&usage)], EncodeOptions::new().whole_usage(true));
    let counts = r#"[],"usage":{"prompt_tokens":0,"completion_tokens":2,"total_tokens":2"#;
    assert_eq!(bodies_of(&out), [counts, "[DONE]"]);
}

#[test]
fn one_choice_alone_is_choice_0() {
    let told = [Delta::Text { choice: 0, text: "a" }, Delta::Text { choice: 3, text: "d" }];
    let out = write(&told, EncodeOptions::new().only_choice(3));
    assert!(out.contains(r#"{"index":0,"delta":{"content":"d"}"#) && !out.contains("\"a\""), "{out}");
    assert_eq!(out.matches("assistant").count(), 1);
}

#[test]
fn reasoning_has_its_members() {
    let told = [
        Delta::part(0, 0, PartKind::Reasoning),
        Delta::Reasoning { choice: 0, text: "why" },
        Delta::reasoning_opaque(0, OpaqueKind::Signature, "c2ln"),
        Delta::reasoning_opaque(0, OpaqueKind::Encrypted, "ZW5j"),
    ];
    let delta = |delta: &str| format!(r#"[{{"index":0,"delta":{{{delta}}},"finish_reason":null}}]"#);
    let expected = [
        delta(r#""reasoning_content":"why""#),
        delta(r#""reasoning_details":[{"index":0,"type":"reasoning.text","signature":"c2ln"}]"#),
        delta(r#""reasoning_details":[{"index":1,"type":"reasoning.encrypted","data":"ZW5j"}]"#),
    ];
    assert_eq!(bodies_of(&write(&told, EncodeOptions::new()))[1..4], expected);
    let out = write(&told, EncodeOptions::new().reasoning(ReasoningMember::Reasoning));
    assert!(out.contains(r#""delta":{"reasoning":"why"}"#));
}

#[test]
fn extras_go_where_clients_bear_them() {
    let extra = |choice, kind, name, json| {
        let out = write(
            &[Delta::Role { choice: 0, role: "assistant" }, Delta::extra(choice, kind, name, json)],
            EncodeOptions::new(),
        );
        bodies_of(&out)[1].clone()
    };
    let delta = |delta: &str| format!(r#"[{{"index":0,"delta":{{{delta}}},"finish_reason":null}}]"#);
    let choice = |member: &str| format!(r#"[{{"index":0,"delta":{{}},{member},"finish_reason":null}}]"#);
    let stream = |member: &str| format!("[],{}", member.trim_end_matches('}'));
    let (annotation, audio, other) = (ExtraKind::Annotation, ExtraKind::Audio, ExtraKind::Other);
    for (of, kind, name, json, expected) in [
        (
            Some(0),
            ExtraKind::Logprobs,
            "logprobs",
            "{\"content\":\n[]}",
            choice(r#""logprobs":{"content":[]}"#),
        ),
        (
            Some(0),
            annotation,
            "annotations",
            r#"[{"a":1},{"index":7},{ }]"#,
            delta(r#""annotations":[{"index":0,"a":1},{"index":7},{"index":1 }]"#),
        ),
        (Some(0), audio, "audio", r#"{"data":"QQ=="}"#, delta(r#""audio":{"data":"QQ=="}"#)),
        (Some(0), annotation, "citations", r#"{"a":[{}]}"#, choice(r#""citations":{"a":[{}]}"#)),
        (Some(0), other, "delta", "1", choice(r#""x_delta":1"#)),
        (Some(0), ExtraKind::Hosted, "", "1", choice(r#""hosted":1"#)),
        (Some(0), other, "a\"\n", "\"b\nc\"", choice(r#""a\"\n":"b\nc""#)),
        (Some(0), ExtraKind::Logprobs, "logprobs", "[NaN,-Infinity]", choice(r#""logprobs":[null,null]"#)),
        (None, ExtraKind::Safety, "prompt_filter_results", "[1]", stream(r#""prompt_filter_results":[1]"#)),
        (None, other, "choices", "[1]", stream(r#""x_choices":[1]"#)),
        (Some(0), other, "no", "{}\n\ndata: [DONE]", "[DONE]".to_owned()),
        (None, other, "no", "}", "[DONE]".to_owned()),
    ] {
        assert_eq!(extra(of, kind, name, json), expected, "{name} {json}");
    }
}

/// Extras of the stream wait for the id.
#[test]
fn extras_before_the_first_chunk_have_its_id() {
    let told = [
        Delta::start(None, None, None),
        Delta::extra(None, ExtraKind::Safety, "prompt_filter_results", "[1]"),
        Delta::start(Some("late"), None, None),
        Delta::Text { choice: 0, text: "a" },
    ];
    let out = write(&told, EncodeOptions::new());
    assert!(
        out.starts_with("data: {\"id\":\"late\"") && out.contains("[],\"prompt_filter_results\":[1]}"),
        "{out}"
    );
    assert_eq!(out.matches("\"late\"").count(), 3);
}

/// Text, reasoning and arguments: once the buffer is large enough, nothing is allocated.
#[test]
fn steady_state_allocates_nothing() {
    let (mut encoder, mut out) = (ChunkEncoder::new(), Vec::with_capacity(1 << 16));
    let told = [
        Delta::Text { choice: 0, text: "to\"ken\n" },
        Delta::Reasoning { choice: 1, text: "why" },
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{\"a\":" },
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
    encoder.push(Delta::tool_call_start(0, 0, Some("a"), Some("f")), &mut out);
    told.iter().for_each(|delta| encoder.push(*delta, &mut out));
    let allocated = allocation_counter::measure(|| {
        for _ in 0..20 {
            out.clear();
            told.iter().for_each(|delta| encoder.push(*delta, &mut out));
        }
    });
    assert_eq!(allocated.count_total, 0);
    assert!(out.len() > 500);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text is itself again, and what JSON has made of it is one line.
    #[test]
    fn any_text_is_said_again(text in any::<String>(), name in any::<String>(), json in any::<String>()) {
        let told = [
            Delta::Text { choice: 0, text: &text },
            Delta::tool_call_start(0, 0, Some(&text), Some(&name)),
            Delta::ToolCallArguments { choice: 0, slot: 0, fragment: &text },
            Delta::extra(Some(0), ExtraKind::Other, &name, &json),
            Delta::extra(None, ExtraKind::Other, &name, &json),
            Delta::peer_error(Some(&name), Some(&text), &text, &json),
        ].map(Delta::into_owned);
        let ending = run_whole(&Options::new(), b"data: [DONE]\n\n").ending;
        bodies::law(&told, &ending, &EncodeOptions::new());
    }
}
