//! How bytes come to be framed: from the input where they lie, or through the carry. One for the decoder and the strict framer.
//!
//! Knows: the framer's steps, the carry, offsets. Must not know: what an event says, what is told of it.

use crate::carry::Carry;
use crate::frame::eventstream::Fault;
use crate::frame::{Event, Step};

/// Where bytes are that were framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the input, from this offset on.
    Input { base: usize },
    /// In the carry, already read there.
    Carry,
}

/// The caller's next move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// All of the input is taken.
    NeedInput,
    /// There is more to step through.
    Again,
    /// So there is, and lines were dropped: `length` bytes before the event, or some from between its lines (0).
    Dropped { place: Place, length: usize, comment: bool },
    /// So there is, and a line from between the event's own is not taken out: much follows it, left from an input that was
    /// left early. The framer has to know ([`crate::frame::Frames::skip_dropped_bytes_left_in_place`]).
    Left { length: usize, comment: bool },
    /// An event ended: [`Feeder::advance_past_framed_returning_start`] it.
    Event { place: Place, event: Event },
    /// Bytes of an event over the limit: [`Feeder::advance_past_framed_returning_start`] them; the rest of it will be dropped.
    Over { length: usize },
    /// Bytes that are no event: [`Feeder::advance_past_framed_returning_start`] them. Nothing follows a fault that is fatal.
    Bad { length: usize, fault: Fault },
}

/// What stands between inputs and a framer.
///
/// Invariant: bytes taken = `offset` + `removed` + what is in the carry.
#[derive(Clone, Default)]
pub(crate) struct Feeder {
    /// The carry has been framed to its end: only more bytes bring a further step.
    pub(crate) need_input: bool,
    /// How many bytes that takes, where the format says so; else it takes a line. Holds while `need_input` does.
    missing: Option<usize>,
    /// Stream position of the first byte that is framed next.
    pub(crate) offset: u64,
    pub(crate) carry: Carry,
    /// Bytes dropped from between the lines of the event being assembled.
    pub(crate) removed: u64,
}

impl Feeder {
    /// One step of `framer`, on the carry if there is one, else on the input from `used` on. `limit`: on an event's bytes; a line
    /// that is longer is brought into the carry piece by piece, and so never whole.
    #[inline(always)]
    pub(crate) fn next_move(
        &mut self,
        input: &[u8],
        used: &mut usize,
        limit: usize,
        framer: &mut impl FnMut(&[u8]) -> Step,
    ) -> Move {
        let rest = input.get(*used..).unwrap_or_default();
        if !self.carry.is_empty() {
            return self.extend_carry_if_needed_and_step(rest, used, limit, framer);
        }
        if rest.is_empty() {
            return Move::NeedInput;
        }
        let place = Place::Input { base: *used };
        let (taken, next) = match framer(rest) {
            Step::More => {
                self.carry.push(rest);
                self.wait_for_line();
                (rest.len(), Move::NeedInput)
            }
            Step::Missing { bytes } => {
                self.carry.push(rest);
                (self.need_input, self.missing) = (true, Some(bytes));
                (rest.len(), Move::NeedInput)
            }
            Step::Drop { from, to, comment } => {
                if from > 0 {
                    self.carry.push(rest.get(..from).unwrap_or_default());
                    self.wait_for_line();
                }
                (to, self.advance_past_dropped_or_count_inner(place, from, to, comment))
            }
            Step::Over { to } => (to, Move::Over { length: to }),
            Step::Bad { to, fault } => (to, Move::Bad { length: to, fault }),
            Step::Event(event) => (event.end, Move::Event { place, event }),
        };
        *used = used.wrapping_add(taken);
        next
    }

    /// What is in the carry was framed to its end: it takes more of the line.
    pub(crate) fn wait_for_line(&mut self) {
        (self.need_input, self.missing) = (true, None);
    }

