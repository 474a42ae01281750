//! Typed parts: of content, of reasoning, of reasoning details.
//!
//! Knows: what a part may hold. Must not know: which member of the delta the parts stood in, but for its rank.

use crate::delta::{ExtraKind, OpaqueKind};
use crate::dialect::{self, PartKey, Quirk, ReasoningSource};
use crate::error::ErrorKind;
use crate::options::ExtrasMode;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::Visitor;
use crate::record::{Record, Str};

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
pub(super) fn content<C: Cursor>(visitor: &mut Visitor<'_, C>, kind: Kind) -> Result<(), ErrorKind> {
    visitor.each_or_one(kind, &mut |visitor, kind| match kind {
        Kind::String => {
            let piece = visitor.cursor.piece()?;
            visitor.push_text_after_edges(piece, Record::Text)
        }
        Kind::Object => {
            let part = read_part_object(visitor)?;
            push_content_part_or_extra(visitor, &part)
        }
        _ => visitor.cursor.skip(),
    })
}

fn push_content_part_or_extra<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    part: &Part<C::Mark>,
) -> Result<(), ErrorKind> {
    if part.thinking.is_some() {
        return push_reasoning_and_opaque_data(visitor, part, ReasoningSource::ContentParts);
    }
    let kind = visitor.cursor.bytes(part.kind);
    let is_text = dialect::is_text_part(kind);
    let extra = dialect::part_extra(kind);
    match part.text.filter(|_| is_text || extra == ExtraKind::Other) {
        Some(mark) => push_text_of_string_or_parts(visitor, mark, &Record::Text),
        None => {
            if let Some(mark) = part.whole.filter(|_| visitor.options.extras != ExtrasMode::Off) {
                let json = visitor.cursor.json_at(mark);
                visitor.push(Record::Extra { kind: extra, name: part.kind, json, chunk: false })?;
            }
            Ok(())
        }
    }
}

/// A reasoning member as a part or an array of parts.
pub(super) fn reasoning<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    source: ReasoningSource,
    kind: Kind,
) -> Result<(), ErrorKind> {
    visitor.each_or_one(kind, &mut |visitor, kind| match kind {
        Kind::String => {
            let piece = visitor.cursor.piece()?;
            visitor.push_text_after_edges(piece, |text| Record::Reasoning { rank: source as u8, text })
        }
        Kind::Object => {
            let part = read_part_object(visitor)?;
            push_reasoning_and_opaque_data(visitor, &part, source)
        }
        _ => visitor.cursor.skip(),
    })
}

/// `reasoning_details` and its kin.
pub(super) fn push_reasoning_details_needing_quirk<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    source: ReasoningSource,
    kind: Kind,
) -> Result<(), ErrorKind> {
    let from = visitor.stated();
    reasoning(visitor, source, kind)?;
    if visitor.stated() > from {
        visitor.need(Quirk::ReasoningDetails)?;
    }
    Ok(())
}

fn push_reasoning_and_opaque_data<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    part: &Part<C::Mark>,
    source: ReasoningSource,
) -> Result<(), ErrorKind> {
    if let Some(mark) = part.thinking.or(part.text) {
        push_text_of_string_or_parts(visitor, mark, &|text| Record::Reasoning { rank: source as u8, text })?;
    }
    for (kind, data) in [(OpaqueKind::Signature, part.signature), (OpaqueKind::Encrypted, part.data)] {
        if !data.is_empty() {
            visitor.push(Record::Opaque { kind, data })?;
        }
    }
    Ok(())
}

/// States the string at `mark`, or those of the parts at `mark`.
fn push_text_of_string_or_parts<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    mark: C::Mark,
    record: &dyn Fn(Str) -> Record,
) -> Result<(), ErrorKind> {
    let back = visitor.cursor.go(mark);
    let kind = visitor.cursor.kind()?;
    visitor.each_or_one(kind, &mut |visitor, kind| match kind {
        Kind::String => {
            let piece = visitor.cursor.piece()?;
            visitor.push_text_after_edges(piece, record)
        }
        Kind::Object => {
            let inner = read_part_object(visitor)?;
            let Some(mark) = inner.text.or(inner.thinking) else { return Ok(()) };
            let back = visitor.cursor.go(mark);
            if visitor.cursor.kind()? == Kind::String {
                let piece = visitor.cursor.piece()?;
                visitor.push_text_after_edges(piece, record)?;
            }
            visitor.cursor.go(back);
            Ok(())
        }
        _ => visitor.cursor.skip(),
    })?;
    visitor.cursor.go(back);
    Ok(())
}

/// Takes down the part ahead.
fn read_part_object<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<Part<C::Mark>, ErrorKind> {
    let whole = visitor.cursor.mark_ahead();
    let mut part = Part {
        kind: Str::NONE,
        text: None,
        thinking: None,
        signature: Str::NONE,
        data: Str::NONE,
        whole: None,
    };
    let mut members = visitor.cursor.enter_object()?;
    while let Some((key, kind)) = visitor.cursor.member(&mut members, &dialect::PartNames)? {
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
