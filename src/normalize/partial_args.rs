//! A call's arguments that come value by value, each with its path, told as text that grows and is the JSON in the end.
//!
//! Knows: the open path of one call, and which names its open objects have. Must not know: any wire, choices, slots.
//!
//! ```text
//!   path           value     told            open path
//!   $.city         "Os"      {"city":"Os     city
//!   $.city         "lo"      lo              city
//!   $.at[0].day    3         ","at":[{"day":3   at, 0, day
//!   (end)                    }]}
//! ```
//!
//! 1. What is told cannot be taken back. So a value is told if its path goes on from the open one: the same text, another
//!    member of an open object, the next element of an open array, or what these begin. Brackets between are closed and
//!    opened.
//! 2. Any other path is refused, and nothing is filled in: a value that is set already, an element before or beyond the next,
//!    a member of what is no object, more levels than the limit, a path that is malformed or longer than an id may be.
//! 3. What is open when the call ends is closed. A stream that just stops leaves it open.
//! 4. Every check is done before anything changes.
//!
//! Paths are those of RFC 9535 that name one value: `$`, then `.name`, `['name']`, `["name"]` or `[0]`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Event, Normalizer, parts};
use crate::delta::ExtraKind;
use crate::lex::{escape, extend_label_fingerprint};
use crate::record::{Argument, RawDelta, Str};

/// How many names of the open objects are remembered, to refuse those that come again. A name that comes again beyond that
/// is told again: what is told stays JSON.
const NAMES: usize = 256;

/// One step of a path: into an object, or into an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step<'a> {
    Name(&'a str),
    Index(u64),
}

/// One level of the open path.
#[derive(Clone)]
struct Level {
    /// The member's name, if it is an object's; else the level is an array's.
    name: Option<Box<str>>,
    index: u64,
    /// Where the names of this level's object begin among the prints.
    names_from: usize,
}

/// The open path of one call.
#[derive(Clone, Default)]
pub(super) struct PartialArgs {
    open: Vec<Level>,
    /// The value that was told last is text, which may go on.
    in_text: bool,
    /// Prints of the names that the open objects have, level by level.
    names: Vec<u64>,
}

/// Where a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// On with the open text.
    Append,
    /// To a path that has this many levels in common with the open one.
    After(usize),
}

/// The limits that are asked here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) depth: usize,
    pub(super) path_bytes: usize,
}

impl Level {
    fn matches(&self, step: Step<'_>) -> bool {
        match step {
            Step::Name(name) => self.name.as_deref() == Some(name),
            Step::Index(index) => self.name.is_none() && self.index == index,
        }
    }
}

impl PartialArgs {
    /// Where a value of this path goes; none if it is refused.
    fn target_if_allowed(&self, path: &str, is_text: bool, bounds: Bounds) -> Option<Target> {
        let (mut common, mut steps, mut new) = (0usize, 0usize, None);
        for_each_step(path, bounds.path_bytes, &mut |step| {
            let level = self.open.get(steps).filter(|_| steps == common);
            match level {
                Some(level) if level.matches(step) => common = common.saturating_add(1),
                Some(_) => new = Some(self.is_new_name_or_next_index(common, step)),
                None if steps == 0 => new = Some(matches!(step, Step::Name(_))),
                // Beneath what is new.
                None if new.is_some() => new = new.filter(|may| *may && may_come_first(step)),
                // Beneath a value that is told.
                None => new = Some(false),
            }
            steps = steps.saturating_add(1);
        })?;
        if steps == 0 || steps > bounds.depth {
            return None;
        }
        match new {
            Some(true) => Some(Target::After(common)),
            None if common == self.open.len() && self.in_text && is_text => Some(Target::Append),
            _ => None,
        }
    }

    /// Whether `step` is a further one in the object or array of the level `at`.
    fn is_new_name_or_next_index(&self, at: usize, step: Step<'_>) -> bool {
        let Some(level) = self.open.get(at) else { return false };
        match (&level.name, step) {
            (Some(_), Step::Name(name)) => {
                let beneath = self.open.get(at.saturating_add(1)).map(|level| level.names_from);
                let end = beneath.unwrap_or(self.names.len());
                let known = self.names.get(level.names_from..end).unwrap_or_default();
                !known.contains(&name_print(name))
            }
            (None, Step::Index(index)) => level.index.checked_add(1) == Some(index),
            _ => false,
        }
    }

