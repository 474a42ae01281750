//! An object's members by name, marked and read afterwards: what decides may come last.
//!
//! Knows: names that a wire's file asks for. Must not know: what they mean.

use super::Visitor;
use crate::delta::{ExtraKind, FinishReason, OpaqueKind, PartKind};
use crate::dialect::{self, Finish, Quirk};
use crate::error::ErrorKind;
use crate::lex;
use crate::options::ExtrasMode;
use crate::parse::cursor::{Cursor, Kind};
use crate::record::{Counter, Place, PlaceKey, Record, Str};

/// The value of a member, which is not null.
#[derive(Debug, Clone, Copy)]
pub(in crate::parse) struct Field<M> {
    pub(in crate::parse) kind: Kind,
    pub(in crate::parse) mark: M,
}

/// The values of as many members as were asked for, in that order; none where it is missing or null.
pub(in crate::parse) type Fields<M, const N: usize> = [Option<Field<M>>; N];

/// A member: its name and its value.
type Named<M> = (Str, Field<M>);

impl<C: Cursor> Visitor<'_, C> {
    /// Visits the object ahead and marks the members of these names. Others mean nothing here: a shape may leave them open,
    /// by option they are passed on. Of several of one name the last that is not null counts. Cost: one pass.
    pub(in crate::parse) fn fields<const N: usize>(
        &mut self,
        names: &[&str; N],
    ) -> Result<Fields<C::Mark, N>, ErrorKind> {
        let mut fields = [None; N];
        let mut members = self.cursor.enter_object()?;
        let position = |key: &[u8]| names.iter().position(|name| name.as_bytes() == key);
        while let Some((name, kind)) = self.cursor.member(&mut members, position)? {
            match name.and_then(|name| fields.get_mut(name)) {
                _ if kind == Kind::Null => self.cursor.null()?,
                None => self.other(kind, true)?,
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
        field: Option<Field<C::Mark>>,
        names: &[&str; N],
    ) -> Result<Fields<C::Mark, N>, ErrorKind> {
        match field {
            Some(field) if field.kind == Kind::Object => self.at(field, |visitor| visitor.fields(names)),
            _ => Ok([None; N]),
        }
    }

    /// The first member, with its name, of the object that a field is: of a union, the one that it has. What is null is no
    /// member.
    pub(in crate::parse) fn only_member(
        &mut self,
        field: Option<Field<C::Mark>>,
    ) -> Result<Option<Named<C::Mark>>, ErrorKind> {
        let Some(field) = field.filter(|field| field.kind == Kind::Object) else { return Ok(None) };
        self.at(field, |visitor| {
            let mut found = None;
            let mut members = visitor.cursor.enter_object()?;
            while let Some(((), kind)) = visitor.cursor.member(&mut members, |_| ())? {
                match found {
                    _ if kind == Kind::Null => visitor.cursor.null()?,
                    Some(_) => visitor.other(kind, true)?,
                    None => {
                        let mark = visitor.skip_marked()?;
                        found = Some((visitor.cursor.name_before(mark), Field { kind, mark }));
                    }
                }
            }
            Ok(found)
        })
    }

    /// A field's string; empty if it is none.
    pub(in crate::parse) fn string_of(&mut self, field: Option<Field<C::Mark>>) -> Result<Str, ErrorKind> {
        match field {
            Some(field) if field.kind == Kind::String => self.at(field, |visitor| visitor.cursor.string()),
            _ => Ok(Str::NONE),
        }
    }

    /// A field's string as it is, anything else as its JSON text.
    pub(in crate::parse) fn label_of(&mut self, field: Option<Field<C::Mark>>) -> Result<Str, ErrorKind> {
        match field {
            Some(field) => self.at(field, |visitor| visitor.label(field.kind)),
            None => Ok(Str::NONE),
        }
    }

    /// A field's JSON text.
    pub(in crate::parse) fn json_of(&mut self, field: Option<Field<C::Mark>>) -> Str {
        field.map_or(Str::NONE, |field| self.cursor.json(field.mark))
    }

    /// Whether a field is `true`.
    pub(in crate::parse) fn is_true(&mut self, field: Option<Field<C::Mark>>) -> bool {
        let json = self.json_of(field.filter(|field| field.kind == Kind::Bool));
        self.cursor.bytes(json) == b"true"
    }

    /// Calls `visit` before each element of the array that a field is, with its kind and position.
    pub(in crate::parse) fn each_of(
        &mut self,
        field: Option<Field<C::Mark>>,
        visit: &mut dyn FnMut(&mut Visitor<'_, C>, Kind, usize) -> Result<(), ErrorKind>,
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

    /// A field as a key that is compared and nothing else: an integer, also one in a string, is itself; anything else its
    /// text's print.
    pub(in crate::parse) fn key_of(
        &mut self,
        field: Option<Field<C::Mark>>,
    ) -> Result<Option<u64>, ErrorKind> {
        let Some(field) = field else { return Ok(None) };
        if field.kind == Kind::Number
            && let Some((value, _)) = self.at(field, |visitor| Ok(visitor.cursor.integer()))?
        {
            return Ok(Some(value));
        }
        let label = self.label_of(Some(field))?;
        let text = self.cursor.bytes(label);
        Ok(Some(lex::integer(text).unwrap_or_else(|| lex::label_print(0, text))))
    }

    /// An integer that a field is, also one in a string.
    pub(in crate::parse) fn integer_of(
        &mut self,
        field: Option<Field<C::Mark>>,
    ) -> Result<Option<u64>, ErrorKind> {
        let label = self.label_of(field)?;
        Ok(lex::integer(self.cursor.bytes(label)))
    }

    /// States a field's string, if it is one that says something.
    pub(in crate::parse) fn push_string(
        &mut self,
        field: Option<Field<C::Mark>>,
        record: impl FnOnce(Str) -> Record,
    ) -> Result<(), ErrorKind> {
        let Some(field) = field.filter(|field| field.kind == Kind::String) else { return Ok(()) };
        self.at(field, |visitor| {
            let text = visitor.cursor.string()?;
            let edges = visitor.cursor.edges(text);
            if text.is_empty() && edges == Default::default() {
                return Ok(());
            }
            visitor.push_text(text, record(text))
        })
    }

    /// The same on a wire whose parts have no keys: where it says something, in the current part if that is of this kind, else
    /// in a new one.
    pub(in crate::parse) fn push_running(
        &mut self,
        field: Option<Field<C::Mark>>,
        kind: PartKind,
        record: impl FnOnce(Str) -> Record,
    ) -> Result<(), ErrorKind> {
        let Some(field) = field.filter(|field| field.kind == Kind::String) else { return Ok(()) };
        self.at(field, |visitor| {
            let text = visitor.cursor.string()?;
            if text.is_empty() && visitor.cursor.edges(text) == Default::default() {
                return Ok(());
            }
            let place = Place { key: PlaceKey::Running, sub: Place::WHOLE, kind, begins: false };
            visitor.push(Record::Place(place))?;
            visitor.push_text(text, record(text))
        })
    }

    /// States a call that comes whole, in a part of its own. Arguments that are no string are their JSON text.
    pub(in crate::parse) fn push_whole_call(
        &mut self,
        id: Str,
        name: Str,
        arguments: Option<Field<C::Mark>>,
    ) -> Result<(), ErrorKind> {
        let (key, kind) = (PlaceKey::Fresh, PartKind::ToolCall);
        self.push(Record::Place(Place { key, sub: Place::WHOLE, kind, begins: false }))?;
        self.push(Record::ToolCall { index: None, id, name, bare: false })?;
        self.push_arguments(arguments)?;
        self.push(Record::PlaceEnd)
    }

    /// States a field's string as a blob that belongs to the reasoning, if it is not empty.
    pub(in crate::parse) fn push_opaque(
        &mut self,
        field: Option<Field<C::Mark>>,
        kind: OpaqueKind,
    ) -> Result<(), ErrorKind> {
        let data = self.string_of(field)?;
        if data.is_empty() { Ok(()) } else { self.push(Record::Opaque { kind, data }) }
    }

    /// Passes a field on, in the current choice.
    pub(in crate::parse) fn push_extra(
        &mut self,
        kind: ExtraKind,
        name: Str,
        field: Option<Field<C::Mark>>,
    ) -> Result<(), ErrorKind> {
        if self.options.extras == ExtrasMode::Off {
            return Ok(());
        }
        let json = self.json_of(field);
        if json.is_empty() || matches!(self.cursor.bytes(json), b"{}" | b"[]") {
            return Ok(());
        }
        self.push(Record::Extra { kind, name, json, chunk: false })
    }

    /// Passes a field on under its own name, once where the document repeats it.
    pub(in crate::parse) fn push_document_extra(
        &mut self,
        kind: ExtraKind,
        field: Option<Field<C::Mark>>,
    ) -> Result<(), ErrorKind> {
        let Some(field) = field.filter(|_| self.options.extras != ExtrasMode::Off) else { return Ok(()) };
        let (name, json) = (self.cursor.name_before(field.mark), self.cursor.json(field.mark));
        if matches!(self.cursor.bytes(json), b"{}" | b"[]") {
            return Ok(());
        }
        self.push(Record::Extra { kind, name, json, chunk: true })
    }

    /// What follows is about the choice of this index, or without one of this position.
    pub(in crate::parse) fn push_choice(
        &mut self,
        index: Option<Field<C::Mark>>,
        position: usize,
    ) -> Result<(), ErrorKind> {
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let index = self.index_of(index)?.unwrap_or(position);
        self.push(Record::Choice { index })
    }

    /// States a field's string, or its JSON text, as a fragment of a call's arguments.
    pub(in crate::parse) fn push_arguments(
        &mut self,
        field: Option<Field<C::Mark>>,
    ) -> Result<(), ErrorKind> {
        match field {
            Some(Field { kind: Kind::String, .. }) | None => self.push_string(field, Record::Arguments),
            Some(_) => {
                let json = self.json_of(field);
                self.push(Record::Arguments(json))
            }
        }
    }

    /// States the number that a field is as the time at which the answer was made.
    pub(in crate::parse) fn push_created(&mut self, field: Option<Field<C::Mark>>) -> Result<(), ErrorKind> {
        match field {
            Some(field) => self.at(field, |visitor| visitor.created(field.kind, &mut None)),
            None => Ok(()),
        }
    }

    /// States a field's string as the role, if it is the one that answers, on a wire that says it with every event.
    pub(in crate::parse) fn push_steady_role(
        &mut self,
        field: Option<Field<C::Mark>>,
    ) -> Result<(), ErrorKind> {
        let role = self.string_of(field)?;
        let answers = dialect::answers(self.cursor.bytes(role));
        if answers { self.push(Record::SteadyRole(role)) } else { Ok(()) }
    }

    /// An index that a field is, if it is one.
    pub(in crate::parse) fn index_of(
        &mut self,
        field: Option<Field<C::Mark>>,
    ) -> Result<Option<u32>, ErrorKind> {
        match field {
            Some(field) => self.at(field, |visitor| visitor.index(field.kind)),
            None => Ok(None),
        }
    }

    /// Passes an object on if the current place is no call of the caller's.
    pub(in crate::parse) fn push_if_hosted(
        &mut self,
        name: Str,
        object: Option<Field<C::Mark>>,
    ) -> Result<(), ErrorKind> {
        let json = self.json_of(object);
        if self.options.extras == ExtrasMode::Off || json.is_empty() {
            return Ok(());
        }
        self.push(Record::ExtraIfHosted { name, brace: json.part(0, 1) })
    }

    /// States what a finish word means, on a wire whose words it is; a word that says that there is no finish is none.
    pub(in crate::parse) fn push_finish(&mut self, raw: Str) -> Result<(), ErrorKind> {
        match dialect::native_finish(self.cursor.bytes(raw)) {
            Some(Finish::Provisional(finish)) => self.push(Record::ProvisionalFinish(finish)),
            Some(Finish::Plain(reason) | Finish::Spelled(reason)) => {
                self.push(Record::Finish { reason, raw })
            }
            Some(Finish::Null | Finish::Unknown) => {
                self.push(Record::Finish { reason: FinishReason::Other, raw })
            }
            None => Ok(()),
        }
    }

    /// States the counters that these fields are, each if it is a number; returns whether one was.
    pub(in crate::parse) fn counters_of<const N: usize>(
        &mut self,
        fields: &Fields<C::Mark, N>,
        counters: &[Counter; N],
    ) -> Result<bool, ErrorKind> {
        let mut any = false;
        for (field, counter) in fields.iter().zip(counters) {
            if let Some(field) = *field {
                any |= self.at(field, |visitor| visitor.counter(*counter, field.kind))?;
            }
        }
        Ok(any)
    }
}
