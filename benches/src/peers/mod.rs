//! The peers: every framer with every reader that its users pair it with.
//!
//! Each is written to its own advantage: inputs are plain slices, buffers are reused where the crate allows it,
//! only the fields that matter are typed, and strings borrow wherever they can.

mod cheats;
mod chunk;
mod floors;
mod framers;
mod natives;
mod readers;
mod walks;

use crate::{
    entry,
    sink::Sink,
    stack::{Entry, Stack},
};
use cheats::{ContentKey, SonicGet, WholeBuffer};
use framers::{Eventsource, Lines, SseCore, SseStream};
use readers::{AsyncOpenai, Nothing, SerdeJson, SerdeValue, Sonic};
use walks::{JiterWalk, Tape, TapeWalk};

/// One event's data. Framers that promise UTF-8 hand it over checked.
#[derive(Clone, Copy)]
pub struct Payload<'p> {
    bytes: &'p [u8],
    text: Option<&'p str>,
}

impl<'p> Payload<'p> {
    fn checked(text: &'p str) -> Self {
        Self { bytes: text.as_bytes(), text: Some(text) }
    }

    fn unchecked(bytes: &'p [u8]) -> Self {
        Self { bytes, text: None }
    }

    fn text(self) -> Result<&'p str, simdutf8::basic::Utf8Error> {
        self.text.map_or_else(|| simdutf8::basic::from_utf8(self.bytes), Ok)
    }
}

/// Cuts payloads out of inputs.
trait Framer<'s> {
    fn new() -> Self;
    fn feed(&mut self, input: &'s [u8], each: impl FnMut(Payload<'_>));
}

/// Reads one payload.
trait Reader {
    fn new() -> Self;
    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S);
}

/// A framer and a reader make a stack.
struct Pair<F, R> {
    framer: F,
    reader: R,
}

impl<'s, F: Framer<'s>, R: Reader> Stack<'s> for Pair<F, R> {
    fn new() -> Self {
        Self { framer: F::new(), reader: R::new() }
    }

    fn feed<S: Sink>(&mut self, input: &'s [u8], sink: &mut S) {
        let Self { framer, reader } = self;
        framer.feed(input, |payload| {
            if payload.bytes != b"[DONE]" {
                reader.read(payload, sink);
            }
        });
    }
}

/// The stack under most Rust clients.
#[must_use]
pub fn usual() -> Entry {
    entry!("eventsource-stream + async-openai", Typed, Pair<Eventsource<'_>, AsyncOpenai>)
}

/// What clients do that want to read every service.
#[must_use]
pub fn value() -> Entry {
    entry!("eventsource-stream + serde_json Value", Decode, Pair<Eventsource<'_>, SerdeValue>)
}

/// sonic-rs after the framers of crates.io, for the byte-fed row.
#[must_use]
pub fn sonic() -> [Entry; 2] {
    [
        entry!("sse-core + sonic-rs", Typed, Pair<SseCore, Sonic>),
        entry!("sse-stream + sonic-rs", Typed, Pair<SseStream<'_>, Sonic>),
    ]
}

/// Every stack that decodes into types, the usual one left out: the best of them is measured, not chosen.
#[must_use]
pub fn typed() -> Vec<Entry> {
    let mut stacks = vec![
        entry!("sse-core + serde_json Cow", Typed, Pair<SseCore, SerdeJson>),
        entry!("sse-stream + serde_json Cow", Typed, Pair<SseStream<'_>, SerdeJson>),
        entry!("memchr lines + serde_json Cow", Typed, Pair<Lines, SerdeJson>),
        entry!("memchr lines + sonic-rs", Typed, Pair<Lines, Sonic>),
    ];
    stacks.extend(sonic());
    stacks
}

/// Hand-written walks without types.
#[must_use]
pub fn walks() -> [Entry; 2] {
    [
        entry!("memchr lines + jiter walk", Decode, Pair<Lines, JiterWalk>),
        entry!("memchr lines + simd-json tape walk", Decode, Pair<Lines, TapeWalk>),
    ]
}

/// simd-json's tape with nothing extracted.
#[must_use]
pub fn tape() -> Entry {
    entry!("memchr lines + simd-json tape, nothing extracted", Parse, Pair<Lines, Tape>)
}

/// Framing alone.
#[must_use]
pub fn framing() -> Vec<Entry> {
    vec![
        entry!("eventsource-stream", Framing, Pair<Eventsource<'_>, Nothing>),
        entry!("sse-core", Framing, Pair<SseCore, Nothing>),
        entry!("sse-stream", Framing, Pair<SseStream<'_>, Nothing>),
        entry!("memchr lines", Framing, Pair<Lines, Nothing>),
    ]
}

/// A scan for line ends.
#[must_use]
pub fn line_scan() -> Entry {
    entry!("floor: memchr line scan", Lines, floors::LineScan)
}

/// What a user in a hurry writes: line ends, the content key in each line, the string after it unescaped. Right for
/// streams of one choice in which no other key and no text holds those bytes.
#[must_use]
pub fn cheat() -> Entry {
    entry!("cheat: memchr lines + memmem of the content key", Text, Pair<Lines, ContentKey>)
}

/// What decodes less than the whole, all of it checked against the text: the higher floors.
#[must_use]
pub fn cheats() -> [Entry; 3] {
    [
        cheat(),
        entry!("cheat: memmem of the content key, whole inputs", Text, WholeBuffer),
        entry!("memchr lines + sonic-rs get", Text, Pair<Lines, SonicGet>),
    ]
}

/// What `deltaic` is measured against, each at another height: floors, cheats, a tape, a walk, the usual stack.
#[must_use]
pub fn anchors() -> Vec<Entry> {
    let [jiter, _] = walks();
    let mut anchors = vec![line_scan(), tape(), jiter, usual()];
    anchors.splice(1..1, cheats());
    anchors
}

/// The floors.
#[must_use]
pub fn floors() -> Vec<Entry> {
    vec![
        line_scan(),
        entry!("floor: simdutf8 validation", Floor, floors::Validation),
        entry!("floor: memcpy", Floor, floors::Copy),
    ]
}

/// The stack of most Rust users of a wire that is not chat, by its workload.
///
/// # Panics
/// Where there is no such workload.
#[must_use]
pub fn native(workload: &str) -> Entry {
    match workload {
        "messages_text" | "messages_mix" => {
            entry!("eventsource-stream + serde_json", Typed, Pair<Eventsource<'_>, natives::Messages>)
        }
        "responses_text" | "responses_mix" => {
            entry!("eventsource-stream + async-openai", Typed, Pair<Eventsource<'_>, natives::Responses>)
        }
        "generate_content_text" | "generate_content_mix" => {
            entry!("eventsource-stream + serde_json", Typed, Pair<Eventsource<'_>, natives::GenerateContent>)
        }
        "ollama_text" => {
            entry!("memchr lines + serde_json", Typed, Pair<natives::JsonLines, natives::Ollama>)
        }
        "converse_text" => entry!("aws-smithy-eventstream + serde_json", Typed, natives::Smithy),
        _ => panic!("no native workload {workload}"),
    }
}

/// Every stack that decodes.
#[must_use]
pub fn decoding() -> Vec<Entry> {
    let mut stacks = vec![usual(), value()];
    stacks.extend(typed());
    stacks.extend(walks());
    stacks
}
