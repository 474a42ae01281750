//! Items of text and reasoning: one is open at a time.
//!
//! Knows: how an item, its parts and their text begin, go on and are done. Must not know: calls, the end of the stream.
//!
//! What is held of a part goes to its item's parts when it is done, and from there to the items: each copy is counted once, as
//! the pieces came.

use alloc::vec::Vec;

use super::{ResponsesEncoder, end_event, json, write_item_id, write_output_index, write_string_member};
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
pub(super) struct OpenItem {
    index: usize,
    content: Content,
    /// The index of the part that is open in it; none if none is.
    part: Option<u64>,
    /// The index of its next part.
    next: u64,
    /// The part of the stream that it is.
    of: Option<u32>,
}

/// An open part: the index of its item, and its own in that.
#[derive(Debug, Clone, Copy)]
struct PartAt {
    item: usize,
    part: u64,
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
fn write_part_object(content: Content, text: &str, out: &mut Vec<u8>) {
    let words = content.words();
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(words.part.as_bytes());
    out.push(b'"');
    write_string_member(words.member, text, out);
    if content == Content::Text {
        out.extend_from_slice(b",\"annotations\":[],\"logprobs\":[]");
    }
    out.push(b'}');
}

impl ResponsesEncoder {
    /// A piece of the answer or of its reasoning.
    pub(super) fn write_and_hold_piece(&mut self, content: Content, text: &str, out: &mut Vec<u8>) {
        if text.is_empty() {
            return self.ensure_created(out);
        }
        let at = self.ensure_part_open(content, out);
        self.hold_or_drop_all(text);
        self.begin_part_event(content.words().delta, content, at, out);
        write_string_member("delta", text, out);
        if content == Content::Text {
            out.extend_from_slice(b",\"logprobs\":[]");
        }
        end_event(out);
    }

    fn hold_or_drop_all(&mut self, text: &str) {
        self.is_too_long |= !self.budget.take_if_fits(text.len());
        if self.is_too_long {
            (self.text, self.parts, self.items) =
                (Default::default(), Vec::new(), alloc::vec![Vec::new(); self.items.len()]);
        } else {
            self.text.push_str(text);
        }
    }

    /// Begins an event about a part.
    #[inline]
    fn begin_part_event(&mut self, kind: &str, content: Content, at: PartAt, out: &mut Vec<u8>) {
        self.begin_event(kind, out);
        write_output_index(at.item, out);
        write_item_id("item_id", at.item, out);
        out.extend_from_slice(content.words().index);
        json::write_number(at.part, out);
    }

    /// The item and the part of this content that are open; if none is, they begin.
    #[inline]
    fn ensure_part_open(&mut self, content: Content, out: &mut Vec<u8>) -> PartAt {
        match self.open {
            Some(OpenItem { index, content: open, part: Some(part), .. }) if open == content => {
                PartAt { item: index, part }
            }
            _ => self.end_open_part_and_begin_new(content, out),
        }
    }

    fn end_open_part_and_begin_new(&mut self, content: Content, out: &mut Vec<u8>) -> PartAt {
        self.end_part_if_open(out);
        let mut open = self.ensure_item_open(content, out);
        let part = open.next;
        (open.content, open.part, open.next) = (content, Some(part), part.saturating_add(1));
        self.open = Some(open);
        let at = PartAt { item: open.index, part };
        self.begin_part_event(content.words().added, content, at, out);
        out.extend_from_slice(b",\"part\":");
        write_part_object(content, "", out);
        end_event(out);
        at
    }

    /// The open item, if it can hold this content; else another.
    fn ensure_item_open(&mut self, content: Content, out: &mut Vec<u8>) -> OpenItem {
        if let Some(open) = self.open.filter(|open| open.content.shares_item(content)) {
            return open;
        }
        self.end_item_if_open("", out);
        self.ensure_created(out);
        let index = self.push_empty_item();
        self.begin_event("response.output_item.added", out);
        write_output_index(index, out);
        out.extend_from_slice(b",\"item\":");
        write_content_item(content, index, "in_progress", b"", "", out);
        end_event(out);
        let open = OpenItem { index, content, part: None, next: 0, of: self.cursor };
        self.open = Some(open);
        open
    }

    /// The part that is open is done.
    fn end_part_if_open(&mut self, out: &mut Vec<u8>) {
        let Some(open) = &mut self.open else { return };
        let content = open.content;
        let Some(at) = open.part.take().map(|part| PartAt { item: open.index, part }) else { return };
        let text = core::mem::take(&mut self.text);
        if self.is_too_long {
            return;
        }
        let words = content.words();
        self.begin_part_event(words.done, content, at, out);
        write_string_member(words.member, &text, out);
        if content == Content::Text {
            out.extend_from_slice(b",\"logprobs\":[]");
        }
        end_event(out);
        self.begin_part_event(words.part_done, content, at, out);
        out.extend_from_slice(b",\"part\":");
        write_part_object(content, &text, out);
        end_event(out);
        if !self.parts.is_empty() {
            self.parts.push(b',');
        }
        write_part_object(content, &text, &mut self.parts);
    }

    /// The item that is open is done, with a blob that belongs to it.
    pub(super) fn end_item_if_open(&mut self, blob: &str, out: &mut Vec<u8>) {
        self.end_part_if_open(out);
        let Some(open) = self.open.take() else { return };
        let parts = core::mem::take(&mut self.parts);
        if self.is_too_long {
            return;
        }
        let mut item = Vec::new();
        write_content_item(open.content, open.index, "completed", &parts, blob, &mut item);
        self.write_item_done_and_keep(open.index, item, out);
    }

    /// An item is done.
    pub(super) fn write_item_done_and_keep(&mut self, index: usize, item: Vec<u8>, out: &mut Vec<u8>) {
        self.begin_event("response.output_item.done", out);
        write_output_index(index, out);
        out.extend_from_slice(b",\"item\":");
        out.extend_from_slice(&item);
        end_event(out);
        if let Some(known) = self.items.get_mut(index) {
            *known = item;
        }
    }

    /// Encrypted reasoning ends its item.
    pub(super) fn end_reasoning_with_encrypted_if_room(&mut self, data: &str, out: &mut Vec<u8>) {
        if data.is_empty() || !self.budget.take_if_fits(data.len()) {
            return self.count_left_out();
        }
        self.ensure_item_open(Content::Reasoning, out);
        self.end_item_if_open(data, out);
    }

    /// What follows is of this part of the stream: another's is over.
    pub(super) fn switch_stream_part_ending_item(&mut self, stream_part: u32, out: &mut Vec<u8>) {
        self.cursor = Some(stream_part);
        if self.open.is_some_and(|open| open.of != Some(stream_part)) {
            self.end_item_if_open("", out);
        }
    }
}

fn write_content_item(
    content: Content,
    index: usize,
    status: &str,
    parts: &[u8],
    blob: &str,
    out: &mut Vec<u8>,
) {
    let is_reasoning = content == Content::Reasoning;
    out.extend_from_slice(if is_reasoning { b"{\"type\":\"reasoning\"" } else { b"{\"type\":\"message\"" });
    write_item_id("id", index, out);
    write_string_member("status", status, out);
    out.extend_from_slice(if is_reasoning {
        b",\"summary\":["
    } else {
        b",\"role\":\"assistant\",\"content\":["
    });
    out.extend_from_slice(parts);
    out.push(b']');
    if !blob.is_empty() {
        write_string_member("encrypted_content", blob, out);
    }
    out.push(b'}');
}
