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
//! | lone surrogates | U+FFFD, or joined with the next chunk's; a quirk |
//! | duplicate names | the last value that is not null; a quirk |
//! | byte-order mark | not JSON (the framer takes the one that starts a stream) |
//! | invalid UTF-8 | replaced before it gets here; a quirk |

use super::cursor::{Cursor, Kind, Number, Scratch, number_of};
use crate::dialect::{Quirk, Tolerance};
use crate::error::{ErrorKind, Limit};
use crate::lex::{self, Edges};
use crate::record::{Place, Span, Str};

/// A strict reader that stands somewhere in a payload of valid UTF-8.
pub(crate) struct Reader<'a> {
    payload: &'a [u8],
    at: usize,
    depth: u32,
    limit: u32,
    scratch: &'a mut Scratch,
    tolerance: &'a mut Tolerance,
    edges: Edges,
}

/// Whether a member or element has been passed.
pub(crate) struct Seq {
    first: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        payload: &'a [u8],
        at: usize,
        depth: usize,
        scratch: &'a mut Scratch,
        tolerance: &'a mut Tolerance,
    ) -> Self {
        let limit = u32::try_from(depth).unwrap_or(u32::MAX).min(128);
        Self { payload, at, depth: 0, limit, scratch, tolerance, edges: Edges::default() }
    }

    /// Where the reader stands.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Whether only white space is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.space();
        self.at >= self.payload.len()
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.payload.get(self.at).copied()
    }

    #[inline(always)]
    fn space(&mut self) {
        if let Some(0..=b' ') = self.peek() {
            self.more_space();
        }
    }

    #[inline(never)]
    fn more_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.step();
        }
    }

    #[inline(always)]
    fn step(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    #[inline(always)]
    fn expect(&mut self, byte: u8) -> Result<(), ErrorKind> {
        if self.peek() == Some(byte) {
            self.step();
            return Ok(());
        }
        Err(ErrorKind::Json)
    }

    fn enter(&mut self, bracket: u8) -> Result<Seq, ErrorKind> {
        self.space();
        self.expect(bracket)?;
        self.deeper()?;
        Ok(Seq { first: true })
    }

    fn deeper(&mut self) -> Result<(), ErrorKind> {
        self.depth = self.depth.wrapping_add(1);
        if self.depth > self.limit { Err(ErrorKind::Limit(Limit::Depth)) } else { Ok(()) }
    }

    /// The separator before the next member or element; `false`: the container ended.
    #[inline(always)]
    fn next(&mut self, seq: &mut Seq, close: u8) -> Result<bool, ErrorKind> {
        self.space();
        match self.peek() {
            Some(byte) if byte == close => {
                self.step();
                self.depth = self.depth.saturating_sub(1);
                return Ok(false);
            }
            Some(b',') if !seq.first => {
                self.step();
                self.space();
                if self.peek() == Some(close) {
                    return Err(ErrorKind::Json);
                }
            }
            Some(_) if seq.first => {}
            _ => return Err(ErrorKind::Json),
        }
        seq.first = false;
        Ok(true)
    }

    /// From after the opening quote to after the closing one; gives the body and whether it has escapes.
    #[inline(always)]
    fn body(&mut self) -> Result<(Span, bool), ErrorKind> {
        let start = self.at;
        let stop = lex::string_stop(self.payload, start);
        self.at = stop.at;
        if self.peek() == Some(b'"') {
            self.step();
            return Ok((Span::new(start, stop.at), false));
        }
        self.rough_body(start)
    }

    /// The same where there are escapes or control characters.
    #[cold]
    fn rough_body(&mut self, start: usize) -> Result<(Span, bool), ErrorKind> {
        let mut escapes = false;
        loop {
            self.at = lex::string_stop(self.payload, self.at).at;
            match self.peek() {
                Some(b'"') => {
                    let body = Span::new(start, self.at);
                    self.step();
                    return Ok((body, escapes));
                }
                Some(b'\\') => {
                    escapes = true;
                    self.escape()?;
                }
                Some(b'\n' | b'\r') | None => return Err(ErrorKind::Json),
                Some(_) => {
                    self.need(Quirk::RawControl)?;
                    self.step();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), ErrorKind> {
        let length = match self.payload.get(self.at.wrapping_add(1)) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => self.unit()?,
            _ => return Err(ErrorKind::Json),
        };
        self.at = self.at.wrapping_add(length);
        Ok(())
    }

    /// The length of the `\uXXXX` ahead, or of the pair that it begins.
    fn unit(&mut self) -> Result<usize, ErrorKind> {
        let unit = lex::hex4(self.payload, self.at.wrapping_add(2)).ok_or(ErrorKind::Json)?;
        if unit & 0xF800 != 0xD800 {
            return Ok(6);
        }
        let next = self.at.wrapping_add(6);
        let escape = self.payload.get(next..).is_some_and(|rest| rest.starts_with(b"\\u"));
        let low = lex::hex4(self.payload, next.wrapping_add(2)).filter(|_| escape);
        if low.is_some_and(|low| lex::join(unit, low).is_some()) {
            return Ok(12);
        }
        self.need(Quirk::LoneSurrogate)?;
        Ok(6)
    }

    fn need(&mut self, quirk: Quirk) -> Result<(), ErrorKind> {
        if self.tolerance.meets(quirk) { Ok(()) } else { Err(ErrorKind::Refused(quirk)) }
    }

    #[cold]
    fn unescape(&mut self, body: Span) -> Result<Str, ErrorKind> {
        let start = self.scratch.text.len();
        let raw = std::str::from_utf8(body.of(self.payload)).map_err(|_| ErrorKind::Utf8)?;
        let met = lex::unescape(raw, &mut self.scratch.text).ok_or(ErrorKind::Json)?;
        if met.lone {
            self.need(Quirk::LoneSurrogate)?;
        }
        self.edges = met.edges;
        let string = Str::scratch(start, self.scratch.text.len());
        self.scratch.escaped.push((string.span.start, body));
        Ok(string)
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), ErrorKind> {
        if self.payload.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at = self.at.wrapping_add(word.len());
            return Ok(());
        }
        Err(ErrorKind::Json)
    }

    #[cold]
    fn non_finite(&mut self) -> Result<(), ErrorKind> {
        for word in [b"NaN".as_slice(), b"Infinity", b"-Infinity"] {
            if self.literal(word).is_ok() {
                return self.need(Quirk::NonFinite);
            }
        }
        Err(ErrorKind::Json)
    }

    /// Passes one value that is no container.
    #[inline(always)]
    fn skip_scalar(&mut self) -> Result<(), ErrorKind> {
        match self.peek() {
            Some(b'"') => {
                self.step();
                self.body().map(|_| ())
            }
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => match lex::number_end(self.payload, self.at) {
                Some(end) => {
                    self.at = end;
                    Ok(())
                }
                None => self.non_finite(),
            },
            _ => Err(ErrorKind::Json),
        }
    }

    /// Passes a container: a stack of one bit a level says which bracket closes it.
    fn skip_container(&mut self) -> Result<(), ErrorKind> {
        let base = self.depth;
        let mut objects = 0u128;
        loop {
            // Before a value.
            self.space();
            let open = self.peek();
            let mut seq = Seq { first: true };
            if let Some(b'{' | b'[') = open {
                self.step();
                self.deeper()?;
                objects = objects.wrapping_shl(1) | u128::from(open == Some(b'{'));
            } else {
                self.skip_scalar()?;
                seq.first = false;
            }
            // After it: up through the containers that end here, to the next member or element.
            loop {
                let is_object = objects & 1 == 1;
                if self.next(&mut seq, if is_object { b'}' } else { b']' })? {
                    if is_object {
                        self.skip_name()?;
                    }
                    break;
                }
                objects = objects.wrapping_shr(1);
                seq.first = false;
                if self.depth == base {
                    return Ok(());
                }
            }
        }
    }

    fn skip_name(&mut self) -> Result<(), ErrorKind> {
        self.expect(b'"')?;
        self.body()?;
        self.space();
        self.expect(b':')
    }
}

impl Cursor for Reader<'_> {
    type Seq = Seq;
    type Mark = usize;

    #[inline(always)]
    fn kind(&mut self) -> Result<Kind, ErrorKind> {
        self.space();
        Ok(match self.peek() {
            Some(b'"') => Kind::String,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'n') => Kind::Null,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => Kind::Number,
            _ => return Err(ErrorKind::Json),
        })
    }

    fn object(&mut self) -> Result<Seq, ErrorKind> {
        self.enter(b'{')
    }

    #[inline]
    fn key<K>(&mut self, seq: &mut Seq, table: impl Fn(&[u8]) -> K) -> Result<Option<K>, ErrorKind> {
        if !self.next(seq, b'}')? {
            return Ok(None);
        }
        self.expect(b'"')?;
        let (name, escapes) = self.body()?;
        let key = if escapes {
            let name = self.unescape(name)?;
            let key = table(self.text(name).as_bytes());
            self.edges = Edges::default();
            key
        } else {
            table(name.of(self.payload))
        };
        self.space();
        self.expect(b':')?;
        Ok(Some(key))
    }

    fn array(&mut self) -> Result<Seq, ErrorKind> {
        self.enter(b'[')
    }

    #[inline]
    fn item(&mut self, seq: &mut Seq) -> Result<bool, ErrorKind> {
        self.next(seq, b']')
    }

    #[inline]
    fn string(&mut self) -> Result<Str, ErrorKind> {
        self.space();
        self.expect(b'"')?;
        let (body, escapes) = self.body()?;
        if escapes {
            return self.unescape(body);
        }
        self.edges = Edges::default();
        Ok(Str { span: body, place: Place::Payload })
    }

    fn take_edges(&mut self) -> Edges {
        std::mem::take(&mut self.edges)
    }

    #[inline]
    fn number(&mut self) -> Result<Number, ErrorKind> {
        self.space();
        let start = self.at;
        if let Some((end, value)) = lex::plain_integer(self.payload, start) {
            self.at = end;
            return Ok(Number::of_integer(Some(value), Span::new(start, start).start));
        }
        self.skip_scalar()?;
        let token = self.payload.get(start..self.at).unwrap_or_default();
        Ok(number_of(token, Span::new(start, start).start))
    }

    #[inline]
    fn skip(&mut self) -> Result<(), ErrorKind> {
        self.space();
        match self.peek() {
            Some(b'{' | b'[') => self.skip_container(),
            _ => self.skip_scalar(),
        }
    }

    fn mark(&mut self) -> usize {
        self.space();
        self.at
    }

    fn go(&mut self, mark: usize) -> usize {
        std::mem::replace(&mut self.at, mark)
    }

    fn json(&mut self, mark: usize) -> Str {
        let back = self.go(mark);
        let (depth, seen) = (self.depth, self.tolerance.seen);
        let _ = self.skip();
        self.depth = depth;
        self.tolerance.seen = seen;
        let end = self.go(back);
        Str::payload(mark, end)
    }

    fn text(&self, string: Str) -> &str {
        crate::record::text(string, self.payload, &self.scratch.text)
    }

    fn tolerance(&mut self) -> &mut Tolerance {
        self.tolerance
    }
}
