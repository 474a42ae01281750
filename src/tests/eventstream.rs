//! AWS event stream messages: the framer and its twin on right and wrong streams, under every cut; headers; limits; memory.

use proptest::prelude::*;

use super::naive_eventstream::{self as naive, Said, checksum, header, prelude, write};
use super::support::Seeded;
use crate::eventstream::{Framer, HeaderValue};
use crate::frame::eventstream::{EventStream, Fault, Recognition, Step, recognizes};
use crate::frame::{Data, Event};
use crate::fuzzing;
use crate::{Error, ErrorKind, LimitKind, Limits};

const WIDE: usize = 1 << 20;

/// The headers that an event of a service has.
fn event_headers(name: &str) -> Vec<u8> {
    [
        header(b":event-type", 7, name.as_bytes()),
        header(b":content-type", 7, b"application/json"),
        header(b":message-type", 7, b"event"),
    ]
    .concat()
}

fn event(name: &str, payload: &str) -> Vec<u8> {
    write(&event_headers(name), payload.as_bytes())
}

fn exception() -> Vec<u8> {
    let headers = [
        header(b":exception-type", 7, b"throttlingException"),
        header(b":event-type", 7, b"no"),
        header(b":message-type", 7, b"exception"),
    ];
    write(&headers.concat(), b"{\"message\":\"later\"}")
}

fn error() -> Vec<u8> {
    let headers = [
        header(b":message-type", 7, b"error"),
        header(b":error-code", 7, b"Gone"),
        header(b":error-message", 7, b"not here"),
    ];
    write(&headers.concat(), b"")
}

/// One header of each type, and their values.
fn every_type() -> (Vec<u8>, Vec<(&'static str, HeaderValue<'static>)>) {
    let uuid = *b"0123456789abcdef";
    let written = [
        header(b"yes", 0, b""),
        header(b"no", 1, b""),
        header(b"byte", 2, &[0x80]),
        header(b"short", 3, &[0xFF, 0xFE]),
        header(b"integer", 4, &[0x80, 0, 0, 0]),
        header(b"long", 5, &[0x7F, 255, 255, 255, 255, 255, 255, 255]),
        header(b"bytes", 6, &[0, 255]),
        header("naïve".as_bytes(), 7, "海".as_bytes()),
        header(b"time", 8, &[0, 0, 1, 0x9A, 0, 0, 0, 0]),
        header(b"uuid", 9, &uuid),
        header(b"empty", 7, b""),
    ];
    let values = vec![
        ("yes", HeaderValue::Bool(true)),
        ("no", HeaderValue::Bool(false)),
        ("byte", HeaderValue::Byte(-128)),
        ("short", HeaderValue::Short(-2)),
        ("integer", HeaderValue::Integer(i32::MIN)),
        ("long", HeaderValue::Long(i64::MAX)),
        ("bytes", HeaderValue::ByteArray(&[0, 255])),
        ("naïve", HeaderValue::String("海")),
        ("time", HeaderValue::Timestamp(0x19A << 32)),
        ("uuid", HeaderValue::Uuid(uuid)),
        ("empty", HeaderValue::String("")),
    ];
    (written.concat(), values)
}

/// Whole, byte by byte, at every cut in two and at seeded ones, the framer reads as its twin does.
fn agrees(stream: &[u8], limit: usize) -> Vec<Said> {
    let expected = naive::read(stream, limit);
    let read = |size: &mut dyn FnMut() -> usize| fuzzing::eventstream::read(stream, limit, size);
    assert_eq!(read(&mut || usize::MAX), expected, "whole");
    assert_eq!(read(&mut || 1), expected, "byte by byte");
    for at in 0..=stream.len() {
        let mut sizes = [at, 0, usize::MAX].into_iter();
        assert_eq!(read(&mut || sizes.next().unwrap_or(usize::MAX)), expected, "cut at {at}");
    }
    for seed in 0..4 {
        let mut seeded = Seeded(seed);
        assert_eq!(read(&mut || seeded.below(20)), expected, "cut by seed {seed}");
    }
    expected.said
}

/// What is said of the bytes between a good message and another one.
fn between(bytes: &[u8], limit: usize) -> Vec<Said> {
    let good = event("tick", "{}");
    let stream = [&good, bytes, &good].concat();
    let mut said = agrees(&stream, limit);
    let is_good = |said: &Said| matches!(said, Said::Message { raw, .. } if *raw == good);
    assert!(is_good(&said.remove(0)), "the first");
    let after = said.last().is_some_and(is_good).then(|| said.pop());
    let lost = matches!(said.last(), Some(Said::LengthsUnproven(_) | Said::LengthsImpossible(_)));
    assert_ne!(after.is_some(), lost, "a message after it: {said:?}");
    said
}

