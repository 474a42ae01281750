//! A framer for AWS event stream messages (`application/vnd.amazon.eventstream`), with nothing about LLMs in it.
//!
//! Knows: the frame room's machine for them, and the types of headers. Must not know: JSON, what a message is about.
//!
//! The format is the *event stream encoding* that Amazon documents with its streaming services (for example
//! [Amazon Transcribe](https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html)) and
//! [Smithy](https://smithy.io/2.0/aws/amazon-eventstream.html) with its protocols: binary messages of typed headers and a
//! payload, with a checksum over the lengths and one over all.
//!
//! ```
//! use deltaic::eventstream::{Framer, HeaderValue};
//!
//! # let header = |name: &[u8], value: &[u8]| {
//! #     let length = (value.len() as u16).to_be_bytes();
//! #     [&[name.len() as u8], name, &[7], &length[..], value].concat()
//! # };
//! # let headers = [header(b":message-type", b"event"), header(b":event-type", b"tick")].concat();
//! # let lengths = [(headers.len() as u32 + 18).to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
//! # let checksum = crc32fast::hash(&lengths).to_be_bytes();
//! # let checked = [&lengths, &checksum[..], &headers, b"{}"].concat();
//! # let received = [&checked, &crc32fast::hash(&checked).to_be_bytes()[..]].concat();
//! let mut framer = Framer::new();
//! let mut input: &[u8] = &received; // what the socket gave us
//! while let Some(message) = framer.next_message(&mut input)? {
//!     assert_eq!(message.headers.event_type(), Some("tick"));
//!     assert_eq!(message.headers.get(":message-type"), Some(HeaderValue::String("event")));
//!     assert_eq!(message.payload, b"{}");
//! }
//! framer.finish();
//! assert_eq!(framer.pending(), 0); // the stream did not end within a message
//! # Ok::<(), deltaic::Error>(())
//! ```

use core::fmt;

use crate::carry::Carry;
use crate::error::{Error, ErrorKind, LimitKind};
use crate::frame::eventstream::{self as frame, EventStream, Header, HeaderType, Step};
use crate::options::Limits;

/// One message whose checksums match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Message<'f> {
    /// The headers.
    pub headers: Headers<'f>,
    /// The payload, possibly empty.
    pub payload: &'f [u8],
    /// The whole message as it came.
    pub raw: &'f [u8],
}

/// The headers of a message, in order. All of them can be read: a message with one that cannot is an error.
///
/// Cost: each of the methods reads the headers from the first on, up to the one it asks for. Where a name is repeated,
/// which the format forbids, the first counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Headers<'f> {
    bytes: &'f [u8],
}

/// The value of a header, by its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderValue<'f> {
    /// Types 0 (true) and 1 (false).
    Bool(bool),
    /// Type 2.
    Byte(i8),
    /// Type 3.
    Short(i16),
    /// Type 4.
    Integer(i32),
    /// Type 5.
    Long(i64),
    /// Type 6.
    ByteArray(&'f [u8]),
    /// Type 7.
    String(&'f str),
    /// Type 8: milliseconds since the start of 1970 in UTC.
    Timestamp(i64),
    /// Type 9, as it came.
    Uuid([u8; 16]),
}

/// The headers one by one: see [`Headers::iter`].
#[derive(Clone)]
pub struct Iter<'f> {
    rest: &'f [u8],
}

/// Cuts a stream into messages; fed by pulling, like [`crate::Decoder`].
///
/// Messages may be cut anywhere; what is said is the same under every cut. Memory is bounded by
/// [`Limits::event_bytes`], the one limit that holds here: it counts the whole message. No length that the peer claims
/// sizes anything.
#[derive(Clone)]
pub struct Framer {
    messages: EventStream,
    /// At most the message that straddles inputs: what follows it is framed where it lies.
    carry: Carry,
    /// Where the message that is awaited begins, or what is left of one that is skipped.
    offset: u64,
    fatal: Option<Error>,
    /// What was pending when the stream ended.
    finished: Option<u64>,
}

