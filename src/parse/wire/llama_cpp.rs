//! The llama.cpp server's own `/completion`.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Every event has a piece of text, `content`, and says with `stop` whether it is the last.
//! 2. The last says why in `stop_type`; servers before that say it in three booleans, of which `stopped_limit` is the one
//!    that is no plain stop. It repeats the prompt and the settings, which are not told.
//! 3. The counts are what was read and written so far: in the last event, and on newer servers in every one.
//!
//! Source: llama.cpp, *server: API endpoints*.

use super::WireMatch;
use super::signs::Signs;
use crate::delta::{ExtraKind, FinishReason};
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Counter, Record};

type Result<T> = core::result::Result<T, ErrorKind>;

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    signs.has("content", Kind::String) && signs.has("stop", Kind::Bool)
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 8] = [
        "content",
        "stop",
        "model",
        "stop_type",
        "stopped_limit",
        "tokens_evaluated",
        "tokens_predicted",
        "completion_probabilities",
    ];
    let [content, stop, model, kind, limit, read, written, probabilities] = visitor.fields(&NAMES)?;
    let Some(stop) = stop.filter(|stop| stop.kind == Kind::Bool) else { return Ok(WireMatch::NotMine) };
    let model = visitor.string_of(model)?;
    visitor.records.push_head_within_limit(Record::Model(model))?;
    visitor.push(Record::Choice { index: 0 })?;
    visitor.push_string(content, Record::Text)?;
    if let Some(found) = probabilities {
        let name = visitor.cursor.name_before(found.mark);
        visitor.push_extra(ExtraKind::Logprobs, name, probabilities)?;
    }
    let is_last = visitor.is_true(Some(stop));
    if is_last {
        push_finish_by_type_or_flags(visitor, stop, kind, limit)?;
    }
    visitor.counters_of(&[read, written], &[Counter::Input, Counter::Output])?;
    if is_last {
        visitor.push(Record::Done { marker: "stop" })?;
    }
    Ok(WireMatch::Mine)
}

/// Why it stopped; where no word says so, the member that does is the word.
fn push_finish_by_type_or_flags<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    stop_known_true: Field<C::Mark>,
    kind: Value<C>,
    limit: Value<C>,
) -> Result<()> {
    let word = visitor.string_of(kind)?;
    let reason = match visitor.cursor.bytes(word) {
        // One of the caller's stop words.
        b"word" => FinishReason::Stop,
        b"" => return push_length_if_limited_else_stop(visitor, stop_known_true, limit),
        _ => return visitor.push_finish(word),
    };
    visitor.push(Record::Finish { reason, raw: word })
}

fn push_length_if_limited_else_stop<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    stop: Field<C::Mark>,
    limit: Value<C>,
) -> Result<()> {
    let (reason, field) = match limit {
        Some(limit) if visitor.is_true(Some(limit)) => (FinishReason::Length, limit),
        _ => (FinishReason::Stop, stop),
    };
    let raw = visitor.cursor.name_before(field.mark);
    visitor.push(Record::Finish { reason, raw })
}