/// The first thing that a framer says of a whole stream.
fn first_error(stream: &[u8]) -> Error {
    Framer::new().next_message(&mut &*stream).unwrap_err()
}

#[test]
fn the_twin_and_its_writer_are_right() {
    assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
    // The smallest message, as every implementation of the format has it among its tests.
    let smallest = [0, 0, 0, 0x10, 0, 0, 0, 0, 5, 0xC2, 0x48, 0xEB, 0x7D, 0x98, 0xC8, 0xFF];
    assert_eq!(write(b"", b""), smallest);
    let said = Said::Message { headers: vec![], payload: vec![], raw: smallest.to_vec() };
    assert_eq!(agrees(&smallest, WIDE), [said]);
}

#[test]
fn messages_under_every_cut() {
    let (headers, _) = every_type();
    let streams = [
        vec![],
        event("contentBlockDelta", "{\"delta\":{\"text\":\"Hi\"}}"),
        [event("a", ""), event("b", "{}"), event("c", "{\"a\":[1,2]}")].concat(),
        [exception(), error(), write(&headers, b"\0\xFF"), write(b"", b"payload alone")].concat(),
    ];
    for (stream, count) in streams.iter().zip([0, 1, 3, 4]) {
        let said = agrees(stream, WIDE);
        assert!(said.iter().all(|said| matches!(said, Said::Message { .. })));
        assert_eq!(said.len(), count);
    }
}

#[test]
fn headers_of_every_type() {
    let (written, values) = every_type();
    let stream = write(&written, b"x");
    let mut framer = Framer::new();
    let mut input = &*stream;
    let message = framer.next_message(&mut input).unwrap().unwrap();
    assert_eq!((message.payload, message.raw), (&b"x"[..], &*stream));
    assert_eq!(message.headers.into_iter().collect::<Vec<_>>(), values);
    for (name, value) in values {
        assert_eq!(message.headers.get(name), Some(value));
    }
    assert_eq!(message.headers.get("Yes"), None);
    assert_eq!(message.headers.message_type(), None);
    assert!(framer.next_message(&mut input).unwrap().is_none());
}

#[test]
fn what_a_message_is() {
    let stream = [event("tick", "{}"), exception(), error()].concat();
    let (mut framer, mut input) = (Framer::new(), &*stream);
    let headers = framer.next_message(&mut input).unwrap().unwrap().headers;
    assert_eq!((headers.message_type(), headers.event_type()), (Some("event"), Some("tick")));
    assert_eq!((headers.content_type(), headers.exception_type()), (Some("application/json"), None));
    let headers = framer.next_message(&mut input).unwrap().unwrap().headers;
    assert_eq!(headers.message_type(), Some("exception"));
    assert_eq!(headers.exception_type(), Some("throttlingException"));
    let headers = framer.next_message(&mut input).unwrap().unwrap().headers;
    assert_eq!((headers.message_type(), headers.error_code()), (Some("error"), Some("Gone")));
    assert!(input.is_empty());
}

/// The names that the decoder will ask for; a name that is no string is none, and the first of a name counts.
#[test]
fn steps_name_their_event() {
    let odd = [
        header(b":event-type", 4, &[0; 4]),
        header(b":message-type", 7, b"event"),
        header(b":message-type", 7, b"error"),
        header(b":event-type", 7, b"first"),
        header(b":event-type", 7, b"second"),
    ];
    let rows = [
        (event("tick", "{}"), "tick", false, "{}"),
        (exception(), "throttlingException", true, "{\"message\":\"later\"}"),
        (error(), "Gone", true, ""),
        (write(&odd.concat(), b"x"), "first", false, "x"),
        (write(&header(b":message-type", 7, b"exception"), b""), "", true, ""),
        (write(b"", b""), "", false, ""),
    ];
    for (bytes, name, error, payload) in rows {
        let Step::Message(message) = EventStream::new(WIDE).step(&bytes) else { panic!("{name}") };
        let data = Data::One(if payload.is_empty() { message.complaint } else { message.payload });
        let Event { end, data: found, name: span, error: is_error, plain } = message.into_event();
        assert_eq!((end, found, is_error, plain), (bytes.len(), data, error, true), "{name}");
        assert_eq!((span.of(&bytes), message.payload.of(&bytes)), (name.as_bytes(), payload.as_bytes()));
    }
    let bytes = self::error();
    let Step::Message(message) = EventStream::new(WIDE).step(&bytes) else { panic!() };
    assert_eq!(message.complaint.of(&bytes), b"not here");
}

