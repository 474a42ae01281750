//! Shape prediction: the next event is the last one with other values in a few places.
//!
//! Knows: the bytes of earlier events on this stream, and the records they made. Must not know: what the fields mean.
//!
//! Successive events of one stream are the same bytes but for a few values: the token, a counter. So the room remembers
//! the *shape* of an event that the general path has just read: its bytes, of which some ranges are *holes* (a JSON
//! string's body, an integer) and the rest is *literal*, and the records that the event made, whole. For the next event it
//! compares the literals and reads only what fills the holes.
//!
//! ```text
//!   data: {"id":"c1","choices":[{"index":0,"delta":{"content":" Hi"}}]}⏎⏎
//!   └───────────────────── literal ───────────────────────────┘└hole┘└literal┘   Choice 0 · Text(hole)
//! ```
//!
//! **The claim:** a hit makes exactly the records that the general path would make of these bytes, and leaves exactly the
//! state behind: framing, offsets, ending, quirks seen. It holds because:
//!
//! 1. *The bytes are one event.* A shape is all bytes of an event that ended by itself, whatever follows, and it is used
//!    only where an event begins; an LF that belongs to the CR before it is past by then, hit or no hit. Where the framer finds that events end in another way than before, the decoder forgets
//!    the shapes. Line ends are in the literals, and a hole admits none, nor does it change which line it is in: an id's
//!    line is one by the literal before it, whatever the id. Where the framing has lengths and checksums, those
//!    are holes too, and whether they are right is asked of the framer before anything is made of the hit; what it counts
//!    with a length that stays the same, and the headers of a message, are literal.
//! 2. *The JSON is the same but for the holes.* The literal before a hole puts the JSON lexer into the state in which it
//!    was in the event that was learned. A hole admits only what that state admits and leaves it in the same way: a string's
//!    body without control characters, with valid escapes, without lone surrogates, in valid UTF-8, up to its closing
//!    quote; an integer by the grammar, followed by a literal that begins with no digit; spaces between two tokens, any
//!    number of them. So at each literal the state is the learned one again.
//! 3. *The records are the event's own*, never an extract of them. Each string in them is a range of the shape's bytes: it
//!    is either exactly a hole, and then a hit fills it, or it lies in a literal, and then it is the same bytes in the hit,
//!    moved by as much as the holes before it have grown. Each number is likewise. How a kind of record may be kept, it
//!    says itself ([`Record::keep`]).
//! 4. *Nothing is chosen by what is in a hole.* A hole of text is never empty, neither where it was learned nor in a hit:
//!    the empty string is absence, hence another statement. Ids, model and time of creation (a statement's head) are told
//!    once, and an event that tells something once is not learned; afterwards any other value says nothing, if it is not
//!    empty and within the limit of an id. What means nothing at all (padding) may be anything.
//! 5. *Quirks.* What the framer and the parser meet in an event, they meet in its literals (an empty string, a number that
//!    is no plain integer, a key that comes twice are never holes): it was seen when the event was learned, and what was
//!    seen stays seen until the decoder is reset, which forgets the shapes. What the normalizer meets it meets again,
//!    because it gets the records again.
//!
//! Everything is checked before anything changes. Which shape is asked first is a guess, and changes nothing: whichever is
//! hit, its records are those of the general path.
//!
//! **The fast path** leaves the normalizer out, too, where an event says one thing ([`SingleDelta`]). It may, because the
//! rest of its records say nothing: empty text; a role, which is the choice's own, since a role that changes forgets all
//! shapes; a call's entry with an index and without id and name, of which the slot is asked. Whether text would go through
//! unchanged and leave nothing behind, the normalizer is asked once for each shape ([`Shapes::trust_last_hit`]), and again after
//! anything that is not told by this path, which itself changes nothing that is asked about. Counters it always gets.
//!
//! **What may be a hole:** text, reasoning, refusal and arguments at once, and so are noise (what the dialect knows as
//! padding that always varies) and several spaces before the payload's last brace; counters, identity, the event's id and
//! other padding once they have been seen to vary. All else is literal: type tags, role, index, ids and names of calls,
//! event name, a null. When it changes, that is a miss.
//!
//! **What is not learned:** events that told something once and for all (start, role, a call's beginning, a finish), events
//! with extras or errors, events of several data lines, or ended by a bare CR.
//!
//! **Bounds:** at most 8 shapes of at most 2 KiB and 12 pieces. Comparisons in vain and learning spend a credit that
//! hits earn back, each as much as it costs or saves; without credit the room sleeps, each time twice as long: a stream that
//! never repeats pays a few percent at first and then nothing. What is compared with nothing and is not learned is free.

mod known;
mod learn;
mod matching;

