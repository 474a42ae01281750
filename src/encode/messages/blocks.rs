//! Blocks, of which one is open at a time.
//!
//! Knows: what is told of each block, and how a block is written. Must not know: the message around them.
//!
//! A line of blocks: the first may be open, and is written as it comes; the others are held. A block of text ends as soon as
//! another follows, for more text can be another block; a call ends when it is told so, for its arguments cannot.

use crate::encode::calls::Budget;
use crate::encode::{ids, json, sse};
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Thinking,
    Redacted,
    /// The call of this slot.
    Call(u32),
    /// Of a tool that the service runs itself.
    Hosted,
}

#[derive(Clone)]
struct Block {
    kind: Kind,
    is_open: bool,
    is_ended: bool,
    /// Nothing of a call's name is to come.
    is_name_whole: bool,
    id: String,
    name: String,
    /// What is held of its text, data or arguments; of a hosted one, the block as it begins.
    held: String,
    /// Deltas that are passed on as they are, one a line.
    held_deltas: String,
    signature: String,
    /// The bytes that are counted for it.
    counted: usize,
}

/// How many bytes more are held for the blocks than before: for the budget.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub(super) struct AddedBytes(pub(super) usize);

impl AddedBytes {
    const fn plus(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }
}

impl Block {
    const fn new_unopened(kind: Kind) -> Self {
        Self {
            kind,
            is_open: false,
            is_ended: false,
            is_name_whole: false,
            id: String::new(),
            name: String::new(),
            held: String::new(),
            held_deltas: String::new(),
            signature: String::new(),
            counted: 0,
        }
    }

    /// Counts what was added; returns it.
    const fn count_and_return_added_bytes(&mut self, bytes: usize) -> AddedBytes {
        self.counted = self.counted.saturating_add(bytes);
        AddedBytes(bytes)
    }

    /// A call waits for its name.
    fn can_open(&self) -> bool {
        !matches!(self.kind, Kind::Call(_)) || self.is_ended || (self.is_name_whole && !self.name.is_empty())
    }
}

/// The blocks that are not ended yet. What adds to them returns how many bytes more are held for that.
#[derive(Clone)]
pub(super) struct QueuedBlocks {
    line: VecDeque<Block>,
    /// The index of the first of them.
    index: u32,
    /// Slots of the calls that were told.
    calls: Vec<u32>,
}

impl QueuedBlocks {
    pub(super) const fn new() -> Self {
        Self { line: VecDeque::new(), index: 0, calls: Vec::new() }
    }

    pub(super) const fn first_index(&self) -> u32 {
        self.index
    }

    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Whether a block of this kind is open, alone, and goes on: what comes of it is written at once.
    pub(super) fn may_write_into_open_block(&self, kind: Kind) -> bool {
        let first = self.line.front();
        let is_alone = self.line.len() == 1 || matches!(kind, Kind::Call(_));
        is_alone && first.is_some_and(|block| block.is_open && !block.is_ended && block.kind == kind)
    }

    /// Another block. One that waits for others takes room by itself.
    fn end_text_and_begin(&mut self, kind: Kind) -> AddedBytes {
        self.end_last_unless_call();
        let size = if self.line.is_empty() { 0 } else { size_of::<Block>() };
        self.line.push_back(Block { counted: size, ..Block::new_unopened(kind) });
        AddedBytes(size)
    }

    /// The last block, if it is of this kind and goes on.
    fn last_if_going_on(&mut self, kind: Kind) -> Option<&mut Block> {
        self.line.back_mut().filter(|last| last.kind == kind && !last.is_ended)
    }

    /// More of the last block, if it is of this kind and goes on; else another.
    pub(super) fn extend_or_begin(&mut self, kind: Kind, text: &str) -> AddedBytes {
        let begun = match self.last_if_going_on(kind) {
            Some(_) => AddedBytes(0),
            None => self.end_text_and_begin(kind),
        };
        let Some(last) = self.last_if_going_on(kind) else { return begun };
        last.held.push_str(text);
        last.count_and_return_added_bytes(text.len()).plus(begun)
    }

