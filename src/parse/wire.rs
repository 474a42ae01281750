//! Which wire a document is of.
//!
//! Knows: the list of wires, and what tells them apart. Must not know: any wire's members, SSE, cuts.
//!
//! A wire is a grammar of its own, named after its API; its file states what its events say as neutral records. A document
//! that no wire takes, and that is no error of any shape, is unknown: it is passed on whole.

pub(super) mod chat;
mod errors;

use super::cursor::{Cursor, Kind};
use super::visitor::Visitor;
use crate::error::ErrorKind;
use crate::record::{Record, Str};

/// What a wire's file says of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is of this wire, and stated.
    Mine,
    /// It is not; what was stated of it is to be taken back.
    NotMine,
}

/// States the document ahead; or, of an array, each object in it as a document of its own. Anything else in the array makes
/// the whole of it unknown.
pub(super) fn document<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    match visitor.cursor.kind()? {
        Kind::Object => object(visitor),
        Kind::Array => array(visitor),
        _ => {
            visitor.records.push_head(Record::Unknown { name: Str::NONE, json: Str::NONE })?;
            visitor.cursor.skip()
        }
    }
}

fn array<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    let (mut objects, mut others) = (false, false);
    let mut items = visitor.cursor.enter_array()?;
    while let Some(kind) = visitor.cursor.element(&mut items)? {
        if kind == Kind::Object {
            element(visitor)?;
            objects = true;
        } else {
            others = true;
            visitor.cursor.skip()?;
        }
    }
    if !objects || others {
        visitor.records.push_head(Record::Unknown { name: Str::NONE, json: Str::NONE })?;
    }
    Ok(())
}

/// A document in an array: what is told of it as a whole is its own text.
fn element<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    let (from, mark) = (visitor.records.head().len(), visitor.cursor.mark_ahead());
    object(visitor)?;
    let is_whole = |record: &Record| matches!(record, Record::Error { .. } | Record::Unknown { .. });
    if visitor.records.head().get(from..).unwrap_or_default().iter().any(is_whole) {
        let text = visitor.cursor.json(mark);
        visitor.records.name_whole(from, text);
    }
    Ok(())
}

fn object<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    let attempt = visitor.attempt();
    match chat::event(visitor)? {
        Verdict::Mine => Ok(()),
        Verdict::NotMine => {
            visitor.abandon(attempt);
            visitor.records.push_head(Record::Unknown { name: Str::NONE, json: Str::NONE })?;
            visitor.cursor.skip()
        }
    }
}
