//! Salvage of damaged envelopes: by option only, and only of a payload that is no JSON.
//!
//! Knows: how a member looks in bytes, and which names are worth saving. Must not know: brackets. They are what is broken:
//! missing, extra, mismatched; so nothing here counts them.
//!
//! 1. A member is `"name" :` where a member can stand: after a brace, a comma, white space, or a lost quote's neighbours.
//! 2. Its value is salvaged if it is whole: a string or integer that is followed, past white space and comments (`#`,
//!    `//`), by a comma, a closing bracket or the end. Text that runs to the payload's end was cut short: what came before
//!    the cut is salvaged, unless it ends like an envelope, which means that only its quote was lost.
//! 3. Raw line breaks inside a string are not part of it.
//! 4. Tool calls are never salvaged: with the first sign of one, text is left alone to the end.
//! 5. Nothing is invented: what is not there in so many bytes is not stated.

use alloc::string::String;

use crate::dialect::{self, ChoiceKey, ChunkKey, DeltaKey, Names, Tolerance, UsageKey};
use crate::error::ErrorKind;
use crate::lex;
use crate::parse::cursor::Scratch;
use crate::record::{Counter, Record, Records, Str};

/// States what can be saved of the payload from `at` on; returns whether that was anything. Cost: linear.
pub(in crate::parse) fn salvage(
    payload: &[u8],
    at: usize,
    records: &mut Records,
    scratch: &mut Scratch,
    tolerance: &mut Tolerance,
) -> Result<bool, ErrorKind> {
    let mut salvage = Salvage {
        payload,
        at,
        records,
        scratch,
        tolerance,
        has_tools: false,
        is_open: false,
        is_side: false,
        comment_checked: None,
    };
    while let Some(name) = salvage.find_next_member_name() {
        salvage.salvage_by_name(name)?;
    }
    if salvage.is_side {
        records.begin_document_keeping_fact_count();
    }
    Ok(records.body().iter().any(|record| !matches!(record, Record::Choice { .. })))
}

struct Salvage<'a> {
    payload: &'a [u8],
    at: usize,
    records: &'a mut Records,
    scratch: &'a mut Scratch,
    tolerance: &'a mut Tolerance,
    /// A tool call was met.
    has_tools: bool,
    /// A choice was stated.
    is_open: bool,
    /// The delta is of another role.
    is_side: bool,
    /// The next line feed, and whether a value may end before it: many values may stand before one line feed, which is
    /// looked for once.
    comment_checked: Option<(usize, bool)>,
}

/// A string value that can be saved.
struct Whole {
    text: Str,
    end: usize,
}

