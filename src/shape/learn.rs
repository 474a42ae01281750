//! How a shape is learned from an event, and widened by another.
//!
//! Knows: which records may repeat, and where their values lie. Must not know: how events are compared.

use super::{BYTES, Candidate, HOLES, Hole, Piece, Plain, Says, Shape, integer_hole, string_of};
use crate::record::{Home, Place, Record, Span, Statement, Str};

impl Shape {
    /// The shape of an event, if it is one that can be learned.
    pub(super) fn of(
        raw: &[u8],
        base: usize,
        statement: &Statement,
        escaped: &[(u32, Span)],
    ) -> Option<Self> {
        if raw.len() > BYTES {
            return None;
        }
        let mut learner = Learner { raw, base, escaped, candidates: Vec::new(), records: Vec::new() };
        for record in statement.head.iter().chain(&statement.body) {
            learner.take(record)?;
        }
        let Learner { mut candidates, records, .. } = learner;
        candidates.sort_unstable_by_key(|candidate| candidate.start);
        let mut shape = Self {
            bytes: raw.into(),
            pieces: Box::default(),
            plain: plain(&records),
            candidates: candidates.into(),
            records: records.into(),
        };
        shape.cut()?;
        Some(shape)
    }

    /// Cuts the bytes into literals and holes, as the candidates say.
    fn cut(&mut self) -> Option<()> {
        let mut pieces = Vec::new();
        let mut start = 0u16;
        for candidate in self.candidates.iter().filter(|candidate| candidate.hole) {
            if candidate.start < start {
                return None;
            }
            let hole = if candidate.integer {
                Hole::Integer(candidate.record)
            } else {
                Hole::Text(candidate.record)
            };
            pieces.push(Piece { start, end: candidate.start, hole });
            start = candidate.end;
        }
        pieces.push(Piece { start, end: u16::try_from(self.bytes.len()).ok()?, hole: Hole::End });
        if pieces.len() > HOLES {
            return None;
        }
        self.pieces = pieces.into();
        Some(())
    }

    /// If `new` is the same but for its candidates' values: makes holes of those that vary.
    pub(super) fn widen(&mut self, new: &Self) -> bool {
        if self.candidates.len() != new.candidates.len() || self.plain != new.plain || !self.same_records(new)
        {
            return false;
        }
        let (mut here, mut there) = (0usize, 0usize);
        let mut varies = 0u64;
        for (at, (ours, theirs)) in self.candidates.iter().zip(&new.candidates).enumerate() {
            let (a, b) = (usize::from(ours.start), usize::from(theirs.start));
            let same_kind = ours.integer == theirs.integer && ours.record == theirs.record;
            if !same_kind || self.bytes.get(here..a) != new.bytes.get(there..b) || at >= 64 {
                return false;
            }
            (here, there) = (usize::from(ours.end), usize::from(theirs.end));
            if self.bytes.get(a..here) != new.bytes.get(b..there) {
                varies |= 1u64.wrapping_shl(u32::try_from(at).unwrap_or(0));
            }
        }
        if self.bytes.get(here..) != new.bytes.get(there..) {
            return false;
        }
        let mut wider = self.clone();
        for (at, candidate) in wider.candidates.iter_mut().enumerate() {
            candidate.hole |= varies.wrapping_shr(u32::try_from(at).unwrap_or(0)) & 1 == 1;
        }
        if wider.cut().is_none() {
            return false;
        }
        *self = wider;
        true
    }

    fn same_records(&self, other: &Self) -> bool {
        let bare = |record: &Record| {
            let mut record = *record;
            if let Record::Counter { value, at, .. } = &mut record {
                (*value, *at) = (0, 0);
            } else if let Some(string) = string_of(&mut record) {
                *string = Str::NONE;
            }
            record
        };
        self.records.len() == other.records.len()
            && self.records.iter().zip(&other.records).all(|(a, b)| bare(a) == bare(b))
    }
}

/// Takes an event's records down.
struct Learner<'a> {
    raw: &'a [u8],
    base: usize,
    escaped: &'a [(u32, Span)],
    candidates: Vec<Candidate>,
    records: Vec<Record>,
}

