//! Typed parts: of content, of reasoning, of reasoning details.
//!
//! Knows: what a part may hold. Must not know: which member of the delta the parts stood in, but for its rank.

use super::cursor::{Cursor, Kind};
use super::visitor::Visitor;
use crate::delta::{ExtraKind, OpaqueKind};
use crate::dialect::{self, PartKey, Quirk};
use crate::error::ErrorKind;
use crate::options::ExtrasMode;
use crate::record::{Origin, Record, Str};

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
pub(super) fn content<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: Kind,
    origin: Origin,
) -> Result<(), ErrorKind> {
    each(visitor, kind, &mut |visitor, kind| match kind {
        Kind::String => {
            let text = visitor.cursor.string()?;
            visitor.edged(text, Record::Text { origin, text });
            Ok(())
        }
        Kind::Object => {
            let part = part(visitor)?;
            content_part(visitor, &part, origin)
        }
        _ => visitor.cursor.skip(),
    })
}

fn content_part<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    part: &Part<C::Mark>,
    origin: Origin,
) -> Result<(), ErrorKind> {
    let thinks = part.thinking.is_some();
    if thinks {
        return reasoning_part(visitor, part, dialect::REASONING_PARTS, origin);
    }
    let kind = visitor.cursor.bytes(part.kind);
    let known = matches!(kind, b"" | b"text" | b"output_text" | b"input_text");
    let extra = dialect::part_extra(kind);
    match part.text.filter(|_| known || extra == ExtraKind::Other) {
        Some(mark) => strings_at(visitor, mark, &|text| Record::Text { origin, text }),
        None => {
            if let Some(mark) = part.whole.filter(|_| visitor.reading.extras != ExtrasMode::Off) {
                let json = visitor.cursor.json(mark);
                visitor.body.push(Record::Extra { kind: extra, json, chunk: false });
            }
            Ok(())
        }
    }
}

/// A reasoning member as a part or an array of parts.
pub(super) fn reasoning<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    source: u8,
    kind: Kind,
    origin: Origin,
) -> Result<(), ErrorKind> {
    each(visitor, kind, &mut |visitor, kind| match kind {
        Kind::String => {
            let text = visitor.cursor.string()?;
            visitor.edged(text, Record::Reasoning { source, origin, text });
            Ok(())
        }
        Kind::Object => {
            let part = part(visitor)?;
            reasoning_part(visitor, &part, source, origin)
        }
        _ => visitor.cursor.skip(),
    })
}

/// `reasoning_details` and its kin.
pub(super) fn details<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    source: u8,
    kind: Kind,
    origin: Origin,
) -> Result<(), ErrorKind> {
    let from = visitor.body.len();
    reasoning(visitor, source, kind, origin)?;
    if visitor.body.len() > from {
        visitor.need(Quirk::ReasoningDetails)?;
    }
    Ok(())
}

fn reasoning_part<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    part: &Part<C::Mark>,
    source: u8,
    origin: Origin,
) -> Result<(), ErrorKind> {
    if let Some(mark) = part.thinking.or(part.text) {
        strings_at(visitor, mark, &|text| Record::Reasoning { source, origin, text })?;
    }
    for (kind, data) in [(OpaqueKind::Signature, part.signature), (OpaqueKind::Encrypted, part.data)] {
        if !data.is_empty() {
            visitor.body.push(Record::Opaque { kind, data });
        }
    }
    Ok(())
}

/// States the string at `mark`, or those of the parts at `mark`.
fn strings_at<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    mark: C::Mark,
    record: &dyn Fn(Str) -> Record,
) -> Result<(), ErrorKind> {
    let back = visitor.cursor.go(mark);
    let kind = visitor.cursor.kind()?;
    each(visitor, kind, &mut |visitor, kind| match kind {
        Kind::String => {
            let text = visitor.cursor.string()?;
            visitor.edged(text, record(text));
            Ok(())
        }
        Kind::Object => {
            let inner = part(visitor)?;
            let Some(mark) = inner.text.or(inner.thinking) else { return Ok(()) };
            let back = visitor.cursor.go(mark);
            if visitor.cursor.kind()? == Kind::String {
                let text = visitor.cursor.string()?;
                visitor.edged(text, record(text));
            }
            visitor.cursor.go(back);
            Ok(())
        }
        _ => visitor.cursor.skip(),
    })?;
    visitor.cursor.go(back);
    Ok(())
}

/// What is done before each element, whose kind is given.
type Each<'f, C> = &'f mut dyn FnMut(&mut Visitor<'_, C>, Kind) -> Result<(), ErrorKind>;

/// Calls `f` before each element of the array ahead, or before the one value that is ahead instead.
fn each<C: Cursor>(visitor: &mut Visitor<'_, C>, kind: Kind, f: Each<'_, C>) -> Result<(), ErrorKind> {
    if kind != Kind::Array {
        return f(visitor, kind);
    }
    let mut items = visitor.cursor.array()?;
    while let Some(kind) = visitor.cursor.element(&mut items)? {
        f(visitor, kind)?;
        visitor.bounded()?;
    }
    Ok(())
}

/// Takes down the part ahead.
fn part<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<Part<C::Mark>, ErrorKind> {
    let whole = visitor.cursor.mark();
    let mut part = Part {
        kind: Str::NONE,
        text: None,
        thinking: None,
        signature: Str::NONE,
        data: Str::NONE,
        whole: None,
    };
    let mut members = visitor.cursor.object()?;
    while let Some((key, kind)) = visitor.cursor.member(&mut members, dialect::part_key)? {
        part.whole = Some(whole);
        match (key, kind) {
            (_, Kind::Null) => visitor.cursor.skip()?,
            (PartKey::Type, Kind::String) => part.kind = visitor.cursor.string()?,
            (PartKey::Text, _) => part.text = Some(visitor.skip_marked()?),
            (PartKey::Thinking, _) => part.thinking = Some(visitor.skip_marked()?),
            (PartKey::Signature, Kind::String) => part.signature = visitor.cursor.string()?,
            (PartKey::Data, Kind::String) => part.data = visitor.cursor.string()?,
            _ => visitor.cursor.skip()?,
        }
    }
    Ok(part)
}
