//! What must hold of the UI message stream that is written.
//!
//! Knows: the encoder's public face, what its page cannot say, what the SDK's reader throws at, serde_json. Must not know: how
//! it writes.

use std::collections::BTreeMap;

use super::decode;
use super::encode::{
    first_sight, fold, generated_say_again, is_id_late, odd_and_short, sayable_name, streams_say_again,
    written_by,
};
use crate::encode::{EncodeOptions, UiStreamEncoder};
use crate::{Completion, Delta, Ending, FinishReason, Options, OwnedDelta, Quirks, Usage};

/// What `data` decodes to, and what it chooses, is said again by what the encoder writes of it.
pub fn encode_ui(data: &[u8]) {
    streams_say_again(data, law, |deltas, ending| written(deltas, ending, &EncodeOptions::new()));
    generated_say_again(data, law, |deltas, ending| {
        for options in [
            EncodeOptions::new().only_choice(1).whole_usage(true).finish_missing(FinishReason::Stop),
            EncodeOptions::new().metadata(false).tell_truncation(true),
            odd_and_short(),
        ] {
            is_clean(&written(deltas, ending, &options), &options);
        }
    });
}

/// What the encoder writes of these.
pub(crate) fn written(deltas: &[OwnedDelta], ending: &Ending, options: &EncodeOptions) -> Vec<u8> {
    written_by(UiStreamEncoder::with_options(options.clone()), deltas, ending)
}

/// All that must hold of the output: it is clean, strict, and says what was told.
pub(crate) fn law(deltas: &[OwnedDelta], ending: &Ending) {
    let options = EncodeOptions::new();
    let out = written(deltas, ending, &options);
    let (again, end) = is_clean(&out, &options);
    let text = String::from_utf8_lossy(&out);
    assert_eq!(end.done(), !ending.is_truncated() && is_started(&text), "the end marker\n{text}");
    let over = deltas.iter().position(|delta| matches!(delta, OwnedDelta::Done { .. }));
    let deltas = deltas.get(..over.unwrap_or(deltas.len())).unwrap_or_default();
    assert_eq!(content(&again), content(deltas), "delta for delta\n{text}");
    let is_complete = over.is_some() || !ending.is_truncated();
    let is_started = is_started(&text);
    assert!(is_started || !deltas.iter().any(|delta| is_of_choice(&delta.as_delta())), "no start\n{text}");
    let (mut now, mut expected) = (Said::of(&again), Said::expected(deltas, is_complete));
    now.forget_late_ids(deltas);
    expected.forget_late_ids(deltas);
    assert_eq!(now, Said { start: expected.start.filter(|_| is_started), ..expected }, "\n{text}");
}

fn is_started(text: &str) -> bool {
    text.contains("data: {\"type\":\"start\"")
}

/// Asserts that the output is nothing but well-formed events and comments, that the SDK's reader bears them, and that no quirk
/// is needed; returns what it decodes to.
pub(crate) fn is_clean(out: &[u8], options: &EncodeOptions) -> (Vec<OwnedDelta>, Ending) {
    let text = std::str::from_utf8(out).expect("UTF-8");
    assert!(!text.contains('\r'), "a carriage return\n{text}");
    assert!(text.is_empty() || text.ends_with("\n\n"), "the last event is not ended\n{text}");
    let mut reader = Reader::default();
    for event in text.split_terminator("\n\n") {
        assert!(!event.contains('\n'), "an event of several lines: {event}");
        match event.strip_prefix("data: ") {
            None => assert_eq!(event, ":"),
            Some("[DONE]") => assert!(reader.is_started, "an end marker without a start"),
            Some(json) => reader.read(json),
        }
    }
    // Of those that were too long, none is.
    assert!(*options != EncodeOptions::new() || reader.mistaken == 0, "an input is JSON\n{text}");
    let (said, ending, seen) = decode(Options::strict(), out, || usize::MAX);
    said.iter().for_each(|said| assert!(said.is_ok(), "strictly {said:?}\n{text}"));
    assert_eq!(seen, Quirks::NONE, "\n{text}");
    (said.into_iter().filter_map(Result::ok).collect(), ending)
}

/// What the SDK's reader throws at, and what would confuse a page: as slow and as plain as can be.
#[derive(Default)]
struct Reader {
    is_started: bool,
    has_step: bool,
    is_finished: bool,
    /// Of each part, whether it is open.
    parts: BTreeMap<String, bool>,
    /// Of each call: its name, its pieces, whether its input is there.
    calls: BTreeMap<String, (String, String, bool)>,
    /// Inputs that are JSON and were said to be none.
    mistaken: usize,
}

