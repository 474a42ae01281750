//! What the parse room states of one document: neutral facts, whatever the wire.
//!
//! Knows: ranges and numbers, and the limit on facts. Must not know: where the bytes are, what is made of a fact.
//!
//! A record states one fact of one document. `Choice` opens a group: what follows is about that choice. No wire's word is
//! left in a record: what a finish word means, which of several reasonings counts, which counter a name is, the wire's file
//! has decided. What a wire sends twice is stated as a repetition ([`Record::Whole`]); the normalizer tells a place once.

use alloc::vec::Vec;

use super::{Few, PADDING, Padding, Place, Scope, Str};
use crate::delta::{ExtraKind, FinishReason, OpaqueKind};
use crate::error::{ErrorKind, LimitKind};

/// One number of a usage object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    Input,
    Output,
    Total,
    CachedInput,
    CacheWrite,
    Reasoning,
}

/// What a call's arguments have at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Argument {
    /// Text, which goes on where the same path has text again.
    Text(Str),
    /// A value's JSON text.
    Json(Str),
    Null,
    /// Nothing that can be told as JSON.
    Unknown,
}

/// One fact of one document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Record {
    Id(Str),
    Model(Str),
    /// `at`: where the number starts in the payload; `u32::MAX` where the source cannot tell.
    Created {
        value: u64,
        at: u32,
    },
    Choice {
        index: u32,
    },
    /// The answer begins; if it began before, it begins anew.
    Begin,
    /// What follows in this choice is of this place.
    Place(Place),
    /// The current place begins: it is told even if nothing follows yet.
    PlaceBegins,
    /// The current place's item is over: its calls end.
    PlaceEnd,
    /// What follows in this choice is sent as a whole, maybe again.
    Whole(Scope),
    Role(Str),
    /// The role, on a wire that says it with every event.
    SteadyRole(Str),
    /// Lone surrogates at the edges of the next text-like record.
    Edges {
        lead: u16,
        tail: u16,
    },
    /// `rank`: the wire's own order of its spellings, by which it has chosen; nobody else asks.
    Reasoning {
        rank: u8,
        text: Str,
    },
    Opaque {
        kind: OpaqueKind,
        data: Str,
    },
    Text(Str),
    Refusal(Str),
    /// Opens a tool call's group. `is_metadata_only`: without a function; only with an id it begins a call.
    ToolCall {
        index: Option<u32>,
        id: Str,
        name: Str,
        is_metadata_only: bool,
    },
    Arguments(Str),
    /// Arguments that came whole with the call's beginning: they count if no fragment follows.
    Input(Str),
    /// One value of the call's arguments, set by its path in them. `name` and `json` are the member that says
    /// so: it is passed on where it cannot be told.
    ArgumentAt {
        path: Str,
        value: Argument,
        name: Str,
        json: Str,
    },
    Extra {
        kind: ExtraKind,
        name: Str,
        json: Str,
        /// About the document, not the choice.
        chunk: bool,
    },
    /// Passed on if the current place is no call: a piece of what a tool of the service's own was given.
    /// Only its opening brace is kept: what is in the object may be another in the next event of the same shape.
    ExtraIfHosted {
        name: Str,
        brace: Str,
    },
    Finish {
        reason: FinishReason,
        raw: Str,
    },
    /// A finish that counts only if no other comes.
    ProvisionalFinish(&'static (FinishReason, &'static str)),
    Counter {
        counter: Counter,
        value: u64,
        at: u32,
    },
    /// A counter that counts only where none of its name was told.
    WeakCounter {
        counter: Counter,
        value: u64,
    },
    /// The error that follows may have been told before: then it is not told again.
    ErrorRepeats,
    /// The peer's complaint; `json` is the document it stood in.
    Error {
        code: Str,
        kind: Str,
        message: Str,
        json: Str,
    },
    /// A document of no known wire, and the name of its event.
    Unknown {
        name: Str,
        json: Str,
    },
    /// A comment, a ping, an empty event.
    Keepalive,
    /// The stream's own end marker.
    Done {
        marker: &'static str,
    },
    /// What stood here was stated again by a later value of the same name.
    Struck,
}

