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
//! surrogates and valid UTF-8 (of what is told, the decoder checks that), up to its closing quote; an integer by the grammar, followed by a literal that is no digit.
//! So at each literal the state is the learned one again, up to the blank line (or line end) that ended the event. Everything is
//! checked before anything changes.
//!
//! **What may be a hole:** leaf values whose content selects nothing: text, reasoning, argument fragments, counters, and
//! values that are ignored (padding; identity, once it has been told, not empty and within its limit). What selects meaning (type tags, role, finish
//! reason, index, event name, a null) is literal: when it changes, that is a miss. Text is a hole at once, and so is noise (what
//! the dialect knows as padding); any other candidate only once it has been seen to vary.
//!
//! **What is not learned:** events that told something once and for all (start, role, a call's beginning, a finish), events
//! with extras or errors, events of several data lines, or ended by a bare CR. When something changes on which an omission rests
//! (a role, a new call), all shapes are forgotten.
//!
//! **Bounds:** at most 8 shapes of at most 2 KiB and 12 pieces. Misses spend a credit that hits earn back; without credit
//! the room sleeps, each time twice as long: a stream that never repeats pays a few percent at first and then nothing.

mod learn;
mod matching;

use crate::record::{Counter, Record, Records, Span, Str};

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
    /// A string's body, for the fact of this ordinal (or none).
    Text(Option<u8>),
    /// An id's or a model's body: not empty, not escaped, not over the limit.
    Name,
    /// An integer, likewise.
    Integer(Option<u8>),
}

/// A value that may become a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    start: u16,
    end: u16,
    kind: Kind,
    fact: Option<u8>,
    hole: bool,
}

/// What a candidate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// An id or a model.
    Name,
    Integer,
}

/// A record of the shape without its value: that is in a hole, or in the literals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    Choice(u32),
    /// A fragment for the call with this wire index.
    Call(u32),
    Text,
    Reasoning(u8),
    Refusal,
    Arguments,
    Counter(Counter),
}

/// One shape. Its lists are reused when it is forgotten.
#[derive(Clone, Default)]
struct Shape {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    candidates: Vec<Candidate>,
    facts: Vec<Fact>,
    single: Option<SingleDelta>,
}

/// A shape that says one thing about one choice, and maybe counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SingleDelta {
    pub(crate) choice: u32,
    pub(crate) says: Channel,
    /// Counters come with it.
    pub(crate) counts: bool,
}

/// What a plain shape says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Text,
    Reasoning,
    /// Arguments of the call with this wire index.
    Arguments(u32),
}

/// What a hole held: an integer, or a text's range. The hole says which.
#[derive(Debug, Clone, Copy, Default)]
struct Capture(u64);

impl Capture {
    #[inline(always)]
    const fn of_text(span: Span) -> Self {
        Self((span.start as u64) << 32 | span.end as u64)
    }

    const fn span(self) -> Span {
        Span { start: (self.0 >> 32) as u32, end: self.0 as u32 }
    }
}

/// The shapes of one stream.
#[derive(Clone)]
#[repr(C)] // The hot path's fields first, as in the decoder.
pub(crate) struct Shapes {
    /// The first `live` are known, most recent first; what is behind them is there to be reused.
    shapes: Vec<Shape>,
    live: usize,
    /// What the first shape's plain hits say can be told as it is, for this slot: asked once, and again when anything
    /// else has happened on the stream.
    trusted: Option<u32>,
    /// The first shape was not the last event's: its literals may say something new, too.
    reordered: bool,
    /// Which holes of the last hit have escapes.
    escaped: u16,
    credit: i32,
    /// Events left to sleep through, and how long the next sleep is.
    asleep: u32,
    sleep: u32,
    on: bool,
    /// The most bytes of an id.
    longest: u32,
    /// Shapes were forgotten in mid-stream and will be again: what learning needs is kept.
    relearns: bool,
    captures: [Capture; HOLES],
}

/// A hit: the event is this long, and its one text is here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) length: usize,
    pub(crate) single: Option<SingleDelta>,
    /// The text of a plain hit, and which hole it fills.
    pub(crate) text: Str,
    pub(crate) text_hole: u16,
    /// Which holes have escapes, a bit each.
    pub(crate) escaped: u16,
}

