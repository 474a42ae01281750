//! Tool calls, each written once it is ready; where there is no room to hold more, all of its choice as they are.
//!
//! Knows: how a call's fragments stand in a chunk. Must not know: when a call may begin (the held calls tell).

use super::{ChunkEncoder, end_delta};
use crate::encode::calls::{Call, Held};
use crate::encode::{ids, json};
use alloc::vec::Vec;

/// Where a call stands: its choice, which is announced, and its ordinal in that.
struct CallAt {
    choice: u32,
    ordinal: usize,
}

impl ChunkEncoder {
    /// A call's id, and a piece of its name.
    pub(super) fn hold_label_and_begin_ready_or_all(
        &mut self,
        choice: u32,
        slot: u32,
        id: Option<&str>,
        name: Option<&str>,
        out: &mut Vec<u8>,
    ) {
        let most = self.options.limits.id_bytes();
        let Some(CallAt { choice, ordinal }) = self.announce_choice_and_find_or_add_call(choice, slot, out)
        else {
            return;
        };
        let id = id.filter(|id| id.len() <= most);
        let place = usize::try_from(choice).unwrap_or(usize::MAX);
        let Some(known) = self.choices.get_mut(place) else { return };
        match known.calls.hold_label(ordinal, id, name, &mut self.budget) {
            Held::Yes => self.begin_ready_calls(choice, false, out),
            Held::NoRoom => {
                self.count_left_out();
                self.begin_ready_calls(choice, true, out);
            }
            Held::AlreadyBegun => self.count_left_out(),
        }
    }

    pub(super) fn write_or_hold_arguments(
        &mut self,
        choice: u32,
        slot: u32,
        fragment: &str,
        out: &mut Vec<u8>,
    ) {
        let Some(CallAt { choice, ordinal }) = self.announce_choice_and_find_or_add_call(choice, slot, out)
        else {
            return;
        };
        let place = usize::try_from(choice).unwrap_or(usize::MAX);
        let Some(known) = self.choices.get_mut(place) else { return };
        match known.calls.end_name_and_hold_arguments(ordinal, fragment, &mut self.budget) {
            Held::Yes => return self.begin_ready_calls(choice, false, out),
            Held::NoRoom => self.begin_ready_calls(choice, true, out),
            Held::AlreadyBegun => {}
        }
        self.begin_delta(choice, out);
        out.extend_from_slice(b"\"tool_calls\":[{\"index\":");
        json::write_number(u64::try_from(ordinal).unwrap_or(u64::MAX), out);
        out.extend_from_slice(b",\"function\":{\"arguments\":");
        json::write_string(fragment, out);
        out.extend_from_slice(b"}}]");
        end_delta(out);
    }

    pub(super) fn end_call_and_begin_ready(&mut self, choice: u32, slot: u32, out: &mut Vec<u8>) {
        let Some(CallAt { choice, ordinal }) = self.announce_choice_and_find_or_add_call(choice, slot, out)
        else {
            return;
        };
        if let Some(known) = self.choice_mut(choice) {
            known.calls.mark_name_whole(ordinal);
        }
        self.begin_ready_calls(choice, false, out);
    }

    /// Announces the choice, if it is new, and finds its call, which is new if none has the slot.
    fn announce_choice_and_find_or_add_call(
        &mut self,
        choice: u32,
        slot: u32,
        out: &mut Vec<u8>,
    ) -> Option<CallAt> {
        let choice = self.map_choice_and_ensure_announced(choice, out)?;
        let most = self.options.limits.tool_calls();
        let found = self.choice_mut(choice)?.calls.find_or_add(slot, most);
        if found.is_none() {
            self.count_left_out();
        }
        Some(CallAt { choice, ordinal: found? })
    }

    /// Begins the calls that can begin, or all.
    pub(super) fn begin_ready_calls(&mut self, choice: u32, force: bool, out: &mut Vec<u8>) {
        let place = usize::try_from(choice).unwrap_or(usize::MAX);
        while let Some(known) = self.choices.get_mut(place)
            && let Some((ordinal, call)) = known.calls.begin_next_if_ready(force, &mut self.budget)
        {
            self.write_call_adding_missing_id(choice, ordinal, call, out);
        }
    }

    fn write_call_adding_missing_id(&mut self, choice: u32, ordinal: usize, call: Call, out: &mut Vec<u8>) {
        let Call { mut id, name, arguments, .. } = call;
        self.begin_delta(choice, out);
        if id.is_empty() {
            ids::push_call_id(&self.answer.id, choice, ordinal, &mut id);
        }
        out.extend_from_slice(b"\"tool_calls\":[{\"index\":");
        json::write_number(u64::try_from(ordinal).unwrap_or(u64::MAX), out);
        out.extend_from_slice(b",\"id\":");
        json::write_string(&id, out);
        out.extend_from_slice(b",\"type\":\"function\",\"function\":{");
        // Only where none came at all.
        if !name.is_empty() {
            out.extend_from_slice(b"\"name\":");
            json::write_string(&name, out);
            out.push(b',');
        }
        out.extend_from_slice(b"\"arguments\":");
        json::write_string(&arguments, out);
        out.extend_from_slice(b"}}]");
        end_delta(out);
    }
}
