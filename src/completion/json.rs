//! [`Completion`] as OpenAI's `chat.completion` object, both ways; errors and the wire's own finish words have no place in it.
//!
//! Knows: that object's members. Must not know: deltas.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::reasoning::{Details, ReasoningDetail};
use super::{Audio, Choice, Completion, Finish, ToolCall};
use crate::delta::{FinishReason, Usage};

type Text<'a> = Cow<'a, str>;

const TEXT_DETAIL: &str = "reasoning.text";
const ENCRYPTED_DETAIL: &str = "reasoning.encrypted";

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct CompletionObject<'a> {
    id: Text<'a>,
    object: Text<'a>,
    created: u64,
    model: Text<'a>,
    choices: Vec<ChoiceObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<UsageObject>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct ChoiceObject<'a> {
    index: u32,
    message: MessageObject<'a>,
    finish_reason: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct MessageObject<'a> {
    role: Text<'a>,
    content: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<Text<'a>>,
    /// Not OpenAI's: after OpenRouter.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_details: Option<Vec<DetailObject<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<Vec<CallObject<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<AudioObject<'a>>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct DetailObject<'a> {
    r#type: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Text<'a>>,
    index: Option<usize>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct AudioObject<'a> {
    id: Text<'a>,
    data: Text<'a>,
    transcript: Text<'a>,
    expires_at: u64,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct CallObject<'a> {
    id: Text<'a>,
    r#type: Text<'a>,
    function: FunctionObject<'a>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct FunctionObject<'a> {
    name: Text<'a>,
    arguments: Text<'a>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct UsageObject {
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct PromptDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_tokens: Option<u64>,
    /// Not OpenAI's: after OpenRouter.
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_write_tokens: Option<u64>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct CompletionDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_tokens: Option<u64>,
}

impl Serialize for Completion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CompletionObject::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Completion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CompletionObject::deserialize(deserializer).map(Self::from)
    }
}

impl<'a> From<&'a Completion> for CompletionObject<'a> {
    fn from(completion: &'a Completion) -> Self {
        Self {
            id: text_or_empty(completion.id.as_deref()),
            object: "chat.completion".into(),
            created: completion.created.unwrap_or_default(),
            model: text_or_empty(completion.model.as_deref()),
            choices: completion
                .choices
                .iter()
                .map(|(&index, choice)| ChoiceObject::new(index, choice))
                .collect(),
            usage: completion.usage.map(UsageObject::from),
        }
    }
}

impl From<CompletionObject<'_>> for Completion {
    fn from(object: CompletionObject<'_>) -> Self {
        Self {
            id: owned_unless_empty(object.id),
            model: owned_unless_empty(object.model),
            created: Some(object.created).filter(|&created| created != 0),
            choices: object.choices.into_iter().map(|choice| (choice.index, choice.into())).collect(),
            usage: object.usage.map(Usage::from),
            errors: Vec::new(),
            error_count: 0,
        }
    }
}

impl<'a> ChoiceObject<'a> {
    fn new(index: u32, choice: &'a Choice) -> Self {
        let silent = !choice.refusal.is_empty() || !choice.tool_calls.is_empty() || choice.audio.is_some();
        let message = MessageObject {
            role: choice.role.as_deref().filter(|role| !role.is_empty()).unwrap_or("assistant").into(),
            content: if silent { text_unless_empty(&choice.text) } else { Some(choice.text.as_str().into()) },
            reasoning_content: text_unless_empty(&choice.reasoning),
            reasoning_details: DetailObject::all_if_signature_or_blob(choice),
            refusal: text_unless_empty(&choice.refusal),
            tool_calls: Some(choice.tool_calls.values().map(CallObject::from).collect())
                .filter(|calls: &Vec<_>| !calls.is_empty()),
            audio: choice.audio.as_ref().map(AudioObject::from),
        };
        Self { index, message, finish_reason: choice.finish_reason().map(|reason| reason.as_str().into()) }
    }
}

impl From<ChoiceObject<'_>> for Choice {
    fn from(object: ChoiceObject<'_>) -> Self {
        let message = object.message;
        let calls = message.tool_calls.unwrap_or_default();
        let details = || message.reasoning_details.iter().flatten().filter_map(DetailObject::known_detail);
        let reasoning = message.reasoning_content.map_or_else(|| join_texts(details()), Cow::into_owned);
        Self {
            details: Details::from_details_and_uncovered_reasoning(&reasoning, details()),
            role: owned_unless_empty(message.role),
            text: message.content.unwrap_or_default().into_owned(),
            reasoning,
            refusal: message.refusal.unwrap_or_default().into_owned(),
            tool_calls: (0..).zip(calls.into_iter().map(ToolCall::from)).collect(),
            audio: message.audio.map(Audio::from),
            finish: object
                .finish_reason
                .map(|word| Finish { reason: reason_or_other(&word), raw: word.into_owned() }),
        }
    }
}

