//! Whether a JSON text that is still arriving is whole, and what would close it.
//!
//! Arguments of tool calls come in fragments. Whoever shows or checks them while they come would parse all so far anew with
//! each fragment, which is quadratic. [`PartialJson`] reads each byte once, holds no text, and answers after any fragment.
//!
//! ```
//! use deltaic::partial::{PartialJson, Progress};
//!
//! let mut json = PartialJson::new();
//! let mut text = String::new();
//! for fragment in ["{\"city\":", "\"Par", "is\"}"] {
//!     text.push_str(fragment);
//!     json.push(fragment);
//!     let closing = json.closing().ok_or("no JSON")?;
//!     println!("{text}{closing}"); // {"city":null}, {"city":"Par"}, {"city":"Paris"}
//! }
//! assert_eq!(json.progress(), Progress::Complete);
//! # Ok::<(), &str>(())
//! ```
//!
//! It never changes the text, and says nothing of what it means: numbers may be out of a reader's range, keys may come twice.
//!
//! What [`PartialJson::closing`] appends, before the brackets that are open:
//!
//! | the text so far ends | appended |
//! |---|---|
//! | before any value, after a colon, after a comma in an array | `null` |
//! | after a comma in an object | `"":null`, a member without a name: nothing that is there can be taken back |
//! | in a key, after a key | what closes the string, `:null` |
//! | in a string | `"` |
//! | after a backslash | `\`: the escape is of a backslash |
//! | in `\u` and up to three digits | `0` as often as a digit is missing |
//! | after the first half of a surrogate pair, or in its second half | what is missing of `\uDC00` |
//! | in `true`, `false`, `null` | the rest of the word |
//! | in a number after `-`, `.`, `e` or a sign | `0` |
//! | in a number after a digit; after a value; after `[` or `{` | nothing |
//!
//! A surrogate that stands alone in the text is JSON by the grammar, and stands alone in the closed text, too; most readers
//! refuse both.
//!
//! Knows: the grammar of RFC 8259. Must not know: tool calls, what the values mean.

mod closing;

use crate::lex;

pub use closing::Closing;

/// How far a text has come ([`PartialJson::push`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Progress {
    /// Nothing came, or nothing but white space.
    #[default]
    Empty,
    /// A value began and is not whole.
    Open {
        /// How many objects and arrays are open: 0 in a string or a word that is the whole value.
        depth: usize,
    },
    /// A whole value. More white space changes nothing; a number that is the whole value may go on.
    Complete,
    /// No JSON text begins so, or it nests deeper than [`PartialJson::MAX_DEPTH`].
    Invalid {
        /// Offset of the first byte that cannot stand there.
        at: usize,
    },
}

/// Follows a JSON text that comes in fragments, cut anywhere between characters. Cost: each byte is looked at once; the size
/// is fixed and nothing is allocated, however long the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct PartialJson {
    state: State,
    /// How many bytes came, up to the one that cannot stand there.
    length: usize,
    /// How many objects and arrays are open.
    depth: u32,
    /// Which of them are objects, the innermost in the lowest bit.
    braces: u128,
    /// The string is a key.
    in_key: bool,
    /// The string's last character is the first half of a surrogate pair.
    high: bool,
    /// The digits so far of a `\u`.
    unit: u16,
    /// How many digits it lacks.
    digits: u8,
    /// What `true`, `false` or `null` lacks.
    word: &'static str,
}

/// What may come next. One byte: what goes with it stands in [`PartialJson`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum State {
    #[default]
    Value,
    /// A value, or the end of the array.
    FirstItem,
    /// A key, or the end of the object.
    FirstKey,
    Key,
    Colon,
    Text,
    Escape,
    Hex,
    Word,
    Number(Number),
    /// After a value: a comma, a bracket, or, where none is open, nothing.
    After,
    Invalid,
}

