//! Blocks, items, parts: of wires that send them.
//!
//! Knows: which parts of a choice are open, what was told of each. Must not know: any wire, bytes, JSON.
//!
//! 1. A place is a wire's key of a block or item, and of a part within it. Keys are compared, never used as sizes. A place is
//!    open from its first mention to its end; how many may be open at once is a limit. 400 in turn are fine.
//! 2. [`RawDelta::Part`] is told where a place begins, and where what follows is of another place than what went before.
//!    Ordinals are dense, in order of first sight.
//! 3. What repeats a place whole is told only in the kinds of content of which nothing of the place was told.
//! 4. Arguments that came whole with a call's beginning count only if no fragment follows: they are held until its place
//!    ends, at most as much as an event may be long.

mod ending;

use alloc::boxed::Box;
use alloc::vec::Vec;

use ending::{announce_if_other_releasing_held_text, release_and_remove_part_ending_its_call};
pub(super) use ending::{end_call_parts, release_all_inputs};

use super::closing::release_held_and_stop_tag_search;
use super::partial_args::PartialArgs;
use super::{Event, Normalizer, REASONING, Repeats};
use crate::delta::{ExtraKind, OpaqueKind, PartKind};
use crate::error::{ErrorKind, LimitKind};
use crate::lex::nest::Nest;
use crate::record::{Place, PlaceKey, Queue, RawDelta, Scope, Str};

/// Every kind of content.
const ALL: u8 = u8::MAX;

/// Among the kinds of content: fragments of a call's arguments; and what is beside the content.
pub(super) const ARGUMENTS: u8 = 16;
const ANNOTATIONS: u8 = 32;
const OPAQUE: u8 = 64;
const EXTRAS: u8 = 128;

/// The kind of content that an extra is.
const fn kind_bit_of_extra(kind: ExtraKind) -> u8 {
    match kind {
        ExtraKind::Annotation => ANNOTATIONS,
        ExtraKind::Logprobs
        | ExtraKind::Audio
        | ExtraKind::Image
        | ExtraKind::Safety
        | ExtraKind::Hosted
        | ExtraKind::Other => EXTRAS,
    }
}

/// The parts of one choice. Only wires that have parts allocate it.
///
/// Invariant: `current < open.len()` where there is a current one.
#[derive(Clone, Default)]
pub(super) struct Parts {
    open: Vec<Part>,
    /// What the records are about.
    current: Option<usize>,
    /// The ordinal of the next part that is told.
    next: u32,
    /// The part that was told last.
    cursor: Option<u32>,
    /// Bytes of arguments that are held.
    held: usize,
    /// Kinds of content that were told of the whole answer.
    emitted: u8,
}

/// One open place.
#[derive(Clone)]
pub(super) struct Part {
    key: PlaceKey,
    sub: u32,
    kind: PartKind,
    /// Once told.
    ordinal: Option<u32>,
    /// The kinds of content that were told of it.
    pub(super) emitted: u8,
    /// Its call, if it is one.
    pub(super) call: Option<usize>,
    /// Arguments that came with its beginning.
    input: Option<Box<str>>,
    /// Arguments that come value by value.
    partial: Option<Box<PartialArgs>>,
}

impl Part {
    /// Whether it has nothing in it yet, and was not told to be of another kind.
    fn is_empty_and_may_become(&self, kind: PartKind) -> bool {
        let is_of_kind = self.ordinal.is_none() || self.kind == kind;
        is_of_kind && self.emitted == 0 && self.call.is_none()
    }
}

impl Parts {
    /// The current part, if it is this place and was told last: what is told of it next needs no cursor.
    pub(super) fn current_if_announced_last_at(&self, place: &Place) -> Option<&Part> {
        let part = self.current_part()?;
        let is_same = match place.key {
            PlaceKey::Wire(_) => part.key == place.key && part.sub == place.sub,
            PlaceKey::Running => part.kind == place.kind,
            PlaceKey::Fresh => false,
            PlaceKey::Current => true,
        };
        (is_same && part.ordinal.is_some() && part.ordinal == self.cursor).then_some(part)
    }

    fn current_part(&self) -> Option<&Part> {
        self.open.get(self.current?)
    }

