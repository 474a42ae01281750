//! What must hold of whatever is written as Messages.
//!
//! Knows: the encoder's public face, the rules of what Messages cannot say. Must not know: how it writes.

use std::collections::BTreeSet;

use super::decode;
use super::encode::{
    generated_say_again, is_id_late, odd_and_short, sayable_name, streams_say_again, written_by,
};
use crate::encode::{EncodeOptions, MessagesEncoder};
use crate::{Completion, Delta, Ending, FinishReason, Options, OwnedDelta, Quirks, Usage};

/// What `data` decodes to, and what it chooses, is said again by what the encoder writes of it.
pub fn messages(data: &[u8]) {
    let default = &EncodeOptions::new();
    let law = |deltas: &[OwnedDelta], ending: &Ending| law(deltas, ending, default);
    streams_say_again(data, law, |deltas, ending| written(deltas, ending, default));
    generated_say_again(data, law, |deltas, ending| {
        for options in [
            EncodeOptions::new().only_choice(1).signatures(true).finish_missing(FinishReason::Stop),
            EncodeOptions::new().limits(crate::Limits::new().with_event_bytes(400)).tell_truncation(true),
            odd_and_short(),
        ] {
            is_clean(&written(deltas, ending, &options));
        }
    });
}

/// What the encoder writes of these.
pub(crate) fn written(deltas: &[OwnedDelta], ending: &Ending, options: &EncodeOptions) -> Vec<u8> {
    written_by(MessagesEncoder::with_options(options.clone()), deltas, ending)
}

/// All that must hold of the output: it is clean, strict, and says what was told.
pub(crate) fn law(deltas: &[OwnedDelta], ending: &Ending, options: &EncodeOptions) {
    let out = written(deltas, ending, options);
    let (again, end) = is_clean(&out);
    let text = String::from_utf8_lossy(&out);
    let over = deltas.iter().position(|delta| matches!(delta, OwnedDelta::Done { .. }));
    let is_complete = over.is_some() || !ending.is_truncated();
    let is_answer = text.contains("event: message_start\n") && !text.contains("event: error\n");
    assert_eq!(end.done(), is_complete && is_answer, "the end marker\n{text}");
    let deltas = &*until_ends(deltas.get(..over.unwrap_or(deltas.len())).unwrap_or_default());
    let mut now = said(again.iter().map(OwnedDelta::as_delta), &[]);
    let mut expected = said(deltas.iter().map(OwnedDelta::as_delta), deltas);
    expected.usage.total = None;
    for (slot, call) in (0..).zip(now.calls.iter_mut().zip(&mut expected.calls)) {
        if is_id_late(0, slot, deltas) {
            (call.0.0, call.1.0) = (None, None);
        }
    }
    assert_eq!(now, expected, "\n{text}");
}

/// What is told of a call after its end is not said: its block is over.
fn until_ends(deltas: &[OwnedDelta]) -> Vec<OwnedDelta> {
    let (mut known, mut ended) = (BTreeSet::new(), BTreeSet::new());
    let mut said = Vec::new();
    for delta in deltas {
        match delta.as_delta() {
            Delta::ToolCallStart { choice: 0, slot, .. } => drop(known.insert(slot)),
            Delta::ToolCallEnd { choice: 0, slot } => drop(ended.insert(slot)),
            Delta::Finish { choice: 0, .. } => ended.extend(&known),
            Delta::ToolCallUpdate { choice: 0, slot, .. }
            | Delta::ToolCallArguments { choice: 0, slot, .. }
                if ended.contains(&slot) =>
            {
                continue;
            }
            _ => {}
        }
        said.push(delta.clone());
    }
    said
}

/// What of an answer Messages can say.
#[derive(Debug, PartialEq)]
struct Said {
    text: String,
    reasoning: String,
    calls: Vec<(Option<String>, String, String)>,
    finish: Option<FinishReason>,
    usage: Usage,
    errors: Vec<(String, String)>,
}

