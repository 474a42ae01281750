//! Where content stands on a wire that has blocks, items or parts, and of what a repetition is the whole.
//!
//! Knows: keys, compared and nothing else. Must not know: any wire's name for them, what is made of them.

use crate::delta::PartKind;

/// What a wire calls a block or an item. Keys are compared and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceKey {
    /// The wire's own: an index, or the print of an id.
    Wire(u64),
    /// The wire has none: the current part, if it is of this kind; else a new one.
    Running,
    /// The wire has none: a new part.
    Fresh,
    /// The wire left it out: the current part, whatever its kind; else a new one.
    Current,
}

/// Where content stands on a wire that has blocks, items or parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) key: PlaceKey,
    /// The part within its item; or [`Place::WHOLE`].
    pub(crate) sub: u32,
    pub(crate) kind: PartKind,
    /// The wire says that it begins; else it is told when something of it is.
    pub(crate) begins: bool,
}

impl Place {
    /// The `sub` of an item that has no parts; of one that has, its latest. The first part of an item that has begun, and of
    /// which nothing was told yet, is the item itself.
    pub(crate) const WHOLE: u32 = u32::MAX;
}

/// Of what a repetition is the whole: what of it was told is not told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Of the current place.
    Place,
    /// Of an item, whatever its parts.
    Item(PlaceKey),
    /// Of the whole answer: nothing of it counts if anything was told.
    Answer,
    /// Of the choice, kind by kind: no text counts if text was told, no call if calls were.
    Kinds,
    /// Of a choice, in chat's `message` in place of, or beside, the deltas. `ends`: the choice finishes with it.
    Message { ends: bool },
}
