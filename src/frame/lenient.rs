//! The lenient forms of event streams: what a line that is no field may be, and when pending data is complete.
//!
//! Knows: JSON nesting, the dialect's end markers. Must not know: fields, what JSON means.
//!
//! None of this runs on a conforming stream of one `data` line an event: it is asked about pending data only when a
//! line arrives that the strict rules would join or ignore.

use crate::dialect::done_marker;
use crate::dialect::{Quirk, Tolerance};
use crate::lex::nest::Nest;

/// What is known of the pending data.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pending {
    /// This stream's events end with their lines: seen once, true for the rest of it.
    pub(super) by_line: bool,
    nest: Nest,
    /// How much of the pending data `nest` has seen.
    nested: usize,
}

impl Pending {
    /// A new event.
    pub(super) fn begin(&mut self) {
        self.nest = Nest::default();
        self.nested = 0;
    }

    fn scan(&mut self, data: &[u8]) {
        self.nest.scan(data.get(self.nested..).unwrap_or_default());
        self.nested = data.len();
    }

    /// The data is a complete JSON value (whatever follows it) or an end marker.
    pub(super) fn is_complete(&mut self, data: &[u8]) -> bool {
        self.scan(data);
        // A marker with much white space around it is none: looking for one must not cost more than its line.
        self.nest.is_closed() || (data.len() <= 32 && done_marker(data.trim_ascii()).is_some())
    }

    /// The data was cut off: a line of this value cannot be more of it. An end marker never is, and an object is not where
    /// no object can begin: in a string, or after anything but a bracket, a comma or a colon.
    pub(super) fn is_cut_off(&mut self, data: &[u8], value: &[u8]) -> bool {
        if done_marker(value.trim_ascii()).is_some() {
            return self.is_open(data);
        }
        if value.first() != Some(&b'{') || !self.is_open(data) {
            return false;
        }
        self.nest.in_text() || !matches!(data.trim_ascii_end().last(), Some(b'[' | b',' | b':'))
    }

    /// The data is the beginning of a JSON value.
    pub(super) fn is_open(&mut self, data: &[u8]) -> bool {
        self.scan(data);
        self.nest.is_open()
    }
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

pub(super) fn line(line: &[u8], pending: bool, open: bool) -> Line {
    let text = line.trim_ascii();
    if text == MARKER && line.first() == MARKER.first() {
        Line::Done
    } else if open {
        Line::Continuation
    } else if text.is_empty() && pending {
        Line::Blank
    } else if line.first() == Some(&b'{') {
        Line::Json
    } else {
        Line::Nothing
    }
}

/// The one end marker that may stand on a line of its own.
const MARKER: &[u8] = b"[DONE]";

/// Whether a line that is no field and begins with `start` may be one of the lenient forms.
pub(super) fn may_matter(start: &[u8], pending: bool, open: bool, tolerance: &Tolerance) -> bool {
    if MARKER.starts_with(start) || start.starts_with(MARKER) {
        return tolerance.allows(Quirk::BareDone) || open && tolerance.allows(Quirk::BareContinuation);
    }
    if open {
        return tolerance.allows(Quirk::BareContinuation);
    }
    if start.iter().all(u8::is_ascii_whitespace) {
        return pending && tolerance.allows(Quirk::BlankSeparator);
    }
    start.first() == Some(&b'{') && tolerance.allows(Quirk::BareJsonLine)
}
