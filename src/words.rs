//! Enums that are words: one spelling each, in snake case, printed and read back.
//!
//! Knows: how a word is written down. Must not know: which words there are.

use core::fmt;

/// No word of the enum that was asked for ([`std::str::FromStr`] of [`crate::FinishReason`], [`crate::Quirk`] and their
/// like). It does not hold the text that was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UnknownWord;

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such word")
    }
}

impl core::error::Error for UnknownWord {}

/// What every enum of words can do, once it has `as_str` and `ALL`.
macro_rules! word_traits {
    ($name:ident) => {
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl core::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                let known = |known: &&Self| known.as_str() == word;
                Self::ALL.iter().find(known).copied().ok_or($crate::words::UnknownWord)
            }
        }
    };
}

/// A word in JSON, for an enum whose words stand elsewhere than in [`words`].
macro_rules! word_serde {
    ($name:ident $what:literal) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::{Error as _, Unexpected};
                let word = <alloc::string::String as serde::Deserialize>::deserialize(deserializer)?;
                word.parse().map_err(|_| D::Error::invalid_value(Unexpected::Str(&word), &$what))
            }
        }
    };
}

/// An enum of words. `else`: what an unknown word deserializes to, so that a reader outlives new words.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$doc:meta])* $variant:ident = $word:literal,)*
    } $(else { $(#[$other_doc:meta])* $other:ident = $other_word:literal })?) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* #[cfg_attr(feature = "serde", serde(rename = $word))] $variant,)*
            $($(#[$other_doc])* #[cfg_attr(feature = "serde", serde(rename = $other_word, other))] $other,)?
        }

        impl $name {
            /// Every word, in the order of their declaration: more may come.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)* $(Self::$other,)?];

            /// The word in snake case, as in the command's output.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                    $(Self::$other => $other_word,)?
                }
            }
        }

        $crate::words::word_traits!($name);
    };
}

pub(crate) use {word_serde, word_traits, words};
