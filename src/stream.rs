//! [`DeltasExt`]: a byte stream as a stream of owned deltas; its decoder leaves with the unread bytes; [`pump`]: borrowed deltas.
//!
//! Knows: `futures-core`'s `Stream`, the decoder that ends. Must not know: clients, runtimes, tasks.
//!
//! The feature `stream`. Any `Stream` whose items are `Result<B, E>` with `B: AsRef<[u8]>` will do: reqwest's
//! `bytes_stream()`, axum's and hyper's bodies as streams, a WebSocket's messages. There is no task, no channel and no timer
//! within, no `Unpin` is asked for, and it is `Send` where its parts are.
//!
//! ```
//! use std::pin::pin;
//! use deltaic::stream::{DeltasExt, StreamError};
//! use deltaic::{Ending, OwnedDelta};
//! # use std::{convert::Infallible, task::{Context, Poll, Waker}};
//! use futures_util::{Stream, StreamExt, stream};
//!
//! /// The answer's text, and how it ended. `body`: reqwest's `response.bytes_stream()`, say.
//! async fn answer<B: AsRef<[u8]>, E>(body: impl Stream<Item = Result<B, E>>) -> Result<(String, Ending), E> {
//!     let mut deltas = pin!(body.deltas());
//!     let mut answer = String::new();
//!     while let Some(item) = deltas.next().await {
//!         match item {
//!             Ok(OwnedDelta::Text { text, .. }) => answer.push_str(&text),
//!             Ok(_) => {} // reasoning, tool calls, usage, …
//!             Err(StreamError::Body(error)) => return Err(error),
//!             Err(StreamError::Decode(error)) => eprintln!("{error}"), // one bad event; the next one decodes
//!         }
//!     }
//!     Ok((answer, deltas.ending()))
//! }
//!
//! let received = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n";
//! let body = stream::iter(received.chunks(7).map(Ok::<_, Infallible>));
//! # let mut future = pin!(answer(body));
//! # let Poll::Ready(told) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { unreachable!() };
//! # let Ok((text, ending)) = told;
//! # /*
//! let (text, ending) = answer(body).await?;
//! # */
//! assert_eq!(text, "Hi");
//! assert!(!ending.is_truncated());
//! ```
//!
//! # When it ends
//!
//! After the body's last bytes and what the end releases; after a fatal error ([`Error::is_fatal`]), which is yielded once;
//! and after an error of the body's. So a loop that goes on after every error ends. Any other error is one bad event.
//!
//! # Cost
//!
//! [`Deltas`] adds to the decoder what an [`OwnedDelta`] costs, and no copy of the input: it decodes where the body's bytes
//! lie. [`pump`] adds nothing per delta: they are borrowed. Measured beside the bare decoder: `benches/README.md`.
//!
//! # What is public API
//!
//! `futures-core` 0.3. A new major version of it would be one of this crate.

use core::fmt;
use core::future::poll_fn;
use core::ops::ControlFlow;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project_lite::pin_project;

use crate::decoder::{Decoder, Ending};
use crate::delta::{Delta, OwnedDelta};
use crate::error::Error;
use crate::fused::Fused;
pub use crate::stream_error::StreamError;

/// Deltas of any stream of bytes.
pub trait DeltasExt<B: AsRef<[u8]>, E>: Stream<Item = Result<B, E>> + Sized {
    /// Decodes with the tolerant default options.
    fn deltas(self) -> Deltas<Self, B> {
        self.deltas_with(Decoder::new())
    }

    /// Decodes with this decoder: with other options, one that kept its allocations ([`Decoder::reset`]), or one in the
    /// middle of a stream of which this body is the rest.
    fn deltas_with(self, decoder: Decoder) -> Deltas<Self, B> {
        Deltas { body: self, input: None, used: 0, fused: Fused::new(decoder) }
    }
}

impl<S, B, E> DeltasExt<B, E> for S
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
}

pin_project! {
    /// The stream of owned deltas ([`DeltasExt::deltas`]).
    ///
    /// An item is `Result<OwnedDelta, StreamError<E>>`, where `E` is the body's own error. After a body's error the decoder's
    /// state stays as it was: [`Deltas::into_decoder`] goes on with another body, or reads what its end releases.
    ///
    /// `Debug` prints counts and nothing of the stream.
    #[must_use = "streams do nothing unless polled"]
    pub struct Deltas<S, B> {
        #[pin]
        body: S,
        // What the body yielded last, as long as it is not read to its end; and how much of it is.
        input: Option<B>,
        used: usize,
        fused: Fused,
    }
}

