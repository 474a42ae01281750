//! JSON without an event stream around it: one value a line, values one after another, or one array.
//!
//! Knows: line feeds, nesting, commas between elements. Must not know: what the values say.
//!
//! `Undecided` is the state of a stream that begins with a brace: when its first line is a complete value it is one
//! value a line; else the value goes on over the lines. So does a later one that its line leaves open.
//!
//! A value that goes over lines may be torn: a line feed inside a string is never JSON, nor is a value that begins a line where
//! none can begin. It ends there, one bad event, and the lines after it are read anew; what is left of a torn string is
//! dropped up to a line that begins with a bracket. A first value that is torn is one of lines.

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

/// What has come of the current line of a value that goes over lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineStart {
    /// Something.
    Past,
    /// White space at most; the line begins here.
    Fresh(usize),
    /// And a comma, among an array's elements.
    Comma(usize),
}

/// The rest of a torn value is being dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skip {
    No,
    /// At the beginning of a line.
    Lines,
    /// Inside a line.
    Rest,
}

/// The state of one JSON stream.
///
/// Invariant: `nest` is the state of the value after `scanned` bytes, where the value may go over lines.
#[derive(Debug, Clone)]
pub(super) struct Json {
    limit: usize,
    shape: Shape,
    scanned: usize,
    nest: Nest,
    line: LineStart,
    skip: Skip,
    /// What the shape was before a value that goes over lines.
    before: Shape,
    /// What has begun is no bracketed value.
    unbracketed: bool,
    /// Skipping the rest of a value that was over the limit.
    over: bool,
}

