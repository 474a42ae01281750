//! The lenient forms of event streams: what a line that is no field may be, and when pending data is complete.
//!
//! Knows: JSON nesting, the dialect's end markers. Must not know: fields, what JSON means.
//!
//! None of this runs on a conforming stream of one `data` line an event: it is asked about pending data only when a
//! line arrives that the strict rules would join or ignore.

use crate::dialect::done_marker_ordinal;
use crate::dialect::{Quirk, Tolerance};
use crate::lex::nest::Nest;

/// What is known of the pending data. Where an event ends is decided from this for each event anew; `early` changes only
/// when it is told.
///
/// Invariant: `nested` bytes of the data are seen, and `nest` is the state of the last document in them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pending {
    /// Complete data is an event at its line's end already. Set when an event ended without a blank line, for else each would
    /// wait for the next; off again with the next blank line.
    pub(super) early: bool,
    nest: Nest,
    /// How much of the pending data `nest` has seen.
    nested: usize,
    /// A document ended in what was seen.
    ended: bool,
    /// What follows that document begins no other.
    trailing: bool,
    /// It begins with the prefix of data that was framed before ([`Quirk::DoubledPrefix`]).
    doubled_prefix: bool,
}

impl Pending {
    /// A new event.
    pub(super) fn reset_for_event(&mut self) {
        *self = Self { early: self.early, ..Self::default() };
    }

    /// Goes on through the documents. Cost: each byte once.
    fn scan_documents(&mut self, data: &[u8]) {
        while let Some(rest @ [_, ..]) = data.get(self.nested..) {
            let prefixes = if self.nest.is_before() { prefixes_length(rest) } else { 0 };
            self.doubled_prefix |= prefixes > 0;
            let seen = match prefixes {
                1.. => Some(prefixes),
                0 if self.nest.is_closed() => self.begin_next_document_or_note_trailing(rest),
                0 => self.nest.scan_to_closing_bracket(rest),
            };
            self.ended |= self.nest.is_closed();
            self.nested = seen.map_or(data.len(), |seen| self.nested.saturating_add(seen));
        }
    }

    /// After a document: another begins with a brace, after white space or `data:`.
    fn begin_next_document_or_note_trailing(&mut self, rest: &[u8]) -> Option<usize> {
        let separates = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'd' | b'a' | b't' | b':');
        let at = rest.iter().position(|byte| !separates(byte))?;
        self.trailing |= rest.get(at) != Some(&b'{');
        if self.trailing {
            return None;
        }
        self.nest = Nest::default();
        Some(at)
    }

    /// The data begins with the prefix of data that was framed before.
    pub(super) fn has_doubled_prefix(&mut self, data: &[u8]) -> bool {
        self.scan_documents(data);
        self.doubled_prefix
    }

    /// The data is complete JSON values (whatever follows them) or an end marker.
    pub(super) fn has_whole_value_or_marker(&mut self, data: &[u8]) -> bool {
        self.scan_documents(data);
        // A marker with much white space around it is none: looking for one must not cost more than its line.
        self.nest.is_closed()
            || (data.len() <= 32 && done_marker_ordinal(without_prefixes(data).trim_ascii()).is_some())
    }

    /// A line of this value cannot be more of the data: the data was cut off, or it is no JSON. An end marker is never more of
    /// it, and an object is not where no object can begin.
    pub(super) fn cannot_continue_with(&mut self, data: &[u8], value: &[u8]) -> bool {
        let value = without_prefixes(value);
        let other = match self.scan_is_open(data) {
            true => !self.nest.may_open_bracket_or_is_not_json(false),
            false => self.nest.is_other(),
        };
        let is_done = done_marker_ordinal(value.trim_ascii()).is_some();
        is_done && (other || self.nest.is_open()) || other && value.first() == Some(&b'{')
    }

    /// The data ends within a JSON value.
    pub(super) fn scan_is_open(&mut self, data: &[u8]) -> bool {
        self.scan_documents(data);
        self.nest.is_open()
    }

    /// The data is the beginning of a JSON value and no more.
    pub(super) fn is_one_unfinished_value(&mut self, data: &[u8]) -> bool {
        self.scan_is_open(data) && !self.ended
    }
}

/// How long the prefixes are with which data begins that was framed before ([`Quirk::DoubledPrefix`]).
pub(super) fn prefixes_length(data: &[u8]) -> usize {
    let mut rest = data;
    loop {
        let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        match rest.get(space..).and_then(|after| after.strip_prefix(b"data:")) {
            Some(after) => rest = after,
            None => return data.len().saturating_sub(rest.len()),
        }
    }
}

/// Data without them.
fn without_prefixes(data: &[u8]) -> &[u8] {
    data.get(prefixes_length(data)..).unwrap_or_default()
}

/// What a line that is no field is.
pub(super) enum Line {
    /// An end marker.
    Done,
    /// White space that separates events.
    Blank,
    /// More of the pending value.
    Continuation,
    /// A JSON object of its own.
    Json,
    /// Nothing.
    Nothing,
}

pub(super) fn line_kind(line: &[u8], pending: bool, open: bool) -> Line {
    let text = line.trim_ascii();
    if text == MARKER && line.first() == MARKER.first() {
        Line::Done
    } else if open {
        Line::Continuation
    } else if text.is_empty() && pending {
        Line::Blank
    } else if begins_json(line) {
        Line::Json
    } else {
        Line::Nothing
    }
}

/// The one end marker that may stand on a line of its own.
const MARKER: &[u8] = b"[DONE]";

/// Whether a line that is no field and begins with `start` may be one of the lenient forms.
pub(super) fn may_begin_lenient_line(start: &[u8], pending: bool, open: bool, tolerance: &Tolerance) -> bool {
    if MARKER.starts_with(start) || start.starts_with(MARKER) {
        let may_begin_json = start == b"[" && tolerance.allows(Quirk::BareJsonLine);
        return may_begin_json
            || tolerance.allows(Quirk::BareDone)
            || open && tolerance.allows(Quirk::BareContinuation);
    }
    if open {
        return tolerance.allows(Quirk::BareContinuation);
    }
    if start.iter().all(u8::is_ascii_whitespace) {
        return pending && tolerance.allows(Quirk::BlankSeparator);
    }
    begins_json(start) && tolerance.allows(Quirk::BareJsonLine)
}

/// Whether a line begins with an object, or an array of them: no field's name does.
fn begins_json(line: &[u8]) -> bool {
    matches!(line, [b'{', ..] | [b'[', b'{', ..])
}
