//! What the rooms hand to one another: spans, and the facts and deltas made of spans.
//!
//! Knows: ranges and numbers. Must not know: where the bytes are, how they were framed or parsed, what is told.
//!
//! ```text
//!   payload  {"id":"c1","choices":[{"index":0,"delta":{"content":" Hi"}}]}
//!                                                                ^^^ Str: payload, from here to here
//!   scratch  text that is not in the payload as it stands: unescaped, joined, or kept beyond its input
//! ```

mod few;
mod keep;
mod padding;
mod place;
mod raw_delta;
mod records;

use alloc::string::String;

pub(crate) use few::Few;
pub(crate) use keep::Keep;
pub(crate) use padding::{PADDING, Padding};
pub(crate) use place::{Place, PlaceKey, Scope};
pub(crate) use raw_delta::{Queue, RawDelta};
pub(crate) use records::{Argument, Counter, Record, Records, Savepoint};

/// A byte range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// Offsets are below the largest event (512 MiB), so they fit.
    #[inline(always)]
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub(crate) fn range(self) -> core::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.range()).unwrap_or_default()
    }
}

/// Which text a [`Str`] is a range of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buffer {
    Payload,
    Scratch,
}

/// A string as a range; empty is absence. Texts are below 2 GiB, so one bit says where it is.
///
/// In one word, start above end: what is written in halves and at once read back as a whole stalls the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Str(u64);

/// The bit above the start.
const IN_SCRATCH: u64 = 1 << 63;

impl Str {
    pub(crate) const NONE: Self = Self(0);

    #[inline(always)]
    pub(crate) const fn payload(start: usize, end: usize) -> Self {
        Self::of_payload(Span::new(start, end))
    }

    #[inline(always)]
    pub(crate) const fn of_payload(Span { start, end }: Span) -> Self {
        Self((start as u64) << 32 | end as u64)
    }

    pub(crate) const fn scratch(start: usize, end: usize) -> Self {
        Self(Self::payload(start, end).0 | IN_SCRATCH)
    }

    #[inline(always)]
    pub(crate) const fn buffer(self) -> Buffer {
        if self.0 & IN_SCRATCH == 0 { Buffer::Payload } else { Buffer::Scratch }
    }

    #[inline(always)]
    pub(crate) const fn span(self) -> Span {
        Span { start: ((self.0 & !IN_SCRATCH) >> 32) as u32, end: self.0 as u32 }
    }

    pub(crate) const fn len(self) -> usize {
        let Span { start, end } = self.span();
        end.saturating_sub(start) as usize
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.span().is_empty()
    }

    pub(crate) fn some(self) -> Option<Self> {
        (!self.is_empty()).then_some(self)
    }

    /// Its part between two of its own offsets.
    pub(crate) const fn part(self, from: usize, to: usize) -> Self {
        let start = self.span().start as usize;
        let part = Self::payload(start.saturating_add(from), start.saturating_add(to));
        Self(part.0 | self.0 & IN_SCRATCH)
    }
}

/// The two texts of one event, to look at what a [`Str`] says.
pub(crate) struct Texts<'a> {
    pub(crate) payload: &'a [u8],
    pub(crate) scratch: &'a mut String,
}

impl Texts<'_> {
    /// The string's text. UTF-8 was checked where the payload was born, so the check here cannot fail.
    pub(crate) fn get(&self, string: Str) -> &str {
        text(string, self.payload, self.scratch)
    }

    /// The string's bytes.
    pub(crate) fn bytes(&self, string: Str) -> &[u8] {
        bytes(string, self.payload, self.scratch)
    }

    /// Puts `new` into scratch.
    pub(crate) fn keep(&mut self, new: &str) -> Str {
        let start = self.scratch.len();
        self.scratch.push_str(new);
        Str::scratch(start, self.scratch.len())
    }

    /// Appends the string's text to scratch.
    pub(crate) fn append(&mut self, string: Str) {
        let span = string.span();
        match string.buffer() {
            Buffer::Scratch if span.range().end <= self.scratch.len() => {
                self.scratch.extend_from_within(span.range());
            }
            Buffer::Scratch => {}
            Buffer::Payload => {
                self.scratch.push_str(core::str::from_utf8(span.of(self.payload)).unwrap_or_default());
            }
        }
    }

    /// The string in scratch, whatever its place.
    pub(crate) fn copy_unless_in_scratch(&mut self, string: Str) -> Str {
        if string.buffer() == Buffer::Scratch {
            return string;
        }
        let start = self.scratch.len();
        self.append(string);
        Str::scratch(start, self.scratch.len())
    }
}

/// The text's bytes: enough to look a word up.
pub(crate) fn bytes<'a>(string: Str, payload: &'a [u8], scratch: &'a str) -> &'a [u8] {
    match string.buffer() {
        Buffer::Payload => string.span().of(payload),
        Buffer::Scratch => string.span().of(scratch.as_bytes()),
    }
}

/// The text of a [`Str`].
pub(crate) fn text<'a>(string: Str, payload: &'a [u8], scratch: &'a str) -> &'a str {
    match string.buffer() {
        Buffer::Payload => core::str::from_utf8(string.span().of(payload)).unwrap_or_default(),
        Buffer::Scratch => scratch.get(string.span().range()).unwrap_or_default(),
    }
}
