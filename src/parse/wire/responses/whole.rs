//! The response as a whole: as it begins, as it ends, and as the one body of an answer that was not streamed.
//!
//! Knows: its members. Must not know: earlier events.

use super::{Result, WireMatch, items};
use crate::delta::FinishReason;
use crate::parse::cursor::Cursor;
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Counter, PlaceKey, Record, Scope, Str};

/// The response begins: of what it repeats of the request nothing counts.
pub(super) fn push_start<C: Cursor>(visitor: &mut Visitor<'_, C>, response: Value<C>) -> Result<()> {
    let [id, model, created] = visitor.fields_of(response, &["id", "model", "created_at"])?;
    push_head_records(visitor, id, model, created)
}

fn push_head_records<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    id: Value<C>,
    model: Value<C>,
    created: Value<C>,
) -> Result<()> {
    let (id, model) = (visitor.string_of(id)?, visitor.string_of(model)?);
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.records.push_head_within_limit(Record::Model(model))?;
    visitor.push_created(created)
}

/// The response is over; `ending`: how, by the name of its event, or else by its status.
pub(super) fn push_output_finish_and_done<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    response: Value<C>,
    ending_or_empty: Str,
) -> Result<()> {
    const NAMES: [&str; 8] =
        ["id", "model", "created_at", "status", "error", "incomplete_details", "output", "usage"];
    let [id, model, created, status, error, details, output, usage] = visitor.fields_of(response, &NAMES)?;
    push_head_records(visitor, id, model, created)?;
    let ending = if ending_or_empty.is_empty() { visitor.string_of(status)? } else { ending_or_empty };
    if visitor.cursor.bytes(ending) == b"failed" {
        self::push_error_as_repetition(visitor, error)?;
    }
    visitor.push(Record::Choice { index: 0 })?;
    visitor.push(Record::Whole(Scope::Answer))?;
    visitor.each_of(output, &mut |visitor, kind, position| {
        let item = Field { kind, mark: visitor.cursor.mark_ahead() };
        visitor.cursor.skip()?;
        items::item_done(visitor, PlaceKey::Wire(position as u64), Some(item), None)
    })?;
    let [reason] = visitor.fields_of(details, &["reason"])?;
    let reason = visitor.string_of(reason)?;
    match visitor.cursor.bytes(ending) {
        b"in_progress" | b"queued" => return self::usage(visitor, usage),
        _ if !reason.is_empty() => visitor.push_finish(reason)?,
        b"incomplete" => visitor.push(Record::Finish { reason: FinishReason::Other, raw: ending })?,
        _ => visitor.push_finish(ending)?,
    }
    self::usage(visitor, usage)?;
    let marker = match visitor.cursor.bytes(ending) {
        b"incomplete" => "response.incomplete",
        b"failed" => "response.failed",
        b"cancelled" => "response.cancelled",
        _ => "response.completed",
    };
    visitor.push(Record::Done { marker })
}

/// A response that was not streamed.
pub(super) fn body_if_response<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    whole: Field<C::Mark>,
) -> Result<WireMatch> {
    let [object] = visitor.fields_of(Some(whole), &["object"])?;
    let object = visitor.string_of(object)?;
    if visitor.cursor.bytes(object) != b"response" {
        return Ok(WireMatch::NotMine);
    }
    push_output_finish_and_done(visitor, Some(whole), Str::NONE)?;
    Ok(WireMatch::Mine)
}

/// Why the response failed, if that was not told before.
fn push_error_as_repetition<C: Cursor>(visitor: &mut Visitor<'_, C>, error: Value<C>) -> Result<()> {
    let [code, kind, message] = visitor.fields_of(error, &["code", "type", "message"])?;
    let (code, kind) = (visitor.string_or_json_of(code)?, visitor.string_or_json_of(kind)?);
    let message = visitor.string_or_json_of(message)?;
    visitor.records.push_head_within_limit(Record::ErrorRepeats)?;
    visitor.records.push_head_within_limit(Record::Error { code, kind, message, json: Str::NONE })
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    use Counter::{CacheWrite, CachedInput, Input, Output, Reasoning, Total};
    const NAMES: [&str; 5] =
        ["input_tokens", "output_tokens", "total_tokens", "input_tokens_details", "output_tokens_details"];
    let [input, output, total, before, after] = visitor.fields_of(usage, &NAMES)?;
    let cached = visitor.fields_of(before, &["cached_tokens", "cache_write_tokens"])?;
    let reasoning = visitor.fields_of(after, &["reasoning_tokens"])?;
    visitor.counters_of(&[input, output, total], &[Input, Output, Total])?;
    visitor.counters_of(&cached, &[CachedInput, CacheWrite])?;
    visitor.counters_of(&reasoning, &[Reasoning])?;
    Ok(())
}
