//! Roles, text, reasoning, refusal.
//!
//! Knows: which source of a content counts, and what its channel remembers. Must not know: tool calls, usage.

use super::channel::{ChannelState, Edges};
use super::think::Piece;
use super::{Choice, Event, Normalizer, REASONING, REFUSAL, Repeats, TEXT, TextChannel};
use crate::dialect::Quirk;
use crate::lex::label_print;
use crate::options::ContentMode;
use crate::record::{RawDelta, Str};

impl Normalizer {
    /// The role. `steady`: the wire says it with every event, so that one that is said again is no deviation.
    pub(super) fn role(&mut self, role: Str, steady: bool, event: &mut Event<'_>) {
        if role.is_empty() {
            return;
        }
        let print = label_print(0, event.texts.bytes(role));
        let Some(choice) = self.current() else { return };
        // Where an answer has parts, each may name its role.
        let is_steady = steady || choice.parts.is_some();
        if choice.role == print && (is_steady || event.tolerance.meets(Quirk::RoleRepeated)) {
            return;
        }
        let told = RawDelta::Role { choice: choice.index, role };
        choice.role = print;
        self.repeatable = false;
        self.invalidates_shapes = true;
        event.out.push(told);
    }

    /// Content of this kind came in pieces, or wholly: what repeats it later is told apart.
    pub(super) fn mark(&mut self, kind: u8) {
        if self.repeats.is_none()
            && let Some(choice) = self.current()
        {
            choice.in_deltas |= kind;
        }
    }

    /// Whether content of this kind counts here: a repetition does not where the same kind was told in pieces.
    #[inline]
    pub(super) fn accepts(&mut self, kind: u8, event: &mut Event<'_>) -> bool {
        match self.repeats {
            Some(Repeats { told, is_quirk, .. }) if told & kind != 0 => {
                self.edges = Edges::default();
                is_quirk && !event.tolerance.meets(Quirk::MessageRepeats)
            }
            _ => true,
        }
    }

    /// Text of a channel, if it is not a repetition.
    #[inline]
    pub(super) fn content(&mut self, channel: TextChannel, text: Str, event: &mut Event<'_>) {
        let kind = channel.kind();
        if !self.accepts(kind, event) {
            return;
        }
        if !text.is_empty() {
            self.mark(kind);
        }
        // A lone surrogate is text, too.
        if (!text.is_empty() || self.edges != Edges::default())
            && self.current().is_some_and(|choice| choice.parts.is_some())
        {
            self.tell_part(kind, event);
        }
        self.emit_text(channel, text, event);
    }

    /// Text of a channel, through what the channel remembers.
    pub(super) fn emit_text(&mut self, voice: TextChannel, text: Str, event: &mut Event<'_>) {
        if self.cumulative {
            return self.emit_fresh(voice, text, event);
        }
        let edges = core::mem::take(&mut self.edges);
        let repeats = self.repeats;
        let Some(choice) = self.current() else { return };
        let channel = choice.channel(voice);
        let text = channel.join(text, edges, &mut event.texts);
        if text.is_empty() {
            return;
        }
        if let Some(Repeats { ends, is_quirk: true, .. }) = repeats {
            // Pieces in messages, and the last message is all of them once more.
            let bytes = event.texts.bytes(text);
            if ends
                && channel.repeats(bytes) == Some(bytes.len())
                && event.tolerance.meets(Quirk::MessageRepeats)
            {
                return;
            }
            channel.told_more(bytes);
        }
        emit(choice, voice, text, event);
    }

    /// Text of a channel that repeats all so far, or may.
    fn emit_fresh(&mut self, voice: TextChannel, text: Str, event: &mut Event<'_>) {
        let edges = core::mem::take(&mut self.edges);
        if text.is_empty() && edges == Edges::default() {
            return;
        }
        self.with_content |= voice.kind();
        self.settle_except(voice.kind(), event);
        let expected = self.content == ContentMode::Auto;
        let Some(choice) = self.current() else { return };
        let ended = choice.finished.is_some();
        let channel = choice.channel(voice);
        let fresh = channel.fresh((text, edges), [expected, ended], &mut event.texts);
        if !expected || channel.is_repeating() {
            event.tolerance.meets(Quirk::Cumulative);
        }
        for text in fresh.into_iter().filter(|text| !text.is_empty()) {
            emit(choice, voice, text, event);
        }
    }