impl Reader {
    fn read(&mut self, json: &str) {
        let read = serde_json::from_str::<serde_json::Value>(json);
        assert!(read.is_ok(), "{read:?}: {json}");
        let value = read.unwrap_or_default();
        let text = |name: &str| {
            let text = value.get(name).and_then(|text| text.as_str());
            assert!(text.is_some(), "no {name}: {json}");
            text.unwrap_or_default().to_owned()
        };
        let kind = text("type");
        assert!(self.is_started || ["start", "error"].contains(&&*kind), "before the start: {json}");
        assert!(!self.is_finished || kind == "error", "after the finish: {json}");
        match &*kind {
            "start" => assert!(!std::mem::replace(&mut self.is_started, true), "two starts"),
            "start-step" => assert!(!std::mem::replace(&mut self.has_step, true), "two steps"),
            "text-start" | "reasoning-start" => {
                assert!(self.parts.values().all(|is_open| !is_open), "two open parts: {json}");
                assert_eq!(self.parts.insert(text("id"), true), None, "an id again: {json}");
            }
            "text-delta" | "reasoning-delta" => {
                assert!(!text("delta").is_empty(), "{json}");
                assert_eq!(self.parts.get(&text("id")), Some(&true), "no open part: {json}");
            }
            "text-end" | "reasoning-end" => {
                assert_eq!(self.parts.insert(text("id"), false), Some(true), "no open part: {json}");
            }
            "tool-input-start" => {
                let call = (text("toolName"), String::new(), false);
                let known = self.calls.insert(text("toolCallId"), call);
                assert!(known.is_none(), "an id again: {json}");
            }
            "tool-input-delta" => {
                let call = self.calls.get_mut(&text("toolCallId"));
                let call = call.expect("no call");
                call.1.push_str(&text("inputTextDelta"));
            }
            "tool-input-available" => self.input(&text("toolCallId"), &text("toolName"), value.get("input")),
            "tool-input-error" => {
                assert!(value.get("input").is_some() && !text("errorText").is_empty(), "{json}");
                self.input(&text("toolCallId"), &text("toolName"), None);
            }
            "message-metadata" => {
                assert!(value.get("messageMetadata").is_some_and(|usage| usage.is_object()), "{json}");
            }
            "finish-step" => self.has_step = false,
            "finish" => {
                const WORDS: [&str; 6] = ["stop", "length", "content-filter", "tool-calls", "error", "other"];
                assert!(WORDS.contains(&&*text("finishReason")), "{json}");
                assert!(!self.has_step, "within a step: {json}");
                assert!(self.parts.values().all(|is_open| !is_open), "with an open part: {json}");
                assert!(self.calls.values().all(|(_, _, is_there)| *is_there), "with an open call: {json}");
                self.is_finished = true;
            }
            "error" => drop(text("errorText")),
            word => {
                assert!(word.starts_with("data-"), "{json}");
                assert!(value.get("data").is_some_and(|data| data.get("value").is_some()), "{json}");
            }
        }
    }

    /// A call's input is there, once; it is what its pieces are, if they are JSON.
    fn input(&mut self, id: &str, name: &str, input: Option<&serde_json::Value>) {
        let (known, pieces, is_there) = self.calls.get_mut(id).expect("no call");
        assert_eq!(known, name);
        assert!(!std::mem::replace(is_there, true), "an input twice");
        let value = if pieces.trim_ascii().is_empty() { "{}" } else { &**pieces };
        let value = serde_json::from_str::<serde_json::Value>(value).ok();
        assert!(input.is_none() || value.as_ref() == input, "{input:?} of {pieces}");
        self.mistaken = self.mistaken.saturating_add(usize::from(input.is_none() && value.is_some()));
    }
}

/// Content in its order: each delta of it is one event. A refusal is text.
fn content(deltas: &[OwnedDelta]) -> Vec<(&str, &str)> {
    deltas.iter().filter_map(one_of_content).collect()
}

fn one_of_content(delta: &OwnedDelta) -> Option<(&str, &str)> {
    let said = match delta.as_delta() {
        Delta::Text { choice: 0, text } | Delta::Refusal { choice: 0, text } => ("text", text),
        Delta::Reasoning { choice: 0, text } => ("reasoning", text),
        Delta::ReasoningOpaque { choice: 0, kind, data } => (kind.as_str(), data),
        _ => return None,
    };
    Some(said).filter(|(_, text)| !text.is_empty())
}

/// What of an answer the target can say, beside its content.
#[derive(Debug, PartialEq, Default)]
struct Said {
    /// Id, model, date; none if none is known.
    start: Option<(Option<String>, Option<String>, Option<u64>)>,
    /// Id, name and arguments. An id that was made up is none.
    calls: Vec<(Option<String>, String, String)>,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    errors: Vec<String>,
}

