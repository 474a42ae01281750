//! generateContent: N12 to N22.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{count, text};
use super::partial_args::PartialArgs;
use super::talk::{CACHED, INPUT, OUTPUT, REASONING, TOTAL, Talk, name};
use crate::{FinishReason, OpaqueKind};

#[derive(Default)]
pub(super) struct GenerateContent {
    /// The call that is open, by choice.
    open: BTreeMap<u64, (usize, PartialArgs)>,
}

/// A member in camel case, or in snake case.
fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    let snake: String = name
        .chars()
        .flat_map(|char| char.is_uppercase().then_some('_').into_iter().chain(char.to_lowercase()))
        .collect();
    if value[name].is_null() { &value[snake] } else { &value[name] }
}

impl GenerateContent {
    pub(super) fn event(&mut self, value: &Value, talk: &mut Talk) {
        let response = &value["response"];
        let known = ["candidates", "promptFeedback", "usageMetadata"];
        let is_inside = response.is_object() && !known.iter().any(|name| !member(value, name).is_null());
        let value = if is_inside { response } else { value };
        talk.start(member(value, "responseId"), member(value, "modelVersion"), &Value::Null);
        let candidates = value["candidates"].as_array().cloned().unwrap_or_default();
        for (at, candidate) in candidates.iter().enumerate() {
            let choice = count(&candidate["index"]).map_or(at as u64, |index| index.min(u32::MAX.into()));
            self.candidate(choice, candidate, talk);
        }
        let reason = member(member(value, "promptFeedback"), "blockReason");
        if candidates.is_empty()
            && let Some(reason) = name(reason)
        {
            talk.finish_as(0, FinishReason::ContentFilter, &reason);
        }
        usage(member(value, "usageMetadata"), talk);
    }

    fn candidate(&mut self, choice: u64, candidate: &Value, talk: &mut Talk) {
        talk.choice(choice);
        for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
            let piece = part["text"].as_str().unwrap_or_default();
            let kind = if part["thought"] == true { "reasoning" } else { "text" };
            if !piece.is_empty() || part.get("thoughtSignature").is_some() {
                talk.part(choice, kind);
            }
            if part["thought"] == true {
                talk.reasoning(choice, piece);
            } else {
                talk.text(choice, piece);
            }
            let call = member(part, "functionCall");
            if call.is_object() {
                talk.part(choice, "call");
                self.call(choice, call, talk);
            }
            talk.opaque(choice, OpaqueKind::Signature, member(part, "thoughtSignature"));
        }
        let word = member(candidate, "finishReason");
        if text(word).is_some_and(|word| word != "FINISH_REASON_UNSPECIFIED") {
            self.close(choice, talk);
            talk.finish(choice, word);
        }
    }

    fn call(&mut self, choice: u64, call: &Value, talk: &mut Talk) {
        let goes_on = *member(call, "willContinue") == true;
        let pieces = member(call, "partialArgs");
        let is_named = text(&call["name"]).is_some();
        if is_named {
            self.close(choice, talk);
        }
        if (goes_on || pieces.is_array()) && is_named {
            let slot = talk.call(choice, &call["id"], &call["name"]);
            self.open.insert(choice, (slot, PartialArgs::default()));
        } else if is_named {
            let slot = talk.call(choice, &call["id"], &call["name"]);
            talk.arguments(choice, slot, &call["args"]);
            talk.end_call(choice, slot);
            return;
        }
        if let Some((slot, args)) = self.open.get_mut(&choice) {
            for piece in pieces.as_array().into_iter().flatten() {
                args.set(piece);
            }
            let call = talk.slot(choice, *slot);
            call.arguments = args.text();
            call.as_value = true;
        }
        if !goes_on {
            self.close(choice, talk);
        }
    }

    fn close(&mut self, choice: u64, talk: &mut Talk) {
        if let Some((slot, _)) = self.open.remove(&choice) {
            talk.end_call(choice, slot);
        }
    }
}

fn usage(usage: &Value, talk: &mut Talk) {
    talk.count(INPUT, member(usage, "promptTokenCount"));
    talk.count(OUTPUT, member(usage, "candidatesTokenCount"));
    talk.count(TOTAL, member(usage, "totalTokenCount"));
    talk.count(CACHED, member(usage, "cachedContentTokenCount"));
    talk.count(REASONING, member(usage, "thoughtsTokenCount"));
}
