//! The inputs of calls: in pieces as they come, and whole when the call has ended.
//!
//! Knows: how they are written. Must not know: when ([`WholeCallTarget`]), the end of the stream, parts of text.

use alloc::string::String;
use alloc::vec::Vec;

use super::{UiStreamEncoder, begin, end, member};
use crate::encode::calls::Budget;
use crate::encode::whole::{Whole, WholeCallTarget, WholeCalls};
use crate::encode::{ids, json};
use crate::options::Limits;

/// What the client is told of arguments that it cannot be given as a value.
const NO_JSON: &str = "the arguments of the call are no JSON";
const TOO_LONG: &str = "the arguments of the call are too long";

impl WholeCallTarget for UiStreamEncoder {
    fn whole_calls(&mut self) -> (&mut WholeCalls, &mut Budget) {
        (&mut self.calls, &mut self.budget)
    }

    fn limits(&self) -> &Limits {
        &self.options.limits
    }

    fn leave_out(&mut self) {
        self.left_out = self.left_out.saturating_add(1);
    }

    fn start_answer(&mut self, out: &mut Vec<u8>) {
        self.start(out);
    }

    fn make_id(&self, ordinal: usize, id: &mut String) {
        ids::call(&self.answer.id, self.choice(), ordinal, id);
    }

    fn write_begin(&mut self, _: usize, id: &str, name: &str, out: &mut Vec<u8>) {
        self.end_part(None, out);
        begin("tool-input-start", out);
        member("toolCallId", id, out);
        member("toolName", name, out);
        end(out);
    }

    fn write_piece(&mut self, _: usize, id: &str, fragment: &str, out: &mut Vec<u8>) {
        begin("tool-input-delta", out);
        member("toolCallId", id, out);
        member("inputTextDelta", fragment, out);
        end(out);
    }

    /// The input as a value. It is held no more.
    fn write_whole(&mut self, _: usize, call: Whole, out: &mut Vec<u8>) {
        self.budget.give_back(call.name.len().saturating_add(call.arguments.len()));
        let start = out.len();
        begin("tool-input-available", out);
        member("toolCallId", &call.id, out);
        member("toolName", &call.name, out);
        out.extend_from_slice(b",\"input\":");
        let value = if call.arguments.trim_ascii().is_empty() { "{}" } else { &*call.arguments };
        if call.is_too_long || !json::sound_value(value, &mut self.scratch, out) {
            out.truncate(start);
            write_error(&call, out);
        }
        end(out);
    }
}

/// A call's input that is none, up to the event's end.
fn write_error(call: &Whole, out: &mut Vec<u8>) {
    begin("tool-input-error", out);
    member("toolCallId", &call.id, out);
    member("toolName", &call.name, out);
    if call.is_too_long {
        out.extend_from_slice(b",\"input\":null");
        return member("errorText", TOO_LONG, out);
    }
    member("input", &call.arguments, out);
    member("errorText", NO_JSON, out);
}
