//! Chat completions: `chat.completion.chunk`, and the legacy `text_completion`.
//!
//! Knows: a chunk's members, through the dialect's tables. Must not know: SSE, cuts, earlier events, which source reads.
//!
//! 1. A document is a chunk if it has `choices`; without, if it has counters, names itself a chunk, or says `choices: null`,
//!    and has no member that only another wire has. An `error` member is told before whatever else its chunk carries.
//! 2. A choice's facts come in their written order: role, reasoning, opaque reasoning, text, refusal, tool calls, extras,
//!    finish. The index of a choice may come last.
//! 3. Content stands in `delta`; `message` in its place, or beside it, repeats ([`Scope::Message`](crate::record::Scope)).
//! 4. Usage may come with any chunk; nothing follows the end marker.
//!
//! Source: OpenAI, *Chat Completions streaming events*; the deviations of services by their quirks.

mod choice;
mod delta;
mod parts;
pub(in crate::parse) mod repair;
mod tools;
mod usage;

use super::invoke_model::push_weak_counters;
use super::{WireMatch, errors, meets_named_or_tolerated_ping};
use crate::dialect::{self, ChunkKey, Quirk};
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, SeenKeys, Visitor};
use crate::record::{Record, Str};

/// What a chunk's own members say, until all are known.
struct Chunk<M> {
    start: M,
    has_choices: bool,
    choices_null: bool,
    is_named: bool,
    has_counters: bool,
    finish: Str,
    error: Option<M>,
    /// Where these stand in the head.
    id: Option<usize>,
    model: Option<usize>,
    created: Option<usize>,
    other_model: Str,
    /// Where its records in the body begin.
    from: usize,
}

/// Names whose values are struck out when they come again; ordinals for [`SeenKeys`].
const CHOICES: usize = 0;
const USAGE: usize = 1;

/// States the object ahead, if it is a chunk.
#[inline(never)] // A function of its own, whatever other wires there are: it is the general path of nearly all streams.
pub(super) fn event<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    context: Context<'_>,
) -> Result<WireMatch, ErrorKind> {
    let mut chunk = Chunk {
        start: visitor.cursor.mark_ahead(),
        has_choices: false,
        choices_null: false,
        is_named: false,
        has_counters: false,
        finish: Str::NONE,
        error: None,
        id: None,
        model: None,
        created: None,
        other_model: Str::NONE,
        from: visitor.stated(),
    };
    let mut seen = SeenKeys::<2>::default();
    let mut members = visitor.cursor.enter_object()?;
    while let Some((key, kind)) = visitor.cursor.member(&mut members, &dialect::ChunkNames)? {
        if kind == Kind::Null {
            chunk.choices_null |= key == ChunkKey::Choices;
            visitor.cursor.null()?;
            continue;
        }
        match key {
            ChunkKey::Id => push_or_replace_identity(visitor, kind, &mut chunk.id, Record::Id)?,
            ChunkKey::Model => push_or_replace_identity(visitor, kind, &mut chunk.model, Record::Model)?,
            ChunkKey::Object => {
                let object = visitor.string_as_padding_or_none(kind)?;
                chunk.is_named |= dialect::names_chunk(visitor.cursor.bytes(object));
            }
            ChunkKey::Created => visitor.push_or_replace_created(kind, &mut chunk.created)?,
            ChunkKey::Choices => {
                visitor.strike_earlier_value(&seen, CHOICES)?;
                let from = visitor.stated();
                chunk.has_choices = true;
                choice::choices(visitor, kind)?;
                visitor.note_records_of_key(&mut seen, CHOICES, from);
            }
            ChunkKey::Usage => {
                visitor.strike_earlier_value(&seen, USAGE)?;
                let from = visitor.stated();
                chunk.has_counters |= usage::usage(visitor, kind, true)?;
                visitor.note_records_of_key(&mut seen, USAGE, from);
            }
            ChunkKey::UsageBox => usage_inside_box(visitor, kind, &mut chunk)?,
            ChunkKey::Error => {
                if chunk.error.is_some() {
                    visitor.need(Quirk::DuplicateKey)?;
                }
                chunk.error = Some(visitor.skip_marked()?);
            }
            ChunkKey::HostMetrics => {
                let mark = visitor.skip_marked()?;
                push_weak_counters(visitor, Some(Field { kind, mark }))?;
            }
            ChunkKey::Finish => chunk.finish = visitor.string_as_padding_or_none(kind)?,
            ChunkKey::ModelSpelling => chunk.other_model = visitor.string_as_padding_or_none(kind)?,
            ChunkKey::Extra(extra) => visitor.push_extra_unless_off_or_empty(extra, true)?,
            ChunkKey::Noise => visitor.skip_as_noise_unless_extras_all(kind)?,
            ChunkKey::Other => visitor.skip_as_padding_unless_extras_all(kind, true)?,
        }
    }
    push_finish_or_error_deciding_verdict(visitor, chunk, context)
}

