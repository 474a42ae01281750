//! UI message stream: what servers of the AI SDK send to the chats of their own pages.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. In order: `start`; for each step `start-step`, its parts, `finish-step`; `finish`; then `[DONE]`. Parts of the host's own
//!    (`data-…`), metadata and errors stand anywhere, also before the start. `type` alone decides; no event has a name.
//!    Before the first with content, a start, metadata and the host's own parts decide nothing: any wire may follow.
//! 2. A part of text or reasoning is known by its `id`, a call by its `toolCallId`: keys, each kind's own. A key that ended may
//!    begin again, and does with each step.
//! 3. A call's input comes in pieces of text, and again whole, as a value, when it is available; or only so. Input that is no
//!    JSON comes as a string, with an error. What `providerExecuted` is true of, is of tools that the service runs itself;
//!    what came of a call is passed on.
//! 4. Signatures and encrypted reasoning stand in `providerMetadata`, in the object of whose service they are, and are repeated
//!    as the part goes on. OpenAI's encrypted content counts when its part is done, as in its own API.
//! 5. The protocol has no place for a model or for usage: hosts put them into `messageMetadata`, and those under the SDK's own
//!    names are read. Without `finishReason`, which older servers leave out, nobody said how it ended.
//!
//! Source: Vercel, *AI SDK UI: stream protocols*, version 1 of `x-vercel-ai-ui-message-stream`; chunks as of AI SDK 6.

use super::WireMatch;
use super::signs::Signs;
use crate::delta::{ExtraKind, FinishReason, OpaqueKind, PartKind};
use crate::error::ErrorKind;
use crate::lex;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Counter, PlaceKey, Record, Scope, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// What the types of a host's own parts begin with.
const DATA: &[u8] = b"data-";

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    match signs.text("type") {
        b"start-step" | b"finish-step" => true,
        b"start" => signs.has_only(&["type", "messageId", "messageMetadata"]),
        b"text-start" | b"text-delta" | b"text-end" | b"reasoning-start" | b"reasoning-delta"
        | b"reasoning-end" => signs.has("id", Kind::String),
        b"tool-input-start" | b"tool-input-delta" | b"tool-input-available" | b"tool-input-error" => {
            signs.has("toolCallId", Kind::String)
        }
        b"message-metadata" => signs.has_member("messageMetadata"),
        b"error" => signs.has("errorText", Kind::String),
        b"finish" => signs.has_only(&["type", "finishReason", "messageMetadata"]),
        b"abort" => signs.has_only(&["type", "reason"]),
        word => word.starts_with(DATA) && signs.has_member("data"),
    }
}

/// Whether an event of this type may stand before the answer of any wire: it does not decide which that is.
fn may_be_of_any_wire(event_type: &[u8]) -> bool {
    matches!(event_type, b"start" | b"message-metadata") || event_type.starts_with(DATA)
}

/// What an event may have, whatever its type.
struct Members<M> {
    id: Option<Field<M>>,
    delta: Option<Field<M>>,
    provider: Option<Field<M>>,
    call: Option<Field<M>>,
    tool: Option<Field<M>>,
    piece: Option<Field<M>>,
    input: Option<Field<M>>,
    hosted: Option<Field<M>>,
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    use PartKind::{Reasoning, Text};
    const NAMES: [&str; 13] = [
        "type",
        "id",
        "delta",
        "providerMetadata",
        "toolCallId",
        "toolName",
        "inputTextDelta",
        "input",
        "providerExecuted",
        "messageId",
        "messageMetadata",
        "finishReason",
        "errorText",
    ];
    let event = Field { kind: Kind::Object, mark: visitor.cursor.mark_ahead() };
    let [event_type, id, delta, provider, call, tool, piece, input, hosted, message, metadata, reason, error] =
        visitor.fields(&NAMES)?;
    let members = Members { id, delta, provider, call, tool, piece, input, hosted };
    let event_type = visitor.string_of(event_type)?;
    match visitor.cursor.bytes(event_type) {
        b"text-delta" => push_text_part(visitor, &members, Text, false)?,
        b"reasoning-delta" => push_text_part(visitor, &members, Reasoning, false)?,
        b"tool-input-delta" => input_delta(visitor, &members, event_type, event)?,
        b"text-start" => push_text_part(visitor, &members, Text, true)?,
        b"reasoning-start" => push_text_part(visitor, &members, Reasoning, true)?,
        b"text-end" => text_end(visitor, &members, Text)?,
        b"reasoning-end" => text_end(visitor, &members, Reasoning)?,
        b"tool-input-start" => input_start(visitor, &members, event_type, event)?,
        b"tool-input-available" => push_whole_input_and_end(visitor, &members, event_type, event)?,
        b"tool-input-error" => {
            push_whole_input_and_end(visitor, &members, event_type, event)?;
            visitor.push_extra(ExtraKind::Other, event_type, Some(event))?;
        }
        b"start" => {
            let id = visitor.string_of(message)?;
            visitor.records.push_head_within_limit(Record::Id(id))?;
        }
        b"finish" => push_choice_and_finish(visitor, reason)?,
        b"abort" => {
            visitor.push(Record::Choice { index: 0 })?;
            visitor.push(Record::Finish { reason: FinishReason::Error, raw: event_type })?;
        }
        b"error" => {
            let message = visitor.string_or_json_of(error)?;
            visitor.records.push_head_within_limit(Record::Error {
                code: Str::NONE,
                kind: event_type,
                message,
                json: Str::NONE,
            })?;
            return Ok(WireMatch::Anyones);
        }
        b"start-step" | b"finish-step" | b"message-metadata" => {}
        b"file" => {
            visitor.push(Record::Choice { index: 0 })?;
            let kind = file_kind(visitor, event)?;
            visitor.push_extra(kind, event_type, Some(event))?;
        }
        name => {
            let Some(kind) = kind_if_passed_on(name) else { return Ok(WireMatch::NotMine) };
            visitor.push(Record::Choice { index: 0 })?;
            visitor.push_extra(kind, event_type, Some(event))?;
        }
    }
    self::push_model_created_and_usage(visitor, metadata)?;
    let decides = !may_be_of_any_wire(visitor.cursor.bytes(event_type));
    Ok(if decides { WireMatch::Mine } else { WireMatch::Anyones })
}