    /// Writes a value where it goes: a piece of text, or JSON text.
    fn write_allowed_value_or_continue_text(
        &mut self,
        path: &str,
        target: Target,
        text: Option<&str>,
        json: &str,
        bounds: Bounds,
        out: &mut String,
    ) {
        if let Target::After(common) = target {
            self.close_and_open_path(path, common, bounds, out);
            out.push_str(if text.is_some() { "\"" } else { json });
        }
        self.in_text = text.is_some();
        push_escaped(text.unwrap_or_default(), out);
    }

    /// Closes what is open beyond `common` levels, and opens the path: what is told next is the value.
    fn close_and_open_path(&mut self, path: &str, common: usize, bounds: Bounds, out: &mut String) {
        self.close_text_and_levels_above(common.saturating_add(1), out);
        let mut level = 0usize;
        let _ = for_each_step(path, bounds.path_bytes, &mut |step| {
            if level >= common {
                self.open_step(step, level, out);
            }
            level = level.saturating_add(1);
        });
    }

    /// Writes a step at `level`: another one of what is open there, or the first.
    fn open_step(&mut self, step: Step<'_>, level: usize, out: &mut String) {
        let before = self.open.get(level).map(|level| level.names_from);
        self.open.truncate(level);
        let names_from = before.unwrap_or(self.names.len());
        out.push_str(match (before, step) {
            (Some(_), _) => ",",
            (None, Step::Name(_)) => "{",
            (None, Step::Index(_)) => "[",
        });
        let (name, index) = match step {
            Step::Name(name) => (Some(name.into()), 0),
            Step::Index(index) => (None, index),
        };
        if let Step::Name(name) = step {
            if self.names.len() < NAMES {
                self.names.push(name_print(name));
            }
            push_quoted(name, out);
            out.push(':');
        }
        self.open.push(Level { name, index, names_from });
    }

    /// Closes the levels from `levels` on: the text that is open, then brackets. The last one left is a value that is told.
    fn close_text_and_levels_above(&mut self, kept_levels: usize, out: &mut String) {
        if core::mem::take(&mut self.in_text) {
            out.push('"');
        }
        while self.open.len() > kept_levels
            && let Some(level) = self.open.pop()
        {
            out.push(if level.name.is_some() { '}' } else { ']' });
            self.names.truncate(level.names_from);
        }
    }

    /// The call ends: what closes its arguments.
    pub(super) fn close_all(&mut self, out: &mut String) {
        self.close_text_and_levels_above(0, out);
    }
}

/// Whether what is new may begin with this step.
fn may_come_first(step: Step<'_>) -> bool {
    !matches!(step, Step::Index(1..))
}

fn name_print(name: &str) -> u64 {
    extend_label_fingerprint(0, name.as_bytes())
}

/// Calls `f` with each step of a path; none if it is malformed. Cost: one pass.
fn for_each_step(path: &str, most_bytes: usize, f: &mut dyn FnMut(Step<'_>)) -> Option<()> {
    let mut rest = path.strip_prefix('$').filter(|_| path.len() <= most_bytes)?;
    while !rest.is_empty() {
        rest = match rest.strip_prefix('.') {
            Some(after) => {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let (name, rest) = after.split_at_checked(end)?;
                f(Step::Name(Some(name).filter(|name| is_plain_name(name))?));
                rest
            }
            None => visit_bracketed(rest.strip_prefix('[')?, f)?,
        };
    }
    Some(())
}

/// A name that needs no quotes, and is no wildcard.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['*', ']', '\'', '"', '?', '\\'])
}

