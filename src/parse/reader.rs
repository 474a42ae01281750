//! The general reader: one strict pass over the payload, borrowing from it.
//!
//! Knows: RFC 8259, and its named leniencies. Must not know: any member's name, framing.
//!
//! It is allocation-free but for scratch, and free of recursion: what it skips is checked with a stack of one bit a
//! level. The leniencies (raw control characters, lone surrogates, NaN and its kin) are branches that strict input never
//! takes.
//!
//! | left open by RFC 8259 | here |
//! |---|---|
//! | depth | at most 128, or less by [`crate::Limits::depth`] |
//! | big and tiny numbers | lexed whatever their length; a counter that does not fit in 64 bits has no value |
//! | `-0` | 0 |
//! | lone surrogates | U+FFFD, or in text joined with the next chunk's; a quirk |
//! | duplicate names | the last value that is not null; a quirk |
//! | byte-order mark | not JSON (the framer takes the one that starts a stream) |
//! | invalid UTF-8 | replaced before it gets here; a quirk |

mod passed;
mod skip;
mod slow;

use self::passed::Passed;
use super::cursor::{Cursor, Kind, Number, Piece, Scratch, integer_or_truncated_float};
use crate::dialect::{Names, Quirk, Tolerance};
use crate::error::{ErrorKind, LimitKind};
use crate::lex::{self, Edges};
use crate::record::{Span, Str};

/// A strict reader that stands somewhere in a payload of valid UTF-8.
pub(crate) struct Reader<'a> {
    payload: &'a [u8],
    /// What is ahead.
    rest: &'a [u8],
    depth: u32,
    limit: u32,
    scratch: &'a mut Scratch,
    tolerance: &'a mut Tolerance,
    /// The last piece of a text that was unescaped, and the surrogates at its edges.
    edged: Str,
    edges: Edges,
    passed: Passed,
}

