//! How bytes move: from the input, or through the carry, to events.
//!
//! Knows: the framer's steps, the carry, the offsets. Must not know: what an event says.

use super::{Decoder, FIRST, Mode, Outcome, Pipeline, Source, State};
use crate::carry::Carry;
use crate::dialect::Quirk;
use crate::error::{Error, ErrorKind, LimitKind};
use crate::frame::{Data, Event, Step};
use crate::record::Span;

impl Decoder {
    /// Takes bytes, from `used` on, until there is something to say; gives how many are then used.
    pub(super) fn advance(&mut self, bytes: &[u8], mut used: usize) -> (usize, Outcome) {
        if let Source::Input { .. } = self.source {
            // What is still queued was copied to scratch by the call before.
            self.source = Source::Scratch;
        }
        let said = loop {
            if let Some(said) = self.queued() {
                break said;
            }
            if self.state != State::Open {
                used = bytes.len();
                match self.drain_end() {
                    true => continue,
                    false => break Outcome::Nothing,
                }
            }
            let before = used;
            let rest = bytes.get(used..).unwrap_or_default();
            let more = if self.carry.is_empty() {
                self.on_input(rest, &mut used)
            } else {
                self.on_carry(rest, &mut used)
            };
            self.take(rest, used.saturating_sub(before));
            if !more && self.next >= self.pipeline.queue.len() && self.pipeline.error.is_none() {
                break Outcome::Nothing;
            }
        };
        if let Source::Input { .. } = self.source {
            self.keep_queue(bytes);
        }
        self.mode = self.next_mode();
        debug_assert_eq!(
            self.taken,
            self.offset.saturating_add(self.removed).saturating_add(self.carry.len() as u64),
            "conservation"
        );
        (used, said)
    }

    fn next_mode(&self) -> Mode {
        if self.next < self.pipeline.queue.len() || self.pipeline.error.is_some() || self.state != State::Open
        {
            Mode::General
        } else if self.is_hot() && !self.frames.is_swollen() && !self.carry.is_swollen() {
            Mode::Fast
        } else if self.need_input && self.frames.may_extend_line() {
            Mode::PartialLine
        } else {
            Mode::General
        }
    }

    /// The next of the queue, or the error that ends it.
    fn queued(&mut self) -> Option<Outcome> {
        if self.next < self.pipeline.queue.len() {
            self.next = self.next.saturating_add(1);
            return Some(Outcome::Delta);
        }
        if let Some(fatal) = self.fatal {
            return Some(Outcome::Failed(fatal));
        }
        if self.carry.is_empty() {
            self.carry.relax();
        }
        self.frames.relax();
        let kind = self.pipeline.error.take()?;
        self.errors = self.errors.saturating_add(1);
        let mut error = Error::new(kind, self.event_at);
        if matches!(kind, ErrorKind::Limit(_)) && self.fatal_limits {
            error = error.fatal();
            self.fatal = Some(error);
            self.offset = self.offset.saturating_add(self.carry.len() as u64);
            self.carry = Carry::default();
            self.need_input = false;
        }
        Some(Outcome::Failed(error))
    }

    /// One step on the input itself. Gives whether to go on.
    fn on_input(&mut self, rest: &[u8], used: &mut usize) -> bool {
        if rest.is_empty() {
            return false;
        }
        let missed = std::mem::take(&mut self.missed);
        if !missed && self.is_hot() && self.replay_input(rest, used) {
            return true;
        }
        let step = self.frames.step(rest, &mut self.pipeline.tolerance);
        self.follow_framing();
        match step {
            Step::More => {
                self.carry.push(rest);
                self.need_input = true;
                *used = used.saturating_add(rest.len());
                false
            }
            Step::Drop { from, to, comment } => {
                self.carry.push(rest.get(..from).unwrap_or_default());
                self.need_input = true;
                self.dropped(from, to, comment);
                *used = used.saturating_add(to);
                true
            }
            Step::Over { to } => {
                *used = used.saturating_add(to);
                self.over(to);
                true
            }
            Step::Event(event) => {
                self.source = Source::Input { base: *used };
                *used = used.saturating_add(event.end);
                self.event(rest.get(..event.end).unwrap_or_default(), event);
                true
            }
        }
    }

