//! Messages: the content blocks of Anthropic's API, and the legacy completion.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. In order: `message_start`; for each block `content_block_start`, its deltas, `content_block_stop`; `message_delta` with
//!    the stop reason and usage; `message_stop`. Pings and errors stand anywhere. The event's name repeats `type`, which alone
//!    decides.
//! 2. A block is known by its `index`: a key, never a size, and never a call's slot. Blocks may be interleaved.
//! 3. A `tool_use` block is a call of the caller's. Its `input` comes in pieces, or whole with its start: that counts only
//!    where no piece follows. Every other block that is no text or thinking is of tools that the service runs itself.
//! 4. Usage stands in `message_start` and `message_delta`, each a snapshot.
//! 5. A second `message_start` before the end: the answer begins anew.
//!
//! Source: Anthropic, *Streaming Messages*; *Streaming Text Completions* (legacy).

use super::signs::Signs;
use super::{WireMatch, errors};
use crate::delta::{ExtraKind, OpaqueKind, PartKind};
use crate::dialect::{self, Quirk};
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Counter, Place, PlaceKey, Record, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    match signs.text("type") {
        b"message_start"
        | b"content_block_start"
        | b"content_block_delta"
        | b"content_block_stop"
        | b"message_delta"
        | b"message_stop" => true,
        b"completion" => signs.has_member("completion"),
        b"message" => signs.has("role", Kind::String) && signs.has("content", Kind::Array),
        _ => false,
    }
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, context: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 6] = ["type", "index", "delta", "content_block", "message", "usage"];
    let whole = Field { kind: Kind::Object, mark: visitor.cursor.mark_ahead() };
    let [kind, index, delta, block, message, usage] = visitor.fields(&NAMES)?;
    let word = visitor.string_of(kind)?;
    match visitor.cursor.bytes(word) {
        b"content_block_delta" => self::delta(visitor, index, delta)?,
        b"content_block_start" => begin_block_of_first_choice(visitor, index, block)?,
        b"content_block_stop" => {
            visitor.push_part_or_current(index, PartKind::Text)?;
            visitor.push(Record::PlaceEnd)?;
        }
        b"message_start" => message_start(visitor, message)?,
        b"message_delta" => message_delta(visitor, delta, usage)?,
        b"message_stop" => visitor.push(Record::Done { marker: "message_stop" })?,
        b"completion" => legacy_completion(visitor, whole)?,
        b"message" => {
            message_start(visitor, Some(whole))?;
            visitor.push(Record::Done { marker: "message" })?;
        }
        b"ping" => {
            visitor.records.push_head_within_limit(Record::Keepalive)?;
            return Ok(WireMatch::Anyones);
        }
        b"error" => {
            let is_error = errors::push_error_or_ping(visitor, whole.mark, context)?;
            return Ok(if is_error { WireMatch::Anyones } else { WireMatch::NotMine });
        }
        _ => return Ok(WireMatch::NotMine),
    }
    if context.may_be_named && context.name.is_empty() {
        visitor.need(Quirk::EventNameMissing)?;
    }
    Ok(WireMatch::Mine)
}

fn message_start<C: Cursor>(visitor: &mut Visitor<'_, C>, message: Value<C>) -> Result<()> {
    const NAMES: [&str; 6] = ["id", "model", "role", "content", "stop_reason", "usage"];
    let [id, model, role, content, stop, usage] = visitor.fields_of(message, &NAMES)?;
    visitor.records.push_head_within_limit(Record::Begin)?;
    let (id, model) = (visitor.string_of(id)?, visitor.string_of(model)?);
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.records.push_head_within_limit(Record::Model(model))?;
    visitor.push(Record::Choice { index: 0 })?;
    let role = visitor.string_of(role)?;
    if dialect::answers(visitor.cursor.bytes(role)) {
        visitor.push(Record::Role(role))?;
    }
    visitor.each_of(content, &mut |visitor, kind, position| {
        let block = Field { kind, mark: visitor.cursor.mark_ahead() };
        visitor.cursor.skip()?;
        begin_block(visitor, PlaceKey::Wire(position as u64), Some(block))?;
        visitor.push(Record::PlaceEnd)
    })?;
    push_finish(visitor, stop)?;
    self::usage(visitor, usage)
}

fn message_delta<C: Cursor>(visitor: &mut Visitor<'_, C>, delta: Value<C>, usage: Value<C>) -> Result<()> {
    let [stop] = visitor.fields_of(delta, &["stop_reason"])?;
    visitor.push(Record::Choice { index: 0 })?;
    push_finish(visitor, stop)?;
    self::usage(visitor, usage)
}

/// An event of the legacy completion: id and model beside the text.
fn legacy_completion<C: Cursor>(visitor: &mut Visitor<'_, C>, whole: Field<C::Mark>) -> Result<()> {
    let [id, model, completion, stop] =
        visitor.fields_of(Some(whole), &["id", "model", "completion", "stop_reason"])?;
    let (id, model) = (visitor.string_of(id)?, visitor.string_of(model)?);
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.records.push_head_within_limit(Record::Model(model))?;
    visitor.push(Record::Choice { index: 0 })?;
    visitor.push_string(completion, Record::Text)?;
    push_finish(visitor, stop)
}

