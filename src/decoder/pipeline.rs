//! One event's payload to told deltas: parse, then normalize.
//!
//! Knows: the rooms after framing, and in which order they are asked. Must not know: inputs, cuts, lines.

use crate::dialect::{self, Quirk, Tolerance};
use crate::error::{ErrorKind, LimitKind};
use crate::frame::document::{self, Part};
use crate::lex;
use crate::normalize::{Event, Normalizer};
use crate::options::Options;
use crate::parse::{self, ParseOptions, Room, cursor::Scratch};
use crate::record::{RawDelta, Record, Span, Str, Texts};
use crate::shape::Shapes;

/// Scratch that is kept between events.
const KEEP: usize = 64 << 10;

/// Records and deltas for which room is kept between events.
const MANY: usize = 512;

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
pub(super) enum Usage {
    Changed,
    Same,
}

/// The rooms that see payloads, and the queue of what is told of one event.
#[derive(Debug, Clone)]
pub(super) struct Pipeline {
    pub(super) tolerance: Tolerance,
    pub(super) room: Room,
    pub(super) scratch: Scratch,
    pub(super) normalizer: Normalizer,
    pub(super) queue: Vec<RawDelta>,
    /// What is wrong with the event; told after its queue.
    pub(super) error: Option<ErrorKind>,
    /// What was wrong with a document before others of the same event.
    bad: Option<ErrorKind>,
    /// Documents that the event had.
    documents: u32,
    reading: ParseOptions,
    keepalives: bool,
    name_limit: usize,
}

