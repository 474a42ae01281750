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
//! 3. The first delta of an event in the input borrows from the input (a short text from the pad); the strings of its others
//!    are copied to scratch, because the caller may not bring the same input again.
//! 4. Conservation: bytes taken = framed or dropped by a named rule + carried. Asserted in debug builds.

mod api;
mod ending;
mod feed;
mod hot;
mod message;
mod pad;
mod pipeline;
mod pump;
mod slices;

use alloc::vec::Vec;

pub use api::Decoder;
pub use ending::Ending;
pub use feed::Feed;
use pad::Pad;
use pipeline::Pipeline;

use crate::delta::Delta;
use crate::error::Error;
use crate::feeder::Feeder;
use crate::frame::{Frames, Growth};
use crate::options::Options;
use crate::record::Span;
use crate::shape::Shapes;

/// How many of the first bytes of a body without events are kept.
const FIRST: usize = 64;

/// The decoder behind the public [`Decoder`]: the rooms, and where the stream is.
///
/// `offset <= taken`; the queue up to `next` is told; what `source` names stays where it is until the queue is told.
#[derive(Clone)]
#[repr(C)] // What the hot path touches comes first: among thousands of streams each event finds its decoder cold.
struct Machine {
    mode: Mode,
    /// The event ahead is none of the known shapes: the hot path has looked.
    missed: bool,
    /// When the last call ended, some buffer held more than is kept of an event: it is given back as soon as that event's deltas are
    /// told. Buffers grow by what is decoded, so they are looked at once a call and not at each step of it.
    is_swollen: bool,
    state: State,
    /// The largest event.
    limit: usize,
    feeder: Feeder,
    /// Bytes taken from inputs.
    taken: u64,
    /// Where the event being told began.
    event_at: u64,
    events: u64,
    shapes: Shapes,
    frames: Frames,
    /// The text of what the hot path told last, if that is short.
    pad: Pad,
    /// The next of the queue to tell.
    next: usize,
    /// What the queue's payload spans are ranges of.
    source: Source,
    errors: u64,
    unterminated: usize,
    fatal: Option<Error>,
    pipeline: Pipeline,
    fatal_limits: bool,
    /// The first bytes, as long as there was no event.
    first_bytes: Vec<u8>,
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
    DataBuffer,
}

/// How the next call begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// From the queue, or the general way.
    General,
    /// The carry waits for more of a line, and there is nothing else to do.
    PartialLine,
    /// The next event may be taken by its shape: nothing is queued, carried or wrong, and the stream goes on.
    Fast,
    /// The same, where events are messages.
    FastMessage,
    /// The last event was taken by its shape and changed the usage, which is emitted now; then it is `Fast` again.
    Usage,
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
enum Outcome {
    Nothing,
    /// The delta before `next` in the queue.
    Delta,
    Failed(Error),
}

impl Machine {
    fn new(options: &Options) -> Self {
        let limit = options.limits.event_bytes();
        Self {
            limit,
            feeder: Feeder::default(),
            frames: Frames::new(options.framing, limit),
            shapes: Shapes::new(options.prediction, options.limits.id_bytes()),
            pipeline: Pipeline::new(options),
            mode: Mode::General,
            missed: false,
            is_swollen: false,
            pad: Pad::default(),
            next: 0,
            source: Source::Scratch,
            taken: 0,
            event_at: 0,
            events: 0,
            errors: 0,
            state: State::Open,
            unterminated: 0,
            fatal: None,
            first_bytes: Vec::new(),
            fatal_limits: options.fatal_limits,
        }
    }

    /// The next delta of `input`, which is moved past the bytes taken.
    #[inline(never)] // An input that the public method of this name can deal with alone needs none of the registers saved here.
    fn next_delta<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Result<Option<Delta<'d>>, Error> {
        let mut bytes: &'i [u8] = input;
        let mut used = 0usize;
        match self.mode {
            Mode::Fast => {
                self.skip_lf_of_last_event(&mut bytes);
                if bytes.is_empty() {
                    *input = bytes;
                    return Ok(None);
                }
                if let Some((used, said)) = self.fast_input(bytes) {
                    *input = bytes.get(used..).unwrap_or_default();
                    return Ok(self.slice_fast_delta_if_utf8(said));
                }
                if self.carry_unended_line_if_shapes_missed(bytes) {
                    *input = &[];
                    return Ok(None);
                }
            }
            Mode::FastMessage => {
                if let Some((used, said)) = self.commit_checksummed_message_if_without_usage(bytes) {
                    *input = bytes.get(used..).unwrap_or_default();
                    return Ok(self.slice_fast_delta_if_utf8(said));
                }
            }
            Mode::Usage => {
                self.mode = Mode::Fast;
                return Ok(Some(Delta::Usage(self.pipeline.normalizer.usage())));
            }
            Mode::PartialLine => match self.frames.extend_line(self.feeder.carry.len(), bytes) {
                Growth::Length => {
                    self.feeder.carry.push(bytes);
                    self.count_taken_and_keep_first_bytes(bytes, bytes.len());
                    *input = &[];
                    return Ok(None);
                }
                Growth::End(end) => {
                    used = self.carry_through_line_end(bytes, end);
                    if let Some(said) = self.fast_carry() {
                        *input = bytes.get(used..).unwrap_or_default();
                        return Ok(self.slice_fast_delta_if_utf8(said));
                    }
                }
                Growth::Unknown => {}
            },
            Mode::General => {}
        }
        let (used, said) = self.advance(bytes, used);
        *input = bytes.get(used..).unwrap_or_default();
        match said {
            Outcome::Nothing => Ok(None),
            Outcome::Failed(error) => Err(error),
            Outcome::Delta => Ok(self.slice_last_delta(bytes)),
        }
    }

    /// No more bytes will come.
    fn begin_finish(&mut self) {
        if self.state == State::Open {
            self.state = State::Finishing;
            self.leave_fast_path_queuing_due_usage();
        }
    }

    /// As new; keeps allocations.
    fn reset(&mut self) {
        let mut fresh =
            Self { limit: self.limit, fatal_limits: self.fatal_limits, ..Self::new(&Options::new()) };
        core::mem::swap(&mut fresh.feeder, &mut self.feeder);
        core::mem::swap(&mut fresh.frames, &mut self.frames);
        core::mem::swap(&mut fresh.pipeline, &mut self.pipeline);
        fresh.feeder.reset();
        fresh.frames.reset();
        core::mem::swap(&mut fresh.shapes, &mut self.shapes);
        fresh.shapes.reset();
        fresh.pipeline.reset();
        *self = fresh;
    }

    fn ending(&self) -> Ending {
        let facts = self.pipeline.normalizer.ending_facts();
        Ending {
            wire: self.pipeline.parser.wire(),
            done: facts.done,
            events: self.events,
            unknown_events: self.pipeline.unknown_events,
            errors: self.errors,
            peer_errors: facts.peer_errors,
            choices: facts.choices,
            finished_choices: facts.finished,
            open_tool_calls: facts.open_calls,
            unterminated_bytes: self.unterminated,
            in_array: self.frames.is_in_array(),
            first: padded_first_bytes(if self.events > 0 { &[] } else { &self.first_bytes }),
        }
    }
}

/// The array in which an ending keeps them; what is beyond their number is zero.
fn padded_first_bytes(bytes: &[u8]) -> ([u8; FIRST], u8) {
    let mut first = [0; FIRST];
    for (to, from) in first.iter_mut().zip(bytes) {
        *to = *from;
    }
    (first, u8::try_from(bytes.len()).unwrap_or(0))
}
