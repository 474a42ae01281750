//! Usage: counters, under whatever names.
//!
//! Knows: a usage object's layout, through the dialect's table. Must not know: what was counted before.

use super::cursor::{Cursor, Kind, Number};
use super::visitor::Visitor;
use crate::dialect::{self, Quirk, UsageKey};
use crate::error::ErrorKind;
use crate::record::{Counter, Record};

/// The usage object ahead; gives whether it had a number. A counter inside details yields to one of its own.
pub(super) fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<bool, ErrorKind> {
    counters(visitor, false)
}

/// The counters of a usage object, or of one `inside` another.
fn counters<C: Cursor>(visitor: &mut Visitor<'_, C>, inside: bool) -> Result<bool, ErrorKind> {
    let spelling = visitor.cursor.tolerance().allows(Quirk::UsageSpelling);
    let mut any = false;
    let mut members = visitor.cursor.object()?;
    while let Some((key, kind)) = visitor.cursor.member(&mut members, dialect::usage_key)? {
        let object = kind == Kind::Object;
        let (told, reference) = match key {
            UsageKey::Counter(counter, reference) if reference || spelling => {
                (visitor.counter(counter, kind)?, reference)
            }
            UsageKey::InputDetails(reference) | UsageKey::OutputDetails(reference)
                if object && (reference || spelling) =>
            {
                (details(visitor)?, reference)
            }
            UsageKey::Inner if object && spelling && !inside => (counters(visitor, true)?, false),
            _ => {
                visitor.other(kind, false)?;
                (false, true)
            }
        };
        if told && !reference {
            visitor.need(Quirk::UsageSpelling)?;
        }
        any |= told;
    }
    Ok(any)
}

fn details<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<bool, ErrorKind> {
    let mut any = false;
    let mut members = visitor.cursor.object()?;
    while let Some((counter, kind)) = visitor.cursor.member(&mut members, dialect::detail_key)? {
        match counter {
            Some(counter) => any |= visitor.counter(counter, kind)?,
            None => visitor.other(kind, false)?,
        }
    }
    Ok(any)
}

impl<C: Cursor> Visitor<'_, C> {
    /// One counter of a usage object.
    fn counter(&mut self, counter: Counter, kind: Kind) -> Result<bool, ErrorKind> {
        if kind == Kind::Null {
            self.cursor.skip()?;
            return Ok(false);
        }
        let (value, at) = match self.cursor.integer() {
            Some(integer) => integer,
            None => match self.any_number(kind)? {
                Some(Number { value: Some(value), whole: true, at, .. }) => (value, at),
                _ => {
                    self.need(Quirk::NumberType)?;
                    return Ok(false);
                }
            },
        };
        self.body.push(Record::Counter { counter, value, at });
        Ok(true)
    }
}
