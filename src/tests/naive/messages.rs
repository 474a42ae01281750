//! Messages: N01 to N11.

use serde_json::Value;

use super::json::text;
use super::talk::{CACHED, INPUT, OUTPUT, REASONING, Talk, WRITE};
use crate::OpaqueKind;

#[derive(Default)]
pub(super) struct Messages {
    /// Open blocks in the order in which they began, by key.
    blocks: Vec<(String, Block)>,
    /// There was a `message_start`.
    began: bool,
    /// There were events of the legacy API, and pieces of blocks: whether text goes on from the one to the other is open.
    is_legacy: bool,
    has_pieces: bool,
}

enum Block {
    /// A call: its slot, and the input that came with its start, while no piece followed.
    Call(usize, Option<Value>),
    Other,
}

impl Messages {
    pub(super) fn event(&mut self, value: &Value, talk: &mut Talk) {
        if value["type"] != "message_stop" {
            talk.choice(0);
        }
        match value["type"].as_str().unwrap_or_default() {
            "message_start" => {
                if std::mem::replace(&mut self.began, true) {
                    // Blocks of the answer before are forgotten, also what came with the start of a call.
                    self.blocks.clear();
                    talk.restart(0);
                }
                self.message(&value["message"], talk);
            }
            "message" => {
                self.message(value, talk);
                talk.done = true;
            }
            "content_block_start" => {
                let key = key(&value["index"]);
                self.end_unnumbered(Some(""), talk);
                // It ends the block that was open there.
                if let Some(at) = key.as_ref().and_then(|_| self.at(&value["index"])) {
                    let (_, block) = self.blocks.remove(at);
                    stop(block, talk);
                }
                talk.part(0, key.as_deref().unwrap_or_default());
                let block = start(&value["content_block"], talk);
                self.blocks.push((key.unwrap_or_default(), block));
            }
            "content_block_delta" => self.delta(value, talk),
            "content_block_stop" => {
                if let Some(at) = self.at(&value["index"]) {
                    let (_, block) = self.blocks.remove(at);
                    stop(block, talk);
                }
            }
            "message_delta" => {
                self.end(talk);
                if text(&value["delta"]["stop_reason"]).is_some() {
                    // The answer has ended, and its calls with it.
                    self.blocks.retain(|(_, block)| !matches!(block, Block::Call(..)));
                }
                talk.finish(0, &value["delta"]["stop_reason"]);
                usage(&value["usage"], talk);
            }
            "message_stop" => {
                self.end(talk);
                talk.done = true;
            }
            "completion" => {
                self.is_legacy = true;
                talk.start(&value["id"], &value["model"], &Value::Null);
                talk.text(0, value["completion"].as_str().unwrap_or_default());
                talk.choice(0);
                talk.finish(0, &value["stop_reason"]);
            }
            _ => {}
        }
    }

    fn message(&mut self, message: &Value, talk: &mut Talk) {
        talk.start(&message["id"], &message["model"], &Value::Null);
        talk.choice(0);
        talk.role(0, &message["role"]);
        for block in message["content"].as_array().into_iter().flatten() {
            let block = start(block, talk);
            stop(block, talk);
        }
        talk.finish(0, &message["stop_reason"]);
        usage(&message["usage"], talk);
    }

    /// A block without an index is the one at hand: it ends where another comes.
    fn end_unnumbered(&mut self, key: Option<&str>, talk: &mut Talk) {
        if key.is_some()
            && let Some(at) = self.blocks.iter().position(|(known, _)| known.is_empty())
        {
            let (_, block) = self.blocks.remove(at);
            stop(block, talk);
        }
    }

    pub(super) fn is_mixed(&self) -> bool {
        self.is_legacy && self.has_pieces
    }

    fn delta(&mut self, value: &Value, talk: &mut Talk) {
        self.has_pieces = true;
        self.end_unnumbered(key(&value["index"]).as_deref(), talk);
        let delta = &value["delta"];
        if let Some(key) = key(&value["index"]) {
            talk.part(0, &key);
            // A block that never began begins here.
            if self.at(&value["index"]).is_none() {
                self.blocks.push((key, Block::Other));
            }
        }
        match delta["type"].as_str().unwrap_or_default() {
            "text_delta" => talk.text(0, delta["text"].as_str().unwrap_or_default()),
            "thinking_delta" => talk.reasoning(0, delta["thinking"].as_str().unwrap_or_default()),
            "signature_delta" => talk.opaque(0, OpaqueKind::Signature, &delta["signature"]),
            "input_json_delta" if text(&delta["partial_json"]).is_some() => {
                if let Some(at) = self.at(&value["index"])
                    && let (_, Block::Call(slot, input)) = &mut self.blocks[at]
                {
                    *input = None;
                    talk.arguments(0, *slot, &delta["partial_json"]);
                }
            }
            _ => {}
        }
    }

    /// The block of an index; without one that which began last.
    fn at(&self, index: &Value) -> Option<usize> {
        match key(index) {
            Some(key) => self.blocks.iter().position(|(known, _)| *known == key),
            None => self.blocks.len().checked_sub(1),
        }
    }

    /// Tells the input that came with a block's start.
    pub(super) fn end(&mut self, talk: &mut Talk) {
        for (_, block) in &mut self.blocks {
            if let Block::Call(slot, input) = block
                && let Some(input) = input.take()
            {
                talk.arguments(0, *slot, &input);
            }
        }
    }
}

fn start(block: &Value, talk: &mut Talk) -> Block {
    match block["type"].as_str().unwrap_or_default() {
        "text" => talk.text(0, block["text"].as_str().unwrap_or_default()),
        "thinking" => {
            talk.reasoning(0, block["thinking"].as_str().unwrap_or_default());
            talk.opaque(0, OpaqueKind::Signature, &block["signature"]);
        }
        "redacted_thinking" => talk.opaque(0, OpaqueKind::Encrypted, &block["data"]),
        "tool_use" => {
            let slot = talk.call(0, &block["id"], &block["name"]);
            let input = &block["input"];
            let says = !input.is_null() && input.as_object().is_none_or(|members| !members.is_empty());
            return Block::Call(slot, says.then(|| input.clone()));
        }
        _ => {}
    }
    Block::Other
}

fn stop(block: Block, talk: &mut Talk) {
    if let Block::Call(slot, input) = block {
        talk.arguments(0, slot, &input.unwrap_or_default());
        talk.end_call(0, slot);
    }
}

/// The key of a block: any index but none at all.
pub(super) fn key(index: &Value) -> Option<String> {
    match index {
        Value::Null => None,
        index => Some(super::json::count(index).map_or_else(|| index.to_string(), |count| count.to_string())),
    }
}

fn usage(usage: &Value, talk: &mut Talk) {
    talk.count(INPUT, &usage["input_tokens"]);
    talk.count(OUTPUT, &usage["output_tokens"]);
    talk.count(CACHED, &usage["cache_read_input_tokens"]);
    talk.count(WRITE, &usage["cache_creation_input_tokens"]);
    talk.count(REASONING, &usage["output_tokens_details"]["thinking_tokens"]);
}
