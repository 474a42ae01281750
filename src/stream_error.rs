//! [`StreamError`]: a transparent wrapper of the body's error or the decoder's, for adapters that bring the bytes themselves.
//!
//! Knows: the decoder's error. Must not know: what the bytes come from.

use core::error;
use core::fmt;

use crate::error::Error;

/// The bytes could not be had, or could not be decoded.
///
/// It prints what it holds, and so does [`source`](error::Error::source).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StreamError<E> {
    /// The body failed, with its own error.
    Body(E),
    /// One bad event, unless [`Error::is_fatal`].
    Decode(Error),
}

impl<E> StreamError<E> {
    /// Whether nothing more comes: true of a body's error, and of a fatal one of the decoder's. Any other is one bad event.
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::Body(_) => true,
            Self::Decode(error) => error.is_fatal(),
        }
    }
}

impl<E> From<Error> for StreamError<E> {
    fn from(error: Error) -> Self {
        Self::Decode(error)
    }
}

impl<E: fmt::Display> fmt::Display for StreamError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
        }
    }
}

impl<E: error::Error> error::Error for StreamError<E> {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Body(error) => error.source(),
            Self::Decode(error) => error.source(),
        }
    }
}
