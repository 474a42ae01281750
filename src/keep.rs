//! How much the buffers that outlive an event may keep of it.
//!
//! Knows: capacities. Must not know: what is in them.
//!
//! Every buffer that is cleared between events and filled again is held to one of the two numbers below once its event is
//! told, and by `reset`. The list of them all:
//!
//! | buffer | what it holds | may keep |
//! |---|---|---|
//! | `carry::Carry` | an event that straddles a cut | [`BYTES`] |
//! | `frame::sse::Sse::data_buffer` | data of several lines, or decoded: from base64, from what is no UTF-8 | [`BYTES`] |
//! | `sse::Framer`: `id`, `name`, `data` | the last event ID; what is decoded from what is no UTF-8 | its limit; [`BYTES`] each |
//! | the pipeline's scratch, its room to unescape in, its queue | unescaped text; the same; deltas | [`BYTES`] each; [`ITEMS`] |
//! | the records: head, body, spare | what an event states | [`ITEMS`] each |
//! | the usage snapshots | an event that counts again and again | [`ITEMS`] |

use alloc::string::String;
use alloc::vec::Vec;

/// Bytes that a buffer of bytes keeps between events.
pub(crate) const BYTES: usize = 64 << 10;

/// Items that a list keeps room for between events.
pub(crate) const ITEMS: usize = 512;

/// Empties `list` and returns what one big event took beyond `most` items. Cost: nothing unless it did.
#[inline]
pub(crate) fn clear_and_shrink_vec<T>(list: &mut Vec<T>, most: usize) {
    list.clear();
    if list.capacity() > most {
        list.shrink_to(most);
    }
}

/// Empties `text` and returns what one big event took beyond `most` bytes. Cost: nothing unless it did.
#[inline]
pub(crate) fn clear_and_shrink_string(text: &mut String, most: usize) {
    text.clear();
    if text.capacity() > most {
        text.shrink_to(most);
    }
}