impl Shapes {
    /// `id_bytes`: the limit on an id.
    pub(crate) fn new(on: bool, id_bytes: usize) -> Self {
        Self {
            shapes: Vec::new(),
            live: 0,
            trusted: None,
            reordered: true,
            captures: [Capture::default(); HOLES],
            credit: CREDIT,
            escaped: 0,
            asleep: 0,
            sleep: FIRST_SLEEP,
            on,
            longest: u32::try_from(id_bytes).unwrap_or(u32::MAX),
            relearns: false,
        }
    }

    /// Forgets the shapes; keeps their allocations.
    pub(crate) fn clear(&mut self) {
        self.trusted = None;
        self.relearns |= self.live > 0;
        self.live = 0;
    }

    /// As new.
    pub(crate) fn reset(&mut self) {
        self.clear();
        self.relearns = false;
        (self.credit, self.asleep, self.sleep) = (CREDIT, 0, FIRST_SLEEP);
    }

    /// Whether there is anything to compare with.
    #[inline(always)]
    pub(crate) fn is_ready(&self) -> bool {
        self.live > 0 && self.asleep == 0
    }

    /// The bytes begin with an event of a known shape. Nothing changes but the order of the shapes.
    /// Cost: one comparison of the literals, one lex of the holes.
    #[inline]
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Option<Hit> {
        if self.live == 0 {
            return None;
        }
        if let Some(hit) = self.shapes.first()?.matches(bytes, self.longest, &mut self.captures) {
            self.escaped = hit.escaped;
            return Some(hit);
        }
        if self.live == 1 { None } else { self.find_further(bytes) }
    }

    #[inline(never)]
    fn find_further(&mut self, bytes: &[u8]) -> Option<Hit> {
        for at in 1..self.live {
            let hit =
                self.shapes.get(at).and_then(|shape| shape.matches(bytes, self.longest, &mut self.captures));
            if let Some(Hit { escaped, .. }) = hit {
                self.escaped = escaped;
                self.bring_to_front(at);
                return hit;
            }
        }
        None
    }

    fn bring_to_front(&mut self, at: usize) {
        self.reordered = true;
        self.trusted = None;
        if let Some(front) = self.shapes.get_mut(..=at) {
            front.rotate_right(1);
        }
    }

    /// The last hit is taken.
    #[inline(always)]
    pub(crate) fn hit(&mut self) {
        self.credit = self.credit.saturating_add(1).min(CREDIT);
    }

    /// The slot for which the first shape's plain hits can be told as they are, if that is known.
    #[inline(always)]
    pub(crate) fn trusted(&self) -> Option<u32> {
        self.trusted
    }

    /// It is known now.
    #[inline(always)]
    pub(crate) fn trust(&mut self, slot: u32) {
        self.trusted = Some(slot);
    }

    /// A hit was told by the long way, which may change what can be told as it is.
    pub(crate) fn distrust(&mut self) {
        self.trusted = None;
    }

