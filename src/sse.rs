//! A strict framer for any event stream (WHATWG HTML 9.2.6), with nothing about LLMs in it.
//!
//! Knows: the frame room without its leniencies, and what must be kept between events: the last event ID. Must not know: JSON,
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

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use crate::dialect::{Quirks, Tolerance};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::feeder::{Feeder, Move, Place};
use crate::frame::{Data, Event, Frames};
use crate::keep;
use crate::options::{Framing, Limits};

/// One dispatched event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Frame<'f> {
    /// The event type; `message` where the stream named none.
    pub event: &'f str,
    /// The data: the `data` lines' values joined by line feeds.
    pub data: &'f str,
    /// The last event ID at dispatch.
    pub id: &'f str,
    /// The event's own lines as they came, up to the byte that ended it (a CR ends a line at once, so an LF that follows
    /// the last CR is not part of it). Comments and fields of unknown name are not its own. Framed again they are this event.
    pub raw: &'f [u8],
}

/// Cuts an event stream into events, strictly by the specification; fed by pulling, like [`crate::Decoder`].
///
/// Lines may end in LF, CR or CR LF and be cut anywhere; a leading byte-order mark is dropped; invalid UTF-8 is replaced as
/// the Encoding Standard decodes; what is pending at the end is discarded. Memory is bounded by
/// [`Limits::event_bytes`], `id_bytes` and `event_name_bytes`; between events at most 64 KiB a buffer are kept.
///
/// ```
/// use deltaic::{Limits, sse::Framer};
///
/// // Goes on after an earlier connection, whose last event ID was 41.
/// let framer = Framer::new().limits(Limits::default()).last_event_id("41");
/// # drop(framer);
/// ```
#[derive(Clone)]
pub struct Framer {
    limits: Limits,
    frames: Frames,
    feeder: Feeder,
    tolerance: Tolerance,
    finished: bool,
    /// The last event ID string.
    id: String,
    /// Data that was no UTF-8, decoded: until the next call.
    data: String,
    /// An event type that was none, decoded: until the next call.
    name: String,
}

