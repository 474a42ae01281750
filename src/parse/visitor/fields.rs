//! An object's members by name, marked and read afterwards: what decides may come last.
//!
//! Knows: names that a wire's file asks for. Must not know: what they mean.

use core::cell::Cell;

use super::Visitor;
use crate::dialect::{Listed, Names, Quirk};
use crate::error::ErrorKind;
use crate::lex;
use crate::parse::cursor::{Cursor, Kind};
use crate::record::Str;

/// The value of a member, which is not null.
#[derive(Debug, Clone, Copy)]
pub(in crate::parse) struct Field<M> {
    pub(in crate::parse) kind: Kind,
    pub(in crate::parse) mark: M,
}

/// The value of a member, if it has one that is not null.
pub(in crate::parse) type Value<C> = Option<Field<<C as Cursor>::Mark>>;

/// The values of as many members as were asked for, in that order; none where it is missing or null.
pub(in crate::parse) type Fields<M, const N: usize> = [Option<Field<M>>; N];

/// A member: its name and its value.
type Named<M> = (Str, Field<M>);

/// What is done before each element, with its kind and position.
type EachElement<'f, C> = &'f mut dyn FnMut(&mut Visitor<'_, C>, Kind, usize) -> Result<(), ErrorKind>;

impl<C: Cursor> Visitor<'_, C> {
    /// Visits the object ahead and marks the members of these names. Others mean nothing here: a shape may leave them open,
    /// by option they are passed on. Of several of one name the last that is not null counts. Cost: one pass.
    pub(in crate::parse) fn fields<const N: usize>(
        &mut self,
        names: &[&str; N],
    ) -> Result<Fields<C::Mark, N>, ErrorKind> {
        self.mark_non_null_members_and_error(&Listed(names))
    }

    /// The same on a wire of proto3 JSON: names are in camel case; the protocol's own snake case is a quirk.
    pub(in crate::parse) fn proto_fields<const N: usize>(
        &mut self,
        names: &[&str; N],
    ) -> Result<Fields<C::Mark, N>, ErrorKind> {
        let names = CamelNamesNotingSnake { names, is_snake: Cell::new(false) };
        let fields = self.mark_non_null_members_and_error(&names)?;
        if names.is_snake.get() {
            self.need(Quirk::SnakeCase)?;
        }
        Ok(fields)
    }

    fn mark_non_null_members_and_error<const N: usize>(
        &mut self,
        names: &impl Names<Key = Option<usize>>,
    ) -> Result<Fields<C::Mark, N>, ErrorKind> {
        let mut fields = [None; N];
        let is_document = self.document.is_some_and(|document| document == self.cursor.mark_ahead());
        let mut members = self.cursor.enter_object()?;
        while let Some((name, kind)) = self.cursor.member(&mut members, names)? {
            match name.and_then(|name| fields.get_mut(name)) {
                _ if kind == Kind::Null => self.cursor.null()?,
                None if is_document && name.is_some() => {
                    self.error_beside = Some(self.skip_marked()?);
                }
                None => self.skip_as_padding_unless_extras_all(kind, true)?,
                Some(field) => {
                    if field.is_some() {
                        self.need(Quirk::DuplicateKey)?;
                    }
                    let mark = self.skip_marked()?;
                    *field = Some(Field { kind, mark });
                }
            }
        }
        Ok(fields)
    }

    /// Does something at a field; the visitor stays where it is.
    pub(in crate::parse) fn at<T>(
        &mut self,
        field: Field<C::Mark>,
        visit: impl FnOnce(&mut Self) -> Result<T, ErrorKind>,
    ) -> Result<T, ErrorKind> {
        let back = self.cursor.go(field.mark);
        let result = visit(self);
        self.cursor.go(back);
        result
    }

    /// The members of the object that a field is; all none if it is no object.
    pub(in crate::parse) fn fields_of<const N: usize>(
        &mut self,
        field: Value<C>,
        names: &[&str; N],
    ) -> Result<Fields<C::Mark, N>, ErrorKind> {
        match field {
            Some(field) if field.kind == Kind::Object => self.at(field, |visitor| visitor.fields(names)),
            _ => Ok([None; N]),
        }
    }

    /// The first member, with its name, of the object that a field is: of a union, the one that it has. What is null is no
    /// member.
    pub(in crate::parse) fn first_member(
        &mut self,
        field: Value<C>,
    ) -> Result<Option<Named<C::Mark>>, ErrorKind> {
        let Some(field) = field.filter(|field| field.kind == Kind::Object) else { return Ok(None) };
        self.at(field, |visitor| {
            let mut found = None;
            let mut members = visitor.cursor.enter_object()?;
            while let Some(((), kind)) = visitor.cursor.member_by(&mut members, |_| ())? {
                match found {
                    _ if kind == Kind::Null => visitor.cursor.null()?,
                    Some(_) => visitor.skip_as_padding_unless_extras_all(kind, true)?,
                    None => {
                        let mark = visitor.skip_marked()?;
                        found = Some((visitor.cursor.name_before(mark), Field { kind, mark }));
                    }
                }
            }
            Ok(found)
        })
    }

    /// The same on a wire of proto3 JSON.
    pub(in crate::parse) fn proto_fields_of<const N: usize>(
        &mut self,
        field: Value<C>,
        names: &[&str; N],
    ) -> Result<Fields<C::Mark, N>, ErrorKind> {
        match field {
            Some(field) if field.kind == Kind::Object => {
                self.at(field, |visitor| visitor.proto_fields(names))
            }
            _ => Ok([None; N]),
        }
    }

    /// A field's string; empty if it is none.
    pub(in crate::parse) fn string_of(&mut self, field: Value<C>) -> Result<Str, ErrorKind> {
        match field {
            Some(field) if field.kind == Kind::String => self.at(field, |visitor| visitor.cursor.string()),
            _ => Ok(Str::NONE),
        }
    }

    /// A field's string as it is, anything else as its JSON text.
    pub(in crate::parse) fn string_or_json_of(&mut self, field: Value<C>) -> Result<Str, ErrorKind> {
        match field {
            Some(field) => self.at(field, |visitor| visitor.read_string_or_json_unless_null(field.kind)),
            None => Ok(Str::NONE),
        }
    }

    /// A field's JSON text.
    pub(in crate::parse) fn json_of(&mut self, field: Value<C>) -> Str {
        field.map_or(Str::NONE, |field| self.cursor.json_at(field.mark))
    }

    /// Whether a field is `true`.
    pub(in crate::parse) fn is_true(&mut self, field: Value<C>) -> bool {
        let json = self.json_of(field.filter(|field| field.kind == Kind::Bool));
        self.cursor.bytes(json) == b"true"
    }

    /// Calls `visit` before each element of the array that a field is, with its kind and position.
    pub(in crate::parse) fn each_of(
        &mut self,
        field: Value<C>,
        visit: EachElement<'_, C>,
    ) -> Result<(), ErrorKind> {
        let Some(field) = field.filter(|field| field.kind == Kind::Array) else { return Ok(()) };
        let back = self.cursor.go(field.mark);
        let mut items = self.cursor.enter_array()?;
        let mut position = 0usize;
        while let Some(kind) = self.cursor.element(&mut items)? {
            visit(self, kind, position)?;
            position = position.saturating_add(1);
        }
        self.cursor.go(back);
        Ok(())
    }

    /// A field as a key that is compared and nothing else: an integer, also a float or one in a string, is itself; anything else its
    /// text's print.
    pub(in crate::parse) fn key_of(&mut self, field: Value<C>) -> Result<Option<u64>, ErrorKind> {
        let Some(field) = field else { return Ok(None) };
        if field.kind == Kind::Number
            && let Some((value, _)) =
                self.at(field, |visitor| Ok(visitor.cursor.plain_integer_and_start()))?
        {
            return Ok(Some(value));
        }
        let label = self.string_or_json_of(Some(field))?;
        let text = self.cursor.bytes(label);
        let integer = if field.kind == Kind::Number { whole_number(text) } else { lex::integer(text) };
        Ok(Some(integer.unwrap_or_else(|| lex::extend_label_fingerprint(0, text))))
    }

    /// An integer that a field is, also one in a string, also as a float.
    pub(in crate::parse) fn integer_of(&mut self, field: Value<C>) -> Result<Option<u64>, ErrorKind> {
        let label = self.string_or_json_of(field)?;
        Ok(whole_number(self.cursor.bytes(label)))
    }
}

