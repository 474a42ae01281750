//! What every encoder keeps: the laws of its fuzz target, the same output under every cut, `reset`, `Debug`.
//!
//! What each writes is in the files of their own.

use std::fmt::Debug;

use proptest::prelude::*;

use super::support::{Seeded, Stream, corpus, run_whole, stream};
use crate::encode::{ChunkEncoder, Encoder, MessagesEncoder, ResponsesEncoder, UiStreamEncoder};
use crate::{Decoder, Delta, fuzzing};

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