    /// One step on the carry; brings one more line of the input when that is needed.
    fn on_carry(&mut self, rest: &[u8], used: &mut usize) -> bool {
        if self.need_input {
            if rest.is_empty() {
                return false;
            }
            let line = through_line_end(rest);
            self.carry.push(rest.get(..line).unwrap_or_default());
            *used = used.saturating_add(line);
            self.need_input = false;
        }
        let step = self.frames.step(self.carry.bytes(), &mut self.pipeline.tolerance);
        self.follow_framing();
        match step {
            Step::More => {
                self.need_input = true;
                true
            }
            Step::Drop { from, to, comment } => {
                if from == 0 {
                    self.carry.consume(to);
                    self.need_input = self.carry.is_empty();
                    self.dropped(from, to, comment);
                } else if self.carry.remove(from, to) {
                    self.need_input = from >= self.carry.len();
                    self.dropped(from, to, comment);
                } else {
                    self.frames.left_in_place(to.saturating_sub(from));
                    if comment {
                        self.comment();
                    }
                }
                true
            }
            Step::Over { to } => {
                self.carry.consume(to);
                self.over(to);
                true
            }
            Step::Event(event) => {
                self.carry.consume(event.end);
                self.carried(event);
                true
            }
        }
    }

    /// No more bytes: what is left in the carry is an event or nothing. Gives whether there may be more to say.
    fn drain_end(&mut self) -> bool {
        if self.state == State::Finished {
            return false;
        }
        if !self.need_input && !self.carry.is_empty() {
            // Whole events may be left of an input that was left early.
            return self.on_carry(&[], &mut 0);
        }
        let left = self.carry.len();
        match self.frames.finish(self.carry.bytes(), &mut self.pipeline.tolerance) {
            Step::Event(event) => {
                self.carry.consume(event.end);
                self.carried(event);
            }
            Step::Drop { from, to, comment } => {
                if from == 0 {
                    self.carry.consume(to);
                    self.dropped(from, to, comment);
                } else if self.carry.remove(from, to) {
                    self.dropped(from, to, comment);
                }
            }
            Step::Over { to } => {
                self.carry.consume(to);
                self.over(to);
            }
            Step::More => {
                self.unterminated = left.saturating_sub(self.frames.foreign());
                self.offset = self.offset.saturating_add(left as u64);
                self.carry.clear();
                self.state = State::Finished;
                self.next = 0;
                self.source = Source::Scratch;
                self.pipeline.end();
            }
        }
        true
    }

    /// Shapes hold for one way in which events end.
    #[inline]
    fn follow_framing(&mut self) {
        if self.frames.take_turned() {
            self.shapes.clear();
        }
    }

    /// Bytes `from..to` are gone: from before the event, or from between its lines.
    fn dropped(&mut self, from: usize, to: usize, comment: bool) {
        let gone = to.saturating_sub(from) as u64;
        if from == 0 {
            self.offset = self.offset.saturating_add(gone).saturating_add(std::mem::take(&mut self.removed));
        } else {
            self.removed = self.removed.saturating_add(gone);
        }
        if comment {
            self.comment();
        }
    }

    fn comment(&mut self) {
        self.next = 0;
        self.source = Source::Scratch;
        self.pipeline.comment();
    }

    fn over(&mut self, to: usize) {
        self.begin_event(to);
        self.source = Source::Scratch;
        self.pipeline.begin();
        self.pipeline.error = Some(ErrorKind::Limit(LimitKind::EventBytes));
    }

