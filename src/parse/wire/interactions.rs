//! Interactions: Google's API of steps.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. In order: `interaction.created`; for each step `step.start`, its deltas, `step.stop`; `interaction.completed` with the
//!    status, which says how it ended, and usage. Updates of the status and errors stand anywhere. The event's name repeats
//!    `event_type`; many streams leave it out.
//! 2. A step is known by its `index`: a key, never a size. Its kind is said when it begins.
//! 3. A `function_call` step is a call of the caller's. Its `arguments` come in pieces of text, or whole, as an object, with
//!    its start: those count only where no piece follows.
//! 4. Every other step that is neither a thought nor output is of tools that the service runs itself.
//! 5. The API's first version, which Google still documents as its legacy events, names them `interaction.start`,
//!    `content.start`, `content.delta`, `content.stop`, `interaction.complete`; what begins is the event's `content`, of type
//!    `text` where a step says `model_output`. A `function_call` comes whole in a delta, which is where it says its name.
//! 6. Usage stands in `interaction.completed`; `metadata.usage` may come with any event.
//!
//! Source: Google, *Interactions API: streaming*.

use super::signs::Signs;
use super::{WireMatch, errors};
use crate::delta::{ExtraKind, OpaqueKind, PartKind};
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Counter, Record, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    let word = signs.text("event_type");
    match word {
        b"content.start" => signs.has("content", Kind::Object),
        b"content.delta" => signs.has("delta", Kind::Object),
        _ => word.starts_with(b"interaction.") || word.starts_with(b"step."),
    }
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 7] = ["event_type", "index", "step", "delta", "interaction", "metadata", "content"];
    let [word, index, step, delta, interaction, metadata, content] = visitor.fields(&NAMES)?;
    let word = visitor.string_of(word)?;
    match visitor.cursor.bytes(word) {
        b"step.delta" | b"content.delta" => self::delta(visitor, index, delta)?,
        b"step.start" => step_start(visitor, index, step, false)?,
        b"content.start" => step_start(visitor, index, content, true)?,
        b"step.stop" | b"content.stop" => {
            visitor.push_part_or_current(index, PartKind::Other)?;
            visitor.push(Record::PlaceEnd)?;
        }
        b"interaction.completed" => {
            return push_finish_and_done(visitor, interaction, metadata, "interaction.completed");
        }
        b"interaction.complete" => {
            return push_finish_and_done(visitor, interaction, metadata, "interaction.complete");
        }
        word if word.starts_with(b"interaction.") => push_interaction_id_and_model(visitor, interaction)?,
        _ => return Ok(WireMatch::NotMine),
    }
    let [usage] = visitor.fields_of(metadata, &["usage"])?;
    self::usage(visitor, usage)?;
    Ok(WireMatch::Mine)
}

fn push_interaction_id_and_model<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    interaction: Value<C>,
) -> Result<()> {
    let [id, model] = visitor.fields_of(interaction, &["id", "model"])?;
    push_id_and_model(visitor, id, model)
}

fn push_id_and_model<C: Cursor>(visitor: &mut Visitor<'_, C>, id: Value<C>, model: Value<C>) -> Result<()> {
    let (id, model) = (visitor.string_of(id)?, visitor.string_of(model)?);
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.records.push_head_within_limit(Record::Model(model))
}

/// The interaction is over: how, and what it cost.
fn push_finish_and_done<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    interaction: Value<C>,
    metadata: Value<C>,
    marker: &'static str,
) -> Result<WireMatch> {
    let [id, model, status, usage, error] =
        visitor.fields_of(interaction, &["id", "model", "status", "usage", "error"])?;
    push_id_and_model(visitor, id, model)?;
    if let Some(error) = error {
        errors::push_if_error(visitor, error.mark)?;
    }
    visitor.push(Record::Choice { index: 0 })?;
    let word = visitor.string_of(status)?;
    visitor.push_finish(word)?;
    let [beside] = visitor.fields_of(metadata, &["usage"])?;
    self::usage(visitor, beside)?;
    self::usage(visitor, usage)?;
    visitor.push(Record::Done { marker })?;
    Ok(WireMatch::Mine)
}

