//! Deltas folded into one answer: [`Completion`].
//!
//! Knows: deltas, the pieces of an audio answer, and the shape of OpenAI's `chat.completion` (`json`, behind the feature
//! `serde`). Must not know: framing, where a delta came from.

mod audio;
#[cfg(feature = "serde")]
mod json;
mod reasoning;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::delta::{Delta, ExtraKind, FinishReason, OwnedDelta, Usage};
use crate::parse::audio::AudioPiece;
use crate::parse::cursor::Scratch;
pub use audio::Audio;
use reasoning::Details;
pub use reasoning::ReasoningDetail;

/// One whole answer, folded from the deltas of one stream.
///
/// Any wire folds to the same: text of several blocks or items is one text, in the order in which it came. Reasoning keeps its
/// signatures and encrypted blobs ([`Choice::reasoning_details`]), so that it can be sent back; an answer that was spoken is
/// joined ([`Choice::audio`]). After a [`Delta::Restart`] what came before stays: which of it was abandoned only the deltas
/// tell.
///
/// What is not of the answer is not kept: other extras (also images: take them from their [`Delta::Extra`]), unknown events,
/// keep-alives, the end marker.
///
/// With the feature `serde` it reads and writes OpenAI's `chat.completion` object. There an unknown `id`, `model`
/// or call id is `""` and an unknown `created` is 0, as services that do not know them write them; unknown token
/// counts are left out; errors and the wire's own word for the finish reason have no place in it.
///
/// Cost: as much memory as the answer is long, and the first errors. No number on the wire sizes anything.
///
/// Source: OpenAI, *Chat Completions*, the object `chat.completion`.
///
/// ```
/// # use deltaic::{Completion, Delta};
/// let mut completion = Completion::new();
/// completion.apply(Delta::Text { choice: 0, text: "Hello" });
/// completion.apply(Delta::Text { choice: 0, text: ", world" });
/// assert_eq!(completion.choices[&0].text, "Hello, world");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Completion {
    /// The completion's id.
    pub id: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// When, in seconds since the Unix epoch as the service sent it.
    pub created: Option<u64>,
    /// The choices that the stream told anything of, by index.
    pub choices: BTreeMap<u32, Choice>,
    /// The last token counts told.
    pub usage: Option<Usage>,
    /// What the peer complained of, in order: the first [`Completion::ERRORS_KEPT`].
    pub errors: Vec<PeerError>,
    /// How often the peer complained, those included that are not kept.
    pub error_count: u64,
}

/// One choice of a [`Completion`].
///
/// Source: OpenAI, `choices[].message` and `choices[].finish_reason`; `reasoning_content` after DeepSeek.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Choice {
    /// The role last told; in JSON `assistant` where none was.
    pub role: Option<String>,
    /// The answer.
    pub text: String,
    /// The reasoning; what of it was signed says [`Choice::reasoning_details`].
    pub reasoning: String,
    /// The refusal.
    pub refusal: String,
    /// The tool calls, by slot.
    pub tool_calls: BTreeMap<u32, ToolCall>,
    /// The answer as audio, where it was spoken.
    pub audio: Option<Audio>,
    /// How the choice ended, if it did; [`Choice::finish_reason`] is what the answer as a whole means.
    pub finish: Option<Finish>,
    /// Ranges of `reasoning`, and what belongs to them.
    details: Details,
}

/// Details are equal that say the same, as ranges of the reasoning or as texts of their own.
impl PartialEq for Choice {
    fn eq(&self, other: &Self) -> bool {
        let Self { role, text, reasoning, refusal, tool_calls, audio, finish, details: _ } = self;
        *role == other.role
            && *text == other.text
            && *reasoning == other.reasoning
            && *refusal == other.refusal
            && *tool_calls == other.tool_calls
            && *audio == other.audio
            && *finish == other.finish
            && self.reasoning_details().eq(other.reasoning_details())
    }
}

impl Eq for Choice {}

/// One tool call of a [`Choice`].
///
/// Source: OpenAI, `choices[].message.tool_calls[]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct ToolCall {
    /// The call's id, where the wire sent one.
    pub id: Option<String>,
    /// The function's name.
    pub name: String,
    /// The argument text as sent: usually JSON, never repaired.
    pub arguments: String,
}

/// How a [`Choice`] ended, as told by [`Delta::Finish`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Finish {
    /// The wire's word, mapped.
    pub reason: FinishReason,
    /// The wire's word.
    pub raw: String,
}

