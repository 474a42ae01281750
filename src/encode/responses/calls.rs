//! Calls: each an item, open as long as it is told.
//!
//! Knows: which calls have begun, and what of their arguments is held. Must not know: the end of the stream, other items.

use alloc::string::String;
use alloc::vec::Vec;

use super::{ResponsesEncoder, end, item_id, item_index, member};
use crate::encode::calls::{Call, Held};
use crate::encode::ids;

/// One call.
#[derive(Clone, Default)]
pub(super) struct Function {
    /// Its item; none before it begins.
    index: Option<usize>,
    /// As it was written.
    id: String,
    name: String,
    arguments: String,
    /// Nothing of it is to come.
    has_ended: bool,
    is_done: bool,
}

impl ResponsesEncoder {
    /// A call's id, and a piece of its name.
    pub(super) fn label(&mut self, slot: u32, id: Option<&str>, name: Option<&str>, out: &mut Vec<u8>) {
        let Some(at) = self.find_call(slot, out) else { return };
        let most = self.options.limits.id_bytes();
        let id = id.filter(|id| id.len() <= most);
        match self.calls.label(at, id, name, &mut self.budget) {
            Held::Yes => self.begin_calls(false, out),
            Held::Full => {
                self.leave_out();
                self.begin_calls(true, out);
            }
            Held::Begun => self.leave_out(),
        }
    }

    pub(super) fn arguments(&mut self, slot: u32, fragment: &str, out: &mut Vec<u8>) {
        let Some(at) = self.find_call(slot, out) else { return };
        if self.functions.get(at).is_some_and(|call| call.has_ended) {
            return self.leave_out();
        }
        match self.calls.arguments(at, fragment, &mut self.budget) {
            Held::Yes => return self.begin_calls(false, out),
            Held::Full => self.begin_calls(true, out),
            Held::Begun => {}
        }
        self.write_piece(at, fragment, out);
        self.is_too_long |= !self.budget.take(fragment.len());
        let Some(call) = self.functions.get_mut(at) else { return };
        if self.is_too_long {
            call.arguments = String::new();
        } else {
            call.arguments.push_str(fragment);
        }
    }

    pub(super) fn end_call(&mut self, slot: u32, out: &mut Vec<u8>) {
        let Some(at) = self.find_call(slot, out) else { return };
        self.calls.end(at);
        if let Some(call) = self.functions.get_mut(at) {
            call.has_ended = true;
        }
        self.begin_calls(false, out);
        self.write_done(at, out);
    }

    /// All calls that were told of have ended.
    pub(super) fn end_calls(&mut self, out: &mut Vec<u8>) {
        self.calls.end_all();
        self.functions.iter_mut().for_each(|call| call.has_ended = true);
        self.begin_calls(false, out);
        for at in 0..self.functions.len() {
            self.write_done(at, out);
        }
    }

    fn find_call(&mut self, slot: u32, out: &mut Vec<u8>) -> Option<usize> {
        self.create(out);
        let found = self.calls.find(slot, self.options.limits.tool_calls());
        match found {
            None => self.leave_out(),
            Some(at) if at >= self.functions.len() => self.functions.push(Function::default()),
            Some(_) => {}
        }
        found
    }

    /// Begins the calls that can begin, or all.
    pub(super) fn begin_calls(&mut self, all: bool, out: &mut Vec<u8>) {
        while let Some((at, call)) = self.calls.begin_next(all, &mut self.budget) {
            self.begin_call(at, call, out);
            self.write_done(at, out);
        }
    }

    fn begin_call(&mut self, at: usize, call: Call, out: &mut Vec<u8>) {
        let Call { id, name, arguments, .. } = call;
        self.end_item("", out);
        let id = self.own_id(id, at);
        let index = self.add_item();
        self.begin("response.output_item.added", out);
        item_index(index, out);
        out.extend_from_slice(b",\"item\":");
        let Some(call) = self.functions.get_mut(at) else { return };
        (call.index, call.id, call.name) = (Some(index), id, name);
        call.write(index, "in_progress", out);
        end(out);
        if !arguments.is_empty() {
            self.write_piece(at, &arguments, out);
        }
        let Some(call) = self.functions.get_mut(at) else { return };
        // There is room: as much was just given back.
        self.budget.take(call.name.len().saturating_add(arguments.len()));
        call.arguments = arguments;
    }

    fn write_piece(&mut self, at: usize, fragment: &str, out: &mut Vec<u8>) {
        let Some(index) = self.functions.get(at).and_then(|call| call.index) else { return };
        self.begin("response.function_call_arguments.delta", out);
        item_index(index, out);
        item_id("item_id", index, out);
        member("delta", fragment, out);
        end(out);
    }

    /// The call's id, if no other has it; else one that none has.
    fn own_id(&self, mut id: String, at: usize) -> String {
        let is_taken = |id: &str| self.functions.iter().any(|call| call.index.is_some() && call.id == id);
        if id.is_empty() || is_taken(&id) {
            id.clear();
            ids::call(&self.id, self.choice(), at, &mut id);
        }
        while is_taken(&id) {
            id.push('_');
        }
        id
    }

    /// A call that has begun and ended is done, once.
    fn write_done(&mut self, at: usize, out: &mut Vec<u8>) {
        let Some(call) = self.functions.get_mut(at) else { return };
        let Some(index) = call.index.filter(|_| call.has_ended && !call.is_done && !self.is_too_long) else {
            return;
        };
        call.is_done = true;
        let mut item = Vec::new();
        call.write(index, "completed", &mut item);
        let arguments = core::mem::take(&mut call.arguments);
        self.begin("response.function_call_arguments.done", out);
        item_index(index, out);
        item_id("item_id", index, out);
        member("arguments", &arguments, out);
        end(out);
        self.done_item(index, item, out);
    }
}

impl Function {
    fn write(&self, index: usize, status: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"type\":\"function_call\"");
        item_id("id", index, out);
        member("status", status, out);
        member("call_id", &self.id, out);
        member("name", &self.name, out);
        member("arguments", &self.arguments, out);
        out.push(b'}');
    }
}
