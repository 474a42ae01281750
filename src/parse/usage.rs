//! Usage: counters, under whatever names.
//!
//! Knows: a usage object's layout, through the dialect's table. Must not know: what was counted before.

use super::cursor::{Cursor, Kind, Number};
use super::walk::Walk;
use crate::dialect::{self, Quirk, UsageKey};
use crate::error::ErrorKind;
use crate::record::{Counter, Record};

/// The usage object ahead; gives whether it had a number. A counter inside details yields to one of its own.
pub(super) fn usage<C: Cursor>(walk: &mut Walk<'_, C>) -> Result<bool, ErrorKind> {
    counters(walk, false)
}

/// The counters of a usage object, or of one `inside` another.
fn counters<C: Cursor>(walk: &mut Walk<'_, C>, inside: bool) -> Result<bool, ErrorKind> {
    let spelling = walk.cursor.tolerance().allows(Quirk::UsageSpelling);
    let mut any = false;
    let mut members = walk.cursor.object()?;
    while let Some((key, kind)) = walk.cursor.member(&mut members, dialect::usage_key)? {
        let object = kind == Kind::Object;
        let (told, reference) = match key {
            UsageKey::Counter(counter, reference) if reference || spelling => {
                (walk.counter(counter, kind)?, reference)
            }
            UsageKey::InputDetails(reference) | UsageKey::OutputDetails(reference)
                if object && (reference || spelling) =>
            {
                (details(walk)?, reference)
            }
            UsageKey::Inner if object && spelling && !inside => (counters(walk, true)?, false),
            _ => {
                walk.other(kind, false)?;
                (false, true)
            }
        };
        if told && !reference {
            walk.need(Quirk::UsageSpelling)?;
        }
        any |= told;
    }
    Ok(any)
}

fn details<C: Cursor>(walk: &mut Walk<'_, C>) -> Result<bool, ErrorKind> {
    let mut any = false;
    let mut members = walk.cursor.object()?;
    while let Some((counter, kind)) = walk.cursor.member(&mut members, dialect::detail_key)? {
        match counter {
            Some(counter) => any |= walk.counter(counter, kind)?,
            None => walk.other(kind, false)?,
        }
    }
    Ok(any)
}

impl<C: Cursor> Walk<'_, C> {
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
