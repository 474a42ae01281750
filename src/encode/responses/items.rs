//! Items of text and reasoning: one is open at a time.
//!
//! Knows: how an item, its parts and their text begin, go on and are done. Must not know: calls, the end of the stream.
//!
//! What is held of a part goes to its item's parts when it is done, and from there to the items: each copy is counted once, as
//! the pieces came.

use alloc::vec::Vec;

use super::{ResponsesEncoder, end, item_id, item_index, json, member};
use crate::encode::whole::WholeCallTarget;

/// What a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    Refusal,
    Reasoning,
}

/// The item that is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    index: usize,
    content: Content,
    /// The index of the part that is open in it; none if none is.
    part: Option<u64>,
    /// The index of its next part.
    next: u64,
    /// The part of the stream that it is.
    of: Option<u32>,
}

/// The words of one kind of content.
struct Words {
    part: &'static str,
    index: &'static [u8],
    added: &'static str,
    delta: &'static str,
    done: &'static str,
    part_done: &'static str,
    member: &'static str,
}

impl Content {
    const fn words(self) -> Words {
        match self {
            Self::Text => Words {
                part: "output_text",
                index: b",\"content_index\":",
                added: "response.content_part.added",
                delta: "response.output_text.delta",
                done: "response.output_text.done",
                part_done: "response.content_part.done",
                member: "text",
            },
            Self::Refusal => Words {
                part: "refusal",
                delta: "response.refusal.delta",
                done: "response.refusal.done",
                member: "refusal",
                ..Self::Text.words()
            },
            Self::Reasoning => Words {
                part: "summary_text",
                index: b",\"summary_index\":",
                added: "response.reasoning_summary_part.added",
                delta: "response.reasoning_summary_text.delta",
                done: "response.reasoning_summary_text.done",
                part_done: "response.reasoning_summary_part.done",
                member: "text",
            },
        }
    }

    /// Whether one item can hold both.
    const fn shares_item(self, other: Self) -> bool {
        matches!((self, other), (Self::Reasoning, Self::Reasoning))
            || (!matches!(self, Self::Reasoning) && !matches!(other, Self::Reasoning))
    }
}

/// A part of an item, as it stands.
fn write_part(content: Content, text: &str, out: &mut Vec<u8>) {
    let words = content.words();
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(words.part.as_bytes());
    out.push(b'"');
    member(words.member, text, out);
    if content == Content::Text {
        out.extend_from_slice(b",\"annotations\":[],\"logprobs\":[]");
    }
    out.push(b'}');
}

impl ResponsesEncoder {
    /// A piece of the answer or of its reasoning.
    pub(super) fn piece(&mut self, content: Content, text: &str, out: &mut Vec<u8>) {
        if text.is_empty() {
            return self.create(out);
        }
        let (index, part) = self.open_part(content, out);
        self.hold(text);
        self.about(content.words().delta, content, index, part, out);
        member("delta", text, out);
        if content == Content::Text {
            out.extend_from_slice(b",\"logprobs\":[]");
        }
        end(out);
    }

    fn hold(&mut self, text: &str) {
        self.is_too_long |= !self.budget.take(text.len());
        if self.is_too_long {
            (self.text, self.parts, self.items) =
                (Default::default(), Vec::new(), alloc::vec![Vec::new(); self.items.len()]);
        } else {
            self.text.push_str(text);
        }
    }

    /// Begins an event about a part.
    #[inline]
    fn about(&mut self, kind: &str, content: Content, index: usize, part: u64, out: &mut Vec<u8>) {
        self.begin(kind, out);
        item_index(index, out);
        item_id("item_id", index, out);
        out.extend_from_slice(content.words().index);
        json::number(part, out);
    }

    /// The item and the part of this content that are open; if none is, they begin.
    #[inline]
    fn open_part(&mut self, content: Content, out: &mut Vec<u8>) -> (usize, u64) {
        match self.open {
            Some(Open { index, content: open, part: Some(part), .. }) if open == content => (index, part),
            _ => self.begin_part(content, out),
        }
    }

