//! Bytes of any LLM chat stream in, cut anywhere; normalized deltas out.
//!
//! `deltaic` is the core that clients, gateways and proxies embed: sans-IO (no sockets, clock, threads or async),
//! incremental (the same deltas under every cut), zero-copy (borrowed `&str`), bounded, and tolerant of what services
//! really send, by named rules ([`Quirk`]).
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
//!
//! 1. **Direction.** The rooms know each other only from left to right.
//! 2. **Spans inside, slices at the door.** Rooms exchange ranges; only the decoder makes `&str`.
//! 3. **The event is the atom.** Nothing is told of an incomplete event.
//! 4. **Conservation.** Bytes fed = framed + carried + dropped by a named rule.
//! 5. **Steady state allocates nothing.**
//! 6. **Endings are facts.** Nothing is synthesized ([`Ending`]).
//! 7. **A bad event costs one event** ([`Error`]).
//!
//! Start with [`Decoder`]. A strict framer for any event stream is [`sse::Framer`]; [`Completion`] folds deltas into one
//! answer.

mod carry;
pub mod completion;
mod decoder;
mod delta;
mod dialect;
mod error;
mod feeder;
mod frame;
mod keep;
mod lex;
mod normalize;
mod options;
mod parse;
mod record;
mod shape;
pub mod sse;

#[cfg(any(doc, doctest))]
pub mod docs;

#[cfg(any(test, feature = "fuzzing"))]
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
pub use delta::{Delta, ExtraKind, FinishReason, OpaqueKind, OwnedDelta, Usage};
pub use dialect::{Quirk, QuirkClass, Quirks};
pub use error::{Error, ErrorKind, LimitKind};
pub use options::{ArgumentsMode, ContentMode, ExtrasMode, Framing, Limits, Options, ReasoningTags};

#[cfg(test)]
mod tests;