/// A caller that knows how much is missing brings no more than that.
#[test]
fn steps_say_what_is_missing() {
    let bytes = event("tick", "{}");
    let mut machine = EventStream::new(WIDE);
    for held in 0..bytes.len() {
        let missing = if held < 12 { 12 - held } else { bytes.len() - held };
        assert_eq!(machine.step(&bytes[..held]), Step::More { missing });
    }
}

/// A caller that steps on after a fatal fault hears of it again, and nothing is awaited.
#[test]
fn steps_after_a_wrong_prelude() {
    let mut machine = EventStream::new(WIDE);
    let fault = Fault::Prelude;
    assert_eq!(machine.step(&[1; 12]), Step::Bad { to: 12, fault });
    let good = event("tick", "{}");
    assert_eq!(machine.step(&good), Step::Bad { to: good.len(), fault });
    assert_eq!(machine.pending_bytes(5), 0);
}

#[test]
fn a42_a_wrong_message_checksum_costs_that_message() {
    let good = event("tick", "{}");
    for at in 12..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        assert_eq!(between(&bad, WIDE), [Said::BadChecksum(good.len() as u64)], "byte {at}");
    }
}

#[test]
fn a42_a_wrong_prelude_is_fatal() {
    let good = event("tick", "{}");
    for at in 0..12 {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert_eq!(between(&bad, WIDE), [Said::LengthsUnproven(good.len() as u64)], "byte {at}");
    }
    assert_eq!(between(b"data: {}\n\n", WIDE), [Said::LengthsUnproven(good.len() as u64)]);
}

/// Proven and impossible: shorter than its own frame, or headers beyond the message.
#[test]
fn a42_impossible_lengths_are_fatal() {
    let offset = event("tick", "{}").len() as u64;
    for length in 0..16 {
        for headers in [0, 1, u32::MAX] {
            let said = between(&[prelude(length, headers), vec![0; 40]].concat(), WIDE);
            assert_eq!(said, [Said::LengthsImpossible(offset)], "{length} {headers}");
        }
    }
    for (length, headers) in [(16, 1), (40, 25), (40, 40), (u32::MAX, u32::MAX - 15), (40, u32::MAX)] {
        let said = between(&[prelude(length, headers), vec![0; 40]].concat(), WIDE);
        assert_eq!(said, [Said::LengthsImpossible(offset)], "{length} {headers}");
    }
}

#[test]
fn a42_headers_that_cannot_be_read_cost_that_message() {
    let offset = event("tick", "{}").len() as u64;
    let (whole, _) = every_type();
    let mut rows: Vec<_> = (10..=255).map(|kind| header(b"x", kind, b"")).collect();
    rows.extend([
        header(b"", 7, b"no name"),
        header(b"\xFF", 0, b""),
        header(b"x", 7, b"\xED\xA0\xBD"),
        b"\x05name".to_vec(),
        b"\x01x".to_vec(),
        b"\x01x\x07\xFF\xFFshort".to_vec(),
        b"\x01x\x06\x00".to_vec(),
        b"\x01x\x09fifteen bytes..".to_vec(),
        [&whole[..], b"\0"].concat(),
    ]);
    for row in rows {
        assert_eq!(between(&write(&row, b"{}"), WIDE), [Said::BadHeaders(offset)], "{row:?}");
    }
    // Cut anywhere, headers end between two or cannot be read.
    let unreadable = (0..whole.len())
        .filter(|at| matches!(between(&write(&whole[..*at], b""), WIDE)[..], [Said::BadHeaders(_)]));
    assert_eq!(unreadable.count(), whole.len() - every_type().1.len());
}

