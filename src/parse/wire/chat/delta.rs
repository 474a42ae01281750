//! A delta, or a message in its place; one of another role than the assistant's is a side message, passed on whole.
//!
//! Knows: a delta's members. Must not know: the choice around it.

use super::{parts, tools};
use crate::delta::ExtraKind;
use crate::dialect::{self, DeltaKey, Quirk, ReasoningSource};
use crate::error::ErrorKind;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{SeenKeys, Visitor};
use crate::record::{Record, Str};

/// Ordinals for [`SeenKeys`]: what is struck out when its name comes again. Reasoning has one for each spelling.
const ROLE: usize = 0;
const CONTENT: usize = 1;
const REFUSAL: usize = 2;
const TOOL_CALLS: usize = 3;
const REASONING: usize = 4;
const KEYS: usize = REASONING + ReasoningSource::COUNT;

/// What of a delta is its choice's.
pub(super) struct ForChoice {
    /// It is of another role than the assistant's.
    pub(super) is_side: bool,
    /// A finish reason found in it.
    pub(super) finish: Str,
}

/// The delta ahead.
pub(super) fn push_delta<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<ForChoice, ErrorKind> {
    let (from, mark) = (visitor.stated(), visitor.cursor.mark_ahead());
    let (mut role, mut finish, mut seen) = (Str::NONE, Str::NONE, SeenKeys::<KEYS>::default());
    let mut members = visitor.cursor.enter_object()?;
    while let Some((key, kind)) = visitor.cursor.member(&mut members, &dialect::DeltaNames)? {
        if kind == Kind::Null {
            visitor.cursor.null()?;
            continue;
        }
        match key {
            DeltaKey::Usage if kind == Kind::Object && visitor.allows(Quirk::UsagePlace) => {
                super::usage::push_misplaced_usage(visitor, kind)?;
            }
            DeltaKey::Role if kind == Kind::String => {
                role = self::push_role_replacing_earlier(visitor, &mut seen)?
            }
            DeltaKey::Finish if kind == Kind::String => {
                finish = visitor.cursor.string()?;
                if !finish.is_empty() && !visitor.cursor.tolerance().note_if_allowed(Quirk::FinishPlace) {
                    finish = Str::NONE;
                }
            }
            _ => push_member_but_role(visitor, key, kind, &mut seen)?,
        }
    }
    let is_side = !role.is_empty()
        && !dialect::answers(visitor.cursor.bytes(role))
        && visitor.cursor.tolerance().note_if_allowed(Quirk::SideRole);
    if is_side {
        visitor.records.strike(from..visitor.stated());
        let json = visitor.cursor.json_at(mark);
        visitor.push(Record::Extra { kind: ExtraKind::Other, name: role, json, chunk: false })?;
    }
    Ok(ForChoice { is_side, finish })
}

fn push_role_replacing_earlier<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    seen: &mut SeenKeys<KEYS>,
) -> Result<Str, ErrorKind> {
    let mut role = visitor.cursor.string()?;
    // The word is absence, as it is for a finish reason.
    if visitor.cursor.bytes(role) == b"null" {
        role = role.part(0, 0);
    }
    visitor.strike_earlier_value(seen, ROLE)?;
    let from = visitor.stated();
    if role.is_empty() {
        visitor.need(Quirk::EmptyString)?;
    }
    visitor.push(Record::Role(role))?;
    visitor.note_records_of_key(seen, ROLE, from);
    Ok(role)
}

fn push_member_but_role<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: DeltaKey,
    kind: Kind,
    seen: &mut SeenKeys<KEYS>,
) -> Result<(), ErrorKind> {
    let name = match key {
        DeltaKey::Content => CONTENT,
        DeltaKey::Refusal if matches!(kind, Kind::String | Kind::Number) => REFUSAL,
        DeltaKey::ToolCalls => TOOL_CALLS,
        DeltaKey::Reasoning(source) if visitor.allows(Quirk::ReasoningField) => {
            REASONING.wrapping_add(source as usize)
        }
        DeltaKey::ReasoningDetails(source) if visitor.allows(Quirk::ReasoningDetails) => {
            return parts::push_reasoning_details_needing_quirk(visitor, source, kind);
        }
        DeltaKey::FunctionCall if kind == Kind::Object => return tools::function_call(visitor),
        DeltaKey::Extra(extra) => return visitor.push_extra_unless_off_or_empty(extra, false),
        _ => return visitor.skip_as_padding_unless_extras_all(kind, false),
    };
    visitor.strike_earlier_value(seen, name)?;
    let from = visitor.stated();
    match key {
        DeltaKey::Content => push_content_in_any_form_or_skip(visitor, kind)?,
        DeltaKey::Refusal => string_or_number_as_text(visitor, kind, Record::Refusal)?,
        DeltaKey::Reasoning(source) => reasoning_in_any_form(visitor, source, kind)?,
        _ => tools::push_tool_calls(visitor, kind)?,
    }
    visitor.note_records_of_key(seen, name, from);
    Ok(())
}

fn push_content_in_any_form_or_skip<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: Kind,
) -> Result<(), ErrorKind> {
    match kind {
        Kind::String | Kind::Number => string_or_number_as_text(visitor, kind, Record::Text),
        Kind::Array | Kind::Object => {
            visitor.need(Quirk::ContentParts)?;
            parts::content(visitor, kind)
        }
        Kind::Null | Kind::Bool => visitor.skip_as_padding_unless_extras_all(kind, false),
    }
}

/// The text ahead: a string, or a number in its place.
pub(super) fn string_or_number_as_text<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: Kind,
    record: impl FnOnce(Str) -> Record,
) -> Result<(), ErrorKind> {
    if kind == Kind::Number {
        return push_number_as_text(visitor, record);
    }
    let piece = visitor.cursor.piece()?;
    visitor.push_text_after_edges(piece, record)
}

/// A number where a text belongs: it is the text, as it is written.
#[cold]
fn push_number_as_text<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    record: impl FnOnce(Str) -> Record,
) -> Result<(), ErrorKind> {
    visitor.need(Quirk::TextNumber)?;
    let mark = visitor.skip_marked()?;
    let number = visitor.cursor.json_at(mark);
    visitor.push(record(number))
}

fn reasoning_in_any_form<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    source: ReasoningSource,
    kind: Kind,
) -> Result<(), ErrorKind> {
    match kind {
        Kind::String => {
            let piece = visitor.cursor.piece()?;
            if visitor.cursor.has_text_or_edges(piece) {
                visitor.need(Quirk::ReasoningField)?;
            }
            visitor.push_text_after_edges(piece, |text| Record::Reasoning { rank: source as u8, text })
        }
        Kind::Array | Kind::Object => {
            visitor.need(Quirk::ReasoningShape)?;
            parts::reasoning(visitor, source, kind)
        }
        Kind::Number => {
            visitor.need(Quirk::ReasoningField)?;
            push_number_as_text(visitor, |text| Record::Reasoning { rank: source as u8, text })
        }
        Kind::Null | Kind::Bool => visitor.skip_as_padding_unless_extras_all(kind, false),
    }
}
