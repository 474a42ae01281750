//! The gateway: any wire in, what an official client reads out.
//!
//! Knows: the decoder, the encoders. Must not know: HTTP.
//!
//! A further encoder is one function here, one arm in [`answer`], and one reader in `check.py` and `check.mjs`.

use std::ops::ControlFlow;

use bytes::Bytes;
use deltaic::FinishReason;
use deltaic::encode::{ChunkEncoder, EncodeOptions};

use crate::corpus::{Stream, cut};

/// The body for those who ask for this target, cut awkwardly, too; none if there is no such target.
pub fn answer(target: &str, stream: &Stream) -> Option<Vec<Bytes>> {
    let body = match target {
        "chunks" => chunks(stream, EncodeOptions::new()),
        // What a gateway asks for whose clients want one whole answer.
        "whole-chunks" => {
            let options = EncodeOptions::new().only_choice(0).finish_missing(FinishReason::Stop);
            chunks(stream, options.whole_usage(true))
        }
        _ => return None,
    };
    Some(cut(&Bytes::from(body), stream.seed()))
}

/// Chat completion chunks.
fn chunks(stream: &Stream, options: EncodeOptions) -> Vec<u8> {
    let (mut decoder, mut encoder) = (stream.decoder(), ChunkEncoder::with_options(options));
    let mut downstream = Vec::new();
    for input in stream.cuts() {
        let _ = decoder.for_each(&input, |said| encoder.push_ok(said, &mut downstream));
    }
    let ControlFlow::Continue(ending) = decoder.end(|said| encoder.push_ok(said, &mut downstream));
    encoder.finish(&ending, &mut downstream);
    downstream
}