    /// The last event was none of the shapes, or there were none. Gives whether it should be learned.
    pub(crate) fn missed(&mut self) -> bool {
        self.reordered = true;
        self.trusted = None;
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
            self.clear();
            self.shapes.truncate(2);
            self.shapes.shrink_to(2);
            return false;
        }
        true
    }

    /// Calls `count` with the counters of the last hit that may have changed since the event before.
    #[inline]
    pub(crate) fn counters(&mut self, mut count: impl FnMut(Counter, u64)) {
        let Some(shape) = self.shapes.first() else { return };
        let fact = |ordinal: Option<u8>| shape.facts.get(usize::from(ordinal?)).copied();
        for (piece, capture) in shape.pieces.iter().zip(&self.captures) {
            if let Hole::Integer(ordinal) = piece.hole
                && let Some(Fact::Counter(counter)) = fact(ordinal)
            {
                count(counter, capture.0);
            }
        }
        if std::mem::take(&mut self.reordered) {
            for candidate in shape.candidates.iter().filter(|candidate| !candidate.hole) {
                if let Some(Fact::Counter(counter)) = fact(candidate.fact) {
                    count(counter, shape.literal(candidate));
                }
            }
        }
    }

    /// Writes the records of the last hit; strings with escapes go through `unescape`. `None`: one of them is no hit after
    /// all.
    pub(crate) fn records(
        &self,
        out: &mut Records,
        mut unescape: impl FnMut(Span) -> Option<Str>,
    ) -> Option<()> {
        out.begin_event();
        let shape = self.shapes.first()?;
        for (ordinal, fact) in shape.facts.iter().enumerate() {
            let mut text = |escaped: bool| match shape.capture(ordinal, &self.captures) {
                Some(capture) if escaped => unescape(capture.span()),
                Some(capture) => Some(Str::of_payload(capture.span())),
                None => None,
            };
            let escaped = self.escaped & 1u16.wrapping_shl(shape.hole_of(ordinal)) != 0;
            out.push(match *fact {
                Fact::Choice(index) => Record::Choice { index },
                Fact::Call(index) => {
                    Record::ToolCall { index: Some(index), id: Str::NONE, name: Str::NONE, bare: false }
                }
                Fact::Text => Record::Text(text(escaped)?),
                Fact::Reasoning(rank) => Record::Reasoning { rank, text: text(escaped)? },
                Fact::Refusal => Record::Refusal(text(escaped)?),
                Fact::Arguments => Record::Arguments(text(escaped)?),
                Fact::Counter(counter) => {
                    let value = match shape.capture(ordinal, &self.captures) {
                        Some(capture) => capture.0,
                        None => shape.literal_of(ordinal),
                    };
                    Record::Counter { counter, value, at: u32::MAX }
                }
            })
            .ok()?;
        }
        Some(())
    }

    /// The spans of the last hit's holes that no fact uses and that have escapes: they must be well formed too.
    pub(crate) fn unused(&self) -> impl Iterator<Item = Span> + '_ {
        let pieces = self.shapes.first().map(|shape| shape.pieces.iter()).unwrap_or_default();
        let escaped = self.escaped;
        pieces.zip(&self.captures).zip(0u32..).filter_map(move |((piece, capture), at)| {
            let is_escaped = escaped & 1u16.wrapping_shl(at) != 0;
            (piece.hole == Hole::Text(None) && is_escaped).then_some(capture.span())
        })
    }

    /// Learns an event: `raw` are its bytes, its payload starts at `base` and made `statement`. `escaped` tells where the
    /// strings in scratch came from.
    #[inline(never)]
    pub(crate) fn learn(&mut self, raw: &[u8], base: usize, records: &Records, escaped: &[(Str, Span)]) {
        self.credit = self.credit.saturating_sub(LEARN);
        if !learn::may_return(raw, records) {
            return;
        }
        if self.live >= SHAPES {
            self.live = SHAPES.saturating_sub(1);
        }
        self.make_ready();
        let Some((known, [new, ..])) = self.shapes.split_at_mut_checked(self.live) else { return };
        if new.fill(raw, base, records, escaped).is_none() {
            return;
        }
        let kin = known.iter_mut().position(|known| known.generalize(new));
        self.bring_to_front(kin.unwrap_or(self.live));
        match kin {
            // The new one served to generalize the other: it is not needed again soon.
            Some(_) => self.shapes.truncate(self.live.saturating_add(usize::from(self.relearns))),
            None => self.live = self.live.saturating_add(1),
        }
        // A shape that does not fit the event it was learned from is none.
        let first = self.shapes.first();
        let fit = first.and_then(|shape| shape.matches(raw, self.longest, &mut self.captures));
        if fit.is_none_or(|hit| hit.length != raw.len()) {
            if let Some(live) = self.shapes.get_mut(..self.live) {
                live.rotate_left(1);
            }
            self.live = self.live.saturating_sub(1);
        }
    }

    /// Sees to it that there is one shape more than is known.
    fn make_ready(&mut self) {
        if self.shapes.len() <= self.live {
            self.shapes.reserve_exact(1);
            self.shapes.push(Shape::default());
        }
    }
}
