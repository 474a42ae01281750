//! What every target says at its end: how the answer ended, what it cost.
//!
//! Knows: the words and counts of deltas. Must not know: any target, where in it they stand.

use alloc::vec::Vec;

use super::{json, options::EncodeOptions};
use crate::delta::{FinishReason, Usage};

/// The message and type of the error that tells of a stream that was cut short.
pub(super) const TRUNCATED: (&str, &str) =
    ("the answer was cut short: the service's stream ended early", "truncated");

/// Services say `stop` where a choice made calls; clients go by the word.
pub(super) fn tool_calls_if_stop(reason: FinishReason) -> FinishReason {
    if reason == FinishReason::Stop { FinishReason::ToolCalls } else { reason }
}

/// The usage that is written, if any is known.
pub(super) fn fill_missing_counts_by_option_if_known(
    usage: Option<Usage>,
    options: &EncodeOptions,
) -> Option<Usage> {
    let mut usage = usage.filter(|usage| *usage != Usage::default())?;
    if options.whole_usage {
        let (input, output) = (usage.input.unwrap_or(0), usage.output.unwrap_or(0));
        (usage.input, usage.output) = (Some(input), Some(output));
        usage.total = usage.total.or(Some(input.saturating_add(output)));
    }
    Some(usage)
}

/// Counts by name.
type Counts<'a> = [(&'a str, Option<u64>)];

/// An object of the counts that are known, if one is, in the object whose members begin at `members_start`.
pub(super) fn write_counts_object_if_any(
    name: &str,
    counts: &Counts<'_>,
    members_start: usize,
    out: &mut Vec<u8>,
) {
    if counts.iter().all(|(_, count)| count.is_none()) {
        return;
    }
    comma_unless_first(members_start, out);
    json::write_string(name, out);
    out.extend_from_slice(b":{");
    write_known_counts(counts, out.len(), out);
    out.push(b'}');
}

/// The members that are known, of the object whose members begin at `members_start`.
pub(super) fn write_known_counts(counts: &Counts<'_>, members_start: usize, out: &mut Vec<u8>) {
    for (name, count) in counts {
        if let Some(count) = *count {
            comma_unless_first(members_start, out);
            json::write_string(name, out);
            out.push(b':');
            json::write_number(count, out);
        }
    }
}

/// A comma before every member but the first of the object whose members begin at `members_start`.
pub(super) fn comma_unless_first(members_start: usize, out: &mut Vec<u8>) {
    if out.len() > members_start {
        out.push(b',');
    }
}
