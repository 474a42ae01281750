//! Messages beside a slow obvious model: its blocks as a client would collect them from the events, and as they are found
//! again in the deltas.

use serde_json::Value;

use super::support::{Run, Seeded, Stream, corpus, run, run_whole};
use crate::{Delta, ExtraKind, ExtrasMode, Framing, OpaqueKind, Options, PartKind, ReasoningTags};

/// One content block, as far as it must be sent back.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    kind: PartKind,
    text: String,
    signature: String,
    encrypted: String,
    id: Option<String>,
    name: Option<String>,
    arguments: String,
    /// As it began, where it is of a tool of the service's own.
    hosted: Option<Value>,
}

impl Block {
    fn new(kind: PartKind) -> Self {
        let text = String::new;
        let (text, signature, encrypted, arguments) = (text(), text(), text(), text());
        Self { kind, text, signature, encrypted, id: None, name: None, arguments, hosted: None }
    }
}

fn text_of(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// The model: what the events say, one after the other.
#[derive(Default)]
struct Model {
    blocks: Vec<Block>,
    /// The index of each block that is open, where it stands, and its input as a whole.
    open: Vec<(Value, usize, Value)>,
    stopped: bool,
}

impl Model {
    fn event(&mut self, event: &Value) {
        let index = &event["index"];
        match event["type"].as_str().unwrap_or_default() {
            _ if self.stopped => {}
            "message_start" => *self = Self::of_content(&event["message"]["content"]),
            "message" => *self = Self::of_content(&event["content"]),
            "content_block_start" => self.start(index.clone(), &event["content_block"]),
            "content_block_delta" => self.delta(index, &event["delta"]),
            "content_block_stop" => self.stop(|open| index.is_null() || open == index),
            "message_stop" => {
                self.stop(|_| true);
                self.stopped = true;
            }
            _ => {}
        }
    }

    fn of_content(content: &Value) -> Self {
        let mut model = Self::default();
        for block in content.as_array().into_iter().flatten() {
            model.start(Value::Null, block);
            model.stop(|_| true);
        }
        model
    }

    fn start(&mut self, index: Value, block: &Value) {
        self.stop(|open| *open == index);
        let kind = match block["type"].as_str().unwrap_or_default() {
            "text" => PartKind::Text,
            "thinking" | "redacted_thinking" => PartKind::Reasoning,
            "tool_use" => PartKind::ToolCall,
            _ => PartKind::Other,
        };
        let mut new = Block::new(kind);
        match kind {
            PartKind::Text => new.text = text_of(block, "text"),
            PartKind::Reasoning => {
                new.text = text_of(block, "thinking");
                new.signature = text_of(block, "signature");
                new.encrypted = text_of(block, "data");
            }
            PartKind::ToolCall => {
                new.id = block["id"].as_str().map(str::to_owned);
                new.name = block["name"].as_str().map(str::to_owned);
            }
            _ => new.hosted = Some(block.clone()),
        }
        let input = if kind == PartKind::ToolCall { block["input"].clone() } else { Value::Null };
        self.open.push((index, self.blocks.len(), input));
        self.blocks.push(new);
    }

    fn delta(&mut self, index: &Value, delta: &Value) {
        let is_same = |open: &&(Value, usize, Value)| index.is_null() || open.0 == *index;
        let known = self.open.iter().rfind(is_same).map(|open| open.1);
        let kind = match delta["type"].as_str().unwrap_or_default() {
            "text_delta" => PartKind::Text,
            "thinking_delta" => PartKind::Reasoning,
            _ if known.is_none() => return,
            _ => PartKind::Other,
        };
        let at = known.unwrap_or_else(|| {
            self.open.push((index.clone(), self.blocks.len(), Value::Null));
            self.blocks.push(Block::new(kind));
            self.blocks.len() - 1
        });
        let block = &mut self.blocks[at];
        block.text += &(text_of(delta, "text") + &text_of(delta, "thinking"));
        block.signature += &text_of(delta, "signature");
        if block.kind == PartKind::ToolCall {
            block.arguments += &text_of(delta, "partial_json");
        }
    }

    /// Blocks stop: input that came whole counts where nothing came in pieces.
    fn stop(&mut self, is_meant: impl Fn(&Value) -> bool) {
        for (_, at, input) in self.open.extract_if(.., |open| is_meant(&open.0)) {
            let arguments = &mut self.blocks[at].arguments;
            let says_something = input.as_object().is_some_and(|input| !input.is_empty());
            if arguments.is_empty() && says_something {
                *arguments = input.to_string();
            }
        }
    }

    fn blocks(mut self) -> Vec<Block> {
        self.stop(|_| true);
        self.blocks
    }
}

/// The payloads of a stream of one `data` line an event, or of a body, that are JSON.
fn events(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    let whole = text.starts_with('{').then_some(text);
    let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
    data.chain(whole).filter_map(|data| serde_json::from_str(data).ok()).collect()
}

fn model(bytes: &[u8]) -> Vec<Block> {
    let mut model = Model::default();
    events(bytes).iter().for_each(|event| model.event(event));
    model.blocks()
}

/// The blocks that the deltas tell.
fn blocks(run: &Run) -> Vec<Block> {
    let (mut blocks, mut current, mut slots) = (Vec::<(u32, Block)>::new(), 0, Vec::<(u32, usize)>::new());
    for delta in run.deltas() {
        match delta {
            Delta::Restart { .. } => (blocks, slots) = (Vec::new(), Vec::new()),
            Delta::Part { part, kind, .. } => {
                let known = blocks.iter().position(|(known, _)| *known == part);
                current = known.unwrap_or_else(|| {
                    blocks.push((part, Block::new(kind)));
                    blocks.len() - 1
                });
                assert_eq!(blocks[current].1.kind, kind);
            }
            Delta::Text { text, .. } | Delta::Reasoning { text, .. } => blocks[current].1.text += text,
            Delta::ReasoningOpaque { kind: OpaqueKind::Encrypted, data, .. } => {
                blocks[current].1.encrypted += data;
            }
            Delta::ReasoningOpaque { data, .. } => blocks[current].1.signature += data,
            Delta::ToolCallStart { slot, id, name, .. } => {
                slots.push((slot, current));
                let block = &mut blocks[current].1;
                (block.id, block.name) = (id.map(str::to_owned), name.map(str::to_owned));
            }
            Delta::ToolCallArguments { slot, fragment, .. } => {
                let (_, at) = slots.iter().find(|(known, _)| *known == slot).unwrap();
                assert_eq!(*at, current, "the cursor is where the arguments are");
                blocks[current].1.arguments += fragment;
            }
            Delta::Extra { kind: ExtraKind::Hosted, json, .. } => {
                let block = &mut blocks[current].1;
                block.hosted.get_or_insert_with(|| serde_json::from_str(json).unwrap());
            }
            _ => {}
        }
    }
    blocks.into_iter().map(|(_, block)| block).collect()
}

/// Argument text that is JSON, as JSON is compared.
fn canonical(mut blocks: Vec<Block>) -> Vec<Block> {
    for block in &mut blocks {
        if let Ok(value) = serde_json::from_str::<Value>(&block.arguments) {
            block.arguments = value.to_string();
        }
    }
    blocks
}

fn agrees(name: &str, options: &Options, bytes: &[u8]) {
    let expected = canonical(model(bytes));
    assert_eq!(canonical(blocks(&run_whole(options, bytes))), expected, "{name}");
    for size in [1, 7, 60] {
        let cut = run(options, bytes.chunks(size));
        assert_eq!(canonical(blocks(&cut)), expected, "{name}, in pieces of {size}");
    }
    let slow = run_whole(&options.prediction(false), bytes);
    assert_eq!(canonical(blocks(&slow)), expected, "{name}, without prediction");
}

/// Streams that the model can read: not cut off within a pair of surrogates, which JSON of the strict kind does not hold.
fn is_readable(stream: &Stream) -> bool {
    let is_ours = stream.name.starts_with("anthropic/");
    let has_parts = stream.body.contains("\"type\":\"part\"");
    is_ours && has_parts && stream.says("quirks").is_none_or(|quirks| !quirks.contains("lone_surrogate"))
}

#[test]
fn blocks_of_the_corpus_are_the_models() {
    let streams: Vec<_> = corpus().into_iter().filter(is_readable).collect();
    assert!(streams.len() >= 20, "only {}", streams.len());
    for stream in &streams {
        agrees(&stream.name, &stream.options(), &stream.bytes);
    }
}

/// One event of a made-up stream about few blocks, in any order.
fn made(seed: &mut Seeded) -> Value {
    let index =
        [serde_json::json!(0), 1.into(), 2.into(), u64::MAX.into(), "x".into()][seed.below(5)].clone();
    let text = ["a", " b\n", "<th", "ink>", "é🐚", "", "\"q\"", "</think>"][seed.below(8)];
    let piece = ["{\"a\":", "1}", "", "\"🐚\"", "[]"][seed.below(5)];
    let (whole, signature) = (if seed.below(4) == 0 { text } else { "" }, ["", "Eq=="][seed.below(2)]);
    let block = match seed.below(7) {
        0 | 1 => serde_json::json!({"type": "text", "text": whole}),
        2 => {
            serde_json::json!({"type": "thinking", "thinking": text, "signature": signature})
        }
        3 => serde_json::json!({"type": "redacted_thinking", "data": "Em+/"}),
        4 => serde_json::json!({"type": "tool_use", "id": "t", "name": "f", "input": {}}),
        5 => serde_json::json!({"type": "tool_use", "id": "u", "name": "g", "input": {"n": [1, text]}}),
        _ => serde_json::json!({"type": "server_tool_use", "id": "s", "name": "search", "input": {}}),
    };
    match seed.below(24) {
        0..=3 => serde_json::json!({"type": "content_block_start", "index": index, "content_block": block}),
        4..=8 => delta(&index, "text_delta", "text", text),
        9..=12 => delta(&index, "thinking_delta", "thinking", text),
        13..=16 => delta(&index, "input_json_delta", "partial_json", piece),
        17 => delta(&index, "signature_delta", "signature", "Sg=="),
        18..=20 => serde_json::json!({"type": "content_block_stop", "index": index}),
        21 => serde_json::json!({"type": "ping"}),
        22 if seed.below(8) == 0 => {
            serde_json::json!({"type": "message_start", "message": {"role": "assistant", "content": [block]}})
        }
        _ => serde_json::json!({"type": "content_block_start", "index": 0, "content_block": block}),
    }
}

fn delta(index: &Value, kind: &str, member: &str, text: &str) -> Value {
    serde_json::json!({"type": "content_block_delta", "index": index, "delta": {"type": kind, member: text}})
}

/// What each delta may say of each block: text of a call, say, is text wherever it stands, but a client has no place for it.
fn is_sound(event: &Value, model: &Model) -> bool {
    let Some(kind) = event["delta"]["type"].as_str() else { return true };
    let known =
        model.open.iter().rfind(|open| open.0 == event["index"]).map(|open| model.blocks[open.1].kind);
    matches!(
        (kind, known),
        ("text_delta", Some(PartKind::Text) | None)
            | ("thinking_delta" | "signature_delta", Some(PartKind::Reasoning))
            | ("input_json_delta", Some(PartKind::ToolCall | PartKind::Other))
    )
}

/// How an answer begins.
const BEGIN: &str =
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"role\":\"assistant\"}}\n\n";

/// Blocks that begin, jump, stop and begin again in any order; each event comes up to four times, so that shapes are learned.
#[test]
fn blocks_of_made_up_streams_are_the_models() {
    let options = Options::new().reasoning_tags(ReasoningTags::Off);
    for seed in 0..150 {
        let (mut seeded, mut stream, mut model) = (Seeded(seed), BEGIN.to_owned(), Model::default());
        for _ in 0..60 {
            let event = made(&mut seeded);
            let begins = event["type"] != "content_block_delta";
            for _ in 0..if begins { 1 } else { 1 + seeded.below(4) } {
                // An empty text of a block that never began begins none.
                let is_empty =
                    event["delta"]["text"] == "" && !model.open.iter().any(|open| open.0 == event["index"]);
                if is_sound(&event, &model) && !is_empty && model.blocks.len() < 100 {
                    model.event(&event);
                    stream += &format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
                }
            }
        }
        agrees(&format!("seed {seed}"), &options, stream.as_bytes());
    }
}

/// The legacy completion names no block: its text is told of the current one, and before it that it is.
#[test]
fn text_without_a_block_between_blocks_is_told_as_without_prediction() {
    let mut stream = String::from("{\"type\":\"message_start\",\"message\":{\"role\":\"assistant\"}}\n");
    // The other block never began, and nothing is told of it.
    for text in [", ", " and so on", ".", ".", "Hi", "there"] {
        stream += &format!(
            "data: {{\"type\":\"completion\",\"completion\":\"{text}\",\"stop_reason\":null}}\nevent: content_block_delta\n"
        );
        stream += "data: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"1\"}}\nevent: completion\n";
    }
    let options = Options::new().extras(ExtrasMode::Off).framing(Framing::Ndjson);
    let general = run_whole(&options.prediction(false), stream.as_bytes());
    assert!(general.deltas().any(|delta| matches!(delta, Delta::Part { .. })), "{general:?}");
    let predicted = run_whole(&options, stream.as_bytes());
    assert!(predicted.deltas().eq(general.deltas()), "{predicted:?}\n{general:?}");
}
