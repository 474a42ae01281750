//! The feature `stream`: [`Deltas`] and [`pump`].

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use futures_util::StreamExt;

use super::{GOOD, Run, Told, run_of};
use crate::stream::{Deltas, DeltasExt, StreamError};
use crate::{Decoder, Delta, Error};

/// Polls until it is done: what is pending here is ready the next time.
pub(super) fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

pin_project_lite::pin_project! {
    /// A body that is not `Unpin`, is pending now and then, and may fail at its end, again and again.
    pub(super) struct Pieces<'p> {
        pieces: Vec<&'p [u8]>,
        fails: bool,
        polls: usize,
        #[pin]
        pinned: PhantomPinned,
    }
}

impl<'p> Pieces<'p> {
    pub(super) fn new(pieces: &[&'p [u8]], fails: bool) -> Self {
        Self { pieces: pieces.iter().rev().copied().collect(), fails, polls: 0, pinned: PhantomPinned }
    }

    pub(super) fn poll(self: Pin<&mut Self>) -> Poll<Option<Result<&'p [u8], &'static str>>> {
        let this = self.project();
        *this.polls += 1;
        if this.polls.is_multiple_of(3) {
            return Poll::Pending;
        }
        Poll::Ready(match this.pieces.pop() {
            Some(piece) => Some(Ok(piece)),
            None => this.fails.then_some(Err("reset by peer")),
        })
    }
}

impl<'p> Stream for Pieces<'p> {
    type Item = Result<&'p [u8], &'static str>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll()
    }
}

fn told<E: std::fmt::Debug>(item: Result<crate::OwnedDelta, StreamError<E>>) -> Told {
    match item {
        Ok(delta) => Told::Delta(delta),
        Err(StreamError::Decode(error)) => Told::Error(error),
        Err(StreamError::Body(error)) => panic!("{error:?}"),
    }
}

pub(super) fn deltas(decoder: Decoder, pieces: &[&[u8]]) -> Run {
    let mut deltas = pin!(Pieces::new(pieces, false).deltas_with(decoder));
    let mut all = Vec::new();
    while let Some(item) = wait(deltas.next()) {
        assert!(!deltas.is_terminated() || item.is_err());
        all.push(told(item));
    }
    assert!(deltas.is_terminated());
    assert!(wait(deltas.next()).is_none());
    run_of(deltas.decoder(), all)
}

pub(super) fn pump(mut decoder: Decoder, pieces: &[&[u8]]) -> Run {
    let mut told = Vec::new();
    let pumped = wait(crate::stream::pump(Pieces::new(pieces, false), &mut decoder, |item| {
        told.push(Told::of(item));
        ControlFlow::<()>::Continue(())
    }));
    assert_eq!(pumped, Ok(ControlFlow::Continue(decoder.ending())));
    run_of(&decoder, told)
}

fn texts(decoder: &mut Decoder, input: &str) -> usize {
    let texts = Cell::new(0);
    let count = |item: Result<Delta<'_>, Error>| {
        texts.set(texts.get() + usize::from(matches!(item, Ok(Delta::Text { .. }))));
        ControlFlow::<()>::Continue(())
    };
    assert!(decoder.for_each(input.as_bytes(), count).is_continue());
    assert!(decoder.end(count).is_continue());
    texts.get()
}

/// The body's error comes as it is, once, and the decoder goes on with the rest from elsewhere.
#[test]
fn a_body_that_fails_leaves_the_decoder_as_it_is() {
    let (first, second) = GOOD.split_at(20);
    let body = pin!(Pieces::new(&[GOOD.as_bytes(), first.as_bytes()], true));
    let mut deltas = body.deltas();
    let mut items: Vec<_> = std::iter::from_fn(|| wait(deltas.next())).collect();
    assert_eq!(items.pop(), Some(Err(StreamError::Body("reset by peer"))));
    assert_eq!(items.len(), 2, "a start and a text");
    assert_eq!(deltas.decoder().buffered(), 20);
    assert_eq!(texts(&mut deltas.into_decoder(), second), 1);

    let mut decoder = Decoder::new();
    let body = Pieces::new(&[GOOD.as_bytes(), first.as_bytes()], true);
    let pumped = wait(crate::stream::pump(body, &mut decoder, |_| ControlFlow::<()>::Continue(())));
    assert_eq!((pumped, decoder.buffered()), (Err("reset by peer"), 20));
    assert_eq!(texts(&mut decoder, second), 1);
}

/// What a body brought and nobody asked for goes with the decoder; so does what a closure broke off.
#[test]
fn nothing_is_lost_when_left_early() {
    let bytes = [GOOD, GOOD, GOOD].concat();
    let body = pin!(Pieces::new(&[bytes.as_bytes()], false));
    let mut deltas = body.deltas();
    assert!(wait(deltas.next()).is_some_and(|item| item.is_ok()));
    assert_eq!(texts(&mut deltas.into_decoder(), ""), 3);

    let mut decoder = Decoder::new();
    let body = Pieces::new(&[bytes.as_bytes()], false);
    let pumped = wait(crate::stream::pump(body, &mut decoder, |item| match item {
        Ok(Delta::Text { text, .. }) => ControlFlow::Break(text.to_owned()),
        _ => ControlFlow::Continue(()),
    }));
    assert_eq!(pumped, Ok(ControlFlow::Break("ok".to_owned())));
    assert_eq!(texts(&mut decoder, ""), 2);
}

#[test]
fn streams_may_be_sent() {
    fn is_send<T: Send>(_: &T) {}
    fn is_unpin<T: Unpin>() {}
    let mut decoder = Decoder::new();
    let body = || Pieces::new(&[], false);
    is_send(&body().deltas());
    is_send(&crate::stream::pump(body(), &mut decoder, |_| ControlFlow::<()>::Continue(())));
    is_unpin::<Deltas<Pin<&mut Pieces<'_>>, &[u8]>>();
}

#[test]
fn an_error_of_a_stream_prints_what_it_holds() {
    let body = StreamError::Body(std::io::Error::other("reset"));
    assert_eq!((body.to_string(), body.is_fatal()), ("reset".to_owned(), true));
    let decode = Decoder::new().for_each(b"data: {]\n\n", |item| match item {
        Err(error) => ControlFlow::Break(StreamError::<std::io::Error>::from(error)),
        Ok(_) => ControlFlow::Continue(()),
    });
    let decode = decode.break_value().unwrap();
    assert_eq!((&*decode.to_string(), decode.is_fatal()), ("malformed JSON in the event at byte 0", false));
    assert!(std::error::Error::source(&decode).is_none());
}