/// What of a number was read last (RFC 8259 section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Number {
    Minus,
    Zero,
    Int,
    Point,
    Fraction,
    E,
    Sign,
    Exponent,
}

impl PartialJson {
    /// How deep objects and arrays may nest.
    pub const MAX_DEPTH: usize = u128::BITS as usize;

    /// For a new text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins anew with another text.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// The text goes on with `fragment`. Cost: linear in the fragment, whatever came before.
    #[inline]
    pub fn push(&mut self, fragment: &str) -> Progress {
        let bytes = fragment.as_bytes();
        let mut at = 0usize;
        while let Some(&byte) = bytes.get(at) {
            if self.state == State::Text && is_plain_in_string(byte) {
                self.high = false;
                // Fragments of a few bytes cost more to scan than to look at.
                let rest = bytes.get(at..).filter(|rest| rest.len() >= 8);
                at = at.saturating_add(rest.map_or(1, |rest| lex::string_stop(rest).at));
                continue;
            }
            match self.next_state(byte) {
                Some(state) => self.state = state,
                None => {
                    self.state = State::Invalid;
                    break;
                }
            }
            at = at.saturating_add(1);
        }
        self.length = self.length.saturating_add(at);
        self.progress()
    }

    /// How far the text has come.
    #[inline]
    #[must_use]
    pub fn progress(&self) -> Progress {
        match self.state {
            State::Invalid => Progress::Invalid { at: self.length },
            State::Value if self.depth == 0 => Progress::Empty,
            State::After if self.depth == 0 => Progress::Complete,
            State::Number(number) if self.depth == 0 && number.is_whole() => Progress::Complete,
            _ => Progress::Open { depth: self.depth as usize },
        }
    }

