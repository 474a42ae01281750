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
    /// What is held of its text, data or arguments.
    held: String,
    signature: String,
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
            signature: String::new(),
        }
    }

    /// A call waits for its name.
    fn can_open(&self) -> bool {
        !matches!(self.kind, Kind::Call(_)) || self.is_ended || (self.is_whole && !self.name.is_empty())
    }
}

/// The blocks that are not ended yet.
#[derive(Clone, Default)]
pub(super) struct Blocks {
    line: VecDeque<Block>,
    /// The index of the first of them.
    index: u32,
    /// Slots of the calls that were told.
    calls: Vec<u32>,
}

impl Blocks {
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

    /// More of the last block, if it is of this kind and goes on; else another.
    pub(super) fn add(&mut self, kind: Kind, text: &str) {
        match self.line.back_mut() {
            Some(last) if last.kind == kind && !last.is_ended && !last.is_open => last.held.push_str(text),
            _ => {
                self.end_text();
                let mut block = Block::new(kind);
                block.held.push_str(text);
                self.line.push_back(block);
            }
        }
    }

    /// A block that is whole.
    pub(super) fn add_whole(&mut self, kind: Kind, data: &str) {
        self.end_text();
        self.add(kind, data);
        self.end_text();
    }

    /// Signs the thinking that came last, or else nothing.
    pub(super) fn sign(&mut self, data: &str) {
        let is_thinking = |block: &&mut Block| block.kind == Kind::Thinking && !block.is_ended;
        if self.line.back_mut().filter(is_thinking).is_none() {
            self.add(Kind::Thinking, "");
        }
        if let Some(last) = self.line.back_mut() {
            last.signature.push_str(data);
            last.is_ended = true;
        }
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

    /// A call's id, the first that is told, and a piece of its name; whether that can still be said.
    pub(super) fn label(&mut self, slot: u32, id: &str, name: &str, most: usize) -> bool {
        if !self.calls.contains(&slot) {
            if self.calls.len() >= most {
                return false;
            }
            self.calls.push(slot);
            self.end_text();
            self.line.push_back(Block::new(Kind::Call(slot)));
        }
        let Some(call) = self.call(slot).filter(|call| !call.is_open) else { return false };
        call.id.push_str(if call.id.is_empty() { id } else { "" });
        let is_late = call.is_whole && !call.name.is_empty();
        call.name.push_str(if is_late { "" } else { name });
        true
    }

    /// A piece of its arguments; whether that can still be said.
    pub(super) fn arguments(&mut self, slot: u32, fragment: &str) -> bool {
        let Some(call) = self.call(slot) else { return false };
        call.is_whole = true;
        call.held.push_str(fragment);
        true
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
            let held = core::mem::take(&mut first.held);
            budget.give_back([&held, &first.id, &first.name, &signature].iter().map(|text| text.len()).sum());
            (first.id, first.name) = (String::new(), String::new());
            if !held.is_empty() && first.kind != Kind::Redacted {
                write_delta(index, first.kind, &held, out);
            }
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
    out.extend_from_slice(b",\"content_block\":{\"type\":");
    match block.kind {
        Kind::Text => out.extend_from_slice(b"\"text\",\"text\":\"\""),
        Kind::Thinking => out.extend_from_slice(b"\"thinking\",\"thinking\":\"\",\"signature\":\"\""),
        Kind::Redacted => {
            out.extend_from_slice(b"\"redacted_thinking\",\"data\":");
            json::string(&block.held, out);
        }
        Kind::Call(slot) => {
            let mut id = block.id.clone();
            if id.is_empty() {
                ids::call(stream, 0, usize::try_from(slot).unwrap_or(usize::MAX), &mut id);
            }
            out.extend_from_slice(b"\"tool_use\",\"id\":");
            json::string(&id, out);
            out.extend_from_slice(b",\"name\":");
            json::string(&block.name, out);
            out.extend_from_slice(b",\"input\":{}");
        }
    }
    out.extend_from_slice(b"}}\n\n");
}

/// A piece of an open block.
pub(super) fn write_delta(index: u32, kind: Kind, text: &str, out: &mut Vec<u8>) {
    begin_delta(index, out);
    out.extend_from_slice(match kind {
        Kind::Text => b"\"text_delta\",\"text\":",
        Kind::Thinking | Kind::Redacted => b"\"thinking_delta\",\"thinking\":",
        Kind::Call(_) => b"\"input_json_delta\",\"partial_json\":",
    });
    json::string(text, out);
    out.extend_from_slice(b"}}\n\n");
}

fn write_signature(index: u32, signature: &str, out: &mut Vec<u8>) {
    begin_delta(index, out);
    out.extend_from_slice(b"\"signature_delta\",\"signature\":");
    json::string(signature, out);
    out.extend_from_slice(b"}}\n\n");
}

fn begin_delta(index: u32, out: &mut Vec<u8>) {
    sse::begin_named("content_block_delta", out);
    out.extend_from_slice(b"{\"type\":\"content_block_delta\",\"index\":");
    json::number(u64::from(index), out);
    out.extend_from_slice(b",\"delta\":{\"type\":");
}

fn end(index: u32, out: &mut Vec<u8>) {
    sse::begin_named("content_block_stop", out);
    out.extend_from_slice(b"{\"type\":\"content_block_stop\",\"index\":");
    json::number(u64::from(index), out);
    out.extend_from_slice(b"}\n\n");
}