    /// A block that is whole.
    pub(super) fn add_ended(&mut self, kind: Kind, data: &str) -> AddedBytes {
        self.end_last_unless_call();
        let bytes = self.extend_or_begin(kind, data);
        self.end_last_unless_call();
        bytes
    }

    /// A delta of the last block, as JSON on one line, if it is of this kind and goes on.
    pub(super) fn hold_delta_if_going_on(&mut self, kind: Kind, delta: &str) -> Option<AddedBytes> {
        let last = self.last_if_going_on(kind)?;
        last.held_deltas.push_str(delta);
        last.held_deltas.push('\n');
        Some(last.count_and_return_added_bytes(delta.len().saturating_add(1)))
    }

    /// Signs the thinking that came last, or else nothing, and ends it.
    pub(super) fn sign_and_end_thinking(&mut self, data: &str) -> AddedBytes {
        let begun = self.extend_or_begin(Kind::Thinking, "");
        let Some(last) = self.last_if_going_on(Kind::Thinking) else { return begun };
        last.signature.push_str(data);
        last.is_ended = true;
        last.count_and_return_added_bytes(data.len()).plus(begun)
    }

    /// What comes next is another block, if it is no call's.
    pub(super) fn end_last_unless_call(&mut self) {
        if let Some(last) = self.line.back_mut() {
            last.is_ended |= !matches!(last.kind, Kind::Call(_));
        }
    }

    /// All calls that were told.
    pub(super) fn mark_call_names_whole_and_ended(&mut self) {
        let calls = self.line.iter_mut().filter(|block| matches!(block.kind, Kind::Call(_)));
        calls.for_each(|call| (call.is_name_whole, call.is_ended) = (true, true));
    }

    pub(super) fn end_all(&mut self) {
        self.line.iter_mut().for_each(|block| block.is_ended = true);
    }

    /// A call's id, the first that is told, and a piece of its name; nothing, if that cannot be said any more.
    pub(super) fn begin_or_label_call_if_unopened(
        &mut self,
        slot: u32,
        id: &str,
        name: &str,
        most_calls: usize,
    ) -> Option<AddedBytes> {
        let mut begun = AddedBytes(0);
        if !self.calls.contains(&slot) {
            if self.calls.len() >= most_calls {
                return None;
            }
            self.calls.push(slot);
            begun = self.end_text_and_begin(Kind::Call(slot));
        }
        let call = self.unended_call(slot).filter(|call| !call.is_open)?;
        let id = if call.id.is_empty() { id } else { "" };
        let is_late = call.is_name_whole && !call.name.is_empty();
        let name = if is_late { "" } else { name };
        call.id.push_str(id);
        call.name.push_str(name);
        Some(call.count_and_return_added_bytes(id.len().saturating_add(name.len())).plus(begun))
    }

    /// A piece of its arguments; nothing, if that cannot be said any more.
    pub(super) fn end_name_and_hold_arguments(&mut self, slot: u32, fragment: &str) -> Option<AddedBytes> {
        let call = self.unended_call(slot)?;
        call.is_name_whole = true;
        call.held.push_str(fragment);
        Some(call.count_and_return_added_bytes(fragment.len()))
    }

    pub(super) fn end_call(&mut self, slot: u32) {
        if let Some(call) = self.unended_call(slot) {
            (call.is_name_whole, call.is_ended) = (true, true);
        }
    }

    fn unended_call(&mut self, slot: u32) -> Option<&mut Block> {
        self.line.iter_mut().find(|block| block.kind == Kind::Call(slot) && !block.is_ended)
    }

