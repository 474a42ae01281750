//! The toolbox with which every wire's file visits its objects.
//!
//! Knows: JSON values, duplicate names, numbers, labels, extras, padding. Must not know: any wire, SSE, cuts, earlier events,
//! which source reads the JSON.
//!
//! A visitor stands before a value, as its [`Cursor`] does, and states what it finds in [`Records`]. Two values for one name:
//! the earlier value's records are struck out ([`SeenKeys`]), unless the later is null.

mod fields;
mod statements;

pub(super) use fields::{Field, Value};

use super::ParseOptions;
use super::cursor::{Cursor, Kind, Number, Piece, integer_or_truncated_float};
use crate::delta::ExtraKind;
use crate::dialect::{Quirk, Quirks};
use crate::error::ErrorKind;
use crate::lex;
use crate::options::ExtrasMode;
use crate::record::{Buffer, Counter, Padding, Record, Records, Savepoint, Str};

/// A source to read, and lists to state facts in.
pub(crate) struct Visitor<'v, C: Cursor> {
    pub(super) cursor: C,
    pub(super) records: &'v mut Records,
    pub(super) options: &'v ParseOptions,
    /// The document that is read, and the `error` that stands in it where its wire's file asked for none.
    document: Option<C::Mark>,
    error_beside: Option<C::Mark>,
}

/// Where a reading began: what turns out to be another's is taken back to here.
#[derive(Clone, Copy)]
pub(super) struct Attempt<M> {
    start: M,
    records: Savepoint,
    scratch: (usize, usize),
    seen: Quirks,
}

/// The records that each name of one object stated, for `N` names: a name again strikes out what its earlier value stated.
/// Of each name: where its records begin, and one past where they end; 0 is not seen.
pub(super) struct SeenKeys<const N: usize>([(u32, u32); N]);

impl<const N: usize> Default for SeenKeys<N> {
    fn default() -> Self {
        Self([(0, 0); N])
    }
}

impl<M: Copy> Attempt<M> {
    /// The value that is read.
    pub(super) fn start(&self) -> M {
        self.start
    }
}

impl<'v, C: Cursor> Visitor<'v, C> {
    /// A visitor where the cursor stands.
    pub(super) fn new(cursor: C, records: &'v mut Records, options: &'v ParseOptions) -> Self {
        Self { cursor, records, options, document: None, error_beside: None }
    }

    /// The event needs `quirk`: it is met, or the event is refused.
    pub(super) fn need(&mut self, quirk: Quirk) -> Result<(), ErrorKind> {
        if self.cursor.tolerance().note_if_allowed(quirk) { Ok(()) } else { Err(ErrorKind::QuirkOff(quirk)) }
    }

    pub(super) fn allows(&mut self, quirk: Quirk) -> bool {
        self.cursor.tolerance().allows(quirk)
    }

    /// The value ahead is a document, whose members may say more than its wire's file asks for.
    pub(super) fn watch_document_ahead_for_error(&mut self) {
        self.document = Some(self.cursor.mark_ahead());
        self.error_beside = None;
    }

    /// The `error` of the document that its wire's file did not ask for.
    pub(super) fn error_beside(&self) -> Option<C::Mark> {
        self.error_beside
    }

    /// Whether an error was stated in this reading.
    pub(super) fn has_stated_error(&self, attempt: &Attempt<C::Mark>) -> bool {
        self.records.has_error_since(attempt.records)
    }

    /// Whether anything of an answer was.
    pub(super) fn has_stated_answer(&self, attempt: &Attempt<C::Mark>) -> bool {
        self.records.has_body_since(attempt.records)
    }

    /// Begins a reading of the value ahead that may turn out to be another's.
    pub(super) fn begin_attempt(&mut self) -> Attempt<C::Mark> {
        Attempt {
            start: self.cursor.mark_ahead(),
            records: self.records.savepoint(),
            scratch: self.cursor.scratch().length(),
            seen: self.cursor.tolerance().seen,
        }
    }

    /// Takes a reading back: records, scratch and quirks seen are as before, and the value is ahead again.
    pub(super) fn abandon(&mut self, attempt: Attempt<C::Mark>) {
        self.cursor.go(attempt.start);
        self.records.restore(attempt.records);
        self.cursor.scratch().truncate(attempt.scratch);
        self.cursor.tolerance().seen = attempt.seen;
    }

    /// States a fact about a choice, or usage.
    #[inline(always)]
    pub(super) fn push(&mut self, record: Record) -> Result<(), ErrorKind> {
        self.records.push(record)
    }

    /// How much of the body is stated.
    #[inline(always)]
    pub(super) fn stated(&self) -> usize {
        self.records.body_len()
    }

