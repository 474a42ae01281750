//! The bodies of the fuzz targets `reset` and `bounded`: what is left of a stream, and what may be held of one.
//!
//! Knows: the public API, the formula of `docs/memory.md`; the heap by what the caller measures. Must not know: the rooms.

use super::sequences::{self, Choices};
use super::{Seed, conversation, decode, decode_with};
use crate::{Decoder, ExtrasMode, Limits, Options, Quirks};

/// What a run took from the heap of its thread: the most at a time, and what it did not give back.
#[derive(Debug, Clone, Copy)]
pub struct Heap {
    pub peak: u64,
    pub kept: i64,
}

/// Runs something, and counts. A global allocator that counts is the caller's: the crate has none.
pub type Measure = fn(&mut dyn FnMut()) -> Heap;

/// What `data` chooses: bytes of its own, a sequence, or a conversation.
fn stream(choices: &mut Choices<'_>, data: &[u8]) -> Vec<u8> {
    match choices.below(4) {
        0 => data.to_vec(),
        1 => conversation::stream(data),
        _ => sequences::stream(data).0,
    }
}

/// How often buffers may grow.
const AGAIN: usize = 12;

/// A stream, any part of another one, and `reset` between: the second says what it says to a new decoder, nothing of the first
/// is left, and no heap is lost however often that is done.
pub fn reset(data: &[u8], measure: Measure) {
    let mut seed = Seed::of(data);
    let (first, second) = data.split_at(seed.below(data.len() + 1));
    let mut choices = Choices(data);
    let options = sequences::stream(second).1;
    let (first, second) = (stream(&mut choices, first), stream(&mut choices, second));
    let part = first.get(..seed.below(first.len() + 1)).unwrap_or_default();
    let expected = decode(options, &second, || usize::MAX);
    let (mut fresh, mut decoder) = (Decoder::with_options(options), Decoder::with_options(options));
    let new = format!("{fresh:?}");
    abandon(&mut decoder, part, &mut seed);
    decoder.reset();
    assert_eq!(format!("{decoder:?}"), new, "reset");
    let largest = 2 + seed.below(100);
    let mut same = Seed(seed.0);
    assert!(decode_with(&mut decoder, &second, || seed.below(largest)) == expected, "{}", text(&second));
    let _ = decode_with(&mut fresh, &second, || same.below(largest));
    assert_eq!(format!("{decoder:?}"), format!("{fresh:?}"));
    decoder.reset();
    assert_eq!(format!("{decoder:?}"), new, "reset again");
    let mut again = || {
        take(&mut decoder, part);
        decoder.reset();
        take(&mut decoder, &second);
        decoder.reset();
    };
    // Buffers may grow a few times; what is lost is lost every time.
    let grows = (0..AGAIN).all(|_| measure(&mut again).kept > 0);
    assert!(!grows, "more each time: {} then {}", text(part), text(&second));
}

fn text(stream: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(stream))
}

/// Takes some of a stream: all deltas, a few, or none of what a feed brings.
fn abandon(decoder: &mut Decoder, part: &[u8], seed: &mut Seed) {
    match seed.below(3) {
        0 => take(decoder, part),
        1 => drop(decode_with(decoder, part, || usize::MAX)),
        _ => drop(decoder.feed(part).next_delta().map(|delta| delta.is_some())),
    }
}

/// Takes all that an input brings, and keeps nothing of it.
fn take(decoder: &mut Decoder, mut input: &[u8]) {
    loop {
        match decoder.next_delta(&mut input) {
            Ok(None) => return,
            Err(error) if error.is_fatal() => return,
            Ok(Some(_)) | Err(_) => {}
        }
    }
}

/// As long as streams are made: longer than all that may be held, so that what is held without a limit shows.
const LONG: usize = 48 << 10;

/// Whatever comes, under whatever limits, no more is held than `docs/memory.md` says.
pub fn bounded(data: &[u8], measure: Measure) {
    let mut choices = Choices(data);
    let limits = Limits::new()
        .with_event_bytes(16 + 2 * choices.below(200))
        .with_facts(1 + choices.below(24))
        .with_choices(1 + choices.below(3))
        .with_tool_calls(1 + choices.below(4))
        .with_id_bytes(1 + choices.below(60))
        .with_event_name_bytes(1 + choices.below(40))
        .with_depth(1 + choices.below(40));
    let quirks = choices.pick(&[Quirks::TOLERANT, Quirks::ALL, Quirks::NONE]);
    let extras = choices.pick(&[ExtrasMode::Listed, ExtrasMode::All, ExtrasMode::Off]);
    let options =
        Options::new().quirks(quirks).extras(extras).limits(limits).fatal_limits(choices.one_in(16));
    let largest = choices.pick(&[usize::MAX, 1, 60, 400]);
    let stream = long(&mut choices, data);
    let mut seed = Seed::of(data);
    let mut decoder = None;
    let heap = measure(&mut || {
        let decoder = decoder.insert(Decoder::with_options(options));
        let mut rest = &*stream;
        while !rest.is_empty() {
            let size = if largest == usize::MAX { largest } else { 1 + seed.below(largest) };
            let (input, further) = rest.split_at(size.min(rest.len()));
            take(decoder, input);
            rest = further;
        }
        let _ = decoder.finish();
        take(decoder, &[]);
    });
    let bound = formula(&limits);
    assert!(heap.peak <= bound, "{} > {bound} for {} bytes under {limits:?}", heap.peak, stream.len());
}

/// The stream that is chosen, with a part of it many times over.
fn long(choices: &mut Choices<'_>, data: &[u8]) -> Vec<u8> {
    let mut seed = Seed::of(data);
    let stream = stream(choices, data);
    let (from, to) = (seed.below(stream.len() + 1), seed.below(stream.len() + 1));
    let (from, to) = (from.min(to), from.max(to));
    let part = stream.get(from..to).unwrap_or_default();
    let times = (1 + seed.below(2 * LONG)) / part.len().max(1);
    let (before, after) = (stream.get(..from).unwrap_or_default(), stream.get(to..).unwrap_or_default());
    [before, &part.repeat(times), after].concat()
}

/// The table of `docs/memory.md`, for a decoder that is fed whole inputs.
fn formula(limits: &Limits) -> u64 {
    let event = limits.event_bytes();
    // Carry, joined data (three times, where every byte is replaced), names, scratch, and the room to unescape in; the old one
    // lives until the new one is filled.
    let buffers = 3 * (1 + 3 + 3) * event;
    let facts = 256 * limits.facts() + 64 * 32;
    let shapes = 8 * (event.min(2 << 10) + 256);
    let choices = limits.choices() * (512 + 3 * (1 << 10));
    let calls = limits.choices() * limits.tool_calls() * 128;
    (buffers + facts + shapes + choices + calls + (4 << 10)) as u64
}
