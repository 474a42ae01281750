//! Bytes that outlive one input.
//!
//! Knows: bytes and where the unread ones start. Must not know: lines, JSON.
//!
//! ```text
//!   buffer  [ read | event being assembled … | bytes of later events (only after `feed`) ]
//!                  ^ start
//! ```
//!
//! Reading moves `start`; what is unread is moved down only past at least as many read bytes, so the cost is linear. A buffer that one
//! big event blew up is given back once it is empty.

use alloc::vec::Vec;

use crate::keep;

/// Capacity to begin with: most events fit, so the next cut through one allocates nothing.
const FIRST: usize = 512;

/// The bytes kept between inputs.
#[derive(Clone, Default)]
pub(crate) struct Carry {
    buffer: Vec<u8>,
    start: usize,
}

impl Carry {
    /// The unread bytes.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.buffer.len().wrapping_sub(self.start)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.start >= self.buffer.len()
    }

    /// Whether one more byte can be kept without anything being moved or allocated.
    #[inline(always)]
    pub(crate) fn has_room_for_byte(&self) -> bool {
        self.start == 0 && self.buffer.len() < self.buffer.capacity()
    }

    /// Keeps `bytes`. Cost: one copy; amortized growth.
    #[inline(always)]
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.compact_if_cheap();
        }
        if self.buffer.capacity() == 0 {
            self.buffer.reserve_exact(bytes.len().max(FIRST));
        }
        match bytes {
            [byte] => self.buffer.push(*byte),
            _ => self.buffer.extend_from_slice(bytes),
        }
    }

    /// Marks the first `n` unread bytes as read; they stay readable through [`Carry::last_read`] until the next push.
    #[inline]
    pub(crate) fn consume(&mut self, n: usize) {
        self.start = self.start.wrapping_add(n).min(self.buffer.len());
    }

    /// The `n` bytes before the unread ones: an event whose deltas are being told.
    pub(crate) fn last_read(&self, n: usize) -> &[u8] {
        self.buffer.get(self.start.saturating_sub(n)..self.start).unwrap_or_default()
    }

    /// Puts one more byte behind those that were read.
    pub(crate) fn append_to_read(&mut self, byte: u8) {
        self.buffer.insert(self.start.min(self.buffer.len()), byte);
        self.start = self.start.saturating_add(1);
    }

    /// Drops `from..to` of the unread bytes, if few follow: then the cost is that of taking them in. Returns whether it did.
    pub(crate) fn remove_if_few_follow(&mut self, from: usize, to: usize) -> bool {
        let after = self.len().saturating_sub(to);
        if after > to.saturating_sub(from).saturating_add(8) {
            return false;
        }
        let (from, to) = (self.start.saturating_add(from), self.start.saturating_add(to));
        let to = to.min(self.buffer.len());
        self.buffer.copy_within(to.., from);
        self.buffer.truncate(from.saturating_add(after));
        true
    }

    /// Forgets everything; keeps a modest capacity.
    pub(crate) fn clear_and_shrink(&mut self) {
        keep::clear_and_shrink_vec(&mut self.buffer, keep::BYTES);
        self.start = 0;
    }

    /// Gives back what one big event took, once nothing of it is read or told any more.
    #[inline]
    pub(crate) fn clear_and_shrink_if_swollen(&mut self) {
        if self.is_swollen() {
            self.clear_and_shrink();
        }
    }

    /// Whether [`Carry::clear_and_shrink_if_swollen`] would give something back.
    #[inline]
    pub(crate) fn is_swollen(&self) -> bool {
        self.buffer.capacity() > keep::BYTES && self.is_empty()
    }

    /// Bytes that it holds on to.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> usize {
        self.buffer.capacity()
    }

    /// Makes room by dropping what was read, when that moves few bytes or is due.
    #[inline(never)]
    fn compact_if_cheap(&mut self) {
        if self.is_empty() {
            self.clear_and_shrink();
        } else if self.start >= self.len() {
            let unread = self.len();
            self.buffer.copy_within(self.start.., 0);
            self.buffer.truncate(unread);
            self.start = 0;
        }
    }
}
