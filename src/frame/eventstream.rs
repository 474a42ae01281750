//! AWS event stream messages: the *event stream encoding* that Amazon's streaming services document (Transcribe, Lex) and
//! Smithy calls `application/vnd.amazon.eventstream`.
//!
//! Knows: lengths, checksums, headers, and the names of the headers that say what a message is. Must not know: JSON, what
//! a payload means.
//!
//! ```text
//!   0        4         8        12         12 + headers    length - 4    length
//!   | length | headers | CRC of |  headers  |    payload    |   CRC of   |
//!   |        | length  |  0..8  |           |               | all before |
//!   '------- prelude ---------'
//! ```
//!
//! 1. Integers are big-endian. A checksum is CRC-32 as gzip computes it.
//! 2. The prelude's checksum proves both lengths. Where it does not match, or where the lengths contradict each other
//!    (a message shorter than its 16 bytes of frame, headers longer than what is left), nobody can say where the next
//!    message begins: that is fatal.
//! 3. The message's checksum proves the rest. Where it does not match, the length still holds, so one message is lost and
//!    the next one is framed. Headers that cannot be read cost their message too.
//! 4. A message over the limit is reported once, as soon as its prelude holds, and skipped as it comes.
//! 5. A header is a name (its length in one byte, at least 1; UTF-8), a type (one byte, 0 to 9), and a value whose length
//!    the type gives; byte arrays and strings begin with theirs in two bytes. A string is UTF-8. A name is there once;
//!    where it is repeated, the first counts.
//! 6. What is missing at the end of the stream is no error of the format: [`EventStream::pending_bytes`] says how much came.
//!
//! A length that the peer claims sizes nothing: it is compared with the bytes that came.
//!
//! To the next editor: an error must have the same offset and kind under every cut. That is why nothing of a prelude is
//! judged before all of it is there, although four bytes could tell.

mod headers;

pub(crate) use headers::{Header, HeaderType, split_header};

use headers::Labels;

use super::{Data, Event};
use crate::error::ErrorKind;
use crate::record::Span;

/// Bytes of both lengths and their checksum.
const PRELUDE: usize = 12;

/// Bytes of a checksum.
const CHECKSUM: usize = 4;

/// Bytes of a message that are neither headers nor payload: the prelude, and the checksum at the end.
const FRAME: usize = PRELUDE + CHECKSUM;

/// The caller's next move. Offsets count from the first byte handed in.
///
/// It is a [`super::Step`], too: `More` is `Missing`, and `Message` is an `Event` by [`Message::into_event`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Keep the bytes, bring more. This many are missing before anything new can be said.
    More { missing: usize },
    /// The bytes before `to` are more of a message that was over the limit: drop them and step again.
    Drop { to: usize },
    /// A whole message.
    Message(Message),
    /// The message is over the limit: drop everything up to `to` and step again; the rest of it is skipped.
    Over { to: usize },
    /// Drop everything up to `to`: it holds no message.
    Bad { to: usize, fault: Fault },
}

impl From<Step> for super::Step {
    fn from(step: Step) -> Self {
        match step {
            Step::More { missing } => Self::Missing { bytes: missing },
            Step::Drop { to } => Self::Drop { from: 0, to, comment: false },
            Step::Message(message) => Self::Event(message.into_event()),
            Step::Over { to } => Self::Over { to },
            Step::Bad { to, fault } => Self::Bad { to, fault },
        }
    }
}

/// Why bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The prelude's checksum does not match.
    Prelude,
    /// The lengths contradict each other.
    Lengths,
    /// The message's checksum does not match.
    Checksum,
    /// The headers cannot be read: cut short, or of an unknown type, or not UTF-8.
    Headers,
}

impl Fault {
    /// Nothing after it can be framed.
    pub(crate) const fn is_fatal(self) -> bool {
        match self {
            Self::Prelude | Self::Lengths => true,
            Self::Checksum | Self::Headers => false,
        }
    }

    /// As the caller is told.
    pub(crate) const fn kind(self) -> ErrorKind {
        match self {
            Self::Prelude | Self::Checksum => ErrorKind::Checksum,
            Self::Lengths | Self::Headers => ErrorKind::Framing,
        }
    }
}

