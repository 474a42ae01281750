//! [`MessagesEncoder`]: the events of Anthropic's Messages.
//!
//! Knows: the events and their order, and what was told that is not written yet. Must not know: any other target, JSON's
//! syntax.
//!
//! 1. `message_start`; for each block `content_block_start`, its deltas, `content_block_stop`; `message_delta` with the stop
//!    reason and usage; `message_stop`. Indices are dense, and one block is open at a time (`blocks`).
//! 2. What comes of another block while a call is open is held, for more of the call may come: it ends where the deltas say so.
//! 3. There is one choice. A refusal is text. Parts that begin anew are blocks of their own.
//! 4. Stop reasons are the target's: `end_turn`, `max_tokens`, `tool_use`, `refusal`.
//! 5. The peer's error goes last; `message_stop` only where the stream was complete and no error is told.
//! 6. Signatures are another service's unless the host says otherwise ([`EncodeOptions::signatures`]).
//!
//! Source: Anthropic, *Streaming Messages*.

mod blocks;

use core::fmt;

use super::calls::Budget;
use super::options::{EncodeOptions, TRUNCATED};
use super::{ids, json, sse};
use crate::decoder::Ending;
use crate::delta::{Delta, FinishReason, OpaqueKind, Usage};
use alloc::string::String;
use alloc::vec::Vec;
use blocks::{Blocks, Kind};

/// Writes deltas as the events of Anthropic's Messages: the body of an answer with `stream: true`, of content type
/// `text/event-stream`.
///
/// The verbs are those of [`ChunkEncoder`](super::ChunkEncoder). What Messages cannot say: choices but the first (or
/// [`EncodeOptions::only_choice`]), what comes of a call after its end, roles, extras, a total of tokens, a refusal apart from text, the date, restarts, unknown
/// events. It has no usage that is not known: input and output are then 0.
///
/// Cost: one copy into the caller's buffer. What comes of other blocks while a call is open is held, at most
/// [`Limits::event_bytes`](crate::Limits::event_bytes); beyond that all blocks are ended as they are.
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
    id: String,
    model: String,
    has_begun: bool,
    blocks: Blocks,
    budget: Budget,
    finish: Option<FinishReason>,
    usage: Usage,
    errors: Vec<u8>,
    is_over: bool,
    left_out: u64,
}

impl Default for MessagesEncoder {
    fn default() -> Self {
        Self::new()
    }
}