/// A walk through a container.
pub(crate) struct Seq {
    /// What stands before the next member or element: the bracket that opens, then a comma.
    before: u8,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        payload: &'a [u8],
        at: usize,
        depth_limit: usize,
        scratch: &'a mut Scratch,
        tolerance: &'a mut Tolerance,
    ) -> Self {
        let limit = u32::try_from(depth_limit).unwrap_or(u32::MAX).min(128);
        let rest = payload.get(at..).unwrap_or_default();
        let (edged, edges, passed) = (Str::NONE, Edges::default(), Passed::default());
        Self { payload, rest, depth: 0, limit, scratch, tolerance, edged, edges, passed }
    }

    /// Where the reader stands.
    pub(crate) fn position(&self) -> usize {
        self.position_of_rest(self.rest)
    }

    /// Whether only white space is left.
    pub(crate) fn has_only_space_left(&mut self) -> bool {
        self.skip_space();
        self.rest.is_empty()
    }

    /// Where an end of the payload begins.
    #[inline(always)]
    fn position_of_rest(&self, rest: &[u8]) -> usize {
        self.payload.len().wrapping_sub(rest.len())
    }

    #[inline(always)]
    fn skip_space(&mut self) {
        if let [0..=b' ', ..] = self.rest {
            self.skip_space_run();
        }
    }

    #[inline(never)]
    fn skip_space_run(&mut self) {
        while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Steps over the very next byte, which must be this one.
    #[inline(always)]
    fn expect_byte(&mut self, byte: u8) -> Result<(), ErrorKind> {
        match self.rest {
            [ahead, rest @ ..] if *ahead == byte => {
                self.rest = rest;
                Ok(())
            }
            _ => Err(ErrorKind::Json),
        }
    }

    /// What the name is of which `body` is what follows its opening quote.
    #[inline]
    fn read_name_and_colon<N: Names>(&mut self, body: &'a [u8], names: &N) -> Result<N::Key, ErrorKind> {
        match self.pass_plain_name_and_colon(body) {
            Some(name) => Ok(names.key(name)),
            None => self.slow_name_and_colon(body, names),
        }
    }

    /// A name without escapes, and the colon right behind it.
    #[inline(never)] // Once, not for every table of names: the common names are known before it is asked.
    fn pass_plain_name_and_colon(&mut self, body: &'a [u8]) -> Option<&'a [u8]> {
        match body.split_at_checked(lex::string_stop(body).at) {
            Some((name, [b'"', b':', rest @ ..])) => {
                self.rest = rest;
                Some(name)
            }
            _ => None,
        }
    }

    /// The string ahead; `slow` reads one whose body, from after its opening quote, is not plain.
    #[inline(always)]
    fn string_or(
        &mut self,
        slow: impl FnOnce(&mut Self, &[u8]) -> Result<Str, ErrorKind>,
    ) -> Result<Str, ErrorKind> {
        let [b'"', body @ ..] = self.rest else { return Err(ErrorKind::Json) };
        let length = lex::string_stop(body).at;
        let Some([b'"', rest @ ..]) = body.get(length..) else { return slow(self, body) };
        self.rest = rest;
        let start = self.position_of_rest(body);
        Ok(Str::payload(start, start.wrapping_add(length)))
    }

    /// A container opens with `bracket`, which is left for [`Reader::next_or_close`] to step over.
    fn peek_bracket_and_descend(&mut self, bracket: u8) -> Result<Seq, ErrorKind> {
        self.skip_space();
        if self.rest.first() != Some(&bracket) {
            return Err(ErrorKind::Json);
        }
        self.descend_within_limit()?;
        Ok(Seq { before: bracket })
    }

    fn descend_within_limit(&mut self) -> Result<(), ErrorKind> {
        self.depth = self.depth.wrapping_add(1);
        if self.depth > self.limit { Err(ErrorKind::Limit(LimitKind::Depth)) } else { Ok(()) }
    }

    /// Over what stands before the next member or element; `false`: the container ended.
    fn next_or_close(&mut self, seq: &mut Seq, close: u8) -> Result<bool, ErrorKind> {
        self.skip_space();
        let first = seq.before != b',';
        match self.rest {
            [ahead, rest @ ..] if *ahead == seq.before => {
                self.rest = rest;
                self.skip_space();
                seq.before = b',';
                match self.rest {
                    [ahead, rest @ ..] if *ahead == close && first => self.rest = rest,
                    [ahead, ..] if *ahead == close => return Err(ErrorKind::Json),
                    _ => return Ok(true),
                }
            }
            [ahead, rest @ ..] if *ahead == close && !first => self.rest = rest,
            _ => return Err(ErrorKind::Json),
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(false)
    }

    fn need(&mut self, quirk: Quirk) -> Result<(), ErrorKind> {
        if self.tolerance.note_if_allowed(quirk) { Ok(()) } else { Err(ErrorKind::QuirkOff(quirk)) }
    }
}

/// The kind of the value that begins with this byte.
#[inline(always)]
fn kind_by_first_byte(first: &u8) -> Option<Kind> {
    Some(match first {
        b'"' => Kind::String,
        b'{' => Kind::Object,
        b'[' => Kind::Array,
        b'n' => Kind::Null,
        b't' | b'f' => Kind::Bool,
        b'-' | b'0'..=b'9' | b'N' | b'I' => Kind::Number,
        _ => return None,
    })
}

impl Cursor for Reader<'_> {
    type Seq = Seq;
    type Mark = usize;

    #[inline(always)]
    fn kind(&mut self) -> Result<Kind, ErrorKind> {
        match self.rest.first().and_then(kind_by_first_byte) {
            Some(kind) => Ok(kind),
            None => self.slow_kind(),
        }
    }

    #[inline]
    fn enter_object(&mut self) -> Result<Seq, ErrorKind> {
        self.peek_bracket_and_descend(b'{')
    }

    #[inline]
    fn member<N: Names>(&mut self, seq: &mut Seq, names: &N) -> Result<Option<(N::Key, Kind)>, ErrorKind> {
        // Nearly everyone writes `,"name":` without a space in it.
        let body = match self.rest {
            [before, b'"', body @ ..] if *before == seq.before => body,
            [b'}', rest @ ..] if seq.before == b',' => {
                self.rest = rest;
                self.depth = self.depth.wrapping_sub(1);
                return Ok(None);
            }
            _ => match self.slow_rest_after_opening_quote(seq)? {
                Some(body) => body,
                None => return Ok(None),
            },
        };
        seq.before = b',';
        let key = match names.strip_common_name_and_colon(body) {
            Some((key, rest)) => {
                self.rest = rest;
                key
            }
            None => self.read_name_and_colon(body, names)?,
        };
        Ok(Some((key, self.kind()?)))
    }

    #[inline]
    fn enter_array(&mut self) -> Result<Seq, ErrorKind> {
        self.peek_bracket_and_descend(b'[')
    }

    #[inline]
    fn element(&mut self, seq: &mut Seq) -> Result<Option<Kind>, ErrorKind> {
        // Nearly everyone writes lists without a space in them.
        match self.rest {
            [b']', rest @ ..] if seq.before == b',' => {
                self.rest = rest;
                self.depth = self.depth.wrapping_sub(1);
                return Ok(None);
            }
            [before, rest @ ..] if *before == seq.before => {
                if let Some(kind) = rest.first().and_then(kind_by_first_byte) {
                    self.rest = rest;
                    seq.before = b',';
                    return Ok(Some(kind));
                }
            }
            _ => {}
        }
        if self.next_or_close(seq, b']')? { self.kind().map(Some) } else { Ok(None) }
    }

    #[inline]
    fn string(&mut self) -> Result<Str, ErrorKind> {
        self.string_or(Self::slow_string)
    }

    #[inline]
    fn piece(&mut self) -> Result<Piece, ErrorKind> {
        self.string_or(Self::read_slow_string_noting_edges).map(Piece::new)
    }

    #[inline(always)]
    fn with_edges(&self, piece: Piece) -> (Str, Edges) {
        let text = piece.text();
        (text, if text == self.edged { self.edges } else { Edges::default() })
    }

    #[inline(always)]
    fn plain_integer_and_start(&mut self) -> Option<(u64, u32)> {
        let at = self.position();
        let is_long = self.rest.get(7).is_some_and(u8::is_ascii_digit);
        let (end, value) = match is_long {
            true => lex::plain_integer_fast_if_long(self.rest, 0)?,
            false => lex::plain_integer(self.rest, 0)?,
        };
        self.rest = self.rest.get(end..)?;
        Some((value, Span::new(at, at).start))
    }

    fn number(&mut self) -> Result<Number, ErrorKind> {
        let at = self.position();
        self.skip_scalar()?;
        let token = self.payload.get(at..self.position()).unwrap_or_default();
        Ok(integer_or_truncated_float(token, Span::new(at, at).start))
    }

    #[inline(always)]
    fn null(&mut self) -> Result<(), ErrorKind> {
        let [b'n', b'u', b'l', b'l', rest @ ..] = self.rest else { return Err(ErrorKind::Json) };
        self.rest = rest;
        Ok(())
    }

    #[inline]
    fn skip(&mut self) -> Result<(), ErrorKind> {
        self.skip_space();
        match self.rest {
            [b'{' | b'[', ..] => {
                if self.skip_if_passed_before() {
                    Ok(())
                } else {
                    self.skip_container_forget_notes_on_quirk()
                }
            }
            [b'"', ..] if self.passed.has_notes() => {
                if self.skip_if_passed_before() {
                    Ok(())
                } else {
                    self.skip_scalar()
                }
            }
            _ => self.skip_scalar(),
        }
    }

    fn mark_ahead(&mut self) -> usize {
        self.skip_space();
        self.position()
    }

    fn go(&mut self, mark: usize) -> usize {
        let back = self.position();
        self.rest = self.payload.get(mark..).unwrap_or_default();
        back
    }

    fn json_at(&mut self, mark: usize) -> Str {
        let back = self.go(mark);
        let (depth, seen) = (self.depth, self.tolerance.seen);
        let _ = self.skip();
        self.depth = depth;
        self.tolerance.seen = seen;
        let end = self.go(back);
        Str::payload(mark, end)
    }

    fn name_before(&mut self, mark: usize) -> Str {
        let before = self.payload.get(..mark).unwrap_or_default().trim_ascii_end();
        let name = before.strip_suffix(b":").unwrap_or_default().trim_ascii_end();
        let Some(body) = name.strip_suffix(b"\"") else { return Str::NONE };
        // Nearly every name is short and plain.
        if let Some((before, [b'"', plain @ ..])) = body
            .iter()
            .rposition(|byte| matches!(byte, b'"' | b'\\'))
            .and_then(|quote| body.split_at_checked(quote))
            && !before.ends_with(b"\\")
        {
            return Str::payload(body.len().saturating_sub(plain.len()), body.len());
        }
        let is_open = |quote: &usize| {
            let slashes = body.get(..*quote).unwrap_or_default().iter().rev();
            slashes.take_while(|byte| **byte == b'\\').count() % 2 == 0
        };
        let start = memchr::memrchr_iter(b'"', body).find(is_open).map_or(0, |quote| quote.wrapping_add(1));
        let span = Span::new(start, body.len());
        if memchr::memchr(b'\\', span.of(self.payload)).is_none() {
            return Str::of_payload(span);
        }
        self.unescape(span).unwrap_or_default()
    }

    fn scratch(&mut self) -> &mut Scratch {
        self.scratch
    }

    fn bytes(&self, string: Str) -> &[u8] {
        crate::record::bytes(string, self.payload, &self.scratch.text)
    }

    fn tolerance(&mut self) -> &mut Tolerance {
        self.tolerance
    }
}