/// One message, as ranges of the bytes handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) end: usize,
    pub(crate) headers: Span,
    pub(crate) payload: Span,
    /// What it is called: the value of `:event-type`, of `:exception-type` if it is an exception, of `:error-code` if it
    /// is an error; empty where that is missing.
    pub(crate) name: Span,
    /// `:message-type` says `exception` or `error`.
    pub(crate) error: bool,
    /// What it complains about in words, the value of `:error-message`; empty unless it is an error, whose payload is empty.
    pub(crate) complaint: Span,
}

impl Message {
    /// The message as an event of the room: its data is the payload; of an error that has none, the words of its header.
    pub(crate) const fn into_event(self) -> Event {
        let Self { end, payload, name, error, complaint, .. } = self;
        let data = Data::One(if payload.is_empty() { complaint } else { payload });
        Event { end, data, name, error, plain: true }
    }
}

/// What is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The first twelve bytes of a message.
    Prelude,
    /// The end of the message, whose prelude holds. `12 + headers + 4 <= length <= limit`.
    Message { length: usize, headers: usize },
    /// The last `left` of the `length` bytes of a message over the limit. For messages that straddle inputs.
    Oversized { length: u32, left: u32 },
    /// Nothing: a prelude did not hold.
    Lost(Fault),
}

/// The state of one stream of messages.
#[derive(Debug, Clone)]
pub(crate) struct EventStream {
    limit: usize,
    state: State,
}

impl EventStream {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, state: State::Prelude }
    }

    /// Holds for the messages whose prelude is still to come.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    pub(crate) fn reset(&mut self) {
        self.state = State::Prelude;
    }

    /// Looks at `bytes`, which begin where the last step said. Cost: a constant, but for the step that ends a message: one
    /// pass over it for the checksum, one over its headers.
    pub(crate) fn step(&mut self, bytes: &[u8]) -> Step {
        match self.state {
            State::Prelude => self.step_prelude(bytes),
            State::Message { length, headers } => self.step_message(bytes, length, headers),
            State::Oversized { length, left } => self.drop_oversized_until_next_message(bytes, length, left),
            State::Lost(fault) => Step::Bad { to: bytes.len(), fault },
        }
    }

    /// Before the first byte of a message.
    pub(crate) const fn at_message(&self) -> bool {
        matches!(self.state, State::Prelude)
    }

    /// A prelude did not hold: nothing after it can be framed.
    pub(crate) const fn is_lost(&self) -> bool {
        matches!(self.state, State::Lost(_))
    }

    /// How much came of the message that is not whole, if the caller holds `held` bytes.
    pub(crate) const fn pending_bytes(&self, held: usize) -> u64 {
        match self.state {
            State::Prelude | State::Message { .. } => held as u64,
            State::Oversized { length, left } => length.saturating_sub(left) as u64,
            State::Lost(_) => 0,
        }
    }

    /// Rule 2.
    fn step_prelude(&mut self, bytes: &[u8]) -> Step {
        let Some(prelude) = bytes.get(..PRELUDE) else {
            return Step::More { missing: PRELUDE.saturating_sub(bytes.len()) };
        };
        let (total, headers) = (u32_at(prelude, 0), u32_at(prelude, 4));
        let (length, headers) = (total as usize, headers as usize);
        if !prelude_checksum_matches(prelude) {
            return self.lose_framing(bytes, Fault::Prelude);
        }
        if length.checked_sub(FRAME).is_none_or(|room| headers > room) {
            return self.lose_framing(bytes, Fault::Lengths);
        }
        if length > self.limit {
            return self.report_oversized_and_begin_drop(bytes, total);
        }
        self.state = State::Message { length, headers };
        self.step_message(bytes, length, headers)
    }

    fn lose_framing(&mut self, bytes: &[u8], fault: Fault) -> Step {
        self.state = State::Lost(fault);
        Step::Bad { to: bytes.len(), fault }
    }

    /// Rule 3.
    fn step_message(&mut self, bytes: &[u8], length: usize, headers: usize) -> Step {
        let Some(message) = bytes.get(..length) else {
            return Step::More { missing: length.saturating_sub(bytes.len()) };
        };
        self.state = State::Prelude;
        if !message_checksum_matches(message) {
            return Step::Bad { to: length, fault: Fault::Checksum };
        }
        let checked = length.saturating_sub(CHECKSUM);
        let headers = Span::new(PRELUDE, PRELUDE.saturating_add(headers));
        let Some(labels) = Labels::of(message, headers) else {
            return Step::Bad { to: length, fault: Fault::Headers };
        };
        let payload = Span::new(headers.range().end, checked);
        Step::Message(Message {
            end: length,
            headers,
            payload,
            name: labels.name(),
            error: labels.is_error(),
            complaint: labels.error_message_unless_exception(),
        })
    }

    /// Rule 4.
    fn report_oversized_and_begin_drop(&mut self, bytes: &[u8], length: u32) -> Step {
        match self.drop_oversized_until_next_message(bytes, length, length) {
            Step::Drop { to } => Step::Over { to },
            other => other,
        }
    }

    fn drop_oversized_until_next_message(&mut self, bytes: &[u8], length: u32, left: u32) -> Step {
        let to = bytes.len().min(left as usize);
        let left = left.saturating_sub(to as u32);
        self.state = if left == 0 { State::Prelude } else { State::Oversized { length, left } };
        Step::Drop { to }
    }
}

