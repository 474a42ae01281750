//! Events cut out of bytes: recognizes the framing, then steps through an event stream, JSON, or AWS messages.
//!
//! Knows: the WHATWG event stream format (strict, in [`sse`]); beside it JSON lines, JSON arrays and bare JSON
//! ([`json`]), AWS event stream messages ([`eventstream`]), and the lenient forms of event streams ([`lenient`]), which know
//! JSON nesting and string state and the dialect's end-marker bytes. Must not know: what JSON means, providers.
//!
//! The room is handed the bytes from an event's first byte on and answers with the caller's next move ([`Step`]). It
//! keeps offsets, never bytes (but for data joined from several lines), so the bytes may move from the caller's input
//! to the carry between two steps.

pub(crate) mod eventstream;
mod json;
mod lenient;
pub(crate) mod sse;

use alloc::vec::Vec;

use crate::dialect::{Quirk, Tolerance};
use crate::options::Framing;
use crate::record::Span;
use eventstream::{EventStream, Fault, Recognition};

/// The caller's next move. Offsets count from the first byte handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Keep the bytes, bring more: a line.
    More,
    /// Keep the bytes, bring more: before this many nothing new can be said. For formats that know no lines.
    Missing { bytes: usize },
    /// These bytes carry nothing: drop them and step again. `comment`: a comment line ended here.
    Drop { from: usize, to: usize, comment: bool },
    /// An event ends at `end`.
    Event(Event),
    /// The event is over the limit: drop everything up to `to` and step again; the rest of it is skipped.
    Over { to: usize },
    /// Everything up to `to` is no event, because of a fault: drop it and step again, unless the fault is fatal.
    Bad { to: usize, fault: Fault },
}

/// One event, as ranges of the bytes handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) end: usize,
    pub(crate) data: Data,
    /// The event type; empty where none was named.
    pub(crate) name: Span,
    /// The data is an error's payload whatever it says.
    pub(crate) error: bool,
    /// One data line, nothing foreign between its lines, and its own last line ended it; or a message: the same bytes are such an
    /// event again, whatever follows them.
    pub(crate) plain: bool,
}

/// What more bytes bring to the line that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Nothing but length.
    Length,
    /// Its end, at this index of theirs.
    End(usize),
    /// That must be found out step by step.
    Unknown,
}

/// Where an event's data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Data {
    #[default]
    None,
    /// One line's value.
    One(Span),
    /// Several lines' values, joined by line feeds in [`Frames::data_buffer`].
    Joined,
}

/// How the bytes are framed, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Before the first byte that tells; `indented`: the line so far is white space.
    Start {
        framing: Framing,
        bom: bool,
        indented: bool,
    },
    Sse,
    Json,
    EventStream,
}

impl Format {
    /// Before the first byte.
    const fn aws_messages_or_start_state(framing: Framing) -> Self {
        match framing {
            Framing::EventStream => Self::EventStream,
            _ => Self::Start { framing, bom: false, indented: false },
        }
    }
}

/// The room: recognizes the framing, then steps through it.
#[derive(Clone)]
pub(crate) struct Frames {
    framing: Framing,
    format: Format,
    sse: sse::Sse,
    json: json::Json,
    messages: EventStream,
}

impl Frames {
    pub(crate) fn new(framing: Framing, limit: usize) -> Self {
        Self {
            framing,
            format: Format::aws_messages_or_start_state(framing),
            sse: sse::Sse::new(limit),
            json: json::Json::new(limit),
            messages: EventStream::new(limit),
        }
    }

    /// As new; keeps allocations.
    pub(crate) fn reset(&mut self) {
        self.format = Format::aws_messages_or_start_state(self.framing);
        self.sse.reset();
        self.json.reset();
        self.messages.reset();
    }

    /// Looks at `bytes`, which begin where the last step said, for the end of the event. Cost: no byte twice, but for
    /// the one line that shows that events end without blank lines.
    #[inline]
    pub(crate) fn step(&mut self, bytes: &[u8], tolerance: &mut Tolerance) -> Step {
        match self.format {
            Format::Sse => self.sse.step(bytes, tolerance),
            Format::Json => self.json.step(bytes),
            Format::EventStream => self.messages.step(bytes).into(),
            Format::Start { framing, bom, indented } => {
                self.step_start(bytes, Start { framing, bom, indented }, tolerance)
            }
        }
    }

    /// Takes down that these bytes, the first of an event, are the beginning of a line and no more, if so. Cost: one look at
    /// them.
    #[inline]
    pub(crate) fn begin_line_if_unended(&mut self, bytes: &[u8]) -> bool {
        self.format == Format::Sse && self.sse.begin_data_line_if_unended(bytes)
    }

