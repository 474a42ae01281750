//! [`ChunkEncoder`]: `chat.completion.chunk`, one for each delta.
//!
//! Knows: a chunk's members, and what was told that is not written yet. Must not know: any other target, JSON's syntax.
//!
//! The rules and what cannot be said stand in [the module](super). Here they come to this: one delta is at most one chunk, but
//! for what announces a choice and for the calls that it lets begin; finishes, usage and errors are held for the end (`tail`).
//!
//! Source: OpenAI, *Chat Completions streaming events*; `reasoning_content` after DeepSeek, `reasoning_details` and
//! `native_finish_reason` after OpenRouter.

mod calls;
mod extras;
mod tail;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::calls::{Budget, Calls};
use super::identity::Identity;
use super::options::{EncodeOptions, ReasoningMember};
use super::{ids, json, sse};
use crate::decoder::Ending;
use crate::delta::{Delta, FinishReason, OpaqueKind, Usage};
use crate::parse::cursor::Scratch;

/// Writes deltas as OpenAI's chunks over server-sent events: the body of an answer with `stream: true`, of content type
/// `text/event-stream`.
///
/// Any wire's deltas will do. What is written is the reference form: it decodes without a quirk but for reasoning, which the
/// reference has no member for. The rules, what cannot be said, and a gateway: [`crate::encode`].
///
/// Order: [`ChunkEncoder::push`] each delta, then [`ChunkEncoder::finish`] once. What comes after the stream's own end marker
/// is left out, as the decoder leaves it out.
///
/// Cost: one copy of the text into the caller's buffer; in steady state nothing is allocated but what that buffer grows by.
/// Beside calls whose name is not whole, the last usage and the first errors, nothing is held; all of it is bounded by
/// [`EncodeOptions::limits`].
///
/// ```
/// use deltaic::{Delta, encode::ChunkEncoder};
/// let (mut encoder, mut out) = (ChunkEncoder::new(), Vec::new());
/// encoder.push(Delta::Text { choice: 0, text: "a\n\ndata: [DONE]" }, &mut out);
/// assert_eq!(out.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"data: ")).count(), 2); // role, text
/// assert!(out.ends_with(br#""delta":{"content":"a\n\ndata: [DONE]"},"finish_reason":null}]}
///
/// "#));
/// ```
#[derive(Clone)]
pub struct ChunkEncoder {
    options: EncodeOptions,
    answer: Identity,
    /// How every chunk begins, up to its first choice; empty before the first.
    head: Vec<u8>,
    /// Those announced: dense, by the index that is written.
    choices: Vec<Choice>,
    /// Extras of the stream that came before the first chunk, each as the rest of a chunk, on a line.
    early_extras: Vec<u8>,
    usage: Option<Usage>,
    /// The peer's errors as events.
    errors: Vec<u8>,
    budget: Budget,
    scratch: Scratch,
    /// A value before it is written another way.
    spare: Vec<u8>,
    is_over: bool,
    left_out: u64,
}

/// One choice.
#[derive(Clone, Default)]
struct Choice {
    calls: Calls,
    /// How it ended, as far as is known, and the wire's word.
    finish: Option<(FinishReason, String)>,
    /// The index of the next entry of `reasoning_details`.
    details: u32,
    /// The index of the next entry of a list that is passed on.
    entries: u32,
}

/// Ends a choice, its chunk and the event, after the delta's members.
const AFTER_DELTA: &[u8] = b"},\"finish_reason\":null}]}";

impl Default for ChunkEncoder {
    fn default() -> Self {
        Self::new()
    }
}