impl<'a> Salvage<'a> {
    /// The next member's name; `at` is then before its value.
    fn find_next_member_name(&mut self) -> Option<&'a [u8]> {
        loop {
            let quote = self.at.saturating_add(memchr::memchr(b'"', self.payload.get(self.at..)?)?);
            let start = quote.saturating_add(1);
            self.at = start;
            let before = quote.checked_sub(1).and_then(|at| self.payload.get(at));
            if before == Some(&b'\\') {
                continue;
            }
            let end = start.saturating_add(lex::string_stop(self.payload.get(start..)?).at);
            if self.payload.get(end) != Some(&b'"') {
                continue;
            }
            let colon = skip_space(self.payload, end.saturating_add(1));
            if self.payload.get(colon) == Some(&b':') {
                self.at = skip_space(self.payload, colon.saturating_add(1));
                return self.payload.get(start..end);
            }
        }
    }

    /// Salvages the value ahead, by its name alone: how deep it stands is not known in damaged JSON.
    fn salvage_by_name(&mut self, name: &[u8]) -> Result<(), ErrorKind> {
        match dialect::DeltaNames.key(name) {
            DeltaKey::Content => return self.push_string_ahead_if_before_tools(Record::Text),
            DeltaKey::Refusal => return self.push_string_ahead_if_before_tools(Record::Refusal),
            DeltaKey::Reasoning(source) => {
                return self.push_string_ahead_if_before_tools(|text| Record::Reasoning {
                    rank: source as u8,
                    text,
                });
            }
            DeltaKey::Role => return self.push_role_and_note_side(),
            DeltaKey::ToolCalls | DeltaKey::FunctionCall => {
                self.has_tools = true;
                return Ok(());
            }
            DeltaKey::Finish => return self.finish_reason(),
            DeltaKey::ReasoningDetails(_) | DeltaKey::Usage | DeltaKey::Extra(_) | DeltaKey::Other => {}
        }
        if let UsageKey::Counter(counter, _) = dialect::UsageNames.key(name) {
            return self.counter(counter);
        }
        if !self.has_tools && dialect::ChoiceNames.key(name) == ChoiceKey::Index {
            return self.begin_choice_if_index_whole();
        }
        match dialect::ChunkNames.key(name) {
            ChunkKey::Id if !self.has_tools => self.push_identity_if_whole(Record::Id),
            ChunkKey::Model => self.push_identity_if_whole(Record::Model),
            _ => Ok(()),
        }
    }

    fn push_string_ahead_if_before_tools(&mut self, record: impl Fn(Str) -> Record) -> Result<(), ErrorKind> {
        if self.has_tools {
            return Ok(());
        }
        if let Some(Whole { text, end }) = self.peek_unescaped_string(true) {
            self.at = end;
            self.begin_choice_once()?;
            self.records.push(record(text))?;
        }
        Ok(())
    }

    /// A role that does not answer makes the message a side message.
    fn push_role_and_note_side(&mut self) -> Result<(), ErrorKind> {
        if let Some(Whole { text, end }) = self.peek_unescaped_string(false) {
            self.at = end;
            let role = self.scratch.text.get(text.span().range()).unwrap_or_default();
            self.is_side |= !role.is_empty() && !dialect::answers(role.as_bytes());
            self.begin_choice_once()?;
            self.records.push(Record::Role(text))?;
        }
        Ok(())
    }

    fn finish_reason(&mut self) -> Result<(), ErrorKind> {
        if let Some(Whole { text, end }) = self.peek_unescaped_string(false) {
            self.at = end;
            if !text.is_empty() {
                self.begin_choice_once()?;
                let word = self.scratch.text.get(text.span().range()).unwrap_or_default();
                if let Some(record) = super::choice::finish_record_of(word.as_bytes(), text, self.tolerance) {
                    self.records.push(record)?;
                }
            }
        }
        Ok(())
    }

    fn push_identity_if_whole(&mut self, record: impl Fn(Str) -> Record) -> Result<(), ErrorKind> {
        if let Some(Whole { text, end }) = self.peek_unescaped_string(false) {
            self.at = end;
            self.records.push_head_within_limit(record(text))?;
        }
        Ok(())
    }

    fn begin_choice_if_index_whole(&mut self) -> Result<(), ErrorKind> {
        if let Some(index) = self.integer_if_whole().and_then(|value| u32::try_from(value).ok()) {
            self.is_open = true;
            self.records.push(Record::Choice { index })?;
        }
        Ok(())
    }

    fn counter(&mut self, counter: Counter) -> Result<(), ErrorKind> {
        match self.integer_if_whole() {
            Some(value) => self.records.push(Record::Counter { counter, value, at: u32::MAX }),
            None => Ok(()),
        }
    }

    /// The plain integer ahead, if it is whole.
    fn integer_if_whole(&mut self) -> Option<u64> {
        let end = lex::number_end(self.payload, self.at)?;
        let value = self.payload.get(self.at..end).and_then(lex::integer)?;
        if !self.may_value_end_before(end) {
            return None;
        }
        self.at = end;
        Some(value)
    }

    /// What follows belongs to some choice: the first, unless an index said otherwise.
    fn begin_choice_once(&mut self) -> Result<(), ErrorKind> {
        if !core::mem::replace(&mut self.is_open, true) {
            self.records.push(Record::Choice { index: 0 })?;
        }
        Ok(())
    }

    /// The string ahead, if it is whole, or (`cut`) cut short by the payload's end.
    fn peek_unescaped_string(&mut self, may_be_cut: bool) -> Option<Whole> {
        if self.payload.get(self.at) != Some(&b'"') {
            return None;
        }
        let start = self.at.saturating_add(1);
        let end = string_end(self.payload, start);
        let body = self.payload.get(start..end.min(self.payload.len()))?;
        let whole = end < self.payload.len();
        let next = end.saturating_add(1);
        if whole && !self.may_value_end_before(next) {
            return None;
        }
        let body = if whole {
            body
        } else {
            without_half_escape_unless_bracket_last(body).filter(|_| may_be_cut)?
        };
        let body: String =
            core::str::from_utf8(body).ok()?.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        let from = self.scratch.text.len();
        if lex::unescape(&body, &mut self.scratch.text).is_none() {
            self.scratch.text.truncate(from);
            return None;
        }
        Some(Whole { text: Str::scratch(from, self.scratch.text.len()), end: next })
    }

    /// Whether a value may end before what stands there.
    fn may_value_end_before(&mut self, what_follows: usize) -> bool {
        let at = skip_space(self.payload, what_follows);
        match self.payload.get(at) {
            Some(b'#' | b'/') => self.may_value_end_before_comment_cached(at),
            next => matches!(next, None | Some(b',' | b'}' | b']')),
        }
    }

    /// Whether a value may end before the comment at `comment_at`: what follows its line, and the comments after it, decides.
    fn may_value_end_before_comment_cached(&mut self, comment_at: usize) -> bool {
        if let Some((line, ends)) = self.comment_checked
            && comment_at <= line
        {
            return ends;
        }
        let next_line = |at: usize| {
            let found = memchr::memchr(b'\n', self.payload.get(at..).unwrap_or_default());
            found.map_or(self.payload.len(), |found| at.saturating_add(found))
        };
        let first = next_line(comment_at);
        let mut at = skip_space(self.payload, first);
        while let Some(b'#' | b'/') = self.payload.get(at) {
            at = skip_space(self.payload, next_line(at));
        }
        let ends = matches!(self.payload.get(at), None | Some(b',' | b'}' | b']'));
        self.comment_checked = Some((first, ends));
        ends
    }
}

