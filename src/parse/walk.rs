//! The walk over one document of the chat-completions wire: chunk, choices, delta.
//!
//! Knows: the layout of a chunk, through the dialect's tables. Must not know: SSE, cuts, earlier events, which source
//! reads the JSON.
//!
//! What belongs to the chunk is stated in `head` (told first), what belongs to a choice in `body`, each choice's facts
//! in their written order. A choice opens with [`Record::Choice`]; its index may come last, so it is filled in at the
//! end. Two values for one name: the earlier value's records are struck out, unless the later is null.

use super::cursor::{Cursor, Kind, Number};
use super::{errors, parts, tools};
use crate::delta::ExtraKind;
use crate::dialect::{self, ChoiceKey, ChunkKey, DeltaKey, ForeignKey, Quirk};
use crate::error::ErrorKind;
use crate::options::Extras;
use crate::record::{Counter, Home, Record, Span, Str};

/// A record that states nothing.
pub(super) const NOTHING: Record = Record::Padding { span: Span { start: 0, end: 0 }, number: false };

/// The walk: a source to read, lists to state facts in.
pub(crate) struct Walk<'w, C: Cursor> {
    pub(super) cursor: C,
    pub(super) head: &'w mut Vec<Record>,
    pub(super) body: &'w mut Vec<Record>,
    /// Spare list for putting a choice's records in order.
    pub(super) spare: &'w mut Vec<Record>,
    pub(super) extras: Extras,
}

/// The names met so far in one object.
#[derive(Default)]
pub(super) struct Met(u32);

impl Met {
    /// Whether the name was met before.
    pub(super) fn again(&mut self, name: u8) -> bool {
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
}

/// What a choice's own members say, until all are known.
struct Choice<M> {
    index: Option<u32>,
    delta: bool,
    message: Option<M>,
    text: Option<M>,
    finish: Str,
    /// The delta's role is another than the assistant's.
    side: bool,
}

impl<C: Cursor> Walk<'_, C> {
    pub(super) fn need(&mut self, quirk: Quirk) -> Result<(), ErrorKind> {
        if self.cursor.tolerance().meets(quirk) { Ok(()) } else { Err(ErrorKind::Refused(quirk)) }
    }

    /// A name again, with a value that is not null.
    #[cold]
    pub(super) fn twice(&mut self, from: usize, belongs: impl Fn(&Record) -> bool) -> Result<(), ErrorKind> {
        self.need(Quirk::DuplicateKey)?;
        let mut edges = None;
        for at in from..self.body.len() {
            let Some(record) = self.body.get_mut(at) else { break };
            let (is_edges, struck) = (matches!(record, Record::Edges { .. }), belongs(record));
            if struck {
                *record = NOTHING;
                if let Some(before) = edges.and_then(|before: usize| self.body.get_mut(before)) {
                    *before = NOTHING;
                }
            }
            edges = is_edges.then_some(at);
        }
        Ok(())
    }