/// A step as it begins, with what it brings along; `named_later`: a delta may say which function it calls.
fn step_start<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    index: Value<C>,
    step: Value<C>,
    named_later: bool,
) -> Result<()> {
    const NAMES: [&str; 8] = ["type", "id", "name", "arguments", "signature", "content", "summary", "text"];
    let [kind, id, name, arguments, signature, content, summary, text] = visitor.fields_of(step, &NAMES)?;
    let kind = visitor.string_of(kind)?;
    match visitor.cursor.bytes(kind) {
        b"function_call" => {
            visitor.push_part(index, PartKind::ToolCall, true)?;
            if !named_later || id.is_some() || name.is_some() {
                push_call_and_whole_input(visitor, id, name, arguments)?;
            }
        }
        b"model_output" | b"text" => {
            visitor.push_part(index, PartKind::Text, true)?;
            visitor.push_string(text, Record::Text)?;
            each_text(visitor, content, Record::Text)?;
        }
        b"thought" => {
            visitor.push_part(index, PartKind::Reasoning, true)?;
            each_text(visitor, summary, |text| Record::Reasoning { rank: 0, text })?;
        }
        _ => {
            visitor.push_part(index, PartKind::Other, true)?;
            visitor.push_extra(ExtraKind::Hosted, kind, step)?;
        }
    }
    visitor.push_opaque(signature, OpaqueKind::Signature)
}

/// A call of the current step.
fn push_call_and_whole_input<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    id: Value<C>,
    name: Value<C>,
    arguments: Value<C>,
) -> Result<()> {
    let (id, name) = (visitor.string_of(id)?, visitor.string_of(name)?);
    visitor.push(Record::ToolCall { index: None, id, name, is_metadata_only: false })?;
    visitor.push_input_unless_empty(arguments)
}

/// Texts that came whole with a step's beginning.
fn each_text<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    list: Value<C>,
    record: fn(Str) -> Record,
) -> Result<()> {
    visitor.each_of(list, &mut |visitor, kind, _| {
        let mark = visitor.skip_marked()?;
        let [text] = visitor.fields_of(Some(Field { kind, mark }), &["text"])?;
        visitor.push_string(text, record)
    })
}

fn delta<C: Cursor>(visitor: &mut Visitor<'_, C>, index: Value<C>, delta: Value<C>) -> Result<()> {
    const NAMES: [&str; 8] =
        ["type", "text", "content", "signature", "arguments", "annotations", "id", "name"];
    let [kind, text, content, signature, arguments, annotations, id, name] =
        visitor.fields_of(delta, &NAMES)?;
    let kind = visitor.string_of(kind)?;
    match visitor.cursor.bytes(kind) {
        b"text" => {
            visitor.push_part(index, PartKind::Text, false)?;
            visitor.push_string(text, Record::Text)?;
            visitor.push_member(ExtraKind::Annotation, annotations)
        }
        b"thought_summary" => {
            visitor.push_part(index, PartKind::Reasoning, false)?;
            let [text] = visitor.fields_of(content, &["text"])?;
            visitor.push_string(text, |text| Record::Reasoning { rank: 0, text })
        }
        b"thought_signature" => {
            visitor.push_part_or_current(index, PartKind::Reasoning)?;
            visitor.push_opaque(signature, OpaqueKind::Signature)
        }
        b"function_call" => {
            visitor.push_part(index, PartKind::ToolCall, false)?;
            push_call_and_whole_input(visitor, id, name, arguments)?;
            visitor.push_opaque(signature, OpaqueKind::Signature)
        }
        b"arguments_delta" => {
            visitor.push_part_or_current(index, PartKind::Other)?;
            visitor.push_arguments(arguments)?;
            visitor.push_if_hosted(kind, delta)
        }
        b"text_annotation_delta" => {
            visitor.push_part(index, PartKind::Text, false)?;
            visitor.push_extra(ExtraKind::Annotation, kind, annotations)
        }
        b"image" => {
            visitor.push_part_or_current(index, PartKind::Other)?;
            visitor.push_extra(ExtraKind::Image, kind, delta)
        }
        b"audio" => {
            visitor.push_part_or_current(index, PartKind::Other)?;
            visitor.push_extra(ExtraKind::Audio, kind, delta)
        }
        _ => {
            visitor.push_part_or_current(index, PartKind::Other)?;
            visitor.push_extra(ExtraKind::Hosted, kind, delta)
        }
    }
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    use Counter::{CachedInput, Input, Output, Reasoning, Total};
    const NAMES: [&str; 5] = [
        "total_input_tokens",
        "total_output_tokens",
        "total_tokens",
        "total_cached_tokens",
        "total_thought_tokens",
    ];
    let fields = visitor.fields_of(usage, &NAMES)?;
    visitor.counters_of(&fields, &[Input, Output, Total, CachedInput, Reasoning])?;
    Ok(())
}
