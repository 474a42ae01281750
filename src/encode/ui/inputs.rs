//! The inputs of calls: in pieces as they come; when the call has ended, whole or as an error, and held no more.
//!
//! Knows: how they are written. Must not know: when ([`WholeCallTarget`]), the end of the stream, parts of text.

use alloc::string::String;
use alloc::vec::Vec;

use super::{UiStreamEncoder, begin_event, end_event, write_string_member};
use crate::encode::calls::Budget;
use crate::encode::whole::{WholeCall, WholeCallTarget, WholeCalls};
use crate::encode::{ids, json};
use crate::options::Limits;

/// What the client is told of arguments that it cannot be given as a value.
const NO_JSON: &str = "the arguments of the call are no JSON";
const TOO_LONG: &str = "the arguments of the call are too long";

impl WholeCallTarget for UiStreamEncoder {
    fn calls_and_budget(&mut self) -> (&mut WholeCalls, &mut Budget) {
        (&mut self.calls, &mut self.budget)
    }

    fn limits(&self) -> &Limits {
        &self.options.limits
    }

    fn count_left_out(&mut self) {
        self.left_out = self.left_out.saturating_add(1);
    }

    fn ensure_answer_started(&mut self, out: &mut Vec<u8>) {
        self.ensure_started(out);
    }

    fn push_made_up_id(&self, ordinal: usize, id: &mut String) {
        ids::push_call_id(&self.answer.id, self.written_choice(), ordinal, id);
    }

    fn end_text_and_write_call_start(&mut self, _: usize, id: &str, name: &str, out: &mut Vec<u8>) {
        self.end_part_if_open(None, out);
        begin_event("tool-input-start", out);
        write_string_member("toolCallId", id, out);
        write_string_member("toolName", name, out);
        end_event(out);
    }

    fn write_arguments_piece(&mut self, _: usize, id: &str, fragment: &str, out: &mut Vec<u8>) {
        begin_event("tool-input-delta", out);
        write_string_member("toolCallId", id, out);
        write_string_member("inputTextDelta", fragment, out);
        end_event(out);
    }

    /// The input as a value. It is held no more.
    fn write_call_end_with_whole_arguments(&mut self, _: usize, call: WholeCall, out: &mut Vec<u8>) {
        self.budget.give_back(call.name.len().saturating_add(call.arguments.len()));
        let start = out.len();
        begin_event("tool-input-available", out);
        write_string_member("toolCallId", &call.id, out);
        write_string_member("toolName", &call.name, out);
        out.extend_from_slice(b",\"input\":");
        let value = if call.arguments.trim_ascii().is_empty() { "{}" } else { &*call.arguments };
        if call.is_too_long || !json::write_unmended_if_valid(value, &mut self.scratch, out) {
            out.truncate(start);
            write_unended_input_error_event(&call, out);
        }
        end_event(out);
    }
}

/// A call's input that is none, up to the event's end.
fn write_unended_input_error_event(call: &WholeCall, out: &mut Vec<u8>) {
    begin_event("tool-input-error", out);
    write_string_member("toolCallId", &call.id, out);
    write_string_member("toolName", &call.name, out);
    if call.is_too_long {
        out.extend_from_slice(b",\"input\":null");
        return write_string_member("errorText", TOO_LONG, out);
    }
    write_string_member("input", &call.arguments, out);
    write_string_member("errorText", NO_JSON, out);
}
