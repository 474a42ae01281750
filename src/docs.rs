//! Chapters for those who embed the decoder; they are part of the documentation only.
//!
//! Knows: the public names. Must not know: any room.
//!
//! * [`embedding`]: verbs, call order, borrows, the proxy's tap, the gateway.
//! * [`wires`]: which grammars are understood, how they are told apart, what their fields become.
//! * [`quirks`]: what does this endpoint do? Every deviation that is understood, with its witness.
//! * [`json`]: what RFC 8259 leaves open, and what is done here.
//! * [`memory`]: what is held, until when, and what it costs.

#[doc = include_str!("docs/embedding.md")]
pub mod embedding {}

#[doc = include_str!("docs/wires.md")]
pub mod wires {}

/// What does this endpoint do? Feed it to `deltaic --stats -o none` (or ask [`Decoder::quirks_seen`](crate::Decoder::quirks_seen))
/// and look the names up here.
///
/// A quirk is one named deviation from the reference wire, OpenAI's *Chat Completions streaming events* over WHATWG
/// HTML 9.2. Whatever is not in [`Quirks::TOLERANT`](crate::Quirks::TOLERANT) is opt-in; [`Options::strict`](crate::Options::strict)
/// allows none, and an event that needs one is then an [`ErrorKind::QuirkOff`](crate::ErrorKind::QuirkOff) that names it.
///
/// The table is written from the register by a test, so it cannot fall behind.
///
#[doc = include_str!("quirks.md")]
pub mod quirks {}

#[doc = include_str!("docs/json.md")]
pub mod json {}

#[doc = include_str!("docs/memory.md")]
pub mod memory {}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
