//! The hot path: an event just like one before.
//!
//! Knows: when a shape may be asked, and what a hit changes. Must not know: how shapes are compared or learned.

use super::pipeline::{Replay, Usage};
use super::{Machine, Mode, Source, State};
use crate::delta::Delta;
use crate::dialect::Quirk;
use crate::feeder::after_line_ends;
use crate::normalize::TextChannel;
use crate::record::{Buffer, Str};
use crate::shape::{Channel, Hit, SingleDelta};

/// What an event says, if it is one thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct FastDelta {
    choice: u32,
    says: Channel,
    /// If it is about a call.
    slot: u32,
    /// In the event, or unescaped in scratch.
    text: Str,
}

impl FastDelta {
    /// The delta, if its text is UTF-8.
    #[inline(always)]
    pub(super) fn delta<'d>(self, event: &'d [u8], scratch: &'d str) -> Option<Delta<'d>> {
        let text = match self.text.buffer() {
            Buffer::Payload => core::str::from_utf8(self.text.span().of(event)).ok()?,
            Buffer::Scratch => scratch.get(self.text.span().range())?,
        };
        let Self { choice, says, slot, .. } = self;
        Some(match says {
            Channel::Text => Delta::Text { choice, text },
            Channel::Reasoning => Delta::Reasoning { choice, text },
            Channel::Arguments(_) | Channel::PartArguments => {
                Delta::ToolCallArguments { choice, slot, fragment: text }
            }
        })
    }
}

