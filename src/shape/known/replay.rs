//! What the last hit states: the shape's records with what the event at hand has in their place.
//!
//! Knows: where the records' values are in the shape, and what filled its holes. Must not know: how that was found.

use super::Shapes;
use crate::record::{self, Counter, Record, Records, Span, Str};
use crate::shape::{Capture, Hole, Mark, PROOF, Shape};

/// Where a place of the shape's bytes is in a hit.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// In a literal, this much further on (modulo 2^32).
    Literal { shift: u32 },
    /// It is this hole, and this fills it.
    Hole { number: u32, capture: Capture },
}

impl Shapes {
    /// Writes the records of the last hit, whole; strings with escapes go through `unescape`. `None`: one of them is no hit
    /// after all.
    pub(crate) fn write_records(
        &self,
        out: &mut Records,
        mut unescape: impl FnMut(Span) -> Option<Str>,
    ) -> Option<()> {
        let shape = self.last_hit_shape()?;
        let mut sound = Some(());
        for record in out.begin_replay(&shape.records) {
            record.each_str(|string| match self.string_in_hit(shape, *string, &mut unescape) {
                Some(found) => *string = found,
                None => sound = None,
            });
            if let Some((value, at)) = record.number_mut() {
                if let Place::Hole { capture, .. } = shape.locate(*at, &self.captures) {
                    *value = capture.0;
                }
                *at = u32::MAX;
            }
        }
        sound
    }

    /// The place of which the last hit says something.
    pub(crate) fn place_in_last_hit_shape(&self) -> Option<record::Place> {
        let mut records = self.last_hit_shape()?.records.iter();
        records.find_map(|record| match record {
            Record::Place(place) => Some(*place),
            _ => None,
        })
    }

    /// A string of the shape's records as the hit has it.
    #[inline]
    fn string_in_hit(
        &self,
        shape: &Shape,
        string: Str,
        unescape: &mut impl FnMut(Span) -> Option<Str>,
    ) -> Option<Str> {
        if string.is_empty() {
            return Some(Str::NONE);
        }
        let Span { start, end } = string.span();
        match shape.locate(start, &self.captures) {
            Place::Literal { shift } => {
                Some(Str::of_payload(Span { start: start.wrapping_add(shift), end: end.wrapping_add(shift) }))
            }
            Place::Hole { number, capture } if self.escaped & 1u16.wrapping_shl(number) != 0 => {
                unescape(capture.span())
            }
            Place::Hole { capture, .. } => Some(Str::of_payload(capture.span())),
        }
    }

    /// Calls `count` with the counters of the last hit that may have changed since the event before.
    #[inline]
    pub(crate) fn each_counter_hole_and_new_literal(&mut self, mut count: impl FnMut(Counter, u64)) {
        let Some(shape) = self.shapes.get(self.guess) else { return };
        for (piece, capture) in shape.pieces().iter().zip(&self.captures) {
            if let Hole::Integer(Some(counter)) = piece.hole {
                count(counter, capture.0);
            }
        }
        // Those in its literals are news after an event of another shape.
        if core::mem::take(&mut self.missed) || self.told != self.guess {
            for record in &shape.records {
                if let Record::Counter { counter, value, at } = *record
                    && let Place::Literal { .. } = shape.locate(at, &self.captures)
                {
                    count(counter, value);
                }
            }
        }
    }

    /// The padding of the last hit that has escapes: it must be well formed, too.
    pub(crate) fn escaped_padding(&self) -> impl Iterator<Item = Span> + '_ {
        let pieces = self.last_hit_shape().map(|shape| shape.pieces().iter()).unwrap_or_default();
        let escaped = self.escaped;
        pieces.zip(&self.captures).zip(0u32..).filter_map(move |((piece, capture), at)| {
            let is_escaped = escaped & 1u16.wrapping_shl(at) != 0;
            (piece.hole == Hole::Padding && is_escaped).then_some(capture.span())
        })
    }
}

impl Shape {
    /// Where the place `at` of the shape's bytes is in a hit whose holes are filled with `captures`.
    #[inline]
    fn locate(&self, at: u32, captures: &[Capture]) -> Place {
        let mut shift = 0u32;
        let holes = self.pieces().windows(2).zip(captures);
        for (number, (pieces, capture)) in (0u32..).zip(holes) {
            let [Mark { end: start, hole, .. }, Mark { start: end, .. }] = pieces else { break };
            let (start, end) = (u32::from(*start), u32::from(*end));
            if at < start {
                break;
            }
            if at == start {
                return Place::Hole { number, capture: *capture };
            }
            shift = shift.wrapping_add(capture.length_in_hit(*hole)).wrapping_sub(end.wrapping_sub(start));
        }
        Place::Literal { shift }
    }
}

impl Capture {
    /// How many bytes it takes in the hit.
    #[inline]
    fn length_in_hit(self, hole: Hole) -> u32 {
        match hole {
            Hole::Text | Hole::Padding | Hole::Identity | Hole::Line | Hole::Space => {
                let Span { start, end } = self.span();
                end.wrapping_sub(start)
            }
            // A plain integer has no sign and no leading zero.
            Hole::Integer(_) => self.0.checked_ilog10().unwrap_or(0).wrapping_add(1),
            Hole::Proof => u32::from(PROOF),
            Hole::End => 0,
        }
    }
}
