//! What comes out: one normalized [`Delta`] at a time.
//!
//! Knows: the names of the output and nothing else. Must not know: bytes, framing, JSON, providers.
//!
//! A [`Delta`] borrows from the decoder or from the input and is `Copy`; [`Delta::into_owned`] copies its
//! strings. Names are those of OpenAI's chat completions; usage fields follow OpenTelemetry's GenAI
//! conventions.

mod build;
mod owned;
mod text;

pub use owned::OwnedDelta;
pub use text::DeltaStr;

use crate::words::words;

/// One normalized output item.
///
/// Every content delta names its `choice` (the wire's `index`, or the position in the array where the wire
/// sends none). Text, reasoning, refusal and argument fragments are never empty.
///
/// What may grow before 1.0: kinds of deltas, and the fields of the variants that are `#[non_exhaustive]`; match them
/// with `..` and make them by the constructors ([`Delta::start`] and its like).
///
/// Cost: a plain value of 80 bytes or less; matching or copying it allocates nothing.
///
/// Source: OpenAI, *Chat Completions streaming events* (`chat.completion.chunk`), widened to the deviations
/// of the services in `corpus/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "type", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Delta<'a> {
    /// The stream's identity: told with the first chunk that carries anything, and again, with the new
    /// fields only, when one of them is first seen later (Azure sends an empty `id` first).
    #[non_exhaustive]
    Start {
        /// `id` of the completion; the first one that is not empty.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        id: Option<&'a str>,
        /// `model`; the first one that is not empty.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        model: Option<&'a str>,
        /// `created`, in seconds since the Unix epoch as the service sent it (some send milliseconds).
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        created: Option<u64>,
    },
    /// The role of a choice: told once, and again on change.
    Role {
        /// Index of the choice.
        choice: u32,
        /// The role as sent; never empty.
        role: &'a str,
    },
    /// A piece of the answer.
    Text {
        /// Index of the choice.
        choice: u32,
        /// The piece; never empty.
        text: &'a str,
    },
    /// A piece of the model's reasoning, whatever the field or tag it arrived in.
    Reasoning {
        /// Index of the choice.
        choice: u32,
        /// The piece; never empty.
        text: &'a str,
    },
    /// A piece of a refusal.
    Refusal {
        /// Index of the choice.
        choice: u32,
        /// The piece; never empty.
        text: &'a str,
    },
    /// A blob that belongs to the reasoning and must be sent back byte for byte: [`crate::docs::wires`] shows how.
    #[non_exhaustive]
    ReasoningOpaque {
        /// Index of the choice.
        choice: u32,
        /// What the blob is.
        kind: OpaqueKind,
        /// The blob as sent.
        data: &'a str,
    },
    /// A tool call begins.
    #[non_exhaustive]
    ToolCallStart {
        /// Index of the choice.
        choice: u32,
        /// Ordinal of the call within its choice, dense from 0 in order of first sight.
        slot: u32,
        /// The call's id, if the wire sent one by now.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        id: Option<&'a str>,
        /// The function's name, if the wire sent one by now.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        name: Option<&'a str>,
    },
    /// An id that came late, or a further piece of the name (append it).
    #[non_exhaustive]
    ToolCallUpdate {
        /// Index of the choice.
        choice: u32,
        /// Ordinal of the call within its choice.
        slot: u32,
        /// The id, if this is what came late.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        id: Option<&'a str>,
        /// A piece to append to the name.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        name: Option<&'a str>,
    },
    /// A piece of the call's arguments: concatenated in order they are the argument text, never repaired.
    ToolCallArguments {
        /// Index of the choice.
        choice: u32,
        /// Ordinal of the call within its choice.
        slot: u32,
        /// The piece; never empty.
        fragment: &'a str,
    },
    /// The call is complete: where the wire says so, else with the finish of its choice.
    ToolCallEnd {
        /// Index of the choice.
        choice: u32,
        /// Ordinal of the call within its choice.
        slot: u32,
    },
    /// A cursor: what follows on this choice is of this part, until the next `Part`. Told by wires that send blocks, items
    /// or parts, when one begins and when deltas jump between open ones; chat completions never tell it. It says which
    /// signature belongs to which reasoning, so that a signed block can be sent back as it came.
    #[non_exhaustive]
    Part {
        /// Index of the choice.
        choice: u32,
        /// Ordinal of the part within its choice, dense from 0 in order of first sight.
        part: u32,
        /// What it holds.
        kind: PartKind,
    },
    /// The service began the answer anew: what came before is of an abandoned one.
    #[non_exhaustive]
    Restart {
        /// Index of the choice.
        choice: u32,
    },
    /// A value that is passed on, not interpreted.
    #[non_exhaustive]
    Extra {
        /// Index of the choice it stood in; none for the chunk's own members.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        choice: Option<u32>,
        /// What it is.
        kind: ExtraKind,
        /// The name of the member, or the type of the item, that it is; empty where it has none.
        name: &'a str,
        /// The value's JSON text, exactly as sent.
        json: &'a str,
    },
    /// The choice ended: told once per choice. Usage, and with some services text, may still follow.
    #[non_exhaustive]
    Finish {
        /// Index of the choice.
        choice: u32,
        /// The wire's word, mapped.
        reason: FinishReason,
        /// The wire's word.
        raw: &'a str,
        /// Whether this choice made a tool call (some services say `stop` all the same).
        saw_tool_calls: bool,
    },
    /// Token counts: a snapshot of all that is known, told when it changes.
    Usage(&'a Usage),
    /// The peer's complaint; decoding goes on. Our own complaints are [`crate::Error`]s.
    #[cfg_attr(feature = "serde", serde(rename = "error"))]
    #[non_exhaustive]
    PeerError {
        /// The peer's code, as text.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        code: Option<&'a str>,
        /// The peer's error type.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        kind: Option<&'a str>,
        /// The peer's message; may be empty.
        message: &'a str,
        /// The whole payload it stood in.
        json: &'a str,
    },
    /// A comment, a ping or an empty event; only when asked for ([`crate::Options::keepalives`]).
    Keepalive,
    /// An event of no known wire.
    #[non_exhaustive]
    Unknown {
        /// The event type; `message` where the stream named none.
        event: &'a str,
        /// The event's data.
        payload: &'a str,
    },
    /// The stream's own end marker.
    #[non_exhaustive]
    Done {
        /// The marker: `[DONE]`, or the name of the end event.
        marker: &'a str,
    },
}

