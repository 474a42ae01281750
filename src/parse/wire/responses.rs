//! Responses: the items of OpenAI's API.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. In order: `response.created`, `.queued`, `.in_progress`; for each item `output_item.added`, its parts and their deltas,
//!    `output_item.done`; then one of `response.completed`, `.incomplete`, `.failed`, `.cancelled`. Errors stand anywhere. The
//!    event's name repeats `type`.
//! 2. An item is known by its `output_index`, a part of it by its `content_index` or `summary_index`: keys, never sizes.
//!    `item_id` means nothing: some services make up one an event.
//! 3. Every `.done` repeats what was sent in deltas, thrice: the part, the item, the response. What was told of a place, an
//!    item, the answer is not told again; nor is what such an event says beyond its deltas.
//! 4. `function_call` and `custom_tool_call` are the caller's; every other item that is no message or reasoning is of tools
//!    that the service runs itself, passed on when it is done. What comes of it in between says nothing more.
//! 5. `encrypted_content` counts as it is when its item is done: it was another before.
//! 6. Usage, and how the answer ended, stand in the last event.
//!
//! Source: OpenAI, *Responses: streaming events*.

mod items;
mod whole;

use super::signs::Signs;
use super::{WireMatch, errors};
use crate::delta::{ExtraKind, PartKind};
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Place, PlaceKey, Record, Scope, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// What every event of the wire but its errors is called.
const PREFIX: &[u8] = b"response.";

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    if signs.text("object") == b"response" && signs.has("output", Kind::Array) {
        return true;
    }
    let name = signs.context.name;
    match signs.text("type") {
        b"" => name.starts_with(PREFIX),
        word => word.starts_with(PREFIX),
    }
}

/// Where an event's content stands. Parts of the content and of the summary are told apart.
#[derive(Clone, Copy)]
struct ItemAndPartKeys {
    item: PlaceKey,
    content: u32,
    summary: u32,
}

/// From here on, parts are of the summary.
const SUMMARY: u32 = 1 << 30;

/// The part of an item that has this key.
fn mask_part_below_summary_bit(index_or_hash: u64) -> u32 {
    const BELOW_SUMMARY: u64 = SUMMARY as u64 - 1;
    u32::try_from(index_or_hash & BELOW_SUMMARY).unwrap_or(0)
}

impl ItemAndPartKeys {
    /// A missing index is the first.
    fn from_indices_or_zero<C: Cursor>(
        visitor: &mut Visitor<'_, C>,
        output_content_summary: [Value<C>; 3],
    ) -> Result<Self> {
        let [output, content, summary] = output_content_summary;
        let mut key = |field| visitor.key_of(field).map(|key| key.unwrap_or(0));
        Ok(Self {
            item: PlaceKey::Wire(key(output)?),
            content: mask_part_below_summary_bit(key(content)?),
            summary: mask_part_below_summary_bit(key(summary)?).saturating_add(SUMMARY),
        })
    }
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, context: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 14] = [
        "type",
        "output_index",
        "content_index",
        "summary_index",
        "delta",
        "logprobs",
        "text",
        "refusal",
        "arguments",
        "input",
        "part",
        "item",
        "response",
        "annotation",
    ];
    use PartKind::{Reasoning, Refusal, Text};
    let whole = Field { kind: Kind::Object, mark: visitor.cursor.mark_ahead() };
    let [
        kind,
        output,
        content,
        summary,
        delta,
        logprobs,
        text,
        refusal,
        arguments,
        input,
        part,
        item,
        response,
        annotation,
    ] = visitor.fields(&NAMES)?;
    let word = visitor.string_of(kind)?;
    let at = ItemAndPartKeys::from_indices_or_zero(visitor, [output, content, summary])?;
    let name = match visitor.cursor.bytes(word) {
        b"" => context.name,
        word => word,
    };
    match name {
        b"response.output_text.delta" => {
            push_place(visitor, at.item, at.content, Text)?;
            visitor.push_string(delta, Record::Text)?;
            self::push_logprobs(visitor, logprobs)?;
        }
        b"response.refusal.delta" => push_piece(visitor, at.item, at.content, Refusal, delta)?,
        b"response.reasoning_text.delta" => push_piece(visitor, at.item, at.content, Reasoning, delta)?,
        b"response.reasoning_summary_text.delta" => {
            push_piece(visitor, at.item, at.summary, Reasoning, delta)?
        }
        b"response.function_call_arguments.delta" | b"response.custom_tool_call_input.delta" => {
            push_place(visitor, at.item, Place::WHOLE, PartKind::ToolCall)?;
            visitor.push_string(delta, Record::Arguments)?;
        }
        b"response.output_text.done" => push_repetition(visitor, at.item, at.content, Text, text)?,
        b"response.refusal.done" => push_repetition(visitor, at.item, at.content, Refusal, refusal)?,
        b"response.reasoning_text.done" => push_repetition(visitor, at.item, at.content, Reasoning, text)?,
        b"response.reasoning_summary_text.done" => {
            push_repetition(visitor, at.item, at.summary, Reasoning, text)?;
        }
        b"response.function_call_arguments.done" | b"response.custom_tool_call_input.done" => {
            push_place(visitor, at.item, Place::WHOLE, PartKind::ToolCall)?;
            visitor.push(Record::Whole(Scope::Place))?;
            items::push_arguments(visitor, arguments.or(input))?;
        }
        b"response.content_part.added" | b"response.reasoning_part.added" => {
            items::push_part_place_begins(visitor, at.item, at.content, part)?;
        }
        b"response.reasoning_summary_part.added" => {
            items::push_part_place_begins(visitor, at.item, at.summary, part)?;
        }
        b"response.content_part.done" | b"response.reasoning_part.done" => {
            items::push_part_repetition(visitor, at.item, at.content, part)?;
        }
        b"response.reasoning_summary_part.done" => {
            items::push_part_repetition(visitor, at.item, at.summary, part)?
        }
        b"response.output_text.annotation.added" => {
            push_place(visitor, at.item, at.content, Text)?;
            items::push_annotation(visitor, annotation)?;
        }
        b"response.output_item.added" => items::push_item_place_and_call(visitor, at.item, item)?,
        b"response.output_item.done" => {
            visitor.push(Record::Choice { index: 0 })?;
            items::item_done(visitor, at.item, item, Some(Scope::Item(at.item)))?;
        }
        b"response.created" | b"response.queued" | b"response.in_progress" => {
            whole::push_start(visitor, response)?;
        }
        b"response.completed" | b"response.incomplete" | b"response.failed" | b"response.cancelled" => {
            let ending = word.part(PREFIX.len().min(word.len()), word.len());
            whole::push_output_finish_and_done(visitor, response, ending)?;
        }
        b"keepalive" => {
            visitor.records.push_head_within_limit(Record::Keepalive)?;
            return Ok(WireMatch::Anyones);
        }
        b"error" | b"response.error" => {
            return push_flat_or_inner_error_if_any(visitor, whole, word, context);
        }
        b"" => return whole::body_if_response(visitor, whole),
        name if is_hosted_tool_event(name) => {}
        _ => return Ok(WireMatch::NotMine),
    }
    Ok(WireMatch::Mine)
}

