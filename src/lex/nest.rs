//! Where a JSON value ends, by brackets and strings alone: nothing is validated, not even that brackets match.
//!
//! Knows: brackets, quotes, backslashes. Must not know: whether the JSON is valid, what it says.

/// A scan for the end of the first bracketed value, which may stop and go on anywhere. Cost: each byte once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Nest {
    depth: u32,
    /// Which of the open brackets are braces, the innermost in the lowest bit: 64 of them.
    braces: u64,
    /// The last byte outside strings that is no white space; a quote after a string.
    last: u8,
    state: State,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Before the value.
    #[default]
    Before,
    /// In the value, outside strings.
    Plain,
    /// In a string.
    Text,
    /// After a backslash in a string.
    Escape,
    /// The value is complete.
    Closed,
    /// What came is no bracketed value.
    Other,
}

impl Nest {
    /// Goes on through `bytes`; returns the index after the value's last byte once, when it is met.
    pub(crate) fn scan_to_closing_bracket(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0usize;
        while let Some(&byte) = bytes.get(at) {
            match self.state {
                State::Text => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let stop = memchr::memchr2(b'"', b'\\', rest)?;
                    at = at.saturating_add(stop);
                    let quote = bytes.get(at) == Some(&b'"');
                    self.state = if quote { State::Plain } else { State::Escape };
                }
                State::Escape => self.state = State::Text,
                State::Before => self.begin_container_or_reject(byte),
                State::Plain => {
                    self.step_outside_text(byte);
                    if self.state == State::Closed {
                        return Some(at.saturating_add(1));
                    }
                }
                State::Closed | State::Other => return None,
            }
            at = at.saturating_add(1);
        }
        None
    }

    fn begin_container_or_reject(&mut self, byte: u8) {
        match byte {
            b'{' | b'[' => {
                self.open_bracket(byte);
                self.state = State::Plain;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => self.state = State::Other,
        }
    }

    fn open_bracket(&mut self, bracket: u8) {
        self.depth = self.depth.saturating_add(1);
        self.braces = self.braces.wrapping_shl(1) | u64::from(bracket == b'{');
        self.last = bracket;
    }

    fn step_outside_text(&mut self, byte: u8) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return,
            b'{' | b'[' => return self.open_bracket(byte),
            _ => self.last = byte,
        }
        match byte {
            b'"' => self.state = State::Text,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.braces = self.braces.wrapping_shr(1);
                if self.depth == 0 {
                    self.state = State::Closed;
                }
            }
            _ => {}
        }
    }

    /// The scan stopped inside a string.
    pub(crate) fn in_text(&self) -> bool {
        matches!(self.state, State::Text | State::Escape)
    }

    /// Where the scan stopped, a bracketed value may begin (`after_comma`: after one more comma), or what stands there is no JSON but a
    /// word: then the value is not cut off there.
    pub(crate) fn may_open_bracket_or_is_not_json(&self, as_if_after_comma: bool) -> bool {
        let last = if as_if_after_comma { b',' } else { self.last };
        match last {
            b'a'..=b'z' => !self.in_text() && !b"truefalsn".contains(&last),
            b'[' | b':' => !self.in_text(),
            // Of deeper brackets it is not known which they are.
            b',' => !self.in_text() && (self.braces & 1 == 0 || self.depth > u64::BITS),
            _ => false,
        }
    }

    /// Nothing came but white space.
    pub(crate) fn is_before(&self) -> bool {
        self.state == State::Before
    }

    /// The value is complete.
    pub(crate) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// What came begins like no bracketed value.
    pub(crate) fn is_other(&self) -> bool {
        self.state == State::Other
    }

    /// A value began and is not complete.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Plain | State::Text | State::Escape)
    }
}
