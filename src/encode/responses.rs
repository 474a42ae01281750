//! [`ResponsesEncoder`]: the events of OpenAI's Responses.
//!
//! Knows: the events around the items, and what was told that is not written yet. Must not know: any other target, JSON's
//! syntax.
//!
//! 1. `response.created` before anything else; items; then one of `response.completed`, `.incomplete`, `.failed`. Every event
//!    has the next `sequence_number`.
//! 2. What was sent in pieces is sent again: the part when it is done, its item, and all items with the last event. So the
//!    whole answer is held (`items`), within the limit; what is longer cannot be said again, and the response has failed.
//! 3. Text and reasoning are items of which one is open at a time; calls are items of their own, open as long as they are.
//! 4. A response has no finish but the kind of its last event: a stop and calls complete it, the others make it incomplete, an
//!    error fails it. A stream that ends without a finish ends without a last event, unless it was complete.
//! 5. Encrypted reasoning is another service's unless the host says otherwise ([`EncodeOptions::signatures`]).
//!
//! Source: OpenAI, *Responses: streaming events*.

mod calls;
mod items;
mod tail;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::calls::Budget;
use super::identity::Identity;
use super::options::EncodeOptions;
use super::whole::{WholeCallTarget, WholeCalls};
use super::{ids, json, sse};
use crate::decoder::Ending;
use crate::delta::{Delta, FinishReason, OpaqueKind, Usage};
use items::{Content, OpenItem};

/// Writes deltas as the events of OpenAI's Responses: the body of an answer with `stream: true`, of content type
/// `text/event-stream`.
///
/// Any wire's deltas will do. What is written decodes without a quirk ([`Wire::Responses`](crate::Wire::Responses)).
///
/// Order: [`ResponsesEncoder::push`] each delta, then [`ResponsesEncoder::finish`] once. What comes after the stream's own end
/// marker is left out, as the decoder leaves it out.
///
/// Cost: two copies of the text, one into the caller's buffer; in steady state nothing is allocated but what that buffer, and
/// the answer that is held, grow by. Held is the whole answer, for the target repeats it, at most
/// [`Limits::event_bytes`](crate::Limits::event_bytes) of [`EncodeOptions::limits`].
///
/// # What the target cannot say
///
/// | told | written |
/// |---|---|
/// | several choices | choice 0, or that of [`EncodeOptions::only_choice`] |
/// | an id, model or date first told after the first content | not; without any, `resp_unknown`, `unknown`, 0 |
/// | a role | always `assistant` |
/// | an answer that is longer than may be held | its pieces; then `response.failed` |
/// | reasoning | a summary, which is what clients read |
/// | encrypted reasoning | `encrypted_content`, by [`EncodeOptions::signatures`]; else not |
/// | signatures | not |
/// | parts that take turns | each turn is an item |
/// | a call without an id, with one that comes late or that another call has | an id made from the stream's |
/// | a name that goes on after its arguments; arguments that come when their call has ended | not |
/// | finish `other` | `stop`, or by option another |
/// | finish `tool_calls` | completed: the calls say it |
/// | an end without a finish | completed; after an error, failed |
/// | several snapshots of usage | the last, with the last event: without one, none |
/// | [`Delta::Restart`], extras, unknown events | not |
///
/// What was left out is counted: [`ResponsesEncoder::left_out`].
///
/// ```
/// use deltaic::{Delta, encode::ResponsesEncoder};
/// let (mut encoder, mut out) = (ResponsesEncoder::new(), Vec::new());
/// encoder.push(Delta::Text { choice: 0, text: "Hi" }, &mut out);
/// assert!(out.starts_with(b"event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"));
/// assert!(out.ends_with(b"\"output_index\":0,\"item_id\":\"item_0\",\"content_index\":0,\"delta\":\"Hi\",\"logprobs\":[]}\n\n"));
/// ```
#[derive(Clone)]
pub struct ResponsesEncoder {
    options: EncodeOptions,
    answer: Identity,
    is_created: bool,
    sequence: u64,
    /// The item of text or reasoning that is open.
    open: Option<OpenItem>,
    /// What is held of its current part.
    text: String,
    /// What is held of its parts that are done, as JSON.
    parts: Vec<u8>,
    /// The part of the stream that deltas are about, on wires that have parts.
    cursor: Option<u32>,
    /// The items by their index, as JSON once they are done.
    items: Vec<Vec<u8>>,
    calls: WholeCalls,
    /// The items of the calls that have begun, by their ordinals.
    call_items: Vec<usize>,
    /// There was no room for all of the answer.
    is_too_long: bool,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    /// The peer's errors: code and message.
    errors: Vec<(String, String)>,
    budget: Budget,
    is_over: bool,
    left_out: u64,
}

impl Default for ResponsesEncoder {
    fn default() -> Self {
        Self::new()
    }
}

