//! `generateContent`, streamed: the Gemini API, Vertex AI, Code Assist.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Each event is a whole response (proto3 JSON): `candidates` with the next parts of their content, `usageMetadata` so far,
//!    `responseId`, `modelVersion`. Without `alt=sse` the events are the elements of one array; Code Assist puts each into
//!    `response`.
//! 2. Proto3 leaves out what is zero and may write a 64-bit integer as a string: a candidate without `index` is the one of its
//!    position, digits in a string are a number.
//! 3. Parts have neither index nor id. Text goes on with the part before if that is of the same kind (`thought` or not); any
//!    other part is one of its own. `thoughtSignature` belongs to the part that it stands in, whatever that says.
//! 4. A `functionCall` is whole, and ends with its part. With `willContinue` it goes on in later ones, which have no name:
//!    `partialArgs` sets values by their paths; the first call without `willContinue` ends it, its own or another.
//! 5. Code that the service runs itself, and what its other tools did, is passed on.
//! 6. `finishReason` may stand beside text, and on several events. Nothing marks the end.
//! 7. A prompt that is blocked has no candidates: `promptFeedback.blockReason` is the finish.
//!
//! Source: Google, *Gemini API: streamGenerateContent*; *Vertex AI: streaming function call arguments*.

use super::WireMatch;
use super::signs::Signs;
use crate::delta::{ExtraKind, FinishReason, OpaqueKind, PartKind};
use crate::error::ErrorKind;
use crate::lex;
use crate::options::ExtrasMode;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Argument, Counter, Place, PlaceKey, Record, Str};

type Result<T> = core::result::Result<T, ErrorKind>;

/// The call that is open. There is one at a time: another that begins ends it.
const CALL: PlaceKey = PlaceKey::Wire(0);

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    const SIGNS: [(&str, Kind); 5] = [
        ("candidates", Kind::Array),
        ("promptFeedback", Kind::Object),
        ("usageMetadata", Kind::Object),
        ("prompt_feedback", Kind::Object),
        ("usage_metadata", Kind::Object),
    ];
    // The Live API is another wire.
    if signs.has_member("serverContent") || signs.has_member("server_content") {
        return false;
    }
    SIGNS
        .iter()
        .any(|(name, kind)| signs.has(name, *kind) || signs.kind_inside("response", name) == Some(*kind))
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 6] =
        ["response", "candidates", "promptFeedback", "usageMetadata", "modelVersion", "responseId"];
    let mut fields = visitor.proto_fields(&NAMES)?;
    if let [response @ Some(_), None, ..] = fields {
        fields = visitor.proto_fields_of(response, &NAMES)?;
    }
    let [_, candidates, feedback, usage, model, id] = fields;
    if [candidates, feedback, usage, model, id].iter().all(Option::is_none) {
        return Ok(WireMatch::NotMine);
    }
    let (id, model) = (visitor.string_of(id)?, visitor.string_of(model)?);
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.records.push_head_within_limit(Record::Model(model))?;
    let mut any = false;
    visitor.each_of(candidates, &mut |visitor, kind, position| {
        any = true;
        let candidate = mark_and_skip_value(visitor, kind)?;
        self::candidate(visitor, candidate, position)
    })?;
    prompt_feedback(visitor, feedback, any)?;
    self::usage(visitor, usage)?;
    Ok(WireMatch::Mine)
}

/// The value ahead, passed.
fn mark_and_skip_value<C: Cursor>(visitor: &mut Visitor<'_, C>, kind_ahead: Kind) -> Result<Value<C>> {
    let mark = visitor.skip_marked()?;
    Ok(Some(Field { kind: kind_ahead, mark }))
}

fn candidate<C: Cursor>(visitor: &mut Visitor<'_, C>, candidate: Value<C>, position: usize) -> Result<()> {
    use ExtraKind::{Annotation, Logprobs, Safety};
    const NAMES: [&str; 9] = [
        "index",
        "content",
        "finishReason",
        "safetyRatings",
        "citationMetadata",
        "groundingMetadata",
        "groundingAttributions",
        "urlContextMetadata",
        "logprobsResult",
    ];
    const EXTRAS: [ExtraKind; 6] = [Safety, Annotation, Annotation, Annotation, Annotation, Logprobs];
    let [index, content, finish, extras @ ..] = visitor.proto_fields_of(candidate, &NAMES)?;
    let index = visitor.integer_of(index)?.unwrap_or(position as u64);
    visitor.push(Record::Choice { index: u32::try_from(index).unwrap_or(u32::MAX) })?;
    let [parts] = visitor.proto_fields_of(content, &["parts"])?;
    visitor.each_of(parts, &mut |visitor, kind, _| {
        let part = mark_and_skip_value(visitor, kind)?;
        self::part(visitor, part)
    })?;
    for (field, kind) in extras.into_iter().zip(EXTRAS) {
        visitor.push_member(kind, field)?;
    }
    let word = visitor.string_of(finish)?;
    visitor.push_finish(word)
}

