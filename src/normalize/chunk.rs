//! What is about the chunk and not its choices: start, errors, usage, extras.
//!
//! Knows: what was told of these before. Must not know: choices.

use super::{COUNTERS, Event, Normalizer, Started, counter_of, label_print};
use crate::delta::Usage;
use crate::dialect::{self, Quirk};
use crate::options::Content;
use crate::record::{Record, Str, Told};

impl Normalizer {
    pub(super) fn head(&mut self, head: &[Record], event: &mut Event<'_>) {
        let (mut id, mut model, mut created, mut chunk) = (Str::NONE, Str::NONE, None, true);
        for record in head {
            match record {
                Record::Error { code, kind, message } => {
                    self.steady = false;
                    self.peer_errors = self.peer_errors.saturating_add(1);
                    event.out.push(Told::Error {
                        code: *code,
                        kind: *kind,
                        message: *message,
                        json: event.document,
                    });
                    chunk = false;
                }
                Record::Unknown => {
                    self.steady = false;
                    event.out.push(Told::Unknown { event: event.name, payload: event.document });
                    chunk = false;
                }
                Record::Id(string) => id = *string,
                Record::Model(string) => model = *string,
                Record::Created { value, .. } => created = Some(*value).filter(|value| *value > 0),
                _ => {}
            }
        }
        if chunk || !id.is_empty() || !model.is_empty() {
            self.start(id, model, created, event);
        }
    }

    /// Start: with the first chunk, and again for what is first seen later.
    pub(super) fn start(&mut self, id: Str, model: Str, created: Option<u64>, event: &mut Event<'_>) {
        let before = self.started;
        let id = id.some().filter(|_| !before.id).unwrap_or_default();
        let model = model.some().filter(|_| !before.model).unwrap_or_default();
        let created = created.filter(|_| !before.created);
        self.started = Started {
            any: true,
            id: before.id || !id.is_empty(),
            model: before.model || !model.is_empty(),
            created: before.created || created.is_some(),
        };
        if self.started == before {
            return;
        }
        self.steady = false;
        if !model.is_empty()
            && self.content == Content::Auto
            && dialect::is_cumulative(event.texts.get(model))
            && event.tolerance.meets(Quirk::Cumulative)
        {
            self.cumulative = true;
        }
        event.out.push(Told::Start { id, model, created });
    }

    /// A chunk-level extra that was not told before.
    pub(super) fn is_new_extra(&mut self, json: Str, event: &Event<'_>) -> bool {
        let print = label_print(0, event.texts.get(json).as_bytes());
        if self.extras.contains(&print) {
            return false;
        }
        if let Some(place) = self.extras.get_mut(self.extras_next) {
            *place = print;
        }
        self.extras_next = self.extras_next.wrapping_add(1) % 16;
        true
    }

    pub(super) fn usage(&mut self, fresh: &Usage, event: &mut Event<'_>) {
        let before = self.usage;
        for counter in COUNTERS {
            let Some(new) = *counter_of(&mut fresh.clone(), counter) else { continue };
            let known = counter_of(&mut self.usage, counter);
            if new == 0 && known.is_some_and(|old| old > 0) && event.tolerance.meets(Quirk::UsageZero) {
                continue;
            }
            *known = Some(new);
        }
        if self.usage != before {
            event.out.push(Told::Usage { snapshot: self.snapshots.len() });
            self.snapshots.push(self.usage);
        }
    }

    /// Tells counters.
    pub(crate) fn counters(&mut self, records: impl Iterator<Item = Record>, event: &mut Event<'_>) {
        let mut fresh = Usage::default();
        for record in records {
            if let Record::Counter { counter, value, .. } = record {
                *counter_of(&mut fresh, counter) = Some(value);
            }
        }
        self.usage(&fresh, event);
    }
}
