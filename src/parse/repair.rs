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

use super::Room;
use super::cursor::Scratch;
use crate::dialect::{self, ChoiceKey, ChunkKey, DeltaKey, UsageKey};
use crate::lex;
use crate::record::{Origin, Record, Str};

/// States what can be saved of the payload from `at` on; gives whether that was anything. Cost: linear, but for values that
/// are not whole, whose bytes are looked at again.
pub(crate) fn salvage(payload: &[u8], at: usize, room: &mut Room, scratch: &mut Scratch) -> bool {
    room.statement.clear();
    let mut salvage = Salvage { payload, at, room, scratch, tools: false, opened: false, side: false };
    while let Some(name) = salvage.next_member() {
        salvage.member(name);
    }
    if salvage.side {
        salvage.room.statement.clear();
    }
    let said = |record: &Record| !matches!(record, Record::Choice { .. });
    room.statement.body.iter().any(said)
}

struct Salvage<'a> {
    payload: &'a [u8],
    at: usize,
    room: &'a mut Room,
    scratch: &'a mut Scratch,
    /// A tool call was met.
    tools: bool,
    /// A choice was stated.
    opened: bool,
    /// The delta is of another role.
    side: bool,
}

/// A string value that can be saved.
struct Whole {
    text: Str,
    end: usize,
}

impl<'a> Salvage<'a> {
    /// The next member's name; `at` is then before its value.
    fn next_member(&mut self) -> Option<&'a [u8]> {
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

    fn member(&mut self, name: &[u8]) {
        match dialect::delta_key(name) {
            DeltaKey::Content => return self.text(|text| Record::Text { origin: Origin::Delta, text }),
            DeltaKey::Refusal => return self.text(|text| Record::Refusal { origin: Origin::Delta, text }),
            DeltaKey::Reasoning(source) => {
                return self.text(|text| Record::Reasoning { source, origin: Origin::Delta, text });
            }
            DeltaKey::Role => return self.role(),
            DeltaKey::ToolCalls | DeltaKey::FunctionCall => return self.tools = true,
            DeltaKey::Finish => return self.finish(),
            DeltaKey::ReasoningDetails(_) | DeltaKey::Extra(_) | DeltaKey::Other => {}
        }
        if let UsageKey::Counter(counter, _) = dialect::usage_key(name) {
            return self.number(|value, at| Record::Counter { counter, value, at });
        }
        if !self.tools && dialect::choice_key(name) == ChoiceKey::Index {
            return self.index();
        }
        match dialect::chunk_key(name) {
            ChunkKey::Id if !self.tools => self.identity(Record::Id),
            ChunkKey::Model => self.identity(Record::Model),
            _ => {}
        }
    }

    fn text(&mut self, record: impl Fn(Str) -> Record) {
        if self.tools {
            return;
        }
        if let Some(Whole { text, end }) = self.string(true) {
            self.at = end;
            self.open();
            self.room.statement.body.push(record(text));
        }
    }

    fn role(&mut self) {
        if let Some(Whole { text, end }) = self.string(false) {
            self.at = end;
            let role = self.scratch.text.get(text.span().range()).unwrap_or_default();
            self.side |= !role.is_empty() && !dialect::answers(role.as_bytes());
            self.open();
            self.room.statement.body.push(Record::Role(text));
        }
    }

    fn finish(&mut self) {
        if let Some(Whole { text, end }) = self.string(false) {
            self.at = end;
            if !text.is_empty() {
                self.open();
                self.room.statement.body.push(Record::Finish(text));
            }
        }
    }

    fn identity(&mut self, record: impl Fn(Str) -> Record) {
        if let Some(Whole { text, end }) = self.string(false) {
            self.at = end;
            self.room.statement.head.push(record(text));
        }
    }

    fn index(&mut self) {
        let mut index = None;
        self.number(|value, _| {
            index = u32::try_from(value).ok();
            Record::Unknown { json: Str::NONE }
        });
        if let Some(Record::Unknown { .. }) = self.room.statement.body.last() {
            self.room.statement.body.pop();
        }
        if let Some(index) = index {
            self.opened = true;
            self.room.statement.body.push(Record::Choice { index });
        }
    }

    fn number(&mut self, record: impl FnOnce(u64, u32) -> Record) {
        let end = lex::number_end(self.payload, self.at).unwrap_or(self.at);
        let value = self.payload.get(self.at..end).and_then(lex::integer);
        if let Some(value) = value.filter(|_| self.ends_value(end)) {
            self.room.statement.body.push(record(value, u32::MAX));
            self.at = end;
        }
    }

    /// What follows belongs to some choice: the first, unless an index said otherwise.
    fn open(&mut self) {
        if !std::mem::replace(&mut self.opened, true) {
            self.room.statement.body.push(Record::Choice { index: 0 });
        }
    }

    /// The string ahead, if it is whole, or (`cut`) cut short by the payload's end.
    fn string(&mut self, cut: bool) -> Option<Whole> {
        if self.payload.get(self.at) != Some(&b'"') {
            return None;
        }
        let start = self.at.saturating_add(1);
        let end = string_end(self.payload, start);
        let body = self.payload.get(start..end.min(self.payload.len()))?;
        let whole = end < self.payload.len();
        let next = end.saturating_add(1);
        if whole && !self.ends_value(next) {
            return None;
        }
        let body = if whole { body } else { before_cut(body).filter(|_| cut)? };
        let body: String =
            std::str::from_utf8(body).ok()?.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        let from = self.scratch.text.len();
        if lex::unescape(&body, &mut self.scratch.text).is_none() {
            self.scratch.text.truncate(from);
            return None;
        }
        Some(Whole { text: Str::scratch(from, self.scratch.text.len()), end: next })
    }

    /// Whether a value may end at `at`.
    fn ends_value(&self, at: usize) -> bool {
        let mut at = skip_space(self.payload, at);
        while let Some(b'#' | b'/') = self.payload.get(at) {
            let rest = self.payload.get(at..).unwrap_or_default();
            let Some(line) = memchr::memchr(b'\n', rest) else { return true };
            at = skip_space(self.payload, at.saturating_add(line));
        }
        matches!(self.payload.get(at), None | Some(b',' | b'}' | b']'))
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
fn before_cut(body: &[u8]) -> Option<&[u8]> {
    let text = std::str::from_utf8(body).ok()?;
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
