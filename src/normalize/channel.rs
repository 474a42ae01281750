//! What must be remembered of one channel (text, reasoning, refusal, a call's arguments) between chunks.
//!
//! Knows: a surrogate that waits for its partner, and how much of a text has been told. Must not know: choices.

use alloc::boxed::Box;

use super::repeat::{Repeat, Step};
use crate::lex;
use crate::record::{Str, Texts};

/// Surrogates at the edges of a string: low at its start, high at its end; 0 is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Edges {
    pub(super) lead: u16,
    pub(super) tail: u16,
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
    pub(super) fn waits(&self) -> bool {
        self.high != 0
    }

    /// Joins what waits with `text`, whose edges are `edges`. Cost: nothing without surrogates, else one copy.
    pub(super) fn join(&mut self, text: Str, edges: Edges, texts: &mut Texts<'_>) -> Str {
        if (self.high == 0 && edges == Edges::default()) || (text.is_empty() && edges == Edges::default()) {
            return text;
        }
        let high = core::mem::replace(&mut self.high, edges.tail);
        let start = texts.scratch.len();
        match (high, edges.lead) {
            (0, 0) => {}
            (0, _) | (_, 0) => texts.scratch.push(char::REPLACEMENT_CHARACTER),
            (high, low) => match lex::join(high, low) {
                Some(character) => texts.scratch.push(character),
                None => texts.scratch.extend([char::REPLACEMENT_CHARACTER; 2]),
            },
        }
        texts.append(text);
        Str::scratch(start, texts.scratch.len())
    }

    /// What waits will not be completed: U+FFFD.
    pub(super) fn release(&mut self, texts: &mut Texts<'_>) -> Option<Str> {
        (core::mem::take(&mut self.high) != 0).then(|| texts.keep("\u{FFFD}"))
    }

    /// Of a text that repeats all so far, what is new, after what was held ([`Repeat`]); a text that does not begin with all so
    /// far is a piece, and so is everything after it. A surrogate that waits comes again with all so far, so it is joined with
    /// nothing, unless the text is a piece. `expected`: it may repeat, by the model's name. `ended`: the choice has ended, so
    /// that what comes again is no piece. Cost: two passes over the text.
    pub(super) fn fresh(
        &mut self,
        (text, edges): (Str, Edges),
        [expected, ended]: [bool; 2],
        texts: &mut Texts<'_>,
    ) -> [Str; 2] {
        let mut held = Str::NONE;
        if !self.is_in_pieces() {
            let waiting = core::mem::take(&mut self.high);
            let whole = self.join(text, edges, texts);
            let repeat = self.repeat.get_or_insert_with(|| Box::new(Repeat::new(expected)));
            match repeat.advance(whole, ended || waiting != 0, texts) {
                Step::Fresh(held, fresh) => return [held, fresh],
                Step::Piece(whole) => held = whole,
            }
            self.high = waiting;
        }
        [held, self.join(text, edges, texts)]
    }

    fn is_in_pieces(&self) -> bool {
        self.repeat.as_ref().is_some_and(|repeat| repeat.is_in_pieces())
    }

    /// The text is known to repeat.
    pub(super) fn is_repeating(&self) -> bool {
        self.repeat.as_ref().is_some_and(|repeat| repeat.is_decided() && !repeat.is_in_pieces())
    }

    /// What is held because it may be a repetition ([`Repeat`]), if anything: as what was repeated, or whole.
    pub(super) fn settle(&mut self, repeats: bool, texts: &mut Texts<'_>) -> Option<Str> {
        self.repeat.as_mut()?.settle(repeats, texts)
    }

    /// Counts a fragment of arguments that is told as it is.
    pub(super) fn told_more(&mut self, bytes: &[u8]) {
        let repeat = self.repeat.get_or_insert_default();
        repeat.told = repeat.told.saturating_add(bytes.len());
        repeat.print = extend(repeat.print, bytes);
    }

    /// Whether `bytes` begin with all the arguments told so far ([`ChannelState::told_more`]); returns how many those are.
    pub(super) fn repeats(&self, bytes: &[u8]) -> Option<usize> {
        let repeat = self.repeat.as_ref()?;
        let head = bytes.get(..repeat.told)?;
        (repeat.told > 0 && extend(0, head) == repeat.print).then_some(repeat.told)
    }
}

/// A print that can be extended byte by byte (FNV-1a, 128 bits), whatever the pieces.
fn extend(print: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    const BASIS: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;
    bytes.iter().fold(print ^ BASIS, |sum, byte| (sum ^ u128::from(*byte)).wrapping_mul(PRIME)) ^ BASIS
}
