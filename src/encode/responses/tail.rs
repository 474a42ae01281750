//! The end: errors, and the last event with the whole answer.
//!
//! Knows: what was held for it. Must not know: how deltas are written.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::{EncodeOptions, FinishReason, ResponsesEncoder, Usage, end, json, member};
use crate::encode::closing::{self, TRUNCATED, write_counts, write_details};
use crate::encode::whole::WholeCallTarget;

/// The error of an answer that cannot be repeated whole.
const TOO_LONG: (&str, &str) = ("server_error", "the answer is too long to be repeated whole");

/// The error of an answer that failed, of which no more was told.
const FAILED: (&str, &str) = ("server_error", "the service failed");

impl ResponsesEncoder {
    /// How the answer ended, as far as is known: the last word counts.
    pub(super) fn finish_answer(&mut self, reason: FinishReason, out: &mut Vec<u8>) {
        self.create(out);
        self.end_calls(out);
        self.finish = Some(reason);
    }

    /// Holds an error of the peer.
    pub(super) fn hold_error(&mut self, code: Option<&str>, message: &str) {
        let code = code.filter(|code| !code.is_empty()).unwrap_or(FAILED.0);
        if self.budget.take(code.len().saturating_add(message.len()).saturating_add(64)) {
            self.errors.push((code.to_owned(), message.to_owned()));
        } else {
            self.leave_out();
        }
    }

    /// Nothing more will be told.
    pub(super) fn end(&mut self, is_complete: bool, is_truncated: bool, out: &mut Vec<u8>) {
        self.is_over = true;
        if is_truncated && self.options.tell_truncation {
            self.errors.push((TRUNCATED.1.to_owned(), TRUNCATED.0.to_owned()));
        }
        let has_errors = !self.errors.is_empty();
        let missing = self.options.finish_missing.filter(|_| !has_errors && self.is_created);
        let finish = self.finish.or(missing);
        let is_whole = is_complete || finish.is_some();
        self.begin_calls(true, out);
        if is_whole {
            self.end_calls(out);
            self.end_item("", out);
        }
        if has_errors {
            self.create(out);
        }
        let errors = core::mem::take(&mut self.errors);
        for (code, message) in &errors {
            self.write_error(code, message, out);
        }
        if !self.is_created || !(is_whole || has_errors) {
            return;
        }
        let failed = errors.last().map(|(code, message)| (&**code, &**message));
        self.write_last(finish, failed, out);
    }

    fn write_error(&mut self, code: &str, message: &str, out: &mut Vec<u8>) {
        self.begin("error", out);
        member("code", code, out);
        member("message", message, out);
        out.extend_from_slice(b",\"param\":null");
        end(out);
    }

    fn write_last(&mut self, finish: Option<FinishReason>, error: Option<(&str, &str)>, out: &mut Vec<u8>) {
        let finish = match finish {
            Some(FinishReason::Other) => Some(self.options.sayable(FinishReason::Other)),
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
        self.begin(kind, out);
        self.write_response(status, out);
        write_failure(failure, out);
        out.extend_from_slice(b",\"incomplete_details\":");
        if reason.is_empty() {
            out.extend_from_slice(b"null");
        } else {
            out.extend_from_slice(b"{\"reason\":");
            json::string(reason, out);
            out.push(b'}');
        }
        out.extend_from_slice(b",\"output\":[");
        let start = out.len();
        for item in self.items.iter().filter(|item| !item.is_empty()) {
            closing::separate(start, out);
            out.extend_from_slice(item);
        }
        out.push(b']');
        write_usage(self.usage.take(), &self.options, out);
        out.push(b'}');
        end(out);
    }
}

fn write_failure(failure: Option<(&str, &str)>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"error\":");
    let Some((code, message)) = failure else { return out.extend_from_slice(b"null") };
    out.extend_from_slice(b"{\"code\":");
    json::string(code, out);
    member("message", message, out);
    out.push(b'}');
}

fn write_usage(usage: Option<Usage>, options: &EncodeOptions, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"usage\":");
    let Some(usage) = closing::usage(usage, options) else { return out.extend_from_slice(b"null") };
    let Usage { input, output, total, cached_input, cache_write, reasoning } = usage;
    out.push(b'{');
    let start = out.len();
    write_counts(&[("input_tokens", input), ("output_tokens", output), ("total_tokens", total)], start, out);
    let of_input = [("cached_tokens", cached_input), ("cache_write_tokens", cache_write)];
    write_details("input_tokens_details", &of_input, start, out);
    write_details("output_tokens_details", &[("reasoning_tokens", reasoning)], start, out);
    out.push(b'}');
}
