//! The end, and what is beside the answer: the finish, usage, errors, extras, the end marker.
//!
//! Knows: what was held for the end. Must not know: how deltas are written.

use alloc::vec::Vec;

use super::{ExtraKind, FinishReason, UiStreamEncoder, Usage, begin, end, member};
use crate::encode::closing::{self, TRUNCATED, with_calls, write_counts, write_details};
use crate::encode::whole::WholeCallTarget;
use crate::encode::{json, sse};

/// An extra: its kind, name and value.
type Extra<'a> = (ExtraKind, &'a str, &'a str);

impl UiStreamEncoder {
    /// How the answer ended, as far as is known: the last word counts.
    pub(super) fn finish_answer(&mut self, reason: FinishReason, saw_tool_calls: bool, out: &mut Vec<u8>) {
        self.start(out);
        self.end_calls(out);
        self.finish = Some(if saw_tool_calls { with_calls(reason) } else { reason });
    }

    /// Holds an error of the peer: the first of its texts that says something.
    pub(super) fn hold_error(&mut self, texts: &[Option<&str>]) {
        let text = texts.iter().flatten().find(|text| !text.is_empty()).copied().unwrap_or_default();
        let start = self.errors.len();
        write_error(text, &mut self.errors);
        if !self.budget.take(self.errors.len().saturating_sub(start)) {
            self.errors.truncate(start);
            self.leave_out();
        }
    }

    /// A part of the host's own kind. Those of the stream wait for the start: its id may still come.
    pub(super) fn extra(&mut self, choice: Option<u32>, extra: Extra<'_>, out: &mut Vec<u8>) {
        if choice.is_some() {
            self.start(out);
        }
        if self.is_started {
            if !self.write_extra(extra, out) {
                self.leave_out();
            }
            return;
        }
        let mut early = core::mem::take(&mut self.early_extras);
        let start = early.len();
        if !self.write_extra(extra, &mut early) || !self.budget.take(early.len().saturating_sub(start)) {
            early.truncate(start);
            self.leave_out();
        }
        self.early_extras = early;
    }

    /// Returns whether its value is JSON; else nothing is written.
    fn write_extra(&mut self, (kind, name, value): Extra<'_>, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        out.extend_from_slice(sse::DATA);
        out.extend_from_slice(b"{\"type\":\"data-");
        out.extend_from_slice(kind.as_str().as_bytes());
        out.extend_from_slice(b"\",\"data\":{\"name\":");
        json::string(name, out);
        out.extend_from_slice(b",\"value\":");
        if !json::value(value, &mut self.scratch, out) {
            out.truncate(start);
            return false;
        }
        out.push(b'}');
        // They come with every token: the message is not to keep them.
        if kind == ExtraKind::Logprobs {
            out.extend_from_slice(b",\"transient\":true");
        }
        end(out);
        true
    }

    /// Nothing more will be told.
    pub(super) fn end(&mut self, is_complete: bool, is_truncated: bool, out: &mut Vec<u8>) {
        if is_truncated && self.options.tell_truncation {
            write_error(TRUNCATED.0, &mut self.errors);
        }
        let missing = self.options.finish_missing.filter(|_| self.errors.is_empty() && self.is_started);
        let finish = self.finish.or(missing);
        let is_whole = is_complete || finish.is_some();
        self.begin_calls(true, out);
        if is_whole {
            self.end_calls(out);
            self.end_part(None, out);
        }
        if !self.early_extras.is_empty() {
            self.start(out);
        }
        self.write_usage(out);
        if is_whole && self.is_started {
            begin("finish-step", out);
            end(out);
        }
        if let Some(reason) = finish {
            self.write_finish(reason, out);
        }
        out.append(&mut self.errors);
        if self.is_started && (is_complete || missing.is_some()) {
            out.extend_from_slice(sse::DONE);
        }
        self.is_over = true;
    }

    fn write_finish(&self, reason: FinishReason, out: &mut Vec<u8>) {
        let reason = if self.calls.is_empty() { reason } else { with_calls(reason) };
        begin("finish", out);
        let word = match reason {
            FinishReason::ToolCalls => "tool-calls",
            FinishReason::ContentFilter => "content-filter",
            FinishReason::Stop | FinishReason::Length | FinishReason::Error | FinishReason::Other => {
                reason.as_str()
            }
        };
        member("finishReason", word, out);
        end(out);
    }

    /// The last snapshot, under the SDK's names.
    fn write_usage(&mut self, out: &mut Vec<u8>) {
        let Some(usage) = closing::usage(self.usage.take(), &self.options) else { return };
        if !self.options.metadata {
            return self.leave_out();
        }
        self.start(out);
        let Usage { input, output, total, cached_input, cache_write, reasoning } = usage;
        begin("message-metadata", out);
        out.extend_from_slice(b",\"messageMetadata\":{\"usage\":{");
        let start = out.len();
        let counts = [("inputTokens", input), ("outputTokens", output), ("totalTokens", total)];
        write_counts(&counts, start, out);
        let of_input = [("cacheReadTokens", cached_input), ("cacheWriteTokens", cache_write)];
        write_details("inputTokenDetails", &of_input, start, out);
        write_details("outputTokenDetails", &[("reasoningTokens", reasoning)], start, out);
        out.extend_from_slice(b"}}");
        end(out);
    }
}

/// An error, as an event.
fn write_error(text: &str, out: &mut Vec<u8>) {
    begin("error", out);
    member("errorText", text, out);
    end(out);
}
