//! Ollama: lines of `/api/chat` and `/api/generate`.
//!
//! Knows: the events of the wire. Must not know: framing, cuts, earlier events.
//!
//! 1. Every line is a whole object: model, time, the next piece of the answer, and `done`. The piece is `message.content` in
//!    a chat, `response` in a completion; `thinking` stands beside it.
//! 2. A call comes whole, mostly without an id; its arguments are an object. `done_reason` is `stop` also where calls were made.
//! 3. The line with `done: true` has `done_reason` and the counts, and may have content. Older servers leave the reason out:
//!    that is a stop.
//! 4. An error is a line of its own, or stands beside whatever else its line says: it is told before that. That such a line is
//!    done is no stop.
//!
//! Source: Ollama, *API*.

use super::signs::Signs;
use super::{WireMatch, errors};
use crate::delta::{ExtraKind, FinishReason, PartKind};
use crate::dialect;
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Counter, Record};

type Result<T> = core::result::Result<T, ErrorKind>;

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    signs.has("done", Kind::Bool)
        && (signs.has("message", Kind::Object) || signs.has("response", Kind::String))
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, context: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 11] = [
        "done",
        "model",
        "message",
        "response",
        "thinking",
        "image",
        "logprobs",
        "done_reason",
        "prompt_eval_count",
        "eval_count",
        "error",
    ];
    let whole = visitor.cursor.mark_ahead();
    let [done, model, message, response, thinking, image, logprobs, reason, read, written, error] =
        visitor.fields(&NAMES)?;
    let Some(done) = done.filter(|done| done.kind == Kind::Bool) else { return Ok(WireMatch::NotMine) };
    let is_error = error.is_some() && errors::push_error_or_ping(visitor, whole, context)?;
    let model = visitor.string_of(model)?;
    visitor.records.push_head_within_limit(Record::Model(model))?;
    visitor.push(Record::Choice { index: 0 })?;
    self::message(visitor, message)?;
    visitor.push_running(thinking, PartKind::Reasoning, |text| Record::Reasoning { rank: 0, text })?;
    visitor.push_running(response, PartKind::Text, Record::Text)?;
    extra(visitor, ExtraKind::Image, image)?;
    extra(visitor, ExtraKind::Logprobs, logprobs)?;
    let is_done = visitor.is_true(Some(done));
    if is_done && (!is_error || reason.is_some()) {
        push_reason_or_stop(visitor, done, reason)?;
    }
    visitor.counters_of(&[read, written], &[Counter::Input, Counter::Output])?;
    if is_done {
        visitor.push(Record::Done { marker: "done" })?;
    }
    Ok(WireMatch::Mine)
}

fn message<C: Cursor>(visitor: &mut Visitor<'_, C>, message: Value<C>) -> Result<()> {
    const NAMES: [&str; 5] = ["role", "thinking", "content", "tool_calls", "images"];
    let [role, thinking, content, calls, images] = visitor.fields_of(message, &NAMES)?;
    let role = visitor.string_of(role)?;
    if dialect::answers(visitor.cursor.bytes(role)) {
        visitor.push(Record::Role(role))?;
    }
    visitor.push_running(thinking, PartKind::Reasoning, |text| Record::Reasoning { rank: 0, text })?;
    visitor.push_running(content, PartKind::Text, Record::Text)?;
    if let Some(one) = calls.filter(|calls| calls.kind == Kind::Object) {
        self::call(visitor, one)?;
    }
    visitor.each_of(calls, &mut |visitor, kind, _| {
        let call = Field { kind, mark: visitor.cursor.mark_ahead() };
        visitor.cursor.skip()?;
        self::call(visitor, call)
    })?;
    extra(visitor, ExtraKind::Image, images)
}

/// A call, whole.
fn call<C: Cursor>(visitor: &mut Visitor<'_, C>, call: Field<C::Mark>) -> Result<()> {
    let [id, function] = visitor.fields_of(Some(call), &["id", "function"])?;
    let [name, arguments] = visitor.fields_of(function, &["name", "arguments"])?;
    let (id, name) = (visitor.string_of(id)?, visitor.string_of(name)?);
    visitor.push_whole_call(id, name, arguments)
}

/// Passes a field on under its own name.
fn extra<C: Cursor>(visitor: &mut Visitor<'_, C>, kind: ExtraKind, field: Value<C>) -> Result<()> {
    let Some(found) = field else { return Ok(()) };
    let name = visitor.cursor.name_before(found.mark);
    visitor.push_extra(kind, name, field)
}

/// The answer is done; without a reason, that it is done is the word.
fn push_reason_or_stop<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    done_known_true: Field<C::Mark>,
    reason: Value<C>,
) -> Result<()> {
    let word = visitor.string_of(reason)?;
    if word.is_empty() {
        let raw = visitor.cursor.name_before(done_known_true.mark);
        return visitor.push(Record::Finish { reason: FinishReason::Stop, raw });
    }
    visitor.push_finish(word)
}
