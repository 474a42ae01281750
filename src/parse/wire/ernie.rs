//! ERNIE: Baidu's own chat API; events that are an error are left to `errors`.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Each event has a piece of the answer in `result`, and `is_end`, which is true in the last one.
//! 2. `finish_reason` is `normal` in every event: with the last one it means that the answer is complete, before it nothing.
//! 3. A call comes whole, in `function_call`; it has neither an id nor an index.
//! 4. Usage is a snapshot and may come with every event. Errors are `error_code` and `error_msg`, in an answer of status 200.
//!
//! Source: Baidu, *ERNIE Bot API: streaming*.

use super::signs::Signs;
use super::{WireMatch, errors};
use crate::delta::{ExtraKind, FinishReason, PartKind};
use crate::dialect::{self, Finish};
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Value, Visitor};
use crate::record::{Counter, Record, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    signs.has("result", Kind::String) && signs.has_member("is_end")
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, context: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 9] = [
        "id",
        "created",
        "result",
        "is_end",
        "finish_reason",
        "function_call",
        "search_info",
        "usage",
        "error_code",
    ];
    let whole = visitor.cursor.mark_ahead();
    let [id, created, result, end, finish, call, search, usage, error] = visitor.fields(&NAMES)?;
    let has_failed = visitor.integer_of(error)?.unwrap_or(0) != 0;
    if result.is_none() && (has_failed || end.is_none()) {
        return Ok(WireMatch::NotMine);
    }
    if has_failed {
        errors::push_error_or_ping(visitor, whole, context)?;
    }
    let id = visitor.string_of(id)?;
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.push_created(created)?;
    visitor.push(Record::Choice { index: 0 })?;
    visitor.push_running(result, PartKind::Text, Record::Text)?;
    let [name, arguments] = visitor.fields_of(call, &["name", "arguments"])?;
    let name = visitor.string_of(name)?;
    if !name.is_empty() {
        visitor.push_whole_call(Str::NONE, name, arguments)?;
    }
    let [results] = visitor.fields_of(search, &["search_results"])?;
    visitor.push_document_extra(ExtraKind::Annotation, results)?;
    let end = end.filter(|end| visitor.is_true(Some(*end)));
    self::push_reason_or_stop_at_end(visitor, finish, end)?;
    self::usage(visitor, usage)?;
    if end.is_some() {
        visitor.push(Record::Done { marker: "is_end" })?;
    }
    Ok(WireMatch::Mine)
}

/// How the answer ends, if this is its `end`. A word that every event says counts only there.
fn push_reason_or_stop_at_end<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    word_maybe_provisional: Value<C>,
    true_end: Value<C>,
) -> Result<()> {
    let raw = visitor.string_of(word_maybe_provisional)?;
    match (dialect::finish_on_other_wires_unless_unfinished(visitor.cursor.bytes(raw)), true_end) {
        (Some(Finish::Provisional(&(reason, _))), Some(_)) => visitor.push(Record::Finish { reason, raw }),
        (Some(Finish::Provisional(_)), None) => Ok(()),
        (None, Some(end)) => {
            let raw = visitor.cursor.name_before(end.mark);
            visitor.push(Record::Finish { reason: FinishReason::Stop, raw })
        }
        _ => visitor.push_finish(raw),
    }
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    const NAMES: [&str; 3] = ["prompt_tokens", "completion_tokens", "total_tokens"];
    let counts = visitor.fields_of(usage, &NAMES)?;
    visitor.counters_of(&counts, &[Counter::Input, Counter::Output, Counter::Total])?;
    Ok(())
}
