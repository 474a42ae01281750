//! How a shape is learned from an event, and widened by another.
//!
//! Knows: how each kind of record may be kept (it says so itself), and where its values lie. Must not know: how events are
//! compared.

use alloc::vec::Vec;
use core::ops::Range;

use super::{BYTES, Channel, HOLES, Hole, Learnt, Mark, NO_MARK, PROOF, Shape, SingleDelta};
use crate::lex::plain_integer;
use crate::record::{Buffer, Counter, Keep, PADDING, Padding, Record, Span, Str};

impl Shape {
    /// Becomes the shape of an event, if it is one that can be learned.
    pub(super) fn fill_from(&mut self, event: &Learnt<'_>) -> Option<()> {
        let (head, body, padding) = (event.records.head(), event.records.body(), event.records.padding());
        clear_and_reserve(&mut self.records, body.len(), 0);
        let mut learner =
            Learner { event, candidates: [NO_MARK; CANDIDATES], count: 0, records: &mut self.records };
        for record in head {
            learner.add_hole_for_head_record(record)?;
        }
        for record in body {
            learner.learn_body_record(*record)?;
        }
        for padding in padding {
            learner.add_padding_or_keep_literal(padding)?;
        }
        if let Some(idle) = event.idle {
            learner.add_candidate(idle.range().start, idle.range().end, Hole::Line, false)?;
        }
        if let Some(spaces) = event.several_spaces_before_last_brace() {
            learner.add_candidate(spaces.start, spaces.end, Hole::Space, true)?;
        }
        for start in event.proofs {
            learner.add_candidate(*start, start.checked_add(usize::from(PROOF))?, Hole::Proof, true)?;
        }
        let candidates = learner.candidates.get_mut(..learner.count)?;
        candidates.sort_unstable_by_key(|candidate| candidate.start);
        let (pieces, count) = cut_into_literals_before_holes(candidates, event.raw.len())?;
        let pieces = pieces.get(..count)?;
        self.pieces = u8::try_from(count).ok()?;
        clear_and_reserve(&mut self.marks, count.saturating_add(candidates.len()), 0);
        self.marks.extend_from_slice(pieces);
        self.marks.extend_from_slice(candidates);
        clear_and_reserve(&mut self.bytes, event.raw.len(), SLACK);
        self.bytes.extend_from_slice(event.raw);
        self.single = as_single_delta_beside_counters(&self.records);
        Some(())
    }

    /// Its values that are holes or may become some.
    fn candidates(&self) -> &[Mark] {
        self.marks.get(usize::from(self.pieces)..).unwrap_or_default()
    }

    /// If `new` is the same but for its candidates' values: makes holes of those that vary.
    pub(super) fn generalize_if_alike(&mut self, new: &Self) -> bool {
        match self.differing_candidates(new) {
            Some(0) => true,
            Some(varies) => self.open_holes(varies).is_some(),
            None => false,
        }
    }

    /// Makes holes of these candidates, a bit each; of all or of none.
    fn open_holes(&mut self, varies: u64) -> Option<()> {
        let mut candidates = [NO_MARK; CANDIDATES];
        let candidates = candidates.get_mut(..self.candidates().len())?;
        for ((at, to), from) in (0u32..).zip(candidates.iter_mut()).zip(self.candidates()) {
            *to = Mark { is_hole: from.is_hole || varies.wrapping_shr(at) & 1 == 1, ..*from };
        }
        let (pieces, count) = cut_into_literals_before_holes(candidates, self.bytes.len())?;
        self.pieces = u8::try_from(count).ok()?;
        self.marks.clear();
        self.marks.reserve_exact(count.saturating_add(candidates.len()));
        self.marks.extend_from_slice(pieces.get(..count)?);
        self.marks.extend_from_slice(candidates);
        Some(())
    }

    /// Which candidates that are no holes yet differ in `new`, a bit each; none if anything else does.
    fn differing_candidates(&self, new: &Self) -> Option<u64> {
        let alike = |(ours, theirs): (&Record, &Record)| {
            without_values_except_emptiness(*ours) == without_values_except_emptiness(*theirs)
        };
        if self.candidates().len() != new.candidates().len()
            || self.records.len() != new.records.len()
            || !self.records.iter().zip(&new.records).all(alike)
        {
            return None;
        }
        let (mut here, mut there) = (0usize, 0usize);
        let mut varies = 0u64;
        for (at, (ours, theirs)) in (0u32..).zip(self.candidates().iter().zip(new.candidates())) {
            let (a, b) = (usize::from(ours.start), usize::from(theirs.start));
            if ours.hole != theirs.hole || self.bytes.get(here..a) != new.bytes.get(there..b) {
                return None;
            }
            (here, there) = (usize::from(ours.end), usize::from(theirs.end));
            if !ours.is_hole && self.bytes.get(a..here) != new.bytes.get(b..there) {
                varies |= 1u64.wrapping_shl(at);
            }
        }
        (self.bytes.get(here..) == new.bytes.get(there..)).then_some(varies)
    }
}

