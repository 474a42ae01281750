//! How bytes move: from the input, or through the carry, to events.
//!
//! Knows: the framer's steps, the carry, the offsets. Must not know: what an event says.

use alloc::string::String;
use alloc::vec::Vec;

use super::pipeline::Replay;
use super::{FIRST, Machine, Mode, Outcome, Pipeline, Source, State};
use crate::carry::Carry;
use crate::dialect::Quirk;
use crate::error::{Error, ErrorKind, LimitKind};
use crate::feeder::{Move, Place};
use crate::frame::{Data, Event, Step};
use crate::parse::{self, Context, Envelope};
use crate::record::Span;
use crate::shape::{AfterMiss, Learnt};

/// A step after the last byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EndStep {
    /// There may be something to say.
    Stepped,
    /// All was said before.
    WasFinished,
}

impl Machine {
    /// Takes bytes, from `used` on, until there is something to say; returns how many are then used.
    pub(super) fn advance(&mut self, bytes: &[u8], mut used: usize) -> (usize, Outcome) {
        if let Source::Input { .. } = self.source {
            // What is still queued was copied to scratch by the call before.
            self.source = Source::Scratch;
        }
        let said = loop {
            if let Some(said) = self.advance_queue_or_take_error() {
                break said;
            }
            if self.state != State::Open {
                used = bytes.len();
                match self.drain_one_step_or_end_stream() {
                    EndStep::Stepped => continue,
                    EndStep::WasFinished => break Outcome::Nothing,
                }
            }
            let before = used;
            let idle = self.replay_or_step_then_needs_input(bytes, &mut used);
            self.count_taken_and_keep_first_bytes(
                bytes.get(before..).unwrap_or_default(),
                used.wrapping_sub(before),
            );
            if idle && self.next >= self.pipeline.queue.len() && self.pipeline.error.is_none() {
                break Outcome::Nothing;
            }
        };
        if let Source::Input { .. } = self.source
            && self.next < self.pipeline.queue.len()
        {
            self.copy_rest_of_queue_to_scratch(bytes);
        }
        self.is_swollen =
            self.feeder.carry.is_swollen() || self.frames.is_swollen() || self.pipeline.is_swollen();
        if self.is_swollen && matches!(said, Outcome::Nothing) {
            self.shrink_swollen_buffers();
        }
        self.mode = self.fastest_mode_possible();
        debug_assert_eq!(
            self.taken,
            self.feeder
                .offset
                .saturating_add(self.feeder.removed)
                .saturating_add(self.feeder.carry.len() as u64),
            "conservation"
        );
        (used, said)
    }

    fn fastest_mode_possible(&self) -> Mode {
        let is_busy = self.next < self.pipeline.queue.len() || self.pipeline.error.is_some();
        // What one big event took is given back on the general way, once its deltas are told.
        if is_busy || self.state != State::Open || self.is_swollen {
            Mode::General
        } else if self.may_take_by_shape() {
            if self.frames.is_typed() { Mode::FastMessage } else { Mode::Fast }
        } else if self.feeder.need_input && self.frames.may_extend_line() {
            Mode::PartialLine
        } else {
            Mode::General
        }
    }

    /// The next of the queue, or the error that ends it.
    fn advance_queue_or_take_error(&mut self) -> Option<Outcome> {
        if self.next < self.pipeline.queue.len() {
            self.next = self.next.wrapping_add(1);
            return Some(Outcome::Delta);
        }
        if let Some(fatal) = self.fatal {
            return Some(Outcome::Failed(fatal));
        }
        if self.is_swollen && self.pipeline.error.is_none() {
            self.shrink_swollen_buffers();
        }
        let kind = self.pipeline.error.take()?;
        self.errors = self.errors.saturating_add(1);
        let mut error = Error::new(kind, self.event_at);
        if matches!(kind, ErrorKind::Limit(_)) && self.fatal_limits || self.frames.is_lost() {
            error = error.fatal();
            self.fatal = Some(error);
            self.feeder.offset = self.feeder.offset.saturating_add(self.feeder.carry.len() as u64);
            self.feeder.carry = Carry::default();
            self.feeder.need_input = false;
        }
        Some(Outcome::Failed(error))
    }

    /// Gives back what one big event took, once nothing of it is left to tell.
    #[cold]
    fn shrink_swollen_buffers(&mut self) {
        self.feeder.carry.clear_and_shrink_if_swollen();
        self.frames.free_data_buffer_if_swollen();
        self.pipeline.clear_and_shrink();
        self.is_swollen = false;
    }