/// `id` or `model`; the last of several wins.
fn push_or_replace_identity<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: Kind,
    slot: &mut Option<usize>,
    record: impl Fn(Str) -> Record,
) -> Result<(), ErrorKind> {
    let mut string = Str::NONE;
    if kind == Kind::String {
        string = visitor.cursor.string()?;
        if string.is_empty() {
            visitor.need(Quirk::EmptyString)?;
        }
    } else {
        visitor.cursor.skip()?;
    }
    visitor.push_head_or_replace_if_tolerated(slot, record(string))
}

/// Decides what the document was.
fn push_finish_or_error_deciding_verdict<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    chunk: Chunk<C::Mark>,
    context: Context<'_>,
) -> Result<WireMatch, ErrorKind> {
    let verdict = if chunk.has_choices && chunk.error.is_none() {
        if !chunk.finish.is_empty() {
            push_finish_to_choices_if_tolerated(visitor, chunk.finish, chunk.from)?;
        }
        WireMatch::Mine
    } else {
        push_error_finish_or_ping_of_chunk(visitor, &chunk, context)?
    };
    if !chunk.other_model.is_empty() && chunk.model.is_none() && verdict != WireMatch::NotMine {
        visitor.need(Quirk::ModelSpelling)?;
        visitor.records.push_head_within_limit(Record::Model(chunk.other_model))?;
    }
    Ok(verdict)
}

/// A chunk with an error or a finish beside its choices, or without choices.
#[cold]
fn push_error_finish_or_ping_of_chunk<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    chunk: &Chunk<C::Mark>,
    context: Context<'_>,
) -> Result<WireMatch, ErrorKind> {
    let survey = errors::survey(visitor, chunk.start)?;
    let is_error = match chunk.error {
        Some(mark) => errors::push_if_error_member(visitor, mark, &survey)?,
        None => false,
    };
    if chunk.has_choices {
        if !chunk.finish.is_empty() {
            push_finish_to_choices_if_tolerated(visitor, chunk.finish, chunk.from)?;
        }
        return Ok(WireMatch::Mine);
    }
    if is_error {
        return Ok(WireMatch::Anyones);
    }
    if errors::push_if_error_in_other_members(visitor, &survey)? {
        // In a response it may be the event with which another wire ends its answer.
        return Ok(if survey.holds_response() { WireMatch::NotMine } else { WireMatch::Anyones });
    }
    if meets_named_or_tolerated_ping(visitor, survey.word, context.name) {
        visitor.records.push_head_within_limit(Record::Keepalive)?;
        return Ok(WireMatch::Anyones);
    }
    if !survey.of_other_wire && (chunk.choices_null || chunk.has_counters || chunk.is_named) {
        visitor.need(Quirk::ChoicesMissing)?;
        return Ok(if chunk.is_named { WireMatch::Mine } else { WireMatch::Anyones });
    }
    Ok(WireMatch::NotMine)
}

/// The chunk's own finish reason: for each of its choices.
fn push_finish_to_choices_if_tolerated<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    finish: Str,
    from: usize,
) -> Result<(), ErrorKind> {
    if !visitor.cursor.tolerance().note_if_allowed(Quirk::FinishPlace) {
        return Ok(());
    }
    let end = visitor.stated();
    let mut any = false;
    for at in from..end {
        if let Some(Record::Choice { index }) = visitor.records.body().get(at).copied() {
            visitor.push(Record::Choice { index })?;
            choice::push_finish(visitor, finish)?;
            any = true;
        }
    }
    if !any {
        visitor.push(Record::Choice { index: 0 })?;
        choice::push_finish(visitor, finish)?;
    }
    Ok(())
}

/// An object that holds usage one level down.
fn usage_inside_box<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: Kind,
    chunk: &mut Chunk<C::Mark>,
) -> Result<(), ErrorKind> {
    if kind != Kind::Object || !visitor.allows(Quirk::UsagePlace) {
        return visitor.skip_as_padding_unless_extras_all(kind, true);
    }
    let mut members = visitor.cursor.enter_object()?;
    while let Some((is_usage, kind)) = visitor.cursor.member_by(&mut members, |key| key == b"usage")? {
        if is_usage && usage::usage(visitor, kind, true)? {
            visitor.need(Quirk::UsagePlace)?;
            chunk.has_counters = true;
        } else if !is_usage {
            visitor.skip_as_padding_unless_extras_all(kind, true)?;
        }
    }
    Ok(())
}