    /// One step on the carry; brings one more line of the input, or what is missing, when that is needed.
    #[inline(never)] // Where no input was cut, no event saves registers for it.
    fn extend_carry_if_needed_and_step(
        &mut self,
        rest: &[u8],
        used: &mut usize,
        limit: usize,
        framer: &mut impl FnMut(&[u8]) -> Step,
    ) -> Move {
        let mut left = rest.len();
        if self.need_input {
            if rest.is_empty() {
                return Move::NeedInput;
            }
            let rest = rest.get(..limit.saturating_add(1)).unwrap_or(rest);
            let more =
                self.missing.map_or_else(|| length_through_line_end(rest), |missing| missing.min(rest.len()));
            self.carry.push(rest.get(..more).unwrap_or_default());
            *used = used.saturating_add(more);
            left = left.saturating_sub(more);
        }
        let step = framer(self.carry.bytes());
        (self.need_input, self.missing) = match step {
            Step::More => (true, None),
            Step::Missing { bytes } => (true, Some(bytes)),
            Step::Drop { .. } | Step::Event(_) | Step::Over { .. } | Step::Bad { .. } => (false, None),
        };
        if self.need_input && left == 0 {
            return Move::NeedInput;
        }
        self.apply_to_carry(step)
    }

    /// Does to the carry what a step on its bytes asks for.
    #[inline(always)]
    pub(crate) fn apply_to_carry(&mut self, step: Step) -> Move {
        match step {
            Step::More | Step::Missing { .. } => Move::Again,
            Step::Drop { from: 0, to, comment } => {
                self.carry.consume(to);
                self.advance_past_dropped_or_count_inner(Place::Carry, 0, to, comment)
            }
            Step::Drop { from, to, comment } => {
                if !self.carry.remove_if_few_follow(from, to) {
                    return Move::Left { length: to.saturating_sub(from), comment };
                }
                self.need_input |= from >= self.carry.len();
                self.advance_past_dropped_or_count_inner(Place::Carry, from, to, comment)
            }
            Step::Over { to } => {
                self.carry.consume(to);
                Move::Over { length: to }
            }
            Step::Bad { to, fault } => {
                self.carry.consume(to);
                Move::Bad { length: to, fault }
            }
            Step::Event(event) => {
                self.carry.consume(event.end);
                Move::Event { place: Place::Carry, event }
            }
        }
    }

    /// Bytes `from..to` are gone: from before the event, or from between its lines.
    #[inline(always)]
    fn advance_past_dropped_or_count_inner(
        &mut self,
        place: Place,
        from: usize,
        to: usize,
        comment: bool,
    ) -> Move {
        if from > 0 {
            self.removed = self.removed.saturating_add(to.saturating_sub(from) as u64);
            return Move::Dropped { place, length: 0, comment };
        }
        self.advance_past_framed_returning_start(to);
        Move::Dropped { place, length: to, comment }
    }

    /// What was framed, `length` bytes and those dropped from between them, is past. Returns the stream position of its first.
    #[inline]
    pub(crate) fn advance_past_framed_returning_start(&mut self, length: usize) -> u64 {
        let removed = core::mem::take(&mut self.removed);
        let next = self.offset.wrapping_add(length as u64).wrapping_add(removed);
        core::mem::replace(&mut self.offset, next)
    }

    /// The `length` bytes that a move was about.
    pub(crate) fn framed_bytes<'b>(&'b self, input: &'b [u8], place: Place, length: usize) -> &'b [u8] {
        match place {
            Place::Input { base } => input.get(base..base.wrapping_add(length)).unwrap_or_default(),
            Place::Carry => self.carry.last_read(length),
        }
    }

    /// As new; keeps a modest allocation.
    pub(crate) fn reset(&mut self) {
        self.carry.clear_and_shrink();
        *self = Self { carry: core::mem::take(&mut self.carry), ..Self::default() };
    }
}

/// The length of `bytes` through the first line end and a blank line after it, or of all.
fn length_through_line_end(bytes: &[u8]) -> usize {
    memchr::memchr2(b'\n', b'\r', bytes).map_or(bytes.len(), |end| after_line_end_and_blank_line(bytes, end))
}

/// The length of `bytes` through the line end at `end` and a blank line after it.
pub(crate) fn after_line_end_and_blank_line(bytes: &[u8], line_end: usize) -> usize {
    let more = bytes.get(line_end..).unwrap_or_default().iter().take(4);
    line_end.saturating_add(more.take_while(|byte| matches!(byte, b'\n' | b'\r')).count())
}
