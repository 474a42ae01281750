//! A conversation on Responses: items, their parts, and all of each once more when it is done.
//!
//! Knows: the layout of the events. Must not know: how events are framed, who reads them.

use super::pen::Pen;
use super::script::{Block, Move, Script};
use crate::FinishReason::{ContentFilter, Length, Stop};
use crate::{Delta, FinishReason, PartKind};

pub(super) fn responses(pen: &mut Pen<'_>, script: &Script) {
    pen.say(Delta::start(Some("r1"), Some("g"), None));
    pen.event("response.created", r#"{"type":"response.created","sequence_number":0,"response":{"id":"r1","object":"response","created_at":7,"status":"in_progress","model":"g","output":[]}}"#.to_owned());
    for step in &script.moves {
        match *step {
            Move::Open(at) => response_item(pen, script.block(at)),
            Move::Piece(at, piece, _) => {
                let block = script.block(at);
                let quoted = pen.block_piece(block, piece);
                let (name, place) = match block.kind {
                    PartKind::ToolCall => ("response.function_call_arguments.delta", ""),
                    PartKind::Reasoning => ("response.reasoning_summary_text.delta", r#""summary_index":0,"#),
                    PartKind::Refusal => ("response.refusal.delta", r#""content_index":0,"#),
                    _ => ("response.output_text.delta", r#""content_index":0,"#),
                };
                pen.event(
                    name,
                    format!(
                        r#"{{"type":"{name}","item_id":"i{0}","output_index":{0},{place}"delta":{quoted}}}"#,
                        block.key
                    ),
                );
            }
            Move::Close(at) => response_item_done(pen, script.block(at)),
            Move::Finish(..) => response_end(pen, script),
        }
    }
}

/// An item begins, and its only part.
fn response_item(pen: &mut Pen<'_>, block: &Block) {
    let key = block.key;
    let item = match block.kind {
        PartKind::ToolCall => {
            pen.open_block(block);
            format!(
                r#""type":"function_call","status":"in_progress","arguments":"","call_id":"{}","name":"{}""#,
                block.id, block.name
            )
        }
        PartKind::Reasoning => {
            pen.block_part(block);
            r#""type":"reasoning","summary":[]"#.to_owned()
        }
        _ => {
            pen.say(Delta::Role { choice: 0, role: "assistant" });
            r#""type":"message","status":"in_progress","content":[],"role":"assistant""#.to_owned()
        }
    };
    pen.event(
        "response.output_item.added",
        format!(
            r#"{{"type":"response.output_item.added","output_index":{key},"item":{{"id":"i{key}",{item}}}}}"#
        ),
    );
    let part = match block.kind {
        PartKind::Text => r#"{"type":"output_text","annotations":[],"text":""}"#,
        PartKind::Refusal => r#"{"type":"refusal","refusal":""}"#,
        _ => return,
    };
    pen.block_part(block);
    pen.event("response.content_part.added", format!(r#"{{"type":"response.content_part.added","item_id":"i{key}","output_index":{key},"content_index":0,"part":{part}}}"#));
}

/// All of an item once more.
fn response_item_done(pen: &mut Pen<'_>, block: &Block) {
    let (key, whole) = (block.key, block.whole());
    let quoted = pen.quoted(&whole);
    if block.kind == PartKind::ToolCall && pen.choices.one_in(2) {
        pen.event("response.function_call_arguments.done", format!(r#"{{"type":"response.function_call_arguments.done","item_id":"i{key}","output_index":{key},"arguments":{quoted}}}"#));
    } else if block.kind == PartKind::Text && pen.choices.one_in(2) {
        pen.event("response.output_text.done", format!(r#"{{"type":"response.output_text.done","item_id":"i{key}","output_index":{key},"content_index":0,"text":{quoted}}}"#));
    }
    let item = match block.kind {
        PartKind::ToolCall => {
            pen.say_end(block);
            format!(
                r#""type":"function_call","status":"completed","arguments":{quoted},"call_id":"{}","name":"{}""#,
                block.id, block.name
            )
        }
        PartKind::Reasoning => {
            format!(r#""type":"reasoning","summary":[{{"type":"summary_text","text":{quoted}}}]"#)
        }
        PartKind::Refusal => format!(
            r#""type":"message","role":"assistant","content":[{{"type":"refusal","refusal":{quoted}}}]"#
        ),
        _ => format!(
            r#""type":"message","role":"assistant","content":[{{"type":"output_text","text":{quoted}}}]"#
        ),
    };
    pen.event(
        "response.output_item.done",
        format!(
            r#"{{"type":"response.output_item.done","output_index":{key},"item":{{"id":"i{key}",{item}}}}}"#
        ),
    );
}

fn response_end(pen: &mut Pen<'_>, script: &Script) {
    let (read, written) = script.usage;
    const NAMES: &[(FinishReason, &str, &str)] = &[
        (Stop, "response.completed", r#""status":"completed","incomplete_details":null"#),
        (
            Length,
            "response.incomplete",
            r#""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#,
        ),
        (
            ContentFilter,
            "response.incomplete",
            r#""status":"incomplete","incomplete_details":{"reason":"content_filter"}"#,
        ),
    ];
    let (reason, name, status) = pen.choices.pick(NAMES);
    pen.say(Delta::finish(0, reason, "", false));
    pen.say_usage([Some(read), Some(written), Some(read + written)]);
    pen.say(Delta::done(name));
    pen.event(name, format!(r#"{{"type":"{name}","response":{{"id":"r1","model":"g",{status},"output":[],"usage":{{"input_tokens":{read},"output_tokens":{written},"total_tokens":{}}}}}}}"#, read + written));
}