    /// The document ahead: a chunk, an error, or of no known wire; or an array of such.
    pub(crate) fn document(&mut self) -> Result<(), ErrorKind> {
        match self.cursor.kind()? {
            Kind::Object => self.chunk(),
            Kind::Array => {
                let mut items = self.cursor.array()?;
                while self.cursor.item(&mut items)? {
                    match self.cursor.kind()? {
                        Kind::Object => self.chunk()?,
                        _ => {
                            self.head.push(Record::Unknown);
                            self.cursor.skip()?;
                        }
                    }
                }
                Ok(())
            }
            _ => {
                self.head.push(Record::Unknown);
                self.cursor.skip()
            }
        }
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
        };
        let (from, mut met) = (self.body.len(), Met::default());
        let mut members = self.cursor.object()?;
        while let Some(key) = self.cursor.key(&mut members, dialect::chunk_key)? {
            self.chunk_member(key, &mut chunk, from, &mut met)?;
        }
        self.close_chunk(chunk, from)
    }

    fn chunk_member(
        &mut self,
        key: ChunkKey,
        chunk: &mut Chunk<C::Mark>,
        from: usize,
        met: &mut Met,
    ) -> Result<(), ErrorKind> {
        if self.cursor.kind()? == Kind::Null {
            chunk.choices_null |= key == ChunkKey::Choices;
            return self.cursor.skip();
        }
        match key {
            ChunkKey::Id => {
                let id = self.identity(met, 0)?;
                self.head.push(Record::Id(id));
            }
            ChunkKey::Model => {
                let model = self.identity(met, 1)?;
                self.head.push(Record::Model(model));
            }
            ChunkKey::Object => {
                let object = self.soft_string()?;
                let name = self.cursor.text(object).as_bytes();
                chunk.named |= dialect::names_chunk(name);
                chunk.foreign.error_object |= name == dialect::ERROR_OBJECT;
            }
            ChunkKey::Created => self.created()?,
            ChunkKey::Choices => {
                if met.again(2) {
                    self.twice(from, |record| !matches!(record, Record::Counter { .. }))?;
                }
                chunk.choices = true;
                self.choices()?;
            }
            ChunkKey::Usage => {
                if met.again(3) {
                    self.need(Quirk::DuplicateKey)?;
                }
                chunk.counters |= self.usage()?;
            }
            ChunkKey::UsageBox => self.usage_box(chunk)?,
            ChunkKey::Error => {
                if met.again(4) {
                    self.need(Quirk::DuplicateKey)?;
                }
                chunk.error = Some(self.passed()?);
            }
            ChunkKey::Finish => chunk.finish = self.soft_string()?,
            ChunkKey::Extra(kind) => self.extra(kind, true)?,
            ChunkKey::Foreign(key) => self.foreign(key, &mut chunk.foreign)?,
            ChunkKey::Other => self.other(true)?,
        }
        Ok(())
    }

    /// `id` or `model`; the last of several wins, which is stated last.
    fn identity(&mut self, met: &mut Met, name: u8) -> Result<Str, ErrorKind> {
        if met.again(name) {
            self.need(Quirk::DuplicateKey)?;
            let same = |record: &Record| match record {
                Record::Id(_) => name == 0,
                Record::Model(_) => name == 1,
                _ => false,
            };
            self.head.retain(|record| !same(record));
        }
        if self.cursor.kind()? != Kind::String {
            self.cursor.skip()?;
            return Ok(Str::NONE);
        }
        let string = self.cursor.string()?;
        if string.is_empty() {
            self.need(Quirk::EmptyString)?;
        }
        Ok(string)
    }

    fn foreign(&mut self, key: ForeignKey, foreign: &mut errors::Foreign<C::Mark>) -> Result<(), ErrorKind> {
        let kind = self.cursor.kind()?;
        let mark = self.passed()?;
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
        self.head.retain(|record| !matches!(record, Record::Id(_) | Record::Model(_) | Record::Created { .. }));
        self.body.truncate(from);
        self.head.push(Record::Unknown);
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

    fn created(&mut self) -> Result<(), ErrorKind> {
        let kind = self.cursor.kind()?;
        let Some(number) = self.any_number(kind)? else { return Ok(()) };
        if let Some(value) = number.value {
            self.head.push(Record::Created { value, at: number.at });
        }
        Ok(())
    }

    /// A number, or one as a string; anything else is passed.
    fn any_number(&mut self, kind: Kind) -> Result<Option<Number>, ErrorKind> {
        let number = match kind {
            Kind::Number => self.cursor.number()?,
            Kind::String => {
                let string = self.cursor.string()?;
                let text = self.cursor.text(string).trim();
                let is_number = crate::lex::number_end(text.as_bytes(), 0) == Some(text.len());
                if !is_number {
                    return Ok(None);
                }
                let mut number = super::reader::number_of(text.as_bytes(), u32::MAX);
                number.plain = false;
                number
            }
            _ => {
                self.cursor.skip()?;
                return Ok(None);
            }
        };
        if !number.plain {
            self.need(Quirk::NumberType)?;
        }
        Ok(Some(number))
    }

    fn choices(&mut self) -> Result<(), ErrorKind> {
        if self.cursor.kind()? != Kind::Array {
            return Err(ErrorKind::Shape);
        }
        let mut items = self.cursor.array()?;
        let mut position = 0u32;
        while self.cursor.item(&mut items)? {
            if self.cursor.kind()? != Kind::Object {
                return Err(ErrorKind::Shape);
            }
            self.choice(position)?;
            position = position.saturating_add(1);
        }
        Ok(())
    }

    fn choice(&mut self, position: u32) -> Result<(), ErrorKind> {
        let from = self.body.len();
        self.body.push(Record::Choice { index: position });
        let mut choice =
            Choice { index: None, delta: false, message: None, text: None, finish: Str::NONE, side: false };
        let mut met = Met::default();
        let mut members = self.cursor.object()?;
        while let Some(key) = self.cursor.key(&mut members, dialect::choice_key)? {
            self.choice_member(key, &mut choice, from, &mut met)?;
        }
        self.close_choice(choice, from, position)
    }

    fn choice_member(
        &mut self,
        key: ChoiceKey,
        choice: &mut Choice<C::Mark>,
        from: usize,
        met: &mut Met,
    ) -> Result<(), ErrorKind> {
        let kind = self.cursor.kind()?;
        if kind == Kind::Null {
            return self.cursor.skip();
        }
        match key {
            ChoiceKey::Index => choice.index = Some(self.index(kind)?),
            ChoiceKey::Delta if kind == Kind::Object => {
                if met.again(0) {
                    self.twice(from, |record| !matches!(record, Record::Choice { .. } | Record::Counter { .. }))?;
                    choice.side = false;
                }
                choice.delta = true;
                let (side, finish) = self.delta(Home::Delta)?;
                choice.side |= side;
                if !finish.is_empty() && choice.finish.is_empty() {
                    choice.finish = finish;
                }
            }
            ChoiceKey::Message if kind == Kind::Object => choice.message = Some(self.passed()?),
            ChoiceKey::Text if kind == Kind::String => choice.text = Some(self.passed()?),
            ChoiceKey::Finish if kind == Kind::String => {
                let finish = self.cursor.string()?;
                if met.again(1) && !choice.finish.is_empty() {
                    self.need(Quirk::DuplicateKey)?;
                }
                if finish.is_empty() {
                    self.need(Quirk::EmptyString)?;
                } else {
                    choice.finish = finish;
                }
            }
            ChoiceKey::Usage if kind == Kind::Object && self.cursor.tolerance().allows(Quirk::UsagePlace) => {
                if self.usage()? {
                    self.need(Quirk::UsagePlace)?;
                }
            }
            ChoiceKey::Extra(extra) => self.extra(extra, false)?,
            _ => self.other(false)?,
        }
        Ok(())
    }

    fn close_choice(
        &mut self,
        mut choice: Choice<C::Mark>,
        from: usize,
        position: u32,
    ) -> Result<(), ErrorKind> {
        match choice.index {
            Some(index) if index != position => {
                if let Some(record) = self.body.get_mut(from) {
                    *record = Record::Choice { index };
                }
            }
            Some(_) => {}
            None => self.need(Quirk::ChoiceIndexMissing)?,
        }
        self.other_homes(&mut choice)?;
        if !choice.finish.is_empty() && !choice.side {
            self.body.push(Record::Finish(choice.finish));
        }
        self.order(from);
        Ok(())
    }

    /// A message in place of or beside the delta, text in the choice, or nothing at all.
    fn other_homes(&mut self, choice: &mut Choice<C::Mark>) -> Result<(), ErrorKind> {
        if let Some(mark) = choice.message {
            if choice.delta {
                return self.need(Quirk::MessageBeside);
            }
            self.need(Quirk::MessageForDelta)?;
            let back = self.cursor.go(mark);
            let (side, finish) = self.delta(Home::Message)?;
            self.cursor.go(back);
            choice.side |= side;
            if choice.finish.is_empty() {
                choice.finish = finish;
            }
        } else if let Some(mark) = choice.text.filter(|_| !choice.delta) {
            self.need(Quirk::ChoiceText)?;
            let back = self.cursor.go(mark);
            let text = self.cursor.string()?;
            self.edged(Record::Text { home: Home::Choice, text });
            self.cursor.go(back);
        } else if !choice.delta {
            self.need(Quirk::DeltaMissing)?;
        }
        Ok(())
    }

    /// An index: not negative, no fraction, and it sizes nothing.
    pub(super) fn index(&mut self, kind: Kind) -> Result<u32, ErrorKind> {
        let number = self.any_number(kind)?.filter(|number| number.whole);
        let value = number.and_then(|number| number.value).and_then(|value| u32::try_from(value).ok());
        value.ok_or(ErrorKind::Shape)
    }

    /// The delta ahead. Gives whether it is of another role than the assistant's, and a finish reason found in it.
    fn delta(&mut self, home: Home) -> Result<(bool, Str), ErrorKind> {
        let (from, mark) = (self.body.len(), self.cursor.mark());
        let (mut role, mut finish, mut met) = (Str::NONE, Str::NONE, Met::default());
        let mut members = self.cursor.object()?;
        while let Some(key) = self.cursor.key(&mut members, dialect::delta_key)? {
            let kind = self.cursor.kind()?;
            if kind == Kind::Null {
                self.cursor.skip()?;
                continue;
            }
            match key {
                DeltaKey::Role if kind == Kind::String => role = self.role(from, &mut met)?,
                DeltaKey::Finish if kind == Kind::String => {
                    finish = self.cursor.string()?;
                    if !finish.is_empty() && !self.cursor.tolerance().meets(Quirk::FinishPlace) {
                        finish = Str::NONE;
                    }
                }
                _ => self.delta_member(key, kind, home, from, &mut met)?,
            }
        }
        let side = !role.is_empty()
            && !dialect::answers(self.cursor.text(role).as_bytes())
            && self.cursor.tolerance().meets(Quirk::SideRole);
        if side {
            self.body.truncate(from);
            let json = self.cursor.json(mark);
            self.body.push(Record::SideChannel { json });
        }
        Ok((side, finish))
    }

    fn role(&mut self, from: usize, met: &mut Met) -> Result<Str, ErrorKind> {
        let role = self.cursor.string()?;
        if met.again(0) {
            self.twice(from, |record| matches!(record, Record::Role(_)))?;
        }
        if role.is_empty() {
            self.need(Quirk::EmptyString)?;
        }
        self.body.push(Record::Role(role));
        Ok(role)
    }

    fn delta_member(
        &mut self,
        key: DeltaKey,
        kind: Kind,
        home: Home,
        from: usize,
        met: &mut Met,
    ) -> Result<(), ErrorKind> {
        match key {
            DeltaKey::Content => {
                if met.again(1) {
                    self.twice(from, |record| match record {
                        Record::Text { .. } => true,
                        Record::Reasoning { source, .. } => *source == dialect::REASONING_PARTS,
                        _ => false,
                    })?;
                }
                self.content(kind, home)
            }
            DeltaKey::Refusal if kind == Kind::String => {
                if met.again(2) {
                    self.twice(from, |record| matches!(record, Record::Refusal { .. }))?;
                }
                let text = self.cursor.string()?;
                self.edged(Record::Refusal { home, text });
                Ok(())
            }
            DeltaKey::Reasoning(rank) if self.cursor.tolerance().allows(Quirk::ReasoningField) => {
                if met.again(rank.saturating_add(8)) {
                    self.twice(from, |record| {
                        matches!(record, Record::Reasoning { source, .. } if *source == rank)
                    })?;
                }
                self.reasoning(rank, kind, home)
            }
            DeltaKey::ReasoningDetails(rank) if self.cursor.tolerance().allows(Quirk::ReasoningDetails) => {
                parts::details(self, rank, kind, home)
            }
            DeltaKey::ToolCalls => {
                if met.again(3) {
                    self.twice(from, |record| matches!(record, Record::ToolCall { .. } | Record::Arguments(_)))?;
                }
                tools::calls(self, kind, home)
            }
            DeltaKey::FunctionCall if kind == Kind::Object => tools::function_call(self, home),
            DeltaKey::Extra(extra) => self.extra(extra, false),
            _ => self.other(false),
        }
    }

    fn content(&mut self, kind: Kind, home: Home) -> Result<(), ErrorKind> {
        match kind {
            Kind::String => {
                let text = self.cursor.string()?;
                self.edged(Record::Text { home, text });
                Ok(())
            }
            Kind::Array | Kind::Object => {
                self.need(Quirk::ContentParts)?;
                parts::content(self, kind, home)
            }
            Kind::Null | Kind::Bool | Kind::Number => self.other(false),
        }
    }

    fn reasoning(&mut self, source: u8, kind: Kind, home: Home) -> Result<(), ErrorKind> {
        match kind {
            Kind::String => {
                let text = self.cursor.string()?;
                if !text.is_empty() {
                    self.need(Quirk::ReasoningField)?;
                }
                self.edged(Record::Reasoning { source, home, text });
                Ok(())
            }
            Kind::Array | Kind::Object => {
                self.need(Quirk::ReasoningShape)?;
                parts::reasoning(self, source, kind, home)
            }
            Kind::Null | Kind::Bool | Kind::Number => self.other(false),
        }
    }

    /// States a text-like record whose string was just read, with the surrogates at its edges.
    pub(super) fn edged(&mut self, record: Record) {
        let edges = self.cursor.take_edges();
        if edges != Default::default() {
            let (lead, tail) = (edges.lead.unwrap_or(0), edges.tail.unwrap_or(0));
            self.body.push(Record::Edges { lead, tail });
        }
        self.body.push(record);
    }

    /// A string, or nothing for a value of another kind.
    pub(super) fn soft_string(&mut self) -> Result<Str, ErrorKind> {
        if self.cursor.kind()? == Kind::String {
            let string = self.cursor.string()?;
            self.pad(string);
            return Ok(string);
        }
        self.cursor.skip()?;
        Ok(Str::NONE)
    }

    /// Passes the value ahead; gives its mark.
    pub(super) fn passed(&mut self) -> Result<C::Mark, ErrorKind> {
        let mark = self.cursor.mark();
        self.cursor.skip()?;
        Ok(mark)
    }

    pub(super) fn extra(&mut self, kind: ExtraKind, chunk: bool) -> Result<(), ErrorKind> {
        let mark = self.passed()?;
        if self.extras != Extras::None {
            let json = self.cursor.json(mark);
            self.body.push(Record::Extra { kind, json, chunk });
        }
        Ok(())
    }

    /// A member that means nothing here.
    pub(super) fn other(&mut self, chunk: bool) -> Result<(), ErrorKind> {
        if self.extras == Extras::All {
            return self.extra(ExtraKind::Other, chunk);
        }
        match self.cursor.kind()? {
            Kind::String => {
                let string = self.cursor.string()?;
                self.pad(string);
                Ok(())
            }
            Kind::Number => {
                let number = self.cursor.number()?;
                self.body.push(Record::Padding { span: Span { start: number.at, end: number.at }, number: true });
                Ok(())
            }
            _ => self.cursor.skip(),
        }
    }

    fn pad(&mut self, string: Str) {
        if string.place == crate::record::Place::Payload {
            self.body.push(Record::Padding { span: string.span, number: false });
        }
    }

    /// The usage object ahead; gives whether it had a number.
    fn usage(&mut self) -> Result<bool, ErrorKind> {
        if self.cursor.kind()? != Kind::Object {
            self.cursor.skip()?;
            return Ok(false);
        }
        super::usage::usage(self)
    }

    fn usage_box(&mut self, chunk: &mut Chunk<C::Mark>) -> Result<(), ErrorKind> {
        if self.cursor.kind()? != Kind::Object || !self.cursor.tolerance().allows(Quirk::UsagePlace) {
            return self.other(true);
        }
        let mut members = self.cursor.object()?;
        while let Some(is_usage) = self.cursor.key(&mut members, |key| key == b"usage")? {
            if is_usage && self.usage()? {
                self.need(Quirk::UsagePlace)?;
                chunk.counters = true;
            } else if !is_usage {
                self.other(true)?;
            }
        }
        Ok(())
    }

    /// One counter of a usage object.
    pub(super) fn counter(&mut self, counter: Counter) -> Result<bool, ErrorKind> {
        let kind = self.cursor.kind()?;
        if kind == Kind::Null {
            self.cursor.skip()?;
            return Ok(false);
        }
        let Some(Number { value: Some(value), whole: true, at, .. }) = self.any_number(kind)? else {
            self.need(Quirk::NumberType)?;
            return Ok(false);
        };
        self.body.push(Record::Counter { counter, value, at });
        Ok(true)
    }

    /// Puts the records of the choice that begins at `from` in their written order. Cost: a look, where they are; else
    /// one pass for each rank that occurs.
    fn order(&mut self, from: usize) {
        let choice = self.body.get(from..).unwrap_or_default();
        let mut last = 0u8;
        let sorted = choice.iter().all(|record| {
            let rank = record.rank();
            matches!(record, Record::Padding { .. }) || std::mem::replace(&mut last, rank) <= rank
        });
        if sorted {
            return;
        }
        self.spare.clear();
        self.spare.extend_from_slice(choice);
        self.body.truncate(from);
        let spare = &*self.spare;
        // Edges go with the record that follows them.
        let rank = |at: usize| match spare.get(at) {
            Some(Record::Edges { .. }) => spare.get(at.saturating_add(1)).map_or(u8::MAX, Record::rank),
            record => record.map_or(u8::MAX, Record::rank),
        };
        let mut next = (0..spare.len()).map(rank).min();
        while let Some(wanted) = next {
            self.body.extend((0..spare.len()).filter(|at| rank(*at) == wanted).filter_map(|at| spare.get(at)));
            next = (0..spare.len()).map(rank).filter(|rank| *rank > wanted).min();
        }
    }
}
