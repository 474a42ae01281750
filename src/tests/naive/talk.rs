//! What a conversation says, folded as it is said.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{SEAM, closed, count, joined, seconds, strict, whole};
use super::think::{Of, Think};
use crate::{FinishReason, OpaqueKind, ReasoningTags};

/// All that a stream says.
#[derive(Debug, Default)]
pub(super) struct Talk {
    pub(super) tags: ReasoningTags,
    pub(super) id: Option<String>,
    pub(super) model: Option<String>,
    pub(super) created: Option<u64>,
    pub(super) choices: BTreeMap<u64, Choice>,
    pub(super) usage: [Option<u64>; 6],
    /// The peer's complaints.
    pub(super) errors: Vec<String>,
    /// Events that are no JSON, bad messages.
    pub(super) malformed: usize,
    pub(super) done: bool,
    /// The last bytes are no event.
    pub(super) unterminated: bool,
    /// They end in an array, between its elements.
    pub(super) in_array: bool,
    /// Reasoning came in a member of its own while content was reasoning between tags: in which order it is told depends on
    /// what is held.
    pub(super) two_reasonings: bool,
}

/// The places of [`Talk::usage`].
pub(super) const INPUT: usize = 0;
pub(super) const OUTPUT: usize = 1;
pub(super) const TOTAL: usize = 2;
pub(super) const CACHED: usize = 3;
pub(super) const WRITE: usize = 4;
pub(super) const REASONING: usize = 5;

#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) role: Option<String>,
    pub(super) text: String,
    pub(super) reasoning: String,
    pub(super) refusal: String,
    pub(super) opaque: Vec<(OpaqueKind, String)>,
    pub(super) calls: Vec<Call>,
    pub(super) finish: Option<(FinishReason, String)>,
    /// Something was said since the finish.
    went_on: bool,
    part: String,
    think: Think,
    inner: Think,
}

#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) arguments: String,
    /// The arguments came as a value: white space in them says nothing.
    pub(super) as_value: bool,
    pub(super) is_open: bool,
}

impl Talk {
    pub(super) fn start(&mut self, id: &Value, model: &Value, created: &Value) {
        self.id = self.id.take().or(name(id));
        self.model = self.model.take().or(name(model));
        self.created = self.created.or(seconds(created).filter(|created| *created > 0));
    }

    pub(super) fn choice(&mut self, choice: u64) -> &mut Choice {
        self.choices.entry(choice).or_default()
    }

    pub(super) fn role(&mut self, choice: u64, role: &Value) {
        if let Some(role) = name(role) {
            self.choice(choice).role = Some(role);
        }
    }

    /// A piece of content: reasoning where tags say so.
    pub(super) fn text(&mut self, choice: u64, piece: &str) {
        if piece.is_empty() {
            return;
        }
        let (tags, mut told) = (self.tags, Vec::new());
        let choice = self.choice(choice);
        choice.think.take(piece, tags, &mut told);
        choice.tell(told);
    }

    /// Reasoning in a member of its own: a tag around it is taken off (Q165).
    pub(super) fn reasoning(&mut self, choice: u64, piece: &str) {
        if piece.is_empty() {
            return;
        }
        let (tags, mut told) = (self.tags, Vec::new());
        let tags = if tags == ReasoningTags::Off { tags } else { ReasoningTags::Auto };
        self.two_reasonings |= self.choice(choice).think.is_inside();
        let choice = self.choice(choice);
        choice.inner.take(piece, tags, &mut told);
        choice.tell(told.into_iter().map(|(_, piece)| (Of::Reasoning, piece)).collect());
    }

    /// What follows is of this part: what was held of another is told.
    pub(super) fn part(&mut self, choice: u64, part: &str) {
        let choice = self.choice(choice);
        if choice.part != part {
            choice.release();
            choice.cut();
            choice.part = part.to_owned();
        }
    }

    /// The answer begins anew: tags that were open are of the one before.
    pub(super) fn restart(&mut self, choice: u64) {
        let choice = self.choice(choice);
        choice.release();
        choice.cut();
        (choice.think, choice.inner) = Default::default();
    }