/// The index of the closing quote, or the length. Raw control characters, line breaks too, do not end a string here.
fn string_end(payload: &[u8], start: usize) -> usize {
    let mut at = start;
    loop {
        let rest = payload.get(at..).unwrap_or_default();
        let Some(stop) = memchr::memchr2(b'"', b'\\', rest) else { return payload.len() };
        at = at.saturating_add(stop);
        if payload.get(at) == Some(&b'"') {
            return at;
        }
        at = at.saturating_add(2);
    }
}

/// Text that was cut short, without a half escape; `None` if it ends like an envelope.
fn without_half_escape_unless_bracket_last(body: &[u8]) -> Option<&[u8]> {
    let text = core::str::from_utf8(body).ok()?;
    if text.trim_end().ends_with(['}', ']']) {
        return None;
    }
    let last = body.iter().rposition(|byte| *byte == b'\\');
    match last {
        Some(at) => {
            let slashes = body.get(..=at)?.iter().rev().take_while(|byte| **byte == b'\\').count();
            let escape = body.get(at..)?;
            let half =
                slashes % 2 == 1 && (escape.len() == 1 || (escape.starts_with(b"\\u") && escape.len() < 6));
            if half { body.get(..at) } else { Some(body) }
        }
        None => Some(body),
    }
}

fn skip_space(payload: &[u8], from: usize) -> usize {
    let space = payload.get(from..).unwrap_or_default().iter();
    from.saturating_add(space.take_while(|byte| byte.is_ascii_whitespace()).count())
}