    /// The name of ordinal `name` comes, in this object, with a value that is not null: what an earlier value of it stated is
    /// struck out. Cost: what is struck.
    #[inline(always)]
    pub(super) fn strike_earlier_value<const N: usize>(
        &mut self,
        seen: &SeenKeys<N>,
        name: usize,
    ) -> Result<(), ErrorKind> {
        match seen.0.get(name) {
            Some((_, 0)) | None => Ok(()),
            Some(earlier) => self.strike_duplicate(*earlier),
        }
    }

    #[cold]
    fn strike_duplicate(&mut self, (from, past): (u32, u32)) -> Result<(), ErrorKind> {
        self.need(Quirk::DuplicateKey)?;
        self.records.strike(from as usize..past.wrapping_sub(1) as usize);
        Ok(())
    }

    /// What the name's value stated begins at `from` and ends here.
    #[inline(always)]
    pub(super) fn note_records_of_key<const N: usize>(
        &self,
        seen: &mut SeenKeys<N>,
        name: usize,
        first_record: usize,
    ) {
        let to = self.stated();
        if let Some(known) = seen.0.get_mut(name) {
            // Positions are below the bytes of the largest event (512 MiB): they fit.
            *known = (first_record.min(to) as u32, to.wrapping_add(1) as u32);
        }
    }

    /// States a text-like record whose string was just read, after the surrogates at its edges.
    #[inline]
    pub(super) fn push_text_after_edges(
        &mut self,
        piece: Piece,
        record: impl FnOnce(Str) -> Record,
    ) -> Result<(), ErrorKind> {
        let (text, edges) = self.cursor.with_edges(piece);
        if edges != Default::default() {
            let (lead, tail) = (edges.lead.unwrap_or(0), edges.tail.unwrap_or(0));
            self.push(Record::Edges { lead, tail })?;
        }
        self.push(record(text))
    }

    /// A string, or nothing for a value of another kind. A shape may leave it open.
    pub(super) fn string_as_padding_or_none(&mut self, kind: Kind) -> Result<Str, ErrorKind> {
        if kind == Kind::String {
            let string = self.cursor.string()?;
            self.note_text_padding(string, false);
            return Ok(string);
        }
        self.cursor.skip()?;
        Ok(Str::NONE)
    }

    /// A shape may leave this string open: its content means nothing.
    #[inline]
    pub(super) fn note_text_padding(&mut self, string: Str, noise: bool) {
        if self.options.padding && string.buffer() == Buffer::Payload {
            self.records.note_padding_if_some_and_room(Padding::text_if_offsets_fit(string.span(), noise));
        }
    }

    /// Passes the value ahead; returns its mark.
    #[inline]
    pub(super) fn skip_marked(&mut self) -> Result<C::Mark, ErrorKind> {
        let mark = self.cursor.mark_ahead();
        self.cursor.skip()?;
        Ok(mark)
    }

    /// Passes on the member ahead under its own name. `chunk`: it is about the document. Empty objects and lists say nothing.
    pub(super) fn push_extra_unless_off_or_empty(
        &mut self,
        kind: ExtraKind,
        chunk: bool,
    ) -> Result<(), ErrorKind> {
        let mark = self.skip_marked()?;
        if self.options.extras != ExtrasMode::Off {
            let json = self.cursor.json_at(mark);
            if lex::is_empty_object_or_array(self.cursor.bytes(json)) {
                return Ok(());
            }
            let name = self.cursor.name_before(mark);
            self.push(Record::Extra { kind, name, json, chunk })?;
        }
        Ok(())
    }

    /// A member that means nothing here.
    #[inline]
    pub(super) fn skip_as_padding_unless_extras_all(
        &mut self,
        kind: Kind,
        chunk: bool,
    ) -> Result<(), ErrorKind> {
        if self.options.extras == ExtrasMode::All {
            return self.push_extra_unless_off_or_empty(ExtraKind::Other, chunk);
        }
        match kind {
            Kind::String if self.options.padding => self.string_as_padding_or_none(kind).map(|_| ()),
            Kind::Number if self.options.padding => match self.cursor.plain_integer_and_start() {
                Some((_, at)) => {
                    self.records.note_padding_if_some_and_room(Padding::integer_if_offset_fits(at));
                    Ok(())
                }
                None => self.cursor.skip(),
            },
            _ => self.cursor.skip(),
        }
    }

    /// The same for what varies in every event.
    pub(super) fn skip_as_noise_unless_extras_all(&mut self, kind: Kind) -> Result<(), ErrorKind> {
        let noted = self.records.padding().len();
        self.skip_as_padding_unless_extras_all(kind, true)?;
        self.records.mark_padding_as_varying(noted);
        Ok(())
    }

