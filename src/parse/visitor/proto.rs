//! The members of proto3 JSON: two spellings of each name, and integers as strings.
//!
//! Knows: how protocol buffers are written as JSON. Must not know: which wires are.

use std::cell::Cell;

use super::Visitor;
use super::fields::{Field, Fields};
use crate::dialect::Quirk;
use crate::error::ErrorKind;
use crate::parse::cursor::{Cursor, Kind};
use crate::record::{Counter, Record};

impl<C: Cursor> Visitor<'_, C> {
    /// [`Visitor::fields`] by names in camel case, as the reference writes them; the protocol's own snake case is a quirk.
    pub(in crate::parse) fn proto_fields<const N: usize>(
        &mut self,
        names: &[&str; N],
    ) -> Result<Fields<C::Mark, N>, ErrorKind> {
        let is_snake = Cell::new(false);
        let fields = self.fields_by(&|key| {
            let known = names.iter().position(|name| is_proto_name(key, name))?;
            is_snake.set(is_snake.get() || key.contains(&b'_'));
            Some(known)
        })?;
        if is_snake.get() {
            self.need(Quirk::SnakeCase)?;
        }
        Ok(fields)
    }

    /// The same of the object that a field is; all none if it is no object.
    pub(in crate::parse) fn proto_fields_of<const N: usize>(
        &mut self,
        field: Option<Field<C::Mark>>,
        names: &[&str; N],
    ) -> Result<Fields<C::Mark, N>, ErrorKind> {
        match field {
            Some(field) if field.kind == Kind::Object => {
                self.at(field, |visitor| visitor.proto_fields(names))
            }
            _ => Ok([None; N]),
        }
    }

    /// States a counter; a 64-bit integer is a string in the reference.
    pub(in crate::parse) fn proto_counter(
        &mut self,
        counter: Counter,
        field: Option<Field<C::Mark>>,
    ) -> Result<(), ErrorKind> {
        let Some(field) = field else { return Ok(()) };
        let string = Some(field).filter(|field| field.kind == Kind::String);
        match self.integer_of(string)? {
            Some(value) => self.push(Record::Counter { counter, value, at: u32::MAX }),
            None => self.at(field, |visitor| visitor.counter(counter, field.kind)).map(|_| ()),
        }
    }
}

/// Whether `key` is this name, or what it is in snake case.
fn is_proto_name(key: &[u8], camel: &str) -> bool {
    let mut rest = key.iter();
    let mut next = |byte: u8| rest.next() == Some(&byte);
    let is_snake = camel.bytes().all(|byte| match byte.is_ascii_uppercase() {
        true => next(b'_') && next(byte.to_ascii_lowercase()),
        false => next(byte),
    });
    key == camel.as_bytes() || (is_snake && rest.next().is_none())
}
