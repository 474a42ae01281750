//! Owned deltas: what they are made of, what they allocate, what they pin.

use allocation_counter::measure;

use super::support::corpus;
use crate::{Decoder, Delta, DeltaStr, OwnedDelta};

const DELTA: usize = size_of::<OwnedDelta>();

/// With every feature: what an adapter moves about.
#[test]
fn an_owned_delta_is_small() {
    assert_eq!((size_of::<DeltaStr>(), size_of::<Option<DeltaStr>>(), DELTA), (24, 24, 104));
}

#[test]
fn short_texts_allocate_nothing() {
    for length in 0..64 {
        let text = "x".repeat(length);
        let made = measure(|| {
            let owned = (Delta::Text { choice: 0, text: &text }).into_owned();
            assert_eq!(owned.as_delta(), Delta::Text { choice: 0, text: &text });
            drop(owned.clone());
        });
        // Two values: the text and its copy.
        assert_eq!(made.count_total, if length <= 24 { 0 } else { 2 }, "{length} bytes");
    }
}

/// Every delta of the corpus, owned: it allocates at most once for each string of more than 24 bytes.
#[test]
fn deltas_allocate_for_long_strings_only() {
    for stream in corpus() {
        let mut decoder = Decoder::with_options(stream.options());
        let _ = decoder.for_each(&stream.bytes, |said| {
            let Ok(delta) = said else { return std::ops::ControlFlow::<()>::Continue(()) };
            let made = measure(|| drop(delta.into_owned()));
            let long = strings(delta).into_iter().flatten().filter(|string| string.len() > 24).count();
            assert_eq!(made.count_total, long as u64, "{}: {delta:?}", stream.name);
            std::ops::ControlFlow::Continue(())
        });
    }
}

/// The strings of a delta.
fn strings(delta: Delta<'_>) -> [Option<&str>; 4] {
    match delta {
        Delta::Start { id, model, .. } => [id, model, None, None],
        Delta::Role { role: text, .. }
        | Delta::Text { text, .. }
        | Delta::Reasoning { text, .. }
        | Delta::Refusal { text, .. }
        | Delta::ReasoningOpaque { data: text, .. }
        | Delta::ToolCallArguments { fragment: text, .. }
        | Delta::Finish { raw: text, .. }
        | Delta::Done { marker: text } => [Some(text), None, None, None],
        Delta::ToolCallStart { id, name, .. } | Delta::ToolCallUpdate { id, name, .. } => {
            [id, name, None, None]
        }
        Delta::Extra { name, json, .. } => [Some(name), Some(json), None, None],
        Delta::PeerError { code, kind, message, json } => [code, kind, Some(message), Some(json)],
        Delta::Unknown { event, payload } => [Some(event), Some(payload), None, None],
        Delta::ToolCallEnd { .. }
        | Delta::Part { .. }
        | Delta::Restart { .. }
        | Delta::Usage(_)
        | Delta::Keepalive => [None; 4],
    }
}

#[test]
fn a_string_is_compared_and_taken_over() {
    use std::collections::HashSet;
    for text in ["", "short", "a text of more than twenty-four bytes"] {
        let made = DeltaStr::from(text.to_owned());
        assert_eq!((made.clone(), &*made, made.to_string()), (DeltaStr::from(text), text, text.to_owned()));
        assert_eq!(DeltaStr::from(std::borrow::Cow::from(text)), made);
        assert!(HashSet::from([made.clone()]).contains(text), "it is hashed as what it is borrowed as");
        assert_eq!(made.cmp(&"m".into()), text.cmp("m"));
        assert_eq!(String::from(made), text);
    }
    assert_eq!(DeltaStr::default(), "");
    let long = "a text of more than twenty-four bytes".to_owned();
    let address = long.as_ptr();
    let back = String::from(DeltaStr::from(long));
    assert_eq!(back.as_ptr(), address, "there and back without a copy");
}

#[cfg(feature = "bytes")]
mod slices {
    use bytes::Bytes;

    use super::*;
    use crate::tests::support::Seeded;

    /// Whether `part` lies in `whole`.
    fn lies_in(part: &[u8], whole: &Bytes) -> bool {
        let range = whole.as_ptr_range();
        range.contains(&part.as_ptr()) && part.as_ptr_range().end <= range.end
    }