impl MessagesEncoder {
    /// With the default options. Cost: allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::with_options(EncodeOptions::new())
    }

    /// With these. Cost: allocates nothing.
    #[must_use]
    pub fn with_options(options: EncodeOptions) -> Self {
        Self {
            budget: Budget::new(options.limits.event_bytes()),
            options,
            id: String::new(),
            model: String::new(),
            has_begun: false,
            blocks: Blocks::default(),
            finish: None,
            usage: Usage::default(),
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
        let is_other = delta.choice().is_some_and(|choice| choice != self.options.only_choice.unwrap_or(0));
        if self.is_over || is_other {
            return self.leave_out();
        }
        match delta {
            Delta::Start { id, model, created: _ } => self.start(id, model),
            Delta::Text { text, .. } | Delta::Refusal { text, .. } => self.text(Kind::Text, text, out),
            Delta::Reasoning { text, .. } => self.text(Kind::Thinking, text, out),
            Delta::ReasoningOpaque { kind, data, .. } => self.opaque(kind, data, out),
            Delta::ToolCallStart { slot, id, name, .. } | Delta::ToolCallUpdate { slot, id, name, .. } => {
                self.label(slot, id, name, out);
            }
            Delta::ToolCallArguments { slot, fragment, .. } => self.arguments(slot, fragment, out),
            Delta::ToolCallEnd { slot, .. } => {
                self.blocks.end_call(slot);
                self.write_blocks(out);
            }
            Delta::Finish { reason, saw_tool_calls, .. } => {
                let reason = if saw_tool_calls { EncodeOptions::with_calls(reason) } else { reason };
                self.finish = Some(reason);
                self.blocks.end_calls();
                self.write_blocks(out);
            }
            Delta::Usage(usage) => self.usage = *usage,
            Delta::PeerError { code: _, kind, message, json: _ } => self.hold_error(kind, message),
            Delta::Part { .. } => self.blocks.end_text(),
            Delta::Keepalive => {
                sse::begin_named("ping", out);
                out.extend_from_slice(b"{\"type\":\"ping\"}\n\n");
            }
            Delta::Done { .. } => self.end(true, false, out),
            Delta::Role { .. } => {}
            Delta::Restart { .. } | Delta::Unknown { .. } | Delta::Extra { .. } => self.leave_out(),
        }
    }

    /// Appends what was held for the end to `out`: open blocks, the stop reason, usage, and an error or the end. Nothing if the
    /// stream's own end marker was pushed, for then that was done; nothing the second time.
    pub fn finish(&mut self, ending: &Ending, out: &mut Vec<u8>) {
        if !self.is_over {
            self.end(!ending.is_truncated(), ending.is_truncated(), out);
        }
    }

    /// Deltas that could not be written, but for roles, parts and dates.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    fn leave_out(&mut self) {
        self.left_out = self.left_out.saturating_add(1);
    }

    fn start(&mut self, id: Option<&str>, model: Option<&str>) {
        let fits = |text: &&str| !self.has_begun && text.len() <= self.options.limits.id_bytes();
        let (id, model) = (id.filter(fits), model.filter(fits));
        self.id.push_str(id.filter(|_| self.id.is_empty()).unwrap_or_default());
        self.model.push_str(model.filter(|_| self.model.is_empty()).unwrap_or_default());
    }

    fn text(&mut self, kind: Kind, text: &str, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        self.begin(out);
        if self.blocks.is_open(kind) {
            return blocks::write_delta(self.blocks.index(), kind, text, out);
        }
        if self.budget.take(text.len()) {
            self.blocks.add(kind, text);
            self.write_blocks(out);
        } else {
            self.write_all(out);
            self.blocks.add(kind, text);
            self.write_blocks(out);
        }
    }

    fn opaque(&mut self, kind: OpaqueKind, data: &str, out: &mut Vec<u8>) {
        if !self.options.signatures || !self.budget.take(data.len()) {
            return self.leave_out();
        }
        self.begin(out);
        match kind {
            OpaqueKind::Signature => self.blocks.sign(data),
            OpaqueKind::Encrypted => self.blocks.add_whole(Kind::Redacted, data),
        }
        self.write_blocks(out);
    }

    fn label(&mut self, slot: u32, id: Option<&str>, name: Option<&str>, out: &mut Vec<u8>) {
        self.begin(out);
        let most = self.options.limits;
        let id = id.filter(|id| id.len() <= most.id_bytes()).unwrap_or_default();
        let name = name.unwrap_or_default();
        let fits = self.budget.take(id.len().saturating_add(name.len()));
        if !fits || !self.blocks.label(slot, id, name, most.tool_calls()) {
            self.leave_out();
        }
        self.write_blocks(out);
    }

    fn arguments(&mut self, slot: u32, fragment: &str, out: &mut Vec<u8>) {
        if self.blocks.is_open(Kind::Call(slot)) {
            return blocks::write_delta(self.blocks.index(), Kind::Call(slot), fragment, out);
        }
        if !self.budget.take(fragment.len()) {
            self.write_all(out);
        }
        if !self.blocks.arguments(slot, fragment) {
            self.leave_out();
        }
        self.write_blocks(out);
    }

    fn hold_error(&mut self, kind: Option<&str>, message: &str) {
        let start = self.errors.len();
        write_error(kind, message, &mut self.errors);
        if !self.budget.take(self.errors.len().saturating_sub(start)) {
            self.errors.truncate(start);
            self.leave_out();
        }
    }

    /// Writes what of the blocks can be written.
    fn write_blocks(&mut self, out: &mut Vec<u8>) {
        let Self { blocks, budget, id, .. } = self;
        blocks.write(id, budget, out);
    }

    /// Ends all blocks as they are.
    fn write_all(&mut self, out: &mut Vec<u8>) {
        self.blocks.end_all();
        self.write_blocks(out);
    }

    /// The message begins, once.
    fn begin(&mut self, out: &mut Vec<u8>) {
        if core::mem::replace(&mut self.has_begun, true) {
            return;
        }
        let of = |own: &Option<crate::delta::DeltaStr>, stream: &str, unknown: &str| {
            let own = own.as_deref().unwrap_or_default();
            let known = [own, stream, unknown].into_iter().find(|text| !text.is_empty());
            String::from(known.unwrap_or_default())
        };
        self.id = of(&self.options.id, &self.id, "msg_unknown");
        self.model = of(&self.options.model, &self.model, ids::MODEL);
        sse::begin_named("message_start", out);
        out.extend_from_slice(b"{\"type\":\"message_start\",\"message\":{\"id\":");
        json::string(&self.id, out);
        out.extend_from_slice(b",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
        json::string(&self.model, out);
        out.extend_from_slice(b",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
        write_usage(&self.usage, out);
        out.extend_from_slice(b"}}\n\n");
    }

    fn end(&mut self, is_complete: bool, is_truncated: bool, out: &mut Vec<u8>) {
        self.is_over = true;
        self.write_all(out);
        if is_truncated && self.options.tell_truncation {
            write_error(Some(TRUNCATED.1), TRUNCATED.0, &mut self.errors);
        }
        let has_error = !self.errors.is_empty();
        let missing = self.options.finish_missing.filter(|_| !has_error && self.has_begun);
        let is_whole = is_complete || (self.finish.is_none() && missing.is_some());
        let reason = self.finish.or(missing);
        if reason.is_some() || self.usage != Usage::default() || (is_whole && self.has_begun) {
            self.write_end(reason, out);
        }
        out.append(&mut self.errors);
        if is_whole && !has_error && self.has_begun {
            sse::begin_named("message_stop", out);
            out.extend_from_slice(b"{\"type\":\"message_stop\"}\n\n");
        }
    }

    fn write_end(&mut self, reason: Option<FinishReason>, out: &mut Vec<u8>) {
        self.begin(out);
        let has_calls = self.blocks.has_calls();
        let reason = reason.map(|reason| {
            let reason = if has_calls { EncodeOptions::with_calls(reason) } else { reason };
            stop_reason(self.options.sayable(reason))
        });
        sse::begin_named("message_delta", out);
        out.extend_from_slice(b"{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":");
        json::optional_string(reason, out);
        out.extend_from_slice(b",\"stop_sequence\":null},\"usage\":");
        write_usage(&self.usage, out);
        out.extend_from_slice(b"}\n\n");
    }
}

/// The target's word; errors and others have been put into one of the others.
const fn stop_reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::Error | FinishReason::Other => "end_turn",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter => "refusal",
    }
}