/// What a part is that is passed on whole.
fn kind_if_passed_on(name: &[u8]) -> Option<ExtraKind> {
    Some(match name {
        b"tool-output-available"
        | b"tool-output-error"
        | b"tool-output-denied"
        | b"tool-approval-request" => ExtraKind::Hosted,
        b"source-url" | b"source-document" => ExtraKind::Annotation,
        _ if name.starts_with(DATA) => ExtraKind::Other,
        _ => return None,
    })
}

/// What a file holds, by its media type.
fn file_kind<C: Cursor>(visitor: &mut Visitor<'_, C>, event: Field<C::Mark>) -> Result<ExtraKind> {
    let [media] = visitor.fields_of(Some(event), &["mediaType"])?;
    let media = visitor.string_of(media)?;
    Ok(match visitor.cursor.bytes(media) {
        media if media.starts_with(b"image/") => ExtraKind::Image,
        media if media.starts_with(b"audio/") => ExtraKind::Audio,
        _ => ExtraKind::Other,
    })
}

/// What follows is of the part of this id, among those of its kind; without one, of that which is open.
fn push_part_place<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    id: Value<C>,
    kind: PartKind,
    begins: bool,
) -> Result<()> {
    let label = visitor.string_or_json_of(id)?;
    // Hosted calls are called as the caller's are.
    let room: &[u8] = match kind {
        PartKind::Text => b"text",
        PartKind::Reasoning => b"reasoning",
        PartKind::Refusal | PartKind::ToolCall | PartKind::Other => b"tool",
    };
    let print =
        lex::extend_label_fingerprint(lex::extend_label_fingerprint(0, room), visitor.cursor.bytes(label));
    let key = if id.is_some() { PlaceKey::Wire(print) } else { PlaceKey::Running };
    visitor.push_place(key, kind, begins)
}

/// A part of text or reasoning begins, or goes on.
fn push_text_part<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    members: &Members<C::Mark>,
    kind: PartKind,
    begins: bool,
) -> Result<()> {
    push_part_place(visitor, members.id, kind, begins)?;
    visitor.push_string(members.delta, |text| match kind {
        PartKind::Reasoning => Record::Reasoning { rank: 0, text },
        PartKind::Text | PartKind::Refusal | PartKind::ToolCall | PartKind::Other => Record::Text(text),
    })?;
    push_signatures_and_encrypted(visitor, members.provider, false)
}

fn text_end<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    members: &Members<C::Mark>,
    kind: PartKind,
) -> Result<()> {
    push_part_place(visitor, members.id, kind, false)?;
    push_signatures_and_encrypted(visitor, members.provider, true)?;
    visitor.push(Record::PlaceEnd)
}