    fn text(owned: OwnedDelta) -> DeltaStr {
        let OwnedDelta::Text { text, .. } = owned else { unreachable!() };
        text
    }

    const FROM: usize = DeltaStr::SLICED_FROM;

    /// At the threshold, one below, and far over; the input's first and last bytes are as good as any.
    #[test]
    fn long_texts_are_slices() {
        let input = Bytes::from("x".repeat(3 * FROM));
        let whole = std::str::from_utf8(&input).unwrap();
        for (range, sliced) in [
            (0..FROM - 1, false),
            (0..FROM, true),
            (1..FROM, false),
            (1..FROM + 1, true),
            (2 * FROM..3 * FROM, true),
            (2 * FROM + 1..3 * FROM, false),
            (0..3 * FROM, true),
            (7..7, false),
        ] {
            let part = &whole[range.clone()];
            let owned = text((Delta::Text { choice: 0, text: part }).into_owned_from(&input));
            assert!(*owned == *part && lies_in(owned.as_bytes(), &input) == sliced, "{range:?}");
            let again = owned.clone();
            assert_eq!(lies_in(again.as_bytes(), &input), sliced);
            let (text, slice) = (String::from(again), Bytes::from(owned));
            assert!(text == part && slice == part);
        }
    }

    /// Other scripts, which cost more to look through than to copy, are copied; a late letter of theirs does no harm.
    #[test]
    fn other_scripts_are_copied() {
        for (first, last, sliced) in [("x", "x", true), ("é", "x", false), ("x", "é", true)] {
            let input = Bytes::from([first, &"x".repeat(FROM), last].concat());
            let whole = std::str::from_utf8(&input).unwrap();
            let owned = text((Delta::Text { choice: 0, text: whole }).into_owned_from(&input));
            assert!(*owned == *whole && lies_in(owned.as_bytes(), &input) == sliced, "{first} … {last}");
        }
    }

    /// What only looks like a part of the input, or goes past its end, is copied.
    #[test]
    fn what_lies_elsewhere_is_copied() {
        let all = Bytes::from("x".repeat(6 * FROM));
        let whole = std::str::from_utf8(&all).unwrap();
        let input = all.slice(2 * FROM..4 * FROM);
        for (elsewhere, inside) in [
            (&*"x".repeat(2 * FROM), false),
            (&whole[..FROM], false),
            (&whole[2 * FROM - 1..3 * FROM], false),
            (&whole[2 * FROM..3 * FROM], true),
            (&whole[3 * FROM..4 * FROM], true),
            (&whole[3 * FROM..4 * FROM + 1], false),
            (&whole[4 * FROM..], false),
            (whole, false),
        ] {
            let owned = text((Delta::Text { choice: 0, text: elsewhere }).into_owned_from(&input));
            assert!(*owned == *elsewhere && lies_in(owned.as_bytes(), &input) == inside);
        }
        let nothing = (Delta::Text { choice: 0, text: whole }).into_owned_from(&Bytes::new());
        assert!(*text(nothing) == *whole);
    }

    /// The corpus in cuts: the same deltas, however they are owned, also those that outlive every input.
    #[test]
    fn sliced_or_copied_deltas_are_equal() {
        let mut seed = Seeded(11);
        for stream in corpus() {
            let stream_bytes = Bytes::from(stream.bytes.clone());
            let mut decoder = Decoder::with_options(stream.options());
            let (mut sliced, mut copied) = (Vec::new(), Vec::new());
            let mut at = 0;
            while at < stream_bytes.len() {
                let input = Bytes::copy_from_slice(
                    &stream_bytes[at..(at + 1 + seed.below(20_000)).min(stream_bytes.len())],
                );
                at += input.len();
                let _ = decoder.for_each(&input, |said| {
                    if let Ok(delta) = said {
                        sliced.push(delta.into_owned_from(&input));
                        copied.push(delta.into_owned());
                    }
                    std::ops::ControlFlow::<()>::Continue(())
                });
            }
            assert_eq!(sliced, copied, "{}", stream.name);
        }
    }
}
