//! Calls written in pieces, and once more whole when ended; without room to hold them, the pieces are written all the same.
//!
//! Knows: which calls have begun, and what of their arguments is held. Must not know: how a target writes any of it.
//!
//! What is held of a call moves from [`Calls`] when it begins: the same bytes, counted by the same budget. Arguments that it
//! has no room for are held no more; their pieces are written all the same.

use alloc::string::String;
use alloc::vec::Vec;

use super::calls::{Budget, Calls, Held};
use crate::options::Limits;

/// One call, as it was written.
#[derive(Clone, Default)]
pub(super) struct WholeCall {
    /// Empty before the call begins.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) arguments: String,
    /// There was no room for all of its arguments.
    pub(super) is_too_long: bool,
    has_begun: bool,
    /// Nothing of it is to come.
    has_ended: bool,
    is_written: bool,
}

/// The calls of one choice. Invariant: `whole` is indexed by the ordinals of `calls`.
#[derive(Clone)]
pub(super) struct WholeCalls {
    calls: Calls,
    whole: Vec<WholeCall>,
}

impl WholeCalls {
    pub(super) const fn new() -> Self {
        Self { calls: Calls::new(), whole: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.whole.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    fn has_begun(&self, id: &str) -> bool {
        self.whole.iter().any(|call| call.has_begun && call.id == id)
    }
}

/// A target that repeats a call whole. It says how; when, is said here.
pub(super) trait WholeCallTarget {
    fn calls_and_budget(&mut self) -> (&mut WholeCalls, &mut Budget);
    fn limits(&self) -> &Limits;
    fn count_left_out(&mut self);
    /// The answer begins, unless it has.
    fn ensure_answer_started(&mut self, out: &mut Vec<u8>);
    /// Appends an id for the call of this ordinal that has none of its own.
    fn push_made_up_id(&self, ordinal: usize, id: &mut String);
    fn end_text_and_write_call_start(&mut self, ordinal: usize, id: &str, name: &str, out: &mut Vec<u8>);
    fn write_arguments_piece(&mut self, ordinal: usize, id: &str, fragment: &str, out: &mut Vec<u8>);
    /// The call has begun and ended. What is held of it is the target's from here on, and still counted.
    fn write_call_end_with_whole_arguments(&mut self, ordinal: usize, call: WholeCall, out: &mut Vec<u8>);

    /// A call's id, and a piece of its name.
    fn hold_label_and_begin_ready_or_all(
        &mut self,
        slot: u32,
        id: Option<&str>,
        name: Option<&str>,
        out: &mut Vec<u8>,
    ) {
        let Some(at) = self.start_and_find_or_add_call(slot, out) else { return };
        let most = self.limits().id_bytes();
        let id = id.filter(|id| id.len() <= most);
        let (calls, budget) = self.calls_and_budget();
        match calls.calls.hold_label(at, id, name, budget) {
            Held::Yes => self.begin_ready_calls(false, out),
            Held::NoRoom => {
                self.count_left_out();
                self.begin_ready_calls(true, out);
            }
            Held::AlreadyBegun => self.count_left_out(),
        }
    }

    fn write_or_hold_arguments(&mut self, slot: u32, fragment: &str, out: &mut Vec<u8>) {
        let Some(at) = self.start_and_find_or_add_call(slot, out) else { return };
        let (calls, budget) = self.calls_and_budget();
        if calls.whole.get(at).is_some_and(|call| call.has_ended) {
            return self.count_left_out();
        }
        match calls.calls.end_name_and_hold_arguments(at, fragment, budget) {
            Held::Yes => return self.begin_ready_calls(false, out),
            Held::NoRoom => self.begin_ready_calls(true, out),
            Held::AlreadyBegun => {}
        }
        let (calls, budget) = self.calls_and_budget();
        let Some(call) = calls.whole.get_mut(at) else { return };
        if call.is_too_long || !budget.take_if_fits(fragment.len()) {
            budget.give_back(call.arguments.len());
            (call.is_too_long, call.arguments) = (true, String::new());
        } else {
            call.arguments.push_str(fragment);
        }
        let id = core::mem::take(&mut call.id);
        self.write_arguments_piece(at, &id, fragment, out);
        if let Some(call) = self.calls_and_budget().0.whole.get_mut(at) {
            call.id = id;
        }
    }

    fn end_call(&mut self, slot: u32, out: &mut Vec<u8>) {
        let Some(at) = self.start_and_find_or_add_call(slot, out) else { return };
        let (calls, _) = self.calls_and_budget();
        calls.calls.mark_name_whole(at);
        if let Some(call) = calls.whole.get_mut(at) {
            call.has_ended = true;
        }
        self.begin_ready_calls(false, out);
        self.write_whole_call_once_if_ended(at, out);
    }

    /// All calls that were told of have ended.
    fn end_all_calls_and_begin_ready(&mut self, out: &mut Vec<u8>) {
        let (calls, _) = self.calls_and_budget();
        calls.calls.mark_all_names_whole();
        calls.whole.iter_mut().for_each(|call| call.has_ended = true);
        self.begin_ready_calls(false, out);
        for at in 0..self.calls_and_budget().0.len() {
            self.write_whole_call_once_if_ended(at, out);
        }
    }

    /// Begins the calls that can begin, or all.
    fn begin_ready_calls(&mut self, force: bool, out: &mut Vec<u8>) {
        loop {
            let (calls, budget) = self.calls_and_budget();
            let Some((at, call)) = calls.calls.begin_next_if_ready(force, budget) else { return };
            // There is room: as much was just given back.
            budget.take_if_fits(call.name.len().saturating_add(call.arguments.len()));
            let id = self.unique_or_made_up_id(call.id, at);
            self.end_text_and_write_call_start(at, &id, &call.name, out);
            if !call.arguments.is_empty() {
                self.write_arguments_piece(at, &id, &call.arguments, out);
            }
            let Some(whole) = self.calls_and_budget().0.whole.get_mut(at) else { return };
            (whole.id, whole.name, whole.arguments) = (id, call.name, call.arguments);
            whole.has_begun = true;
            self.write_whole_call_once_if_ended(at, out);
        }
    }

    /// The ordinal of the call of this slot, which is new if none has it.
    fn start_and_find_or_add_call(&mut self, slot: u32, out: &mut Vec<u8>) -> Option<usize> {
        self.ensure_answer_started(out);
        let most = self.limits().tool_calls();
        let (calls, _) = self.calls_and_budget();
        let found = calls.calls.find_or_add(slot, most);
        match found {
            None => self.count_left_out(),
            Some(at) if at >= calls.len() => calls.whole.push(WholeCall::default()),
            Some(_) => {}
        }
        found
    }

    /// The call's id, if no other has it; else one that none has: clients know calls by it alone.
    fn unique_or_made_up_id(&mut self, mut id: String, at: usize) -> String {
        if id.is_empty() || self.calls_and_budget().0.has_begun(&id) {
            id.clear();
            self.push_made_up_id(at, &mut id);
        }
        while self.calls_and_budget().0.has_begun(&id) {
            id.push('_');
        }
        id
    }

    /// A call that has begun and ended is written whole, once.
    fn write_whole_call_once_if_ended(&mut self, at: usize, out: &mut Vec<u8>) {
        let Some(call) = self.calls_and_budget().0.whole.get_mut(at) else { return };
        if !call.has_begun || !call.has_ended || call.is_written {
            return;
        }
        call.is_written = true;
        let (name, arguments) = (core::mem::take(&mut call.name), core::mem::take(&mut call.arguments));
        let whole = WholeCall {
            id: call.id.clone(),
            name,
            arguments,
            is_too_long: call.is_too_long,
            ..WholeCall::default()
        };
        self.write_call_end_with_whole_arguments(at, whole, out);
    }
}
