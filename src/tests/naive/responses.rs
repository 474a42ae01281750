//! Responses: N24 to N30.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::messages::key;
use super::talk::{CACHED, INPUT, OUTPUT, REASONING, TOTAL, Talk, WRITE};
use crate::{FinishReason, OpaqueKind};

#[derive(Default)]
pub(super) struct Responses {
    /// What was told: channel, output index, index within.
    marks: BTreeSet<(Channel, String, String)>,
    /// Calls by output index.
    calls: BTreeMap<String, usize>,
    told_anything: bool,
    /// Text came in the item of a call.
    pub(super) is_foreign: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Channel {
    Text,
    Refusal,
    Reasoning,
    Summary,
}

impl Responses {
    pub(super) fn event(&mut self, name: &str, value: &Value, talk: &mut Talk) {
        if value["object"] == "response" {
            let status = value["status"].as_str().unwrap_or("completed");
            return self.last(status, value, talk);
        }
        let type_ = value["type"].as_str().unwrap_or(name);
        let delta = value["delta"].as_str().unwrap_or_default();
        let (content, summary) = (&value["content_index"], &value["summary_index"]);
        let piece = |text: &Value| text.as_str().unwrap_or_default().to_owned();
        if ["output_", "content_part", "refusal", "reasoning", "function_call", "custom_tool"]
            .iter()
            .any(|word| type_.strip_prefix("response.").is_some_and(|type_| type_.starts_with(word)))
        {
            talk.choice(0);
        }
        match type_.strip_prefix("response.").unwrap_or_default() {
            "created" | "in_progress" | "queued" => self.start(&value["response"], talk),
            "output_text.delta" => {
                self.is_foreign |= self.calls.contains_key(&index(value));
                self.tell(Channel::Text, value, content, delta, talk);
            }
            "refusal.delta" => self.tell(Channel::Refusal, value, content, delta, talk),
            "reasoning_text.delta" => self.tell(Channel::Reasoning, value, content, delta, talk),
            "reasoning_summary_text.delta" => self.tell(Channel::Summary, value, summary, delta, talk),
            "output_text.done" => self.repeat(Channel::Text, value, content, &piece(&value["text"]), talk),
            "refusal.done" => self.repeat(Channel::Refusal, value, content, &piece(&value["refusal"]), talk),
            "reasoning_text.done" => {
                self.repeat(Channel::Reasoning, value, content, &piece(&value["text"]), talk)
            }
            "reasoning_summary_text.done" => {
                self.repeat(Channel::Summary, value, summary, &piece(&value["text"]), talk);
            }
            "content_part.done" | "reasoning_part.done" => {
                if let Some((channel, text)) = part(&value["part"]) {
                    self.repeat(channel, value, content, &text, talk);
                }
            }
            "reasoning_summary_part.done" => {
                self.repeat(Channel::Summary, value, summary, &piece(&value["part"]["text"]), talk);
            }
            "output_item.added" => {
                talk.role(0, &value["item"]["role"]);
                if is_call(&value["item"]) {
                    // It ends the call that was open there.
                    if let Some(slot) = self.calls.remove(&index(value)) {
                        talk.end_call(0, slot);
                    }
                    self.call(value, talk);
                }
            }
            "function_call_arguments.delta" | "custom_tool_call_input.delta" => {
                if let Some(slot) = self.calls.get(&index(value)) {
                    talk.arguments(0, *slot, &value["delta"]);
                }
            }
            "function_call_arguments.done" => self.arguments(value, &value["arguments"], talk),
            "custom_tool_call_input.done" => self.arguments(value, &value["input"], talk),
            "output_item.done" => self.item(value, talk),
            "completed" | "incomplete" | "failed" | "cancelled" => self.last(type_, &value["response"], talk),
            "error" => {
                let error = if value["error"].is_object() { &value["error"] } else { value };
                talk.error(error["message"].as_str().unwrap_or_default());
            }
            _ => {}
        }
    }

    fn start(&mut self, response: &Value, talk: &mut Talk) {
        talk.start(&response["id"], &response["model"], &response["created_at"]);
    }

    fn tell(&mut self, channel: Channel, value: &Value, within: &Value, text: &str, talk: &mut Talk) {
        if text.is_empty() {
            return;
        }
        self.told_anything = true;
        let within = key(within).unwrap_or_else(|| "0".to_owned());
        talk.part(0, &format!("{} {within}", index(value)));
        self.marks.insert((channel, index(value), within));
        match channel {
            Channel::Text => talk.text(0, text),
            Channel::Refusal => talk.refusal(0, text),
            Channel::Reasoning | Channel::Summary => talk.reasoning(0, text),
        }
    }

