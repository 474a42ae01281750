//! Cohere Chat, version 2: content blocks and calls, each with a beginning and an end.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. In order: `message-start`; `tool-plan-delta`; for each block `content-start`, `content-delta`, `content-end`; for each
//!    call `tool-call-start`, `tool-call-delta`, `tool-call-end`; `citation-start` where a citation is known; `message-end`
//!    with the finish reason and usage. The event's name repeats `type`. `[DONE]` may follow.
//! 2. What an event says stands in `delta.message`, under the name of what it is: each is one object, also `tool_calls`.
//! 3. Blocks and calls are counted apart: a block and a call may have the same `index` at the same time.
//! 4. Of usage, `tokens` is what the model read and wrote; `billed_units` counts only where there is no `tokens`.
//!
//! Source: Cohere, *API reference: Chat with streaming*, version 2.

use super::signs::Signs;
use super::{WireMatch, errors};
use crate::delta::{ExtraKind, PartKind};
use crate::dialect::{self, Quirk};
use crate::error::ErrorKind;
use crate::lex;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Counter, PlaceKey, Record, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// The key of the plan, which has no index: no block's or call's, as far as they are counted from 0.
const PLAN: PlaceKey = PlaceKey::Wire(1 << 63);

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    match signs.text("type") {
        b"message-start" | b"message-end" | b"tool-plan-delta" => true,
        word => [&b"content-"[..], b"tool-call-", b"citation-"].iter().any(|start| word.starts_with(start)),
    }
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    let [kind, index, id, delta] = visitor.fields(&["type", "index", "id", "delta"])?;
    let word = visitor.string_of(kind)?;
    let [message] = visitor.fields_of(delta, &["message"])?;
    match visitor.cursor.bytes(word) {
        b"content-delta" => content_delta(visitor, index, message)?,
        b"content-start" => content_start(visitor, index, message)?,
        b"content-end" => {
            let key = visitor.key_or_running(index)?;
            push_place_end(visitor, key, PartKind::Text)?;
        }
        b"tool-plan-delta" => push_plan_as_reasoning(visitor, message)?,
        b"tool-call-start" => call(visitor, index, message, true)?,
        b"tool-call-delta" => call(visitor, index, message, false)?,
        b"tool-call-end" => {
            let key = call_key(visitor, index)?;
            push_place_end(visitor, key, PartKind::ToolCall)?;
        }
        b"citation-start" => citation(visitor, message)?,
        b"citation-end" => {}
        b"message-start" => message_start(visitor, id, message)?,
        b"message-end" => push_finish_and_done(visitor, delta)?,
        _ => return Ok(WireMatch::NotMine),
    }
    Ok(WireMatch::Mine)
}

/// The key of the call of this index: the complement, because calls are counted apart from blocks.
fn call_key<C: Cursor>(visitor: &mut Visitor<'_, C>, index: Value<C>) -> Result<PlaceKey> {
    Ok(visitor.key_of(index)?.map_or(PlaceKey::Running, |index| PlaceKey::Wire(!index)))
}

fn push_place_end<C: Cursor>(visitor: &mut Visitor<'_, C>, key: PlaceKey, kind: PartKind) -> Result<()> {
    visitor.push_place(key, kind, false)?;
    visitor.push(Record::PlaceEnd)
}

fn message_start<C: Cursor>(visitor: &mut Visitor<'_, C>, id: Value<C>, message: Value<C>) -> Result<()> {
    let [role] = visitor.fields_of(message, &["role"])?;
    visitor.records.push_head_within_limit(Record::Begin)?;
    let (id, role) = (visitor.string_of(id)?, visitor.string_of(role)?);
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.push(Record::Choice { index: 0 })?;
    if dialect::answers(visitor.cursor.bytes(role)) {
        visitor.push(Record::Role(role))?;
    }
    Ok(())
}

fn content_start<C: Cursor>(visitor: &mut Visitor<'_, C>, index: Value<C>, message: Value<C>) -> Result<()> {
    let [content] = visitor.fields_of(message, &["content"])?;
    let [kind, text, thinking] = visitor.fields_of(content, &["type", "text", "thinking"])?;
    let key = visitor.key_or_running(index)?;
    let word = visitor.string_of(kind)?;
    let kind = match visitor.cursor.bytes(word) {
        b"text" => PartKind::Text,
        b"thinking" => PartKind::Reasoning,
        _ => PartKind::Other,
    };
    visitor.push_place(key, kind, true)?;
    if kind == PartKind::Other {
        return visitor.push_extra(ExtraKind::Other, word, content);
    }
    visitor.push_string(thinking, |text| Record::Reasoning { rank: 0, text })?;
    visitor.push_string(text, Record::Text)
}

