//! What is not written the plain way: escapes, white space, raw control characters.
//!
//! Knows: RFC 8259, and its named leniencies. Must not know: any member's name. All of it is cold: strict, compact JSON
//! without escapes never comes here.

use alloc::string::String;

use super::{Reader, Seq};
use crate::dialect::{Names, Quirk};
use crate::error::ErrorKind;
use crate::lex::{self, Edges, Escaped};
use crate::parse::cursor::{Cursor, Kind};
use crate::record::{Span, Str};

impl<'a> Reader<'a> {
    /// The body of the next member's name and all after it; `None`: the object ended.
    #[inline(never)]
    pub(super) fn slow_rest_after_opening_quote(
        &mut self,
        seq: &mut Seq,
    ) -> Result<Option<&'a [u8]>, ErrorKind> {
        if !self.next_or_close(seq, b'}')? {
            return Ok(None);
        }
        self.expect_byte(b'"')?;
        Ok(Some(self.rest))
    }

    /// The kind of the value after white space.
    #[inline(never)]
    pub(super) fn slow_kind(&mut self) -> Result<Kind, ErrorKind> {
        self.skip_space();
        self.rest.first().and_then(super::kind_by_first_byte).ok_or(ErrorKind::Json)
    }

    /// A name with escapes in it or white space after it, through its colon; `body`: from after its opening quote.
    #[cold]
    pub(super) fn slow_name_and_colon<N: Names>(
        &mut self,
        body: &[u8],
        names: &N,
    ) -> Result<N::Key, ErrorKind> {
        let (name, escapes) = self.slow_raw_body(self.position_of_rest(body))?;
        let key = if escapes {
            let name = self.unescape(name)?;
            names.key(self.bytes(name))
        } else {
            names.key(name.of(self.payload))
        };
        self.skip_space();
        self.expect_byte(b':')?;
        Ok(key)
    }

    #[cold]
    pub(super) fn slow_string(&mut self, body: &[u8]) -> Result<Str, ErrorKind> {
        let (body, escapes) = self.slow_raw_body(self.position_of_rest(body))?;
        if escapes {
            return self.unescape(body);
        }
        Ok(Str::of_payload(body))
    }

    #[cold]
    pub(super) fn read_slow_string_noting_edges(&mut self, after_quote: &[u8]) -> Result<Str, ErrorKind> {
        let (body, escapes) = self.slow_raw_body(self.position_of_rest(after_quote))?;
        if !escapes {
            return Ok(Str::of_payload(body));
        }
        let mut edges = Edges::default();
        let text = self.unescape_into_scratch_by(body, |raw, out| {
            let (met, stood) = lex::unescape_piece(raw, out)?;
            edges = stood;
            Some(met)
        })?;
        (self.edged, self.edges) = (text, edges);
        Ok(text)
    }

    /// A string's body from `start` on, and whether it has escapes; the reader then stands after the closing quote.
    #[cold]
    pub(super) fn slow_raw_body(&mut self, start: usize) -> Result<(Span, bool), ErrorKind> {
        if let Some(end) = self.passed.end_of(start.wrapping_sub(1)) {
            let body = Span::new(start, end.wrapping_sub(1));
            self.rest = self.payload.get(end..).unwrap_or_default();
            return Ok((body, memchr::memchr(b'\\', body.of(self.payload)).is_some()));
        }
        self.rest = self.payload.get(start..).unwrap_or_default();
        let mut escapes = false;
        loop {
            self.rest = self.rest.get(lex::string_stop(self.rest).at..).unwrap_or_default();
            match self.rest {
                [b'"', rest @ ..] => {
                    let body = Span::new(start, self.position());
                    self.rest = rest;
                    return Ok((body, escapes));
                }
                [b'\\', ..] => {
                    escapes = true;
                    self.skip_escape()?;
                }
                [b'\n' | b'\r', ..] | [] => return Err(ErrorKind::Json),
                [_, rest @ ..] => {
                    self.rest = rest;
                    self.need(Quirk::RawControl)?;
                }
            }
        }
    }

    fn skip_escape(&mut self) -> Result<(), ErrorKind> {
        let length = match self.rest.get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => self.peek_unicode_escape_or_pair_length()?,
            _ => return Err(ErrorKind::Json),
        };
        self.rest = self.rest.get(length..).unwrap_or_default();
        Ok(())
    }

    /// The length of the `\uXXXX` ahead, or of the pair that it begins.
    fn peek_unicode_escape_or_pair_length(&mut self) -> Result<usize, ErrorKind> {
        let unit = lex::hex4(self.rest, 2).ok_or(ErrorKind::Json)?;
        if unit & 0xF800 != 0xD800 {
            return Ok(6);
        }
        let escape = self.rest.get(6..).is_some_and(|rest| rest.starts_with(b"\\u"));
        let low = lex::hex4(self.rest, 8).filter(|_| escape);
        if low.is_some_and(|low| lex::join_surrogates(unit, low).is_some()) {
            return Ok(12);
        }
        self.need(Quirk::LoneSurrogate)?;
        Ok(6)
    }

    pub(super) fn unescape(&mut self, body: Span) -> Result<Str, ErrorKind> {
        self.unescape_into_scratch_by(body, lex::unescape)
    }

    fn unescape_into_scratch_by(
        &mut self,
        body: Span,
        unescape: impl FnOnce(&str, &mut String) -> Option<Escaped>,
    ) -> Result<Str, ErrorKind> {
        let start = self.scratch.text.len();
        let raw = lex::utf8(body.of(self.payload)).ok_or(ErrorKind::Utf8)?;
        let met = unescape(raw, self.scratch.text_reserved_on_first_use()).ok_or(ErrorKind::Json)?;
        if met.lone {
            self.need(Quirk::LoneSurrogate)?;
        }
        let string = Str::scratch(start, self.scratch.text.len());
        self.scratch.escaped.push((string, body));
        Ok(string)
    }
}
