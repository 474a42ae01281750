//! Ids where the stream has none.
//!
//! Knows: what clients ask of an id. Must not know: any wire.

use crate::lex::extend_label_fingerprint;
use alloc::string::String;
use alloc::string::ToString;

/// The id of a stream that has none: clients want one in every chunk.
pub(super) const STREAM: &str = "chatcmpl-unknown";

/// The model of a stream that names none: typed clients want one.
pub(super) const MODEL: &str = "unknown";

/// Appends the id of a call that has none: it must come back with the call's result, so it is another for each call of a
/// conversation as long as `stream_id` is. The same stream has the same ids. At most 40 bytes, as services ask, for any
/// stream of fewer than 10,000 choices and calls.
pub(super) fn push_call_id(stream_id: &str, choice: u32, ordinal: usize, id: &mut String) {
    let print = extend_label_fingerprint(0, stream_id.as_bytes());
    let hex = |shift: u32| char::from_digit(u32::try_from(print.wrapping_shr(shift) & 15).unwrap_or(0), 16);
    id.push_str("call_");
    id.extend((0..64).step_by(4).rev().filter_map(hex));
    for part in [u64::from(choice), u64::try_from(ordinal).unwrap_or(u64::MAX)] {
        id.push('_');
        id.push_str(&part.to_string());
    }
}
