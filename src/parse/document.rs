//! One document of a payload: which source reads it, the tape where it pays (by size), else the reader.
//!
//! Knows: the two sources. Must not know: what a document is a part of, what it says.

use super::cursor::Scratch;
use super::reader::Reader;
#[cfg(any(test, feature = "simd-json", fuzzing))]
use super::tape;
use super::visitor::Visitor;
use super::{ParseOptions, Wiring, wire};
use crate::dialect::Tolerance;
use crate::error::ErrorKind;
use crate::record::Records;

/// The size, in bytes, from which simd-json's tape is taken; only with the feature `simd-json`, because where it was
/// measured the reader is faster at every size (`benches/results/curve.md`).
pub(crate) const TAPE_FROM: usize = if cfg!(feature = "simd-json") { 8 << 10 } else { usize::MAX };

/// The size, in bytes, up to which simd-json's tape is taken: it can need 32 bytes per byte of hostile input.
const TAPE_TO: usize = 64 << 10;

/// States the document at `at`; returns the index after it. The payload is UTF-8. Cost: one pass.
pub(crate) fn state_document(
    payload: &[u8],
    at: usize,
    options: &ParseOptions,
    wiring: &mut Wiring<'_>,
    records: &mut Records,
    scratch: &mut Scratch,
    tolerance: &mut Tolerance,
) -> Result<usize, ErrorKind> {
    records.begin_document_keeping_fact_count();
    let size = payload.len().saturating_sub(at);
    if size >= options.tape_from && size <= TAPE_TO {
        if let Some(end) = state_from_tape(payload, at, options, wiring, records, scratch, tolerance) {
            return Ok(end);
        }
        records.begin_document_keeping_fact_count();
    }
    let cursor = Reader::new(payload, at, options.depth, scratch, tolerance);
    let mut visitor = Visitor::new(cursor, records, options);
    wire::state_object_or_each_in_array(&mut visitor, wiring)?;
    Ok(visitor.cursor.position())
}

/// The same from the tape; `None` where it cannot tell: the reader then decides.
#[cfg(any(test, feature = "simd-json", fuzzing))]
fn state_from_tape(
    payload: &[u8],
    at: usize,
    options: &ParseOptions,
    wiring: &mut Wiring<'_>,
    records: &mut Records,
    scratch: &mut Scratch,
    tolerance: &mut Tolerance,
) -> Option<usize> {
    let (seen, length, stated) = (tolerance.seen, scratch.length(), records.stated());
    let settled = *wiring.wire;
    let mut copy = payload.get(at..)?.to_vec();
    let tape = tape::make_tape(&mut copy, options.depth)?;
    let cursor = tape::Tape::new(tape, payload, at, scratch, tolerance);
    let mut visitor = Visitor::new(cursor, records, options);
    let read = wire::state_object_or_each_in_array(&mut visitor, wiring);
    if read.is_ok() && !visitor.cursor.is_lost() {
        return Some(payload.len());
    }
    // The reader says what is wrong.
    tolerance.seen = seen;
    scratch.truncate(length);
    records.clear_document_and_restore_count(stated);
    *wiring.wire = settled;
    None
}

/// Without the tape there is only the reader.
#[cfg(not(any(test, feature = "simd-json", fuzzing)))]
fn state_from_tape(
    _: &[u8],
    _: usize,
    _: &ParseOptions,
    _: &mut Wiring<'_>,
    _: &mut Records,
    _: &mut Scratch,
    _: &mut Tolerance,
) -> Option<usize> {
    None
}

/// Whether the payload, trimmed, is one strictly valid JSON value.
pub(crate) fn is_strict_json(payload: &[u8], depth: usize, scratch: &mut Scratch) -> bool {
    use super::cursor::Cursor;
    let mut strict = Tolerance::new(crate::dialect::Quirks::NONE);
    let mut reader = Reader::new(payload, 0, depth, scratch, &mut strict);
    reader.skip().is_ok() && reader.has_only_space_left()
}
