//! The wires on which a conversation can be: one table, [`WIRES`]; and the two native ones whose calls come whole,
//! `generateContent` and Ollama.
//!
//! Knows: the layout of the events of each wire. Must not know: how events are framed, who reads them.

use super::blocks::{cohere2, converse, interactions, messages};
use super::pen::{Layout, Pen};
use super::responses::responses;
use super::script::{Block, Move, Reach, Script};
use crate::FinishReason::{ContentFilter, Length, Stop};
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
pub(super) type Word = (FinishReason, &'static str);

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

    fn say_call(&mut self, block: &Block) {
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

    pub(super) fn say_start(&mut self, id: &str, model: Option<&str>) {
        self.say(Delta::start(Some(id), model, None));
        self.say(Delta::Role { choice: 0, role: "assistant" });
    }

    /// One of the words; the choice says so.
    pub(super) fn finish(&mut self, choice: u32, words: &[Word]) -> &'static str {
        let (reason, word) = self.choices.pick(words);
        self.say(Delta::finish(choice, reason, word, false));
        word
    }

    pub(super) fn block_part(&mut self, block: &Block) {
        self.part(block.choice, u64::from(block.key), block.kind);
    }

    /// A block begins that its wire announces: its part, and its call if it is one.
    pub(super) fn open_block(&mut self, block: &Block) {
        self.block_part(block);
        if block.kind == PartKind::ToolCall {
            self.say_call(block);
        }
    }

    /// A piece of a block is said in its part; returns it quoted.
    pub(super) fn block_piece(&mut self, block: &Block, piece: usize) -> String {
        self.block_part(block);
        self.piece(block, piece)
    }

    /// A piece is said; returns it quoted.
    fn piece(&mut self, block: &Block, piece: usize) -> String {
        let text = block.piece(piece);
        self.say_piece(block, text);
        self.quoted(text)
    }
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
                let quoted = pen.piece(block, piece);
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
                let quoted = pen.piece(block, piece);
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
