//! Converse: N35, N36.

use std::collections::BTreeMap;

use serde_json::Value;

use super::messages::key;
use super::talk::{CACHED, INPUT, OUTPUT, TOTAL, Talk, WRITE};
use crate::OpaqueKind;

pub(super) const EVENTS: &[&str] = &[
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
];

#[derive(Default)]
pub(super) struct Converse {
    calls: BTreeMap<String, usize>,
    /// Some block had no index.
    pub(super) without_index: bool,
}

impl Converse {
    pub(super) fn event(&mut self, name: &str, value: &Value, talk: &mut Talk) {
        match EVENTS.iter().find(|name| value[**name].is_object()) {
            Some(name) => self.one(name, &value[*name], talk),
            None => self.one(name, value, talk),
        }
    }

    fn one(&mut self, name: &str, value: &Value, talk: &mut Talk) {
        self.without_index |= name.starts_with("contentBlock") && value["contentBlockIndex"].is_null();
        let at = key(&value["contentBlockIndex"]).unwrap_or_default();
        if name.starts_with("contentBlock") {
            talk.part(0, &at);
        }
        match name {
            "messageStart" => {
                talk.choice(0);
                talk.role(0, &value["role"]);
            }
            "contentBlockStart" => {
                let call = &value["start"]["toolUse"];
                if let Some(slot) = self.calls.remove(&at) {
                    talk.end_call(0, slot);
                }
                if call.is_object() && call["type"] != "server_tool_use" {
                    let slot = talk.call(0, &call["toolUseId"], &call["name"]);
                    self.calls.insert(at, slot);
                }
            }
            "contentBlockDelta" => {
                let delta = &value["delta"];
                let reasoning = &delta["reasoningContent"];
                talk.text(0, delta["text"].as_str().unwrap_or_default());
                talk.reasoning(0, reasoning["text"].as_str().unwrap_or_default());
                talk.opaque(0, OpaqueKind::Signature, &reasoning["signature"]);
                talk.opaque(0, OpaqueKind::Encrypted, &reasoning["redactedContent"]);
                if let Some(slot) = self.calls.get(&at) {
                    talk.arguments(0, *slot, &delta["toolUse"]["input"]);
                }
            }
            "contentBlockStop" => {
                if let Some(slot) = self.calls.remove(&at) {
                    talk.end_call(0, slot);
                }
            }
            "messageStop" => {
                self.calls.clear();
                talk.finish(0, &value["stopReason"]);
            }
            "metadata" => usage(&value["usage"], talk),
            _ => {}
        }
    }
}

fn usage(usage: &Value, talk: &mut Talk) {
    talk.count(INPUT, &usage["inputTokens"]);
    talk.count(OUTPUT, &usage["outputTokens"]);
    talk.count(TOTAL, &usage["totalTokens"]);
    for name in ["cacheReadInputTokens", "cacheReadInputTokenCount"] {
        talk.count(CACHED, &usage[name]);
    }
    for name in ["cacheWriteInputTokens", "cacheWriteInputTokenCount"] {
        talk.count(WRITE, &usage[name]);
    }
}