impl Delta<'_> {
    /// Copies the delta's strings, so that it can leave the loop.
    ///
    /// Cost: a copy; one allocation for each string of more than 24 bytes ([`DeltaStr`]).
    ///
    /// ```
    /// # use deltaic::Delta;
    /// let owned = Delta::Text { choice: 0, text: "Hi" }.into_owned();
    /// assert_eq!(owned.as_delta(), Delta::Text { choice: 0, text: "Hi" });
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn into_owned(self) -> OwnedDelta {
        OwnedDelta::from(self)
    }

    /// As [`Delta::into_owned`], but a string of at least 128 KiB that lies in `input` and begins with ASCII becomes a slice of it:
    /// images, audio, big arguments. `input` is what was last fed; any other is as none, and everything is copied.
    ///
    /// What it pins: all of `input` (whatever its `Bytes` is a part of) lives as long as such a delta. For deltas that are
    /// kept for long, and where inputs are large and slices few, [`Delta::into_owned`] holds less.
    ///
    /// In the input lie, as a rule, the strings of an event's first delta, if they have no escapes and no cut went through it; the
    /// rest comes out of the decoder's own buffers, and is copied.
    ///
    /// Cost: of a slice one small allocation and one look through its bytes, which takes as long as a copy at 128 KiB, half as
    /// long from 1 MiB on, and no fresh memory (`benches/README.md`). Else as [`Delta::into_owned`].
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use deltaic::{Decoder, Delta, OwnedDelta};
    /// let (first, image) = ("Look: ", "iVBORw0KGgo".repeat(20_000));
    /// let event = |text| format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
    /// let input = Bytes::from(event(first) + &event(&image));
    /// let (mut decoder, mut rest) = (Decoder::new(), &*input);
    /// let mut owned = Vec::new();
    /// while let Some(delta) = decoder.next_delta(&mut rest)? {
    ///     owned.push(delta.into_owned_from(&input));
    /// }
    /// let Some(OwnedDelta::Text { text, .. }) = owned.pop() else { unreachable!() };
    /// let sliced = Bytes::from(text);
    /// assert!(sliced == image && input.as_ptr_range().contains(&sliced.as_ptr())); // nothing was copied
    /// # Ok::<(), deltaic::Error>(())
    /// ```
    #[cfg(feature = "bytes")]
    #[must_use]
    pub fn into_owned_from(self, input: &bytes::Bytes) -> OwnedDelta {
        let owned = |text| DeltaStr::of_input(text, input);
        OwnedDelta::by(self, owned, owned)
    }

    /// The choice that it is about; none where it is about the whole stream.
    #[must_use]
    pub const fn choice(&self) -> Option<u32> {
        match *self {
            Delta::Role { choice, .. }
            | Delta::Text { choice, .. }
            | Delta::Reasoning { choice, .. }
            | Delta::Refusal { choice, .. }
            | Delta::ReasoningOpaque { choice, .. }
            | Delta::ToolCallStart { choice, .. }
            | Delta::ToolCallUpdate { choice, .. }
            | Delta::ToolCallArguments { choice, .. }
            | Delta::ToolCallEnd { choice, .. }
            | Delta::Part { choice, .. }
            | Delta::Restart { choice, .. }
            | Delta::Finish { choice, .. } => Some(choice),
            Delta::Extra { choice, .. } => choice,
            Delta::Start { .. }
            | Delta::Usage(_)
            | Delta::PeerError { .. }
            | Delta::Keepalive
            | Delta::Unknown { .. }
            | Delta::Done { .. } => None,
        }
    }

    /// The word for its kind in snake case: the member `type` of its JSON.
    #[must_use]
    pub const fn kind_name(&self) -> &'static str {
        match self {
            Delta::Start { .. } => "start",
            Delta::Role { .. } => "role",
            Delta::Text { .. } => "text",
            Delta::Reasoning { .. } => "reasoning",
            Delta::Refusal { .. } => "refusal",
            Delta::ReasoningOpaque { .. } => "reasoning_opaque",
            Delta::ToolCallStart { .. } => "tool_call_start",
            Delta::ToolCallUpdate { .. } => "tool_call_update",
            Delta::ToolCallArguments { .. } => "tool_call_arguments",
            Delta::ToolCallEnd { .. } => "tool_call_end",
            Delta::Part { .. } => "part",
            Delta::Restart { .. } => "restart",
            Delta::Extra { .. } => "extra",
            Delta::Finish { .. } => "finish",
            Delta::Usage(_) => "usage",
            Delta::PeerError { .. } => "error",
            Delta::Keepalive => "keepalive",
            Delta::Unknown { .. } => "unknown",
            Delta::Done { .. } => "done",
        }
    }
}

