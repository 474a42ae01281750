//! Values of an event that mean nothing here.
//!
//! Knows: where they are. Must not know: what they are called, what a shape makes of them.

use super::Span;

/// A value that means nothing here: its bytes may vary. Of an event whose offsets are longer than these no shape is learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Padding {
    /// A string's body. `noise`: it varies in every event.
    Text { start: u16, end: u16, noise: bool },
    /// A plain integer, from here on.
    Integer(u16),
}

impl Padding {
    pub(crate) fn text_if_offsets_fit(span: Span, noise: bool) -> Option<Self> {
        let (start, end) = (u16::try_from(span.start).ok()?, u16::try_from(span.end).ok()?);
        Some(Self::Text { start, end, noise })
    }

    /// `at`: `u32::MAX` where the source cannot tell.
    pub(crate) fn integer_if_offset_fits(at: u32) -> Option<Self> {
        u16::try_from(at).ok().map(Self::Integer)
    }
}

/// How much padding is noted. An event with more is of no shape.
pub(crate) const PADDING: usize = 32;
