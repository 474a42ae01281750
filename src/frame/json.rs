//! JSON without an event stream around it: one value a line, values one after another, or one array.
//!
//! Knows: line feeds, nesting, commas between elements. Must not know: what the values say.
//!
//! `Undecided` is the state of a stream that begins with a brace: when its first line is a complete value it is one
//! value a line; else the value goes on over the lines.

use super::{Data, Event, Step};
use crate::dialect::{Quirk, Tolerance};
use crate::lex::nest::Nest;
use crate::record::Span;

/// How the values are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Undecided,
    /// One value a line.
    Lines,
    /// Values one after another, over any number of lines.
    Values,
    /// Before the opening bracket.
    Array,
    /// Between the elements.
    Elements,
}

/// The state of one JSON stream.
#[derive(Debug, Clone)]
pub(super) struct Json {
    limit: usize,
    shape: Shape,
    scanned: usize,
    nest: Nest,
    /// What has begun is no bracketed value.
    scalar: bool,
    /// Skipping the rest of a value that was over the limit.
    over: bool,
}

impl Json {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, shape: Shape::Undecided, scanned: 0, nest: Nest::default(), scalar: false, over: false }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new(self.limit);
    }

    pub(super) fn begin(&mut self, shape: Shape) {
        self.shape = shape;
    }

    /// Before the first byte of a line that will be a value.
    #[inline]
    pub(super) fn at_line(&self) -> bool {
        self.shape == Shape::Lines && self.scanned == 0 && !self.over
    }

    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        match self.shape {
            Shape::Undecided | Shape::Lines => self.line(bytes),
            Shape::Values | Shape::Array | Shape::Elements => self.value(bytes),
        }
    }

    fn line(&mut self, bytes: &[u8]) -> Step {
        let rest = bytes.get(self.scanned..).unwrap_or_default();
        let Some(found) = memchr::memchr(b'\n', rest) else { return self.short(bytes.len()) };
        let end = self.scanned.saturating_add(found);
        let next = end.saturating_add(1);
        if self.shape == Shape::Undecided {
            // A first line over the limit is one of lines, however it was cut.
            if next <= self.limit {
                self.nest.scan(bytes.get(..end).unwrap_or_default());
            }
            if self.nest.is_open() {
                self.shape = Shape::Values;
                self.scanned = end;
                return self.value(bytes);
            }
            self.nest = Nest::default();
            self.shape = Shape::Lines;
        }
        if self.over {
            self.over = false;
            return self.dropped(next);
        }
        if next > self.limit {
            self.scanned = 0;
            return Step::Over { to: next };
        }
        if bytes.get(..end).unwrap_or_default().trim_ascii().is_empty() {
            return self.dropped(next);
        }
        let end = if bytes.get(end.wrapping_sub(1)) == Some(&b'\r') { end.saturating_sub(1) } else { end };
        self.event(end, next)
    }

    fn value(&mut self, bytes: &[u8]) -> Step {
        if self.scalar {
            return self.scalar(bytes);
        }
        if self.scanned == 0
            && !self.over
            && let Some(step) = self.between(bytes)
        {
            return step;
        }
        let rest = bytes.get(self.scanned..).unwrap_or_default();
        let Some(found) = self.nest.scan(rest) else { return self.short(bytes.len()) };
        let end = self.scanned.saturating_add(found);
        self.nest = Nest::default();
        self.ended(end)
    }

    /// What stands before a value: white space, an array's punctuation, or something that is no value.
    fn between(&mut self, bytes: &[u8]) -> Option<Step> {
        let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blank > 0 {
            return Some(self.dropped(blank));
        }
        match (self.shape, bytes.first()) {
            (_, None) => Some(Step::More),
            (Shape::Array, Some(b'[')) => {
                self.shape = Shape::Elements;
                Some(self.dropped(1))
            }
            (Shape::Array, Some(_)) => {
                self.shape = Shape::Values;
                None
            }
            (Shape::Elements, Some(b',')) => Some(self.dropped(1)),
            (Shape::Elements, Some(b']')) => {
                self.shape = Shape::Values;
                Some(self.dropped(1))
            }
            (_, Some(b'{')) => None,
            // The next byte tells an array from an end marker.
            (Shape::Values, Some(b'[')) if bytes.len() == 1 => Some(Step::More),
            (Shape::Values, Some(b'[')) if bytes.get(1).is_some_and(|byte| *byte != b'D') => None,
            (Shape::Elements, Some(b'[')) => None,
            _ => Some(self.scalar(bytes)),
        }
    }

    /// Something that is no bracketed value goes up to its line's end, or the next comma or bracket in an array.
    fn scalar(&mut self, bytes: &[u8]) -> Step {
        let stops = |byte: &u8| match self.shape {
            Shape::Elements => matches!(byte, b',' | b']' | b'\n'),
            _ => *byte == b'\n',
        };
        let rest = bytes.get(self.scanned..).unwrap_or_default();
        let found = rest.iter().position(stops);
        self.scalar = found.is_none();
        let Some(found) = found else { return self.short(bytes.len()) };
        let end = self.scanned.saturating_add(found);
        if end == 0 {
            // Nothing was left of one that is skipped.
            self.over = false;
            return self.value(bytes);
        }
        self.ended(end)
    }

    /// A value ends at `end`: an event, or one that is or was over the limit.
    fn ended(&mut self, end: usize) -> Step {
        if std::mem::take(&mut self.over) {
            return self.dropped(end);
        }
        if end > self.limit {
            self.scanned = 0;
            return Step::Over { to: end };
        }
        self.event(end, end)
    }

    fn short(&mut self, len: usize) -> Step {
        self.scanned = len;
        if self.over {
            return self.dropped(len);
        }
        if len > self.limit {
            if self.shape == Shape::Undecided {
                self.shape = Shape::Lines;
            }
            self.over = true;
            self.scanned = 0;
            return Step::Over { to: len };
        }
        Step::More
    }

    fn dropped(&mut self, to: usize) -> Step {
        self.scanned = 0;
        if to == 0 { Step::More } else { Step::Drop { from: 0, to, comment: false } }
    }

    fn event(&mut self, end: usize, next: usize) -> Step {
        self.scanned = 0;
        Step::Event(Event {
            end: next,
            data: Data::One(Span::new(0, end)),
            name: Span::default(),
            error: false,
            plain: self.shape == Shape::Lines,
        })
    }

    /// The last value may lack its line end; a value that is not closed is no event.
    pub(super) fn finish(&mut self, bytes: &[u8], tolerance: &Tolerance) -> Step {
        let mut nest = Nest::default();
        nest.scan(bytes);
        let whole = !nest.is_open() || tolerance.allows(Quirk::Repaired);
        if self.over || bytes.trim_ascii().is_empty() || !whole {
            return Step::More;
        }
        self.event(bytes.len(), bytes.len())
    }
}