/// What stands between brackets; returns what follows them.
fn visit_bracketed<'a>(inner: &'a str, f: &mut dyn FnMut(Step<'_>)) -> Option<&'a str> {
    if let quote @ ('"' | '\'') = inner.chars().next()? {
        return visit_quoted_to_bracket(inner.strip_prefix(quote)?, quote, f);
    }
    let (digits, rest) = inner.split_once(']')?;
    let is_plain =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    f(Step::Index(Some(digits).filter(|_| is_plain)?.parse().ok()?));
    Some(rest)
}

/// A name in quotes, and the bracket that closes it.
fn visit_quoted_to_bracket<'a>(inner: &'a str, quote: char, f: &mut dyn FnMut(Step<'_>)) -> Option<&'a str> {
    let mut name = String::new();
    let mut chars = inner.chars();
    loop {
        match chars.next()? {
            '\\' => name.push(unescape_letter(chars.next()?)?),
            end if end == quote => break,
            other => name.push(other),
        }
    }
    f(Step::Name(&name));
    chars.as_str().strip_prefix(']')
}

/// What an escape stands for; those of code points are no part of the paths that are understood.
const fn unescape_letter(letter: char) -> Option<char> {
    Some(match letter {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '\\' | '/' | '\'' | '"' => letter,
        _ => return None,
    })
}

fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    push_escaped(text, out);
    out.push('"');
}

/// Text as it stands in a JSON string.
fn push_escaped(text: &str, out: &mut String) {
    escape(text, |piece| out.push_str(piece));
}

impl Normalizer {
    /// One value of the current call's arguments. What cannot be told is passed on.
    pub(super) fn emit_argument_or_extra(
        &mut self,
        path: Str,
        value: Argument,
        (name, json): (Str, Str),
        event: &mut Event<'_>,
    ) {
        self.repeatable = false;
        let edges = core::mem::take(&mut self.edges);
        let told = self.emit_argument_if_allowed(path, value, edges, event);
        if let (None, Some(json), Some(choice)) = (told, json.some(), self.current_choice_index()) {
            self.note_kind_and_announce_part(0, event);
            event.out.push(RawDelta::Extra { choice: Some(choice), kind: ExtraKind::Other, name, json });
        }
    }

    fn emit_argument_if_allowed(
        &mut self,
        path: Str,
        value: Argument,
        edges: super::Edges,
        event: &mut Event<'_>,
    ) -> Option<()> {
        let bounds = Bounds { depth: self.caps.depth as usize, path_bytes: self.caps.id_bytes as usize };
        let slot = self.call?;
        let choice = self.current_choice()?;
        let call = choice.calls.get_mut(slot).filter(|call| !call.ended)?;
        let partial = choice.parts.as_mut()?.partial_args_or_new_unless_fragments()?;
        let is_text = matches!(value, Argument::Text(_));
        let target = partial
            .target_if_allowed(event.texts.get(path), is_text, bounds)
            .filter(|_| value != Argument::Unknown)?;
        let mut out = String::new();
        if target != Target::Append && call.channel.replace_waiting_surrogate(&mut event.texts).is_some() {
            // A surrogate that waited, in the text before, for its partner.
            out.push(char::REPLACEMENT_CHARACTER);
        }
        let (text, json) = match value {
            Argument::Text(text) => {
                (Some(call.channel.join_surrogates(text, edges, &mut event.texts)), Str::NONE)
            }
            Argument::Json(json) => (None, json),
            Argument::Null | Argument::Unknown => (None, Str::NONE),
        };
        let json = if value == Argument::Null { "null" } else { event.texts.get(json) };
        let text = text.map(|text| event.texts.get(text));
        partial.write_allowed_value_or_continue_text(
            event.texts.get(path),
            target,
            text,
            json,
            bounds,
            &mut out,
        );
        if !out.is_empty() {
            let fragment = event.texts.keep(&out);
            self.announce_and_emit_arguments_as_is(slot, fragment, event);
        }
        Some(())
    }

    /// A piece of a call's arguments that is told as it is.
    fn announce_and_emit_arguments_as_is(&mut self, slot: usize, fragment: Str, event: &mut Event<'_>) {
        self.note_kind_and_announce_part(parts::ARGUMENTS, event);
        let Some(choice) = self.current_choice() else { return };
        let Some(call) = choice.calls.get_mut(slot) else { return };
        call.arguments = true;
        choice.went_on |= choice.finished.is_some();
        let slot = u32::try_from(slot).unwrap_or(u32::MAX);
        event.out.push(RawDelta::ToolCallArguments { choice: choice.index, slot, fragment });
    }
}

/// What tests see of values that were written by their paths: the pieces of text, with what closes them as the last.
#[cfg(test)]
pub(crate) struct WrittenPieces {
    pub(crate) pieces: Vec<String>,
    pub(crate) refused: usize,
}

/// For tests: writes values by their paths (path, piece of text, JSON text), and closes.
#[cfg(test)]
pub(crate) fn pieces_for_test(values: &[(String, Option<String>, String)], depth: usize) -> WrittenPieces {
    let bounds = Bounds { depth, path_bytes: 1 << 10 };
    let (mut partial, mut pieces, mut refused) = (PartialArgs::default(), Vec::new(), 0usize);
    for (path, text, json) in values {
        let mut out = String::new();
        match partial.target_if_allowed(path, text.is_some(), bounds) {
            Some(target) => partial.write_allowed_value_or_continue_text(
                path,
                target,
                text.as_deref(),
                json,
                bounds,
                &mut out,
            ),
            None => refused = refused.saturating_add(1),
        }
        pieces.push(out);
    }
    let mut closing = String::new();
    partial.close_all(&mut closing);
    pieces.push(closing);
    WrittenPieces { pieces, refused }
}