/// Signatures and encrypted reasoning of the current part, once each.
fn push_signatures_and_encrypted<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    provider: Value<C>,
    may_push_encrypted_content: bool,
) -> Result<()> {
    const NAMES: [&str; 4] = ["signature", "thoughtSignature", "redactedData", "reasoningEncryptedContent"];
    let Some((_, own)) = visitor.first_member(provider)? else { return Ok(()) };
    let [signature, of_thought, redacted, encrypted] = visitor.fields_of(Some(own), &NAMES)?;
    visitor.push(Record::Whole(Scope::Place))?;
    visitor.push_opaque(signature.or(of_thought), OpaqueKind::Signature)?;
    visitor.push_opaque(redacted.or(encrypted.filter(|_| may_push_encrypted_content)), OpaqueKind::Encrypted)
}

fn input_start<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    members: &Members<C::Mark>,
    event_type: Str,
    event: Field<C::Mark>,
) -> Result<()> {
    if visitor.is_true(members.hosted) {
        push_part_place(visitor, members.call, PartKind::Other, true)?;
        return visitor.push_extra(ExtraKind::Hosted, event_type, Some(event));
    }
    push_part_place(visitor, members.call, PartKind::ToolCall, true)?;
    push_call_id_and_name(visitor, members)?;
    push_signatures_and_encrypted(visitor, members.provider, false)
}

/// The call itself.
fn push_call_id_and_name<C: Cursor>(visitor: &mut Visitor<'_, C>, members: &Members<C::Mark>) -> Result<()> {
    let (id, name) = (visitor.string_of(members.call)?, visitor.string_of(members.tool)?);
    visitor.push(Record::ToolCall { index: None, id, name, is_metadata_only: false })
}

fn input_delta<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    members: &Members<C::Mark>,
    event_type: Str,
    event: Field<C::Mark>,
) -> Result<()> {
    push_part_place(visitor, members.call, PartKind::Other, false)?;
    visitor.push_string(members.piece, Record::Arguments)?;
    visitor.push_if_hosted(event_type, Some(event))
}

/// A call's input is there, whole.
fn push_whole_input_and_end<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    members: &Members<C::Mark>,
    event_type: Str,
    event: Field<C::Mark>,
) -> Result<()> {
    if visitor.is_true(members.hosted) {
        push_part_place(visitor, members.call, PartKind::Other, false)?;
        visitor.push_extra(ExtraKind::Hosted, event_type, Some(event))?;
        return visitor.push(Record::PlaceEnd);
    }
    push_part_place(visitor, members.call, PartKind::ToolCall, false)?;
    push_call_id_and_name(visitor, members)?;
    visitor.push(Record::Whole(Scope::Place))?;
    visitor.push_arguments(members.input)?;
    push_signatures_and_encrypted(visitor, members.provider, true)?;
    visitor.push(Record::PlaceEnd)
}

/// How it ended, in the SDK's words: the two that no other wire has, and the others.
fn push_choice_and_finish<C: Cursor>(visitor: &mut Visitor<'_, C>, reason: Value<C>) -> Result<()> {
    visitor.push(Record::Choice { index: 0 })?;
    let raw = visitor.string_of(reason)?;
    let reason = match visitor.cursor.bytes(raw) {
        b"content-filter" => FinishReason::ContentFilter,
        b"tool-calls" => FinishReason::ToolCalls,
        _ => return visitor.push_finish(raw),
    };
    visitor.push(Record::Finish { reason, raw })
}

/// What hosts say of the answer beside it, under the SDK's own names.
fn push_model_created_and_usage<C: Cursor>(visitor: &mut Visitor<'_, C>, metadata: Value<C>) -> Result<()> {
    const NAMES: [&str; 5] = ["model", "created", "createdAt", "usage", "totalUsage"];
    let [model, created, created_at, usage, total] = visitor.fields_of(metadata, &NAMES)?;
    let model = visitor.string_of(model)?;
    visitor.records.push_head_within_limit(Record::Model(model))?;
    visitor.push_created(created.or(created_at))?;
    self::usage(visitor, total.or(usage))
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    use Counter::{CacheWrite, CachedInput, Input, Output, Reasoning, Total};
    const NAMES: [&str; 7] = [
        "inputTokens",
        "outputTokens",
        "totalTokens",
        "cachedInputTokens",
        "reasoningTokens",
        "inputTokenDetails",
        "outputTokenDetails",
    ];
    let [input, output, total, cached, reasoning, of_input, of_output] = visitor.fields_of(usage, &NAMES)?;
    visitor.counters_of(&[input, output, total], &[Input, Output, Total])?;
    let [read, written] = visitor.fields_of(of_input, &["cacheReadTokens", "cacheWriteTokens"])?;
    let [thinking] = visitor.fields_of(of_output, &["reasoningTokens"])?;
    let details = [read.or(cached), written, thinking.or(reasoning)];
    visitor.counters_of(&details, &[CachedInput, CacheWrite, Reasoning])?;
    Ok(())
}
