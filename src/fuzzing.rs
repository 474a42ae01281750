//! The bodies of the fuzz targets: each a law, as a function of bytes.
//!
//! Knows: the public API, and the two JSON sources. Must not know: who calls (a fuzzer, a proptest, or the replay of the
//! corpus in `cargo test`).
//!
//! Cuts are derived from the bytes themselves, so a corpus file is a stream and nothing else.

#[path = "tests/naive.rs"]
pub(crate) mod naive;
#[path = "tests/naive_eventstream.rs"]
pub(crate) mod naive_eventstream;

mod completion;
pub use completion::completion;
mod conversation;
pub use conversation::{conversation, shown};
pub(crate) mod conversations;
pub(crate) mod encode;
pub use encode::encode;
pub(crate) mod encode_ui;
pub use encode_ui::encode_ui;
pub(crate) mod heard;
mod repair;
pub use repair::repair;
mod reset;
pub use reset::{Heap, Measure, bounded, reset};
mod texts;
pub use texts::{cumulative, think};
pub(crate) mod responses;
pub use responses::responses;
pub(crate) mod eventstream;
pub use eventstream::eventstream;
pub(crate) mod messages;
pub use messages::messages;
#[path = "tests/sequences.rs"]
pub mod sequences;

use std::cell::Cell;

use crate::record::{Argument, Record, Str};
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

/// Decodes `data` in pieces of the sizes that `size` gives; an empty piece is an empty input. After a fatal error there is
/// nothing to ask for.
///
/// Asserts what must hold for any bytes: every byte is taken, and the number of deltas is bounded by the bytes.
fn decode(options: Options, data: &[u8], size: impl FnMut() -> usize) -> Said {
    decode_with(&mut Decoder::with_options(options), data, size)
}

/// As [`decode`], by a decoder that is new or was reset.
fn decode_with(decoder: &mut Decoder, data: &[u8], mut size: impl FnMut() -> usize) -> Said {
    let mut said = Vec::new();
    let (mut rest, mut next) = (data, After::Good);
    while !rest.is_empty() && next == After::Good {
        let (mut input, further) = rest.split_at(size().min(rest.len()));
        next = drain(decoder, &mut input, &mut said);
        assert!(input.is_empty() || next == After::Fatal, "an input was not taken");
        rest = further;
    }
    if next == After::Good {
        assert_eq!(decoder.position(), data.len() as u64, "bytes taken");
        let _ = decoder.finish();
        drain(decoder, &mut &[][..], &mut said);
    }
    assert_eq!(decoder.buffered(), 0, "bytes left");
    assert!(said.len() <= data.len() * 2 + 64, "more said than bytes allow");
    (said, decoder.ending(), decoder.quirks_seen())
}

/// How an input ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Good,
    Fatal,
}

