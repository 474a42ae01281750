//! Which of the reasoning belongs to which signature.
//!
//! Knows: the deltas of a choice's reasoning, in their order. Must not know: any wire, JSON.
//!
//! 1. An entry is a piece of the reasoning with its signature, or a blob of encrypted reasoning. Entries are in order of
//!    first sight.
//! 2. What follows is of the part that [`Delta::Part`](crate::Delta::Part) named last, until the next; without parts (chat)
//!    it is all of one. An entry is of one part; a part that is come back to goes on with its entry.
//! 3. A signature or a blob closes the entry: what follows of the part begins another.
//! 4. A signature belongs to the open entry of its part; where there is none, or the part is no reasoning (services sign
//!    text and calls, too), it is an entry of its own, without text. A blob always is.

use alloc::borrow::Cow;
use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::delta::{OpaqueKind, PartKind};

/// One entry of [`Choice::reasoning_details`](super::Choice::reasoning_details): what must be sent back byte for byte when
/// the conversation goes on.
///
/// Source: OpenRouter, *Reasoning Tokens*, `reasoning_details[]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningDetail<'a> {
    /// Reasoning that can be read (`reasoning.text`).
    #[non_exhaustive]
    Text {
        /// A part of [`Choice::reasoning`](super::Choice::reasoning). Empty where the service signed something else.
        text: Cow<'a, str>,
        /// The signature over it, if the service sent one.
        signature: Option<&'a str>,
    },
    /// Reasoning that only the service can read (`reasoning.encrypted`).
    #[non_exhaustive]
    Encrypted {
        /// The blob.
        data: &'a str,
    },
}

/// The entries of one choice.
///
/// Invariant: what `open` names are entries of text without signature.
#[derive(Debug, Clone, Default)]
pub(super) struct Details {
    entries: Vec<Entry>,
    /// The part that deltas are of; none before the first.
    part: Option<(u32, PartKind)>,
    /// The entries that may go on, by part; without parts, by none.
    open: BTreeMap<Option<u32>, usize>,
}

#[derive(Debug, Clone)]
enum Entry {
    Text { text: Pieces, signature: Option<String> },
    Encrypted(String),
}

/// An entry's text: ranges of the choice's reasoning, one unless parts were interleaved; or, of an object that was read and
/// has it nowhere else, the text itself.
#[derive(Debug, Clone)]
enum Pieces {
    Ranges(Vec<(usize, usize)>),
    #[cfg(feature = "serde")]
    Own(String),
}

impl Details {
    /// What follows is of this part.
    pub(super) fn set_part(&mut self, part: u32, kind: PartKind) {
        self.part = Some((part, kind));
    }

    /// The answer begins anew: what was open stays as it is.
    pub(super) fn close_entries_and_forget_part(&mut self) {
        self.part = None;
        self.open.clear();
    }

    /// The reasoning grew from `start` to `end`.
    pub(super) fn add_text_range(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        let key = self.part.map(|(part, _)| part);
        let open = self.open.get(&key).and_then(|&at| self.entries.get_mut(at));
        if let Some(Entry::Text { text, .. }) = open {
            text.push_or_join_range(start, end);
            return;
        }
        self.open.insert(key, self.entries.len());
        self.entries.push(Entry::Text { text: Pieces::Ranges(vec![(start, end)]), signature: None });
    }

    /// A blob came.
    pub(super) fn close_open_then_sign_it_or_push_entry(&mut self, kind: OpaqueKind, data: &str) {
        let is_reasoning = self.part.is_none_or(|(_, kind)| kind == PartKind::Reasoning);
        let open = if is_reasoning { self.open.remove(&self.part.map(|(part, _)| part)) } else { None };
        match kind {
            OpaqueKind::Encrypted => self.entries.push(Entry::Encrypted(data.to_owned())),
            OpaqueKind::Signature => {
                let signed = Some(data.to_owned());
                match open.and_then(|at| self.entries.get_mut(at)) {
                    Some(Entry::Text { signature, .. }) => *signature = signed,
                    _ => self.entries.push(Entry::Text { text: Pieces::NONE, signature: signed }),
                }
            }
        }
    }

    /// The entries, over the choice's reasoning.
    pub(super) fn entries_over<'a>(
        &'a self,
        reasoning: &'a str,
    ) -> impl Iterator<Item = ReasoningDetail<'a>> {
        self.entries.iter().map(move |entry| match entry {
            Entry::Text { text, signature } => {
                ReasoningDetail::Text { text: text.text_over(reasoning), signature: signature.as_deref() }
            }
            Entry::Encrypted(data) => ReasoningDetail::Encrypted { data },
        })
    }

    /// Whether there is anything that the reasoning itself does not say.
    #[cfg(feature = "serde")]
    pub(super) fn has_signature_or_blob(&self) -> bool {
        self.entries.iter().any(|entry| !matches!(entry, Entry::Text { signature: None, .. }))
    }

    /// Entries as they are read from an object whose reasoning is `reasoning`. What of it they do not mention is one more,
    /// unless some entry says what the reasoning does not.
    #[cfg(feature = "serde")]
    pub(super) fn from_details_and_uncovered_reasoning<'a>(
        reasoning: &str,
        details: impl Iterator<Item = ReasoningDetail<'a>>,
    ) -> Self {
        let (mut entries, mut at) = (Vec::new(), 0usize);
        for detail in details {
            entries.push(match detail {
                ReasoningDetail::Encrypted { data } => Entry::Encrypted(data.to_owned()),
                ReasoningDetail::Text { text, signature } => {
                    let text = Pieces::range_or_own(text, reasoning, &mut at);
                    Entry::Text { text, signature: signature.map(str::to_owned) }
                }
            });
        }
        let is_own = |entry: &Entry| matches!(entry, Entry::Text { text: Pieces::Own(_), .. });
        let mut read = Self { entries, ..Self::default() };
        if !read.entries.iter().any(is_own) {
            read.add_text_range(at, reasoning.len());
        }
        read
    }
}

impl Pieces {
    const NONE: Self = Self::Ranges(Vec::new());

    fn push_or_join_range(&mut self, start: usize, end: usize) {
        match self {
            Self::Ranges(ranges) => match ranges.last_mut() {
                Some((_, last)) if *last == start => *last = end,
                _ => ranges.push((start, end)),
            },
            #[cfg(feature = "serde")]
            Self::Own(_) => {}
        }
    }

    /// The text, borrowed where it lies in one piece.
    fn text_over<'a>(&'a self, reasoning: &'a str) -> Cow<'a, str> {
        let piece = |&(start, end): &(usize, usize)| reasoning.get(start..end).unwrap_or_default();
        match self {
            Self::Ranges(ranges) => match ranges.as_slice() {
                [] => "".into(),
                [one] => piece(one).into(),
                several => several.iter().map(piece).collect(),
            },
            #[cfg(feature = "serde")]
            Self::Own(text) => text.as_str().into(),
        }
    }

    /// The text as a range of the reasoning, if it stands there at `at`.
    #[cfg(feature = "serde")]
    fn range_or_own(text: Cow<'_, str>, reasoning: &str, at: &mut usize) -> Self {
        if text.is_empty() {
            return Self::NONE;
        }
        if !reasoning.get(*at..).is_some_and(|rest| rest.starts_with(&*text)) {
            return Self::Own(text.into_owned());
        }
        let start = core::mem::replace(at, at.saturating_add(text.len()));
        Self::Ranges(vec![(start, *at)])
    }
}
