//! Readers through serde.

use async_openai::types::chat::{CreateChatCompletionStreamResponse, FinishReason};
use serde_json::Value;

use super::{Payload, Reader, chunk::Chunk};
use crate::sink::Sink;

/// Nothing: framing alone.
pub(super) struct Nothing;

impl Reader for Nothing {
    fn new() -> Self {
        Self
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        sink.frame(payload.bytes);
    }
}

/// serde_json into borrowed structs.
pub(super) struct SerdeJson;

impl Reader for SerdeJson {
    fn new() -> Self {
        Self
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        match payload.text().map(serde_json::from_str::<Chunk<'_>>) {
            Ok(Ok(chunk)) => chunk.tell(sink),
            Ok(Err(error)) => sink.reject(&error),
            Err(error) => sink.reject(&error),
        }
    }
}

/// sonic-rs into the same structs.
pub(super) struct Sonic;

impl Reader for Sonic {
    fn new() -> Self {
        Self
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        match payload.text().map(sonic_rs::from_str::<Chunk<'_>>) {
            Ok(Ok(chunk)) => chunk.tell(sink),
            Ok(Err(error)) => sink.reject(&error),
            Err(error) => sink.reject(&error),
        }
    }
}

/// serde_json into async-openai's types, as its client does.
pub(super) struct AsyncOpenai;

impl Reader for AsyncOpenai {
    fn new() -> Self {
        Self
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        match payload.text().map(serde_json::from_str::<CreateChatCompletionStreamResponse>) {
            Ok(Ok(chunk)) => tell_openai(&chunk, sink),
            Ok(Err(error)) => sink.reject(&error),
            Err(error) => sink.reject(&error),
        }
    }
}

fn tell_openai<S: Sink>(chunk: &CreateChatCompletionStreamResponse, sink: &mut S) {
    for choice in &chunk.choices {
        if let Some(text) = &choice.delta.content {
            sink.text(choice.index, text);
        }
        for call in choice.delta.tool_calls.iter().flatten() {
            let Some(function) = &call.function else { continue };
            if let Some(name) = &function.name {
                sink.call(choice.index, call.index, name);
            }
            if let Some(fragment) = &function.arguments {
                sink.arguments(choice.index, call.index, fragment);
            }
        }
        if let Some(reason) = choice.finish_reason {
            sink.finish(choice.index, word(reason));
        }
    }
    if let Some(usage) = &chunk.usage {
        sink.usage([usage.prompt_tokens, usage.completion_tokens, usage.total_tokens].map(u64::from));
    }
}

fn word(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::FunctionCall => "function_call",
    }
}

/// serde_json into `Value`, then by name.
pub(super) struct SerdeValue;

impl Reader for SerdeValue {
    fn new() -> Self {
        Self
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        match payload.text().map(serde_json::from_str::<Value>) {
            Ok(Ok(chunk)) => tell_value(&chunk, sink),
            Ok(Err(error)) => sink.reject(&error),
            Err(error) => sink.reject(&error),
        }
    }
}

fn tell_value<S: Sink>(chunk: &Value, sink: &mut S) {
    for choice in chunk["choices"].as_array().into_iter().flatten() {
        let index = index(choice);
        let delta = &choice["delta"];
        sink.reasoning(index, string(&delta["reasoning_content"]));
        sink.text(index, string(&delta["content"]));
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            tell_call(index, call, sink);
        }
        sink.finish(index, string(&choice["finish_reason"]));
    }
    if let Some(usage) = chunk["usage"].as_object() {
        let count = |name| usage.get(name).and_then(Value::as_u64).unwrap_or_default();
        sink.usage([count("prompt_tokens"), count("completion_tokens"), count("total_tokens")]);
    }
}

fn tell_call<S: Sink>(choice: u32, call: &Value, sink: &mut S) {
    let (slot, function) = (index(call), &call["function"]);
    if let Some(name) = function["name"].as_str() {
        sink.call(choice, slot, name);
    }
    sink.arguments(choice, slot, string(&function["arguments"]));
}

fn index(value: &Value) -> u32 {
    value["index"].as_u64().and_then(|index| u32::try_from(index).ok()).unwrap_or_default()
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
