//! Roles, text, reasoning, refusal.
//!
//! Knows: which source of a content counts, and what its channel remembers. Must not know: tool calls, usage.

use super::channel::{ChannelState, Edges, Expectation};
use super::repeat::ToEmit;
use super::think::Piece;
use super::{Choice, Event, Normalizer, REASONING, REFUSAL, Repeats, TEXT, TextChannel};
use crate::dialect::Quirk;
use crate::lex::extend_label_fingerprint;
use crate::options::ContentMode;
use crate::record::{RawDelta, Str};

impl Normalizer {
    /// The role. `is_steady`: the wire says it with every event, so that one that is said again is no deviation.
    pub(super) fn emit_role_if_new(&mut self, role: Str, is_sent_every_event: bool, event: &mut Event<'_>) {
        if role.is_empty() {
            return;
        }
        let print = extend_label_fingerprint(0, event.texts.bytes(role));
        let Some(choice) = self.current_choice() else { return };
        // Where an answer has parts, each may name its role.
        let may_repeat = is_sent_every_event || choice.parts.is_some();
        if choice.role == print && (may_repeat || event.tolerance.note_if_allowed(Quirk::RoleRepeated)) {
            return;
        }
        let told = RawDelta::Role { choice: choice.index, role };
        choice.role = print;
        self.repeatable = false;
        self.invalidates_shapes = true;
        event.out.push(told);
    }

    /// Content of this kind came in pieces, or wholly: what repeats it later is told apart.
    pub(super) fn note_kind_unless_repeating(&mut self, kind: u8) {
        if self.repeats.is_none()
            && let Some(choice) = self.current_choice()
        {
            choice.in_deltas |= kind;
        }
    }

    /// Whether content of this kind counts here: a repetition does not where the same kind was told in pieces.
    #[inline]
    pub(super) fn may_emit_unless_message_repeats(&mut self, kind: u8, event: &mut Event<'_>) -> bool {
        match self.repeats {
            Some(Repeats { emitted, is_quirk, .. }) if emitted & kind != 0 => {
                self.edges = Edges::default();
                is_quirk && !event.tolerance.note_if_allowed(Quirk::MessageRepeats)
            }
            _ => true,
        }
    }

    /// Text of a channel, if it is not a repetition.
    #[inline]
    pub(super) fn announce_part_and_emit_if_new(
        &mut self,
        channel: TextChannel,
        text: Str,
        event: &mut Event<'_>,
    ) {
        let kind = channel.kind_bit();
        if !self.may_emit_unless_message_repeats(kind, event) {
            return;
        }
        if !text.is_empty() {
            self.note_kind_unless_repeating(kind);
        }
        // A lone surrogate is text, too.
        if (!text.is_empty() || self.edges != Edges::default())
            && self.current_choice().is_some_and(|choice| choice.parts.is_some())
        {
            self.note_kind_and_announce_part(kind, event);
        }
        self.emit_text_through_channel(channel, text, event);
    }

    /// Text of a channel, through what the channel remembers.
    pub(super) fn emit_text_through_channel(
        &mut self,
        channel: TextChannel,
        text: Str,
        event: &mut Event<'_>,
    ) {
        if self.cumulative {
            return self.release_others_and_emit_new_text(channel, text, event);
        }
        let edges = core::mem::take(&mut self.edges);
        let repeats = self.repeats;
        let Some(choice) = self.current_choice() else { return };
        let state = choice.channel_mut(channel);
        let text = state.join_surrogates(text, edges, &mut event.texts);
        if text.is_empty() {
            return;
        }
        if let Some(Repeats { ends, is_quirk: true, .. }) = repeats {
            // Pieces in messages, and the last message is all of them once more.
            let bytes = event.texts.bytes(text);
            if ends
                && state.repeated_length(bytes) == Some(bytes.len())
                && event.tolerance.note_if_allowed(Quirk::MessageRepeats)
            {
                return;
            }
            state.extend_emitted(bytes);
        }
        emit_through_splitter(choice, channel, text, event);
    }

    /// Text of a channel that repeats all so far, or may.
    #[inline(never)] // Rare: kept out of the code that every event runs through.
    fn release_others_and_emit_new_text(&mut self, channel: TextChannel, text: Str, event: &mut Event<'_>) {
        let edges = core::mem::take(&mut self.edges);
        if text.is_empty() && edges == Edges::default() {
            return;
        }
        self.with_content |= channel.kind_bit();
        self.decide_and_release_repetitions_except(channel.kind_bit(), event);
        let is_expected = self.content == ContentMode::Auto;
        let Some(choice) = self.current_choice() else { return };
        let has_ended = choice.finished.is_some();
        let state = choice.channel_mut(channel);
        let expectation = Expectation { is_expected, has_ended };
        let ToEmit { held, new } = state.strip_repeated((text, edges), expectation, &mut event.texts);
        if !is_expected || state.is_known_to_repeat() {
            event.tolerance.note_if_allowed(Quirk::Cumulative);
        }
        for text in [held, new].into_iter().filter(|text| !text.is_empty()) {
            emit_through_splitter(choice, channel, text, event);
        }
    }

