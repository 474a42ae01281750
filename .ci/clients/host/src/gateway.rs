//! The gateway: any wire in, what an official client reads out.
//!
//! Knows: the decoder, the encoders. Must not know: HTTP.
//!
//! A further encoder is one arm in [`answer`], and one reader in `check.py` and `check.mjs`.

use std::ops::ControlFlow;

use bytes::Bytes;
use deltaic::FinishReason;
use deltaic::encode::{
    ChunkEncoder, EncodeOptions, Encoder, MessagesEncoder, ResponsesEncoder, UiStreamEncoder,
};

use crate::corpus::{Stream, cut};

/// The body for those who ask for this target, cut awkwardly, too; none if there is no such target.
pub fn answer(target: &str, stream: &Stream) -> Option<Vec<Bytes>> {
    let (target, options) = match target.strip_prefix("whole-") {
        // What a gateway asks for whose clients want one whole answer.
        Some(target) => {
            let options = EncodeOptions::new().only_choice(0).finish_missing(FinishReason::Stop);
            (target, options.whole_usage(true))
        }
        None => (target, EncodeOptions::new()),
    };
    let encoder: Box<dyn Encoder> = match target {
        "chunks" => Box::new(ChunkEncoder::with_options(options)),
        "messages" => Box::new(MessagesEncoder::with_options(options)),
        "responses" => Box::new(ResponsesEncoder::with_options(options)),
        "ui" => Box::new(UiStreamEncoder::with_options(options)),
        _ => return None,
    };
    let body = written(stream, encoder);
    Some(cut(&Bytes::from(body), stream.seed()))
}

/// What an encoder writes of the stream.
fn written(stream: &Stream, mut encoder: Box<dyn Encoder>) -> Vec<u8> {
    let (mut decoder, mut downstream) = (stream.decoder(), Vec::new());
    for input in stream.cuts() {
        let _ = decoder.for_each(&input, |said| encoder.push_ok(said, &mut downstream));
    }
    let ControlFlow::Continue(ending) = decoder.end(|said| encoder.push_ok(said, &mut downstream));
    encoder.finish(&ending, &mut downstream);
    downstream
}
