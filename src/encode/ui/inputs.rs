//! The inputs of calls: in pieces as they come, and whole when the call has ended.
//!
//! Knows: which calls have begun, and what of their arguments is held. Must not know: the end of the stream, parts of text.
//!
//! What is held of a call moves from [`Calls`](crate::encode::calls) when it begins: the same bytes, counted by the same
//! budget. Arguments that it has no room for are held no more; their pieces are written all the same.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Held, UiStreamEncoder, begin, end, member};
use crate::encode::calls::Call;
use crate::encode::{ids, json};

/// What the client is told of arguments that it cannot be given as a value.
const NO_JSON: &str = "the arguments of the call are no JSON";
const TOO_LONG: &str = "the arguments of the call are too long";

/// One call, as far as its input is concerned.
#[derive(Clone, Default)]
pub(super) struct Input {
    /// As it was written; empty before the call begins.
    id: String,
    name: String,
    arguments: String,
    has_begun: bool,
    /// There was no room for all of its arguments.
    is_too_long: bool,
    /// Nothing of them is to come.
    has_ended: bool,
    is_written: bool,
}

impl UiStreamEncoder {
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
        if self.inputs.get(at).is_some_and(|input| input.has_ended) {
            return self.leave_out();
        }
        match self.calls.arguments(at, fragment, &mut self.budget) {
            Held::Yes => return self.begin_calls(false, out),
            Held::Full => self.begin_calls(true, out),
            Held::Begun => {}
        }
        let Self { inputs, budget, .. } = self;
        let Some(input) = inputs.get_mut(at) else { return };
        write_piece(&input.id, fragment, out);
        if input.is_too_long || !budget.take(fragment.len()) {
            budget.give_back(input.arguments.len());
            (input.is_too_long, input.arguments) = (true, String::new());
        } else {
            input.arguments.push_str(fragment);
        }
    }

    pub(super) fn end_call(&mut self, slot: u32, out: &mut Vec<u8>) {
        let Some(at) = self.find_call(slot, out) else { return };
        self.calls.end(at);
        if let Some(input) = self.inputs.get_mut(at) {
            input.has_ended = true;
        }
        self.begin_calls(false, out);
        self.write_whole(at, out);
    }

    /// All calls that were told of have ended.
    pub(super) fn end_calls(&mut self, out: &mut Vec<u8>) {
        self.calls.end_all();
        self.inputs.iter_mut().for_each(|input| input.has_ended = true);
        self.begin_calls(false, out);
        for at in 0..self.inputs.len() {
            self.write_whole(at, out);
        }
    }

    fn find_call(&mut self, slot: u32, out: &mut Vec<u8>) -> Option<usize> {
        self.start(out);
        let found = self.calls.find(slot, self.options.limits.tool_calls());
        match found {
            None => self.leave_out(),
            Some(at) if at >= self.inputs.len() => self.inputs.push(Input::default()),
            Some(_) => {}
        }
        found
    }

    /// Begins the calls that can begin, or all.
    pub(super) fn begin_calls(&mut self, all: bool, out: &mut Vec<u8>) {
        while let Some((at, call)) = self.calls.begin_next(all, &mut self.budget) {
            self.begin_call(at, call, out);
            self.write_whole(at, out);
        }
    }

    fn begin_call(&mut self, at: usize, call: Call, out: &mut Vec<u8>) {
        let Call { id, name, arguments, .. } = call;
        self.end_part(None, out);
        let id = self.own_id(id, at);
        begin("tool-input-start", out);
        member("toolCallId", &id, out);
        member("toolName", &name, out);
        end(out);
        if !arguments.is_empty() {
            write_piece(&id, &arguments, out);
        }
        // There is room: as much was just given back.
        self.budget.take(name.len().saturating_add(arguments.len()));
        let Some(input) = self.inputs.get_mut(at) else { return };
        (input.id, input.name, input.arguments, input.has_begun) = (id, name, arguments, true);
    }

    /// The call's id, if no other has it; else one that none has.
    fn own_id(&self, mut id: String, at: usize) -> String {
        let is_taken = |id: &str| self.inputs.iter().any(|input| input.has_begun && input.id == id);
        if id.is_empty() || is_taken(&id) {
            id.clear();
            ids::call(&self.id, self.choice(), at, &mut id);
        }
        while is_taken(&id) {
            id.push('_');
        }
        id
    }

    /// The input of a call that has begun and ended, once.
    fn write_whole(&mut self, at: usize, out: &mut Vec<u8>) {
        let Some(input) = self.inputs.get_mut(at) else { return };
        if !input.has_begun || !input.has_ended || input.is_written {
            return;
        }
        input.is_written = true;
        let (name, arguments) = (core::mem::take(&mut input.name), core::mem::take(&mut input.arguments));
        self.budget.give_back(name.len().saturating_add(arguments.len()));
        let start = out.len();
        begin("tool-input-available", out);
        member("toolCallId", &input.id, out);
        member("toolName", &name, out);
        out.extend_from_slice(b",\"input\":");
        let value = if arguments.trim_ascii().is_empty() { "{}" } else { &*arguments };
        if input.is_too_long || !json::sound_value(value, &mut self.scratch, out) {
            out.truncate(start);
            write_error(input, &name, &arguments, out);
        }
        end(out);
    }
}

/// A call's input that is none, up to the event's end.
fn write_error(input: &Input, name: &str, arguments: &str, out: &mut Vec<u8>) {
    begin("tool-input-error", out);
    member("toolCallId", &input.id, out);
    member("toolName", name, out);
    if input.is_too_long {
        out.extend_from_slice(b",\"input\":null");
        return member("errorText", TOO_LONG, out);
    }
    member("input", arguments, out);
    member("errorText", NO_JSON, out);
}

fn write_piece(id: &str, fragment: &str, out: &mut Vec<u8>) {
    begin("tool-input-delta", out);
    member("toolCallId", id, out);
    member("inputTextDelta", fragment, out);
    end(out);
}
