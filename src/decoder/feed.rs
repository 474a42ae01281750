//! `Feed`, `for_each` and `end`, built on `next_delta`; the rest of an input that is left early is carried.
//!
//! Knows: [`Decoder::next_delta`], and what must be kept when an input is left early. Must not know: rooms.

use core::fmt;
use core::ops::ControlFlow;

use super::{Decoder, Ending, Machine, Source, State};
use crate::delta::Delta;
use crate::error::Error;

impl Decoder {
    /// Feeds `input` through a guard that tells the deltas one by one; when it is dropped early, the rest of the input is
    /// kept (copied) and told first next time.
    ///
    /// What is kept so is input that nobody has looked at: no limit bounds it but the caller's own. Read each guard to its
    /// end, or [`Decoder::reset`]; [`Decoder::buffered`] tells what is held.
    #[must_use = "dropped unread, the guard keeps all of the input, without limit"]
    pub fn feed<'d>(&'d mut self, input: &'d [u8]) -> Feed<'d> {
        Feed { decoder: self, input }
    }

    /// Feeds `input` and calls `f` with each delta and each error, until it breaks or the input is taken. After a break the
    /// rest of the input is kept, as by [`Decoder::feed`].
    ///
    /// It goes on after an error that is one bad event's, and returns after a fatal one ([`Error::is_fatal`]), which each
    /// later call tells again, once: the loop around it ends when its inputs do.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use deltaic::{Decoder, Delta, Error};
    ///
    /// let input = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: {]\n\n";
    /// let found = Decoder::new().for_each(input, |said| match said {
    ///     Err(error) => ControlFlow::Break(error), // whatever the closure breaks with is returned
    ///     Ok(_) => ControlFlow::Continue(()),
    /// });
    /// assert_eq!(found.break_value().map(|error: Error| error.offset()), Some(58));
    /// ```
    pub fn for_each<B>(
        &mut self,
        input: &[u8],
        f: impl FnMut(Result<Delta<'_>, Error>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        self.feed(input).drain_until_fatal(f)
    }

    /// No more bytes will come: [`Decoder::finish`], and `f` is called with what the end releases, as by
    /// [`Decoder::for_each`]; then how the stream ended.
    pub fn end<B>(
        &mut self,
        f: impl FnMut(Result<Delta<'_>, Error>) -> ControlFlow<B>,
    ) -> ControlFlow<B, Ending> {
        self.finish().drain_until_fatal(f)?;
        ControlFlow::Continue(self.ending())
    }
}

/// One input being fed ([`Decoder::feed`]), or the end ([`Decoder::finish`]); dropping it early keeps the rest.
///
/// `Debug` prints counts and nothing of the stream.
#[must_use = "dropped unread, it keeps all of the input, without limit"]
pub struct Feed<'d> {
    decoder: &'d mut Decoder,
    input: &'d [u8],
}

impl Feed<'_> {
    /// As [`Decoder::next_delta`], on the rest of this input.
    ///
    /// # Errors
    ///
    /// As [`Decoder::next_delta`]: a fatal error is told again by every call.
    #[inline]
    pub fn next_delta(&mut self) -> Result<Option<Delta<'_>>, Error> {
        self.decoder.next_delta(&mut self.input)
    }

    /// Calls `f` with each that is left.
    fn drain_until_fatal<B>(
        mut self,
        mut f: impl FnMut(Result<Delta<'_>, Error>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        loop {
            match self.next_delta() {
                Ok(None) => return ControlFlow::Continue(()),
                Ok(Some(delta)) => f(Ok(delta))?,
                Err(error) => {
                    f(Err(error))?;
                    if error.is_fatal() {
                        return ControlFlow::Continue(());
                    }
                }
            }
        }
    }
}

impl fmt::Debug for Feed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("decoder", &self.decoder).field("input", &self.input.len()).finish()
    }
}

impl Drop for Feed<'_> {
    fn drop(&mut self) {
        self.decoder.machine.carry_rest_if_open(self.input);
    }
}

impl Machine {
    /// The rest of an input that was left early; told first next time.
    fn carry_rest_if_open(&mut self, rest: &[u8]) {
        if rest.is_empty() || self.state != State::Open || self.fatal.is_some() {
            return;
        }
        self.leave_fast_path_queuing_due_usage();
        // The queue may still be ranges of what the carry has read.
        self.copy_rest_of_queue_to_scratch(&[]);
        self.source = match self.source {
            Source::DataBuffer => Source::DataBuffer,
            _ => Source::Scratch,
        };
        self.count_taken_and_keep_first_bytes(rest, rest.len());
        self.feeder.carry.push(rest);
        self.feeder.need_input = false;
    }
}
