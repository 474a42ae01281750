//! Deltas written as a stream that official clients read: any wire in, clean chunks out.
//!
//! Knows: what each target can say. Must not know: bytes of the input, the wire that deltas came from, HTTP.
//!
//! A gateway is a decoder and an encoder; a host puts the bytes where they are to go:
//!
//! ```
//! use std::ops::ControlFlow;
//! use deltaic::Decoder;
//! use deltaic::encode::{ChunkEncoder, Encoder};
//!
//! // Messages in; it could be any wire.
//! let upstream = br#"event: message_start
//! data: {"type":"message_start","message":{"id":"msg_1","role":"assistant","model":"m","content":[]}}
//!
//! event: content_block_start
//! data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
//!
//! event: content_block_delta
//! data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}
//!
//! event: content_block_stop
//! data: {"type":"content_block_stop","index":0}
//!
//! event: message_delta
//! data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}
//!
//! event: message_stop
//! data: {"type":"message_stop"}
//!
//! "#;
//!
//! let (mut decoder, mut encoder, mut downstream) = (Decoder::new(), ChunkEncoder::new(), Vec::new());
//! for input in upstream.chunks(16) {
//!     // The gateway: each input's deltas, then what the end releases, then the end.
//!     let _ = decoder.for_each(input, |said| encoder.push_ok(said, &mut downstream));
//! }
//! let ControlFlow::Continue(ending) = decoder.end(|said| encoder.push_ok(said, &mut downstream));
//! encoder.finish(&ending, &mut downstream);
//!
//! let head = r#"data: {"id":"msg_1","object":"chat.completion.chunk","created":0,"model":"m","choices":["#;
//! let chunks = [
//!     r#"{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
//!     r#"{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}"#,
//!     r#"{"index":0,"delta":{},"finish_reason":"stop","native_finish_reason":"end_turn"}]}"#,
//!     r#"],"usage":{"completion_tokens":1}}"#,
//! ];
//! let expected = chunks.map(|chunk| format!("{head}{chunk}\n\n")).concat() + "data: [DONE]\n\n";
//! assert_eq!(String::from_utf8(downstream)?, expected);
//! # Ok::<(), std::string::FromUtf8Error>(())
//! ```
//!
//! [`MessagesEncoder`] has the same verbs, for clients of Messages. The rest of this page is about chunks.
//!
//! # The rules, each a client that failed without it
//!
//! 1. Choices are announced in order and without gaps, with their role and empty content, before anything is said of them.
//! 2. A call begins when its name is whole, and after the calls before it. What comes of it sooner is held.
//! 3. Entries of lists have an `index`: clients join what comes later by it.
//! 4. The peer's errors go last: clients raise at the first, and lose what follows.
//! 5. No end marker without a chunk; an id, the same, in every chunk.
//! 6. Usage goes once, after the finishes, in a chunk without choices. A finish is one of the target's own words, and is
//!    told when the stream is over: only then is it sure that the choice does not go on.
//! 7. A finish that was not told is made up only by option, and so is anything else.
//!
//! # What a chunk cannot say
//!
//! | told | written |
//! |---|---|
//! | an id, model or date first told after the first chunk | not: the first chunk settles them; without any, `chatcmpl-unknown`, `unknown`, 0 |
//! | a role | always `assistant` |
//! | a call without an id, or with an id that comes after its arguments | an id made from the stream's |
//! | a call's end; a name that goes on after its arguments | not; calls end with their choice |
//! | [`Delta::Part`]: parts of an answer | not: all of a choice is one text. A signature belongs to the reasoning before it |
//! | [`Delta::Restart`] | not: what was sent cannot be taken back |
//! | signatures and encrypted reasoning | entries of `reasoning_details` |
//! | finish `error`, `other` | `length`, `stop`, or by option another; the service's word is in `native_finish_reason` |
//! | finish `stop` of a choice that made calls | `tool_calls` |
//! | several snapshots of usage | the last |
//! | extras of the stream: filter results, citations | members of a chunk without choices, under their names |
//! | log probabilities, filter results of a choice | members of the choice |
//! | annotations, images, audio of chat | members of its delta |
//! | other extras, those of other wires | members of the choice, under their names, or that of their kind; what clients know as something else gets `x_` before it |
//! | an extra that is no JSON | not, but for control characters and numbers that are none: those are escaped, these null |
//! | what else an error's object held | not: its message, type and code |
//! | unknown events | not |
//! | a choice of an index from [`Limits::choices`](crate::Limits::choices) on, calls beyond the limit | not |
//!
//! What was left out is counted: [`ChunkEncoder::left_out`].
//!
//! # Injection
//!
//! Nothing that is told can end an event or a string. Strings are escaped as RFC 8259 has it, so that no line ends in them; JSON
//! that is passed on is read once more, strictly, and compacted if it has line ends.
//!
//! Source: OpenAI, *Chat Completions streaming events*; WHATWG HTML, 9.2.5 *Parsing an event stream*.

mod calls;
mod chunk;
mod closing;
mod identity;
mod ids;
mod json;
mod messages;
mod options;
mod responses;
mod sse;
mod ui;
mod whole;

use alloc::vec::Vec;
use core::convert::Infallible;
use core::ops::ControlFlow;

use crate::decoder::Ending;
use crate::delta::Delta;
use crate::error::Error;

pub use chunk::ChunkEncoder;
pub use messages::MessagesEncoder;
pub use options::{EncodeOptions, ReasoningMember};
pub use responses::ResponsesEncoder;
pub use ui::UiStreamEncoder;

/// What the encoders have in common, for hosts that choose the target when they run: `Box<dyn Encoder + Send>`.
///
/// Each encoder has [`push`](Encoder::push), [`finish`](Encoder::finish), [`left_out`](Encoder::left_out) and
/// [`reset`](Encoder::reset) as methods of its own, too; what they do for its target stands there.
pub trait Encoder {
    /// Appends what one delta says to `out`: nothing, or whole events.
    fn push(&mut self, delta: Delta<'_>, out: &mut Vec<u8>);

    /// Appends what was held for the end. Nothing if the stream's own end marker was pushed; nothing the second time.
    fn finish(&mut self, ending: &Ending, out: &mut Vec<u8>);

    /// Deltas that could not be written.
    fn left_out(&self) -> u64;

    /// As new, with the same options: another stream.
    fn reset(&mut self);

    /// The same as [`push`](Encoder::push) of what [`Decoder::for_each`](crate::Decoder::for_each) says: an error, which cost one
    /// event, is left out. Never breaks.
    fn push_ok(
        &mut self,
        delta_or_ignored_error: Result<Delta<'_>, Error>,
        out: &mut Vec<u8>,
    ) -> ControlFlow<Infallible> {
        if let Ok(delta) = delta_or_ignored_error {
            self.push(delta, out);
        }
        ControlFlow::Continue(())
    }
}

/// By the methods of the same names.
macro_rules! encoders {
    ($($encoder:ty),+) => {$(
        impl Encoder for $encoder {
            fn push(&mut self, delta: Delta<'_>, out: &mut Vec<u8>) {
                Self::push(self, delta, out);
            }

            fn finish(&mut self, ending: &Ending, out: &mut Vec<u8>) {
                Self::finish(self, ending, out);
            }

            fn left_out(&self) -> u64 {
                Self::left_out(self)
            }

            fn reset(&mut self) {
                Self::reset(self);
            }
        }
    )+};
}

encoders!(ChunkEncoder, MessagesEncoder, ResponsesEncoder, UiStreamEncoder);