/// A complaint of the peer, as told by [`Delta::PeerError`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct PeerError {
    /// The peer's code, as text.
    pub code: Option<String>,
    /// The peer's error type.
    pub kind: Option<String>,
    /// The peer's message; may be empty.
    pub message: String,
}

impl Completion {
    /// How many of the peer's complaints are kept: a stream of nothing else must not grow without end.
    pub const ERRORS_KEPT: usize = 16;

    /// An empty one. Cost: allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what one delta says.
    ///
    /// Cost: a look-up by choice (and slot) and the copy of the text: linear in the answer.
    pub fn apply(&mut self, delta: Delta<'_>) {
        match delta {
            Delta::Start { id, model, created } => self.learn_first(id, model, created),
            // Empty is absent.
            Delta::Role { choice: _, role: "" } => {}
            Delta::Role { choice, role } => self.choice_or_new(choice).role = Some(role.to_owned()),
            Delta::Text { choice, text } => self.choice_or_new(choice).text.push_str(text),
            Delta::Reasoning { choice, text } => self.choice_or_new(choice).add_reasoning(text),
            Delta::ReasoningOpaque { choice, kind, data } => {
                self.choice_or_new(choice).details.close_open_then_sign_it_or_push_entry(kind, data)
            }
            Delta::Part { choice, part, kind } => self.choice_or_new(choice).details.set_part(part, kind),
            Delta::Restart { choice } => self.choice_or_new(choice).details.close_entries_and_forget_part(),
            Delta::Refusal { choice, text } => self.choice_or_new(choice).refusal.push_str(text),
            Delta::ToolCallStart { choice, slot, id, name }
            | Delta::ToolCallUpdate { choice, slot, id, name } => {
                self.call_or_new(choice, slot).keep_first_id_and_extend_name(id, name)
            }
            Delta::ToolCallArguments { choice, slot, fragment } => {
                self.call_or_new(choice, slot).arguments.push_str(fragment);
            }
            Delta::Finish { choice, reason, raw, saw_tool_calls: _ } => {
                self.choice_or_new(choice).finish.replace(Finish { reason, raw: raw.to_owned() });
            }
            Delta::Usage(usage) => self.usage = Some(*usage),
            Delta::PeerError { code, kind, message, json: _ } => {
                self.count_error_and_keep_first_few(code, kind, message)
            }
            Delta::Extra { choice: Some(choice), kind: ExtraKind::Audio, name: "audio", json } => {
                self.add_audio_if_valid(choice, json);
            }
            Delta::ToolCallEnd { .. }
            | Delta::Extra { .. }
            | Delta::Keepalive
            | Delta::Unknown { .. }
            | Delta::Done { .. } => {}
        }
    }

    fn count_error_and_keep_first_few(&mut self, code: Option<&str>, kind: Option<&str>, message: &str) {
        self.error_count = self.error_count.saturating_add(1);
        if self.errors.len() < Self::ERRORS_KEPT {
            let (code, kind) = (code.map(str::to_owned), kind.map(str::to_owned));
            self.errors.push(PeerError { code, kind, message: message.to_owned() });
        }
    }

    fn learn_first(&mut self, id: Option<&str>, model: Option<&str>, created: Option<u64>) {
        self.id = self.id.take().or(id.map(str::to_owned));
        self.model = self.model.take().or(model.map(str::to_owned));
        self.created = self.created.or(created);
    }

    fn add_audio_if_valid(&mut self, choice: u32, json: &str) {
        if let Some(piece) = AudioPiece::read_if_not_empty(json, &mut Scratch::default()) {
            self.choice_or_new(choice).audio.get_or_insert_default().append(piece);
        }
    }

    fn choice_or_new(&mut self, index: u32) -> &mut Choice {
        self.choices.entry(index).or_default()
    }

    fn call_or_new(&mut self, choice: u32, slot: u32) -> &mut ToolCall {
        self.choice_or_new(choice).tool_calls.entry(slot).or_default()
    }
}

/// As [`Completion::apply`], one after the other.
impl<'a> Extend<Delta<'a>> for Completion {
    fn extend<I: IntoIterator<Item = Delta<'a>>>(&mut self, deltas: I) {
        deltas.into_iter().for_each(|delta| self.apply(delta));
    }
}

