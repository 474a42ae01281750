//! [`UiStreamEncoder`]: the UI message stream, one event for each delta.
//!
//! Knows: the events of the protocol, and what was told that is not written yet. Must not know: any other target, JSON's
//! syntax.
//!
//! 1. In order: `start` and `start-step` before anything else; parts; then `finish-step`, `finish` and the end marker. One
//!    answer is one step: tools are the client's to run.
//! 2. A delta of a part that has not begun makes the client throw, and so does one of a part that has ended. So each part
//!    begins with its first delta, has an id that no other has, and ends before anything else begins: one is open at a time.
//! 3. A call's input is sent in pieces, and again whole when the call has ended (`inputs`): clients run it on that alone. What
//!    is no JSON is an input error.
//! 4. A part keeps the last metadata that it was given, so a blob ends its part. It stands under a name of its own
//!    (`parts::METADATA`): no service takes it for a signature of its own.
//! 5. Clients throw at the first error, and lose what follows: errors go last.
//! 6. Of an answer that was cut short nothing is ended: its open part, and its calls, are seen to be open.
//!
//! What cannot be said: the table of [`UiStreamEncoder`].
//!
//! Source: Vercel, *AI SDK UI: stream protocols*, version 1 of `x-vercel-ai-ui-message-stream`; chunks as of AI SDK 6.

mod inputs;
mod parts;
mod tail;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::calls::Budget;
use super::identity::Identity;
use super::options::EncodeOptions;
use super::whole::{WholeCallTarget, WholeCalls};
use super::{closing, json, sse};
use crate::decoder::Ending;
use crate::delta::{Delta, ExtraKind, FinishReason, Usage};
use crate::parse::cursor::Scratch;
use parts::{Content, OpenPart};

/// Writes deltas as the UI message stream that `useChat` of the AI SDK reads: the body of an answer of content type
/// `text/event-stream` with the header `x-vercel-ai-ui-message-stream: v1`.
///
/// Any wire's deltas will do. What is written decodes without a quirk ([`Wire::UiStream`](crate::Wire::UiStream)).
///
/// Order: [`UiStreamEncoder::push`] each delta, then [`UiStreamEncoder::finish`] once. What comes after the stream's own end
/// marker is left out, as the decoder leaves it out.
///
/// Cost: one copy of the text into the caller's buffer; in steady state nothing is allocated but what that buffer grows by.
/// Held are the arguments of calls that have not ended, for clients want them whole, calls whose name is not, the last usage
/// and the first errors; at most [`Limits::event_bytes`](crate::Limits::event_bytes) of [`EncodeOptions::limits`] together,
/// and as many ids as it has calls.
///
/// # What the target cannot say
///
/// | told | written |
/// |---|---|
/// | several choices | choice 0, or that of [`EncodeOptions::only_choice`]: there is one message |
/// | no id | none; the client makes one up. A host that continues a message gives its id ([`EncodeOptions::id`]), else the client begins another |
/// | an id, model or date first told after the first content | not |
/// | a model, a date, usage | `model`, `created`, `usage` in the message's metadata, where the SDK's hosts put them; not at all without [`EncodeOptions::metadata`] |
/// | several snapshots of usage | the last, in `message-metadata` before the end |
/// | a role | not: it is the assistant's |
/// | a refusal | text |
/// | parts that take turns | each turn is a part |
/// | signatures and encrypted reasoning | `signature`, `redactedData` in the metadata of a part of reasoning, under `deltaic`: never as a service's own. What signs text or a call is a part of its own, without text |
/// | a call without an id, with one that comes late or that another call has | an id made from the stream's: the client knows calls by it |
/// | a name that goes on after its arguments | not |
/// | arguments that come when their call has ended | not: clients may have run it |
/// | a call without arguments | the input `{}` |
/// | arguments that are no JSON, or too long to hold | their pieces; then `tool-input-error` in place of `tool-input-available` |
/// | finish `stop` of an answer that made calls | `tool-calls` |
/// | a service's own finish word | not; all our reasons have their words |
/// | [`Delta::Restart`] | not: what was sent cannot be taken back |
/// | extras | parts `data-logprobs`, `data-annotation`, … with `name` and `value`; of log probabilities transient ones |
/// | an extra that is no JSON | not, but for control characters and numbers that are none: those are escaped, these null |
/// | what else an error's object held | not: its message alone; without one, its type or code |
/// | unknown events | not |
///
/// What was left out is counted: [`UiStreamEncoder::left_out`]. Options that name a finish reason for another target are not
/// asked.
///
/// ```
/// use deltaic::{Delta, FinishReason, encode::UiStreamEncoder};
/// let (mut encoder, mut out) = (UiStreamEncoder::new(), Vec::new());
/// encoder.push(Delta::Text { choice: 0, text: "Hi" }, &mut out);
/// encoder.push(Delta::finish(0, FinishReason::Stop, "stop", false), &mut out);
/// encoder.push(Delta::done("[DONE]"), &mut out);
/// let expected = [
///     r#"{"type":"start"}"#,
///     r#"{"type":"start-step"}"#,
///     r#"{"type":"text-start","id":"0"}"#,
///     r#"{"type":"text-delta","id":"0","delta":"Hi"}"#,
///     r#"{"type":"text-end","id":"0"}"#,
///     r#"{"type":"finish-step"}"#,
///     r#"{"type":"finish","finishReason":"stop"}"#,
///     "[DONE]",
/// ];
/// assert_eq!(String::from_utf8(out)?, expected.map(|data| format!("data: {data}\n\n")).concat());
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
#[derive(Clone)]
pub struct UiStreamEncoder {
    options: EncodeOptions,
    answer: Identity,
    is_started: bool,
    /// The part that is open.
    open: Option<OpenPart>,
    /// The part of the stream that deltas are about, on wires that have parts.
    cursor: Option<u32>,
    /// The id of the next part.
    next: u64,
    calls: WholeCalls,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    /// Extras of the stream that came before the start, as events.
    early_extras: Vec<u8>,
    /// The peer's errors as events.
    errors: Vec<u8>,
    budget: Budget,
    scratch: Scratch,
    is_over: bool,
    left_out: u64,
}

