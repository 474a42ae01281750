//! Items and their parts: as they begin, and as they are when they are done.
//!
//! Knows: the types of items and parts. Must not know: the events in which they come.

use super::{Result, SUMMARY, mask_part_below_summary_bit, text_record_of_kind};
use crate::delta::{ExtraKind, OpaqueKind, PartKind};
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Place, PlaceKey, Record, Scope, Str};

/// The place of an item, or of a part of it; no choice is named, because that would end a repetition.
const fn place(key: PlaceKey, sub: u32, kind: PartKind) -> Record {
    Record::Place(Place { key, sub, kind, begins: false })
}

/// An item begins. What it has of content and arguments will come again; what a message holds, text or a refusal, its first
/// part says.
pub(super) fn push_item_place_and_call<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    item: Value<C>,
) -> Result<()> {
    let [kind, role, id, call_id, name] =
        visitor.fields_of(item, &["type", "role", "id", "call_id", "name"])?;
    let kind = visitor.string_of(kind)?;
    visitor.push(Record::Choice { index: 0 })?;
    let part = match visitor.cursor.bytes(kind) {
        b"message" => {
            visitor.push(place(key, Place::WHOLE, PartKind::Text))?;
            return visitor.push_steady_role(role);
        }
        b"function_call" | b"custom_tool_call" => {
            let (sub, kind) = (Place::WHOLE, PartKind::ToolCall);
            visitor.push(Record::Place(Place { key, sub, kind, begins: true }))?;
            return push_call(visitor, id, call_id, name);
        }
        b"" => return Ok(()),
        b"reasoning" => PartKind::Reasoning,
        _ => PartKind::Other,
    };
    visitor.push(place(key, Place::WHOLE, part))?;
    visitor.push(Record::PlaceBegins)
}

/// An item is done; `scope`: what this repeats, if not something that was begun around it.
pub(super) fn item_done<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    item: Value<C>,
    repeated_scope: Option<Scope>,
) -> Result<()> {
    const NAMES: [&str; 10] = [
        "type",
        "role",
        "id",
        "call_id",
        "name",
        "arguments",
        "input",
        "content",
        "summary",
        "encrypted_content",
    ];
    let [kind, role, id, call_id, name, arguments, input, content, summary, encrypted] =
        visitor.fields_of(item, &NAMES)?;
    let kind = visitor.string_of(kind)?;
    match visitor.cursor.bytes(kind) {
        b"message" => {
            visitor.push(place(key, Place::WHOLE, PartKind::Text))?;
            visitor.push_steady_role(role)?;
            push_repeats_if(visitor, repeated_scope)?;
            push_parts(visitor, key, 0, PartKind::Text, content)?;
        }
        b"reasoning" => {
            push_repeats_if(visitor, repeated_scope)?;
            push_parts(visitor, key, SUMMARY, PartKind::Reasoning, summary)?;
            push_parts(visitor, key, 0, PartKind::Reasoning, content)?;
            visitor.push(place(key, Place::WHOLE, PartKind::Reasoning))?;
            visitor.push_opaque(encrypted, OpaqueKind::Encrypted)?;
        }
        b"function_call" | b"custom_tool_call" => {
            visitor.push(place(key, Place::WHOLE, PartKind::ToolCall))?;
            push_call(visitor, id, call_id, name)?;
            push_repeats_if(visitor, repeated_scope)?;
            self::push_arguments(visitor, arguments.or(input))?;
        }
        b"" => return Ok(()),
        b"image_generation_call" => push_extra_item(visitor, key, ExtraKind::Image, kind, item)?,
        _ => push_extra_item(visitor, key, ExtraKind::Hosted, kind, item)?,
    }
    visitor.push(Record::PlaceEnd)
}

/// What follows repeats what was told of `scope`.
fn push_repeats_if<C: Cursor>(visitor: &mut Visitor<'_, C>, scope: Option<Scope>) -> Result<()> {
    scope.map_or(Ok(()), |scope| visitor.push(Record::Whole(scope)))
}

/// An item that is passed on as it was sent.
fn push_extra_item<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    kind: ExtraKind,
    name: Str,
    item: Value<C>,
) -> Result<()> {
    visitor.push(place(key, Place::WHOLE, PartKind::Other))?;
    visitor.push_extra(kind, name, item)
}

