//! Chat completions: Q38 to Q128.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{count, halved, text};
use super::repeat::{Channel, repeats};
use super::talk::{CACHED, INPUT, OUTPUT, REASONING, TOTAL, Talk, WRITE};
use super::tools::Tools;
use crate::{ContentMode, OpaqueKind, Options, Quirk};

pub(super) struct Chat {
    content: ContentMode,
    repeats_arguments: bool,
    /// The model is one that is known to repeat all so far.
    may_repeat: bool,
    choices: BTreeMap<u64, State>,
}

#[derive(Default)]
struct State {
    tools: Tools,
    /// What came in deltas: text, reasoning, refusal, calls.
    in_deltas: [bool; 4],
    content: Channel,
    reasoning: Channel,
}

impl Chat {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            content: options.content,
            repeats_arguments: options.allowed().contains(Quirk::RepeatedArguments),
            may_repeat: false,
            choices: BTreeMap::new(),
        }
    }

    pub(super) fn chunk(&mut self, chunk: &Value, talk: &mut Talk) {
        let choices = chunk["choices"].as_array().cloned().unwrap_or_default();
        let index = |(at, choice): (usize, &Value)| match &choice["index"] {
            Value::Null => Some(at as u64),
            index => count(index).filter(|index| *index <= u64::from(u32::MAX)),
        };
        let indices: Vec<_> = choices.iter().enumerate().map(index).collect();
        if indices.iter().any(Option::is_none) {
            return talk.malformed += 1;
        }
        let model = if text(&chunk["model"]).is_some() { &chunk["model"] } else { &chunk["model_id"] };
        talk.start(&chunk["id"], model, &chunk["created"]);
        self.may_repeat = self.content == ContentMode::Auto && talk.model.as_deref().is_some_and(repeats);
        for (index, choice) in indices.iter().flatten().zip(&choices) {
            self.choice(*index, choice, chunk, talk);
        }
        if choices.is_empty() && chunk["choices"].is_array() {
            self.finish(0, &chunk["finish_reason"], false, talk);
        }
        for place in [&chunk["usage"], &chunk["x_groq"]["usage"], &chunk["usageMetadata"], &chunk["Usage"]] {
            usage(place, talk);
        }
        // N35: the host's own counts, of what the model did not count.
        let metrics = &chunk["amazon-bedrock-invocationMetrics"];
        for (place, name) in [
            (INPUT, "inputTokenCount"),
            (OUTPUT, "outputTokenCount"),
            (CACHED, "cacheReadInputTokenCount"),
            (WRITE, "cacheWriteInputTokenCount"),
        ] {
            talk.count_if_unknown(place, &metrics[name]);
        }
    }

    fn choice(&mut self, index: u64, choice: &Value, chunk: &Value, talk: &mut Talk) {
        talk.choice(index);
        let state = self.choices.entry(index).or_default();
        let is_delta = choice["delta"].is_object();
        let delta = if is_delta { &choice["delta"] } else { &choice["message"] };
        let finish = [
            &choice["finish_reason"],
            &delta["finish_reason"],
            &choice["stop_reason"],
            &chunk["finish_reason"],
        ];
        let finish = finish.into_iter().find(|word| text(word).is_some()).unwrap_or(&Value::Null);
        if text(&delta["role"]).is_some_and(|role| role != "assistant") {
            return;
        }
        talk.role(index, &delta["role"]);
        let whole = contents(delta);
        // Q59, Q160: a message with a finish that is all so far adds nothing.
        let repeats = !is_delta
            && text(finish).is_some()
            && !whole.is_empty()
            && halved(&whole) == state.content.so_far;
        let by_text = !is_delta && !choice["message"].is_object();
        // What came in deltas is repeated by a message (Q58, Q59).
        let told = if is_delta || by_text { [false; 4] } else { state.in_deltas };
        if !told[1] && !repeats {
            self.reasoning(index, delta, talk);
        }
        if !told[0] && !repeats {
            let content = if by_text { &choice["text"] } else { &delta["content"] };
            self.content(index, content, talk);
        }
        if !told[2] {
            let refusal = &delta["refusal"];
            let is_text = refusal.is_string() || refusal.is_number();
            talk.refusal(index, &if is_text { parts(refusal) } else { String::new() });
        }
        let state = self.choices.entry(index).or_default();
        state.tools.repeats = self.repeats_arguments;
        if !told[3] {
            state.tools.delta(index, delta, talk);
        }
        if is_delta || by_text {
            let says = |name: &str| !parts(&delta[name]).is_empty();
            let calls = ["tool_calls", "function_call"].iter().any(|name| match &delta[*name] {
                Value::Array(calls) => !calls.is_empty(),
                call => call.is_object(),
            });
            let reasons = REASONING_NAMES.iter().any(|name| says(name));
            let now = [
                says("content") || by_text && !parts(&choice["text"]).is_empty(),
                reasons,
                says("refusal"),
                calls,
            ];
            let in_deltas = &mut self.choices.entry(index).or_default().in_deltas;
            in_deltas.iter_mut().zip(now).for_each(|(told, now)| *told |= now);
        }
        usage(&choice["usage"], talk);
        self.finish(index, finish, !whole.is_empty(), talk);
    }

    /// One source a delta, the first that is not empty (Q65).
    fn reasoning(&mut self, choice: u64, delta: &Value, talk: &mut Talk) {
        let names = REASONING_NAMES;
        let plain = names.iter().find(|name| !parts(&delta[**name]).is_empty());
        let mut is_told = plain.is_some();
        let signed = || names.iter().find(|name| delta[**name]["signature"].is_string());
        let plain = plain.or_else(signed).map_or(&Value::Null, |name| &delta[*name]);
        let (mode, state) = (self.mode(), self.choices.entry(choice).or_default());
        let piece = state.reasoning.take(&parts(plain), mode);
        talk.reasoning(choice, &piece);
        for part in plain.as_array().into_iter().flatten().chain([plain]) {
            if let Some(signature) = part.get("signature") {
                talk.opaque(choice, OpaqueKind::Signature, signature);
            }
        }
        for list in [&delta["reasoning_details"], &delta["thinking_blocks"]] {
            let mut tells = false;
            for entry in list.as_array().into_iter().flatten() {
                let piece = ["text", "summary", "thinking"].iter().find_map(|name| text(&entry[*name]));
                if let Some(piece) = piece
                    && !is_told
                {
                    talk.reasoning(choice, piece);
                    tells = true;
                }
                talk.opaque(choice, OpaqueKind::Signature, &entry["signature"]);
                talk.opaque(choice, OpaqueKind::Encrypted, &entry["data"]);
            }
            is_told |= tells;
        }
    }

    fn content(&mut self, choice: u64, content: &Value, talk: &mut Talk) {
        match content {
            Value::String(piece) => self.piece(choice, piece, talk),
            Value::Number(piece) => self.piece(choice, &piece.to_string(), talk),
            Value::Object(_) => self.content(choice, &Value::Array(vec![content.clone()]), talk),
            Value::Array(parts) => {
                for part in parts {
                    match part {
                        Value::String(piece) => self.piece(choice, piece, talk),
                        part if ["thinking", "reasoning"]
                            .contains(&part["type"].as_str().unwrap_or_default()) =>
                        {
                            talk.reasoning(choice, &super::chat::parts(&part["thinking"]));
                        }
                        part => self.piece(choice, part["text"].as_str().unwrap_or_default(), talk),
                    }
                }
            }
            _ => {}
        }
    }

    /// A piece of content: what is new of it, and reasoning where tags say so.
    fn piece(&mut self, choice: u64, piece: &str, talk: &mut Talk) {
        let (mode, state) = (self.mode(), self.choices.entry(choice).or_default());
        let new = state.content.take(piece, mode);
        talk.text(choice, &new);
    }

    /// Of a model of no known name pieces are pieces.
    fn mode(&self) -> ContentMode {
        match self.content {
            ContentMode::Auto if !self.may_repeat => ContentMode::Incremental,
            mode => mode,
        }
    }

    /// What is held repeats, or does not.
    fn decide(&mut self, choice: u64, repeats: bool, talk: &mut Talk) {
        let state = self.choices.entry(choice).or_default();
        talk.reasoning(choice, &state.reasoning.decide(Some(repeats)));
        talk.text(choice, &state.content.decide(Some(repeats)));
    }

    fn finish(&mut self, choice: u64, word: &Value, says: bool, talk: &mut Talk) {
        if text(word).is_some() {
            self.decide(choice, says, talk);
            self.choices.entry(choice).or_default().finish();
        }
        if text(word).is_some() {
            talk.finish(choice, word);
        }
    }

    pub(super) fn is_mixed(&self) -> bool {
        self.choices.values().any(|state| state.tools.is_mixed())
    }

    /// Where only the bytes end, the name decides whether what is held repeats; an end marker repeats nothing.
    pub(super) fn end(&mut self, marker: bool, talk: &mut Talk) {
        for choice in self.choices.keys().copied().collect::<Vec<_>>() {
            self.decide(choice, !marker, talk);
        }
    }
}