    /// A number, or one as a string; anything else is passed.
    #[cold]
    pub(super) fn number_or_numeric_string(&mut self, kind: Kind) -> Result<Option<Number>, ErrorKind> {
        if kind == Kind::Number {
            let number = self.cursor.number()?;
            if !number.plain {
                self.need(Quirk::NumberType)?;
            }
            return Ok(Some(number));
        }
        if kind != Kind::String {
            self.cursor.skip()?;
            return Ok(None);
        }
        let string = self.cursor.string()?;
        let text = self.cursor.bytes(string).trim_ascii();
        if lex::number_end(text, 0) != Some(text.len()) {
            return Ok(None);
        }
        let number = integer_or_truncated_float(text, u32::MAX);
        self.need(Quirk::NumberType)?;
        Ok(Some(Number { plain: false, ..number }))
    }

    /// An index, if the value ahead is one: not negative, no fraction, 32 bits. It sizes nothing.
    #[inline]
    pub(super) fn read_value_as_index(&mut self, kind: Kind) -> Result<Option<u32>, ErrorKind> {
        if let Some((value, _)) = self.cursor.plain_integer_and_start() {
            return Ok(u32::try_from(value).ok());
        }
        let number = self.number_or_numeric_string(kind)?.filter(|number| number.whole);
        Ok(number.and_then(|number| number.value).and_then(|value| u32::try_from(value).ok()))
    }

    /// One counter of a usage object; returns whether it had a number.
    #[inline]
    pub(super) fn push_counter_or_skip_value(
        &mut self,
        counter: Counter,
        kind: Kind,
    ) -> Result<bool, ErrorKind> {
        if kind == Kind::Null {
            self.cursor.skip()?;
            return Ok(false);
        }
        let (value, at) = match self.cursor.plain_integer_and_start() {
            Some(integer) => integer,
            None => match self.number_or_numeric_string(kind)? {
                Some(Number { value: Some(value), whole: true, at, .. }) => (value, at),
                _ => {
                    self.need(Quirk::NumberType)?;
                    return Ok(false);
                }
            },
        };
        self.push(Record::Counter { counter, value, at })?;
        Ok(true)
    }

    /// When the answer was made: states it at `slot` of the head, where an earlier value of this document stands, or anew.
    pub(super) fn push_or_replace_created(
        &mut self,
        kind: Kind,
        slot: &mut Option<usize>,
    ) -> Result<(), ErrorKind> {
        let (value, at) = match self.cursor.plain_integer_and_start() {
            Some(integer) => integer,
            None => match self.number_or_numeric_string(kind)? {
                Some(Number { value: Some(value), at, .. }) => (value, at),
                _ if slot.is_none() => return Ok(()),
                // It is the last of its name: what an earlier one said does not count, and it says nothing.
                _ => (0, u32::MAX),
            },
        };
        self.push_head_or_replace_if_tolerated(slot, Record::Created { value, at })
    }

    /// States `record` in the head, in the place of an earlier one of its name, which is a quirk.
    #[inline]
    pub(super) fn push_head_or_replace_if_tolerated(
        &mut self,
        slot: &mut Option<usize>,
        record: Record,
    ) -> Result<(), ErrorKind> {
        match *slot {
            Some(at) => {
                self.need(Quirk::DuplicateKey)?;
                self.records.set_head(at, record);
            }
            None => {
                *slot = Some(self.records.head().len());
                self.records.push_head_within_limit(record)?;
            }
        }
        Ok(())
    }

    /// A string as it is, null as nothing, anything else as its JSON text.
    pub(super) fn read_string_or_json_unless_null(&mut self, kind: Kind) -> Result<Str, ErrorKind> {
        match kind {
            Kind::String => self.cursor.string(),
            Kind::Null => {
                self.cursor.skip()?;
                Ok(Str::NONE)
            }
            _ => {
                let mark = self.skip_marked()?;
                Ok(self.cursor.json_at(mark))
            }
        }
    }

    /// The label of the value at `mark`; the visitor stays where it is.
    pub(super) fn string_or_json_at_unless_null(&mut self, mark: Option<C::Mark>) -> Result<Str, ErrorKind> {
        let Some(mark) = mark else { return Ok(Str::NONE) };
        let back = self.cursor.go(mark);
        let label = self.cursor.kind().and_then(|kind| self.read_string_or_json_unless_null(kind));
        self.cursor.go(back);
        label
    }

    /// Calls `f` before each element of the array ahead, or before the one value that is ahead instead.
    pub(super) fn each_or_one(&mut self, kind: Kind, f: EachValue<'_, C>) -> Result<(), ErrorKind> {
        if kind != Kind::Array {
            return f(self, kind);
        }
        let mut items = self.cursor.enter_array()?;
        while let Some(kind) = self.cursor.element(&mut items)? {
            f(self, kind)?;
        }
        Ok(())
    }
}

/// What is done before each value, whose kind is given.
pub(super) type EachValue<'f, C> = &'f mut dyn FnMut(&mut Visitor<'_, C>, Kind) -> Result<(), ErrorKind>;
