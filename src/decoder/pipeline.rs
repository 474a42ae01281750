//! One event's payload to deltas: parse, then normalize.
//!
//! Knows: the rooms after framing, and in which order they are asked. Must not know: inputs, cuts, lines.

use crate::dialect::{Quirk, Quirks, Tolerance};
use crate::error::ErrorKind;
use crate::keep;
use crate::lex;
use crate::normalize::{Event, Normalizer};
use crate::options::Options;
use crate::parse::{self, Next, ParseOptions, Parser, cursor::Scratch};
use crate::record::{Queue, RawDelta, Span, Str, Texts};
use crate::shape::Shapes;

/// What became of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replay {
    /// Its records are normalized.
    Done,
    /// It is no hit after all, and nothing has happened.
    NoHit,
}

/// What counters did to the usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UsageChange {
    Changed,
    Same,
}

/// The rooms that see payloads, and the queue of an event's deltas.
#[derive(Clone)]
pub(super) struct Pipeline {
    pub(super) tolerance: Tolerance,
    pub(super) parser: Parser,
    pub(super) scratch: Scratch,
    /// Where the text of a single delta is unescaped.
    pub(super) room: lex::Room,
    pub(super) normalizer: Normalizer,
    pub(super) queue: Queue,
    /// What is wrong with the event; returned after its queue.
    pub(super) error: Option<ErrorKind>,
    /// Events of no known wire: all that they told was [`RawDelta::Unknown`].
    pub(super) unknown_events: u64,
    keepalives: bool,
}

impl Pipeline {
    pub(super) fn new(options: &Options) -> Self {
        let parse_options = ParseOptions {
            depth: options.limits.depth(),
            extras: options.extras,
            name_limit: options.limits.event_name_bytes(),
            padding: false,
            tape_from: parse::TAPE_FROM,
        };
        Self {
            tolerance: Tolerance::new(options.allowed()),
            parser: Parser::new(parse_options, options.limits.facts(), options.wire),
            scratch: Scratch::default(),
            room: lex::Room::default(),
            normalizer: Normalizer::new(options),
            queue: Queue::new(RawDelta::Keepalive),
            error: None,
            unknown_events: 0,
            keepalives: options.keepalives,
        }
    }

    pub(super) fn reset(&mut self) {
        self.tolerance.seen = Quirks::NONE;
        self.unknown_events = 0;
        self.parser.reset();
        self.normalizer.reset();
        self.begin_event();
        self.clear_and_shrink();
    }

    /// Forgets the event before.
    pub(super) fn begin_event(&mut self) {
        self.queue.clear();
        self.scratch.clear();
        self.error = None;
        self.normalizer.reset_for_next_event();
    }

    /// Whether one big event has left more than is kept between events.
    #[inline]
    pub(super) fn is_swollen(&self) -> bool {
        self.scratch.text.capacity() > keep::BYTES
            || self.room.kept() > keep::BYTES
            || self.scratch.escaped.capacity() > keep::ITEMS
            || self.queue.keeps_more_than(keep::ITEMS)
            || self.parser.keeps_more_than(keep::ITEMS)
            || self.normalizer.has_many_snapshots(keep::ITEMS)
    }

    /// Gives back what one big event took, once nothing of it is left to tell.
    #[cold]
    pub(super) fn clear_and_shrink(&mut self) {
        self.scratch.clear();
        self.scratch.text.shrink_to(keep::BYTES);
        self.room.clear_and_shrink(keep::BYTES);
        self.scratch.escaped.shrink_to(keep::ITEMS);
        self.queue.clear_and_shrink(keep::ITEMS);
        self.parser.clear_and_shrink(keep::ITEMS);
        self.normalizer.clear_and_shrink_snapshots(keep::ITEMS);
    }

    /// A comment.
    pub(super) fn replace_queue_by_keepalive_if_wanted(&mut self) {
        self.begin_event();
        if self.keepalives {
            self.queue.push(RawDelta::Keepalive);
        }
    }

