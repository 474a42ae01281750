//! Passing values: everything is checked, nothing is kept.
//!
//! Knows: RFC 8259. Must not know: why a value is passed.

use super::{Reader, Seq};
use crate::dialect::{Quirk, Quirks};
use crate::error::ErrorKind;
use crate::lex;

impl Reader<'_> {
    /// Passes one value that is no container.
    #[inline(always)]
    pub(super) fn skip_scalar(&mut self) -> Result<(), ErrorKind> {
        match self.rest {
            [b'"', body @ ..] => self.skip_string(body),
            [b't', ..] => self.skip_literal(b"true"),
            [b'f', ..] => self.skip_literal(b"false"),
            [b'n', ..] => self.skip_literal(b"null"),
            [b'-' | b'0'..=b'9' | b'N' | b'I', ..] => match lex::number_end(self.rest, 0) {
                Some(end) => {
                    self.rest = self.rest.get(end..).unwrap_or_default();
                    Ok(())
                }
                None => self.skip_non_finite(),
            },
            _ => Err(ErrorKind::Json),
        }
    }

    /// Passes a string, from after its opening quote.
    #[inline(always)]
    fn skip_string(&mut self, body: &[u8]) -> Result<(), ErrorKind> {
        let start = self.position_of_rest(body);
        let length = lex::string_stop(body).at;
        let Some([b'"', ..]) = body.get(length..) else { return self.skip_slow_string_noting_if_long(start) };
        self.rest = self.rest.get(length.wrapping_add(2)..).unwrap_or_default();
        Ok(())
    }

    /// The same where it has escapes: to be read, it must be passed once more.
    #[inline(never)]
    fn skip_slow_string_noting_if_long(&mut self, start: usize) -> Result<(), ErrorKind> {
        let (body, met) = self.run_and_report_quirks_met(|reader| reader.slow_raw_body(start));
        body?;
        if met.is_empty() {
            self.passed.note_scalar_if_long(start.wrapping_sub(1), self.position());
        }
        Ok(())
    }

    /// Steps over the value ahead, if it was passed already.
    #[inline(always)]
    pub(super) fn skip_if_passed_before(&mut self) -> bool {
        let Some(end) = self.passed.end_of(self.position()) else { return false };
        self.rest = self.payload.get(end..).unwrap_or_default();
        true
    }

    fn skip_literal(&mut self, word: &[u8]) -> Result<(), ErrorKind> {
        self.rest = self.rest.strip_prefix(word).ok_or(ErrorKind::Json)?;
        Ok(())
    }

    #[cold]
    fn skip_non_finite(&mut self) -> Result<(), ErrorKind> {
        for word in [b"NaN".as_slice(), b"Infinity", b"-Infinity"] {
            if self.skip_literal(word).is_ok() {
                return self.need(Quirk::NonFinite);
            }
        }
        Err(ErrorKind::Json)
    }

    /// Passes a container.
    pub(super) fn skip_container_forget_notes_on_quirk(&mut self) -> Result<(), ErrorKind> {
        let (result, met) = self.run_and_report_quirks_met(Self::walk_container);
        if !met.is_empty() {
            self.passed.forget_all();
        }
        result
    }

    /// What `pass` returns, and the quirks that it meets: also those that were seen before, which what was seen cannot show.
    fn run_and_report_quirks_met<T>(&mut self, pass: impl FnOnce(&mut Self) -> T) -> (T, Quirks) {
        let before = core::mem::replace(&mut self.tolerance.seen, Quirks::NONE);
        let result = pass(self);
        let met = self.tolerance.seen;
        self.tolerance.seen = before.union(met);
        (result, met)
    }

    /// A stack of one bit a level says which bracket closes a container.
    fn walk_container(&mut self) -> Result<(), ErrorKind> {
        let base = self.depth;
        let mut objects = 0u128;
        self.passed.forget_all_if_walk_unfinished();
        loop {
            // Before a value.
            self.skip_space();
            let mut seq = Seq { before: b',' };
            if let [open @ (b'{' | b'['), ..] = self.rest {
                self.descend_within_limit()?;
                self.passed.note_open(self.position());
                objects = objects.wrapping_shl(1) | u128::from(*open == b'{');
                seq.before = *open;
            } else {
                let start = self.position();
                self.skip_scalar()?;
                self.passed.note_scalar_if_long(start, self.position());
            }
            // After it: up through the containers that end here, to the next member or element.
            loop {
                let is_object = objects & 1 == 1;
                if self.next_or_close(&mut seq, if is_object { b'}' } else { b']' })? {
                    if is_object {
                        self.skip_name_and_colon()?;
                    }
                    break;
                }
                objects = objects.wrapping_shr(1);
                seq.before = b',';
                self.passed.note_close(self.position());
                if self.depth == base {
                    return Ok(());
                }
            }
        }
    }

    fn skip_name_and_colon(&mut self) -> Result<(), ErrorKind> {
        let [b'"', body @ ..] = self.rest else { return Err(ErrorKind::Json) };
        self.skip_string(body)?;
        self.skip_space();
        self.expect_byte(b':')
    }
}
