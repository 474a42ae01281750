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
    is_whole: bool,
    id: String,
    name: String,
    /// What is held of its text, data or arguments; of a hosted one, the block as it begins.
    held: String,
    /// Deltas that are passed on, one a line.
    passed: String,
    signature: String,
    /// The bytes that are counted for it.
    counted: usize,
}

impl Block {
    const fn new(kind: Kind) -> Self {
        Self {
            kind,
            is_open: false,
            is_ended: false,
            is_whole: false,
            id: String::new(),
            name: String::new(),
            held: String::new(),
            passed: String::new(),
            signature: String::new(),
            counted: 0,
        }
    }

    /// Counts what was added; returns it.
    const fn count(&mut self, bytes: usize) -> usize {
        self.counted = self.counted.saturating_add(bytes);
        bytes
    }

    /// A call waits for its name.
    fn can_open(&self) -> bool {
        !matches!(self.kind, Kind::Call(_)) || self.is_ended || (self.is_whole && !self.name.is_empty())
    }
}

/// The blocks that are not ended yet. What adds to them returns how many bytes are held for that.
#[derive(Clone)]
pub(super) struct Blocks {
    line: VecDeque<Block>,
    /// The index of the first of them.
    index: u32,
    /// Slots of the calls that were told.
    calls: Vec<u32>,
}

impl Blocks {
    pub(super) const fn new() -> Self {
        Self { line: VecDeque::new(), index: 0, calls: Vec::new() }
    }

    pub(super) const fn index(&self) -> u32 {
        self.index
    }

    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Whether a block of this kind is open, alone, and goes on: what comes of it is written at once.
    pub(super) fn is_open(&self, kind: Kind) -> bool {
        let first = self.line.front();
        let is_alone = self.line.len() == 1 || matches!(kind, Kind::Call(_));
        is_alone && first.is_some_and(|block| block.is_open && !block.is_ended && block.kind == kind)
    }

    /// Another block. One that waits for others takes room by itself.
    fn begin(&mut self, kind: Kind) -> Option<&mut Block> {
        self.end_text();
        let size = if self.line.is_empty() { 0 } else { size_of::<Block>() };
        self.line.push_back(Block { counted: size, ..Block::new(kind) });
        self.line.back_mut()
    }

    /// The last block, if it is of this kind and goes on.
    fn last(&mut self, kind: Kind) -> Option<&mut Block> {
        self.line.back_mut().filter(|last| last.kind == kind && !last.is_ended)
    }

    /// More of the last block, if it is of this kind and goes on; else another.
    pub(super) fn add(&mut self, kind: Kind, text: &str) -> usize {
        let size =
            if self.last(kind).is_none() { self.begin(kind).map_or(0, |block| block.counted) } else { 0 };
        let Some(last) = self.last(kind) else { return size };
        last.held.push_str(text);
        last.count(text.len()).saturating_add(size)
    }

    /// A block that is whole.
    pub(super) fn add_whole(&mut self, kind: Kind, data: &str) -> usize {
        self.end_text();
        let bytes = self.add(kind, data);
        self.end_text();
        bytes
    }

    /// A delta of the last block, as JSON on one line, if it is of this kind and goes on.
    pub(super) fn pass(&mut self, kind: Kind, delta: &str) -> Option<usize> {
        let last = self.last(kind)?;
        last.passed.push_str(delta);
        last.passed.push('\n');
        Some(last.count(delta.len().saturating_add(1)))
    }

    /// Signs the thinking that came last, or else nothing, and ends it. Returns the bytes that are held more.
    pub(super) fn sign(&mut self, data: &str) -> usize {
        let bytes = if self.last(Kind::Thinking).is_none() { self.add(Kind::Thinking, "") } else { 0 };
        let Some(last) = self.last(Kind::Thinking) else { return bytes };
        last.signature.push_str(data);
        last.is_ended = true;
        last.count(data.len()).saturating_add(bytes)
    }

    /// What comes next is another block, if it is no call's.
    pub(super) fn end_text(&mut self) {
        if let Some(last) = self.line.back_mut() {
            last.is_ended |= !matches!(last.kind, Kind::Call(_));
        }
    }

    /// All calls that were told.
    pub(super) fn end_calls(&mut self) {
        let calls = self.line.iter_mut().filter(|block| matches!(block.kind, Kind::Call(_)));
        calls.for_each(|call| (call.is_whole, call.is_ended) = (true, true));
    }

    pub(super) fn end_all(&mut self) {
        self.line.iter_mut().for_each(|block| block.is_ended = true);
    }

    /// A call's id, the first that is told, and a piece of its name; nothing, if that cannot be said any more.
    pub(super) fn label(&mut self, slot: u32, id: &str, name: &str, most: usize) -> Option<usize> {
        let mut size = 0;
        if !self.calls.contains(&slot) {
            if self.calls.len() >= most {
                return None;
            }
            self.calls.push(slot);
            size = self.begin(Kind::Call(slot)).map_or(0, |call| call.counted);
        }
        let call = self.call(slot).filter(|call| !call.is_open)?;
        let id = if call.id.is_empty() { id } else { "" };
        let is_late = call.is_whole && !call.name.is_empty();
        let name = if is_late { "" } else { name };
        call.id.push_str(id);
        call.name.push_str(name);
        Some(call.count(id.len().saturating_add(name.len())).saturating_add(size))
    }

