//! Where long values end that were passed already.
//!
//! Knows: places in the payload. Must not know: JSON.
//!
//! A wire marks an object's members and goes back to read them, level by level: without a memory, what lies deep is lexed
//! once more for each level above it. Each value is noted that is long enough to be worth it; when the reader comes to it
//! again, it steps over. Only what was passed without meeting a quirk stays noted, so that stepping over it leaves out
//! nothing that passing it would say.
//!
//! ```text
//!   {"candidates": [{"content": {"parts": [{"text": "…"}]}}]}
//!                  └─────────── the first pass ──────────┘   notes every end in it
//! ```

use crate::record::Span;

/// How many are noted: the nesting of any wire, and some beside it.
const MOST: usize = 12;
/// Shorter ones are as quickly passed.
const SHORTEST: u32 = 32;

/// Values of one payload, in the order in which they begin.
///
/// Invariant: those that have not ended yet have 0 for an end, and each is around all that began after it; `open` counts
/// them. `unnoted` counts those that began when there was no room: they are within all of these.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Passed {
    values: [Span; MOST],
    length: usize,
    open: usize,
    unnoted: usize,
}

impl Passed {
    /// The end of the value that begins at `start`, if that was passed already.
    #[inline(always)]
    pub(super) fn end_of(&self, start: usize) -> Option<usize> {
        if self.has_notes() { self.find_end(start) } else { None }
    }

    /// Whether anything is noted.
    #[inline(always)]
    pub(super) const fn has_notes(&self) -> bool {
        self.length > 0
    }

    #[inline(never)]
    fn find_end(&self, start: usize) -> Option<usize> {
        let start = Span::new(start, 0).start;
        let is_it = |value: &&Span| value.start == start && value.end != 0;
        self.noted().iter().find(is_it).map(|value| value.range().end)
    }

    fn noted(&self) -> &[Span] {
        self.values.get(..self.length).unwrap_or_default()
    }

    /// A walk begins: one before may have ended in an error, in the midst of its containers.
    #[inline]
    pub(super) fn forget_all_if_walk_unfinished(&mut self) {
        if self.open > 0 || self.unnoted > 0 {
            self.forget_all();
        }
    }

    /// What was noted is not to be relied on.
    pub(super) fn forget_all(&mut self) {
        (self.length, self.open, self.unnoted) = (0, 0, 0);
    }

    /// A container begins at `start`.
    #[inline]
    pub(super) fn note_open(&mut self, start: usize) {
        match self.push_if_room(Span::new(start, 0)) {
            Some(()) => self.open = self.open.wrapping_add(1),
            None => self.unnoted = self.unnoted.wrapping_add(1),
        }
    }

    /// The container that began last ends before `end`.
    #[inline]
    pub(super) fn note_close(&mut self, end: usize) {
        if self.unnoted > 0 {
            self.unnoted = self.unnoted.wrapping_sub(1);
            return;
        }
        let Some(at) = self.noted().iter().rposition(|value| value.end == 0) else { return };
        let Some(value) = self.values.get_mut(at) else { return };
        *value = Span::new(value.range().start, end);
        self.open = self.open.wrapping_sub(1);
        if value.end.saturating_sub(value.start) < SHORTEST {
            self.length = at;
        }
    }

    /// A value that is no container was passed; long ones are strings.
    #[inline]
    pub(super) fn note_scalar_if_long(&mut self, start: usize, end: usize) {
        if end.wrapping_sub(start) >= SHORTEST as usize {
            self.note_once(Span::new(start, end));
        }
    }

    /// Notes a value, once.
    #[inline(never)]
    fn note_once(&mut self, value: Span) {
        if self.noted().last() != Some(&value) {
            let _ = self.push_if_room(value);
        }
    }

    /// `None`: there is no room.
    fn push_if_room(&mut self, value: Span) -> Option<()> {
        *self.values.get_mut(self.length)? = value;
        self.length = self.length.wrapping_add(1);
        Some(())
    }
}
