//! The members of a chat completion's objects: every spelling of each name.
//!
//! Knows: names. Must not know: everything else; it has no state and calls nobody.

use super::names::{Names, names};
use crate::delta::ExtraKind;
use crate::record::Counter;

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
    /// Counts of the host that passes a model's events on.
    HostMetrics,
    Extra(ExtraKind),
    /// Padding against guessing tokens by their length: another value in every chunk, so shapes need not wait to see it vary.
    Noise,
    /// The model under another name.
    ModelSpelling,
    Other,
}

names! {
    /// The members of a chunk.
    ChunkNames: ChunkKey {
        common {
            "id" => ChunkKey::Id,
            "object" => ChunkKey::Object,
            "created" => ChunkKey::Created,
            "model" => ChunkKey::Model,
            "choices" => ChunkKey::Choices,
            "usage" => ChunkKey::Usage,
            "service_tier" => ChunkKey::Other,
            "system_fingerprint" => ChunkKey::Other,
            "obfuscation" => ChunkKey::Noise,
        }
        b"x_groq" => ChunkKey::UsageBox,
        b"p" => ChunkKey::Noise,
        b"error" => ChunkKey::Error,
        b"finish_reason" => ChunkKey::Finish,
        b"amazon-bedrock-invocationMetrics" => ChunkKey::HostMetrics,
        b"prompt_filter_results" | b"prompt_annotations" | b"moderation" => ChunkKey::Extra(ExtraKind::Safety),
        b"citations" | b"search_results" | b"web_search" | b"related_questions" => ChunkKey::Extra(ExtraKind::Annotation),
        b"images" => ChunkKey::Extra(ExtraKind::Image),
        b"model_id" => ChunkKey::ModelSpelling,
        _ => ChunkKey::Other,
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
    /// The finish reason under another name; beside the reference's, what stopped the model.
    FinishSpelling,
    Usage,
    Extra(ExtraKind),
    Other,
}

names! {
    /// The members of a choice.
    ChoiceNames: ChoiceKey {
        common {
            "index" => ChoiceKey::Index,
            "delta" => ChoiceKey::Delta,
            "finish_reason" => ChoiceKey::Finish,
            "logprobs" => ChoiceKey::Extra(ExtraKind::Logprobs),
        }
        b"message" => ChoiceKey::Message,
        b"text" => ChoiceKey::Text,
        b"stop_reason" => ChoiceKey::FinishSpelling,
        b"usage" => ChoiceKey::Usage,
        b"content_filter_results" | b"content_filter_offsets" | b"content_filter_result" => ChoiceKey::Extra(ExtraKind::Safety),
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
    Usage,
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

names! {
    /// The members of a delta, or of a message in its place.
    DeltaNames: DeltaKey {
        common {
            "content" => DeltaKey::Content,
            "role" => DeltaKey::Role,
            "reasoning_content" => DeltaKey::Reasoning(ReasoningSource::ReasoningContent),
            "reasoning" => DeltaKey::Reasoning(ReasoningSource::Reasoning),
            "tool_calls" => DeltaKey::ToolCalls,
            "refusal" => DeltaKey::Refusal,
        }
        b"reasoning_text" => DeltaKey::Reasoning(ReasoningSource::ReasoningText),
        b"thinking" => DeltaKey::Reasoning(ReasoningSource::Thinking),
        b"reasoning_details" => DeltaKey::ReasoningDetails(ReasoningSource::ReasoningDetails),
        b"thinking_blocks" => DeltaKey::ReasoningDetails(ReasoningSource::ThinkingBlocks),
        b"function_call" => DeltaKey::FunctionCall,
        b"finish_reason" => DeltaKey::Finish,
        b"usage" => DeltaKey::Usage,
        b"annotations" | b"citations" => DeltaKey::Extra(ExtraKind::Annotation),
        b"related_questions" => DeltaKey::Extra(ExtraKind::Annotation),
        b"executed_tools" => DeltaKey::Extra(ExtraKind::Hosted),
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

names! {
    /// The members of a typed part.
    PartNames: PartKey {
        common {
            "type" => PartKey::Type,
            "text" => PartKey::Text,
        }
        b"content" | b"summary" => PartKey::Text,
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

names! {
    /// The members of a tool call's entry, and of its function.
    ToolNames: ToolKey {
        common {
            "index" => ToolKey::Index,
            "id" => ToolKey::Id,
            "type" => ToolKey::Other,
            "function" => ToolKey::Function,
            "name" => ToolKey::Name,
            "arguments" => ToolKey::Arguments,
        }
        b"custom" => ToolKey::Function,
        b"input" => ToolKey::Arguments,
        b"extra_content" | b"thought_signature" => ToolKey::Extra,
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

names! {
    /// The members of a usage object.
    UsageNames: UsageKey {
        common {
            "prompt_tokens" => UsageKey::Counter(Counter::Input, true),
            "completion_tokens" => UsageKey::Counter(Counter::Output, true),
            "total_tokens" => UsageKey::Counter(Counter::Total, true),
            "prompt_tokens_details" => UsageKey::InputDetails(true),
            "completion_tokens_details" => UsageKey::OutputDetails(true),
        }
        b"input_tokens" | b"promptTokenCount" | b"inputTokens" | b"PromptTokens" | b"prompt_eval_count" => UsageKey::Counter(Counter::Input, false),
        b"output_tokens"
        | b"candidatesTokenCount"
        | b"outputTokens"
        | b"CompletionTokens"
        | b"eval_count" => UsageKey::Counter(Counter::Output, false),
        b"totalTokenCount" | b"totalTokens" | b"TotalTokens" => UsageKey::Counter(Counter::Total, false),
        b"prompt_cache_hit_tokens"
        | b"cached_tokens"
        | b"cache_read_input_tokens"
        | b"cachedContentTokenCount"
        | b"cacheReadInputTokens" => UsageKey::Counter(Counter::CachedInput, false),
        b"cache_creation_input_tokens" | b"cache_write_tokens" | b"cacheWriteInputTokens" => UsageKey::Counter(Counter::CacheWrite, false),
        b"reasoning_tokens" | b"thoughtsTokenCount" => UsageKey::Counter(Counter::Reasoning, false),
        b"tokens" => UsageKey::Inner,
        b"input_tokens_details" => UsageKey::InputDetails(false),
        b"output_tokens_details" => UsageKey::OutputDetails(false),
        _ => UsageKey::Other,
    }
}

names! {
    /// The members of a usage object's details.
    DetailNames: Option<Counter> {
        common {
            "cached_tokens" => Some(Counter::CachedInput),
            "reasoning_tokens" => Some(Counter::Reasoning),
        }
        b"cache_write_tokens" | b"cache_creation_tokens" => Some(Counter::CacheWrite),
        _ => None,
    }
}
