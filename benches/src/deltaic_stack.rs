//! `deltaic` as a [`Stack`], with and without shape prediction, and its framer alone.

use std::hint::black_box;

use deltaic::{Decoder, Delta, Options, sse::Framer};

use crate::{
    entry,
    sink::{Sink, Tokens},
    stack::{Entry, Stack},
};

/// The full decoder; `PREDICT` is [`Options::prediction`].
pub struct Deltaic<const PREDICT: bool>(pub Decoder);

impl<'s, const PREDICT: bool> Stack<'s> for Deltaic<PREDICT> {
    fn new() -> Self {
        Self(Decoder::with_options(Options::new().prediction(PREDICT)))
    }

    fn feed<S: Sink>(&mut self, mut input: &'s [u8], sink: &mut S) {
        loop {
            match self.0.next_delta(&mut input) {
                Ok(Some(delta)) => tell(delta, sink),
                Ok(None) => break,
                Err(error) => {
                    sink.reject(&error);
                    if error.is_fatal() {
                        break;
                    }
                }
            }
        }
    }

    fn end<S: Sink>(&mut self, sink: &mut S) {
        let _ = self.0.finish();
        self.feed(&[], sink);
    }
}

/// The full decoder whose deltas are owned, as they are where they leave the loop: an adapter yields them.
///
/// What is timed is making the value in memory (`black_box` sees it there, so nothing of it is left out), looking at its text as
/// the borrowed loop does, and dropping it. No move to elsewhere, and no check of the answer: that comes before.
pub struct Owning(Decoder);

impl<'s> Stack<'s> for Owning {
    fn new() -> Self {
        Self(Decoder::new())
    }

    fn feed<S: Sink>(&mut self, mut input: &'s [u8], sink: &mut S) {
        loop {
            match self.0.next_delta(&mut input) {
                Ok(Some(delta)) => tell(black_box(&delta.into_owned()).as_delta(), sink),
                Ok(None) => break,
                Err(error) => sink.reject(&error),
            }
        }
    }

    fn end<S: Sink>(&mut self, sink: &mut S) {
        let _ = self.0.finish();
        self.feed(&[], sink);
    }
}

/// One delta, to where values go.
#[inline]
pub(crate) fn tell<S: Sink>(delta: Delta<'_>, sink: &mut S) {
    match delta {
        Delta::Text { choice, text } => sink.text(choice, text),
        Delta::Reasoning { choice, text } => sink.reasoning(choice, text),
        Delta::ToolCallStart { choice, slot, name, .. }
        | Delta::ToolCallUpdate { choice, slot, name, .. } => {
            sink.call(choice, slot, name.unwrap_or_default());
        }
        Delta::ToolCallArguments { choice, slot, fragment } => sink.arguments(choice, slot, fragment),
        Delta::Finish { choice, raw, .. } => sink.finish(choice, raw),
        Delta::Usage(usage) => sink.usage(tokens(usage)),
        _ => {}
    }
}

fn tokens(usage: &deltaic::Usage) -> Tokens {
    [usage.input, usage.output, usage.total].map(Option::unwrap_or_default)
}

/// The strict WHATWG framer.
pub struct Frames(Framer);

impl<'s> Stack<'s> for Frames {
    fn new() -> Self {
        Self(Framer::new())
    }

    fn feed<S: Sink>(&mut self, mut input: &'s [u8], sink: &mut S) {
        loop {
            match self.0.next_frame(&mut input) {
                Ok(Some(frame)) if frame.data == "[DONE]" => {}
                Ok(Some(frame)) => sink.frame(frame.data.as_bytes()),
                Ok(None) => break,
                Err(error) => sink.reject(&error),
            }
        }
    }
}

/// The full decoder.
#[must_use]
pub fn deltaic() -> Entry {
    entry!("deltaic", Typed, Deltaic::<true>)
}

/// The full decoder, each delta owned.
#[must_use]
pub fn owning() -> Entry {
    entry!("deltaic, owned deltas", Typed, Owning)
}

/// The full decoder with prediction off.
#[must_use]
pub fn unpredicted() -> Entry {
    entry!("deltaic, prediction off", Typed, Deltaic::<false>)
}

/// The framer alone.
#[must_use]
pub fn framer() -> Entry {
    entry!("deltaic::sse::Framer", Framing, Frames)
}
