//! Deltas that nobody told: conversations made of whatever strings.
//!
//! Knows: the orders in which decoders tell deltas. Must not know: what is made of them.

use std::collections::BTreeMap;

use super::sequences::Choices;
use crate::{Delta, ExtraKind, FinishReason, OpaqueKind, OwnedDelta, PartKind};

/// Strings that would break out, if any could.
const TEXTS: &[&str] = &[
    "Hi",
    " there",
    "é日本😀",
    "\"",
    "\\",
    "\\\"}],\"x\":[{",
    "\n\ndata: [DONE]\n\n",
    "\r\rdata: {}\r\r",
    "\r\n",
    "\0\u{1}\u{1f}\u{7f}\u{85}\u{2028}",
    "<think>",
    "</think>",
    "[DONE]",
    "data: ",
    ": ",
    "{\"choices\":[]}",
    "eight by\"te",
];

/// JSON, and what is none.
const VALUES: &[&str] = &[
    "1",
    "null",
    "\"a\"",
    "[]",
    "{}",
    "[{\"a\":1},{\"index\":7},{}, { }]",
    "{\"a\":\n[1,\r\n2]}",
    "[1,\n{\"b\":\"c\\n\"}]",
    "{\"a\":NaN,\"b\":-Infinity}",
    "\"a\nb\"",
    "\"a\\\nb\"",
    "{\"a\":1}\n\ndata: [DONE]",
    "}],\"x\":[",
    "",
    "[[[[[[[",
    "\"\\ud800\"",
    "{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"n\",\n\"input\":{}}",
    "{\"type\":\"input_json_delta\",\"partial_json\":\"{\"}",
    "{\"id\":\"au\",\"data\":\"QQ==\",\"transcript\":\"o\\nk\"}",
];

const NAMES: &[&str] = &[
    "",
    "logprobs",
    "annotations",
    "audio",
    "images",
    "citations",
    "content",
    "delta",
    "index",
    "choices",
    "id",
    "error",
    "usage",
    "finish_reason",
    "tool_calls",
    "reasoning_content",
    "x\"\n",
    "prompt_filter_results",
    "citations_delta",
    "server_tool_use",
    "input_json_delta",
];

/// What is known of a call.
#[derive(Clone, Copy, Default)]
struct Known {
    has_name: bool,
    has_arguments: bool,
    is_ended: bool,
}

/// A conversation that `data` chooses: deltas in the orders in which decoders tell them, with whatever strings.
pub(crate) fn generated(data: &[u8]) -> Vec<OwnedDelta> {
    let mut choices = Choices(data);
    let mut calls = BTreeMap::new();
    (0..data.len().min(60) / 3).map(|_| delta(&mut choices, &mut calls).into_owned()).collect()
}

/// The calls so far, by choice and slot.
type Calls = BTreeMap<(u32, u32), Known>;

fn delta(choices: &mut Choices<'_>, calls: &mut Calls) -> Delta<'static> {
    let (text, choice) = (choices.pick(TEXTS), choices.pick(&[0, 0, 0, 1, 2, 200]));
    match choices.below(16) {
        0 => Delta::start(Some(text), None, Some(7)),
        1 => Delta::start(None, Some(text), None),
        2 => Delta::Role { choice, role: text },
        3 | 4 => Delta::Text { choice, text },
        5 => Delta::Reasoning { choice, text },
        6 => Delta::Refusal { choice, text },
        7 => Delta::reasoning_opaque(choice, choices.pick(OpaqueKind::ALL), text),
        8..=11 => call(choices, calls, choice, text),
        12 => {
            let (kind, name) = (choices.pick(ExtraKind::ALL), choices.pick(NAMES));
            Delta::extra(choices.pick(&[None, Some(choice)]), kind, name, choices.pick(VALUES))
        }
        13 => {
            let own = calls.iter_mut().filter(|(key, _)| key.0 == choice);
            let count = own.map(|(_, known)| known.is_ended = true).count();
            Delta::finish(choice, choices.pick(FinishReason::ALL), text, count > 0)
        }
        14 => Delta::peer_error(Some(text), None, text, "{}"),
        _ => Delta::part(choice, 0, PartKind::Text),
    }
}

/// A call begins, or goes on.
fn call(choices: &mut Choices<'_>, calls: &mut Calls, choice: u32, text: &'static str) -> Delta<'static> {
    let next = u32::try_from(calls.keys().filter(|key| key.0 == choice).count()).unwrap_or(0);
    let slot = u32::try_from(choices.below(next as usize + 1)).unwrap_or(0);
    if slot == next {
        let (id, name) = (choices.pick(&[None, Some(text)]), choices.pick(&[None, Some(text)]));
        calls.insert((choice, slot), Known { has_name: name.is_some(), ..Known::default() });
        return Delta::tool_call_start(choice, slot, id, name);
    }
    let known = calls.entry((choice, slot)).or_default();
    match choices.below(4) {
        0 => Delta::tool_call_update(choice, slot, Some(text), None),
        // After its arguments a name is only told if it is the first.
        1 if !known.has_name || !known.has_arguments => {
            known.has_name = true;
            Delta::tool_call_update(choice, slot, None, Some(text))
        }
        2 => {
            known.is_ended = true;
            Delta::ToolCallEnd { choice, slot }
        }
        _ if known.is_ended => Delta::Keepalive,
        _ => {
            known.has_arguments = true;
            Delta::ToolCallArguments { choice, slot, fragment: text }
        }
    }
}
