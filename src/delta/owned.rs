//! [`OwnedDelta`]: a delta that owns its strings.
//!
//! Knows: [`Delta`]. Must not know: anything else.

use super::{Delta, DeltaStr, ExtraKind, FinishReason, OpaqueKind, PartKind, Usage};

/// A [`Delta`] that owns its strings; the fields are those of the borrowed variant.
///
/// With the feature `serde` it is written and read as JSON with the member `type`. A reader meets new kinds as errors (an
/// old program cannot know what to do with them); new words of [`FinishReason`] and [`ExtraKind`] it reads as `Other`.
///
/// Cost: its strings are [`DeltaStr`]s, made by [`Delta::into_owned`]; 104 bytes where pointers have 64 bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(tag = "type", rename_all = "snake_case"))]
#[non_exhaustive]
#[allow(missing_docs)] // the fields are documented at `Delta`
pub enum OwnedDelta {
    /// See [`Delta::Start`].
    #[non_exhaustive]
    Start { id: Option<DeltaStr>, model: Option<DeltaStr>, created: Option<u64> },
    /// See [`Delta::Role`].
    Role { choice: u32, role: DeltaStr },
    /// See [`Delta::Text`].
    Text { choice: u32, text: DeltaStr },
    /// See [`Delta::Reasoning`].
    Reasoning { choice: u32, text: DeltaStr },
    /// See [`Delta::Refusal`].
    Refusal { choice: u32, text: DeltaStr },
    /// See [`Delta::ReasoningOpaque`].
    #[non_exhaustive]
    ReasoningOpaque { choice: u32, kind: OpaqueKind, data: DeltaStr },
    /// See [`Delta::ToolCallStart`].
    #[non_exhaustive]
    ToolCallStart { choice: u32, slot: u32, id: Option<DeltaStr>, name: Option<DeltaStr> },
    /// See [`Delta::ToolCallUpdate`].
    #[non_exhaustive]
    ToolCallUpdate { choice: u32, slot: u32, id: Option<DeltaStr>, name: Option<DeltaStr> },
    /// See [`Delta::ToolCallArguments`].
    ToolCallArguments { choice: u32, slot: u32, fragment: DeltaStr },
    /// See [`Delta::ToolCallEnd`].
    ToolCallEnd { choice: u32, slot: u32 },
    /// See [`Delta::Extra`].
    #[non_exhaustive]
    Extra {
        choice: Option<u32>,
        kind: ExtraKind,
        #[cfg_attr(feature = "serde", serde(default))]
        name: DeltaStr,
        json: DeltaStr,
    },
    /// See [`Delta::Part`].
    #[non_exhaustive]
    Part { choice: u32, part: u32, kind: PartKind },
    /// See [`Delta::Restart`].
    #[non_exhaustive]
    Restart { choice: u32 },
    /// See [`Delta::Finish`].
    #[non_exhaustive]
    Finish { choice: u32, reason: FinishReason, raw: DeltaStr, saw_tool_calls: bool },
    /// See [`Delta::Usage`].
    Usage(Usage),
    /// See [`Delta::PeerError`].
    #[cfg_attr(feature = "serde", serde(rename = "error"))]
    #[non_exhaustive]
    PeerError { code: Option<DeltaStr>, kind: Option<DeltaStr>, message: DeltaStr, json: DeltaStr },
    /// See [`Delta::Keepalive`].
    Keepalive,
    /// See [`Delta::Unknown`].
    #[non_exhaustive]
    Unknown { event: DeltaStr, payload: DeltaStr },
    /// See [`Delta::Done`].
    #[non_exhaustive]
    Done { marker: DeltaStr },
}