#[test]
fn a42_a_message_over_the_limit_costs_itself() {
    let bytes = event("tick", "{\"text\":\"Hi\"}");
    let (offset, length) = (event("tick", "{}").len(), bytes.len());
    for limit in [length - 1, length, length + 1] {
        let said = between(&bytes, limit);
        match limit < length {
            true => assert_eq!(said, [Said::TooLong(offset as u64)]),
            false => assert!(matches!(&said[..], [Said::Message { .. }]), "{said:?}"),
        }
    }
    // Its checksum and its headers do not matter then, and its end may be missing.
    let broken = [prelude(200, 100), vec![0xFF; 188]].concat();
    assert_eq!(between(&broken, 100), [Said::TooLong(offset as u64)]);
    assert_eq!(agrees(&broken[..150], 100), [Said::TooLong(0)]);
    for limit in 0..16 {
        assert_eq!(agrees(&write(b"", b""), limit), [Said::TooLong(0)]);
    }
}

/// It is reported with its twelfth byte, not with its last.
#[test]
fn a_limit_is_met_at_once() {
    let mut framer = Framer::new();
    let bytes = prelude(u32::MAX, 0);
    assert!(framer.next_message(&mut &bytes[..11]).unwrap().is_none());
    let error = framer.next_message(&mut &bytes[11..]).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Limit(LimitKind::EventBytes), 0));
    assert!(!error.is_fatal());
    assert!(framer.next_message(&mut &[0; 1000][..]).unwrap().is_none());
    assert_eq!(framer.pending(), 1012);
}

#[test]
fn a_fatal_error_stays_until_reset() {
    let good = event("tick", "{}");
    let stream = [&good[..], &prelude(3, 0), &good].concat();
    let (mut framer, mut input) = (Framer::new(), &*stream);
    assert!(framer.next_message(&mut input).unwrap().is_some());
    let error = framer.next_message(&mut input).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Framing, good.len() as u64));
    assert!(error.is_fatal() && input.is_empty());
    let mut input = &*good;
    assert_eq!(framer.next_message(&mut input), Err(error));
    assert!(input.is_empty());
    framer.finish();
    assert_eq!(framer.next_message(&mut &[][..]), Err(error));
    assert_eq!(framer.pending(), 0);
    framer.reset();
    assert!(framer.next_message(&mut &*good).unwrap().is_some());
}

#[test]
fn errors_say_what_and_where() {
    let mut bad = event("tick", "{}");
    *bad.last_mut().unwrap() ^= 1;
    assert_eq!(first_error(&bad).to_string(), "checksum mismatch in the event at byte 0");
    let headers = write(&header(b"x", 77, b""), b"");
    assert_eq!(first_error(&headers).to_string(), "malformed lengths or headers in the event at byte 0");
    bad[0] ^= 1;
    assert!(first_error(&bad).is_fatal() && !first_error(&headers).is_fatal());
}

/// How a stream ended is a fact, not an error; what is fed later is ignored.
#[test]
fn the_end_of_a_stream() {
    let bytes = event("tick", "{}");
    for end in 0..=bytes.len() {
        let mut framer = Framer::new();
        let whole = framer.next_message(&mut &bytes[..end]).unwrap().is_some();
        assert_eq!(whole, end == bytes.len());
        framer.finish();
        assert_eq!(framer.pending(), if whole { 0 } else { end as u64 });
        let mut late = &*bytes;
        assert!(framer.next_message(&mut late).unwrap().is_none() && late.is_empty());
    }
}

#[test]
fn a42_every_bit_may_turn() {
    let stream = [exception(), event("a", "{}")].concat();
    for bit in 0..stream.len() * 8 {
        let mut turned = stream.clone();
        turned[bit / 8] ^= 1 << (bit % 8);
        let said = naive::read(&turned, WIDE);
        assert!(said.said.iter().any(|said| !matches!(said, Said::Message { .. })), "bit {bit}");
        assert_eq!(fuzzing::eventstream::read(&turned, WIDE, || 7), said, "bit {bit}");
        assert_eq!(fuzzing::eventstream::read(&turned, WIDE, || usize::MAX), said, "bit {bit}");
    }
}

#[test]
fn what_a_large_message_took_is_given_back() {
    let (large, small) = (write(b"", &vec![b'x'; 1 << 20]), event("tick", "{}"));
    let mut framer = Framer::new();
    let found = large.chunks(1000).filter(|piece| framer.next_message(&mut &**piece).unwrap().is_some());
    assert_eq!(found.count(), 1);
    assert!(framer.capacity() >= large.len(), "it was held while it was told");
    let (first, second) = small.split_at(20);
    assert!(framer.next_message(&mut &*first).unwrap().is_none());
    assert!(framer.capacity() <= 64 << 10);
    assert_eq!(framer.next_message(&mut &*second).unwrap().unwrap().raw, small);
    // Also where nothing is carried any more.
    let found = large.chunks(1000).filter(|piece| framer.next_message(&mut &**piece).unwrap().is_some());
    assert_eq!(found.count(), 1);
    assert!(framer.next_message(&mut &*small).unwrap().is_some());
    assert!(framer.capacity() <= 64 << 10);
    // Also where the end comes first, or the caller begins anew.
    for end in [Framer::finish, Framer::reset] {
        assert!(framer.next_message(&mut &large[..1 << 19]).unwrap().is_none());
        end(&mut framer);
        assert!(framer.capacity() <= 64 << 10);
        framer.reset();
    }
}