/// Token counts, each as the service sent it: no sums, no arithmetic.
///
/// Units: tokens. Conventions differ between services and are kept: OpenAI's `input` includes cached tokens,
/// Anthropic's does not; xAI's `output` excludes reasoning.
///
/// Source: OpenAI `usage`; names after OpenTelemetry's `gen_ai.usage.*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the prompt.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub input: Option<u64>,
    /// Tokens of the answer.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub output: Option<u64>,
    /// The service's own total.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub total: Option<u64>,
    /// Prompt tokens read from a cache.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub cached_input: Option<u64>,
    /// Prompt tokens written to a cache.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub cache_write: Option<u64>,
    /// Tokens spent on reasoning.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub reasoning: Option<u64>,
}

words! {
    /// Why a choice ended: OpenAI's words, plus `error` and `other`.
    FinishReason {
        /// A natural end or a stop sequence.
        Stop = "stop",
        /// A token limit.
        Length = "length",
        /// The model calls tools.
        ToolCalls = "tool_calls",
        /// A filter cut the answer, or the model was made to refuse.
        ContentFilter = "content_filter",
        /// The service failed in the middle of the answer.
        Error = "error",
    } else {
        /// A word of no known meaning; see `raw`.
        Other = "other"
    }
}

words! {
    /// What an [`Delta::Extra`] is.
    ExtraKind {
        /// Log probabilities of a choice.
        Logprobs = "logprobs",
        /// Annotations, citations, search results.
        Annotation = "annotation",
        /// Audio of the answer.
        Audio = "audio",
        /// Images of the answer.
        Image = "image",
        /// Content filter results.
        Safety = "safety",
        /// Activity of tools that the service runs itself.
        Hosted = "hosted",
    } else {
        /// Anything else: side-channel deltas, and by option every unknown member.
        Other = "other"
    }
}

words! {
    /// What a [`Delta::Part`] holds.
    PartKind {
        /// A piece of the answer.
        Text = "text",
        /// Reasoning, with its signature.
        Reasoning = "reasoning",
        /// A refusal.
        Refusal = "refusal",
        /// A tool call.
        ToolCall = "tool_call",
    } else {
        /// Anything else: hosted tools, images.
        Other = "other"
    }
}

words! {
    /// What a [`Delta::ReasoningOpaque`] is.
    OpaqueKind {
        /// A signature over the reasoning.
        Signature = "signature",
        /// Encrypted reasoning.
        Encrypted = "encrypted",
    }
}