    fn current_part_mut(&mut self) -> Option<&mut Part> {
        self.open.get_mut(self.current?)
    }

    /// Content of this kind is told of the current part. Where fragments of arguments come, what came whole before is dropped.
    fn note_emitted_and_drop_superseded_input(&mut self, kind: u8) {
        self.emitted |= kind;
        let Some(part) = self.current_part_mut() else { return };
        part.emitted |= kind;
        if kind == ARGUMENTS
            && let Some(input) = part.input.take()
        {
            self.held = self.held.saturating_sub(input.len());
        }
    }

    fn emitted_of(&self, key: PlaceKey) -> u8 {
        self.open.iter().filter(|part| part.key == key).fold(0, |emitted, part| emitted | part.emitted)
    }

    /// The arguments of the current part that come value by value; none if they come otherwise.
    pub(super) fn partial_args_or_new_unless_fragments(&mut self) -> Option<&mut PartialArgs> {
        let part = self.current_part_mut()?;
        if part.partial.is_none() && part.emitted & ARGUMENTS != 0 {
            return None;
        }
        Some(part.partial.get_or_insert_default())
    }

    /// Makes the open part that has no key of the wire's the current one, if there is one.
    fn choose_keyless_if_any(&mut self) -> bool {
        let keyless = self.open.iter().position(|part| !matches!(part.key, PlaceKey::Wire(_)));
        self.current = keyless.or(self.current);
        keyless.is_some()
    }

    /// The open part that a place with a key of the wire's own is.
    fn find_part_else_claim_empty_item(&mut self, place: &Place) -> Option<usize> {
        let of_item = |part: &Part| part.key == place.key;
        if place.sub == Place::WHOLE {
            let was_announced = |part: &Part| of_item(part) && part.ordinal.is_some();
            return self.open.iter().rposition(was_announced).or_else(|| self.open.iter().rposition(of_item));
        }
        let known = self.open.iter().rposition(|part| of_item(part) && part.sub == place.sub);
        known.or_else(|| {
            let begun = |part: &Part| {
                of_item(part) && part.sub == Place::WHOLE && part.is_empty_and_may_become(place.kind)
            };
            let at = self.open.iter().rposition(begun)?;
            let part = self.open.get_mut(at)?;
            (part.sub, part.kind) = (place.sub, place.kind);
            Some(at)
        })
    }

    /// Whether what is told next needs no cursor: there is no part, or it was told last.
    fn is_current_announced_last(&self) -> bool {
        self.current_part().is_none_or(|part| part.ordinal.is_some() && part.ordinal == self.cursor)
    }

    /// Whether content of this kind that names no place would leave nothing behind: no cursor is told first, and it was told
    /// before, of the current part as of the answer.
    pub(super) fn is_kind_emitted_and_part_announced(&self, kind: u8) -> bool {
        let is_noted =
            self.emitted & kind != 0 && self.current_part().is_none_or(|part| part.emitted & kind != 0);
        is_noted && self.is_current_announced_last()
    }

    /// Tells the current part.
    fn number_emit_current_part_and_move_cursor(&mut self, choice: u32, out: &mut Queue) {
        let next = self.next;
        let Some(part) = self.current.and_then(|at| self.open.get_mut(at)) else { return };
        let ordinal = *part.ordinal.get_or_insert(next);
        self.next = next.max(ordinal.saturating_add(1));
        self.cursor = Some(ordinal);
        out.push(RawDelta::Part { choice, part: ordinal, kind: part.kind });
    }
}

impl Normalizer {
    /// What follows is of this place.
    pub(super) fn choose_or_open_part(
        &mut self,
        place: Place,
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        let most = self.caps.tool_calls as usize;
        let Some(choice) = self.current_choice() else { return Ok(()) };
        let parts = choice.parts.get_or_insert_default();
        let known = match place.key {
            PlaceKey::Running => {
                parts.current_part().filter(|part| part.kind == place.kind).and(parts.current)
            }
            PlaceKey::Fresh => None,
            PlaceKey::Current => parts.current,
            PlaceKey::Wire(_) => parts.find_part_else_claim_empty_item(&place),
        };
        match known {
            Some(known) if !place.begins => parts.current = Some(known),
            Some(known) => {
                parts.current = Some(known);
                release_and_remove_part_ending_its_call(choice, event);
                return self.end_keyless_and_open_part(place, most, event);
            }
            None => return self.end_keyless_and_open_part(place, most, event),
        }
        self.call = parts.current_part().and_then(|part| part.call);
        Ok(())
    }