/// Whether an event is about an item while it is not done, of a tool that the service runs itself.
fn is_hosted_tool_event(name: &[u8]) -> bool {
    let family = name.strip_prefix(PREFIX).unwrap_or_default().split(|byte| *byte == b'.').next();
    let family = family.unwrap_or_default();
    family == b"mcp_list_tools" || family.windows(5).any(|word| word == b"_call")
}

/// What follows is of this part of this item.
fn push_place<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    sub: u32,
    kind: PartKind,
) -> Result<()> {
    visitor.push(Record::Choice { index: 0 })?;
    visitor.push(Record::Place(Place { key, sub, kind, begins: false }))
}

/// A piece of a part's content.
fn push_piece<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    sub: u32,
    kind: PartKind,
    text: Value<C>,
) -> Result<()> {
    push_place(visitor, key, sub, kind)?;
    visitor.push_string(text, |text| text_record_of_kind(kind, text))
}

/// A part's content once more.
fn push_repetition<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    sub: u32,
    kind: PartKind,
    text: Value<C>,
) -> Result<()> {
    push_place(visitor, key, sub, kind)?;
    visitor.push(Record::Whole(Scope::Place))?;
    visitor.push_string(text, |text| text_record_of_kind(kind, text))
}

/// Text of a part of this kind.
const fn text_record_of_kind(kind: PartKind, text: Str) -> Record {
    match kind {
        PartKind::Reasoning => Record::Reasoning { rank: 0, text },
        PartKind::Refusal => Record::Refusal(text),
        PartKind::Text | PartKind::ToolCall | PartKind::Other => Record::Text(text),
    }
}

fn push_logprobs<C: Cursor>(visitor: &mut Visitor<'_, C>, logprobs: Value<C>) -> Result<()> {
    let Some(field) = logprobs.filter(|field| field.kind == Kind::Array) else { return Ok(()) };
    let name = visitor.cursor.name_before(field.mark);
    visitor.push_extra(ExtraKind::Logprobs, name, logprobs)
}

/// The peer's complaint: flat, or in a member.
fn push_flat_or_inner_error_if_any<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    whole: Field<C::Mark>,
    kind: Str,
    context: Context<'_>,
) -> Result<WireMatch> {
    let [error, code, message] = visitor.fields_of(Some(whole), &["error", "code", "message"])?;
    if error.is_none() && message.is_some() {
        let (code, message) = (visitor.string_or_json_of(code)?, visitor.string_or_json_of(message)?);
        visitor.records.push_head_within_limit(Record::Error { code, kind, message, json: Str::NONE })?;
        return Ok(WireMatch::Anyones);
    }
    let is_error = errors::push_error_or_ping(visitor, whole.mark, context)?;
    Ok(if is_error { WireMatch::Anyones } else { WireMatch::NotMine })
}
