//! `InvokeModel`: nameless bodies, known only in Bedrock's `chunk` messages: Titan, Llama, Mistral; and Bedrock's metrics.
//!
//! Knows: the events of the wire. Must not know: SSE, cuts, earlier events.
//!
//! 1. `InvokeModelWithResponseStream` passes on each model's own events, wrapped ([`crate::parse`]): where those are of a
//!    wire with a name, they are read by its file. The three bodies here are of no other wire and have no name of their own,
//!    so they are known only where they come wrapped.
//! 2. Titan: `outputText`, `completionReason`, and two counts. Llama: `generation`, `stop_reason`, two counts. Mistral: in
//!    `outputs`, for each choice by its position, `text` and `stop_reason`. A reason is null until the last event.
//! 3. Bedrock puts `amazon-bedrock-invocationMetrics` into the last event: counts of its own, which count where the model
//!    told none.
//! 4. There is no end marker: the stream ends.
//!
//! Source: Amazon Bedrock User Guide, *Inference request parameters and response fields for foundation models*.

use super::WireMatch;
use super::signs::Signs;
use crate::error::ErrorKind;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Field, Value, Visitor};
use crate::parse::{Context, Envelope};
use crate::record::{Counter, Record};

type Result<T> = core::result::Result<T, ErrorKind>;

/// The member with Bedrock's own counts.
pub(super) const METRICS: &str = "amazon-bedrock-invocationMetrics";

/// Whether an event like this is the first of the wire.
pub(super) fn recognizes<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> bool {
    let is_body = signs.has("outputText", Kind::String)
        || signs.has("outputs", Kind::Array)
        || signs.has("generation", Kind::String) && signs.has_member("stop_reason");
    is_body && signs.context.envelope == Envelope::Chunk
}

/// States the object ahead, if it is an event of the wire.
pub(super) fn event<C: Cursor>(visitor: &mut Visitor<'_, C>, _: Context<'_>) -> Result<WireMatch> {
    use Counter::{Input, Output};
    const NAMES: [&str; 10] = [
        "outputText",
        "completionReason",
        "inputTextTokenCount",
        "totalOutputTextTokenCount",
        "generation",
        "stop_reason",
        "prompt_token_count",
        "generation_token_count",
        "outputs",
        METRICS,
    ];
    let [titan, ended, input, output, llama, stopped, prompt, generated, outputs, metrics] =
        visitor.fields(&NAMES)?;
    if let Some(outputs) = outputs {
        self::push_each_output(visitor, outputs)?;
    } else if titan.is_some() || ended.is_some() {
        push_choice(visitor, 0, titan, ended)?;
        visitor.counters_of(&[input, output], &[Input, Output])?;
    } else if llama.is_some() || stopped.is_some() {
        push_choice(visitor, 0, llama, stopped)?;
        visitor.counters_of(&[prompt, generated], &[Input, Output])?;
    } else if metrics.is_none() {
        return Ok(WireMatch::NotMine);
    }
    self::push_weak_counters(visitor, metrics)?;
    Ok(WireMatch::Mine)
}

/// What an event says of one choice.
fn push_choice<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    index: u32,
    text: Value<C>,
    reason: Value<C>,
) -> Result<()> {
    visitor.push(Record::Choice { index })?;
    visitor.push_string(text, Record::Text)?;
    let word = visitor.string_of(reason)?;
    visitor.push_finish(word)
}

fn push_each_output<C: Cursor>(visitor: &mut Visitor<'_, C>, outputs: Field<C::Mark>) -> Result<()> {
    visitor.each_of(Some(outputs), &mut |visitor, kind, position| {
        if kind != Kind::Object {
            return visitor.cursor.skip();
        }
        let [text, reason] = visitor.fields(&["text", "stop_reason"])?;
        push_choice(visitor, u32::try_from(position).unwrap_or(u32::MAX), text, reason)
    })
}

/// Bedrock's own counts, for those that the model did not tell.
pub(super) fn push_weak_counters<C: Cursor>(visitor: &mut Visitor<'_, C>, metrics: Value<C>) -> Result<()> {
    use Counter::{CacheWrite, CachedInput, Input, Output};
    const NAMES: [&str; 4] =
        ["inputTokenCount", "outputTokenCount", "cacheReadInputTokenCount", "cacheWriteInputTokenCount"];
    let counts = visitor.fields_of(metrics, &NAMES)?;
    for (count, counter) in counts.into_iter().zip([Input, Output, CachedInput, CacheWrite]) {
        if let Some(value) = visitor.integer_of(count)? {
            visitor.push(Record::WeakCounter { counter, value })?;
        }
    }
    Ok(())
}
