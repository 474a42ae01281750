//! Every spelling and place that differs between services: tables only.
//!
//! Knows: names, words, where things may stand. Must not know: everything else; it has no state and calls nobody.
//!
//! A provider's new spelling is one line here and one pair in `corpus/`. There is no provider in it: services come
//! and go, spellings are shared.
//!
//! The tables are `match`es over bytes: the compiler turns them into comparisons by length first.

mod errors;
mod quirk;
mod quirks;
mod tags;

pub(crate) use errors::{ERROR_OBJECT, ErrorKey, SurveyKey, error_key, names_inner_error, survey_key};
pub use quirk::{Quirk, QuirkClass};
pub(crate) use quirks::Tolerance;
pub use quirks::{Quirks, QuirksIter};
pub(crate) use tags::THINK;

use crate::delta::{ExtraKind, FinishReason};
use crate::record::Counter;

/// Values of `type` with which gateways keep a stream alive.
pub(crate) const PINGS: &[&[u8]] = &[b"ping", b"keepalive"];

/// End markers: a payload that is exactly this (a bracketed one in any case) ends the stream. The first is the
/// reference's.
pub(crate) const DONE: &[&str] = &["[DONE]", "DONE"];

/// End events: with an empty object as data, or none.
pub(crate) const END_EVENTS: &[&str] = &["done", "end", "close"];

/// Which end marker the text, trimmed, is: an ordinal of [`DONE`].
pub(crate) fn done_marker(text: &[u8]) -> Option<usize> {
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

/// Members of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChunkKey {
    Id,
    Model,
    Created,
    Object,
    Choices,
    Usage,
    /// An object beside `choices` whose `usage` is the chunk's.
    UsageBox,
    Error,
    Finish,
    Extra(ExtraKind),
    /// Padding against guessing tokens by their length: another value in every chunk, so shapes need not wait to see it vary.
    Noise,
    /// The model under another name.
    ModelSpelling,
    Other,
}

pub(crate) fn chunk_key(key: &[u8]) -> ChunkKey {
    use ChunkKey::{
        Choices, Created, Error, Extra, Finish, Id, Model, ModelSpelling, Noise, Object, Other, Usage,
        UsageBox,
    };
    match key {
        b"id" => Id,
        b"object" => Object,
        b"created" => Created,
        b"model" => Model,
        b"choices" => Choices,
        b"usage" => Usage,
        b"x_groq" => UsageBox,
        b"obfuscation" | b"p" => Noise,
        b"error" => Error,
        b"finish_reason" => Finish,
        b"prompt_filter_results" | b"prompt_annotations" | b"moderation" => Extra(ExtraKind::Safety),
        b"citations" | b"search_results" | b"web_search" | b"related_questions" => {
            Extra(ExtraKind::Annotation)
        }
        b"images" => Extra(ExtraKind::Image),
        b"model_id" => ModelSpelling,
        _ => Other,
    }
}

/// Whether `object` names a chunk or completion; services vary it, so it only helps where `choices` is missing.
pub(crate) fn names_chunk(object: &[u8]) -> bool {
    object.starts_with(b"chat.completion") || object.starts_with(b"text_completion")
}

/// Members of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChoiceKey {
    Index,
    Delta,
    Message,
    Text,
    Finish,
    Usage,
    Extra(ExtraKind),
    Other,
}

pub(crate) fn choice_key(key: &[u8]) -> ChoiceKey {
    match key {
        b"index" => ChoiceKey::Index,
        b"delta" => ChoiceKey::Delta,
        b"message" => ChoiceKey::Message,
        b"text" => ChoiceKey::Text,
        b"finish_reason" => ChoiceKey::Finish,
        b"usage" => ChoiceKey::Usage,
        b"logprobs" => ChoiceKey::Extra(ExtraKind::Logprobs),
        b"content_filter_results" | b"content_filter_offsets" | b"content_filter_result" => {
            ChoiceKey::Extra(ExtraKind::Safety)
        }
        _ => ChoiceKey::Other,
    }
}

/// Members of a delta (or of a message in its place).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeltaKey {
    Role,
    Content,
    Refusal,
    /// Reasoning in a member of its own.
    Reasoning(ReasoningSource),
    /// Reasoning as typed entries.
    ReasoningDetails(ReasoningSource),
    ToolCalls,
    FunctionCall,
    Finish,
    Extra(ExtraKind),
    Other,
}

/// Where reasoning may stand, best first: of several in one choice the first that says something counts. Each spelling has
/// its own, so that none of them can be taken for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasoningSource {
    ReasoningContent,
    Reasoning,
    ReasoningText,
    Thinking,
    /// Thinking parts inside `content`.
    ContentParts,
    ReasoningDetails,
    /// The last: see [`ReasoningSource::COUNT`].
    ThinkingBlocks,
}

impl ReasoningSource {
    /// How many there are.
    pub(crate) const COUNT: usize = Self::ThinkingBlocks as usize + 1;
}

