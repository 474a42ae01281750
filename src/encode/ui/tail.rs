//! What is beside the answer: extras, usage; and the end: finish, errors, end marker. A truncated answer is left open.
//!
//! Knows: what was held for the end. Must not know: how deltas are written.

use alloc::vec::Vec;

use super::{ExtraKind, FinishReason, UiStreamEncoder, Usage, begin_event, end_event, write_string_member};
use crate::encode::closing::{
    self, TRUNCATED, tool_calls_if_stop, write_counts_object_if_any, write_known_counts,
};
use crate::encode::whole::WholeCallTarget;
use crate::encode::{json, sse};

/// An extra: its kind, name and value.
type Extra<'a> = (ExtraKind, &'a str, &'a str);

impl UiStreamEncoder {
    /// How the answer ended, as far as is known: the last word counts.
    pub(super) fn end_calls_and_hold_finish(
        &mut self,
        reason: FinishReason,
        saw_tool_calls: bool,
        out: &mut Vec<u8>,
    ) {
        self.ensure_started(out);
        self.end_all_calls_and_begin_ready(out);
        self.finish = Some(if saw_tool_calls { tool_calls_if_stop(reason) } else { reason });
    }

    /// Holds an error of the peer: the first of its texts that says something.
    pub(super) fn append_held_error_if_room(&mut self, texts_by_preference: &[Option<&str>]) {
        let text =
            texts_by_preference.iter().flatten().find(|text| !text.is_empty()).copied().unwrap_or_default();
        let start = self.errors.len();
        write_error_event(text, &mut self.errors);
        if !self.budget.take_if_fits(self.errors.len().saturating_sub(start)) {
            self.errors.truncate(start);
            self.count_left_out();
        }
    }

    /// A part of the host's own kind. Those of the stream wait for the start: its id may still come.
    pub(super) fn write_or_hold_extra(&mut self, choice: Option<u32>, extra: Extra<'_>, out: &mut Vec<u8>) {
        if choice.is_some() {
            self.ensure_started(out);
        }
        if self.is_started {
            if !self.write_extra_if_valid(extra, out) {
                self.count_left_out();
            }
            return;
        }
        let mut early = core::mem::take(&mut self.early_extras);
        let start = early.len();
        if !self.write_extra_if_valid(extra, &mut early)
            || !self.budget.take_if_fits(early.len().saturating_sub(start))
        {
            early.truncate(start);
            self.count_left_out();
        }
        self.early_extras = early;
    }

    /// Returns whether its value is JSON; else nothing is written.
    fn write_extra_if_valid(&mut self, (kind, name, value): Extra<'_>, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        out.extend_from_slice(sse::DATA);
        out.extend_from_slice(b"{\"type\":\"data-");
        out.extend_from_slice(kind.as_str().as_bytes());
        out.extend_from_slice(b"\",\"data\":{\"name\":");
        json::write_string(name, out);
        out.extend_from_slice(b",\"value\":");
        if !json::write_if_mendable(value, &mut self.scratch, out) {
            out.truncate(start);
            return false;
        }
        out.push(b'}');
        // They come with every token: the message is not to keep them.
        if kind == ExtraKind::Logprobs {
            out.extend_from_slice(b",\"transient\":true");
        }
        end_event(out);
        true
    }

    /// Nothing more will be told.
    pub(super) fn end_stream(&mut self, is_complete: bool, is_truncated: bool, out: &mut Vec<u8>) {
        if is_truncated && self.options.tell_truncation {
            write_error_event(TRUNCATED.0, &mut self.errors);
        }
        let missing = self.options.finish_missing.filter(|_| self.errors.is_empty() && self.is_started);
        let finish = self.finish.or(missing);
        let is_whole = is_complete || finish.is_some();
        self.begin_ready_calls(true, out);
        if is_whole {
            self.end_all_calls_and_begin_ready(out);
            self.end_part_if_open(None, out);
        }
        if !self.early_extras.is_empty() {
            self.ensure_started(out);
        }
        self.write_usage_if_known_and_allowed(out);
        if is_whole && self.is_started {
            begin_event("finish-step", out);
            end_event(out);
        }
        if let Some(reason) = finish {
            self.write_finish_event(reason, out);
        }
        out.append(&mut self.errors);
        if self.is_started && (is_complete || missing.is_some()) {
            out.extend_from_slice(sse::DONE);
        }
        self.is_over = true;
    }

    fn write_finish_event(&self, reason: FinishReason, out: &mut Vec<u8>) {
        let reason = if self.calls.is_empty() { reason } else { tool_calls_if_stop(reason) };
        begin_event("finish", out);
        let word = match reason {
            FinishReason::ToolCalls => "tool-calls",
            FinishReason::ContentFilter => "content-filter",
            FinishReason::Stop | FinishReason::Length | FinishReason::Error | FinishReason::Other => {
                reason.as_str()
            }
        };
        write_string_member("finishReason", word, out);
        end_event(out);
    }

    /// The last snapshot, under the SDK's names.
    fn write_usage_if_known_and_allowed(&mut self, out: &mut Vec<u8>) {
        let Some(usage) = closing::fill_missing_counts_by_option_if_known(self.usage.take(), &self.options)
        else {
            return;
        };
        if !self.options.metadata {
            return self.count_left_out();
        }
        self.ensure_started(out);
        let Usage { input, output, total, cached_input, cache_write, reasoning } = usage;
        begin_event("message-metadata", out);
        out.extend_from_slice(b",\"messageMetadata\":{\"usage\":{");
        let start = out.len();
        let counts = [("inputTokens", input), ("outputTokens", output), ("totalTokens", total)];
        write_known_counts(&counts, start, out);
        let of_input = [("cacheReadTokens", cached_input), ("cacheWriteTokens", cache_write)];
        write_counts_object_if_any("inputTokenDetails", &of_input, start, out);
        write_counts_object_if_any("outputTokenDetails", &[("reasoningTokens", reasoning)], start, out);
        out.extend_from_slice(b"}}");
        end_event(out);
    }
}

/// An error, as an event.
fn write_error_event(text: &str, out: &mut Vec<u8>) {
    begin_event("error", out);
    write_string_member("errorText", text, out);
    end_event(out);
}
