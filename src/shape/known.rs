//! The shapes of one stream: which is tried first; a credit that hits earn, misses and learning spend; without it they sleep.
//!
//! Knows: which shape followed which, hits and misses. Must not know: how events are compared or learned.

mod replay;

use alloc::vec::Vec;

use super::{AfterMiss, Capture, HOLES, Hit, Learnt, Shape, Slot};

const SHAPES: usize = 8;

/// What a hit saves, in fourths. A comparison in vain costs less than one of them, learning about as much as two hits save (all
/// three were counted): so no stream pays for long what it does not get back, and one whose every part has a shape of its
/// own may learn each.
const HIT: i32 = 4;
const MISS: i32 = 1;
const LEARN: i32 = 9;
const CREDIT: i32 = 128;
/// After a sleep: enough to learn an event, and from the next what varies.
const AWAKE: i32 = 2 * (MISS + LEARN);
const FIRST_SLEEP: u32 = 64;
const LONGEST_SLEEP: u32 = 1 << 16;

/// The shapes of one stream.
#[derive(Clone)]
#[repr(C)] // The hot path's fields first, as in the decoder.
pub(crate) struct Shapes {
    /// The first `live` are known; what is behind them is there to be reused.
    shapes: Vec<Shape>,
    live: usize,
    /// The one to compare with first; after a hit, and until that is told, the one that was hit.
    guess: usize,
    /// The one of the last hit that was told.
    told: usize,
    /// No event of a known shape is shorter.
    shortest: usize,
    /// What bytes the known shapes begin with: a bit for each byte's last six bits.
    first_bytes: u64,
    /// The event before was of no shape: the counters in a hit's literals may be news.
    missed: bool,
    /// Which holes of the last hit have escapes, a bit each.
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
    /// Which of a full set is forgotten next: one after the other.
    oldest: usize,
    /// What filled the holes of the last hit, by piece.
    captures: [Capture; HOLES],
}

impl Shapes {
    /// `id_bytes`: the limit on an id.
    pub(crate) fn new(on: bool, id_bytes: usize) -> Self {
        Self {
            shapes: Vec::new(),
            live: 0,
            guess: 0,
            told: 0,
            shortest: 0,
            first_bytes: 0,
            missed: true,
            captures: [Capture::default(); HOLES],
            credit: CREDIT,
            escaped: 0,
            asleep: 0,
            sleep: FIRST_SLEEP,
            on,
            longest: u32::try_from(id_bytes).unwrap_or(u32::MAX),
            relearns: false,
            oldest: 0,
        }
    }

    /// Forgets the shapes; keeps their allocations.
    pub(crate) fn forget_shapes_keeping_credit(&mut self) {
        self.relearns |= self.live > 0;
        self.live = 0;
    }

    /// As new.
    pub(crate) fn reset(&mut self) {
        self.forget_shapes_keeping_credit();
        self.relearns = false;
        (self.credit, self.asleep, self.sleep, self.oldest) = (CREDIT, 0, FIRST_SLEEP, 0);
    }

    /// Whether there is anything to compare with.
    #[inline(always)]
    pub(crate) fn is_ready(&self) -> bool {
        self.live > 0 && self.asleep == 0
    }

    /// Whether these are too few bytes for any of the known shapes. Cost: one comparison.
    #[inline(always)]
    pub(crate) fn is_too_short(&self, bytes: &[u8]) -> bool {
        bytes.len() < self.shortest
    }

    /// Whether an event of a known shape may begin so, at a glance.
    #[inline(always)]
    pub(crate) fn may_begin(&self, bytes: &[u8]) -> bool {
        let first = bytes.first().copied().unwrap_or(0);
        !self.is_too_short(bytes) && self.first_bytes.wrapping_shr(u32::from(first)) & 1 == 1
    }

    /// The bytes begin with an event of a known shape, if the framer finds its proofs right, where it has some. Nothing
    /// changes but where to look first.
    /// Cost: one comparison of the literals, one lex of the holes.
    #[inline(never)]
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Option<Hit> {
        self.match_guess_or_find_other(bytes)
    }

    /// The same as a part of its caller, for the one that is called for nearly every event.
    #[inline(always)]
    pub(crate) fn match_guess_or_find_other(&mut self, bytes: &[u8]) -> Option<Hit> {
        if let Some(shape) = self.shapes.get(..self.live)?.get(self.guess)
            && let Some(hit) = shape.match_event(bytes, self.longest, &mut self.captures)
        {
            self.escaped = hit.escaped;
            return Some(hit);
        }
        self.find_besides_guess(bytes)
    }

    #[inline(never)]
    fn find_besides_guess(&mut self, bytes: &[u8]) -> Option<Hit> {
        for at in (0..self.live).filter(|at| *at != self.guess) {
            let hit = self
                .shapes
                .get(at)
                .and_then(|shape| shape.match_event(bytes, self.longest, &mut self.captures));
            if let Some(Hit { escaped, .. }) = hit {
                self.escaped = escaped;
                self.set_guess_and_successor(at);
                return hit;
            }
        }
        None
    }

