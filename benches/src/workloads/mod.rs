//! Generated streams and the answers they fold to. The same seed gives the same bytes.

mod chat;
mod hostile;
mod natives;
mod services;
mod tools;
mod words;

use std::fmt;

use crate::sink::Answer;
use words::Words;

/// How many events a stream of the benches has.
pub const EVENTS: usize = 2_000;

/// Plain text on the wires that are not chat, by name.
pub const NATIVE: [(&str, Make); 5] = [
    ("messages_text", natives::messages),
    ("responses_text", natives::responses),
    ("generate_content_text", natives::generate_content),
    ("ollama_text", natives::ollama),
    ("converse_text", natives::converse),
];

/// Text as it really comes on some of them.
pub const NATIVE_MIX: [(&str, Make); 3] = [
    ("messages_mix", natives::messages_mix),
    ("responses_mix", natives::responses_mix),
    ("generate_content_mix", natives::generate_content_mix),
];

/// One stream and what it says.
#[derive(Debug, Clone)]
pub struct Workload {
    /// The branch it stresses.
    pub name: &'static str,
    /// The bytes.
    pub stream: Vec<u8>,
    /// Where its events end, comments counted.
    pub ends: Vec<usize>,
    /// How many payloads a framer should find, the end marker left out.
    pub payloads: u64,
    /// What it says.
    pub answer: Answer,
}

/// A generator: seed and number of events.
pub type Make = fn(u64, usize) -> Workload;

/// Every workload, by name.
pub const ALL: [(&str, Make); 21] = [
    ("mix", chat::mix),
    ("escapes", chat::escapes),
    ("tool_arguments", tools::tool_arguments),
    ("four_choices_mix", chat::four_choices_mix),
    ("openai_text", chat::openai_text),
    ("stepfun_usage", services::stepfun_usage),
    ("infly_usage", services::infly_usage),
    ("cjk_escaped", services::cjk_escaped),
    ("cjk_raw", services::cjk_raw),
    ("reasoning", services::reasoning),
    ("tool_calls", tools::tool_calls),
    ("parallel_tool_calls", tools::parallel_tool_calls),
    ("four_choices", chat::four_choices),
    ("think_tags", services::think_tags),
    ("cumulative", services::cumulative),
    ("logprobs", chat::logprobs),
    ("keepalives", hostile::keepalives),
    ("long_line", hostile::long_line),
    ("malformed_tenth", hostile::malformed_tenth),
    ("hostile", hostile::every_shape_misses),
    ("hostile_bait", hostile::baited_misses),
];

/// The generator of this name.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn make(name: &str) -> Make {
    let found = ALL.iter().chain(&NATIVE).chain(&NATIVE_MIX).find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no workload {name}")).1
}

/// The workload of this name, with the benches' seed.
#[must_use]
pub fn named(name: &str, events: usize) -> Workload {
    make(name)(7, events)
}

/// Writes a stream and its answer side by side.
struct Writer {
    workload: Workload,
    words: Words,
}

impl Writer {
    fn new(name: &'static str, seed: u64) -> Self {
        let (stream, ends) = (Vec::new(), Vec::new());
        let workload = Workload { name, stream, ends, payloads: 0, answer: Answer::default() };
        Self { workload, words: Words::new(seed) }
    }

    /// Bytes that make one block of the stream but no payload.
    fn block(&mut self, bytes: &str) {
        self.workload.stream.extend_from_slice(bytes.as_bytes());
        self.workload.ends.push(self.workload.stream.len());
    }

    /// One event.
    fn event(&mut self, payload: fmt::Arguments<'_>) {
        self.workload.payloads += 1;
        self.block(&format!("data: {payload}\n\n"));
    }

    /// One event with a name.
    fn named_event(&mut self, name: &str, payload: fmt::Arguments<'_>) {
        self.workload.payloads += 1;
        self.block(&format!("event: {name}\ndata: {payload}\n\n"));
    }

    /// One line without the space and without the blank line.
    fn line(&mut self, payload: fmt::Arguments<'_>) {
        self.workload.payloads += 1;
        self.block(&format!("data:{payload}\n"));
    }

    fn answer(&mut self) -> &mut Answer {
        &mut self.workload.answer
    }

    /// The end marker, and the workload.
    fn done(mut self) -> Workload {
        self.block("data: [DONE]\n\n");
        self.workload
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_is_a_sixth_escapes_and_a_third_chinese() {
        let mut words = Words::new(7);
        let tokens: Vec<_> = (0..6_000).map(|_| words.mix()).collect();
        let share = |of: fn(&String) -> bool| tokens.iter().filter(|token| of(token)).count();
        let escaped = share(|token| token.contains(['"', '\\', '\n', '\t']));
        assert!((950..=1_050).contains(&escaped), "{escaped}");
        let chinese = share(|token| !token.is_ascii());
        assert!((1_900..=2_100).contains(&chinese), "{chinese}");
        assert!((0..100).all(|_| words.escaped().contains(['"', '\\', '\n', '\t'])));
    }
}
