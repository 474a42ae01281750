//! The end: calls and items if whole, held errors (truncation too, by option), then the whole answer if whole or failed.
//!
//! Knows: what was held for it. Must not know: how deltas are written.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::{EncodeOptions, FinishReason, ResponsesEncoder, Usage, end_event, json, write_string_member};
use crate::encode::closing::{self, TRUNCATED, write_counts_object_if_any, write_known_counts};
use crate::encode::whole::WholeCallTarget;

/// The error of an answer that cannot be repeated whole.
const TOO_LONG: (&str, &str) = ("server_error", "the answer is too long to be repeated whole");

/// The error of an answer that failed, of which no more was told.
const FAILED: (&str, &str) = ("server_error", "the service failed");

impl ResponsesEncoder {
    /// How the answer ended, as far as is known: the last word counts.
    pub(super) fn end_calls_and_hold_finish(&mut self, reason: FinishReason, out: &mut Vec<u8>) {
        self.ensure_created(out);
        self.end_all_calls_and_begin_ready(out);
        self.finish = Some(reason);
    }

    /// Holds an error of the peer.
    pub(super) fn append_held_error_if_room(&mut self, code: Option<&str>, message: &str) {
        let code = code.filter(|code| !code.is_empty()).unwrap_or(FAILED.0);
        if self.budget.take_if_fits(code.len().saturating_add(message.len()).saturating_add(64)) {
            self.errors.push((code.to_owned(), message.to_owned()));
        } else {
            self.count_left_out();
        }
    }

    /// Nothing more will be told.
    pub(super) fn end_stream(&mut self, is_complete: bool, is_truncated: bool, out: &mut Vec<u8>) {
        self.is_over = true;
        if is_truncated && self.options.tell_truncation {
            self.errors.push((TRUNCATED.1.to_owned(), TRUNCATED.0.to_owned()));
        }
        let has_errors = !self.errors.is_empty();
        let missing = self.options.finish_missing.filter(|_| !has_errors && self.is_created);
        let finish = self.finish.or(missing);
        let is_whole = is_complete || finish.is_some();
        self.begin_ready_calls(true, out);
        if is_whole {
            self.end_all_calls_and_begin_ready(out);
            self.end_item_if_open("", out);
        }
        if has_errors {
            self.ensure_created(out);
        }
        let errors = core::mem::take(&mut self.errors);
        for (code, message) in &errors {
            self.write_error_event(code, message, out);
        }
        if !self.is_created || !(is_whole || has_errors) {
            return;
        }
        let failed = errors.last().map(|(code, message)| (&**code, &**message));
        self.write_last_event(finish, failed, out);
    }

    fn write_error_event(&mut self, code: &str, message: &str, out: &mut Vec<u8>) {
        self.begin_event("error", out);
        write_string_member("code", code, out);
        write_string_member("message", message, out);
        out.extend_from_slice(b",\"param\":null");
        end_event(out);
    }

    fn write_last_event(
        &mut self,
        finish: Option<FinishReason>,
        error: Option<(&str, &str)>,
        out: &mut Vec<u8>,
    ) {
        let finish = match finish {
            Some(FinishReason::Other) => Some(self.options.replace_error_and_other(FinishReason::Other)),
            finish => finish,
        };
        let failure = match finish {
            _ if self.is_too_long => Some(TOO_LONG),
            None => error,
            Some(FinishReason::Error) => Some(error.unwrap_or(FAILED)),
            Some(_) => None,
        };
        let (kind, status, reason) = match finish {
            _ if failure.is_some() => ("response.failed", "failed", ""),
            Some(FinishReason::Length) => ("response.incomplete", "incomplete", "max_output_tokens"),
            Some(FinishReason::ContentFilter) => ("response.incomplete", "incomplete", "content_filter"),
            _ => ("response.completed", "completed", ""),
        };
        self.begin_event(kind, out);
        self.begin_response_object(status, out);
        write_error_or_null(failure, out);
        out.extend_from_slice(b",\"incomplete_details\":");
        if reason.is_empty() {
            out.extend_from_slice(b"null");
        } else {
            out.extend_from_slice(b"{\"reason\":");
            json::write_string(reason, out);
            out.push(b'}');
        }
        out.extend_from_slice(b",\"output\":[");
        let start = out.len();
        for item in self.items.iter().filter(|item| !item.is_empty()) {
            closing::comma_unless_first(start, out);
            out.extend_from_slice(item);
        }
        out.push(b']');
        write_usage_completed_by_option_or_null(self.usage.take(), &self.options, out);
        out.push(b'}');
        end_event(out);
    }
}

fn write_error_or_null(failure: Option<(&str, &str)>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"error\":");
    let Some((code, message)) = failure else { return out.extend_from_slice(b"null") };
    out.extend_from_slice(b"{\"code\":");
    json::write_string(code, out);
    write_string_member("message", message, out);
    out.push(b'}');
}

fn write_usage_completed_by_option_or_null(usage: Option<Usage>, options: &EncodeOptions, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"usage\":");
    let Some(usage) = closing::fill_missing_counts_by_option_if_known(usage, options) else {
        return out.extend_from_slice(b"null");
    };
    let Usage { input, output, total, cached_input, cache_write, reasoning } = usage;
    out.push(b'{');
    let start = out.len();
    write_known_counts(
        &[("input_tokens", input), ("output_tokens", output), ("total_tokens", total)],
        start,
        out,
    );
    let of_input = [("cached_tokens", cached_input), ("cache_write_tokens", cache_write)];
    write_counts_object_if_any("input_tokens_details", &of_input, start, out);
    write_counts_object_if_any("output_tokens_details", &[("reasoning_tokens", reasoning)], start, out);
    out.push(b'}');
}
