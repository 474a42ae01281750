//! Reasoning between tags in the content, taken apart from the answer under every cut.
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

impl Splitter {
    pub(super) const PLAIN: Self = Self { state: State::Plain, held: [0; HOLD], length: 0 };
    pub(super) const AUTO: Self = Self { state: State::Before, held: [0; HOLD], length: 0 };
    pub(super) const STARTED: Self = Self { state: State::Started, held: [0; HOLD], length: 0 };

    #[inline(always)]
    pub(super) fn is_plain(&self) -> bool {
        self.state == State::Plain
    }

    /// Held text, which the caller puts before the next. Never more than one tag.
    pub(super) fn take_held(&mut self) -> ([u8; HOLD], usize) {
        (self.held, usize::from(core::mem::take(&mut self.length)))
    }

    /// Takes `text` apart; `string` is where it is. Cost: one pass.
    pub(super) fn split(&mut self, text: &str, string: Str, mut piece: impl FnMut(Piece)) {
        let mut at = 0usize;
        while at < text.len() {
            let rest = text.get(at..).unwrap_or_default();
            let part = |from: usize, to: usize| string.part(at.saturating_add(from), at.saturating_add(to));
            let used = match self.state {
                State::Plain => {
                    piece(Piece::Text(part(0, rest.len())));
                    rest.len()
                }
                State::Before | State::Started => self.open(rest, &part, &mut piece),
                State::Inside(tag) => self.inside(tag, rest, &part, &mut piece),
                State::Then(tag, dropped) => self.then(tag, dropped, rest),
            };
            at = at.saturating_add(used);
        }
    }

    /// White space, then a tag, what may become one, or anything else. Returns the bytes used.
    fn open(
        &mut self,
        rest: &str,
        part: &dyn Fn(usize, usize) -> Str,
        piece: &mut dyn FnMut(Piece),
    ) -> usize {
        let body = rest.trim_start();
        let space = rest.len().saturating_sub(body.len());
        let mut tell = |from: usize, to: usize, started: bool| {
            if from < to {
                let text = part(from, to);
                piece(if started { Piece::Reasoning(text) } else { Piece::Text(text) });
            }
        };
        let started = self.state == State::Started;
        if let Some((tag, tags)) = (0u8..).zip(THINK).find(|(_, tags)| body.starts_with(tags.open)) {
            tell(0, space, started);
            piece(Piece::Tag);
            self.state = State::Inside(Some(tag));
            return space.saturating_add(tags.open.len());
        }
        if body.is_empty() || THINK.iter().any(|tags| tags.open.starts_with(body)) {
            tell(0, space, started);
            self.set_held(body);
            return rest.len();
        }
        if started {
            piece(Piece::Tag);
            self.state = State::Inside(None);
            return 0;
        }
        self.state = State::Plain;
        0
    }

    fn inside(
        &mut self,
        tag: Option<u8>,
        rest: &str,
        part: &dyn Fn(usize, usize) -> Str,
        piece: &mut dyn FnMut(Piece),
    ) -> usize {
        let candidates = || (0u8..).zip(THINK).filter(|(at, _)| tag.is_none_or(|tag| tag == *at));
        let found = candidates()
            .filter_map(|(at, tags)| rest.find(tags.close).map(|start| (start, at, tags.close.len())))
            .min();
        if let Some((start, tag, length)) = found {
            if start > 0 {
                piece(Piece::Reasoning(part(0, start)));
            }
            self.state = State::Then(tag, 0);
            return start.saturating_add(length);
        }
        let kept = candidates().map(|(_, tags)| overlap(rest, tags.close)).max().unwrap_or(0);
        let told = rest.len().saturating_sub(kept);
        if told > 0 {
            piece(Piece::Reasoning(part(0, told)));
        }
        self.set_held(rest.get(told..).unwrap_or_default());
        rest.len()
    }

    fn then(&mut self, tag: u8, dropped: u8, rest: &str) -> usize {
        let next = THINK.get(usize::from(tag)).and_then(|tags| tags.then.get(usize::from(dropped)));
        match next {
            Some(next) if rest.starts_with(next) => {
                self.state = State::Then(tag, dropped.saturating_add(1));
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
    pub(super) fn holds_reasoning(&self) -> bool {
        matches!(self.state, State::Inside(_) | State::Started)
    }

    /// After the end of the choice: content is content.
    pub(super) fn settle(&mut self) {
        if self.state == State::Before {
            self.state = State::Plain;
        }
    }
}

impl Normalizer {
    /// The splitters of content that begins: of the text, of the reasoning.
    pub(super) fn splitters(&self, tolerance: &Tolerance) -> [Splitter; 2] {
        match self.think {
            _ if !tolerance.allows(Quirk::ThinkTags) => [Splitter::PLAIN; 2],
            ReasoningTags::Auto => [Splitter::AUTO; 2],
            ReasoningTags::Off => [Splitter::PLAIN; 2],
            ReasoningTags::Started => [Splitter::STARTED, Splitter::AUTO],
        }
    }
}

/// How many bytes at the end of `text` may begin `tag`.
fn overlap(text: &str, tag: &str) -> usize {
    let longest = tag.len().saturating_sub(1).min(text.len());
    (1..=longest)
        .rev()
        .find(|length| {
            let suffix = text.as_bytes().get(text.len().saturating_sub(*length)..).unwrap_or_default();
            tag.as_bytes().starts_with(suffix) && text.is_char_boundary(text.len().saturating_sub(*length))
        })
        .unwrap_or(0)
}
