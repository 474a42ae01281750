//! OpenAI's own streams.

use std::fmt;

use super::{
    Words, Workload, Writer,
    words::{Json, Pick},
};
use crate::sink::Sink as _;

/// What every chunk of an OpenAI stream repeats.
pub(super) struct Head {
    id: String,
    fingerprint: String,
}

impl Head {
    pub(super) fn new(words: &mut Words) -> Self {
        Self { id: words.id(29), fingerprint: words.hex(10) }
    }

    /// One event with these choices; `usage` and the padding follow.
    pub(super) fn event(&self, writer: &mut Writer, choices: fmt::Arguments<'_>, usage: &str) {
        let padding = writer.words.below(14) + 2;
        let padding = writer.words.id(padding);
        writer.event(format_args!(
            "{self}\"choices\":[{choices}],\"usage\":{usage},\"obfuscation\":\"{padding}\"}}"
        ));
    }

    /// The one choice that most events have.
    pub(super) fn choice(&self, writer: &mut Writer, index: u32, delta: fmt::Arguments<'_>, finish: &str) {
        let choice = format_args!(
            "{{\"index\":{index},\"delta\":{{{delta}}},\"logprobs\":null,\"finish_reason\":{finish}}}"
        );
        self.event(writer, choice, "null");
    }

    /// The first event of a choice.
    pub(super) fn role(&self, writer: &mut Writer, index: u32) {
        self.choice(writer, index, format_args!(r#""role":"assistant","content":"","refusal":null"#), "null");
    }

    /// One piece of text.
    pub(super) fn text(&self, writer: &mut Writer, index: u32, token: &str) {
        self.choice(writer, index, format_args!(r#""content":"{}""#, Json(token)), "null");
        writer.answer().text(index, token);
    }

    /// The finish of a choice.
    pub(super) fn finish(&self, writer: &mut Writer, index: u32, reason: &str) {
        self.choice(writer, index, format_args!(""), &format!("\"{reason}\""));
        writer.answer().finish(index, reason);
    }

    /// The last chunk: no choice, the counts.
    pub(super) fn usage(&self, writer: &mut Writer, output: usize) {
        let usage = format!(
            r#"{{"prompt_tokens":31,"completion_tokens":{output},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":0,"audio_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}}"#,
            output + 31
        );
        self.event(writer, format_args!(""), &usage);
        writer.answer().usage([31, output as u64, output as u64 + 31]);
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, fingerprint } = self;
        write!(
            f,
            r#"{{"id":"chatcmpl-{id}","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_{fingerprint}","#
        )
    }
}

/// Ids, fingerprint, `"usage":null`, padding of varying length.
fn one_choice(name: &'static str, pick: Pick, seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new(name, seed);
    let head = Head::new(&mut writer.words);
    head.role(&mut writer, 0);
    for _ in 0..events {
        let token = pick(&mut writer.words);
        head.text(&mut writer, 0, &token);
    }
    head.finish(&mut writer, 0, "stop");
    head.usage(&mut writer, events);
    writer.done()
}

/// Plain text.
pub(super) fn openai_text(seed: u64, events: usize) -> Workload {
    one_choice("openai_text", Words::token, seed, events)
}

/// Text as it really comes: a sixth of the tokens with escapes, a third Chinese, code.
pub(super) fn mix(seed: u64, events: usize) -> Workload {
    one_choice("mix", Words::mix, seed, events)
}

/// Every token has an escape.
pub(super) fn escapes(seed: u64, events: usize) -> Workload {
    one_choice("escapes", Words::escaped, seed, events)
}

/// Four choices, a token of each in turn.
fn in_turn(name: &'static str, pick: Pick, seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new(name, seed);
    let head = Head::new(&mut writer.words);
    (0..4).for_each(|index| head.role(&mut writer, index));
    for index in (0..4).cycle().take(events) {
        let token = pick(&mut writer.words);
        head.text(&mut writer, index, &token);
    }
    (0..4).for_each(|index| head.finish(&mut writer, index, "stop"));
    head.usage(&mut writer, events);
    writer.done()
}

/// Four choices of plain text.
pub(super) fn four_choices(seed: u64, events: usize) -> Workload {
    in_turn("four_choices", Words::token, seed, events)
}

/// Four choices of text as it really comes.
pub(super) fn four_choices_mix(seed: u64, events: usize) -> Workload {
    in_turn("four_choices_mix", Words::mix, seed, events)
}

/// Log probabilities with two alternatives: another shape with every event.
pub(super) fn logprobs(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("logprobs", seed);
    let head = Head::new(&mut writer.words);
    head.role(&mut writer, 0);
    for _ in 0..events {
        let token = writer.words.token();
        let (first, second) = (logprob(&token, &mut writer.words), writer.words.token());
        let second = logprob(&second, &mut writer.words);
        let logprobs = format!(
            r#"{{"content":[{{{first},"top_logprobs":[{{{first}}},{{{second}}}]}}],"refusal":null}}"#
        );
        let content = Json(&token);
        let choice = format_args!(
            r#"{{"index":0,"delta":{{"content":"{content}"}},"logprobs":{logprobs},"finish_reason":null}}"#
        );
        head.event(&mut writer, choice, "null");
        writer.answer().text(0, &token);
    }
    head.finish(&mut writer, 0, "stop");
    head.usage(&mut writer, events);
    writer.done()
}

fn logprob(token: &str, words: &mut Words) -> String {
    let value = -(words.below(9_000_000) as f64) / 1e6;
    let bytes: Vec<_> = token.bytes().map(|byte| byte.to_string()).collect();
    format!(r#""token":"{}","logprob":{value},"bytes":[{}]"#, Json(token), bytes.join(","))
}
