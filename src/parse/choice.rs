//! A chunk's choices.
//!
//! Knows: a choice's members, and which of a delta's possible homes counts. Must not know: what a delta holds.

use super::cursor::{Cursor, Kind};
use super::visitor::{SeenKeys, Visitor};
use crate::dialect::{self, ChoiceKey, Quirk};
use crate::error::ErrorKind;
use crate::record::{Origin, Record, Str};

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

impl<C: Cursor> Visitor<'_, C> {
    pub(super) fn choices(&mut self, kind: Kind) -> Result<(), ErrorKind> {
        if kind != Kind::Array {
            return Err(ErrorKind::NotOfWire);
        }
        let mut items = self.cursor.array()?;
        let mut position = 0u32;
        while let Some(kind) = self.cursor.element(&mut items)? {
            if kind != Kind::Object {
                return Err(ErrorKind::NotOfWire);
            }
            self.choice(position)?;
            self.bounded()?;
            position = position.saturating_add(1);
        }
        Ok(())
    }

    fn choice(&mut self, position: u32) -> Result<(), ErrorKind> {
        let from = self.body.len();
        self.body.push(Record::Choice { index: position });
        let mut choice =
            Choice { index: None, delta: false, message: None, text: None, finish: Str::NONE, side: false };
        let mut seen = SeenKeys::default();
        let mut members = self.cursor.object()?;
        while let Some((key, kind)) = self.cursor.member(&mut members, dialect::choice_key)? {
            self.choice_member(key, kind, &mut choice, from, &mut seen)?;
        }
        self.close_choice(choice, from, position)
    }

    fn choice_member(
        &mut self,
        key: ChoiceKey,
        kind: Kind,
        choice: &mut Choice<C::Mark>,
        from: usize,
        seen: &mut SeenKeys,
    ) -> Result<(), ErrorKind> {
        if kind == Kind::Null {
            return self.cursor.null();
        }
        match key {
            ChoiceKey::Index => choice.index = Some(self.index(kind)?),
            ChoiceKey::Delta if kind == Kind::Object => {
                if seen.repeats(0) {
                    self.strike_duplicate(from, |record| {
                        !matches!(record, Record::Choice { .. } | Record::Counter { .. })
                    })?;
                    choice.side = false;
                }
                choice.delta = true;
                let (side, finish) = self.delta(Origin::Delta)?;
                choice.side |= side;
                if !finish.is_empty() && choice.finish.is_empty() {
                    choice.finish = finish;
                }
            }
            ChoiceKey::Message if kind == Kind::Object => choice.message = Some(self.skip_marked()?),
            ChoiceKey::Text if kind == Kind::String => choice.text = Some(self.skip_marked()?),
            ChoiceKey::Finish if kind == Kind::String => {
                let finish = self.cursor.string()?;
                if seen.repeats(1) && !choice.finish.is_empty() {
                    self.need(Quirk::DuplicateKey)?;
                }
                if finish.is_empty() {
                    self.need(Quirk::EmptyString)?;
                } else {
                    choice.finish = finish;
                }
            }
            ChoiceKey::Usage if kind == Kind::Object && self.cursor.tolerance().allows(Quirk::UsagePlace) => {
                if self.usage(kind)? {
                    self.need(Quirk::UsagePlace)?;
                }
            }
            ChoiceKey::Extra(extra) => self.extra(extra, false)?,
            _ => self.other(kind, false)?,
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
            let (side, finish) = self.delta(Origin::Message)?;
            self.cursor.go(back);
            choice.side |= side;
            if choice.finish.is_empty() {
                choice.finish = finish;
            }
        } else if let Some(mark) = choice.text.filter(|_| !choice.delta) {
            self.need(Quirk::ChoiceText)?;
            let back = self.cursor.go(mark);
            let text = self.cursor.string()?;
            self.edged(text, Record::Text { origin: Origin::Choice, text });
            self.cursor.go(back);
        } else if !choice.delta {
            self.need(Quirk::DeltaMissing)?;
        }
        Ok(())
    }

    /// An index: not negative, no fraction, and it sizes nothing.
    pub(super) fn index(&mut self, kind: Kind) -> Result<u32, ErrorKind> {
        if let Some((value, _)) = self.cursor.integer() {
            return u32::try_from(value).map_err(|_| ErrorKind::NotOfWire);
        }
        let number = self.any_number(kind)?.filter(|number| number.whole);
        let value = number.and_then(|number| number.value).and_then(|value| u32::try_from(value).ok());
        value.ok_or(ErrorKind::NotOfWire)
    }

    /// Puts the records of the choice that begins at `from` in their written order. Cost: a look, where they are; else
    /// one pass for each rank that occurs.
    fn order(&mut self, from: usize) {
        let choice = self.body.get(from..).unwrap_or_default();
        let mut last = 0u8;
        let sorted = choice.iter().all(|record| {
            let rank = record.rank();
            std::mem::replace(&mut last, rank) <= rank
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
            self.body
                .extend((0..spare.len()).filter(|at| rank(*at) == wanted).filter_map(|at| spare.get(at)));
            next = (0..spare.len()).map(rank).filter(|rank| *rank > wanted).min();
        }
    }
}
