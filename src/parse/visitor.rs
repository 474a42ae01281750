//! The walk over one document of the chat-completions wire: chunk, choices, delta.
//!
//! Knows: the layout of a chunk, through the dialect's tables. Must not know: SSE, cuts, earlier events, which source
//! reads the JSON.
//!
//! What belongs to the chunk is stated in `head` (told first), what belongs to a choice in `body`, each choice's facts
//! in their written order. A choice opens with [`Record::Choice`]; its index may come last, so it is filled in at the
//! end. Two values for one name: the earlier value's records are struck out, unless the later is null.

use super::cursor::{Cursor, Kind, Number, number_of};
use super::{ParseOptions, errors};
use crate::delta::ExtraKind;
use crate::dialect::{self, ChunkKey, ForeignKey, Quirk};
use crate::error::{ErrorKind, LimitKind};
use crate::lex;
use crate::options::ExtrasMode;
use crate::record::{Buffer, PADDING, Padding, Record, Str};

/// The visitor: a source to read, lists to state facts in.
pub(crate) struct Visitor<'w, C: Cursor> {
    pub(super) cursor: C,
    pub(super) head: &'w mut Vec<Record>,
    pub(super) body: &'w mut Vec<Record>,
    pub(super) padding: &'w mut Vec<Padding>,
    /// Spare list for putting a choice's records in order.
    pub(super) spare: &'w mut Vec<Record>,
    pub(super) reading: &'w ParseOptions,
}

/// The names met so far in one object.
#[derive(Default)]
pub(super) struct SeenKeys(u32);

impl SeenKeys {
    /// Whether the name was met before.
    pub(super) fn repeats(&mut self, name: u8) -> bool {
        let bit = 1u32.wrapping_shl(u32::from(name));
        let again = self.0 & bit != 0;
        self.0 |= bit;
        again
    }
}

/// What a chunk's own members say, until all are known.
struct Chunk<M> {
    choices: bool,
    choices_null: bool,
    named: bool,
    counters: bool,
    finish: Str,
    error: Option<M>,
    foreign: errors::Foreign<M>,
    /// Where its records in `head` begin.
    head: usize,
}

