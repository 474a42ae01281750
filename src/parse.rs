//! One event's payload, stated as records, document by document.
//!
//! Knows: what a payload can be (an end marker, an error by its name, words, one document, several, a damaged one), JSON, the
//! wires. Must not know: SSE, cuts, earlier events.
//!
//! A document is visited once, by the file of its [`wire`], with the [`visitor`]'s tools over the [`cursor`] interface; two
//! sources read for it: the [`reader`], ours, strict and borrowing, and simd-json's `tape`: its twin in every test, and by a
//! feature the source for large payloads.

pub(crate) mod audio;
pub(crate) mod cursor;
mod document;
mod envelope;
mod named;
mod payload;
pub(crate) mod reader;
#[cfg(any(test, feature = "simd-json", fuzzing))]
pub(crate) mod tape;
mod visitor;
mod wire;

use alloc::string::String;

use crate::dialect::{self, Quirk, Tolerance};
use crate::error::ErrorKind;
use crate::lex;
use crate::options::{ExtrasMode, Wire};
use crate::record::{Record, Records, Str};
use cursor::Scratch;
pub(crate) use document::{TAPE_FROM, is_strict_json, state_document};
pub(crate) use envelope::{Envelope, Wrapped};
use payload::Segment;
use wire::chat::repair;

/// How to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParseOptions {
    pub(crate) depth: usize,
    pub(crate) extras: ExtrasMode,
    /// The most bytes of an event's name.
    pub(crate) name_limit: usize,
    /// Note padding, too.
    pub(crate) padding: bool,
    /// Payloads from this size on are read from simd-json's tape.
    pub(crate) tape_from: usize,
}

/// One event as the framer cut it out: UTF-8 was checked.
#[derive(Clone, Copy)]
pub(crate) struct Event<'a> {
    pub(crate) payload: &'a [u8],
    pub(crate) context: Context<'a>,
}

/// What comes with an event besides its payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The event's name; empty where it has none.
    pub(crate) name: &'a [u8],
    /// The framing says that it is an error.
    pub(crate) is_error: bool,
    pub(crate) envelope: Envelope,
    /// The framing has names for events.
    pub(crate) may_be_named: bool,
}

/// Which wire a document is read by.
pub(crate) struct Wiring<'a> {
    /// The wire that is settled on, if any.
    pub(crate) wire: &'a mut Option<Wire>,
    pub(crate) context: Context<'a>,
}

/// What a payload's next statement is to be looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ahead {
    /// The whole payload: nothing of it was looked at.
    Payload,
    /// What stands behind a document.
    Segment(Segment),
}

/// What the parser says of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// A document was stated: its records are there.
    Records,
    /// There is no more.
    End,
}

/// What became of a document of the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Document {
    /// Its records are there, all or what could be saved.
    Stated,
    /// It could not be stated; more follows it.
    SkippedAsBad,
}

/// The room: the records of the document that was stated last, and what is ahead of the payload.
///
/// Invariant: `ahead` is only of the event that was begun last.
#[derive(Debug, Clone)]
pub(crate) struct Parser {
    pub(crate) options: ParseOptions,
    pub(crate) records: Records,
    /// The wire of the stream, once it is settled on.
    wire: Option<Wire>,
    /// The wire that the options fix.
    fixed: Option<Wire>,
    ahead: Ahead,
    /// What was wrong with a document before others of the same event: one bad document costs itself, and is said at the end.
    bad: Option<ErrorKind>,
    /// Documents that the event had.
    documents: u32,
}

impl Parser {
    pub(crate) fn new(options: ParseOptions, fact_limit: usize, wire: Option<Wire>) -> Self {
        let records = Records::new(fact_limit);
        Self { options, records, wire, fixed: wire, ahead: Ahead::Payload, bad: None, documents: 0 }
    }

    /// Another stream.
    pub(crate) fn reset(&mut self) {
        self.wire = self.fixed;
    }

    /// The wire of the stream, as far as it is known.
    pub(crate) fn wire(&self) -> Option<Wire> {
        self.wire
    }

    /// A new event. `padding`: a shape may be learned from what is stated.
    pub(crate) fn begin_event(&mut self, padding: bool) {
        self.options.padding = padding;
        self.records.begin_event();
        self.ahead = Ahead::Payload;
        self.bad = None;
        self.documents = 0;
    }

    /// Whether the event was one document, and nothing besides.
    pub(crate) fn is_one_document(&self) -> bool {
        self.documents == 1
    }

