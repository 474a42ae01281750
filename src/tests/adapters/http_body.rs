//! The feature `http-body`: [`TapBody`].

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use ::http_body::{Body, Frame, SizeHint};
use http::HeaderMap;

use super::{Close, GOOD, Log, Run, Told};
use crate::Decoder;
use crate::http_body::TapBody;
use crate::tap::Tap;

/// A body: pieces, then trailers, or an error. `knows`: it says that it is at its end before anybody asks for the next frame.
struct Pieces<'p> {
    frames: Vec<Result<Frame<&'p [u8]>, &'static str>>,
    knows: bool,
    polls: usize,
}

impl<'p> Pieces<'p> {
    fn new(pieces: &[&'p [u8]]) -> Self {
        let frames = pieces.iter().rev().map(|piece| Ok(Frame::data(*piece))).collect();
        Self { frames, knows: false, polls: 0 }
    }
}

impl<'p> Body for Pieces<'p> {
    type Data = &'p [u8];
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<&'p [u8]>, &'static str>>> {
        self.polls += 1;
        if self.polls.is_multiple_of(3) { Poll::Pending } else { Poll::Ready(self.frames.pop()) }
    }

    fn is_end_stream(&self) -> bool {
        self.knows && self.frames.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(7)
    }
}

/// The next frame that is ready.
fn next<B: Body + Unpin>(body: &mut B) -> Option<Result<Frame<B::Data>, B::Error>> {
    loop {
        if let Poll::Ready(frame) = pin!(&mut *body).poll_frame(&mut Context::from_waker(Waker::noop())) {
            return frame;
        }
    }
}

/// Every frame, and the data of them.
fn read_all<'p, B: Body<Data = &'p [u8], Error = &'static str> + Unpin>(body: &mut B) -> Vec<u8> {
    let mut passed = Vec::new();
    while let Some(frame) = next(body) {
        passed.extend_from_slice(frame.unwrap().into_data().unwrap_or_default());
    }
    passed
}

pub(super) fn tapped(decoder: Decoder, pieces: &[&[u8]]) -> Run {
    let log = Log::default();
    let mut body = TapBody::with_tap(Pieces::new(pieces), Tap::with_decoder(log.clone(), decoder));
    assert_eq!(read_all(&mut body), pieces.concat(), "every byte passes, after a fatal error, too");
    let seen = body.decoder().quirks_seen();
    let (told, ends) = log.take();
    drop(body);
    let [(ending, Close::Finished)] = ends[..] else { panic!("{ends:?}") };
    assert_eq!(log.take(), (vec![], vec![]), "the drop adds nothing");
    Run { told, ending, seen }
}

/// Runs `read` on a tapped body and drops it; what the observer got.
fn observed(body: Pieces<'_>, read: impl FnOnce(&mut TapBody<Pieces<'_>, Log>)) -> (usize, Close, bool) {
    let log = Log::default();
    let mut body = TapBody::new(body, log.clone());
    read(&mut body);
    drop(body);
    let (told, ends) = log.take();
    let [(ending, close)] = ends[..] else { panic!("{ends:?}") };
    (told.iter().filter(|told| matches!(told, Told::Delta(_))).count(), close, ending.is_truncated())
}

/// A client that hangs up, an upstream that fails, a server that asks no more: the end comes once, whatever way.
#[test]
fn a_body_ends_once_whatever_way() {
    let pieces = || Pieces::new(&[GOOD.as_bytes(), b"data: [DONE]\n\n"]);
    assert_eq!(observed(pieces(), |_| ()), (0, Close::Dropped, true), "dropped before it began");
    assert_eq!(observed(pieces(), |body| drop(next(body))), (2, Close::Dropped, true), "half-way");
    assert_eq!(observed(pieces(), |body| drop(read_all(body))), (3, Close::Finished, false));

    let failing = || Pieces { frames: vec![Err("reset"), Ok(Frame::data(GOOD.as_bytes()))], ..pieces() };
    let fail = |body: &mut TapBody<Pieces<'_>, Log>| {
        assert!(next(body).unwrap().is_ok());
        assert_eq!(next(body).unwrap().unwrap_err(), "reset");
    };
    assert_eq!(observed(failing(), fail), (2, Close::Failed, true));

    let knowing = || Pieces { knows: true, ..pieces() };
    let all_data = |body: &mut TapBody<Pieces<'_>, Log>| {
        while !body.is_end_stream() {
            drop(next(body));
        }
    };
    assert_eq!(
        observed(knowing(), all_data),
        (3, Close::Finished, false),
        "nobody asks for the frame after the last"
    );
    assert_eq!(
        observed(Pieces { knows: true, ..Pieces::new(&[]) }, |_| ()),
        (0, Close::Finished, true),
        "empty"
    );
}

#[test]
fn trailers_and_hints_pass() {
    let trailers = HeaderMap::from_iter([(http::header::ETAG, "x".parse().unwrap())]);
    let frames = vec![Ok(Frame::trailers(trailers.clone())), Ok(Frame::data(GOOD.as_bytes()))];
    let mut body = TapBody::new(Pieces { frames, ..Pieces::new(&[]) }, Log::default());
    assert_eq!(body.size_hint().exact(), Some(7));
    assert!(next(&mut body).unwrap().unwrap().is_data());
    assert_eq!(next(&mut body).unwrap().unwrap().into_trailers().unwrap(), trailers);
    assert!(next(&mut body).is_none());
}

#[test]
fn a_tapped_body_may_be_sent_and_prints_no_stream() {
    fn is_send<T: Send>(_: &T) {}
    let mut body = TapBody::new(Pieces::new(&[b"data: secret"]), Log::default());
    next(&mut body);
    is_send(&body);
    assert!(!format!("{body:?}").contains("secret"));
}