impl OwnedDelta {
    /// The same delta, borrowed. Cost: none.
    #[must_use]
    #[inline(always)]
    pub fn as_delta(&self) -> Delta<'_> {
        match self {
            Self::Text { choice, text } => Delta::Text { choice: *choice, text },
            Self::Reasoning { choice, text } => Delta::Reasoning { choice: *choice, text },
            Self::ToolCallArguments { choice, slot, fragment } => {
                Delta::ToolCallArguments { choice: *choice, slot: *slot, fragment }
            }
            _ => self.as_rare(),
        }
    }

    #[inline(never)]
    fn as_rare(&self) -> Delta<'_> {
        match self {
            Self::Start { id, model, created } => {
                Delta::Start { id: id.as_deref(), model: model.as_deref(), created: *created }
            }
            Self::Role { choice, role } => Delta::Role { choice: *choice, role },
            Self::Text { choice, text } => Delta::Text { choice: *choice, text },
            Self::Reasoning { choice, text } => Delta::Reasoning { choice: *choice, text },
            Self::Refusal { choice, text } => Delta::Refusal { choice: *choice, text },
            Self::ReasoningOpaque { choice, kind, data } => {
                Delta::ReasoningOpaque { choice: *choice, kind: *kind, data }
            }
            Self::ToolCallStart { choice, slot, id, name } => Delta::ToolCallStart {
                choice: *choice,
                slot: *slot,
                id: id.as_deref(),
                name: name.as_deref(),
            },
            Self::ToolCallUpdate { choice, slot, id, name } => Delta::ToolCallUpdate {
                choice: *choice,
                slot: *slot,
                id: id.as_deref(),
                name: name.as_deref(),
            },
            Self::ToolCallArguments { choice, slot, fragment } => {
                Delta::ToolCallArguments { choice: *choice, slot: *slot, fragment }
            }
            Self::ToolCallEnd { choice, slot } => Delta::ToolCallEnd { choice: *choice, slot: *slot },
            Self::Extra { choice, kind, name, json } => {
                Delta::Extra { choice: *choice, kind: *kind, name, json }
            }
            Self::Part { choice, part, kind } => Delta::Part { choice: *choice, part: *part, kind: *kind },
            Self::Restart { choice } => Delta::Restart { choice: *choice },
            Self::Finish { choice, reason, raw, saw_tool_calls } => {
                Delta::Finish { choice: *choice, reason: *reason, raw, saw_tool_calls: *saw_tool_calls }
            }
            Self::Usage(usage) => Delta::Usage(usage),
            Self::PeerError { code, kind, message, json } => {
                Delta::PeerError { code: code.as_deref(), kind: kind.as_deref(), message, json }
            }
            Self::Keepalive => Delta::Keepalive,
            Self::Unknown { event, payload } => Delta::Unknown { event, payload },
            Self::Done { marker } => Delta::Done { marker },
        }
    }
}

impl From<Delta<'_>> for OwnedDelta {
    #[inline(always)] // Else the borrowed delta is copied once more to be handed over.
    fn from(delta: Delta<'_>) -> Self {
        Self::by(delta, DeltaStr::from, DeltaStr::copied)
    }
}

impl OwnedDelta {
    /// The delta with each of its strings made by `owned`; what a stream tells with every event is made by `token`.
    #[inline(always)]
    pub(super) fn by<'a>(
        delta: Delta<'a>,
        token: impl Fn(&'a str) -> DeltaStr,
        owned: impl Fn(&'a str) -> DeltaStr + Copy,
    ) -> Self {
        match delta {
            Delta::Start { id, model, created } => {
                Self::Start { id: id.map(owned), model: model.map(owned), created }
            }
            Delta::Role { choice, role } => Self::Role { choice, role: owned(role) },
            Delta::Text { choice, text } => Self::Text { choice, text: token(text) },
            Delta::Reasoning { choice, text } => Self::Reasoning { choice, text: token(text) },
            Delta::Refusal { choice, text } => Self::Refusal { choice, text: owned(text) },
            Delta::ReasoningOpaque { choice, kind, data } => {
                Self::ReasoningOpaque { choice, kind, data: owned(data) }
            }
            Delta::ToolCallStart { choice, slot, id, name } => {
                Self::ToolCallStart { choice, slot, id: id.map(owned), name: name.map(owned) }
            }
            Delta::ToolCallUpdate { choice, slot, id, name } => {
                Self::ToolCallUpdate { choice, slot, id: id.map(owned), name: name.map(owned) }
            }
            Delta::ToolCallArguments { choice, slot, fragment } => {
                Self::ToolCallArguments { choice, slot, fragment: token(fragment) }
            }
            Delta::ToolCallEnd { choice, slot } => Self::ToolCallEnd { choice, slot },
            Delta::Extra { choice, kind, name, json } => {
                Self::Extra { choice, kind, name: owned(name), json: owned(json) }
            }
            Delta::Part { choice, part, kind } => Self::Part { choice, part, kind },
            Delta::Restart { choice } => Self::Restart { choice },
            Delta::Finish { choice, reason, raw, saw_tool_calls } => {
                Self::Finish { choice, reason, raw: owned(raw), saw_tool_calls }
            }
            Delta::Usage(usage) => Self::Usage(*usage),
            Delta::PeerError { code, kind, message, json } => Self::PeerError {
                code: code.map(owned),
                kind: kind.map(owned),
                message: owned(message),
                json: owned(json),
            },
            Delta::Keepalive => Self::Keepalive,
            Delta::Unknown { event, payload } => {
                Self::Unknown { event: owned(event), payload: owned(payload) }
            }
            Delta::Done { marker } => Self::Done { marker: owned(marker) },
        }
    }
}

impl<'a> From<&'a OwnedDelta> for Delta<'a> {
    fn from(owned: &'a OwnedDelta) -> Self {
        owned.as_delta()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for OwnedDelta {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_delta().serialize(serializer)
    }
}