fn part<C: Cursor>(visitor: &mut Visitor<'_, C>, part: Value<C>) -> Result<()> {
    const NAMES: [&str; 11] = [
        "text",
        "thought",
        "thoughtSignature",
        "functionCall",
        "inlineData",
        "fileData",
        "executableCode",
        "codeExecutionResult",
        "toolCall",
        "toolResponse",
        "functionResponse",
    ];
    let [text, thought, signature, call, inline, file, activity @ ..] =
        visitor.proto_fields_of(part, &NAMES)?;
    if let Some(call) = call {
        return push_call_or_continuation(visitor, call, signature);
    }
    if let Some(data) = inline.or(file) {
        let kind = data_kind(visitor, data)?;
        return push_uninterpreted_part(visitor, kind, data, signature);
    }
    if let Some(activity) = activity.into_iter().flatten().next() {
        return push_uninterpreted_part(visitor, ExtraKind::Hosted, activity, signature);
    }
    let is_thought = visitor.is_true(thought);
    push_text_or_thought(visitor, text, signature, is_thought)
}

/// Text, and what signs it. A part that says neither is none: it does not part what is before it from what follows.
fn push_text_or_thought<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    text: Value<C>,
    signature: Value<C>,
    is_thought: bool,
) -> Result<()> {
    let is_empty = visitor.json_of(text).len() <= "\"\"".len();
    if is_empty && signature.is_none() {
        return Ok(());
    }
    let kind = if is_thought { PartKind::Reasoning } else { PartKind::Text };
    visitor.push(Record::Place(Place { key: PlaceKey::Running, sub: Place::WHOLE, kind, begins: false }))?;
    match is_thought {
        true => visitor.push_string(text, |text| Record::Reasoning { rank: 0, text })?,
        false => visitor.push_string(text, Record::Text)?,
    }
    visitor.push_opaque(signature, OpaqueKind::Signature)
}

/// A part that is not interpreted.
fn push_uninterpreted_part<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    kind: ExtraKind,
    data: Field<C::Mark>,
    signature: Value<C>,
) -> Result<()> {
    let place = Place { key: PlaceKey::Fresh, sub: Place::WHOLE, kind: PartKind::Other, begins: true };
    visitor.push(Record::Place(place))?;
    visitor.push_member(kind, Some(data))?;
    visitor.push_opaque(signature, OpaqueKind::Signature)
}

fn data_kind<C: Cursor>(visitor: &mut Visitor<'_, C>, data: Field<C::Mark>) -> Result<ExtraKind> {
    let [mime] = visitor.proto_fields_of(Some(data), &["mimeType"])?;
    let mime = visitor.string_of(mime)?;
    Ok(match visitor.cursor.bytes(mime) {
        mime if mime.starts_with(b"image/") => ExtraKind::Image,
        mime if mime.starts_with(b"audio/") => ExtraKind::Audio,
        _ => ExtraKind::Other,
    })
}

fn push_call_or_continuation<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    call: Field<C::Mark>,
    signature: Value<C>,
) -> Result<()> {
    const NAMES: [&str; 5] = ["id", "name", "args", "partialArgs", "willContinue"];
    let [id, name, args, partial, more] = visitor.proto_fields_of(Some(call), &NAMES)?;
    let (id, name) = (visitor.string_of(id)?, visitor.string_of(name)?);
    let (begins, goes_on) = (!name.is_empty(), visitor.is_true(more));
    let args = visitor.string_or_json_of(args)?;
    visitor.push(Record::Place(Place { key: CALL, sub: Place::WHOLE, kind: PartKind::ToolCall, begins }))?;
    if begins || !id.is_empty() || !args.is_empty() {
        visitor.push(Record::ToolCall { index: None, id, name, is_metadata_only: false })?;
    }
    match args.some() {
        Some(args) if begins && !goes_on && partial.is_none() => visitor.push(Record::Arguments(args))?,
        Some(args) => visitor.push(Record::Input(args))?,
        None => {}
    }
    let member_name = partial.map_or(Str::NONE, |partial| visitor.cursor.name_before(partial.mark));
    visitor.each_of(partial, &mut |visitor, kind, _| {
        let argument = mark_and_skip_value(visitor, kind)?;
        partial_argument(visitor, member_name, argument)
    })?;
    visitor.push_opaque(signature, OpaqueKind::Signature)?;
    if goes_on { Ok(()) } else { visitor.push(Record::PlaceEnd) }
}

