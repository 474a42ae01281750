//! [`DeltaStr`]: the string of an owned delta.
//!
//! Knows: nothing else. Must not know: what it says.

use alloc::borrow::Cow;
#[cfg(feature = "bytes")]
use alloc::boxed::Box;
use alloc::string::String;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;
#[cfg(feature = "bytes")]
use core::ops::Range;

#[cfg(feature = "bytes")]
use bytes::Bytes;
#[cfg(feature = "bytes")]
use bytestring::ByteString;
use compact_str::CompactString;

/// A string of an [`crate::OwnedDelta`]: a `str` that is owned. How it is kept is not said, so that it may change.
///
/// Today: a text of at most 24 bytes, which most tokens are, stands in the value itself and allocates nothing (12 where
/// pointers have 32 bits); a longer one is one allocation, or, with the feature `bytes`, a part of the input that it came in
/// (`Delta::into_owned_from`). It is compared, ordered and hashed as a `str`.
///
/// ```
/// use deltaic::{Delta, DeltaStr, OwnedDelta};
/// let OwnedDelta::Text { text, .. } = (Delta::Text { choice: 0, text: "Hi" }).into_owned() else { unreachable!() };
/// assert_eq!(text, "Hi");
/// assert_eq!((text.len(), String::from(text)), (2, "Hi".to_owned()));
/// assert_eq!(DeltaStr::from("Hi").to_uppercase(), "HI");
/// ```
#[derive(Clone)]
pub struct DeltaStr(Kept);

/// Where the text is. The slice is boxed, so that a delta is as small with the feature as without.
#[derive(Clone)]
enum Kept {
    /// In the value, or in an allocation of its own.
    Copied(CompactString),
    /// In an input, which lives as long.
    #[cfg(feature = "bytes")]
    Sliced(Box<ByteString>),
}

impl DeltaStr {
    /// As `from`, in one place: where a string is rare, a call costs less than the code.
    #[inline(never)]
    pub(crate) fn copied(text: &str) -> Self {
        Self::from(text)
    }

    /// From this length on, [`DeltaStr::of_input`] takes a slice. Measured (`benches/benches/owned.rs`): the look through a slice
    /// of ASCII takes as long as a copy into warm memory up to 256 KiB, half as long from 1 MiB on; and from here on an allocator
    /// takes fresh pages for a copy, which cost more than either. Below it a copy is as fast, and pins nothing.
    #[cfg(feature = "bytes")]
    pub(crate) const SLICED_FROM: usize = 128 << 10;

    /// A copy of `text`, or, where it is long, begins as base64 and JSON do and lies in `input`, a slice of that.
    ///
    /// The slice is looked through once more, because only that makes it a string again. That is fast for ASCII and
    /// twenty times a copy for other scripts: what begins with one of those is copied.
    #[cfg(feature = "bytes")]
    pub(crate) fn of_input(text: &str, input: &Bytes) -> Self {
        const BEGINNING: usize = 1 << 10;
        let is_ascii = text.as_bytes().get(..BEGINNING).is_some_and(<[u8]>::is_ascii);
        if text.len() < Self::SLICED_FROM || !is_ascii {
            return Self::from(text);
        }
        let slice = range_in(text, input).and_then(|range| ByteString::try_from(input.slice(range)).ok());
        slice.map_or_else(|| Self::from(text), |slice| Self(Kept::Sliced(Box::new(slice))))
    }
}

/// Where in `input` the bytes of `text` are, if they are there and not merely like some that are: by their addresses.
#[cfg(feature = "bytes")]
fn range_in(text: &str, input: &[u8]) -> Option<Range<usize>> {
    let start = text.as_ptr().addr().checked_sub(input.as_ptr().addr())?;
    let end = start.checked_add(text.len())?;
    (end <= input.len()).then_some(start..end)
}

impl Deref for DeltaStr {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match &self.0 {
            Kept::Copied(text) => text,
            #[cfg(feature = "bytes")]
            Kept::Sliced(text) => text,
        }
    }
}

impl AsRef<str> for DeltaStr {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for DeltaStr {
    fn borrow(&self) -> &str {
        self
    }
}

/// Cost: a copy; one allocation from 25 bytes on.
impl From<&str> for DeltaStr {
    #[inline]
    fn from(text: &str) -> Self {
        Self(Kept::Copied(text.into()))
    }
}

/// Cost: none; the allocation is taken over where the text is too long to stand in the value.
impl From<String> for DeltaStr {
    fn from(text: String) -> Self {
        Self(Kept::Copied(text.into()))
    }
}

/// Cost: as of a `&str` or a `String`.
impl From<Cow<'_, str>> for DeltaStr {
    fn from(text: Cow<'_, str>) -> Self {
        Self(Kept::Copied(text.into()))
    }
}

/// Cost: none where the text has an allocation of its own, else a copy.
impl From<DeltaStr> for String {
    fn from(text: DeltaStr) -> Self {
        match text.0 {
            Kept::Copied(text) => text.into(),
            #[cfg(feature = "bytes")]
            Kept::Sliced(text) => Self::from(&**text),
        }
    }
}

/// Cost: none where the text has an allocation of its own or is a part of an input, else a copy.
#[cfg(feature = "bytes")]
impl From<DeltaStr> for Bytes {
    fn from(text: DeltaStr) -> Self {
        match text.0 {
            Kept::Copied(text) => String::from(text).into(),
            Kept::Sliced(text) => text.into_bytes(),
        }
    }
}

impl Default for DeltaStr {
    fn default() -> Self {
        Self(Kept::Copied(CompactString::const_new("")))
    }
}

impl PartialEq for DeltaStr {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for DeltaStr {}

impl PartialOrd for DeltaStr {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DeltaStr {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

/// As a `str`, which it may be borrowed as.
impl Hash for DeltaStr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl PartialEq<str> for DeltaStr {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for DeltaStr {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl fmt::Debug for DeltaStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for DeltaStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for DeltaStr {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for DeltaStr {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}
