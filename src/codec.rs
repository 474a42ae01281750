//! [`DeltaCodec`]: a `tokio_util::codec::Decoder`: an item is a delta or one bad event's error; only a fatal error is `Err`.
//!
//! Knows: `tokio-util`'s trait, the decoder that ends. Must not know: what is read from.
//!
//! The feature `codec`. An item is `Result<OwnedDelta, Error>`: one bad event is an item, because `FramedRead` ends after an
//! error of its codec. That is what a fatal error ([`Error::is_fatal`]) is, and an error of the reader's:
//! [`StreamError`].
//!
//! ```
//! use deltaic::{Ending, OwnedDelta, codec::{DeltaCodec, StreamError}};
//! use futures_util::StreamExt;
//! use tokio::io::AsyncRead;
//! use tokio_util::codec::FramedRead;
//!
//! /// The answer's text, and how it ended.
//! async fn answer(socket: impl AsyncRead + Unpin) -> Result<(String, Ending), StreamError<std::io::Error>> {
//!     let mut deltas = FramedRead::new(socket, DeltaCodec::new());
//!     let mut answer = String::new();
//!     while let Some(item) = deltas.next().await {
//!         match item? {
//!             Ok(OwnedDelta::Text { text, .. }) => answer.push_str(&text),
//!             Ok(_) => {}
//!             Err(error) => eprintln!("{error}"), // one bad event; the next one decodes
//!         }
//!     }
//!     Ok((answer, deltas.decoder().ending()))
//! }
//!
//! let socket = &b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n"[..];
//! # use std::{pin::pin, task::{Context, Poll, Waker}};
//! # let mut future = pin!(answer(socket));
//! # let Poll::Ready(told) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
//! # let (text, ending) = told?;
//! # /*
//! let (text, ending) = answer(socket).await?;
//! # */
//! assert_eq!(text, "Hi");
//! assert!(!ending.is_truncated());
//! # Ok::<(), StreamError<std::io::Error>>(())
//! ```
//!
//! Where the body is HTTP's, its client has undone the chunked coding already, and gives a stream: the feature `stream` takes it
//! without the copy that `FramedRead` makes.
//!
//! # When it ends
//!
//! At the end of the reader, after what it releases. After a fatal error, which `FramedRead` yields once, and then `None`. Whoever
//! calls [`decode`](codec::Decoder::decode) by hand gets a fatal error again with each call, and no byte is taken.
//!
//! # Cost
//!
//! `FramedRead` copies what is read into its `BytesMut`, once; an item costs what an [`OwnedDelta`] does.
//!
//! # What is public API
//!
//! `tokio-util` 0.7, and by it `bytes` 1. A new major version of one of them would be one of this crate.

use core::fmt;
use std::io;

use tokio_util::bytes::{Buf, BytesMut};
use tokio_util::codec;

use crate::decoder::{Decoder, Ending};
use crate::delta::OwnedDelta;
use crate::error::Error;
pub use crate::stream_error::StreamError;

/// Decodes what `FramedRead` has read.
///
/// `Debug` prints counts and nothing of the stream.
#[derive(Clone, Default)]
pub struct DeltaCodec {
    decoder: Decoder,
}

impl DeltaCodec {
    /// Decodes with the tolerant default options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Decodes with this decoder: with other options, or one that kept its allocations ([`Decoder::reset`]).
    #[must_use]
    pub fn with_decoder(decoder: Decoder) -> Self {
        Self { decoder }
    }

    /// How the stream ended, as far as it came; final once `FramedRead` yielded `None`.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.decoder.ending()
    }

    /// The decoder: its position, its wire, the quirks seen.
    #[must_use]
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The decoder, to be used again after [`Decoder::reset`].
    #[must_use]
    pub fn into_decoder(self) -> Decoder {
        self.decoder
    }
}

impl codec::Decoder for DeltaCodec {
    type Item = Result<OwnedDelta, Error>;
    type Error = StreamError<io::Error>;

    fn decode(&mut self, input: &mut BytesMut) -> Result<Option<Self::Item>, Self::Error> {
        let mut rest = &input[..];
        let item = self.decoder.next_delta(&mut rest);
        let used = input.len().saturating_sub(rest.len());
        let item = match item {
            Ok(Some(delta)) => Ok(Some(Ok(delta.into_owned()))),
            Ok(None) => Ok(None),
            Err(error) if error.is_fatal() => Err(StreamError::Decode(error)),
            Err(error) => Ok(Some(Err(error))),
        };
        input.advance(used);
        item
    }

    fn decode_eof(&mut self, input: &mut BytesMut) -> Result<Option<Self::Item>, Self::Error> {
        // The last bytes first: what comes after `finish` is ignored.
        if let Some(item) = self.decode(input)? {
            return Ok(Some(item));
        }
        let _ = self.decoder.finish();
        self.decode(input)
    }
}

impl fmt::Debug for DeltaCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeltaCodec").field("decoder", &self.decoder).finish()
    }
}