/// One value of the arguments, by its path.
fn partial_argument<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    extra_name: Str,
    argument: Value<C>,
) -> Result<()> {
    const NAMES: [&str; 4] = ["jsonPath", "stringValue", "numberValue", "boolValue"];
    let [path, text, number, boolean] = visitor.proto_fields_of(argument, &NAMES)?;
    let path = visitor.string_of(path)?;
    let json = if visitor.options.extras == ExtrasMode::Off { Str::NONE } else { visitor.json_of(argument) };
    let value = match (text, number, boolean) {
        (Some(text), ..) if text.kind == Kind::String => {
            return visitor.at(text, |visitor| {
                let piece = visitor.cursor.piece()?;
                visitor.push_text_after_edges(piece, |text| {
                    let value = Argument::Text(text);
                    Record::ArgumentAt { path, value, name: extra_name, json }
                })
            });
        }
        (None, Some(number), _) => json_number_or_unknown(visitor, number),
        (None, None, Some(boolean)) if boolean.kind == Kind::Bool => {
            Argument::Json(visitor.cursor.json_at(boolean.mark))
        }
        (None, None, None) => null_member_or_unknown(visitor, argument)?,
        _ => Argument::Unknown,
    };
    visitor.push(Record::ArgumentAt { path, value, name: extra_name, json })
}

/// A number as it was written; one that JSON has not (`NaN`) is no value.
fn json_number_or_unknown<C: Cursor>(visitor: &mut Visitor<'_, C>, number: Field<C::Mark>) -> Argument {
    let json = visitor.cursor.json_at(number.mark);
    let text = visitor.cursor.bytes(json);
    let is_json = number.kind == Kind::Number && lex::number_end(text, 0) == Some(text.len());
    if is_json { Argument::Json(json) } else { Argument::Unknown }
}

/// `nullValue` is null, or the one word that its type has: that it is there is what it says.
fn null_member_or_unknown<C: Cursor>(visitor: &mut Visitor<'_, C>, argument: Value<C>) -> Result<Argument> {
    let Some(argument) = argument.filter(|argument| argument.kind == Kind::Object) else {
        return Ok(Argument::Unknown);
    };
    visitor.at(argument, |visitor| {
        let mut is_null = false;
        let mut members = visitor.cursor.enter_object()?;
        let names_null = |name: &[u8]| matches!(name, b"nullValue" | b"null_value");
        while let Some((named, _)) = visitor.cursor.member_by(&mut members, names_null)? {
            is_null |= named;
            visitor.cursor.skip()?;
        }
        Ok(if is_null { Argument::Null } else { Argument::Unknown })
    })
}

/// What is said of the prompt; without candidates, that it was blocked.
fn prompt_feedback<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    feedback: Value<C>,
    has_candidates: bool,
) -> Result<()> {
    let [reason] = visitor.proto_fields_of(feedback, &["blockReason"])?;
    let raw = visitor.string_of(reason)?;
    visitor.push_document_member(ExtraKind::Safety, feedback)?;
    if has_candidates || raw.is_empty() {
        return Ok(());
    }
    visitor.push(Record::Choice { index: 0 })?;
    visitor.push(Record::Finish { reason: FinishReason::ContentFilter, raw })
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    use Counter::{CachedInput, Input, Output, Reasoning, Total};
    const NAMES: [&str; 5] = [
        "promptTokenCount",
        "candidatesTokenCount",
        "totalTokenCount",
        "cachedContentTokenCount",
        "thoughtsTokenCount",
    ];
    let fields = visitor.proto_fields_of(usage, &NAMES)?;
    for (field, counter) in fields.into_iter().zip([Input, Output, Total, CachedInput, Reasoning]) {
        visitor.proto_counter(counter, field)?;
    }
    Ok(())
}
