//! Tool calls: the entries of `tool_calls`, and the legacy `function_call`.
//!
//! Knows: an entry's layout. Must not know: which call an entry belongs to.

use super::cursor::{Cursor, Kind};
use super::walk::Walk;
use crate::delta::ExtraKind;
use crate::dialect::{self, Quirk, ToolKey};
use crate::error::ErrorKind;
use crate::record::{Home, Record, Str};

/// What one entry says, until all of it is known.
#[derive(Default)]
struct Entry {
    index: Option<u32>,
    id: Str,
    name: Str,
    function: bool,
}

/// `tool_calls`: an array of entries, or one entry.
pub(super) fn calls<C: Cursor>(walk: &mut Walk<'_, C>, kind: Kind, home: Home) -> Result<(), ErrorKind> {
    match kind {
        Kind::Array => {
            let mut items = walk.cursor.array()?;
            while let Some(kind) = walk.cursor.element(&mut items)? {
                match kind {
                    Kind::Object => {
                        entry(walk, home)?;
                        walk.bounded()?;
                    }
                    Kind::Null => walk.cursor.skip()?,
                    _ => return Err(ErrorKind::Shape),
                }
            }
            Ok(())
        }
        Kind::Object => {
            walk.need(Quirk::ToolCallsObject)?;
            entry(walk, home)
        }
        _ => walk.cursor.skip(),
    }
}

fn entry<C: Cursor>(walk: &mut Walk<'_, C>, home: Home) -> Result<(), ErrorKind> {
    let at = walk.body.len();
    walk.body.push(Record::ToolCall { index: None, id: Str::NONE, name: Str::NONE, home, bare: true });
    let mut entry = Entry::default();
    members(walk, &mut entry, false)?;
    let Entry { index, id, name, function } = entry;
    if let Some(record) = walk.body.get_mut(at) {
        *record = Record::ToolCall { index, id, name, home, bare: !function };
    }
    Ok(())
}

/// The members of an entry, or (`inside`) of the function in it, which has no function of its own.
fn members<C: Cursor>(walk: &mut Walk<'_, C>, entry: &mut Entry, inside: bool) -> Result<(), ErrorKind> {
    let from = walk.body.len();
    let mut arguments = false;
    let mut members = walk.cursor.object()?;
    while let Some((key, kind)) = walk.cursor.member(&mut members, dialect::tool_key)? {
        match key {
            _ if kind == Kind::Null => walk.cursor.null()?,
            ToolKey::Index if !inside || (entry.index.is_none() && kind == Kind::Number) => {
                entry.index = Some(walk.index(kind)?);
            }
            ToolKey::Id if !inside && kind == Kind::String => {
                let id = label(walk)?;
                entry.id = id.some().unwrap_or(entry.id);
            }
            ToolKey::Name if kind == Kind::String => {
                let name = label(walk)?;
                entry.name = name.some().unwrap_or(entry.name);
                entry.function = true;
            }
            ToolKey::Function if !inside && kind == Kind::Object => {
                entry.function = true;
                self::members(walk, entry, true)?;
            }
            ToolKey::Arguments => {
                if std::mem::replace(&mut arguments, true) {
                    walk.twice(from, |record| matches!(record, Record::Arguments(_)))?;
                }
                entry.function = true;
                self::arguments(walk, kind)?;
            }
            ToolKey::Extra if !inside => walk.extra(ExtraKind::Other, false)?,
            _ => walk.other(kind, false)?,
        }
    }
    Ok(())
}

/// An id or a name; empty is absence.
fn label<C: Cursor>(walk: &mut Walk<'_, C>) -> Result<Str, ErrorKind> {
    let label = walk.cursor.string()?;
    if label.is_empty() {
        walk.need(Quirk::EmptyString)?;
    }
    Ok(label)
}

fn arguments<C: Cursor>(walk: &mut Walk<'_, C>, kind: Kind) -> Result<(), ErrorKind> {
    if kind == Kind::String {
        let fragment = walk.cursor.string()?;
        walk.edged(fragment, Record::Arguments(fragment));
        return Ok(());
    }
    walk.need(Quirk::ArgumentsObject)?;
    let mark = walk.passed()?;
    let json = walk.cursor.json(mark);
    walk.body.push(Record::Arguments(json));
    Ok(())
}

/// The legacy member: the choice's first call.
pub(super) fn function_call<C: Cursor>(walk: &mut Walk<'_, C>, home: Home) -> Result<(), ErrorKind> {
    walk.need(Quirk::FunctionCall)?;
    let at = walk.body.len();
    walk.body.push(Record::ToolCall { index: Some(0), id: Str::NONE, name: Str::NONE, home, bare: false });
    let mut entry = Entry { index: Some(0), function: true, ..Entry::default() };
    members(walk, &mut entry, true)?;
    if let Some(record) = walk.body.get_mut(at) {
        *record = Record::ToolCall { index: Some(0), id: Str::NONE, name: entry.name, home, bare: false };
    }
    Ok(())
}
