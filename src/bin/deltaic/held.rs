//! What `-o text` holds back: tool calls, transcripts, and what choices say beside the one that is shown as it comes.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use deltaic::completion::PeerError;
use deltaic::{Completion, Delta, ExtraKind};

/// What of a call's name is remembered once the call was written.
const LABEL_BYTES: usize = 64;

/// By choice. Invariant: `bytes` is the sum of `by_choice`, and that counts what [`Held::take`] would return.
#[derive(Default)]
pub(crate) struct Held {
    completion: Completion,
    by_choice: BTreeMap<u32, usize>,
    bytes: usize,
    /// Choices that have said text: nobody needs the transcript of their audio.
    wrote: BTreeSet<u32>,
    /// Calls, by choice and slot, that were written: what follows on them is more of the same.
    written: BTreeSet<(u32, u32)>,
}

/// What was held of one choice.
pub(crate) struct HeldChoice {
    pub(crate) reasoning: String,
    pub(crate) text: String,
    pub(crate) refusal: String,
    /// Of an answer that was spoken and not written.
    pub(crate) transcript: String,
    pub(crate) calls: Vec<HeldCall>,
}

pub(crate) struct HeldCall {
    pub(crate) slot: u32,
    pub(crate) name: String,
    pub(crate) arguments: String,
    /// An earlier part of it was written.
    pub(crate) goes_on: bool,
}

impl Held {
    /// Holds what of a delta is shown later. Of what is not shown only the choice is remembered.
    pub(crate) fn add(&mut self, delta: Delta<'_>) {
        match delta {
            Delta::Text { choice, text }
            | Delta::Reasoning { choice, text }
            | Delta::Refusal { choice, text }
            | Delta::ToolCallArguments { choice, fragment: text, .. } => {
                self.completion.apply(delta);
                self.count(choice, text.len());
                if matches!(delta, Delta::Text { .. } | Delta::Refusal { .. }) {
                    self.note_text(choice);
                }
            }
            Delta::Extra { choice: Some(choice), kind: ExtraKind::Audio, .. } => {
                self.add_audio(choice, delta)
            }
            Delta::ToolCallStart { choice, slot, name, .. }
            | Delta::ToolCallUpdate { choice, slot, name, .. } => {
                self.completion.apply(Delta::tool_call_update(choice, slot, None, name));
                // At least one: a call without a name is shown too.
                self.count(choice, name.map_or(1, str::len));
            }
            Delta::Role { choice, .. } | Delta::Finish { choice, .. } => {
                self.completion.apply(Delta::Text { choice, text: "" });
            }
            Delta::PeerError { .. } => self.completion.apply(delta),
            _ => {}
        }
    }

    /// A choice has said text.
    pub(crate) fn note_text(&mut self, choice: u32) {
        self.wrote.insert(choice);
    }

    /// Of audio only the transcript is held.
    fn add_audio(&mut self, choice: u32, delta: Delta<'_>) {
        let before = self.transcript(choice).map_or(0, |transcript| transcript.len());
        self.completion.apply(delta);
        let after = self.transcript(choice).map_or(0, |transcript| transcript.len());
        self.count(choice, after.saturating_sub(before));
    }

    fn transcript(&mut self, choice: u32) -> Option<&mut String> {
        let audio = self.completion.choices.get_mut(&choice)?.audio.as_mut()?;
        audio.data.clear();
        Some(&mut audio.transcript)
    }

    fn count(&mut self, choice: u32, bytes: usize) {
        let held = self.by_choice.entry(choice).or_default();
        *held = held.saturating_add(bytes);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// How much is held, of all choices.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn bytes_of(&self, choice: u32) -> usize {
        self.by_choice.get(&choice).copied().unwrap_or_default()
    }

    /// All choices that were told anything of, in order.
    pub(crate) fn choices(&self) -> Vec<u32> {
        self.completion.choices.keys().copied().collect()
    }

    /// What the peer complained of: the first, and how often in all.
    pub(crate) fn peer_errors(&self) -> (&[PeerError], u64) {
        (&self.completion.errors, self.completion.error_count)
    }

    /// Takes out what is held of one choice.
    pub(crate) fn take(&mut self, index: u32) -> Option<HeldChoice> {
        let bytes = self.by_choice.remove(&index).unwrap_or_default();
        self.bytes = self.bytes.saturating_sub(bytes);
        let choice = self.completion.choices.get_mut(&index)?;
        let mut calls = Vec::new();
        for (&slot, call) in &mut choice.tool_calls {
            let goes_on = !self.written.insert((index, slot));
            let (name, arguments) = (call.name.clone(), mem::take(&mut call.arguments));
            call.name.truncate(label_end(&call.name));
            if !goes_on || !arguments.is_empty() {
                calls.push(HeldCall { slot, name, arguments, goes_on });
            }
        }
        let spoken = choice.audio.as_mut().map(|audio| mem::take(&mut audio.transcript));
        let transcript = spoken.filter(|_| !self.wrote.contains(&index)).unwrap_or_default();
        let (reasoning, text) = (mem::take(&mut choice.reasoning), mem::take(&mut choice.text));
        Some(HeldChoice { reasoning, text, refusal: mem::take(&mut choice.refusal), transcript, calls })
    }
}

/// Where a label of `name` ends: after at most `LABEL_BYTES` bytes, between two characters.
fn label_end(name: &str) -> usize {
    (0..=LABEL_BYTES.min(name.len())).rev().find(|&at| name.is_char_boundary(at)).unwrap_or(0)
}