    /// What the choice holds because it may be a repetition is told: what comes next does not belong to it.
    #[inline]
    pub(super) fn release_repetitions(&mut self, event: &mut Event<'_>) {
        if self.cumulative {
            self.decide_and_release_repetitions_except(0, event);
        }
    }

    /// It was repeated if this chunk repeats it, too.
    fn decide_and_release_repetitions_except(&mut self, kind: u8, event: &mut Event<'_>) {
        let with_content = self.with_content;
        if let Some(choice) = self.current_choice() {
            emit_held_whole_or_only_new(
                choice,
                |channel| channel & kind == 0,
                |channel| channel & with_content != 0,
                event,
            );
        }
    }
}

/// What is held of these channels of the choice, because it may be a repetition, is told.
pub(super) fn emit_held_whole_or_only_new(
    choice: &mut Choice,
    is_wanted: impl Fn(u8) -> bool,
    is_repetition: impl Fn(u8) -> bool,
    event: &mut Event<'_>,
) {
    for channel in [TextChannel::Reasoning, TextChannel::Text, TextChannel::Refusal] {
        let kind = channel.kind_bit();
        if !is_wanted(kind) {
            continue;
        }
        let Some(held) =
            choice.channel_mut(channel).decide_and_take_held(is_repetition(kind), &mut event.texts)
        else {
            continue;
        };
        if is_repetition(kind) {
            event.tolerance.note_if_allowed(Quirk::Cumulative);
        }
        if !held.is_empty() {
            emit_through_splitter(choice, channel, held, event);
        }
    }
}

/// Text that is to be told, through the search for tags.
fn emit_through_splitter(choice: &mut Choice, channel: TextChannel, text: Str, event: &mut Event<'_>) {
    choice.went_on |= choice.finished.is_some();
    match channel {
        TextChannel::Text if !choice.splitter.is_plain() => emit_split_text(choice, text, event),
        TextChannel::Reasoning if !choice.reasoning_splitter.is_plain() => {
            emit_reasoning_dropping_tags(choice, text, event)
        }
        _ => event.out.push(text_delta(channel, choice.index, text)),
    }
}

impl Choice {
    fn channel_mut(&mut self, channel: TextChannel) -> &mut ChannelState {
        match channel {
            TextChannel::Text => &mut self.text,
            TextChannel::Reasoning => &mut self.reasoning,
            TextChannel::Refusal => &mut self.refusal,
        }
    }
}

pub(super) fn text_delta(channel: TextChannel, choice: u32, text: Str) -> RawDelta {
    match channel {
        TextChannel::Text => RawDelta::Text { choice, text },
        TextChannel::Reasoning => RawDelta::Reasoning { choice, text },
        TextChannel::Refusal => RawDelta::Refusal { choice, text },
    }
}

impl TextChannel {
    /// Its bit among the kinds of content.
    pub(super) const fn kind_bit(self) -> u8 {
        match self {
            Self::Text => TEXT,
            Self::Reasoning => REASONING,
            Self::Refusal => REFUSAL,
        }
    }
}

/// Reasoning whose beginning may be a tag: a leading tag, and the one that closes it, are taken off.
#[inline(never)] // Rare: kept out of the code that every event runs through.
pub(super) fn emit_reasoning_dropping_tags(choice: &mut Choice, text: Str, event: &mut Event<'_>) {
    let held = choice.reasoning_splitter.take_held();
    let text = prepend_held(held.as_str(), text, event);
    let (index, splitter) = (choice.index, &mut choice.reasoning_splitter);
    let Event { texts, tolerance, out, .. } = event;
    splitter.split(texts.get(text), text, |piece| match piece {
        Piece::Text(text) | Piece::Reasoning(text) => out.push(RawDelta::Reasoning { choice: index, text }),
        Piece::Tag => {
            tolerance.note_if_allowed(Quirk::ThinkTags);
        }
    });
}

/// What was held, and the text after it, as one string.
fn prepend_held(held: &str, text: Str, event: &mut Event<'_>) -> Str {
    if held.is_empty() {
        return text;
    }
    let start = event.texts.scratch.len();
    event.texts.scratch.push_str(held);
    event.texts.append(text);
    Str::scratch(start, event.texts.scratch.len())
}

/// Content whose beginning may be, or is, reasoning between tags.
#[inline(never)] // Rare: kept out of the code that every event runs through.
pub(super) fn emit_split_text(choice: &mut Choice, text: Str, event: &mut Event<'_>) {
    let held = choice.splitter.take_held();
    let text = prepend_held(held.as_str(), text, event);
    let (index, splitter) = (choice.index, &mut choice.splitter);
    let Event { texts, tolerance, out, .. } = event;
    splitter.split(texts.get(text), text, |piece| match piece {
        Piece::Text(text) => out.push(RawDelta::Text { choice: index, text }),
        Piece::Reasoning(text) => out.push(RawDelta::Reasoning { choice: index, text }),
        Piece::Tag => {
            tolerance.note_if_allowed(Quirk::ThinkTags);
        }
    });
}
