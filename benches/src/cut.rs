//! Where the inputs end.

use std::{fmt, slice};

/// How a stream is cut into inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The whole stream at once.
    Whole,
    /// Inputs of this many bytes.
    Bytes(usize),
    /// One event per input.
    Events,
}

impl Cut {
    /// Every cut of the benches.
    pub const ALL: [Cut; 6] =
        [Cut::Whole, Cut::Bytes(16 << 10), Cut::Bytes(1460), Cut::Events, Cut::Bytes(64), Cut::Bytes(1)];

    /// The cut of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Cut> {
        Cut::ALL.into_iter().find(|cut| cut.to_string() == name)
    }

    /// The inputs of `stream`, whose events end at `ends`.
    #[must_use]
    pub fn inputs<'s>(self, stream: &'s [u8], ends: &'s [usize]) -> Inputs<'s> {
        match self {
            Cut::Whole => Inputs::Bytes(stream.chunks(stream.len().max(1))),
            Cut::Bytes(size) => Inputs::Bytes(stream.chunks(size)),
            Cut::Events => Inputs::Events { stream, from: 0, ends: ends.iter() },
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cut::Whole => f.write_str("whole"),
            Cut::Bytes(size) if size % 1024 == 0 => write!(f, "{}KiB", size / 1024),
            Cut::Bytes(size) => write!(f, "{size}B"),
            Cut::Events => f.write_str("events"),
        }
    }
}

/// Iterator over the inputs of one stream.
pub enum Inputs<'s> {
    /// Equal sizes.
    Bytes(slice::Chunks<'s, u8>),
    /// By event.
    Events {
        /// The stream.
        stream: &'s [u8],
        /// Where the next input begins.
        from: usize,
        /// Where the events end.
        ends: slice::Iter<'s, usize>,
    },
}

impl<'s> Iterator for Inputs<'s> {
    type Item = &'s [u8];

    fn next(&mut self) -> Option<&'s [u8]> {
        match self {
            Inputs::Bytes(chunks) => chunks.next(),
            Inputs::Events { stream, from, ends } => {
                let end = *ends.next()?;
                let input = &stream[*from..end];
                *from = end;
                Some(input)
            }
        }
    }
}
