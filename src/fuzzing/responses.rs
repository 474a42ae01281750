//! What must hold of whatever is written as Responses.
//!
//! Knows: the encoder's public face, what its page cannot say, serde_json. Must not know: how it writes.

use std::collections::BTreeMap;

use super::decode;
use super::encode::{
    fold, generated_say_again, is_id_late, odd_and_short, sayable_name, streams_say_again, written_by,
};
use super::encode_ui::{is_made_up, is_of_choice, is_sayable, sayable_arguments};
use crate::encode::{EncodeOptions, ResponsesEncoder};
use crate::{Delta, Ending, FinishReason, Options, OwnedDelta, Quirks, Usage};

/// What `data` decodes to, and what it chooses, is said again by what the encoder writes of it.
pub fn responses(data: &[u8]) {
    streams_say_again(data, law, |deltas, ending| written(deltas, ending, &EncodeOptions::new()));
    generated_say_again(data, law, |deltas, ending| {
        for options in [
            EncodeOptions::new().only_choice(1).whole_usage(true).finish_missing(FinishReason::Length),
            EncodeOptions::new().signatures(true).tell_truncation(true),
            odd_and_short(),
        ] {
            is_clean(&written(deltas, ending, &options));
        }
    });
}

/// What the encoder writes of these.
pub(crate) fn written(deltas: &[OwnedDelta], ending: &Ending, options: &EncodeOptions) -> Vec<u8> {
    written_by(ResponsesEncoder::with_options(options.clone()), deltas, ending)
}

/// All that must hold of the output: it is clean, strict, and says what was told.
pub(crate) fn law(deltas: &[OwnedDelta], ending: &Ending) {
    let out = written(deltas, ending, &EncodeOptions::new());
    let (again, _) = is_clean(&out);
    let text = String::from_utf8_lossy(&out);
    let over = deltas.iter().position(|delta| matches!(delta, OwnedDelta::Done { .. }));
    let deltas = deltas.get(..over.unwrap_or(deltas.len())).unwrap_or_default();
    assert_eq!(content(&again), content(deltas), "delta for delta\n{text}");
    let is_complete = over.is_some() || !ending.is_truncated();
    let is_created = text.contains("event: response.created");
    let (now, expected) = (Said::of(&again, deltas), Said::expected(deltas, is_complete, is_created));
    assert_eq!(now, expected, "\n{text}");
}

/// Asserts that the output is nothing but well-formed events and comments, that what is repeated is what was sent, and that no
/// quirk is needed; returns what it decodes to.
pub(crate) fn is_clean(out: &[u8]) -> (Vec<OwnedDelta>, Ending) {
    let text = std::str::from_utf8(out).expect("UTF-8");
    assert!(!text.contains('\r'), "a carriage return\n{text}");
    assert!(text.is_empty() || text.ends_with("\n\n"), "the last event is not ended\n{text}");
    let mut reader = Reader::default();
    for event in text.split_terminator("\n\n").filter(|event| *event != ":") {
        let (name, data) = event.split_once('\n').expect("a name and data");
        let (name, data) = (name.strip_prefix("event: "), data.strip_prefix("data: "));
        reader.read(name.expect("a name"), data.expect("data"));
    }
    let (said, ending, seen) = decode(Options::strict(), out, || usize::MAX);
    said.iter().for_each(|said| assert!(said.is_ok(), "strictly {said:?}\n{text}"));
    assert_eq!(seen, Quirks::NONE, "\n{text}");
    (said.into_iter().filter_map(Result::ok).collect(), ending)
}

/// An accumulator as slow and as plain as can be.
#[derive(Default)]
struct Reader {
    next: u64,
    is_over: bool,
    /// Of each item, whether it is done.
    items: Vec<Option<serde_json::Value>>,
    /// The pieces, by what they are pieces of.
    pieces: BTreeMap<String, String>,
}

impl Reader {
    fn read(&mut self, name: &str, json: &str) {
        assert!(!json.contains('\n') && !self.is_over, "{json}");
        let value = serde_json::from_str::<serde_json::Value>(json).expect("JSON");
        let at = |name: &str| value.get(name).unwrap_or(&serde_json::Value::Null);
        assert_eq!(at("type"), name, "{json}");
        assert_eq!(at("sequence_number"), self.next, "{json}");
        assert_eq!(self.next == 0, name == "response.created", "{json}");
        self.next += 1;
        let index = at("output_index").as_u64().map_or(usize::MAX, |index| index as usize);
        let key = format!("{index} {} {}", at("content_index"), at("summary_index"));
        if let Some(delta) = at("delta").as_str() {
            assert!(matches!(self.items.get(index), Some(None)), "no open item: {json}");
            self.pieces.entry(key.clone()).or_default().push_str(delta);
        }
        let whole = ["text", "refusal", "arguments"].into_iter().find_map(|name| at(name).as_str());
        if let Some(whole) = whole.filter(|_| name.ends_with(".done")) {
            assert_eq!(self.pieces.get(&key).map_or("", |pieces| &**pieces), whole, "{json}");
        }
        match name {
            "response.output_item.added" => {
                assert_eq!(index, self.items.len(), "{json}");
                self.items.push(None);
            }
            "response.output_item.done" => {
                let item = self.items.get_mut(index).expect("an item");
                assert_eq!(*item, None, "done twice: {json}");
                *item = Some(at("item").clone());
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                let response = at("response");
                let output = response.get("output").and_then(|output| output.as_array()).expect("output");
                let error = response.get("error").unwrap_or(&serde_json::Value::Null);
                let is_too_long = error.to_string().contains("too long");
                let done: Vec<_> = self.items.iter().flatten().cloned().collect();
                assert!(is_too_long || *output == done, "{json}");
                assert!(name == "response.failed" || done.len() == self.items.len(), "open items: {json}");
                self.is_over = true;
            }
            _ => {}
        }
    }
}