    /// What `more` brings, after `length` bytes that ended in [`Step::More`]: where it can be said, the long way round can
    /// be left out. Cost: one look at the new bytes, up to a line end.
    #[inline]
    pub(crate) fn extend_line(&mut self, length: usize, more: &[u8]) -> Growth {
        self.sse.extend_line(length, more)
    }

    /// Whether that can be asked: a line of an event stream has begun that is one to keep, whatever follows.
    pub(crate) fn may_extend_line(&self) -> bool {
        self.format == Format::Sse && self.sse.kept
    }

    /// No more bytes will come: `bytes` are all that is left. `More` means that they are no event.
    pub(crate) fn finish(&mut self, bytes: &[u8], tolerance: &mut Tolerance) -> Step {
        match self.format {
            Format::Sse => self.sse.finish(bytes, tolerance),
            Format::Json => self.json.finish(bytes, tolerance),
            Format::EventStream => Step::More,
            Format::Start { .. } => {
                self.format = Format::Sse;
                self.sse.finish(bytes, tolerance)
            }
        }
    }

    /// Whether the bytes so far end where more must follow, though nothing is pending: in an array, between its elements.
    pub(crate) fn is_in_array(&self) -> bool {
        self.format == Format::Json && self.json.is_between_elements()
    }

    /// The `id` field of the event that the last step ended, or of the lines that it dropped with their blank line.
    pub(crate) fn take_id(&mut self) -> Option<Span> {
        self.sse.take_id()
    }

    /// The reconnection time in milliseconds.
    pub(crate) fn retry(&self) -> Option<u64> {
        self.sse.retry()
    }

    /// What is pending is discarded.
    pub(crate) fn discard_event_and_its_id(&mut self) {
        self.sse.discard_event_and_its_id();
    }

    /// What the caller could not drop from between an event's lines because other bytes follow.
    pub(crate) fn skip_dropped_bytes_left_in_place(&mut self, bytes: usize) {
        self.sse.skip_dropped_bytes_left_in_place(bytes);
    }

    /// How many bytes of an unfinished event came, where `held` are held: what could not be dropped from between its lines is
    /// no part of it.
    pub(crate) fn unfinished_event_bytes_without_foreign(&self, held: usize) -> usize {
        match self.format {
            Format::EventStream => self.messages.pending_bytes(held) as usize,
            Format::Sse | Format::Json | Format::Start { .. } => {
                held.saturating_sub(self.sse.foreign_bytes())
            }
        }
    }

    /// Whether its events are messages of typed headers: the name of each is its type.
    pub(crate) fn is_typed(&self) -> bool {
        self.format == Format::EventStream
    }

    /// Nobody can say where the next event begins.
    pub(crate) fn is_lost(&self) -> bool {
        self.format == Format::EventStream && self.messages.is_lost()
    }

    /// The data of an event of several lines.
    pub(crate) fn data_buffer(&self) -> &[u8] {
        &self.sse.data_buffer
    }

    /// The same, to be replaced by its decoded form.
    pub(crate) fn data_buffer_mut(&mut self) -> &mut Vec<u8> {
        &mut self.sse.data_buffer
    }

    /// Whether it has changed, since this was last asked, where the same bytes end an event: then no shape is one any more.
    #[inline]
    pub(crate) fn take_event_end_changed(&mut self) -> bool {
        core::mem::take(&mut self.sse.event_end_changed)
    }

    /// Gives back what one big event took, once its data is told.
    #[inline]
    pub(crate) fn free_data_buffer_if_swollen(&mut self) {
        self.sse.free_data_buffer_if_swollen();
    }

    /// Whether there is something to give back.
    #[inline]
    pub(crate) fn is_swollen(&self) -> bool {
        self.sse.is_swollen()
    }

