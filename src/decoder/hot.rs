//! The hot path: an event just like one before.
//!
//! Knows: when a shape may be asked, and what a hit changes. Must not know: how shapes are compared or learned.

use super::{Decoder, Pace, Source, State};
use crate::delta::Delta;
use crate::dialect::Quirk;
use crate::record::{Str, Told};
use crate::shape::{Plain, Says};

impl Decoder {
    /// The hot path: an event just like one before, that says one thing.
    #[inline]
    pub(super) fn predict<'i>(&mut self, bytes: &'i [u8]) -> Option<(usize, Delta<'i>)> {
        let skipped = usize::from(self.frames.skips_lf() && bytes.first() == Some(&b'\n'));
        let event = bytes.get(skipped..)?;
        let Some(hit) = self.shapes.find(event) else {
            self.missed = skipped == 0;
            return None;
        };
        let plain = hit.plain?;
        if hit.escaped != 0 || hit.text.is_empty() || hit.length > self.limit {
            return None;
        }
        let slot = match self.shapes.trusted() {
            Some(slot) => slot,
            None => self.passes(plain)?,
        };
        let text = std::str::from_utf8(hit.text.of(event)).ok()?;
        self.shapes.hit();
        self.shapes.trust(slot);
        let used = skipped.saturating_add(hit.length);
        self.frames.skipped(bytes.get(used.wrapping_sub(1)).copied().unwrap_or(0));
        self.events = self.events.saturating_add(1);
        self.event_at = self.offset.saturating_add(skipped as u64);
        self.offset = self.offset.saturating_add(used as u64);
        self.taken = self.taken.saturating_add(used as u64);
        if plain.counts && self.teller.counted(&mut self.shapes) {
            self.pace = Pace::Usage;
        }
        let choice = plain.choice;
        Some((
            used,
            match plain.says {
                Says::Text => Delta::Text { choice, text },
                Says::Reasoning => Delta::Reasoning { choice, text },
                Says::Arguments(_) => Delta::ToolCallArguments { choice, slot, fragment: text },
            },
        ))
    }

    /// Whether what a plain hit says can be told as it is; gives the slot, if it is about a call.
    fn passes(&self, plain: Plain) -> Option<u32> {
        let normalizer = &self.teller.normalizer;
        match plain.says {
            Says::Text => normalizer.passes(plain.choice, false).then_some(0),
            Says::Reasoning => normalizer.passes(plain.choice, true).then_some(0),
            Says::Arguments(_) if self.options.quirks.contains(Quirk::RepeatedArguments) => None,
            Says::Arguments(call) => normalizer.passes_arguments(plain.choice, call),
        }
    }

    /// An event that was completed in the carry, which is `raw`: by its shape, if it is a known one.
    pub(super) fn shaped_in_carry(&mut self, raw: &[u8]) -> bool {
        if !self.shapes.is_ready() || self.teller.normalizer.is_done() {
            return false;
        }
        let Some(hit) = self.shapes.find(raw).filter(|hit| hit.length == raw.len()) else { return false };
        let tellable = hit.escaped == 0 && !hit.text.is_empty();
        let plain = hit.plain.filter(|plain| tellable && !plain.counts);
        match plain.and_then(|plain| Some((plain, self.passes(plain)?))) {
            Some((Plain { choice, says, .. }, slot)) => {
                let text = Str::of_payload(hit.text);
                self.teller.say(match says {
                    Says::Text => Told::Text { choice, text },
                    Says::Reasoning => Told::Reasoning { choice, text },
                    Says::Arguments(_) => Told::ToolCallArguments { choice, slot, fragment: text },
                });
            }
            None => {
                if !self.teller.predicted(raw, &self.shapes) {
                    return false;
                }
            }
        }
        self.shapes.hit();
        true
    }

    /// What is due is queued: the next call begins from the queue.
    pub(super) fn cool(&mut self) {
        if self.pace == Pace::Usage {
            self.next = 0;
            self.source = Source::Scratch;
            self.teller.say_usage();
        }
        self.pace = Pace::Cold;
    }

    /// Whether the next event may be taken by its shape.
    pub(super) fn is_hot(&self) -> bool {
        self.shapes.is_ready()
            && self.next >= self.teller.queue.len()
            && self.teller.error.is_none()
            && self.carry.is_empty()
            && self.state == State::Open
            && self.fatal.is_none()
            && !self.teller.normalizer.is_done()
            && self.frames.at_event()
    }

    /// An event of a known shape at the front of the input: its records are told as any others.
    pub(super) fn shaped(&mut self, rest: &[u8], used: &mut usize) -> bool {
        if self.frames.skips_lf() && rest.first() == Some(&b'\n') {
            return false;
        }
        let Some(hit) = self.shapes.find(rest) else { return false };
        let raw = rest.get(..hit.length).unwrap_or_default();
        if hit.length > self.limit || !self.teller.predicted(raw, &self.shapes) {
            return false;
        }
        self.shapes.hit();
        self.frames.skipped(raw.last().copied().unwrap_or(0));
        self.source = Source::Input { base: *used };
        *used = used.saturating_add(hit.length);
        self.begin_event(hit.length);
        self.settle();
        true
    }

    /// Shapes are forgotten when what they leave out has changed.
    pub(super) fn settle(&mut self) {
        self.shapes.distrust();
        if self.teller.normalizer.take_upset() {
            self.shapes.clear();
        }
    }
}