/// Lengths only: the strings are the stream's.
impl fmt::Debug for Framer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Framer")
            .field("limits", &self.limits)
            .field("position", &self.feeder.offset)
            .field("carried", &self.feeder.carry.len())
            .field("id_bytes", &self.id.len())
            .field("retry", &self.retry())
            .field("finished", &self.finished)
            .finish_non_exhaustive()
    }
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
        let limits = Limits::default();
        Self {
            frames: Frames::new(Framing::Sse, limits.event_bytes()),
            limits,
            feeder: Feeder::default(),
            tolerance: Tolerance::new(Quirks::NONE),
            finished: false,
            id: String::new(),
            data: String::new(),
            name: String::new(),
        }
    }

    /// With these limits. To be said before the first byte.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        let frames = Frames::new(Framing::Sse, limits.event_bytes());
        Self { limits, frames, ..self }
    }

    /// Goes on after an earlier connection, whose last event ID was `id`.
    #[must_use]
    pub fn last_event_id(self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self }
    }

    /// The last event ID string: what a reconnection would send.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The reconnection time in milliseconds, once the stream set one; a value past 64 bits counts as the largest.
    #[must_use]
    pub fn retry(&self) -> Option<u64> {
        self.frames.retry()
    }

    /// No more bytes will come: what is pending is discarded, as the specification says; bytes fed later are ignored.
    pub fn finish(&mut self) {
        self.finished = true;
        self.feeder.carry.clear_and_shrink();
        self.frames.discard_event_and_its_id();
        self.clear_decoded_and_shrink_buffers();
    }

    /// As new; keeps limits and modest allocations, forgets the last event ID.
    pub fn reset(&mut self) {
        self.frames.reset();
        self.feeder.reset();
        self.finished = false;
        keep::clear_and_shrink_string(&mut self.id, keep::BYTES);
        self.clear_decoded_and_shrink_buffers();
    }

    /// Gives back what one big event took, once it is told.
    fn clear_decoded_and_shrink_buffers(&mut self) {
        self.feeder.carry.clear_and_shrink_if_swollen();
        self.frames.free_data_buffer_if_swollen();
        keep::clear_and_shrink_string(&mut self.data, keep::BYTES);
        keep::clear_and_shrink_string(&mut self.name, keep::BYTES);
    }

    /// Bytes that its buffers hold on to.
    #[cfg(test)]
    pub(crate) fn kept_buffer_capacity(&self) -> usize {
        let strings = [&self.id, &self.data, &self.name].map(String::capacity);
        let buffers = [self.feeder.carry.kept(), self.frames.kept()];
        buffers.into_iter().chain(strings).sum()
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
        let found = self.next_event(bytes, &mut used);
        *input = bytes.get(used..).unwrap_or_default();
        let Some((place, event)) = found? else { return Ok(None) };
        let raw = self.feeder.framed_bytes(bytes, place, event.end);
        let name = event.name.of(raw);
        let event_type = if name.is_empty() { b"message" } else { name };
        Ok(Some(Frame {
            event: core::str::from_utf8(event_type).unwrap_or(&self.name),
            data: core::str::from_utf8(self.data_of(raw, event)).unwrap_or(&self.data),
            id: &self.id,
            raw,
        }))
    }

    /// Goes on to the next event. It is past already, but its bytes are still there.
    fn next_event(&mut self, input: &[u8], used: &mut usize) -> Result<Option<(Place, Event)>, Error> {
        self.clear_decoded_and_shrink_buffers();
        if self.finished {
            *used = input.len();
            return Ok(None);
        }
        loop {
            let Self { frames, tolerance, .. } = self;
            let at = self.feeder.offset;
            let limit = self.limits.event_bytes();
            match self.feeder.next_move(input, used, limit, &mut |bytes| frames.step(bytes, tolerance)) {
                Move::NeedInput => return Ok(None),
                // Nothing is left in place: no input is left early here.
                Move::Again | Move::Left { .. } | Move::Dropped { length: 0, .. } => {}
                Move::Dropped { place, length, .. } => {
                    // The lines before a blank one may have set the id.
                    if !self.keep_id_unless_too_long(input, place, length) {
                        return Err(Error::new(ErrorKind::Limit(LimitKind::IdBytes), at));
                    }
                }
                Move::Over { length } => {
                    return Err(Error::new(
                        ErrorKind::Limit(LimitKind::EventBytes),
                        self.feeder.advance_past_framed_returning_start(length),
                    ));
                }
                // Lines have no checksums.
                Move::Bad { .. } => {}
                Move::Event { place, event } => {
                    let at = self.feeder.advance_past_framed_returning_start(event.end);
                    return self
                        .limit_name_and_id_then_decode(input, place, event)
                        .map(Some)
                        .map_err(|limit| Error::new(ErrorKind::Limit(limit), at));
                }
            }
        }
    }

    /// Asks the limits, and decodes what is no UTF-8.
    fn limit_name_and_id_then_decode(
        &mut self,
        input: &[u8],
        place: Place,
        event: Event,
    ) -> Result<(Place, Event), LimitKind> {
        let kept = self.keep_id_unless_too_long(input, place, event.end);
        if event.name.range().len() > self.limits.event_name_bytes() {
            return Err(LimitKind::EventNameBytes);
        }
        if !kept {
            return Err(LimitKind::IdBytes);
        }
        let raw = self.feeder.framed_bytes(input, place, event.end);
        let name = lossy_if_invalid(event.name.of(raw));
        let data = lossy_if_invalid(self.data_of(raw, event));
        let torn = place == Place::Carry && raw.ends_with(b"\r\n");
        self.name = name.unwrap_or_else(|| core::mem::take(&mut self.name));
        self.data = data.unwrap_or_else(|| core::mem::take(&mut self.data));
        if torn {
            // A line was dropped from between a CR and the LF that is a blank line: together they would be one line end.
            self.feeder.carry.append_to_read(b'\n');
        }
        Ok((place, Event { end: event.end.saturating_add(usize::from(torn)), ..event }))
    }

    fn data_of<'f>(&'f self, raw: &'f [u8], event: Event) -> &'f [u8] {
        match event.data {
            Data::One(span) => span.of(raw),
            Data::Joined => self.frames.data_buffer(),
            Data::None => &[],
        }
    }

    /// Makes the `id` field of what was framed the last event ID; `false` if it is too long.
    fn keep_id_unless_too_long(&mut self, input: &[u8], place: Place, length: usize) -> bool {
        let Some(span) = self.frames.take_id() else { return true };
        let new = span.of(self.feeder.framed_bytes(input, place, length));
        if new.len() > self.limits.id_bytes() {
            return false;
        }
        self.id.clear();
        self.id.push_str(&String::from_utf8_lossy(new));
        true
    }
}

/// Bytes that are no UTF-8, as the Encoding Standard decodes them.
fn lossy_if_invalid(bytes: &[u8]) -> Option<String> {
    core::str::from_utf8(bytes).is_err().then(|| String::from_utf8_lossy(bytes).into_owned())
}
