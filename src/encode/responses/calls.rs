//! Calls: each an item, open from its start to its end; not ended where the answer is too long to be held.
//!
//! Knows: how they are written. Must not know: when ([`WholeCallTarget`]), the end of the stream, other items.

use alloc::string::String;
use alloc::vec::Vec;

use super::{ResponsesEncoder, end_event, write_item_id, write_output_index, write_string_member};
use crate::encode::calls::Budget;
use crate::encode::ids;
use crate::encode::whole::{WholeCall, WholeCallTarget, WholeCalls};
use crate::options::Limits;

impl WholeCallTarget for ResponsesEncoder {
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
        self.ensure_created(out);
    }

    fn push_made_up_id(&self, ordinal: usize, id: &mut String) {
        ids::push_call_id(&self.answer.id, self.written_choice(), ordinal, id);
    }

    fn end_text_and_write_call_start(&mut self, _: usize, id: &str, name: &str, out: &mut Vec<u8>) {
        self.end_item_if_open("", out);
        let index = self.push_empty_item();
        // Calls begin in the order of their ordinals.
        self.call_items.push(index);
        self.begin_event("response.output_item.added", out);
        write_output_index(index, out);
        out.extend_from_slice(b",\"item\":");
        write_call_item(index, "in_progress", (id, name, ""), out);
        end_event(out);
    }

    fn write_arguments_piece(&mut self, ordinal: usize, _: &str, fragment: &str, out: &mut Vec<u8>) {
        let Some(index) = self.call_items.get(ordinal).copied() else { return };
        self.begin_event("response.function_call_arguments.delta", out);
        write_output_index(index, out);
        write_item_id("item_id", index, out);
        write_string_member("delta", fragment, out);
        end_event(out);
    }

    /// The call is done, and stays held as an item of the answer.
    fn write_call_end_with_whole_arguments(&mut self, ordinal: usize, call: WholeCall, out: &mut Vec<u8>) {
        self.is_too_long |= call.is_too_long;
        let Some(index) = self.call_items.get(ordinal).copied().filter(|_| !self.is_too_long) else { return };
        let mut item = Vec::new();
        write_call_item(index, "completed", (&call.id, &call.name, &call.arguments), &mut item);
        self.begin_event("response.function_call_arguments.done", out);
        write_output_index(index, out);
        write_item_id("item_id", index, out);
        write_string_member("arguments", &call.arguments, out);
        end_event(out);
        self.write_item_done_and_keep(index, item, out);
    }
}

fn write_call_item(index: usize, status: &str, (id, name, arguments): (&str, &str, &str), out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"function_call\"");
    write_item_id("id", index, out);
    write_string_member("status", status, out);
    write_string_member("call_id", id, out);
    write_string_member("name", name, out);
    write_string_member("arguments", arguments, out);
    out.push(b'}');
}
