//! The strict framer: the cases of `corpus/sse`, and its slow twin.

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::naive::{self, Event, Reading};
use super::support::{Seeded, corpus, corpus_dir, files, run};
use crate::sse::Framer;
use crate::{Decoder, Limits, Options};

/// All that the framer says of these pieces.
fn frame<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Reading {
    let mut framer = Framer::new();
    let mut events = Vec::new();
    for mut piece in pieces {
        drain(&mut framer, &mut piece, &mut events);
    }
    framer.finish();
    drain(&mut framer, &mut &b"data: late\n\n"[..], &mut events);
    Reading { events, last_event_id: framer.id().to_owned(), retry: framer.retry() }
}

fn drain(framer: &mut Framer, input: &mut &[u8], events: &mut Vec<Event>) {
    while let Some(frame) = framer.next_frame(input).unwrap() {
        let (event, data, id) = (frame.event.to_owned(), frame.data.to_owned(), frame.id.to_owned());
        events.push(Event { event, data, id, retry: framer.retry() });
    }
    assert!(input.is_empty(), "stopped before the end of the input");
}

/// Whole, byte by byte, at every cut in two and at seeded ones, the framer reads as its twin does.
fn agrees(stream: &[u8]) {
    let expected = naive::read(stream);
    assert_eq!(frame([stream]), expected, "whole");
    assert_eq!(frame(stream.chunks(1)), expected, "byte by byte");
    for at in 0..=stream.len() {
        let (first, second) = stream.split_at(at);
        assert_eq!(frame([first, second]), expected, "cut at {at}");
    }
    for seed in 0..4 {
        assert_eq!(frame(Seeded(seed).cuts(stream, 9)), expected, "cut by seed {seed}");
    }
}

/// The lines of a `.frames` file that a reading makes: an event, and the reconnection time behind it when it changed.
fn lines(reading: &Reading) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut told = None;
    let mut retry = |lines: &mut Vec<_>, now: Option<u64>| {
        if now != told {
            told = now;
            lines.extend(now.map(|milliseconds| json!({"type": "retry", "milliseconds": milliseconds})));
        }
    };
    for Event { event, data, id, retry: now } in &reading.events {
        lines.push(json!({"type": "event", "event": event, "data": data, "last_event_id": id}));
        retry(&mut lines, *now);
    }
    retry(&mut lines, reading.retry);
    lines
}

/// Streams with what the standard says of them.
fn cases() -> Vec<(String, Vec<u8>, Vec<Value>)> {
    let is_case = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "frames");
    let case = |path: std::path::PathBuf| {
        let stream = fs::read(path.with_extension("sse")).unwrap();
        let expected = fs::read_to_string(&path).unwrap();
        let expected = expected.lines().filter(|line| !line.starts_with("# "));
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, stream, expected.map(|line| serde_json::from_str(line).unwrap()).collect())
    };
    files(&corpus_dir().join("sse")).into_iter().filter(is_case).map(case).collect()
}

#[test]
fn the_standard_case_by_case() {
    let cases = cases();
    assert!(cases.len() > 70, "only {} cases", cases.len());
    for (name, stream, expected) in cases {
        assert_eq!(lines(&naive::read(&stream)), expected, "the twin on {name}");
        assert_eq!(lines(&frame([&*stream])), expected, "{name}");
    }
}

#[test]
fn every_cut_reads_as_the_twin_does() {
    for (_, stream, _) in cases() {
        // The large case is cut by the corpus of streams.
        agrees(&stream[..stream.len().min(2048)]);
    }
}

#[test]
fn streams_of_the_corpus_frame_alike() {
    for stream in corpus().iter().filter(|stream| stream.name.ends_with(".sse")) {
        let expected = naive::read(&stream.bytes);
        assert_eq!(frame([&*stream.bytes]), expected, "{}", stream.name);
        assert_eq!(frame(Seeded(5).cuts(&stream.bytes, 300)), expected, "{}", stream.name);
    }
}

/// A CR ends its line at once, and no event waits for a byte after the one that ends it.
#[test]
fn a07_no_event_is_late() {
    for (name, stream, _) in cases() {
        let stream = &stream[..stream.len().min(512)];
        let (mut framer, mut events) = (Framer::new(), Vec::new());
        for (at, byte) in stream.iter().enumerate() {
            drain(&mut framer, &mut &[*byte][..], &mut events);
            let due = naive::read(&stream[..=at]).events.len();
            assert_eq!(events.len(), due, "{name} at byte {at}");
        }
    }
}

