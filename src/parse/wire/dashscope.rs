//! DashScope: Alibaba's own generation API; events that are only an error are left to `errors`.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Each event has an `output`: with `choices`, each a `message`; or with the `text` of the only choice; or, from a flow
//!    of nodes, with a `workflow_message`. With none of them it may stand beside an error.
//! 2. A message holds what chat's does. Its content is a string, or a list of parts on the multimodal endpoint.
//! 3. `finish_reason` is the word `null` before the last event. There is no end marker.
//! 4. Role and usage come with every event. Each event repeats all text so far, unless the request asked for pieces: which
//!    of both it is cannot be seen from the stream ([`crate::ContentMode`]).
//!
//! Source: Alibaba Cloud, *Model Studio: DashScope API reference*.

use super::WireMatch;
use super::entries::{self, Names};
use super::signs::Signs;
use crate::delta::ExtraKind;
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::record::{Counter, Record};

type Result<T> = core::result::Result<T, ErrorKind>;

const ENTRY: Names = Names { entry: ["index", "id", "function"], function: ["name", "arguments"] };

/// Where an output has its answer.
const ANSWERS: [&str; 3] = ["choices", "text", "workflow_message"];

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    ANSWERS.iter().any(|name| signs.kind_inside("output", name).is_some())
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    let [id, output, usage, code] = visitor.fields(&["request_id", "output", "usage", "code"])?;
    if output.is_none_or(|output| output.kind != Kind::Object) {
        return Ok(WireMatch::NotMine);
    }
    let has_failed = !visitor.string_of(code)?.is_empty();
    if has_failed && visitor.fields_of(output, &ANSWERS)?.iter().all(Option::is_none) {
        return Ok(WireMatch::NotMine);
    }
    let id = visitor.string_of(id)?;
    visitor.records.push_head_within_limit(Record::Id(id))?;
    self::push_choices_and_search_results(visitor, output)?;
    self::usage(visitor, usage)?;
    Ok(WireMatch::Mine)
}

fn push_choices_and_search_results<C: Cursor>(visitor: &mut Visitor<'_, C>, output: Value<C>) -> Result<()> {
    const NAMES: [&str; 5] = ["choices", "text", "workflow_message", "finish_reason", "search_info"];
    let [choices, text, node, finish, search] = visitor.fields_of(output, &NAMES)?;
    if choices.is_some() {
        visitor.each_of(choices, &mut |visitor, kind, position| match kind {
            Kind::Object => choice(visitor, position),
            _ => visitor.cursor.skip(),
        })?;
    } else {
        visitor.push(Record::Choice { index: 0 })?;
        let [said] = visitor.fields_of(node, &["message"])?;
        message(visitor, said)?;
        visitor.push_string(text, Record::Text)?;
        self::finish(visitor, finish)?;
    }
    let [results] = visitor.fields_of(search, &["search_results"])?;
    visitor.push_document_extra(ExtraKind::Annotation, results)
}

/// The choice ahead.
fn choice<C: Cursor>(visitor: &mut Visitor<'_, C>, index_if_missing: usize) -> Result<()> {
    let [index, said, logprobs, finish] =
        visitor.fields(&["index", "message", "logprobs", "finish_reason"])?;
    visitor.push_choice(index, index_if_missing)?;
    message(visitor, said)?;
    if let Some(field) = logprobs {
        let name = visitor.cursor.name_before(field.mark);
        visitor.push_extra(ExtraKind::Logprobs, name, logprobs)?;
    }
    self::finish(visitor, finish)
}

fn finish<C: Cursor>(visitor: &mut Visitor<'_, C>, word: Value<C>) -> Result<()> {
    let word = visitor.string_of(word)?;
    visitor.push_finish(word)
}

fn message<C: Cursor>(visitor: &mut Visitor<'_, C>, message: Value<C>) -> Result<()> {
    const NAMES: [&str; 4] = ["role", "reasoning_content", "content", "tool_calls"];
    let [role, reasoning, content, calls] = visitor.fields_of(message, &NAMES)?;
    visitor.push_steady_role(role)?;
    visitor.push_string(reasoning, |text| Record::Reasoning { rank: 0, text })?;
    visitor.push_string(content, Record::Text)?;
    visitor.each_of(content, &mut |visitor, kind, _| {
        let part = Field { kind, mark: visitor.cursor.mark_ahead() };
        visitor.cursor.skip()?;
        self::push_part(visitor, part)
    })?;
    entries::entries(visitor, calls, &ENTRY)
}

/// A part of a message: its one member says what it is.
fn push_part<C: Cursor>(visitor: &mut Visitor<'_, C>, part: Field<C::Mark>) -> Result<()> {
    visitor.push_string(Some(part), Record::Text)?;
    let [text, image, audio] = visitor.fields_of(Some(part), &["text", "image", "audio"])?;
    visitor.push_string(text, Record::Text)?;
    for (kind, field) in [(ExtraKind::Image, image), (ExtraKind::Audio, audio)] {
        if let Some(known) = field {
            let name = visitor.cursor.name_before(known.mark);
            visitor.push_extra(kind, name, field)?;
        }
    }
    Ok(())
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    use Counter::{CacheWrite, CachedInput, Input, Output, Reasoning, Total};
    const NAMES: [&str; 6] = [
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "output_tokens_details",
        "input_tokens_details",
    ];
    let [input, output, total, prompt, details, input_details] = visitor.fields_of(usage, &NAMES)?;
    visitor.counters_of(&[input, output, total], &[Input, Output, Total])?;
    let cache =
        visitor.fields_of(prompt.or(input_details), &["cached_tokens", "cache_creation_input_tokens"])?;
    visitor.counters_of(&cache, &[CachedInput, CacheWrite])?;
    let reasoning = visitor.fields_of(details, &["reasoning_tokens"])?;
    visitor.counters_of(&reasoning, &[Reasoning])?;
    Ok(())
}
