//! Fields: what a complete line does to the event being assembled.
//!
//! Knows: the field names, how data is joined, and the lenient forms of what is no field. Must not know: where lines end.

use super::{Data, Sse, Step};
use crate::dialect::{self, Quirk, Tolerance};
use crate::frame::lenient;
use crate::record::Span;

impl Sse {
    /// Rules 3 and 4.
    pub(super) fn process_field_or_lenient_line(
        &mut self,
        bytes: &[u8],
        end: usize,
        next: usize,
        tolerance: &mut Tolerance,
    ) -> Option<Step> {
        let start = self.line;
        let line = bytes.get(start..end).unwrap_or_default();
        let colon = match line {
            [b'd', b'a', b't', b'a', b':', ..] => 4,
            _ => memchr::memchr(b':', line).unwrap_or(line.len()),
        };
        let after = start.saturating_add(colon).saturating_add(1).min(end);
        let value =
            if bytes.get(after) == Some(&b' ') && after < end { after.saturating_add(1) } else { after };
        let span = Span::new(value, end);
        match line.get(..colon).unwrap_or_default() {
            b"data" => return self.add_data_line_or_end_event_before(bytes, span, next, tolerance),
            b"event" => {
                self.note_next_event_start_if_complete(bytes, tolerance);
                self.name = span;
            }
            b"id" => {
                self.note_next_event_start_if_complete(bytes, tolerance);
                if memchr::memchr(0, span.of(bytes)).is_none() {
                    self.id = Some(span);
                }
            }
            b"retry" => {
                self.note_next_event_start_if_complete(bytes, tolerance);
                let digits = span.of(bytes);
                if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
                    self.retry = Some(saturating_integer(digits));
                }
            }
            b"error" if tolerance.allows(Quirk::ErrorField) => {
                if self.has_data() {
                    return Some(self.take_pending_event_as_not_plain(start));
                }
                tolerance.note_if_allowed(Quirk::ErrorField);
                self.error = true;
                self.append_data(bytes, span);
            }
            _ => return self.process_lenient_line_or_drop(bytes, Span::new(start, end), next, tolerance),
        }
        None
    }

    /// A field after complete data is the next event's, if no blank line comes before that event's data.
    fn note_next_event_start_if_complete(&mut self, bytes: &[u8], tolerance: &Tolerance) {
        if self.next_event_start.is_none()
            && self.has_data()
            && tolerance.allows(Quirk::NoBlankLine)
            && self.data_is_complete(bytes)
        {
            self.next_event_start = Some((self.line, self.name));
        }
    }

    fn add_data_line_or_end_event_before(
        &mut self,
        bytes: &[u8],
        value: Span,
        next: usize,
        tolerance: &mut Tolerance,
    ) -> Option<Step> {
        let value = if self.has_data() {
            self.strip_prefixes_if_pending_had_them(bytes, value, tolerance)
        } else {
            value
        };
        if tolerance.allows(Quirk::NoBlankLine) {
            if self.has_data() && self.begins_anew(bytes, value.of(bytes)) {
                tolerance.note_if_allowed(Quirk::NoBlankLine);
                if matches!(self.data, Data::One(_)) {
                    self.set_early_and_note_change(true);
                }
                return Some(self.end_event_before_next_start());
            }
            self.append_data(bytes, value);
            if self.lenient.early && self.data_is_complete(bytes) {
                return Some(self.take_pending_event(next));
            }
        } else {
            self.append_data(bytes, value);
        }
        None
    }

    /// A further data line of an event that was framed before, as its first line shows: without that framing.
    #[cold]
    fn strip_prefixes_if_pending_had_them(
        &mut self,
        bytes: &[u8],
        value: Span,
        tolerance: &Tolerance,
    ) -> Span {
        if !tolerance.allows(Quirk::DoubledPrefix) || self.name_says_text(bytes) {
            return value;
        }
        let pending = Self::pending_data(self.data, &self.data_buffer, bytes);
        if !self.lenient.has_doubled_prefix(pending) {
            return value;
        }
        let (range, prefixes) = (value.range(), lenient::prefixes_length(value.of(bytes)));
        Span::new(range.start.saturating_add(prefixes), range.end)
    }

    /// The pending event ends before the current line, which is of the next; so are fields that came after complete data.
    fn end_event_before_next_start(&mut self) -> Step {
        let (end, name) = self.next_event_start.unwrap_or((self.line, self.name));
        self.name = name;
        self.take_pending_event_as_not_plain(end)
    }

    /// A line that is no field: one of the lenient forms, or nothing.
    fn process_lenient_line_or_drop(
        &mut self,
        bytes: &[u8],
        line: Span,
        next: usize,
        tolerance: &mut Tolerance,
    ) -> Option<Step> {
        let pending = self.has_data();
        let open = pending
            && self.is_data_unfinished_json(bytes)
            && !self.cannot_continue_with(bytes, line.of(bytes));
        match lenient::line_kind(line.of(bytes), pending, open) {
            lenient::Line::Done if tolerance.allows(Quirk::BareDone) => {
                if pending {
                    return Some(self.end_event_before_next_start());
                }
                tolerance.note_if_allowed(Quirk::BareDone);
                self.append_data(bytes, line);
                Some(self.take_pending_event(next))
            }
            lenient::Line::Blank if tolerance.note_if_allowed(Quirk::BlankSeparator) => {
                Some(self.dispatch(next))
            }
            lenient::Line::Continuation if tolerance.note_if_allowed(Quirk::BareContinuation) => {
                self.append_data(bytes, line);
                None
            }
            lenient::Line::Json if tolerance.allows(Quirk::BareJsonLine) => {
                if pending {
                    return Some(self.end_event_before_next_start());
                }
                tolerance.note_if_allowed(Quirk::BareJsonLine);
                self.append_data(bytes, line);
                None
            }
            _ => Some(self.drop_line(self.line, next, false)),
        }
    }

    fn append_data(&mut self, bytes: &[u8], value: Span) {
        match self.data {
            Data::None => {
                self.data = Data::One(value);
                return;
            }
            Data::One(first) => {
                self.data_buffer.clear();
                self.data_buffer.extend_from_slice(first.of(bytes));
                self.data = Data::Joined;
            }
            Data::Joined => {}
        }
        self.data_buffer.push(b'\n');
        self.data_buffer.extend_from_slice(value.of(bytes));
    }

    pub(super) fn has_data(&self) -> bool {
        self.data != Data::None
    }

    fn pending_data<'a>(data: Data, data_buffer: &'a [u8], bytes: &'a [u8]) -> &'a [u8] {
        match data {
            Data::None => &[],
            Data::One(span) => span.of(bytes),
            Data::Joined => data_buffer,
        }
    }

    /// The event's name says that its data is text: that is never complete before its blank line, nor a part of JSON.
    fn name_says_text(&self, bytes: &[u8]) -> bool {
        // A name that came after the data is the next event's.
        let name = self.next_event_start.map_or(self.name, |(_, name)| name);
        name.of(bytes) == dialect::TEXT_EVENT.as_bytes()
    }

    fn data_is_complete(&mut self, bytes: &[u8]) -> bool {
        !self.name_says_text(bytes)
            && self.lenient.has_whole_value_or_marker(Self::pending_data(self.data, &self.data_buffer, bytes))
    }

    pub(super) fn is_data_unfinished_json(&mut self, bytes: &[u8]) -> bool {
        !self.name_says_text(bytes)
            && self.lenient.scan_is_open(Self::pending_data(self.data, &self.data_buffer, bytes))
    }

    /// A further data line, of this value, begins a new event: the pending one is complete, or no JSON goes on so.
    fn begins_anew(&mut self, bytes: &[u8], value: &[u8]) -> bool {
        self.error || self.data_is_complete(bytes) || self.cannot_continue_with(bytes, value)
    }

    fn cannot_continue_with(&mut self, bytes: &[u8], value: &[u8]) -> bool {
        let pending = Self::pending_data(self.data, &self.data_buffer, bytes);
        !self.name_says_text(bytes) && self.lenient.cannot_continue_with(pending, value)
    }

    pub(super) fn is_one_unfinished_value(&mut self, bytes: &[u8]) -> bool {
        !self.name_says_text(bytes)
            && self.lenient.is_one_unfinished_value(Self::pending_data(self.data, &self.data_buffer, bytes))
    }
}

/// Whether a line that begins with `start` may be a field of a known name.
pub(super) fn may_be_named_field(start: &[u8], error: bool) -> bool {
    let names: [&[u8]; 5] = [b"data", b"event", b"id", b"retry", b"error"];
    let known = if error { names.as_slice() } else { names.get(..4).unwrap_or_default() };
    known.iter().any(|name| match start.strip_prefix(*name) {
        Some(rest) => matches!(rest.first(), None | Some(b':')),
        None => name.starts_with(start),
    })
}

fn saturating_integer(digits: &[u8]) -> u64 {
    digits
        .iter()
        .fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0'))))
}
