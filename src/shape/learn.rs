//! How a shape is learned from an event, and widened by another.
//!
//! Knows: which records may repeat, and where their values lie. Must not know: how events are compared.

use super::{BYTES, Candidate, Channel, Fact, HOLES, Hole, Kind, Piece, Shape, SingleDelta};
use crate::lex::plain_integer;
use crate::record::{Buffer, PADDING, Padding, Record, Records, Span, Str};

impl Shape {
    /// Becomes the shape of an event, if it is one that can be learned.
    pub(super) fn fill(
        &mut self,
        raw: &[u8],
        base: usize,
        records: &Records,
        escaped: &[(Str, Span)],
    ) -> Option<()> {
        let (head, body, padding) = (records.head(), records.body(), records.padding());
        renew(&mut self.bytes, raw.len(), SLACK);
        renew(&mut self.candidates, head.len().saturating_add(body.len()).saturating_add(padding.len()), 0);
        renew(&mut self.facts, body.len(), 0);
        self.bytes.extend_from_slice(raw);
        let Self { candidates, facts, .. } = self;
        let mut learner = Learner { raw, base, escaped, candidates, facts };
        for record in head.iter().chain(body) {
            learner.take(record)?;
        }
        for padding in padding {
            match *padding {
                Padding::Text { span, noise } => learner.text(span, None, Kind::Text, noise)?,
                Padding::Integer(at) => learner.integer(at, None)?,
            }
        }
        self.candidates.sort_unstable_by_key(|candidate| candidate.start);
        self.single = plain(&self.facts);
        self.cut()
    }

    /// Cuts the bytes into literals and holes, as the candidates say.
    fn cut(&mut self) -> Option<()> {
        let holes = self.candidates.iter().filter(|candidate| candidate.hole).count();
        renew(&mut self.pieces, holes.saturating_add(1), 0);
        let mut start = 0u16;
        for candidate in self.candidates.iter().filter(|candidate| candidate.hole) {
            if candidate.start < start {
                return None;
            }
            let hole = match candidate.kind {
                Kind::Text => Hole::Text(candidate.fact),
                Kind::Name => Hole::Name,
                Kind::Integer => Hole::Integer(candidate.fact),
            };
            self.pieces.push(Piece { start, end: candidate.start, hole });
            start = candidate.end;
        }
        self.pieces.push(Piece { start, end: u16::try_from(self.bytes.len()).ok()?, hole: Hole::End });
        (self.pieces.len() <= HOLES).then_some(())
    }

    /// If `new` is the same but for its candidates' values: makes holes of those that vary.
    pub(super) fn generalize(&mut self, new: &Self) -> bool {
        let Some(varies) = self.variation(new) else { return false };
        let turn = |candidates: &mut [Candidate], to: bool| {
            for (at, candidate) in (0u32..).zip(candidates) {
                if varies.wrapping_shr(at) & 1 == 1 {
                    candidate.hole = to;
                }
            }
        };
        turn(&mut self.candidates, true);
        if self.cut().is_some() {
            return true;
        }
        turn(&mut self.candidates, false);
        let _ = self.cut();
        false
    }

    /// Which candidates that are no holes yet differ in `new`, a bit each; none if anything else does.
    fn variation(&self, new: &Self) -> Option<u64> {
        if self.candidates.len() != new.candidates.len()
            || self.candidates.len() > 64
            || self.facts != new.facts
        {
            return None;
        }
        let (mut here, mut there) = (0usize, 0usize);
        let mut varies = 0u64;
        for (at, (ours, theirs)) in (0u32..).zip(self.candidates.iter().zip(&new.candidates)) {
            let (a, b) = (usize::from(ours.start), usize::from(theirs.start));
            let same_kind = ours.kind == theirs.kind && ours.fact == theirs.fact;
            if !same_kind || self.bytes.get(here..a) != new.bytes.get(there..b) {
                return None;
            }
            (here, there) = (usize::from(ours.end), usize::from(theirs.end));
            if !ours.hole && self.bytes.get(a..here) != new.bytes.get(b..there) {
                varies |= 1u64.wrapping_shl(at);
            }
        }
        (self.bytes.get(here..) == new.bytes.get(there..)).then_some(varies)
    }
}

/// Whether an event may be one of many of its shape, as far as can be said at a glance. Counters alone come once, at the end.
pub(super) fn may_return(raw: &[u8], records: &Records) -> bool {
    let says = |record: &Record| {
        use Record::{Arguments, Reasoning, Refusal, Text};
        matches!(record, Text(_) | Reasoning { .. } | Refusal(_) | Arguments(_))
    };
    raw.len() <= BYTES && records.padding().len() < PADDING && records.body().iter().any(says)
}

/// Bytes to spare, so that the next event that is learned in their place, a little longer, allocates nothing.
const SLACK: usize = 32;

/// An empty list with room for so many, and little more: each of thousands of streams has its shapes.
fn renew<T>(list: &mut Vec<T>, length: usize, slack: usize) {
    list.clear();
    if list.capacity() < length {
        list.reserve_exact(length.saturating_add(slack));
    }
}

