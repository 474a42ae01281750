//! How a part ends, and how the cursor moves on: what is held of it is told first.
//!
//! Knows: one choice's parts. Must not know: records.

use alloc::string::String;

use super::super::closing::release_all_held_text;
use super::super::{Choice, Event};
use super::ARGUMENTS;
use crate::record::RawDelta;

/// Tells the current part, if what was told last is another. What is held of that one's text goes before.
pub(super) fn announce_if_other_releasing_held_text(choice: &mut Choice, event: &mut Event<'_>) {
    if choice.parts.as_ref().is_none_or(|parts| parts.is_current_announced_last()) {
        return;
    }
    release_all_held_text(choice, event);
    if let Some(parts) = &mut choice.parts {
        parts.number_emit_current_part_and_move_cursor(choice.index, event.out);
    }
}

/// The current part is over: what is held of it is told, its call ends, its marks are dropped.
pub(super) fn release_and_remove_part_ending_its_call(choice: &mut Choice, event: &mut Event<'_>) {
    release_current_input(choice, event);
    let index = choice.index;
    let Some(parts) = choice.parts.as_mut() else { return };
    let Some(at) = parts.current else { return };
    let Some(part) = parts.current_part_mut() else { return };
    let (slot, partial) = (part.call, part.partial.take());
    if let Some(slot) = slot
        && let Some(call) = choice.calls.get_mut(slot).filter(|call| !call.ended)
    {
        let wire_slot = u32::try_from(slot).unwrap_or(u32::MAX);
        if let Some(fragment) = call.channel.replace_waiting_surrogate(&mut event.texts) {
            event.out.push(RawDelta::ToolCallArguments { choice: index, slot: wire_slot, fragment });
        }
        if let Some(mut partial) = partial {
            let mut closing = String::new();
            partial.close_all(&mut closing);
            if !closing.is_empty() {
                let fragment = event.texts.keep(&closing);
                event.out.push(RawDelta::ToolCallArguments { choice: index, slot: wire_slot, fragment });
            }
        }
        call.ended = true;
        event.out.push(RawDelta::ToolCallEnd { choice: index, slot: wire_slot });
    }
    parts.open.remove(at);
    parts.current = None;
}

/// No fragment will follow: what came whole with the beginning of the current part's call is told.
fn release_current_input(choice: &mut Choice, event: &mut Event<'_>) {
    let Some(parts) = choice.parts.as_mut() else { return };
    let Some(part) = parts.current_part_mut() else { return };
    let (Some(input), Some(slot)) = (part.input.take(), part.call) else { return };
    part.emitted |= ARGUMENTS;
    parts.emitted |= ARGUMENTS;
    parts.held = parts.held.saturating_sub(input.len());
    announce_if_other_releasing_held_text(choice, event);
    let (fragment, slot) = (event.texts.keep(&input), u32::try_from(slot).unwrap_or(u32::MAX));
    event.out.push(RawDelta::ToolCallArguments { choice: choice.index, slot, fragment });
}

/// The stream ends: nothing will follow in any part.
pub(in crate::normalize) fn release_all_inputs(choice: &mut Choice, event: &mut Event<'_>) {
    let count = choice.parts.as_ref().map_or(0, |parts| parts.open.len());
    for at in 0..count {
        if let Some(parts) = &mut choice.parts {
            parts.current = Some(at);
        }
        release_current_input(choice, event);
    }
}

/// The choice ends: its calls' places are over.
pub(in crate::normalize) fn end_call_parts(choice: &mut Choice, event: &mut Event<'_>) {
    let next = |choice: &Choice| {
        choice.parts.as_ref().and_then(|parts| parts.open.iter().position(|part| part.call.is_some()))
    };
    while let Some(at) = next(choice) {
        if let Some(parts) = &mut choice.parts {
            parts.current = Some(at);
        }
        release_and_remove_part_ending_its_call(choice, event);
    }
}
