//! How a stream ended: facts, nothing synthesized.
//!
//! Knows: counts. Must not know: how they came about.

#[cfg(feature = "serde")]
use alloc::string::String;
use core::fmt;

use crate::options::Wire;

/// How a stream ended, as far as its bytes tell ([`crate::Decoder::ending`]).
///
/// With the feature `serde` it is written as an object with a member for each method, `truncated` for
/// [`Ending::is_truncated`], and `first_bytes` as text where there are any.
///
/// Cost: a copy of a few words; nothing is computed later.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ending {
    pub(super) wire: Option<Wire>,
    pub(super) done: bool,
    pub(super) events: u64,
    pub(super) unknown_events: u64,
    pub(super) errors: u64,
    pub(super) peer_errors: u64,
    pub(super) choices: usize,
    pub(super) finished_choices: usize,
    pub(super) open_tool_calls: usize,
    pub(super) unterminated_bytes: usize,
    /// They end in an array, between its elements.
    pub(super) in_array: bool,
    /// The first bytes, and how many they are.
    pub(super) first: ([u8; 64], u8),
}

impl Ending {
    /// The wire that the stream speaks: the one that [`crate::Options::wire`] fixes, else that of its first deciding event.
    /// None where no event decided: there were only errors, pings, end markers and unknown events.
    #[must_use]
    pub const fn wire(&self) -> Option<Wire> {
        self.wire
    }

    /// The stream's own end marker was seen.
    #[must_use]
    pub const fn done(&self) -> bool {
        self.done
    }

    /// Neither the stream nor its choices say that it is complete: there was no end marker, and some choice is
    /// unfinished or there is none at all; or bytes were left over that are no event; or the array whose elements are the
    /// events was not closed.
    ///
    /// Some services never send a finish reason; then this is true of complete answers as well. It is a fact about the
    /// bytes, not a verdict.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        let open = self.choices == 0 || self.finished_choices < self.choices;
        !self.done && (open || self.unterminated_bytes > 0 || self.in_array)
    }

    /// Events met, malformed ones included.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Events of no known wire, which told nothing but [`crate::Delta::Unknown`]. Where they are all there was, this was no
    /// stream that the decoder knows: an answer was not even begun.
    #[must_use]
    pub const fn unknown_events(&self) -> u64 {
        self.unknown_events
    }

    /// Our complaints ([`crate::Error`]).
    #[must_use]
    pub const fn errors(&self) -> u64 {
        self.errors
    }

    /// The peer's complaints ([`crate::Delta::PeerError`]).
    #[must_use]
    pub const fn peer_errors(&self) -> u64 {
        self.peer_errors
    }

    /// Choices met.
    #[must_use]
    pub const fn choices(&self) -> usize {
        self.choices
    }

    /// Choices that have a finish reason.
    #[must_use]
    pub const fn finished_choices(&self) -> usize {
        self.finished_choices
    }

    /// Tool calls that began and were not ended, by the wire or by their choice's finish.
    #[must_use]
    pub const fn open_tool_calls(&self) -> usize {
        self.open_tool_calls
    }

    /// Bytes at the end that are no event.
    #[must_use]
    pub const fn unterminated_bytes(&self) -> usize {
        self.unterminated_bytes
    }

    /// The first bytes of a body that had no event, at most 64: an HTML page, a proxy's word. Empty if it had one.
    #[must_use]
    pub fn first_bytes(&self) -> &[u8] {
        let (bytes, length) = &self.first;
        bytes.get(..usize::from(*length)).unwrap_or_default()
    }
}

/// Counts, and of the first bytes how many they are: `Debug` prints nothing of the stream.
impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ending")
            .field("wire", &self.wire)
            .field("done", &self.done)
            .field("events", &self.events)
            .field("unknown_events", &self.unknown_events)
            .field("errors", &self.errors)
            .field("peer_errors", &self.peer_errors)
            .field("choices", &self.choices)
            .field("finished_choices", &self.finished_choices)
            .field("open_tool_calls", &self.open_tool_calls)
            .field("unterminated_bytes", &self.unterminated_bytes)
            .field("in_array", &self.in_array)
            .field("first_bytes", &self.first_bytes().len())
            .finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Ending {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut members = serializer.serialize_struct("Ending", 12)?;
        members.serialize_field("wire", &self.wire)?;
        members.serialize_field("done", &self.done)?;
        members.serialize_field("truncated", &self.is_truncated())?;
        members.serialize_field("events", &self.events)?;
        members.serialize_field("unknown_events", &self.unknown_events)?;
        members.serialize_field("errors", &self.errors)?;
        members.serialize_field("peer_errors", &self.peer_errors)?;
        members.serialize_field("choices", &self.choices)?;
        members.serialize_field("finished_choices", &self.finished_choices)?;
        members.serialize_field("open_tool_calls", &self.open_tool_calls)?;
        members.serialize_field("unterminated_bytes", &self.unterminated_bytes)?;
        match self.first_bytes() {
            [] => members.skip_field("first_bytes")?,
            first => members.serialize_field("first_bytes", &String::from_utf8_lossy(first))?,
        }
        members.end()
    }
}
