//! Reasoning between tags in the content, or begun by a tag in the prompt, taken apart from the answer under every cut.
//!
//! Knows: the dialect's tags, and how a choice's content began. Must not know: where the text comes from or goes.
//!
//! ```text
//!   Before ──open tag──► Inside ──closing tag──► Then ──► Plain
//!      └──anything else──────────────────────────────────► Plain
//!   Started (the opening tag was in the prompt) ──► Inside
//! ```
//!
//! What may be the beginning of a tag is held, at most one tag less a byte; the first byte that does not fit releases
//! it unchanged, and so does the end.

use super::Normalizer;
use crate::dialect::{Quirk, THINK, Tolerance};
use crate::options::ReasoningTags;
use crate::record::Str;

/// The longest held text.
const HOLD: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Started,
    /// After the opening tag of this ordinal; none: it was in the prompt.
    Inside(Option<u8>),
    /// After the closing tag: this many of what may follow it have been dropped.
    Then(u8, u8),
    Plain,
}

/// The splitter of one choice's content.
#[derive(Clone, Copy)]
pub(super) struct Splitter {
    state: State,
    held: [u8; HOLD],
    length: u8,
}

/// What the splitter says of a text.
pub(super) enum Piece {
    /// Answer.
    Text(Str),
    /// Reasoning.
    Reasoning(Str),
    /// A tag was met.
    Tag,
}

/// Text that was held, in place.
pub(super) struct HeldText {
    bytes: [u8; HOLD],
    length: usize,
}

impl HeldText {
    pub(super) fn as_str(&self) -> &str {
        let text = self.bytes.get(..self.length).unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
    }
}

impl Splitter {
    pub(super) const PLAIN: Self = Self { state: State::Plain, held: [0; HOLD], length: 0 };
    pub(super) const AUTO: Self = Self { state: State::Before, held: [0; HOLD], length: 0 };
    pub(super) const STARTED: Self = Self { state: State::Started, held: [0; HOLD], length: 0 };

    #[inline(always)]
    pub(super) fn is_plain(&self) -> bool {
        self.state == State::Plain
    }

    /// Held text, which the caller puts before the next. Never more than one tag.
    pub(super) fn take_held(&mut self) -> HeldText {
        HeldText { bytes: self.held, length: usize::from(core::mem::take(&mut self.length)) }
    }

    /// Takes `text` apart; `string` is where it is. Cost: one pass.
    pub(super) fn split(&mut self, text: &str, string: Str, mut emit: impl FnMut(Piece)) {
        let mut at = 0usize;
        while at < text.len() {
            let rest = text.get(at..).unwrap_or_default();
            let span_of =
                |from: usize, to: usize| string.part(at.saturating_add(from), at.saturating_add(to));
            let used = match self.state {
                State::Plain => {
                    emit(Piece::Text(span_of(0, rest.len())));
                    rest.len()
                }
                State::Before | State::Started => {
                    self.enter_reasoning_or_plain_or_hold(rest, &span_of, &mut emit)
                }
                State::Inside(tag) => {
                    self.consume_reasoning_and_hold_tag_start(tag, rest, &span_of, &mut emit)
                }
                State::Then(tag, dropped) => self.drop_or_hold_markup_after_close(tag, dropped, rest),
            };
            at = at.saturating_add(used);
        }
    }

    /// White space, then a tag, what may become one, or anything else. Returns the bytes used.
    fn enter_reasoning_or_plain_or_hold(
        &mut self,
        rest: &str,
        span_of: &dyn Fn(usize, usize) -> Str,
        emit: &mut dyn FnMut(Piece),
    ) -> usize {
        let body = rest.trim_start();
        let space = rest.len().saturating_sub(body.len());
        let started = self.state == State::Started;
        // Nearly every answer: no tag begins with what it begins with.
        let first = body.as_bytes().first();
        if !started && first.is_some() && THINK.iter().all(|tags| tags.open.as_bytes().first() != first) {
            self.state = State::Plain;
            return 0;
        }
        let mut emit_space = |from: usize, to: usize, started: bool| {
            if from < to {
                let text = span_of(from, to);
                emit(if started { Piece::Reasoning(text) } else { Piece::Text(text) });
            }
        };
        if let Some((tag, tags)) = (0u8..).zip(THINK).find(|(_, tags)| body.starts_with(tags.open)) {
            emit_space(0, space, started);
            emit(Piece::Tag);
            self.state = State::Inside(Some(tag));
            return space.saturating_add(tags.open.len());
        }
        if body.is_empty() || THINK.iter().any(|tags| tags.open.starts_with(body)) {
            emit_space(0, space, started);
            self.set_held(body);
            return rest.len();
        }
        if started {
            emit(Piece::Tag);
            self.state = State::Inside(None);
            return 0;
        }
        self.state = State::Plain;
        0
    }