/// Clients want the first two.
fn write_usage(usage: &Usage, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"input_tokens\":");
    json::number(usage.input.unwrap_or(0), out);
    out.extend_from_slice(b",\"output_tokens\":");
    json::number(usage.output.unwrap_or(0), out);
    let more = [
        (&b",\"cache_read_input_tokens\":"[..], usage.cached_input),
        (b",\"cache_creation_input_tokens\":", usage.cache_write),
    ];
    for (name, count) in more {
        if let Some(count) = count {
            out.extend_from_slice(name);
            json::number(count, out);
        }
    }
    if let Some(reasoning) = usage.reasoning {
        out.extend_from_slice(b",\"output_tokens_details\":{\"thinking_tokens\":");
        json::number(reasoning, out);
        out.push(b'}');
    }
    out.push(b'}');
}

fn write_error(kind: Option<&str>, message: &str, out: &mut Vec<u8>) {
    sse::begin_named("error", out);
    out.extend_from_slice(b"{\"type\":\"error\",\"error\":{\"type\":");
    json::string(kind.filter(|kind| !kind.is_empty()).unwrap_or("api_error"), out);
    out.extend_from_slice(b",\"message\":");
    json::string(message, out);
    out.extend_from_slice(b"}}\n\n");
}

/// Counts: `Debug` prints nothing of the stream.
impl fmt::Debug for MessagesEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessagesEncoder")
            .field("blocks", &self.blocks.index())
            .field("is_over", &self.is_over)
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}