fn push_finish<C: Cursor>(visitor: &mut Visitor<'_, C>, stop: Value<C>) -> Result<()> {
    let word = visitor.string_of(stop)?;
    visitor.push_finish(word)
}

fn begin_block_of_first_choice<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    index: Value<C>,
    block: Value<C>,
) -> Result<()> {
    let key = visitor.key_or_running(index)?;
    visitor.push(Record::Choice { index: 0 })?;
    begin_block(visitor, key, block)
}

/// A block as it begins, with what it brings along.
fn begin_block<C: Cursor>(visitor: &mut Visitor<'_, C>, key: PlaceKey, block: Value<C>) -> Result<()> {
    const NAMES: [&str; 9] =
        ["type", "text", "thinking", "signature", "data", "id", "name", "input", "citations"];
    let [kind, text, thinking, signature, data, id, name, input, citations] =
        visitor.fields_of(block, &NAMES)?;
    let kind = visitor.string_of(kind)?;
    let begin = |kind| Record::Place(Place { key, sub: Place::WHOLE, kind, begins: true });
    match visitor.cursor.bytes(kind) {
        b"text" => {
            visitor.push(begin(PartKind::Text))?;
            visitor.push_string(text, Record::Text)?;
            push_citations(visitor, citations)
        }
        b"thinking" => {
            visitor.push(begin(PartKind::Reasoning))?;
            visitor.push_string(thinking, |text| Record::Reasoning { rank: 0, text })?;
            visitor.push_opaque(signature, OpaqueKind::Signature)
        }
        b"redacted_thinking" => {
            visitor.push(begin(PartKind::Reasoning))?;
            visitor.push_opaque(data, OpaqueKind::Encrypted)
        }
        b"tool_use" => {
            visitor.push(begin(PartKind::ToolCall))?;
            let (id, name) = (visitor.string_of(id)?, visitor.string_of(name)?);
            visitor.push(Record::ToolCall { index: None, id, name, is_metadata_only: false })?;
            visitor.push_input_unless_empty(input)
        }
        _ => {
            visitor.push(begin(PartKind::Other))?;
            push_hosted(visitor, kind, block)
        }
    }
}

/// The citations of a block that came whole, each as if it had come by itself.
fn push_citations<C: Cursor>(visitor: &mut Visitor<'_, C>, citations: Value<C>) -> Result<()> {
    let Some(list) = citations else { return Ok(()) };
    let name = visitor.cursor.name_before(list.mark);
    visitor.each_of(citations, &mut |visitor, kind, _| {
        let citation = Field { kind, mark: visitor.skip_marked()? };
        visitor.push_extra(ExtraKind::Annotation, name, Some(citation))
    })
}

/// Activity of the service's own tools, as it was sent.
fn push_hosted<C: Cursor>(visitor: &mut Visitor<'_, C>, name: Str, object: Value<C>) -> Result<()> {
    visitor.push_extra(ExtraKind::Hosted, name, object)
}

fn delta<C: Cursor>(visitor: &mut Visitor<'_, C>, index: Value<C>, delta: Value<C>) -> Result<()> {
    const NAMES: [&str; 6] = ["type", "text", "thinking", "signature", "partial_json", "citation"];
    let [kind, text, thinking, signature, json, citation] = visitor.fields_of(delta, &NAMES)?;
    let kind = visitor.string_of(kind)?;
    match visitor.cursor.bytes(kind) {
        b"text_delta" => {
            visitor.push_part(index, PartKind::Text, false)?;
            visitor.push_string(text, Record::Text)
        }
        b"thinking_delta" => {
            visitor.push_part(index, PartKind::Reasoning, false)?;
            visitor.push_string(thinking, |text| Record::Reasoning { rank: 0, text })
        }
        b"signature_delta" => {
            visitor.push_part(index, PartKind::Reasoning, false)?;
            visitor.push_opaque(signature, OpaqueKind::Signature)
        }
        b"input_json_delta" => {
            visitor.push_part_or_current(index, PartKind::Other)?;
            visitor.push_arguments(json)?;
            visitor.push_if_hosted(kind, delta)
        }
        b"citations_delta" => {
            visitor.push_part_or_current(index, PartKind::Text)?;
            visitor.push_extra(ExtraKind::Annotation, kind, citation)
        }
        _ => {
            visitor.push_part_or_current(index, PartKind::Other)?;
            push_hosted(visitor, kind, delta)
        }
    }
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    use Counter::{CacheWrite, CachedInput, Input, Output, Reasoning};
    const NAMES: [&str; 5] = [
        "input_tokens",
        "output_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "output_tokens_details",
    ];
    let [input, output, cached, written, details] = visitor.fields_of(usage, &NAMES)?;
    visitor.counters_of(&[input, output, cached, written], &[Input, Output, CachedInput, CacheWrite])?;
    let thinking = visitor.fields_of(details, &["thinking_tokens"])?;
    visitor.counters_of(&thinking, &[Reasoning])?;
    Ok(())
}
