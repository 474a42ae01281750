//! A strict framer for any event stream (WHATWG HTML 9.2.6), with nothing about LLMs in it.
//!
//! Knows: the frame room's strict machine, and what must be kept between events: the last event ID. Must not know: JSON,
//! chunks, quirks.
//!
//! ```
//! use deltaic::sse::Framer;
//!
//! let mut framer = Framer::new();
//! let mut input: &[u8] = b"event: add\ndata: 73857293\nid: 7\n\ndata: x\n";
//! let frame = framer.next_frame(&mut input)?.expect("one event is complete");
//! assert_eq!((frame.event, frame.data, frame.id), ("add", "73857293", "7"));
//! assert!(framer.next_frame(&mut input)?.is_none()); // the second is not
//! # Ok::<(), deltaic::Error>(())
//! ```

use crate::carry::Carry;
use crate::dialect::{Quirks, Tolerance};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::frame::{Data, Event, Step, sse::Sse};
use crate::options::Limits;
use crate::record::Span;

/// One dispatched event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<'f> {
    /// The event type; `message` where the stream named none.
    pub event: &'f str,
    /// The data: the `data` lines' values joined by line feeds.
    pub data: &'f str,
    /// The last event ID at dispatch.
    pub id: &'f str,
    /// The event's own lines as they came, up to the byte that ended it (a CR ends a line at once, so an LF that follows
    /// the last CR is not part of it). Comments and fields of unknown name are not its own.
    pub raw: &'f [u8],
}

/// Cuts an event stream into events, strictly by the specification; fed by pulling, like [`crate::Decoder`].
///
/// Lines may end in LF, CR or CR LF and be cut anywhere; a leading byte-order mark is dropped; invalid UTF-8 is replaced as
/// the Encoding Standard decodes; what is pending at the end is discarded. Memory is bounded by
/// [`Limits::event_bytes`], `id_bytes` and `event_name_bytes`.
#[derive(Debug, Clone)]
pub struct Framer {
    limits: Limits,
    lines: Sse,
    carry: Carry,
    tolerance: Tolerance,
    start: bool,
    finished: bool,
    offset: u64,
    removed: u64,
    id: String,
    data: String,
    event: String,
}

/// Where a frame's strings are.
enum Found {
    None,
    Event { event: Event, base: usize, carried: bool },
    Failed(Error),
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}

