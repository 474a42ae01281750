//! One payload's JSON, stated as records.
//!
//! Knows: JSON, and the layout of the chat-completions wire. Must not know: SSE, cuts, earlier events.
//!
//! The walk over a document ([`visitor`]) is written once, over the [`cursor`] interface; two sources read for it: the
//! [`reader`], ours, strict and borrowing, and simd-json's `tape`: its twin in every test, and by a feature the source for
//! large payloads.

mod choice;
pub(crate) mod cursor;
mod delta;
mod errors;
mod parts;
pub(crate) mod reader;
pub(crate) mod repair;
#[cfg(any(test, feature = "simd-json", fuzzing))]
pub(crate) mod tape;
mod tools;
mod usage;
mod visitor;

use crate::dialect::Tolerance;
use crate::error::ErrorKind;
use crate::options::ExtrasMode;
use crate::record::{Record, Statement};
use cursor::Scratch;
use reader::Reader;
use visitor::Visitor;

/// The room's lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Room {
    pub(crate) statement: Statement,
    /// For putting records in order.
    spare: Vec<Record>,
}

impl Room {
    /// Keeps room for so many records.
    pub(crate) fn relax(&mut self, records: usize) {
        self.statement.clear();
        self.statement.head.shrink_to(records);
        self.statement.body.shrink_to(records);
        self.spare.clear();
        self.spare.shrink_to(records);
    }
}

/// How to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParseOptions {
    pub(crate) depth: usize,
    pub(crate) extras: ExtrasMode,
    /// How many facts one event may state.
    pub(crate) facts: usize,
    /// Note padding, too.
    pub(crate) padding: bool,
    /// Payloads from this size on are read from simd-json's tape.
    pub(crate) tape_from: usize,
}

/// The size, in bytes, from which simd-json's tape is taken; only with the feature `simd-json`, because where it was
/// measured the reader is faster at every size (`benches/results/curve.md`).
pub(crate) const TAPE_FROM: usize = if cfg!(feature = "simd-json") { 8 << 10 } else { usize::MAX };

/// The size, in bytes, up to which simd-json's tape is taken: it can need 32 bytes per byte of hostile input.
const TAPE_TO: usize = 64 << 10;

/// States the document at `at`; gives the index after it. The payload is UTF-8. Cost: one pass.
pub(crate) fn document(
    payload: &[u8],
    at: usize,
    reading: &ParseOptions,
    room: &mut Room,
    scratch: &mut Scratch,
    tolerance: &mut Tolerance,
) -> Result<usize, ErrorKind> {
    room.statement.clear();
    let size = payload.len().saturating_sub(at);
    if size >= reading.tape_from && size <= TAPE_TO {
        if let Some(done) = from_tape(payload, at, reading, room, scratch, tolerance) {
            return done;
        }
        room.statement.clear();
    }
    let reader = Reader::new(payload, at, reading.depth, scratch, tolerance);
    let Room { statement: Statement { head, body, padding }, spare } = room;
    let mut visitor = Visitor { cursor: reader, head, body, padding, spare, reading };
    visitor.document()?;
    Ok(visitor.cursor.position())
}

/// The same from the tape; `None` where it cannot tell: the reader then decides.
#[cfg(any(test, feature = "simd-json", fuzzing))]
fn from_tape(
    payload: &[u8],
    at: usize,
    reading: &ParseOptions,
    room: &mut Room,
    scratch: &mut Scratch,
    tolerance: &mut Tolerance,
) -> Option<Result<usize, ErrorKind>> {
    let before = (*tolerance, scratch.text.len());
    let mut copy = payload.get(at..)?.to_vec();
    let tape = tape::read(&mut copy, reading.depth)?;
    let cursor = tape::Tape::new(tape, payload, at, scratch, tolerance);
    let Room { statement: Statement { head, body, padding }, spare } = room;
    let mut visitor = Visitor { cursor, head, body, padding, spare, reading };
    let done = visitor.document();
    if done.is_err() {
        // The reader says what is wrong.
        *tolerance = before.0;
        scratch.text.truncate(before.1);
        return None;
    }
    Some(done.map(|()| payload.len()))
}

/// Without the tape there is only the reader.
#[cfg(not(any(test, feature = "simd-json", fuzzing)))]
fn from_tape(
    _: &[u8],
    _: usize,
    _: &ParseOptions,
    _: &mut Room,
    _: &mut Scratch,
    _: &mut Tolerance,
) -> Option<Result<usize, ErrorKind>> {
    None
}

/// Whether the payload, trimmed, is one strictly valid JSON value.
pub(crate) fn is_value(payload: &[u8], depth: usize, scratch: &mut Scratch) -> bool {
    use cursor::Cursor;
    let mut strict = Tolerance::new(crate::dialect::Quirks::NONE);
    let mut reader = Reader::new(payload, 0, depth, scratch, &mut strict);
    reader.skip().is_ok() && reader.is_at_end()
}
