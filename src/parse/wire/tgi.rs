//! Text Generation Inference: tokens of `/generate_stream`, and at the end the whole text once more.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Every event has one `token`, the last maybe none. A special one is for the model, no text.
//! 2. The last has `generated_text`, the whole (by option with the prompt before it): it counts only where nothing was told.
//! 3. By option the last has `details`: why it ended, and the counts.
//!
//! Source: Hugging Face, *Text Generation Inference: API*.

use super::WireMatch;
use super::signs::Signs;
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::Visitor;
use crate::record::{Counter, Record, Scope};

type Result<T> = core::result::Result<T, ErrorKind>;

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    signs.has("token", Kind::Object) && signs.has_member("generated_text")
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    let [token, whole, details] = visitor.fields(&["token", "generated_text", "details"])?;
    let is_object = token.is_some_and(|token| token.kind == Kind::Object);
    if !is_object && whole.is_none_or(|whole| whole.kind != Kind::String) {
        return Ok(WireMatch::NotMine);
    }
    let [text, special] = visitor.fields_of(token, &["text", "special"])?;
    visitor.push(Record::Choice { index: 0 })?;
    if !visitor.is_true(special) {
        visitor.push_string(text, Record::Text)?;
    }
    let Some(whole) = whole.filter(|whole| whole.kind == Kind::String) else { return Ok(WireMatch::Mine) };
    visitor.push(Record::Whole(Scope::Answer))?;
    visitor.push_string(Some(whole), Record::Text)?;
    let [reason, read, written] =
        visitor.fields_of(details, &["finish_reason", "input_length", "generated_tokens"])?;
    let word = visitor.string_of(reason)?;
    visitor.push_finish(word)?;
    visitor.counters_of(&[read, written], &[Counter::Input, Counter::Output])?;
    visitor.push(Record::Done { marker: "generated_text" })?;
    Ok(WireMatch::Mine)
}
