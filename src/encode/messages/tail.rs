//! The end: stop reason and usage, then held errors (truncation too, by option), `message_stop` if complete and without error.
//!
//! Knows: what was held for the end. Must not know: how blocks are written.

use alloc::vec::Vec;

use super::{FinishReason, MessagesEncoder, Usage};
use crate::encode::closing::{TRUNCATED, tool_calls_if_stop};
use crate::encode::{json, sse};

impl MessagesEncoder {
    /// How the answer ended, as far as is known: the last word counts.
    pub(super) fn end_calls_and_hold_finish(
        &mut self,
        reason: FinishReason,
        raw: &str,
        saw_tool_calls: bool,
        out: &mut Vec<u8>,
    ) {
        let reason = if saw_tool_calls { tool_calls_if_stop(reason) } else { reason };
        let own = OWN_WORDS.iter().find(|own| **own == (raw, reason)).map(|own| own.0);
        self.finish = Some((reason, own));
        self.blocks.mark_call_names_whole_and_ended();
        self.write_ready_blocks(out);
    }

    /// Holds an error of the peer.
    pub(super) fn append_held_error_if_room(&mut self, kind: Option<&str>, message: &str) {
        let start = self.errors.len();
        write_error_event(kind, message, &mut self.errors);
        if !self.budget.take_if_fits(self.errors.len().saturating_sub(start)) {
            self.errors.truncate(start);
            self.count_left_out();
        }
    }

    /// Nothing more will be told.
    pub(super) fn end_stream(&mut self, is_complete: bool, is_truncated: bool, out: &mut Vec<u8>) {
        self.is_over = true;
        self.blocks.end_all();
        self.write_ready_blocks(out);
        if is_truncated && self.options.tell_truncation {
            write_error_event(Some(TRUNCATED.1), TRUNCATED.0, &mut self.errors);
        }
        let has_error = !self.errors.is_empty();
        let missing = self.options.finish_missing.filter(|_| !has_error && self.has_begun);
        let is_whole = is_complete || missing.is_some();
        let finish = self.finish.or(missing.map(|reason| (reason, None)));
        self.has_role &= is_whole;
        if self.has_role || finish.is_some() || self.usage != Usage::default() || (is_whole && self.has_begun)
        {
            self.write_message_delta(finish, out);
        }
        out.append(&mut self.errors);
        if is_whole && !has_error && self.has_begun {
            sse::begin_named("message_stop", out);
            out.extend_from_slice(b"{\"type\":\"message_stop\"}\n\n");
        }
    }

    fn write_message_delta(
        &mut self,
        reason_and_own_stop_reason: Option<(FinishReason, Option<&str>)>,
        out: &mut Vec<u8>,
    ) {
        self.begin_message_once(out);
        let has_calls = self.blocks.has_calls();
        let reason = reason_and_own_stop_reason.map(|(told, own)| {
            let reason = if has_calls { tool_calls_if_stop(told) } else { told };
            own.filter(|_| reason == told)
                .unwrap_or(stop_reason(self.options.replace_error_and_other(reason)))
        });
        sse::begin_named("message_delta", out);
        out.extend_from_slice(b"{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":");
        json::write_string_or_null(reason, out);
        out.extend_from_slice(b",\"stop_sequence\":null},\"usage\":");
        write_usage_object(&self.usage, out);
        out.extend_from_slice(b"}\n\n");
    }
}

/// Words of the target that say more than our reason, each with the reason that it says.
const OWN_WORDS: [(&str, FinishReason); 4] = [
    ("stop_sequence", FinishReason::Stop),
    ("model_context_window_exceeded", FinishReason::Length),
    ("pause_turn", FinishReason::Other),
    ("compaction", FinishReason::Other),
];

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
pub(super) fn write_usage_object(usage: &Usage, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"input_tokens\":");
    json::write_number(usage.input.unwrap_or(0), out);
    out.extend_from_slice(b",\"output_tokens\":");
    json::write_number(usage.output.unwrap_or(0), out);
    let more = [
        (&b",\"cache_read_input_tokens\":"[..], usage.cached_input),
        (b",\"cache_creation_input_tokens\":", usage.cache_write),
    ];
    for (name, count) in more {
        if let Some(count) = count {
            out.extend_from_slice(name);
            json::write_number(count, out);
        }
    }
    if let Some(reasoning) = usage.reasoning {
        out.extend_from_slice(b",\"output_tokens_details\":{\"thinking_tokens\":");
        json::write_number(reasoning, out);
        out.push(b'}');
    }
    out.push(b'}');
}

fn write_error_event(kind: Option<&str>, message: &str, out: &mut Vec<u8>) {
    sse::begin_named("error", out);
    out.extend_from_slice(b"{\"type\":\"error\",\"error\":{\"type\":");
    json::write_string(kind.filter(|kind| !kind.is_empty()).unwrap_or("api_error"), out);
    out.extend_from_slice(b",\"message\":");
    json::write_string(message, out);
    out.extend_from_slice(b"}}\n\n");
}