/// What deltas say of the first choice, refusals as text. `told`: by the rules of what can be said of these.
fn said<'d>(deltas: impl Iterator<Item = Delta<'d>>, told: &[OwnedDelta]) -> Said {
    let (mut completion, mut text, mut saw) = (Completion::new(), String::new(), false);
    for delta in deltas.filter(|delta| delta.choice().is_none_or(|choice| choice == 0)) {
        match delta {
            Delta::Text { text: piece, .. } | Delta::Refusal { text: piece, .. } => text.push_str(piece),
            Delta::Finish { saw_tool_calls, .. } => saw |= saw_tool_calls,
            _ => {}
        }
        completion.apply(delta);
    }
    let choice = completion.choices.remove(&0).unwrap_or_default();
    let made_up = |id: &String| id.is_empty() || (id.starts_with("call_") && id.matches('_').count() == 3);
    let mut calls: Vec<_> = choice
        .tool_calls
        .into_values()
        .map(|call| (call.id.filter(|id| !made_up(id)), call.name, call.arguments))
        .collect();
    if !told.is_empty() {
        (0..).zip(&mut calls).for_each(|(slot, call)| call.1 = sayable_name(0, slot, told));
    }
    let finish = choice.finish.map(|finish| match finish.reason {
        as_written if told.is_empty() => as_written,
        FinishReason::Stop if saw || !calls.is_empty() => FinishReason::ToolCalls,
        FinishReason::Error => FinishReason::Length,
        FinishReason::Other if ["pause_turn", "compaction"].contains(&&*finish.raw) => FinishReason::Other,
        FinishReason::Other => FinishReason::Stop,
        known => known,
    });
    let mut usage = completion.usage.unwrap_or_default();
    (usage.input, usage.output) = (usage.input.or(Some(0)), usage.output.or(Some(0)));
    let kind = |kind: Option<String>| kind.filter(|kind| !kind.is_empty()).unwrap_or("api_error".to_owned());
    let errors = completion.errors.into_iter().map(|error| (kind(error.kind), error.message)).collect();
    Said { text, reasoning: choice.reasoning, calls, finish, usage, errors }
}

/// Asserts that the output is nothing but well-formed events, in their order, and that it needs no quirk; returns what it
/// decodes to.
pub(crate) fn is_clean(out: &[u8]) -> (Vec<OwnedDelta>, Ending) {
    let text = std::str::from_utf8(out).expect("UTF-8");
    assert!(!text.contains('\r') && (text.is_empty() || text.ends_with("\n\n")), "{text}");
    let (mut has_begun, mut is_open, mut index) = (false, false, 0);
    for event in text.split_terminator("\n\n") {
        let (name, json) = event.split_once("\ndata: ").unwrap_or_default();
        let read = serde_json::from_str::<serde_json::Value>(json);
        assert!(read.is_ok() && !json.contains('\n'), "{event}");
        let value = read.unwrap_or_default();
        let member = |name: &str| value.get(name).cloned().unwrap_or_default();
        assert_eq!(name.strip_prefix("event: "), member("type").as_str(), "{event}");
        match name.strip_prefix("event: ").unwrap_or_default() {
            "message_start" => assert!(!std::mem::replace(&mut has_begun, true), "{text}"),
            "content_block_start" => {
                assert!(
                    has_begun && !std::mem::replace(&mut is_open, true) && member("index") == index,
                    "{text}"
                );
            }
            "content_block_delta" => assert!(is_open && member("index") == index, "{text}"),
            "content_block_stop" => {
                assert!(std::mem::replace(&mut is_open, false) && member("index") == index, "{text}");
                index += 1;
            }
            "message_delta" | "message_stop" => assert!(has_begun && !is_open, "{text}"),
            name => assert!(["ping", "error"].contains(&name), "{event}"),
        }
    }
    let (said, ending, seen) = decode(Options::strict(), out, || usize::MAX);
    said.iter().for_each(|said| assert!(said.is_ok(), "strictly {said:?}\n{text}"));
    assert_eq!(seen, Quirks::NONE, "\n{text}");
    (said.into_iter().filter_map(Result::ok).collect(), ending)
}
