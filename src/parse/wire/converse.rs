//! Converse: the content blocks of Amazon Bedrock's `ConverseStream`, also as Amazon's own models write them where they are
//! invoked directly.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. In order: `messageStart`; for each block its deltas and `contentBlockStop`; `messageStop` with the stop reason; then
//!    `metadata` with the usage. There is no end marker: the stream ends.
//! 2. The type of the message that an event comes in names it, and the payload is its members. Where nothing names it, the
//!    event is the one member of an object ([`NAMES`]); what stands beside it is Bedrock's.
//! 3. A block is known by its `contentBlockIndex`: a key, never a size. Only calls begin with a `contentBlockStart`; of text
//!    and reasoning the first delta is the first word. What is in a block, a `start` or a `delta`, is the one member of an
//!    object that is named after its kind.
//! 4. A `toolUse` is a call of the caller's, its `input` comes in pieces, and in none where there are no arguments. One that
//!    has a `type` is of tools that the service runs itself, as is every kind of block that is not known here.
//! 5. Each event has padding, `p`.
//!
//! Source: Amazon Bedrock API Reference, *ConverseStream*; Amazon Nova User Guide, *Complete request schema*.

use super::invoke_model::{self, METRICS};
use super::signs::Signs;
use super::{WireMatch, errors};
use crate::delta::{ExtraKind, OpaqueKind, PartKind};
use crate::dialect;
use crate::error::ErrorKind;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::parse::{Context, Envelope};
use crate::record::{Counter, Record, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// The events.
const NAMES: [&str; 6] =
    ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"];

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    if event_by_message_name(signs.context).is_some() {
        return true;
    }
    // Anything may have `metadata`.
    let is_keyed = NAMES.iter().take(5).any(|name| signs.has(name, Kind::Object));
    is_keyed || signs.kind_inside("metadata", "usage") == Some(Kind::Object)
}

/// The event that its message is named after: its position in [`NAMES`].
fn event_by_message_name(context: Context<'_>) -> Option<usize> {
    let is_typed = context.envelope == Envelope::Message;
    NAMES.iter().position(|name| is_typed && name.as_bytes() == context.name)
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, context: Context<'_>) -> Result<WireMatch> {
    let whole = Field { kind: Kind::Object, mark: visitor.cursor.mark_ahead() };
    if let Some(name) = event_by_message_name(context) {
        visitor.cursor.skip()?;
        push_event_by_position(visitor, name, Some(whole))?;
        return Ok(WireMatch::Mine);
    }
    let [start, block_start, block_delta, block_stop, stop, metadata, metrics] =
        visitor.fields(&[NAMES[0], NAMES[1], NAMES[2], NAMES[3], NAMES[4], NAMES[5], METRICS])?;
    let events = [start, block_start, block_delta, block_stop, stop, metadata];
    let mut is_mine = false;
    for (name, field) in events.into_iter().enumerate() {
        if field.is_some_and(|field| field.kind == Kind::Object) {
            push_event_by_position(visitor, name, field)?;
            is_mine = true;
        }
    }
    if is_mine {
        invoke_model::push_weak_counters(visitor, metrics)?;
        return Ok(WireMatch::Mine);
    }
    let is_error = errors::push_error_or_ping(visitor, whole.mark, context)?;
    Ok(if is_error { WireMatch::Anyones } else { WireMatch::NotMine })
}

/// States the event of this position in [`NAMES`].
fn push_event_by_position<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    position: usize,
    event: Value<C>,
) -> Result<()> {
    match position {
        0 => message_start(visitor, event),
        1 => begin_part_with_call_or_extra(visitor, event),
        2 => block_delta(visitor, event),
        3 => block_stop(visitor, event),
        4 => message_stop(visitor, event),
        _ => push_usage_and_guardrail_trace(visitor, event),
    }
}

fn message_start<C: Cursor>(visitor: &mut Visitor<'_, C>, event: Value<C>) -> Result<()> {
    let [role] = visitor.fields_of(event, &["role"])?;
    let role = visitor.string_of(role)?;
    visitor.records.push_head_within_limit(Record::Begin)?;
    visitor.push(Record::Choice { index: 0 })?;
    if dialect::answers(visitor.cursor.bytes(role)) {
        visitor.push(Record::Role(role))?;
    }
    Ok(())
}