    fn consume_reasoning_and_hold_tag_start(
        &mut self,
        tag: Option<u8>,
        rest: &str,
        span_of: &dyn Fn(usize, usize) -> Str,
        emit: &mut dyn FnMut(Piece),
    ) -> usize {
        let candidates = || (0u8..).zip(THINK).filter(|(at, _)| tag.is_none_or(|tag| tag == *at));
        let found = candidates()
            .filter_map(|(at, tags)| rest.find(tags.close).map(|start| (start, at, tags.close.len())))
            .min();
        if let Some((start, tag, length)) = found {
            if start > 0 {
                emit(Piece::Reasoning(span_of(0, start)));
            }
            self.state = State::Then(tag, 0);
            return start.saturating_add(length);
        }
        let held =
            candidates().map(|(_, tags)| length_of_tag_start_at_end(rest, tags.close)).max().unwrap_or(0);
        let sure = rest.len().saturating_sub(held);
        if sure > 0 {
            emit(Piece::Reasoning(span_of(0, sure)));
        }
        self.set_held(rest.get(sure..).unwrap_or_default());
        rest.len()
    }

    fn drop_or_hold_markup_after_close(&mut self, tag: u8, dropped_so_far: u8, rest: &str) -> usize {
        let next = THINK.get(usize::from(tag)).and_then(|tags| tags.then.get(usize::from(dropped_so_far)));
        match next {
            Some(next) if rest.starts_with(next) => {
                self.state = State::Then(tag, dropped_so_far.saturating_add(1));
                next.len()
            }
            Some(next) if next.starts_with(rest) => {
                self.set_held(rest);
                rest.len()
            }
            _ => {
                self.state = State::Plain;
                0
            }
        }
    }

    /// What is held from here on: the start of a tag, which is shorter than `HOLD`.
    fn set_held(&mut self, text: &str) {
        let length = text.len().min(HOLD);
        for (to, from) in self.held.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        self.length = u8::try_from(length).unwrap_or(0);
    }

    /// Whether held text is reasoning, if it is released now.
    pub(super) fn is_held_reasoning(&self) -> bool {
        matches!(self.state, State::Inside(_) | State::Started)
    }

    /// After the end of the choice: content is content.
    pub(super) fn become_plain_if_before_tag(&mut self) {
        if self.state == State::Before {
            self.state = State::Plain;
        }
    }
}

impl Normalizer {
    /// The splitters of content that begins: of the text, of the reasoning.
    pub(super) fn new_splitters(&self, tolerance: &Tolerance) -> [Splitter; 2] {
        match self.think {
            _ if !tolerance.allows(Quirk::ThinkTags) => [Splitter::PLAIN; 2],
            ReasoningTags::Auto => [Splitter::AUTO; 2],
            ReasoningTags::Off => [Splitter::PLAIN; 2],
            ReasoningTags::Started => [Splitter::STARTED, Splitter::AUTO],
        }
    }
}

/// How many bytes at the end of `text` may begin `tag`.
fn length_of_tag_start_at_end(text: &str, tag: &str) -> usize {
    let longest = tag.len().saturating_sub(1).min(text.len());
    (1..=longest)
        .rev()
        .find(|length| {
            let suffix = text.as_bytes().get(text.len().saturating_sub(*length)..).unwrap_or_default();
            tag.as_bytes().starts_with(suffix) && text.is_char_boundary(text.len().saturating_sub(*length))
        })
        .unwrap_or(0)
}
