//! What closes a text that is not whole.
//!
//! Knows: what each state lacks. Must not know: the text.

use core::fmt;
use core::ops::Deref;

use super::{PartialJson, State};
use crate::lex;

/// The longest: the rest of an escape and its partner in a key (`00\uDC00`), `":null`, and a bracket for each level.
const LONGEST: usize = 16 + PartialJson::MAX_DEPTH;

/// The second half of a surrogate pair: any would do.
const LOW: &str = "\\uDC00";

/// The characters that close a text ([`PartialJson::closing`]): a short string of ASCII, held in place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Closing {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Closing {
    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }

    pub(super) fn of(json: &PartialJson) -> Self {
        let mut closing = Self { bytes: [0; LONGEST], length: 0 };
        closing.push_missing_of_value(json);
        let mut braces = json.braces;
        for _ in 0..json.depth {
            closing.push(if braces & 1 == 1 { "}" } else { "]" });
            braces >>= 1;
        }
        closing
    }

    /// What the innermost value lacks.
    fn push_missing_of_value(&mut self, json: &PartialJson) {
        match json.state {
            State::Value => self.push("null"),
            State::Key => self.push("\"\":null"),
            State::Colon => self.push(":null"),
            State::Text | State::Escape | State::Hex => {
                self.push_rest_of_escape_or_surrogates(json);
                self.push(if json.in_key { "\":null" } else { "\"" });
            }
            State::Word => self.push(json.word),
            State::Number(number) if !number.is_whole() => self.push("0"),
            State::Number(_) | State::FirstItem | State::FirstKey | State::After | State::Invalid => {}
        }
    }

    /// What the string's last character lacks.
    fn push_rest_of_escape_or_surrogates(&mut self, json: &PartialJson) {
        match json.state {
            State::Escape if json.high => self.push(LOW.get(1..).unwrap_or_default()),
            State::Escape => self.push("\\"),
            State::Hex => self.push_missing_hex(json, json.digits),
            _ if json.high => self.push(LOW),
            _ => {}
        }
    }

    /// The digits that `\u` lacks, and what that makes necessary.
    fn push_missing_hex(&mut self, json: &PartialJson, digits_missing: u8) {
        let missing = usize::from(digits_missing);
        let may_be_low = matches!((digits_missing, json.unit), (4, _) | (3, 0xD));
        if json.high && may_be_low {
            return self.push(LOW.get(LOW.len().saturating_sub(missing)..).unwrap_or_default());
        }
        self.push("0000".get(..missing).unwrap_or_default());
        if lex::is_high(json.unit << (4 * u32::from(digits_missing)).min(15)) {
            self.push(LOW);
        }
    }

    fn push(&mut self, text: &str) {
        let end = self.length.saturating_add(text.len());
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(text.as_bytes());
            self.length = end;
        }
    }
}

impl Deref for Closing {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Closing {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