fn drain(decoder: &mut Decoder, input: &mut &[u8], said: &mut Vec<Result<OwnedDelta, Error>>) -> After {
    loop {
        match decoder.next_delta(input) {
            Ok(Some(delta)) => said.push(Ok(delta.into_owned())),
            Ok(None) => return After::Good,
            Err(error) => {
                let text = format!("{error} {error:?}");
                assert!(text.len() < 256, "an error prints the stream");
                said.push(Err(error));
                if error.is_fatal() {
                    return After::Fatal;
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

/// Those of `all` of which `data` is asked: every one in `cargo test`, in a campaign one, by its last byte, so that it sees
/// more data. What ends in a line feed, as most streams do, is asked of the first.
fn asked<T: Copy, const N: usize>(data: &[u8], all: [T; N]) -> Vec<T> {
    let last = usize::from(data.last().copied().unwrap_or(b'\n') ^ b'\n') % N;
    let asks_all = cfg!(test) && !IS_CAMPAIGN.get();
    all.into_iter().enumerate().filter(|(at, _)| asks_all || *at == last).map(|(_, one)| one).collect()
}

std::thread_local! {
    /// Whether a test asks as a fuzzer does.
    pub(crate) static IS_CAMPAIGN: Cell<bool> = const { Cell::new(false) };
}

/// Every cut says what the whole says, tolerant, with everything on, and strict.
pub fn cuts(data: &[u8]) {
    let mut seed = Seed::of(data);
    let all = Options::new().quirks(Quirks::ALL).keepalives(true).extras(crate::ExtrasMode::All);
    for options in asked(data, [Options::new(), all, Options::strict()]) {
        let whole = decode(options, data, || usize::MAX);
        let bytewise = decode(options, data, || 1);
        assert_eq!(bytewise, whole, "byte by byte");
        let largest = seed.below(64) + 2;
        let cut = decode(options, data, || seed.below(largest));
        assert_eq!(cut, whole, "cut");
    }
}

/// A stream whose sequence is chosen by `data`, under options that it chooses too, says the same in every way of decoding.
/// A campaign asks a few ways of each stream, and so sees more streams.
pub fn sequences(data: &[u8]) {
    let (stream, options) = sequences::stream(data);
    let asked = if cfg!(test) { sequences::Asked::All } else { sequences::Asked::Some(3) };
    let kept = sequences::law(&options, &stream, asked);
    let text = String::from_utf8_lossy(&stream);
    assert!(kept.is_ok(), "{}\n{options:?}\n{text}", kept.err().unwrap_or_default());
}

/// The framer says what the naive framer says.
pub fn framer(data: &[u8]) {
    let mut seed = Seed::of(data);
    let naive = naive::read(data);
    let expected: Vec<_> =
        naive.events.into_iter().map(|event| (event.event, event.data, event.id)).collect();
    for largest in [usize::MAX, 1, 7, 64] {
        let wide = crate::Limits::new().with_id_bytes(usize::MAX).with_event_name_bytes(usize::MAX);
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
    use crate::parse::{self, cursor::Scratch};
    use crate::record::Records;
    let Ok(text) = std::str::from_utf8(data) else { return };
    let accepted = parse::is_strict_json(data, 128, &mut Scratch::default());
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
        let (mut records, mut scratch) = (Records::new(usize::MAX), Scratch::default());
        let mut tolerance = crate::dialect::Tolerance::new(Quirks::TOLERANT);
        let end = parse::state_document(
            data,
            0,
            &reading(tape_from),
            &mut wiring(&mut None),
            &mut records,
            &mut scratch,
            &mut tolerance,
        );
        let text = |string: Str| crate::record::text(string, data, &scratch.text).to_owned();
        let stated = records.head().iter().chain(records.body());
        let stated: Vec<_> = stated.map(|record| resolved(record, &text)).collect();
        (end.map(|end| data.get(end..).unwrap_or_default().trim_ascii().len()), stated, tolerance.seen)
    };
    assert_eq!(read(0), read(usize::MAX), "the tape and the reader differ");
}

/// A document of an event without a name, on a stream whose wire is not known yet.
pub(crate) fn wiring(wire: &mut Option<crate::Wire>) -> crate::parse::Wiring<'_> {
    let envelope = crate::parse::Envelope::None;
    let context = crate::parse::Context { name: b"", is_error: false, envelope, may_be_named: false };
    crate::parse::Wiring { wire, context }
}

/// How both read; the tape from this size on.
pub(crate) fn reading(tape_from: usize) -> crate::parse::ParseOptions {
    let extras = crate::ExtrasMode::Listed;
    crate::parse::ParseOptions { depth: 128, extras, name_limit: 256, padding: false, tape_from }
}

/// A record without what depends on the source: where its strings are.
fn resolved(record: &Record, text: &dyn Fn(Str) -> String) -> String {
    match *record {
        Record::Created { value, .. } => format!("created {value}"),
        Record::Counter { counter, value, .. } => format!("{counter:?} {value}"),
        Record::Id(string) => format!("id {}", text(string)),
        Record::Model(string) => format!("model {}", text(string)),
        Record::Role(string) | Record::SteadyRole(string) => format!("role {}", text(string)),
        Record::Reasoning { rank, text: string } => format!("reasoning {rank} {}", text(string)),
        Record::Opaque { kind, data } => format!("opaque {kind:?} {}", text(data)),
        Record::Text(string) => format!("text {}", text(string)),
        Record::Refusal(string) => format!("refusal {}", text(string)),
        Record::ToolCall { index, id, name, is_metadata_only } => {
            format!("call {index:?} {} {} {is_metadata_only}", text(id), text(name))
        }
        Record::ExtraIfHosted { name, .. } => format!("hosted {}", text(name)),
        Record::Input(string) => format!("input {}", text(string)),
        Record::Arguments(string) => format!("arguments {}", text(string)),
        Record::ArgumentAt { path, value, name, json } => {
            let value = match value {
                Argument::Text(string) => format!("text {}", text(string)),
                Argument::Json(string) => format!("json {}", text(string)),
                Argument::Null | Argument::Unknown => format!("{value:?}"),
            };
            format!("argument {} {value} {} {}", text(path), text(name), text(json))
        }
        Record::Extra { kind, name, json, chunk } => {
            format!("extra {kind:?} {} {} {chunk}", text(name), text(json))
        }
        Record::Finish { reason, raw } => format!("finish {reason:?} {}", text(raw)),
        Record::Error { code, kind, message, json } => {
            format!("error {} {} {} {}", text(code), text(kind), text(message), text(json))
        }
        Record::Choice { index } => format!("choice {index}"),
        Record::Edges { lead, tail } => format!("edges {lead} {tail}"),
        Record::Unknown { json, .. } => format!("unknown {}", text(json)),
        Record::Whole(_)
        | Record::Begin
        | Record::Place(_)
        | Record::ErrorRepeats
        | Record::PlaceBegins
        | Record::PlaceEnd
        | Record::WeakCounter { .. }
        | Record::ProvisionalFinish(_)
        | Record::Keepalive
        | Record::Done { .. }
        | Record::Struck => format!("{record:?}"),
    }
}
