//! Events of which the name says what their data is: text, an error, the end.
//!
//! Knows: the dialect's names, and the wires' of which there is more to say. Must not know: any document's members.

use super::cursor::Scratch;
use super::envelope::Envelope;
use super::payload::{self, Segment};
use super::{Ahead, Event, Next, Parser, event_name_or_message, wire};
use crate::dialect::{self, Quirk, Tolerance};
use crate::error::{ErrorKind, LimitKind};
use crate::options::Wire;
use crate::record::{Record, Str};

impl Parser {
    /// Whether the event's data is text, if events of its name are on `wire`: it is the stream's, or none is settled on and the
    /// data is no document of another.
    #[inline(never)] // Rare: kept out of the code that every event runs through.
    pub(super) fn is_text_unless_on_another_wire(
        &mut self,
        text_wire: Wire,
        event: &Event<'_>,
        scratch: &mut Scratch,
        tolerance: &mut Tolerance,
    ) -> bool {
        let at = payload::skip_space(event.payload, 0);
        if self.wire.is_some() || event.payload.get(at) != Some(&b'{') {
            return self.wire.is_none_or(|settled| settled == text_wire);
        }
        let (seen, length) = (tolerance.seen, scratch.length());
        let _ = self.state_document_at(event, at, scratch, tolerance);
        tolerance.seen = seen;
        scratch.truncate(length);
        self.records.begin_event();
        self.wire.take().is_none()
    }

    /// The payload is a piece of the answer.
    #[inline(never)] // Rare: kept out of the code that every event runs through.
    pub(super) fn state_output(&mut self, event: &Event<'_>) -> Result<Next, ErrorKind> {
        self.records.begin_document_keeping_fact_count();
        self.records.push(Record::Choice { index: 0 })?;
        if !event.payload.is_empty() {
            self.records.push(Record::Text(Str::payload(0, event.payload.len())))?;
        }
        self.ahead = Ahead::Segment(Segment::End);
        Ok(Next::Records)
    }

    /// An event whose name says what it is: an error, something printed, or the end.
    #[inline(never)] // Rare: kept out of the code that every event runs through.
    pub(super) fn state_if_error_log_or_end(
        &mut self,
        event: &Event<'_>,
        scratch: &mut Scratch,
        tolerance: &mut Tolerance,
    ) -> Result<Option<Next>, ErrorKind> {
        if event.context.name.len() > self.options.name_limit {
            return Err(ErrorKind::Limit(LimitKind::EventNameBytes));
        }
        let named_error = event.context.name == dialect::ERROR_EVENT.as_bytes();
        // On chat events have no names.
        let is_native = self.wire.is_some_and(|wire| wire != Wire::Chat);
        if event.context.is_error
            || named_error && (is_native || tolerance.note_if_allowed(Quirk::ErrorEvent))
        {
            return self.state_error_event_or_exception(event, scratch, tolerance).map(Some);
        }
        if event.context.name == dialect::LOG_EVENT.as_bytes() && !begins_object(event.payload) {
            let name = event_name_or_message(event.context.name, scratch);
            let json = Str::payload(0, event.payload.len());
            return self.state_record_and_end_event(Record::Unknown { name, json }).map(Some);
        }
        let is_own_end = self.wire.is_some_and(|wire| wire::is_own_end(wire, event.context.name));
        let is_done_marker = dialect::done_marker_ordinal(event.payload.trim_ascii()).is_some();
        match payload::end_event_name_unless_json_data(event.payload, event.context.name) {
            // The wire has its own word for the end: the data says it.
            Some(_) if is_own_end && begins_object(event.payload) || is_native && is_done_marker => Ok(None),
            Some(_) if is_own_end => self.state_end_without_word().map(Some),
            Some(marker) if tolerance.note_if_allowed(Quirk::NamedEnd) => {
                self.state_record_and_end_event(Record::Done { marker }).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// States the end that the event's name says by itself, on the wire whose own it is.
    fn state_end_without_word(&mut self) -> Result<Next, ErrorKind> {
        self.records.begin_document_keeping_fact_count();
        wire::push_end_without_word(&mut self.records)?;
        self.ahead = Ahead::Segment(Segment::End);
        Ok(Next::Records)
    }

    /// Data that is an error whatever it says.
    fn state_error_event_or_exception(
        &mut self,
        event: &Event<'_>,
        scratch: &mut Scratch,
        tolerance: &mut Tolerance,
    ) -> Result<Next, ErrorKind> {
        if event.context.envelope == Envelope::Message {
            return self.state_exception_from_object_or_words(event, scratch, tolerance);
        }
        let at = payload::skip_space(event.payload, 0);
        let (settled, seen, length) = (self.wire, tolerance.seen, scratch.length());
        let is_error = |record: &Record| matches!(record, Record::Error { .. });
        if event.payload.get(at) == Some(&b'{')
            && let Ok(end) = self.state_document_at(event, at, scratch, tolerance)
            && self.records.head().iter().any(is_error)
        {
            self.fill_in_errors_and_unknowns_if_any(event, (at, end), scratch);
            self.ahead = Ahead::Segment(Segment::End);
            return Ok(Next::Records);
        }
        // It was only looked at: an error decides no wire, whatever its data looks like.
        (self.wire, tolerance.seen) = (settled, seen);
        scratch.truncate(length);
        self.records.begin_event();
        self.state_payload_as_error_message(event)
    }

    /// The payload is the peer's complaint in so many words.
    pub(super) fn state_payload_as_error_message(&mut self, event: &Event<'_>) -> Result<Next, ErrorKind> {
        let message = Str::payload(0, event.payload.len());
        self.state_record_and_end_event(Record::Error {
            code: Str::NONE,
            kind: Str::NONE,
            message,
            json: message,
        })
    }
}

fn begins_object(payload: &[u8]) -> bool {
    payload.trim_ascii_start().starts_with(b"{")
}