impl ChunkEncoder {
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
            head: Vec::new(),
            choices: Vec::new(),
            early_extras: Vec::new(),
            usage: None,
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
        if self.is_over {
            return self.count_left_out();
        }
        match delta {
            Delta::Start { id, model, created } if self.head.is_empty() => {
                self.answer.learn_first(id, model, created, self.options.limits.id_bytes());
            }
            Delta::Start { .. } => {}
            Delta::Role { choice, role: _ } => drop(self.map_choice_and_ensure_announced(choice, out)),
            Delta::Text { choice, text } => self.write_text(choice, "content", text, out),
            Delta::Reasoning { choice, text } => self.write_text(choice, self.reasoning_member(), text, out),
            Delta::Refusal { choice, text } => self.write_text(choice, "refusal", text, out),
            Delta::ReasoningOpaque { choice, kind, data } => {
                self.write_reasoning_detail(choice, kind, data, out)
            }
            Delta::ToolCallStart { choice, slot, id, name }
            | Delta::ToolCallUpdate { choice, slot, id, name } => {
                self.hold_label_and_begin_ready_or_all(choice, slot, id, name, out)
            }
            Delta::ToolCallArguments { choice, slot, fragment } => {
                self.write_or_hold_arguments(choice, slot, fragment, out)
            }
            Delta::ToolCallEnd { choice, slot } => self.end_call_and_begin_ready(choice, slot, out),
            Delta::Extra { choice, kind, name, json } => {
                self.write_or_hold_extra(choice, (kind, name, json), out)
            }
            Delta::Finish { choice, reason, raw, saw_tool_calls } => {
                self.begin_named_calls_and_hold_finish(choice, reason, raw, saw_tool_calls, out);
            }
            Delta::Usage(usage) => self.usage = Some(*usage),
            Delta::PeerError { code, kind, message, json: _ } => {
                self.append_held_error_if_room(code, kind, message)
            }
            Delta::Keepalive => out.extend_from_slice(sse::COMMENT),
            Delta::Done { marker: _ } => self.end_stream(true, false, out),
            Delta::Part { .. } => {}
            Delta::Restart { .. } | Delta::Unknown { .. } => self.count_left_out(),
        }
    }

    /// Appends what was held for the end to `out`: finishes, usage, errors, and the end marker if the stream was complete.
    /// Nothing if its own end marker was pushed, for then that was done; nothing the second time.
    pub fn finish(&mut self, ending: &Ending, out: &mut Vec<u8>) {
        if !self.is_over {
            self.end_stream(!ending.is_truncated(), ending.is_truncated(), out);
        }
    }

    /// Deltas that could not be written ([what a chunk cannot say](crate::encode#what-a-chunk-cannot-say)), but for parts and
    /// ends of calls.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    fn count_left_out(&mut self) {
        self.left_out = self.left_out.saturating_add(1);
    }

    /// From here on every chunk begins alike; what had to wait for that is written.
    #[cold]
    fn build_head_and_write_early_extras(&mut self, out: &mut Vec<u8>) {
        self.answer.override_or_default_id_and_model(&self.options, [ids::STREAM, ids::MODEL]);
        self.head.extend_from_slice(sse::DATA);
        self.head.extend_from_slice(b"{\"id\":");
        json::write_string(&self.answer.id, &mut self.head);
        self.head.extend_from_slice(b",\"object\":\"chat.completion.chunk\",\"created\":");
        json::write_number(self.answer.created.unwrap_or(0), &mut self.head);
        self.head.extend_from_slice(b",\"model\":");
        json::write_string(&self.answer.model, &mut self.head);
        self.head.extend_from_slice(b",\"choices\":[");
        self.write_early_extras_as_chunks(out);
    }

    /// Begins a chunk.
    #[inline]
    fn write_early_extras_once_and_begin_chunk(&mut self, out: &mut Vec<u8>) {
        if self.head.is_empty() {
            self.build_head_and_write_early_extras(out);
        }
        out.extend_from_slice(&self.head);
    }

    /// Begins a chunk about one choice, up to the members of its delta.
    #[inline]
    fn begin_delta(&mut self, choice: u32, out: &mut Vec<u8>) {
        self.write_early_extras_once_and_begin_chunk(out);
        out.extend_from_slice(b"{\"index\":");
        json::write_number(u64::from(choice), out);
        out.extend_from_slice(b",\"delta\":{");
    }

    /// The index under which a choice is written, once it and all before it are announced; none if it is not written.
    #[inline]
    fn map_choice_and_ensure_announced(&mut self, choice: u32, out: &mut Vec<u8>) -> Option<u32> {
        let choice = match self.options.only_choice {
            None => choice,
            Some(only) if only == choice => 0,
            Some(_) => return None,
        };
        let place = usize::try_from(choice).unwrap_or(usize::MAX);
        if place >= self.choices.len() && !self.announce_choices_through_if_within_limit(place, out) {
            return None;
        }
        Some(choice)
    }

    #[cold]
    fn announce_choices_through_if_within_limit(&mut self, place: usize, out: &mut Vec<u8>) -> bool {
        if place >= self.options.limits.choices() {
            self.count_left_out();
            return false;
        }
        while let Some(next) = u32::try_from(self.choices.len()).ok().filter(|_| self.choices.len() <= place)
        {
            self.begin_delta(next, out);
            out.extend_from_slice(b"\"role\":\"assistant\",\"content\":\"\"");
            end_delta(out);
            self.choices.push(Choice::default());
        }
        true
    }

    fn choice_mut(&mut self, announced: u32) -> Option<&mut Choice> {
        self.choices.get_mut(usize::try_from(announced).ok()?)
    }

    const fn reasoning_member(&self) -> &'static str {
        match self.options.reasoning {
            ReasoningMember::ReasoningContent => "reasoning_content",
            ReasoningMember::Reasoning => "reasoning",
        }
    }

    #[inline]
    fn write_text(&mut self, choice: u32, member: &str, text: &str, out: &mut Vec<u8>) {
        let Some(choice) = self.map_choice_and_ensure_announced(choice, out) else { return };
        if text.is_empty() {
            return;
        }
        self.begin_delta(choice, out);
        out.push(b'"');
        out.extend_from_slice(member.as_bytes());
        out.extend_from_slice(b"\":");
        json::write_string(text, out);
        end_delta(out);
    }

    fn write_reasoning_detail(&mut self, choice: u32, kind: OpaqueKind, data: &str, out: &mut Vec<u8>) {
        let Some(choice) = self.map_choice_and_ensure_announced(choice, out).filter(|_| !data.is_empty())
        else {
            return;
        };
        let Some(known) = self.choice_mut(choice) else { return };
        let index = known.details;
        known.details = index.saturating_add(1);
        self.begin_delta(choice, out);
        out.extend_from_slice(b"\"reasoning_details\":[{\"index\":");
        json::write_number(u64::from(index), out);
        out.extend_from_slice(match kind {
            OpaqueKind::Signature => b",\"type\":\"reasoning.text\",\"signature\":",
            OpaqueKind::Encrypted => b",\"type\":\"reasoning.encrypted\",\"data\":",
        });
        json::write_string(data, out);
        out.extend_from_slice(b"}]");
        end_delta(out);
    }
}

fn end_delta(out: &mut Vec<u8>) {
    out.extend_from_slice(AFTER_DELTA);
    out.extend_from_slice(sse::END);
}

/// Counts: `Debug` prints nothing of the stream.
impl fmt::Debug for ChunkEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkEncoder")
            .field("choices", &self.choices.len())
            .field("is_over", &self.is_over)
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}
