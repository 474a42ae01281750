//! Text of a stream whose chunks repeat all so far, or are expected to, by the model's name: whether they do, and what is new.
//!
//! 1. The first text is told at once: it is the same either way.
//! 2. A text that does not begin with all so far is a piece, and so is every text of this channel: what was held is told whole.
//! 3. A text that begins with all so far repeats it, or is a piece that happens to begin so ("ha", then "ha "). Only the second
//!    one in a row that is longer than all before decides; the first is held. So is one that is as long: it says nothing.
//! 4. Nothing is held where it is plain already: what is repeated is longer than [`HELD`], a surrogate that waited came again,
//!    the choice has ended. Nothing is held, either, that is longer than [`HELD`]: then the name decides.
//! 5. What is held when its channel ends was repeated if the chunk that ends it repeats it, too (services that repeat do so in
//!    the chunk with the finish), or if no more bytes come; else it was a piece.
//!
//! Told to expect a repetition ([`crate::options`]' mode), a channel begins where rule 3 has decided.
//!
//! Knows: one channel's text. Must not know: choices, how the expectation arose.

use crate::record::{Str, Texts};
use alloc::borrow::ToOwned;
use alloc::string::String;

/// The most that is held of one channel, in bytes.
const HELD: usize = 1024;

/// What has been told of a text that repeats.
#[derive(Clone, Default)]
pub(super) struct Repeat {
    /// The length of all so far.
    pub(super) length: usize,
    pub(super) print: u128,
    pattern: Pattern,
    /// While it is not decided, and the first text was not too long.
    held: Option<Held>,
}

/// How the texts of a channel follow on each other.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Pattern {
    #[default]
    Repeats,
    Pieces,
    Undecided,
}

/// What was not told because it is not known how much of it is new. Invariant: `first <= text.len()`.
#[derive(Clone)]
struct Held {
    /// All so far, if it repeats.
    text: String,
    /// How much of it was told, as the first text.
    first: usize,
    /// How often the first text came again alone.
    again: usize,
    /// How often all of `text` came; 0 while it is no longer than the first.
    longer: usize,
}

/// What is told of a text that repeats; each may be empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct ToEmit {
    /// What was held of the texts before.
    pub(super) held: Str,
    /// What is new in this one.
    pub(super) new: Str,
}

/// What is to be told of a text.
pub(super) enum Step {
    /// It repeats, or is the first.
    Emit(ToEmit),
    /// What was held, whole; this one is a piece.
    Piece(Str),
}

impl Step {
    const fn new_only(new: Str) -> Self {
        Self::Emit(ToEmit { held: Str::NONE, new })
    }
}

impl Repeat {
    /// `is_expected`: by the model's name only.
    pub(super) fn new(is_undecided: bool) -> Self {
        let pattern = if is_undecided { Pattern::Undecided } else { Pattern::Repeats };
        Self { pattern, ..Self::default() }
    }

    pub(super) fn is_in_pieces(&self) -> bool {
        self.pattern == Pattern::Pieces
    }

    pub(super) fn is_decided(&self) -> bool {
        self.pattern != Pattern::Undecided
    }

    /// Goes on with `text`. `is_proved`: if it begins with all so far, it repeats that. Cost: two passes over the text; while it
    /// is undecided, a copy of up to [`HELD`] bytes.
    pub(super) fn strip_repetition_or_hold(
        &mut self,
        text: Str,
        is_proved: bool,
        texts: &mut Texts<'_>,
    ) -> Step {
        let bytes = texts.bytes(text);
        if bytes.is_empty() {
            return Step::new_only(text);
        }
        let is_known = bytes.get(..self.length).is_some_and(|head| fingerprint(head) == self.print);
        if !is_known && self.length > 0 {
            return self.decide_pieces_and_release_held(texts);
        }
        let told = core::mem::replace(&mut self.length, bytes.len());
        self.print = fingerprint(bytes);
        let fresh = text.part(told, text.len());
        match self.pattern {
            Pattern::Undecided if told == 0 => {
                let first = texts.get(text);
                self.held = (first.len() <= HELD).then(|| Held::new(first));
                Step::new_only(fresh)
            }
            Pattern::Undecided if !is_proved => self.hold_repetition_until_sure_or_full(text, fresh, texts),
            Pattern::Undecided | Pattern::Repeats | Pattern::Pieces => {
                self.set_repeating_and_release_held(fresh, texts)
            }
        }
    }