    fn end_keyless_and_open_part(
        &mut self,
        place: Place,
        most: usize,
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        self.repeatable = false;
        self.call = None;
        let Some(choice) = self.current_choice() else { return Ok(()) };
        if choice.parts.as_mut().is_some_and(|parts| parts.choose_keyless_if_any()) {
            // A part without a key of the wire's is over where another begins: so there is never more than one.
            release_and_remove_part_ending_its_call(choice, event);
        }
        let parts = choice.parts.get_or_insert_default();
        if parts.open.len() >= most {
            return Err(ErrorKind::Limit(LimitKind::ToolCalls));
        }
        parts.current = Some(parts.open.len());
        parts.open.push(Part {
            key: place.key,
            sub: place.sub,
            kind: place.kind,
            ordinal: None,
            emitted: 0,
            call: None,
            input: None,
            partial: None,
        });
        if place.begins {
            announce_if_other_releasing_held_text(choice, event);
        }
        Ok(())
    }

    /// The current place begins, whatever follows.
    pub(super) fn announce_place(&mut self, event: &mut Event<'_>) {
        self.repeatable = false;
        self.note_kind_and_announce_part(0, event);
    }

    /// The current place is over; with `Wire` keys, all places of its item.
    pub(super) fn end_parts_and_calls_of_item(&mut self, event: &mut Event<'_>) {
        self.repeatable = false;
        self.call = None;
        let Some(choice) = self.current_choice() else { return };
        let Some(key) = choice.parts.as_ref().and_then(|parts| parts.current_part()).map(|part| part.key)
        else {
            return;
        };
        while let Some(at) =
            choice.parts.as_ref().and_then(|parts| parts.open.iter().position(|part| part.key == key))
        {
            if let Some(parts) = &mut choice.parts {
                parts.current = Some(at);
            }
            release_and_remove_part_ending_its_call(choice, event);
        }
    }

    /// Content is about to be told: of which part, and that it was.
    #[inline]
    pub(super) fn note_kind_and_announce_part(&mut self, kind: u8, event: &mut Event<'_>) {
        let Some(choice) = self.current_choice() else { return };
        let Some(parts) = &mut choice.parts else { return };
        parts.note_emitted_and_drop_superseded_input(kind);
        if !parts.is_current_announced_last() {
            announce_if_other_releasing_held_text(choice, event);
            self.repeatable = false;
        }
    }

    /// What was told of a scope, which is now repeated.
    pub(super) fn note_kinds_emitted_in_repeated_scope(&mut self, scope: Scope) {
        self.repeatable = false;
        let Some(choice) = self.current_choice() else { return };
        let parts = choice.parts.as_deref();
        let emitted = choice.in_deltas | parts.map_or(0, |parts| parts.emitted);
        let (emitted, ends, is_quirk) = match scope {
            Scope::Message { ends } => (choice.in_deltas, ends, true),
            Scope::Place => {
                (parts.and_then(Parts::current_part).map_or(0, |part| part.emitted), false, false)
            }
            Scope::Item(key) => (parts.map_or(0, |parts| parts.emitted_of(key)), false, false),
            Scope::Kinds => (emitted, false, false),
            Scope::Answer => (all_if_answered(emitted), false, false),
        };
        self.repeats = Some(Repeats { emitted, ends, is_quirk });
    }

    /// A blob that belongs to the reasoning.
    pub(super) fn announce_and_emit_opaque_if_new(
        &mut self,
        kind: OpaqueKind,
        data: Str,
        event: &mut Event<'_>,
    ) {
        self.repeatable = false;
        if !self.may_emit_unless_message_repeats(OPAQUE, event) {
            return;
        }
        self.note_kind_and_announce_part(OPAQUE, event);
        if let Some(choice) = self.current_choice_index() {
            event.out.push(RawDelta::ReasoningOpaque { choice, kind, data });
        }
    }

