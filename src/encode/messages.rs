//! [`MessagesEncoder`]: the events of Anthropic's Messages.
//!
//! Knows: the events and their order, and what was told that is not written yet. Must not know: any other target, JSON's
//! syntax.
//!
//! 1. `message_start`; for each block `content_block_start`, its deltas, `content_block_stop`; `message_delta` with the stop
//!    reason and usage; `message_stop`. Indices are dense, and one block is open at a time (`blocks`).
//! 2. What comes of another block while a call is open is held, for more of the call may come: it ends where the deltas say so.
//! 3. There is one choice. A refusal is text. Parts that begin anew are blocks of their own.
//! 4. Stop reasons are the target's: `end_turn`, `max_tokens`, `tool_use`, `refusal`; its others where the stream said them.
//! 5. The peer's error goes last; `message_stop` only where the stream was complete and no error is told.
//! 6. Signatures are another service's unless the host says otherwise ([`EncodeOptions::signatures`]).
//!
//! Source: Anthropic, *Streaming Messages*, *Handling stop reasons*, *Citations*, *Web search tool*.

mod blocks;
mod extras;
mod tail;

use core::fmt;

use super::calls::Budget;
use super::identity::Identity;
use super::options::EncodeOptions;
use super::{ids, json, sse};
use crate::decoder::Ending;
use crate::delta::{Delta, FinishReason, OpaqueKind, Usage};
use crate::parse::cursor::Scratch;
use alloc::string::String;
use alloc::vec::Vec;
use blocks::{AddedBytes, Kind, QueuedBlocks};

