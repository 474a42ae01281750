//! What the hot path asks: whether content of a choice would go through unchanged and leave nothing behind.
//!
//! Knows: what would change it. Must not know: shapes.

use super::parts::ARGUMENTS;
use super::{Choice, Normalizer, REASONING, TEXT, TextChannel};
use crate::record::Place;

impl Choice {
    #[inline]
    fn emits_unchanged(&self, is_reasoning: bool) -> bool {
        if self.finished.is_some() && !self.went_on {
            return false;
        }
        let (splitter, channel, kind) = match is_reasoning {
            false => (&self.splitter, &self.text, TEXT),
            true => (&self.reasoning_splitter, &self.reasoning, REASONING),
        };
        splitter.is_plain()
            && !channel.has_waiting_surrogate()
            && self.in_deltas & kind != 0
            && self.leaves_parts_unchanged(kind)
    }

    /// Whether content of this kind needs no word of the choice's parts, if it has any.
    #[inline]
    fn leaves_parts_unchanged(&self, kind: u8) -> bool {
        self.parts.as_ref().is_none_or(|parts| parts.is_kind_emitted_and_part_announced(kind))
    }
}

impl Normalizer {
    /// Whether text of this channel of this choice can be told as it is: the hot path's question.
    #[inline]
    pub(crate) fn emits_text_unchanged(&self, index: u32, is_reasoning: bool) -> bool {
        let Some(choice) = self.choices.get(self.choice).filter(|choice| choice.index == index) else {
            return !self.cumulative
                && self
                    .choices
                    .iter()
                    .any(|choice| choice.index == index && choice.emits_unchanged(is_reasoning));
        };
        !self.cumulative && choice.emits_unchanged(is_reasoning)
    }

    /// The slot of the choice's call with this wire index, if fragments of its arguments can be told as they are.
    #[inline]
    pub(crate) fn unchanged_arguments_slot(&self, index: u32, call: u32) -> Option<u32> {
        let choice = self.choices.iter().find(|choice| choice.index == index)?;
        if choice.finished.is_some() && !choice.went_on {
            return None;
        }
        if !choice.leaves_parts_unchanged(ARGUMENTS) {
            return None;
        }
        let slot = choice.calls.iter().rposition(|known| known.index == Some(call))?;
        choice.calls.get(slot).filter(|call| call.arguments && !call.channel.has_waiting_surrogate())?;
        u32::try_from(slot).ok()
    }

    /// Whether text of this channel of this place of this choice can be told as it is: the hot path's question.
    pub(crate) fn emits_part_text_unchanged(&self, index: u32, place: &Place, channel: TextChannel) -> bool {
        let Some(choice) = self.choices.iter().find(|choice| choice.index == index) else { return false };
        let part = choice.parts.as_ref().and_then(|parts| parts.current_if_announced_last_at(place));
        part.is_some_and(|part| part.emitted & channel.kind_bit() != 0)
            && self.emits_text_unchanged(index, channel == TextChannel::Reasoning)
    }

    /// The slot of the call that this place is, if fragments of its arguments can be told as they are.
    pub(crate) fn unchanged_part_arguments_slot(&self, index: u32, place: &Place) -> Option<u32> {
        let choice = self.choices.iter().find(|choice| choice.index == index)?;
        let part = choice.parts.as_ref()?.current_if_announced_last_at(place)?;
        let call = choice.calls.get(part.call?)?;
        let is_plain = part.emitted & ARGUMENTS != 0 && !call.ended && !call.channel.has_waiting_surrogate();
        let goes_on = choice.finished.is_none() || choice.went_on;
        (is_plain && goes_on).then(|| u32::try_from(part.call?).ok())?
    }
}
