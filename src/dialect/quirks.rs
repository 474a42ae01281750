//! Sets of quirks: what is allowed, what has been seen.
//!
//! Knows: the register. Must not know: what a quirk is about.

use core::fmt;

use super::quirk::Quirk;

impl Quirk {
    const fn bit(self) -> u128 {
        1 << (self as u8)
    }
}

/// A set of quirks.
///
/// ```
/// use deltaic::{Quirk, Quirks};
/// let quirks = Quirks::TOLERANT.without(Quirk::ThinkTags);
/// assert!(!quirks.contains(Quirk::ThinkTags));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Quirks(u128);

impl Quirks {
    /// None: the reference wire only.
    pub const NONE: Self = Self(0);

    /// All, also those that are opt-in.
    pub const ALL: Self = {
        let mut all = Self::NONE;
        let mut rest = Quirk::ALL;
        while let [first, tail @ ..] = rest {
            all = all.with(*first);
            rest = tail;
        }
        all
    };

    /// The default: all but [`Quirk::Repaired`] and [`Quirk::RepeatedArguments`], which are opt-in.
    pub const TOLERANT: Self = Self::ALL.without(Quirk::Repaired).without(Quirk::RepeatedArguments);

    /// The set with `quirk` in it.
    #[must_use]
    pub const fn with(self, quirk: Quirk) -> Self {
        Self(self.0 | quirk.bit())
    }

    /// The set without `quirk`.
    #[must_use]
    pub const fn without(self, quirk: Quirk) -> Self {
        Self(self.0 & !quirk.bit())
    }

    /// Whether `quirk` is in the set.
    #[must_use]
    pub const fn contains(self, quirk: Quirk) -> bool {
        self.0 & quirk.bit() != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The quirks in it, in the register's order.
    #[must_use]
    pub const fn iter(self) -> QuirksIter {
        QuirksIter(self)
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The names.
impl fmt::Debug for Quirks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|quirk| quirk.as_str())).finish()
    }
}

/// The names, in the register's order.
#[cfg(feature = "serde")]
impl serde::Serialize for Quirks {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// A list of names, in any order; an unknown one is an error.
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Quirks {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let quirks: alloc::vec::Vec<Quirk> = serde::Deserialize::deserialize(deserializer)?;
        Ok(quirks.into_iter().collect())
    }
}

impl IntoIterator for Quirks {
    type Item = Quirk;
    type IntoIter = QuirksIter;

    fn into_iter(self) -> QuirksIter {
        self.iter()
    }
}

impl FromIterator<Quirk> for Quirks {
    fn from_iter<I: IntoIterator<Item = Quirk>>(quirks: I) -> Self {
        quirks.into_iter().fold(Self::NONE, Self::with)
    }
}

impl Extend<Quirk> for Quirks {
    fn extend<I: IntoIterator<Item = Quirk>>(&mut self, quirks: I) {
        *self = self.union(quirks.into_iter().collect());
    }
}

/// The quirks of a set, in the register's order ([`Quirks::iter`]).
#[derive(Debug, Clone)]
pub struct QuirksIter(Quirks);

impl Iterator for QuirksIter {
    type Item = Quirk;

    fn next(&mut self) -> Option<Quirk> {
        // A bit's number is its quirk's place in the register.
        let next = usize::try_from(self.0.0.trailing_zeros()).ok().and_then(|place| Quirk::ALL.get(place))?;
        self.0 = self.0.without(*next);
        Some(*next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.0.0.count_ones()).unwrap_or_default();
        (left, Some(left))
    }
}

impl ExactSizeIterator for QuirksIter {}

/// What is allowed and what has been seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tolerance {
    pub(crate) allowed: Quirks,
    pub(crate) seen: Quirks,
}

impl Tolerance {
    pub(crate) const fn new(allowed: Quirks) -> Self {
        Self { allowed, seen: Quirks::NONE }
    }

    /// Whether `quirk` may be served here; if so it has been seen.
    pub(crate) const fn note_if_allowed(&mut self, quirk: Quirk) -> bool {
        let allowed = self.allowed.contains(quirk);
        if allowed {
            self.seen = self.seen.with(quirk);
        }
        allowed
    }

    /// Whether `quirk` would be served, without meeting it.
    pub(crate) const fn allows(&self, quirk: Quirk) -> bool {
        self.allowed.contains(quirk)
    }
}
