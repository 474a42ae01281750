//! A recording replayed in a test: what your program makes of a stream, whatever the network does to it.
//!
//! Record with `curl -N … > recording.sse`. Here the recording is one of the decoder's own corpus.

use std::ops::ControlFlow;

use deltaic::{Completion, Decoder, Ending};

/// What your program does with a stream.
fn completion<'b>(inputs: impl Iterator<Item = &'b [u8]>) -> (Completion, Ending) {
    let (mut decoder, mut completion) = (Decoder::new(), Completion::new());
    let mut apply = |item: Result<deltaic::Delta<'_>, deltaic::Error>| {
        completion.apply(item.expect("this recording has no bad event"));
        ControlFlow::<()>::Continue(())
    };
    for input in inputs {
        let _ = decoder.for_each(input, &mut apply);
    }
    let _ = decoder.end(&mut apply);
    (completion, decoder.ending())
}

const RECORDING: &[u8] = include_bytes!("../corpus/stepfun/step-1-8k.sse");

#[test]
fn the_recording_gives_the_same_answer_under_every_cut() {
    let (whole, ending) = completion([RECORDING].into_iter());
    assert!(whole.choices[&0].text.starts_with("您好!"));
    assert_eq!(whole.usage.and_then(|usage| usage.output), Some(150));
    assert!(!ending.is_truncated());
    for size in [1, 7, 1460] {
        assert_eq!(completion(RECORDING.chunks(size)), (whole.clone(), ending));
    }
}

#[test]
fn a_connection_that_breaks_is_seen() {
    for length in [0, RECORDING.len() / 2] {
        let (_, ending) = completion(RECORDING[..length].chunks(1460));
        assert!(ending.is_truncated());
    }
}
