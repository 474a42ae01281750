//! Translation of one wire into another: decoder and encoder beside the hand-written way, with JSON trees.
//!
//! Both are fed input by input and send what an input brought. What they sent is read again and must say what the stream said.

mod hand;

use std::ops::ControlFlow;

use deltaic::{
    Completion, Decoder, Delta, FinishReason, Options, Usage,
    encode::{ChunkEncoder, Encoder, MessagesEncoder, ResponsesEncoder, UiStreamEncoder},
};

use crate::{cut::Cut, workloads::Workload};

/// The wires that come in, by the names of their workloads.
pub const WIRES: [&str; 5] =
    ["openai_text", "messages_text", "responses_text", "generate_content_text", "ollama_text"];

/// Takes what is sent.
pub type Send<'s> = &'s mut dyn FnMut(&[u8]);

/// A way to translate a stream.
pub type Run = fn(&Workload, Cut, Send<'_>);

/// A wire that goes out, and the two ways to write it.
#[derive(Clone, Copy)]
pub struct Target {
    /// How tables call it.
    pub name: &'static str,
    /// How often `by_hand` takes as long as `ours`, at least, where that is promised.
    pub promised: Option<f64>,
    /// Decoder and encoder.
    pub ours: Run,
    /// JSON trees.
    pub by_hand: Run,
}

/// All of them.
pub const TARGETS: [Target; 4] = [
    Target {
        name: "chunks",
        promised: Some(8.0),
        ours: ours::<ChunkEncoder>,
        by_hand: hand::translate::<hand::Chunks>,
    },
    Target {
        name: "messages",
        promised: Some(8.0),
        ours: ours::<MessagesEncoder>,
        by_hand: hand::translate::<hand::Messages>,
    },
    Target {
        name: "ui",
        promised: Some(8.0),
        ours: ours::<UiStreamEncoder>,
        by_hand: hand::translate::<hand::Ui>,
    },
    Target {
        name: "responses",
        promised: None,
        ours: ours::<ResponsesEncoder>,
        by_hand: hand::translate::<hand::Responses>,
    },
];

fn ours<E: Encoder + Default>(workload: &Workload, cut: Cut, send: Send<'_>) {
    let (mut decoder, mut encoder, mut out) = (Decoder::new(), E::default(), Vec::new());
    for input in cut.inputs(&workload.stream, &workload.ends) {
        let _ = decoder.for_each(input, |said| encoder.push_ok(said, &mut out));
        send(&out);
        out.clear();
    }
    let ControlFlow::Continue(ending) = decoder.end(|said| encoder.push_ok(said, &mut out));
    encoder.finish(&ending, &mut out);
    send(&out);
}

/// Asserts that what is sent is whole and says what the stream said; returns how many bytes that takes.
///
/// # Panics
/// If it is not, or does not.
pub fn check(name: &str, run: Run, workload: &Workload, cut: Cut) -> usize {
    let name = format!("{name}, {}, {cut}", workload.name);
    let mut sent = Vec::new();
    run(workload, cut, &mut |bytes| sent.extend_from_slice(bytes));
    let (mut decoder, mut completion) = (Decoder::with_options(Options::strict()), Completion::new());
    let mut pieces = 0;
    let mut each = |said: Result<Delta<'_>, deltaic::Error>| {
        let delta = said.unwrap_or_else(|error| panic!("{name}: {error}"));
        pieces += u64::from(matches!(delta, Delta::Text { .. }));
        completion.apply(delta);
        ControlFlow::<()>::Continue(())
    };
    let _ = decoder.for_each(&sent, &mut each);
    let _ = decoder.end(&mut each);
    assert!(decoder.ending().done(), "{name}: no end marker");
    let choice = &completion.choices[&0];
    assert_eq!(choice.text, workload.answer.text[&0], "{name}");
    assert_eq!(pieces, workload.answer.pieces, "{name}: pieces");
    assert_eq!(choice.finish.as_ref().map(|finish| finish.reason), Some(FinishReason::Stop), "{name}");
    let [input, output, _] = workload.answer.usage.unwrap_or_default();
    if let Some(Usage { input: Some(now), output: Some(written), .. }) = completion.usage {
        assert_eq!([now, written], [input, output], "{name}: usage");
    } else {
        assert_eq!(workload.answer.usage, None, "{name}: usage");
    }
    sent.len()
}
