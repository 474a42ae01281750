//! TODO.
//!
//! Knows: nothing yet. Must not know: SSE, cuts, earlier events.

use super::Verdict;
use super::signs::Signs;
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::Cursor;
use crate::parse::visitor::Visitor;

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(_: &mut Signs<'_, '_, '_, C>) -> bool {
    false
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(_: &mut Visitor<'_, C>, _: Context<'_>) -> Result<Verdict, ErrorKind> {
    Ok(Verdict::NotMine)
}
