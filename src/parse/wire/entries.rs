//! Tool call entries of wires that send them as chat does, under names of their own.
//!
//! Knows: an entry's layout. Must not know: which wire's it is, which call an entry belongs to.

use crate::error::ErrorKind;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Value, Visitor};
use crate::record::Record;

/// What a wire calls an entry's members.
pub(super) struct Names {
    /// The call's index, its id, and the object that holds the other two.
    pub(super) entry: [&'static str; 3],
    /// Its name and its arguments.
    pub(super) function: [&'static str; 2],
}

/// States the entries of the array that a field is.
pub(super) fn entries<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    field: Value<C>,
    names: &Names,
) -> Result<(), ErrorKind> {
    visitor.each_of(field, &mut |visitor, kind, _| match kind {
        Kind::Object => entry(visitor, names),
        _ => visitor.cursor.skip(),
    })
}

/// States the entry ahead: its call, then a fragment of its arguments.
fn entry<C: Cursor>(visitor: &mut Visitor<'_, C>, names: &Names) -> Result<(), ErrorKind> {
    let [index, id, function] = visitor.fields(&names.entry)?;
    let [name, arguments] = visitor.fields_of(function, &names.function)?;
    let (index, id, name) = (visitor.index_of(index)?, visitor.string_of(id)?, visitor.string_of(name)?);
    visitor.push(Record::ToolCall { index, id, name, is_metadata_only: function.is_none() })?;
    visitor.push_arguments(arguments)
}
