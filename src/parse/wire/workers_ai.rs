//! Workers AI: Cloudflare's own text generation: recognized by `response` alone; later, calls or usage suffice.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Each event has a piece of the text in `response`, and `p`, padding of random length. A piece that is all digits may come
//!    as a number.
//! 2. Calls come whole, in `tool_calls`: a name and an object of arguments, neither an id nor an index.
//! 3. Usage may come with any event. No word says why the answer ended; `[DONE]` follows it.
//!
//! Source: Cloudflare, *Workers AI: text generation*.

use super::WireMatch;
use super::signs::Signs;
use crate::delta::PartKind;
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Value, Visitor};
use crate::record::{Counter, Place, PlaceKey, Record, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// Whether an event like this is the first of the wire. Others say `response`, too: nothing else may stand beside it, and
/// beside a number the padding must.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    let is_text = signs.has("response", Kind::String)
        || signs.has("response", Kind::Number) && signs.has("p", Kind::String);
    is_text && signs.has_only(&["response", "p", "tool_calls", "usage"])
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    let [response, calls, usage] = visitor.fields(&["response", "tool_calls", "usage"])?;
    let is_object = response.is_some_and(|response| response.kind == Kind::Object);
    if is_object || response.is_none() && calls.is_none() && usage.is_none() {
        return Ok(WireMatch::NotMine);
    }
    visitor.push(Record::Choice { index: 0 })?;
    visitor.push_running(response, PartKind::Text, Record::Text)?;
    if response.is_some_and(|response| response.kind == Kind::Number) {
        let place = Place { key: PlaceKey::Running, sub: Place::WHOLE, kind: PartKind::Text, begins: false };
        visitor.push(Record::Place(place))?;
        let digits = visitor.json_of(response);
        visitor.push(Record::Text(digits))?;
    }
    visitor.each_of(calls, &mut |visitor, kind, _| match kind {
        Kind::Object => {
            let [name, arguments, index, id, function] =
                visitor.fields(&["name", "arguments", "index", "id", "function"])?;
            if function.is_some() {
                return push_piece_of_call(visitor, index, id, function);
            }
            let name = visitor.string_of(name)?;
            if name.is_empty() { Ok(()) } else { visitor.push_whole_call(Str::NONE, name, arguments) }
        }
        _ => visitor.cursor.skip(),
    })?;
    let counts = visitor.fields_of(usage, &["prompt_tokens", "completion_tokens", "total_tokens"])?;
    visitor.counters_of(&counts, &[Counter::Input, Counter::Output, Counter::Total])?;
    Ok(WireMatch::Mine)
}

/// A call as chat has it, which some models send: whole, or in pieces of the same index.
fn push_piece_of_call<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    index: Value<C>,
    id: Value<C>,
    function: Value<C>,
) -> Result<()> {
    let [name, arguments] = visitor.fields_of(function, &["name", "arguments"])?;
    let (id, name) = (visitor.string_of(id)?, visitor.string_of(name)?);
    let begins = !name.is_empty();
    visitor.push_part(index, PartKind::ToolCall, begins)?;
    if begins || !id.is_empty() {
        visitor.push(Record::ToolCall { index: None, id, name, is_metadata_only: false })?;
    }
    visitor.push_arguments(arguments)
}
