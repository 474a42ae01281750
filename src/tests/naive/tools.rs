//! Which call a fragment is of: Q77 to Q103, Q157.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::json::{count, text};
use super::talk::{Talk, name as name_of};

#[derive(Default)]
pub(super) struct Tools {
    /// The calls that an index ever named. Without an id it names the one that began last: that one of the others was named again
    /// in between, by its id, does not count (the documents leave it open).
    of_index: BTreeMap<u64, BTreeSet<usize>>,
    /// The call that began last.
    latest: Option<usize>,
    /// There were entries with an index, and without.
    kinds: [bool; 2],
    /// Fragments may repeat the arguments so far.
    pub(super) repeats: bool,
}

impl Tools {
    /// Some of its entries had an index, and some had none.
    pub(super) fn is_mixed(&self) -> bool {
        self.kinds == [true; 2]
    }

    pub(super) fn delta(&mut self, choice: u64, delta: &Value, talk: &mut Talk) {
        match &delta["tool_calls"] {
            Value::Array(entries) => entries.iter().for_each(|entry| self.entry(choice, entry, talk)),
            entry @ Value::Object(_) => self.entry(choice, entry, talk),
            _ => {}
        }
        if delta["function_call"].is_object() {
            self.legacy(choice, &delta["function_call"], talk);
        }
    }

    fn legacy(&mut self, choice: u64, call: &Value, talk: &mut Talk) {
        // It is as the call of index 0.
        let entry = serde_json::json!({"index": 0, "function": call});
        self.entry(choice, &entry, talk);
    }

    fn entry(&mut self, choice: u64, entry: &Value, talk: &mut Talk) {
        let function = if entry["custom"].is_object() { &entry["custom"] } else { &entry["function"] };
        let named = if function.is_object() { &function["name"] } else { &entry["name"] };
        let given = if function.is_object() { function } else { entry };
        let arguments = if given["arguments"].is_null() { &given["input"] } else { &given["arguments"] };
        let index = count(&entry["index"]);
        self.kinds[usize::from(index.is_some())] = true;
        let slot = match self.known(choice, index, &entry["id"], named, talk) {
            Some(slot) => {
                let call = talk.slot(choice, slot);
                if call.id.is_none() {
                    call.id = name_of(&entry["id"]);
                }
                name(choice, slot, named, talk);
                slot
            }
            // Q103: nothing but metadata. Q97: an id may come first.
            None if !function.is_object()
                && [named, &entry["id"]].into_iter().all(|label| text(label).is_none())
                && arguments.is_null() =>
            {
                return;
            }
            None => talk.call(choice, &entry["id"], named),
        };
        if let Some(index) = index {
            self.of_index.entry(index).or_default().insert(slot);
        }
        self.latest = self.latest.max(Some(slot));
        let so_far = talk.slot(choice, slot).arguments.clone();
        match arguments.as_str() {
            // Q96, Q163: of a fragment that is all so far and more, what is new.
            Some(all) if self.repeats && !so_far.is_empty() && all.starts_with(&so_far) => {
                talk.arguments(choice, slot, &all[so_far.len()..].into());
            }
            _ => talk.arguments(choice, slot, arguments),
        }
    }

    /// The call that an entry goes on with; none: it begins one.
    fn known(
        &self,
        choice: u64,
        index: Option<u64>,
        id: &Value,
        named: &Value,
        talk: &mut Talk,
    ) -> Option<usize> {
        let calls = &talk.choice(choice).calls;
        let (id, named) = (name_of(id), name_of(named));
        let (id, named) = (id.as_deref(), named.as_deref());
        let by_id = id.and_then(|id| calls.iter().rposition(|call| call.id.as_deref() == Some(id)));
        match index {
            Some(index) => {
                let own = self.of_index.get(&index)?;
                let slot = *own.last()?;
                let other_id = id.is_some() && calls[slot].id.is_some() && calls[slot].id.as_deref() != id;
                let exact = own.iter().rev().find(|slot| calls[**slot].id.as_deref() == id);
                match (other_id, exact) {
                    (true, Some(other)) => Some(*other),
                    (true, None) if named.is_some() => None,
                    _ => Some(slot),
                }
            }
            None if by_id.is_some() => by_id,
            // A late id (Q97); any other is a new call's.
            None if id.is_some() && (named.is_some() || calls[self.latest?].id.is_some()) => None,
            None => {
                let slot = self.latest?;
                let call = &calls[slot];
                let is_other =
                    named.is_some_and(|name| !call.is_silent() || !call.name.is_empty() && call.name != name);
                (!is_other).then_some(slot)
            }
        }
    }
}

/// A further piece of a name: Q88, Q89.
fn name(choice: u64, slot: usize, piece: &Value, talk: &mut Talk) {
    let call = talk.slot(choice, slot);
    match name_of(piece) {
        Some(piece) if call.name.is_empty() => call.name = piece,
        Some(piece) if call.is_silent() && piece != call.name => call.name += &piece,
        _ => {}
    }
}