    /// What is held must be told now: as what is new in a repetition, or whole, as pieces. None if nothing is held.
    pub(super) fn decide_and_take_held(&mut self, is_repetition: bool, texts: &mut Texts<'_>) -> Option<Str> {
        self.held.as_ref().filter(|held| held.again > 0 || held.longer > 0)?;
        let step = if is_repetition {
            self.set_repeating_and_release_held(Str::NONE, texts)
        } else {
            self.decide_pieces_and_release_held(texts)
        };
        match step {
            Step::Emit(ToEmit { held, .. }) | Step::Piece(held) => Some(held),
        }
    }

    /// `text` begins with all so far; `fresh` is what is new in it.
    fn hold_repetition_until_sure_or_full(&mut self, text: Str, fresh: Str, texts: &mut Texts<'_>) -> Step {
        let grows = !fresh.is_empty();
        let Some(held) = self.held.as_mut().filter(|held| !grows || held.longer == 0) else {
            return self.set_repeating_and_release_held(fresh, texts);
        };
        let fits = held.length_as_pieces().saturating_add(text.len()) <= HELD;
        match (fits, grows || held.longer > 0) {
            (false, true) => self.set_repeating_and_release_held(fresh, texts),
            (false, false) => self.decide_pieces_and_release_held(texts),
            (true, true) => {
                held.longer = held.longer.saturating_add(1);
                held.text.replace_range(.., texts.get(text));
                Step::new_only(Str::NONE)
            }
            (true, false) => {
                held.again = held.again.saturating_add(1);
                Step::new_only(Str::NONE)
            }
        }
    }

    fn set_repeating_and_release_held(&mut self, fresh: Str, texts: &mut Texts<'_>) -> Step {
        self.pattern = Pattern::Repeats;
        let held = self.held.take();
        let new = held.as_ref().and_then(|held| held.text.get(held.first..)).filter(|new| !new.is_empty());
        Step::Emit(ToEmit { held: new.map_or(Str::NONE, |new| texts.keep(new)), new: fresh })
    }

    fn decide_pieces_and_release_held(&mut self, texts: &mut Texts<'_>) -> Step {
        self.pattern = Pattern::Pieces;
        let Some(held) = self.held.take() else { return Step::Piece(Str::NONE) };
        let start = texts.scratch.len();
        let first = held.text.get(..held.first).unwrap_or_default();
        (0..held.again).for_each(|_| texts.scratch.push_str(first));
        (0..held.longer).for_each(|_| texts.scratch.push_str(&held.text));
        Step::Piece(Str::scratch(start, texts.scratch.len()))
    }
}

impl Held {
    fn new(first: &str) -> Self {
        Self { text: first.to_owned(), first: first.len(), again: 0, longer: 0 }
    }

    /// How long it is as pieces.
    fn length_as_pieces(&self) -> usize {
        let again = self.first.saturating_mul(self.again);
        again.saturating_add(self.text.len().saturating_mul(self.longer))
    }
}

/// A print of 128 bits. Not cryptographic: a peer that forges one garbles only its own text.
fn fingerprint(bytes: &[u8]) -> u128 {
    const A: u64 = 0x9E37_79B9_7F4A_7C15;
    const B: u64 = 0xC2B2_AE3D_27D4_EB4F;
    let (mut a, mut b) = (A, B ^ bytes.len() as u64);
    let mut mix = |word: u64| {
        a = (a ^ word).wrapping_mul(B).rotate_left(29);
        b = (b.rotate_left(17) ^ word).wrapping_mul(A) ^ a;
    };
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        mix(u64::from_le_bytes(*word));
    }
    let mut last = [0u8; 8];
    for (to, from) in last.iter_mut().zip(tail) {
        *to = *from;
    }
    mix(u64::from_le_bytes(last));
    u128::from(a) << 64 | u128::from(b)
}
