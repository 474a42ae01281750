//! Hunyuan: Tencent's own chat API, which is chat in Pascal case.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. Each event has `Choices`, with `Delta` (of a whole answer: `Message`) and `FinishReason`, empty before the last one.
//! 2. The role comes with every event, and usage, a snapshot.
//! 3. There is no end marker. An error in mid-stream is `ErrorMsg`, beside what else the event has.
//!
//! Source: Tencent Cloud, *ChatCompletions* (hunyuan, 2023-09-01).

use super::entries::{self, Names};
use super::signs::Signs;
use super::{WireMatch, errors};
use crate::delta::ExtraKind;
use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Value, Visitor};
use crate::record::{Counter, Record};

type Result<T> = core::result::Result<T, ErrorKind>;

const ENTRY: Names = Names { entry: ["Index", "Id", "Function"], function: ["Name", "Arguments"] };

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    signs.has("Choices", Kind::Array)
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, context: Context<'_>) -> Result<WireMatch> {
    const NAMES: [&str; 6] = ["Id", "Created", "Choices", "Usage", "SearchInfo", "ErrorMsg"];
    let start = visitor.cursor.mark_ahead();
    let [id, created, choices, usage, search, error] = visitor.fields(&NAMES)?;
    if choices.is_none() {
        return Ok(WireMatch::NotMine);
    }
    if error.is_some() {
        errors::push_error_or_ping(visitor, start, context)?;
    }
    let id = visitor.string_of(id)?;
    visitor.records.push_head_within_limit(Record::Id(id))?;
    visitor.push_created(created)?;
    visitor.each_of(choices, &mut |visitor, kind, position| match kind {
        Kind::Object => choice(visitor, position),
        _ => visitor.cursor.skip(),
    })?;
    let [results] = visitor.fields_of(search, &["SearchResults"])?;
    visitor.push_document_extra(ExtraKind::Annotation, results)?;
    self::usage(visitor, usage)?;
    Ok(WireMatch::Mine)
}

/// The choice ahead.
fn choice<C: Cursor>(visitor: &mut Visitor<'_, C>, position: usize) -> Result<()> {
    let [index, delta, message, finish] = visitor.fields(&["Index", "Delta", "Message", "FinishReason"])?;
    visitor.push_choice(index, position)?;
    const NAMES: [&str; 4] = ["Role", "ReasoningContent", "Content", "ToolCalls"];
    let [role, reasoning, content, calls] = visitor.fields_of(delta.or(message), &NAMES)?;
    visitor.push_steady_role(role)?;
    visitor.push_string(reasoning, |text| Record::Reasoning { rank: 0, text })?;
    visitor.push_string(content, Record::Text)?;
    entries::entries(visitor, calls, &ENTRY)?;
    let word = visitor.string_of(finish)?;
    visitor.push_finish(word)
}

fn usage<C: Cursor>(visitor: &mut Visitor<'_, C>, usage: Value<C>) -> Result<()> {
    let counts = visitor.fields_of(usage, &["PromptTokens", "CompletionTokens", "TotalTokens"])?;
    visitor.counters_of(&counts, &[Counter::Input, Counter::Output, Counter::Total])?;
    Ok(())
}