/// Takes an event's records down.
struct Learner<'a> {
    raw: &'a [u8],
    base: usize,
    escaped: &'a [(Str, Span)],
    candidates: &'a mut Vec<Candidate>,
    facts: &'a mut Vec<Fact>,
}

impl Learner<'_> {
    fn take(&mut self, record: &Record) -> Option<()> {
        match *record {
            Record::Id(string) | Record::Model(string) => {
                // An empty one must stay literal: another could matter.
                if !string.is_empty() {
                    let span = self.body(string)?;
                    self.text(span, None, Kind::Name, false)?;
                }
            }
            // Zero says nothing, so it must stay literal: another value could matter.
            Record::Created { value: 0, .. } => {}
            Record::Created { at, .. } => self.integer(at, None)?,
            Record::Role(_) | Record::Struck => {}
            Record::Choice { index } => self.facts.push(Fact::Choice(index)),
            Record::ToolCall { index: Some(index), bare: false, .. } => {
                self.facts.push(Fact::Call(index));
            }
            Record::Text(text) => self.said(Fact::Text, text)?,
            // An empty one says nothing, and met no quirk: it must stay literal.
            Record::Reasoning { text, .. } if text.is_empty() => {}
            Record::Reasoning { rank, text } => self.said(Fact::Reasoning(rank), text)?,
            Record::Refusal(text) => self.said(Fact::Refusal, text)?,
            Record::Arguments(text) => self.said(Fact::Arguments, text)?,
            // Two for one name: which counts is not for a shape to say.
            Record::Counter { counter, .. } if self.facts.contains(&Fact::Counter(counter)) => return None,
            Record::Counter { counter, at, .. } => {
                let ordinal = u8::try_from(self.facts.len()).ok()?;
                self.facts.push(Fact::Counter(counter));
                self.integer(at, Some(ordinal))?;
            }
            Record::ToolCall { .. }
            | Record::Edges { .. }
            | Record::Opaque { .. }
            | Record::Extra { .. }
            | Record::Whole(_)
            | Record::ExtraIfHosted { .. }
            | Record::Begin
            | Record::Place(_)
            | Record::PlaceEnd
            | Record::Input(_)
            | Record::WeakCounter { .. }
            | Record::Finish { .. }
            | Record::ProvisionalFinish(_)
            | Record::Keepalive
            | Record::Done { .. }
            | Record::Error { .. }
            | Record::Unknown { .. } => return None,
        }
        Some(())
    }

    /// A fact with a text.
    fn said(&mut self, fact: Fact, text: Str) -> Option<()> {
        let ordinal = u8::try_from(self.facts.len()).ok()?;
        self.facts.push(fact);
        let span = self.body(text)?;
        self.text(span, Some(ordinal), Kind::Text, true)
    }

    /// Where a string's body is in the payload.
    fn body(&self, string: Str) -> Option<Span> {
        Some(match string.buffer() {
            Buffer::Payload => string.span(),
            Buffer::Scratch => self.escaped.iter().rev().find(|(known, _)| *known == string)?.1,
        })
    }

    /// A string's body; `hole`: it is one at once.
    fn text(&mut self, span: Span, fact: Option<u8>, kind: Kind, hole: bool) -> Option<()> {
        if span == Span::default() {
            return Some(());
        }
        let (start, end) = self.place(span)?;
        let quoted = self.raw.get(usize::from(start).checked_sub(1)?) == Some(&b'"')
            && self.raw.get(usize::from(end)) == Some(&b'"');
        quoted.then(|| self.candidates.push(Candidate { start, end, kind, fact, hole }))
    }

    fn integer(&mut self, at: u32, fact: Option<u8>) -> Option<()> {
        if at == u32::MAX {
            return None;
        }
        let (start, _) = self.place(Span { start: at, end: at })?;
        let Some((end, _)) = plain_integer(self.raw, usize::from(start)) else {
            // Not a plain integer: it stays literal, unless a fact depends on its place.
            return fact.is_none().then_some(());
        };
        let end = u16::try_from(end).ok()?;
        self.candidates.push(Candidate { start, end, kind: Kind::Integer, fact, hole: false });
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

/// What the facts say, if it is one thing about one choice.
fn plain(facts: &[Fact]) -> Option<SingleDelta> {
    let counter = |fact: &Fact| matches!(fact, Fact::Counter(_));
    let said = facts.iter().position(counter).unwrap_or(facts.len());
    let (said, counts) = facts.split_at_checked(said)?;
    let (choice, says) = match said {
        [Fact::Choice(index), Fact::Text] => (*index, Channel::Text),
        [Fact::Choice(index), Fact::Reasoning(_)] => (*index, Channel::Reasoning),
        [Fact::Choice(index), Fact::Call(call), Fact::Arguments] => (*index, Channel::Arguments(*call)),
        _ => return None,
    };
    counts.iter().all(counter).then_some(SingleDelta { choice, says, counts: !counts.is_empty() })
}
