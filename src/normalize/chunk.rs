//! What is about the chunk and not its choices: its head (start, errors, unknown events, keepalives, end marker), usage, extras.
//!
//! Knows: what was told of these before. Must not know: choices.

use super::{Event, Normalizer, Started, reserve_next};
use crate::delta::Usage;
use crate::dialect::{self, Quirk, Tolerance};
use crate::error::{ErrorKind, LimitKind};
use crate::lex::extend_label_fingerprint;
use crate::options::ContentMode;
use crate::record::{Counter, RawDelta, Record, Str};

/// How many chunk-level extras are remembered as told.
const REMEMBERED: usize = 16;

impl Normalizer {
    /// What is about the document. `has_body`: there is something about choices, or usage.
    pub(super) fn normalize_head(
        &mut self,
        head: &[Record],
        has_body: bool,
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        let (mut id, mut model, mut created) = (Str::NONE, Str::NONE, None);
        let mut carries = has_body || !head.is_empty();
        let mut repeats = false;
        for record in head {
            match *record {
                Record::ErrorRepeats => repeats = self.peer_errors > 0,
                Record::Error { .. } if repeats => {}
                Record::Error { code, kind, message, json } => {
                    self.peer_errors = self.peer_errors.saturating_add(1);
                    event.out.push(RawDelta::Error { code, kind, message, json });
                    carries = false;
                }
                Record::Unknown { name, json } => {
                    event.out.push(RawDelta::Unknown { event: name, payload: json });
                    carries = false;
                }
                Record::Keepalive => {
                    event.out.extend(self.keepalives.then_some(RawDelta::Keepalive));
                    carries = false;
                }
                Record::Done { marker } => {
                    self.release_held_and_finish_provisional_choices(Some(marker), event);
                    carries = false;
                }
                Record::Begin => self.mark_begun_or_emit_restart(event),
                Record::Id(string) if string.len() > self.caps.id_bytes as usize => {
                    return Err(ErrorKind::Limit(LimitKind::IdBytes));
                }
                Record::Id(string) => id = string,
                Record::Model(string) => model = string,
                Record::Created { value, .. } => created = Some(value).filter(|value| *value > 0),
                _ => {}
            }
        }
        self.repeatable &= carries;
        if carries || has_body || !id.is_empty() || !model.is_empty() {
            self.emit_start_if_field_first_seen(id, model, created, event);
        }
        Ok(())
    }

    /// Start: with the first chunk, and again for what is first seen later.
    pub(super) fn emit_start_if_field_first_seen(
        &mut self,
        id: Str,
        model: Str,
        created: Option<u64>,
        event: &mut Event<'_>,
    ) {
        let before = self.started;
        let news = !before.any
            || (!before.id && !id.is_empty())
            || (!before.model && !model.is_empty())
            || (!before.created && created.is_some());
        if !news {
            return;
        }
        let id = id.some().filter(|_| !before.id).unwrap_or_default();
        let model = model.some().filter(|_| !before.model).unwrap_or_default();
        let created = created.filter(|_| !before.created);
        self.started = Started {
            any: true,
            id: before.id || !id.is_empty(),
            model: before.model || !model.is_empty(),
            created: before.created || created.is_some(),
        };
        self.repeatable = false;
        if !model.is_empty()
            && self.content == ContentMode::Auto
            && dialect::is_cumulative_text_model(event.texts.get(model))
            && event.tolerance.allows(Quirk::Cumulative)
        {
            self.cumulative = true;
        }
        event.out.push(RawDelta::Start { id, model, created });
    }

    /// Remembers a chunk-level extra; whether it was not among the last few that were told.
    pub(super) fn remember_extra_if_new(&mut self, json: Str, event: &Event<'_>) -> bool {
        let print = extend_label_fingerprint(0, event.texts.bytes(json));
        if self.extras.contains(&print) {
            return false;
        }
        match self.extras.get_mut(self.extras_next) {
            Some(place) => *place = print,
            None => self.extras.push(print),
        }
        self.extras_next = self.extras_next.wrapping_add(1) % REMEMBERED;
        true
    }

    /// Tells the usage, if it was another `before`.
    #[inline]
    pub(super) fn emit_usage_if_changed(&mut self, before: Option<&Usage>, event: &mut Event<'_>) {
        if before.is_some_and(|before| *before != self.usage) {
            let snapshot = self.defer_usage_snapshot_and_return_ordinal();
            event.out.push(RawDelta::Usage { snapshot });
        }
    }

    /// The usage known so far.
    #[inline]
    pub(crate) fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Takes a counter down; returns whether that is news.
    #[inline]
    pub(crate) fn set_counter_unless_same_or_zeroed(
        &mut self,
        counter: Counter,
        value: u64,
        tolerance: &mut Tolerance,
    ) -> bool {
        let known = counter_mut(&mut self.usage, counter);
        let late_zero = value == 0 && known.is_some_and(|old| old > 0);
        if *known == Some(value) || (late_zero && tolerance.note_if_allowed(Quirk::UsageZero)) {
            return false;
        }
        *known = Some(value);
        true
    }

    /// The usage as it is now, for a delta that is told later: its ordinal.
    pub(crate) fn defer_usage_snapshot_and_return_ordinal(&mut self) -> usize {
        self.usage_is_due = true;
        self.snapshots.len()
    }

    /// The snapshot of this ordinal in the event being told.
    pub(crate) fn snapshot(&self, ordinal: usize) -> &Usage {
        self.snapshots.get(ordinal).unwrap_or(&self.usage)
    }

    /// Whether an event has left more than `items` snapshots.
    pub(crate) fn has_many_snapshots(&self, items: usize) -> bool {
        self.snapshots.capacity() > items
    }

    /// Keeps room for so many.
    pub(crate) fn clear_and_shrink_snapshots(&mut self, items: usize) {
        self.snapshots.clear();
        self.snapshots.shrink_to(items);
    }

    /// The usage, before a document changes it. What a delta of this event has yet to tell of it is kept: only an event that
    /// counts twice pays for that.
    pub(super) fn push_snapshot_if_due_and_copy_usage(&mut self) -> Usage {
        if core::mem::take(&mut self.usage_is_due) {
            reserve_next(&mut self.snapshots, 1);
            self.snapshots.push(self.usage);
        }
        self.usage
    }
}

pub(super) fn counter_mut(usage: &mut Usage, counter: Counter) -> &mut Option<u64> {
    match counter {
        Counter::Input => &mut usage.input,
        Counter::Output => &mut usage.output,
        Counter::Total => &mut usage.total,
        Counter::CachedInput => &mut usage.cached_input,
        Counter::CacheWrite => &mut usage.cache_write,
        Counter::Reasoning => &mut usage.reasoning,
    }
}
