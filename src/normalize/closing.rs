//! Finish and end: what is held is released; at the end provisional finishes count, and calls of unfinished choices stay open.
//!
//! Knows: finish reasons, through the dialect's table. Must not know: how content came.

use super::content::{emit_held_whole_or_only_new, emit_split_text, text_delta};
use super::parts::{end_call_parts, release_all_inputs};
use super::think::Splitter;
use super::{Choice, Event, Normalizer, TextChannel};
use crate::delta::FinishReason;
use crate::dialect::Quirk;
use crate::record::{RawDelta, Str};

/// What the ending needs to know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EndingFacts {
    pub(crate) done: bool,
    pub(crate) choices: usize,
    pub(crate) finished: usize,
    pub(crate) open_calls: usize,
    pub(crate) peer_errors: u64,
}

impl Normalizer {
    pub(crate) fn ending_facts(&self) -> EndingFacts {
        let open = |choice: &Choice| choice.calls.iter().filter(|call| !call.ended).count();
        EndingFacts {
            done: self.done,
            choices: self.choices.len(),
            finished: self.choices.iter().filter(|choice| choice.finished.is_some()).count(),
            open_calls: self.choices.iter().map(open).sum(),
            peer_errors: self.peer_errors,
        }
    }

    /// The choice ends. Told when first met; again only if the choice went on after that and now ends otherwise, or with calls
    /// that are still open: the last one stands.
    pub(super) fn finish_choice_if_open_or_resumed(
        &mut self,
        reason: FinishReason,
        raw: Str,
        event: &mut Event<'_>,
    ) {
        self.repeatable = false;
        self.release_repetitions(event);
        let Some(choice) = self.current_choice() else { return };
        if let Some(before) = choice.finished {
            let has_open_calls = choice.calls.iter().any(|call| !call.ended);
            let is_news = choice.went_on && (has_open_calls || before != reason);
            let quirk = if is_news { Quirk::FinishAgain } else { Quirk::FinishRepeated };
            if event.tolerance.note_if_allowed(quirk) != is_news {
                // What goes on after this would go on after it, too.
                choice.went_on = false;
                return;
            }
        }
        release_end_calls_and_finish(choice, reason, raw, event);
    }

    /// The stream ends (by its marker, or because no more bytes come): what was held and what was provisional is told. Calls of a
    /// choice without a finish stay open.
    pub(crate) fn release_held_and_finish_provisional_choices(
        &mut self,
        done_marker: Option<&'static str>,
        event: &mut Event<'_>,
    ) {
        self.repeatable = false;
        for choice in &mut self.choices {
            emit_held_whole_or_only_new(choice, |_| true, |_| done_marker.is_none(), event);
            release_held_and_stop_tag_search(choice, event);
            release_all_inputs(choice, event);
            if let (None, Some((reason, word))) = (choice.finished, choice.provisional) {
                let raw = event.texts.keep(word);
                release_end_calls_and_finish(choice, *reason, raw, event);
            }
            if choice.finished.is_some() {
                end_call_parts(choice, event);
                emit_ends_of_open_calls(choice, event);
            }
        }
        if let Some(marker) = done_marker {
            self.done = true;
            event.out.push(RawDelta::Done { marker });
        }
    }
}

/// Tells what the choice holds back; from here on content is content.
pub(super) fn release_held_and_stop_tag_search(choice: &mut Choice, event: &mut Event<'_>) {
    release_all_held_text(choice, event);
    choice.splitter.become_plain_if_before_tag();
    choice.reasoning_splitter.become_plain_if_before_tag();
    let index = choice.index;
    for (slot, call) in choice.calls.iter_mut().enumerate() {
        if let Some(fragment) = call.channel.replace_waiting_surrogate(&mut event.texts) {
            let slot = u32::try_from(slot).unwrap_or(u32::MAX);
            event.out.push(RawDelta::ToolCallArguments { choice: index, slot, fragment });
        }
    }
}

/// Tells what the choice holds back of its text: what comes next does not belong to it.
pub(super) fn release_all_held_text(choice: &mut Choice, event: &mut Event<'_>) {
    emit_held_whole_or_only_new(choice, |_| true, |_| true, event);
    let index = choice.index;
    if let Some(text) = choice.reasoning.replace_waiting_surrogate(&mut event.texts) {
        event.out.push(RawDelta::Reasoning { choice: index, text });
    }
    if let Some(text) = choice.text.replace_waiting_surrogate(&mut event.texts) {
        emit_split_text(choice, text, event);
    }
    let channel =
        if choice.splitter.is_held_reasoning() { TextChannel::Reasoning } else { TextChannel::Text };
    release_held_tag_as_text(&mut choice.splitter, channel, index, event);
    release_held_tag_as_text(&mut choice.reasoning_splitter, TextChannel::Reasoning, index, event);
    if let Some(text) = choice.refusal.replace_waiting_surrogate(&mut event.texts) {
        event.out.push(RawDelta::Refusal { choice: index, text });
    }
}

/// What may have been the beginning of a tag is none.
fn release_held_tag_as_text(
    splitter: &mut Splitter,
    channel: TextChannel,
    choice: u32,
    event: &mut Event<'_>,
) {
    let held = splitter.take_held();
    if !held.as_str().is_empty() {
        let text = event.texts.keep(held.as_str());
        event.out.push(text_delta(channel, choice, text));
        splitter.become_plain_if_before_tag();
    }
}

/// The choice ends: held text, open calls, then the reason.
fn release_end_calls_and_finish(choice: &mut Choice, reason: FinishReason, raw: Str, event: &mut Event<'_>) {
    release_held_and_stop_tag_search(choice, event);
    choice.finished = Some(reason);
    choice.went_on = false;
    end_call_parts(choice, event);
    emit_ends_of_open_calls(choice, event);
    let saw_tool_calls = !choice.calls.is_empty();
    event.out.push(RawDelta::Finish { choice: choice.index, reason, raw, saw_tool_calls });
}

/// What is open of the choice's calls is complete.
fn emit_ends_of_open_calls(choice: &mut Choice, event: &mut Event<'_>) {
    for (slot, call) in choice.calls.iter_mut().enumerate() {
        if !core::mem::replace(&mut call.ended, true) {
            let slot = u32::try_from(slot).unwrap_or(u32::MAX);
            event.out.push(RawDelta::ToolCallEnd { choice: choice.index, slot });
        }
    }
}