impl Learner<'_> {
    fn take(&mut self, record: &Record) -> Option<()> {
        match *record {
            Record::Id(string) | Record::Model(string) => {
                // An empty one must stay literal: another could matter.
                if !string.is_empty() {
                    self.string(string, None)?;
                }
            }
            // Zero says nothing, so it must stay literal: another value could matter.
            Record::Created { value: 0, .. } => {}
            Record::Created { at, .. } => self.integer(at, None)?,
            Record::Padding { span, number: true } => self.integer(span.start, None)?,
            Record::Padding { span, number: false } => self.text(span, None)?,
            Record::Role(_) => {}
            Record::Choice { .. } => self.records.push(*record),
            Record::ToolCall { index: Some(index), home, bare: false, .. } => {
                let (id, name) = (Str::NONE, Str::NONE);
                self.records.push(Record::ToolCall { index: Some(index), id, name, home, bare: false });
            }
            Record::Text { text, .. }
            | Record::Reasoning { text, .. }
            | Record::Refusal { text, .. }
            | Record::Arguments(text) => {
                let ordinal = u8::try_from(self.records.len()).ok()?;
                self.records.push(*record);
                self.string(text, Some(ordinal))?;
            }
            Record::Counter { at, .. } => {
                let ordinal = u8::try_from(self.records.len()).ok()?;
                self.records.push(*record);
                self.integer(at, Some(ordinal))?;
            }
            Record::ToolCall { .. }
            | Record::Edges { .. }
            | Record::Opaque { .. }
            | Record::Extra { .. }
            | Record::SideChannel { .. }
            | Record::Finish(_)
            | Record::Error { .. }
            | Record::Unknown => return None,
        }
        Some(())
    }

    fn string(&mut self, string: Str, record: Option<u8>) -> Option<()> {
        let span = match string.place {
            Place::Payload => string.span,
            Place::Scratch => self.escaped.iter().find(|(start, _)| *start == string.span.start)?.1,
        };
        self.text(span, record)
    }

    fn text(&mut self, span: Span, record: Option<u8>) -> Option<()> {
        if span == Span::default() {
            return Some(());
        }
        let (start, end) = self.place(span)?;
        let quoted = self.raw.get(usize::from(start).checked_sub(1)?) == Some(&b'"')
            && self.raw.get(usize::from(end)) == Some(&b'"');
        let hole = record.is_some();
        quoted.then(|| self.candidates.push(Candidate { start, end, integer: false, record, hole }))
    }

    fn integer(&mut self, at: u32, record: Option<u8>) -> Option<()> {
        if at == u32::MAX {
            return None;
        }
        let (start, _) = self.place(Span { start: at, end: at })?;
        let Some(filling) = integer_hole(self.raw, usize::from(start)) else {
            // Not a plain integer: it stays literal, unless a record depends on its place.
            return record.is_none().then_some(());
        };
        let end = u16::try_from(filling.span.end).ok()?;
        self.candidates.push(Candidate { start, end, integer: true, record, hole: false });
        Some(())
    }

    /// A span of the payload as one of the event.
    fn place(&self, span: Span) -> Option<(u16, u16)> {
        let range = span.range();
        let start = u16::try_from(self.base.saturating_add(range.start)).ok()?;
        let end = u16::try_from(self.base.saturating_add(range.end)).ok()?;
        Some((start, end))
    }
}

/// What the records say, if it is one thing about one choice.
fn plain(records: &[Record]) -> Option<Plain> {
    let (said, counts) = match records.iter().position(|record| matches!(record, Record::Counter { .. })) {
        Some(first) => records.split_at_checked(first)?,
        None => (records, [].as_slice()),
    };
    let all_count = counts.iter().all(|record| matches!(record, Record::Counter { .. }));
    let counts = !counts.is_empty();
    let (choice, says) = match said {
        [Record::Choice { index }, Record::Text { home: Home::Delta, .. }] => (*index, Says::Text),
        [Record::Choice { index }, Record::Reasoning { home: Home::Delta, .. }] => (*index, Says::Reasoning),
        [
            Record::Choice { index },
            Record::ToolCall { index: Some(call), home: Home::Delta, .. },
            Record::Arguments(_),
        ] => (*index, Says::Arguments(*call)),
        _ => return None,
    };
    all_count.then_some(Plain { choice, says, counts })
}
