//! [`Fused`]: a decoder that comes to an end. After a fatal error, and after what the end of the input releases, it yields
//! nothing more.
//!
//! Knows: the decoder's verbs. Must not know: where the bytes come from.
//!
//! It stands between the decoder and each adapter: a decoder repeats a fatal error with every call, and the loop around an
//! adapter must end even if it goes on after every error.

use core::ops::ControlFlow;

use crate::decoder::{Decoder, Ending};
use crate::delta::Delta;
use crate::error::Error;

/// A decoder and how far its stream is.
pub(crate) struct Fused {
    decoder: Decoder,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Bytes may come.
    Open,
    /// No more bytes will come; what the end releases is being read.
    Ending,
    /// Nothing more is yielded.
    Over,
}

impl Fused {
    pub(crate) fn new(decoder: Decoder) -> Self {
        Self { decoder, phase: Phase::Open }
    }

    /// As [`Decoder::for_each`], but nothing once it is over.
    pub(crate) fn for_each<B>(
        &mut self,
        input: &[u8],
        mut f: impl FnMut(Result<Delta<'_>, Error>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if self.phase == Phase::Over {
            return ControlFlow::Continue(());
        }
        let phase = &mut self.phase;
        self.decoder.for_each(input, |item| {
            if item.as_ref().is_err_and(Error::is_fatal) {
                *phase = Phase::Over;
            }
            f(item)
        })
    }

    /// No more bytes will come: what the end releases comes next, on an empty input.
    pub(crate) fn finish(&mut self) {
        if self.phase == Phase::Open {
            let _ = self.decoder.finish();
            self.phase = Phase::Ending;
        }
    }

    /// Nothing more is yielded, and the decoder stays as it is.
    pub(crate) fn stop(&mut self) {
        self.phase = Phase::Over;
    }

    /// Whether bytes may still come.
    pub(crate) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    pub(crate) fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    pub(crate) fn ending(&self) -> Ending {
        self.decoder.ending()
    }
}

/// For those that are asked for one delta at a time, and bring the bytes themselves.
#[cfg(any(feature = "std", feature = "stream"))]
impl Fused {
    /// As [`Decoder::next_delta`], but `Ok(None)` for good once it is over. A fatal error is yielded once.
    #[inline]
    pub(crate) fn next_delta<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Delta<'d>>, Error> {
        if self.phase == Phase::Over {
            *input = &[];
            return Ok(None);
        }
        let item = self.decoder.next_delta(input);
        match &item {
            Ok(None) if self.phase == Phase::Ending => self.phase = Phase::Over,
            Err(error) if error.is_fatal() => self.phase = Phase::Over,
            _ => {}
        }
        item
    }

    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// The decoder; it keeps `unread`, the rest of an input that was left early.
    pub(crate) fn into_decoder(mut self, unread: &[u8]) -> Decoder {
        drop(self.decoder.feed(unread));
        self.decoder
    }
}
