//! Values that are passed on: citations, and the blocks of tools that the service runs itself.
//!
//! Knows: what the target calls them. Must not know: what they say.
//!
//! A value is the target's own where its name is: another wire's hosted search is a tool that this target's clients do not
//! know. So only what came over Messages goes on, each in the block in which it came.

use alloc::vec::Vec;

use super::MessagesEncoder;
use super::blocks::{self, AddedBytes, Kind};
use crate::delta::ExtraKind;
use crate::encode::json;

/// What a piece of a hosted call's input is called, as of the caller's own.
const INPUT: &str = "input_json_delta";

/// What a citation is called.
const CITATION: &str = "citations_delta";

impl MessagesEncoder {
    pub(super) fn write_or_hold_extra_if_own(
        &mut self,
        kind: ExtraKind,
        name: &str,
        value: &str,
        out: &mut Vec<u8>,
    ) {
        let mut spare = core::mem::take(&mut self.spare);
        spare.clear();
        let added = match kind {
            ExtraKind::Annotation if name == CITATION => {
                self.write_or_hold_citation_if_possible(value, &mut spare, out)
            }
            ExtraKind::Hosted if name == INPUT => {
                self.write_or_hold_hosted_delta_if_own(value, &mut spare, out)
            }
            ExtraKind::Hosted if is_hosted_block_name(name) => {
                self.begin_hosted_block_if_own(name, value, &mut spare, out)
            }
            _ => None,
        };
        self.spare = spare;
        match added {
            Some(added) => self.count_and_write_ready_or_all(added, out),
            None => self.count_left_out(),
        }
    }

    /// Of the text that came last.
    fn write_or_hold_citation_if_possible(
        &mut self,
        value: &str,
        spare: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Option<AddedBytes> {
        spare.extend_from_slice(b"{\"type\":\"citations_delta\",\"citation\":");
        let start = spare.len();
        let is_value = json::write_if_mendable(value, &mut self.scratch, spare);
        let is_object = spare.get(start..)?.trim_ascii_start().starts_with(b"{");
        spare.push(b'}');
        if is_value && is_object {
            self.write_or_hold_delta_if_going_on(Kind::Text, spare, out)
        } else {
            None
        }
    }

    fn write_or_hold_hosted_delta_if_own(
        &mut self,
        value: &str,
        spare: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Option<AddedBytes> {
        let is_own = json::write_if_mendable(value, &mut self.scratch, spare)
            && json::has_one_string_member(spare, "type", INPUT, &mut self.scratch);
        if is_own { self.write_or_hold_delta_if_going_on(Kind::Hosted, spare, out) } else { None }
    }

    /// A delta of the block that came last: written at once, if that is open.
    fn write_or_hold_delta_if_going_on(
        &mut self,
        kind: Kind,
        delta: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<AddedBytes> {
        let delta = core::str::from_utf8(delta).ok()?;
        if self.blocks.may_write_into_open_block(kind) {
            blocks::write_raw_delta_object(self.blocks.first_index(), delta, out);
            return Some(AddedBytes(0));
        }
        self.blocks.hold_delta_if_going_on(kind, delta)
    }

    fn begin_hosted_block_if_own(
        &mut self,
        name: &str,
        value: &str,
        spare: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Option<AddedBytes> {
        let is_own = json::write_if_mendable(value, &mut self.scratch, spare)
            && json::has_one_string_member(spare, "type", name, &mut self.scratch);
        let block = core::str::from_utf8(spare).ok().filter(|_| is_own)?;
        self.begin_message_once(out);
        self.blocks.end_last_unless_call();
        Some(self.blocks.extend_or_begin(Kind::Hosted, block))
    }
}

/// Whether the target calls a hosted tool's call or result so.
fn is_hosted_block_name(name: &str) -> bool {
    matches!(name, "server_tool_use" | "mcp_tool_use") || name.ends_with("_tool_result")
}
