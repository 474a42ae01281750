//! Shape prediction: the next event is the last one with other holes.
//!
//! Knows: byte shapes of earlier events on this stream. Must not know: what the fields mean.
//!
//! Successive events of one stream are the same bytes but for a few values: the token, a counter. So the room remembers
//! the *shape* of an event that the general path has just read: its bytes as literals, with typed holes (a JSON string's
//! body, an integer), and the records it made. For the next event it compares the literals and lexes only the holes.
//!
//! ```text
//!   data: {"id":"c1","choices":[{"index":0,"delta":{"content":" Hi"}}]}⏎⏎
//!   └───────────────────── literal ───────────────────────────┘└hole┘└literal┘   Choice 0 · Text(hole)
//! ```
//!
//! **Claim:** a hit makes exactly the records that the general path would. *Proof sketch:* the literal before a hole puts
//! the framer and the JSON lexer into a known state, the same as in the event that was learned. A hole admits only what
//! that state admits and leaves it the same way: a string body without raw control characters, with valid escapes, no lone
//! surrogates and valid UTF-8, up to its closing quote; an integer by the grammar, followed by a literal that is no digit.
//! So at each literal the state is the learned one again, up to the blank line (or line end) that ended the event. Everything is
//! checked before anything changes.
//!
//! **What may be a hole:** leaf values whose content selects nothing: text, reasoning, argument fragments, counters, and
//! values that are ignored (padding; identity, once it has been told). What selects meaning (type tags, role, finish
//! reason, index, event name, a null) is literal: when it changes, that is a miss. Text is a hole at once, any other
//! candidate only once it has been seen to vary.
//!
//! **What is not learned:** events that told something once and for all (start, role, a call's beginning, a finish), events
//! with extras or errors, events of several data lines, or ended by a bare CR. When something changes on which an omission rests
//! (a role, a new call), all shapes are forgotten.
//!
//! **Bounds:** at most 8 shapes of at most 2 KiB and 12 holes. Misses spend a credit that hits earn back; without credit
//! the room sleeps, each time twice as long: a stream that never repeats pays a few percent at first and then nothing.

mod learn;

use crate::lex;
use crate::record::{Place, Record, Span, Statement, Str};

const SHAPES: usize = 8;
const BYTES: usize = 2 << 10;
const HOLES: usize = 12;

const CREDIT: i32 = 64;
const MISS: i32 = 2;
const LEARN: i32 = 4;
const FIRST_SLEEP: u32 = 64;
const LONGEST_SLEEP: u32 = 1 << 16;

/// A literal, and the hole after it.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: u16,
    end: u16,
    hole: Hole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hole {
    /// The shape ends with this literal.
    End,
    /// A string's body, for the record of this ordinal (or none).
    Text(Option<u8>),
    /// An integer, likewise.
    Integer(Option<u8>),
}

/// A value that may become a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    start: u16,
    end: u16,
    integer: bool,
    record: Option<u8>,
    hole: bool,
}

/// One shape.
#[derive(Debug, Clone)]
struct Shape {
    bytes: Box<[u8]>,
    pieces: Box<[Piece]>,
    candidates: Box<[Candidate]>,
    records: Box<[Record]>,
    plain: Option<Plain>,
}

/// A shape that says one thing about one choice, and maybe counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plain {
    pub(crate) choice: u32,
    pub(crate) says: Says,
    /// Counters come with it.
    pub(crate) counts: bool,
}

/// What a plain shape says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Text,
    Reasoning,
    /// Arguments of the call with this wire index.
    Arguments(u32),
}

/// What a hole held.
#[derive(Debug, Clone, Copy, Default)]
struct Filling {
    span: Span,
    value: u64,
    escaped: bool,
}

/// The shapes of one stream.
#[derive(Debug, Clone)]
pub(crate) struct Shapes {
    /// Most recent first.
    shapes: Vec<Shape>,
    fillings: [Filling; HOLES],
    credit: i32,
    /// Events left to sleep through, and how long the next sleep is.
    asleep: u32,
    sleep: u32,
    on: bool,
}

/// A hit: the event is this long, and its one text is here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) length: usize,
    pub(crate) plain: Option<Plain>,
    /// The text of a plain hit.
    pub(crate) text: Span,
    /// Some hole has escapes.
    pub(crate) escaped: bool,
}

impl Shapes {
    pub(crate) fn new(on: bool) -> Self {
        Self {
            shapes: Vec::new(),
            fillings: [Filling::default(); HOLES],
            credit: CREDIT,
            asleep: 0,
            sleep: FIRST_SLEEP,
            on,
        }
    }