/// What is stated of one document. Most of it lies in place; where a list outgrows that, it is reused.
///
/// Invariant: `stated` counts every record pushed since [`Records::begin_event`], struck ones included, and never exceeds
/// `limit`: a record is pushed through [`Records::push`] and [`Records::push_head`] and nowhere else.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    /// About the document; told first.
    head: Few<Record, 3>,
    /// About its choices and the rest.
    body: Few<Record, 7>,
    /// What a shape may leave open besides; empty where no shape is to be learned.
    padding: Few<Padding, 8>,
    /// For putting a choice's records in order.
    spare: Vec<Record>,
    stated: usize,
    limit: usize,
}

/// Where the lists stood, to go back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Savepoint {
    head: usize,
    body: usize,
    padding: usize,
}

impl Records {
    /// Lists that take `limit` facts an event.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            head: Few::new(Record::Struck),
            body: Few::new(Record::Struck),
            padding: Few::new(Padding::Integer(0)),
            spare: Vec::new(),
            stated: 0,
            limit,
        }
    }

    /// A new event: it may state as many facts as any.
    pub(crate) fn begin_event(&mut self) {
        self.begin_document_keeping_fact_count();
        self.stated = 0;
    }

    /// A new document of the same event.
    pub(crate) fn begin_document_keeping_fact_count(&mut self) {
        self.head.clear();
        self.body.clear();
        self.padding.clear();
    }

    pub(crate) fn head(&self) -> &[Record] {
        &self.head
    }

    pub(crate) fn body(&self) -> &[Record] {
        &self.body
    }

    pub(crate) fn padding(&self) -> &[Padding] {
        &self.padding
    }

    /// How many facts the body has.
    #[inline(always)]
    pub(crate) fn body_len(&self) -> usize {
        self.body.len()
    }

    /// States a fact about a choice, or usage.
    #[inline]
    pub(crate) fn push(&mut self, record: Record) -> Result<(), ErrorKind> {
        self.count_within_limit()?;
        self.body.push(record);
        Ok(())
    }

    /// States a fact about the document.
    #[inline]
    pub(crate) fn push_head_within_limit(&mut self, record: Record) -> Result<(), ErrorKind> {
        self.count_within_limit()?;
        self.head.push(record);
        Ok(())
    }

    #[inline]
    fn count_within_limit(&mut self) -> Result<(), ErrorKind> {
        if self.stated >= self.limit {
            return Err(ErrorKind::Limit(LimitKind::Facts));
        }
        self.stated = self.stated.wrapping_add(1);
        Ok(())
    }

    /// A new event, of which the facts are those of an earlier one with other values: to be filled in.
    pub(crate) fn begin_replay(&mut self, records: &[Record]) -> &mut [Record] {
        self.begin_event();
        self.body.extend(records.iter().copied());
        &mut self.body
    }

    /// Whether more than `items` of any kind are kept room for.
    pub(crate) fn keeps_more_than(&self, items: usize) -> bool {
        self.head.keeps_more_than(items) || self.body.keeps_more_than(items) || self.spare.capacity() > items
    }

    /// Keeps room for so many.
    pub(crate) fn clear_and_shrink(&mut self, items: usize) {
        self.begin_document_keeping_fact_count();
        self.spare.clear();
        self.head.clear_and_shrink(items);
        self.body.clear_and_shrink(items);
        self.spare.shrink_to(items);
    }

    /// How many facts the event stated so far.
    #[cfg(any(test, feature = "simd-json", fuzzing))]
    pub(crate) fn stated(&self) -> usize {
        self.stated
    }

    /// Forgets what a reading stated that is done again, by another source.
    #[cfg(any(test, feature = "simd-json", fuzzing))]
    pub(crate) fn clear_document_and_restore_count(&mut self, count_before: usize) {
        self.stated = count_before;
        self.begin_document_keeping_fact_count();
    }

    /// Notes a value that a shape may leave open; more than [`PADDING`] are not noted.
    pub(crate) fn note_padding_if_some_and_room(&mut self, padding: Option<Padding>) {
        if let Some(padding) = padding.filter(|_| self.padding.len() < PADDING) {
            self.padding.push(padding);
        }
    }

    /// The last value noted varies in every event.
    pub(crate) fn mark_padding_as_varying(&mut self, at: usize) {
        if let Some(Padding::Text { noise, .. }) = self.padding.get_mut(at) {
            *noise = true;
        }
    }

    pub(crate) fn savepoint(&self) -> Savepoint {
        Savepoint { head: self.head.len(), body: self.body.len(), padding: self.padding.len() }
    }

    /// What was stated since then was not meant.
    pub(crate) fn restore(&mut self, to: Savepoint) {
        self.head.truncate(to.head);
        self.body.truncate(to.body);
        self.padding.truncate(to.padding);
    }

    /// Whether an error was stated since then.
    pub(crate) fn has_error_since(&self, then: Savepoint) -> bool {
        let stated = self.head().get(then.head..).unwrap_or_default();
        stated.iter().any(|record| matches!(record, Record::Error { .. }))
    }

    /// Whether anything of an answer was stated since then.
    pub(crate) fn has_body_since(&self, then: Savepoint) -> bool {
        self.body.len() > then.body
    }

    /// Replaces the fact at `at` of the body, of which more is known now.
    pub(crate) fn set(&mut self, at: usize, record: Record) {
        if let Some(known) = self.body.get_mut(at) {
            *known = record;
        }
    }

    /// The same in the head.
    pub(crate) fn set_head(&mut self, at: usize, record: Record) {
        if let Some(known) = self.head.get_mut(at) {
            *known = record;
        }
    }

    /// The errors and unknown documents of the head, from `from` on, that have no text yet stood in `text`.
    pub(crate) fn fill_in_missing_head_json(&mut self, from: usize, text: Str) {
        for record in self.head.get_mut(from..).unwrap_or_default() {
            if let Record::Error { json, .. } | Record::Unknown { json, .. } = record
                && json.is_empty()
            {
                *json = text;
            }
        }
    }

    /// The unknown documents of the head came in an event of this name.
    pub(crate) fn set_event_name_of_unknowns(&mut self, event: Str) {
        for record in self.head.iter_mut() {
            if let Record::Unknown { name, .. } = record {
                *name = event;
            }
        }
    }

    /// The errors of the head are of this kind, if it says something.
    pub(crate) fn replace_error_kinds_if_named(&mut self, name: Str) {
        for record in self.head.iter_mut() {
            if let Record::Error { kind, .. } = record
                && !name.is_empty()
            {
                *kind = name;
            }
        }
    }

    /// Strikes out the facts `range` of the body. Cost: those facts, whatever else was stated.
    pub(crate) fn strike(&mut self, range: core::ops::Range<usize>) {
        if range.end >= self.body.len() {
            self.body.truncate(range.start);
        } else if let Some(struck) = self.body.get_mut(range) {
            struck.fill(Record::Struck);
        }
    }

    /// Puts the facts from `from` on in the order of `rank`; the order of equals stays. Surrogates at the edges go with the
    /// record that follows them. Cost: a look, where they are in order; else one pass for each rank that occurs.
    pub(crate) fn sort_by_rank_edges_with_next(&mut self, from: usize, rank: impl Fn(&Record) -> u8) {
        let group = self.body.get(from..).unwrap_or_default();
        if group.is_sorted_by_key(&rank) {
            return;
        }
        self.spare.clear();
        self.spare.extend_from_slice(group);
        self.body.truncate(from);
        let spare = &*self.spare;
        let rank = |at: usize| match spare.get(at) {
            Some(Record::Edges { .. }) => spare.get(at.saturating_add(1)).map_or(u8::MAX, &rank),
            record => record.map_or(u8::MAX, &rank),
        };
        let mut next = (0..spare.len()).map(rank).min();
        while let Some(wanted) = next {
            self.body.extend(
                (0..spare.len()).filter(|at| rank(*at) == wanted).filter_map(|at| spare.get(at).copied()),
            );
            next = (0..spare.len()).map(rank).filter(|rank| *rank > wanted).min();
        }
    }
}
