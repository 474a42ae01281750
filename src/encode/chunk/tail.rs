//! The end: finishes, usage, errors, the end marker.
//!
//! Knows: what was held for it. Must not know: how deltas are written.

use super::{ChunkEncoder, EncodeOptions, sse};
use crate::delta::{FinishReason, Usage};
use crate::encode::json;
use crate::encode::options::TRUNCATED;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// Longer words of the wire are not passed on.
const LONGEST_WORD: usize = 256;

impl ChunkEncoder {
    /// How a choice ended, as far as is known: the last word counts.
    pub(super) fn finish_choice(
        &mut self,
        choice: u32,
        reason: FinishReason,
        raw: &str,
        saw_tool_calls: bool,
        out: &mut Vec<u8>,
    ) {
        let Some(choice) = self.announce(choice, out) else { return };
        let Some(known) = self.choice(choice) else { return };
        known.calls.end_all();
        let reason = if saw_tool_calls { EncodeOptions::with_calls(reason) } else { reason };
        let raw = if raw.len() <= LONGEST_WORD { raw } else { "" };
        known.finish = Some((reason, raw.to_owned()));
        self.begin_calls(choice, false, out);
    }

    /// Holds an error of the peer.
    pub(super) fn hold_error(&mut self, code: Option<&str>, kind: Option<&str>, message: &str) {
        let start = self.errors.len();
        write_error(code, kind, message, &mut self.errors);
        if !self.budget.take(self.errors.len().saturating_sub(start)) {
            self.errors.truncate(start);
            self.leave_out();
        }
    }

    /// Nothing more will be told.
    pub(super) fn end(&mut self, is_complete: bool, is_truncated: bool, out: &mut Vec<u8>) {
        let count = u32::try_from(self.choices.len()).unwrap_or(u32::MAX);
        for choice in 0..count {
            self.begin_calls(choice, true, out);
        }
        if is_truncated && self.options.tell_truncation {
            write_error(None, Some(TRUNCATED.1), TRUNCATED.0, &mut self.errors);
        }
        let mut is_finished = count > 0;
        for choice in 0..count {
            is_finished &= self.write_finish(choice, out);
        }
        if !self.early_extras.is_empty() && self.head.is_empty() {
            self.settle(out);
        }
        self.write_usage(out);
        out.append(&mut self.errors);
        // Without a chunk there is no head.
        if (is_complete || (is_finished && self.options.finish_missing.is_some())) && !self.head.is_empty() {
            out.extend_from_slice(sse::DONE);
        }
        self.is_over = true;
    }

    /// Returns whether the choice has a finish.
    fn write_finish(&mut self, choice: u32, out: &mut Vec<u8>) -> bool {
        let missing = self.options.finish_missing.filter(|_| self.errors.is_empty());
        let Some(known) = self.choice(choice) else { return false };
        let has_calls = !known.calls.is_empty();
        let told = known.finish.take().or(missing.map(|reason| (reason, String::new())));
        let Some((reason, raw)) = told else { return false };
        let reason = if has_calls { EncodeOptions::with_calls(reason) } else { reason };
        let reason = self.options.sayable(reason);
        self.begin_delta(choice, out);
        out.extend_from_slice(b"},\"finish_reason\":");
        json::string(reason.as_str(), out);
        if !raw.is_empty() && raw != reason.as_str() {
            out.extend_from_slice(b",\"native_finish_reason\":");
            json::string(&raw, out);
        }
        out.extend_from_slice(b"}]}");
        out.extend_from_slice(sse::END);
        true
    }

    fn write_usage(&mut self, out: &mut Vec<u8>) {
        let Some(mut usage) = self.usage.take().filter(|usage| *usage != Usage::default()) else { return };
        if self.options.whole_usage {
            let (input, output) = (usage.input.unwrap_or(0), usage.output.unwrap_or(0));
            (usage.input, usage.output) = (Some(input), Some(output));
            usage.total = usage.total.or(Some(input.saturating_add(output)));
        }
        let Usage { input, output, total, cached_input, cache_write, reasoning } = usage;
        self.begin_chunk(out);
        out.extend_from_slice(b"],\"usage\":{");
        let start = out.len();
        let counts = [("prompt_tokens", input), ("completion_tokens", output), ("total_tokens", total)];
        write_counts(&counts, start, out);
        let prompt = [("cached_tokens", cached_input), ("cache_write_tokens", cache_write)];
        write_details("prompt_tokens_details", &prompt, start, out);
        write_details("completion_tokens_details", &[("reasoning_tokens", reasoning)], start, out);
        out.extend_from_slice(b"}}");
        out.extend_from_slice(sse::END);
    }
}

type Counts<'a> = [(&'a str, Option<u64>)];

fn write_details(name: &str, counts: &Counts<'_>, start: usize, out: &mut Vec<u8>) {
    if counts.iter().all(|(_, count)| count.is_none()) {
        return;
    }
    separate(start, out);
    json::string(name, out);
    out.extend_from_slice(b":{");
    write_counts(counts, out.len(), out);
    out.push(b'}');
}

/// The members that are known, of the object whose members begin at `start`.
fn write_counts(counts: &Counts<'_>, start: usize, out: &mut Vec<u8>) {
    for (name, count) in counts {
        if let Some(count) = *count {
            separate(start, out);
            json::string(name, out);
            out.push(b':');
            json::number(count, out);
        }
    }
}

fn separate(start: usize, out: &mut Vec<u8>) {
    if out.len() > start {
        out.push(b',');
    }
}

/// An error, as an event.
fn write_error(code: Option<&str>, kind: Option<&str>, message: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(sse::DATA);
    out.extend_from_slice(b"{\"error\":{\"message\":");
    json::string(message, out);
    out.extend_from_slice(b",\"type\":");
    json::optional_string(kind, out);
    out.extend_from_slice(b",\"param\":null,\"code\":");
    json::optional_string(code, out);
    out.extend_from_slice(b"}}");
    out.extend_from_slice(sse::END);
}
