//! A delta, or a message in its place.
//!
//! Knows: a delta's members. Must not know: the choice around it.

use super::cursor::{Cursor, Kind};
use super::visitor::{SeenKeys, Visitor};
use super::{parts, tools};
use crate::dialect::{self, DeltaKey, Quirk};
use crate::error::ErrorKind;
use crate::record::{Origin, Record, Str};

impl<C: Cursor> Visitor<'_, C> {
    /// The delta ahead. Gives whether it is of another role than the assistant's, and a finish reason found in it.
    pub(super) fn delta(&mut self, origin: Origin) -> Result<(bool, Str), ErrorKind> {
        let (from, mark) = (self.body.len(), self.cursor.mark());
        let (mut role, mut finish, mut seen) = (Str::NONE, Str::NONE, SeenKeys::default());
        let mut members = self.cursor.object()?;
        while let Some((key, kind)) = self.cursor.member(&mut members, dialect::delta_key)? {
            if kind == Kind::Null {
                self.cursor.null()?;
                continue;
            }
            match key {
                DeltaKey::Role if kind == Kind::String => role = self.role(from, &mut seen)?,
                DeltaKey::Finish if kind == Kind::String => {
                    finish = self.cursor.string()?;
                    if !finish.is_empty() && !self.cursor.tolerance().meets(Quirk::FinishPlace) {
                        finish = Str::NONE;
                    }
                }
                _ => self.delta_member(key, kind, origin, from, &mut seen)?,
            }
        }
        let side = !role.is_empty()
            && !dialect::answers(self.cursor.bytes(role))
            && self.cursor.tolerance().meets(Quirk::SideRole);
        if side {
            self.body.truncate(from);
            let json = self.cursor.json(mark);
            self.body.push(Record::SideChannel { json });
        }
        Ok((side, finish))
    }

    fn role(&mut self, from: usize, seen: &mut SeenKeys) -> Result<Str, ErrorKind> {
        let role = self.cursor.string()?;
        if seen.repeats(0) {
            self.strike_duplicate(from, |record| matches!(record, Record::Role(_)))?;
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
        origin: Origin,
        from: usize,
        seen: &mut SeenKeys,
    ) -> Result<(), ErrorKind> {
        match key {
            DeltaKey::Content => {
                if seen.repeats(1) {
                    self.strike_duplicate(from, |record| match record {
                        Record::Text { .. } => true,
                        Record::Reasoning { source, .. } => *source == dialect::REASONING_PARTS,
                        _ => false,
                    })?;
                }
                self.content(kind, origin)
            }
            DeltaKey::Refusal if kind == Kind::String => {
                if seen.repeats(2) {
                    self.strike_duplicate(from, |record| matches!(record, Record::Refusal { .. }))?;
                }
                let text = self.cursor.string()?;
                self.edged(text, Record::Refusal { origin, text });
                Ok(())
            }
            DeltaKey::Reasoning(rank) if self.cursor.tolerance().allows(Quirk::ReasoningField) => {
                if seen.repeats(rank.saturating_add(8)) {
                    self.strike_duplicate(
                        from,
                        |record| matches!(record, Record::Reasoning { source, .. } if *source == rank),
                    )?;
                }
                self.reasoning(rank, kind, origin)
            }
            DeltaKey::ReasoningDetails(rank) if self.cursor.tolerance().allows(Quirk::ReasoningDetails) => {
                parts::details(self, rank, kind, origin)
            }
            DeltaKey::ToolCalls => {
                if seen.repeats(3) {
                    self.strike_duplicate(from, |record| {
                        matches!(record, Record::ToolCall { .. } | Record::Arguments(_))
                    })?;
                }
                tools::calls(self, kind, origin)
            }
            DeltaKey::FunctionCall if kind == Kind::Object => tools::function_call(self, origin),
            DeltaKey::Extra(extra) => self.extra(extra, false),
            _ => self.other(kind, false),
        }
    }

    fn content(&mut self, kind: Kind, origin: Origin) -> Result<(), ErrorKind> {
        match kind {
            Kind::String => {
                let text = self.cursor.string()?;
                self.edged(text, Record::Text { origin, text });
                Ok(())
            }
            Kind::Array | Kind::Object => {
                self.need(Quirk::ContentParts)?;
                parts::content(self, kind, origin)
            }
            Kind::Null | Kind::Bool | Kind::Number => self.other(kind, false),
        }
    }

    fn reasoning(&mut self, source: u8, kind: Kind, origin: Origin) -> Result<(), ErrorKind> {
        match kind {
            Kind::String => {
                let text = self.cursor.string()?;
                if !text.is_empty() {
                    self.need(Quirk::ReasoningField)?;
                }
                self.edged(text, Record::Reasoning { source, origin, text });
                Ok(())
            }
            Kind::Array | Kind::Object => {
                self.need(Quirk::ReasoningShape)?;
                parts::reasoning(self, source, kind, origin)
            }
            Kind::Null | Kind::Bool | Kind::Number => self.other(kind, false),
        }
    }
}