pub(crate) fn delta_key(key: &[u8]) -> DeltaKey {
    match key {
        b"role" => DeltaKey::Role,
        b"content" => DeltaKey::Content,
        b"refusal" => DeltaKey::Refusal,
        b"reasoning_content" => DeltaKey::Reasoning(ReasoningSource::ReasoningContent),
        b"reasoning" => DeltaKey::Reasoning(ReasoningSource::Reasoning),
        b"reasoning_text" => DeltaKey::Reasoning(ReasoningSource::ReasoningText),
        b"thinking" => DeltaKey::Reasoning(ReasoningSource::Thinking),
        b"reasoning_details" => DeltaKey::ReasoningDetails(ReasoningSource::ReasoningDetails),
        b"thinking_blocks" => DeltaKey::ReasoningDetails(ReasoningSource::ThinkingBlocks),
        b"tool_calls" => DeltaKey::ToolCalls,
        b"function_call" => DeltaKey::FunctionCall,
        b"finish_reason" => DeltaKey::Finish,
        b"annotations" | b"citations" => DeltaKey::Extra(ExtraKind::Annotation),
        b"related_questions" => DeltaKey::Extra(ExtraKind::Annotation),
        b"executed_tools" => DeltaKey::Extra(ExtraKind::Other),
        b"audio" => DeltaKey::Extra(ExtraKind::Audio),
        b"images" => DeltaKey::Extra(ExtraKind::Image),
        _ => DeltaKey::Other,
    }
}

/// Members of a typed part: of content, of reasoning details, of thinking blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartKey {
    Type,
    Text,
    /// A thinking part's parts, or its text.
    Thinking,
    Signature,
    Data,
    Other,
}

pub(crate) fn part_key(key: &[u8]) -> PartKey {
    match key {
        b"type" => PartKey::Type,
        b"text" | b"content" | b"summary" => PartKey::Text,
        b"thinking" | b"reasoning" => PartKey::Thinking,
        b"signature" => PartKey::Signature,
        b"data" => PartKey::Data,
        _ => PartKey::Other,
    }
}

/// Whether a content part of this type is text.
pub(crate) fn is_text_part(kind: &[u8]) -> bool {
    matches!(kind, b"" | b"text" | b"output_text" | b"input_text")
}

/// What a content part of this type is, when it is not text or thinking.
pub(crate) fn part_extra(kind: &[u8]) -> ExtraKind {
    match kind {
        b"image_url" | b"image" | b"output_image" => ExtraKind::Image,
        b"audio" | b"input_audio" | b"output_audio" => ExtraKind::Audio,
        b"reference" | b"citation" | b"annotation" => ExtraKind::Annotation,
        _ => ExtraKind::Other,
    }
}

/// Members of a tool call entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ToolKey {
    Index,
    Id,
    /// The object that holds name and arguments.
    Function,
    Name,
    Arguments,
    /// What a service wants back with the call.
    Extra,
    Other,
}

pub(crate) fn tool_key(key: &[u8]) -> ToolKey {
    match key {
        b"index" => ToolKey::Index,
        b"id" => ToolKey::Id,
        b"function" | b"custom" => ToolKey::Function,
        b"name" => ToolKey::Name,
        b"arguments" | b"input" => ToolKey::Arguments,
        b"extra_content" => ToolKey::Extra,
        _ => ToolKey::Other,
    }
}

/// The one role whose deltas are the answer.
pub(crate) fn answers(role: &[u8]) -> bool {
    role.eq_ignore_ascii_case(b"assistant")
}

/// A member of a usage object: a counter, a box of counters, or nothing known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsageKey {
    /// The reference's name, or (`false`) another spelling.
    Counter(Counter, bool),
    /// A whole usage object one level down.
    Inner,
    /// An object of further counters; (`false`) another spelling.
    InputDetails(bool),
    OutputDetails(bool),
    Other,
}

pub(crate) fn usage_key(key: &[u8]) -> UsageKey {
    use Counter::{CacheWrite, CachedInput, Input, Output, Reasoning, Total};
    match key {
        b"prompt_tokens" => UsageKey::Counter(Input, true),
        b"completion_tokens" => UsageKey::Counter(Output, true),
        b"total_tokens" => UsageKey::Counter(Total, true),
        b"prompt_tokens_details" => UsageKey::InputDetails(true),
        b"completion_tokens_details" => UsageKey::OutputDetails(true),
        b"input_tokens" | b"promptTokenCount" | b"inputTokens" | b"PromptTokens" | b"prompt_eval_count" => {
            UsageKey::Counter(Input, false)
        }
        b"output_tokens"
        | b"candidatesTokenCount"
        | b"outputTokens"
        | b"CompletionTokens"
        | b"eval_count" => UsageKey::Counter(Output, false),
        b"totalTokenCount" | b"totalTokens" | b"TotalTokens" => UsageKey::Counter(Total, false),
        b"prompt_cache_hit_tokens"
        | b"cached_tokens"
        | b"cache_read_input_tokens"
        | b"cachedContentTokenCount"
        | b"cacheReadInputTokens" => UsageKey::Counter(CachedInput, false),
        b"cache_creation_input_tokens" | b"cache_write_tokens" | b"cacheWriteInputTokens" => {
            UsageKey::Counter(CacheWrite, false)
        }
        b"reasoning_tokens" | b"thoughtsTokenCount" => UsageKey::Counter(Reasoning, false),
        b"tokens" => UsageKey::Inner,
        b"input_tokens_details" => UsageKey::InputDetails(false),
        b"output_tokens_details" => UsageKey::OutputDetails(false),
        _ => UsageKey::Other,
    }
}

/// A member of a usage object's details.
pub(crate) fn detail_key(key: &[u8]) -> Option<Counter> {
    match key {
        b"cached_tokens" => Some(Counter::CachedInput),
        b"cache_write_tokens" | b"cache_creation_tokens" => Some(Counter::CacheWrite),
        b"reasoning_tokens" => Some(Counter::Reasoning),
        _ => None,
    }
}

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
pub(crate) fn finish_beyond_chat(word: &[u8]) -> Option<Finish> {
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

pub(crate) fn is_cumulative(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    CUMULATIVE_MODELS
        .iter()
        .any(|known| name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}