impl<S, B> Deltas<S, B> {
    /// How the stream ended, as far as it came; final once it yielded `None`.
    pub fn ending(&self) -> Ending {
        self.fused.ending()
    }

    /// The decoder: its position, its wire, the quirks seen.
    pub fn decoder(&self) -> &Decoder {
        self.fused.decoder()
    }
}

impl<S, B: AsRef<[u8]>> Deltas<S, B> {
    /// The decoder, with what the body yielded and was not read yet: it comes first. [`Decoder::reset`] makes it as new.
    #[must_use]
    pub fn into_decoder(self) -> Decoder {
        let unread = self.input.as_ref().and_then(|input| input.as_ref().get(self.used..));
        self.fused.into_decoder(unread.unwrap_or_default())
    }
}

impl<S, B, E> Stream for Deltas<S, B>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    type Item = Result<OwnedDelta, StreamError<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            let input = this.input.as_ref().map(AsRef::as_ref).unwrap_or_default();
            let mut rest = input.get(*this.used..).unwrap_or_default();
            let item = this.fused.next_delta(&mut rest);
            *this.used = input.len().saturating_sub(rest.len());
            // Owned where it is returned: it is large, and each move copies it.
            match item {
                Ok(Some(delta)) => return Poll::Ready(Some(Ok(delta.into_owned()))),
                Err(error) => return Poll::Ready(Some(Err(StreamError::Decode(error)))),
                Ok(None) => {}
            }
            *this.input = None;
            *this.used = 0;
            if this.fused.is_over() {
                return Poll::Ready(None);
            }
            match ready!(this.body.as_mut().poll_next(context)) {
                Some(Ok(input)) => *this.input = Some(input),
                Some(Err(error)) => {
                    this.fused.stop();
                    return Poll::Ready(Some(Err(StreamError::Body(error))));
                }
                None => this.fused.finish(),
            }
        }
    }
}

impl<S, B, E> FusedStream for Deltas<S, B>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    fn is_terminated(&self) -> bool {
        self.fused.is_over()
    }
}

impl<S, B> fmt::Debug for Deltas<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deltas").field("decoder", self.decoder()).finish_non_exhaustive()
    }
}

/// Reads `body` to its end and calls `f` with each delta, borrowed, and each error; returns how the stream ended, or what `f`
/// broke with. The future is `Send` where `body`, its bytes and `f` are: nothing borrowed is held while it waits.
///
/// After a break the rest of the bytes at hand is kept in the decoder (a copy), as by [`Decoder::for_each`], so that another
/// call with the rest of the body goes on. After a fatal error, which `f` gets once, it returns and reads no more.
///
/// ```
/// use std::ops::ControlFlow;
/// use deltaic::{Decoder, Delta, stream::pump};
/// # use std::{convert::Infallible, pin::pin, task::{Context, Poll, Waker}};
/// # let received = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n";
/// # let body = futures_util::stream::iter(received.chunks(7).map(Ok::<_, Infallible>));
/// # let future = async {
/// let (mut decoder, mut text) = (Decoder::new(), String::new());
/// let end = pump(body, &mut decoder, |item| {
///     if let Ok(Delta::Text { text: piece, .. }) = item {
///         text.push_str(piece);
///     }
///     ControlFlow::<()>::Continue(())
/// });
/// let ControlFlow::Continue(ending) = end.await? else { unreachable!("the closure never breaks") };
/// assert!(text == "Hi" && !ending.is_truncated());
/// # Ok::<(), Infallible>(())
/// # };
/// # assert!(pin!(future).poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(Ok(())));
/// ```
///
/// # Errors
///
/// The body's own. The decoder's state stays as it was: it may go on with another body, or [`Decoder::end`].
pub async fn pump<S, B, E, T>(
    body: S,
    decoder: &mut Decoder,
    mut f: impl FnMut(Result<Delta<'_>, Error>) -> ControlFlow<T>,
) -> Result<ControlFlow<T, Ending>, E>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    let mut body = pin!(body);
    while let Some(input) = poll_fn(|context| body.as_mut().poll_next(context)).await {
        let mut is_over = false;
        let pumped = decoder.for_each(input?.as_ref(), |item| {
            is_over = item.as_ref().is_err_and(Error::is_fatal);
            f(item)
        });
        match pumped {
            ControlFlow::Break(value) => return Ok(ControlFlow::Break(value)),
            ControlFlow::Continue(()) if is_over => return Ok(ControlFlow::Continue(decoder.ending())),
            ControlFlow::Continue(()) => {}
        }
    }
    Ok(decoder.end(f))
}
