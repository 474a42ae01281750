//! Finish and end: what is held is released, what is open is closed.
//!
//! Knows: finish reasons, through the dialect's table. Must not know: how content came.

use super::content::{split, told};
use super::{Choice, Event, Normalizer, TextChannel};
use crate::delta::FinishReason;
use crate::dialect::{self, Quirk};
use crate::record::{RawDelta, Str};

impl Normalizer {
    pub(super) fn finish(&mut self, word: Str, event: &mut Event<'_>) {
        self.repeatable = false;
        let meaning = dialect::finish(event.texts.bytes(word));
        let Some(choice) = self.choices.get_mut(self.choice) else { return };
        let reason = match meaning {
            dialect::Finish::Null if event.tolerance.meets(Quirk::FinishNullWord) => return,
            dialect::Finish::Provisional(finish) if event.tolerance.meets(Quirk::FinishProvisional) => {
                choice.provisional = Some(finish);
                return;
            }
            dialect::Finish::Plain(reason) => reason,
            dialect::Finish::Spelled(reason) if event.tolerance.meets(Quirk::FinishSpelling) => reason,
            dialect::Finish::Null
            | dialect::Finish::Provisional(..)
            | dialect::Finish::Spelled(_)
            | dialect::Finish::Unknown => FinishReason::Other,
        };
        if choice.finished && event.tolerance.meets(Quirk::FinishRepeated) {
            return;
        }
        finish(choice, reason, word, event);
    }

    /// The stream ends (by its marker, or because no more bytes come): what was held and what was provisional is told.
    pub(crate) fn end(&mut self, marker: Option<&'static str>, event: &mut Event<'_>) {
        self.repeatable = false;
        for choice in &mut self.choices {
            release(choice, event);
            if let (false, Some((reason, word))) = (choice.finished, choice.provisional) {
                let raw = event.texts.keep(word);
                finish(choice, *reason, raw, event);
            }
        }
        if let Some(marker) = marker {
            self.done = true;
            event.out.push(RawDelta::Done { marker });
        }
    }
}

/// Tells what the choice holds back.
fn release(choice: &mut Choice, event: &mut Event<'_>) {
    let index = choice.index;
    if let Some(text) = choice.reasoning.release(&mut event.texts) {
        event.out.push(RawDelta::Reasoning { choice: index, text });
    }
    if let Some(text) = choice.text.release(&mut event.texts) {
        split(choice, text, event);
    }
    let reasoning = choice.splitter.holds_reasoning();
    let (held, length) = choice.splitter.take_held();
    if let Some(held) = held.get(..length).filter(|held| !held.is_empty()) {
        let text = event.texts.keep(std::str::from_utf8(held).unwrap_or_default());
        let voice = if reasoning { TextChannel::Reasoning } else { TextChannel::Text };
        event.out.push(told(voice, index, text));
    }
    choice.splitter.settle();
    if let Some(text) = choice.refusal.release(&mut event.texts) {
        event.out.push(RawDelta::Refusal { choice: index, text });
    }
    for (slot, call) in choice.calls.iter_mut().enumerate() {
        if let Some(fragment) = call.channel.release(&mut event.texts) {
            let slot = u32::try_from(slot).unwrap_or(u32::MAX);
            event.out.push(RawDelta::ToolCallArguments { choice: index, slot, fragment });
        }
    }
}

/// The choice ends: held text, open calls, then the reason.
fn finish(choice: &mut Choice, reason: FinishReason, raw: Str, event: &mut Event<'_>) {
    release(choice, event);
    choice.finished = true;
    for (slot, call) in choice.calls.iter_mut().enumerate() {
        if !std::mem::replace(&mut call.ended, true) {
            let slot = u32::try_from(slot).unwrap_or(u32::MAX);
            event.out.push(RawDelta::ToolCallEnd { choice: choice.index, slot });
        }
    }
    let saw_tool_calls = !choice.calls.is_empty();
    event.out.push(RawDelta::Finish { choice: choice.index, reason, raw, saw_tool_calls });
}
