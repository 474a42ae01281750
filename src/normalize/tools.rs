//! Which tool call an entry belongs to.
//!
//! Knows: the calls of one choice so far. Must not know: what their arguments say.
//!
//! The written order of resolution:
//! 1. An index that is known is its latest call; but one of that index with the entry's id goes before, and another id
//!    together with a name begins a new call. Another id alone is the same call (some servers make up one a fragment).
//! 2. An index that is not known begins a call.
//! 3. Without an index: a known id is its call; an unknown one begins a call, unless the latest call waits for its id.
//! 4. Without either: a name begins a call if the latest has arguments or another name; else it is the latest.

use super::channel::ChannelState;

/// One tool call of a choice.
#[derive(Clone, Default)]
pub(super) struct Call {
    pub(super) index: Option<u32>,
    /// Print of its id; 0 while it has none.
    pub(super) id: u64,
    /// Print of its name so far; 0 while it has none.
    pub(super) name: u64,
    /// Arguments came.
    pub(super) arguments: bool,
    pub(super) ended: bool,
    pub(super) channel: ChannelState,
}

/// What identifies an entry; prints are 0 where it says nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) index: Option<u32>,
    pub(super) id: u64,
    pub(super) name: u64,
}

/// Which call it is, and by which rule if it took one that the reference does not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    New,
    Call(usize),
    /// The same index, another id and a name.
    Reused(usize),
    /// The same index, another id, no name.
    Renamed(usize),
}

/// The call that an entry is about: by its index, else its id, else the latest.
pub(super) fn call_by_index_id_or_latest(calls: &[Call], entry: Entry) -> Found {
    let latest = calls.len().checked_sub(1);
    let by_id = || calls.iter().rposition(|call| entry.id != 0 && call.id == entry.id);
    if entry.index.is_some() {
        let same = |call: &Call| call.index == entry.index;
        let Some(known) = calls.iter().rposition(same) else {
            return Found::New;
        };
        let exact = calls.iter().rposition(|call| same(call) && entry.id != 0 && call.id == entry.id);
        if let Some(exact) = exact {
            return Found::Call(exact);
        }
        let other = calls.get(known).is_some_and(|call| call.id != 0 && entry.id != 0);
        return match (other, entry.name != 0) {
            (true, true) => Found::Reused(known),
            (true, false) => Found::Renamed(known),
            (false, _) => Found::Call(known),
        };
    }
    let Some(last) = latest else { return Found::New };
    let Some(call) = calls.get(last) else { return Found::New };
    if entry.id != 0 {
        let waits = call.id == 0 && entry.name == 0;
        return match by_id() {
            Some(known) => Found::Call(known),
            None if waits => Found::Call(last),
            None => Found::New,
        };
    }
    if entry.name != 0 && (call.arguments || (call.name != 0 && call.name != entry.name)) {
        return Found::New;
    }
    Found::Call(last)
}

/// What a name says of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// Its first.
    First,
    /// A further piece.
    Piece,
    /// Nothing new.
    Again,
}

impl Call {
    /// What a name says, of which this is the print.
    pub(super) fn classify_first_piece_or_repeat(&self, print: u64) -> Name {
        match self.name {
            0 => Name::First,
            known if print == known || self.arguments => Name::Again,
            _ => Name::Piece,
        }
    }
}