/// Only what came is held, however long a message claims to be; of one over the limit nothing is.
#[test]
fn a42_a_claimed_length_allocates_nothing() {
    let limits = Limits::new().with_event_bytes(usize::MAX);
    let mut framer = Framer::new().limits(limits);
    let claim = [prelude(512 << 20, 1 << 20), vec![0; 100]].concat();
    assert!(framer.next_message(&mut &*claim).unwrap().is_none());
    assert!(framer.capacity() <= 4096, "{}", framer.capacity());
    let mut framer = Framer::new().limits(limits);
    let error = framer.next_message(&mut &*prelude((512 << 20) + 1, 0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit(LimitKind::EventBytes));
    let mut framer = Framer::new();
    for byte in prelude(512 << 20, 0) {
        framer.next_message(&mut &[byte][..]).map_or_else(|_| (), |message| assert!(message.is_none()));
    }
    for _ in 0..100 {
        assert!(framer.next_message(&mut &[0; 10_000][..]).unwrap().is_none());
    }
    assert!(framer.capacity() <= 4096, "{}", framer.capacity());
}

/// A whole message inside one input is borrowed from it, and the input stands at its end.
#[test]
fn a_whole_message_is_not_copied() {
    let stream = [event("a", "{}"), event("b", "{}")].concat();
    let (mut framer, mut input) = (Framer::new(), &*stream);
    let raw = framer.next_message(&mut input).unwrap().unwrap().raw;
    assert!(std::ptr::eq(raw, &stream[..raw.len()]));
    assert_eq!(input, &stream[raw.len()..]);
    assert!(framer.next_message(&mut input).unwrap().is_some());
    assert_eq!(framer.capacity(), 0);
    // What follows a message that straddles two inputs is not carried with it.
    let (first, mut input) = stream.split_at(20);
    assert!(framer.next_message(&mut &*first).unwrap().is_none());
    assert!(framer.next_message(&mut input).unwrap().is_some());
    let second = input;
    let raw = framer.next_message(&mut input).unwrap().unwrap().raw;
    assert!(std::ptr::eq(raw, second));
}

#[test]
fn debug_prints_no_byte_of_the_stream() {
    let mut framer = Framer::new();
    let secret = event("secret", "{\"secret\":\"secret\"}");
    assert!(framer.next_message(&mut &secret[..secret.len() - 1]).unwrap().is_none());
    let printed = format!("{framer:?}");
    assert!(!printed.contains("secret") && !printed.contains("115, 101, 99"), "{printed}");
    assert!(printed.len() < 300, "{printed}");
}

#[test]
fn a_stream_of_messages_is_recognized() {
    let bytes = event("tick", "{}");
    for end in 0..=bytes.len() {
        let expected = if end < 12 { Recognition::NeedMore { missing: 12 - end } } else { Recognition::Yes };
        assert_eq!(recognizes(&bytes[..end]), expected, "{end}");
    }
    for text in [&b"data: {}\n\n"[..], b"{\"a\":1}", b"[", b"\xEF", b"\n", b": x"] {
        assert_eq!(recognizes(text), Recognition::No);
    }
    for at in 1..12 {
        let mut other = bytes.clone();
        other[at] ^= 4;
        assert_eq!(recognizes(&other), Recognition::No, "{at}");
    }
    assert_eq!(recognizes(&prelude(1 << 24, 0)), Recognition::No);
    assert_eq!(recognizes(&[0; 12]), Recognition::No);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fuzz_targets_law(data in prop::collection::vec(any::<u8>(), 0..400)) {
        fuzzing::eventstream(&data);
    }

    #[test]
    fn arbitrary_headers_read_alike(headers in prop::collection::vec(0u8..12, 0..40), payload in any::<[u8; 3]>()) {
        agrees(&[write(&headers, &payload), event("tick", "{}")].concat(), WIDE);
    }
}
