//! The end: finishes (told, or made up by option), usage, errors, the end marker where the stream was complete.
//!
//! Knows: what was held for it. Must not know: how deltas are written.

use super::{ChunkEncoder, sse};
use crate::delta::{FinishReason, Usage};
use crate::encode::closing::{
    self, TRUNCATED, tool_calls_if_stop, write_counts_object_if_any, write_known_counts,
};
use crate::encode::json;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// Longer words of the wire are not passed on.
const LONGEST_WORD: usize = 256;

impl ChunkEncoder {
    /// How a choice ended, as far as is known: the last word counts.
    pub(super) fn begin_named_calls_and_hold_finish(
        &mut self,
        choice: u32,
        reason: FinishReason,
        raw: &str,
        saw_tool_calls: bool,
        out: &mut Vec<u8>,
    ) {
        let Some(choice) = self.map_choice_and_ensure_announced(choice, out) else { return };
        let Some(known) = self.choice_mut(choice) else { return };
        known.calls.mark_all_names_whole();
        let reason = if saw_tool_calls { tool_calls_if_stop(reason) } else { reason };
        let raw = if raw.len() <= LONGEST_WORD { raw } else { "" };
        known.finish = Some((reason, raw.to_owned()));
        self.begin_ready_calls(choice, false, out);
    }

    /// Holds an error of the peer.
    pub(super) fn append_held_error_if_room(
        &mut self,
        code: Option<&str>,
        kind: Option<&str>,
        message: &str,
    ) {
        let start = self.errors.len();
        write_error_event(code, kind, message, &mut self.errors);
        if !self.budget.take_if_fits(self.errors.len().saturating_sub(start)) {
            self.errors.truncate(start);
            self.count_left_out();
        }
    }

    /// Nothing more will be told.
    pub(super) fn end_stream(&mut self, is_complete: bool, is_truncated: bool, out: &mut Vec<u8>) {
        let count = u32::try_from(self.choices.len()).unwrap_or(u32::MAX);
        for choice in 0..count {
            self.begin_ready_calls(choice, true, out);
        }
        if is_truncated && self.options.tell_truncation {
            write_error_event(None, Some(TRUNCATED.1), TRUNCATED.0, &mut self.errors);
        }
        let mut is_finished = count > 0;
        for choice in 0..count {
            is_finished &= self.write_held_or_default_finish_if_any(choice, out);
        }
        if !self.early_extras.is_empty() && self.head.is_empty() {
            self.build_head_and_write_early_extras(out);
        }
        self.write_usage_if_known(out);
        out.append(&mut self.errors);
        // Without a chunk there is no head.
        if (is_complete || (is_finished && self.options.finish_missing.is_some())) && !self.head.is_empty() {
            out.extend_from_slice(sse::DONE);
        }
        self.is_over = true;
    }

    /// Returns whether the choice has a finish.
    fn write_held_or_default_finish_if_any(&mut self, choice: u32, out: &mut Vec<u8>) -> bool {
        let missing = self.options.finish_missing.filter(|_| self.errors.is_empty());
        let Some(known) = self.choice_mut(choice) else { return false };
        let has_calls = !known.calls.is_empty();
        let told = known.finish.take().or(missing.map(|reason| (reason, String::new())));
        let Some((reason, raw)) = told else { return false };
        let reason = if has_calls { tool_calls_if_stop(reason) } else { reason };
        let reason = self.options.replace_error_and_other(reason);
        self.begin_delta(choice, out);
        out.extend_from_slice(b"},\"finish_reason\":");
        json::write_string(reason.as_str(), out);
        if !raw.is_empty() && raw != reason.as_str() {
            out.extend_from_slice(b",\"native_finish_reason\":");
            json::write_string(&raw, out);
        }
        out.extend_from_slice(b"}]}");
        out.extend_from_slice(sse::END);
        true
    }

    fn write_usage_if_known(&mut self, out: &mut Vec<u8>) {
        let Some(usage) = closing::fill_missing_counts_by_option_if_known(self.usage.take(), &self.options)
        else {
            return;
        };
        let Usage { input, output, total, cached_input, cache_write, reasoning } = usage;
        self.write_early_extras_once_and_begin_chunk(out);
        out.extend_from_slice(b"],\"usage\":{");
        let start = out.len();
        let counts = [("prompt_tokens", input), ("completion_tokens", output), ("total_tokens", total)];
        write_known_counts(&counts, start, out);
        let prompt = [("cached_tokens", cached_input), ("cache_write_tokens", cache_write)];
        write_counts_object_if_any("prompt_tokens_details", &prompt, start, out);
        write_counts_object_if_any(
            "completion_tokens_details",
            &[("reasoning_tokens", reasoning)],
            start,
            out,
        );
        out.extend_from_slice(b"}}");
        out.extend_from_slice(sse::END);
    }
}

/// An error, as an event.
fn write_error_event(code: Option<&str>, kind: Option<&str>, message: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(sse::DATA);
    out.extend_from_slice(b"{\"error\":{\"message\":");
    json::write_string(message, out);
    out.extend_from_slice(b",\"type\":");
    json::write_string_or_null(kind, out);
    out.extend_from_slice(b",\"param\":null,\"code\":");
    json::write_string_or_null(code, out);
    out.extend_from_slice(b"}}");
    out.extend_from_slice(sse::END);
}