    /// Passes on a member; `is_of_chunk`: it is about the document.
    pub(super) fn announce_and_emit_extra_if_new(
        &mut self,
        (kind, name, json): (ExtraKind, Str, Str),
        is_of_chunk: bool,
        event: &mut Event<'_>,
    ) {
        self.repeatable = false;
        let is_news = if is_of_chunk {
            self.remember_extra_if_new(json, event)
        } else {
            self.may_emit_unless_message_repeats(kind_bit_of_extra(kind), event)
        };
        if !is_news {
            return;
        }
        if !is_of_chunk {
            self.note_kind_and_announce_part(kind_bit_of_extra(kind), event);
        }
        let choice = if is_of_chunk { None } else { self.current_choice_index() };
        event.out.push(RawDelta::Extra { choice, kind, name, json });
    }

    /// Passes on the object that begins with the brace `opening`; each is told, so an event like it may be learned.
    pub(super) fn announce_and_emit_hosted_extra(&mut self, name: Str, opening: Str, event: &mut Event<'_>) {
        self.note_kind_and_announce_part(0, event);
        let Some(choice) = self.current_choice_index() else { return };
        let start = opening.span().range().start;
        let rest = event.texts.payload.get(start..).unwrap_or_default();
        let length = Nest::default().scan_to_closing_bracket(rest).unwrap_or(0);
        let json = Str::payload(start, start.saturating_add(length));
        event.out.push(RawDelta::Extra { choice: Some(choice), kind: ExtraKind::Hosted, name, json });
    }

    /// The call that was just begun is the current place's.
    pub(super) fn link_call_to_part(&mut self) {
        let call = self.call;
        if let Some(choice) = self.current_choice()
            && let Some(part) = choice.parts.as_mut().and_then(|parts| parts.current_part_mut())
        {
            part.call = call;
        }
    }

    /// Whether the current place is a call of its own already.
    pub(super) fn current_part_call(&self) -> Option<Option<usize>> {
        let choice = self.choices.get(self.choice).filter(|_| self.in_choice)?;
        choice.parts.as_ref()?.current_part().map(|part| part.call)
    }

    /// Arguments that came whole with the call's beginning are held.
    pub(super) fn hold_input_unless_fragments(
        &mut self,
        input: Str,
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        self.repeatable = false;
        let most = self.caps.event_bytes as usize;
        let Some(choice) = self.current_choice() else { return Ok(()) };
        let Some(parts) = choice.parts.as_mut() else { return Ok(()) };
        let held = parts.held.saturating_add(input.len());
        if held > most {
            return Err(ErrorKind::Limit(LimitKind::EventBytes));
        }
        if let Some(part) = parts.current_part_mut().filter(|part| part.emitted & ARGUMENTS == 0) {
            part.input = Some(event.texts.get(input).into());
            parts.held = held;
        }
        Ok(())
    }

    /// The answer begins; again, if it began before: its places are forgotten, its open calls stay open.
    pub(super) fn mark_begun_or_emit_restart(&mut self, event: &mut Event<'_>) {
        self.repeatable = false;
        if !core::mem::replace(&mut self.began, true) {
            return;
        }
        self.started = super::Started::default();
        self.invalidates_shapes = true;
        let [splitter, reasoning_splitter] = self.new_splitters(event.tolerance);
        if let Some(choice) = self.choices.iter_mut().find(|choice| choice.index == 0) {
            release_held_and_stop_tag_search(choice, event);
            event.out.push(RawDelta::Restart { choice: 0 });
            (choice.role, choice.finished, choice.went_on, choice.provisional) = (0, None, false, None);
            (choice.splitter, choice.reasoning_splitter) = (splitter, reasoning_splitter);
            if let Some(parts) = &mut choice.parts {
                parts.open.clear();
                (parts.current, parts.held, parts.emitted) = (None, 0, 0);
            }
        }
    }
}

/// What a repetition of the whole answer may leave out: all, if text or a call was told. Reasoning alone is no answer.
const fn all_if_answered(emitted: u8) -> u8 {
    const BESIDE: u8 = REASONING | ANNOTATIONS | OPAQUE | EXTRAS;
    if emitted & !BESIDE != 0 { ALL } else { emitted }
}