/// The integer that a number is, also one like `1.0`.
fn whole_number(token: &[u8]) -> Option<u64> {
    let number = super::integer_or_truncated_float(token, 0);
    number.value.filter(|_| number.whole)
}

/// Names from a list, in camel case or, which is noted, in snake case: each is its ordinal.
struct CamelNamesNotingSnake<'n, const N: usize> {
    names: &'n [&'n str; N],
    is_snake: Cell<bool>,
}

impl<const N: usize> Names for CamelNamesNotingSnake<'_, N> {
    type Key = Option<usize>;

    fn key(&self, key: &[u8]) -> Option<usize> {
        let is_snake = key.contains(&b'_');
        let is_it = |name: &&str| key == name.as_bytes() || (is_snake && is_in_snake_case(key, name));
        let Some(known) = self.names.iter().position(is_it) else { return Listed(self.names).key(key) };
        self.is_snake.set(self.is_snake.get() || is_snake);
        Some(known)
    }

    #[inline(always)]
    fn strip_common_name_and_colon<'a>(&self, ahead: &'a [u8]) -> Option<(Option<usize>, &'a [u8])> {
        Listed(self.names).strip_common_name_and_colon(ahead)
    }
}

/// Whether `key` is what this name is in snake case.
fn is_in_snake_case(key: &[u8], camel: &str) -> bool {
    let mut rest = key.iter();
    let mut next = |byte: u8| rest.next() == Some(&byte);
    let is_snake = camel.bytes().all(|byte| match byte.is_ascii_uppercase() {
        true => next(b'_') && next(byte.to_ascii_lowercase()),
        false => next(byte),
    });
    is_snake && rest.next().is_none()
}
