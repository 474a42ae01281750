//! A delta, or a message in its place.
//!
//! Knows: a delta's members. Must not know: the choice around it.

use super::cursor::{Cursor, Kind};
use super::walk::{Met, Walk};
use super::{parts, tools};
use crate::dialect::{self, DeltaKey, Quirk};
use crate::error::ErrorKind;
use crate::record::{Home, Record, Str};

impl<C: Cursor> Walk<'_, C> {
    /// The delta ahead. Gives whether it is of another role than the assistant's, and a finish reason found in it.
    pub(super) fn delta(&mut self, home: Home) -> Result<(bool, Str), ErrorKind> {
        let (from, mark) = (self.body.len(), self.cursor.mark());
        let (mut role, mut finish, mut met) = (Str::NONE, Str::NONE, Met::default());
        let mut members = self.cursor.object()?;
        while let Some((key, kind)) = self.cursor.member(&mut members, dialect::delta_key)? {
            if kind == Kind::Null {
                self.cursor.null()?;
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
            && !dialect::answers(self.cursor.bytes(role))
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
                self.edged(text, Record::Refusal { home, text });
                Ok(())
            }
            DeltaKey::Reasoning(rank) if self.cursor.tolerance().allows(Quirk::ReasoningField) => {
                if met.again(rank.saturating_add(8)) {
                    self.twice(
                        from,
                        |record| matches!(record, Record::Reasoning { source, .. } if *source == rank),
                    )?;
                }
                self.reasoning(rank, kind, home)
            }
            DeltaKey::ReasoningDetails(rank) if self.cursor.tolerance().allows(Quirk::ReasoningDetails) => {
                parts::details(self, rank, kind, home)
            }
            DeltaKey::ToolCalls => {
                if met.again(3) {
                    self.twice(from, |record| {
                        matches!(record, Record::ToolCall { .. } | Record::Arguments(_))
                    })?;
                }
                tools::calls(self, kind, home)
            }
            DeltaKey::FunctionCall if kind == Kind::Object => tools::function_call(self, home),
            DeltaKey::Extra(extra) => self.extra(extra, false),
            _ => self.other(kind, false),
        }
    }

    fn content(&mut self, kind: Kind, home: Home) -> Result<(), ErrorKind> {
        match kind {
            Kind::String => {
                let text = self.cursor.string()?;
                self.edged(text, Record::Text { home, text });
                Ok(())
            }
            Kind::Array | Kind::Object => {
                self.need(Quirk::ContentParts)?;
                parts::content(self, kind, home)
            }
            Kind::Null | Kind::Bool | Kind::Number => self.other(kind, false),
        }
    }

    fn reasoning(&mut self, source: u8, kind: Kind, home: Home) -> Result<(), ErrorKind> {
        match kind {
            Kind::String => {
                let text = self.cursor.string()?;
                if !text.is_empty() {
                    self.need(Quirk::ReasoningField)?;
                }
                self.edged(text, Record::Reasoning { source, home, text });
                Ok(())
            }
            Kind::Array | Kind::Object => {
                self.need(Quirk::ReasoningShape)?;
                parts::reasoning(self, source, kind, home)
            }
            Kind::Null | Kind::Bool | Kind::Number => self.other(kind, false),
        }
    }
}