    fn begin_part(&mut self, content: Content, out: &mut Vec<u8>) -> (usize, u64) {
        self.end_part(out);
        let mut open = self.open_item(content, out);
        let part = open.next;
        (open.content, open.part, open.next) = (content, Some(part), part.saturating_add(1));
        self.open = Some(open);
        self.about(content.words().added, content, open.index, part, out);
        out.extend_from_slice(b",\"part\":");
        write_part(content, "", out);
        end(out);
        (open.index, part)
    }

    /// The open item, if it can hold this content; else another.
    fn open_item(&mut self, content: Content, out: &mut Vec<u8>) -> Open {
        if let Some(open) = self.open.filter(|open| open.content.shares_item(content)) {
            return open;
        }
        self.end_item("", out);
        self.create(out);
        let index = self.add_item();
        self.begin("response.output_item.added", out);
        item_index(index, out);
        out.extend_from_slice(b",\"item\":");
        write_item(content, index, "in_progress", b"", "", out);
        end(out);
        let open = Open { index, content, part: None, next: 0, of: self.cursor };
        self.open = Some(open);
        open
    }

    /// The part that is open is done.
    fn end_part(&mut self, out: &mut Vec<u8>) {
        let Some(open) = &mut self.open else { return };
        let (content, index) = (open.content, open.index);
        let Some(part) = open.part.take() else { return };
        let text = core::mem::take(&mut self.text);
        if self.is_too_long {
            return;
        }
        let words = content.words();
        self.about(words.done, content, index, part, out);
        member(words.member, &text, out);
        if content == Content::Text {
            out.extend_from_slice(b",\"logprobs\":[]");
        }
        end(out);
        self.about(words.part_done, content, index, part, out);
        out.extend_from_slice(b",\"part\":");
        write_part(content, &text, out);
        end(out);
        if !self.parts.is_empty() {
            self.parts.push(b',');
        }
        write_part(content, &text, &mut self.parts);
    }

    /// The item that is open is done, with a blob that belongs to it.
    pub(super) fn end_item(&mut self, blob: &str, out: &mut Vec<u8>) {
        self.end_part(out);
        let Some(open) = self.open.take() else { return };
        let parts = core::mem::take(&mut self.parts);
        if self.is_too_long {
            return;
        }
        let mut item = Vec::new();
        write_item(open.content, open.index, "completed", &parts, blob, &mut item);
        self.done_item(open.index, item, out);
    }

    /// An item is done.
    pub(super) fn done_item(&mut self, index: usize, item: Vec<u8>, out: &mut Vec<u8>) {
        self.begin("response.output_item.done", out);
        item_index(index, out);
        out.extend_from_slice(b",\"item\":");
        out.extend_from_slice(&item);
        end(out);
        if let Some(known) = self.items.get_mut(index) {
            *known = item;
        }
    }

    /// Encrypted reasoning ends its item.
    pub(super) fn encrypted(&mut self, data: &str, out: &mut Vec<u8>) {
        if data.is_empty() || !self.budget.take(data.len()) {
            return self.leave_out();
        }
        self.open_item(Content::Reasoning, out);
        self.end_item(data, out);
    }

    /// What follows is of this part of the stream: another's is over.
    pub(super) fn turn_to(&mut self, part: u32, out: &mut Vec<u8>) {
        self.cursor = Some(part);
        if self.open.is_some_and(|open| open.of != Some(part)) {
            self.end_item("", out);
        }
    }
}

fn write_item(content: Content, index: usize, status: &str, parts: &[u8], blob: &str, out: &mut Vec<u8>) {
    let is_reasoning = content == Content::Reasoning;
    out.extend_from_slice(if is_reasoning { b"{\"type\":\"reasoning\"" } else { b"{\"type\":\"message\"" });
    item_id("id", index, out);
    member("status", status, out);
    out.extend_from_slice(if is_reasoning {
        b",\"summary\":["
    } else {
        b",\"role\":\"assistant\",\"content\":["
    });
    out.extend_from_slice(parts);
    out.push(b']');
    if !blob.is_empty() {
        member("encrypted_content", blob, out);
    }
    out.push(b'}');
}
