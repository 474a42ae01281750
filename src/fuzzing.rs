//! The bodies of the fuzz targets: each a law, as a function of bytes.
//!
//! Knows: the public API, and the two JSON sources. Must not know: who calls (a fuzzer, a proptest, or the replay of the
//! corpus in `cargo test`).
//!
//! Cuts are derived from the bytes themselves, so a corpus file is a stream and nothing else.

#[path = "tests/naive.rs"]
pub(crate) mod naive;

use crate::record::{Record, Str};
use crate::{Decoder, Ending, Error, Options, OwnedDelta, Quirks};

/// A small generator (SplitMix64), seeded by the input.
struct Seed(u64);

impl Seed {
    fn of(data: &[u8]) -> Self {
        Self(data.iter().fold(0x9E37_79B9_7F4A_7C15, |sum, byte| {
            (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
        }))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

/// Everything that one decode says.
type Said = (Vec<Result<OwnedDelta, Error>>, Ending, Quirks);

/// Decodes `data` in pieces of the sizes that `size` gives; an empty piece is an empty input.
///
/// Asserts what must hold for any bytes: every byte is taken, and the number of deltas is bounded by the bytes.
fn decode(options: Options, data: &[u8], mut size: impl FnMut() -> usize) -> Said {
    let mut decoder = Decoder::with_options(options);
    let mut said = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let (mut input, further) = rest.split_at(size().min(rest.len()));
        drain(&mut decoder, &mut input, &mut said);
        assert!(input.is_empty(), "an input was not taken");
        rest = further;
    }
    assert_eq!(decoder.position(), data.len() as u64, "bytes taken");
    decoder.finish();
    drain(&mut decoder, &mut &[][..], &mut said);
    assert_eq!(decoder.buffered(), 0, "bytes left");
    assert!(said.len() <= data.len() * 2 + 64, "more said than bytes allow");
    (said, decoder.ending(), decoder.quirks_seen())
}

fn drain(decoder: &mut Decoder, input: &mut &[u8], said: &mut Vec<Result<OwnedDelta, Error>>) {
    loop {
        match decoder.next_delta(input) {
            Ok(Some(delta)) => said.push(Ok(delta.into_owned())),
            Ok(None) => return,
            Err(error) => {
                let text = format!("{error} {error:?}");
                assert!(text.len() < 256, "an error prints the stream");
                said.push(Err(error));
                if error.is_fatal() {
                    return;
                }
            }
        }
    }
}

/// Prediction on, under cuts, says what prediction off says of the whole.
pub fn prediction(data: &[u8]) {
    let mut seed = Seed::of(data);
    let plain = decode(Options::new().prediction(false), data, || usize::MAX);
    let whole = decode(Options::new(), data, || usize::MAX);
    assert_eq!(whole, plain, "prediction changes the whole");
    let largest = 3 << (seed.below(4) * 3);
    let cut = decode(Options::new(), data, || seed.below(largest));
    assert_eq!(cut, plain, "prediction changes a cut");
}

/// Every cut says what the whole says, tolerant, with everything on, and strict.
pub fn cuts(data: &[u8]) {
    let mut seed = Seed::of(data);
    let all = Options::new().quirks(Quirks::ALL).keepalives(true).extras(crate::ExtrasMode::All);
    for options in [Options::new(), all, Options::strict()] {
        let whole = decode(options.clone(), data, || usize::MAX);
        let bytewise = decode(options.clone(), data, || 1);
        assert_eq!(bytewise, whole, "byte by byte");
        let largest = seed.below(64) + 2;
        let cut = decode(options, data, || seed.below(largest));
        assert_eq!(cut, whole, "cut");
    }
}

/// The framer says what the naive framer says.
pub fn framer(data: &[u8]) {
    let mut seed = Seed::of(data);
    let naive = naive::read(data);
    let expected: Vec<_> =
        naive.events.into_iter().map(|event| (event.event, event.data, event.id)).collect();
    for largest in [usize::MAX, 1, 7, 64] {
        let wide =
            crate::Limits { id_bytes: usize::MAX, event_name_bytes: usize::MAX, ..crate::Limits::default() };
        let mut framer = crate::sse::Framer::new().limits(wide);
        let mut found = Vec::new();
        let mut rest = data;
        while !rest.is_empty() {
            let size = if largest < 8 { largest } else { seed.below(largest.min(data.len()) + 1) };
            let (mut input, further) = rest.split_at(size.min(rest.len()));
            while let Some(frame) = framer.next_frame(&mut input).expect("no limit is met") {
                found.push((frame.event.to_owned(), frame.data.to_owned(), frame.id.to_owned()));
            }
            rest = further;
        }
        assert_eq!(found, expected, "largest piece {largest}");
        assert_eq!(framer.id(), naive.last_event_id);
        assert_eq!(framer.retry(), naive.retry);
    }
}

/// The reader, simd-json's tape and serde_json agree.
pub fn json(data: &[u8]) {
    use crate::parse::{self, Room, cursor::Scratch};
    let Ok(text) = std::str::from_utf8(data) else { return };
    let accepted = parse::is_value(data, 128, &mut Scratch::default());
    if serde_json::from_str::<serde_json::Value>(text).is_ok() {
        assert!(accepted, "serde_json accepts what the reader does not");
    }
    let deep = |limit: usize| {
        let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0usize, false, false);
        for byte in data {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        deepest > limit
    };
    if accepted && !deep(120) {
        assert!(
            serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
            "the reader accepts what serde_json does not"
        );
    }
    let read = |tape_from: usize| {
        let (mut room, mut scratch) = (Room::default(), Scratch::default());
        let mut tolerance = crate::dialect::Tolerance::new(Quirks::TOLERANT);
        let end = parse::document(data, 0, &reading(tape_from), &mut room, &mut scratch, &mut tolerance);
        let text = |string: Str| crate::record::text(string, data, &scratch.text).to_owned();
        let statement = &room.statement;
        let records = statement.head.iter().chain(&statement.body);
        let records: Vec<_> = records.map(|record| resolved(record, &text)).collect();
        (end.map(|end| data.get(end..).unwrap_or_default().trim_ascii().len()), records, tolerance.seen)
    };
    assert_eq!(read(0), read(usize::MAX), "the tape and the reader differ");
}

/// How both read; the tape from this size on.
fn reading(tape_from: usize) -> crate::parse::ParseOptions {
    let extras = crate::ExtrasMode::Listed;
    crate::parse::ParseOptions { depth: 128, extras, facts: usize::MAX, padding: false, tape_from }
}

/// A record without what depends on the source: where its strings are.
fn resolved(record: &Record, text: &dyn Fn(Str) -> String) -> String {
    match *record {
        Record::Created { value, .. } => format!("created {value}"),
        Record::Counter { counter, value, .. } => format!("{counter:?} {value}"),
        Record::Id(string) => format!("id {}", text(string)),
        Record::Model(string) => format!("model {}", text(string)),
        Record::Role(string) => format!("role {}", text(string)),
        Record::Reasoning { source, origin, text: string } => {
            format!("reasoning {source} {origin:?} {}", text(string))
        }
        Record::Opaque { kind, data } => format!("opaque {kind:?} {}", text(data)),
        Record::Text { origin, text: string } => format!("text {origin:?} {}", text(string)),
        Record::Refusal { origin, text: string } => format!("refusal {origin:?} {}", text(string)),
        Record::ToolCall { index, id, name, origin, bare } => {
            format!("call {index:?} {} {} {origin:?} {bare}", text(id), text(name))
        }
        Record::Arguments(string) => format!("arguments {}", text(string)),
        Record::Extra { kind, json, chunk } => format!("extra {kind:?} {} {chunk}", text(json)),
        Record::SideChannel { json } => format!("side {}", text(json)),
        Record::Finish(string) => format!("finish {}", text(string)),
        Record::Error { code, kind, message, .. } => {
            format!("error {} {} {}", text(code), text(kind), text(message))
        }
        Record::Choice { index } => format!("choice {index}"),
        Record::Edges { lead, tail } => format!("edges {lead} {tail}"),
        Record::Unknown { .. } => "unknown".to_owned(),
    }
}

/// Reads one document from the tape or with the reader, for the bench that compares the two; gives how many facts it
/// stated.
#[must_use]
pub fn read_document(data: &[u8], from_tape: bool) -> usize {
    use crate::parse::{self, Room, cursor::Scratch};
    thread_local! {
        static LISTS: std::cell::RefCell<(Room, Scratch)> = std::cell::RefCell::default();
    }
    LISTS.with_borrow_mut(|(room, scratch)| {
        let mut tolerance = crate::dialect::Tolerance::new(Quirks::TOLERANT);
        let tape_from = if from_tape { 0 } else { usize::MAX };
        scratch.clear();
        let read = parse::document(data, 0, &reading(tape_from), room, scratch, &mut tolerance);
        let facts = room.statement.head.len().saturating_add(room.statement.body.len());
        read.map_or(0, |_| facts)
    })
}