/// Cuts `length` bytes into literals and holes, as the candidates say: the pieces, and how many they are.
fn cut_into_literals_before_holes(candidates: &[Mark], length: usize) -> Option<([Mark; HOLES], usize)> {
    let mut pieces = [NO_MARK; HOLES];
    let (mut start, mut count) = (0u16, 0usize);
    for candidate in candidates.iter().filter(|candidate| candidate.is_hole) {
        if candidate.start < start {
            return None;
        }
        *pieces.get_mut(count)? = Mark { start, end: candidate.start, ..*candidate };
        start = candidate.end;
        count = count.saturating_add(1);
    }
    *pieces.get_mut(count)? = Mark { start, end: u16::try_from(length).ok()?, ..NO_MARK };
    Some((pieces, count.saturating_add(1)))
}

/// The record with all its values replaced: what is left is its kind, what selects, and which strings are empty.
fn without_values_except_emptiness(mut record: Record) -> Record {
    record.each_str(|string| *string = Str::payload(0, usize::from(!string.is_empty())));
    if let Some((value, at)) = record.number_mut() {
        (*value, *at) = (0, 0);
    }
    record
}

impl Learnt<'_> {
    /// The spaces before the payload's last brace, if there are several: they are padding, and of another number in each event.
    fn several_spaces_before_last_brace(&self) -> Option<Range<usize>> {
        let before = self.payload.of(self.raw).trim_ascii_end().strip_suffix(b"}")?;
        let spaces = before.iter().rev().take_while(|byte| **byte == b' ').count();
        let end = self.payload.range().start.checked_add(before.len())?;
        (spaces > 1).then(|| end.saturating_sub(spaces)..end)
    }

    /// Whether it may be one of many of its shape, as far as can be said at a glance. Counters alone come once, at the end.
    pub(super) fn is_small_and_has_text(&self) -> bool {
        let says = |record: &Record| matches!(record.keep(), Keep::Hole(_));
        self.raw.len() <= BYTES
            && self.records.padding().len() < PADDING
            && self.records.body().iter().any(says)
    }
}

/// The most values of an event that may vary: one bit each.
const CANDIDATES: usize = 64;

/// Bytes to spare, so that the next event that is learned in their place, a little longer, allocates nothing.
const SLACK: usize = 16;

/// An empty list with room for so many, and little more: each of thousands of streams has its shapes.
fn clear_and_reserve<T>(list: &mut Vec<T>, length: usize, slack: usize) {
    list.clear();
    if list.capacity() < length {
        list.reserve_exact(length.saturating_add(slack));
    }
}

/// Takes down an event's records and what may vary in them; `None` where the event cannot be learned.
struct Learner<'a> {
    event: &'a Learnt<'a>,
    candidates: [Mark; CANDIDATES],
    count: usize,
    records: &'a mut Vec<Record>,
}