    /// The event at hand is of the shape `at`: after one like the event before it, the next may be, too.
    fn set_guess_and_successor(&mut self, at: usize) {
        self.guess = at;
        if let Some(before) = self.shapes.get_mut(self.told) {
            before.next = ordinal(at);
        }
    }

    /// The shape of the last hit, until that is told.
    #[inline(always)]
    fn last_hit_shape(&self) -> Option<&Shape> {
        self.shapes.get(self.guess)
    }

    /// The last hit is told: it earns credit.
    #[inline(always)]
    pub(crate) fn credit_hit_and_guess_next(&mut self, hit: &Hit) {
        if self.credit < CREDIT {
            self.credit = self.credit.wrapping_add(HIT);
        }
        self.told = self.guess;
        self.guess = usize::from(hit.next);
    }

    /// The single deltas of the last hit's shape can be told as they are, for this slot, until something else happens.
    pub(crate) fn trust_last_hit(&mut self, slot: u32) {
        if let Some(shape) = self.shapes.get_mut(self.guess) {
            shape.trusted = Slot::new(slot);
        }
    }

    /// Something else has happened.
    pub(crate) fn distrust_all(&mut self) {
        self.shapes.iter_mut().for_each(|shape| shape.trusted = None);
    }

    /// The event at hand is of none of the shapes: that costs credit, if there was any to compare with. An event that says
    /// nothing that can be learned may come in any number before text does.
    pub(crate) fn charge_miss_and_distrust_all(&mut self) -> AfterMiss {
        self.missed = true;
        self.distrust_all();
        if !self.on {
            return AfterMiss::Ignore;
        }
        if self.asleep > 0 {
            self.asleep = self.asleep.saturating_sub(1);
            return AfterMiss::Ignore;
        }
        if self.credit >= CREDIT {
            // Hits have paid for all: what was before is no sign of what comes.
            self.sleep = FIRST_SLEEP;
        }
        if self.live > 0 {
            self.credit = self.credit.saturating_sub(MISS);
        }
        if self.credit < 0 {
            self.asleep = self.sleep;
            self.sleep = self.sleep.saturating_mul(2).min(LONGEST_SLEEP);
            self.credit = AWAKE;
            self.forget_shapes_keeping_credit();
            self.shapes.truncate(2);
            self.shapes.shrink_to(2);
            return AfterMiss::Ignore;
        }
        AfterMiss::Learn
    }

    /// Learns an event that ended by itself, whatever follows.
    #[inline(never)]
    pub(crate) fn learn(&mut self, event: &Learnt<'_>) {
        if !event.is_small_and_has_text() {
            return;
        }
        self.credit = self.credit.saturating_sub(LEARN);
        if self.live >= SHAPES {
            self.swap_out_of_known(self.oldest);
            self.oldest = self.oldest.wrapping_add(1).checked_rem(SHAPES).unwrap_or(0);
        }
        self.push_spare_shape_if_none();
        let Some((known, [new, ..])) = self.shapes.split_at_mut_checked(self.live) else { return };
        if new.fill_from(event).is_none() {
            return;
        }
        let kin = known.iter_mut().position(|known| known.generalize_if_alike(new));
        let at = kin.unwrap_or(self.live);
        match kin {
            // The new one served to generalize the other: it is not needed again soon.
            Some(_) => self.shapes.truncate(self.live.saturating_add(usize::from(self.relearns))),
            None => {
                (new.trusted, new.next) = (None, ordinal(at));
                self.live = self.live.saturating_add(1);
            }
        }
        // A shape that does not fit the event it was learned from is none.
        let learned = self.shapes.get(at);
        let fit = learned.and_then(|shape| shape.match_event(event.raw, self.longest, &mut self.captures));
        if fit.is_some_and(|hit| hit.length == event.raw.len()) {
            self.set_guess_and_successor(at);
        } else {
            self.swap_out_of_known(at);
        }
        self.note_shortest_and_first_bytes();
    }

    /// Forgets the shape `at`, of those that are known.
    fn swap_out_of_known(&mut self, at: usize) {
        self.live = self.live.saturating_sub(1);
        if at < self.live {
            self.shapes.swap(at, self.live);
        }
    }

    /// Notes what tells at a glance that bytes are of none of the shapes.
    fn note_shortest_and_first_bytes(&mut self) {
        let known = self.shapes.iter().take(self.live);
        self.shortest = known.clone().map(Shape::literals_length).min().unwrap_or(0);
        let bit = |shape: &Shape| 1u64.wrapping_shl(u32::from(shape.bytes.first().copied().unwrap_or(0)));
        self.first_bytes = known.fold(0, |bits, shape| bits | bit(shape));
    }

    /// Sees to it that there is one shape more than is known.
    fn push_spare_shape_if_none(&mut self) {
        if self.shapes.len() <= self.live {
            self.shapes.reserve_exact(1);
            self.shapes.push(Shape::default());
        }
    }
}

/// A shape's place among the few, in a byte.
fn ordinal(at: usize) -> u8 {
    u8::try_from(at).unwrap_or(0)
}
