//! What a field says, stated as a record.
//!
//! Knows: records. Must not know: what the fields mean to their wire.

use super::Visitor;
use super::fields::{Field, Fields, Value};
use crate::delta::{ExtraKind, FinishReason, OpaqueKind, PartKind};
use crate::dialect::{self, Finish};
use crate::error::ErrorKind;
use crate::lex;
use crate::options::ExtrasMode;
use crate::parse::cursor::{Cursor, Kind};
use crate::record::{Counter, Place, PlaceKey, Record, Str};

impl<C: Cursor> Visitor<'_, C> {
    /// States a field's string, if it is one that says something.
    pub(in crate::parse) fn push_string(
        &mut self,
        field: Value<C>,
        record: impl FnOnce(Str) -> Record,
    ) -> Result<(), ErrorKind> {
        let Some(field) = field.filter(|field| field.kind == Kind::String) else { return Ok(()) };
        self.at(field, |visitor| {
            let piece = visitor.cursor.piece()?;
            if !visitor.cursor.has_text_or_edges(piece) {
                return Ok(());
            }
            visitor.push_text_after_edges(piece, record)
        })
    }

    /// The same on a wire whose parts have no keys: where it says something, in the current part if that is of this kind, else
    /// in a new one.
    pub(in crate::parse) fn push_running(
        &mut self,
        field: Value<C>,
        kind: PartKind,
        record: impl FnOnce(Str) -> Record,
    ) -> Result<(), ErrorKind> {
        let Some(field) = field.filter(|field| field.kind == Kind::String) else { return Ok(()) };
        self.at(field, |visitor| {
            let piece = visitor.cursor.piece()?;
            if !visitor.cursor.has_text_or_edges(piece) {
                return Ok(());
            }
            let place = Place { key: PlaceKey::Running, sub: Place::WHOLE, kind, begins: false };
            visitor.push(Record::Place(place))?;
            visitor.push_text_after_edges(piece, record)
        })
    }

    /// States a call that comes whole, in a part of its own. Arguments that are no string are their JSON text.
    pub(in crate::parse) fn push_whole_call(
        &mut self,
        id: Str,
        name: Str,
        arguments: Value<C>,
    ) -> Result<(), ErrorKind> {
        let (key, kind) = (PlaceKey::Fresh, PartKind::ToolCall);
        self.push(Record::Place(Place { key, sub: Place::WHOLE, kind, begins: false }))?;
        self.push(Record::ToolCall { index: None, id, name, is_metadata_only: false })?;
        self.push_arguments(arguments)?;
        self.push(Record::PlaceEnd)
    }

    /// States arguments that came whole with a call's beginning: text, or any other value as its JSON text. Without any, their
    /// pieces are to come.
    pub(in crate::parse) fn push_input_unless_empty(&mut self, field: Value<C>) -> Result<(), ErrorKind> {
        let input = self.string_or_json_of(field)?;
        let json = self.cursor.bytes(input);
        let is_empty = json.is_empty() || json.starts_with(b"{") && lex::is_empty_object_or_array(json);
        if is_empty { Ok(()) } else { self.push(Record::Input(input)) }
    }

    /// States a field's string as a blob that belongs to the reasoning, if it is not empty.
    pub(in crate::parse) fn push_opaque(
        &mut self,
        field: Value<C>,
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
        field: Value<C>,
    ) -> Result<(), ErrorKind> {
        if self.options.extras == ExtrasMode::Off {
            return Ok(());
        }
        let json = self.json_of(field);
        if json.is_empty() || lex::is_empty_object_or_array(self.cursor.bytes(json)) {
            return Ok(());
        }
        self.push(Record::Extra { kind, name, json, chunk: false })
    }

    /// Passes a field on under its own name, once where the document repeats it.
    pub(in crate::parse) fn push_document_extra(
        &mut self,
        kind: ExtraKind,
        field: Value<C>,
    ) -> Result<(), ErrorKind> {
        let Some(field) = field.filter(|_| self.options.extras != ExtrasMode::Off) else { return Ok(()) };
        let (name, json) = (self.cursor.name_before(field.mark), self.cursor.json_at(field.mark));
        if lex::is_empty_object_or_array(self.cursor.bytes(json)) {
            return Ok(());
        }
        self.push(Record::Extra { kind, name, json, chunk: true })
    }

    /// The key of the part of this index; without one, of the part that is open.
    pub(in crate::parse) fn key_or_running(&mut self, index: Value<C>) -> Result<PlaceKey, ErrorKind> {
        Ok(self.key_of(index)?.map_or(PlaceKey::Running, PlaceKey::Wire))
    }

    /// What follows is of this part of the only choice.
    pub(in crate::parse) fn push_place(
        &mut self,
        key: PlaceKey,
        kind: PartKind,
        begins: bool,
    ) -> Result<(), ErrorKind> {
        self.push(Record::Choice { index: 0 })?;
        self.push(Record::Place(Place { key, sub: Place::WHOLE, kind, begins }))
    }

    /// What follows is of the part of this index of the only choice; without one, of the part that is open, whatever it is.
    pub(in crate::parse) fn push_part_or_current(
        &mut self,
        index: Value<C>,
        kind: PartKind,
    ) -> Result<(), ErrorKind> {
        let key = self.key_of(index)?.map_or(PlaceKey::Current, PlaceKey::Wire);
        self.push_place(key, kind, false)
    }

    /// What follows is of the part of this index of the only choice.
    pub(in crate::parse) fn push_part(
        &mut self,
        index: Value<C>,
        kind: PartKind,
        begins: bool,
    ) -> Result<(), ErrorKind> {
        let key = self.key_or_running(index)?;
        self.push_place(key, kind, begins)
    }

    /// What follows is about the choice of this index, or without one of this position.
    pub(in crate::parse) fn push_choice(
        &mut self,
        index: Value<C>,
        position: usize,
    ) -> Result<(), ErrorKind> {
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let index = self.index_of(index)?.unwrap_or(position);
        self.push(Record::Choice { index })
    }

    /// States a field's string, or its JSON text, as a fragment of a call's arguments.
    pub(in crate::parse) fn push_arguments(&mut self, field: Value<C>) -> Result<(), ErrorKind> {
        match field {
            Some(Field { kind: Kind::String, .. }) | None => self.push_string(field, Record::Arguments),
            Some(_) => {
                let json = self.json_of(field);
                self.push(Record::Arguments(json))
            }
        }
    }

    /// States the number that a field is as the time at which the answer was made.
    pub(in crate::parse) fn push_created(&mut self, field: Value<C>) -> Result<(), ErrorKind> {
        match field {
            Some(field) => self.at(field, |visitor| visitor.push_or_replace_created(field.kind, &mut None)),
            None => Ok(()),
        }
    }

    /// Passes a member on under its own name, in the current choice.
    pub(in crate::parse) fn push_member(
        &mut self,
        kind: ExtraKind,
        member: Value<C>,
    ) -> Result<(), ErrorKind> {
        let Some(field) = member else { return Ok(()) };
        let name = self.cursor.name_before(field.mark);
        self.push_extra(kind, name, member)
    }

    /// The same about the document: what it says of no choice.
    pub(in crate::parse) fn push_document_member(
        &mut self,
        kind: ExtraKind,
        member: Value<C>,
    ) -> Result<(), ErrorKind> {
        match member {
            Some(field) => self.at(field, |visitor| visitor.push_extra_unless_off_or_empty(kind, true)),
            None => Ok(()),
        }
    }

    /// States a field's string as the role, if it is the one that answers, on a wire that says it with every event.
    pub(in crate::parse) fn push_steady_role(&mut self, field: Value<C>) -> Result<(), ErrorKind> {
        let role = self.string_of(field)?;
        let answers = dialect::answers(self.cursor.bytes(role));
        if answers { self.push(Record::SteadyRole(role)) } else { Ok(()) }
    }

    /// An index that a field is, if it is one.
    pub(in crate::parse) fn index_of(&mut self, field: Value<C>) -> Result<Option<u32>, ErrorKind> {
        match field {
            Some(field) => self.at(field, |visitor| visitor.read_value_as_index(field.kind)),
            None => Ok(None),
        }
    }

    /// States a counter in proto3 JSON, which writes 64-bit integers as strings.
    pub(in crate::parse) fn proto_counter(
        &mut self,
        counter: Counter,
        field: Value<C>,
    ) -> Result<(), ErrorKind> {
        let Some(field) = field else { return Ok(()) };
        let string = Some(field).filter(|field| field.kind == Kind::String);
        match self.integer_of(string)? {
            Some(value) => self.push(Record::Counter { counter, value, at: u32::MAX }),
            None => {
                self.at(field, |visitor| visitor.push_counter_or_skip_value(counter, field.kind)).map(|_| ())
            }
        }
    }

    /// Passes an object on if the current place is no call of the caller's.
    pub(in crate::parse) fn push_if_hosted(&mut self, name: Str, object: Value<C>) -> Result<(), ErrorKind> {
        let json = self.json_of(object);
        if self.options.extras == ExtrasMode::Off || json.is_empty() {
            return Ok(());
        }
        self.push(Record::ExtraIfHosted { name, brace: json.part(0, 1) })
    }

    /// States what a finish word means, on a wire whose words it is; a word that says that there is no finish is none.
    pub(in crate::parse) fn push_finish(&mut self, raw: Str) -> Result<(), ErrorKind> {
        match dialect::finish_on_other_wires_unless_unfinished(self.cursor.bytes(raw)) {
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
                any |= self.at(field, |visitor| visitor.push_counter_or_skip_value(*counter, field.kind))?;
            }
        }
        Ok(any)
    }
}
