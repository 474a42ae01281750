//! Roles, text, reasoning, refusal.
//!
//! Knows: which source of a content counts, and what its channel remembers. Must not know: tool calls, usage.

use super::channel::Edges;
use super::think::Piece;
use super::{Choice, Event, Normalizer, REASONING, TextChannel, label_print};
use crate::dialect::Quirk;
use crate::record::{Origin, RawDelta, Str};

impl Normalizer {
    pub(super) fn role(&mut self, role: Str, event: &mut Event<'_>) {
        if role.is_empty() {
            return;
        }
        let print = label_print(0, event.texts.bytes(role));
        let Some(choice) = self.current() else { return };
        if choice.role == print && event.tolerance.meets(Quirk::RoleRepeated) {
            return;
        }
        let told = RawDelta::Role { choice: choice.index, role };
        choice.role = print;
        self.repeatable = false;
        self.invalidates_shapes = true;
        event.out.push(told);
    }

    pub(super) fn mark(&mut self, origin: Origin, kind: u8) {
        if origin == Origin::Delta
            && let Some(choice) = self.current()
        {
            choice.in_deltas |= kind;
        }
    }

    /// Whether content of this kind from this origin counts: a message does not once deltas brought the same kind.
    #[inline]
    pub(super) fn accepts(&mut self, origin: Origin, kind: u8, text: Str, event: &mut Event<'_>) -> bool {
        if origin == Origin::Delta {
            if !text.is_empty() {
                self.mark(origin, kind);
            }
            return true;
        }
        self.repeatable = false;
        let repeats = self.current().is_some_and(|choice| choice.in_deltas & kind != 0);
        if repeats {
            self.edges = Edges::default();
        }
        !(repeats && event.tolerance.meets(Quirk::MessageRepeats))
    }

    /// One source a delta: the first that is not empty; they come in order of rank.
    pub(super) fn reasoning(&mut self, source: u8, origin: Origin, text: Str, event: &mut Event<'_>) {
        let says = !text.is_empty() || self.edges != Edges::default();
        if says && self.reasoning_source.is_some_and(|chosen| chosen != source) {
            if event.tolerance.meets(Quirk::ReasoningTwice) {
                self.edges = Edges::default();
                return;
            }
        } else if says {
            self.reasoning_source = Some(source);
        }
        if self.accepts(origin, REASONING, text, event) {
            self.emit_text(TextChannel::Reasoning, text, event);
        }
    }

    /// Text of a channel, through what the channel remembers.
    pub(super) fn emit_text(&mut self, voice: TextChannel, text: Str, event: &mut Event<'_>) {
        let edges = std::mem::take(&mut self.edges);
        let cumulative = self.cumulative;
        let Some(choice) = self.current() else { return };
        let channel = match voice {
            TextChannel::Text => &mut choice.text,
            TextChannel::Reasoning => &mut choice.reasoning,
            TextChannel::Refusal => &mut choice.refusal,
        };
        let mut text = channel.join(text, edges, &mut event.texts);
        if text.is_empty() {
            return;
        }
        if cumulative {
            event.tolerance.meets(Quirk::Cumulative);
            text = channel.fresh(text, &event.texts);
            if text.is_empty() {
                return;
            }
        }
        if voice == TextChannel::Text && !choice.splitter.is_plain() {
            return split(choice, text, event);
        }
        event.out.push(told(voice, choice.index, text));
    }
}

pub(super) fn told(voice: TextChannel, choice: u32, text: Str) -> RawDelta {
    match voice {
        TextChannel::Text => RawDelta::Text { choice, text },
        TextChannel::Reasoning => RawDelta::Reasoning { choice, text },
        TextChannel::Refusal => RawDelta::Refusal { choice, text },
    }
}

/// Content whose beginning may be, or is, reasoning between tags.
pub(super) fn split(choice: &mut Choice, text: Str, event: &mut Event<'_>) {
    let (held, length) = choice.splitter.take_held();
    let text = match held.get(..length).and_then(|held| std::str::from_utf8(held).ok()) {
        Some(held) if !held.is_empty() => {
            let start = event.texts.scratch.len();
            event.texts.scratch.push_str(held);
            event.texts.append(text);
            Str::scratch(start, event.texts.scratch.len())
        }
        _ => text,
    };
    let (index, splitter) = (choice.index, &mut choice.splitter);
    let Event { texts, tolerance, out, .. } = event;
    splitter.split(texts.get(text), text, |piece| match piece {
        Piece::Text(text) => out.push(RawDelta::Text { choice: index, text }),
        Piece::Reasoning(text) => out.push(RawDelta::Reasoning { choice: index, text }),
        Piece::Tag => {
            tolerance.meets(Quirk::ThinkTags);
        }
    });
}
