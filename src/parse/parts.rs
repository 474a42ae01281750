//! Typed parts: of content, of reasoning, of reasoning details.
//!
//! Knows: what a part may hold. Must not know: which member of the delta the parts stood in, but for its rank.

use super::cursor::{Cursor, Kind};
use super::walk::Walk;
use crate::delta::{ExtraKind, OpaqueKind};
use crate::dialect::{self, PartKey, Quirk};
use crate::error::ErrorKind;
use crate::options::Extras;
use crate::record::{Home, Record, Str};

/// What one part says, until all of it is known. Values are marked, not read: the type may come last.
struct Part<M> {
    kind: Str,
    text: Option<M>,
    thinking: Option<M>,
    signature: Str,
    data: Str,
    /// The part itself, where it has members.
    whole: Option<M>,
}

/// `content` as an array of parts (or strings), or as one part.
pub(super) fn content<C: Cursor>(walk: &mut Walk<'_, C>, kind: Kind, home: Home) -> Result<(), ErrorKind> {
    each(walk, kind, &mut |walk, kind| match kind {
        Kind::String => {
            let text = walk.cursor.string()?;
            walk.edged(text, Record::Text { home, text });
            Ok(())
        }
        Kind::Object => {
            let part = part(walk)?;
            content_part(walk, &part, home)
        }
        _ => walk.cursor.skip(),
    })
}

fn content_part<C: Cursor>(
    walk: &mut Walk<'_, C>,
    part: &Part<C::Mark>,
    home: Home,
) -> Result<(), ErrorKind> {
    let thinks = part.thinking.is_some();
    if thinks {
        return reasoning_part(walk, part, dialect::REASONING_PARTS, home);
    }
    let kind = walk.cursor.bytes(part.kind);
    let known = matches!(kind, b"" | b"text" | b"output_text" | b"input_text");
    let extra = dialect::part_extra(kind);
    match part.text.filter(|_| known || extra == ExtraKind::Other) {
        Some(mark) => strings_at(walk, mark, &|text| Record::Text { home, text }),
        None => {
            if let Some(mark) = part.whole.filter(|_| walk.reading.extras != Extras::None) {
                let json = walk.cursor.json(mark);
                walk.body.push(Record::Extra { kind: extra, json, chunk: false });
            }
            Ok(())
        }
    }
}

/// A reasoning member as a part or an array of parts.
pub(super) fn reasoning<C: Cursor>(
    walk: &mut Walk<'_, C>,
    source: u8,
    kind: Kind,
    home: Home,
) -> Result<(), ErrorKind> {
    each(walk, kind, &mut |walk, kind| match kind {
        Kind::String => {
            let text = walk.cursor.string()?;
            walk.edged(text, Record::Reasoning { source, home, text });
            Ok(())
        }
        Kind::Object => {
            let part = part(walk)?;
            reasoning_part(walk, &part, source, home)
        }
        _ => walk.cursor.skip(),
    })
}

/// `reasoning_details` and its kin.
pub(super) fn details<C: Cursor>(
    walk: &mut Walk<'_, C>,
    source: u8,
    kind: Kind,
    home: Home,
) -> Result<(), ErrorKind> {
    let from = walk.body.len();
    reasoning(walk, source, kind, home)?;
    if walk.body.len() > from {
        walk.need(Quirk::ReasoningDetails)?;
    }
    Ok(())
}

fn reasoning_part<C: Cursor>(
    walk: &mut Walk<'_, C>,
    part: &Part<C::Mark>,
    source: u8,
    home: Home,
) -> Result<(), ErrorKind> {
    if let Some(mark) = part.thinking.or(part.text) {
        strings_at(walk, mark, &|text| Record::Reasoning { source, home, text })?;
    }
    for (kind, data) in [(OpaqueKind::Signature, part.signature), (OpaqueKind::Encrypted, part.data)] {
        if !data.is_empty() {
            walk.body.push(Record::Opaque { kind, data });
        }
    }
    Ok(())
}

/// States the string at `mark`, or those of the parts at `mark`.
fn strings_at<C: Cursor>(
    walk: &mut Walk<'_, C>,
    mark: C::Mark,
    record: &dyn Fn(Str) -> Record,
) -> Result<(), ErrorKind> {
    let back = walk.cursor.go(mark);
    let kind = walk.cursor.kind()?;
    each(walk, kind, &mut |walk, kind| match kind {
        Kind::String => {
            let text = walk.cursor.string()?;
            walk.edged(text, record(text));
            Ok(())
        }
        Kind::Object => {
            let inner = part(walk)?;
            let Some(mark) = inner.text.or(inner.thinking) else { return Ok(()) };
            let back = walk.cursor.go(mark);
            if walk.cursor.kind()? == Kind::String {
                let text = walk.cursor.string()?;
                walk.edged(text, record(text));
            }
            walk.cursor.go(back);
            Ok(())
        }
        _ => walk.cursor.skip(),
    })?;
    walk.cursor.go(back);
    Ok(())
}

/// What is done before each element, whose kind is given.
type Each<'f, C> = &'f mut dyn FnMut(&mut Walk<'_, C>, Kind) -> Result<(), ErrorKind>;

/// Calls `f` before each element of the array ahead, or before the one value that is ahead instead.
fn each<C: Cursor>(walk: &mut Walk<'_, C>, kind: Kind, f: Each<'_, C>) -> Result<(), ErrorKind> {
    if kind != Kind::Array {
        return f(walk, kind);
    }
    let mut items = walk.cursor.array()?;
    while let Some(kind) = walk.cursor.element(&mut items)? {
        f(walk, kind)?;
        walk.bounded()?;
    }
    Ok(())
}

/// Takes down the part ahead.
fn part<C: Cursor>(walk: &mut Walk<'_, C>) -> Result<Part<C::Mark>, ErrorKind> {
    let whole = walk.cursor.mark();
    let mut part = Part {
        kind: Str::NONE,
        text: None,
        thinking: None,
        signature: Str::NONE,
        data: Str::NONE,
        whole: None,
    };
    let mut members = walk.cursor.object()?;
    while let Some((key, kind)) = walk.cursor.member(&mut members, dialect::part_key)? {
        part.whole = Some(whole);
        match (key, kind) {
            (_, Kind::Null) => walk.cursor.skip()?,
            (PartKey::Type, Kind::String) => part.kind = walk.cursor.string()?,
            (PartKey::Text, _) => part.text = Some(walk.passed()?),
            (PartKey::Thinking, _) => part.thinking = Some(walk.passed()?),
            (PartKey::Signature, Kind::String) => part.signature = walk.cursor.string()?,
            (PartKey::Data, Kind::String) => part.data = walk.cursor.string()?,
            _ => walk.cursor.skip()?,
        }
    }
    Ok(part)
}
