//! What a host may choose of what is written: [`EncodeOptions`].
//!
//! Knows: names and defaults. Must not know: how anything is written.

use crate::delta::{DeltaStr, FinishReason};
use crate::options::Limits;

/// How an encoder writes. The default says what the stream said, and makes nothing up but what every client asks for: an id
/// and a model where there is none, ids of calls that have none.
///
/// ```
/// use deltaic::FinishReason;
/// use deltaic::encode::{ChunkEncoder, EncodeOptions};
/// let options = EncodeOptions::new().model("house-large").finish_missing(FinishReason::Stop);
/// # drop(
/// ChunkEncoder::with_options(options)
/// # );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EncodeOptions {
    pub(super) id: Option<DeltaStr>,
    pub(super) model: Option<DeltaStr>,
    pub(super) reasoning: ReasoningMember,
    pub(super) only_choice: Option<u32>,
    pub(super) finish_missing: Option<FinishReason>,
    pub(super) finish_error: FinishReason,
    pub(super) finish_other: FinishReason,
    pub(super) whole_usage: bool,
    pub(super) tell_truncation: bool,
    pub(super) signatures: bool,
    pub(super) metadata: bool,
    pub(super) limits: Limits,
}

/// The member of a chunk's delta in which reasoning stands; OpenAI has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ReasoningMember {
    /// `reasoning_content`, as most services and clients have it.
    #[default]
    ReasoningContent,
    /// `reasoning`.
    Reasoning,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl EncodeOptions {
    /// The default.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            id: None,
            model: None,
            reasoning: ReasoningMember::ReasoningContent,
            only_choice: None,
            finish_missing: None,
            finish_error: FinishReason::Length,
            finish_other: FinishReason::Stop,
            whole_usage: false,
            tell_truncation: false,
            signatures: false,
            metadata: true,
            limits: Limits::new(),
        }
    }

    /// The id that is written in place of the stream's own. Default: the stream's, or a fixed word where it has none when
    /// the first chunk is written. An empty one is none.
    #[must_use]
    pub fn id(self, id: &str) -> Self {
        Self { id: Some(id).filter(|id| !id.is_empty()).map(DeltaStr::from), ..self }
    }

    /// The model that is written in place of the stream's own. Default: as with [`EncodeOptions::id`].
    #[must_use]
    pub fn model(self, model: &str) -> Self {
        Self { model: Some(model).filter(|model| !model.is_empty()).map(DeltaStr::from), ..self }
    }

    /// Where reasoning stands in a chunk. Default: [`ReasoningMember::ReasoningContent`].
    #[must_use]
    pub fn reasoning(self, reasoning: ReasoningMember) -> Self {
        Self { reasoning, ..self }
    }

    /// Writes the choice of this index alone, as choice 0: some clients take several choices for one. Default: all.
    #[must_use]
    pub fn only_choice(self, only_choice: u32) -> Self {
        Self { only_choice: Some(only_choice), ..self }
    }

    /// Ends each choice that had no finish with this one, for clients that reject an answer without; the stream then counts as
    /// complete. Not where an error is told. Default: none is made up.
    #[must_use]
    pub fn finish_missing(self, reason: FinishReason) -> Self {
        Self { finish_missing: Some(reason), ..self }
    }

    /// The word for [`FinishReason::Error`], for which the target has none. Default: [`FinishReason::Length`]: the answer is
    /// not whole.
    #[must_use]
    pub fn finish_error(self, reason: FinishReason) -> Self {
        Self { finish_error: reason, ..self }
    }

    /// The word for [`FinishReason::Other`], for which the target has none. Default: [`FinishReason::Stop`].
    #[must_use]
    pub fn finish_other(self, reason: FinishReason) -> Self {
        Self { finish_other: reason, ..self }
    }

    /// Writes the three counts that typed clients ask for where any is known: what is unknown of input and output is 0, an
    /// unknown total their sum. Default: off; what is unknown is left out.
    #[must_use]
    pub fn whole_usage(self, whole_usage: bool) -> Self {
        Self { whole_usage, ..self }
    }

    /// Ends a stream that was cut short ([`Ending::is_truncated`](crate::Ending::is_truncated)) with an error of its own, for
    /// clients do not ask for the end marker. Default: off; the marker is missing, and that is all.
    #[must_use]
    pub fn tell_truncation(self, tell_truncation: bool) -> Self {
        Self { tell_truncation, ..self }
    }

    /// Writes signatures and encrypted reasoning where the target has its own: only for a stream whose are the target's, or for
    /// a host that takes them back, for no other service can read them. Chunks have none of their own and always carry them.
    /// Default: off.
    #[must_use]
    pub fn signatures(self, signatures: bool) -> Self {
        Self { signatures, ..self }
    }

    /// Whether model, date and usage are written into the metadata of a message, on a target that has no place of its own for
    /// them: a page that checks its messages' metadata may not bear them. Default: on.
    #[must_use]
    pub fn metadata(self, metadata: bool) -> Self {
        Self { metadata, ..self }
    }

    /// The bounds: choices, calls of one, bytes of an id, and (as [`Limits::event_bytes`]) the bytes that may be held. Default:
    /// [`Limits::new`].
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The reason that can be said in place of one.
    pub(super) fn replace_error_and_other(&self, reason: FinishReason) -> FinishReason {
        match reason {
            FinishReason::Error => Self::stop_if_error_or_other(self.finish_error),
            FinishReason::Other => Self::stop_if_error_or_other(self.finish_other),
            FinishReason::Stop
            | FinishReason::Length
            | FinishReason::ToolCalls
            | FinishReason::ContentFilter => reason,
        }
    }

    fn stop_if_error_or_other(reason: FinishReason) -> FinishReason {
        match reason {
            FinishReason::Error | FinishReason::Other => FinishReason::Stop,
            FinishReason::Stop
            | FinishReason::Length
            | FinishReason::ToolCalls
            | FinishReason::ContentFilter => reason,
        }
    }
}