    pub(super) fn refusal(&mut self, choice: u64, piece: &str) {
        if !piece.is_empty() {
            let choice = self.choice(choice);
            choice.refusal += piece;
            choice.went_on = true;
        }
    }

    pub(super) fn opaque(&mut self, choice: u64, kind: OpaqueKind, data: &Value) {
        if let Some(data) = name(data) {
            self.choice(choice).opaque.push((kind, data));
        }
    }

    /// A call begins; returns its slot.
    pub(super) fn call(&mut self, choice: u64, id: &Value, name: &Value) -> usize {
        let choice = self.choice(choice);
        choice.went_on = true;
        choice.calls.push(Call {
            id: super::talk::name(id),
            name: super::talk::name(name).unwrap_or_default(),
            is_open: true,
            ..Call::default()
        });
        choice.calls.len() - 1
    }

    pub(super) fn slot(&mut self, choice: u64, slot: usize) -> &mut Call {
        &mut self.choice(choice).calls[slot]
    }

    /// Arguments as text, or as a value: its JSON text. Null says nothing.
    pub(super) fn arguments(&mut self, choice: u64, slot: usize, arguments: &Value) {
        let owner = self.choice(choice);
        let call = &mut owner.calls[slot];
        match arguments {
            Value::Null => return,
            Value::String(piece) if piece.is_empty() => return,
            Value::String(piece) => call.arguments += piece,
            value => {
                call.arguments += &value.to_string();
                call.as_value = true;
            }
        }
        owner.went_on = true;
    }

    pub(super) fn end_call(&mut self, choice: u64, slot: usize) {
        self.slot(choice, slot).is_open = false;
    }

    /// A finish reason in the wire's word.
    pub(super) fn finish(&mut self, choice: u64, word: &Value) {
        if let Some(word) = name(word).filter(|word| !ABSENT.contains(&&**word)) {
            self.finish_as(choice, meaning(&word), &word);
        }
    }

    /// The last finish with nothing after it stands; it is told again where it says otherwise or ends calls.
    pub(super) fn finish_as(&mut self, choice: u64, reason: FinishReason, word: &str) {
        let choice = self.choice(choice);
        let ends_calls = choice.calls.iter().any(|call| call.is_open);
        let stands = match &choice.finish {
            None => true,
            Some((_, old)) if old == "normal" => word != "normal",
            Some(_) if word == "normal" => false,
            Some((old, _)) => choice.went_on && (*old != reason || ends_calls),
        };
        if stands && word != "normal" {
            choice.release();
            choice.think.finish();
            choice.inner.finish();
            choice.cut();
        }
        if word != "normal" {
            choice.went_on = false;
            choice.calls.iter_mut().for_each(|call| call.is_open = false);
        }
        if stands {
            choice.finish = Some((reason, word.to_owned()));
        }
    }

    /// One counter of a snapshot: a later zero clears nothing.
    pub(super) fn count(&mut self, place: usize, value: &Value) {
        if let Some(number) = count(value)
            && (number > 0 || self.usage[place].is_none())
        {
            self.usage[place] = Some(number);
        }
    }

    pub(super) fn count_if_unknown(&mut self, place: usize, value: &Value) {
        if self.usage[place].is_none() {
            self.count(place, value);
        }
    }

    /// The stream is over: calls that came after their choice's finish end (Q158).
    pub(super) fn end(&mut self) {
        self.choices.values_mut().for_each(Choice::release);
        for choice in self.choices.values_mut().filter(|choice| choice.finish.is_some()) {
            choice.calls.iter_mut().for_each(|call| call.is_open = false);
        }
    }

    pub(super) fn error(&mut self, message: &str) {
        self.errors.push(joined(message));
    }

    pub(super) fn finished(&self) -> usize {
        self.choices.values().filter(|choice| choice.finish.is_some()).count()
    }

    pub(super) fn open_calls(&self) -> usize {
        self.choices.values().flat_map(|choice| &choice.calls).filter(|call| call.is_open).count()
    }

