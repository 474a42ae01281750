//! The public decoder: its verbs, in the order in which they are called.
//!
//! Knows: [`Machine`]'s verbs. Must not know: rooms.

use core::fmt;

use super::{Ending, Feed, Machine};
use crate::delta::Delta;
use crate::dialect::Quirks;
use crate::error::Error;
use crate::options::{Options, Wire};

/// Decodes one chat stream: bytes in, cut anywhere; normalized deltas out.
///
/// The same bytes give the same deltas under every cut. Nothing is read, waited for or timed: the caller brings bytes
/// when it has some. In steady state it allocates nothing.
///
/// ```
/// use std::ops::ControlFlow;
/// use deltaic::{Decoder, Delta, Error};
///
/// let received = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n";
/// let mut text = String::new();
/// let mut read = |said: Result<Delta<'_>, Error>| {
///     match said {
///         Ok(Delta::Text { text: piece, .. }) => text.push_str(piece),
///         Ok(_) => {}
///         Err(error) => eprintln!("{error}"), // one bad event; the next one decodes
///     }
///     ControlFlow::<()>::Continue(())
/// };
///
/// let mut decoder = Decoder::new();
/// for input in received.chunks(7) {
///     let _ = decoder.for_each(input, &mut read);
/// }
/// let ControlFlow::Continue(ending) = decoder.end(&mut read) else { unreachable!("`read` never breaks") };
/// assert_eq!(text, "Hi");
/// assert!(!ending.is_truncated());
/// ```
///
/// `Debug` prints counts and nothing of the stream.
#[derive(Clone)]
pub struct Decoder {
    pub(super) machine: Machine,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder with the tolerant default options. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with_options(Options::new())
    }

    /// A decoder with these options. Allocates nothing yet.
    #[must_use]
    pub fn with_options(options: Options) -> Self {
        Self { machine: Machine::new(&options) }
    }

    /// The primitive: takes bytes from the front of `input` until there is a delta to tell, and moves `input` past them.
    /// `Ok(None)` means that all of `input` was taken: feed more, or [`Decoder::finish`].
    ///
    /// The delta borrows from the decoder or from `input`, so it must be dealt with (or copied by
    /// [`Delta::into_owned`]) before the next call. It cannot be returned out of the loop, and no other method can be
    /// called while it lives: the borrow checker says so.
    ///
    /// # Errors
    ///
    /// One bad event is one error; unless [`Error::is_fatal`], call on: the next event decodes. A fatal error is told
    /// again by every call until [`Decoder::reset`], and no input is taken: a loop that goes on after any error never
    /// ends. Fatal are limits, by option ([`Options::fatal_limits`]), and in AWS event streams lengths that are in doubt. So:
    ///
    /// ```
    /// # use deltaic::{Decoder, Delta, Error};
    /// # fn drain(decoder: &mut Decoder, mut input: &[u8]) -> Result<(), Error> {
    /// loop {
    ///     match decoder.next_delta(&mut input) {
    ///         Ok(Some(delta)) => println!("{delta:?}"),
    ///         Ok(None) => return Ok(()), // feed me more
    ///         Err(error) if error.is_fatal() => return Err(error),
    ///         Err(error) => eprintln!("{error}"), // one bad event
    ///     }
    /// }
    /// # }
    /// # assert_eq!(drain(&mut Decoder::new(), b"data: {]\n\ndata: [DONE]\n\n"), Ok(()));
    /// ```
    ///
    /// # Cost
    ///
    /// Linear in the bytes for every cut. Nothing is allocated in steady state; copied are bytes of events that straddle
    /// a cut, `data` joined from several lines, strings with escapes, the strings of an event's second and later deltas, and
    /// text of at most sixteen ASCII bytes: that is cheaper than to check it for UTF-8 where it lies.
    pub fn next_delta<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Result<Option<Delta<'d>>, Error> {
        if self.machine.take_empty_or_carry_line_byte(input) {
            *input = &[];
            return Ok(None);
        }
        self.machine.next_delta(input)
    }

    /// No more bytes will come. The guard tells what the end releases: held text, an unterminated last event. Bytes fed
    /// after this are ignored until [`Decoder::reset`].
    ///
    /// Dropped unread, it loses nothing: [`Decoder::next_delta`] on an empty input tells the same. [`Decoder::end`] is the
    /// short form.
    ///
    /// ```
    /// # use deltaic::{Decoder, Delta, Error};
    /// let mut decoder = Decoder::new();
    /// let mut input = &b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"<thi\"}}]}\n\n"[..];
    /// while let Some(delta) = decoder.next_delta(&mut input)? {
    ///     assert!(!matches!(delta, Delta::Text { .. })); // is it a tag? It may yet become one
    /// }
    /// let mut rest = decoder.finish();
    /// assert_eq!(rest.next_delta()?, Some(Delta::Text { choice: 0, text: "<thi" }));
    /// assert_eq!(rest.next_delta()?, None);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use = "the guard tells what the end releases"]
    pub fn finish(&mut self) -> Feed<'_> {
        self.machine.begin_finish();
        self.feed(&[])
    }

    /// As new, for another stream with the same options: nothing of the stream before is left, but allocations are kept.
    pub fn reset(&mut self) {
        self.machine.reset();
    }

    /// Bytes taken from inputs so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.machine.taken
    }

    /// Bytes that the buffers of framing hold on to.
    #[cfg(test)]
    pub(crate) fn framing_kept(&self) -> usize {
        self.machine.feeder.carry.kept().saturating_add(self.machine.frames.kept())
    }

    /// Bytes taken that wait for the rest of their event (or, after a [`Feed`] was dropped early, for their turn).
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.machine.feeder.carry.len()
    }

    /// Bytes of events framed or dropped, since the last event ended, that brought no event: comments, unknown fields. A
    /// caller that times out on silence should not take a flood of comments for progress.
    #[must_use]
    pub fn bytes_since_event(&self) -> u64 {
        self.machine.taken.saturating_sub(self.machine.event_at)
    }

    /// The quirks met so far.
    #[must_use]
    pub fn quirks_seen(&self) -> Quirks {
        self.machine.pipeline.tolerance.seen
    }

    /// The wire of the stream, as soon as it is known ([`Ending::wire`]).
    #[must_use]
    pub fn wire(&self) -> Option<Wire> {
        self.machine.pipeline.parser.wire()
    }

    /// What can be said of the stream's end so far; final once the guard of [`Decoder::finish`] is read to its end.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.machine.ending()
    }
}

/// Counts only. By hand, and what holds bytes of the stream inside has no `Debug` to fall back on.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("position", &self.position())
            .field("buffered", &self.buffered())
            .field("quirks_seen", &self.quirks_seen())
            .field("ending", &self.ending())
            .finish_non_exhaustive()
    }
}