    /// States the next document of the event. Cost: one pass over it.
    pub(crate) fn next_document(
        &mut self,
        event: &Event<'_>,
        scratch: &mut Scratch,
        tolerance: &mut Tolerance,
    ) -> Result<Next, ErrorKind> {
        if self.ahead == Ahead::Payload {
            // Only text has events that carry nothing.
            let is_message = event.context.envelope != Envelope::None && !event.context.is_error;
            if is_message && event.payload.is_empty() {
                return Err(ErrorKind::Json);
            }
            if let Some(wire) = wire::wire_of_text(event.context.name)
                && self.is_text_unless_on_another_wire(wire, event, scratch, tolerance)
            {
                self.wire = Some(wire);
                return self.state_output(event);
            }
            if (!event.context.name.is_empty() || event.context.is_error)
                && let Some(next) = self.state_if_error_log_or_end(event, scratch, tolerance)?
            {
                return Ok(next);
            }
            self.ahead = Ahead::Segment(
                payload::first_segment(event.payload, tolerance).map_err(ErrorKind::QuirkOff)?,
            );
        }
        while let Ahead::Segment(segment) = self.ahead {
            match segment {
                Segment::Document(at) => {
                    match self.state_or_salvage_or_skip_document(event, at, scratch, tolerance)? {
                        Document::Stated => return Ok(Next::Records),
                        Document::SkippedAsBad => {}
                    }
                }
                Segment::End => break,
                Segment::Keepalive => return self.state_record_and_end_event(Record::Keepalive),
                Segment::Done(which) => {
                    let marker = dialect::DONE.get(which).copied().unwrap_or_default();
                    return self.state_record_and_end_event(Record::Done { marker });
                }
                Segment::Text => {
                    return self.state_json_as_unknown_text_as_error(event, scratch, tolerance);
                }
            }
        }
        Ok(Next::End)
    }

    /// Whether the event is only the marker that the stream's wire sends after its own end.
    pub(crate) fn is_done_marker_allowed_after_end(&self, event: &Event<'_>) -> bool {
        self.wire.is_some_and(wire::sends_marker_after_end)
            && dialect::done_marker_ordinal(event.payload.trim_ascii()).is_some()
    }

    /// What was wrong first with the event, now that `last` ended it.
    pub(crate) fn first_error_or(&self, last: Option<ErrorKind>) -> Option<ErrorKind> {
        self.bad.or(last)
    }

    /// Whether an event has left more than `items` of anything.
    pub(crate) fn keeps_more_than(&self, items: usize) -> bool {
        self.records.keeps_more_than(items)
    }

    /// Keeps room for so many records.
    pub(crate) fn clear_and_shrink(&mut self, items: usize) {
        self.records.clear_and_shrink(items);
    }

    /// The last statement of the event is this one record.
    #[cold]
    #[inline(never)]
    fn state_record_and_end_event(&mut self, record: Record) -> Result<Next, ErrorKind> {
        self.records.begin_document_keeping_fact_count();
        self.records.push_head_within_limit(record)?;
        self.ahead = Ahead::Segment(Segment::End);
        Ok(Next::Records)
    }

    /// Text that does not begin like JSON: a scalar of no known wire, or the peer's words.
    #[cold]
    #[inline(never)]
    fn state_json_as_unknown_text_as_error(
        &mut self,
        event: &Event<'_>,
        scratch: &mut Scratch,
        tolerance: &mut Tolerance,
    ) -> Result<Next, ErrorKind> {
        if is_strict_json(event.payload, self.options.depth, scratch) {
            let json = Str::payload(0, event.payload.len());
            let name = event_name_or_message(event.context.name, scratch);
            return self.state_record_and_end_event(Record::Unknown { name, json });
        }
        if !tolerance.note_if_allowed(Quirk::PlainText) {
            return Err(ErrorKind::Json);
        }
        self.state_payload_as_error_message(event)
    }

    /// States the document at `at`, and finds out what follows it.
    fn state_or_salvage_or_skip_document(
        &mut self,
        event: &Event<'_>,
        at: usize,
        scratch: &mut Scratch,
        tolerance: &mut Tolerance,
    ) -> Result<Document, ErrorKind> {
        let end = match self.state_document_at(event, at, scratch, tolerance) {
            Ok(end) => end,
            Err(ErrorKind::Json) if tolerance.allows(Quirk::Repaired) => {
                self.salvage_document_or_fail(event, at, scratch, tolerance)?;
                return Ok(Document::Stated);
            }
            Err(kind) => {
                self.defer_bad_document_error_unless_last(event, at, kind, tolerance)?;
                return Ok(Document::SkippedAsBad);
            }
        };
        self.documents = self.documents.wrapping_add(1);
        let next = payload::segment_after_requiring_quirk_or_end_if_garbage(event.payload, end, tolerance)
            .map_err(ErrorKind::QuirkOff)?;
        self.fill_in_errors_and_unknowns_if_any(event, (at, end), scratch);
        self.ahead = Ahead::Segment(self.next_or_end_after_done(next, tolerance));
        Ok(Document::Stated)
    }

