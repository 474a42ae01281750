//! Deltas whose strings are still ranges.
//!
//! Knows: the fields of each delta. Must not know: where the strings are.

use super::{Few, Str};
use crate::delta::{ExtraKind, FinishReason, OpaqueKind, PartKind};

/// An event's deltas, in order. Most events say one thing, and a first event two.
pub(crate) type Queue = Few<RawDelta, 2>;

/// A delta whose strings are still ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RawDelta {
    Start {
        id: Str,
        model: Str,
        created: Option<u64>,
    },
    Role {
        choice: u32,
        role: Str,
    },
    Text {
        choice: u32,
        text: Str,
    },
    Reasoning {
        choice: u32,
        text: Str,
    },
    Refusal {
        choice: u32,
        text: Str,
    },
    ReasoningOpaque {
        choice: u32,
        kind: OpaqueKind,
        data: Str,
    },
    ToolCallStart {
        choice: u32,
        slot: u32,
        id: Str,
        name: Str,
    },
    ToolCallUpdate {
        choice: u32,
        slot: u32,
        id: Str,
        name: Str,
    },
    ToolCallArguments {
        choice: u32,
        slot: u32,
        fragment: Str,
    },
    ToolCallEnd {
        choice: u32,
        slot: u32,
    },
    Part {
        choice: u32,
        part: u32,
        kind: PartKind,
    },
    Restart {
        choice: u32,
    },
    Extra {
        choice: Option<u32>,
        kind: ExtraKind,
        name: Str,
        json: Str,
    },
    Finish {
        choice: u32,
        reason: FinishReason,
        raw: Str,
        saw_tool_calls: bool,
    },
    /// The snapshot of this ordinal in the event; the snapshots live with the normalizer.
    Usage {
        snapshot: usize,
    },
    Error {
        code: Str,
        kind: Str,
        message: Str,
        json: Str,
    },
    Keepalive,
    Unknown {
        event: Str,
        payload: Str,
    },
    Done {
        marker: &'static str,
    },
}

impl RawDelta {
    /// Calls `f` on each string.
    pub(crate) fn each_str(&mut self, mut f: impl FnMut(&mut Str)) {
        match self {
            Self::Start { id, model, .. } => [id, model].into_iter().for_each(f),
            Self::Role { role: text, .. }
            | Self::Text { text, .. }
            | Self::Reasoning { text, .. }
            | Self::Refusal { text, .. }
            | Self::ReasoningOpaque { data: text, .. }
            | Self::ToolCallArguments { fragment: text, .. }
            | Self::Finish { raw: text, .. } => f(text),
            Self::ToolCallStart { id, name, .. } | Self::ToolCallUpdate { id, name, .. } => {
                [id, name].into_iter().for_each(f);
            }
            Self::Extra { name, json, .. } => [name, json].into_iter().for_each(f),
            Self::Error { code, kind, message, json } => [code, kind, message, json].into_iter().for_each(f),
            Self::Unknown { event, payload } => [event, payload].into_iter().for_each(f),
            Self::Part { .. }
            | Self::Restart { .. }
            | Self::ToolCallEnd { .. }
            | Self::Usage { .. }
            | Self::Keepalive
            | Self::Done { .. } => {}
        }
    }
}