impl Learner<'_> {
    /// A record of the statement's head. A hit leaves it out, because it tells nothing that was not told: so it must be of
    /// a kind that is told once.
    fn add_hole_for_head_record(&mut self, record: &Record) -> Option<()> {
        match record.keep() {
            // An empty one stays as it is: another could be the first.
            Keep::Identity(string) if string.is_empty() => Some(()),
            Keep::Identity(string) => {
                self.add_string_requiring_quotes(self.locate_source_of_string(string)?, Hole::Identity, false)
            }
            Keep::Number { counter: None, at } => {
                self.add_hole_if_plain_integer(self.offset_in_event(at)?, None)
            }
            Keep::Number { counter: Some(_), .. } | Keep::Hole(_) | Keep::Literal | Keep::Never => None,
        }
    }

    /// A record of the body: kept whole, its strings and its number as ranges of the event's bytes.
    fn learn_body_record(&mut self, mut record: Record) -> Option<()> {
        let keep = record.keep();
        let (mut placed, mut strings) = (Some(()), 0usize);
        record.each_str(|string| match self.locate_source_of_string(*string) {
            Some(StringInEvent { range, escaped }) if !escaped || matches!(keep, Keep::Hole(_)) => {
                strings = strings.saturating_add(1);
                *string = range;
            }
            _ => placed = None,
        });
        placed?;
        if let Some((_, at)) = record.number_mut() {
            *at = self.offset_in_event(*at)?;
        }
        self.records.push(record);
        match record.keep() {
            // Absence, and text is another statement.
            Keep::Hole(text) if text.is_empty() => Some(()),
            Keep::Hole(text) if strings == 1 => self.add_string_requiring_quotes(
                StringInEvent { range: text, escaped: false },
                Hole::Text,
                true,
            ),
            Keep::Number { counter: Some(counter), at } => self.add_hole_if_plain_integer(at, Some(counter)),
            Keep::Literal => Some(()),
            Keep::Hole(_) | Keep::Identity(_) | Keep::Number { counter: None, .. } | Keep::Never => None,
        }
    }

    /// A value that means nothing.
    fn add_padding_or_keep_literal(&mut self, padding: &Padding) -> Option<()> {
        match *padding {
            // The source cannot tell where it is: it stays as it is.
            Padding::Text { start: 0, end: 0, .. } => Some(()),
            Padding::Text { start, end, noise } => {
                let range =
                    self.range_in_event_of_payload_span(Span { start: start.into(), end: end.into() })?;
                self.add_string_requiring_quotes(
                    StringInEvent { range, escaped: false },
                    Hole::Padding,
                    noise,
                )
            }
            Padding::Integer(at) => self.add_hole_if_plain_integer(self.offset_in_event(at.into())?, None),
        }
    }

    /// Where a string of the statement is in the event's bytes.
    fn locate_source_of_string(&self, string: Str) -> Option<StringInEvent> {
        if string.is_empty() {
            return Some(StringInEvent { range: Str::NONE, escaped: false });
        }
        let (span, escaped) = match string.buffer() {
            Buffer::Payload => (string.span(), false),
            Buffer::Scratch => (self.event.escaped.iter().rev().find(|(known, _)| *known == string)?.1, true),
        };
        Some(StringInEvent { range: self.range_in_event_of_payload_span(span)?, escaped })
    }

    /// A span of the payload as a range of the event's bytes.
    fn range_in_event_of_payload_span(&self, span: Span) -> Option<Str> {
        let (start, end) = (span.range().start, span.range().end);
        let base = self.event.payload.range().start;
        Some(Str::payload(start.checked_add(base)?, end.checked_add(base)?))
    }

    /// The place of a number, likewise; `u32::MAX` where it is not known.
    fn offset_in_event(&self, at: u32) -> Option<u32> {
        if at == u32::MAX { Some(at) } else { at.checked_add(self.event.payload.start) }
    }

    /// A string's body that may vary; `is_hole`: it does in any case.
    fn add_string_requiring_quotes(&mut self, place: StringInEvent, kind: Hole, is_hole: bool) -> Option<()> {
        let Range { start, end } = place.range.span().range();
        let raw = self.event.raw;
        let quoted = raw.get(start.checked_sub(1)?) == Some(&b'"') && raw.get(end) == Some(&b'"');
        self.add_candidate(start, end, kind, is_hole).filter(|()| quoted)
    }

    /// An integer that may vary. What is no plain integer, or is where the source cannot tell, stays as it is.
    fn add_hole_if_plain_integer(&mut self, at: u32, counter: Option<Counter>) -> Option<()> {
        let start = usize::try_from(at).ok()?;
        match plain_integer(self.event.raw, start) {
            Some((end, _)) => self.add_candidate(start, end, Hole::Integer(counter), false),
            None => Some(()),
        }
    }

    fn add_candidate(&mut self, start: usize, end: usize, kind: Hole, is_hole: bool) -> Option<()> {
        let (start, end) = (u16::try_from(start).ok()?, u16::try_from(end).ok()?);
        *self.candidates.get_mut(self.count)? = Mark { start, end, hole: kind, is_hole };
        self.count = self.count.saturating_add(1);
        Some(())
    }
}

/// Where a string is in the event's bytes; `escaped`: there it has escapes.
#[derive(Debug, Clone, Copy)]
struct StringInEvent {
    range: Str,
    escaped: bool,
}

/// What the records say, if that is one thing about one choice, and counters, each once. What says nothing is passed over:
/// see the head of [`super`].
fn as_single_delta_beside_counters(records: &[Record]) -> Option<SingleDelta> {
    let (mut counted, mut in_place) = (0u8, false);
    let (mut choice, mut call, mut says) = (None, None, None);
    for record in records {
        match *record {
            Record::Counter { counter, .. } => {
                let bit = 1u8.wrapping_shl(counter as u32);
                if counted & bit != 0 {
                    return None;
                }
                counted |= bit;
            }
            // The choice's own role, since a change of it forgets all shapes.
            Record::Role(_) | Record::SteadyRole(_) => {}
            _ if matches!(record.keep(), Keep::Hole(text) if text.is_empty()) => {}
            Record::Choice { index } if choice.is_none() => choice = Some(index),
            Record::Struck => {}
            Record::Place(_) if says.is_none() && call.is_none() && !in_place => in_place = true,
            Record::ExtraIfHosted { .. } if matches!(says, Some(Channel::PartArguments)) => {}
            Record::ToolCall { index: Some(index), id, name, is_metadata_only: false }
                if call.is_none() && says.is_none() && id.is_empty() && name.is_empty() =>
            {
                call = Some(index);
            }
            _ if says.is_some() => return None,
            Record::Text(_) => says = Some(Channel::Text),
            Record::Reasoning { .. } => says = Some(Channel::Reasoning),
            Record::Arguments(_) if in_place => says = Some(Channel::PartArguments),
            Record::Arguments(_) => says = Some(Channel::Arguments(call?)),
            _ => return None,
        }
    }
    let (choice, says) = (choice?, says?);
    let alone = call.is_none() || matches!(says, Channel::Arguments(_));
    alone.then_some(SingleDelta { choice, says, counts: counted != 0, in_place })
}
