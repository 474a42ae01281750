//! The door: owns the rooms, moves the bytes, turns spans into slices.
//!
//! Knows: every room. Must not know: what any of them does inside.
//!
//! ```text
//!   input    … │ event │ event │ eve         (the caller's slice: events are read where they lie)
//!   carry                        eve│nt      (an event that straddles a cut is completed here)
//!              └── offset: the stream position of the first byte that is framed next
//! ```
//!
//! 1. The queue of the event before is told to its end before a byte is taken.
//! 2. With an empty carry, events are framed on the input; else the input is taken line by line into the carry until the
//!    carry is empty again.
//! 3. The first delta of an event in the input borrows from the input; the strings of its others are copied to scratch,
//!    because the caller may not bring the same input again.
//! 4. Conservation: bytes taken = framed or dropped by a named rule + carried. Asserted in debug builds.

mod ending;
mod teller;

use std::ops::ControlFlow;

pub use ending::Ending;
use teller::Teller;

use crate::carry::Carry;
use crate::delta::Delta;
use crate::dialect::{Quirk, Quirks};
use crate::error::{Error, ErrorKind, Limit};
use crate::frame::{Data, Event, Frames, Step};
use crate::options::Options;
use crate::record::{Span, Str, Texts, Told, text};
use crate::shape::{Says, Shapes};

/// The largest event: spans are 32 bits.
const LARGEST_EVENT: usize = 1 << 30;

/// Decodes one chat stream: bytes in, cut anywhere; normalized deltas out.
///
/// The same bytes give the same deltas under every cut. Nothing is read, waited for or timed: the caller brings bytes
/// when it has some. In steady state it allocates nothing.
///
/// ```
/// use deltaic::{Decoder, Delta};
///
/// let received = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n";
/// let mut decoder = Decoder::new();
/// let mut text = String::new();
/// for mut input in received.chunks(7) {
///     while let Some(delta) = decoder.next_delta(&mut input)? {
///         if let Delta::Text { text: piece, .. } = delta {
///             text.push_str(piece);
///         }
///     }
/// }
/// decoder.finish();
/// while decoder.next_delta(&mut &[][..])?.is_some() {}
/// assert_eq!(text, "Hi");
/// assert!(!decoder.ending().is_truncated());
/// # Ok::<(), deltaic::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Decoder {
    options: Options,
    carry: Carry,
    frames: Frames,
    shapes: Shapes,
    teller: Teller,
    /// The next event may be taken by its shape: nothing is queued, carried or wrong, and the stream goes on.
    hot: bool,
    /// The carry has been framed to its end, and all is told.
    starved: bool,
    /// The next of the queue to tell.
    next: usize,
    /// What the queue's payload spans are ranges of.
    source: Source,
    /// Stream position of the first byte that is framed next.
    offset: u64,
    /// Bytes dropped from between the lines of the event being assembled.
    removed: u64,
    /// Bytes taken from inputs.
    taken: u64,
    /// Where the event being told began.
    event_at: u64,
    events: u64,
    errors: u64,
    state: State,
    unterminated: usize,
    fatal: Option<Error>,
    first: [u8; 64],
    first_length: u8,
}

/// What the queue's payload spans are ranges of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Nothing: all strings are in scratch.
    Scratch,
    /// The caller's input, from this offset on. Only while one call lasts.
    Input { base: usize },
    /// An event of `length` bytes that was read in the carry; the payload is `span` of it.
    Carry { length: usize, span: Span },
    /// Data joined from several lines, or decoded.
    Joined,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Bytes may come.
    Open,
    /// No more bytes will come; what is left is being told.
    Finishing,
    /// All is told.
    Finished,
}

