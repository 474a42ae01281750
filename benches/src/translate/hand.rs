//! The hand-written way: lines, a tree of each payload, a tree of each event, as gateways do. It knows text, ends and usage,
//! which is all that these streams have; a gateway's own knows calls and reasoning besides.

use serde_json::{Value, json};

use super::Send;
use crate::{cut::Cut, workloads::Workload};

/// What is known of the answer.
#[derive(Default)]
pub(super) struct Known {
    id: String,
    model: String,
    has_begun: bool,
    finished: bool,
    usage: Option<[u64; 2]>,
    /// What a target repeats whole.
    text: String,
    number: u64,
}

/// How one wire is written.
pub(super) trait Write {
    fn begin(known: &mut Known, out: &mut Vec<u8>);
    fn text(known: &mut Known, text: &str, out: &mut Vec<u8>);
    fn end(known: &mut Known, out: &mut Vec<u8>);
}

/// Reads the stream line by line and writes each piece anew.
pub(super) fn translate<W: Write>(workload: &Workload, cut: Cut, send: Send<'_>) {
    let read = match workload.name {
        "openai_text" => chat::<W>,
        "messages_text" => messages::<W>,
        "responses_text" => responses::<W>,
        "generate_content_text" => generate_content::<W>,
        _ => ollama::<W>,
    };
    let (mut known, mut buffer, mut out) = (Known::default(), Vec::new(), Vec::new());
    for input in cut.inputs(&workload.stream, &workload.ends) {
        buffer.extend_from_slice(input);
        let mut from = 0;
        while let Some(length) = memchr::memchr(b'\n', &buffer[from..]) {
            let line = String::from_utf8_lossy(&buffer[from..from + length]);
            let payload = line.strip_prefix("data:").unwrap_or(&line).trim();
            if payload.starts_with('{')
                && let Ok(value) = serde_json::from_str::<Value>(payload)
            {
                read(&mut known, &value, &mut out);
            }
            from += length + 1;
        }
        buffer.drain(..from);
        send(&out);
        out.clear();
    }
    W::end(&mut known, &mut out);
    send(&out);
}

fn chat<W: Write>(known: &mut Known, value: &Value, out: &mut Vec<u8>) {
    known.label(&value["id"], &value["model"]);
    let choice = &value["choices"][0];
    known.text::<W>(&choice["delta"]["content"], out);
    known.finished |= choice["finish_reason"] == "stop";
    known.count(&value["usage"], ["prompt_tokens", "completion_tokens"]);
}

fn messages<W: Write>(known: &mut Known, value: &Value, out: &mut Vec<u8>) {
    match value["type"].as_str().unwrap_or_default() {
        "message_start" => {
            let message = &value["message"];
            known.label(&message["id"], &message["model"]);
            known.count(&message["usage"], ["input_tokens", "output_tokens"]);
        }
        "content_block_delta" => known.text::<W>(&value["delta"]["text"], out),
        "message_delta" => {
            known.finished |= value["delta"]["stop_reason"] == "end_turn";
            known.count(&value["usage"], ["input_tokens", "output_tokens"]);
        }
        _ => {}
    }
}

fn responses<W: Write>(known: &mut Known, value: &Value, out: &mut Vec<u8>) {
    match value["type"].as_str().unwrap_or_default() {
        "response.created" => known.label(&value["response"]["id"], &value["response"]["model"]),
        "response.output_text.delta" => known.text::<W>(&value["delta"], out),
        "response.completed" => {
            known.finished = true;
            known.count(&value["response"]["usage"], ["input_tokens", "output_tokens"]);
        }
        _ => {}
    }
}

fn generate_content<W: Write>(known: &mut Known, value: &Value, out: &mut Vec<u8>) {
    known.label(&value["responseId"], &value["modelVersion"]);
    let candidate = &value["candidates"][0];
    known.text::<W>(&candidate["content"]["parts"][0]["text"], out);
    known.finished |= candidate["finishReason"] == "STOP";
    known.count(&value["usageMetadata"], ["promptTokenCount", "candidatesTokenCount"]);
}

