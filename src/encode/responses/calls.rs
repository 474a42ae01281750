//! Calls: each an item, open as long as it is told.
//!
//! Knows: how they are written. Must not know: when ([`WholeCallTarget`]), the end of the stream, other items.

use alloc::string::String;
use alloc::vec::Vec;

use super::{ResponsesEncoder, end, item_id, item_index, member};
use crate::encode::calls::Budget;
use crate::encode::ids;
use crate::encode::whole::{Whole, WholeCallTarget, WholeCalls};
use crate::options::Limits;

impl WholeCallTarget for ResponsesEncoder {
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
        self.create(out);
    }

    fn make_id(&self, ordinal: usize, id: &mut String) {
        ids::call(&self.answer.id, self.choice(), ordinal, id);
    }

    fn write_begin(&mut self, _: usize, id: &str, name: &str, out: &mut Vec<u8>) {
        self.end_item("", out);
        let index = self.add_item();
        // Calls begin in the order of their ordinals.
        self.call_items.push(index);
        self.begin("response.output_item.added", out);
        item_index(index, out);
        out.extend_from_slice(b",\"item\":");
        write_item(index, "in_progress", (id, name, ""), out);
        end(out);
    }

    fn write_piece(&mut self, ordinal: usize, _: &str, fragment: &str, out: &mut Vec<u8>) {
        let Some(index) = self.call_items.get(ordinal).copied() else { return };
        self.begin("response.function_call_arguments.delta", out);
        item_index(index, out);
        item_id("item_id", index, out);
        member("delta", fragment, out);
        end(out);
    }

    /// The call is done, and stays held as an item of the answer.
    fn write_whole(&mut self, ordinal: usize, call: Whole, out: &mut Vec<u8>) {
        self.is_too_long |= call.is_too_long;
        let Some(index) = self.call_items.get(ordinal).copied().filter(|_| !self.is_too_long) else { return };
        let mut item = Vec::new();
        write_item(index, "completed", (&call.id, &call.name, &call.arguments), &mut item);
        self.begin("response.function_call_arguments.done", out);
        item_index(index, out);
        item_id("item_id", index, out);
        member("arguments", &call.arguments, out);
        end(out);
        self.done_item(index, item, out);
    }
}

fn write_item(index: usize, status: &str, (id, name, arguments): (&str, &str, &str), out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"function_call\"");
    item_id("id", index, out);
    member("status", status, out);
    member("call_id", id, out);
    member("name", name, out);
    member("arguments", arguments, out);
    out.push(b'}');
}
