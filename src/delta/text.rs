//! [`DeltaStr`]: the string of an owned delta.
//!
//! Knows: nothing else. Must not know: what it says.

use alloc::boxed::Box;
use alloc::string::String;
use core::borrow::Borrow;
use core::fmt;
use core::ops::Deref;

/// A string of an [`crate::OwnedDelta`]: a `str` that is owned. How it is kept is not said, so that it may change.
///
/// ```
/// use deltaic::{Delta, DeltaStr, OwnedDelta};
/// let OwnedDelta::Text { text, .. } = (Delta::Text { choice: 0, text: "Hi" }).into_owned() else { unreachable!() };
/// assert_eq!(text, "Hi");
/// assert_eq!((text.len(), String::from(text)), (2, "Hi".to_owned()));
/// assert_eq!(DeltaStr::from("Hi").to_uppercase(), "HI");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DeltaStr(Box<str>);

impl Deref for DeltaStr {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
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

impl From<&str> for DeltaStr {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for DeltaStr {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<DeltaStr> for String {
    fn from(text: DeltaStr) -> Self {
        text.0.into()
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
        <Box<str>>::deserialize(deserializer).map(Self)
    }
}
