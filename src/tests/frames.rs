//! The strict framer: the cases of `corpus/sse`, and its slow twin.

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::naive::{self, Event, Reading};
use super::support::{Seeded, corpus, corpus_dir, files};
use crate::sse::Framer;

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
fn no_event_is_late() {
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

/// An event's own lines make that event again.
#[test]
fn raw_is_the_event_itself() {
    for (name, stream, _) in cases() {
        for pieces in [Seeded(6).cuts(&stream, 5), vec![&*stream]] {
            let mut framer = Framer::new();
            for mut piece in pieces {
                while let Some(frame) = framer.next_frame(&mut piece).unwrap() {
                    let mut again = Framer::new().last_event_id(frame.id);
                    let one =
                        again.next_frame(&mut &*frame.raw).unwrap().map(|one| (one.event, one.data, one.id));
                    assert_eq!(one, Some((frame.event, frame.data, frame.id)), "{name}: {:?}", frame.raw);
                }
            }
        }
    }
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
    }

    #[test]
    fn arbitrary_bytes_read_alike(stream in prop::collection::vec(any::<u8>(), 0..60)) {
        agrees(&stream);
    }
}
