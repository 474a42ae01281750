//! Tool calls, written.
//!
//! Knows: how a call's fragments stand in a chunk. Must not know: when a call may begin (the held calls tell).

use super::{ChunkEncoder, end_delta};
use crate::encode::calls::{Call, Held};
use crate::encode::{ids, json};
use alloc::vec::Vec;

impl ChunkEncoder {
    /// A call's id, and a piece of its name.
    pub(super) fn label(
        &mut self,
        choice: u32,
        slot: u32,
        id: Option<&str>,
        name: Option<&str>,
        out: &mut Vec<u8>,
    ) {
        let most = self.options.limits.id_bytes();
        let Some((choice, at)) = self.find_call(choice, slot, out) else { return };
        let id = id.filter(|id| id.len() <= most);
        let place = usize::try_from(choice).unwrap_or(usize::MAX);
        let Some(known) = self.choices.get_mut(place) else { return };
        match known.calls.label(at, id, name, &mut self.budget) {
            Held::Yes => self.begin_calls(choice, false, out),
            Held::Full => {
                self.leave_out();
                self.begin_calls(choice, true, out);
            }
            Held::Begun => self.leave_out(),
        }
    }

    pub(super) fn arguments(&mut self, choice: u32, slot: u32, fragment: &str, out: &mut Vec<u8>) {
        let Some((choice, at)) = self.find_call(choice, slot, out) else { return };
        let place = usize::try_from(choice).unwrap_or(usize::MAX);
        let Some(known) = self.choices.get_mut(place) else { return };
        match known.calls.arguments(at, fragment, &mut self.budget) {
            Held::Yes => return self.begin_calls(choice, false, out),
            Held::Full => self.begin_calls(choice, true, out),
            Held::Begun => {}
        }
        self.begin_delta(choice, out);
        out.extend_from_slice(b"\"tool_calls\":[{\"index\":");
        json::number(u64::try_from(at).unwrap_or(u64::MAX), out);
        out.extend_from_slice(b",\"function\":{\"arguments\":");
        json::string(fragment, out);
        out.extend_from_slice(b"}}]");
        end_delta(out);
    }

    pub(super) fn end_call(&mut self, choice: u32, slot: u32, out: &mut Vec<u8>) {
        let Some((choice, at)) = self.find_call(choice, slot, out) else { return };
        if let Some(known) = self.choice(choice) {
            known.calls.end(at);
        }
        self.begin_calls(choice, false, out);
    }

    /// The choice, announced, and the ordinal of its call.
    fn find_call(&mut self, choice: u32, slot: u32, out: &mut Vec<u8>) -> Option<(u32, usize)> {
        let choice = self.announce(choice, out)?;
        let most = self.options.limits.tool_calls();
        let found = self.choice(choice)?.calls.find(slot, most);
        if found.is_none() {
            self.leave_out();
        }
        Some((choice, found?))
    }

    /// Begins the calls that can begin, or all.
    pub(super) fn begin_calls(&mut self, choice: u32, all: bool, out: &mut Vec<u8>) {
        let place = usize::try_from(choice).unwrap_or(usize::MAX);
        while let Some(known) = self.choices.get_mut(place)
            && let Some((ordinal, call)) = known.calls.begin_next(all, &mut self.budget)
        {
            self.begin_call(choice, ordinal, call, out);
        }
    }

    fn begin_call(&mut self, choice: u32, ordinal: usize, call: Call, out: &mut Vec<u8>) {
        let Call { mut id, name, arguments, .. } = call;
        self.begin_delta(choice, out);
        if id.is_empty() {
            ids::call(&self.answer.id, choice, ordinal, &mut id);
        }
        out.extend_from_slice(b"\"tool_calls\":[{\"index\":");
        json::number(u64::try_from(ordinal).unwrap_or(u64::MAX), out);
        out.extend_from_slice(b",\"id\":");
        json::string(&id, out);
        out.extend_from_slice(b",\"type\":\"function\",\"function\":{");
        // Only where none came at all.
        if !name.is_empty() {
            out.extend_from_slice(b"\"name\":");
            json::string(&name, out);
            out.push(b',');
        }
        out.extend_from_slice(b"\"arguments\":");
        json::string(&arguments, out);
        out.extend_from_slice(b"}}]");
        end_delta(out);
    }
}
