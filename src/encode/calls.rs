//! Tool calls held until they can be written: in order, each when its name is whole; all of them where there is no room.
//!
//! Knows: what was told of the calls of one choice, and the room that it may take. Must not know: any wire, how a call is
//! written.
//!
//! 1. Clients take a call's name from the fragment that begins it, so it begins when its name is whole: when arguments come,
//!    when it ends, when its choice does.
//! 2. They count calls as they come, so none begins before those before it.
//! 3. Until then what comes of a call is held; what would take more room than there is lets all of its choice go as it is.

use alloc::string::String;
use alloc::vec::Vec;

/// How many bytes are held, and how many may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    held: usize,
    most: usize,
}

impl Budget {
    pub(super) const fn new(most: usize) -> Self {
        Self { held: 0, most }
    }

    /// Whether there is room for so many more; they are counted then.
    pub(super) const fn take_if_fits(&mut self, bytes: usize) -> bool {
        let after = self.held.saturating_add(bytes);
        let fits = after <= self.most;
        if fits {
            self.held = after;
        }
        fits
    }

    /// So many more are held, room or not: for what is written before anything else is held.
    pub(super) const fn take_anyway(&mut self, bytes: usize) {
        self.held = self.held.saturating_add(bytes);
    }

    /// So many are held no more.
    pub(super) const fn give_back(&mut self, bytes: usize) {
        self.held = self.held.saturating_sub(bytes);
    }
}

/// One call, as far as it is held.
#[derive(Clone, Default)]
pub(super) struct Call {
    /// By which the deltas know it.
    slot: u32,
    /// Nothing of its name is to come.
    is_name_whole: bool,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) arguments: String,
}

/// What becomes of a delta about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// It is held.
    Yes,
    /// The call has begun: it is to be written, if it is arguments; of anything else it is too late to tell.
    AlreadyBegun,
    /// There is no room: the calls of the choice are to be written as they are.
    NoRoom,
}

/// The calls of one choice, in order of first sight.
///
/// Invariant: those before `begun` were written, and hold nothing.
#[derive(Clone, Default)]
pub(super) struct Calls {
    calls: Vec<Call>,
    begun: usize,
}

impl Calls {
    pub(super) const fn new() -> Self {
        Self { calls: Vec::new(), begun: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The ordinal of the call of this slot, which begins if it is new; none if there are `most`.
    pub(super) fn find_or_add(&mut self, slot: u32, most: usize) -> Option<usize> {
        if let Some(known) = self.calls.iter().rposition(|call| call.slot == slot) {
            return Some(known);
        }
        let next = self.calls.len();
        (next < most).then(|| {
            self.calls.push(Call { slot, ..Call::default() });
            next
        })
    }

    /// Its id, the first that is told, and a piece of its name.
    pub(super) fn hold_label(
        &mut self,
        at: usize,
        id: Option<&str>,
        name: Option<&str>,
        budget: &mut Budget,
    ) -> Held {
        let Some(call) = self.waiting_call(at) else { return Held::AlreadyBegun };
        let id = id.filter(|_| call.id.is_empty()).unwrap_or_default();
        let is_late = call.is_name_whole && !call.name.is_empty();
        let name = name.filter(|_| !is_late).unwrap_or_default();
        if !budget.take_if_fits(id.len().saturating_add(name.len())) {
            return Held::NoRoom;
        }
        call.id.push_str(id);
        call.name.push_str(name);
        Held::Yes
    }

    /// A piece of its arguments.
    pub(super) fn end_name_and_hold_arguments(
        &mut self,
        at: usize,
        fragment: &str,
        budget: &mut Budget,
    ) -> Held {
        let Some(call) = self.waiting_call(at) else { return Held::AlreadyBegun };
        call.is_name_whole = true;
        if !budget.take_if_fits(fragment.len()) {
            return Held::NoRoom;
        }
        call.arguments.push_str(fragment);
        Held::Yes
    }

    /// It is complete.
    pub(super) fn mark_name_whole(&mut self, at: usize) {
        if let Some(call) = self.waiting_call(at) {
            call.is_name_whole = true;
        }
    }

    /// All of them are.
    pub(super) fn mark_all_names_whole(&mut self) {
        self.calls.iter_mut().for_each(|call| call.is_name_whole = true);
    }

    /// The next call that can be written, and its ordinal; with `force`, whatever of its name is known. It holds nothing any
    /// more.
    pub(super) fn begin_next_if_ready(&mut self, force: bool, budget: &mut Budget) -> Option<(usize, Call)> {
        let call = self.calls.get_mut(self.begun)?;
        if !force && (!call.is_name_whole || call.name.is_empty()) {
            return None;
        }
        let slot = call.slot;
        let begun = core::mem::replace(call, Call { slot, ..Call::default() });
        let held = begun.id.len().saturating_add(begun.name.len()).saturating_add(begun.arguments.len());
        budget.give_back(held);
        let ordinal = self.begun;
        self.begun = ordinal.saturating_add(1);
        Some((ordinal, begun))
    }

    fn waiting_call(&mut self, at: usize) -> Option<&mut Call> {
        if at < self.begun { None } else { self.calls.get_mut(at) }
    }
}
