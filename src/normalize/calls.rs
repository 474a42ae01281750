//! Tool calls: begun, completed, and their arguments.
//!
//! Knows: the resolution of [`super::tools`], and what is told of it. Must not know: text.

use super::tools::{self, Call, Found, Name};
use super::{Event, Normalizer, require_quirk, reserve_next};
use crate::dialect::Quirk;
use crate::error::{ErrorKind, LimitKind};
use crate::lex::extend_label_fingerprint;
use crate::record::{RawDelta, Str};

impl Normalizer {
    pub(super) fn begin_or_update_call(
        &mut self,
        index: Option<u32>,
        id: Str,
        name: Str,
        is_metadata_only: bool,
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        self.release_repetitions(event);
        let (caps, linked) = (self.caps, self.current_part_call());
        let Some(choice) = self.current_choice() else { return Ok(()) };
        if id.len() > caps.id_bytes as usize {
            return Err(ErrorKind::Limit(LimitKind::IdBytes));
        }
        let print = |string: Str| match string.some() {
            Some(string) => extend_label_fingerprint(0, event.texts.bytes(string)),
            None => 0,
        };
        let entry = tools::Entry { index, id: print(id), name: print(name) };
        if let Some(linked) = linked {
            return self.begin_or_label_part_call(linked, entry, (id, name), event);
        }
        if index.is_none() {
            require_quirk(event, Quirk::ToolIndexMissing)?;
        }
        let mut found = tools::call_by_index_id_or_latest(&choice.calls, entry);
        match found {
            Found::Reused(known) => {
                let reuses = event.tolerance.note_if_allowed(Quirk::ToolIndexReused);
                found = if reuses { Found::New } else { Found::Call(known) };
            }
            Found::Renamed(known) => {
                require_quirk(event, Quirk::ToolIdChanges)?;
                found = Found::Call(known);
            }
            Found::New | Found::Call(_) => {}
        }
        if is_metadata_only {
            require_quirk(event, Quirk::ToolMetadata)?;
        }
        match found {
            Found::Call(known) => {
                self.call = Some(known);
                self.emit_late_id_or_name_piece_requiring_quirk(known, entry, (id, name), event)
            }
            // An id may come before all else of its call.
            _ if is_metadata_only && id.is_empty() => Ok(()),
            _ => {
                if choice.calls.len() >= caps.tool_calls as usize {
                    return Err(ErrorKind::Limit(LimitKind::ToolCalls));
                }
                self.begin_call_requiring_quirk_without_id(entry, (id, name), event)
            }
        }
    }

    /// An entry of a place, which has at most one call.
    fn begin_or_label_part_call(
        &mut self,
        linked: Option<usize>,
        entry: tools::Entry,
        label: (Str, Str),
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        if let Some(slot) = linked {
            self.call = Some(slot);
            self.emit_missing_label(slot, entry, label, event);
            return Ok(());
        }
        let most = self.caps.tool_calls as usize;
        if self.current_choice().is_some_and(|choice| choice.calls.len() >= most) {
            return Err(ErrorKind::Limit(LimitKind::ToolCalls));
        }
        self.note_kind_and_announce_part(super::CALLS, event);
        self.begin_call_requiring_quirk_without_id(entry, label, event)?;
        self.link_call_to_part();
        Ok(())
    }

    /// What the beginning of a place's call left out, said later. What it did say stays: another id or name is not told.
    fn emit_missing_label(
        &mut self,
        slot: usize,
        entry: tools::Entry,
        (id, name): (Str, Str),
        event: &mut Event<'_>,
    ) {
        let Some(choice) = self.current_choice() else { return };
        let index = choice.index;
        let Some(call) = choice.calls.get_mut(slot) else { return };
        let id = if call.id == 0 { id } else { Str::NONE };
        let name = if call.name == 0 { name } else { Str::NONE };
        (call.id, call.name) = (call.id.max(entry.id), call.name.max(entry.name));
        if !id.is_empty() || !name.is_empty() {
            self.repeatable = false;
            let slot = u32::try_from(slot).unwrap_or(u32::MAX);
            event.out.push(RawDelta::ToolCallUpdate { choice: index, slot, id, name });
        }
    }

