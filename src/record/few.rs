//! A list whose items lie in place while they are few, and all in a vector once they are more.
//!
//! Knows: items and their number. Must not know: what they are.
//!
//! Most events state no more than a few facts and queue no more than a delta or two. A stream of such events allocates
//! nothing for its lists.

use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// A list of which the first `N` items lie in place.
///
/// Invariant: up to `N` items are the first `length` of `first`; more of them are all in `more`, which then has `length`.
#[derive(Debug, Clone)]
pub(crate) struct Few<T, const N: usize> {
    length: usize,
    more: Vec<T>,
    first: [T; N],
}

impl<T: Copy, const N: usize> Few<T, N> {
    /// An empty list; `filler` is what stands in places without an item.
    pub(crate) const fn new(filler: T) -> Self {
        Self { length: 0, more: Vec::new(), first: [filler; N] }
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, item: T) {
        let at = self.length;
        let place = if at < N {
            self.length = at.wrapping_add(1);
            self.first.get_mut(at)
        } else {
            self.push_filler_into_vector()
        };
        if let Some(place) = place {
            *place = item;
        }
    }

    /// A place beyond the first. It is asked for without the item, which is so made where it goes, and not copied there.
    #[cold]
    #[inline(never)]
    fn push_filler_into_vector(&mut self) -> Option<&mut T> {
        if self.length == N {
            self.more.clear();
            self.more.reserve_exact(N.saturating_add(4));
            self.more.extend_from_slice(&self.first);
        }
        let filler = *self.first.first()?;
        self.more.push(filler);
        self.length = self.more.len();
        self.more.last_mut()
    }

    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        if length >= self.length {
            return;
        }
        if self.length > N {
            self.more.truncate(length);
            if length <= N {
                self.first.iter_mut().zip(&self.more).for_each(|(place, item)| *place = *item);
            }
        }
        self.length = length;
    }

    /// Whether more than `items` are kept room for.
    #[inline]
    pub(crate) fn keeps_more_than(&self, items: usize) -> bool {
        self.more.capacity() > items
    }

    /// Empties it and keeps room for so many.
    pub(crate) fn clear_and_shrink(&mut self, items: usize) {
        self.clear();
        self.more.clear();
        self.more.shrink_to(items);
    }
}

impl<T: Copy, const N: usize> Extend<T> for Few<T, N> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T: Copy, const N: usize> Deref for Few<T, N> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.first.get(..self.length).unwrap_or(&self.more)
    }
}

impl<T: Copy, const N: usize> DerefMut for Few<T, N> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        self.first.get_mut(..self.length).unwrap_or(&mut self.more)
    }
}