    /// Forgets the shapes.
    pub(crate) fn clear(&mut self) {
        self.shapes.clear();
    }

    /// As new.
    pub(crate) fn reset(&mut self) {
        self.clear();
        (self.credit, self.asleep, self.sleep) = (CREDIT, 0, FIRST_SLEEP);
    }

    /// Whether there is anything to compare with.
    #[inline(always)]
    pub(crate) fn is_ready(&self) -> bool {
        !self.shapes.is_empty() && self.asleep == 0
    }

    /// The bytes begin with an event of a known shape. Nothing changes but the order of the shapes.
    /// Cost: one comparison of the literals, one lex of the holes.
    #[inline]
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Option<Hit> {
        let first = self.shapes.first()?;
        if let Some(hit) = first.fit(bytes, &mut self.fillings) {
            return Some(hit);
        }
        self.find_further(bytes)
    }

    #[inline(never)]
    fn find_further(&mut self, bytes: &[u8]) -> Option<Hit> {
        for at in 1..self.shapes.len() {
            let hit = self.shapes.get(at).and_then(|shape| shape.fit(bytes, &mut self.fillings));
            if hit.is_some() {
                if let Some(front) = self.shapes.get_mut(..=at) {
                    front.rotate_right(1);
                }
                return hit;
            }
        }
        None
    }

    /// The last hit was taken.
    #[inline(always)]
    pub(crate) fn hit(&mut self) {
        self.credit = self.credit.saturating_add(1).min(CREDIT);
    }

    /// The last event was none of the shapes, or there were none. Gives whether it should be learned.
    pub(crate) fn missed(&mut self) -> bool {
        if !self.on {
            return false;
        }
        if self.asleep > 0 {
            self.asleep = self.asleep.saturating_sub(1);
            return false;
        }
        self.credit = self.credit.saturating_sub(MISS);
        if self.credit < 0 {
            self.asleep = self.sleep;
            self.sleep = self.sleep.saturating_mul(2).min(LONGEST_SLEEP);
            self.credit = LEARN;
            self.shapes.clear();
            return false;
        }
        true
    }

    /// The counters of the last hit, by their records.
    pub(crate) fn counters(&self) -> impl Iterator<Item = Record> + '_ {
        let shape = self.shapes.first();
        let records = shape.map(|shape| shape.records.iter()).unwrap_or_default();
        let fillings = &self.fillings;
        records.enumerate().filter_map(move |(ordinal, record)| match record {
            Record::Counter { counter, value, at } => {
                let filled = shape.and_then(|shape| shape.filling(ordinal, fillings));
                Some(Record::Counter {
                    counter: *counter,
                    value: filled.map_or(*value, |filled| filled.value),
                    at: *at,
                })
            }
            _ => None,
        })
    }

    /// Writes the records of the last hit, which lies `base` into the payload that spans count from; strings with escapes go
    /// through `unescape`. `None`: one of them is no hit after all.
    pub(crate) fn records(
        &self,
        out: &mut Statement,
        mut unescape: impl FnMut(Span) -> Option<Str>,
    ) -> Option<()> {
        out.clear();
        let shape = self.shapes.first()?;
        for (ordinal, record) in shape.records.iter().enumerate() {
            let mut record = *record;
            if let Some(filling) = shape.filling(ordinal, &self.fillings) {
                if let Record::Counter { value, .. } = &mut record {
                    *value = filling.value;
                } else if let Some(string) = string_of(&mut record) {
                    *string = match filling.escaped {
                        true => unescape(filling.span)?,
                        false => Str { span: filling.span, place: Place::Payload },
                    };
                }
            }
            out.body.push(record);
        }
        Some(())
    }

    /// The spans of the last hit's holes that no record uses and that have escapes: they must be well formed too.
    pub(crate) fn unused(&self) -> impl Iterator<Item = Span> + '_ {
        let pieces = self.shapes.first().map(|shape| shape.pieces.iter()).unwrap_or_default();
        pieces.zip(&self.fillings).filter_map(|(piece, filling)| {
            (piece.hole == Hole::Text(None) && filling.escaped).then_some(filling.span)
        })
    }

    /// Learns an event: `raw` are its bytes, its payload starts at `base` and made `statement`. `escaped` tells where the
    /// strings in scratch came from.
    #[inline(never)]
    pub(crate) fn learn(&mut self, raw: &[u8], base: usize, statement: &Statement, escaped: &[(u32, Span)]) {
        self.credit = self.credit.saturating_sub(LEARN);
        let Some(new) = Shape::of(raw, base, statement, escaped) else { return };
        let kin = self.shapes.iter_mut().position(|known| known.widen(&new));
        match kin {
            Some(at) => {
                if let Some(front) = self.shapes.get_mut(..=at) {
                    front.rotate_right(1);
                }
            }
            None => {
                self.shapes.truncate(SHAPES.saturating_sub(1));
                self.shapes.insert(0, new);
            }
        }
        // A shape that does not fit the event it was learned from is none.
        let fits = self.shapes.first().is_some_and(|shape| {
            shape.fit(raw, &mut self.fillings).is_some_and(|hit| hit.length == raw.len())
        });
        if !fits && !self.shapes.is_empty() {
            self.shapes.remove(0);
        }
    }
}

