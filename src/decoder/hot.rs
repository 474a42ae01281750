//! The hot path: an event of a known shape becomes a delta without being parsed. Checks come first, then the hit is committed.
//!
//! Knows: when a shape may be asked, and what a hit changes. Must not know: how shapes are compared or learned.

use super::pipeline::{Replay, UsageChange};
use super::{Machine, Mode, Source, State};
use crate::delta::Delta;
use crate::dialect::Quirk;
use crate::feeder::after_line_end_and_blank_line;
use crate::frame::Growth;
use crate::lex;
use crate::normalize::TextChannel;
use crate::record::Span;
use crate::shape::{Channel, Hit, SingleDelta};

/// What an event says, if it is one thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct FastDelta<'i> {
    choice: u32,
    says: Channel,
    /// If it is about a call.
    slot: u32,
    text: FastText<'i>,
}

/// Where its text is, which is UTF-8.
#[derive(Debug, Clone, Copy)]
enum FastText<'i> {
    Input(&'i str),
    /// This much of the pad.
    Pad(usize),
    /// It had to be unescaped.
    Scratch,
    /// There, in the event of so many bytes that was read last in the carry.
    Carry {
        length: usize,
        span: Span,
    },
}

impl FastDelta<'_> {
    /// The same, of an event that stays in the carry.
    fn into_carried(self, hit: &Hit) -> FastDelta<'static> {
        let text = match self.text {
            FastText::Input(_) | FastText::Carry { .. } => {
                FastText::Carry { length: hit.length, span: hit.text.span() }
            }
            FastText::Pad(length) => FastText::Pad(length),
            FastText::Scratch => FastText::Scratch,
        };
        FastDelta { text, ..self }
    }
}

