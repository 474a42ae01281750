//! Replicate: only the object that ends its stream; its text is no JSON and is stated before any wire is asked.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. An event named [`TEXT_EVENT`] has the next piece of the output as its data: text, whatever it looks like, also where
//!    that is JSON or another wire's end marker. Its lines are joined by LF, as those of any event.
//! 2. `error` has the complaint. `done` is the end; its data is an object, with a `reason` where it ended otherwise than by
//!    itself.
//!
//! Source: Replicate, *Streaming output*.

use super::WireMatch;
use super::signs::Signs;
use crate::delta::FinishReason;
pub(super) use crate::dialect::TEXT_EVENT;
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::Cursor;
use crate::parse::visitor::Visitor;
use crate::record::{Record, Records};

/// The name of the event that ends the stream, and the word for it where there is no other.
pub(super) const END_EVENT: &str = "done";

/// No document is the first event of the wire: text is.
pub(super) fn recognizes<C: Cursor>(_: &mut Signs<'_, '_, '_, C>) -> bool {
    false
}

/// States the object ahead, if it is the end.
pub(super) fn event<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    context: Context<'_>,
) -> Result<WireMatch, ErrorKind> {
    if context.name != END_EVENT.as_bytes() {
        return Ok(WireMatch::NotMine);
    }
    let [reason] = visitor.fields(&["reason"])?;
    let word = visitor.string_of(reason)?;
    visitor.push(Record::Choice { index: 0 })?;
    if word.is_empty() {
        return push_end_without_word(visitor.records).map(|()| WireMatch::Mine);
    }
    visitor.push_finish(word)?;
    visitor.push(Record::Done { marker: END_EVENT })?;
    Ok(WireMatch::Mine)
}

/// States the end of the only choice.
pub(in crate::parse) fn push_end_without_word(records: &mut Records) -> Result<(), ErrorKind> {
    records.push(Record::Choice { index: 0 })?;
    records.push(Record::ProvisionalFinish(&(FinishReason::Stop, END_EVENT)))?;
    records.push(Record::Done { marker: END_EVENT })
}
