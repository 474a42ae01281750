//! Constructors of the variants that may grow: a pattern or an expression that lists their fields would break then.
//!
//! Knows: [`Delta`] and [`OwnedDelta`]. Must not know: anything else.

use super::{Delta, DeltaStr, ExtraKind, FinishReason, OpaqueKind, OwnedDelta, PartKind};

/// One constructor for each variant, with the fields that it has today.
macro_rules! constructors {
    ($($name:ident $variant:ident { $($field:ident: $type:ty),* })*) => {
        $(
            #[doc = concat!("A [`Delta::", stringify!($variant), "`]; later fields will say nothing.")]
            #[must_use]
            pub const fn $name($($field: $type),*) -> Self {
                Self::$variant { $($field),* }
            }
        )*
    };
}

/// For tests and for what is made of deltas; the decoder's own borrow from the stream.
impl<'a> Delta<'a> {
    constructors! {
        start Start { id: Option<&'a str>, model: Option<&'a str>, created: Option<u64> }
        reasoning_opaque ReasoningOpaque { choice: u32, kind: OpaqueKind, data: &'a str }
        tool_call_start ToolCallStart { choice: u32, slot: u32, id: Option<&'a str>, name: Option<&'a str> }
        tool_call_update ToolCallUpdate { choice: u32, slot: u32, id: Option<&'a str>, name: Option<&'a str> }
        part Part { choice: u32, part: u32, kind: PartKind }
        restart Restart { choice: u32 }
        extra Extra { choice: Option<u32>, kind: ExtraKind, name: &'a str, json: &'a str }
        finish Finish { choice: u32, reason: FinishReason, raw: &'a str, saw_tool_calls: bool }
        peer_error PeerError {
            code: Option<&'a str>, kind: Option<&'a str>, message: &'a str, json: &'a str
        }
        unknown Unknown { event: &'a str, payload: &'a str }
        done Done { marker: &'a str }
    }
}

/// As those of [`Delta`].
impl OwnedDelta {
    constructors! {
        start Start { id: Option<DeltaStr>, model: Option<DeltaStr>, created: Option<u64> }
        reasoning_opaque ReasoningOpaque { choice: u32, kind: OpaqueKind, data: DeltaStr }
        tool_call_start ToolCallStart { choice: u32, slot: u32, id: Option<DeltaStr>, name: Option<DeltaStr> }
        tool_call_update ToolCallUpdate { choice: u32, slot: u32, id: Option<DeltaStr>, name: Option<DeltaStr> }
        part Part { choice: u32, part: u32, kind: PartKind }
        restart Restart { choice: u32 }
        extra Extra { choice: Option<u32>, kind: ExtraKind, name: DeltaStr, json: DeltaStr }
        finish Finish { choice: u32, reason: FinishReason, raw: DeltaStr, saw_tool_calls: bool }
        peer_error PeerError { code: Option<DeltaStr>, kind: Option<DeltaStr>, message: DeltaStr, json: DeltaStr }
        unknown Unknown { event: DeltaStr, payload: DeltaStr }
        done Done { marker: DeltaStr }
    }
}