impl<C: Cursor> Visitor<'_, C> {
    pub(super) fn need(&mut self, quirk: Quirk) -> Result<(), ErrorKind> {
        if self.cursor.tolerance().meets(quirk) { Ok(()) } else { Err(ErrorKind::QuirkOff(quirk)) }
    }

    /// A name again, with a value that is not null: the earlier value's records go. Cost: the records of this object, which
    /// are then as few as its names are.
    #[cold]
    pub(super) fn strike_duplicate(
        &mut self,
        from: usize,
        belongs: impl Fn(&Record) -> bool,
    ) -> Result<(), ErrorKind> {
        self.need(Quirk::DuplicateKey)?;
        self.spare.clear();
        self.spare.extend_from_slice(self.body.get(from..).unwrap_or_default());
        self.body.truncate(from);
        let mut records = self.spare.iter().peekable();
        while let Some(record) = records.next() {
            let edged = matches!(record, Record::Edges { .. });
            let struck =
                if edged { records.peek().is_none_or(|next| belongs(next)) } else { belongs(record) };
            if !struck {
                self.body.push(*record);
            }
        }
        Ok(())
    }

    /// The document ahead: a chunk, an error, or of no known wire; or an array of such.
    pub(crate) fn document(&mut self) -> Result<(), ErrorKind> {
        match self.cursor.kind()? {
            Kind::Object => self.chunk(),
            Kind::Array => self.documents(),
            _ => {
                self.head.push(Record::Unknown { json: Str::NONE });
                self.cursor.skip()
            }
        }
    }

    /// An array: each object in it is a document of its own; anything else makes the whole unknown.
    fn documents(&mut self) -> Result<(), ErrorKind> {
        let (mut objects, mut others) = (0usize, 0usize);
        let mut items = self.cursor.array()?;
        while let Some(kind) = self.cursor.element(&mut items)? {
            if kind == Kind::Object {
                self.element()?;
                objects = objects.saturating_add(1);
            } else {
                others = others.saturating_add(1);
                self.cursor.skip()?;
            }
        }
        if objects == 0 || others > 0 {
            self.head.push(Record::Unknown { json: Str::NONE });
        }
        Ok(())
    }

    /// A document in an array: what is told of it as a whole is its own text.
    fn element(&mut self) -> Result<(), ErrorKind> {
        let (from, mark) = (self.head.len(), self.cursor.mark());
        self.chunk()?;
        self.bounded()?;
        let whole = |record: &Record| matches!(record, Record::Error { .. } | Record::Unknown { .. });
        if self.head.get(from..).unwrap_or_default().iter().any(whole) {
            let text = self.cursor.json(mark);
            for record in self.head.get_mut(from..).unwrap_or_default() {
                if let Record::Error { json, .. } | Record::Unknown { json } = record {
                    *json = text;
                }
            }
        }
        Ok(())
    }

    /// One event states no more than so many facts, whatever its size.
    pub(super) fn bounded(&mut self) -> Result<(), ErrorKind> {
        let facts = self.head.len().saturating_add(self.body.len());
        if facts > self.reading.facts { Err(ErrorKind::Limit(LimitKind::Facts)) } else { Ok(()) }
    }

    fn chunk(&mut self) -> Result<(), ErrorKind> {
        let mut chunk = Chunk {
            choices: false,
            choices_null: false,
            named: false,
            counters: false,
            finish: Str::NONE,
            error: None,
            foreign: errors::Foreign::default(),
            head: self.head.len(),
        };
        let (from, mut seen) = (self.body.len(), SeenKeys::default());
        let mut members = self.cursor.object()?;
        while let Some((key, kind)) = self.cursor.member(&mut members, dialect::chunk_key)? {
            self.chunk_member(key, kind, &mut chunk, from, &mut seen)?;
        }
        self.close_chunk(chunk, from)
    }

    fn chunk_member(
        &mut self,
        key: ChunkKey,
        kind: Kind,
        chunk: &mut Chunk<C::Mark>,
        from: usize,
        seen: &mut SeenKeys,
    ) -> Result<(), ErrorKind> {
        if kind == Kind::Null {
            chunk.choices_null |= key == ChunkKey::Choices;
            return self.cursor.null();
        }
        match key {
            ChunkKey::Id => {
                let id = self.identity(kind, seen, 0)?;
                self.head.push(Record::Id(id));
            }
            ChunkKey::Model => {
                let model = self.identity(kind, seen, 1)?;
                self.head.push(Record::Model(model));
            }
            ChunkKey::Object => {
                let object = self.soft_string(kind)?;
                let name = self.cursor.bytes(object);
                chunk.named |= dialect::names_chunk(name);
                chunk.foreign.error_object |= name == dialect::ERROR_OBJECT;
            }
            ChunkKey::Created => self.created(kind)?,
            ChunkKey::Choices => {
                if seen.repeats(2) {
                    self.strike_duplicate(from, |record| !matches!(record, Record::Counter { .. }))?;
                }
                chunk.choices = true;
                self.choices(kind)?;
            }
            ChunkKey::Usage => {
                if seen.repeats(3) {
                    self.need(Quirk::DuplicateKey)?;
                }
                chunk.counters |= self.usage(kind)?;
            }
            ChunkKey::UsageBox => self.usage_box(kind, chunk)?,
            ChunkKey::Error => {
                if seen.repeats(4) {
                    self.need(Quirk::DuplicateKey)?;
                }
                chunk.error = Some(self.skip_marked()?);
            }
            ChunkKey::Finish => chunk.finish = self.soft_string(kind)?,
            ChunkKey::Extra(kind) => self.extra(kind, true)?,
            ChunkKey::Foreign(key) => self.foreign(key, kind, &mut chunk.foreign)?,
            ChunkKey::Noise => {
                let noted = self.padding.len();
                self.other(kind, true)?;
                if let Some(Padding::Text { noise, .. }) = self.padding.get_mut(noted) {
                    *noise = true;
                }
            }
            ChunkKey::Other => self.other(kind, true)?,
        }
        Ok(())
    }

    /// `id` or `model`; the last of several wins, which is stated last.
    fn identity(&mut self, kind: Kind, seen: &mut SeenKeys, name: u8) -> Result<Str, ErrorKind> {
        if seen.repeats(name) {
            self.need(Quirk::DuplicateKey)?;
            let same = |record: &Record| match record {
                Record::Id(_) => name == 0,
                Record::Model(_) => name == 1,
                _ => false,
            };
            self.head.retain(|record| !same(record));
        }
        if kind != Kind::String {
            self.cursor.skip()?;
            return Ok(Str::NONE);
        }
        let string = self.cursor.string()?;
        if string.is_empty() {
            self.need(Quirk::EmptyString)?;
        }
        Ok(string)
    }

    fn foreign(
        &mut self,
        key: ForeignKey,
        kind: Kind,
        foreign: &mut errors::Foreign<C::Mark>,
    ) -> Result<(), ErrorKind> {
        let mark = self.skip_marked()?;
        foreign.note(key, kind, mark);
        Ok(())
    }

    /// Decides what the document was.
    fn close_chunk(&mut self, chunk: Chunk<C::Mark>, from: usize) -> Result<(), ErrorKind> {
        let told = match chunk.error {
            Some(mark) => self.error_member(mark, &chunk.foreign)?,
            None => false,
        };
        if chunk.choices {
            if !chunk.finish.is_empty() {
                self.finish_beside(chunk.finish, from)?;
            }
            return Ok(());
        }
        if told {
            return Ok(());
        }
        if self.flat_error(&chunk.foreign)? {
            return Ok(());
        }
        if !chunk.foreign.wire && (chunk.choices_null || chunk.counters || chunk.named) {
            return self.need(Quirk::ChoicesMissing);
        }
        self.head.truncate(chunk.head);
        self.body.truncate(from);
        self.head.push(Record::Unknown { json: Str::NONE });
        Ok(())
    }

    /// The chunk's own finish reason: for each of its choices.
    fn finish_beside(&mut self, finish: Str, from: usize) -> Result<(), ErrorKind> {
        if !self.cursor.tolerance().meets(Quirk::FinishPlace) {
            return Ok(());
        }
        let end = self.body.len();
        let mut any = false;
        for at in from..end {
            if let Some(Record::Choice { index }) = self.body.get(at).copied() {
                self.body.extend([Record::Choice { index }, Record::Finish(finish)]);
                any = true;
            }
        }
        if !any {
            self.body.extend([Record::Choice { index: 0 }, Record::Finish(finish)]);
        }
        Ok(())
    }

    fn created(&mut self, kind: Kind) -> Result<(), ErrorKind> {
        let (value, at) = match self.cursor.integer() {
            Some(integer) => integer,
            None => match self.any_number(kind)? {
                Some(Number { value: Some(value), at, .. }) => (value, at),
                _ => return Ok(()),
            },
        };
        self.head.push(Record::Created { value, at });
        Ok(())
    }

    /// A number, or one as a string; anything else is passed.
    #[cold]
    pub(super) fn any_number(&mut self, kind: Kind) -> Result<Option<Number>, ErrorKind> {
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
        let number = number_of(text, u32::MAX);
        self.need(Quirk::NumberType)?;
        Ok(Some(Number { plain: false, ..number }))
    }

    /// States a text-like record whose string, `text`, was just read, with the surrogates at its edges.
    pub(super) fn edged(&mut self, text: Str, record: Record) {
        let edges = self.cursor.edges(text);
        if edges != Default::default() {
            let (lead, tail) = (edges.lead.unwrap_or(0), edges.tail.unwrap_or(0));
            self.body.push(Record::Edges { lead, tail });
        }
        self.body.push(record);
    }

    /// A string, or nothing for a value of another kind.
    pub(super) fn soft_string(&mut self, kind: Kind) -> Result<Str, ErrorKind> {
        if kind == Kind::String {
            let string = self.cursor.string()?;
            if self.reading.padding && string.buffer() == Buffer::Payload {
                self.pad(Padding::Text { span: string.span(), noise: false });
            }
            return Ok(string);
        }
        self.cursor.skip()?;
        Ok(Str::NONE)
    }

    /// Passes the value ahead; gives its mark.
    pub(super) fn skip_marked(&mut self) -> Result<C::Mark, ErrorKind> {
        let mark = self.cursor.mark();
        self.cursor.skip()?;
        Ok(mark)
    }

    pub(super) fn extra(&mut self, kind: ExtraKind, chunk: bool) -> Result<(), ErrorKind> {
        let mark = self.skip_marked()?;
        if self.reading.extras != ExtrasMode::Off {
            let json = self.cursor.json(mark);
            if matches!(self.cursor.bytes(json), b"{}" | b"[]") {
                return Ok(());
            }
            self.body.push(Record::Extra { kind, json, chunk });
        }
        Ok(())
    }

    /// A member that means nothing here.
    pub(super) fn other(&mut self, kind: Kind, chunk: bool) -> Result<(), ErrorKind> {
        if self.reading.extras == ExtrasMode::All {
            return self.extra(ExtraKind::Other, chunk);
        }
        match kind {
            Kind::String if self.reading.padding => self.soft_string(kind).map(|_| ()),
            Kind::Number if self.reading.padding => match self.cursor.integer() {
                Some((_, at)) => {
                    self.pad(Padding::Integer(at));
                    Ok(())
                }
                None => self.cursor.skip(),
            },
            _ => self.cursor.skip(),
        }
    }

    fn pad(&mut self, padding: Padding) {
        if self.padding.len() < PADDING {
            self.padding.push(padding);
        }
    }

    /// The usage object ahead; gives whether it had a number.
    pub(super) fn usage(&mut self, kind: Kind) -> Result<bool, ErrorKind> {
        if kind != Kind::Object {
            self.cursor.skip()?;
            return Ok(false);
        }
        super::usage::usage(self)
    }

    fn usage_box(&mut self, kind: Kind, chunk: &mut Chunk<C::Mark>) -> Result<(), ErrorKind> {
        if kind != Kind::Object || !self.cursor.tolerance().allows(Quirk::UsagePlace) {
            return self.other(kind, true);
        }
        let mut members = self.cursor.object()?;
        while let Some((is_usage, kind)) = self.cursor.member(&mut members, |key| key == b"usage")? {
            if is_usage && self.usage(kind)? {
                self.need(Quirk::UsagePlace)?;
                chunk.counters = true;
            } else if !is_usage {
                self.other(kind, true)?;
            }
        }
        Ok(())
    }
}
