//! Usage: counters, under whatever names.
//!
//! Knows: a usage object's layout, through the dialect's table. Must not know: what was counted before.

use crate::dialect::{self, Quirk, UsageKey};
use crate::error::ErrorKind;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::Visitor;

/// The usage object ahead; returns whether it had a number. `chunk`: it is the document's, not a choice's. A counter inside
/// details yields to one of its own.
pub(super) fn usage<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: Kind,
    chunk: bool,
) -> Result<bool, ErrorKind> {
    if kind != Kind::Object {
        visitor.cursor.skip()?;
        return Ok(false);
    }
    push_counters(visitor, chunk, false)
}

/// The usage object ahead, which stands where the reference has none.
pub(super) fn push_misplaced_usage<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: Kind,
) -> Result<(), ErrorKind> {
    match usage(visitor, kind, false)? {
        true => visitor.need(Quirk::UsagePlace),
        false => Ok(()),
    }
}

/// The counters of a usage object, or of one `inside` another.
fn push_counters<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    chunk: bool,
    is_inner_usage: bool,
) -> Result<bool, ErrorKind> {
    let spelling = visitor.allows(Quirk::UsageSpelling);
    let mut any = false;
    let mut members = visitor.cursor.enter_object()?;
    while let Some((key, kind)) = visitor.cursor.member(&mut members, &dialect::UsageNames)? {
        let object = kind == Kind::Object;
        let (stated, reference) = match key {
            UsageKey::Counter(counter, reference) if reference || spelling => {
                (visitor.push_counter_or_skip_value(counter, kind)?, reference)
            }
            UsageKey::InputDetails(reference) | UsageKey::OutputDetails(reference)
                if object && (reference || spelling) =>
            {
                (push_details(visitor, chunk)?, reference)
            }
            UsageKey::Inner if object && spelling && !is_inner_usage => {
                (push_counters(visitor, chunk, true)?, false)
            }
            _ => {
                visitor.skip_as_padding_unless_extras_all(kind, chunk)?;
                (false, true)
            }
        };
        if stated && !reference {
            visitor.need(Quirk::UsageSpelling)?;
        }
        any |= stated;
    }
    Ok(any)
}

fn push_details<C: Cursor>(visitor: &mut Visitor<'_, C>, chunk: bool) -> Result<bool, ErrorKind> {
    let mut any = false;
    let mut members = visitor.cursor.enter_object()?;
    while let Some((counter, kind)) = visitor.cursor.member(&mut members, &dialect::DetailNames)? {
        match counter {
            Some(counter) => any |= visitor.push_counter_or_skip_value(counter, kind)?,
            None => visitor.skip_as_padding_unless_extras_all(kind, chunk)?,
        }
    }
    Ok(any)
}
