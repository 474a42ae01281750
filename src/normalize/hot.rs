//! What the hot path asks: whether content of a choice would go through unchanged and leave nothing behind.
//!
//! Knows: what would change it. Must not know: shapes.

use super::parts::ARGUMENTS;
use super::{Choice, Normalizer, REASONING, TEXT, TextChannel};
use crate::record::Place;

impl Choice {
    #[inline]
    fn passes(&self, reasoning: bool) -> bool {
        if self.finished.is_some() && !self.went_on {
            return false;
        }
        let (splitter, channel, kind) = match reasoning {
            false => (&self.splitter, &self.text, TEXT),
            true => (&self.reasoning_splitter, &self.reasoning, REASONING),
        };
        splitter.is_plain() && !channel.waits() && self.in_deltas & kind != 0 && self.passes_parts(kind)
    }

    /// Whether content of this kind needs no word of the choice's parts, if it has any.
    #[inline]
    fn passes_parts(&self, kind: u8) -> bool {
        self.parts.as_ref().is_none_or(|parts| parts.passes(kind))
    }
}

impl Normalizer {
    /// Whether text of this channel of this choice can be told as it is: the hot path's question.
    #[inline]
    pub(crate) fn passes(&self, index: u32, reasoning: bool) -> bool {
        let Some(choice) = self.choices.get(self.choice).filter(|choice| choice.index == index) else {
            return !self.cumulative
                && self.choices.iter().any(|choice| choice.index == index && choice.passes(reasoning));
        };
        !self.cumulative && choice.passes(reasoning)
    }

    /// The slot of the choice's call with this wire index, if fragments of its arguments can be told as they are.
    #[inline]
    pub(crate) fn passes_arguments(&self, index: u32, call: u32) -> Option<u32> {
        let choice = self.choices.iter().find(|choice| choice.index == index)?;
        if choice.finished.is_some() && !choice.went_on {
            return None;
        }
        if !choice.passes_parts(ARGUMENTS) {
            return None;
        }
        let slot = choice.calls.iter().rposition(|known| known.index == Some(call))?;
        choice.calls.get(slot).filter(|call| call.arguments && !call.channel.waits())?;
        u32::try_from(slot).ok()
    }

    /// Whether text of this channel of this place of this choice can be told as it is: the hot path's question.
    pub(crate) fn passes_part(&self, index: u32, place: &Place, channel: TextChannel) -> bool {
        let Some(choice) = self.choices.iter().find(|choice| choice.index == index) else { return false };
        let part = choice.parts.as_ref().and_then(|parts| parts.stands_at(place));
        part.is_some_and(|part| part.told & channel.kind() != 0)
            && self.passes(index, channel == TextChannel::Reasoning)
    }

    /// The slot of the call that this place is, if fragments of its arguments can be told as they are.
    pub(crate) fn passes_part_arguments(&self, index: u32, place: &Place) -> Option<u32> {
        let choice = self.choices.iter().find(|choice| choice.index == index)?;
        let part = choice.parts.as_ref()?.stands_at(place)?;
        let call = choice.calls.get(part.call?)?;
        let is_plain = part.told & ARGUMENTS != 0 && !call.ended && !call.channel.waits();
        let goes_on = choice.finished.is_none() || choice.went_on;
        (is_plain && goes_on).then(|| u32::try_from(part.call?).ok())?
    }
}
