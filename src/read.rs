//! [`DeltaReader`]: borrowed deltas of any `Read`: `fill` reads, `next_delta` never; its decoder leaves with unread bytes.
//!
//! Knows: `Read`, the decoder that ends. Must not know: what is read from.
//!
//! For blocking programs: a file, standard input, a socket, the body of a blocking HTTP client. It needs the feature `std`, which is on by default. Two steps make
//! a lending reader, because "read on" is not the same as "there is a delta": [`fill`](DeltaReader::fill) reads, and
//! [`next_delta`](DeltaReader::next_delta) yields what was read.
//!
//! ```
//! use deltaic::{Delta, read::DeltaReader};
//!
//! fn main() -> std::io::Result<()> {
//!     let file = &b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n"[..];
//!     let mut deltas = DeltaReader::new(file);
//!     let mut text = String::new();
//!     while deltas.fill()? {
//!         loop {
//!             match deltas.next_delta() {
//!                 Ok(Some(Delta::Text { text: piece, .. })) => text.push_str(piece),
//!                 Ok(Some(_)) => {}
//!                 Ok(None) => break, // read on
//!                 Err(error) => eprintln!("{error}"), // one bad event; a fatal error comes once, and is the last
//!             }
//!         }
//!     }
//!     assert_eq!(text, "Hi");
//!     assert!(!deltas.ending().is_truncated());
//!     Ok(())
//! }
//! ```
//!
//! As an [`Iterator`] it yields owned deltas:
//!
//! ```
//! use deltaic::{Completion, read::DeltaReader};
//!
//! # let file = &b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n"[..];
//! let mut completion = Completion::new();
//! for item in DeltaReader::new(file) {
//!     completion.apply(item?.as_delta());
//! }
//! assert_eq!(completion.choices[&0].text, "Hi");
//! # Ok::<(), deltaic::read::StreamError<std::io::Error>>(())
//! ```
//!
//! # When it ends
//!
//! After the last bytes and what the end releases; and after a fatal error ([`Error::is_fatal`]), which is yielded once: a
//! loop that goes on after every error of the decoder's ends. An error of the reader's changes nothing: a socket that timed
//! out may be read again. Only the iterator ends after it.
//!
//! # Cost
//!
//! One buffer of 16 KiB, made at the first `fill`; the decoder reads where the bytes lie in it. Nothing is allocated per
//! delta; the iterator adds what an [`OwnedDelta`] costs. `BufReader` around the reader would only copy once more.
//! No third-party type is in the interface.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use std::io::{self, ErrorKind, Read};

use crate::decoder::{Decoder, Ending};
use crate::delta::{Delta, OwnedDelta};
use crate::error::Error;
use crate::fused::Fused;
pub use crate::stream_error::StreamError;

/// How much is read at once.
const BUFFER: usize = 16 << 10;

/// Deltas of a reader.
///
/// `Debug` prints counts and nothing of the stream.
pub struct DeltaReader<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The bytes of the buffer that are not decoded yet. `unread.start <= unread.end <= buffer.len()`.
    unread: Range<usize>,
    fused: Fused,
}

impl<R> DeltaReader<R> {
    /// Decodes with the tolerant default options. Allocates nothing yet.
    pub fn new(reader: R) -> Self {
        Self::with_decoder(reader, Decoder::new())
    }

    /// Decodes with this decoder: with other options, or one that kept its allocations ([`Decoder::reset`]).
    pub fn with_decoder(reader: R, decoder: Decoder) -> Self {
        Self { reader, buffer: Vec::new(), unread: 0..0, fused: Fused::new(decoder) }
    }

    /// The next delta of what was read; `Ok(None)` when it is all decoded: [`fill`](Self::fill) again.
    ///
    /// # Errors
    ///
    /// One bad event, unless [`Error::is_fatal`]: that is the last thing yielded.
    #[inline]
    pub fn next_delta(&mut self) -> Result<Option<Delta<'_>>, Error> {
        let mut input = self.buffer.get(self.unread.clone()).unwrap_or_default();
        let item = self.fused.next_delta(&mut input);
        self.unread.start = self.unread.end.saturating_sub(input.len());
        item
    }

    /// How the stream ended, as far as it was read; final once [`fill`](Self::fill) returned false.
    pub fn ending(&self) -> Ending {
        self.fused.ending()
    }

    /// The decoder: its position, its wire, the quirks seen.
    pub fn decoder(&self) -> &Decoder {
        self.fused.decoder()
    }

    /// The decoder, with what was read and not decoded yet: it comes first. [`Decoder::reset`] makes it as new.
    #[must_use]
    pub fn into_decoder(self) -> Decoder {
        let unread = self.buffer.get(self.unread).unwrap_or_default();
        self.fused.into_decoder(unread)
    }
}

impl<R: Read> DeltaReader<R> {
    /// Reads once, where all that was read is decoded; else nothing. At the end of the reader it has the decoder finish.
    /// Returns whether there may be a delta: false when everything was yielded, and after a fatal error.
    ///
    /// # Errors
    ///
    /// The reader's, but for [`ErrorKind::Interrupted`], after which it reads again. Nothing is lost: call once more to
    /// go on.
    pub fn fill(&mut self) -> io::Result<bool> {
        if self.fused.is_open() && self.unread.is_empty() {
            match self.read_again_if_interrupted()? {
                0 => self.fused.finish(),
                length => self.unread = 0..length,
            }
        }
        Ok(!self.fused.is_over())
    }

    fn read_again_if_interrupted(&mut self) -> io::Result<usize> {
        self.buffer.resize(BUFFER, 0);
        loop {
            match self.reader.read(&mut self.buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

/// Owned deltas. Ends after a fatal error and after the reader's; any other error is one bad event.
impl<R: Read> Iterator for DeltaReader<R> {
    type Item = Result<OwnedDelta, StreamError<io::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // Owned where it is returned: it is large, and each move copies it.
            match self.next_delta() {
                Ok(Some(delta)) => return Some(Ok(delta.into_owned())),
                Err(error) => return Some(Err(StreamError::Decode(error))),
                Ok(None) => {}
            }
            match self.fill() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.fused.stop();
                    return Some(Err(StreamError::Body(error)));
                }
            }
        }
    }
}

/// The reader's own error; `FramedRead` asks for this, too.
impl From<io::Error> for StreamError<io::Error> {
    fn from(error: io::Error) -> Self {
        Self::Body(error)
    }
}

impl<R> fmt::Debug for DeltaReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeltaReader")
            .field("decoder", self.decoder())
            .field("unread", &self.unread.len())
            .finish_non_exhaustive()
    }
}
