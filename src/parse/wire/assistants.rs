//! Assistants: the events of a run on a thread, told apart by `object`, or else by the event's name.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Events are named for what they are about: the thread, its run, the run's steps, a message. `object` says so, too, and
//!    without which state it is in, which the object itself says.
//! 2. Text comes in `thread.message.delta`, by message and content index. The message is repeated whole when it is completed.
//! 3. The run has the model, and at last the usage and its status, of which the terminal ones are finish reasons. It waits
//!    with `requires_action` for the caller's tools: their calls are in it, whole.
//! 4. Steps tell what the run does; their pieces are passed on as they are.
//! 5. `[DONE]` ends the stream, under the name `done`.
//!
//! Source: OpenAI, *API reference: Assistants, streaming* (beta).

use super::WireMatch;
use super::signs::Signs;
use crate::delta::{ExtraKind, PartKind};
use crate::dialect;
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::Cursor;
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Counter, Place, PlaceKey, Record, Scope, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// What an event is about.
enum Subject {
    MessageDelta,
    Message,
    StepDelta,
    Run,
    /// The thread, or a step as a whole: nothing that is told.
    Silent,
}

impl Subject {
    /// By the name of an object, or of an event: that is longer by the state.
    fn by_name(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"thread.message.delta" => Self::MessageDelta,
            b"thread.run.step.delta" => Self::StepDelta,
            _ if name.starts_with(b"thread.message") => Self::Message,
            _ if name.starts_with(b"thread.run.step") => Self::Silent,
            _ if name.starts_with(b"thread.run") => Self::Run,
            _ if name == b"thread" || name.starts_with(b"thread.") => Self::Silent,
            _ => return None,
        })
    }
}

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    signs.context.name.starts_with(b"thread.") || signs.text("object").starts_with(b"thread.")
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, context: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 12] = [
        "object",
        "id",
        "delta",
        "role",
        "content",
        "model",
        "created_at",
        "status",
        "required_action",
        "last_error",
        "incomplete_details",
        "usage",
    ];
    let [object, id, delta, role, content, run @ ..] = visitor.fields(&NAMES)?;
    let word = visitor.string_of(object)?;
    let word_bytes = visitor.cursor.bytes(word);
    let Some(subject) = Subject::by_name(if word_bytes.is_empty() { context.name } else { word_bytes })
    else {
        return Ok(WireMatch::NotMine);
    };
    match subject {
        Subject::MessageDelta => {
            let [role, content] = visitor.fields_of(delta, &["role", "content"])?;
            push_message_unless_by_user(visitor, id, role, content, false)?;
        }
        Subject::Message => push_message_unless_by_user(visitor, id, role, content, true)?,
        Subject::StepDelta => {
            visitor.push(Record::Choice { index: 0 })?;
            visitor.push_extra(ExtraKind::Hosted, word, delta)?;
        }
        Subject::Run => self::push_run_finish_and_usage(visitor, id, run)?,
        Subject::Silent => {}
    }
    Ok(WireMatch::Mine)
}

/// Pieces of a message, or all of it.
fn push_message_unless_by_user<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    message_id: Value<C>,
    role: Value<C>,
    content: Value<C>,
    whole: bool,
) -> Result<()> {
    let key = visitor.key_or_running(message_id)?;
    let role = visitor.string_of(role)?;
    let answers = dialect::answers(visitor.cursor.bytes(role));
    if !answers && !role.is_empty() {
        return Ok(());
    }
    visitor.push(Record::Choice { index: 0 })?;
    if answers {
        visitor.push(Record::Role(role))?;
    }
    visitor.each_of(content, &mut |visitor, kind, position| {
        let part = Field { kind, mark: visitor.cursor.mark_ahead() };
        visitor.cursor.skip()?;
        self::push_part(visitor, key, part, position, whole)
    })
}