fn begin_part_with_call_or_extra<C: Cursor>(visitor: &mut Visitor<'_, C>, event: Value<C>) -> Result<()> {
    let [index, start] = visitor.fields_of(event, &["contentBlockIndex", "start"])?;
    let Some((kind, block)) = visitor.first_member(start)? else { return Ok(()) };
    if visitor.cursor.bytes(kind) == b"toolUse" {
        let [id, name, kind] = visitor.fields_of(Some(block), &["toolUseId", "name", "type"])?;
        let kind = visitor.string_of(kind)?;
        if visitor.cursor.bytes(kind) != b"server_tool_use" {
            visitor.push_part(index, PartKind::ToolCall, true)?;
            let (id, name) = (visitor.string_of(id)?, visitor.string_of(name)?);
            return visitor.push(Record::ToolCall { index: None, id, name, is_metadata_only: false });
        }
    }
    visitor.push_part(index, PartKind::Other, true)?;
    push_extra_block(visitor, kind, block)
}

fn block_delta<C: Cursor>(visitor: &mut Visitor<'_, C>, event: Value<C>) -> Result<()> {
    let [index, delta] = visitor.fields_of(event, &["contentBlockIndex", "delta"])?;
    let Some((kind, block)) = visitor.first_member(delta)? else { return Ok(()) };
    match visitor.cursor.bytes(kind) {
        b"text" => {
            visitor.push_part(index, PartKind::Text, false)?;
            visitor.push_string(Some(block), Record::Text)
        }
        b"toolUse" => {
            visitor.push_part_or_current(index, PartKind::Other)?;
            let [input] = visitor.fields_of(Some(block), &["input"])?;
            visitor.push_arguments(input)?;
            visitor.push_if_hosted(kind, Some(block))
        }
        b"reasoningContent" => {
            visitor.push_part(index, PartKind::Reasoning, false)?;
            push_reasoning(visitor, block)
        }
        b"citation" => {
            visitor.push_part(index, PartKind::Text, false)?;
            visitor.push_extra(ExtraKind::Annotation, kind, Some(block))
        }
        _ => {
            visitor.push_part(index, PartKind::Other, false)?;
            push_extra_block(visitor, kind, block)
        }
    }
}

fn push_reasoning<C: Cursor>(visitor: &mut Visitor<'_, C>, block: Field<C::Mark>) -> Result<()> {
    const NAMES: [&str; 3] = ["text", "signature", "redactedContent"];
    let [text, signature, redacted] = visitor.fields_of(Some(block), &NAMES)?;
    visitor.push_string(text, |text| Record::Reasoning { rank: 0, text })?;
    visitor.push_opaque(signature, OpaqueKind::Signature)?;
    visitor.push_opaque(redacted, OpaqueKind::Encrypted)
}

/// What is in a block that is neither words nor a call, as it was sent.
fn push_extra_block<C: Cursor>(visitor: &mut Visitor<'_, C>, name: Str, block: Field<C::Mark>) -> Result<()> {
    let kind = match visitor.cursor.bytes(name) {
        b"image" => ExtraKind::Image,
        b"audio" => ExtraKind::Audio,
        _ => ExtraKind::Hosted,
    };
    visitor.push_extra(kind, name, Some(block))
}

fn block_stop<C: Cursor>(visitor: &mut Visitor<'_, C>, event: Value<C>) -> Result<()> {
    let [index] = visitor.fields_of(event, &["contentBlockIndex"])?;
    visitor.push_part_or_current(index, PartKind::Text)?;
    visitor.push(Record::PlaceEnd)
}

fn message_stop<C: Cursor>(visitor: &mut Visitor<'_, C>, event: Value<C>) -> Result<()> {
    let [reason] = visitor.fields_of(event, &["stopReason"])?;
    let word = visitor.string_of(reason)?;
    visitor.push(Record::Choice { index: 0 })?;
    visitor.push_finish(word)
}

/// The usage; and what a guardrail found, beside it.
fn push_usage_and_guardrail_trace<C: Cursor>(visitor: &mut Visitor<'_, C>, event: Value<C>) -> Result<()> {
    use Counter::{CacheWrite, CachedInput, Input, Output, Total};
    const NAMES: [&str; 7] = [
        "inputTokens",
        "outputTokens",
        "totalTokens",
        "cacheReadInputTokens",
        "cacheWriteInputTokens",
        // As Nova spells them.
        "cacheReadInputTokenCount",
        "cacheWriteInputTokenCount",
    ];
    let [usage, trace] = visitor.fields_of(event, &["usage", "trace"])?;
    let [guardrail] = visitor.fields_of(trace, &["guardrail"])?;
    if let Some(field) = guardrail {
        let name = visitor.cursor.name_before(field.mark);
        visitor.push(Record::Choice { index: 0 })?;
        visitor.push_extra(ExtraKind::Safety, name, guardrail)?;
    }
    let counters = visitor.fields_of(usage, &NAMES)?;
    visitor
        .counters_of(&counters, &[Input, Output, Total, CachedInput, CacheWrite, CachedInput, CacheWrite])?;
    Ok(())
}