    /// An event of `length` bytes begins at the offset; what follows begins after it.
    pub(super) fn begin_event(&mut self, length: usize) {
        if self.events == 0 {
            self.first = Vec::new();
        }
        self.next = 0;
        self.events = self.events.saturating_add(1);
        self.event_at = self.offset;
        let removed = std::mem::take(&mut self.removed);
        self.offset = self.offset.saturating_add(length as u64).saturating_add(removed);
    }

    /// An event in the carry, already consumed there.
    fn carried(&mut self, event: Event) {
        let length = event.end;
        let carry = std::mem::take(&mut self.carry);
        let raw = carry.read(length);
        if event.plain && self.replay_carry(raw) {
            self.begin_event(length);
            self.settle();
            self.source = Source::Carry { length, span: Span::new(0, length) };
        } else {
            self.source = Source::Carry { length, span: Span::default() };
            self.event(raw, event);
        }
        self.carry = carry;
    }

    /// Tells one event, which is `raw`, by the general path; and learns its shape.
    fn event(&mut self, raw: &[u8], event: Event) {
        self.begin_event(event.end);
        let learn = self.shapes.missed() && event.plain;
        let name = event.name.of(raw);
        let payload = match event.data {
            Data::None => &[],
            Data::One(span) => {
                match &mut self.source {
                    Source::Input { base } => *base = base.saturating_add(span.range().start),
                    Source::Carry { span: payload, .. } => *payload = span,
                    Source::Scratch | Source::Joined => {}
                }
                span.of(raw)
            }
            Data::Joined => {
                self.source = Source::Joined;
                self.frames.data_buffer()
            }
        };
        if simdutf8::basic::from_utf8(payload).is_err() {
            let decoded = String::from_utf8_lossy(payload).into_owned();
            return self.undecodable(decoded, name, event.error);
        }
        self.pipeline.event(payload, name, event.error, learn);
        self.settle();
        if learn
            && self.pipeline.is_repeatable()
            && self.frames.ends_by_itself(raw)
            && let Data::One(span) = event.data
        {
            let Pipeline { room, scratch, .. } = &self.pipeline;
            self.shapes.learn(raw, span.range().start, &room.statement, &scratch.escaped);
        }
    }

    /// An event that is not UTF-8: decoded as the Encoding Standard does, or refused.
    #[cold]
    fn undecodable(&mut self, decoded: String, name: &[u8], error: bool) {
        if !self.pipeline.tolerance.meets(Quirk::InvalidUtf8) {
            self.source = Source::Scratch;
            self.pipeline.begin();
            self.pipeline.error = Some(ErrorKind::Utf8);
            return;
        }
        *self.frames.data_buffer_mut() = decoded.into_bytes();
        self.source = Source::Joined;
        self.pipeline.event(self.frames.data_buffer(), name, error, false);
        self.settle();
    }

    /// Counts `used` bytes of `rest` as taken, and keeps the first of a body without events.
    #[inline(always)]
    pub(super) fn take(&mut self, rest: &[u8], used: usize) {
        self.taken = self.taken.saturating_add(used as u64);
        if self.events == 0 && self.first.len() < FIRST {
            self.keep_first(rest, used);
        }
    }

    #[inline(never)]
    fn keep_first(&mut self, rest: &[u8], used: usize) {
        let room = FIRST.saturating_sub(self.first.len());
        self.first.reserve_exact(room);
        self.first.extend_from_slice(rest.get(..used.min(room)).unwrap_or_default());
    }
}

/// The length of `bytes` through the first line end and a blank line after it, or of all.
fn through_line_end(bytes: &[u8]) -> usize {
    memchr::memchr2(b'\n', b'\r', bytes).map_or(bytes.len(), |end| after_line_ends(bytes, end))
}

/// The length of `bytes` through the line end at `end` and a blank line after it.
pub(super) fn after_line_ends(bytes: &[u8], end: usize) -> usize {
    let more = bytes.get(end..).unwrap_or_default().iter().take(4);
    end.saturating_add(more.take_while(|byte| matches!(byte, b'\n' | b'\r')).count())
}