use alloc::vec::Vec;
use core::num::NonZeroU32;

pub(crate) use known::Shapes;

use crate::record::{Counter, Record, Records, Span, Str};

const BYTES: usize = 2 << 10;
const HOLES: usize = 12;

/// A range of the shape's bytes, and what it is: a literal with a hole after it (a piece), or a value that is a hole or may
/// become one (a candidate).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    start: u16,
    end: u16,
    /// The hole after the literal; or the one that the value is, or would be.
    hole: Hole,
    /// The value is one. Of a literal it says nothing.
    is_hole: bool,
}

/// What stands in places without a mark.
const NO_MARK: Mark = Mark { start: 0, end: 0, hole: Hole::End, is_hole: false };

/// Its kind is a byte of its own, because it is asked for every piece of every event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Hole {
    /// The shape ends with this literal.
    End,
    /// The body of a string that is told: not empty.
    Text,
    /// The body of a string that means nothing.
    Padding,
    /// An id's or a model's body: not empty, not escaped, not over the limit.
    Identity,
    /// An integer: of this counter, or one that means nothing.
    Integer(Option<Counter>),
    /// What is left of a line that says nothing here: any bytes of a line.
    Line,
    /// Spaces between JSON's tokens: any number of them.
    Space,
    /// What the framing says of the event's other bytes, a length or a checksum: the framer knows whether it is right.
    Proof,
}

/// Bytes of a proof.
const PROOF: u16 = 4;

/// One shape. Its lists are reused when it is forgotten.
///
/// Invariant: the pieces' literals are ranges of `bytes` in order, and what is between two of them is the hole of the
/// first; every string and number of `records` is a range of `bytes` that is a hole, or in a literal, or empty.
#[derive(Clone, Default)]
struct Shape {
    bytes: Vec<u8>,
    /// First its pieces: a literal each, and the hole after it; the last one's is [`Hole::End`]. Then its candidates, the values that
    /// are holes or may become some, in the order of their places.
    marks: Vec<Mark>,
    /// The body of the event's statement.
    records: Vec<Record>,
    single: Option<SingleDelta>,
    /// Its single deltas can be told as they are, and are for this slot. Asked once, and again when anything but such hits has
    /// happened on the stream.
    trusted: Option<Slot>,
    /// Of which shape the event after its last hit was, or may be: choices and parts take turns.
    next: u8,
    /// How many of the marks are pieces.
    pieces: u8,
}

/// A slot in as little room as its number, because each shape has one: one more than that.
#[derive(Debug, Clone, Copy)]
struct Slot(NonZeroU32);

impl Slot {
    fn new(slot: u32) -> Option<Self> {
        NonZeroU32::new(slot.wrapping_add(1)).map(Self)
    }

    #[inline(always)]
    const fn get(self) -> u32 {
        self.0.get().wrapping_sub(1)
    }
}

/// What an event says that says one thing about one choice, and maybe counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SingleDelta {
    pub(crate) choice: u32,
    pub(crate) says: Channel,
    /// Counters come with it.
    pub(crate) counts: bool,
    /// It is said of a place: [`Shapes::place_in_last_hit_shape`].
    pub(crate) in_place: bool,
}

/// Where that one thing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Text,
    Reasoning,
    /// Arguments of the call with this wire index.
    Arguments(u32),
    /// Arguments of the call that the place is.
    PartArguments,
}

/// What becomes of an event that was no hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterMiss {
    Learn,
    Ignore,
}

/// What filled a hole: an integer, or a string body's range. The hole says which.
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

/// An event to learn: all that the general path made of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Learnt<'a> {
    /// Its bytes.
    pub(crate) raw: &'a [u8],
    /// Where its payload is in them.
    pub(crate) payload: Span,
    /// Where the framing has what follows from the event's other bytes, four bytes each.
    pub(crate) proofs: &'a [usize],
    /// What of a line of its own says nothing to anyone here, to the line's end.
    pub(crate) idle: Option<Span>,
    pub(crate) records: &'a Records,
    /// The strings in scratch, and where in the payload each came from.
    pub(crate) escaped: &'a [(Str, Span)],
}

/// A hit: the event at the front of the bytes is this long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) length: usize,
    pub(crate) single: Option<SingleDelta>,
    /// It can be told as it is, and is for this slot ([`Shapes::trust_last_hit`]).
    pub(crate) trusted: Option<u32>,
    /// Of which shape the next event may be.
    next: u8,
    /// The last text; where the hit is a single delta, its text. Never empty then.
    pub(crate) text: Str,
    /// Which hole that fills, a bit as in `escaped`.
    pub(crate) text_hole: u16,
    /// Which holes have escapes, a bit each.
    pub(crate) escaped: u16,
}
