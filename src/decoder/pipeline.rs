//! One event's payload to deltas: parse, then normalize.
//!
//! Knows: the rooms after framing, and in which order they are asked. Must not know: inputs, cuts, lines.

use crate::dialect::{Quirk, Quirks, Tolerance};
use crate::error::ErrorKind;
use crate::lex;
use crate::normalize::{Event, Normalizer};
use crate::options::Options;
use crate::parse::{self, Next, ParseOptions, Parser, cursor::Scratch};
use crate::record::{RawDelta, Span, Str, Texts};
use crate::shape::Shapes;

/// Bytes of scratch that are kept between events.
const KEEP: usize = 64 << 10;

/// Records and deltas for which room is kept between events.
const MANY: usize = 512;

/// The rooms that see payloads, and the queue of an event's deltas.
#[derive(Clone)]
pub(super) struct Pipeline {
    pub(super) tolerance: Tolerance,
    pub(super) parser: Parser,
    pub(super) scratch: Scratch,
    pub(super) normalizer: Normalizer,
    pub(super) queue: Vec<RawDelta>,
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
            normalizer: Normalizer::new(options),
            queue: Vec::new(),
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
        self.begin();
        self.relax();
    }

    /// Forgets the event before.
    pub(super) fn begin(&mut self) {
        self.queue.clear();
        self.scratch.clear();
        self.error = None;
        self.normalizer.begin_event();
    }

    /// Whether one big event has left more than is kept between events.
    #[inline]
    pub(super) fn is_big(&self) -> bool {
        self.scratch.text.capacity() > KEEP
            || self.scratch.escaped.capacity() > MANY
            || self.queue.capacity() > MANY
            || self.parser.is_big(MANY)
            || self.normalizer.is_big(MANY)
    }

    /// Gives back what one big event took, once nothing of it is left to tell.
    #[cold]
    pub(super) fn relax(&mut self) {
        self.queue.clear();
        self.scratch.clear();
        self.scratch.text.shrink_to(KEEP);
        self.scratch.escaped.shrink_to(MANY);
        self.queue.shrink_to(MANY);
        self.parser.relax(MANY);
        self.normalizer.relax(MANY);
    }

    /// A comment.
    pub(super) fn comment(&mut self) {
        self.begin();
        if self.keepalives {
            self.queue.push(RawDelta::Keepalive);
        }
    }

    /// The stream ends without an end marker.
    pub(super) fn end(&mut self) {
        self.begin();
        let Self { normalizer, scratch, tolerance, queue, .. } = self;
        let texts = Texts { payload: &[], scratch: &mut scratch.text };
        normalizer.end(None, &mut Event { texts, tolerance, out: queue });
    }

    /// Queues the deltas of one event, document by document; what is wrong with it is left in `error`. `learn`: a shape may
    /// be learned from what is stated.
    pub(super) fn decode_payload(&mut self, event: &parse::Event<'_>, learn: bool) {
        self.begin();
        if self.normalizer.is_done() && self.tolerance.meets(Quirk::AfterDone) {
            return;
        }
        let Self { parser, normalizer, scratch, tolerance, queue, .. } = self;
        parser.begin(learn);
        let last = loop {
            match parser.next(event, scratch, tolerance) {
                Ok(Next::Records) => {}
                Ok(Next::End) => break None,
                Err(kind) => break Some(kind),
            }
            let texts = Texts { payload: event.payload, scratch: &mut scratch.text };
            let result = normalizer.document(&parser.records, &mut Event { texts, tolerance, out: queue });
            if let Err(kind) = result {
                break Some(kind);
            }
        };
        self.error = parser.first_error(last);
        let is_unknown = |delta: &RawDelta| matches!(delta, RawDelta::Unknown { .. });
        if queue.first().is_some_and(is_unknown) && queue.iter().all(is_unknown) {
            self.unknown_events = self.unknown_events.saturating_add(1);
        }
    }

    /// Whether another event like the last says as much: it was one document that said nothing once and for all.
    pub(super) fn is_repeatable(&self) -> bool {
        self.parser.is_one_document() && self.error.is_none() && self.normalizer.is_repeatable()
    }

    /// An event of a known shape, which is `raw`: the records of the hit, told as any others. Gives `false`, and has done
    /// nothing, if it is no hit after all.
    pub(super) fn predicted(&mut self, raw: &[u8], shapes: &Shapes) -> bool {
        if simdutf8::basic::from_utf8(raw).is_err() {
            return false;
        }
        self.begin();
        let Self { normalizer, scratch, tolerance, queue, parser, error, .. } = self;
        let mut unescape = |span: Span| {
            let start = scratch.text.len();
            let met = lex::unescape(std::str::from_utf8(span.of(raw)).ok()?, &mut scratch.text)?;
            (!met.lone).then(|| Str::scratch(start, scratch.text.len()))
        };
        let well_formed = shapes.unused().all(|span| unescape(span).is_some());
        if !well_formed || shapes.records(&mut parser.records, unescape).is_none() {
            return false;
        }
        let texts = Texts { payload: raw, scratch: &mut scratch.text };
        let mut event = Event { texts, tolerance, out: queue };
        *error = normalizer.document(&parser.records, &mut event).err();
        true
    }

    /// The unescaped text of a plain hit, if it can be told as it is. Only where nothing of an event before is left to tell.
    pub(super) fn unescaped(&mut self, event: &[u8], text: Span) -> Option<Str> {
        self.scratch.clear();
        let met = lex::unescape(std::str::from_utf8(text.of(event)).ok()?, &mut self.scratch.text)?;
        (!met.lone).then(|| Str::scratch(0, self.scratch.text.len()))
    }

    /// The counters that came with a plain hit; gives whether they changed the usage.
    #[inline(never)]
    pub(super) fn counted(&mut self, shapes: &mut Shapes) -> bool {
        let Self { normalizer, tolerance, .. } = self;
        let mut changed = false;
        shapes.counters(|counter, value| changed |= normalizer.count(counter, value, tolerance));
        changed
    }

    /// Tells the usage and nothing else.
    pub(super) fn say_usage(&mut self) {
        self.begin();
        let snapshot = self.normalizer.take_snapshot();
        self.queue.push(RawDelta::Usage { snapshot });
    }
}
