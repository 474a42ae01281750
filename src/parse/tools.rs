//! Tool calls: the entries of `tool_calls`, and the legacy `function_call`.
//!
//! Knows: an entry's layout. Must not know: which call an entry belongs to.

use super::cursor::{Cursor, Kind};
use super::visitor::Visitor;
use crate::delta::ExtraKind;
use crate::dialect::{self, Quirk, ToolKey};
use crate::error::ErrorKind;
use crate::record::{Origin, Record, Str};

/// What one entry says, until all of it is known.
#[derive(Default)]
struct Entry {
    index: Option<u32>,
    id: Str,
    name: Str,
    function: bool,
}

/// `tool_calls`: an array of entries, or one entry.
pub(super) fn calls<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: Kind,
    origin: Origin,
) -> Result<(), ErrorKind> {
    match kind {
        Kind::Array => {
            let mut items = visitor.cursor.array()?;
            while let Some(kind) = visitor.cursor.element(&mut items)? {
                match kind {
                    Kind::Object => {
                        entry(visitor, origin)?;
                        visitor.bounded()?;
                    }
                    Kind::Null => visitor.cursor.skip()?,
                    _ => return Err(ErrorKind::NotOfWire),
                }
            }
            Ok(())
        }
        Kind::Object => {
            visitor.need(Quirk::ToolCallsObject)?;
            entry(visitor, origin)
        }
        _ => visitor.cursor.skip(),
    }
}

fn entry<C: Cursor>(visitor: &mut Visitor<'_, C>, origin: Origin) -> Result<(), ErrorKind> {
    let at = visitor.body.len();
    visitor.body.push(Record::ToolCall { index: None, id: Str::NONE, name: Str::NONE, origin, bare: true });
    let mut entry = Entry::default();
    members(visitor, &mut entry, false)?;
    let Entry { index, id, name, function } = entry;
    if let Some(record) = visitor.body.get_mut(at) {
        *record = Record::ToolCall { index, id, name, origin, bare: !function };
    }
    Ok(())
}

/// The members of an entry, or (`inside`) of the function in it, which has no function of its own.
fn members<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    entry: &mut Entry,
    inside: bool,
) -> Result<(), ErrorKind> {
    let from = visitor.body.len();
    let mut arguments = false;
    let mut members = visitor.cursor.object()?;
    while let Some((key, kind)) = visitor.cursor.member(&mut members, dialect::tool_key)? {
        match key {
            _ if kind == Kind::Null => visitor.cursor.null()?,
            ToolKey::Index if !inside || (entry.index.is_none() && kind == Kind::Number) => {
                entry.index = Some(visitor.index(kind)?);
            }
            ToolKey::Id if !inside && kind == Kind::String => {
                let id = label(visitor)?;
                entry.id = id.some().unwrap_or(entry.id);
            }
            ToolKey::Name if kind == Kind::String => {
                let name = label(visitor)?;
                entry.name = name.some().unwrap_or(entry.name);
                entry.function = true;
            }
            ToolKey::Function if !inside && kind == Kind::Object => {
                entry.function = true;
                self::members(visitor, entry, true)?;
            }
            ToolKey::Arguments => {
                if std::mem::replace(&mut arguments, true) {
                    visitor.strike_duplicate(from, |record| matches!(record, Record::Arguments(_)))?;
                }
                entry.function = true;
                self::arguments(visitor, kind)?;
            }
            ToolKey::Extra if !inside => visitor.extra(ExtraKind::Other, false)?,
            _ => visitor.other(kind, false)?,
        }
    }
    Ok(())
}

/// An id or a name; empty is absence.
fn label<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<Str, ErrorKind> {
    let label = visitor.cursor.string()?;
    if label.is_empty() {
        visitor.need(Quirk::EmptyString)?;
    }
    Ok(label)
}

fn arguments<C: Cursor>(visitor: &mut Visitor<'_, C>, kind: Kind) -> Result<(), ErrorKind> {
    if kind == Kind::String {
        let fragment = visitor.cursor.string()?;
        visitor.edged(fragment, Record::Arguments(fragment));
        return Ok(());
    }
    visitor.need(Quirk::ArgumentsObject)?;
    let mark = visitor.skip_marked()?;
    let json = visitor.cursor.json(mark);
    visitor.body.push(Record::Arguments(json));
    Ok(())
}

/// The legacy member: the choice's first call.
pub(super) fn function_call<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    origin: Origin,
) -> Result<(), ErrorKind> {
    visitor.need(Quirk::FunctionCall)?;
    let at = visitor.body.len();
    visitor.body.push(Record::ToolCall {
        index: Some(0),
        id: Str::NONE,
        name: Str::NONE,
        origin,
        bare: false,
    });
    let mut entry = Entry { index: Some(0), function: true, ..Entry::default() };
    members(visitor, &mut entry, true)?;
    if let Some(record) = visitor.body.get_mut(at) {
        *record = Record::ToolCall { index: Some(0), id: Str::NONE, name: entry.name, origin, bare: false };
    }
    Ok(())
}