    /// The text so far is a whole value.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.progress() == Progress::Complete
    }

    /// What, appended to the text so far, makes it a whole value: nothing if it is one; none if nothing can. The module's table
    /// says what is chosen. Cost: linear in the depth; no allocation.
    #[must_use]
    pub fn closing(&self) -> Option<Closing> {
        (self.state != State::Invalid).then(|| Closing::of(self))
    }

    /// The state after this byte; none if it cannot stand there.
    #[inline]
    fn next_state(&mut self, byte: u8) -> Option<State> {
        match self.state {
            State::Text => self.next_at_string_stop(byte),
            State::After => self.next_after_value(byte),
            State::Value => self.begin_value_or_skip_space(byte),
            State::FirstItem if byte == b']' => self.leave_if_matching(byte),
            State::FirstItem => self.begin_value_or_skip_space(byte),
            State::FirstKey if byte == b'}' => self.leave_if_matching(byte),
            State::FirstKey | State::Key => match byte {
                b'"' => Some(self.enter_string(true)),
                _ => self.same_if_space(byte),
            },
            State::Colon => match byte {
                b':' => Some(State::Value),
                _ => self.same_if_space(byte),
            },
            State::Number(number) => match number.go_on(byte) {
                Some(number) => Some(State::Number(number)),
                None if number.is_whole() => self.next_after_value(byte),
                None => None,
            },
            State::Word => self.next_in_word(byte),
            State::Escape => self.next_in_escape(byte),
            State::Hex => self.add_hex_digit_and_note_high_surrogate(byte),
            State::Invalid => None,
        }
    }

    /// White space changes nothing.
    fn same_if_space(&self, byte: u8) -> Option<State> {
        matches!(byte, b' ' | b'\t' | b'\n' | b'\r').then_some(self.state)
    }

    fn begin_value_or_skip_space(&mut self, byte: u8) -> Option<State> {
        match byte {
            b'{' => self.enter_if_not_too_deep(true, State::FirstKey),
            b'[' => self.enter_if_not_too_deep(false, State::FirstItem),
            b'"' => Some(self.enter_string(false)),
            b't' => Some(self.begin_word("rue")),
            b'f' => Some(self.begin_word("alse")),
            b'n' => Some(self.begin_word("ull")),
            b'-' => Some(State::Number(Number::Minus)),
            b'0' => Some(State::Number(Number::Zero)),
            b'1'..=b'9' => Some(State::Number(Number::Int)),
            _ => self.same_if_space(byte),
        }
    }

    fn enter_if_not_too_deep(&mut self, is_object: bool, inside: State) -> Option<State> {
        if self.depth as usize >= Self::MAX_DEPTH {
            return None;
        }
        self.depth = self.depth.saturating_add(1);
        self.braces = self.braces << 1 | u128::from(is_object);
        Some(inside)
    }

    fn enter_string(&mut self, is_key: bool) -> State {
        self.in_key = is_key;
        self.high = false;
        State::Text
    }

    fn in_object(&self) -> bool {
        self.depth > 0 && self.braces & 1 == 1
    }

    fn in_array(&self) -> bool {
        self.depth > 0 && self.braces & 1 == 0
    }

    fn next_after_value(&mut self, byte: u8) -> Option<State> {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => Some(State::After),
            b',' if self.in_object() => Some(State::Key),
            b',' if self.in_array() => Some(State::Value),
            b'}' | b']' => self.leave_if_matching(byte),
            _ => None,
        }
    }

    fn leave_if_matching(&mut self, bracket: u8) -> Option<State> {
        let is_right = if bracket == b'}' { self.in_object() } else { self.in_array() };
        if !is_right {
            return None;
        }
        self.depth = self.depth.saturating_sub(1);
        self.braces >>= 1;
        Some(State::After)
    }

    /// A byte at which a scan for what is plain in a string has stopped.
    fn next_at_string_stop(&mut self, byte: u8) -> Option<State> {
        match byte {
            b'"' if self.in_key => Some(State::Colon),
            b'"' => Some(State::After),
            b'\\' => Some(State::Escape),
            _ => None,
        }
    }

    fn next_in_escape(&mut self, byte: u8) -> Option<State> {
        match byte {
            b'u' => {
                (self.unit, self.digits) = (0, 4);
                Some(State::Hex)
            }
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.high = false;
                Some(State::Text)
            }
            _ => None,
        }
    }

    fn add_hex_digit_and_note_high_surrogate(&mut self, byte: u8) -> Option<State> {
        let digit = char::from(byte).to_digit(16)?;
        self.unit = self.unit << 4 | u16::try_from(digit).ok()?;
        self.digits = self.digits.saturating_sub(1);
        if self.digits > 0 {
            return Some(State::Hex);
        }
        self.high = lex::is_high(self.unit);
        Some(State::Text)
    }

    fn begin_word(&mut self, rest: &'static str) -> State {
        self.word = rest;
        State::Word
    }

    fn next_in_word(&mut self, byte: u8) -> Option<State> {
        let (&next, after) = self.word.as_bytes().split_first()?;
        if next != byte {
            return None;
        }
        self.word = self.word.get(1..)?;
        Some(if after.is_empty() { State::After } else { State::Word })
    }
}

/// A byte of a string that is itself: no quote, no backslash, no control character.
const fn is_plain_in_string(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

impl Number {
    /// What is read so far is a number.
    const fn is_whole(self) -> bool {
        match self {
            Self::Zero | Self::Int | Self::Fraction | Self::Exponent => true,
            Self::Minus | Self::Point | Self::E | Self::Sign => false,
        }
    }

    /// The number goes on with this byte; none if it does not.
    const fn go_on(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Minus, b'0') => Self::Zero,
            (Self::Minus, b'1'..=b'9') | (Self::Int, b'0'..=b'9') => Self::Int,
            (Self::Zero | Self::Int, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Int | Self::Fraction, b'e' | b'E') => Self::E,
            (Self::E, b'+' | b'-') => Self::Sign,
            (Self::E | Self::Sign | Self::Exponent, b'0'..=b'9') => Self::Exponent,
            _ => return None,
        })
    }
}