impl Shape {
    /// Whether `bytes` begin with an event of this shape.
    #[inline(always)]
    fn fit(&self, bytes: &[u8], fillings: &mut [Filling; HOLES]) -> Option<Hit> {
        let mut at = 0usize;
        let mut text = Span::default();
        let mut escaped = false;
        for (piece, filling) in self.pieces.iter().zip(fillings.iter_mut()) {
            let literal = self.bytes.get(usize::from(piece.start)..usize::from(piece.end))?;
            let end = at.saturating_add(literal.len());
            if bytes.get(at..end)? != literal {
                return None;
            }
            at = end;
            match piece.hole {
                Hole::End => {
                    return Some(Hit { length: at, plain: self.plain, text, escaped });
                }
                Hole::Text(record) => {
                    *filling = string_hole(bytes, at)?;
                    at = filling.span.end as usize;
                    escaped |= filling.escaped;
                    if record.is_some() {
                        text = filling.span;
                    }
                }
                Hole::Integer(_) => {
                    *filling = integer_hole(bytes, at)?;
                    at = filling.span.end as usize;
                }
            }
        }
        None
    }

    /// What filled the hole of the record of this ordinal.
    fn filling<'f>(&self, ordinal: usize, fillings: &'f [Filling; HOLES]) -> Option<&'f Filling> {
        let used = |hole: Hole| match hole {
            Hole::Text(record) | Hole::Integer(record) => {
                record.is_some_and(|record| usize::from(record) == ordinal)
            }
            Hole::End => false,
        };
        self.pieces.iter().zip(fillings).find(|(piece, _)| used(piece.hole)).map(|(_, filling)| filling)
    }
}

fn string_of(record: &mut Record) -> Option<&mut Str> {
    match record {
        Record::Text { text, .. }
        | Record::Reasoning { text, .. }
        | Record::Refusal { text, .. }
        | Record::Arguments(text) => Some(text),
        _ => None,
    }
}

/// A string's body at `at`, up to its closing quote: UTF-8, no control characters; escapes are checked when they are
/// unescaped.
#[inline(always)]
fn string_hole(bytes: &[u8], at: usize) -> Option<Filling> {
    let stop = lex::string_stop(bytes, at);
    if bytes.get(stop.at) != Some(&b'"') {
        return rough_hole(bytes, at, stop.at);
    }
    let span = Span::new(at, stop.at);
    if stop.wide && std::str::from_utf8(span.of(bytes)).is_err() {
        return None;
    }
    Some(Filling { span, value: 0, escaped: false })
}

#[inline(never)]
fn rough_hole(bytes: &[u8], start: usize, mut at: usize) -> Option<Filling> {
    while bytes.get(at) == Some(&b'\\') {
        at = lex::string_stop(bytes, at.saturating_add(2)).at;
    }
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let span = Span::new(start, at);
    std::str::from_utf8(span.of(bytes)).ok()?;
    Some(Filling { span, value: 0, escaped: true })
}

/// A plain integer at `at`: no sign, no leading zero, at most 19 digits. What follows must be a literal that is no part of a
/// number, which it is: it followed one when it was learned.
#[inline(always)]
fn integer_hole(bytes: &[u8], at: usize) -> Option<Filling> {
    let mut end = at;
    let mut value = 0u64;
    while let Some(digit) = bytes.get(end).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        end = end.saturating_add(1);
    }
    let digits = end.saturating_sub(at);
    let leading_zero = digits > 1 && bytes.get(at) == Some(&b'0');
    let goes_on = matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
    if digits == 0 || digits > 19 || leading_zero || goes_on {
        return None;
    }
    Some(Filling { span: Span::new(at, end), value, escaped: false })
}
