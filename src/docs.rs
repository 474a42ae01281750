//! Chapters for those who embed the decoder; they are part of the documentation only.
//!
//! Knows: the public names. Must not know: any room.
//!
//! In the order in which one needs them:
//!
//! * [`client`]: from the socket to an answer; tool calls, reasoning, what to do when it was not complete.
//! * `gateway`: any wire in, one wire out; many streams; a second hop (feature `encode`).
//! * [`proxies`]: bytes pass untouched and are read beside; compressed bodies, content types, cutting between events.
//! * [`embedding`]: the verbs, their order, what they borrow.
//! * [`wires`]: which grammars are understood, how they are told apart, what their fields become.
//! * [`endings`]: how a stream ends, and what goes wrong on the way.
//! * [`memory`]: limits; what is held, until when, and what it costs.
//! * [`quirks`]: what does this endpoint do? Every deviation that is understood, with its witness.
//! * [`json`]: what RFC 8259 leaves open, and what is done here.
//! * [`replay`]: recorded streams as tests.
//! * [`moving`]: from an event source and typed chunks.
//! * [`comparison`]: what else there is, and when to take it.
//! * [`speed`]: what a host can do for the last drop, and what it is worth.
//! * [`stability`]: what may change, and what will not.
//!
//! Each adapter has its page: [`crate::read`], [`crate::tap`]; by feature `stream`, `codec`, `http_body`, `encode`.

#[doc = include_str!("docs/client.md")]
pub mod client {}

#[cfg(feature = "encode")]
#[doc = include_str!("docs/gateway.md")]
pub mod gateway {}

#[doc = include_str!("docs/proxies.md")]
pub mod proxies {}

#[doc = include_str!("docs/embedding.md")]
pub mod embedding {}

#[doc = include_str!("docs/wires.md")]
pub mod wires {}

#[doc = include_str!("docs/endings.md")]
pub mod endings {}

#[doc = include_str!("docs/memory.md")]
pub mod memory {}

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

#[doc = include_str!("docs/replay.md")]
pub mod replay {}

#[doc = include_str!("docs/moving.md")]
pub mod moving {}

#[doc = include_str!("docs/comparison.md")]
pub mod comparison {}

#[doc = include_str!("docs/speed.md")]
pub mod speed {}

#[doc = include_str!("docs/stability.md")]
pub mod stability {}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
