//! Values that are passed on: citations, and the blocks of tools that the service runs itself.
//!
//! Knows: what the target calls them. Must not know: what they say.
//!
//! A value is the target's own where its name is: another wire's hosted search is a tool that this target's clients do not
//! know. So only what came over Messages goes on, each in the block in which it came.

use alloc::vec::Vec;

use super::MessagesEncoder;
use super::blocks::{self, Kind};
use crate::delta::ExtraKind;
use crate::encode::json;

/// What a piece of a hosted call's input is called, as of the caller's own.
const INPUT: &str = "input_json_delta";

/// What a citation is called.
const CITATION: &str = "citations_delta";

impl MessagesEncoder {
    pub(super) fn extra(&mut self, kind: ExtraKind, name: &str, value: &str, out: &mut Vec<u8>) {
        let mut spare = core::mem::take(&mut self.spare);
        spare.clear();
        let bytes = match kind {
            ExtraKind::Annotation if name == CITATION => self.citation(value, &mut spare, out),
            ExtraKind::Hosted if name == INPUT => self.hosted_input(value, &mut spare, out),
            ExtraKind::Hosted if is_block(name) => self.hosted_block(name, value, &mut spare, out),
            _ => None,
        };
        self.spare = spare;
        match bytes {
            Some(bytes) => self.write_held(bytes, out),
            None => self.leave_out(),
        }
    }

    /// Of the text that came last.
    fn citation(&mut self, value: &str, spare: &mut Vec<u8>, out: &mut Vec<u8>) -> Option<usize> {
        spare.extend_from_slice(b"{\"type\":\"citations_delta\",\"citation\":");
        let start = spare.len();
        let is_value = json::value(value, &mut self.scratch, spare);
        let is_object = spare.get(start..)?.trim_ascii_start().starts_with(b"{");
        spare.push(b'}');
        if is_value && is_object { self.pass(Kind::Text, spare, out) } else { None }
    }

    fn hosted_input(&mut self, value: &str, spare: &mut Vec<u8>, out: &mut Vec<u8>) -> Option<usize> {
        let is_own = json::value(value, &mut self.scratch, spare)
            && json::says(spare, "type", INPUT, &mut self.scratch);
        if is_own { self.pass(Kind::Hosted, spare, out) } else { None }
    }

    /// A delta of the block that came last: written at once, if that is open.
    fn pass(&mut self, kind: Kind, delta: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        let delta = core::str::from_utf8(delta).ok()?;
        if self.blocks.is_open(kind) {
            blocks::pass_delta(self.blocks.index(), delta, out);
            return Some(0);
        }
        self.blocks.pass(kind, delta)
    }

    fn hosted_block(
        &mut self,
        name: &str,
        value: &str,
        spare: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        let is_own = json::value(value, &mut self.scratch, spare)
            && json::says(spare, "type", name, &mut self.scratch);
        let block = core::str::from_utf8(spare).ok().filter(|_| is_own)?;
        self.begin(out);
        self.blocks.end_text();
        Some(self.blocks.add(Kind::Hosted, block))
    }
}

/// Whether the target calls a hosted tool's call or result so.
fn is_block(name: &str) -> bool {
    matches!(name, "server_tool_use" | "mcp_tool_use") || name.ends_with("_tool_result")
}