    /// Not truncated is a marker, or a finish for every choice seen; and nothing left over.
    pub(super) fn is_truncated(&self) -> bool {
        let open = self.choices.is_empty() || self.finished() < self.choices.len();
        !self.done && (open || self.unterminated || self.in_array)
    }
}

impl Choice {
    fn tell(&mut self, told: Vec<(Of, String)>) {
        for (of, piece) in told.into_iter().filter(|(_, piece)| !piece.is_empty()) {
            self.went_on = true;
            match of {
                Of::Text => self.text += &piece,
                Of::Reasoning => self.reasoning += &piece,
            }
        }
    }

    /// No half of a surrogate pair waits.
    fn cut(&mut self) {
        for channel in [&mut self.text, &mut self.reasoning, &mut self.refusal] {
            channel.push(SEAM);
        }
        self.calls.iter_mut().for_each(|call| call.arguments.push(SEAM));
    }

    fn release(&mut self) {
        let (mut told, mut inner) = (Vec::new(), Vec::new());
        self.inner.release(&mut inner);
        self.tell(inner.into_iter().map(|(_, piece)| (Of::Reasoning, piece)).collect());
        self.think.release(&mut told);
        self.tell(told);
    }
}

impl Call {
    /// No arguments came.
    pub(super) fn is_silent(&self) -> bool {
        self.arguments.chars().all(|char| char == SEAM)
    }

    /// Whether `other` are these arguments.
    pub(super) fn has_arguments(&self, other: &str) -> bool {
        let same_value = |ours: &str| whole(ours).is_some_and(|value| whole(&closed(other)) == Some(value));
        let packed = |text: &str| {
            strict(text)
                .split_whitespace()
                .collect::<String>()
                .replace("-0.0", "-0")
                .replace("100.0", "1e2")
                .replace("1.8446744073709552e+19", "18446744073709551616")
        };
        let ours = joined(&self.arguments);
        ours == other
            || self.as_value
                && (same_value(&self.arguments) || same_value(&ours) || packed(&ours) == packed(other))
    }
}

/// An id, a name, a word. It is whole: nothing joins half a surrogate pair at its edge.
pub(super) fn name(value: &Value) -> Option<String> {
    let name = joined(value.as_str()?);
    (!name.is_empty()).then_some(name)
}

const ABSENT: &[&str] = &["null", "FINISH_REASON_UNSPECIFIED", "not_finished"];

/// What the words of all the wires mean.
fn meaning(word: &str) -> FinishReason {
    match word.strip_prefix("FINISH_REASON_").unwrap_or(word) {
        "stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence" | "COMPLETE" | "STOP"
        | "STOP_SEQUENCE" | "normal" | "completed" | "end" | "FINISH" | "done" => FinishReason::Stop,
        "length"
        | "max_tokens"
        | "MAX_TOKENS"
        | "model_length"
        | "max_output_tokens"
        | "token_limit"
        | "model_context_window_exceeded"
        | "repetition_truncation"
        | "LENGTH"
        | "limit"
        | "incomplete"
        | "budget_exceeded" => FinishReason::Length,
        "tool_calls" | "tool_use" | "function_call" | "TOOL_CALL" | "tool_call" | "requires_action" => {
            FinishReason::ToolCalls
        }
        "content_filter"
        | "SAFETY"
        | "RECITATION"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "LANGUAGE"
        | "IMAGE_SAFETY"
        | "sensitive"
        | "refusal"
        | "guardrail_intervened"
        | "content_filtered"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION"
        | "CONTENT_FILTERED" => FinishReason::ContentFilter,
        "error"
        | "ERROR"
        | "network_error"
        | "insufficient_system_resource"
        | "abort"
        | "cancelled"
        | "canceled"
        | "expired"
        | "OTHER"
        | "MALFORMED_FUNCTION_CALL"
        | "failed"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "malformed_model_output"
        | "malformed_tool_use"
        | "TIMEOUT" => FinishReason::Error,
        _ => FinishReason::Other,
    }
}
