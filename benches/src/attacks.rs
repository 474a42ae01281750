//! The shapes of ATTACKS A1 to A6 by size: what must cost twice as much when there is twice as much of it.

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
    SHAPES.iter().map(|(name, ..)| *name).chain([GIANT, PLAIN])
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
    let shape = SHAPES.iter().find(|(known, ..)| *known == name);
    let (name, prefix, unit) = shape.unwrap_or_else(|| panic!("no attack {name}"));
    let stream = format!("{prefix}{}", unit.repeat(bytes / unit.len())).into_bytes();
    let ends = vec![stream.len()];
    Workload { name, stream, ends, payloads: 0, answer: Answer::default() }
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
