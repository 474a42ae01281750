//! [`Tap`]: reads a stream beside whoever forwards it, and always comes to an end.
//!
//! Knows: the decoder that ends. Must not know: whose bytes they are, or what becomes of them.
//!
//! For hosts that hand over slices and say when there are no more: a filter of a proxy, a callback, a middleware. The bytes
//! are only looked at; forwarding them, untouched, stays the host's business. Where they are an HTTP body of the crate
//! `http-body`, the feature of that name has a `TapBody`, which does both.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use deltaic::tap::{Close, Observer, Tap};
//! use deltaic::{Delta, Ending, Error, Usage};
//!
//! /// Remembers what a bill needs.
//! #[derive(Clone, Default)]
//! struct Meter(Arc<Mutex<(Option<Usage>, Option<(Ending, Close)>)>>);
//!
//! impl Observer for Meter {
//!     fn observe(&mut self, item: Result<Delta<'_>, Error>) {
//!         if let Ok(Delta::Usage(usage)) = item {
//!             self.0.lock().unwrap().0 = Some(*usage);
//!         }
//!     }
//!     fn end(&mut self, ending: Ending, close: Close) {
//!         self.0.lock().unwrap().1 = Some((ending, close));
//!     }
//! }
//!
//! let stream = b"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"completion_tokens\":7}}\n\n";
//! let (meter, mut downstream) = (Meter::default(), Vec::new());
//! let mut tap = Tap::new(meter.clone());
//! for input in stream.chunks(10) {
//!     downstream.extend_from_slice(input); // forwarded first, untouched
//!     tap.see(input);
//! }
//! drop(tap); // the client hung up: `Tap::end` was never called
//!
//! let (usage, end) = *meter.0.lock().unwrap();
//! assert_eq!(usage.and_then(|usage| usage.output), Some(7));
//! assert!(end.is_some_and(|(ending, close)| close == Close::Dropped && !ending.is_truncated()));
//! assert_eq!(downstream, stream);
//! ```
//!
//! # Cost
//!
//! The decoder's, and nothing else: no allocation per delta, no copy of the bytes beyond what straddles a cut. What is idle
//! is one decoder ([`crate::docs::memory`]). Core only: no feature, no third-party type in its interface.

use alloc::boxed::Box;
use core::fmt;
use core::ops::ControlFlow;

use crate::decoder::{Decoder, Ending};
use crate::delta::Delta;
use crate::error::Error;
use crate::fused::Fused;

/// What a [`Tap`] reports to.
///
/// It is called within [`Tap::see`], [`Tap::end`] and the tap's drop, on the thread that forwards: what takes long belongs
/// elsewhere, and a panic in it during a drop that is itself a panic's aborts the process.
pub trait Observer {
    /// The next delta, or the next error. After an error that is fatal ([`Error::is_fatal`]) nothing more is observed, while
    /// the host goes on to forward.
    fn observe(&mut self, item: Result<Delta<'_>, Error>);

    /// The stream is over: its facts, and how it came to its end. Called exactly once for each tap, and last.
    fn end(&mut self, ending: Ending, close: Close);
}

impl<O: Observer + ?Sized> Observer for Box<O> {
    fn observe(&mut self, item: Result<Delta<'_>, Error>) {
        (**self).observe(item);
    }

    fn end(&mut self, ending: Ending, close: Close) {
        (**self).end(ending, close);
    }
}

/// How a tapped stream came to its end, as far as the host can tell. Whether the answer was whole is the [`Ending`]'s to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Close {
    /// The sender ended it.
    Finished,
    /// Receiving it failed.
    Failed,
    /// It was given up before its end: the receiver hung up, a timeout struck, a task was cancelled.
    Dropped,
}

/// Looks at the bytes of one stream and reports to an [`Observer`]; when it is dropped, the stream is over.
///
/// `Send` where the observer is. `Debug` prints counts and nothing of the stream.
pub struct Tap<O: Observer> {
    fused: Fused,
    observer: O,
    /// The observer was told of the end: it must be told once, and the drop comes after [`Tap::end`], too.
    is_closed: bool,
}

impl<O: Observer> Tap<O> {
    /// A tap with the tolerant default options.
    pub fn new(observer: O) -> Self {
        Self::with_decoder(observer, Decoder::new())
    }

    /// A tap with this decoder: with other options, or one that kept its allocations ([`Decoder::reset`]).
    pub fn with_decoder(observer: O, decoder: Decoder) -> Self {
        Self { fused: Fused::new(decoder), observer, is_closed: false }
    }

    /// Looks at the next bytes. After the end, and after a fatal error, it returns at once.
    ///
    /// Cost: [`Decoder::for_each`]'s.
    pub fn see(&mut self, input: &[u8]) {
        let observer = &mut self.observer;
        let _ = self.fused.for_each(input, |item| {
            observer.observe(item);
            ControlFlow::<()>::Continue(())
        });
    }

    /// The sender ended the stream: the observer is told what the end releases, and then of the end, unless it was told
    /// already. Returns the facts.
    pub fn end(&mut self) -> Ending {
        self.finish_and_report_end_once(Close::Finished)
    }

    /// Receiving the stream failed; otherwise as [`Tap::end`].
    pub fn fail(&mut self) -> Ending {
        self.finish_and_report_end_once(Close::Failed)
    }

    fn finish_and_report_end_once(&mut self, close: Close) -> Ending {
        if !self.is_closed {
            self.is_closed = true;
            if self.fused.is_open() {
                self.fused.finish();
                self.see(&[]);
                self.fused.stop();
            }
            self.observer.end(self.fused.ending(), close);
        }
        self.fused.ending()
    }

    /// The observer.
    pub fn observer(&self) -> &O {
        &self.observer
    }

    /// The decoder: its position, its wire, the quirks seen.
    pub fn decoder(&self) -> &Decoder {
        self.fused.decoder()
    }
}

/// Tells the observer of the end, if nobody did.
impl<O: Observer> Drop for Tap<O> {
    fn drop(&mut self) {
        self.finish_and_report_end_once(Close::Dropped);
    }
}

impl<O: Observer> fmt::Debug for Tap<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").field("decoder", self.decoder()).finish_non_exhaustive()
    }
}