/// Writes deltas as the events of Anthropic's Messages: the body of an answer with `stream: true`, of content type
/// `text/event-stream`.
///
/// Order: [`MessagesEncoder::push`] each delta, then [`MessagesEncoder::finish`] once. What comes after the stream's own end
/// marker is left out, as the decoder leaves it out. The output decodes without a quirk.
///
/// Cost: one copy of the text into the caller's buffer; in steady state nothing is allocated but what that buffer grows by.
/// What comes of other blocks while a call is open is held, and so are calls whose name is not whole, the last usage and the
/// first errors; at most [`Limits::event_bytes`](crate::Limits::event_bytes) of [`EncodeOptions::limits`] together. Beyond
/// that all blocks are ended as they are.
///
/// # What Messages cannot say
///
/// | told | written |
/// |---|---|
/// | several choices | choice 0, or that of [`EncodeOptions::only_choice`]: there is one message |
/// | an id or model first told after the first content | not: `msg_unknown`, `unknown`, where there is none by then |
/// | a date | not |
/// | a role | always `assistant` |
/// | a refusal | text; the stop reason is `refusal` only where the service filtered |
/// | parts that take turns | each turn is a block; what comes while a call is open follows it |
/// | an answer without parts | a block for each run of text, of reasoning |
/// | signatures and encrypted reasoning | not, but by option: they are taken for the target's own. What signs text or a call signs an empty block of thinking before or after it |
/// | a call without an id, or with an id that comes after its arguments | an id made from the stream's |
/// | a name that goes on after its arguments; arguments that come when their call has ended | not |
/// | arguments that are no JSON | as they are; the official clients throw at them |
/// | finish `error`, `other` | `max_tokens`, `end_turn`, or by option another |
/// | finish `stop` of an answer that made calls | `tool_use` |
/// | a finish word | the reason's; `stop_sequence`, `model_context_window_exceeded`, `pause_turn` and `compaction` as they are. The sequence itself is not told: null |
/// | no usage | 0 of input and output, for clients ask for both; at the start as far as it is known |
/// | several snapshots of usage | the first, and the last; no total |
/// | what the service counts as input ([`Usage::input`](crate::Usage::input)) | as it counts: OpenAI's holds the cached tokens, which clients of Messages add to it |
/// | citations, the blocks of hosted tools | where they are the target's by name: as they are. Those of other wires not |
/// | other extras: log probabilities, images, audio, filter results | not |
/// | [`Delta::Restart`] | not: what was sent cannot be taken back |
/// | what else an error's object held | not: its message and type |
/// | several errors | each; clients raise at the first |
/// | unknown events | not |
///
/// What was left out is counted: [`MessagesEncoder::left_out`].
///
/// ```
/// use deltaic::{Delta, encode::MessagesEncoder};
/// let (mut encoder, mut out) = (MessagesEncoder::new(), Vec::new());
/// encoder.push(Delta::Text { choice: 0, text: "Hi" }, &mut out);
/// assert!(out.ends_with(b"event: content_block_delta\ndata: \
///     {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n"));
/// ```
#[derive(Clone)]
pub struct MessagesEncoder {
    options: EncodeOptions,
    answer: Identity,
    has_begun: bool,
    /// The choice was announced: a whole stream that says no more is an empty answer.
    has_role: bool,
    blocks: QueuedBlocks,
    budget: Budget,
    /// How the answer ended, as far as is known, and the target's own word where the stream had it.
    finish: Option<(FinishReason, Option<&'static str>)>,
    usage: Usage,
    /// The peer's errors as events.
    errors: Vec<u8>,
    scratch: Scratch,
    /// A value before it is written.
    spare: Vec<u8>,
    is_over: bool,
    left_out: u64,
}

const NO_USAGE: Usage =
    Usage { input: None, output: None, total: None, cached_input: None, cache_write: None, reasoning: None };

impl Default for MessagesEncoder {
    fn default() -> Self {
        Self::new()
    }
}

impl MessagesEncoder {
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
            has_begun: false,
            has_role: false,
            blocks: QueuedBlocks::new(),
            finish: None,
            usage: NO_USAGE,
            errors: Vec::new(),
            scratch: Scratch { text: String::new(), escaped: Vec::new() },
            spare: Vec::new(),
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
        let is_other = delta.choice().is_some_and(|choice| choice != self.options.only_choice.unwrap_or(0));
        if self.is_over || is_other {
            return self.count_left_out();
        }
        match delta {
            Delta::Start { id, model, created } if !self.has_begun => {
                self.answer.learn_first(id, model, created, self.options.limits.id_bytes());
            }
            Delta::Start { .. } => {}
            Delta::Text { text, .. } | Delta::Refusal { text, .. } => {
                self.write_or_hold_text(Kind::Text, text, out)
            }
            Delta::Reasoning { text, .. } => self.write_or_hold_text(Kind::Thinking, text, out),
            Delta::ReasoningOpaque { kind, data, .. } => {
                self.write_or_hold_opaque_if_allowed(kind, data, out)
            }
            Delta::ToolCallStart { slot, id, name, .. } | Delta::ToolCallUpdate { slot, id, name, .. } => {
                self.hold_label_and_begin_ready_or_all(slot, id, name, out);
            }
            Delta::ToolCallArguments { slot, fragment, .. } => {
                self.write_or_hold_arguments(slot, fragment, out)
            }
            Delta::ToolCallEnd { slot, .. } => {
                self.blocks.end_call(slot);
                self.write_ready_blocks(out);
            }
            Delta::Finish { reason, raw, saw_tool_calls, .. } => {
                self.end_calls_and_hold_finish(reason, raw, saw_tool_calls, out);
            }
            Delta::Usage(usage) => self.usage = *usage,
            Delta::PeerError { code: _, kind, message, json: _ } => {
                self.append_held_error_if_room(kind, message)
            }
            Delta::Part { .. } => self.blocks.end_last_unless_call(),
            Delta::Keepalive => {
                sse::begin_named("ping", out);
                out.extend_from_slice(b"{\"type\":\"ping\"}\n\n");
            }
            Delta::Done { .. } => self.end_stream(true, false, out),
            Delta::Role { .. } => self.has_role = true,
            Delta::Extra { kind, name, json, .. } => self.write_or_hold_extra_if_own(kind, name, json, out),
            Delta::Restart { .. } | Delta::Unknown { .. } => self.count_left_out(),
        }
    }