/// A call of the caller's: known to it by its `call_id`.
fn push_call<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    id: Value<C>,
    call_id: Value<C>,
    name: Value<C>,
) -> Result<()> {
    let (id, call_id) = (visitor.string_of(id)?, visitor.string_of(call_id)?);
    let name = visitor.string_of(name)?;
    visitor.push(Record::ToolCall {
        index: None,
        id: call_id.some().unwrap_or(id),
        name,
        is_metadata_only: false,
    })
}

/// A call's arguments: text, or an object as it was sent.
pub(super) fn push_arguments<C: Cursor>(visitor: &mut Visitor<'_, C>, arguments: Value<C>) -> Result<()> {
    if arguments.is_some_and(|field| field.kind == Kind::Object) {
        let json = visitor.json_of(arguments);
        return visitor.push(Record::Arguments(json));
    }
    visitor.push_string(arguments, Record::Arguments)
}

/// The parts of an item that is done; the place of the first is `base`.
fn push_parts<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    base: u32,
    item: PartKind,
    parts: Value<C>,
) -> Result<()> {
    visitor.each_of(parts, &mut |visitor, kind, position| {
        let part = Field { kind, mark: visitor.cursor.mark_ahead() };
        visitor.cursor.skip()?;
        push_whole_part(
            visitor,
            key,
            mask_part_below_summary_bit(position as u64).saturating_add(base),
            item,
            Some(part),
        )
    })
}

/// A part begins.
pub(super) fn push_part_place_begins<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    sub: u32,
    part: Value<C>,
) -> Result<()> {
    let kind = kind_of(visitor, part)?;
    super::push_place(visitor, key, sub, kind)?;
    visitor.push(Record::PlaceBegins)
}

/// A part is done.
pub(super) fn push_part_repetition<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    sub: u32,
    part: Value<C>,
) -> Result<()> {
    let kind = kind_of(visitor, part)?;
    super::push_place(visitor, key, sub, kind)?;
    visitor.push(Record::Whole(Scope::Place))?;
    push_whole_part(visitor, key, sub, kind, part)
}

/// What a part holds, by its type alone.
fn kind_of<C: Cursor>(visitor: &mut Visitor<'_, C>, part: Value<C>) -> Result<PartKind> {
    let [name] = visitor.fields_of(part, &["type"])?;
    let name = visitor.string_of(name)?;
    Ok(part_kind_or_other(visitor.cursor.bytes(name), PartKind::Text))
}

/// All that a part says. `item`: the kind of content that its item has.
fn push_whole_part<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    sub: u32,
    item: PartKind,
    part: Value<C>,
) -> Result<()> {
    const NAMES: [&str; 4] = ["type", "text", "refusal", "annotations"];
    let [name, text, refusal, annotations] = visitor.fields_of(part, &NAMES)?;
    let name = visitor.string_of(name)?;
    let kind = part_kind_or_other(visitor.cursor.bytes(name), item);
    visitor.push(place(key, sub, kind))?;
    match kind {
        PartKind::Refusal => visitor.push_string(refusal, Record::Refusal),
        PartKind::Other => {
            let is_audio = visitor.cursor.bytes(name) == b"output_audio";
            visitor.push_extra(if is_audio { ExtraKind::Audio } else { ExtraKind::Other }, name, part)
        }
        PartKind::Text | PartKind::Reasoning | PartKind::ToolCall => {
            visitor.push_string(text, |text| text_record_of_kind(kind, text))?;
            visitor.each_of(annotations, &mut |visitor, kind, _| {
                let one = Field { kind, mark: visitor.cursor.mark_ahead() };
                visitor.cursor.skip()?;
                push_annotation(visitor, Some(one))
            })
        }
    }
}

/// What a part of this type holds, in an item of this kind of content.
fn part_kind_or_other(name: &[u8], plain_text_kind: PartKind) -> PartKind {
    match name {
        b"refusal" => PartKind::Refusal,
        b"reasoning_text" | b"summary_text" => PartKind::Reasoning,
        b"output_text" | b"text" | b"" => plain_text_kind,
        _ => PartKind::Other,
    }
}

/// A citation, named by its type.
pub(super) fn push_annotation<C: Cursor>(visitor: &mut Visitor<'_, C>, annotation: Value<C>) -> Result<()> {
    let [name] = visitor.fields_of(annotation, &["type"])?;
    let name = visitor.string_of(name)?;
    visitor.push_extra(ExtraKind::Annotation, name, annotation)
}
