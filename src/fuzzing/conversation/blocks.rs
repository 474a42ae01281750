//! The wires whose blocks have keys, and ends: Messages, Interactions, Converse, Cohere 2.
//!
//! Knows: the layout of the events of each. Must not know: how events are framed, who reads them.

use super::pen::Pen;
use super::script::{Move, Script};
use super::wires::Word;
use crate::FinishReason::{ContentFilter, Error, Length, Stop, ToolCalls};
use crate::{Delta, PartKind};

pub(super) fn messages(pen: &mut Pen<'_>, script: &Script) {
    const WORDS: &[Word] =
        &[(Stop, "end_turn"), (Length, "max_tokens"), (ToolCalls, "tool_use"), (ContentFilter, "refusal")];
    let (read, written) = script.usage;
    pen.say_start("m1", Some("s"));
    pen.say_usage([Some(read), Some(1), None]);
    pen.event("message_start", format!(r#"{{"type":"message_start","message":{{"id":"m1","type":"message","role":"assistant","model":"s","content":[],"stop_reason":null,"usage":{{"input_tokens":{read},"output_tokens":1}}}}}}"#));
    for step in &script.moves {
        match *step {
            Move::Open(at) => {
                let block = script.block(at);
                pen.open_block(block);
                let content = match block.kind {
                    PartKind::ToolCall => {
                        format!(
                            r#"{{"type":"tool_use","id":"{}","name":"{}","input":{{}}}}"#,
                            block.id, block.name
                        )
                    }
                    PartKind::Reasoning => r#"{"type":"thinking","thinking":"","signature":""}"#.to_owned(),
                    _ => r#"{"type":"text","text":""}"#.to_owned(),
                };
                pen.event(
                    "content_block_start",
                    format!(
                        r#"{{"type":"content_block_start","index":{},"content_block":{content}}}"#,
                        block.key
                    ),
                );
                if pen.choices.one_in(8) {
                    pen.event("ping", r#"{"type":"ping"}"#.to_owned());
                }
            }
            Move::Piece(at, piece, _) => {
                let block = script.block(at);
                let quoted = pen.block_piece(block, piece);
                let delta = match block.kind {
                    PartKind::ToolCall => format!(r#"{{"type":"input_json_delta","partial_json":{quoted}}}"#),
                    PartKind::Reasoning => format!(r#"{{"type":"thinking_delta","thinking":{quoted}}}"#),
                    _ => format!(r#"{{"type":"text_delta","text":{quoted}}}"#),
                };
                pen.event(
                    "content_block_delta",
                    format!(r#"{{"type":"content_block_delta","index":{},"delta":{delta}}}"#, block.key),
                );
            }
            Move::Close(at) => {
                let block = script.block(at);
                pen.say_end(block);
                pen.event(
                    "content_block_stop",
                    format!(r#"{{"type":"content_block_stop","index":{}}}"#, block.key),
                );
            }
            Move::Finish(choice, _) => {
                let word = pen.finish(choice, WORDS);
                pen.say_usage([None, Some(written), None]);
                pen.event("message_delta", format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"{word}","stop_sequence":null}},"usage":{{"output_tokens":{written}}}}}"#));
            }
        }
    }
    pen.say(Delta::done("message_stop"));
    pen.event("message_stop", r#"{"type":"message_stop"}"#.to_owned());
}

pub(super) fn interactions(pen: &mut Pen<'_>, script: &Script) {
    const WORDS: &[Word] =
        &[(Stop, "completed"), (Length, "incomplete"), (ToolCalls, "requires_action"), (Error, "failed")];
    let (read, written) = script.usage;
    pen.say(Delta::start(Some("v1"), Some("gm"), None));
    pen.event("interaction.created", r#"{"event_type":"interaction.created","interaction":{"id":"v1","model":"gm","object":"interaction","status":"in_progress"}}"#.to_owned());
    for step in &script.moves {
        match *step {
            Move::Open(at) => {
                let block = script.block(at);
                pen.open_block(block);
                let content = match block.kind {
                    PartKind::ToolCall => {
                        format!(
                            r#""type":"function_call","id":"{}","name":"{}","arguments":{{}}"#,
                            block.id, block.name
                        )
                    }
                    PartKind::Reasoning => r#""type":"thought""#.to_owned(),
                    _ => r#""type":"model_output""#.to_owned(),
                };
                pen.event(
                    "step.start",
                    format!(r#"{{"event_type":"step.start","index":{},"step":{{{content}}}}}"#, block.key),
                );
            }
            Move::Piece(at, piece, _) => {
                let block = script.block(at);
                let quoted = pen.block_piece(block, piece);
                let delta = match block.kind {
                    PartKind::ToolCall => format!(r#""type":"arguments_delta","arguments":{quoted}"#),
                    PartKind::Reasoning => {
                        format!(r#""type":"thought_summary","content":{{"type":"text","text":{quoted}}}"#)
                    }
                    _ => format!(r#""type":"text","text":{quoted}"#),
                };
                pen.event(
                    "step.delta",
                    format!(r#"{{"event_type":"step.delta","index":{},"delta":{{{delta}}}}}"#, block.key),
                );
            }
            Move::Close(at) => {
                let block = script.block(at);
                pen.say_end(block);
                pen.event("step.stop", format!(r#"{{"event_type":"step.stop","index":{}}}"#, block.key));
            }
            Move::Finish(choice, _) => {
                let word = pen.finish(choice, WORDS);
                pen.say_usage([Some(read), Some(written), Some(read + written)]);
                pen.say(Delta::done("interaction.completed"));
                pen.event("interaction.completed", format!(r#"{{"event_type":"interaction.completed","interaction":{{"id":"v1","model":"gm","status":"{word}","usage":{{"total_tokens":{},"total_input_tokens":{read},"total_output_tokens":{written}}}}}}}"#, read + written));
            }
        }
    }
}

pub(super) fn converse(pen: &mut Pen<'_>, script: &Script) {
    const WORDS: &[Word] = &[
        (Stop, "end_turn"),
        (Length, "max_tokens"),
        (ToolCalls, "tool_use"),
        (ContentFilter, "content_filtered"),
    ];
    let (read, written) = script.usage;
    pen.say(Delta::Role { choice: 0, role: "assistant" });
    pen.event("messageStart", r#"{"role":"assistant","p":"abc"}"#.to_owned());
    for step in &script.moves {
        match *step {
            Move::Open(at) => {
                let block = script.block(at);
                if block.kind == PartKind::ToolCall {
                    pen.open_block(block);
                    pen.event("contentBlockStart", format!(r#"{{"contentBlockIndex":{},"start":{{"toolUse":{{"toolUseId":"{}","name":"{}"}}}}}}"#, block.key, block.id, block.name));
                }
            }
            Move::Piece(at, piece, _) => {
                let block = script.block(at);
                let quoted = pen.block_piece(block, piece);
                let delta = match block.kind {
                    PartKind::ToolCall => format!(r#""toolUse":{{"input":{quoted}}}"#),
                    PartKind::Reasoning => format!(r#""reasoningContent":{{"text":{quoted}}}"#),
                    _ => format!(r#""text":{quoted}"#),
                };
                pen.event(
                    "contentBlockDelta",
                    format!(r#"{{"contentBlockIndex":{},"delta":{{{delta}}},"p":"abcd"}}"#, block.key),
                );
            }
            Move::Close(at) => {
                let block = script.block(at);
                pen.say_end(block);
                pen.event("contentBlockStop", format!(r#"{{"contentBlockIndex":{}}}"#, block.key));
            }
            Move::Finish(choice, _) => {
                let word = pen.finish(choice, WORDS);
                pen.event("messageStop", format!(r#"{{"stopReason":"{word}"}}"#));
            }
        }
    }
    pen.say_usage([Some(read), Some(written), Some(read + written)]);
    pen.event("metadata", format!(r#"{{"usage":{{"inputTokens":{read},"outputTokens":{written},"totalTokens":{}}},"metrics":{{"latencyMs":7}}}}"#, read + written));
}

pub(super) fn cohere2(pen: &mut Pen<'_>, script: &Script) {
    const WORDS: &[Word] =
        &[(Stop, "COMPLETE"), (Length, "MAX_TOKENS"), (ToolCalls, "TOOL_CALL"), (Error, "ERROR")];
    let (read, written) = script.usage;
    let event = |pen: &mut Pen<'_>, name: &'static str, index: Option<u32>, message: &str| {
        let index = index.map_or_else(String::new, |index| format!(r#","index":{index}"#));
        let delta = if message.is_empty() {
            String::new()
        } else {
            format!(r#","delta":{{"message":{{{message}}}}}"#)
        };
        pen.event(name, format!(r#"{{"type":"{name}"{index}{delta}}}"#));
    };
    pen.say(Delta::start(Some("c1"), None, None));
    pen.say(Delta::Role { choice: 0, role: "assistant" });
    pen.event("message-start", r#"{"id":"c1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}"#.to_owned());
    for step in &script.moves {
        match *step {
            Move::Open(at) => {
                let block = script.block(at);
                pen.open_block(block);
                match block.kind {
                    PartKind::ToolCall => {
                        let call = format!(
                            r#""tool_calls":{{"id":"{}","type":"function","function":{{"name":"{}","arguments":""}}}}"#,
                            block.id, block.name
                        );
                        event(pen, "tool-call-start", Some(block.slot), &call);
                    }
                    PartKind::Reasoning => event(
                        pen,
                        "content-start",
                        Some(block.key),
                        r#""content":{"type":"thinking","thinking":""}"#,
                    ),
                    _ => {
                        event(pen, "content-start", Some(block.key), r#""content":{"type":"text","text":""}"#)
                    }
                }
            }
            Move::Piece(at, piece, _) => {
                let block = script.block(at);
                let quoted = pen.block_piece(block, piece);
                match block.kind {
                    PartKind::ToolCall => event(
                        pen,
                        "tool-call-delta",
                        Some(block.slot),
                        &format!(r#""tool_calls":{{"function":{{"arguments":{quoted}}}}}"#),
                    ),
                    PartKind::Reasoning => event(
                        pen,
                        "content-delta",
                        Some(block.key),
                        &format!(r#""content":{{"thinking":{quoted}}}"#),
                    ),
                    _ => event(
                        pen,
                        "content-delta",
                        Some(block.key),
                        &format!(r#""content":{{"text":{quoted}}}"#),
                    ),
                }
            }
            Move::Close(at) => {
                let block = script.block(at);
                pen.say_end(block);
                match block.kind {
                    PartKind::ToolCall => event(pen, "tool-call-end", Some(block.slot), ""),
                    _ => event(pen, "content-end", Some(block.key), ""),
                }
            }
            Move::Finish(choice, _) => {
                let word = pen.finish(choice, WORDS);
                pen.say_usage([Some(read), Some(written), None]);
                pen.say(Delta::done("message-end"));
                pen.event("message-end", format!(r#"{{"type":"message-end","delta":{{"finish_reason":"{word}","usage":{{"tokens":{{"input_tokens":{read},"output_tokens":{written}}}}}}}}}"#));
            }
        }
    }
}