impl Machine {
    /// The hot path: an event just like one before, that says one thing. Returns how many bytes it takes, and the delta; none
    /// where its text had to be unescaped: it is then `said`.
    #[inline]
    pub(super) fn fast_input<'i>(&mut self, bytes: &'i [u8]) -> Option<(usize, Option<Delta<'i>>)> {
        let skipped = usize::from(self.frames.skips_lf() && bytes.first() == Some(&b'\n'));
        let event = bytes.get(skipped..)?;
        let hit = if self.shapes.is_too_short(event) { None } else { self.shapes.find(event) };
        let Some(hit) = hit else {
            self.missed = skipped == 0;
            return None;
        };
        let said = self.single_delta(&hit)?;
        let delta = self.unescape(said, &hit, event)?;
        self.commit_hit(&hit);
        let used = skipped.saturating_add(hit.length);
        self.frames.skipped(bytes.get(used.wrapping_sub(1)).copied().unwrap_or(0));
        self.pass_hit(skipped, used);
        Some((used, delta))
    }

    /// The same of a message: the framer must find it right where the shape leaves it open. One with counters is replayed.
    #[inline]
    pub(super) fn fast_message<'i>(&mut self, bytes: &'i [u8]) -> Option<(usize, Option<Delta<'i>>)> {
        let Some(hit) = self.shapes.find(bytes) else {
            self.missed = true;
            return None;
        };
        let event = bytes.get(..hit.length)?;
        if hit.single.is_none_or(|single| single.counts) {
            return None;
        }
        let said = self.single_delta(&hit)?;
        let delta = self.unescape(said, &hit, event).filter(|_| self.frames.proves(event))?;
        self.commit_hit(&hit);
        self.pass_hit(0, hit.length);
        Some((hit.length, delta))
    }

    /// The delta of a hit, where its text is UTF-8; none where it had to be unescaped, and is in `unescaped_delta`.
    #[inline(always)]
    fn unescape<'i>(&mut self, said: FastDelta, hit: &Hit, event: &'i [u8]) -> Option<Option<Delta<'i>>> {
        if hit.escaped == 0 {
            return Some(Some(said.delta(event, "")?));
        }
        self.unescaped_delta = Some(self.unescaped(said, event, hit.escaped == hit.text_hole)?);
        Some(None)
    }

    /// The delta that a hit told, wherever its text is.
    #[inline(always)]
    pub(super) fn fast_delta<'d, 'i: 'd>(&'d self, delta: Option<Delta<'i>>) -> Option<Delta<'d>> {
        match delta {
            None => self.unescaped_delta?.delta(&[], &self.pipeline.scratch.text),
            delta => delta,
        }
    }

    /// The event of a hit is past: `used` bytes, of which the first `skipped` were none of its own.
    #[inline(always)]
    fn pass_hit(&mut self, skipped: usize, used: usize) {
        self.event_at = self.feeder.offset.saturating_add(skipped as u64);
        self.feeder.offset = self.feeder.offset.saturating_add(used as u64);
        self.taken = self.taken.saturating_add(used as u64);
    }

    /// The carry gets the line that ends at `end` of `bytes`; returns how many bytes that takes.
    #[inline]
    pub(super) fn bring_line(&mut self, bytes: &[u8], end: usize) -> usize {
        let used = after_line_ends(bytes, end);
        self.feeder.carry.push(bytes.get(..used).unwrap_or_default());
        self.take(bytes, used);
        self.feeder.need_input = false;
        used
    }

    /// The hot path of an event that straddles a cut, once its line is complete in the carry. Returns its length.
    #[inline]
    pub(super) fn fast_carry(&mut self) -> Option<(usize, FastDelta)> {
        if !self.shapes.is_ready() || !self.frames.at_event() || self.pipeline.normalizer.is_done() {
            return None;
        }
        let carry = core::mem::take(&mut self.feeder.carry);
        let event = carry.bytes();
        let (length, last) = (event.len(), event.last().copied().unwrap_or(0));
        let hit = self.shapes.find(event).filter(|hit| hit.length == length);
        let found = hit.and_then(|hit| {
            let said = self.single_delta(&hit)?;
            let said = match hit.escaped {
                0 => Some(said).filter(|said| said.delta(event, "").is_some()),
                _ => self.unescaped(said, event, hit.escaped == hit.text_hole),
            };
            Some((said?, hit))
        });
        self.feeder.carry = carry;
        let (said, hit) = found?;
        self.mode = Mode::Fast;
        self.commit_hit(&hit);
        self.feeder.carry.consume(length);
        self.frames.completed(last);
        self.event_at = self.feeder.offset;
        self.feeder.offset = self.feeder.offset.saturating_add(length as u64);
        Some((length, said))
    }

    /// What a hit says, if it is one thing that can be told as it is but for its escapes.
    #[inline(always)]
    fn single_delta(&mut self, hit: &Hit) -> Option<FastDelta> {
        let single = hit.single?;
        if hit.length > self.limit {
            return None;
        }
        let slot = match hit.trusted {
            Some(slot) => slot,
            None => self.ask_whether_passes(single)?,
        };
        Some(FastDelta { choice: single.choice, says: single.says, slot, text: hit.text })
    }

    /// The same with its text unescaped; `alone`: nothing else has escapes, else it is no plain hit.
    #[inline(never)]
    fn unescaped(&mut self, said: FastDelta, event: &[u8], alone: bool) -> Option<FastDelta> {
        if !alone {
            return None;
        }
        let text = self.pipeline.unescape_text(event, said.text.span())?;
        Some(FastDelta { text, ..said })
    }

    /// It is said: from here on nothing can fail.
    #[inline(always)]
    fn commit_hit(&mut self, hit: &Hit) {
        self.events = self.events.saturating_add(1);
        let counts = hit.single.is_some_and(|single| single.counts);
        if counts && self.pipeline.replay_counters(&mut self.shapes) == Usage::Changed {
            self.mode = Mode::Usage;
        }
        self.shapes.record_hit(hit);
    }

    /// The same, noted for the hits that follow.
    #[inline(never)]
    fn ask_whether_passes(&mut self, single: SingleDelta) -> Option<u32> {
        let slot = self.passes(single)?;
        self.shapes.trust(slot);
        Some(slot)
    }

    /// The slot of what a plain hit says, if it can be told as it is: the call's, or 0.
    fn passes(&self, single: SingleDelta) -> Option<u32> {
        let normalizer = &self.pipeline.normalizer;
        if single.in_place {
            let place = self.shapes.place()?;
            return match single.says {
                Channel::Text => {
                    normalizer.passes_part(single.choice, &place, TextChannel::Text).then_some(0)
                }
                Channel::Reasoning => {
                    normalizer.passes_part(single.choice, &place, TextChannel::Reasoning).then_some(0)
                }
                Channel::Arguments(_) => None,
                Channel::PartArguments if self.pipeline.tolerance.allows(Quirk::RepeatedArguments) => None,
                Channel::PartArguments => normalizer.passes_part_arguments(single.choice, &place),
            };
        }
        match single.says {
            Channel::Text => normalizer.passes(single.choice, false).then_some(0),
            Channel::Reasoning => normalizer.passes(single.choice, true).then_some(0),
            Channel::Arguments(_) if self.pipeline.tolerance.allows(Quirk::RepeatedArguments) => None,
            Channel::Arguments(call) => normalizer.passes_arguments(single.choice, call),
            Channel::PartArguments => None,
        }
    }

    /// An event that was framed in the carry, which is `raw`: by its shape, if it is a known one.
    pub(super) fn replay_carry(&mut self, raw: &[u8]) -> Replay {
        if !self.shapes.is_ready() || self.pipeline.normalizer.is_done() {
            return Replay::NoHit;
        }
        let Some(hit) = self.shapes.find(raw).filter(|hit| hit.length == raw.len()) else {
            return Replay::NoHit;
        };
        if self.pipeline.replay(raw, self.frames.text(raw), &self.shapes) == Replay::NoHit {
            return Replay::NoHit;
        }
        self.shapes.record_hit(&hit);
        Replay::Done
    }

    /// What is due is queued: the next call begins from the queue.
    pub(super) fn leave_fast_path(&mut self) {
        if self.mode == Mode::Usage {
            self.next = 0;
            self.source = Source::Scratch;
            self.pipeline.say_usage();
        }
        self.mode = Mode::General;
    }

    /// Whether the next event may be taken by its shape.
    #[inline]
    pub(super) fn is_hot(&self) -> bool {
        self.shapes.is_ready()
            && self.next >= self.pipeline.queue.len()
            && self.pipeline.error.is_none()
            && self.feeder.carry.is_empty()
            && self.state == State::Open
            && self.fatal.is_none()
            && !self.pipeline.normalizer.is_done()
            && self.frames.at_event()
    }

    /// An event of a known shape at the front of the input: its records are told as any others.
    pub(super) fn replay_input(&mut self, rest: &[u8], used: &mut usize) -> Replay {
        if self.frames.skips_lf() && rest.first() == Some(&b'\n') {
            return Replay::NoHit;
        }
        let Some(hit) = self.shapes.find(rest) else { return Replay::NoHit };
        let raw = rest.get(..hit.length).unwrap_or_default();
        if hit.length > self.limit
            || !self.frames.proves(raw)
            || self.pipeline.replay(raw, self.frames.text(raw), &self.shapes) == Replay::NoHit
        {
            return Replay::NoHit;
        }
        self.shapes.record_hit(&hit);
        if !self.frames.is_typed() {
            self.frames.skipped(raw.last().copied().unwrap_or(0));
        }
        self.source = Source::Input { base: *used };
        *used = used.saturating_add(hit.length);
        self.begin_event(hit.length);
        self.settle();
        Replay::Done
    }

    /// Shapes are forgotten when what they leave out has changed.
    pub(super) fn settle(&mut self) {
        self.shapes.distrust();
        if self.pipeline.normalizer.take_invalidates_shapes() {
            self.shapes.clear();
        }
    }
}

#[cfg(test)]
impl crate::Decoder {
    /// Whether this event would be told by the hot path.
    pub(crate) fn predicts(&mut self, event: &[u8]) -> bool {
        let machine = &mut self.machine;
        machine.is_hot() && machine.shapes.find(event).is_some_and(|hit| machine.single_delta(&hit).is_some())
    }
}