    /// One step on the carry or the input. Returns whether nothing more can be done without further bytes.
    #[inline(always)]
    fn replay_or_step_then_needs_input(&mut self, input: &[u8], used: &mut usize) -> bool {
        if self.feeder.carry.is_empty() && *used < input.len() {
            let missed = core::mem::take(&mut self.missed);
            let rest = input.get(*used..).unwrap_or_default();
            let may_hit = !missed && self.shapes.may_begin(rest) && self.may_take_by_shape();
            if may_hit && self.normalize_hit_at_input_front(rest, used) == Replay::Done {
                return false;
            }
        }
        let Self { frames, pipeline, .. } = self;
        let step = &mut |bytes: &[u8]| frames.step(bytes, &mut pipeline.tolerance);
        let next = self.feeder.next_move(input, used, self.limit, step);
        if self.frames.take_event_end_changed() {
            // Shapes hold for one way in which events end.
            self.shapes.forget_shapes_keeping_credit();
        }
        let idle = matches!(next, Move::NeedInput);
        self.decode_or_refuse_or_queue_keepalive(next, input);
        idle
    }

    /// One step on what is left in the carry.
    #[inline(never)]
    fn step_carry(&mut self) {
        self.replay_or_step_then_needs_input(&[], &mut 0);
    }

    /// Tells what a move of the feeder is about.
    #[inline(always)]
    fn decode_or_refuse_or_queue_keepalive(&mut self, next: Move, input: &[u8]) {
        match next {
            Move::NeedInput | Move::Again => {}
            Move::Left { length, comment } => {
                self.frames.skip_dropped_bytes_left_in_place(length);
                if comment {
                    self.replace_queue_by_keepalive_if_wanted();
                }
            }
            Move::Dropped { comment, .. } => {
                if comment {
                    self.replace_queue_by_keepalive_if_wanted();
                }
            }
            Move::Over { length } => {
                self.count_event_and_advance_offset(length);
                self.refuse_event(ErrorKind::Limit(LimitKind::EventBytes));
            }
            Move::Bad { length, fault } => {
                self.count_event_and_advance_offset(length);
                self.refuse_event(fault.kind());
            }
            Move::Event { place: Place::Carry, event } => self.replay_or_decode_carried(event),
            Move::Event { place: Place::Input { base }, event } => {
                self.source = Source::Input { base };
                let raw = input.get(base..base.wrapping_add(event.end)).unwrap_or_default();
                self.decode_event(raw, event);
            }
        }
    }

    /// No more bytes: what is left in the carry is an event or nothing.
    fn drain_one_step_or_end_stream(&mut self) -> EndStep {
        if self.state == State::Finished {
            return EndStep::WasFinished;
        }
        if !self.feeder.need_input && !self.feeder.carry.is_empty() {
            // Whole events may be left of an input that was left early.
            self.step_carry();
            return EndStep::Stepped;
        }
        let left = self.feeder.carry.len();
        let step = self.frames.finish(self.feeder.carry.bytes(), &mut self.pipeline.tolerance);
        if step != Step::More {
            let next = self.feeder.apply_to_carry(step);
            self.feeder.need_input = true;
            self.decode_or_refuse_or_queue_keepalive(next, &[]);
            return EndStep::Stepped;
        }
        self.unterminated = self.frames.unfinished_event_bytes_without_foreign(left);
        self.feeder.advance_past_framed_returning_start(left);
        self.feeder.carry.clear_and_shrink();
        self.state = State::Finished;
        self.next = 0;
        self.source = Source::Scratch;
        self.pipeline.end_stream();
        EndStep::Stepped
    }

    fn replace_queue_by_keepalive_if_wanted(&mut self) {
        self.next = 0;
        self.source = Source::Scratch;
        self.pipeline.replace_queue_by_keepalive_if_wanted();
    }

    /// The event says nothing but what is wrong with it.
    pub(super) fn refuse_event(&mut self, kind: ErrorKind) {
        self.source = Source::Scratch;
        self.pipeline.begin_event();
        self.pipeline.error = Some(kind);
    }

    /// An event of `length` bytes begins at the offset; what follows begins after it.
    pub(super) fn count_event_and_advance_offset(&mut self, length: usize) {
        if self.events == 0 {
            self.first_bytes = Vec::new();
        }
        self.next = 0;
        self.events = self.events.wrapping_add(1);
        self.event_at = self.feeder.advance_past_framed_returning_start(length);
    }

