//! What finds the text without reading the JSON around it. Wrong for many streams; right, and checked, for those that are
//! timed.

use memchr::{memchr, memchr2, memmem::Finder, memrchr};
use sonic_rs::{JsonValueTrait, PointerNode};

use super::{Payload, Reader};
use crate::{sink::Sink, stack::Stack};

const KEY: &[u8] = b"\"content\":\"";

/// Finds the key and unescapes the string after it.
struct Search {
    key: Finder<'static>,
    unescaped: Vec<u8>,
}

impl Search {
    fn new() -> Self {
        Self { key: Finder::new(KEY), unescaped: Vec::new() }
    }

    /// Tells the next string and returns what follows it.
    fn next<'b, S: Sink>(&mut self, bytes: &'b [u8], sink: &mut S) -> Option<&'b [u8]> {
        let body = &bytes[self.key.find(bytes)? + KEY.len()..];
        let end = memchr2(b'"', b'\\', body)?;
        if body[end] == b'"' {
            tell(&body[..end], sink);
            return Some(&body[end + 1..]);
        }
        let end = self.unescape(body, end)?;
        tell(&self.unescaped, sink);
        Some(&body[end + 1..])
    }

    /// Unescapes up to the closing quote, the first backslash being at `at`; returns where that is.
    fn unescape(&mut self, body: &[u8], mut at: usize) -> Option<usize> {
        self.unescaped.clear();
        let mut from = 0;
        while body[at] == b'\\' {
            self.unescaped.extend_from_slice(&body[from..at]);
            from = at + 2;
            match *body.get(at + 1)? {
                b'n' => self.unescaped.push(b'\n'),
                b't' => self.unescaped.push(b'\t'),
                b'r' => self.unescaped.push(b'\r'),
                b'b' => self.unescaped.push(8),
                b'f' => self.unescaped.push(12),
                b'u' => {
                    let digits = str::from_utf8(body.get(from..from + 4)?).ok()?;
                    let unit = u32::from_str_radix(digits, 16).ok()?;
                    let char = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                    self.unescaped.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                    from += 4;
                }
                literal => self.unescaped.push(literal),
            }
            at = from + memchr2(b'"', b'\\', body.get(from..)?)?;
        }
        self.unescaped.extend_from_slice(&body[from..at]);
        Some(at)
    }
}

fn tell<S: Sink>(text: &[u8], sink: &mut S) {
    match simdutf8::basic::from_utf8(text) {
        Ok(text) => sink.text(0, text),
        Err(error) => sink.reject(&error),
    }
}

/// The key, once in each line.
pub(super) struct ContentKey(Search);

impl Reader for ContentKey {
    fn new() -> Self {
        Self(Search::new())
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        self.0.next(payload.bytes, sink);
    }
}

/// The key, from one to the next, in all of an input that is whole lines; the rest waits for its end.
pub(super) struct WholeBuffer {
    search: Search,
    carry: Vec<u8>,
}

impl WholeBuffer {
    fn all<S: Sink>(search: &mut Search, mut lines: &[u8], sink: &mut S) {
        while let Some(rest) = search.next(lines, sink) {
            lines = rest;
        }
    }
}

impl<'s> Stack<'s> for WholeBuffer {
    fn new() -> Self {
        Self { search: Search::new(), carry: Vec::new() }
    }

    fn feed<S: Sink>(&mut self, mut input: &'s [u8], sink: &mut S) {
        if !self.carry.is_empty() {
            let line = memchr(b'\n', input).map_or(input.len(), |at| at + 1);
            self.carry.extend_from_slice(&input[..line]);
            input = &input[line..];
            if self.carry.ends_with(b"\n") {
                Self::all(&mut self.search, &self.carry, sink);
                self.carry.clear();
            }
        }
        let whole = memrchr(b'\n', input).map_or(0, |at| at + 1);
        Self::all(&mut self.search, &input[..whole], sink);
        self.carry.extend_from_slice(&input[whole..]);
    }
}

/// sonic-rs, one path.
pub(super) struct SonicGet([PointerNode; 4]);

impl Reader for SonicGet {
    fn new() -> Self {
        let key = |key: &'static str| PointerNode::Key(key.into());
        Self([key("choices"), PointerNode::Index(0), key("delta"), key("content")])
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        // The first event of a choice and the last ones have no content.
        if let Ok(content) = sonic_rs::get(payload.bytes, &self.0)
            && let Some(text) = content.as_str()
        {
            sink.text(0, text);
        }
    }
}