fn push_part<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: PlaceKey,
    part: Field<C::Mark>,
    position: usize,
    whole: bool,
) -> Result<()> {
    const NAMES: [&str; 4] = ["index", "type", "text", "refusal"];
    let [index, kind, text, refusal] = visitor.fields_of(Some(part), &NAMES)?;
    let [value, annotations] = visitor.fields_of(text, &["value", "annotations"])?;
    let index = visitor.integer_of(index)?.and_then(|index| u32::try_from(index).ok());
    let sub = index.unwrap_or_else(|| u32::try_from(position).unwrap_or(Place::WHOLE));
    let word = visitor.string_of(kind)?;
    let kind = match visitor.cursor.bytes(word) {
        b"text" => PartKind::Text,
        b"refusal" => PartKind::Refusal,
        _ => PartKind::Other,
    };
    visitor.push(Record::Choice { index: 0 })?;
    visitor.push(Record::Place(Place { key, sub, kind, begins: false }))?;
    if whole {
        visitor.push(Record::Whole(Scope::Place))?;
    }
    visitor.push_string(value, Record::Text)?;
    visitor.push_string(refusal, Record::Refusal)?;
    if let Some(notes) = annotations {
        let name = visitor.cursor.name_before(notes.mark);
        visitor.push_extra(ExtraKind::Annotation, name, annotations)?;
    }
    match kind {
        PartKind::Other => {
            let is_image = visitor.cursor.bytes(word).starts_with(b"image");
            let kind = if is_image { ExtraKind::Image } else { ExtraKind::Other };
            visitor.push_extra(kind, word, Some(part))
        }
        _ => Ok(()),
    }
}

fn push_run_finish_and_usage<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    id: Value<C>,
    [model, created, status, action, error, incomplete, usage]: [Value<C>; 7],
) -> Result<()> {
    let (id, model) = (visitor.string_of(id)?, visitor.string_of(model)?);
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.records.push_head_within_limit(Record::Model(model))?;
    if let Some(created) = created {
        visitor.at(created, |visitor| visitor.push_or_replace_created(created.kind, &mut None))?;
    }
    let [code, message] = visitor.fields_of(error, &["code", "message"])?;
    if error.is_some() {
        let (code, message) = (visitor.string_or_json_of(code)?, visitor.string_or_json_of(message)?);
        let (kind, json) = (Str::NONE, Str::NONE);
        visitor.records.push_head_within_limit(Record::Error { code, kind, message, json })?;
    }
    visitor.push(Record::Choice { index: 0 })?;
    push_calls(visitor, action)?;
    let word = visitor.string_of(status)?;
    let [reason] = visitor.fields_of(incomplete, &["reason"])?;
    let reason = visitor.string_of(reason)?;
    match visitor.cursor.bytes(word) {
        b"incomplete" if !reason.is_empty() => visitor.push_finish(reason)?,
        b"completed" | b"incomplete" | b"failed" | b"cancelled" | b"expired" | b"requires_action" => {
            visitor.push_finish(word)?;
        }
        _ => {}
    }
    self::usage(visitor, usage)
}

/// The calls that the run waits for.
fn push_calls<C: Cursor>(visitor: &mut Visitor<'_, C>, action: Value<C>) -> Result<()> {
    let [outputs] = visitor.fields_of(action, &["submit_tool_outputs"])?;
    let [calls] = visitor.fields_of(outputs, &["tool_calls"])?;
    visitor.each_of(calls, &mut |visitor, kind, _| {
        let call = Field { kind, mark: visitor.cursor.mark_ahead() };
        visitor.cursor.skip()?;
        let [id, function] = visitor.fields_of(Some(call), &["id", "function"])?;
        let [name, arguments] = visitor.fields_of(function, &["name", "arguments"])?;
        let (id, name) = (visitor.string_of(id)?, visitor.string_of(name)?);
        visitor.push_whole_call(id, name, arguments)
    })
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    use Counter::{CachedInput, Input, Output, Reasoning, Total};
    const NAMES: [&str; 5] = [
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_token_details",
        "completion_tokens_details",
    ];
    let [read, written, total, read_details, written_details] = visitor.fields_of(usage, &NAMES)?;
    visitor.counters_of(&[read, written, total], &[Input, Output, Total])?;
    let cached = visitor.fields_of(read_details, &["cached_tokens"])?;
    visitor.counters_of(&cached, &[CachedInput])?;
    let thought = visitor.fields_of(written_details, &["reasoning_tokens"])?;
    visitor.counters_of(&thought, &[Reasoning])?;
    Ok(())
}