/// Where a message is: in the carry, or in the input from `base` on.
struct Found {
    message: frame::Message,
    base: usize,
    carried: bool,
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
        Self {
            messages: EventStream::new(largest(&Limits::default())),
            carry: Carry::default(),
            offset: 0,
            fatal: None,
            finished: None,
        }
    }

    /// With these limits, for messages that have not begun yet.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.messages.set_limit(largest(&limits));
        self
    }

    /// How many bytes came of a message that is not whole. After [`Framer::finish`]: how many bytes the stream ended with
    /// that are no message; 0 where it ended between two messages.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.finished.unwrap_or_else(|| self.messages.pending_bytes(self.carry.len()))
    }

    /// No more bytes will come: bytes fed later are ignored. Whether the last message was whole, [`Framer::pending`] says.
    pub fn finish(&mut self) {
        self.finished = Some(self.pending());
        self.carry.clear_and_shrink();
    }

    /// As new; keeps limits and a modest allocation.
    pub fn reset(&mut self) {
        self.messages.reset();
        self.carry.clear_and_shrink();
        (self.offset, self.fatal, self.finished) = (0, None, None);
    }

    /// Takes bytes from the front of `input` until a message is whole. `Ok(None)`: all was taken, feed more.
    ///
    /// # Errors
    ///
    /// Each has the offset of the message that it is about, and costs that message; the next one is framed:
    ///
    /// * [`ErrorKind::Limit`]: longer than [`Limits::event_bytes`]. Reported as soon as its first twelve bytes are there; the
    ///   rest is skipped as it comes and never kept.
    /// * [`ErrorKind::Checksum`]: the message's checksum does not match.
    /// * [`ErrorKind::Framing`]: its headers cannot be read.
    ///
    /// Where the checksum over the lengths does not match ([`ErrorKind::Checksum`]), or the lengths contradict each other
    /// ([`ErrorKind::Framing`]), nobody can say where the next message begins: the error is [fatal](Error::is_fatal), and
    /// every later call takes all input and returns it again until [`Framer::reset`].
    ///
    /// # Cost
    ///
    /// Linear for every cut: a checksum over each byte once, a second look at headers. Copied are messages that straddle
    /// a cut.
    pub fn next_message<'f, 'i: 'f>(
        &'f mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Message<'f>>, Error> {
        let bytes: &'i [u8] = input;
        let mut used = 0usize;
        let found = self.next_found(bytes, &mut used);
        *input = bytes.get(used..).unwrap_or_default();
        let Some(Found { message, base, carried }) = found? else { return Ok(None) };
        let raw = match carried {
            true => self.carry.last_read(message.end),
            false => bytes.get(base..base.saturating_add(message.end)).unwrap_or_default(),
        };
        let headers = Headers { bytes: message.headers.of(raw) };
        Ok(Some(Message { headers, payload: message.payload.of(raw), raw }))
    }

    /// What it holds of the heap.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.carry.kept()
    }

    fn next_found(&mut self, bytes: &[u8], used: &mut usize) -> Result<Option<Found>, Error> {
        if self.carry.is_empty() {
            // What the message before took: nobody reads it any more.
            self.carry.clear_and_shrink_if_swollen();
        }
        if self.fatal.is_some() || self.finished.is_some() {
            *used = bytes.len();
            return self.fatal.map_or(Ok(None), Err);
        }
        loop {
            let rest = bytes.get(*used..).unwrap_or_default();
            let carried = !self.carry.is_empty();
            let window = if carried { self.carry.bytes() } else { rest };
            if window.is_empty() {
                return Ok(None);
            }
            match self.messages.step(window) {
                Step::More { missing } => {
                    let more = if carried { rest.get(..missing).unwrap_or(rest) } else { rest };
                    if more.is_empty() {
                        return Ok(None);
                    }
                    self.carry.push(more);
                    *used = used.saturating_add(more.len());
                }
                Step::Drop { to } => self.consume(to, carried, used),
                Step::Over { to } => {
                    let error = Error::new(ErrorKind::Limit(LimitKind::EventBytes), self.offset);
                    self.consume(to, carried, used);
                    return Err(error);
                }
                Step::Bad { to, fault } => {
                    let error = Error::new(fault.kind(), self.offset);
                    self.consume(to, carried, used);
                    return Err(if fault.is_fatal() {
                        self.fail_for_good(error, bytes, used)
                    } else {
                        error
                    });
                }
                Step::Message(message) => {
                    let base = *used;
                    self.consume(message.end, carried, used);
                    return Ok(Some(Found { message, base, carried }));
                }
            }
        }
    }

    /// Nothing more will be framed.
    fn fail_for_good(&mut self, error: Error, bytes: &[u8], used: &mut usize) -> Error {
        *used = bytes.len();
        self.carry.clear_and_shrink();
        let error = error.fatal();
        self.fatal = Some(error);
        error
    }

    fn consume(&mut self, to: usize, carried: bool, used: &mut usize) {
        self.offset = self.offset.saturating_add(to as u64);
        match carried {
            true => self.carry.consume(to),
            false => *used = used.saturating_add(to),
        }
    }
}