/// An event's own lines make that event again, are none of others, and are the same under every cut.
fn raws_are_events(stream: &[u8]) {
    let raws = |pieces: Vec<&[u8]>| {
        let (mut framer, mut raws) = (Framer::new(), Vec::new());
        for mut piece in pieces {
            while let Some(frame) = framer.next_frame(&mut piece).unwrap() {
                let (mut again, mut rest) = (Framer::new().last_event_id(frame.id), frame.raw);
                let one = again.next_frame(&mut rest).unwrap();
                let one = one.map(|one| (one.event, one.data, one.id, one.raw));
                assert_eq!(one, Some((frame.event, frame.data, frame.id, frame.raw)), "{:?}", frame.raw);
                assert!(rest.is_empty() && again.next_frame(&mut rest).unwrap().is_none());
                let foreign = |line: &[u8]| line.starts_with(b":") || line.starts_with(b"x:");
                let mut lines = frame.raw.split(|byte| matches!(byte, b'\n' | b'\r'));
                assert!(!lines.any(foreign), "{:?}", frame.raw);
                raws.push(frame.raw.to_vec());
            }
        }
        raws
    };
    let whole = raws(vec![stream]);
    assert_eq!(raws(stream.chunks(1).collect()), whole, "byte by byte");
    for at in 0..=stream.len() {
        let (first, second) = stream.split_at(at);
        assert_eq!(raws(vec![first, second]), whole, "cut at {at}");
    }
}

#[test]
fn a44_raw_is_the_event_itself() {
    for (_, stream, _) in cases() {
        raws_are_events(&stream[..stream.len().min(1024)]);
    }
    raws_are_events(b"data: a\r\n: c\r\ndata: b\r\n\r\n");
    raws_are_events(b"data: a\r: c\n\ndata: b\r: c\r\n\ndata: c\n: c\r\r\n");
}

/// A44: what is dropped from between an event's lines is not counted, in the framer and in the decoder.
#[test]
fn a44_what_is_dropped_counts_nothing() {
    for (end, dropped) in
        [("\r\n", ": c\r\n"), ("\n", ": c\r\n"), ("\r", ": c\n"), ("\r", "x: y\r"), ("\n", "x: y\r\n")]
    {
        let stream = format!("data: a{end}{}data: b{end}{end}", dropped.repeat(100));
        // The LF after the last CR is not counted: the event has ended.
        let own = 14 + 3 * end.len() - usize::from(end == "\r\n");
        let stream = stream.as_bytes();
        for size in [1, 2, 5, stream.len()] {
            for (event_bytes, expected) in [(own, 1), (own - 2 * end.len(), 0)] {
                let limits = Limits::new().with_event_bytes(event_bytes);
                let (mut framer, mut frames) = (Framer::new().limits(limits), 0);
                for mut piece in stream.chunks(size) {
                    while let Ok(Some(_)) = framer.next_frame(&mut piece) {
                        frames += 1;
                    }
                }
                assert_eq!(frames, expected, "{stream:?} at {event_bytes} in {size}");
                let run = run(&Options::new().limits(limits), stream.chunks(size));
                assert_eq!(1 - run.errors().count(), expected, "{stream:?} at {event_bytes} in {size}");
            }
        }
    }
}

/// A flood of comments in the middle of an event keeps none of them.
#[test]
fn a44_comments_are_not_kept() {
    let mut decoder = Decoder::new();
    let mut framer = Framer::new();
    let flood = ": c\r\n".repeat(10_000);
    for piece in ["data: {\r\n", &flood, &flood] {
        assert!(matches!(decoder.next_delta(&mut piece.as_bytes()), Ok(None)));
        assert!(framer.next_frame(&mut piece.as_bytes()).unwrap().is_none());
        assert!(decoder.buffered() <= 9, "{}", decoder.buffered());
        assert!(framer.kept_buffer_capacity() <= 1024, "{}", framer.kept_buffer_capacity());
    }
}

/// Faults 11 and 20: whatever an event took, a buffer keeps at most 64 KiB of it once a call comes after it.
#[test]
fn what_a_big_event_took_is_given_back() {
    let big = |byte: u8| vec![byte; 1 << 20];
    let events = [
        [b"data: ", &*big(0xFF), b"\n\n"].concat(),
        [b"data: ", &*big(b'x'), b"\n\n"].concat(),
        [b"data: ", &*big(b'x'), b"\ndata: ", &*big(0xFF), b"\n\n"].concat(),
        [b"event: ", &*big(0xFF), b"\ndata: x\n\n"].concat(),
        [b"data: {\"choices\":[{\"delta\":{\"content\":\"", &*big(0xFF), b"\"}}]}\n\n"].concat(),
    ];
    let tiny = b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n".repeat(3);
    // 64 KiB for each of the buffers, and the last event ID.
    const KEPT: usize = 4 * (64 << 10) + 1024;
    for event in &events {
        for size in [1000, event.len()] {
            let (mut framer, mut decoder) = (Framer::new(), Decoder::new());
            let feed = |framer: &mut Framer, decoder: &mut Decoder, bytes: &[u8]| {
                for mut piece in bytes.chunks(size) {
                    let mut same = piece;
                    while !matches!(framer.next_frame(&mut piece), Ok(None)) {}
                    while !matches!(decoder.next_delta(&mut same), Ok(None)) {}
                }
            };
            for end in [0, 1, 2] {
                feed(&mut framer, &mut decoder, &tiny);
                feed(&mut framer, &mut decoder, event);
                match end {
                    0 => feed(&mut framer, &mut decoder, &tiny),
                    1 => (framer.reset(), decoder.reset()).0,
                    _ => (framer.finish(), decoder.finish()).0,
                }
                if end == 2 {
                    while !matches!(decoder.next_delta(&mut &[][..]), Ok(None)) {}
                }
                assert!(
                    framer.kept_buffer_capacity() <= KEPT,
                    "the framer keeps {} after {end}",
                    framer.kept_buffer_capacity()
                );
                assert!(decoder.framing_kept() <= KEPT, "{} after {end}", decoder.framing_kept());
            }
        }
    }
}

