//! A framer of AWS event stream messages that is slow and obvious, written from Amazon's description of the format and
//! nothing else: the twin of [`crate::eventstream::Framer`]. Beside it, a writer.
//!
//! It wants the whole stream, copies everything, and computes checksums bit by bit.
#![allow(clippy::indexing_slicing)]

/// One thing that a stream says, at an offset where that is an error's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Message { headers: Vec<Header>, payload: Vec<u8>, raw: Vec<u8> },
    TooLong(u64),
    BadChecksum(u64),
    BadHeaders(u64),
    LengthsUnproven(u64),
    LengthsImpossible(u64),
}

/// A name, the number of the type, and the value's bytes without a length before them.
pub(crate) type Header = (String, u8, Vec<u8>);

/// What a stream means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reading {
    pub(crate) said: Vec<Said>,
    /// Bytes at the end that are no whole message.
    pub(crate) pending: u64,
}

/// Interprets a stream of messages of at most `limit` bytes.
pub(crate) fn read(stream: &[u8], limit: usize) -> Reading {
    let mut reading = Reading::default();
    let mut at = 0;
    while at < stream.len() {
        let (offset, rest) = (at as u64, &stream[at..]);
        reading.pending = rest.len() as u64;
        if rest.len() < 12 {
            return reading;
        }
        let (length, headers_length) = (number(&rest[0..4]), number(&rest[4..8]));
        if checksum(&rest[..8]) != number(&rest[8..12]) {
            reading.pending = 0;
            reading.said.push(Said::LengthsUnproven(offset));
            return reading;
        }
        if length < 16 || headers_length > length - 16 {
            reading.pending = 0;
            reading.said.push(Said::LengthsImpossible(offset));
            return reading;
        }
        let (length, headers_length) = (length as usize, headers_length as usize);
        if length > limit {
            reading.said.push(Said::TooLong(offset));
        }
        if rest.len() < length {
            return reading;
        }
        if length <= limit {
            reading.said.push(message(&rest[..length], headers_length, offset));
        }
        reading.pending = 0;
        at += length;
    }
    reading
}

fn message(raw: &[u8], headers_length: usize, offset: u64) -> Said {
    let (checked, sum) = raw.split_at(raw.len() - 4);
    if checksum(checked) != number(sum) {
        return Said::BadChecksum(offset);
    }
    let (headers, payload) = checked[12..].split_at(headers_length);
    match read_headers(headers) {
        Some(headers) => Said::Message { headers, payload: payload.to_vec(), raw: raw.to_vec() },
        None => Said::BadHeaders(offset),
    }
}

fn read_headers(mut bytes: &[u8]) -> Option<Vec<Header>> {
    let mut headers = Vec::new();
    let mut take = |count: usize| {
        let (taken, rest) = (bytes.get(..count)?.to_vec(), bytes.get(count..)?);
        bytes = rest;
        Some(taken)
    };
    while let Some(length) = take(1) {
        if length[0] == 0 {
            return None;
        }
        let name = String::from_utf8(take(length[0].into())?).ok()?;
        let kind = take(1)?[0];
        let length = match kind {
            0 | 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 | 8 => 8,
            6 | 7 => number(&take(2)?) as usize,
            9 => 16,
            _ => return None,
        };
        let value = take(length)?;
        if kind == 7 && String::from_utf8(value.clone()).is_err() {
            return None;
        }
        headers.push((name, kind, value));
    }
    Some(headers)
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// CRC-32 (ISO HDLC, as in gzip).
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 * (sum & 1)))
    })
}

/// A header as it is written; of an unknown type, as if its value had no length.
pub(crate) fn header(name: &[u8], kind: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![name.len() as u8];
    bytes.extend(name);
    bytes.push(kind);
    if matches!(kind, 6 | 7) {
        bytes.extend((value.len() as u16).to_be_bytes());
    }
    bytes.extend(value);
    bytes
}

/// A message of these written headers, with right lengths and checksums.
pub(crate) fn write(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut message = prelude(16 + headers.len() as u32 + payload.len() as u32, headers.len() as u32);
    message.extend(headers);
    message.extend(payload);
    let sum = checksum(&message);
    message.extend(sum.to_be_bytes());
    message
}

/// A prelude with a right checksum, whatever its lengths.
pub(crate) fn prelude(length: u32, headers_length: u32) -> Vec<u8> {
    let mut bytes = [length.to_be_bytes(), headers_length.to_be_bytes()].concat();
    let sum = checksum(&bytes);
    bytes.extend(sum.to_be_bytes());
    bytes
}