    /// Writes what can be: the first block as far as it goes, and the next where it has ended.
    pub(super) fn write_ready(&mut self, stream_id: &str, budget: &mut Budget, out: &mut Vec<u8>) {
        while let Some(first) = self.line.front_mut().filter(|first| first.is_open || first.can_open()) {
            let index = self.index;
            let signature = core::mem::take(&mut first.signature);
            if !first.is_open {
                first.is_open = true;
                write_block_start(first, index, stream_id, out);
            }
            let [held, held_deltas] = [&mut first.held, &mut first.held_deltas].map(core::mem::take);
            budget.give_back(core::mem::take(&mut first.counted));
            (first.id, first.name) = (String::new(), String::new());
            if !held.is_empty() && !matches!(first.kind, Kind::Redacted | Kind::Hosted) {
                write_delta(index, first.kind, &held, out);
            }
            held_deltas.lines().for_each(|delta| write_raw_delta_object(index, delta, out));
            if !signature.is_empty() {
                write_signature_delta(index, &signature, out);
            }
            if !first.is_ended {
                return;
            }
            write_block_stop(index, out);
            self.line.pop_front();
            self.index = index.saturating_add(1);
        }
    }
}

fn write_block_start(block: &Block, index: u32, stream_id: &str, out: &mut Vec<u8>) {
    sse::begin_named("content_block_start", out);
    out.extend_from_slice(b"{\"type\":\"content_block_start\",\"index\":");
    json::write_number(u64::from(index), out);
    out.extend_from_slice(b",\"content_block\":");
    match block.kind {
        Kind::Text => out.extend_from_slice(b"{\"type\":\"text\",\"text\":\"\""),
        Kind::Thinking => {
            out.extend_from_slice(b"{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"");
        }
        Kind::Redacted => {
            out.extend_from_slice(b"{\"type\":\"redacted_thinking\",\"data\":");
            json::write_string(&block.held, out);
        }
        Kind::Call(slot) => begin_tool_use_object(block, slot, stream_id, out),
        Kind::Hosted => out.extend_from_slice(block.held.as_bytes()),
    }
    out.extend_from_slice(if block.kind == Kind::Hosted { b"}" } else { b"}}" });
    out.extend_from_slice(sse::END);
}

fn begin_tool_use_object(call: &Block, slot: u32, stream_id: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"tool_use\",\"id\":");
    if call.id.is_empty() {
        let mut id = String::new();
        ids::push_call_id(stream_id, 0, usize::try_from(slot).unwrap_or(usize::MAX), &mut id);
        json::write_string(&id, out);
    } else {
        json::write_string(&call.id, out);
    }
    out.extend_from_slice(b",\"name\":");
    json::write_string(&call.name, out);
    out.extend_from_slice(b",\"input\":{}");
}

/// A piece of an open block.
pub(super) fn write_delta(index: u32, kind: Kind, text_or_arguments: &str, out: &mut Vec<u8>) {
    begin_delta_event(index, out);
    out.extend_from_slice(match kind {
        Kind::Text => b"{\"type\":\"text_delta\",\"text\":",
        Kind::Thinking | Kind::Redacted => b"{\"type\":\"thinking_delta\",\"thinking\":",
        Kind::Call(_) | Kind::Hosted => b"{\"type\":\"input_json_delta\",\"partial_json\":",
    });
    json::write_string(text_or_arguments, out);
    out.extend_from_slice(b"}}\n\n");
}

/// A delta of an open block, as JSON on one line.
pub(super) fn write_raw_delta_object(index: u32, delta_object: &str, out: &mut Vec<u8>) {
    begin_delta_event(index, out);
    out.extend_from_slice(delta_object.as_bytes());
    out.extend_from_slice(b"}\n\n");
}

fn write_signature_delta(index: u32, signature: &str, out: &mut Vec<u8>) {
    begin_delta_event(index, out);
    out.extend_from_slice(b"{\"type\":\"signature_delta\",\"signature\":");
    json::write_string(signature, out);
    out.extend_from_slice(b"}}\n\n");
}

fn begin_delta_event(index: u32, out: &mut Vec<u8>) {
    sse::begin_named("content_block_delta", out);
    out.extend_from_slice(b"{\"type\":\"content_block_delta\",\"index\":");
    json::write_number(u64::from(index), out);
    out.extend_from_slice(b",\"delta\":");
}

fn write_block_stop(index: u32, out: &mut Vec<u8>) {
    sse::begin_named("content_block_stop", out);
    out.extend_from_slice(b"{\"type\":\"content_block_stop\",\"index\":");
    json::write_number(u64::from(index), out);
    out.extend_from_slice(b"}\n\n");
}