/// What is pending when no more bytes come is discarded, and what it took is given back.
#[test]
fn what_is_pending_at_the_end_is_given_back() {
    let mut framer = Framer::new();
    let line = [b"data: ", &*vec![b'x'; 1 << 20], b"\n"].concat();
    for _ in 0..2 {
        assert!(framer.next_frame(&mut &*line).unwrap().is_none());
    }
    assert!(framer.kept_buffer_capacity() > 1 << 20);
    framer.finish();
    assert!(framer.kept_buffer_capacity() <= 2 * (64 << 10), "{}", framer.kept_buffer_capacity());
}

/// No `Debug` prints the stream.
#[test]
fn debug_prints_lengths() {
    let mut framer = Framer::new();
    let mut input: &[u8] = b"id: hush\nevent: hush\ndata: hush\ndata: hush\n\ndata: hush";
    let frame = framer.next_frame(&mut input).unwrap().map(|frame| frame.id.len());
    assert_eq!(frame, Some(4));
    assert!(framer.next_frame(&mut input).unwrap().is_none());
    let text = format!("{framer:?}");
    assert!(!text.contains("hush") && !text.contains("104") && text.contains("carried: 10"), "{text}");
}

#[test]
fn an_earlier_connection_and_a_reset() {
    let mut framer = Framer::new().last_event_id("41");
    let mut input: &[u8] = b"data: a\n\nid: 42\n\ndata: b\n\nid\ndata: c\n\n";
    let mut ids = Vec::new();
    while let Some(frame) = framer.next_frame(&mut input).unwrap() {
        ids.push(frame.id.to_owned());
    }
    assert_eq!(ids, ["41", "42", ""]);
    assert!(framer.next_frame(&mut &b"id: 7\nretry: 5\ndata: cut"[..]).unwrap().is_none());
    framer.reset();
    assert_eq!((framer.id(), framer.retry()), ("", None));
    let frame = framer.next_frame(&mut &b"\xEF\xBB\xBFdata: x\n\n"[..]).unwrap().unwrap();
    assert_eq!((frame.event, frame.data, frame.id), ("message", "x", ""));
}

/// Lines that mean something, or nearly.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![
        &b"data"[..],
        b"event",
        b"id",
        b"retry",
        b"",
        b"x",
        b"dat",
        b"datas",
        b" data",
        b"Data",
        b"error",
        b"\xEF\xBB\xBFdata",
        b"\xFFid",
        b"commentary-of-some-length",
        b": c",
        b": c",
    ]);
    let colon = prop::sample::select(vec![&b":"[..], b": ", b":  ", b"", b"::", b":\t"]);
    let value = prop::sample::select(vec![
        &b""[..],
        b"a",
        b"12",
        b"0",
        b"99999999999999999999999",
        b"1a",
        b"a\0b",
        b"\xE6\xB5\xB7",
        b"\xE6\xB5",
        b"\xF0\x9F",
        b"\xED\xA0\xBD",
        b"{\"a\":1}",
        b"{\"a\":",
        b"[DONE]",
        b" ",
        b"x: y",
    ]);
    (name, colon, value).prop_map(|(name, colon, value)| [name, colon, value].concat())
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let start = prop::sample::select(vec![
        &b""[..],
        b"\xEF\xBB\xBF",
        b"\xEF\xBB",
        b"\xEF\xBB\xBF\xEF\xBB\xBF",
        b"\n",
        b"\r",
    ]);
    let end =
        prop::sample::select(vec![&b"\n"[..], b"\n\n", b"\r", b"\r\r", b"\r\n", b"\r\n\r\n", b"\n\r", b""]);
    let lines = prop::collection::vec((line(), end), 0..10);
    (start, lines).prop_map(|(start, lines)| {
        let lines = lines.into_iter().flat_map(|(line, end)| [line, end.to_vec()].concat());
        start.iter().copied().chain(lines).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_streams_read_alike(stream in stream()) {
        agrees(&stream);
        raws_are_events(&stream);
    }

    #[test]
    fn arbitrary_bytes_read_alike(stream in prop::collection::vec(any::<u8>(), 0..60)) {
        agrees(&stream);
    }
}