/// Whether a stream is one of these messages, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recognition {
    Yes,
    No,
    NeedMore { missing: usize },
}

/// A stream of messages begins with a zero (the first is shorter than 16 MiB) and a prelude whose checksum matches. No text
/// begins with a zero, and of other bytes that do, one stream in 2^32 is taken for messages.
pub(crate) fn recognizes(first: &[u8]) -> Recognition {
    match (first.first(), first.get(..PRELUDE)) {
        (None, _) | (Some(0), None) => Recognition::NeedMore { missing: PRELUDE.saturating_sub(first.len()) },
        (Some(0), Some(prelude)) if prelude_checksum_matches(prelude) => Recognition::Yes,
        (Some(_), _) => Recognition::No,
    }
}

/// Rule 2, of the first twelve bytes.
fn prelude_checksum_matches(prelude: &[u8]) -> bool {
    crc32fast::hash(prelude.get(..8).unwrap_or_default()) == u32_at(prelude, 8)
}

/// Rule 3, of a whole message. Cost: one pass over it.
fn message_checksum_matches(message: &[u8]) -> bool {
    let (checked, checksum) = message.split_at(message.len().saturating_sub(CHECKSUM));
    crc32fast::hash(checked) == u32_at(checksum, 0)
}

/// Where a message of this length has what is told by its other bytes: its length, and both checksums. Four bytes each.
pub(super) const fn length_and_checksum_offsets(length: usize) -> [usize; 3] {
    [0, 8, length.saturating_sub(CHECKSUM)]
}

/// The payload of bytes that are a message.
pub(super) fn payload_of(message: &[u8]) -> &[u8] {
    let start = PRELUDE.saturating_add(u32_at(message, 4) as usize);
    message.get(start..message.len().saturating_sub(CHECKSUM)).unwrap_or_default()
}

/// Whether [`length_and_checksum_offsets`] are right, of bytes that are a message in all else. Cost: one pass over it, for both checksums.
pub(super) fn length_and_checksums_match(message: &[u8]) -> bool {
    let [_, prelude_checksum, checksum] = length_and_checksum_offsets(message.len());
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(message.get(..prelude_checksum).unwrap_or_default());
    if u32_at(message, 0) as usize != message.len()
        || hasher.clone().finalize() != u32_at(message, prelude_checksum)
    {
        return false;
    }
    hasher.update(message.get(prelude_checksum..checksum).unwrap_or_default());
    hasher.finalize() == u32_at(message, checksum)
}

/// The big-endian integer at `at`, which is there.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk);
    bytes.copied().map_or(0, u32::from_be_bytes)
}
