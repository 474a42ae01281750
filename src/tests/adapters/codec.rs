//! The feature `codec`: [`DeltaCodec`], by hand and within `FramedRead`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::StreamExt;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder as _, FramedRead};

use super::{GOOD, Run, Told, run_of};
use crate::codec::{DeltaCodec, StreamError};
use crate::{Decoder, Error, OwnedDelta};

type Item = Result<Result<OwnedDelta, Error>, StreamError<io::Error>>;

fn told(item: Item) -> Told {
    match item {
        Ok(Ok(delta)) => Told::Delta(delta),
        Ok(Err(error)) => {
            assert!(!error.is_fatal());
            Told::Error(error)
        }
        Err(StreamError::Decode(error)) => {
            assert!(error.is_fatal());
            Told::Error(error)
        }
        Err(StreamError::Body(error)) => panic!("{error}"),
    }
}

/// Reads what `decode` yields until it wants more; false after a fatal error.
fn drain(
    mut decode: impl FnMut() -> Result<Option<Result<OwnedDelta, Error>>, StreamError<io::Error>>,
    all: &mut Vec<Told>,
) -> bool {
    while let Some(item) = decode().transpose() {
        let is_fatal = item.is_err();
        all.push(told(item));
        if is_fatal {
            return false;
        }
    }
    true
}

pub(super) fn by_hand(decoder: Decoder, pieces: &[&[u8]]) -> Run {
    let mut codec = DeltaCodec::with_decoder(decoder);
    let (mut buffer, mut all) = (BytesMut::new(), Vec::new());
    let mut goes_on = true;
    for (at, piece) in pieces.iter().enumerate() {
        buffer.extend_from_slice(piece);
        // The last bytes may be there when the end is seen.
        goes_on = goes_on && (at + 1 == pieces.len() || drain(|| codec.decode(&mut buffer), &mut all));
    }
    if goes_on {
        drain(|| codec.decode_eof(&mut buffer), &mut all);
    }
    run_of(codec.decoder(), all)
}

/// Reads piece by piece, pending now and then.
struct Pieces<'p> {
    pieces: Vec<&'p [u8]>,
    polls: usize,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.polls += 1;
        if self.polls.is_multiple_of(3) {
            return Poll::Pending;
        }
        if let Some(piece) = self.pieces.pop() {
            let (now, later) = piece.split_at(piece.len().min(buffer.remaining()));
            buffer.put_slice(now);
            if !later.is_empty() {
                self.pieces.push(later);
            }
        }
        Poll::Ready(Ok(()))
    }
}

pub(super) fn framed(decoder: Decoder, pieces: &[&[u8]]) -> Run {
    let pieces = pieces.iter().rev().filter(|piece| !piece.is_empty()).copied().collect();
    let mut framed = FramedRead::new(Pieces { pieces, polls: 0 }, DeltaCodec::with_decoder(decoder));
    let mut all = Vec::new();
    loop {
        match framed.poll_next_unpin(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => {}
            Poll::Ready(Some(item)) => all.push(told(item)),
            Poll::Ready(None) => break,
        }
    }
    run_of(framed.decoder().decoder(), all)
}

/// One bad event is an item, and the good ones around it come.
#[test]
fn a_bad_event_is_an_item() {
    let stream = [GOOD, "data: {]\n\n", GOOD].concat();
    let run = framed(Decoder::new(), &[stream.as_bytes()]);
    assert_eq!((run.errors().count(), run.completion().choices[&0].text.as_str()), (1, "okok"));
}

#[test]
fn a_codec_may_be_sent_and_prints_no_stream() {
    fn is_send<T: Send>(_: &T) {}
    let mut codec = DeltaCodec::new();
    assert!(codec.decode(&mut BytesMut::from("data: secret")).unwrap().is_none());
    is_send(&codec);
    assert!(!format!("{codec:?}").contains("secret"));
    assert_eq!(codec.into_decoder().buffered(), 12);
}
