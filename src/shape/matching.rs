//! Comparing: literals as they are, holes by their grammar.
//!
//! Knows: pieces and holes. Must not know: which shape to try, what a hit means.

use super::{Capture, HOLES, Hit, Hole, Mark, PROOF, Shape, Slot};
use crate::lex;
use crate::record::{Span, Str};

impl Shape {
    /// Its literals, each with the hole after it.
    #[inline]
    pub(super) fn pieces(&self) -> &[Mark] {
        self.marks.get(..usize::from(self.pieces)).unwrap_or_default()
    }

    /// The length of its literals: no event of it is shorter.
    pub(super) fn literals_length(&self) -> usize {
        self.pieces().iter().map(|piece| usize::from(piece.end.saturating_sub(piece.start))).sum()
    }

    /// Whether `bytes` begin with an event of this shape; `longest`: the most bytes of an id.
    #[inline(always)]
    pub(super) fn match_event(
        &self,
        bytes: &[u8],
        longest_id: u32,
        captures: &mut [Capture; HOLES],
    ) -> Option<Hit> {
        let mut at = 0usize;
        let mut text = Str::NONE;
        let (mut text_hole, mut escaped) = (0u16, 0u16);
        let mut bit = 1u16;
        for (piece, capture) in self.marks.iter().zip(captures.iter_mut()) {
            let literal = self.bytes.get(usize::from(piece.start)..usize::from(piece.end))?;
            let end = at.wrapping_add(literal.len());
            if bytes.get(at..end)? != literal {
                return None;
            }
            at = end;
            match piece.hole {
                Hole::End => {
                    let Self { single, next, .. } = *self;
                    let trusted = self.trusted.map(Slot::get);
                    return Some(Hit { length: at, single, trusted, next, text, text_hole, escaped });
                }
                Hole::Text => {
                    let (span, slow) = match_string_hole(bytes, at, false)?;
                    if span.is_empty() {
                        return None;
                    }
                    *capture = Capture::of_text(span);
                    at = span.end as usize;
                    if slow {
                        escaped |= bit;
                    }
                    (text, text_hole) = (Str::of_payload(span), bit);
                }
                Hole::Padding => {
                    let (span, slow) = match_string_hole(bytes, at, true)?;
                    *capture = Capture::of_text(span);
                    at = span.end as usize;
                    if slow {
                        escaped |= bit;
                    }
                }
                Hole::Integer(_) => {
                    (at, capture.0) = lex::plain_integer(bytes, at)?;
                }
                hole @ (Hole::Identity | Hole::Line | Hole::Space) => {
                    let span = match_identity_line_or_space(hole, bytes, at, longest_id)?;
                    *capture = Capture::of_text(span);
                    at = span.end as usize;
                }
                Hole::Proof => at = at.wrapping_add(usize::from(PROOF)),
            }
            bit = bit.wrapping_shl(1);
        }
        None
    }
}

/// A string's body at `at`, up to its closing quote: no control characters; escapes are checked when they are unescaped.
/// UTF-8 where `check` says so: what is told is checked where its slice is made.
#[inline(always)]
fn match_string_hole(bytes: &[u8], at: usize, check_utf8: bool) -> Option<(Span, bool)> {
    let body = bytes.get(at..)?;
    let stop = lex::string_stop(body);
    let end = at.wrapping_add(stop.at);
    if body.get(stop.at) != Some(&b'"') {
        return match_escaped_string_hole(bytes, at, end, check_utf8);
    }
    let span = Span::new(at, end);
    if check_utf8 && stop.wide && core::str::from_utf8(span.of(bytes)).is_err() {
        return None;
    }
    Some((span, false))
}

/// A hole of which few shapes have one: out of the way of the others.
#[inline(never)]
fn match_identity_line_or_space(hole: Hole, bytes: &[u8], at: usize, longest_id: u32) -> Option<Span> {
    match hole {
        Hole::Identity => {
            let (span, slow) = match_string_hole(bytes, at, true)?;
            let is_id = !slow && !span.is_empty() && span.end.wrapping_sub(span.start) <= longest_id;
            is_id.then_some(span)
        }
        Hole::Line => {
            let length = memchr::memchr2(b'\n', b'\r', bytes.get(at..)?)?;
            Some(Span::new(at, at.wrapping_add(length)))
        }
        Hole::Space => Some(Span::new(at, at.wrapping_add(lex::leading_spaces(bytes.get(at..)?)))),
        Hole::End | Hole::Text | Hole::Padding | Hole::Integer(_) | Hole::Proof => None,
    }
}

#[inline(never)]
fn match_escaped_string_hole(
    bytes: &[u8],
    start: usize,
    mut at: usize,
    check_utf8: bool,
) -> Option<(Span, bool)> {
    while bytes.get(at) == Some(&b'\\') {
        let after = at.wrapping_add(2);
        at = after.wrapping_add(lex::string_stop(bytes.get(after..)?).at);
    }
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let span = Span::new(start, at);
    if check_utf8 {
        core::str::from_utf8(span.of(bytes)).ok()?;
    }
    Some((span, true))
}
