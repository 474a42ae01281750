//! What every encoder keeps: the laws of its fuzz target, the same output under every cut, `reset`, `Debug`.
//!
//! What each writes is in the files of their own.

use std::fmt::Debug;

use proptest::prelude::*;

use super::support::{Seeded, Stream, corpus, run_whole, stream};
use crate::encode::{ChunkEncoder, Encoder, MessagesEncoder, ResponsesEncoder, UiStreamEncoder};
use crate::{Decoder, Delta, Options, fuzzing};

/// The body of each encoder's fuzz target.
const BODIES: [fn(&[u8]); 4] = [fuzzing::encode, fuzzing::messages, fuzzing::responses, fuzzing::encode_ui];

/// What an encoder writes of a stream that comes in these pieces.
fn encode(stream: &Stream, pieces: Vec<&[u8]>, encoder: &mut impl Encoder) -> Vec<u8> {
    let (mut decoder, mut out) = (Decoder::with_options(stream.options()), Vec::new());
    for piece in pieces {
        let _ = decoder.for_each(piece, |said| encoder.push_ok(said, &mut out));
    }
    let std::ops::ControlFlow::Continue(ending) = decoder.end(|said| encoder.push_ok(said, &mut out));
    encoder.finish(&ending, &mut out);
    out
}

fn no_cut_shows<E: Encoder + Default>(seed: u64) {
    let mut seed = Seeded(seed);
    for stream in corpus() {
        let whole = encode(&stream, vec![&stream.bytes], &mut E::default());
        for pieces in [seed.cuts(&stream.bytes, 50), stream.bytes.chunks(1).collect()] {
            assert_eq!(encode(&stream, pieces, &mut E::default()), whole, "{}", stream.name);
        }
    }
}

#[test]
fn no_cut_shows_in_what_is_written() {
    no_cut_shows::<ChunkEncoder>(5);
    no_cut_shows::<UiStreamEncoder>(6);
    no_cut_shows::<ResponsesEncoder>(7);
    no_cut_shows::<MessagesEncoder>(8);
}

/// An encoder that was left in the midst of a stream, and reset.
fn is_new_after_reset<E: Encoder + Default>() {
    let stream = stream("openai/tools-interleaved.sse");
    let told = run_whole(&stream.options(), &stream.bytes);
    let expected = encode(&stream, vec![&stream.bytes], &mut E::default());
    let mut used = E::default();
    told.deltas().take(7).for_each(|delta| used.push(delta, &mut Vec::new()));
    used.push(Delta::Reasoning { choice: 0, text: "why" }, &mut Vec::new());
    used.reset();
    assert!(encode(&stream, vec![&stream.bytes], &mut used) == expected);
}

#[test]
fn a_reset_encoder_is_new() {
    is_new_after_reset::<ChunkEncoder>();
    is_new_after_reset::<MessagesEncoder>();
    is_new_after_reset::<ResponsesEncoder>();
    is_new_after_reset::<UiStreamEncoder>();
}

fn hides_the_stream<E: Encoder + Default + Debug>() {
    let mut encoder = E::default();
    encoder.push(Delta::tool_call_start(0, 0, Some("quokka"), Some("quokka")), &mut Vec::new());
    assert!(!format!("{encoder:?}").contains("quokka"));
}

#[test]
fn debug_prints_nothing_of_the_stream() {
    hides_the_stream::<ChunkEncoder>();
    hides_the_stream::<MessagesEncoder>();
    hides_the_stream::<ResponsesEncoder>();
    hides_the_stream::<UiStreamEncoder>();
}

/// Deltas that say `said` in every place that a peer fills.
fn saying(said: &str) -> Vec<crate::OwnedDelta> {
    let json = serde_json::to_string(said).unwrap();
    let told = [
        Delta::Start { id: Some(said), model: Some(said), created: None },
        Delta::Role { choice: 0, role: said },
        Delta::Reasoning { choice: 0, text: said },
        Delta::Text { choice: 0, text: said },
        Delta::Refusal { choice: 0, text: said },
        Delta::tool_call_start(0, 0, Some(said), Some(said)),
        Delta::ToolCallArguments { choice: 0, slot: 0, fragment: said },
        Delta::ToolCallEnd { choice: 0, slot: 0 },
        Delta::extra(Some(0), crate::ExtraKind::Other, said, &json),
        Delta::peer_error(Some(said), Some(said), said, &json),
        Delta::finish(0, crate::FinishReason::Other, said, true),
    ];
    told.into_iter().map(Delta::into_owned).collect()
}

/// The events that an encoder writes of these, as a strict reader frames them.
fn framed<E: Encoder + Default>(told: &[crate::OwnedDelta]) -> Vec<(String, String)> {
    let (mut encoder, mut out) = (E::default(), Vec::new());
    told.iter().for_each(|delta| encoder.push(delta.as_delta(), &mut out));
    encoder.finish(&run_whole(&Options::new(), b"data: [DONE]\n\n").ending, &mut out);
    let (mut framer, mut input, mut events) = (crate::sse::Framer::new(), &*out, Vec::new());
    while let Some(frame) = framer.next_frame(&mut input).unwrap() {
        assert!(frame.id.is_empty(), "{frame:?}");
        events.push((frame.event.to_owned(), frame.data.to_owned()));
    }
    assert_eq!(framer.retry(), None);
    events
}

/// Whatever a peer says, and wherever, the events are as many, named as, and members of the same kind as if it said `x`.
fn nothing_is_injected<E: Encoder + Default>() {
    let names = |events: &[(String, String)]| events.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let plain = framed::<E>(&saying("x"));
    assert!(plain.len() > 2);
    for said in [
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "x\rdata: {}\r\rx",
        "x\n\nevent: y\ndata: [DONE]\n\n",
        "\nid: 7\nretry: 1\n",
        ": comment\n",
        "\u{0}",
        "\u{FEFF}",
        "\u{85}\u{2028}\u{2029}",
        "\"},{\"x\":\"",
        "\\",
    ] {
        let events = framed::<E>(&saying(said));
        assert_eq!(names(&events), names(&plain), "{said:?}");
        for (_, data) in events.iter().filter(|(_, data)| data != "[DONE]") {
            assert!(serde_json::from_str::<serde_json::Value>(data).is_ok(), "{said:?}: {data}");
            assert!(!data.contains(['\n', '\r', '\0']), "{said:?}: {data:?}");
        }
    }
}

#[test]
fn a29_nothing_that_is_said_is_an_event() {
    nothing_is_injected::<ChunkEncoder>();
    nothing_is_injected::<MessagesEncoder>();
    nothing_is_injected::<ResponsesEncoder>();
    nothing_is_injected::<UiStreamEncoder>();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Conversations, and arbitrary streams, that proptest chooses and shrinks.
    #[test]
    fn what_is_chosen_is_said_again(choices in prop::collection::vec(any::<u8>(), 0..180)) {
        BODIES.iter().for_each(|body| body(&choices));
    }
}

/// The generator of the fuzz targets, from fixed seeds.
#[test]
fn what_seeds_choose_is_said_again() {
    for number in 0..3_000 {
        let mut seed = Seeded(number);
        let length = seed.below(180);
        let choices: Vec<u8> = (0..length).map(|_| seed.next().to_le_bytes()[0]).collect();
        BODIES.iter().for_each(|body| body(&choices));
    }
}