impl ResponsesEncoder {
    /// With the default options. Cost: allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_options(EncodeOptions::new())
    }

    /// With these. Cost: allocates nothing.
    #[must_use]
    pub const fn with_options(options: EncodeOptions) -> Self {
        Self {
            budget: Budget::new(options.limits.event_bytes()),
            options,
            answer: Identity::new(),
            is_created: false,
            sequence: 0,
            open: None,
            text: String::new(),
            parts: Vec::new(),
            cursor: None,
            items: Vec::new(),
            calls: WholeCalls::new(),
            call_items: Vec::new(),
            is_too_long: false,
            finish: None,
            usage: None,
            errors: Vec::new(),
            is_over: false,
            left_out: 0,
        }
    }

    /// As new, with the same options: another stream.
    pub fn reset(&mut self) {
        *self = Self::with_options(self.options.clone());
    }

    /// Appends what one delta says to `out`: nothing, or whole events.
    pub fn push(&mut self, delta: Delta<'_>, out: &mut Vec<u8>) {
        if self.is_over || delta.choice().is_some_and(|choice| choice != self.written_choice()) {
            return self.count_left_out();
        }
        match delta {
            Delta::Start { id, model, created } if !self.is_created => {
                self.answer.learn_first(id, model, created, self.options.limits.id_bytes());
            }
            Delta::Start { .. } => {}
            Delta::Role { .. } => self.ensure_created(out),
            Delta::Text { text, .. } => self.write_and_hold_piece(Content::Text, text, out),
            Delta::Refusal { text, .. } => self.write_and_hold_piece(Content::Refusal, text, out),
            Delta::Reasoning { text, .. } => self.write_and_hold_piece(Content::Reasoning, text, out),
            Delta::ReasoningOpaque { kind: OpaqueKind::Encrypted, data, .. } if self.options.signatures => {
                self.end_reasoning_with_encrypted_if_room(data, out);
            }
            Delta::ToolCallStart { slot, id, name, .. } | Delta::ToolCallUpdate { slot, id, name, .. } => {
                self.hold_label_and_begin_ready_or_all(slot, id, name, out);
            }
            Delta::ToolCallArguments { slot, fragment, .. } => {
                self.write_or_hold_arguments(slot, fragment, out)
            }
            Delta::ToolCallEnd { slot, .. } => self.end_call(slot, out),
            Delta::Part { part, .. } => self.switch_stream_part_ending_item(part, out),
            Delta::Finish { reason, .. } => self.end_calls_and_hold_finish(reason, out),
            Delta::Usage(usage) => self.usage = Some(*usage),
            Delta::PeerError { code, kind, message, json: _ } => {
                self.append_held_error_if_room(code.or(kind), message)
            }
            Delta::Keepalive => out.extend_from_slice(sse::COMMENT),
            Delta::Done { marker: _ } => self.end_stream(true, false, out),
            Delta::ReasoningOpaque { .. }
            | Delta::Extra { .. }
            | Delta::Restart { .. }
            | Delta::Unknown { .. } => self.count_left_out(),
        }
    }

    /// Appends what was held for the end to `out`: what is open, errors, and the last event. Nothing if the stream's own end
    /// marker was pushed, for then that was done; nothing the second time.
    pub fn finish(&mut self, ending: &Ending, out: &mut Vec<u8>) {
        if !self.is_over {
            self.end_stream(!ending.is_truncated(), ending.is_truncated(), out);
        }
    }

    /// Deltas that could not be written ([what the target cannot say](ResponsesEncoder#what-the-target-cannot-say)), those of
    /// other choices among them.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The choice that is written.
    fn written_choice(&self) -> u32 {
        self.options.only_choice.unwrap_or(0)
    }

    /// The response begins, unless it has.
    #[inline]
    fn ensure_created(&mut self, out: &mut Vec<u8>) {
        if !self.is_created {
            self.write_created(out);
        }
    }

    #[cold]
    fn write_created(&mut self, out: &mut Vec<u8>) {
        self.is_created = true;
        self.answer.override_or_default_id_and_model(&self.options, ["resp_unknown", ids::MODEL]);
        for kind in ["response.created", "response.in_progress"] {
            self.begin_event(kind, out);
            self.begin_response_object("in_progress", out);
            out.extend_from_slice(
                b",\"error\":null,\"incomplete_details\":null,\"output\":[],\"usage\":null}",
            );
            end_event(out);
        }
    }

    /// Begins an event of this type.
    #[inline]
    fn begin_event(&mut self, kind: &str, out: &mut Vec<u8>) {
        sse::begin_named(kind, out);
        out.extend_from_slice(b"{\"type\":\"");
        out.extend_from_slice(kind.as_bytes());
        out.extend_from_slice(b"\",\"sequence_number\":");
        json::write_number(self.sequence, out);
        self.sequence = self.sequence.saturating_add(1);
    }

    /// The response, up to how it stands.
    fn begin_response_object(&self, status: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"response\":{\"id\":");
        json::write_string(&self.answer.id, out);
        out.extend_from_slice(b",\"object\":\"response\",\"created_at\":");
        json::write_number(self.answer.created.unwrap_or(0), out);
        out.extend_from_slice(b",\"model\":");
        json::write_string(&self.answer.model, out);
        // What typed clients ask for of the request, which nobody told.
        out.extend_from_slice(b",\"instructions\":null,\"metadata\":{},\"parallel_tool_calls\":true,");
        out.extend_from_slice(b"\"temperature\":null,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":null");
        write_string_member("status", status, out);
    }

    /// A new item; its index.
    fn push_empty_item(&mut self) -> usize {
        let index = self.items.len();
        self.items.push(Vec::new());
        index
    }
}

/// A member that is a string; its name is a word of the protocol.
#[inline]
fn write_string_member(name: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    json::write_string(text, out);
}

/// Which item an event is about.
#[inline]
fn write_output_index(index: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"output_index\":");
    json::write_number(u64::try_from(index).unwrap_or(u64::MAX), out);
}

/// The id of an item: its index is, for what clients send back is known by it alone.
#[inline]
fn write_item_id(name: &str, index: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":\"item_");
    json::write_number(u64::try_from(index).unwrap_or(u64::MAX), out);
    out.push(b'"');
}

#[inline]
fn end_event(out: &mut Vec<u8>) {
    out.push(b'}');
    out.extend_from_slice(sse::END);
}

/// Counts: `Debug` prints nothing of the stream.
impl fmt::Debug for ResponsesEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponsesEncoder")
            .field("items", &self.items.len())
            .field("is_over", &self.is_over)
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}
