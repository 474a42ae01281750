//! Every adapter yields what the bare decoder does, over the whole corpus, whatever the cuts; and every adapter ends.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use super::attacks::{GOOD, limited};
use super::support::{Run, Seeded, Stream, Told, corpus, run_whole};
use crate::read::{DeltaReader, StreamError};
use crate::tap::{Close, Observer, Tap};
use crate::{Decoder, Delta, Ending, Error, Options};

#[cfg(feature = "codec")]
mod codec;
#[cfg(feature = "http-body")]
mod http_body;
#[cfg(feature = "stream")]
mod stream;

/// Decodes pieces through an adapter.
type Adapter = fn(Decoder, &[&[u8]]) -> Run;

const ADAPTERS: &[(&str, Adapter)] = &[
    ("tap", tap),
    ("reader", reader),
    ("reader, owned", reader_owned),
    #[cfg(feature = "stream")]
    ("deltas", stream::deltas),
    #[cfg(feature = "stream")]
    ("pump", stream::pump),
    #[cfg(feature = "codec")]
    ("codec", codec::by_hand),
    #[cfg(feature = "codec")]
    ("FramedRead", codec::framed),
    #[cfg(feature = "http-body")]
    ("TapBody", http_body::tapped),
];

fn run_of(decoder: &Decoder, told: Vec<Told>) -> Run {
    Run { told, ending: decoder.ending(), seen: decoder.quirks_seen() }
}

/// Whole, in pieces of 7 and 1,460 bytes, and cut anywhere, with empty pieces.
fn cuts<'b>(bytes: &'b [u8], seed: &mut Seeded) -> [Vec<&'b [u8]>; 4] {
    [vec![bytes], bytes.chunks(7).collect(), bytes.chunks(1460).collect(), seed.cuts(bytes, 90)]
}

fn differs(stream: &Stream, options: Options, seed: &mut Seeded) -> Vec<String> {
    let expected = run_whole(&options, &stream.bytes);
    let mut wrong = Vec::new();
    for pieces in cuts(&stream.bytes, seed) {
        for (name, adapter) in ADAPTERS {
            let run = adapter(Decoder::with_options(options), &pieces);
            if run != expected {
                wrong.push(format!(
                    "{}, {name}, {} pieces:\n{run:?}\nnot\n{expected:?}",
                    stream.name,
                    pieces.len()
                ));
            }
        }
    }
    wrong
}

#[test]
fn every_adapter_yields_what_the_decoder_does() {
    let mut seed = Seeded(10);
    let streams = corpus();
    assert!(streams.len() > 300);
    let wrong: Vec<_> =
        streams.iter().flat_map(|stream| differs(stream, stream.options(), &mut seed)).collect();
    assert!(wrong.is_empty(), "{} differ; the first of them\n{}", wrong.len(), wrong[0]);
}

/// The second event is too large, and that is fatal; the third is good and must not be read.
fn fatal() -> (Decoder, Vec<u8>) {
    let large = format!("data: {{\"choices\":[],\"x\":\"{}\"}}\n\n", "x".repeat(200));
    let options = limited(|limits| limits.with_event_bytes(100)).fatal_limits(true);
    (Decoder::with_options(options), [GOOD, &large, GOOD].concat().into_bytes())
}

/// Each adapter's loop goes on after every error: it ends all the same, and the fatal error came once and last.
#[test]
fn no_adapter_spins_on_a_fatal_error() {
    for size in [1, 50, 5000] {
        for (name, adapter) in ADAPTERS {
            let (decoder, stream) = fatal();
            let run = adapter(decoder, &stream.chunks(size).collect::<Vec<_>>());
            let fatal = run.errors().filter(Error::is_fatal).count();
            assert_eq!((fatal, run.errors().count()), (1, 1), "{name}");
            assert!(matches!(run.told.last(), Some(Told::Error(_))), "{name}: {:?}", run.told);
            assert_eq!(run.deltas().filter(|delta| matches!(delta, Delta::Text { .. })).count(), 1, "{name}");
        }
    }
}

/// What an observer was told. Shared, as with a host's metrics.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Logged>>);

#[derive(Default)]
struct Logged {
    told: Vec<Told>,
    ends: Vec<(Ending, Close)>,
}

impl Observer for Log {
    fn observe(&mut self, item: Result<Delta<'_>, Error>) {
        let mut log = self.0.lock().unwrap();
        assert!(log.ends.is_empty(), "the end is last");
        log.told.push(Told::of(item));
    }

    fn end(&mut self, ending: Ending, close: Close) {
        self.0.lock().unwrap().ends.push((ending, close));
    }
}

impl Log {
    fn take(&self) -> (Vec<Told>, Vec<(Ending, Close)>) {
        let mut log = self.0.lock().unwrap();
        (std::mem::take(&mut log.told), std::mem::take(&mut log.ends))
    }
}

fn tap(decoder: Decoder, pieces: &[&[u8]]) -> Run {
    let log = Log::default();
    let mut tap = Tap::with_decoder(log.clone(), decoder);
    pieces.iter().for_each(|piece| tap.see(piece));
    let ending = tap.end();
    tap.see(GOOD.as_bytes());
    let seen = tap.decoder().quirks_seen();
    drop(tap);
    let (told, ends) = log.take();
    assert_eq!(ends, [(ending, Close::Finished)]);
    Run { told, ending, seen }
}

/// Reads the pieces one by one; now and then a read is interrupted. An empty piece would be the end.
struct Pieces<'p> {
    pieces: Vec<&'p [u8]>,
    reads: usize,
}