/// What one call has to say.
enum Said {
    Nothing,
    Told(Told),
    Failed(Error),
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder with the tolerant default options. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with_options(Options::default())
    }

    /// A decoder with these options. Allocates nothing yet.
    #[must_use]
    pub fn with_options(options: Options) -> Self {
        let limit = options.limits.event_bytes.min(LARGEST_EVENT);
        Self {
            carry: Carry::default(),
            frames: Frames::new(options.framing, limit),
            shapes: Shapes::new(options.prediction),
            teller: Teller::new(&options),
            hot: false,
            starved: false,
            next: 0,
            source: Source::Scratch,
            offset: 0,
            removed: 0,
            taken: 0,
            event_at: 0,
            events: 0,
            errors: 0,
            state: State::Open,
            unterminated: 0,
            fatal: None,
            first: [0; 64],
            first_length: 0,
            options,
        }
    }

    /// The primitive: takes bytes from the front of `input` until there is a delta to tell, and moves `input` past them.
    /// `Ok(None)` means that all of `input` was taken: feed more, or [`Decoder::finish`].
    ///
    /// The delta borrows from the decoder or from `input`, so it must be dealt with (or copied by
    /// [`Delta::into_owned`]) before the next call. It cannot be returned out of the loop, and no other method can be
    /// called while it lives: the borrow checker says so.
    ///
    /// # Errors
    ///
    /// One bad event is one error; unless [`Error::is_fatal`], call on: the next event decodes.
    ///
    /// # Cost
    ///
    /// Linear in the bytes for every cut. Nothing is allocated in steady state; copied are bytes of events that straddle
    /// a cut, `data` joined from several lines, strings with escapes, and the strings of an event's second and later
    /// deltas.
    pub fn next_delta<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Result<Option<Delta<'d>>, Error> {
        let bytes: &'i [u8] = input;
        if self.hot {
            if let Some((used, delta)) = self.predict(bytes) {
                *input = bytes.get(used..).unwrap_or_default();
                return Ok(Some(delta));
            }
        }
        if self.starved && self.state == State::Open && self.frames.grows(self.carry.len(), bytes) {
            self.carry.push(bytes);
            self.take(bytes, bytes.len());
            *input = &[];
            return Ok(None);
        }
        let (used, said) = self.advance(bytes);
        *input = bytes.get(used..).unwrap_or_default();
        match said {
            Said::Nothing => Ok(None),
            Said::Failed(error) => Err(error),
            Said::Told(told) => Ok(Some(self.delta(told, bytes))),
        }
    }

    /// Feeds `input` through a guard that gives the deltas one by one; when it is dropped early, the rest of the input is
    /// kept (copied) and told first next time.
    pub fn feed<'d>(&'d mut self, input: &'d [u8]) -> Feed<'d> {
        Feed { decoder: self, input }
    }

    /// Feeds `input` and calls `f` with each delta and each non-fatal or fatal error, until it breaks or the input is
    /// taken. After a break the rest of the input is kept, as by [`Decoder::feed`].
    pub fn for_each(
        &mut self,
        input: &[u8],
        mut f: impl FnMut(Result<Delta<'_>, Error>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut feed = self.feed(input);
        loop {
            match feed.next_delta() {
                Ok(None) => return ControlFlow::Continue(()),
                Ok(Some(delta)) => f(Ok(delta))?,
                Err(error) => {
                    f(Err(error))?;
                    if error.is_fatal() {
                        return ControlFlow::Break(());
                    }
                }
            }
        }
    }

    /// No more bytes will come. Call [`Decoder::next_delta`] once more in the same loop, on an empty input, for what the
    /// end releases: held text, an unterminated last event. Bytes fed after this are ignored until
    /// [`Decoder::reset`].
    pub fn finish(&mut self) {
        if self.state == State::Open {
            self.state = State::Finishing;
        }
    }

    /// As new, for another stream with the same options: nothing of the stream before is left, but allocations are kept.
    pub fn reset(&mut self) {
        let mut fresh = Self::with_options(self.options.clone());
        std::mem::swap(&mut fresh.carry, &mut self.carry);
        std::mem::swap(&mut fresh.frames, &mut self.frames);
        std::mem::swap(&mut fresh.teller, &mut self.teller);
        fresh.carry.clear();
        fresh.frames.reset();
        std::mem::swap(&mut fresh.shapes, &mut self.shapes);
        fresh.shapes.reset();
        fresh.teller.reset(&fresh.options);
        *self = fresh;
    }

    /// Bytes taken from inputs so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.taken
    }

    /// Bytes taken that wait for the rest of their event (or, after a [`Feed`] was dropped early, for their turn).
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.carry.len()
    }

    /// Bytes of events framed or dropped, since the last event ended, that brought no event: comments, unknown fields. A
    /// caller that times out on silence should not take a flood of comments for progress.
    #[must_use]
    pub fn bytes_since_event(&self) -> u64 {
        self.taken.saturating_sub(self.event_at)
    }

    /// The quirks met so far.
    #[must_use]
    pub fn seen(&self) -> Quirks {
        self.teller.tolerance.seen
    }

    /// What can be said of the stream's end so far; final once [`Decoder::finish`] and the loop after it are done.
    #[must_use]
    pub fn ending(&self) -> Ending {
        let facts = self.teller.normalizer.facts();
        Ending {
            done: facts.done,
            events: self.events,
            errors: self.errors,
            peer_errors: facts.peer_errors,
            choices: facts.choices,
            finished_choices: facts.finished,
            open_tool_calls: facts.open_calls,
            unterminated_bytes: self.unterminated,
            first: if self.events > 0 { [0; 64] } else { self.first },
            first_length: if self.events > 0 { 0 } else { self.first_length },
        }
    }

    /// The hot path: an event just like one before, that says one thing.
    #[inline]
    fn predict<'i>(&mut self, bytes: &'i [u8]) -> Option<(usize, Delta<'i>)> {
        let skipped = usize::from(self.frames.skips_lf() && bytes.first() == Some(&b'\n'));
        let event = bytes.get(skipped..)?;
        let hit = self.shapes.find(event)?;
        let plain = hit.plain?;
        if hit.escaped || hit.text.is_empty() || hit.length > self.options.limits.event_bytes {
            return None;
        }
        let choice = plain.choice;
        let slot = match plain.says {
            Says::Text | Says::Reasoning => {
                self.teller.normalizer.passes(choice, plain.says == Says::Reasoning).then_some(0)?
            }
            Says::Arguments(call) if !self.options.quirks.contains(Quirk::RepeatedArguments) => {
                self.teller.normalizer.passes_arguments(choice, call)?
            }
            Says::Arguments(_) => return None,
        };
        let text = std::str::from_utf8(hit.text.of(event)).ok()?;
        self.shapes.hit();
        let used = skipped.saturating_add(hit.length);
        self.frames.skipped(bytes.get(used.wrapping_sub(1)).copied().unwrap_or(0));
        self.events = self.events.saturating_add(1);
        self.event_at = self.offset.saturating_add(skipped as u64);
        self.offset = self.offset.saturating_add(used as u64);
        self.taken = self.taken.saturating_add(used as u64);
        if plain.counts {
            self.source = Source::Scratch;
            self.next = 0;
            self.teller.counted(&self.shapes);
            self.hot = self.teller.queue.is_empty();
        }
        Some((
            used,
            match plain.says {
                Says::Text => Delta::Text { choice, text },
                Says::Reasoning => Delta::Reasoning { choice, text },
                Says::Arguments(_) => Delta::ToolCallArguments { choice, slot, fragment: text },
            },
        ))
    }

    /// Whether the next event may be taken by its shape.
    fn is_hot(&self) -> bool {
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
    fn shaped(&mut self, rest: &[u8], used: &mut usize) -> bool {
        if self.frames.skips_lf() && rest.first() == Some(&b'\n') {
            return false;
        }
        let Some(hit) = self.shapes.find(rest) else { return false };
        let raw = rest.get(..hit.length).unwrap_or_default();
        if hit.length > self.options.limits.event_bytes || !self.teller.predicted(raw, &self.shapes) {
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
    fn settle(&mut self) {
        if self.teller.normalizer.take_upset() {
            self.shapes.clear();
        }
    }

    /// Takes bytes until there is something to say; gives how many.
    fn advance(&mut self, bytes: &[u8]) -> (usize, Said) {
        let mut used = 0usize;
        let said = loop {
            if let Some(said) = self.queued() {
                break said;
            }
            if self.state != State::Open {
                used = bytes.len();
                match self.wind_up() {
                    true => continue,
                    false => break Said::Nothing,
                }
            }
            let before = used;
            let rest = bytes.get(used..).unwrap_or_default();
            let more = if self.carry.is_empty() {
                self.on_input(rest, &mut used)
            } else {
                self.on_carry(rest, &mut used)
            };
            self.take(rest, used.saturating_sub(before));
            if !more && self.next >= self.teller.queue.len() && self.teller.error.is_none() {
                break Said::Nothing;
            }
        };
        if let Source::Input { .. } = self.source {
            self.keep_queue(bytes);
        }
        self.hot = self.is_hot();
        debug_assert_eq!(
            self.taken,
            self.offset.saturating_add(self.removed).saturating_add(self.carry.len() as u64),
            "conservation"
        );
        (used, said)
    }

    /// The next of the queue, or the error that ends it.
    fn queued(&mut self) -> Option<Said> {
        if let Some(told) = self.teller.queue.get(self.next) {
            self.next = self.next.saturating_add(1);
            return Some(Said::Told(*told));
        }
        if let Some(fatal) = self.fatal {
            return Some(Said::Failed(fatal));
        }
        let kind = self.teller.error.take()?;
        self.errors = self.errors.saturating_add(1);
        let mut error = Error::new(kind, self.event_at);
        if matches!(kind, ErrorKind::Limit(_)) && self.options.fatal_limits {
            error = error.fatal();
            self.fatal = Some(error);
            self.offset = self.offset.saturating_add(self.carry.len() as u64);
            self.carry = Carry::default();
            self.starved = false;
        }
        Some(Said::Failed(error))
    }

    /// One step on the input itself. Gives whether to go on.
    fn on_input(&mut self, rest: &[u8], used: &mut usize) -> bool {
        if rest.is_empty() {
            return false;
        }
        if self.is_hot() && self.shaped(rest, used) {
            return true;
        }
        match self.frames.step(rest, &mut self.teller.tolerance) {
            Step::More => {
                self.carry.push(rest);
                self.starved = true;
                *used = used.saturating_add(rest.len());
                false
            }
            Step::Drop { from, to, comment } => {
                self.carry.push(rest.get(..from).unwrap_or_default());
                self.starved = true;
                self.dropped(from, to, comment);
                *used = used.saturating_add(to);
                true
            }
            Step::Over { to } => {
                *used = used.saturating_add(to);
                self.over(to);
                true
            }
            Step::Event(event) => {
                self.source = Source::Input { base: *used };
                *used = used.saturating_add(event.end);
                self.event(rest.get(..event.end).unwrap_or_default(), event);
                true
            }
        }
    }

    /// One step on the carry; brings one more line of the input when that is needed.
    fn on_carry(&mut self, rest: &[u8], used: &mut usize) -> bool {
        if self.starved {
            if rest.is_empty() {
                return false;
            }
            let line = memchr::memchr2(b'\n', b'\r', rest).map_or(rest.len(), |end| end.saturating_add(1));
            self.carry.push(rest.get(..line).unwrap_or_default());
            *used = used.saturating_add(line);
            self.starved = false;
        }
        match self.frames.step(self.carry.bytes(), &mut self.teller.tolerance) {
            Step::More => {
                self.starved = true;
                true
            }
            Step::Drop { from, to, comment } => {
                if to >= self.carry.len() {
                    self.carry.truncate(from);
                    self.starved = true;
                    self.dropped(from, to, comment);
                } else if from == 0 {
                    self.carry.consume(to);
                    self.dropped(from, to, comment);
                } else {
                    self.frames.left_in_place(to.saturating_sub(from));
                    if comment {
                        self.comment();
                    }
                }
                true
            }
            Step::Over { to } => {
                self.carry.consume(to);
                self.over(to);
                true
            }
            Step::Event(event) => {
                self.carry.consume(event.end);
                self.carried(event);
                true
            }
        }
    }

    /// No more bytes: what is left in the carry is an event or nothing. Gives whether there may be more to say.
    fn wind_up(&mut self) -> bool {
        if self.state == State::Finished {
            return false;
        }
        let left = self.carry.len();
        match self.frames.finish(self.carry.bytes(), &mut self.teller.tolerance) {
            Step::Event(event) => {
                self.carry.consume(event.end);
                self.carried(event);
            }
            Step::Drop { from, to, comment } => {
                self.carry.truncate(from.max(if to < left { left } else { 0 }));
                if to < left {
                    self.carry.consume(to);
                }
                self.dropped(from, to, comment);
            }
            Step::Over { to } => {
                self.carry.consume(to);
                self.over(to);
            }
            Step::More => {
                self.unterminated = left;
                self.offset = self.offset.saturating_add(left as u64);
                self.carry.clear();
                self.state = State::Finished;
                self.next = 0;
                self.source = Source::Scratch;
                self.teller.end();
            }
        }
        true
    }

    /// Bytes `from..to` are gone: from before the event, or from between its lines.
    fn dropped(&mut self, from: usize, to: usize, comment: bool) {
        let gone = to.saturating_sub(from) as u64;
        if from == 0 {
            self.offset = self.offset.saturating_add(gone).saturating_add(std::mem::take(&mut self.removed));
        } else {
            self.removed = self.removed.saturating_add(gone);
        }
        if comment {
            self.comment();
        }
    }

    fn comment(&mut self) {
        self.next = 0;
        self.source = Source::Scratch;
        self.teller.comment();
    }

    fn over(&mut self, to: usize) {
        self.begin_event(to);
        self.source = Source::Scratch;
        self.teller.begin();
        self.teller.error = Some(ErrorKind::Limit(Limit::EventBytes));
    }

    /// An event of `length` bytes begins at the offset; what follows begins after it.
    fn begin_event(&mut self, length: usize) {
        self.next = 0;
        self.events = self.events.saturating_add(1);
        self.event_at = self.offset;
        let removed = std::mem::take(&mut self.removed);
        self.offset = self.offset.saturating_add(length as u64).saturating_add(removed);
    }

    /// An event in the carry, already consumed there.
    fn carried(&mut self, event: Event) {
        let length = event.end;
        let carry = std::mem::take(&mut self.carry);
        let raw = carry.read(length);
        let known = event.plain
            && self.shapes.is_ready()
            && !self.teller.normalizer.is_done()
            && self.shapes.find(raw).is_some_and(|hit| hit.length == length)
            && self.teller.predicted(raw, &self.shapes);
        if known {
            self.shapes.hit();
            self.begin_event(length);
            self.settle();
            self.source = Source::Carry { length, span: Span::new(0, length) };
        } else {
            self.source = Source::Carry { length, span: Span::default() };
            self.event(raw, event);
        }
        self.carry = carry;
    }

    /// Tells one event, which is `raw`, by the general path; and learns its shape.
    fn event(&mut self, raw: &[u8], event: Event) {
        self.begin_event(event.end);
        let learn = self.shapes.missed() && event.plain;
        let name = event.name.of(raw);
        let payload = match event.data {
            Data::None => &[],
            Data::One(span) => {
                match &mut self.source {
                    Source::Input { base } => *base = base.saturating_add(span.range().start),
                    Source::Carry { span: payload, .. } => *payload = span,
                    Source::Scratch | Source::Joined => {}
                }
                span.of(raw)
            }
            Data::Joined => {
                self.source = Source::Joined;
                self.frames.joined()
            }
        };
        if std::str::from_utf8(payload).is_err() {
            let payload = payload.to_vec();
            return self.undecodable(&payload, name, event.error);
        }
        self.teller.event(payload, name, event.error);
        self.settle();
        if learn && self.teller.is_repeatable() && self.frames.ends_by_itself(raw) {
            if let Data::One(span) = event.data {
                let Teller { room, scratch, .. } = &self.teller;
                self.shapes.learn(raw, span.range().start, &room.statement, &scratch.escaped);
            }
        }
    }

    /// An event that is not UTF-8: decoded as the Encoding Standard does, or refused.
    #[cold]
    fn undecodable(&mut self, payload: &[u8], name: &[u8], error: bool) {
        if !self.teller.tolerance.meets(Quirk::InvalidUtf8) {
            self.source = Source::Scratch;
            self.teller.begin();
            self.teller.error = Some(ErrorKind::Utf8);
            return;
        }
        *self.frames.joined_mut() = String::from_utf8_lossy(payload).into_owned().into_bytes();
        self.source = Source::Joined;
        self.teller.event(self.frames.joined(), name, error);
        self.settle();
    }

    /// Counts `used` bytes of `rest` as taken, and keeps the first of a body without events.
    fn take(&mut self, rest: &[u8], used: usize) {
        self.taken = self.taken.saturating_add(used as u64);
        let kept = usize::from(self.first_length);
        if kept < self.first.len() && self.events == 0 {
            let bytes = rest.get(..used).unwrap_or_default();
            let room = self.first.get_mut(kept..).unwrap_or_default();
            let length = room.len().min(bytes.len());
            for (to, from) in room.iter_mut().zip(bytes) {
                *to = *from;
            }
            self.first_length = self.first_length.saturating_add(u8::try_from(length).unwrap_or(0));
        }
    }

    /// Copies the strings of what is still queued to scratch: its payload will not be there at the next call.
    fn keep_queue(&mut self, bytes: &[u8]) {
        let Some(rest) = self.teller.queue.get_mut(self.next..).filter(|rest| !rest.is_empty()) else { return };
        let payload = payload_of(self.source, bytes, &self.carry, &self.frames);
        let mut texts = Texts { payload, scratch: &mut self.teller.scratch.text };
        for told in rest {
            told.each_str(|string| *string = texts.copy(*string));
        }
    }

    /// Makes the delta: the one place where spans become slices.
    fn delta<'d>(&'d self, told: Told, bytes: &'d [u8]) -> Delta<'d> {
        let payload = payload_of(self.source, bytes, &self.carry, &self.frames);
        let scratch = self.teller.scratch.text.as_str();
        let slice = |string: Str| text(string, payload, scratch);
        let some = |string: Str| string.some().map(slice);
        match told {
            Told::Text { choice, text } => Delta::Text { choice, text: slice(text) },
            Told::Reasoning { choice, text } => Delta::Reasoning { choice, text: slice(text) },
            Told::Refusal { choice, text } => Delta::Refusal { choice, text: slice(text) },
            Told::ToolCallArguments { choice, slot, fragment } => {
                Delta::ToolCallArguments { choice, slot, fragment: slice(fragment) }
            }
            Told::Usage { snapshot } => Delta::Usage(self.teller.normalizer.snapshot(snapshot)),
            Told::Start { id, model, created } => Delta::Start { id: some(id), model: some(model), created },
            Told::Role { choice, role } => Delta::Role { choice, role: slice(role) },
            Told::ReasoningOpaque { choice, kind, data } => {
                Delta::ReasoningOpaque { choice, kind, data: slice(data) }
            }
            Told::ToolCallStart { choice, slot, id, name } => {
                Delta::ToolCallStart { choice, slot, id: some(id), name: some(name) }
            }
            Told::ToolCallUpdate { choice, slot, id, name } => {
                Delta::ToolCallUpdate { choice, slot, id: some(id), name: some(name) }
            }
            Told::ToolCallEnd { choice, slot } => Delta::ToolCallEnd { choice, slot },
            Told::Extra { choice, kind, json } => Delta::Extra { choice, kind, json: slice(json) },
            Told::Finish { choice, reason, raw, saw_tool_calls } => {
                Delta::Finish { choice, reason, raw: slice(raw), saw_tool_calls }
            }
            Told::Error { code, kind, message, json } => {
                Delta::Error { code: some(code), kind: some(kind), message: slice(message), json: slice(json) }
            }
            Told::Keepalive => Delta::Keepalive,
            Told::Unknown { event, payload } => {
                Delta::Unknown { event: slice(event), payload: slice(payload) }
            }
            Told::Done { marker } => Delta::Done { marker },
        }
    }
}

/// What payload spans are ranges of. For an input it is all from the payload on: spans end within it.
fn payload_of<'d>(source: Source, bytes: &'d [u8], carry: &'d Carry, frames: &'d Frames) -> &'d [u8] {
    match source {
        Source::Scratch => &[],
        Source::Input { base } => bytes.get(base..).unwrap_or_default(),
        Source::Carry { length, span } => span.of(carry.read(length)),
        Source::Joined => frames.joined(),
    }
}

/// One input being fed ([`Decoder::feed`]); dropping it early keeps the rest of the input.
#[derive(Debug)]
pub struct Feed<'d> {
    decoder: &'d mut Decoder,
    input: &'d [u8],
}

impl Feed<'_> {
    /// As [`Decoder::next_delta`], on the rest of this input.
    ///
    /// # Errors
    ///
    /// As [`Decoder::next_delta`].
    pub fn next_delta(&mut self) -> Result<Option<Delta<'_>>, Error> {
        self.decoder.next_delta(&mut self.input)
    }
}

impl Drop for Feed<'_> {
    fn drop(&mut self) {
        if self.input.is_empty() || self.decoder.state != State::Open || self.decoder.fatal.is_some() {
            return;
        }
        // The queue may still be ranges of what the carry has read.
        self.decoder.keep_queue(&[]);
        self.decoder.source = match self.decoder.source {
            Source::Joined => Source::Joined,
            _ => Source::Scratch,
        };
        self.decoder.taken = self.decoder.taken.saturating_add(self.input.len() as u64);
        self.decoder.carry.push(self.input);
        self.decoder.starved = false;
        self.decoder.hot = false;
    }
}
