//! What is written as Responses: over the corpus of every wire, over deltas that nobody told, and rule by rule.

use proptest::prelude::*;

use super::support::{corpus, run_whole};
use crate::encode::{EncodeOptions, ResponsesEncoder};
use crate::fuzzing::responses as bodies;
use crate::{Delta, Ending, FinishReason, Limits, OpaqueKind, Options, Usage};

/// The ending of a stream that was whole, or was not.
fn ending(is_whole: bool) -> Ending {
    run_whole(&Options::new(), if is_whole { b"data: [DONE]\n\n" } else { b"" }).ending
}

/// The events' data.
fn write(is_whole: bool, deltas: &[Delta<'_>], options: EncodeOptions) -> Vec<serde_json::Value> {
    let owned: Vec<_> = deltas.iter().map(|delta| delta.into_owned()).collect();
    let out = bodies::written(&owned, &ending(is_whole), &options);
    bodies::is_clean(&out);
    let out = String::from_utf8(out).unwrap();
    let data = |event: &str| serde_json::from_str(event.split_once("\ndata: ").unwrap().1).unwrap();
    out.split_terminator("\n\n").map(data).collect()
}

/// The types of events, after those that create the response.
fn types(events: &[serde_json::Value]) -> Vec<&str> {
    events
        .iter()
        .skip(2)
        .map(|event| event["type"].as_str().unwrap().trim_start_matches("response."))
        .collect()
}

#[test]
fn every_stream_of_the_corpus_is_said_again() {
    for stream in corpus() {
        let run = run_whole(&stream.options(), &stream.bytes);
        let deltas: Vec<_> = run.deltas().map(Delta::into_owned).collect();
        eprintln!("corpus/{}", stream.name); // shown if the law is broken
        bodies::law(&deltas, &run.ending);
    }
}

#[test]
fn items_and_their_parts_are_added_and_done() {
    let told = [
        Delta::Reasoning { choice: 0, text: "why" },
        Delta::Text { choice: 0, text: "a" },
        Delta::Refusal { choice: 0, text: "no" },
        Delta::tool_call_start(0, 0, Some("c"), Some("f")),
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: "{}" },
        Delta::finish(0, FinishReason::Stop, "stop", true),
    ];
    let events = write(true, &told, EncodeOptions::new());
    let expected = [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "content_part.added",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ];
    assert_eq!(types(&events), expected);
    let output = &events.last().unwrap()["response"]["output"];
    assert_eq!(output[0]["summary"][0]["text"], "why");
    assert_eq!(
        (&output[1]["content"][0]["text"], &output[1]["content"][1]["refusal"]),
        (&"a".into(), &"no".into())
    );
    assert_eq!((&output[2]["call_id"], &output[2]["arguments"]), (&"c".into(), &"{}".into()));
}

#[test]
fn how_it_ended_is_the_last_event() {
    let text = Delta::Text { choice: 0, text: "a" };
    let usage = Usage { input: Some(3), cached_input: Some(1), ..Usage::default() };
    for (reason, event, incomplete) in [
        (FinishReason::Stop, "completed", None),
        (FinishReason::ToolCalls, "completed", None),
        (FinishReason::Other, "completed", None),
        (FinishReason::Length, "incomplete", Some("max_output_tokens")),
        (FinishReason::ContentFilter, "incomplete", Some("content_filter")),
        (FinishReason::Error, "failed", None),
    ] {
        let told = [text, Delta::finish(0, reason, "x", false), Delta::Usage(&usage)];
        let events = write(true, &told, EncodeOptions::new());
        let last = events.last().unwrap();
        assert_eq!((*types(&events).last().unwrap(), &last["response"]["status"]), (event, &event.into()));
        assert_eq!(last["response"]["incomplete_details"]["reason"].as_str(), incomplete);
        assert_eq!(last["response"]["usage"]["input_tokens_details"]["cached_tokens"], 1);
    }
    let cut = write(false, &[text], EncodeOptions::new());
    assert_eq!(*types(&cut).last().unwrap(), "output_text.delta", "nothing is ended of what did not end");
    let made_up = EncodeOptions::new().finish_missing(FinishReason::Length);
    assert_eq!(*types(&write(false, &[text], made_up)).last().unwrap(), "incomplete");
    let failed = write(false, &[Delta::peer_error(Some("529"), None, "busy", "{}")], EncodeOptions::new());
    assert_eq!(types(&failed), ["error", "failed"]);
    assert_eq!(failed[3]["response"]["error"], serde_json::json!({"code": "529", "message": "busy"}));
}

/// One over the limit cannot be said again.
#[test]
fn what_is_held_is_bounded() {
    let most = 10;
    let options = EncodeOptions::new().limits(Limits::new().with_event_bytes(most));
    for (length, event) in [(most - 1, "completed"), (most, "completed"), (most + 1, "failed")] {
        let text = "x".repeat(length);
        let told = [
            Delta::Text { choice: 0, text: &text[1..] },
            Delta::Text { choice: 0, text: "y" },
            Delta::finish(0, FinishReason::Stop, "stop", false),
        ];
        let events = write(true, &told, options.clone());
        assert_eq!(*types(&events).last().unwrap(), event, "{length}");
    }
}

#[test]
fn encrypted_reasoning_is_asked_for() {
    let told = [
        Delta::Reasoning { choice: 0, text: "why" },
        Delta::reasoning_opaque(0, OpaqueKind::Encrypted, "ZW5j"),
        Delta::finish(0, FinishReason::Stop, "stop", false),
    ];
    for (is_asked, expected) in [(false, None), (true, Some("ZW5j"))] {
        let events = write(true, &told, EncodeOptions::new().signatures(is_asked));
        let item = &events.last().unwrap()["response"]["output"][0];
        assert_eq!(item["encrypted_content"].as_str(), expected);
    }
}

/// Once the buffer is large enough, nothing is allocated but room for the answer, which doubles.
#[test]
fn steady_state_allocates_no_more_than_it_holds() {
    let (mut encoder, mut out) = (ResponsesEncoder::new(), Vec::with_capacity(1 << 16));
    let text = Delta::Text { choice: 0, text: "to\"ken\n" };
    encoder.push(text, &mut out);
    let allocated = allocation_counter::measure(|| {
        for _ in 0..1000 {
            out.clear();
            encoder.push(text, &mut out);
            encoder.push(Delta::Usage(&Usage::default()), &mut out);
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
            Delta::Reasoning { choice: 0, text: &json },
            Delta::tool_call_start(0, 0, Some(&text), Some(&name)),
            Delta::ToolCallArguments { choice: 0, slot: 0, fragment: &json },
            Delta::peer_error(Some(&name), Some(&text), &text, &json),
        ].map(Delta::into_owned);
        bodies::law(&told, &ending(true));
    }
}