impl<'a> DetailObject<'a> {
    /// Where there is a signature or a blob, all that there is: in order, the texts are the reasoning.
    fn all_if_signature_or_blob(choice: &'a Choice) -> Option<Vec<Self>> {
        let all = || choice.reasoning_details().enumerate().map(|(index, detail)| Self::new(index, detail));
        choice.details.has_signature_or_blob().then(|| all().collect())
    }

    fn new(index: usize, detail: ReasoningDetail<'a>) -> Self {
        let index = Some(index);
        match detail {
            ReasoningDetail::Text { text, signature } => {
                let (text, signature) = (Some(text), signature.map(Text::from));
                Self { r#type: TEXT_DETAIL.into(), text, signature, index, data: None }
            }
            ReasoningDetail::Encrypted { data } => {
                let data = Some(data.into());
                Self { r#type: ENCRYPTED_DETAIL.into(), data, index, text: None, signature: None }
            }
        }
    }

    /// What it says, if it is of a type that is known and says anything.
    fn known_detail(&self) -> Option<ReasoningDetail<'_>> {
        match &*self.r#type {
            TEXT_DETAIL => {
                let text = self.text.as_deref().unwrap_or_default();
                let signature = self.signature.as_deref().filter(|signature| !signature.is_empty());
                let says_something = !text.is_empty() || signature.is_some();
                says_something.then(|| ReasoningDetail::Text { text: text.into(), signature })
            }
            ENCRYPTED_DETAIL => Some(ReasoningDetail::Encrypted { data: self.data.as_deref()? }),
            _ => None,
        }
    }
}

/// The reasoning that details are of.
fn join_texts<'a>(details: impl Iterator<Item = ReasoningDetail<'a>>) -> String {
    let text = |detail| match detail {
        ReasoningDetail::Text { text, .. } => Some(text),
        ReasoningDetail::Encrypted { .. } => None,
    };
    details.filter_map(text).collect()
}

impl<'a> From<&'a Audio> for AudioObject<'a> {
    fn from(audio: &'a Audio) -> Self {
        Self {
            id: text_or_empty(audio.id.as_deref()),
            data: audio.data.as_str().into(),
            transcript: audio.transcript.as_str().into(),
            expires_at: audio.expires_at.unwrap_or_default(),
        }
    }
}

impl From<AudioObject<'_>> for Audio {
    fn from(object: AudioObject<'_>) -> Self {
        Self {
            id: owned_unless_empty(object.id),
            data: object.data.into_owned(),
            transcript: object.transcript.into_owned(),
            expires_at: Some(object.expires_at).filter(|&at| at != 0),
        }
    }
}

impl<'a> From<&'a ToolCall> for CallObject<'a> {
    fn from(call: &'a ToolCall) -> Self {
        let function =
            FunctionObject { name: call.name.as_str().into(), arguments: call.arguments.as_str().into() };
        Self { id: text_or_empty(call.id.as_deref()), r#type: "function".into(), function }
    }
}

impl From<CallObject<'_>> for ToolCall {
    fn from(object: CallObject<'_>) -> Self {
        let FunctionObject { name, arguments } = object.function;
        Self { id: owned_unless_empty(object.id), name: name.into_owned(), arguments: arguments.into_owned() }
    }
}

impl From<Usage> for UsageObject {
    fn from(usage: Usage) -> Self {
        let Usage { input, output, total, cached_input, cache_write, reasoning } = usage;
        Self {
            prompt_tokens: input,
            completion_tokens: output,
            total_tokens: total,
            prompt_tokens_details: cached_input
                .or(cache_write)
                .map(|_| PromptDetails { cached_tokens: cached_input, cache_write_tokens: cache_write }),
            completion_tokens_details: reasoning.map(|_| CompletionDetails { reasoning_tokens: reasoning }),
        }
    }
}

impl From<UsageObject> for Usage {
    fn from(object: UsageObject) -> Self {
        let prompt = object.prompt_tokens_details.unwrap_or_default();
        let completion = object.completion_tokens_details.unwrap_or_default();
        Self {
            input: object.prompt_tokens,
            output: object.completion_tokens,
            total: object.total_tokens,
            cached_input: prompt.cached_tokens,
            cache_write: prompt.cache_write_tokens,
            reasoning: completion.reasoning_tokens,
        }
    }
}

fn text_or_empty(known: Option<&str>) -> Text<'_> {
    known.unwrap_or_default().into()
}

fn owned_unless_empty(text: Text<'_>) -> Option<String> {
    Some(text.into_owned()).filter(|text| !text.is_empty())
}

fn text_unless_empty(text: &str) -> Option<Text<'_>> {
    Some(text.into()).filter(|_| !text.is_empty())
}

fn reason_or_other(word: &str) -> FinishReason {
    use FinishReason::{ContentFilter, Error, Length, Other, Stop, ToolCalls};
    let known = [Stop, Length, ToolCalls, ContentFilter, Error];
    known.into_iter().find(|reason| reason.as_str() == word).unwrap_or(Other)
}
