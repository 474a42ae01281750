//! JSON, written on one line.
//!
//! Knows: RFC 8259. Must not know: what is written, which wire.

use crate::dialect::{Quirks, Tolerance};
use crate::error::ErrorKind;
use crate::lex;
use crate::parse::cursor::{Cursor, Kind, Scratch};
use crate::parse::is_strict_json;
use crate::parse::reader::Reader;
use alloc::vec::Vec;

/// The deepest nesting of what is passed on: the deepest that is decoded, less what is written around it.
const DEPTH: usize = 120;

/// A string, in its quotes. Cost: one pass.
pub(super) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    lex::escape(text, |piece| out.extend_from_slice(piece.as_bytes()));
    out.push(b'"');
}

/// A string, or null.
pub(super) fn write_string_or_null(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        Some(text) => write_string(text, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// A number. Cost: its digits.
pub(super) fn write_number(value: u64, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let (mut rest, mut used) = (value, 0usize);
    for digit in digits.iter_mut().rev() {
        *digit = b'0'.wrapping_add(u8::try_from(rest % 10).unwrap_or(0));
        used = used.saturating_add(1);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len().saturating_sub(used)..).unwrap_or_default());
}

/// A value of someone else's: as it is where that is one strict value on one line, else compacted. Returns whether it could
/// be written; nothing is, where it is no value. Cost: one pass, another where it is compacted.
pub(super) fn write_if_mendable(json: &str, scratch: &mut Scratch, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let is_one_line = memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_none();
    if is_one_line && is_strict_json(json.as_bytes(), DEPTH, scratch) {
        out.extend_from_slice(json.as_bytes());
        return true;
    }
    write_compact_mending_controls_and_non_finite(json.as_bytes(), out);
    let is_strict = is_strict_json(out.get(start..).unwrap_or_default(), DEPTH, scratch);
    if !is_strict {
        out.truncate(start);
    }
    is_strict
}

/// The same of a value of which nothing is mended: what is no JSON as it stands is none.
pub(super) fn write_unmended_if_valid(json: &str, scratch: &mut Scratch, out: &mut Vec<u8>) -> bool {
    let is_sound = is_strict_json(json.as_bytes(), DEPTH, scratch);
    if is_sound {
        write_compact_mending_controls_and_non_finite(json.as_bytes(), out);
    }
    is_sound
}

/// Writes what JSON may be without white space; control characters in its strings are escaped, numbers that are none are
/// null. Of what is no JSON it makes something that is none either.
fn write_compact_mending_controls_and_non_finite(json: &[u8], out: &mut Vec<u8>) {
    let mut rest = json;
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'"' => {
                out.push(b'"');
                write_string_body_escaping_controls(after, out)
            }
            b' ' | b'\t' | b'\r' | b'\n' => after,
            _ => match strip_non_finite(rest) {
                Some(after) => {
                    out.extend_from_slice(b"null");
                    after
                }
                None => {
                    out.push(*first);
                    after
                }
            },
        };
    }
}

/// What follows a number that is none.
fn strip_non_finite(rest: &[u8]) -> Option<&[u8]> {
    let words: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];
    words.into_iter().find_map(|word| rest.strip_prefix(word))
}

/// A string up to its closing quote; returns what follows.
fn write_string_body_escaping_controls<'j>(body: &'j [u8], out: &mut Vec<u8>) -> &'j [u8] {
    let mut rest = body;
    loop {
        let (run, after) = rest.split_at_checked(lex::string_stop(rest).at).unwrap_or((rest, &[]));
        out.extend_from_slice(run);
        rest = match after {
            [] => return after,
            [b'"', after @ ..] => {
                out.push(b'"');
                return after;
            }
            // What is escaped is neither the end nor a control character.
            [b'\\', escaped @ 0x20..=0xFF, after @ ..] => {
                out.extend_from_slice(&[b'\\', *escaped]);
                after
            }
            [control, after @ ..] => {
                out.extend_from_slice(lex::escape_of(*control).as_bytes());
                after
            }
        };
    }
}

/// An array that [`write_if_mendable`] wrote, each object in it with an `index`: its own, or `next_index`, which then grows.
/// Returns whether it is an array; else nothing is written.
pub(super) fn write_if_array_adding_missing_index(
    json: &[u8],
    next_index: &mut u32,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) -> bool {
    let start = out.len();
    let is_array = try_write_array_adding_missing_index(json, next_index, scratch, out).is_ok();
    if !is_array {
        out.truncate(start);
    }
    is_array
}

fn try_write_array_adding_missing_index(
    json: &[u8],
    next_index: &mut u32,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) -> Result<(), ErrorKind> {
    let mut strict = Tolerance::new(Quirks::NONE);
    let mut reader = Reader::new(json, 0, DEPTH, scratch, &mut strict);
    let mut items = reader.enter_array()?;
    let mut before = b'[';
    while let Some(kind) = reader.element(&mut items)? {
        out.push(core::mem::replace(&mut before, b','));
        let start = reader.mark_ahead();
        let skipped = match kind {
            Kind::Object => skip_object_noting_has_index(&mut reader)?,
            _ => {
                reader.skip()?;
                SkippedObject { has_index: true, has_members: true }
            }
        };
        let element = json.get(start..reader.position()).unwrap_or_default();
        if skipped.has_index {
            out.extend_from_slice(element);
            continue;
        }
        out.extend_from_slice(b"{\"index\":");
        write_number(u64::from(*next_index), out);
        *next_index = next_index.saturating_add(1);
        out.extend_from_slice(if skipped.has_members { b"," } else { b"" });
        out.extend_from_slice(element.get(1..).unwrap_or_default());
    }
    out.extend_from_slice(if before == b'[' { b"[]" } else { b"]" });
    Ok(())
}

/// Whether what [`write_if_mendable`] wrote is an object with this member, and that is this string.
pub(super) fn has_one_string_member(json: &[u8], name: &str, wanted: &str, scratch: &mut Scratch) -> bool {
    try_has_one_string_member(json, name, wanted, scratch).unwrap_or(false)
}

fn try_has_one_string_member(
    json: &[u8],
    name: &str,
    wanted: &str,
    scratch: &mut Scratch,
) -> Result<bool, ErrorKind> {
    let mut strict = Tolerance::new(Quirks::NONE);
    let mut reader = Reader::new(json, 0, DEPTH, scratch, &mut strict);
    let (mut says, mut is_twice) = (None, false);
    let mut members = reader.enter_object()?;
    while let Some((is_named, kind)) = reader.member_by(&mut members, |key| key == name.as_bytes())? {
        if is_named && kind == Kind::String {
            let text = reader.string()?;
            is_twice = says.replace(reader.bytes(text) == wanted.as_bytes()).is_some();
        } else {
            is_twice |= is_named;
            reader.skip()?;
        }
    }
    Ok(says == Some(true) && !is_twice)
}

/// What was seen of an object that was skipped.
struct SkippedObject {
    has_index: bool,
    has_members: bool,
}

/// Reads past the object ahead.
fn skip_object_noting_has_index(reader: &mut Reader<'_>) -> Result<SkippedObject, ErrorKind> {
    let mut skipped = SkippedObject { has_index: false, has_members: false };
    let mut members = reader.enter_object()?;
    while let Some((is_index, _)) = reader.member_by(&mut members, |name| name == b"index")? {
        skipped.has_index |= is_index;
        skipped.has_members = true;
        reader.skip()?;
    }
    Ok(skipped)
}