    /// What follows in the payload; nothing if what was stated ended the answer.
    fn next_or_end_after_done(&self, next: Segment, tolerance: &mut Tolerance) -> Segment {
        let is_end = |record: &Record| matches!(record, Record::Done { .. });
        if next == Segment::End || !self.records.body().iter().any(is_end) {
            return next;
        }
        tolerance.note_if_allowed(Quirk::AfterDone);
        Segment::End
    }

    /// A document that cannot be stated: the next of the payload may be; what was wrong is said at the end.
    #[cold]
    fn defer_bad_document_error_unless_last(
        &mut self,
        event: &Event<'_>,
        at: usize,
        kind: ErrorKind,
        tolerance: &mut Tolerance,
    ) -> Result<(), ErrorKind> {
        let rest = event.payload.get(at..).unwrap_or_default();
        let length = lex::nest::Nest::default().scan_to_closing_bracket(rest).ok_or(kind)?;
        match payload::segment_after_requiring_quirk_or_end_if_garbage(
            event.payload,
            at.saturating_add(length),
            tolerance,
        ) {
            Ok(next @ (Segment::Document(_) | Segment::Done(_))) => {
                self.bad = self.bad.or(Some(kind));
                self.ahead = Ahead::Segment(next);
                Ok(())
            }
            _ => Err(kind),
        }
    }

    /// A document that is no JSON: what can be saved of it.
    #[cold]
    fn salvage_document_or_fail(
        &mut self,
        event: &Event<'_>,
        at: usize,
        scratch: &mut Scratch,
        tolerance: &mut Tolerance,
    ) -> Result<(), ErrorKind> {
        self.records.begin_document_keeping_fact_count();
        if !repair::salvage(event.payload, at, &mut self.records, scratch, tolerance)? {
            return Err(ErrorKind::Json);
        }
        tolerance.note_if_allowed(Quirk::Repaired);
        self.fill_in_errors_and_unknowns_if_any(event, (at, event.payload.len()), scratch);
        self.ahead = Ahead::Segment(Segment::End);
        Ok(())
    }

    /// Errors and unknown documents get their text, `span` of the payload, and the name of their event.
    #[inline]
    fn fill_in_errors_and_unknowns_if_any(
        &mut self,
        event: &Event<'_>,
        span: (usize, usize),
        scratch: &mut Scratch,
    ) {
        let is_whole = |record: &Record| matches!(record, Record::Error { .. } | Record::Unknown { .. });
        if self.records.head().iter().any(is_whole) {
            self.fill_in_json_and_event_name(event, span, scratch);
        }
    }

    #[cold]
    fn fill_in_json_and_event_name(
        &mut self,
        event: &Event<'_>,
        span: (usize, usize),
        scratch: &mut Scratch,
    ) {
        self.records.fill_in_missing_head_json(0, Str::payload(span.0, span.1));
        let is_unknown = |record: &Record| matches!(record, Record::Unknown { .. });
        if self.records.head().iter().any(is_unknown) {
            let name = event_name_or_message(event.context.name, scratch);
            self.records.set_event_name_of_unknowns(name);
        }
    }

    #[inline]
    fn state_document_at(
        &mut self,
        event: &Event<'_>,
        at: usize,
        scratch: &mut Scratch,
        tolerance: &mut Tolerance,
    ) -> Result<usize, ErrorKind> {
        let context = event.context;
        let wiring = &mut Wiring { wire: &mut self.wire, context };
        state_document(event.payload, at, &self.options, wiring, &mut self.records, scratch, tolerance)
    }
}

/// The name of an unknown event, as a string in scratch: `message` where the stream named none.
fn event_name_or_message(name: &[u8], scratch: &mut Scratch) -> Str {
    let start = scratch.text.len();
    match name {
        b"" => scratch.text.push_str("message"),
        name => scratch.text.push_str(&String::from_utf8_lossy(name)),
    }
    Str::scratch(start, scratch.text.len())
}
