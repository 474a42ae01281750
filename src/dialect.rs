//! Every spelling and place that differs between services: tables only.
//!
//! Knows: names, words, where things may stand. Must not know: everything else; it has no state and calls nobody.
//!
//! A provider's new spelling is one line here and one pair in `corpus/`. There is no provider in it: services come
//! and go, spellings are shared.
//!
//! The tables are `match`es over bytes: the compiler turns them into comparisons by length first. Those of [`names`] have the
//! names that nearly every stream has first.

mod errors;
mod members;
mod names;
mod quirk;
mod quirks;
mod tags;

pub(crate) use errors::{ERROR_OBJECT, ErrorKey, SurveyKey, error_key, names_inner_error, survey_key};
pub(crate) use members::*;
pub(crate) use names::{ByName, Listed, Names};
pub use quirk::{Quirk, QuirkClass};
pub(crate) use quirks::Tolerance;
pub use quirks::{Quirks, QuirksIter};
pub(crate) use tags::THINK;

use crate::delta::FinishReason;

/// Values of `type` with which gateways keep a stream alive.
pub(crate) const PINGS: &[&[u8]] = &[b"ping", b"keepalive"];

/// End markers: a payload that is exactly this (a bracketed one in any case) ends the stream. The first is the
/// reference's.
pub(crate) const DONE: &[&str] = &["[DONE]", "DONE"];

/// End events: with an empty object as data, or none.
pub(crate) const END_EVENTS: &[&str] = &["done", "end", "close"];

/// Which end marker the text, trimmed, is: an ordinal of [`DONE`].
pub(crate) fn done_marker_ordinal(text: &[u8]) -> Option<usize> {
    if text.len() > 8 {
        return None;
    }
    DONE.iter().position(|marker| {
        let bare = text.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(text);
        let bracketed = marker.starts_with('[') && bare.eq_ignore_ascii_case(marker.as_bytes());
        bracketed || bare == marker.as_bytes()
    })
}

/// The event name that makes any data an error.
pub(crate) const ERROR_EVENT: &str = "error";

/// The event name of which the data is text, whatever it looks like.
pub(crate) const TEXT_EVENT: &str = "output";

/// The event name of which the data is what the model printed besides: no answer, and nobody's complaint.
pub(crate) const LOG_EVENT: &str = "logs";

/// A finish reason's meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    /// One of the reference's words.
    Plain(FinishReason),
    /// Another word for one of them.
    Spelled(FinishReason),
    /// Said with every chunk: counts only if nothing better comes.
    Provisional(&'static (FinishReason, &'static str)),
    /// The word `null`.
    Null,
    /// Of no known meaning.
    Unknown,
}

pub(crate) fn finish(word: &[u8]) -> Finish {
    use FinishReason::{ContentFilter, Error, Length, Stop, ToolCalls};
    match word {
        b"stop" => Finish::Plain(Stop),
        b"length" => Finish::Plain(Length),
        b"tool_calls" => Finish::Plain(ToolCalls),
        b"content_filter" => Finish::Plain(ContentFilter),
        b"normal" => Finish::Provisional(&(Stop, "normal")),
        b"null" => Finish::Null,
        b"eos"
        | b"eos_token"
        | b"end_turn"
        | b"stop_sequence"
        | b"COMPLETE"
        | b"STOP"
        | b"STOP_SEQUENCE"
        | b"completed"
        | b"end"
        | b"FINISH_REASON_STOP" => Finish::Spelled(Stop),
        b"max_tokens"
        | b"MAX_TOKENS"
        | b"model_length"
        | b"max_output_tokens"
        | b"token_limit"
        | b"model_context_window_exceeded"
        | b"repetition_truncation"
        | b"FINISH_REASON_LENGTH" => Finish::Spelled(Length),
        b"tool_use" | b"function_call" | b"TOOL_CALL" | b"tool_call" => Finish::Spelled(ToolCalls),
        b"SAFETY"
        | b"RECITATION"
        | b"BLOCKLIST"
        | b"PROHIBITED_CONTENT"
        | b"SPII"
        | b"LANGUAGE"
        | b"IMAGE_SAFETY"
        | b"sensitive"
        | b"refusal"
        | b"guardrail_intervened"
        | b"content_filtered" => Finish::Spelled(ContentFilter),
        b"error"
        | b"ERROR"
        | b"network_error"
        | b"insufficient_system_resource"
        | b"abort"
        | b"cancelled"
        | b"OTHER"
        | b"MALFORMED_FUNCTION_CALL"
        | b"failed" => Finish::Spelled(Error),
        _ => Finish::Unknown,
    }
}

/// A finish word on another wire than chat, whose words count there, too; none where the word says that there is no finish yet.
pub(crate) fn finish_on_other_wires_unless_unfinished(word: &[u8]) -> Option<Finish> {
    use FinishReason::{ContentFilter, Error, Length, Other, Stop, ToolCalls};
    Some(match word {
        b"" | b"null" | b"FINISH_REASON_UNSPECIFIED" | b"not_finished" => return None,
        b"FINISH" | b"done" => Finish::Plain(Stop),
        b"LENGTH"
        | b"limit"
        | b"incomplete"
        | b"budget_exceeded"
        | b"max_completion_tokens"
        | b"max_prompt_tokens" => Finish::Plain(Length),
        b"TOOL_CALL" | b"requires_action" => Finish::Plain(ToolCalls),
        b"IMAGE_PROHIBITED_CONTENT" | b"IMAGE_RECITATION" | b"CONTENT_FILTERED" => {
            Finish::Plain(ContentFilter)
        }
        b"canceled"
        | b"expired"
        | b"UNEXPECTED_TOOL_CALL"
        | b"TOO_MANY_TOOL_CALLS"
        | b"malformed_model_output"
        | b"malformed_tool_use"
        | b"TIMEOUT" => Finish::Plain(Error),
        b"pause_turn" | b"compaction" | b"load" => Finish::Plain(Other),
        _ => finish(word),
    })
}

/// Models that are documented to repeat all the text so far in each chunk. A name counts without what is before its
/// last slash, and with anything after a hyphen.
const CUMULATIVE_MODELS: &[&str] = &["qwen-mt-plus", "qwen-mt-turbo"];

pub(crate) fn is_cumulative_text_model(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    CUMULATIVE_MODELS
        .iter()
        .any(|known| name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}
