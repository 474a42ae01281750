//! Where a JSON value ends, without reading it: nesting and string state only.
//!
//! Knows: brackets, quotes, backslashes. Must not know: whether the JSON is valid, what it says.

/// A scan for the end of the first bracketed value, which may stop and go on anywhere. Cost: each byte once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Nest {
    depth: u32,
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
    /// Goes on through `bytes`; gives the index after the value's last byte once, when it is met.
    pub(crate) fn scan(&mut self, bytes: &[u8]) -> Option<usize> {
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
                State::Before => self.begin(byte),
                State::Plain => {
                    self.plain(byte);
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

    fn begin(&mut self, byte: u8) {
        match byte {
            b'{' | b'[' => {
                self.depth = 1;
                self.state = State::Plain;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => self.state = State::Other,
        }
    }

    fn plain(&mut self, byte: u8) {
        match byte {
            b'"' => self.state = State::Text,
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
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

    /// The value is complete.
    pub(crate) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// A value began and is not complete.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Plain | State::Text | State::Escape)
    }
}
