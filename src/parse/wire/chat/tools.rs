//! Tool calls: the entries of `tool_calls`, and the legacy `function_call`.
//!
//! Knows: an entry's layout. Must not know: which call an entry belongs to.

use crate::delta::ExtraKind;
use crate::dialect::{self, Quirk, ToolKey};
use crate::error::ErrorKind;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{SeenKeys, Visitor};
use crate::record::{Record, Str};

/// What one entry says, until all of it is known.
#[derive(Default)]
struct Entry {
    index: Option<u32>,
    id: Str,
    name: Str,
    has_function: bool,
}

/// The ordinal of the arguments in [`SeenKeys`].
const ARGUMENTS: usize = 0;

/// `tool_calls`: an array of entries, or one entry.
pub(super) fn push_tool_calls<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    json_kind: Kind,
) -> Result<(), ErrorKind> {
    match json_kind {
        Kind::Array => {
            let mut items = visitor.cursor.enter_array()?;
            while let Some(kind) = visitor.cursor.element(&mut items)? {
                match kind {
                    Kind::Object => push_entry(visitor)?,
                    Kind::Null => visitor.cursor.skip()?,
                    _ => return Err(ErrorKind::NotOfWire),
                }
            }
            Ok(())
        }
        Kind::Object => {
            visitor.need(Quirk::ToolCallsObject)?;
            push_entry(visitor)
        }
        _ => visitor.cursor.skip(),
    }
}

fn push_entry<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    let at = visitor.stated();
    visitor.push(Record::ToolCall { index: None, id: Str::NONE, name: Str::NONE, is_metadata_only: true })?;
    let mut entry = Entry::default();
    fill_entry_and_push_arguments(visitor, &mut entry, false)?;
    let Entry { index, id, name, has_function } = entry;
    visitor.records.set(at, Record::ToolCall { index, id, name, is_metadata_only: !has_function });
    Ok(())
}

/// The members of an entry, or (`inside`) of the function in it, which has no function of its own. An index that is none
/// (negative, a fraction, too large) is a missing one.
fn fill_entry_and_push_arguments<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    entry: &mut Entry,
    inside_function: bool,
) -> Result<(), ErrorKind> {
    let mut seen = SeenKeys::<1>::default();
    let mut members = visitor.cursor.enter_object()?;
    while let Some((key, kind)) = visitor.cursor.member(&mut members, &dialect::ToolNames)? {
        match key {
            _ if kind == Kind::Null => visitor.cursor.null()?,
            ToolKey::Index if !inside_function || (entry.index.is_none() && kind == Kind::Number) => {
                entry.index = visitor.read_value_as_index(kind)?;
            }
            ToolKey::Id if !inside_function && kind == Kind::String => {
                let id = read_string_requiring_quirk_if_empty(visitor)?;
                entry.id = id.some().unwrap_or(entry.id);
            }
            ToolKey::Name if kind == Kind::String => {
                let name = read_string_requiring_quirk_if_empty(visitor)?;
                entry.name = name.some().unwrap_or(entry.name);
                entry.has_function = true;
            }
            ToolKey::Function if !inside_function && kind == Kind::Object => {
                entry.has_function = true;
                self::fill_entry_and_push_arguments(visitor, entry, true)?;
            }
            ToolKey::Arguments => {
                visitor.strike_earlier_value(&seen, ARGUMENTS)?;
                let from = visitor.stated();
                entry.has_function = true;
                push_string_or_json_as_arguments(visitor, kind)?;
                visitor.note_records_of_key(&mut seen, ARGUMENTS, from);
            }
            ToolKey::Extra if !inside_function => {
                visitor.push_extra_unless_off_or_empty(ExtraKind::Other, false)?
            }
            _ => visitor.skip_as_padding_unless_extras_all(kind, false)?,
        }
    }
    Ok(())
}

/// An id or a name; empty is absence.
fn read_string_requiring_quirk_if_empty<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<Str, ErrorKind> {
    let label = visitor.cursor.string()?;
    if label.is_empty() {
        visitor.need(Quirk::EmptyString)?;
    }
    Ok(label)
}

fn push_string_or_json_as_arguments<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: Kind,
) -> Result<(), ErrorKind> {
    if kind == Kind::String {
        let fragment = visitor.cursor.piece()?;
        return visitor.push_text_after_edges(fragment, Record::Arguments);
    }
    visitor.need(Quirk::ArgumentsObject)?;
    let mark = visitor.skip_marked()?;
    let json = visitor.cursor.json_at(mark);
    visitor.push(Record::Arguments(json))
}

/// The legacy member: the choice's first call.
pub(super) fn function_call<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    visitor.need(Quirk::FunctionCall)?;
    let at = visitor.stated();
    let call = |name: Str| Record::ToolCall { index: Some(0), id: Str::NONE, name, is_metadata_only: false };
    visitor.push(call(Str::NONE))?;
    let mut entry = Entry { index: Some(0), has_function: true, ..Entry::default() };
    fill_entry_and_push_arguments(visitor, &mut entry, true)?;
    visitor.records.set(at, call(entry.name));
    Ok(())
}
