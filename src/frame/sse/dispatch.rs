//! Where an event ends: dispatch, and the end of the stream.
//!
//! Knows: rules 2 and 5, and who ends an event. Must not know: lines, field names.

use super::{Data, Event, Resync, Sse, Step};
use crate::dialect::{Quirk, Tolerance};
use crate::record::Span;

impl Sse {
    /// Rule 2: a blank line.
    pub(super) fn dispatch(&mut self, next: usize) -> Step {
        self.set_early_and_note_change(false);
        if self.has_data() {
            // The LF of the last line's CR LF came after that line was measured.
            if self.line.saturating_sub(self.foreign) > self.limit {
                self.clear_event_and_pending_id();
                return Step::Over { to: next };
            }
            return self.take_pending_event(next);
        }
        // The caller may still ask for the id; the next step forgets it.
        let id = self.id;
        self.clear_event_and_pending_id();
        self.id = id;
        Step::Drop { from: 0, to: next, comment: false }
    }

    /// An event ends before `end`, where something begins that is none of its own lines: what its bytes are depended on that.
    pub(super) fn take_pending_event_as_not_plain(&mut self, end: usize) -> Step {
        match self.take_pending_event(end) {
            Step::Event(event) => Step::Event(Event { plain: false, ..event }),
            step => step,
        }
    }

    /// Whether complete data is told at its line's end. What a shape takes for an event is one in either way only.
    pub(super) fn set_early_and_note_change(&mut self, early: bool) {
        self.event_end_changed |= self.lenient.early != early;
        self.lenient.early = early;
    }

    /// The pending event ends before `end`; the id stays for the next.
    pub(super) fn take_pending_event(&mut self, end: usize) -> Step {
        let event = Event {
            end,
            data: self.data,
            name: self.name,
            error: self.error,
            plain: matches!(self.data, Data::One(_)) && self.foreign == 0,
        };
        let id = self.id;
        self.clear_event_and_pending_id();
        self.id = id;
        Step::Event(event)
    }

    /// What is pending is discarded.
    pub(crate) fn discard_event_and_its_id(&mut self) {
        self.clear_event_and_pending_id();
        self.kept = false;
    }

    /// Nothing is pending, the id neither.
    pub(super) fn clear_event_and_pending_id(&mut self) {
        self.line = 0;
        self.scanned = 0;
        self.foreign = 0;
        self.data = Data::None;
        self.name = Span::default();
        self.next_event_start = None;
        self.error = false;
        self.id = None;
        self.lenient.reset_for_event();
    }

    /// What is left when no more bytes come: rule 5, or the event it is when that is allowed.
    pub(crate) fn finish(&mut self, bytes: &[u8], tolerance: &mut Tolerance) -> Step {
        if !tolerance.allows(Quirk::UnterminatedEvent) || self.resync != Resync::No {
            return Step::More;
        }
        if !self.skipping
            && self.line < bytes.len()
            && let Some(step) = self.complete_line(bytes, bytes.len(), bytes.len(), tolerance)
        {
            return step;
        }
        if self.has_data() && (!self.is_one_unfinished_value(bytes) || tolerance.allows(Quirk::Repaired)) {
            tolerance.note_if_allowed(Quirk::UnterminatedEvent);
            return self.take_pending_event_as_not_plain(bytes.len());
        }
        Step::More
    }
}
