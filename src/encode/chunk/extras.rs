//! Values that are passed on: lists, with indexed entries, and audio of chat in a chunk's delta, all others beside it.
//!
//! Knows: which names chat gives to what (the dialect's tables). Must not know: what the values say.
//!
//! Clients join what comes in a delta, and take what they find in a choice as it is. So only what chat itself has in a delta
//! goes there: lists, whose entries get an `index`, and audio.

use super::{AFTER_DELTA, ChunkEncoder, end_delta};
use crate::delta::ExtraKind;
use crate::dialect::{self, ChoiceKey, ChunkKey, DeltaKey, Names};
use crate::encode::{json, sse};
use alloc::vec::Vec;

/// What goes before a name that clients know as something else.
const TAKEN_PREFIX: &str = "x_";

/// An extra: its kind, name and value.
type Extra<'a> = (ExtraKind, &'a str, &'a str);

impl ChunkEncoder {
    pub(super) fn write_or_hold_extra(&mut self, choice: Option<u32>, extra: Extra<'_>, out: &mut Vec<u8>) {
        match choice {
            None => self.write_or_hold_stream_extra(extra, out),
            Some(choice) => {
                let Some(choice) = self.map_choice_and_ensure_announced(choice, out) else { return };
                let (kind, name, _) = extra;
                let is_delta = matches!(dialect::DeltaNames.key(name.as_bytes()), DeltaKey::Extra(_));
                if !is_delta || !self.write_in_delta_if_list_or_audio(choice, kind, extra, out) {
                    self.write_beside_delta_if_valid(choice, extra, out);
                }
            }
        }
    }

    /// One of the stream: a chunk without choices. Before the first chunk it waits, for the id may still come.
    fn write_or_hold_stream_extra(&mut self, (kind, name, value): Extra<'_>, out: &mut Vec<u8>) {
        let is_taken = |name: &str| {
            let key = dialect::ChunkNames.key(name.as_bytes());
            !matches!(key, ChunkKey::Extra(_) | ChunkKey::Noise | ChunkKey::Other)
        };
        self.spare.clear();
        self.spare.extend_from_slice(b"],");
        write_key_prefixed_if_taken(kind, name, is_taken, &mut self.spare);
        if !json::write_if_mendable(value, &mut self.scratch, &mut self.spare) {
            return self.count_left_out();
        }
        self.spare.push(b'}');
        if !self.head.is_empty() {
            self.write_early_extras_once_and_begin_chunk(out);
            out.extend_from_slice(&self.spare);
            out.extend_from_slice(sse::END);
        } else if self.budget.take_if_fits(self.spare.len().saturating_add(1)) {
            self.early_extras.extend_from_slice(&self.spare);
            self.early_extras.push(b'\n');
        } else {
            self.count_left_out();
        }
    }

    /// Writes the extras that waited for the first chunk.
    pub(super) fn write_early_extras_as_chunks(&mut self, out: &mut Vec<u8>) {
        let early = core::mem::take(&mut self.early_extras);
        for line in early.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            out.extend_from_slice(&self.head);
            out.extend_from_slice(line);
            out.extend_from_slice(sse::END);
        }
        self.budget.give_back(early.len());
    }

    /// One that belongs in a delta; returns whether it is what may stand there.
    fn write_in_delta_if_list_or_audio(
        &mut self,
        choice: u32,
        kind: ExtraKind,
        (_, name, value): Extra<'_>,
        out: &mut Vec<u8>,
    ) -> bool {
        self.spare.clear();
        if !json::write_if_mendable(value, &mut self.scratch, &mut self.spare) {
            return false;
        }
        let start = out.len();
        self.begin_delta(choice, out);
        write_key_prefixed_if_taken(kind, name, |_| false, out);
        let Self { choices, spare, scratch, .. } = self;
        let place = usize::try_from(choice).unwrap_or(usize::MAX);
        let is_written = match choices.get_mut(place) {
            _ if spare.trim_ascii_start().starts_with(b"{") && kind == ExtraKind::Audio => {
                out.extend_from_slice(spare);
                true
            }
            Some(known) => json::write_if_array_adding_missing_index(spare, &mut known.entries, scratch, out),
            None => false,
        };
        if is_written {
            end_delta(out);
        } else {
            out.truncate(start);
        }
        is_written
    }

    /// One that stands beside the delta.
    fn write_beside_delta_if_valid(
        &mut self,
        choice: u32,
        (kind, name, value): Extra<'_>,
        out: &mut Vec<u8>,
    ) {
        let is_taken = |name: &str| {
            let key = dialect::ChoiceNames.key(name.as_bytes());
            !matches!(key, ChoiceKey::Extra(_) | ChoiceKey::Other)
        };
        let start = out.len();
        self.begin_delta(choice, out);
        out.extend_from_slice(b"},");
        write_key_prefixed_if_taken(kind, name, is_taken, out);
        if json::write_if_mendable(value, &mut self.scratch, out) {
            out.extend_from_slice(AFTER_DELTA.strip_prefix(b"}").unwrap_or_default());
            out.extend_from_slice(sse::END);
        } else {
            out.truncate(start);
            self.count_left_out();
        }
    }
}

/// A member's name and its colon.
fn write_key_prefixed_if_taken(
    kind_if_unnamed: ExtraKind,
    name: &str,
    is_taken: impl Fn(&str) -> bool,
    out: &mut Vec<u8>,
) {
    let name = if name.is_empty() { kind_if_unnamed.as_str() } else { name };
    let start = out.len();
    json::write_string(name, out);
    if is_taken(name) {
        // Behind the quote.
        out.splice(start.saturating_add(1)..start.saturating_add(1), TAKEN_PREFIX.bytes());
    }
    out.push(b':');
}