    fn begin_call_requiring_quirk_without_id(
        &mut self,
        entry: tools::Entry,
        (id, name): (Str, Str),
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        self.repeatable = false;
        self.invalidates_shapes = true;
        if id.is_empty() && self.current_part_call().is_none() {
            require_quirk(event, Quirk::ToolIdLate)?;
        }
        let Some(choice) = self.current_choice() else { return Ok(()) };
        let slot = choice.calls.len();
        choice.went_on |= choice.finished.is_some();
        reserve_next(&mut choice.calls, 4);
        choice.calls.push(Call { index: entry.index, id: entry.id, name: entry.name, ..Call::default() });
        let slot = u32::try_from(slot).unwrap_or(u32::MAX);
        event.out.push(RawDelta::ToolCallStart { choice: choice.index, slot, id, name });
        self.call = usize::try_from(slot).ok();
        Ok(())
    }

    /// An entry for a call that is known: a late id, a further piece of the name, or nothing new.
    fn emit_late_id_or_name_piece_requiring_quirk(
        &mut self,
        slot: usize,
        entry: tools::Entry,
        (id, name): (Str, Str),
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        let Some(choice) = self.current_choice() else { return Ok(()) };
        let index = choice.index;
        let Some(call) = choice.calls.get_mut(slot) else { return Ok(()) };
        let mut late = Str::NONE;
        if entry.id != 0 && call.id == 0 {
            require_quirk(event, Quirk::ToolIdLate)?;
            call.id = entry.id;
            late = id;
        } else if entry.id != 0
            && entry.id == call.id
            && !event.tolerance.note_if_allowed(Quirk::ToolIdRepeated)
        {
            late = id;
        }
        let mut piece = Str::NONE;
        if entry.name != 0 {
            match call.classify_first_piece_or_repeat(entry.name) {
                Name::First => {
                    call.name = entry.name;
                    piece = name;
                }
                Name::Piece => {
                    require_quirk(event, Quirk::ToolNameSplit)?;
                    call.name = extend_label_fingerprint(call.name, event.texts.bytes(name));
                    piece = name;
                }
                Name::Again => {
                    if !event.tolerance.note_if_allowed(Quirk::ToolNameRepeated) {
                        piece = name;
                    }
                }
            }
        }
        if !late.is_empty() || !piece.is_empty() {
            self.repeatable = false;
            self.invalidates_shapes = true;
            let slot = u32::try_from(slot).unwrap_or(u32::MAX);
            event.out.push(RawDelta::ToolCallUpdate { choice: index, slot, id: late, name: piece });
        }
        Ok(())
    }

    pub(super) fn announce_and_emit_new_arguments(&mut self, fragment: Str, event: &mut Event<'_>) {
        let edges = core::mem::take(&mut self.edges);
        let repeated = event.tolerance.allows(Quirk::RepeatedArguments);
        let Some(slot) = self.call else { return };
        if !fragment.is_empty() || edges != Default::default() {
            self.note_kind_and_announce_part(super::parts::ARGUMENTS, event);
        }
        let Some(choice) = self.current_choice() else { return };
        let Some(call) = choice.calls.get_mut(slot) else { return };
        // Half a surrogate pair is one, too.
        call.arguments |= !fragment.is_empty() || edges != Default::default();
        let mut fragment = call.channel.join_surrogates(fragment, edges, &mut event.texts);
        if fragment.is_empty() {
            return;
        }
        if repeated {
            fragment = strip_repeated_arguments(call, fragment, event);
            if fragment.is_empty() {
                return;
            }
        }
        choice.went_on |= choice.finished.is_some();
        let slot = u32::try_from(slot).unwrap_or(u32::MAX);
        event.out.push(RawDelta::ToolCallArguments { choice: choice.index, slot, fragment });
    }
}

/// Of a fragment that begins with everything so far, what is new.
fn strip_repeated_arguments(call: &mut Call, fragment: Str, event: &mut Event<'_>) -> Str {
    let text = event.texts.bytes(fragment);
    match call.channel.repeated_length(text) {
        Some(told) => {
            event.tolerance.note_if_allowed(Quirk::RepeatedArguments);
            let fresh = fragment.part(told, fragment.len());
            let new = event.texts.bytes(fresh);
            call.channel.extend_emitted(new);
            fresh
        }
        None => {
            call.channel.extend_emitted(text);
            fragment
        }
    }
}