/// Without a byte of the stream.
impl fmt::Debug for Framer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Framer")
            .field("messages", &self.messages)
            .field("offset", &self.offset)
            .field("pending", &self.pending())
            .field("fatal", &self.fatal)
            .finish_non_exhaustive()
    }
}

/// The longest message: ranges of it have 32 bits.
fn largest(limits: &Limits) -> usize {
    limits.event_bytes()
}

impl<'f> Headers<'f> {
    /// Names and values in order.
    #[must_use]
    pub fn iter(self) -> Iter<'f> {
        Iter { rest: self.bytes }
    }

    /// The value of the first header of this name.
    #[must_use]
    pub fn get(self, name: &str) -> Option<HeaderValue<'f>> {
        self.iter().find_map(|(known, value)| (known == name).then_some(value))
    }

    fn text(self, name: &str) -> Option<&'f str> {
        self.get(name).and_then(HeaderValue::as_str)
    }

    /// `:message-type`: `event`, `exception` or `error`.
    #[must_use]
    pub fn message_type(self) -> Option<&'f str> {
        self.text(":message-type")
    }

    /// `:event-type`: the name of an event.
    #[must_use]
    pub fn event_type(self) -> Option<&'f str> {
        self.text(":event-type")
    }

    /// `:exception-type`: the name of an exception; the payload describes it.
    #[must_use]
    pub fn exception_type(self) -> Option<&'f str> {
        self.text(":exception-type")
    }

    /// `:error-code`: the name of an error; `:error-message` describes it.
    #[must_use]
    pub fn error_code(self) -> Option<&'f str> {
        self.text(":error-code")
    }

    /// `:content-type`: the media type of the payload.
    #[must_use]
    pub fn content_type(self) -> Option<&'f str> {
        self.text(":content-type")
    }
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<'f> IntoIterator for Headers<'f> {
    type Item = (&'f str, HeaderValue<'f>);
    type IntoIter = Iter<'f>;

    fn into_iter(self) -> Iter<'f> {
        self.iter()
    }
}

impl<'f> Iterator for Iter<'f> {
    type Item = (&'f str, HeaderValue<'f>);

    fn next(&mut self) -> Option<Self::Item> {
        let (header, rest) = frame::split_header(self.rest)?;
        self.rest = rest;
        Some((header.name, HeaderValue::of(header)?))
    }
}

impl core::iter::FusedIterator for Iter<'_> {}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

impl<'f> HeaderValue<'f> {
    /// Always `Some` for what the frame room split: the type gave the value its length.
    fn of(Header { kind, value, .. }: Header<'f>) -> Option<Self> {
        Some(match kind {
            HeaderType::True => Self::Bool(true),
            HeaderType::False => Self::Bool(false),
            HeaderType::Byte => Self::Byte(i8::from_be_bytes(*value.first_chunk()?)),
            HeaderType::Short => Self::Short(i16::from_be_bytes(*value.first_chunk()?)),
            HeaderType::Integer => Self::Integer(i32::from_be_bytes(*value.first_chunk()?)),
            HeaderType::Long => Self::Long(i64::from_be_bytes(*value.first_chunk()?)),
            HeaderType::ByteArray => Self::ByteArray(value),
            HeaderType::String => Self::String(core::str::from_utf8(value).ok()?),
            HeaderType::Timestamp => Self::Timestamp(i64::from_be_bytes(*value.first_chunk()?)),
            HeaderType::Uuid => Self::Uuid(*value.first_chunk()?),
        })
    }

    /// The text of a string.
    #[must_use]
    pub const fn as_str(self) -> Option<&'f str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}