impl State {
    fn finish(&mut self) {
        self.content.is_over = true;
        self.reasoning.is_over = true;
    }
}

/// Where reasoning stands as text, in order of precedence.
const REASONING_NAMES: &[&str] = &["reasoning_content", "reasoning", "reasoning_text", "thinking"];

/// Content as one text.
fn contents(delta: &Value) -> String {
    parts(&delta["content"])
}

/// A string; or `text`, `content`, `thinking` of an object; or each of an array (Q76).
pub(super) fn parts(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => values.iter().map(parts).collect(),
        Value::Object(object) => {
            let names = ["text", "content", "thinking"];
            names.iter().find_map(|name| object.get(*name)).map(parts).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Counters by all their names; of two names for one number the later of this list.
fn usage(usage: &Value, talk: &mut Talk) {
    let prompt = &usage["prompt_tokens_details"];
    let input = &usage["input_tokens_details"];
    let (completion, output) = (&usage["completion_tokens_details"], &usage["output_tokens_details"]);
    let places: [(usize, &[&Value]); 6] = [
        (
            INPUT,
            &[
                &usage["prompt_tokens"],
                &usage["promptTokens"],
                &usage["inputTokens"],
                &usage["promptTokenCount"],
                &usage["PromptTokens"],
                &usage["prompt_eval_count"],
                &usage["tokens"]["input_tokens"],
                &usage["input_tokens"],
            ],
        ),
        (
            OUTPUT,
            &[
                &usage["completion_tokens"],
                &usage["outputTokens"],
                &usage["candidatesTokenCount"],
                &usage["CompletionTokens"],
                &usage["eval_count"],
                &usage["tokens"]["output_tokens"],
                &usage["output_tokens"],
            ],
        ),
        (
            TOTAL,
            &[
                &usage["total_tokens"],
                &usage["totalTokens"],
                &usage["totalTokenCount"],
                &usage["TotalTokens"],
            ],
        ),
        (
            CACHED,
            &[
                &prompt["cached_tokens"],
                &input["cached_tokens"],
                &usage["prompt_cache_hit_tokens"],
                &usage["cached_tokens"],
                &usage["cache_read_input_tokens"],
                &usage["cacheReadInputTokens"],
                &usage["cachedContentTokenCount"],
            ],
        ),
        (
            WRITE,
            &[
                &usage["cache_creation_input_tokens"],
                &usage["cache_write_tokens"],
                &prompt["cache_write_tokens"],
                &usage["cacheWriteInputTokens"],
            ],
        ),
        (
            REASONING,
            &[
                &completion["reasoning_tokens"],
                &output["reasoning_tokens"],
                &usage["reasoning_tokens"],
                &usage["thoughtsTokenCount"],
            ],
        ),
    ];
    for (place, values) in places {
        for value in values {
            talk.count(place, value);
        }
    }
}