impl<'p> Pieces<'p> {
    fn new(pieces: &[&'p [u8]]) -> Self {
        let pieces = pieces.iter().rev().filter(|piece| !piece.is_empty());
        Self { pieces: pieces.copied().collect(), reads: 0 }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        if self.reads.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let Some(piece) = self.pieces.pop() else { return Ok(0) };
        let (now, later) = piece.split_at(piece.len().min(buffer.len()));
        buffer[..now.len()].copy_from_slice(now);
        if !later.is_empty() {
            self.pieces.push(later);
        }
        Ok(now.len())
    }
}

fn reader(decoder: Decoder, pieces: &[&[u8]]) -> Run {
    let mut reader = DeltaReader::with_decoder(Pieces::new(pieces), decoder);
    let mut told = Vec::new();
    while reader.fill().unwrap() {
        loop {
            match reader.next_delta() {
                Ok(Some(delta)) => told.push(Told::of(Ok(delta))),
                Ok(None) => break,
                Err(error) => told.push(Told::Error(error)),
            }
        }
    }
    assert!(!reader.fill().unwrap());
    assert_eq!(reader.next_delta(), Ok(None));
    run_of(reader.decoder(), told)
}

fn reader_owned(decoder: Decoder, pieces: &[&[u8]]) -> Run {
    let mut reader = DeltaReader::with_decoder(Pieces::new(pieces), decoder);
    let told = reader
        .by_ref()
        .map(|item| match item {
            Ok(delta) => Told::Delta(delta),
            Err(StreamError::Decode(error)) => Told::Error(error),
            Err(StreamError::Body(error)) => panic!("{error}"),
        })
        .collect();
    assert!(reader.next().is_none());
    run_of(reader.decoder(), told)
}

/// A socket whose reads time out: what was read stays, and the next call goes on.
#[test]
fn a_reader_that_fails_may_be_read_on() {
    struct TimesOut(Vec<Option<&'static [u8]>>);
    impl Read for TimesOut {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.pop() {
                None => Ok(0),
                Some(None) => Err(io::ErrorKind::TimedOut.into()),
                Some(Some(piece)) => {
                    buffer[..piece.len()].copy_from_slice(piece);
                    Ok(piece.len())
                }
            }
        }
    }
    let (first, second) = GOOD.as_bytes().split_at(20);
    let socket = || TimesOut(vec![Some(second), None, Some(first)]);
    let mut reader = DeltaReader::new(socket());
    let (mut deltas, mut timeouts) = (0, 0);
    loop {
        match reader.fill() {
            Err(_) => timeouts += 1,
            Ok(false) => break,
            Ok(true) => {
                while reader.next_delta().unwrap().is_some() {
                    deltas += 1;
                }
            }
        }
    }
    assert_eq!((deltas, timeouts), (2, 1), "a start and a text");

    let mut reader = DeltaReader::new(socket());
    assert!(matches!(reader.next(), Some(Err(StreamError::Body(_)))));
    assert!(reader.next().is_none(), "a loop that goes on after every error ends");
    let mut decoder = reader.into_decoder();
    assert_eq!((decoder.buffered(), decoder.position()), (20, 20));
    let found = decoder.for_each(second, |item| match item {
        Ok(Delta::Text { text, .. }) => ControlFlow::Break(text.to_owned()),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!(found, ControlFlow::Break("ok".to_owned()));
}

/// What was read and not yet told goes with the decoder.
#[test]
fn a_reader_gives_its_decoder_back() {
    let stream = [GOOD, GOOD, GOOD].concat();
    let mut reader = DeltaReader::new(stream.as_bytes());
    assert!(matches!(reader.next(), Some(Ok(_))));
    let mut decoder = reader.into_decoder();
    let mut texts = 0;
    let end = decoder.end(|item| {
        texts += usize::from(matches!(item, Ok(Delta::Text { .. })));
        ControlFlow::<()>::Continue(())
    });
    assert!(end.is_continue());
    assert_eq!(texts, 3);
}

/// Dropped half-way, the tap ends once, with what the end releases.
#[test]
fn a_tap_ends_once() {
    let held = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"<thi\"}}]}\n\ndata: {\"cho";
    let text = |told: &[Told]| told.iter().any(|told| format!("{told:?}").contains("<thi"));
    for close in [Close::Finished, Close::Failed, Close::Dropped] {
        let log = Log::default();
        let mut tap = Tap::new(log.clone());
        tap.see(held.as_bytes());
        assert!(!text(&log.0.lock().unwrap().told), "it may yet become a tag");
        match close {
            Close::Finished => _ = tap.end(),
            Close::Failed => _ = tap.fail(),
            Close::Dropped => {}
        }
        if close != Close::Dropped {
            tap.see(GOOD.as_bytes()); // too late
        }
        drop(tap);
        let (told, ends) = log.take();
        assert!(text(&told));
        let [(ending, how)] = ends[..] else { panic!("{} ends", ends.len()) };
        assert_eq!((how, ending.unterminated_bytes(), ending.is_truncated()), (close, 11, true));
    }
}

#[test]
fn adapters_may_be_sent() {
    fn is_send<T: Send>() {}
    is_send::<Tap<Log>>();
    is_send::<Tap<Box<dyn Observer + Send>>>();
    is_send::<DeltaReader<std::fs::File>>();
}

/// Fault 9, for what stands around the decoder.
#[test]
fn debug_prints_nothing_of_the_stream() {
    let mut reader = DeltaReader::new(&b"data: secret"[..]);
    reader.fill().unwrap();
    let mut tap = Tap::new(Log::default());
    tap.see(b"data: secret");
    let printed = format!("{reader:?} {tap:?}");
    assert!(printed.starts_with("DeltaReader { decoder: Decoder {") && printed.contains("Tap { decoder: "));
    assert!(!printed.contains("secret") && !printed.contains("115"), "{printed}");
}
