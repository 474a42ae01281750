//! The body of the fuzz target `eventstream`.
//!
//! Knows: the framer of AWS event stream messages, and its twin. Must not know: who calls.

use super::Seed;
use super::naive_eventstream::{self as naive, Header, Reading, Said};
use crate::error::{Error, ErrorKind};
use crate::eventstream::{Framer, HeaderValue, Message};
use crate::options::Limits;

/// The framer of AWS event stream messages says what its twin says under every cut: of the bytes, and of messages made from
/// them, whose checksums match.
pub fn eventstream(data: &[u8]) {
    let mut seed = Seed::of(data);
    agree(data, 1 << 20, &mut seed);
    let stream = messages(data, &mut seed);
    agree(&stream, 1 << 20, &mut seed);
    agree(&stream, seed.below(200), &mut seed);
}

/// Whole, byte by byte and cut twice, the framer reads as its twin does.
fn agree(stream: &[u8], limit: usize, seed: &mut Seed) {
    let expected = naive::read(stream, limit);
    assert_eq!(read(stream, limit, || usize::MAX), expected, "whole");
    assert_eq!(read(stream, limit, || 1), expected, "byte by byte");
    for largest in [seed.below(40) + 2, stream.len() + 2] {
        assert_eq!(read(stream, limit, || seed.below(largest)), expected, "pieces below {largest}");
    }
}

/// All that the framer says of `stream` in pieces of the sizes that `size` returns; an empty piece is an empty input.
///
/// Asserts what must hold for any bytes: every byte is taken, and no more is kept than the message that is awaited.
pub(crate) fn read(stream: &[u8], limit: usize, mut size: impl FnMut() -> usize) -> Reading {
    let limits = Limits::new().with_event_bytes(limit);
    let mut framer = Framer::new().limits(limits);
    let mut said = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let (mut input, further) = rest.split_at(size().min(rest.len()));
        drain(&mut framer, &mut input, &mut said);
        assert!(input.is_empty(), "an input was not taken");
        rest = further;
    }
    let pending = framer.pending();
    framer.finish();
    assert_eq!(framer.pending(), pending, "finish changes what is pending");
    Reading { said, pending }
}

fn drain(framer: &mut Framer, input: &mut &[u8], said: &mut Vec<Said>) {
    loop {
        match framer.next_message(input) {
            Ok(Some(message)) => said.push(owned(message)),
            Ok(None) => return,
            Err(error) if error.is_fatal() => {
                if said.last() != Some(&failed(error)) {
                    said.push(failed(error));
                }
                return;
            }
            Err(error) => said.push(failed(error)),
        }
    }
}

fn owned(Message { headers, payload, raw }: Message<'_>) -> Said {
    let headers = headers.iter().map(|(name, value)| header(name, value)).collect();
    Said::Message { headers, payload: payload.to_vec(), raw: raw.to_vec() }
}

/// As the twin tells it.
fn header(name: &str, value: HeaderValue<'_>) -> Header {
    let (kind, value) = match value {
        HeaderValue::Bool(value) => (u8::from(!value), Vec::new()),
        HeaderValue::Byte(value) => (2, value.to_be_bytes().to_vec()),
        HeaderValue::Short(value) => (3, value.to_be_bytes().to_vec()),
        HeaderValue::Integer(value) => (4, value.to_be_bytes().to_vec()),
        HeaderValue::Long(value) => (5, value.to_be_bytes().to_vec()),
        HeaderValue::ByteArray(value) => (6, value.to_vec()),
        HeaderValue::String(value) => (7, value.as_bytes().to_vec()),
        HeaderValue::Timestamp(value) => (8, value.to_be_bytes().to_vec()),
        HeaderValue::Uuid(value) => (9, value.to_vec()),
    };
    (name.to_owned(), kind, value)
}

fn failed(error: Error) -> Said {
    let offset = error.offset();
    match (error.kind(), error.is_fatal()) {
        (ErrorKind::Limit(_), false) => Said::TooLong(offset),
        (ErrorKind::Checksum, false) => Said::BadChecksum(offset),
        (ErrorKind::Framing, false) => Said::BadHeaders(offset),
        (ErrorKind::Checksum, true) => Said::LengthsUnproven(offset),
        (ErrorKind::Framing, true) => Said::LengthsImpossible(offset),
        _ => unreachable!("no error of a framer: {error:?}"),
    }
}

/// Messages made of `data`: most of them right, some damaged where the seed says.
fn messages(data: &[u8], seed: &mut Seed) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let (headers, further) = headers(rest, seed);
        let (payload, further) = further.split_at(seed.below(64).min(further.len()));
        let mut message = naive::write(&headers, payload);
        match seed.below(16) {
            0 => flip(&mut message, 12, seed),
            1 => flip(&mut message, 0, seed),
            2 => message = naive::prelude(seed.below(40) as u32, seed.below(40) as u32),
            3 => message.truncate(seed.below(message.len())),
            _ => {}
        }
        stream.extend(message);
        rest = further;
    }
    stream
}

/// Up to three headers of the first bytes of `data`, and the bytes after these; sometimes what is written is cut short.
fn headers<'d>(data: &'d [u8], seed: &mut Seed) -> (Vec<u8>, &'d [u8]) {
    let mut written = Vec::new();
    let mut rest = data;
    for _ in 0..seed.below(4) {
        let (name, further) = rest.split_at(seed.below(8).min(rest.len()));
        let kind = seed.below(11) as u8;
        let length = match kind {
            0 | 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 | 8 => 8,
            9 => 16,
            _ => seed.below(24),
        };
        let (value, further) = further.split_at(length.min(further.len()));
        let names: [&[u8]; 5] = [name, b":event-type", b":message-type", b":error-code", b":exception-type"];
        written.extend(naive::header(names.get(seed.below(8)).unwrap_or(&name), kind, value));
        rest = further;
    }
    if seed.below(12) == 0 {
        written.truncate(seed.below(written.len() + 1));
    }
    // Something is used of the data in any case.
    (written, if rest.len() == data.len() { data.get(1..).unwrap_or_default() } else { rest })
}

/// One bit of a byte from `from` on is turned.
fn flip(message: &mut [u8], from: usize, seed: &mut Seed) {
    let at = from + seed.below(message.len() - from);
    if let Some(byte) = message.get_mut(at) {
        *byte ^= 1 << seed.below(8);
    }
}
