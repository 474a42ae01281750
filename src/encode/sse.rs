//! Events of an event stream, written.
//!
//! Knows: how an event and a comment are written down. Must not know: what they say.
//!
//! Whatever is written between [`DATA`] and [`END`] holds no line end: it is JSON on one line, in which strings have theirs
//! escaped and values of others are compacted (`json`). So an event cannot be ended by what it says.
//!
//! Source: WHATWG HTML, 9.2.5 *Parsing an event stream*.

use alloc::vec::Vec;

/// Begins an event's data.
pub(super) const DATA: &[u8] = b"data: ";

/// Ends an event.
pub(super) const END: &[u8] = b"\n\n";

/// A comment that says nothing: it keeps a connection alive.
pub(super) const COMMENT: &[u8] = b":\n\n";

/// The end marker of the wires that have one.
pub(super) const DONE: &[u8] = b"data: [DONE]\n\n";

/// Begins an event of this name, up to its data.
pub(super) fn begin_named(name: &str, out: &mut Vec<u8>) {
    for piece in ["event: ", name, "\ndata: "] {
        out.extend_from_slice(piece.as_bytes());
    }
}