/// As [`Completion::apply`], one after the other.
impl<'a> Extend<&'a OwnedDelta> for Completion {
    fn extend<I: IntoIterator<Item = &'a OwnedDelta>>(&mut self, deltas: I) {
        self.extend(deltas.into_iter().map(Delta::from));
    }
}

/// As [`Completion::apply`], one after the other.
impl Extend<OwnedDelta> for Completion {
    fn extend<I: IntoIterator<Item = OwnedDelta>>(&mut self, deltas: I) {
        deltas.into_iter().for_each(|delta| self.apply(delta.as_delta()));
    }
}

/// ```
/// # use deltaic::{Completion, Delta};
/// let deltas = [Delta::Text { choice: 0, text: "Hello" }, Delta::Text { choice: 0, text: ", world" }];
/// let completion: Completion = deltas.into_iter().collect();
/// assert_eq!(completion.choices[&0].text, "Hello, world");
/// ```
impl<D> FromIterator<D> for Completion
where
    Self: Extend<D>,
{
    fn from_iter<I: IntoIterator<Item = D>>(deltas: I) -> Self {
        let mut completion = Self::new();
        completion.extend(deltas);
        completion
    }
}

impl Choice {
    fn add_reasoning(&mut self, text: &str) {
        let start = self.reasoning.len();
        self.reasoning.push_str(text);
        self.details.add_text_range(start, self.reasoning.len());
    }

    /// The reasoning part by part, each with its signature, and the encrypted blobs between: what services want back, as it
    /// was, when the conversation goes on. Together the texts are [`Choice::reasoning`]: whoever changes that, changes
    /// these.
    ///
    /// Without parts (chat) a signature ends the piece that came before it. In JSON it is `message.reasoning_details`,
    /// written only where there is a signature or a blob.
    ///
    /// ```
    /// use deltaic::completion::ReasoningDetail;
    /// use deltaic::{Completion, Delta, OpaqueKind, PartKind};
    ///
    /// let mut completion = Completion::new();
    /// for delta in [
    ///     Delta::part(0, 0, PartKind::Reasoning),
    ///     Delta::Reasoning { choice: 0, text: "Two and " },
    ///     Delta::Reasoning { choice: 0, text: "two." },
    ///     Delta::reasoning_opaque(0, OpaqueKind::Signature, "EqQB"),
    ///     Delta::part(0, 1, PartKind::Reasoning),
    ///     Delta::reasoning_opaque(0, OpaqueKind::Encrypted, "Emwg"),
    ///     Delta::part(0, 2, PartKind::Text),
    ///     Delta::Text { choice: 0, text: "4" },
    /// ] {
    ///     completion.apply(delta);
    /// }
    /// let mut blocks = Vec::new(); // as Messages wants them back
    /// for detail in completion.choices[&0].reasoning_details() {
    ///     match detail {
    ///         ReasoningDetail::Text { text, signature: Some(signature), .. } => {
    ///             blocks.push(format!(r#"{{"type":"thinking","thinking":"{text}","signature":"{signature}"}}"#));
    ///         }
    ///         ReasoningDetail::Encrypted { data, .. } => {
    ///             blocks.push(format!(r#"{{"type":"redacted_thinking","data":"{data}"}}"#));
    ///         }
    ///         _ => {} // what is not signed is not wanted back
    ///     }
    /// }
    /// assert_eq!(blocks, [
    ///     r#"{"type":"thinking","thinking":"Two and two.","signature":"EqQB"}"#,
    ///     r#"{"type":"redacted_thinking","data":"Emwg"}"#,
    /// ]);
    /// ```
    pub fn reasoning_details(&self) -> impl Iterator<Item = ReasoningDetail<'_>> {
        self.details.entries_over(&self.reasoning)
    }

    /// How the choice ended, for whoever acts on it: `stop` with tool calls means [`FinishReason::ToolCalls`]
    /// (vLLM, Ollama and others say `stop` all the same).
    #[must_use]
    pub fn finish_reason(&self) -> Option<FinishReason> {
        match self.finish.as_ref()?.reason {
            FinishReason::Stop if !self.tool_calls.is_empty() => Some(FinishReason::ToolCalls),
            reason => Some(reason),
        }
    }
}

impl ToolCall {
    fn keep_first_id_and_extend_name(&mut self, id: Option<&str>, name: Option<&str>) {
        self.id = self.id.take().or(id.map(str::to_owned));
        self.name.push_str(name.unwrap_or_default());
    }
}
