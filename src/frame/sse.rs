//! The event stream format, strictly: WHATWG HTML 9.2.6, *Interpreting an event stream*.
//!
//! Knows: lines, comments, fields, dispatch. Must not know: JSON (what it must ask about pending data, it asks
//! [`super::lenient`]).
//!
//! 1. A line ends at LF, at CR, or at CR LF. A CR ends its line at once; an LF that follows, even in the next input,
//!    is swallowed (`skip_lf`).
//! 2. A blank line dispatches the event if it has data; else what was pending is forgotten.
//! 3. A line that begins with a colon is a comment. A field's name goes up to the first colon, or is the whole line;
//!    one space after the colon is not part of the value.
//! 4. `data` lines are joined by LF; `event` names the event; `id` counts unless it holds NUL; `retry` counts if it is
//!    digits only; other names are ignored.
//! 5. What is pending at the end of the stream is discarded.
//!
//! ```text
//!   bytes    event: x\ndata: {"a":1}\ndata: {"b"
//!            ^0        ^             ^line      ^scanned: no line end between `line` and here
//! ```
//!
//! Comments and fields of unknown name are dropped as they come, not kept: `skipping` is the state between two inputs
//! that a long one needs. `resync` is the state after an event over the limit: up to the next blank line.
//!
//! To the next editor: every byte of an ignored line must lead to the same steps whether the line came whole or in
//! pieces; that is why `is_comment_or_unknown_field` looks at a line's first eight bytes only.

mod dispatch;
mod fields;

use alloc::vec::Vec;

use fields::may_be_named_field;
use memchr::memchr2;

use super::{Data, Event, Growth, Step, lenient};
use crate::dialect::{Quirk, Tolerance};
use crate::keep;
use crate::record::Span;

/// How many of a line's first bytes decide whether it can be dropped unread.
const TELLING: usize = 8;

/// How nearly every event begins.
const DATA: &[u8] = b"data:";

/// After an event over the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Resync {
    #[default]
    No,
    /// Skips to the next blank line; `fresh`: the current line is empty so far.
    ToBlank { fresh: bool },
    /// Skips to the next line end.
    ToLine,
}

/// The state of one event stream.
#[derive(Clone)]
pub(crate) struct Sse {
    limit: usize,
    /// Where the current line begins.
    line: usize,
    /// No line end between `line` and here.
    scanned: usize,
    /// A CR just ended a line: an LF here belongs to it.
    pub(super) skip_lf: bool,
    /// That line was dropped: so is its LF, also from between the event's own lines.
    lf_foreign: bool,
    /// Inside a line that is being dropped; `comment`: it is a comment.
    skipping: bool,
    comment: bool,
    /// The current line is one to keep, whatever follows.
    pub(super) kept: bool,
    resync: Resync,
    /// Bytes of dropped lines that could not be removed from between the event's own.
    foreign: usize,
    data: Data,
    /// The data of an event of several lines. Kept until the next such event, then at most [`keep::BYTES`] of it.
    pub(crate) data_buffer: Vec<u8>,
    name: Span,
    /// Where an `event` line began that came after complete data, and the name before it.
    next_event_start: Option<(usize, Span)>,
    error: bool,
    id: Option<Span>,
    retry: Option<u64>,
    lenient: lenient::Pending,
    /// `lenient.early` changed since the caller last asked.
    pub(super) event_end_changed: bool,
}

/// The value of the first `id` line that has one, of an event's bytes.
pub(super) fn first_id_value(raw: &[u8]) -> Option<Span> {
    let mut rest = raw;
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(memchr2(b'\n', b'\r', rest)?)?;
        if let Some(value) = line.strip_prefix(b"id:") {
            let value = value.strip_prefix(b" ").unwrap_or(value);
            let end = raw.len().saturating_sub(after.len());
            return Some(Span::new(end.saturating_sub(value.len()), end));
        }
        rest = after.get(1..).unwrap_or_default();
    }
    None
}