impl Default for UiStreamEncoder {
    fn default() -> Self {
        Self::new()
    }
}

impl UiStreamEncoder {
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
            is_started: false,
            open: None,
            cursor: None,
            next: 0,
            calls: WholeCalls::new(),
            finish: None,
            usage: None,
            early_extras: Vec::new(),
            errors: Vec::new(),
            scratch: Scratch { text: String::new(), escaped: Vec::new() },
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
            Delta::Start { id, model, created } if !self.is_started => {
                self.answer.learn_first(id, model, created, self.options.limits.id_bytes());
            }
            Delta::Start { .. } => {}
            Delta::Role { .. } => self.ensure_started(out),
            Delta::Text { text, .. } | Delta::Refusal { text, .. } => {
                self.write_text(Content::Text, text, out)
            }
            Delta::Reasoning { text, .. } => self.write_text(Content::Reasoning, text, out),
            Delta::ReasoningOpaque { kind, data, .. } => self.end_reasoning_with_blob(kind, data, out),
            Delta::ToolCallStart { slot, id, name, .. } | Delta::ToolCallUpdate { slot, id, name, .. } => {
                self.hold_label_and_begin_ready_or_all(slot, id, name, out);
            }
            Delta::ToolCallArguments { slot, fragment, .. } => {
                self.write_or_hold_arguments(slot, fragment, out)
            }
            Delta::ToolCallEnd { slot, .. } => self.end_call(slot, out),
            Delta::Part { part, .. } => self.switch_part_ending_other(part, out),
            Delta::Extra { choice, kind, name, json } => {
                self.write_or_hold_extra(choice, (kind, name, json), out)
            }
            Delta::Finish { reason, saw_tool_calls, .. } => {
                self.end_calls_and_hold_finish(reason, saw_tool_calls, out)
            }
            Delta::Usage(usage) => self.usage = Some(*usage),
            Delta::PeerError { code, kind, message, json: _ } => {
                self.append_held_error_if_room(&[Some(message), kind, code])
            }
            Delta::Keepalive => out.extend_from_slice(sse::COMMENT),
            Delta::Done { marker: _ } => self.end_stream(true, false, out),
            Delta::Restart { .. } | Delta::Unknown { .. } => self.count_left_out(),
        }
    }

    /// Appends what was held for the end to `out`: usage, the finish, errors, and the end marker if the stream was complete.
    /// Nothing if its own end marker was pushed, for then that was done; nothing the second time.
    pub fn finish(&mut self, ending: &Ending, out: &mut Vec<u8>) {
        if !self.is_over {
            self.end_stream(!ending.is_truncated(), ending.is_truncated(), out);
        }
    }

    /// Deltas that could not be written ([what the target cannot say](UiStreamEncoder#what-the-target-cannot-say)), those of
    /// other choices among them.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The choice that is written.
    fn written_choice(&self) -> u32 {
        self.options.only_choice.unwrap_or(0)
    }

    /// The message begins, unless it has.
    #[inline]
    fn ensure_started(&mut self, out: &mut Vec<u8>) {
        if !self.is_started {
            self.write_start_and_early_extras(out);
        }
    }

    #[cold]
    fn write_start_and_early_extras(&mut self, out: &mut Vec<u8>) {
        self.is_started = true;
        self.answer.override_or_default_id_and_model(&self.options, ["", ""]);
        begin_event("start", out);
        if !self.answer.id.is_empty() {
            write_string_member("messageId", &self.answer.id, out);
        }
        if self.options.metadata && (!self.answer.model.is_empty() || self.answer.created.is_some()) {
            out.extend_from_slice(b",\"messageMetadata\":{");
            let start = out.len();
            closing::write_known_counts(&[("created", self.answer.created)], start, out);
            if !self.answer.model.is_empty() {
                closing::comma_unless_first(start, out);
                out.extend_from_slice(b"\"model\":");
                json::write_string(&self.answer.model, out);
            }
            out.push(b'}');
        }
        end_event(out);
        begin_event("start-step", out);
        end_event(out);
        let early = core::mem::take(&mut self.early_extras);
        out.extend_from_slice(&early);
        self.budget.give_back(early.len());
    }
}

/// Begins an event of this type, which is a word of the protocol.
#[inline]
fn begin_event(kind: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(sse::DATA);
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(kind.as_bytes());
    out.push(b'"');
}

/// A member that is a string; its name is a word of the protocol.
#[inline]
fn write_string_member(name: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    json::write_string(text, out);
}

#[inline]
fn end_event(out: &mut Vec<u8>) {
    out.push(b'}');
    out.extend_from_slice(sse::END);
}

/// Counts: `Debug` prints nothing of the stream.
impl fmt::Debug for UiStreamEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UiStreamEncoder")
            .field("parts", &self.next)
            .field("calls", &self.calls.len())
            .field("is_over", &self.is_over)
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}