    /// What the choice holds because it may be a repetition is told: what comes next does not belong to it.
    #[inline]
    pub(super) fn settle(&mut self, event: &mut Event<'_>) {
        if self.cumulative {
            self.settle_except(0, event);
        }
    }

    /// It was repeated if this chunk repeats it, too.
    fn settle_except(&mut self, kind: u8, event: &mut Event<'_>) {
        let with_content = self.with_content;
        if let Some(choice) = self.current() {
            settle(choice, |channel| channel & kind == 0, |channel| channel & with_content != 0, event);
        }
    }
}

/// What is held of these channels of the choice, because it may be a repetition, is told.
pub(super) fn settle(
    choice: &mut Choice,
    wanted: impl Fn(u8) -> bool,
    repeats: impl Fn(u8) -> bool,
    event: &mut Event<'_>,
) {
    for voice in [TextChannel::Reasoning, TextChannel::Text, TextChannel::Refusal] {
        let kind = voice.kind();
        if !wanted(kind) {
            continue;
        }
        let Some(held) = choice.channel(voice).settle(repeats(kind), &mut event.texts) else { continue };
        if repeats(kind) {
            event.tolerance.meets(Quirk::Cumulative);
        }
        if !held.is_empty() {
            emit(choice, voice, held, event);
        }
    }
}

/// Text that is to be told, through the search for tags.
fn emit(choice: &mut Choice, voice: TextChannel, text: Str, event: &mut Event<'_>) {
    choice.went_on |= choice.finished.is_some();
    match voice {
        TextChannel::Text if !choice.splitter.is_plain() => split(choice, text, event),
        TextChannel::Reasoning if !choice.reasoning_splitter.is_plain() => {
            split_reasoning(choice, text, event)
        }
        _ => event.out.push(told(voice, choice.index, text)),
    }
}

impl Choice {
    fn channel(&mut self, voice: TextChannel) -> &mut ChannelState {
        match voice {
            TextChannel::Text => &mut self.text,
            TextChannel::Reasoning => &mut self.reasoning,
            TextChannel::Refusal => &mut self.refusal,
        }
    }
}

pub(super) fn told(voice: TextChannel, choice: u32, text: Str) -> RawDelta {
    match voice {
        TextChannel::Text => RawDelta::Text { choice, text },
        TextChannel::Reasoning => RawDelta::Reasoning { choice, text },
        TextChannel::Refusal => RawDelta::Refusal { choice, text },
    }
}

impl TextChannel {
    /// Its bit among the kinds of content.
    pub(super) const fn kind(self) -> u8 {
        match self {
            Self::Text => TEXT,
            Self::Reasoning => REASONING,
            Self::Refusal => REFUSAL,
        }
    }
}

/// Reasoning whose beginning may be a tag: a leading tag, and the one that closes it, are taken off.
pub(super) fn split_reasoning(choice: &mut Choice, text: Str, event: &mut Event<'_>) {
    let (held, length) = choice.reasoning_splitter.take_held();
    let text = with_held(held.get(..length).unwrap_or_default(), text, event);
    let (index, splitter) = (choice.index, &mut choice.reasoning_splitter);
    let Event { texts, tolerance, out, .. } = event;
    splitter.split(texts.get(text), text, |piece| match piece {
        Piece::Text(text) | Piece::Reasoning(text) => out.push(RawDelta::Reasoning { choice: index, text }),
        Piece::Tag => {
            tolerance.meets(Quirk::ThinkTags);
        }
    });
}

/// What was held, and the text after it, as one string.
fn with_held(held: &[u8], text: Str, event: &mut Event<'_>) -> Str {
    match core::str::from_utf8(held) {
        Ok(held) if !held.is_empty() => {
            let start = event.texts.scratch.len();
            event.texts.scratch.push_str(held);
            event.texts.append(text);
            Str::scratch(start, event.texts.scratch.len())
        }
        _ => text,
    }
}

/// Content whose beginning may be, or is, reasoning between tags.
pub(super) fn split(choice: &mut Choice, text: Str, event: &mut Event<'_>) {
    let (held, length) = choice.splitter.take_held();
    let text = with_held(held.get(..length).unwrap_or_default(), text, event);
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
