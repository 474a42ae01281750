//! What must be remembered of one channel (text, reasoning, refusal, a call's arguments) between chunks.
//!
//! Knows: a surrogate that waits for its partner, and how much of a repeating text has been told. Must not know: choices.

use alloc::boxed::Box;

use crate::lex;
use crate::record::{Str, Texts};

/// Surrogates at the edges of a string: low at its start, high at its end; 0 is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Edges {
    pub(super) lead: u16,
    pub(super) tail: u16,
}

/// The state of one channel. The size is the same however much text went through.
#[derive(Debug, Clone, Default)]
pub(super) struct ChannelState {
    /// A high surrogate that waits; 0 is none.
    high: u16,
    /// Only where text is expected to repeat.
    repeat: Option<Box<Repeat>>,
}

/// What has been told of a text that repeats.
#[derive(Debug, Clone, Default)]
struct Repeat {
    told: usize,
    print: u128,
    /// The text did not repeat after all.
    pieces: bool,
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

    /// Of a text that repeats all so far, what is new; a text that does not begin with all so far is a piece, and so is
    /// everything after it. A surrogate that waits comes again with all so far, so it is joined with nothing, unless the
    /// text is a piece. Cost: two passes over the text, no memory.
    pub(super) fn fresh(&mut self, text: Str, edges: Edges, texts: &mut Texts<'_>) -> Str {
        if !self.is_in_pieces() {
            let waiting = core::mem::take(&mut self.high);
            let whole = self.join(text, edges, texts);
            if let Some(fresh) = self.unrepeated(whole, texts) {
                return fresh;
            }
            self.high = waiting;
        }
        self.join(text, edges, texts)
    }

    fn is_in_pieces(&self) -> bool {
        self.repeat.as_ref().is_some_and(|repeat| repeat.pieces)
    }

    /// What is new in a text that begins with all so far; none if it does not: it comes in pieces, then.
    fn unrepeated(&mut self, text: Str, texts: &Texts<'_>) -> Option<Str> {
        let bytes = texts.bytes(text);
        if bytes.is_empty() {
            return Some(text);
        }
        let repeat = self.repeat.get_or_insert_default();
        let is_known = bytes.get(..repeat.told).is_some_and(|head| fingerprint(head) == repeat.print);
        if !is_known && repeat.told > 0 {
            repeat.pieces = true;
            return None;
        }
        let told = core::mem::replace(&mut repeat.told, bytes.len());
        repeat.print = fingerprint(bytes);
        Some(text.part(told, text.len()))
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

/// A print that can be extended byte by byte (FNV-1a, 128 bits), whatever the pieces.
fn extend(print: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    const BASIS: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;
    bytes.iter().fold(print ^ BASIS, |sum, byte| (sum ^ u128::from(*byte)).wrapping_mul(PRIME)) ^ BASIS
}