    /// An event in the carry, already consumed there.
    fn replay_or_decode_carried(&mut self, event: Event) {
        let length = event.end;
        let carry = core::mem::take(&mut self.feeder.carry);
        let raw = carry.last_read(length);
        if event.plain && self.replay_carry(raw) == Replay::Done {
            self.count_event_and_advance_offset(length);
            self.distrust_shapes_forget_if_invalidated();
            self.source = Source::Carry { length, span: Span::new(0, length) };
        } else {
            self.source = Source::Carry { length, span: Span::default() };
            self.decode_event(raw, event);
        }
        self.feeder.carry = carry;
    }

    /// Tells one event, which is `raw`, by the general path; and learns its shape.
    fn decode_event(&mut self, raw: &[u8], event: Event) {
        self.count_event_and_advance_offset(event.end);
        let learn = self.shapes.charge_miss_and_distrust_all() == AfterMiss::Learn && event.plain;
        if self.frames.is_typed() {
            return self.decode_message(raw, event, learn);
        }
        let name = event.name.of(raw);
        let payload = match event.data {
            Data::None => &[],
            Data::One(span) => self.point_source_at_payload(span, raw),
            Data::Joined => {
                self.source = Source::DataBuffer;
                self.frames.data_buffer()
            }
        };
        let may_be_named = self.frames.may_name_events();
        let context = Context { name, is_error: event.error, envelope: Envelope::None, may_be_named };
        if simdutf8::basic::from_utf8(payload).is_err() {
            let decoded = String::from_utf8_lossy(payload).into_owned();
            return self.decode_lossy_or_refuse(decoded, context);
        }
        let document = parse::Event { payload, context };
        self.pipeline.decode_payload(&document, learn);
        self.distrust_shapes_forget_if_invalidated();
        if learn {
            self.learn_if_repeatable(raw, event.data);
        }
    }

    /// Learns the shape of the event that was decoded last, if another like it would say as much.
    pub(super) fn learn_if_repeatable(&mut self, raw: &[u8], data: Data) {
        if self.pipeline.is_repeatable()
            && self.frames.ends_event_whatever_follows(raw)
            && let Data::One(span) = data
        {
            let Pipeline { parser, scratch, .. } = &self.pipeline;
            let (records, escaped) = (&parser.records, &*scratch.escaped);
            let proofs = self.frames.length_and_checksum_offsets(raw.len());
            let proofs = proofs.as_ref().map_or(&[][..], |proofs| proofs);
            let idle = self.frames.first_id_value(raw);
            self.shapes.learn(&Learnt { raw, payload: span, proofs, idle, records, escaped });
        }
    }

    /// The payload is `span` of the event, which is `raw`.
    pub(super) fn point_source_at_payload<'r>(&mut self, span: Span, raw: &'r [u8]) -> &'r [u8] {
        match &mut self.source {
            Source::Input { base } => *base = base.wrapping_add(span.range().start),
            Source::Carry { span: payload, .. } => *payload = span,
            Source::Scratch | Source::DataBuffer => {}
        }
        span.of(raw)
    }

    /// An event that is not UTF-8: decoded as the Encoding Standard does, or refused.
    #[cold]
    pub(super) fn decode_lossy_or_refuse(&mut self, decoded: String, context: Context<'_>) {
        if !self.pipeline.tolerance.note_if_allowed(Quirk::InvalidUtf8) {
            return self.refuse_event(ErrorKind::Utf8);
        }
        *self.frames.data_buffer_mut() = decoded.into_bytes();
        self.decode_data_buffer(context);
    }

    /// The event's payload is in the data buffer.
    pub(super) fn decode_data_buffer(&mut self, context: Context<'_>) {
        self.source = Source::DataBuffer;
        let event = parse::Event { payload: self.frames.data_buffer(), context };
        self.pipeline.decode_payload(&event, false);
        self.distrust_shapes_forget_if_invalidated();
    }

    /// Counts `used` bytes of `rest` as taken, and keeps the first of a body without events.
    #[inline(always)]
    pub(super) fn count_taken_and_keep_first_bytes(&mut self, rest: &[u8], used: usize) {
        self.taken = self.taken.wrapping_add(used as u64);
        if self.events == 0 && self.first_bytes.len() < FIRST {
            self.keep_first_bytes(rest.get(..used).unwrap_or_default());
        }
    }

    #[inline(never)]
    fn keep_first_bytes(&mut self, taken: &[u8]) {
        let room = FIRST.saturating_sub(self.first_bytes.len());
        self.first_bytes.reserve_exact(room);
        self.first_bytes.extend_from_slice(taken.get(..room).unwrap_or(taken));
    }
}