    /// The stream ends without an end marker.
    pub(super) fn end_stream(&mut self) {
        self.begin_event();
        let Self { normalizer, scratch, tolerance, queue, .. } = self;
        let texts = Texts { payload: &[], scratch: &mut scratch.text };
        normalizer
            .release_held_and_finish_provisional_choices(None, &mut Event { texts, tolerance, out: queue });
    }

    /// Queues the deltas of one event, document by document; what is wrong with it is left in `error`. `learn`: a shape may
    /// be learned from what is stated.
    pub(super) fn decode_payload(&mut self, event: &parse::Event<'_>, keep_padding_for_learning: bool) {
        self.begin_event();
        if self.normalizer.is_done()
            && (self.parser.is_done_marker_allowed_after_end(event)
                || self.tolerance.note_if_allowed(Quirk::AfterDone))
        {
            return;
        }
        let Self { parser, normalizer, scratch, tolerance, queue, .. } = self;
        parser.begin_event(keep_padding_for_learning);
        let last = loop {
            match parser.next_document(event, scratch, tolerance) {
                Ok(Next::Records) => {}
                Ok(Next::End) => break None,
                Err(kind) => break Some(kind),
            }
            let texts = Texts { payload: event.payload, scratch: &mut scratch.text };
            let result = normalizer.normalize(&parser.records, &mut Event { texts, tolerance, out: queue });
            if let Err(kind) = result {
                break Some(kind);
            }
        };
        self.error = parser.first_error_or(last);
        let is_unknown = |delta: &RawDelta| matches!(delta, RawDelta::Unknown { .. });
        if queue.first().is_some_and(is_unknown) && queue.iter().all(is_unknown) {
            self.unknown_events = self.unknown_events.saturating_add(1);
        }
    }

    /// Whether another event like the last says as much: it was one document that said nothing once and for all.
    pub(super) fn is_repeatable(&self) -> bool {
        self.parser.is_one_document() && self.error.is_none() && self.normalizer.is_repeatable()
    }

    /// Normalizes the records of the last hit, which is `raw`, as any others; `text` is what of it should be text. If it is no
    /// hit after all, nothing is done.
    pub(super) fn normalize_records_of_last_hit(
        &mut self,
        raw: &[u8],
        must_be_utf8: &[u8],
        shapes: &Shapes,
    ) -> Replay {
        if simdutf8::basic::from_utf8(must_be_utf8).is_err() {
            return Replay::NoHit;
        }
        self.begin_event();
        let Self { normalizer, scratch, tolerance, queue, parser, error, .. } = self;
        let mut unescape = |span: Span| {
            let start = scratch.text.len();
            let met = lex::unescape(lex::utf8(span.of(raw))?, scratch.text_reserved_on_first_use())?;
            (!met.lone).then(|| Str::scratch(start, scratch.text.len()))
        };
        let well_formed = shapes.escaped_padding().all(|span| unescape(span).is_some());
        if !well_formed || shapes.write_records(&mut parser.records, unescape).is_none() {
            return Replay::NoHit;
        }
        let texts = Texts { payload: raw, scratch: &mut scratch.text };
        let mut event = Event { texts, tolerance, out: queue };
        *error = normalizer.normalize_body_of_repeated_document(&parser.records, &mut event).err();
        Replay::Done
    }

    /// Normalizes the counters that came with a single delta.
    #[inline(never)]
    pub(super) fn replay_counters(&mut self, shapes: &mut Shapes) -> UsageChange {
        let Self { normalizer, tolerance, .. } = self;
        let mut changed = false;
        shapes.each_counter_hole_and_new_literal(|counter, value| {
            changed |= normalizer.set_counter_unless_same_or_zeroed(counter, value, tolerance)
        });
        if changed { UsageChange::Changed } else { UsageChange::Same }
    }

    /// Tells the usage and nothing else.
    pub(super) fn begin_event_and_queue_usage(&mut self) {
        self.begin_event();
        let snapshot = self.normalizer.defer_usage_snapshot_and_return_ordinal();
        self.queue.push(RawDelta::Usage { snapshot });
    }
}
