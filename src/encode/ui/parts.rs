//! The parts of the message that hold text or reasoning: one is open at a time.
//!
//! Knows: how they begin, go on and end. Must not know: calls, the end of the stream.

use alloc::vec::Vec;

use super::{UiStreamEncoder, begin_event, end_event, json, write_string_member};
use crate::delta::OpaqueKind;

/// Under which name blobs stand in a part's metadata, where services have theirs under their own.
const METADATA: &str = "deltaic";

/// The part that is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenPart {
    kind: Content,
    id: u64,
    /// The part of the stream that it is.
    part: Option<u32>,
}

/// What a part of the message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    Reasoning,
}

impl UiStreamEncoder {
    #[inline]
    pub(super) fn write_text(&mut self, kind: Content, text: &str, out: &mut Vec<u8>) {
        if text.is_empty() {
            return self.ensure_started(out);
        }
        let id = self.ensure_part_open(kind, out);
        begin_event(kind.delta_type(), out);
        write_part_id(id, out);
        write_string_member("delta", text, out);
        end_event(out);
    }

    /// The id of the open part of this kind; if none is, one begins.
    #[inline]
    fn ensure_part_open(&mut self, kind: Content, out: &mut Vec<u8>) -> u64 {
        match self.open {
            Some(open) if open.kind == kind => open.id,
            Some(_) | None => self.end_open_part_and_begin_new(kind, out),
        }
    }

    fn end_open_part_and_begin_new(&mut self, kind: Content, out: &mut Vec<u8>) -> u64 {
        self.ensure_started(out);
        self.end_part_if_open(None, out);
        let id = self.next;
        self.next = id.saturating_add(1);
        self.open = Some(OpenPart { kind, id, part: self.cursor });
        begin_event(kind.start_type(), out);
        write_part_id(id, out);
        end_event(out);
        id
    }

    /// Ends the part that is open, with a blob that belongs to it.
    pub(super) fn end_part_if_open(&mut self, blob: Option<(OpaqueKind, &str)>, out: &mut Vec<u8>) {
        let Some(open) = self.open.take() else { return };
        begin_event(open.kind.end_type(), out);
        write_part_id(open.id, out);
        if let Some((kind, data)) = blob {
            out.extend_from_slice(b",\"providerMetadata\":{");
            json::write_string(METADATA, out);
            out.extend_from_slice(match kind {
                OpaqueKind::Signature => b":{\"signature\":",
                OpaqueKind::Encrypted => b":{\"redactedData\":",
            });
            json::write_string(data, out);
            out.extend_from_slice(b"}}");
        }
        end_event(out);
    }

    pub(super) fn end_reasoning_with_blob(&mut self, kind: OpaqueKind, data: &str, out: &mut Vec<u8>) {
        if data.is_empty() {
            return self.ensure_started(out);
        }
        self.ensure_part_open(Content::Reasoning, out);
        self.end_part_if_open(Some((kind, data)), out);
    }

    /// What follows is of this part of the stream: another's is over.
    pub(super) fn switch_part_ending_other(&mut self, stream_part: u32, out: &mut Vec<u8>) {
        self.cursor = Some(stream_part);
        if self.open.is_some_and(|open| open.part != Some(stream_part)) {
            self.end_part_if_open(None, out);
        }
    }
}

impl Content {
    const fn start_type(self) -> &'static str {
        match self {
            Self::Text => "text-start",
            Self::Reasoning => "reasoning-start",
        }
    }

    const fn delta_type(self) -> &'static str {
        match self {
            Self::Text => "text-delta",
            Self::Reasoning => "reasoning-delta",
        }
    }

    const fn end_type(self) -> &'static str {
        match self {
            Self::Text => "text-end",
            Self::Reasoning => "reasoning-end",
        }
    }
}

#[inline]
fn write_part_id(id: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"id\":\"");
    json::write_number(id, out);
    out.push(b'"');
}
