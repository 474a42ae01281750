//! Cohere Chat, version 1: events known by `is_finished` alone: text, calls in pieces and whole, at the end the whole answer.
//!
//! Knows: the events of the wire. Must not know: framing, cuts, earlier events.
//!
//! 1. In order: `stream-start` with the id; searches and their results; `text-generation`; `citation-generation`;
//!    `tool-calls-chunk`, pieces of the plan and of calls; `tool-calls-generation`, the plan and the calls, whole;
//!    `stream-end` with the finish reason and the answer.
//! 2. Each event says with `is_finished` whether it is the last. On Amazon Bedrock there is no `event_type`: what has text
//!    is text.
//! 3. `tool-calls-generation` repeats what came in pieces, kind by kind; the `response` of the end repeats all: it counts
//!    only where nothing was told.
//! 4. A call has no id, and its arguments are the object `parameters`.
//! 5. What went wrong is said by the last event. On Amazon Bedrock that has the counts, too.
//!
//! Source: Cohere, *API reference: Chat with streaming*, version 1; Amazon Bedrock, *Cohere Command models*.

use super::invoke_model::{self, METRICS};
use super::signs::Signs;
use super::{WireMatch, cohere2};
use crate::delta::{ExtraKind, PartKind};
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Place, Record, Scope, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    signs.has("is_finished", Kind::Bool)
        && (signs.has_member("event_type") || signs.has("text", Kind::String))
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 14] = [
        "is_finished",
        "event_type",
        "text",
        "generation_id",
        "tool_calls",
        "tool_call_delta",
        "citations",
        "documents",
        "search_results",
        "finish_reason",
        "response",
        "error",
        "err",
        METRICS,
    ];
    let [
        finished,
        kind,
        text,
        id,
        calls,
        piece,
        citations,
        documents,
        results,
        reason,
        whole,
        error,
        generator_error,
        metrics,
    ] = visitor.fields(&NAMES)?;
    if finished.is_none_or(|field| field.kind != Kind::Bool) {
        return Ok(WireMatch::NotMine);
    }
    let id = visitor.string_of(id)?;
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.push(Record::Choice { index: 0 })?;
    cohere2::push_error_unless_empty(visitor, error.or(generator_error))?;
    let word = visitor.string_of(kind)?;
    match visitor.cursor.bytes(word) {
        b"tool-calls-chunk" => {
            visitor.push_running(text, PartKind::Reasoning, |text| Record::Reasoning { rank: 0, text })?;
            push_call_piece(visitor, piece)?;
        }
        b"tool-calls-generation" => {
            visitor.push(Record::Whole(Scope::Kinds))?;
            visitor.push_running(text, PartKind::Reasoning, |text| Record::Reasoning { rank: 0, text })?;
            self::push_calls(visitor, calls)?;
        }
        _ => visitor.push_running(text, PartKind::Text, Record::Text)?,
    }
    for found in [citations, documents, results].into_iter().flatten() {
        let name = visitor.cursor.name_before(found.mark);
        visitor.push_extra(ExtraKind::Annotation, name, Some(found))?;
    }
    if visitor.is_true(finished) {
        push_answer_and_done(visitor, [reason, whole, metrics])?;
    }
    Ok(WireMatch::Mine)
}

/// A piece of a call: its name, or some of its arguments.
fn push_call_piece<C: Cursor>(visitor: &mut Visitor<'_, C>, piece: Value<C>) -> Result<()> {
    let [index, name, parameters] = visitor.fields_of(piece, &["index", "name", "parameters"])?;
    if piece.is_none() {
        return Ok(());
    }
    let key = visitor.key_or_running(index)?;
    let place = Place { key, sub: Place::WHOLE, kind: PartKind::ToolCall, begins: false };
    visitor.push(Record::Place(place))?;
    let name = visitor.string_of(name)?;
    if !name.is_empty() {
        visitor.push(Record::ToolCall { index: None, id: Str::NONE, name, is_metadata_only: false })?;
    }
    visitor.push_string(parameters, Record::Arguments)
}

/// Calls, each whole.
fn push_calls<C: Cursor>(visitor: &mut Visitor<'_, C>, calls: Value<C>) -> Result<()> {
    visitor.each_of(calls, &mut |visitor, kind, _| {
        let call = Field { kind, mark: visitor.cursor.mark_ahead() };
        visitor.cursor.skip()?;
        let [name, parameters] = visitor.fields_of(Some(call), &["name", "parameters"])?;
        let name = visitor.string_of(name)?;
        visitor.push_whole_call(Str::NONE, name, parameters)
    })
}

fn push_answer_and_done<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    [reason, response, metrics]: [Value<C>; 3],
) -> Result<()> {
    const NAMES: [&str; 4] = ["text", "tool_calls", "generation_id", "meta"];
    let [text, calls, id, meta] = visitor.fields_of(response, &NAMES)?;
    let id = visitor.string_of(id)?;
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.push(Record::Whole(Scope::Answer))?;
    visitor.push_running(text, PartKind::Text, Record::Text)?;
    self::push_calls(visitor, calls)?;
    let word = visitor.string_of(reason)?;
    visitor.push_finish(word)?;
    cohere2::usage(visitor, meta)?;
    invoke_model::push_weak_counters(visitor, metrics)?;
    visitor.push(Record::Done { marker: "stream-end" })
}