    /// Appends what was held for the end to `out`: open blocks, the stop reason, usage, and an error or the end. Nothing if the
    /// stream's own end marker was pushed, for then that was done; nothing the second time.
    pub fn finish(&mut self, ending: &Ending, out: &mut Vec<u8>) {
        if !self.is_over {
            self.end_stream(!ending.is_truncated(), ending.is_truncated(), out);
        }
    }

    /// Deltas that could not be written ([what Messages cannot say](MessagesEncoder#what-messages-cannot-say)), those of other
    /// choices among them; but for roles, parts and dates.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    fn count_left_out(&mut self) {
        self.left_out = self.left_out.saturating_add(1);
    }

    fn write_or_hold_text(&mut self, kind: Kind, text: &str, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        self.begin_message_once(out);
        if self.blocks.may_write_into_open_block(kind) {
            return blocks::write_delta(self.blocks.first_index(), kind, text, out);
        }
        let added = self.blocks.extend_or_begin(kind, text);
        self.count_and_write_ready_or_all(added, out);
    }

    fn write_or_hold_opaque_if_allowed(&mut self, kind: OpaqueKind, data: &str, out: &mut Vec<u8>) {
        if !self.options.signatures {
            return self.count_left_out();
        }
        self.begin_message_once(out);
        let added = match kind {
            OpaqueKind::Signature => self.blocks.sign_and_end_thinking(data),
            OpaqueKind::Encrypted => self.blocks.add_ended(Kind::Redacted, data),
        };
        self.count_and_write_ready_or_all(added, out);
    }

    fn hold_label_and_begin_ready_or_all(
        &mut self,
        slot: u32,
        id: Option<&str>,
        name: Option<&str>,
        out: &mut Vec<u8>,
    ) {
        self.begin_message_once(out);
        let most = self.options.limits;
        let id = id.filter(|id| id.len() <= most.id_bytes()).unwrap_or_default();
        match self.blocks.begin_or_label_call_if_unopened(
            slot,
            id,
            name.unwrap_or_default(),
            most.tool_calls(),
        ) {
            Some(added) => self.count_and_write_ready_or_all(added, out),
            None => self.count_left_out(),
        }
    }

    fn write_or_hold_arguments(&mut self, slot: u32, fragment: &str, out: &mut Vec<u8>) {
        if self.blocks.may_write_into_open_block(Kind::Call(slot)) {
            return blocks::write_delta(self.blocks.first_index(), Kind::Call(slot), fragment, out);
        }
        match self.blocks.end_name_and_hold_arguments(slot, fragment) {
            Some(added) => self.count_and_write_ready_or_all(added, out),
            None => self.count_left_out(),
        }
    }

    /// Counts the bytes that were added to the blocks, and writes what can be: all, if they are too many to hold.
    fn count_and_write_ready_or_all(&mut self, AddedBytes(bytes): AddedBytes, out: &mut Vec<u8>) {
        if !self.budget.take_if_fits(bytes) {
            self.budget.take_anyway(bytes);
            self.blocks.end_all();
        }
        self.write_ready_blocks(out);
    }

    /// Writes what of the blocks can be written.
    fn write_ready_blocks(&mut self, out: &mut Vec<u8>) {
        let Self { blocks, budget, answer, .. } = self;
        blocks.write_ready(&answer.id, budget, out);
    }

    /// The message begins, once.
    fn begin_message_once(&mut self, out: &mut Vec<u8>) {
        if core::mem::replace(&mut self.has_begun, true) {
            return;
        }
        self.answer.override_or_default_id_and_model(&self.options, ["msg_unknown", ids::MODEL]);
        sse::begin_named("message_start", out);
        out.extend_from_slice(b"{\"type\":\"message_start\",\"message\":{\"id\":");
        json::write_string(&self.answer.id, out);
        out.extend_from_slice(b",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
        json::write_string(&self.answer.model, out);
        out.extend_from_slice(b",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
        tail::write_usage_object(&self.usage, out);
        out.extend_from_slice(b"}}\n\n");
    }
}

/// Counts: `Debug` prints nothing of the stream.
impl fmt::Debug for MessagesEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessagesEncoder")
            .field("blocks", &self.blocks.first_index())
            .field("is_over", &self.is_over)
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}
