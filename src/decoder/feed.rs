//! Conveniences on top of the primitive.
//!
//! Knows: [`Decoder::next_delta`], and what must be kept when an input is left early. Must not know: rooms.

use std::ops::ControlFlow;

use super::{Decoder, Source, State};
use crate::delta::Delta;
use crate::error::Error;

impl Decoder {
    /// Feeds `input` through a guard that gives the deltas one by one; when it is dropped early, the rest of the input is
    /// kept (copied) and told first next time.
    pub fn feed<'d>(&'d mut self, input: &'d [u8]) -> Feed<'d> {
        Feed { decoder: self, input }
    }

    /// Feeds `input` and calls `f` with each delta and each non-fatal or fatal error, until it breaks or the input is
    /// taken. After a break the rest of the input is kept, as by [`Decoder::feed`].
    pub fn for_each(
        &mut self,
        input: &[u8],
        mut f: impl FnMut(Result<Delta<'_>, Error>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut feed = self.feed(input);
        loop {
            match feed.next_delta() {
                Ok(None) => return ControlFlow::Continue(()),
                Ok(Some(delta)) => f(Ok(delta))?,
                Err(error) => {
                    f(Err(error))?;
                    if error.is_fatal() {
                        return ControlFlow::Break(());
                    }
                }
            }
        }
    }
}

/// One input being fed ([`Decoder::feed`]); dropping it early keeps the rest of the input.
#[derive(Debug)]
pub struct Feed<'d> {
    decoder: &'d mut Decoder,
    input: &'d [u8],
}

impl Feed<'_> {
    /// As [`Decoder::next_delta`], on the rest of this input.
    ///
    /// # Errors
    ///
    /// As [`Decoder::next_delta`].
    pub fn next_delta(&mut self) -> Result<Option<Delta<'_>>, Error> {
        self.decoder.next_delta(&mut self.input)
    }
}

impl Drop for Feed<'_> {
    fn drop(&mut self) {
        if self.input.is_empty() || self.decoder.state != State::Open || self.decoder.fatal.is_some() {
            return;
        }
        self.decoder.leave_fast_path();
        // The queue may still be ranges of what the carry has read.
        self.decoder.keep_queue(&[]);
        self.decoder.source = match self.decoder.source {
            Source::Joined => Source::Joined,
            _ => Source::Scratch,
        };
        self.decoder.take(self.input, self.input.len());
        self.decoder.feeder.carry.push(self.input);
        self.decoder.feeder.need_input = false;
    }
}