fn ollama<W: Write>(known: &mut Known, value: &Value, out: &mut Vec<u8>) {
    known.label(&Value::Null, &value["model"]);
    known.text::<W>(&value["message"]["content"], out);
    if value["done"] == true {
        known.finished = true;
        known.count(value, ["prompt_eval_count", "eval_count"]);
    }
}

impl Known {
    fn label(&mut self, id: &Value, model: &Value) {
        if self.model.is_empty() {
            self.id = id.as_str().unwrap_or("unknown").to_owned();
            self.model = model.as_str().unwrap_or("unknown").to_owned();
        }
    }

    fn text<W: Write>(&mut self, text: &Value, out: &mut Vec<u8>) {
        let Some(text) = text.as_str().filter(|text| !text.is_empty()) else { return };
        if !std::mem::replace(&mut self.has_begun, true) {
            W::begin(self, out);
        }
        W::text(self, text, out);
    }

    fn count(&mut self, usage: &Value, names: [&str; 2]) {
        let before = self.usage.unwrap_or_default();
        let counts = names.map(|name| usage[name].as_u64());
        if counts.iter().any(Option::is_some) {
            self.usage = Some([counts[0].unwrap_or(before[0]), counts[1].unwrap_or(before[1])]);
        }
    }

    fn chunk(&self, choices: &Value, usage: &Value) -> Value {
        let mut chunk = json!({
            "id": self.id, "object": "chat.completion.chunk", "created": 0, "model": self.model, "choices": choices,
        });
        if !usage.is_null() {
            chunk["usage"] = usage.clone();
        }
        chunk
    }

    /// An event of Responses.
    fn numbered(&mut self, name: &str, mut event: Value, out: &mut Vec<u8>) {
        event["type"] = name.into();
        event["sequence_number"] = self.number.into();
        self.number += 1;
        named(name, &event, out);
    }

    fn response(&self, status: &str, output: &Value, usage: &Value) -> Value {
        json!({
            "id": self.id, "object": "response", "created_at": 0, "status": status, "model": self.model,
            "output": output, "usage": usage,
        })
    }
}

fn event(value: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("data: {value}\n\n").as_bytes());
}

fn named(name: &str, value: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("event: {name}\ndata: {value}\n\n").as_bytes());
}

/// `chat.completion.chunk`.
pub(super) struct Chunks;

impl Write for Chunks {
    fn begin(known: &mut Known, out: &mut Vec<u8>) {
        let delta = json!({"role": "assistant", "content": ""});
        let choices = json!([{"index": 0, "delta": delta, "finish_reason": null}]);
        event(&known.chunk(&choices, &Value::Null), out);
    }

    fn text(known: &mut Known, text: &str, out: &mut Vec<u8>) {
        let choices = json!([{"index": 0, "delta": {"content": text}, "finish_reason": null}]);
        event(&known.chunk(&choices, &Value::Null), out);
    }

    fn end(known: &mut Known, out: &mut Vec<u8>) {
        let finish = if known.finished { json!("stop") } else { Value::Null };
        let choices = json!([{"index": 0, "delta": {}, "finish_reason": finish}]);
        event(&known.chunk(&choices, &Value::Null), out);
        if let Some([input, output]) = known.usage {
            let usage = json!({
                "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
            });
            event(&known.chunk(&json!([]), &usage), out);
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }
}

/// Anthropic's Messages.
pub(super) struct Messages;

impl Write for Messages {
    fn begin(known: &mut Known, out: &mut Vec<u8>) {
        let [input, output] = known.usage.unwrap_or_default();
        let message = json!({
            "id": known.id, "type": "message", "role": "assistant", "model": known.model, "content": [],
            "stop_reason": null, "stop_sequence": null,
            "usage": {"input_tokens": input, "output_tokens": output},
        });
        named("message_start", &json!({"type": "message_start", "message": message}), out);
        let block = json!({"type": "text", "text": ""});
        let start = json!({"type": "content_block_start", "index": 0, "content_block": block});
        named("content_block_start", &start, out);
    }

