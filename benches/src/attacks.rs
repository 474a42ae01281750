//! Attacks by size: what must cost twice as much when there is twice as much of it. The names are the rows of SECURITY.md.

#[path = "../../src/tests/pairs.rs"]
#[allow(missing_docs, dead_code)]
mod pairs;

use std::hint::black_box;

use deltaic::{Decoder, Options};

use crate::{
    sink::Answer,
    workloads::{self, Workload},
};
pub(crate) use pairs::Pair;

/// What comes before and after what repeats in one event, which is read when it is whole.
const EVENTS: [(&str, &str, &str, &str); 8] = [
    ("A12 lists in lists", "data: {\"x\":", "[", "\n\n"),
    ("A12 objects in lists", "data: {\"choices\":", "[{\"a\":", "\n\n"),
    ("A13 digits", "data: {\"choices\":[],\"created\":", "7", "}\n\n"),
    ("A13 digits of a counter", "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1", "0", "}}\n\n"),
    ("A15 escapes", "data: {\"choices\":[{\"delta\":{\"content\":\"", "\\u0041", "\"}}]}\n\n"),
    ("A15 backslashes", "data: {\"choices\":[{\"delta\":{\"content\":\"", "\\\\", "\"}}]}\n\n"),
    ("A16 halves of pairs", "data: {\"choices\":[{\"delta\":{\"content\":\"", "\\ud83d", "\"}}]}\n\n"),
    ("A23 tags in one text", "data: {\"choices\":[{\"delta\":{\"content\":\"", "<think", "\"}}]}\n\n"),
];

/// A19 (names that are all unknown, and all others), A22 (each event says the whole again) and A23 (events that each say a
/// piece of a tag) take more than repetition.
const NAMES: &str = "A19 unknown names";
const CUMULATIVE: &str = "A22 cumulative text";
const TAGS: &str = "A23 half tags";

/// What repeats, after what prefix.
const SHAPES: [(&str, &str, &str); 15] = [
    ("A1 line without end", "", "a"),
    ("A1 data line without end", "data:", "a"),
    ("A1 event line without end", "event:", "a"),
    ("A1 id line without end", "id:", "a"),
    ("A1 JSON string without end", "data: {\"id\":\"", "a"),
    ("A1 text without end after JSON", "{\n}\n", "a"),
    ("A2 data lines without end", "", "data\n"),
    ("A4 LF", "", "\n"),
    ("A4 CR", "", "\r"),
    ("A4 CRLF", "", "\r\n"),
    ("A4 tiny lines", "", "d\n"),
    ("A4 tiny events", "", "data\n\n"),
    ("A5 comments", "", ": ping\n"),
    ("A5 comment without end", ":", "a"),
    ("A5 unknown field without end", "x:", "a"),
];

/// A3 (one legal event that fills the stream) and A6 (plain events, for the cut of one byte) come on top.
const GIANT: &str = "A3 giant event";
const PLAIN: &str = "A6 plain events";

/// The names of all shapes.
pub fn names() -> impl Iterator<Item = &'static str> {
    let events = EVENTS.iter().map(|(name, ..)| *name);
    SHAPES.iter().map(|(name, ..)| *name).chain(events).chain([GIANT, PLAIN, NAMES, CUMULATIVE, TAGS])
}

/// An event of text.
fn content(text: &str) -> String {
    format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
}

/// An event of so many bytes in which no name comes twice.
fn unknown_names(bytes: usize) -> String {
    let members: String = (0..bytes / 14).map(|name| format!("\"k{name:07}\":1,")).collect();
    format!("data: {{{members}\"choices\":[]}}\n\n")
}

/// Events that each say all that came before, until there are so many bytes of them: their texts grow with the square
/// root, so that four times the bytes are twice the events.
fn cumulative(bytes: usize) -> String {
    let (mut so_far, mut stream) = (String::new(), String::new());
    while stream.len() < bytes {
        so_far.push_str("word ");
        stream.push_str(&content(&so_far));
    }
    stream
}

/// The stream of an attack of one event, or of many that are not alike.
fn stream(name: &str, bytes: usize) -> Option<String> {
    match name {
        NAMES => return Some(unknown_names(bytes)),
        CUMULATIVE => return Some(cumulative(bytes)),
        TAGS => return Some(["<thi", "nk", "ing <", "/think"].map(content).concat().repeat(bytes / 250)),
        _ => {}
    }
    let (_, before, unit, after) = EVENTS.iter().find(|(known, ..)| *known == name)?;
    Some([before, &*unit.repeat(bytes / unit.len()), after].concat())
}

/// The shape of this name in about `bytes` bytes: doubling them doubles the stream.
///
/// # Panics
/// When there is no such shape.
#[must_use]
pub fn named(name: &str, bytes: usize) -> Workload {
    match name {
        GIANT => return workloads::named("long_line", bytes >> 11),
        PLAIN => return workloads::named("openai_text", bytes / 326),
        _ => {}
    }
    if let Some(stream) = stream(name, bytes) {
        let name = names().find(|known| *known == name).unwrap_or_default();
        return in_one(name, stream);
    }
    let shape = SHAPES.iter().find(|(known, ..)| *known == name);
    let (name, prefix, unit) = shape.unwrap_or_else(|| panic!("no attack {name}"));
    in_one(name, format!("{prefix}{}", unit.repeat(bytes / unit.len())))
}

/// As a workload without an answer, which is not asked for.
fn in_one(name: &'static str, stream: String) -> Workload {
    let ends = vec![stream.len()];
    Workload { name, stream: stream.into_bytes(), ends, payloads: 0, answer: Answer::default() }
}

/// Events in which one key is repeated beside records that survive, and their like.
pub(crate) fn pairs() -> Vec<Pair> {
    pairs::pairs()
}

/// The names of [`pairs`].
#[must_use]
pub fn pair_names() -> Vec<String> {
    pairs().iter().map(ToString::to_string).collect()
}

/// What decodes each pair from the `from`th to the `to`th at each of `sizes`, in this order.
pub fn pair_jobs(from: usize, to: usize, sizes: [usize; 2]) -> impl Iterator<Item = impl FnMut()> {
    let pairs = pairs().into_iter().take(to).skip(from);
    pairs.flat_map(move |pair| {
        sizes.map(|bytes| {
            let (event, options) = (pair.sized(bytes), Options::new().repair(pair.repair()));
            move || {
                let (mut decoder, mut input) = (Decoder::with_options(options), event.as_bytes());
                while !matches!(black_box(decoder.next_delta(&mut input)), Ok(None)) {}
            }
        })
    })
}