impl Sse {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            line: 0,
            scanned: 0,
            skip_lf: false,
            lf_foreign: false,
            skipping: false,
            comment: false,
            kept: false,
            resync: Resync::No,
            foreign: 0,
            data: Data::None,
            data_buffer: Vec::new(),
            name: Span::default(),
            next_event_start: None,
            error: false,
            id: None,
            retry: None,
            lenient: lenient::Pending::default(),
            event_end_changed: false,
        }
    }

    pub(crate) fn reset(&mut self) {
        let data_buffer = core::mem::take(&mut self.data_buffer);
        *self = Self { data_buffer, ..Self::new(self.limit) };
        self.free_data_buffer_if_swollen();
    }

    /// Gives back what one big event took, once its data is told. Cost: nothing unless there is much.
    #[inline]
    pub(crate) fn free_data_buffer_if_swollen(&mut self) {
        if self.is_swollen() {
            keep::clear_and_shrink_vec(&mut self.data_buffer, keep::BYTES);
        }
    }

    #[inline]
    pub(crate) fn is_swollen(&self) -> bool {
        self.data_buffer.capacity() > keep::BYTES && !matches!(self.data, Data::Joined)
    }

    /// Before an event's first byte (an LF that belongs to the event before may still come).
    #[inline]
    pub(super) fn is_at_event_start(&self) -> bool {
        self.line == 0 && !self.skipping && self.resync == Resync::No && self.data == Data::None
    }

    /// The `id` field of the event that the last step ended, or of the lines that it dropped with their blank line.
    pub(crate) fn take_id(&mut self) -> Option<Span> {
        self.id.take()
    }

    /// The reconnection time in milliseconds.
    pub(crate) fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Whether an event that is `raw` ends there whatever follows.
    pub(super) fn ends_event_whatever_follows(&self, raw: &[u8]) -> bool {
        let blank = raw.ends_with(b"\n\n") || raw.ends_with(b"\r\n\r");
        blank || (self.lenient.early && raw.ends_with(b"\n"))
    }

    #[inline]
    pub(crate) fn step(&mut self, bytes: &[u8], tolerance: &mut Tolerance) -> Step {
        match self.scan_single_data_event(bytes) {
            Some(event) => Step::Event(event),
            None => self.step_line_by_line(bytes, tolerance),
        }
    }

    /// Takes down that these bytes, the first of an event, are the beginning of a `data` line and no more, if so: what
    /// [`Sse::step`] would make of them. Else nothing changes.
    #[inline]
    pub(super) fn begin_data_line_if_unended(&mut self, bytes: &[u8]) -> bool {
        let is_plain =
            self.is_at_event_start() && !self.skip_lf && !self.lenient.early && bytes.starts_with(DATA);
        let begins = is_plain
            && (TELLING..=self.limit).contains(&bytes.len())
            && memchr2(b'\n', b'\r', bytes).is_none();
        if begins {
            (self.scanned, self.kept) = (bytes.len(), true);
        }
        begins
    }

    /// The event that nearly all are, if it is complete: one `data` line and a blank one, both ended by LF. What
    /// [`Sse::step_line_by_line`] would make of it, without going through its lines. Where it is none, what was scanned is not scanned
    /// again.
    #[inline]
    fn scan_single_data_event(&mut self, bytes: &[u8]) -> Option<Event> {
        if !self.is_at_event_start() || self.skip_lf || self.lenient.early || !bytes.starts_with(DATA) {
            return None;
        }
        let from = self.scanned.max(DATA.len());
        let Some(found) = memchr2(b'\n', b'\r', bytes.get(from..)?) else {
            self.scanned = bytes.len();
            return None;
        };
        let line_end = from.wrapping_add(found);
        self.scanned = line_end;
        let [b'\n', b'\n', ..] = bytes.get(line_end..)? else { return None };
        if line_end >= self.limit {
            return None;
        }
        let space = line_end > DATA.len() && bytes.get(DATA.len()) == Some(&b' ');
        let data = Span::new(DATA.len().wrapping_add(usize::from(space)), line_end);
        (self.scanned, self.kept) = (0, false);
        let (end, name) = (line_end.wrapping_add(2), Span::default());
        Some(Event { end, data: Data::One(data), name, error: false, plain: true })
    }

    /// Line by line, to the end of the event or of the bytes.
    fn step_line_by_line(&mut self, bytes: &[u8], tolerance: &mut Tolerance) -> Step {
        loop {
            if self.skip_lf {
                match bytes.get(self.line) {
                    None => return self.drop_or_await_unended_line(bytes, tolerance),
                    Some(b'\n') => {
                        self.skip_lf = false;
                        if self.line == 0 || self.lf_foreign {
                            return self.drop_line(self.line, self.line.wrapping_add(1), false);
                        }
                        self.line = self.line.wrapping_add(1);
                        self.scanned = self.line;
                    }
                    Some(_) => self.skip_lf = false,
                }
            }
            let from = self.scanned.max(self.line);
            let Some(found) = memchr2(b'\n', b'\r', bytes.get(from..).unwrap_or_default()) else {
                self.scanned = bytes.len();
                return self.drop_or_await_unended_line(bytes, tolerance);
            };
            let end = from.wrapping_add(found);
            self.skip_lf = bytes.get(end) == Some(&b'\r');
            if let Some(step) = self.complete_line(bytes, end, end.wrapping_add(1), tolerance) {
                return step;
            }
        }
    }

    /// The current line is not complete and there are no more bytes.
    fn drop_or_await_unended_line(&mut self, bytes: &[u8], tolerance: &Tolerance) -> Step {
        let (line, len) = (self.line, bytes.len());
        if line >= len {
            return Step::More;
        }
        if self.resync != Resync::No {
            if let Resync::ToBlank { fresh } = &mut self.resync {
                *fresh = false;
            }
            return self.drop_line(line, len, false);
        }
        let partial = bytes.get(line..).unwrap_or_default();
        if !self.skipping && self.is_comment_or_unknown_field(bytes, partial, tolerance) {
            self.skipping = true;
            self.comment = partial.first() == Some(&b':');
        }
        if self.skipping {
            return self.drop_line(line, len, false);
        }
        // Until its first bytes have told, a line may still be one that is dropped, and counts nothing.
        self.kept = partial.len() >= TELLING;
        if self.kept && len.saturating_sub(self.foreign) > self.limit {
            return self.over_and_resync(len, false);
        }
        Step::More
    }

    /// What `more` brings after `length` bytes that ended in `More`.
    #[inline]
    pub(super) fn extend_line(&mut self, length: usize, more: &[u8]) -> Growth {
        let end = match more.len() {
            0..16 => more.iter().position(|byte| matches!(byte, b'\n' | b'\r')),
            _ => memchr2(b'\n', b'\r', more),
        };
        let grown = length.saturating_add(end.unwrap_or(more.len()));
        if grown > self.limit {
            return Growth::Unknown;
        }
        if let Some(end) = end {
            return Growth::End(end);
        }
        self.scanned = grown;
        Growth::Length
    }

    /// The line that has begun, the event's first, was taken past this room.
    #[inline]
    pub(super) fn forget_line(&mut self) {
        (self.scanned, self.kept) = (0, false);
    }

    /// The line from `self.line` to `end` is complete; the next begins at `next`. `None`: go on with that.
    fn complete_line(
        &mut self,
        bytes: &[u8],
        end: usize,
        next: usize,
        tolerance: &mut Tolerance,
    ) -> Option<Step> {
        self.kept = false;
        if self.resync != Resync::No {
            return Some(self.drop_line_and_end_resync_if_due(end, next));
        }
        if self.skipping {
            self.skipping = false;
            return Some(self.drop_line(self.line, next, self.comment));
        }
        let line = bytes.get(self.line..end).unwrap_or_default();
        if line.is_empty() {
            return Some(self.dispatch(next));
        }
        if self.is_comment_or_unknown_field(bytes, line, tolerance) {
            return Some(self.drop_line(self.line, next, line.first() == Some(&b':')));
        }
        if next.saturating_sub(self.foreign) > self.limit {
            return Some(self.over_and_resync(next, true));
        }
        let step = self.process_field_or_lenient_line(bytes, end, next, tolerance);
        if step.is_none() {
            self.lf_foreign = false;
            self.line = next;
            self.scanned = next;
        }
        step
    }

    /// Whether a line that begins so carries nothing, as far as its first bytes tell.
    fn is_comment_or_unknown_field(&mut self, bytes: &[u8], line: &[u8], tolerance: &Tolerance) -> bool {
        if line.starts_with(b"data:") {
            return false;
        }
        let start = line.get(..TELLING).unwrap_or(line);
        if start.first() == Some(&b':') {
            return true;
        }
        if may_be_named_field(start, tolerance.allows(Quirk::ErrorField)) {
            return false;
        }
        let pending = self.has_data();
        let open = pending && self.is_data_unfinished_json(bytes);
        !lenient::may_begin_lenient_line(start, pending, open, tolerance)
    }

    fn drop_line_and_end_resync_if_due(&mut self, end: usize, next: usize) -> Step {
        let blank = end == self.line;
        self.resync = match self.resync {
            Resync::ToBlank { fresh: true } if blank => Resync::No,
            Resync::ToBlank { .. } => Resync::ToBlank { fresh: true },
            Resync::ToLine | Resync::No => Resync::No,
        };
        self.drop_line(self.line, next, false)
    }

    fn over_and_resync(&mut self, to: usize, line_done: bool) -> Step {
        self.clear_event_and_pending_id();
        self.kept = false;
        self.resync = match (self.lenient.early, line_done) {
            (true, true) => Resync::No,
            (true, false) => Resync::ToLine,
            (false, fresh) => Resync::ToBlank { fresh },
        };
        Step::Over { to }
    }

    /// The caller removes the bytes, so the next line begins where these did.
    fn drop_line(&mut self, from: usize, to: usize, comment: bool) -> Step {
        // What is dropped belongs to one event: so does a name before it.
        self.next_event_start = None;
        self.lf_foreign = true;
        self.line = from;
        self.scanned = from;
        Step::Drop { from, to, comment }
    }

    /// The caller could not remove the last dropped bytes.
    pub(super) fn skip_dropped_bytes_left_in_place(&mut self, bytes: usize) {
        self.line = self.line.saturating_add(bytes);
        self.scanned = self.line;
        self.foreign = self.foreign.saturating_add(bytes);
    }

    /// Bytes between the event's lines that are not its own.
    pub(super) fn foreign_bytes(&self) -> usize {
        self.foreign
    }

    /// The first line's beginning is gone: what follows of it is dropped.
    pub(super) fn ignore_rest_of_line(&mut self) {
        self.skipping = true;
        self.comment = false;
    }
}
