//! The small interface over which each wire's objects are walked once, whichever source reads the JSON.
//!
//! Knows: JSON's kinds. Must not know: any member's name.
//!
//! A cursor stands before a value. Every value is either entered or skipped, so a whole document is always checked.

use alloc::string::String;
use alloc::vec::Vec;

use crate::dialect::{ByName, Names, Tolerance};
use crate::error::ErrorKind;
use crate::lex::{self, Edges};
use crate::record::{Span, Str};

/// What a source says of a value without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// A number, as far as this crate needs one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    /// Its integral part, if it is finite, not negative and fits.
    pub(crate) value: Option<u64>,
    /// It has no fraction.
    pub(crate) whole: bool,
    /// It is written as a plain integer.
    pub(crate) plain: bool,
    /// Where it starts in the payload; `u32::MAX` where the source cannot tell.
    pub(crate) at: u32,
}

impl Number {
    /// The number a token says. Policy: `-0` is 0; other negative numbers, non-finite ones and those of 2^64 and more
    /// have no value; a float's value is its integral part.
    pub(crate) fn of_truncated_float(float: f64, at: u32) -> Self {
        let fits = float > -1.0 && float < 18_446_744_073_709_551_616.0;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let value = fits.then_some(float as u64).filter(|_| float >= 0.0);
        Self { value, whole: float % 1.0 == 0.0, plain: false, at }
    }

    pub(crate) const fn of_integer(value: Option<u64>, at: u32) -> Self {
        Self { value, whole: true, plain: true, at }
    }
}

/// A string that is a piece of a longer text: where it ends in half a surrogate pair, the other half may begin the next piece.
/// Its text is only to be had with what stood at its edges ([`Cursor::with_edges`]), so that they are not forgotten.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece(Str);

impl Piece {
    /// `text`: the string without its edges.
    pub(super) const fn new(text: Str) -> Self {
        Self(text)
    }

    /// The string without its edges. For sources only.
    pub(super) const fn text(self) -> Str {
        self.0
    }
}

/// What a source writes into: text that is not in the payload as it stands.
#[derive(Clone, Default)]
pub(crate) struct Scratch {
    pub(crate) text: String,
    /// Each unescaped string in `text`, and its body in the payload.
    pub(crate) escaped: Vec<(Str, Span)>,
}

impl Scratch {
    /// Bytes that the unescaped texts of most events need together. Taken at once: growing step by step, a stream would
    /// still allocate late, whenever an event has a little more than all before.
    const MOST_TEXTS: usize = 128;

    /// The text, to append what was unescaped.
    #[inline]
    pub(crate) fn text_reserved_on_first_use(&mut self) -> &mut String {
        if self.text.capacity() == 0 {
            self.text.reserve(Self::MOST_TEXTS);
        }
        &mut self.text
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.escaped.clear();
    }

    /// Appends a text to it.
    pub(crate) fn keep(&mut self, text: &str) -> Str {
        let start = self.text.len();
        self.text.push_str(text);
        Str::scratch(start, self.text.len())
    }

    /// How much it holds: text, and strings.
    pub(crate) fn length(&self) -> (usize, usize) {
        (self.text.len(), self.escaped.len())
    }

    /// Drops what came since then.
    pub(crate) fn truncate(&mut self, (text, escaped): (usize, usize)) {
        self.text.truncate(text);
        self.escaped.truncate(escaped);
    }
}

/// What a number's token says.
pub(super) fn integer_or_truncated_float(token: &[u8], at: u32) -> Number {
    if let Some(value) = lex::integer(token) {
        return Number::of_integer(Some(value), at);
    }
    let is_integer = token.strip_prefix(b"-").unwrap_or(token).iter().all(u8::is_ascii_digit);
    if is_integer {
        return Number::of_integer((token == b"-0").then_some(0), at);
    }
    let float = core::str::from_utf8(token).ok().and_then(|text| text.parse::<f64>().ok());
    Number::of_truncated_float(float.unwrap_or(f64::NAN), at)
}

/// A walk over one document.
pub(crate) trait Cursor {
    /// Where a container's walk stands.
    type Seq;
    /// A value to come back to.
    type Mark: Copy + PartialEq;

    /// The kind of the value ahead.
    fn kind(&mut self) -> Result<Kind, ErrorKind>;
    /// Enters the object ahead.
    fn enter_object(&mut self) -> Result<Self::Seq, ErrorKind>;
    /// The next member: what its name (unescaped) is, and its value's kind; the cursor then stands before the value.
    fn member<N: Names>(
        &mut self,
        seq: &mut Self::Seq,
        names: &N,
    ) -> Result<Option<(N::Key, Kind)>, ErrorKind>;
    /// The same, asking a function.
    #[inline]
    fn member_by<K>(
        &mut self,
        seq: &mut Self::Seq,
        key: impl Fn(&[u8]) -> K,
    ) -> Result<Option<(K, Kind)>, ErrorKind> {
        self.member(seq, &ByName(key))
    }
    /// Enters the array ahead.
    fn enter_array(&mut self) -> Result<Self::Seq, ErrorKind>;
    /// The next element's kind; the cursor then stands before it.
    fn element(&mut self, seq: &mut Self::Seq) -> Result<Option<Kind>, ErrorKind>;
    /// Reads the string ahead. Borrowed where it has no escapes, unescaped into scratch where it has; a surrogate that stands
    /// alone is U+FFFD.
    fn string(&mut self) -> Result<Str, ErrorKind>;
    /// The same for a string that is a piece of a text.
    fn piece(&mut self) -> Result<Piece, ErrorKind>;
    /// The piece that was just read, and the surrogates that stood alone at its edges.
    fn with_edges(&self, piece: Piece) -> (Str, Edges);
    /// Whether the piece that was just read is not empty.
    #[inline(always)]
    fn has_text_or_edges(&self, piece: Piece) -> bool {
        let (text, edges) = self.with_edges(piece);
        !text.is_empty() || edges != Edges::default()
    }
    /// Reads the plain integer ahead; returns its value and where it starts. `None`, and nothing is read, if there is none
    /// or the source would rather be asked for the number.
    fn plain_integer_and_start(&mut self) -> Option<(u64, u32)>;
    /// Reads the number ahead.
    fn number(&mut self) -> Result<Number, ErrorKind>;
    /// Passes the null ahead.
    fn null(&mut self) -> Result<(), ErrorKind>;
    /// Passes the value ahead, checking it.
    fn skip(&mut self) -> Result<(), ErrorKind>;
    /// The value ahead, to come back to. Only for the value of a member, or an object that has members.
    fn mark_ahead(&mut self) -> Self::Mark;
    /// Goes to a marked value; returns where the cursor was.
    fn go(&mut self, mark: Self::Mark) -> Self::Mark;
    /// The JSON text of a marked value that has been passed.
    fn json_at(&mut self, mark: Self::Mark) -> Str;
    /// The name of the member whose value is marked.
    fn name_before(&mut self, mark: Self::Mark) -> Str;
    /// Where strings lie that are not in the payload.
    fn scratch(&mut self) -> &mut Scratch;
    /// The bytes of a string.
    fn bytes(&self, string: Str) -> &[u8];
    /// What is allowed and seen.
    fn tolerance(&mut self) -> &mut Tolerance;
}
