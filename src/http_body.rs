//! [`TapBody`]: an HTTP body that passes untouched while a [`Tap`] reads beside it; dropped with nothing left to send, it ended.
//!
//! Knows: `http-body`'s trait, the tap. Must not know: servers, clients, headers.
//!
//! The feature `http-body`. For proxies and middleware: hyper, axum and tower-http all speak [`Body`]. Data frames and trailers
//! pass as they come, with the body's size hint. The [`Observer`] gets borrowed deltas while they pass and, exactly once,
//! the [`Ending`](crate::Ending): when the body ends, when it fails, and when it is dropped half-way, because a client that hangs up drops
//! the body and no last frame ever comes.
//!
//! ```
//! use deltaic::http_body::TapBody;
//! use deltaic::tap::{Close, Observer};
//! use deltaic::{Delta, Ending, Error, Usage};
//! use http::Response;
//!
//! /// Logs what an answer cost, and how it ended.
//! #[derive(Default)]
//! struct Log(Option<Usage>);
//!
//! impl Observer for Log {
//!     fn observe(&mut self, item: Result<Delta<'_>, Error>) {
//!         if let Ok(Delta::Usage(usage)) = item {
//!             self.0 = Some(*usage);
//!         }
//!     }
//!     fn end(&mut self, ending: Ending, close: Close) {
//!         println!("{:?} {close:?}, truncated: {}", self.0, ending.is_truncated());
//!     }
//! }
//!
//! /// The upstream's response, on its way to the client.
//! fn tapped<B>(response: Response<B>) -> Response<TapBody<B, Log>>
//! where
//!     B: http_body::Body<Data: AsRef<[u8]>>, // hyper's `Incoming`, axum's `Body`, …
//! {
//!     response.map(|body| TapBody::new(body, Log::default()))
//! }
//!
//! tapped(Response::new(String::new())); // logs that nothing came
//! ```
//!
//! A compressed body is no stream of events: ask the upstream for `accept-encoding: identity`, and tap only where the
//! response's `content-type` is a stream's and it has no `content-encoding`. One that slipped through shows itself at the end, by its
//! [first bytes](crate::Ending::first_bytes).
//!
//! # Cost
//!
//! The decoder's, as of [`Tap`]: no copy of the data, no allocation per frame or delta. Measured against no tap:
//! `benches/README.md`.
//!
//! # What is public API
//!
//! `http-body` 1, and by it `http` 1 and `bytes` 1. A new major version of one of them would be one of this crate.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

use ::http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::decoder::Decoder;
use crate::tap::{Observer, Tap};

pin_project! {
    /// A body that is read while it passes. Its data must lie in one piece (`AsRef<[u8]>`), as `bytes::Bytes` does.
    ///
    /// It is `Send` where the body and the observer are; neither must be `Unpin`. `Debug` prints counts and nothing of the
    /// stream.
    #[must_use = "bodies do nothing unless polled"]
    pub struct TapBody<B, O>
    where
        B: Body,
        O: Observer,
    {
        #[pin]
        body: B,
        tap: Tap<O>,
    }

    impl<B: Body, O: Observer> PinnedDrop for TapBody<B, O> {
        // A server that knows the length does not ask for the frame after the last one; else the tap's own drop says that
        // the body was given up.
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.body.is_end_stream() {
                this.tap.end();
            }
        }
    }
}

impl<B: Body, O: Observer> TapBody<B, O> {
    /// Taps with the tolerant default options.
    pub fn new(body: B, observer: O) -> Self {
        Self::with_tap(body, Tap::new(observer))
    }

    /// Taps with this tap: with other options, or a decoder that kept its allocations ([`Decoder::reset`]).
    pub fn with_tap(body: B, tap: Tap<O>) -> Self {
        Self { body, tap }
    }

    /// The observer.
    pub fn observer(&self) -> &O {
        self.tap.observer()
    }

    /// The decoder: its position, its wire, the quirks seen.
    pub fn decoder(&self) -> &Decoder {
        self.tap.decoder()
    }
}

impl<B, O> Body for TapBody<B, O>
where
    B: Body<Data: AsRef<[u8]>>,
    O: Observer,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let polled = this.body.as_mut().poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    this.tap.see(data.as_ref());
                }
            }
            Poll::Ready(Some(Err(_))) => _ = this.tap.fail(),
            Poll::Ready(None) => _ = this.tap.end(),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B: Body, O: Observer> fmt::Debug for TapBody<B, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TapBody").field("tap", &self.tap).finish_non_exhaustive()
    }
}