    fn repeat(&mut self, channel: Channel, value: &Value, within: &Value, text: &str, talk: &mut Talk) {
        if !self.marks.contains(&(channel, index(value), key(within).unwrap_or_else(|| "0".to_owned()))) {
            self.tell(channel, value, within, text, talk);
        }
    }

    /// The call of an output index; begun if it was not.
    fn call(&mut self, value: &Value, talk: &mut Talk) -> usize {
        let item = &value["item"];
        self.told_anything = true;
        *self.calls.entry(index(value)).or_insert_with(|| {
            let id =
                if super::json::text(&item["call_id"]).is_some() { &item["call_id"] } else { &item["id"] };
            talk.call(0, id, &item["name"])
        })
    }

    /// All the arguments, where no fragment was told.
    fn arguments(&mut self, value: &Value, arguments: &Value, talk: &mut Talk) {
        if let Some(slot) = self.calls.get(&index(value))
            && talk.slot(0, *slot).is_silent()
        {
            talk.arguments(0, *slot, arguments);
        }
    }

    fn item(&mut self, value: &Value, talk: &mut Talk) {
        let (item, at) = (&value["item"], index(value));
        if is_call(item) {
            let slot = self.call(value, talk);
            let arguments = if item["arguments"].is_null() { &item["input"] } else { &item["arguments"] };
            self.arguments(value, arguments, talk);
            talk.end_call(0, slot);
        }
        // Whatever it is: what was of this index is over.
        if let Some(slot) = self.calls.remove(&at) {
            talk.end_call(0, slot);
        }
        talk.role(0, &item["role"]);
        // A summary is reasoning, too.
        let channel = |channel| if channel == Channel::Summary { Channel::Reasoning } else { channel };
        let told: BTreeSet<Channel> =
            self.marks.iter().filter(|mark| mark.1 == at).map(|mark| channel(mark.0)).collect();
        let entries = |name: &str| item[name].as_array().cloned().unwrap_or_default();
        for entry in entries("summary").iter().chain(&entries("content")) {
            if let Some((of, text)) = part(entry)
                && !told.contains(&channel(of))
            {
                self.tell(of, value, &Value::Null, &text, talk);
            }
        }
        if item["type"] == "reasoning" {
            talk.opaque(0, OpaqueKind::Encrypted, &item["encrypted_content"]);
        }
        self.marks.retain(|mark| mark.1 != at);
    }

    fn last(&mut self, type_: &str, response: &Value, talk: &mut Talk) {
        self.start(response, talk);
        if !self.told_anything {
            for (at, item) in response["output"].as_array().into_iter().flatten().enumerate() {
                let value = serde_json::json!({"output_index": at, "item": item});
                self.item(&value, talk);
            }
        }
        let word = type_.trim_start_matches("response.");
        let error = &response["error"];
        if word == "failed" && talk.errors.is_empty() {
            talk.error(error["message"].as_str().unwrap_or_default());
        }
        match response["incomplete_details"]["reason"].as_str() {
            Some(reason) => talk.finish(0, &reason.into()),
            None if word == "incomplete" => talk.finish_as(0, FinishReason::Other, word),
            None => talk.finish(0, &word.into()),
        }
        usage(&response["usage"], talk);
        talk.done = true;
    }
}

fn index(value: &Value) -> String {
    key(&value["output_index"]).unwrap_or_else(|| "0".to_owned())
}

fn is_call(item: &Value) -> bool {
    item["type"] == "function_call" || item["type"] == "custom_tool_call"
}

/// A part's channel and what it says.
fn part(part: &Value) -> Option<(Channel, String)> {
    let (channel, name) = match part["type"].as_str()? {
        "output_text" | "text" => (Channel::Text, "text"),
        "refusal" => (Channel::Refusal, "refusal"),
        "reasoning_text" => (Channel::Reasoning, "text"),
        "summary_text" => (Channel::Summary, "text"),
        _ => return None,
    };
    Some((channel, part[name].as_str().unwrap_or_default().to_owned()))
}

fn usage(usage: &Value, talk: &mut Talk) {
    talk.count(INPUT, &usage["input_tokens"]);
    talk.count(OUTPUT, &usage["output_tokens"]);
    talk.count(TOTAL, &usage["total_tokens"]);
    talk.count(CACHED, &usage["input_tokens_details"]["cached_tokens"]);
    talk.count(WRITE, &usage["input_tokens_details"]["cache_write_tokens"]);
    talk.count(REASONING, &usage["output_tokens_details"]["reasoning_tokens"]);
}
