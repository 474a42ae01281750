//! What must be remembered of one channel (text, reasoning, refusal, a call's arguments) between chunks.
//!
//! Knows: a surrogate that waits for its partner, and how much of a text has been told. Must not know: choices.

use alloc::boxed::Box;

use super::repeat::{Repeat, Step, ToEmit};
use crate::lex;
use crate::record::{Str, Texts};

/// Surrogates at the edges of a string: low at its start, high at its end; 0 is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Edges {
    pub(super) lead: u16,
    pub(super) tail: u16,
}

/// What is known beforehand of a text that may repeat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expectation {
    /// It may repeat, by the model's name.
    pub(super) is_expected: bool,
    /// The choice has ended: what comes again is no piece.
    pub(super) has_ended: bool,
}

/// The state of one channel. The size is the same however much text went through.
#[derive(Clone, Default)]
pub(super) struct ChannelState {
    /// A high surrogate that waits; 0 is none.
    high: u16,
    /// Only where text is expected to repeat.
    repeat: Option<Box<Repeat>>,
}

impl ChannelState {
    #[inline(always)]
    pub(super) fn has_waiting_surrogate(&self) -> bool {
        self.high != 0
    }

    /// Joins what waits with `text`, whose edges are `edges`. Cost: nothing without surrogates, else one copy.
    pub(super) fn join_surrogates(&mut self, text: Str, edges: Edges, texts: &mut Texts<'_>) -> Str {
        if (self.high == 0 && edges == Edges::default()) || (text.is_empty() && edges == Edges::default()) {
            return text;
        }
        let high = core::mem::replace(&mut self.high, edges.tail);
        let start = texts.scratch.len();
        match (high, edges.lead) {
            (0, 0) => {}
            (0, _) | (_, 0) => texts.scratch.push(char::REPLACEMENT_CHARACTER),
            (high, low) => match lex::join_surrogates(high, low) {
                Some(character) => texts.scratch.push(character),
                None => texts.scratch.extend([char::REPLACEMENT_CHARACTER; 2]),
            },
        }
        texts.append(text);
        Str::scratch(start, texts.scratch.len())
    }

    /// What waits will not be completed: U+FFFD.
    pub(super) fn replace_waiting_surrogate(&mut self, texts: &mut Texts<'_>) -> Option<Str> {
        (core::mem::take(&mut self.high) != 0).then(|| texts.keep("\u{FFFD}"))
    }

    /// Of a text that repeats all so far, what is new, after what was held ([`Repeat`]); a text that does not begin with all so
    /// far is a piece, and so is everything after it. A surrogate that waits comes again with all so far, so it is joined with
    /// nothing, unless the text is a piece. Cost: two passes over the text.
    pub(super) fn strip_repeated(
        &mut self,
        (text, edges): (Str, Edges),
        Expectation { is_expected, has_ended }: Expectation,
        texts: &mut Texts<'_>,
    ) -> ToEmit {
        let mut held = Str::NONE;
        if !self.is_in_pieces() {
            let waiting = core::mem::take(&mut self.high);
            let whole = self.join_surrogates(text, edges, texts);
            let repeat = self.repeat.get_or_insert_with(|| Box::new(Repeat::new(is_expected)));
            match repeat.strip_repetition_or_hold(whole, has_ended || waiting != 0, texts) {
                Step::Emit(to_emit) => return to_emit,
                Step::Piece(whole) => held = whole,
            }
            self.high = waiting;
        }
        ToEmit { held, new: self.join_surrogates(text, edges, texts) }
    }

    fn is_in_pieces(&self) -> bool {
        self.repeat.as_ref().is_some_and(|repeat| repeat.is_in_pieces())
    }

    /// The text is known to repeat.
    pub(super) fn is_known_to_repeat(&self) -> bool {
        self.repeat.as_ref().is_some_and(|repeat| repeat.is_decided() && !repeat.is_in_pieces())
    }

    /// What is held because it may be a repetition ([`Repeat`]), if anything: as what was repeated, or whole.
    pub(super) fn decide_and_take_held(&mut self, is_repetition: bool, texts: &mut Texts<'_>) -> Option<Str> {
        self.repeat.as_mut()?.decide_and_take_held(is_repetition, texts)
    }

    /// Counts a fragment of arguments that is told as it is.
    pub(super) fn extend_emitted(&mut self, bytes: &[u8]) {
        let repeat = self.repeat.get_or_insert_default();
        repeat.length = repeat.length.saturating_add(bytes.len());
        repeat.print = extend_print(repeat.print, bytes);
    }

    /// Whether `bytes` begin with all the arguments told so far ([`ChannelState::extend_emitted`]); returns how many those are.
    pub(super) fn repeated_length(&self, bytes: &[u8]) -> Option<usize> {
        let repeat = self.repeat.as_ref()?;
        let head = bytes.get(..repeat.length)?;
        (repeat.length > 0 && extend_print(0, head) == repeat.print).then_some(repeat.length)
    }
}

/// A print that can be extended byte by byte (FNV-1a, 128 bits), whatever the pieces.
fn extend_print(print: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    const BASIS: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;
    bytes.iter().fold(print ^ BASIS, |sum, byte| (sum ^ u128::from(*byte)).wrapping_mul(PRIME)) ^ BASIS
}
