//! Interactions: N23.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::text;
use super::messages::key;
use super::talk::{CACHED, INPUT, OUTPUT, REASONING, TOTAL, Talk};
use crate::OpaqueKind;

#[derive(Default)]
pub(super) struct Interactions {
    /// Calls by the index of their step, with the arguments that came with the start, while no piece followed.
    calls: BTreeMap<String, (usize, Option<Value>)>,
    latest: String,
}

impl Interactions {
    pub(super) fn event(&mut self, value: &Value, talk: &mut Talk) {
        let index = key(&value["index"]);
        let at = index.clone().unwrap_or_else(|| self.latest.clone());
        // A step without an index is over where another begins.
        if index.as_ref().is_some_and(|index| !self.calls.contains_key(index)) {
            self.stop("", true, talk);
        }
        let event_type = value["event_type"].as_str().unwrap_or_default();
        if event_type.starts_with("step.") || event_type.starts_with("content.") {
            talk.choice(0);
        }
        match event_type {
            "interaction.created" | "interaction.start" => {
                let interaction = &value["interaction"];
                talk.start(&interaction["id"], &interaction["model"], &Value::Null);
            }
            "step.start" | "content.start" => {
                let at = index.unwrap_or_default();
                self.stop(&at, true, talk);
                talk.part(0, &at);
                self.latest.clone_from(&at);
                let begun = if event_type == "step.start" { "step" } else { "content" };
                self.start(at, &value[begun], talk);
            }
            "step.delta" | "content.delta" => {
                self.latest.clone_from(&at);
                self.delta(&at, &value["delta"], talk);
            }
            "step.stop" | "content.stop" => {
                self.stop(&at, true, talk);
                self.latest = "none".to_owned();
            }
            "interaction.completed" | "interaction.complete" => {
                self.end(talk);
                let interaction = &value["interaction"];
                talk.start(&interaction["id"], &interaction["model"], &Value::Null);
                talk.finish(0, &interaction["status"]);
                usage(&interaction["usage"], talk);
                talk.done = true;
            }
            _ => {}
        }
        usage(&value["metadata"]["usage"], talk);
    }

    pub(super) fn end(&mut self, talk: &mut Talk) {
        let open: Vec<_> = self.calls.keys().cloned().collect();
        open.iter().for_each(|at| self.stop(at, false, talk));
    }

    fn start(&mut self, at: String, step: &Value, talk: &mut Talk) {
        if step["type"] == "function_call" && (text(&step["id"]).is_some() || text(&step["name"]).is_some()) {
            let slot = talk.call(0, &step["id"], &step["name"]);
            let arguments = &step["arguments"];
            let says = !arguments.is_null()
                && text(arguments).is_some()
                    | arguments.as_object().is_some_and(|members| !members.is_empty());
            self.calls.insert(at, (slot, says.then(|| arguments.clone())));
        }
        if step["type"] == "text" {
            talk.text(0, step["text"].as_str().unwrap_or_default());
        }
        talk.opaque(0, OpaqueKind::Signature, &step["signature"]);
        for summary in step["summary"].as_array().into_iter().flatten() {
            talk.reasoning(0, summary["text"].as_str().unwrap_or_default());
        }
        for content in step["content"].as_array().into_iter().flatten() {
            if content["type"] == "text" {
                talk.text(0, content["text"].as_str().unwrap_or_default());
            }
        }
    }

    fn delta(&mut self, at: &str, delta: &Value, talk: &mut Talk) {
        let says = [&delta["text"], &delta["content"]["text"], &delta["signature"], &delta["arguments"]];
        if says.iter().any(|piece| text(piece).is_some()) {
            talk.part(0, at);
        }
        match delta["type"].as_str().unwrap_or_default() {
            "text" => talk.text(0, delta["text"].as_str().unwrap_or_default()),
            "thought_summary" => talk.reasoning(0, delta["content"]["text"].as_str().unwrap_or_default()),
            "thought_signature" => talk.opaque(0, OpaqueKind::Signature, &delta["signature"]),
            "function_call" if !self.calls.contains_key(at) => self.start(at.to_owned(), delta, talk),
            "arguments_delta" => {
                if let Some((slot, arguments)) = self.calls.get_mut(at)
                    && text(&delta["arguments"]).is_some()
                {
                    *arguments = None;
                    talk.arguments(0, *slot, &delta["arguments"]);
                }
            }
            _ => {}
        }
    }

    fn stop(&mut self, at: &str, is_end: bool, talk: &mut Talk) {
        if let Some((slot, arguments)) = self.calls.remove(at) {
            talk.arguments(0, slot, &arguments.unwrap_or_default());
            if is_end {
                talk.end_call(0, slot);
            }
        }
    }
}

fn usage(usage: &Value, talk: &mut Talk) {
    talk.count(INPUT, &usage["total_input_tokens"]);
    talk.count(OUTPUT, &usage["total_output_tokens"]);
    talk.count(TOTAL, &usage["total_tokens"]);
    talk.count(CACHED, &usage["total_cached_tokens"]);
    talk.count(REASONING, &usage["total_thought_tokens"]);
}