impl Said {
    /// What the encoder's output says.
    fn of(deltas: &[OwnedDelta]) -> Self {
        let completion = fold(deltas.iter().map(OwnedDelta::as_delta));
        assert!(completion.choices.keys().all(|choice| *choice == 0), "another choice");
        let start = (completion.id.clone(), completion.model.clone(), completion.created);
        let mut said = Self::folded(&completion);
        said.start = Some(start).filter(|start| *start != Default::default());
        for (id, ..) in &mut said.calls {
            *id = id.take().filter(|id| !is_made_up(id));
        }
        said
    }

    fn folded(completion: &Completion) -> Self {
        let choice = completion.choices.get(&0);
        let calls = choice.into_iter().flat_map(|choice| choice.tool_calls.values());
        Self {
            start: None,
            calls: calls.map(|call| (call.id.clone(), call.name.clone(), call.arguments.clone())).collect(),
            finish: choice.and_then(|choice| choice.finish.as_ref()).map(|finish| finish.reason),
            usage: completion.usage.filter(|usage| *usage != Usage::default()),
            errors: completion.errors.iter().map(|error| error.message.clone()).collect(),
        }
    }

    /// What it must say of these: the table of what cannot be said, applied to what was told.
    fn expected(deltas: &[OwnedDelta], is_complete: bool) -> Self {
        let told = || deltas.iter().map(OwnedDelta::as_delta).filter(is_sayable);
        let completion = fold(told());
        let mut said = Self::folded(&completion);
        let start = fold(told().take_while(|delta| !is_of_choice(delta)));
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        said.start = Some((some(start.id), some(start.model), start.created))
            .filter(|start| *start != Default::default());
        let mut ids: Vec<String> = Vec::new();
        for (slot, (id, name, arguments)) in (0..).zip(&mut said.calls) {
            *id = id.take().filter(|id| !id.is_empty() && !ids.contains(id));
            ids.extend(id.clone());
            *id = id.take().filter(|id| !is_made_up(id));
            *name = sayable_name(0, slot, deltas);
            let (whole, has_ended) = sayable_arguments(slot, deltas);
            *arguments = whole;
            if arguments.is_empty() && (has_ended || is_complete || said.finish.is_some()) {
                arguments.push_str("{}");
            }
        }
        let saw = told().any(|delta| matches!(delta, Delta::Finish { saw_tool_calls: true, .. }));
        if said.finish == Some(FinishReason::Stop) && (saw || !said.calls.is_empty()) {
            said.finish = Some(FinishReason::ToolCalls);
        }
        let error = |error: &crate::completion::PeerError| {
            let texts = [Some(&error.message), error.kind.as_ref(), error.code.as_ref()];
            texts.into_iter().flatten().find(|text| !text.is_empty()).cloned().unwrap_or_default()
        };
        said.errors = completion.errors.iter().map(error).collect();
        said
    }

    /// An id that came when its call had begun cannot be said; whether it had, hangs on the calls before it. Nor can it be said
    /// then whether another call may have it.
    fn forget_late_ids(&mut self, deltas: &[OwnedDelta]) {
        let completion = fold(deltas.iter().map(OwnedDelta::as_delta).filter(is_sayable));
        let calls = completion.choices.get(&0).map(|choice| &choice.tool_calls);
        let late = calls.into_iter().flatten().filter(|(slot, _)| is_id_late(0, **slot, deltas));
        let late: Vec<_> = late.map(|(_, call)| &call.id).collect();
        for (call, said) in calls.into_iter().flatten().map(|(_, call)| call).zip(&mut self.calls) {
            if late.contains(&&call.id) {
                said.0 = None;
            }
        }
    }
}

/// A call's arguments up to its end, or the answer's; and whether there was one.
pub(super) fn sayable_arguments(of: u32, deltas: &[OwnedDelta]) -> (String, bool) {
    let mut arguments = String::new();
    for delta in deltas.iter().skip(first_sight(0, of, deltas)) {
        match delta.as_delta() {
            Delta::ToolCallArguments { choice: 0, slot, fragment } if slot == of => {
                arguments.push_str(fragment)
            }
            Delta::ToolCallEnd { choice: 0, slot } if slot == of => return (arguments, true),
            Delta::Finish { choice: 0, .. } => return (arguments, true),
            _ => {}
        }
    }
    (arguments, false)
}

pub(super) fn is_made_up(id: &str) -> bool {
    id.starts_with("call_") && id.len() > 20 && id.matches('_').count() >= 3
}

/// Whether the message begins with it, at the latest.
pub(super) fn is_of_choice(delta: &Delta<'_>) -> bool {
    delta.choice() == Some(0) && !matches!(delta, Delta::Part { .. } | Delta::Restart { .. })
}

/// One choice can be said, without parts and restarts.
pub(super) fn is_sayable(delta: &Delta<'_>) -> bool {
    !matches!(delta, Delta::Part { .. } | Delta::Restart { .. })
        && delta.choice().is_none_or(|choice| choice == 0)
}
