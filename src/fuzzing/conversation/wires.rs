//! A conversation on each of the native wires, as their services write it. One table, [`WIRES`], and one short function a wire.
//!
//! Knows: the layout of the events of each wire. Must not know: how events are framed, who reads them.

use super::pen::{Layout, Pen};
use super::script::{Block, Move, Reach, Script};
use crate::FinishReason::{ContentFilter, Error, Length, Stop, ToolCalls};
use crate::{Delta, FinishReason, PartKind, Quirk, Usage, Wire};

/// One wire.
pub(super) struct Grammar {
    pub(super) wire: Wire,
    pub(super) reach: Reach,
    pub(super) layouts: &'static [Layout],
    /// Its events have names.
    pub(super) has_names: bool,
    pub(super) write: fn(&mut Pen<'_>, &Script),
}

const ONE: Reach = Reach { choices: false, refusals: false, parallel: true };
const WHOLE: Reach = Reach { choices: false, refusals: false, parallel: false };
const SSE: &[Layout] = &[Layout::Sse];
const ALSO_LINES: &[Layout] = &[Layout::Sse, Layout::Sse, Layout::Lines];

pub(super) const WIRES: &[Grammar] = &[
    Grammar {
        wire: Wire::Chat,
        reach: Reach { choices: true, refusals: true, parallel: true },
        layouts: &[Layout::Sse, Layout::Sse, Layout::Sse, Layout::Lines, Layout::Array],
        has_names: false,
        write: super::chat::write,
    },
    Grammar { wire: Wire::Messages, reach: ONE, layouts: ALSO_LINES, has_names: true, write: messages },
    Grammar {
        wire: Wire::Responses,
        reach: Reach { refusals: true, ..ONE },
        layouts: ALSO_LINES,
        has_names: true,
        write: responses,
    },
    Grammar {
        wire: Wire::GenerateContent,
        reach: Reach { choices: true, ..WHOLE },
        layouts: &[Layout::Sse, Layout::Array],
        has_names: false,
        write: generate_content,
    },
    Grammar { wire: Wire::Interactions, reach: ONE, layouts: SSE, has_names: true, write: interactions },
    Grammar {
        wire: Wire::Converse,
        reach: ONE,
        layouts: &[Layout::Messages, Layout::Messages, Layout::Lines],
        has_names: false,
        write: converse,
    },
    Grammar { wire: Wire::Ollama, reach: WHOLE, layouts: &[Layout::Lines], has_names: false, write: ollama },
    Grammar { wire: Wire::Cohere2, reach: ONE, layouts: SSE, has_names: true, write: cohere2 },
];

/// A reason, and the word for it.
type Word = (FinishReason, &'static str);

impl Pen<'_> {
    /// The block's piece is said, whatever it is a piece of.
    pub(super) fn say_piece(&mut self, block: &Block, text: &str) {
        let choice = block.choice;
        match block.kind {
            _ if text.is_empty() => {}
            PartKind::Reasoning => self.say(Delta::Reasoning { choice, text }),
            PartKind::Refusal => self.say(Delta::Refusal { choice, text }),
            PartKind::ToolCall => {
                self.say(Delta::ToolCallArguments { choice, slot: block.slot, fragment: text });
            }
            PartKind::Text | PartKind::Other => self.say(Delta::Text { choice, text }),
        }
    }

    pub(super) fn say_call(&mut self, block: &Block) {
        let Block { choice, slot, id, name, .. } = block;
        self.say(Delta::tool_call_start(*choice, *slot, Some(id), Some(name)));
    }

    /// A call that comes whole.
    fn say_whole_call(&mut self, block: &Block, id: Option<&str>) {
        self.say(Delta::tool_call_start(block.choice, block.slot, id, Some(block.name)));
        self.say_piece(block, &block.whole());
        self.say_end(block);
    }

    pub(super) fn say_end(&mut self, block: &Block) {
        if block.kind == PartKind::ToolCall {
            self.say(Delta::ToolCallEnd { choice: block.choice, slot: block.slot });
        }
    }

    pub(super) fn say_usage(&mut self, counts: [Option<u64>; 3]) {
        let [input, output, total] = counts;
        self.say(Delta::Usage(&Usage { input, output, total, ..Usage::default() }));
    }

    fn say_start(&mut self, id: &str, model: Option<&str>) {
        self.say(Delta::start(Some(id), model, None));
        self.say(Delta::Role { choice: 0, role: "assistant" });
    }

    /// One of the words; the choice says so.
    fn finish(&mut self, choice: u32, words: &[Word]) -> &'static str {
        let (reason, word) = self.choices.pick(words);
        self.say(Delta::finish(choice, reason, word, false));
        word
    }

