//! Constructors of the variants that may grow: a pattern or an expression that lists their fields would break then.
//!
//! Knows: [`Delta`] and [`OwnedDelta`]. Must not know: anything else.

use super::{Delta, ExtraKind, FinishReason, OpaqueKind, OwnedDelta};

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
        extra Extra { choice: Option<u32>, kind: ExtraKind, json: &'a str }
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
        start Start { id: Option<String>, model: Option<String>, created: Option<u64> }
        reasoning_opaque ReasoningOpaque { choice: u32, kind: OpaqueKind, data: String }
        tool_call_start ToolCallStart { choice: u32, slot: u32, id: Option<String>, name: Option<String> }
        tool_call_update ToolCallUpdate { choice: u32, slot: u32, id: Option<String>, name: Option<String> }
        extra Extra { choice: Option<u32>, kind: ExtraKind, json: String }
        finish Finish { choice: u32, reason: FinishReason, raw: String, saw_tool_calls: bool }
        peer_error PeerError { code: Option<String>, kind: Option<String>, message: String, json: String }
        unknown Unknown { event: String, payload: String }
        done Done { marker: String }
    }
}