    /// A piece of its arguments; nothing, if that cannot be said any more.
    pub(super) fn arguments(&mut self, slot: u32, fragment: &str) -> Option<usize> {
        let call = self.call(slot)?;
        call.is_whole = true;
        call.held.push_str(fragment);
        Some(call.count(fragment.len()))
    }

    pub(super) fn end_call(&mut self, slot: u32) {
        if let Some(call) = self.call(slot) {
            (call.is_whole, call.is_ended) = (true, true);
        }
    }

    fn call(&mut self, slot: u32) -> Option<&mut Block> {
        self.line.iter_mut().find(|block| block.kind == Kind::Call(slot) && !block.is_ended)
    }

    /// Writes what can be: the first block as far as it goes, and the next where it has ended.
    pub(super) fn write(&mut self, stream: &str, budget: &mut Budget, out: &mut Vec<u8>) {
        while let Some(first) = self.line.front_mut().filter(|first| first.is_open || first.can_open()) {
            let index = self.index;
            let signature = core::mem::take(&mut first.signature);
            if !first.is_open {
                first.is_open = true;
                begin(first, index, stream, out);
            }
            let [held, passed] = [&mut first.held, &mut first.passed].map(core::mem::take);
            budget.give_back(core::mem::take(&mut first.counted));
            (first.id, first.name) = (String::new(), String::new());
            if !held.is_empty() && !matches!(first.kind, Kind::Redacted | Kind::Hosted) {
                write_delta(index, first.kind, &held, out);
            }
            passed.lines().for_each(|delta| pass_delta(index, delta, out));
            if !signature.is_empty() {
                write_signature(index, &signature, out);
            }
            if !first.is_ended {
                return;
            }
            end(index, out);
            self.line.pop_front();
            self.index = index.saturating_add(1);
        }
    }
}

fn begin(block: &Block, index: u32, stream: &str, out: &mut Vec<u8>) {
    sse::begin_named("content_block_start", out);
    out.extend_from_slice(b"{\"type\":\"content_block_start\",\"index\":");
    json::number(u64::from(index), out);
    out.extend_from_slice(b",\"content_block\":");
    match block.kind {
        Kind::Text => out.extend_from_slice(b"{\"type\":\"text\",\"text\":\"\""),
        Kind::Thinking => {
            out.extend_from_slice(b"{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"");
        }
        Kind::Redacted => {
            out.extend_from_slice(b"{\"type\":\"redacted_thinking\",\"data\":");
            json::string(&block.held, out);
        }
        Kind::Call(slot) => begin_call(block, slot, stream, out),
        Kind::Hosted => out.extend_from_slice(block.held.as_bytes()),
    }
    out.extend_from_slice(if block.kind == Kind::Hosted { b"}" } else { b"}}" });
    out.extend_from_slice(sse::END);
}

fn begin_call(call: &Block, slot: u32, stream: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"tool_use\",\"id\":");
    if call.id.is_empty() {
        let mut id = String::new();
        ids::call(stream, 0, usize::try_from(slot).unwrap_or(usize::MAX), &mut id);
        json::string(&id, out);
    } else {
        json::string(&call.id, out);
    }
    out.extend_from_slice(b",\"name\":");
    json::string(&call.name, out);
    out.extend_from_slice(b",\"input\":{}");
}

/// A piece of an open block.
pub(super) fn write_delta(index: u32, kind: Kind, text: &str, out: &mut Vec<u8>) {
    begin_delta(index, out);
    out.extend_from_slice(match kind {
        Kind::Text => b"{\"type\":\"text_delta\",\"text\":",
        Kind::Thinking | Kind::Redacted => b"{\"type\":\"thinking_delta\",\"thinking\":",
        Kind::Call(_) | Kind::Hosted => b"{\"type\":\"input_json_delta\",\"partial_json\":",
    });
    json::string(text, out);
    out.extend_from_slice(b"}}\n\n");
}

/// A delta of an open block, as JSON on one line.
pub(super) fn pass_delta(index: u32, delta: &str, out: &mut Vec<u8>) {
    begin_delta(index, out);
    out.extend_from_slice(delta.as_bytes());
    out.extend_from_slice(b"}\n\n");
}

fn write_signature(index: u32, signature: &str, out: &mut Vec<u8>) {
    begin_delta(index, out);
    out.extend_from_slice(b"{\"type\":\"signature_delta\",\"signature\":");
    json::string(signature, out);
    out.extend_from_slice(b"}}\n\n");
}

fn begin_delta(index: u32, out: &mut Vec<u8>) {
    sse::begin_named("content_block_delta", out);
    out.extend_from_slice(b"{\"type\":\"content_block_delta\",\"index\":");
    json::number(u64::from(index), out);
    out.extend_from_slice(b",\"delta\":");
}

fn end(index: u32, out: &mut Vec<u8>) {
    sse::begin_named("content_block_stop", out);
    out.extend_from_slice(b"{\"type\":\"content_block_stop\",\"index\":");
    json::number(u64::from(index), out);
    out.extend_from_slice(b"}\n\n");
}
