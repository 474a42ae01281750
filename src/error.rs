//! Our complaints: [`Error`].
//!
//! Knows: kinds and offsets. Must not know: the payload; no error ever prints a byte of it.

use core::fmt;

use crate::dialect::Quirk;
use crate::words::words;

/// One complaint about the stream: what kind, and at which byte.
///
/// A bad event costs one event: unless [`Error::is_fatal`] says otherwise, the next event decodes as if nothing
/// had happened. It never holds or prints text of the stream.
///
/// With the feature `serde` it is written as `{"kind":"json","offset":12,"fatal":false}`; the kinds that name something are
/// `{"quirk_off":"think_tags"}` and `{"limit":"depth"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
    fatal: bool,
}

/// What is wrong, by the room that noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ErrorKind {
    /// The event's data is not JSON (RFC 8259), nor anything else that has a rule.
    Json,
    /// JSON, but not of a shape that a chunk may have.
    NotOfWire,
    /// The event's bytes are not UTF-8 and the quirk that replaces them is off.
    Utf8,
    /// The event needs this quirk, and it is off.
    QuirkOff(Quirk),
    /// The event exceeds this limit.
    Limit(LimitKind),
    /// A checksum does not match the bytes ([`crate::eventstream`]).
    Checksum,
    /// What a message wraps is not base64 (RFC 4648): it is cut, or has other characters.
    Base64,
    /// The message's lengths contradict each other, or its headers cannot be read ([`crate::eventstream`]).
    Framing,
}

words! {
    /// Which limit an event exceeded; the numbers are in [`crate::Limits`].
    LimitKind {
        /// [`crate::Limits::event_bytes`].
        EventBytes = "event_bytes",
        /// [`crate::Limits::depth`].
        Depth = "depth",
        /// [`crate::Limits::choices`].
        Choices = "choices",
        /// [`crate::Limits::tool_calls`].
        ToolCalls = "tool_calls",
        /// [`crate::Limits::facts`].
        Facts = "facts",
        /// [`crate::Limits::id_bytes`].
        IdBytes = "id_bytes",
        /// [`crate::Limits::event_name_bytes`].
        EventNameBytes = "event_name_bytes",
    }
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset, fatal: false }
    }

    pub(crate) const fn fatal(self) -> Self {
        Self { fatal: true, ..self }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where the bad event begins: bytes since the start of the stream.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the decoder stopped: every later call returns this error again until `reset`. A limit is fatal only by
    /// option ([`crate::Options::fatal_limits`]); [`ErrorKind::Checksum`] and [`ErrorKind::Framing`] are where the lengths
    /// are in doubt, so that nobody can say where the next message begins.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        self.fatal
    }
}

impl ErrorKind {
    /// Its word in snake case, as in JSON: a label for counting. What quirk or limit it was, the word leaves out.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::NotOfWire => "not_of_wire",
            Self::Utf8 => "utf8",
            Self::QuirkOff(_) => "quirk_off",
            Self::Limit(_) => "limit",
            Self::Checksum => "checksum",
            Self::Base64 => "base64",
            Self::Framing => "framing",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json => f.write_str("malformed JSON"),
            Self::NotOfWire => f.write_str("not the shape of a chunk"),
            Self::Utf8 => f.write_str("invalid UTF-8"),
            Self::Checksum => f.write_str("checksum mismatch"),
            Self::Base64 => f.write_str("malformed base64"),
            Self::Framing => f.write_str("malformed lengths or headers"),
            Self::QuirkOff(quirk) => write!(f, "needs the quirk {}, which is off", quirk.as_str()),
            Self::Limit(limit) => f.write_str(match limit {
                LimitKind::EventBytes => "event too large",
                LimitKind::Depth => "nested too deeply",
                LimitKind::Choices => "too many choices",
                LimitKind::ToolCalls => "too many tool calls",
                LimitKind::Facts => "states too many facts",
                LimitKind::IdBytes => "id too long",
                LimitKind::EventNameBytes => "event name too long",
            }),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in the event at byte {}", self.kind, self.offset)
    }
}

impl core::error::Error for Error {}