impl Machine {
    /// The hot path: an event just like one before, that says one thing. Returns how many bytes it takes, and the delta.
    #[inline]
    pub(super) fn fast_input<'i>(&mut self, bytes: &'i [u8]) -> Option<(usize, FastDelta<'i>)> {
        let hit =
            if self.shapes.is_too_short(bytes) { None } else { self.shapes.match_guess_or_find_other(bytes) };
        let Some(hit) = hit else {
            self.missed = true;
            return None;
        };
        let said = self.uncommitted_fast_delta(&hit, bytes)?;
        self.replay_usage_and_credit_hit(&hit);
        self.frames.skip_lf_if_after_cr(bytes.get(hit.length.wrapping_sub(1)).copied().unwrap_or(0));
        self.set_event_start_and_advance(hit.length);
        Some((hit.length, said))
    }

    /// The same of a message: the framer must find it right where the shape leaves it open. One with counters is replayed.
    #[inline]
    pub(super) fn commit_checksummed_message_if_without_usage<'i>(
        &mut self,
        bytes: &'i [u8],
    ) -> Option<(usize, FastDelta<'i>)> {
        let Some(hit) = self.shapes.find(bytes) else {
            self.missed = true;
            return None;
        };
        let event = bytes.get(..hit.length)?;
        if hit.single.is_none_or(|single| single.counts) {
            return None;
        }
        let said = self
            .uncommitted_fast_delta(&hit, event)
            .filter(|_| self.frames.length_and_checksums_match(event))?;
        self.replay_usage_and_credit_hit(&hit);
        self.set_event_start_and_advance(hit.length);
        Some((hit.length, said))
    }

    /// The delta that a hit told.
    #[inline(always)]
    pub(super) fn slice_fast_delta_if_utf8<'d, 'i: 'd>(&'d self, said: FastDelta<'i>) -> Option<Delta<'d>> {
        let FastDelta { choice, says, slot, text } = said;
        let text = match text {
            FastText::Input(text) => text,
            FastText::Pad(length) => self.pad.text(length),
            FastText::Scratch => &self.pipeline.scratch.text,
            FastText::Carry { length, span } => lex::utf8(span.of(self.feeder.carry.last_read(length)))?,
        };
        Some(match says {
            Channel::Text => Delta::Text { choice, text },
            Channel::Reasoning => Delta::Reasoning { choice, text },
            Channel::Arguments(_) | Channel::PartArguments => {
                Delta::ToolCallArguments { choice, slot, fragment: text }
            }
        })
    }

    /// The event of a hit is past, which was `length` bytes of the input.
    #[inline(always)]
    fn set_event_start_and_advance(&mut self, length: usize) {
        self.event_at = self.feeder.offset;
        self.advance_offset_and_taken(length);
    }

    /// So are these bytes of the input. A stream does not reach 2^64 of them.
    #[inline(always)]
    fn advance_offset_and_taken(&mut self, length: usize) {
        self.feeder.offset = self.feeder.offset.wrapping_add(length as u64);
        self.taken = self.taken.wrapping_add(length as u64);
    }

    /// Before an event: moves past the LF that still belongs to the line end of the event before, if it is there.
    #[inline(always)]
    pub(super) fn skip_lf_of_last_event(&mut self, bytes: &mut &[u8]) {
        if self.frames.may_skip_lf()
            && let [b'\n', rest @ ..] = *bytes
        {
            *bytes = rest;
            self.frames.skip_lf_if_after_cr(b'\n');
            self.advance_offset_and_taken(1);
        }
    }

    /// After a miss: whether the input ends in the midst of the event's one line, which is then carried.
    #[inline(never)]
    pub(super) fn carry_unended_line_if_shapes_missed(&mut self, bytes: &[u8]) -> bool {
        if !self.missed || !self.frames.begin_line_if_unended(bytes) {
            return false;
        }
        self.feeder.carry.push(bytes);
        self.feeder.wait_for_line();
        self.count_taken_and_keep_first_bytes(bytes, bytes.len());
        self.missed = false;
        self.mode = Mode::PartialLine;
        true
    }

    /// Takes an input that is empty, as the last of every loop is, or one byte, if that is all there is to do: nothing is queued,
    /// and the byte is one more of a line. Returns whether it did. It calls nothing, so all that such an input costs is here.
    #[inline(always)]
    pub(super) fn take_empty_or_carry_line_byte(&mut self, bytes: &[u8]) -> bool {
        match bytes {
            [] => matches!(self.mode, Mode::Fast | Mode::FastMessage | Mode::PartialLine),
            [byte] => self.carry_byte_if_line_goes_on(*byte),
            _ => false,
        }
    }

    /// One more byte of the line in the carry.
    #[inline(always)]
    fn carry_byte_if_line_goes_on(&mut self, byte: u8) -> bool {
        let is_more = self.mode == Mode::PartialLine
            && self.events > 0
            && self.feeder.carry.has_room_for_byte()
            && self.frames.extend_line(self.feeder.carry.len(), &[byte]) == Growth::Length;
        if is_more {
            self.feeder.carry.push(&[byte]);
            self.taken = self.taken.wrapping_add(1);
        }
        is_more
    }

    /// The carry gets the line that ends at `end` of `bytes`; returns how many bytes that takes.
    #[inline]
    pub(super) fn carry_through_line_end(&mut self, bytes: &[u8], end: usize) -> usize {
        let used = after_line_end_and_blank_line(bytes, end);
        self.feeder.carry.push(bytes.get(..used).unwrap_or_default());
        self.count_taken_and_keep_first_bytes(bytes, used);
        self.feeder.need_input = false;
        used
    }

    /// The hot path of an event that straddles a cut, once its line is complete in the carry.
    #[inline]
    pub(super) fn fast_carry(&mut self) -> Option<FastDelta<'static>> {
        if !self.shapes.is_ready() || !self.frames.is_at_event_start() || self.pipeline.normalizer.is_done() {
            return None;
        }
        let carry = core::mem::take(&mut self.feeder.carry);
        let event = carry.bytes();
        let (length, last) = (event.len(), event.last().copied().unwrap_or(0));
        let hit = self.shapes.find(event).filter(|hit| hit.length == length);
        let found =
            hit.and_then(|hit| Some((self.uncommitted_fast_delta(&hit, event)?.into_carried(&hit), hit)));
        self.feeder.carry = carry;
        let (said, hit) = found?;
        self.mode = Mode::Fast;
        self.replay_usage_and_credit_hit(&hit);
        self.feeder.carry.consume(length);
        self.frames.end_carried_line(last);
        self.event_at = self.feeder.offset;
        self.feeder.offset = self.feeder.offset.saturating_add(length as u64);
        Some(said)
    }

    /// What a hit says, if it is one thing that can be told as it is but for its escapes.
    #[inline(always)]
    fn uncommitted_fast_delta<'i>(&mut self, hit: &Hit, event: &'i [u8]) -> Option<FastDelta<'i>> {
        let single = hit.single?;
        if hit.length > self.limit {
            return None;
        }
        let slot = match hit.trusted {
            Some(slot) => slot,
            None => self.trust_slot_if_emitted_unchanged(single)?,
        };
        let text = self.borrow_or_unescape_text_if_utf8(hit, event)?;
        Some(FastDelta { choice: single.choice, says: single.says, slot, text })
    }

    /// The text of a hit, if it is UTF-8.
    #[inline(always)]
    fn borrow_or_unescape_text_if_utf8<'i>(&mut self, hit: &Hit, event: &'i [u8]) -> Option<FastText<'i>> {
        if hit.escaped != 0 {
            return self.unescape_if_only_text_is_escaped(hit, event);
        }
        let Span { start, end } = hit.text.span();
        let length = end.wrapping_sub(start) as usize;
        if self.pad.fill_if_short_ascii(event.get(start as usize..)?, length) {
            return Some(FastText::Pad(length));
        }
        Some(FastText::Input(lex::utf8(hit.text.span().of(event))?))
    }

    /// The same where it has escapes; if anything else has, it is no plain hit.
    #[inline(never)]
    fn unescape_if_only_text_is_escaped(&mut self, hit: &Hit, event: &[u8]) -> Option<FastText<'static>> {
        if hit.escaped != hit.text_hole {
            return None;
        }
        let (body, pipeline) = (hit.text.span().range(), &mut self.pipeline);
        let (room, length) = pipeline.room.unescape_if_paired(event, body.start, body.end)?;
        if self.pad.fill_if_short_ascii(room, length) {
            return Some(FastText::Pad(length));
        }
        let text = lex::validate_unescaped_utf8(room, length)?;
        pipeline.scratch.clear();
        pipeline.scratch.text_reserved_on_first_use().push_str(text);
        Some(FastText::Scratch)
    }

    /// It is said: from here on nothing can fail.
    #[inline(always)]
    fn replay_usage_and_credit_hit(&mut self, hit: &Hit) {
        self.events = self.events.wrapping_add(1);
        let counts = hit.single.is_some_and(|single| single.counts);
        if counts && self.pipeline.replay_counters(&mut self.shapes) == UsageChange::Changed {
            self.mode = Mode::Usage;
        }
        self.shapes.credit_hit_and_guess_next(hit);
    }

    /// The slot of what a plain hit says, if it can be told as it is; noted for the hits of its shape that follow.
    #[inline(never)]
    fn trust_slot_if_emitted_unchanged(&mut self, single: SingleDelta) -> Option<u32> {
        let slot = self.slot_if_emitted_unchanged(single)?;
        self.shapes.trust_last_hit(slot);
        Some(slot)
    }

    /// Asks the normalizer: the call's slot, or 0.
    fn slot_if_emitted_unchanged(&self, single: SingleDelta) -> Option<u32> {
        let normalizer = &self.pipeline.normalizer;
        if single.in_place {
            let place = self.shapes.place_in_last_hit_shape()?;
            return match single.says {
                Channel::Text => normalizer
                    .emits_part_text_unchanged(single.choice, &place, TextChannel::Text)
                    .then_some(0),
                Channel::Reasoning => normalizer
                    .emits_part_text_unchanged(single.choice, &place, TextChannel::Reasoning)
                    .then_some(0),
                Channel::Arguments(_) => None,
                Channel::PartArguments if self.pipeline.tolerance.allows(Quirk::RepeatedArguments) => None,
                Channel::PartArguments => normalizer.unchanged_part_arguments_slot(single.choice, &place),
            };
        }
        match single.says {
            Channel::Text => normalizer.emits_text_unchanged(single.choice, false).then_some(0),
            Channel::Reasoning => normalizer.emits_text_unchanged(single.choice, true).then_some(0),
            Channel::Arguments(_) if self.pipeline.tolerance.allows(Quirk::RepeatedArguments) => None,
            Channel::Arguments(call) => normalizer.unchanged_arguments_slot(single.choice, call),
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
        if self.pipeline.normalize_records_of_last_hit(raw, self.frames.text_of_event(raw), &self.shapes)
            == Replay::NoHit
        {
            return Replay::NoHit;
        }
        self.shapes.credit_hit_and_guess_next(&hit);
        Replay::Done
    }

    /// What is due is queued: the next call begins from the queue.
    pub(super) fn leave_fast_path_queuing_due_usage(&mut self) {
        if self.mode == Mode::Usage {
            self.next = 0;
            self.source = Source::Scratch;
            self.pipeline.begin_event_and_queue_usage();
        }
        self.mode = Mode::General;
    }

    /// Whether the next event may be taken by its shape.
    #[inline]
    pub(super) fn may_take_by_shape(&self) -> bool {
        self.shapes.is_ready()
            && self.next >= self.pipeline.queue.len()
            && self.pipeline.error.is_none()
            && self.feeder.carry.is_empty()
            && self.state == State::Open
            && self.fatal.is_none()
            && !self.pipeline.normalizer.is_done()
            && self.frames.is_at_event_start()
    }

    /// An event of a known shape at the front of the input: its records are told as any others.
    pub(super) fn normalize_hit_at_input_front(&mut self, rest: &[u8], used: &mut usize) -> Replay {
        if self.frames.may_skip_lf() && rest.first() == Some(&b'\n') {
            return Replay::NoHit;
        }
        let Some(hit) = self.shapes.find(rest) else { return Replay::NoHit };
        let raw = rest.get(..hit.length).unwrap_or_default();
        if hit.length > self.limit
            || !self.frames.length_and_checksums_match(raw)
            || self.pipeline.normalize_records_of_last_hit(raw, self.frames.text_of_event(raw), &self.shapes)
                == Replay::NoHit
        {
            return Replay::NoHit;
        }
        self.shapes.credit_hit_and_guess_next(&hit);
        if !self.frames.is_typed() {
            self.frames.skip_lf_if_after_cr(raw.last().copied().unwrap_or(0));
        }
        self.source = Source::Input { base: *used };
        *used = used.saturating_add(hit.length);
        self.count_event_and_advance_offset(hit.length);
        self.distrust_shapes_forget_if_invalidated();
        Replay::Done
    }

    /// Shapes are forgotten when what they leave out has changed.
    pub(super) fn distrust_shapes_forget_if_invalidated(&mut self) {
        self.shapes.distrust_all();
        if self.pipeline.normalizer.take_invalidates_shapes() {
            self.shapes.forget_shapes_keeping_credit();
        }
    }
}

#[cfg(test)]
impl crate::Decoder {
    /// Whether this event would be told by the hot path.
    pub(crate) fn would_hit_fast_path(&mut self, event: &[u8]) -> bool {
        let machine = &mut self.machine;
        machine.may_take_by_shape()
            && machine
                .shapes
                .find(event)
                .is_some_and(|hit| machine.uncommitted_fast_delta(&hit, event).is_some())
    }

    /// Whether this event would be taken by its shape, by the hot path or as records.
    pub(crate) fn would_match_known_shape(&mut self, event: &[u8]) -> bool {
        let machine = &mut self.machine;
        machine.may_take_by_shape() && machine.shapes.find(event).is_some_and(|hit| hit.length == event.len())
    }
}