    fn block_part(&mut self, block: &Block) {
        self.part(block.choice, u64::from(block.key), block.kind);
    }
}

fn messages(pen: &mut Pen<'_>, script: &Script) {
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
                pen.block_part(block);
                let content = match block.kind {
                    PartKind::ToolCall => {
                        pen.say_call(block);
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
                let text = block.piece(piece);
                pen.block_part(block);
                pen.say_piece(block, text);
                let quoted = pen.quoted(text);
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

fn responses(pen: &mut Pen<'_>, script: &Script) {
    pen.say(Delta::start(Some("r1"), Some("g"), None));
    pen.event("response.created", r#"{"type":"response.created","sequence_number":0,"response":{"id":"r1","object":"response","created_at":7,"status":"in_progress","model":"g","output":[]}}"#.to_owned());
    for step in &script.moves {
        match *step {
            Move::Open(at) => response_item(pen, script.block(at)),
            Move::Piece(at, piece, _) => {
                let block = script.block(at);
                let text = block.piece(piece);
                pen.block_part(block);
                pen.say_piece(block, text);
                let quoted = pen.quoted(text);
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
            pen.block_part(block);
            pen.say_call(block);
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

fn generate_content(pen: &mut Pen<'_>, script: &Script) {
    const WORDS: &[Word] = &[(Stop, "STOP"), (Length, "MAX_TOKENS"), (ContentFilter, "SAFETY")];
    let (read, written) = script.usage;
    let snake = pen.uses(Quirk::SnakeCase);
    let response = |pen: &mut Pen<'_>, choice: u32, parts: String, finish: String| {
        pen.say(Delta::start(Some("g1"), Some("gm"), None));
        pen.say_usage([Some(read), Some(written), Some(read + written)]);
        let index = if choice == 0 && pen.choices.one_in(2) {
            String::new()
        } else {
            format!(r#","index":{choice}"#)
        };
        let json = format!(
            r#"{{"candidates":[{{"content":{{"parts":[{parts}],"role":"model"}}{finish}{index}}}],"usageMetadata":{{"promptTokenCount":{read},"candidatesTokenCount":{written},"totalTokenCount":{}}},"modelVersion":"gm","responseId":"g1"}}"#,
            read + written
        );
        pen.event("", if snake { in_snake_case(&json) } else { json });
    };
    let mut runs = std::collections::BTreeMap::new();
    for step in &script.moves {
        match *step {
            Move::Piece(at, piece, _) if script.block(at).kind != PartKind::ToolCall => {
                let block = script.block(at);
                run(pen, block, &mut runs);
                pen.say_piece(block, block.piece(piece));
                let quoted = pen.quoted(block.piece(piece));
                let thought = if block.kind == PartKind::Reasoning { r#","thought":true"# } else { "" };
                response(pen, block.choice, format!(r#"{{"text":{quoted}{thought}}}"#), String::new());
            }
            Move::Open(at) if script.block(at).kind == PartKind::ToolCall => {
                let block = script.block(at);
                run(pen, block, &mut runs);
                let id = Some(&*block.id).filter(|_| pen.choices.one_in(2));
                pen.say_whole_call(block, id);
                let id = id.map_or_else(String::new, |id| format!(r#""id":"{id}","#));
                response(
                    pen,
                    block.choice,
                    format!(r#"{{"functionCall":{{{id}"name":"{}","args":{}}}}}"#, block.name, block.whole()),
                    String::new(),
                );
            }
            Move::Open(_) | Move::Piece(..) | Move::Close(_) => {}
            Move::Finish(choice, _) => {
                let word = pen.finish(choice, WORDS);
                response(pen, choice, String::new(), format!(r#","finishReason":"{word}""#));
            }
        }
    }
}

/// Members of proto3 JSON as some write them. Strings have none of these names in them.
fn in_snake_case(json: &str) -> String {
    let names = [
        ("finishReason", "finish_reason"),
        ("functionCall", "function_call"),
        ("usageMetadata", "usage_metadata"),
        ("promptTokenCount", "prompt_token_count"),
        ("candidatesTokenCount", "candidates_token_count"),
        ("totalTokenCount", "total_token_count"),
        ("modelVersion", "model_version"),
        ("responseId", "response_id"),
    ];
    names.iter().fold(json.to_owned(), |json, (camel, snake)| json.replace(camel, snake))
}

/// The part of a block on wires where words go on with what is before them if that is of the same kind: by choice, the kind of
/// the last part and how many there were.
fn run(pen: &mut Pen<'_>, block: &Block, runs: &mut std::collections::BTreeMap<u32, (PartKind, u64)>) {
    let run = runs.entry(block.choice).or_insert((PartKind::Other, 0));
    if run.0 != block.kind || block.kind == PartKind::ToolCall {
        *run = (block.kind, run.1 + 1);
    }
    pen.part(block.choice, run.1, block.kind);
}

fn interactions(pen: &mut Pen<'_>, script: &Script) {
    const WORDS: &[Word] =
        &[(Stop, "completed"), (Length, "incomplete"), (ToolCalls, "requires_action"), (Error, "failed")];
    let (read, written) = script.usage;
    pen.say(Delta::start(Some("v1"), Some("gm"), None));
    pen.event("interaction.created", r#"{"event_type":"interaction.created","interaction":{"id":"v1","model":"gm","object":"interaction","status":"in_progress"}}"#.to_owned());
    for step in &script.moves {
        match *step {
            Move::Open(at) => {
                let block = script.block(at);
                pen.block_part(block);
                let content = match block.kind {
                    PartKind::ToolCall => {
                        pen.say_call(block);
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
                pen.block_part(block);
                pen.say_piece(block, block.piece(piece));
                let quoted = pen.quoted(block.piece(piece));
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

fn converse(pen: &mut Pen<'_>, script: &Script) {
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
                    pen.block_part(block);
                    pen.say_call(block);
                    pen.event("contentBlockStart", format!(r#"{{"contentBlockIndex":{},"start":{{"toolUse":{{"toolUseId":"{}","name":"{}"}}}}}}"#, block.key, block.id, block.name));
                }
            }
            Move::Piece(at, piece, _) => {
                let block = script.block(at);
                pen.block_part(block);
                pen.say_piece(block, block.piece(piece));
                let quoted = pen.quoted(block.piece(piece));
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

fn ollama(pen: &mut Pen<'_>, script: &Script) {
    const WORDS: &[Word] = &[(Stop, "stop"), (Length, "length")];
    let (read, written) = script.usage;
    let line = |pen: &mut Pen<'_>, message: &str, rest: &str| {
        pen.say(Delta::start(None, Some("l"), None));
        pen.say(Delta::Role { choice: 0, role: "assistant" });
        pen.event("", format!(r#"{{"model":"l","created_at":"2025-11-25T20:46:57Z","message":{{"role":"assistant",{message}}},{rest}}}"#));
    };
    let mut runs = std::collections::BTreeMap::new();
    for step in &script.moves {
        match *step {
            Move::Piece(at, piece, _) if script.block(at).kind != PartKind::ToolCall => {
                let block = script.block(at);
                run(pen, block, &mut runs);
                pen.say_piece(block, block.piece(piece));
                let quoted = pen.quoted(block.piece(piece));
                let message = match block.kind {
                    PartKind::Reasoning => format!(r#""content":"","thinking":{quoted}"#),
                    _ => format!(r#""content":{quoted}"#),
                };
                line(pen, &message, r#""done":false"#);
            }
            Move::Open(at) if script.block(at).kind == PartKind::ToolCall => {
                let block = script.block(at);
                run(pen, block, &mut runs);
                pen.say_whole_call(block, None);
                line(
                    pen,
                    &format!(
                        r#""content":"","tool_calls":[{{"function":{{"name":"{}","arguments":{}}}}}]"#,
                        block.name,
                        block.whole()
                    ),
                    r#""done":false"#,
                );
            }
            Move::Open(_) | Move::Piece(..) | Move::Close(_) => {}
            Move::Finish(choice, _) => {
                let word = pen.finish(choice, WORDS);
                pen.say_usage([Some(read), Some(written), None]);
                pen.say(Delta::done("done"));
                line(
                    pen,
                    r#""content":"""#,
                    &format!(
                        r#""done":true,"done_reason":"{word}","prompt_eval_count":{read},"eval_count":{written}"#
                    ),
                );
            }
        }
    }
}

fn cohere2(pen: &mut Pen<'_>, script: &Script) {
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
                pen.block_part(block);
                match block.kind {
                    PartKind::ToolCall => {
                        pen.say_call(block);
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
                pen.block_part(block);
                pen.say_piece(block, block.piece(piece));
                let quoted = pen.quoted(block.piece(piece));
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