/// Content in its order: each delta of it is one event.
fn content(deltas: &[OwnedDelta]) -> Vec<(&str, &str)> {
    let is_first = |delta: &&OwnedDelta| delta.as_delta().choice() == Some(0);
    deltas.iter().filter(is_first).filter_map(one_of_content).collect()
}

fn one_of_content(delta: &OwnedDelta) -> Option<(&str, &str)> {
    let said = match delta.as_delta() {
        Delta::Text { text, .. } => ("text", text),
        Delta::Refusal { text, .. } => ("refusal", text),
        Delta::Reasoning { text, .. } => ("reasoning", text),
        _ => return None,
    };
    Some(said).filter(|(_, text)| !text.is_empty())
}

/// What of an answer the target can say, beside its content.
#[derive(Debug, PartialEq, Default)]
struct Said {
    /// Id, model, date; none before the response is created.
    start: Option<(String, String, u64)>,
    /// Id, name and arguments. An id that was made up, or came late, is none.
    calls: Vec<(Option<String>, String, String)>,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    /// Code and message.
    errors: Vec<(String, String)>,
}

impl Said {
    /// What the encoder's output says.
    fn of(again: &[OwnedDelta], deltas: &[OwnedDelta]) -> Self {
        let completion = fold(again.iter().map(OwnedDelta::as_delta));
        let choice = completion.choices.get(&0);
        let calls = choice.into_iter().flat_map(|choice| choice.tool_calls.values());
        let mut said = Self {
            start: completion
                .id
                .map(|id| (id, completion.model.unwrap_or_default(), completion.created.unwrap_or(0))),
            calls: calls.map(|call| (call.id.clone(), call.name.clone(), call.arguments.clone())).collect(),
            finish: choice.and_then(|choice| choice.finish.as_ref()).map(|finish| finish.reason),
            usage: completion.usage.filter(|usage| *usage != Usage::default()),
            errors: Vec::new(),
        };
        let code = |code: Option<String>| code.unwrap_or_default();
        said.errors = completion.errors.into_iter().map(|error| (code(error.code), error.message)).collect();
        said.forget_ids(deltas);
        said
    }

    /// What it must say of these: the table of what cannot be said, applied to what was told.
    fn expected(deltas: &[OwnedDelta], is_complete: bool, is_created: bool) -> Self {
        let told = || deltas.iter().map(OwnedDelta::as_delta).filter(is_sayable);
        let completion = fold(told());
        let choice = completion.choices.get(&0);
        let finish = choice.and_then(|choice| choice.finish.as_ref()).map(|finish| finish.reason);
        let calls = choice.into_iter().flat_map(|choice| choice.tool_calls.values());
        let begins = |delta: &Delta<'_>| {
            is_of_choice(delta) && !matches!(delta, Delta::Extra { .. } | Delta::ReasoningOpaque { .. })
        };
        let start = fold(told().take_while(|delta| !begins(delta)));
        let word = |text: Option<String>, unknown: &str| {
            text.filter(|text| !text.is_empty()).unwrap_or_else(|| unknown.to_owned())
        };
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        // Of a code or a type, the first that was told; neither needs to say anything.
        let error = |error: &crate::completion::PeerError| {
            let code = some(&error.code.clone().or(error.kind.clone()));
            (code.unwrap_or_else(|| "server_error".to_owned()), error.message.clone())
        };
        let mut errors: Vec<_> = completion.errors.iter().map(error).collect();
        if errors.is_empty() && finish == Some(FinishReason::Error) {
            errors.push(("server_error".to_owned(), "the service failed".to_owned()));
        }
        let has_errors = !errors.is_empty();
        let is_over = is_created && (is_complete || finish.is_some() || has_errors);
        let finish = match finish {
            Some(FinishReason::ToolCalls | FinishReason::Other) => Some(FinishReason::Stop),
            None if has_errors => Some(FinishReason::Error),
            None if is_over => Some(FinishReason::Stop),
            finish => finish,
        };
        let mut said = Self {
            start: is_created.then(|| {
                (word(start.id, "resp_unknown"), word(start.model, "unknown"), start.created.unwrap_or(0))
            }),
            calls: calls.map(|call| (call.id.clone(), String::new(), String::new())).collect(),
            finish,
            usage: completion.usage.filter(|usage| is_over && *usage != Usage::default()),
            errors,
        };
        for (slot, (_, name, arguments)) in (0..).zip(&mut said.calls) {
            *name = sayable_name(0, slot, deltas);
            *arguments = sayable_arguments(slot, deltas).0;
        }
        said.forget_ids(deltas);
        said
    }

    /// Ids that were made up, that came late, and that calls share.
    fn forget_ids(&mut self, deltas: &[OwnedDelta]) {
        let completion = fold(deltas.iter().map(OwnedDelta::as_delta).filter(is_sayable));
        let told: Vec<_> =
            completion.choices.get(&0).into_iter().flat_map(|choice| &choice.tool_calls).collect();
        for (at, ((slot, call), said)) in told.iter().zip(&mut self.calls).enumerate() {
            let is_shared =
                told.iter().enumerate().any(|(other, (_, known))| other != at && known.id == call.id);
            let is_kept = |id: &String| !id.is_empty() && !is_made_up(id);
            said.0 = said.0.take().filter(is_kept).filter(|_| !is_shared && !is_id_late(0, **slot, deltas));
        }
    }
}
