//! Bytes of any LLM chat stream in, cut anywhere; normalized deltas out.
//!
//! ```
//! use std::ops::ControlFlow;
//! use deltaic::{Decoder, Delta, Error};
//!
//! /// Prints the answer; returns whether it was complete. `received`: whatever the socket gives, cut anywhere.
//! fn print_answer(received: impl IntoIterator<Item = impl AsRef<[u8]>>) -> bool {
//!     let mut show = |said: Result<Delta<'_>, Error>| {
//!         match said {
//!             Ok(Delta::Text { text, .. }) => print!("{text}"), // borrowed, never empty
//!             Ok(Delta::PeerError { message, .. }) => eprintln!("the service reports: {message}"),
//!             Ok(_) => {} // reasoning, tool calls, usage, …
//!             Err(error) => eprintln!("{error}"), // one bad event; the next one decodes
//!         }
//!         ControlFlow::<()>::Continue(())
//!     };
//!     let mut decoder = Decoder::new();
//!     for input in received {
//!         let _ = decoder.for_each(input.as_ref(), &mut show);
//!     }
//!     let end = decoder.end(&mut show); // no more bytes will come: what the end releases
//!     matches!(end, ControlFlow::Continue(ending) if !ending.is_truncated())
//! }
//!
//! let stream = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n";
//! assert!(print_answer(stream.chunks(5)));
//! ```
//!
//! `deltaic` is the core that clients, gateways and proxies embed: sans-IO (no sockets, clock, threads or async),
//! incremental (the same deltas under every cut), zero-copy (borrowed `&str`), bounded, and tolerant of what services
//! really send, by named rules ([`Quirk`]).
//!
//! * **Which streams?** Chat completions as services and relays send them, Responses, Messages, `generateContent`, Converse
//!   and sixteen more wires ([`docs::wires`]), over event streams, AWS event streams, JSON lines, an array or one body. Events
//!   of no known wire are told as [`Delta::Unknown`] and counted ([`Ending::unknown_events`]).
//! * **With which client?** Any that yields bytes, blocking or async: the loop is yours ([`docs::embedding`]), or one of the adapters
//!   is: [`read`] for `std::io::Read`; by feature `stream` for any `Stream` of bodies (reqwest), `codec` for tokio's `FramedRead`,
//!   `http-body` for a body that is forwarded (hyper, axum); [`tap`] for a proxy. [`docs::client`] begins with a client's questions.
//! * **To translate?** Feature `encode`: any wire in; chat chunks, Messages, Responses or UI streams out, as official
//!   clients read them.
//! * **Was the answer complete?** [`Decoder::end`] returns an [`Ending`]: facts, nothing synthesized.
//! * **Tool calls?** [`Completion`] folds deltas into one answer; by hand: append each [`Delta::ToolCallArguments`] of one
//!   choice and slot.
//! * **After an error?** Call on: a bad event costs one event. Only [`Error::is_fatal`] stays until [`Decoder::reset`].
//! * **To keep or send a delta?** [`Delta::into_owned`]: short texts allocate nothing. By feature `bytes`, large payloads stay in the
//!   input they came in.
//! * **How much memory, how fast?** Steady state allocates nothing; [`Limits`] bound the rest ([`docs::memory`]). Numbers
//!   are in the README.
//! * **Features** change nothing about what a stream decodes to: `serde`, `bytes`, `encode`, `stream`, `codec`, `http-body`, `cli` (the
//!   command), `simd-json`, and `std`, the only one that is on by default: without it the crate is `no_std` with `alloc`. Rust 1.88.
//! * **What may grow before 1.0?** Kinds of deltas, fields of the variants that are `#[non_exhaustive]`, quirks, error kinds
//!   ([`docs::stability`]).
//!
//! Start with [`Decoder`]. A strict framer for any event stream is [`sse::Framer`], one for AWS
//! event stream messages [`eventstream::Framer`]. How it works inside, in one picture:
//!
//! ```text
//!       input: &[u8], cut anywhere
//!             │
//!    ┌────────▼──────────────────────────────────────────────────┐
//!    │ decoder                                                   │
//!    │   carry ──► frame ──┬─ hit ─► shape ─┐                    │
//!    │                     └─ miss ► parse ─┴► normalize ► Delta │
//!    └───────────────────────────────────────────────────────────┘
//! ```

#![cfg_attr(not(any(test, fuzzing)), no_std)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod carry;
#[cfg(feature = "codec")]
pub mod codec;
pub mod completion;
mod decoder;
mod delta;
mod dialect;
#[cfg(any(feature = "encode", test, fuzzing, doc))]
pub mod encode;
mod error;
pub mod eventstream;
mod feeder;
mod frame;
mod fused;
#[cfg(feature = "http-body")]
pub mod http_body;
mod keep;
mod lex;
mod normalize;
mod options;
mod parse;
pub mod partial;
#[cfg(feature = "std")]
pub mod read;
mod record;
mod shape;
pub mod sse;
#[cfg(feature = "stream")]
pub mod stream;
#[cfg(any(feature = "std", feature = "stream"))]
mod stream_error;
pub mod tap;
mod words;

#[cfg(any(doc, doctest))]
pub mod docs;

#[cfg(any(test, fuzzing))]
#[doc(hidden)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::missing_panics_doc,
    missing_docs,
    dead_code
)]
pub mod fuzzing;

pub use completion::Completion;
pub use decoder::{Decoder, Ending, Feed};
pub use delta::{Delta, DeltaStr, ExtraKind, FinishReason, OpaqueKind, OwnedDelta, PartKind, Usage};
pub use dialect::{Quirk, QuirkClass, Quirks, QuirksIter};
pub use error::{Error, ErrorKind, LimitKind};
pub use options::{ArgumentsMode, ContentMode, ExtrasMode, Framing, Limits, Options, ReasoningTags, Wire};
pub use words::UnknownWord;

#[cfg(test)]
mod tests;