impl Pipeline {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            tolerance: Tolerance::new(options.quirks),
            room: Room::default(),
            scratch: Scratch::default(),
            normalizer: Normalizer::new(options),
            queue: Vec::new(),
            error: None,
            bad: None,
            documents: 0,
            reading: ParseOptions {
                depth: options.limits.depth,
                extras: options.extras,
                facts: options.limits.facts,
                padding: false,
                tape_from: parse::TAPE_FROM,
            },
            keepalives: options.keepalives,
            name_limit: options.limits.event_name_bytes,
        }
    }

    pub(super) fn reset(&mut self) {
        self.tolerance.seen = dialect::Quirks::NONE;
        self.normalizer.reset();
        self.begin();
    }

    /// Forgets the event before.
    pub(super) fn begin(&mut self) {
        self.queue.clear();
        self.scratch.clear();
        if self.scratch.text.capacity() > KEEP || self.queue.capacity() > MANY {
            self.relax();
        }
        self.error = None;
        self.documents = 0;
        self.normalizer.begin_event();
    }

    /// Gives back what one big event took.
    #[cold]
    fn relax(&mut self) {
        self.scratch.text.shrink_to(KEEP);
        self.scratch.escaped.shrink_to(MANY);
        self.queue.shrink_to(MANY);
        self.room.relax(MANY);
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
        let document = Str::NONE;
        normalizer.end(None, &mut Event { texts, tolerance, out: queue, document, name: &[] });
    }

    /// One event; `payload` is UTF-8. What is wrong with it is left in `error`. `learn`: a shape may be learned from what is
    /// stated.
    pub(super) fn event(&mut self, payload: &[u8], name: &[u8], error: bool, learn: bool) {
        self.begin();
        self.reading.padding = learn;
        if self.normalizer.is_done() && self.tolerance.meets(Quirk::AfterDone) {
            return;
        }
        self.error = self.tell(payload, name, error).err();
        self.error = self.bad.take().or(self.error);
    }

    fn tell(&mut self, payload: &[u8], name: &[u8], error: bool) -> Result<(), ErrorKind> {
        if name.len() > self.name_limit {
            return Err(ErrorKind::Limit(LimitKind::EventNameBytes));
        }
        if error || name == dialect::ERROR_EVENT.as_bytes() && self.tolerance.meets(Quirk::ErrorEvent) {
            return self.error_event(payload, name);
        }
        if !name.is_empty()
            && let Some(marker) = self.named_end(payload, name)
        {
            self.with(payload, (0, payload.len()), |normalizer, event| {
                normalizer.end(Some(marker), event);
            });
            return Ok(());
        }
        let mut part = document::first(payload, &mut self.tolerance).map_err(ErrorKind::QuirkOff)?;
        loop {
            match part {
                Part::End => return Ok(()),
                Part::Empty | Part::Comment => {
                    self.queue.extend(self.keepalives.then_some(RawDelta::Keepalive));
                    return Ok(());
                }
                Part::Done(which) => {
                    let marker = dialect::DONE.get(which).copied().unwrap_or_default();
                    self.with(payload, (0, 0), |normalizer, event| normalizer.end(Some(marker), event));
                    return Ok(());
                }
                Part::Text => return self.text(payload, name),
                Part::Document(at) => part = self.document(payload, name, at)?,
            }
        }
    }

    /// The document at `at`; gives what follows it.
    fn document(&mut self, payload: &[u8], name: &[u8], at: usize) -> Result<Part, ErrorKind> {
        if self.queue.len() > self.reading.facts {
            return Err(ErrorKind::Limit(LimitKind::Facts));
        }
        let end = match self.read(payload, at) {
            Err(ErrorKind::Json) if self.tolerance.allows(Quirk::Repaired) => {
                return self.repaired(payload, name, at);
            }
            Err(kind) => return self.past(payload, at, kind),
            Ok(end) => end,
        };
        self.documents = self.documents.saturating_add(1);
        let next = document::next(payload, end, &mut self.tolerance).map_err(ErrorKind::QuirkOff)?;
        self.told(payload, name, (at, end))?;
        Ok(next)
    }

    /// The event just told was one document that said nothing once and for all: another like it says as much.
    pub(super) fn is_repeatable(&self) -> bool {
        self.documents == 1 && self.error.is_none() && self.normalizer.is_repeatable()
    }

    /// Normalizes the records of the last hit, which is `raw`, as any others. If it is no hit after all, nothing is done.
    pub(super) fn replay(&mut self, raw: &[u8], shapes: &Shapes) -> Replay {
        if simdutf8::basic::from_utf8(raw).is_err() {
            return Replay::NoHit;
        }
        self.begin();
        let Self { normalizer, scratch, tolerance, queue, room, error, .. } = self;
        let mut unescape = |span: Span| {
            let start = scratch.text.len();
            let met = lex::unescape(std::str::from_utf8(span.of(raw)).ok()?, &mut scratch.text)?;
            (!met.lone).then(|| Str::scratch(start, scratch.text.len()))
        };
        let well_formed = shapes.escaped_padding().all(|span| unescape(span).is_some());
        if !well_formed || shapes.records(&mut room.statement, unescape).is_none() {
            return Replay::NoHit;
        }
        let texts = Texts { payload: raw, scratch: &mut scratch.text };
        let mut event = Event { texts, tolerance, out: queue, document: Str::NONE, name: &[] };
        *error = normalizer.body(&room.statement.body, &mut event).err();
        Replay::Done
    }

    /// The unescaped text of a single delta, if it can be told as it is. Only where nothing of an event before is left to
    /// tell.
    pub(super) fn unescape_text(&mut self, event: &[u8], text: Span) -> Option<Str> {
        self.scratch.clear();
        let met = lex::unescape(std::str::from_utf8(text.of(event)).ok()?, &mut self.scratch.text)?;
        (!met.lone).then(|| Str::scratch(0, self.scratch.text.len()))
    }

    /// Normalizes the counters that came with a single delta.
    #[inline(never)]
    pub(super) fn replay_counters(&mut self, shapes: &mut Shapes) -> Usage {
        let Self { normalizer, tolerance, .. } = self;
        let mut changed = false;
        shapes.counters(|counter, value| changed |= normalizer.count(counter, value, tolerance));
        if changed { Usage::Changed } else { Usage::Same }
    }

    /// Tells the usage and nothing else.
    pub(super) fn say_usage(&mut self) {
        self.begin();
        let snapshot = self.normalizer.take_snapshot();
        self.queue.push(RawDelta::Usage { snapshot });
    }

    /// A document that cannot be told: the next of the payload may be; what was wrong is told at the end.
    #[cold]
    fn past(&mut self, payload: &[u8], at: usize, kind: ErrorKind) -> Result<Part, ErrorKind> {
        let rest = payload.get(at..).unwrap_or_default();
        let length = lex::nest::Nest::default().scan(rest).ok_or(kind)?;
        match document::next(payload, at.saturating_add(length), &mut self.tolerance) {
            Ok(next @ (Part::Document(_) | Part::Done(_))) => {
                self.bad = self.bad.or(Some(kind));
                Ok(next)
            }
            _ => Err(kind),
        }
    }

    /// A document that is no JSON: what can be saved of it.
    #[cold]
    fn repaired(&mut self, payload: &[u8], name: &[u8], at: usize) -> Result<Part, ErrorKind> {
        if !parse::repair::salvage(payload, at, &mut self.room, &mut self.scratch) {
            return Err(ErrorKind::Json);
        }
        self.tolerance.meets(Quirk::Repaired);
        self.told(payload, name, (at, payload.len()))?;
        Ok(Part::End)
    }

    fn read(&mut self, payload: &[u8], at: usize) -> Result<usize, ErrorKind> {
        let Self { room, scratch, tolerance, reading, .. } = self;
        parse::document(payload, at, reading, room, scratch, tolerance)
    }

    /// Tells the statement of the document that is `span` of the payload.
    fn told(&mut self, payload: &[u8], name: &[u8], span: (usize, usize)) -> Result<(), ErrorKind> {
        let Self { normalizer, scratch, tolerance, queue, room, .. } = self;
        let texts = Texts { payload, scratch: &mut scratch.text };
        let document = Str::payload(span.0, span.1);
        normalizer.document(&room.statement, &mut Event { texts, tolerance, out: queue, document, name })
    }

    /// Calls `f` with the normalizer and what it needs of an event that was not read.
    fn with(
        &mut self,
        payload: &[u8],
        (start, end): (usize, usize),
        f: impl FnOnce(&mut Normalizer, &mut Event<'_>),
    ) {
        let Self { normalizer, scratch, tolerance, queue, .. } = self;
        let texts = Texts { payload, scratch: &mut scratch.text };
        let document = Str::payload(start, end);
        f(normalizer, &mut Event { texts, tolerance, out: queue, document, name: &[] });
    }

    /// Data that is an error whatever it says.
    fn error_event(&mut self, payload: &[u8], name: &[u8]) -> Result<(), ErrorKind> {
        let at = payload.len().saturating_sub(payload.trim_ascii_start().len());
        let is_error = |record: &Record| matches!(record, Record::Error { .. });
        if payload.get(at) == Some(&b'{')
            && let Ok(end) = self.read(payload, at)
            && self.room.statement.head.iter().any(is_error)
        {
            return self.told(payload, name, (at, end));
        }
        self.room.statement.clear();
        self.with(payload, (0, payload.len()), |normalizer, event| normalizer.error_text(event));
        Ok(())
    }

    fn named_end(&mut self, payload: &[u8], name: &[u8]) -> Option<&'static str> {
        let marker = dialect::END_EVENTS.iter().copied().find(|known| known.as_bytes() == name)?;
        let data = payload.trim_ascii();
        let json = matches!(data, [b'{' | b'[' | b'"', ..]);
        let says_nothing = !json || data == b"{}" || document::is_done(data).is_some();
        (says_nothing && self.tolerance.meets(Quirk::NamedEnd)).then_some(marker)
    }

    /// Text that does not begin like JSON: a scalar of no known wire, or the peer's words.
    fn text(&mut self, payload: &[u8], name: &[u8]) -> Result<(), ErrorKind> {
        let span = (0, payload.len());
        if parse::is_value(payload, self.reading.depth, &mut self.scratch) {
            self.room.statement.clear();
            self.room.statement.head.push(Record::Unknown { json: Str::NONE });
            return self.told(payload, name, span);
        }
        if !self.tolerance.meets(Quirk::PlainText) {
            return Err(ErrorKind::Json);
        }
        self.room.statement.clear();
        self.with(payload, span, Normalizer::error_text);
        Ok(())
    }
}
