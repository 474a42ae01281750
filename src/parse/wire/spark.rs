//! Spark: iFlytek's own chat API. Each event is one frame of a socket; those that are an error are left to `errors`.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Each event has a `header`: `code` is zero, or the event is an error; `sid` names the answer; `status` is 2 in the last, and so is
//!    that of the choices.
//! 2. `payload.choices.text` has pieces of the answer, each of the candidate of its `index`, with the role.
//! 3. A call comes whole, in `function_call`; it has neither an id nor an index.
//! 4. Usage comes in the last event. No word says why the answer ended: its status is the marker.
//!
//! Source: iFlytek, *Spark Web API*.

use super::signs::Signs;
use super::{WireMatch, errors};
use crate::delta::{ExtraKind, FinishReason, PartKind};
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Value, Visitor};
use crate::record::{Counter, Record, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// The status of the last event.
const LAST: u64 = 2;

const MARKER: &str = "status 2";

/// Whether an event like this is the first of the wire. A header alone is an error, or says nothing.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    signs.has("payload", Kind::Object) && signs.kind_inside("header", "code").is_some()
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, context: Context<'_>) -> Result<WireMatch> {
    let whole = visitor.cursor.mark_ahead();
    let [header, payload] = visitor.fields(&["header", "payload"])?;
    let [code, id, status] = visitor.fields_of(header, &["code", "sid", "status"])?;
    match visitor.integer_of(code)? {
        Some(0) => {}
        Some(_) if payload.is_some() => drop(errors::push_error_or_ping(visitor, whole, context)?),
        _ => return Ok(WireMatch::NotMine),
    }
    let id = visitor.string_of(id)?;
    visitor.records.push_head_within_limit(Record::Id(id))?;
    let [choices, plugins, usage] = visitor.fields_of(payload, &["choices", "plugins", "usage"])?;
    let [texts, of_choices] = visitor.fields_of(choices, &["text", "status"])?;
    let is_last = visitor.integer_of(status.or(of_choices))? == Some(LAST);
    let from = visitor.stated();
    visitor.each_of(texts, &mut |visitor, kind, _| match kind {
        Kind::Object => push_piece(visitor),
        _ => visitor.cursor.skip(),
    })?;
    if visitor.stated() == from {
        visitor.push(Record::Choice { index: 0 })?;
    }
    visitor.push_document_extra(ExtraKind::Hosted, plugins)?;
    if is_last {
        push_stop_for_each_choice(visitor)?;
    }
    self::usage(visitor, usage)?;
    if is_last {
        visitor.push(Record::Done { marker: MARKER })?;
    }
    Ok(WireMatch::Mine)
}

/// The piece ahead.
fn push_piece<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<()> {
    const NAMES: [&str; 5] = ["index", "role", "reasoning_content", "content", "function_call"];
    let [index, role, reasoning, content, call] = visitor.fields(&NAMES)?;
    visitor.push_choice(index, 0)?;
    visitor.push_steady_role(role)?;
    let reason = |text| Record::Reasoning { rank: 0, text };
    visitor.push_running(reasoning, PartKind::Reasoning, reason)?;
    visitor.push_running(content, PartKind::Text, Record::Text)?;
    let [name, arguments] = visitor.fields_of(call, &["name", "arguments"])?;
    let name = visitor.string_of(name)?;
    if name.is_empty() { Ok(()) } else { visitor.push_whole_call(Str::NONE, name, arguments) }
}

/// Every choice that the event names ends: there is no word for it.
fn push_stop_for_each_choice<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<()> {
    let raw = visitor.cursor.scratch().keep(MARKER);
    let (stated, mut last) = (visitor.stated(), None);
    for at in 0..stated {
        if let Some(Record::Choice { index }) = visitor.records.body().get(at).copied()
            && last.replace(index) != Some(index)
        {
            visitor.push(Record::Choice { index })?;
            visitor.push(Record::Finish { reason: FinishReason::Stop, raw })?;
        }
    }
    Ok(())
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    let [text] = visitor.fields_of(usage, &["text"])?;
    let counts = visitor.fields_of(text, &["prompt_tokens", "completion_tokens", "total_tokens"])?;
    visitor.counters_of(&counts, &[Counter::Input, Counter::Output, Counter::Total])?;
    Ok(())
}
