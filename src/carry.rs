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

/// Capacity that is kept between events.
const KEEP: usize = 64 << 10;

/// Capacity to begin with: most events fit, so the next cut through one allocates nothing.
const FIRST: usize = 512;

/// The bytes kept between inputs.
#[derive(Debug, Clone, Default)]
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
        self.buffer.len().saturating_sub(self.start)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.start >= self.buffer.len()
    }

    /// What it holds of the heap.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// Keeps `bytes`. Cost: one copy; amortized growth.
    #[inline(always)]
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.settle();
        }
        if self.buffer.capacity() == 0 {
            self.buffer.reserve_exact(bytes.len().max(FIRST));
        }
        match bytes {
            [byte] => self.buffer.push(*byte),
            _ => self.buffer.extend_from_slice(bytes),
        }
    }

    /// Marks the first `n` unread bytes as read; they stay readable through [`Carry::read`] until the next push.
    #[inline]
    pub(crate) fn consume(&mut self, n: usize) {
        self.start = self.start.saturating_add(n).min(self.buffer.len());
    }

    /// The `n` bytes before the unread ones: an event whose deltas are being told.
    pub(crate) fn read(&self, n: usize) -> &[u8] {
        self.buffer.get(self.start.saturating_sub(n)..self.start).unwrap_or_default()
    }

    /// Drops the unread bytes from `at` on.
    pub(crate) fn truncate(&mut self, at: usize) {
        self.buffer.truncate(self.start.saturating_add(at));
    }

    /// Forgets everything; keeps a modest capacity.
    pub(crate) fn clear(&mut self) {
        self.buffer.clear();
        self.start = 0;
        if self.buffer.capacity() > KEEP {
            self.buffer.shrink_to(KEEP);
        }
    }

    /// Gives back what one big event took, once nothing of it is read or told any more.
    #[inline]
    pub(crate) fn relax(&mut self) {
        if self.buffer.capacity() > KEEP {
            self.clear();
        }
    }

    /// Makes room by dropping what was read, when that moves few bytes or is due.
    #[inline(never)]
    fn settle(&mut self) {
        if self.is_empty() {
            self.clear();
        } else if self.start >= self.len() {
            let unread = self.len();
            self.buffer.copy_within(self.start.., 0);
            self.buffer.truncate(unread);
            self.start = 0;
        }
    }
}
