//! watsonx: IBM's text generation API.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Each event has `results`, each a piece of the text of the choice at its position, and `model_id`.
//! 2. `stop_reason` is `not_finished` before the last event. There is no end marker.
//! 3. Tokens of the input are counted in the first event; in the others that count is zero, which says nothing.
//!
//! Source: IBM, *watsonx.ai API: infer text event stream*.

use super::WireMatch;
use super::signs::Signs;
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::Visitor;
use crate::record::{Counter, Record};

type Result<T> = core::result::Result<T, ErrorKind>;

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    signs.kind_in_first("results", "generated_text").is_some()
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    let [model, results] = visitor.fields(&["model_id", "results"])?;
    if results.is_none_or(|results| results.kind != Kind::Array) {
        return Ok(WireMatch::NotMine);
    }
    let model = visitor.string_of(model)?;
    visitor.records.push_head_within_limit(Record::Model(model))?;
    visitor.each_of(results, &mut |visitor, kind, position| match kind {
        Kind::Object => result(visitor, position),
        _ => visitor.cursor.skip(),
    })?;
    Ok(WireMatch::Mine)
}

/// The result ahead.
fn result<C: Cursor>(visitor: &mut Visitor<'_, C>, position: usize) -> Result<()> {
    const NAMES: [&str; 4] = ["generated_text", "stop_reason", "input_token_count", "generated_token_count"];
    let [text, stop, input, output] = visitor.fields(&NAMES)?;
    visitor.push_choice(None, position)?;
    visitor.push_string(text, Record::Text)?;
    let word = visitor.string_of(stop)?;
    visitor.push_finish(word)?;
    if let Some(value) = visitor.integer_of(input)?.filter(|count| *count > 0) {
        visitor.push(Record::WeakCounter { counter: Counter::Input, value })?;
    }
    visitor.counters_of(&[output], &[Counter::Output])?;
    Ok(())
}
