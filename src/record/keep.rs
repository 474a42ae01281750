//! How a shape may keep each kind of record.
//!
//! Knows: what each value of a record is for. Must not know: bytes, shapes.
//!
//! There is no arm for all others in this file: a new kind of record does not compile until it says how it is kept.

use super::{Counter, Place, Record, Str};

/// How a shape keeps a record of the event that it was learned from. Whatever the answer, the record is kept whole: the
/// answer says only which of its values another event of the same shape may fill anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// This text may be any other. Where it is empty it is absence, and stays as it is: text is another statement.
    Hole(Str),
    /// It is told once, at the start: once it has been told, any other that is not empty says nothing. Only in a
    /// statement's head.
    Identity(Str),
    /// The integer at `at` may be any other: a counter, or what the start has told.
    Number { counter: Option<Counter>, at: u32 },
    /// As it is, with all its strings: they select what the event means, or say nothing where they come again.
    Literal,
    /// An event with such a record is not learned: it tells something once, or something of which no two are alike.
    Never,
}

impl Record {
    /// How a shape keeps it. A new kind of record says so here, and nowhere else.
    pub(crate) const fn keep(&self) -> Keep {
        match *self {
            Self::Text(text) | Self::Reasoning { text, .. } | Self::Refusal(text) | Self::Arguments(text) => {
                Keep::Hole(text)
            }
            Self::Id(text) | Self::Model(text) => Keep::Identity(text),
            // Zero is absence, as an empty id is.
            Self::Created { value: 0, .. } => Keep::Identity(Str::NONE),
            Self::Created { at, .. } => Keep::Number { counter: None, at },
            Self::Counter { counter, at, .. } => Keep::Number { counter: Some(counter), at },
            Self::Choice { .. }
            | Self::Role(_)
            | Self::SteadyRole(_)
            | Self::ToolCall { .. }
            | Self::ExtraIfHosted { .. }
            | Self::Struck => Keep::Literal,
            Self::Place(Place { begins: false, .. }) => Keep::Literal,
            Self::Place(Place { begins: true, .. })
            | Self::Begin
            | Self::PlaceBegins
            | Self::PlaceEnd
            | Self::Whole(_)
            | Self::Edges { .. }
            | Self::Opaque { .. }
            | Self::Input(_)
            | Self::Extra { .. }
            | Self::Finish { .. }
            | Self::ProvisionalFinish(_)
            | Self::WeakCounter { .. }
            | Self::ErrorRepeats
            | Self::Error { .. }
            | Self::Unknown { .. }
            | Self::Keepalive
            | Self::Done { .. } => Keep::Never,
        }
    }

    /// Calls `f` on each string.
    #[inline]
    pub(crate) fn each_str(&mut self, mut f: impl FnMut(&mut Str)) {
        match self {
            Self::Id(text)
            | Self::Model(text)
            | Self::Role(text)
            | Self::SteadyRole(text)
            | Self::Reasoning { text, .. }
            | Self::Opaque { data: text, .. }
            | Self::Text(text)
            | Self::Refusal(text)
            | Self::Arguments(text)
            | Self::Input(text)
            | Self::Finish { raw: text, .. } => f(text),
            Self::ToolCall { id: a, name: b, .. }
            | Self::Extra { name: a, json: b, .. }
            | Self::ExtraIfHosted { name: a, brace: b }
            | Self::Unknown { name: a, json: b } => [a, b].into_iter().for_each(f),
            Self::Error { code, kind, message, json } => [code, kind, message, json].into_iter().for_each(f),
            Self::Created { .. }
            | Self::Begin
            | Self::Choice { .. }
            | Self::Place(_)
            | Self::PlaceBegins
            | Self::PlaceEnd
            | Self::Whole(_)
            | Self::Edges { .. }
            | Self::Counter { .. }
            | Self::WeakCounter { .. }
            | Self::ProvisionalFinish(_)
            | Self::ErrorRepeats
            | Self::Keepalive
            | Self::Done { .. }
            | Self::Struck => {}
        }
    }

    /// Its number that may vary, and where that starts.
    #[inline]
    pub(crate) const fn number_mut(&mut self) -> Option<(&mut u64, &mut u32)> {
        match self {
            Self::Created { value, at } | Self::Counter { value, at, .. } => Some((value, at)),
            Self::Id(_)
            | Self::Model(_)
            | Self::Begin
            | Self::Choice { .. }
            | Self::Place(_)
            | Self::PlaceBegins
            | Self::PlaceEnd
            | Self::Whole(_)
            | Self::Role(_)
            | Self::SteadyRole(_)
            | Self::Edges { .. }
            | Self::Reasoning { .. }
            | Self::Opaque { .. }
            | Self::Text(_)
            | Self::Refusal(_)
            | Self::ToolCall { .. }
            | Self::Arguments(_)
            | Self::Input(_)
            | Self::Extra { .. }
            | Self::ExtraIfHosted { .. }
            | Self::Finish { .. }
            | Self::ProvisionalFinish(_)
            | Self::WeakCounter { .. }
            | Self::ErrorRepeats
            | Self::Error { .. }
            | Self::Unknown { .. }
            | Self::Keepalive
            | Self::Done { .. }
            | Self::Struck => None,
        }
    }
}
