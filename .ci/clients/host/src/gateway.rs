//! The gateway: any wire in, what an official client reads out.
//!
//! Knows: the decoder, the encoders. Must not know: HTTP.
//!
//! A further encoder is one arm in [`answer`], and one reader in `check.py` and `check.mjs`.

use std::convert::Infallible;
use std::ops::ControlFlow;

use bytes::Bytes;
use deltaic::encode::{ChunkEncoder, EncodeOptions, MessagesEncoder, ResponsesEncoder, UiStreamEncoder};
use deltaic::{Delta, Ending, Error, FinishReason};

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
    let body = match target {
        "chunks" => {
            let encoder = ChunkEncoder::with_options(options);
            written(stream, encoder, ChunkEncoder::push_ok, ChunkEncoder::finish)
        }
        "messages" => {
            let encoder = MessagesEncoder::with_options(options);
            written(stream, encoder, MessagesEncoder::push_ok, MessagesEncoder::finish)
        }
        "responses" => {
            let encoder = ResponsesEncoder::with_options(options);
            written(stream, encoder, ResponsesEncoder::push_ok, ResponsesEncoder::finish)
        }
        "ui" => {
            let encoder = UiStreamEncoder::with_options(options);
            written(stream, encoder, UiStreamEncoder::push_ok, UiStreamEncoder::finish)
        }
        _ => return None,
    };
    Some(cut(&Bytes::from(body), stream.seed()))
}

/// What an encoder writes of the stream, by its two verbs.
fn written<E>(
    stream: &Stream,
    mut encoder: E,
    push: impl Fn(&mut E, Result<Delta<'_>, Error>, &mut Vec<u8>) -> ControlFlow<Infallible>,
    finish: impl Fn(&mut E, &Ending, &mut Vec<u8>),
) -> Vec<u8> {
    let (mut decoder, mut downstream) = (stream.decoder(), Vec::new());
    for input in stream.cuts() {
        let _ = decoder.for_each(&input, |said| push(&mut encoder, said, &mut downstream));
    }
    let ControlFlow::Continue(ending) = decoder.end(|said| push(&mut encoder, said, &mut downstream));
    finish(&mut encoder, &ending, &mut downstream);
    downstream
}