fn content_delta<C: Cursor>(visitor: &mut Visitor<'_, C>, index: Value<C>, message: Value<C>) -> Result<()> {
    let [content] = visitor.fields_of(message, &["content"])?;
    let [text, thinking] = visitor.fields_of(content, &["text", "thinking"])?;
    let key = visitor.key_or_running(index)?;
    let kind = if thinking.is_some() { PartKind::Reasoning } else { PartKind::Text };
    visitor.push_place(key, kind, false)?;
    visitor.push_string(thinking, |text| Record::Reasoning { rank: 0, text })?;
    visitor.push_string(text, Record::Text)
}

/// What the model means to do with its tools.
fn push_plan_as_reasoning<C: Cursor>(visitor: &mut Visitor<'_, C>, message: Value<C>) -> Result<()> {
    let [plan] = visitor.fields_of(message, &["tool_plan"])?;
    visitor.push_place(PLAN, PartKind::Reasoning, false)?;
    visitor.push_string(plan, |text| Record::Reasoning { rank: 0, text })
}

fn call<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    index: Value<C>,
    message: Value<C>,
    begins: bool,
) -> Result<()> {
    let [call] = visitor.fields_of(message, &["tool_calls"])?;
    let key = call_key(visitor, index)?;
    if call.is_some_and(|call| call.kind == Kind::Array) {
        visitor.need(Quirk::ToolCallsArray)?;
        return visitor.each_of(call, &mut |visitor, kind, position| {
            let call = Field { kind, mark: visitor.skip_marked()? };
            push_place_call_and_arguments(
                visitor,
                call_key_counted_down_by_position(key, position),
                Some(call),
                begins,
            )
        });
    }
    push_place_call_and_arguments(visitor, key, call, begins)
}

/// The key of the call whose index is so many after that of `key`.
fn call_key_counted_down_by_position(key: PlaceKey, position: usize) -> PlaceKey {
    match key {
        PlaceKey::Wire(key) => PlaceKey::Wire(key.wrapping_sub(position as u64)),
        _ => key,
    }
}

/// What is said of one call.
fn push_place_call_and_arguments<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    call: Value<C>,
    begins: bool,
) -> Result<()> {
    let [id, function] = visitor.fields_of(call, &["id", "function"])?;
    let [name, arguments] = visitor.fields_of(function, &["name", "arguments"])?;
    visitor.push_place(key, PartKind::ToolCall, begins)?;
    if begins {
        let (id, name) = (visitor.string_of(id)?, visitor.string_of(name)?);
        visitor.push(Record::ToolCall { index: None, id, name, is_metadata_only: false })?;
    }
    visitor.push_arguments(arguments)
}

fn citation<C: Cursor>(visitor: &mut Visitor<'_, C>, message: Value<C>) -> Result<()> {
    let [citations] = visitor.fields_of(message, &["citations"])?;
    visitor.push(Record::Choice { index: 0 })?;
    let name = citations.map_or(Str::NONE, |field| visitor.cursor.name_before(field.mark));
    visitor.push_extra(ExtraKind::Annotation, name, citations)
}

fn push_finish_and_done<C: Cursor>(visitor: &mut Visitor<'_, C>, delta: Value<C>) -> Result<()> {
    let [reason, usage, error] = visitor.fields_of(delta, &["finish_reason", "usage", "error"])?;
    self::push_error_unless_empty(visitor, error)?;
    visitor.push(Record::Choice { index: 0 })?;
    let word = visitor.string_of(reason)?;
    visitor.push_finish(word)?;
    self::usage(visitor, usage)?;
    visitor.push(Record::Done { marker: "message-end" })
}

/// The error that an event says, if it says one: mostly its text alone.
pub(super) fn push_error_unless_empty<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    error: Value<C>,
) -> Result<()> {
    let message = visitor.string_or_json_of(error)?;
    let said = visitor.cursor.bytes(message);
    if said.is_empty() || lex::is_empty_object_or_array(said) {
        return Ok(());
    }
    if let Some(object) = error.filter(|error| error.kind == Kind::Object) {
        return errors::push_if_error(visitor, object.mark);
    }
    let (code, kind, json) = (Str::NONE, Str::NONE, Str::NONE);
    visitor.records.push_head_within_limit(Record::Error { code, kind, message, json })
}

/// The counts of a usage object, as both versions have it.
pub(super) fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    const COUNTS: [&str; 2] = ["input_tokens", "output_tokens"];
    let [tokens, billed, cached] = visitor.fields_of(usage, &["tokens", "billed_units", "cached_tokens"])?;
    let tokens = visitor.fields_of(tokens, &COUNTS)?;
    if !visitor.counters_of(&tokens, &[Counter::Input, Counter::Output])? {
        let billed = visitor.fields_of(billed, &COUNTS)?;
        visitor.counters_of(&billed, &[Counter::Input, Counter::Output])?;
    }
    visitor.counters_of(&[cached], &[Counter::CachedInput])?;
    Ok(())
}