    /// Bytes that its buffers hold on to.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> usize {
        self.sse.data_buffer.capacity()
    }

    /// Stands before the first byte of an event, in a framing whose events begin and end with lines, or are messages.
    #[inline]
    pub(crate) fn is_at_event_start(&self) -> bool {
        match self.format {
            Format::Sse => self.sse.is_at_event_start(),
            Format::Json => self.json.at_line(),
            Format::EventStream => self.messages.at_message(),
            Format::Start { .. } => false,
        }
    }

    /// The value of the `id` line of an event that is `raw`, if it has one. Whatever it is, the event is the same but for it.
    pub(crate) fn first_id_value(&self, raw: &[u8]) -> Option<Span> {
        if self.format == Format::Sse { sse::first_id_value(raw) } else { None }
    }

    /// Where an event of `length` bytes has what follows from its other bytes, four bytes each; in messages only.
    pub(crate) fn length_and_checksum_offsets(&self, length: usize) -> Option<[usize; 3]> {
        self.is_typed().then(|| eventstream::length_and_checksum_offsets(length))
    }

    /// Whether they are right, of bytes that are an event in all else. Cost: for a message one pass over it.
    #[inline]
    pub(crate) fn length_and_checksums_match(&self, raw: &[u8]) -> bool {
        !self.is_typed() || eventstream::length_and_checksums_match(raw)
    }

    /// What is text of an event that is `raw`: all of it, unless it is a message.
    pub(crate) fn text_of_event<'r>(&self, raw: &'r [u8]) -> &'r [u8] {
        if self.is_typed() { eventstream::payload_of(raw) } else { raw }
    }

    /// Whether events may have names in this framing.
    #[inline]
    pub(crate) fn may_name_events(&self) -> bool {
        matches!(self.format, Format::Sse)
    }

    /// Whether an event that is `raw` ends there whatever follows: with a blank line, or with its line where lines are events,
    /// or because it is a message.
    pub(crate) fn ends_event_whatever_follows(&self, raw_event: &[u8]) -> bool {
        match self.format {
            Format::Sse => self.sse.ends_event_whatever_follows(raw_event),
            Format::Json => self.json.at_line() && raw_event.ends_with(b"\n"),
            Format::EventStream => true,
            Format::Start { .. } => false,
        }
    }

    /// An event of lines that ended with `last` was taken past the framer, from where [`Frames::is_at_event_start`] held.
    #[inline]
    pub(crate) fn skip_lf_if_after_cr(&mut self, last: u8) {
        self.sse.skip_lf = last == b'\r';
    }

    /// The same, after [`Frames::extend_line`] gave the end of the event's one line.
    #[inline]
    pub(crate) fn end_carried_line(&mut self, last: u8) {
        self.sse.forget_line();
        self.skip_lf_if_after_cr(last);
    }

    /// Whether the next byte, if it is a line feed, still belongs to the event before.
    #[inline]
    pub(crate) fn may_skip_lf(&self) -> bool {
        self.sse.skip_lf
    }

    /// The first bytes: a prelude; or a byte-order mark, white space, then the byte that tells.
    #[cold]
    fn step_start(&mut self, bytes: &[u8], start: Start, tolerance: &mut Tolerance) -> Step {
        const BOM: &[u8] = b"\xEF\xBB\xBF";
        if start.framing == Framing::Auto && !start.bom {
            match eventstream::recognizes(bytes) {
                Recognition::Yes => {
                    self.format = Format::EventStream;
                    return self.step(bytes, tolerance);
                }
                Recognition::NeedMore { missing } => return Step::Missing { bytes: missing },
                Recognition::No => {}
            }
        }
        if !start.bom && bytes.len() < BOM.len() && BOM.starts_with(bytes) {
            return Step::More;
        }
        if !start.bom {
            self.format = Format::Start { framing: start.framing, bom: true, indented: false };
            if bytes.starts_with(BOM) {
                return Step::Drop { from: 0, to: BOM.len(), comment: false };
            }
        }
        if start.framing == Framing::Sse
            || !tolerance.allows(Quirk::BareJson) && start.framing == Framing::Auto
        {
            self.format = Format::Sse;
            return self.step(bytes, tolerance);
        }
        let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blank > 0 {
            let tail = bytes.get(..blank).and_then(|space| space.last());
            let indented = !matches!(tail, Some(b'\n' | b'\r'));
            self.format = Format::Start { framing: start.framing, bom: true, indented };
            return Step::Drop { from: 0, to: blank, comment: false };
        }
        self.choose_json_or_sse(bytes, start, tolerance)
    }

    /// The byte that tells.
    fn choose_json_or_sse(&mut self, bytes: &[u8], start: Start, tolerance: &mut Tolerance) -> Step {
        let shape = match start.framing {
            Framing::Ndjson => Some(json::Shape::Lines),
            Framing::JsonArray => Some(json::Shape::Array),
            Framing::Json => Some(json::Shape::Values),
            Framing::Auto | Framing::Sse | Framing::EventStream => match bytes {
                [b'{', ..] => Some(json::Shape::Undecided),
                [b'['] => return Step::More,
                [b'[', b'D' | b'd', ..] => None,
                [b'[', ..] => Some(json::Shape::Array),
                [] => return Step::More,
                _ => None,
            },
        };
        if let Some(shape) = shape {
            if start.framing == Framing::Auto {
                tolerance.note_if_allowed(Quirk::BareJson);
            }
            self.json.start_as(shape);
            self.format = Format::Json;
        } else {
            self.format = Format::Sse;
            if start.indented {
                self.sse.ignore_rest_of_line();
            }
        }
        self.step(bytes, tolerance)
    }
}

/// What the start knows so far.
#[derive(Clone, Copy)]
struct Start {
    framing: Framing,
    bom: bool,
    indented: bool,
}