impl Framer {
    /// A framer with the default limits. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// A framer with these limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            lines: Sse::new(limits.event_bytes.min(512 << 20)),
            limits,
            carry: Carry::default(),
            tolerance: Tolerance::new(Quirks::NONE),
            start: true,
            finished: false,
            offset: 0,
            removed: 0,
            id: String::new(),
            data: String::new(),
            event: String::new(),
        }
    }

    /// A framer that goes on after an earlier connection, whose last event ID was `id`.
    #[must_use]
    pub fn with_last_event_id(id: &str) -> Self {
        Self { id: id.to_owned(), ..Self::new() }
    }

    /// The last event ID string: what a reconnection would send.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.id
    }

    /// The reconnection time in milliseconds, once the stream set one; a value past 64 bits counts as the largest.
    #[must_use]
    pub fn retry(&self) -> Option<u64> {
        self.lines.retry()
    }

    /// No more bytes will come: what is pending is discarded, as the specification says; bytes fed later are ignored.
    pub fn finish(&mut self) {
        self.finished = true;
        self.carry.clear();
    }

    /// As new; keeps limits and allocations, forgets the last event ID.
    pub fn reset(&mut self) {
        self.lines.reset();
        self.carry.clear();
        self.id.clear();
        (self.start, self.finished, self.offset, self.removed) = (true, false, 0, 0);
    }

    /// Takes bytes from the front of `input` until an event is complete. `Ok(None)`: all was taken, feed more.
    ///
    /// # Errors
    ///
    /// An event over a limit is one error; the next event is framed.
    ///
    /// # Cost
    ///
    /// Linear for every cut. Copied are events that straddle a cut and data of several lines; invalid UTF-8 and the last
    /// event ID are copied too.
    pub fn next_frame<'f, 'i: 'f>(&'f mut self, input: &mut &'i [u8]) -> Result<Option<Frame<'f>>, Error> {
        let bytes: &'i [u8] = input;
        let mut used = 0usize;
        let found = self.advance(bytes, &mut used);
        *input = bytes.get(used..).unwrap_or_default();
        match found {
            Found::None => Ok(None),
            Found::Failed(error) => Err(error),
            Found::Event { event, base, carried } => {
                let raw = match carried {
                    true => self.carry.read(event.end),
                    false => bytes.get(base..base.saturating_add(event.end)).unwrap_or_default(),
                };
                let data = match event.data {
                    Data::One(span) => span.of(raw),
                    Data::Joined => &self.lines.data_buffer,
                    Data::None => &[],
                };
                let name = event.name.of(raw);
                let event = match (name, std::str::from_utf8(name)) {
                    (b"", _) => "message",
                    (_, Ok(name)) => name,
                    (_, Err(_)) => &self.event,
                };
                let data = std::str::from_utf8(data).unwrap_or(&self.data);
                Ok(Some(Frame { event, data, id: &self.id, raw }))
            }
        }
    }

    fn advance(&mut self, bytes: &[u8], used: &mut usize) -> Found {
        loop {
            let rest = bytes.get(*used..).unwrap_or_default();
            if self.finished {
                *used = bytes.len();
                return Found::None;
            }
            let carried = !self.carry.is_empty();
            let window = if carried { self.carry.bytes() } else { rest };
            if window.is_empty() {
                return Found::None;
            }
            let step = match self.start {
                true => {
                    self.mark(window.len(), window.get(..3).unwrap_or(window) == BOM, BOM.starts_with(window))
                }
                false => self.lines.step(window, &mut self.tolerance),
            };
            match step {
                Step::More if carried => {
                    let line =
                        memchr::memchr2(b'\n', b'\r', rest).map_or(rest.len(), |end| end.saturating_add(1));
                    if line == 0 {
                        return Found::None;
                    }
                    self.carry.push(rest.get(..line).unwrap_or_default());
                    *used = used.saturating_add(line);
                }
                Step::More => {
                    self.carry.push(rest);
                    *used = bytes.len();
                    return Found::None;
                }
                Step::Drop { from, to, .. } => {
                    if let Some(error) = self.drop(rest, from, to, carried, used) {
                        return Found::Failed(error);
                    }
                }
                Step::Over { to } => {
                    let error = Error::new(ErrorKind::Limit(LimitKind::EventBytes), self.offset);
                    self.consume(to, carried, used);
                    return Found::Failed(error);
                }
                Step::Event(mut event) => {
                    let (base, offset) = (*used, self.offset);
                    let raw = if carried { self.carry.bytes() } else { rest };
                    let kept = keep(&mut self.id, self.lines.take_id(), raw, self.limits.id_bytes);
                    let long = event.name.range().len() > self.limits.event_name_bytes;
                    if std::str::from_utf8(event.name.of(raw)).is_err() {
                        self.event = String::from_utf8_lossy(event.name.of(raw)).into_owned();
                    }
                    let data = match event.data {
                        Data::One(span) => span.of(raw),
                        Data::Joined => &self.lines.data_buffer,
                        Data::None => &[],
                    };
                    if std::str::from_utf8(data).is_err() {
                        self.data = String::from_utf8_lossy(data).into_owned();
                    }
                    let torn = carried && raw.get(..event.end).is_some_and(|raw| raw.ends_with(b"\r\n"));
                    self.consume(event.end, carried, used);
                    if torn {
                        // A line was dropped from between a CR and the LF that is a blank line: together they would be one end.
                        self.carry.insert_read(b'\n');
                        event.end = event.end.saturating_add(1);
                    }
                    if !kept || long {
                        let limit = if long { LimitKind::EventNameBytes } else { LimitKind::IdBytes };
                        return Found::Failed(Error::new(ErrorKind::Limit(limit), offset));
                    }
                    return Found::Event { event, base, carried };
                }
            }
        }
    }

    /// The start of the stream: a byte-order mark is dropped.
    fn mark(&mut self, length: usize, whole: bool, partial: bool) -> Step {
        if partial && length < BOM.len() {
            return Step::More;
        }
        self.start = false;
        Step::Drop { from: 0, to: if whole { BOM.len() } else { 0 }, comment: false }
    }

    /// Bytes `from..to` carry nothing; lines before a blank one may have set the id.
    fn drop(
        &mut self,
        rest: &[u8],
        from: usize,
        to: usize,
        carried: bool,
        used: &mut usize,
    ) -> Option<Error> {
        let window = if carried { self.carry.bytes() } else { rest };
        let offset = self.offset;
        let kept = from > 0 || keep(&mut self.id, self.lines.take_id(), window, self.limits.id_bytes);
        if from == 0 {
            self.consume(to, carried, used);
        } else {
            self.removed = self.removed.saturating_add(to.saturating_sub(from) as u64);
            match carried {
                true => _ = self.carry.remove(from, to),
                false => {
                    self.carry.push(rest.get(..from).unwrap_or_default());
                    *used = used.saturating_add(to);
                }
            }
        }
        (!kept).then(|| Error::new(ErrorKind::Limit(LimitKind::IdBytes), offset))
    }

    fn consume(&mut self, to: usize, carried: bool, used: &mut usize) {
        let removed = std::mem::take(&mut self.removed);
        self.offset = self.offset.saturating_add(to as u64).saturating_add(removed);
        match carried {
            true => self.carry.consume(to),
            false => *used = used.saturating_add(to),
        }
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Makes the `id` field the last event ID; `false` if it is too long.
fn keep(last: &mut String, id: Option<Span>, bytes: &[u8], limit: usize) -> bool {
    let Some(span) = id else { return true };
    let new = span.of(bytes);
    if new.len() > limit {
        return false;
    }
    last.clear();
    last.push_str(&String::from_utf8_lossy(new));
    true
}
