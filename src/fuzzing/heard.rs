//! What deltas say together, folded as plainly as can be: the twin of [`crate::Completion`], which it does not use.
//!
//! Knows: deltas. Must not know: where they came from.

use std::collections::BTreeMap;

use crate::{Delta, FinishReason, PartKind, Usage};

/// All that was said of an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Heard {
    pub(crate) id: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) choices: BTreeMap<u32, Choice>,
    pub(crate) usage: Usage,
    /// The peer's complaints.
    pub(crate) complaints: Vec<String>,
    pub(crate) done: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Choice {
    pub(crate) role: Option<String>,
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) refusal: String,
    pub(crate) blobs: Vec<String>,
    pub(crate) calls: BTreeMap<u32, Call>,
    /// The cursors, in their order.
    pub(crate) parts: Vec<(u32, PartKind)>,
    pub(crate) finish: Option<FinishReason>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Call {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) arguments: String,
    pub(crate) ended: bool,
}

impl Heard {
    pub(crate) fn of<'d>(deltas: impl IntoIterator<Item = Delta<'d>>) -> Self {
        let mut heard = Self::default();
        deltas.into_iter().for_each(|delta| heard.hear(delta));
        heard
    }

    /// Goes on with `delta`. Extras, keep-alives and unknown events say nothing of the answer.
    pub(crate) fn hear(&mut self, delta: Delta<'_>) {
        match delta {
            Delta::Start { id, model, .. } => {
                self.id = self.id.take().or(id.map(str::to_owned));
                self.model = self.model.take().or(model.map(str::to_owned));
            }
            Delta::Role { choice, role } => self.choice(choice).role = Some(role.to_owned()),
            Delta::Text { choice, text } => self.choice(choice).text += text,
            Delta::Reasoning { choice, text } => self.choice(choice).reasoning += text,
            Delta::Refusal { choice, text } => self.choice(choice).refusal += text,
            Delta::ReasoningOpaque { choice, data, .. } => self.choice(choice).blobs.push(data.to_owned()),
            Delta::ToolCallStart { choice, slot, id, name }
            | Delta::ToolCallUpdate { choice, slot, id, name } => {
                let call = self.call(choice, slot);
                call.id = call.id.take().or(id.map(str::to_owned));
                call.name += name.unwrap_or_default();
            }
            Delta::ToolCallArguments { choice, slot, fragment } => {
                self.call(choice, slot).arguments += fragment;
            }
            Delta::ToolCallEnd { choice, slot } => self.call(choice, slot).ended = true,
            Delta::Part { choice, part, kind } => self.choice(choice).parts.push((part, kind)),
            Delta::Finish { choice, reason, .. } => self.choice(choice).finish = Some(reason),
            Delta::Usage(usage) => self.count(usage),
            Delta::PeerError { message, .. } => self.complaints.push(message.to_owned()),
            Delta::Done { .. } => self.done = true,
            Delta::Restart { .. } | Delta::Extra { .. } | Delta::Keepalive | Delta::Unknown { .. } => {}
        }
    }

    /// Whether the end can be seen: by its marker, or because each choice is over and nothing is left.
    pub(crate) fn is_whole(&self, leftover: usize) -> bool {
        let is_finished = |choice: &Choice| choice.finish.is_some();
        self.done || leftover == 0 && !self.choices.is_empty() && self.choices.values().all(is_finished)
    }

    fn choice(&mut self, index: u32) -> &mut Choice {
        self.choices.entry(index).or_default()
    }

    fn call(&mut self, choice: u32, slot: u32) -> &mut Call {
        self.choice(choice).calls.entry(slot).or_default()
    }

    /// A snapshot: what it does not know stays.
    fn count(&mut self, usage: &Usage) {
        let counters = |usage: &mut Usage, other: &Usage| {
            let pairs = [
                (&mut usage.input, other.input),
                (&mut usage.output, other.output),
                (&mut usage.total, other.total),
                (&mut usage.cached_input, other.cached_input),
                (&mut usage.cache_write, other.cache_write),
                (&mut usage.reasoning, other.reasoning),
            ];
            pairs.into_iter().for_each(|(counter, other)| *counter = other.or(*counter));
        };
        counters(&mut self.usage, usage);
    }
}