    fn text(_: &mut Known, text: &str, out: &mut Vec<u8>) {
        let delta = json!({"type": "text_delta", "text": text});
        let delta = json!({"type": "content_block_delta", "index": 0, "delta": delta});
        named("content_block_delta", &delta, out);
    }

    fn end(known: &mut Known, out: &mut Vec<u8>) {
        named("content_block_stop", &json!({"type": "content_block_stop", "index": 0}), out);
        let [input, output] = known.usage.unwrap_or_default();
        let reason = if known.finished { json!("end_turn") } else { Value::Null };
        let delta = json!({
            "type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
            "usage": {"input_tokens": input, "output_tokens": output},
        });
        named("message_delta", &delta, out);
        named("message_stop", &json!({"type": "message_stop"}), out);
    }
}

/// The AI SDK's UI message stream.
pub(super) struct Ui;

impl Write for Ui {
    fn begin(known: &mut Known, out: &mut Vec<u8>) {
        event(&json!({"type": "start", "messageId": known.id}), out);
        event(&json!({"type": "start-step"}), out);
        event(&json!({"type": "text-start", "id": "0"}), out);
    }

    fn text(_: &mut Known, text: &str, out: &mut Vec<u8>) {
        event(&json!({"type": "text-delta", "id": "0", "delta": text}), out);
    }

    fn end(known: &mut Known, out: &mut Vec<u8>) {
        event(&json!({"type": "text-end", "id": "0"}), out);
        if let Some([input, output]) = known.usage {
            let usage = json!({"usage": {"inputTokens": input, "outputTokens": output}});
            event(&json!({"type": "message-metadata", "messageMetadata": usage}), out);
        }
        event(&json!({"type": "finish-step"}), out);
        let reason = if known.finished { "stop" } else { "unknown" };
        event(&json!({"type": "finish", "finishReason": reason}), out);
        out.extend_from_slice(b"data: [DONE]\n\n");
    }
}

/// OpenAI's Responses.
pub(super) struct Responses;

impl Responses {
    fn item(status: &str, content: &Value) -> Value {
        json!({"id": "msg_0", "type": "message", "status": status, "role": "assistant", "content": content})
    }

    fn part(text: &str) -> Value {
        json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
    }

    fn place(name: &str, value: Value) -> Value {
        let mut place = json!({"item_id": "msg_0", "output_index": 0, "content_index": 0});
        place[name] = value;
        place
    }
}

impl Write for Responses {
    fn begin(known: &mut Known, out: &mut Vec<u8>) {
        let response = known.response("in_progress", &json!([]), &Value::Null);
        known.numbered("response.created", json!({"response": response}), out);
        let item = Self::item("in_progress", &json!([]));
        known.numbered("response.output_item.added", json!({"output_index": 0, "item": item}), out);
        known.numbered("response.content_part.added", Self::place("part", Self::part("")), out);
    }

    fn text(known: &mut Known, text: &str, out: &mut Vec<u8>) {
        known.text.push_str(text);
        let mut delta = Self::place("delta", text.into());
        delta["logprobs"] = json!([]);
        known.numbered("response.output_text.delta", delta, out);
    }

    fn end(known: &mut Known, out: &mut Vec<u8>) {
        let text = std::mem::take(&mut known.text);
        let mut done = Self::place("text", text.as_str().into());
        done["logprobs"] = json!([]);
        known.numbered("response.output_text.done", done, out);
        known.numbered("response.content_part.done", Self::place("part", Self::part(&text)), out);
        let item = Self::item("completed", &json!([Self::part(&text)]));
        known.numbered("response.output_item.done", json!({"output_index": 0, "item": item}), out);
        let usage = known.usage.map_or(Value::Null, |[input, output]| {
            json!({"input_tokens": input, "output_tokens": output, "total_tokens": input + output})
        });
        let status = if known.finished { "completed" } else { "incomplete" };
        let response = known.response(status, &json!([item]), &usage);
        known.numbered(&format!("response.{status}"), json!({"response": response}), out);
    }
}