impl Json {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            shape: Shape::Undecided,
            scanned: 0,
            nest: Nest::default(),
            line: LineStart::Past,
            skip: Skip::No,
            before: Shape::Undecided,
            unbracketed: false,
            over: false,
        }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new(self.limit);
    }

    pub(super) fn start_as(&mut self, shape: Shape) {
        (self.shape, self.before) = (shape, shape);
    }

    /// Before the first byte of a line that will be a value.
    #[inline]
    pub(super) fn at_line(&self) -> bool {
        self.shape == Shape::Lines && self.scanned == 0 && !self.over && self.skip == Skip::No
    }

    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        if self.skip != Skip::No
            && let Some(step) = self.drop_torn_until_next_value(bytes)
        {
            return step;
        }
        match self.shape {
            Shape::Undecided | Shape::Lines => self.step_line(bytes),
            Shape::Values | Shape::Array | Shape::Elements => self.step_value(bytes),
        }
    }

    fn step_line(&mut self, bytes: &[u8]) -> Step {
        let rest = bytes.get(self.scanned..).unwrap_or_default();
        let Some(found) = memchr::memchr(b'\n', rest) else {
            return self.more_or_over_once_then_drop(bytes.len());
        };
        let end = self.scanned.saturating_add(found);
        let next = end.saturating_add(1);
        // A line over the limit is one of lines, however it was cut.
        if !self.over
            && next <= self.limit
            && self.scan_leaves_value_open(bytes.get(..end).unwrap_or_default())
        {
            self.before = core::mem::replace(&mut self.shape, Shape::Values);
            self.scanned = end;
            return self.step_value(bytes);
        }
        self.nest = Nest::default();
        self.shape = Shape::Lines;
        if self.over {
            self.over = false;
            return self.drop_to(next);
        }
        if next > self.limit {
            self.scanned = 0;
            return Step::Over { to: next };
        }
        if bytes.get(..end).unwrap_or_default().trim_ascii().is_empty() {
            return self.drop_to(next);
        }
        let end = if bytes.get(end.wrapping_sub(1)) == Some(&b'\r') { end.saturating_sub(1) } else { end };
        self.end_event(end, next)
    }

    /// The value on this line goes on over the next lines. Cost: the first line, and one that ends like no value, are scanned.
    fn scan_leaves_value_open(&mut self, line: &[u8]) -> bool {
        let (first, last) = (line.first(), line.trim_ascii_end().last());
        let is_whole = matches!(first, Some(b'{')) && matches!(last, Some(b'}'));
        if self.shape == Shape::Lines && (is_whole || !matches!(first, Some(b'{'))) {
            return false;
        }
        self.nest.scan_to_closing_bracket(line);
        self.nest.is_open()
    }

    fn step_value(&mut self, bytes: &[u8]) -> Step {
        if self.unbracketed {
            return self.step_scalar_to_line_or_element_end(bytes);
        }
        if self.scanned == 0
            && !self.over
            && let Some(step) = self.step_before_bracketed_value(bytes)
        {
            return step;
        }
        self.step_value_line_by_line(bytes)
    }

    /// Goes on through the lines of a value, to its end, to where it is torn, or to the end of the bytes.
    fn step_value_line_by_line(&mut self, bytes: &[u8]) -> Step {
        loop {
            if let Some(start) = self.scan_line_start_for_tear(bytes) {
                return self.end_torn_value_or_report_oversized(start);
            }
            let rest = bytes.get(self.scanned..).unwrap_or_default();
            let line_end = memchr::memchr(b'\n', rest);
            let line = rest.get(..line_end.unwrap_or(rest.len())).unwrap_or_default();
            if let Some(found) = self.nest.scan_to_closing_bracket(line) {
                return self.end_value_or_report_oversized(self.scanned.saturating_add(found));
            }
            let Some(end) = line_end else { return self.more_or_over_once_then_drop(bytes.len()) };
            let next = self.scanned.saturating_add(end).saturating_add(1);
            if self.nest.in_text() {
                self.skip = Skip::Lines;
                return self.end_torn_value_or_report_oversized(next);
            }
            self.line = LineStart::Fresh(next);
            self.scanned = next;
        }
    }

    /// Goes past what tells nothing at a line's start. Returns where the line begins, if a value begins it where none can.
    fn scan_line_start_for_tear(&mut self, bytes: &[u8]) -> Option<usize> {
        while let (LineStart::Fresh(start) | LineStart::Comma(start), Some(byte)) =
            (self.line, bytes.get(self.scanned))
        {
            let comma = matches!(self.line, LineStart::Comma(_));
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.scanned = self.scanned.saturating_add(1),
                b',' if !comma && self.shape == Shape::Elements => {
                    self.scanned = self.scanned.saturating_add(1);
                    self.line = LineStart::Comma(start);
                }
                b'{' | b'[' if !self.nest.may_open_bracket_or_is_not_json(comma) => return Some(start),
                _ => {
                    self.line = LineStart::Past;
                    if comma {
                        self.nest.scan_to_closing_bracket(b",");
                    }
                }
            }
        }
        None
    }

    /// The value is torn before the line that begins at `next`.
    fn end_torn_value_or_report_oversized(&mut self, next: usize) -> Step {
        self.nest = Nest::default();
        self.line = LineStart::Past;
        if matches!(self.before, Shape::Undecided | Shape::Lines) && self.shape == Shape::Values {
            self.shape = Shape::Lines;
        }
        self.before = self.shape;
        // The white space before the value that shows it counts, and goes, with what is over the limit: it may have come alone.
        let seen = core::mem::take(&mut self.scanned).max(next);
        if core::mem::take(&mut self.over) {
            // All of it may be gone already: what begins here is the next value.
            return Step::Drop { from: 0, to: seen, comment: false };
        }
        if seen > self.limit {
            return Step::Over { to: seen };
        }
        let Step::Event(event) = self.end_event(next.saturating_sub(1), next) else { return Step::More };
        Step::Event(Event { plain: false, ..event })
    }

    /// What is left of a torn value, up to a line that begins like another.
    fn drop_torn_until_next_value(&mut self, bytes: &[u8]) -> Option<Step> {
        let begins = |byte: &u8| match self.shape {
            Shape::Elements => matches!(byte, b'{' | b'[' | b']' | b','),
            Shape::Undecided | Shape::Lines | Shape::Values | Shape::Array => matches!(byte, b'{' | b'['),
        };
        match (self.skip, bytes.first()) {
            (_, None) => return Some(Step::More),
            (Skip::Lines, Some(byte)) if begins(byte) => {
                self.skip = Skip::No;
                return None;
            }
            (Skip::No | Skip::Lines | Skip::Rest, Some(_)) => {}
        }
        let line_end = memchr::memchr(b'\n', bytes);
        self.skip = if line_end.is_some() { Skip::Lines } else { Skip::Rest };
        Some(self.drop_to(line_end.map_or(bytes.len(), |end| end.saturating_add(1))))
    }

    /// What stands before a value: white space, an array's punctuation, or something that is no value.
    fn step_before_bracketed_value(&mut self, bytes: &[u8]) -> Option<Step> {
        let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blank > 0 {
            return Some(self.drop_to(blank));
        }
        match (self.shape, bytes.first()) {
            (_, None) => Some(Step::More),
            (Shape::Array, Some(b'[')) => {
                self.shape = Shape::Elements;
                Some(self.drop_to(1))
            }
            (Shape::Array, Some(_)) => {
                self.shape = Shape::Values;
                None
            }
            (Shape::Elements, Some(b',')) => Some(self.drop_to(1)),
            (Shape::Elements, Some(b']')) => {
                self.shape = Shape::Values;
                Some(self.drop_to(1))
            }
            (_, Some(b'{')) => None,
            // The next byte tells an array from an end marker.
            (Shape::Values, Some(b'[')) if bytes.len() == 1 => Some(Step::More),
            (Shape::Values, Some(b'[')) if bytes.get(1).is_some_and(|byte| *byte != b'D') => None,
            (Shape::Elements, Some(b'[')) => None,
            _ => Some(self.step_scalar_to_line_or_element_end(bytes)),
        }
    }

    /// Something that is no bracketed value goes up to its line's end, or the next comma or bracket in an array.
    fn step_scalar_to_line_or_element_end(&mut self, bytes: &[u8]) -> Step {
        let stops = |byte: &u8| match self.shape {
            Shape::Elements => matches!(byte, b',' | b']' | b'\n'),
            _ => *byte == b'\n',
        };
        let rest = bytes.get(self.scanned..).unwrap_or_default();
        let found = rest.iter().position(stops);
        self.unbracketed = found.is_none();
        let Some(found) = found else { return self.more_or_over_once_then_drop(bytes.len()) };
        let end = self.scanned.saturating_add(found);
        if end == 0 {
            // Nothing was left of one that is skipped.
            self.over = false;
            return self.step_value(bytes);
        }
        self.end_value_or_report_oversized(end)
    }

    /// A value ends at `end`: an event, or one that is or was over the limit.
    fn end_value_or_report_oversized(&mut self, end: usize) -> Step {
        self.nest = Nest::default();
        let step = self.event_or_over_or_drop(end);
        if self.before == Shape::Lines {
            self.shape = Shape::Lines;
        }
        self.before = self.shape;
        step
    }

    fn event_or_over_or_drop(&mut self, end: usize) -> Step {
        if core::mem::take(&mut self.over) {
            return self.drop_to(end);
        }
        if end > self.limit {
            self.scanned = 0;
            return Step::Over { to: end };
        }
        self.end_event(end, end)
    }

    fn more_or_over_once_then_drop(&mut self, len: usize) -> Step {
        self.scanned = len;
        if self.over || len > self.limit {
            // Of the bytes that go, the line's own are white space and a comma.
            self.line = match self.line {
                LineStart::Past => LineStart::Past,
                LineStart::Fresh(_) => LineStart::Fresh(0),
                LineStart::Comma(_) => LineStart::Comma(0),
            };
        }
        if self.over {
            return self.drop_to(len);
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

    fn drop_to(&mut self, to: usize) -> Step {
        self.scanned = 0;
        if to == 0 { Step::More } else { Step::Drop { from: 0, to, comment: false } }
    }

    fn end_event(&mut self, end: usize, next: usize) -> Step {
        self.scanned = 0;
        Step::Event(Event {
            end: next,
            data: Data::One(Span::new(0, end)),
            name: Span::default(),
            error: false,
            plain: self.shape == Shape::Lines,
        })
    }

    /// Whether the bytes so far end between the elements of an array: its closing bracket is missing.
    pub(super) fn is_between_elements(&self) -> bool {
        self.shape == Shape::Elements && self.scanned == 0
    }

    /// The last value may lack its line end; a value that is not closed is no event. An element that is cut off is a bad one:
    /// that says where the array broke off.
    pub(super) fn finish(&mut self, bytes: &[u8], tolerance: &Tolerance) -> Step {
        let mut nest = Nest::default();
        nest.scan_to_closing_bracket(bytes);
        let whole = !nest.is_open() || tolerance.allows(Quirk::Repaired);
        if self.over || bytes.trim_ascii().is_empty() {
            return Step::More;
        }
        if self.shape == Shape::Elements && self.skip == Skip::No {
            self.shape = Shape::Values;
        } else if !whole {
            return Step::More;
        }
        self.end_event(bytes.len(), bytes.len())
    }
}
