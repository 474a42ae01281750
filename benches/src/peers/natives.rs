//! What Rust users have for the wires that are not chat: the usual framer, and types with owned strings, as the clients of
//! crates.io write them; for Responses those of async-openai, for Converse AWS's own framing.

use async_openai::types::responses::ResponseStreamEvent;
use aws_smithy_eventstream::{
    frame::{DecodedFrame, MessageFrameDecoder},
    smithy::parse_response_headers,
};
use bytes::{Buf, BytesMut};
use serde::Deserialize;

use super::{Framer, Payload, Reader};
use crate::{sink::Sink, stack::Stack};

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum MessagesEvent {
    MessageStart {
        message: StartedMessage,
    },
    ContentBlockStart {
        #[allow(dead_code)]
        index: u32,
        #[allow(dead_code)]
        content_block: ContentBlock,
    },
    ContentBlockDelta {
        #[allow(dead_code)]
        index: u32,
        delta: BlockDelta,
    },
    ContentBlockStop {
        #[allow(dead_code)]
        index: u32,
    },
    MessageDelta {
        delta: MessageEnd,
        usage: MessagesUsage,
    },
    MessageStop,
    Ping,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct StartedMessage {
    id: String,
    model: String,
    role: String,
    usage: MessagesUsage,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(dead_code)]
enum ContentBlock {
    Text { text: String },
    Thinking { thinking: String },
    ToolUse { id: String, name: String },
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum BlockDelta {
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: String },
    #[serde(rename = "input_json_delta")]
    InputJson { partial_json: String },
    #[serde(rename = "signature_delta")]
    Signature {
        #[allow(dead_code)]
        signature: String,
    },
}

#[derive(Deserialize)]
struct MessageEnd {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct MessagesUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

/// serde_json into the events of Messages.
pub(super) struct Messages {
    input: u64,
}

impl Reader for Messages {
    fn new() -> Self {
        Self { input: 0 }
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        let event = match payload.text().map(serde_json::from_str::<MessagesEvent>) {
            Ok(Ok(event)) => event,
            Ok(Err(error)) => return sink.reject(&error),
            Err(error) => return sink.reject(&error),
        };
        match event {
            MessagesEvent::MessageStart { message } => {
                self.input = message.usage.input_tokens.unwrap_or_default();
            }
            MessagesEvent::ContentBlockDelta { delta, .. } => match delta {
                BlockDelta::Text { text } => sink.text(0, &text),
                BlockDelta::Thinking { thinking } => sink.reasoning(0, &thinking),
                BlockDelta::InputJson { partial_json } => sink.arguments(0, 0, &partial_json),
                BlockDelta::Signature { .. } => {}
            },
            MessagesEvent::MessageDelta { delta, usage } => {
                sink.finish(0, &delta.stop_reason.unwrap_or_default());
                sink.usage([self.input, usage.output_tokens.unwrap_or_default(), 0]);
            }
            MessagesEvent::ContentBlockStart { .. }
            | MessagesEvent::ContentBlockStop { .. }
            | MessagesEvent::MessageStop
            | MessagesEvent::Ping => {}
        }
    }
}

/// serde_json into async-openai's events of Responses, as its client does.
pub(super) struct Responses;

impl Reader for Responses {
    fn new() -> Self {
        Self
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        match payload.text().map(serde_json::from_str::<ResponseStreamEvent>) {
            Ok(Ok(ResponseStreamEvent::ResponseOutputTextDelta(event))) => sink.text(0, &event.delta),
            Ok(Ok(ResponseStreamEvent::ResponseCompleted(event))) => {
                sink.finish(0, "completed");
                if let Some(usage) = event.response.usage {
                    sink.usage([usage.input_tokens, usage.output_tokens, usage.total_tokens].map(u64::from));
                }
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => sink.reject(&error),
            Err(error) => sink.reject(&error),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Generated {
    #[serde(default)]
    candidates: Vec<Candidate>,
    usage_metadata: Option<UsageMetadata>,
    #[allow(dead_code)]
    model_version: Option<String>,
    #[allow(dead_code)]
    response_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
    #[serde(default)]
    index: u32,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<ContentPart>,
    #[allow(dead_code)]
    role: Option<String>,
}

#[derive(Deserialize)]
struct ContentPart {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsageMetadata {
    #[serde(default)]
    prompt_token_count: u64,
    #[serde(default)]
    candidates_token_count: u64,
    #[serde(default)]
    total_token_count: u64,
}

/// serde_json into the chunks of generateContent.
pub(super) struct GenerateContent;

impl Reader for GenerateContent {
    fn new() -> Self {
        Self
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        let chunk = match payload.text().map(serde_json::from_str::<Generated>) {
            Ok(Ok(chunk)) => chunk,
            Ok(Err(error)) => return sink.reject(&error),
            Err(error) => return sink.reject(&error),
        };
        for candidate in &chunk.candidates {
            for part in candidate.content.iter().flat_map(|content| &content.parts) {
                match (&part.text, part.thought) {
                    (Some(text), false) => sink.text(candidate.index, text),
                    (Some(text), true) => sink.reasoning(candidate.index, text),
                    (None, _) => {}
                }
            }
            sink.finish(candidate.index, candidate.finish_reason.as_deref().unwrap_or_default());
        }
        if let Some(usage) = &chunk.usage_metadata {
            sink.usage([usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count]);
        }
    }
}

#[derive(Deserialize)]
struct OllamaLine {
    #[allow(dead_code)]
    model: String,
    #[allow(dead_code)]
    created_at: String,
    message: OllamaMessage,
    done: bool,
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: u64,
    #[serde(default)]
    eval_count: u64,
}

#[derive(Deserialize)]
struct OllamaMessage {
    #[allow(dead_code)]
    role: String,
    content: String,
    thinking: Option<String>,
}

/// serde_json into the lines of Ollama's chat.
pub(super) struct Ollama;

impl Reader for Ollama {
    fn new() -> Self {
        Self
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        match serde_json::from_slice::<OllamaLine>(payload.bytes) {
            Ok(line) => {
                sink.text(0, &line.message.content);
                sink.reasoning(0, line.message.thinking.as_deref().unwrap_or_default());
                if line.done {
                    sink.finish(0, line.done_reason.as_deref().unwrap_or_default());
                    sink.usage([line.prompt_eval_count, line.eval_count, 0]);
                }
            }
            Err(error) => sink.reject(&error),
        }
    }
}

/// Lines as payloads: NDJSON as most code frames it.
pub(super) struct JsonLines {
    rest: Vec<u8>,
}

impl<'s> Framer<'s> for JsonLines {
    fn new() -> Self {
        Self { rest: Vec::new() }
    }

    fn feed(&mut self, mut input: &'s [u8], mut each: impl FnMut(Payload<'_>)) {
        while let Some(end) = memchr::memchr(b'\n', input) {
            let (line, after) = input.split_at(end);
            input = &after[1..];
            if self.rest.is_empty() {
                each(Payload::unchecked(line));
            } else {
                self.rest.extend_from_slice(line);
                each(Payload::unchecked(&self.rest));
                self.rest.clear();
            }
        }
        self.rest.extend_from_slice(input);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConverseDelta {
    #[allow(dead_code)]
    content_block_index: u32,
    delta: ConversePiece,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConversePiece {
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConverseStop {
    stop_reason: String,
}

#[derive(Deserialize)]
struct ConverseMetadata {
    usage: ConverseUsage,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConverseUsage {
    input_tokens: u64,
    output_tokens: u64,
    total_tokens: u64,
}

/// aws-smithy-eventstream, then serde_json into the events of Converse.
pub(super) struct Smithy {
    decoder: MessageFrameDecoder,
    buffer: BytesMut,
}

impl Smithy {
    fn read<S: Sink>(event: &str, payload: &[u8], sink: &mut S) -> serde_json::Result<()> {
        match event {
            "contentBlockDelta" => {
                let event: ConverseDelta = serde_json::from_slice(payload)?;
                sink.text(0, event.delta.text.as_deref().unwrap_or_default());
            }
            "messageStop" => sink.finish(0, &serde_json::from_slice::<ConverseStop>(payload)?.stop_reason),
            "metadata" => {
                let usage = serde_json::from_slice::<ConverseMetadata>(payload)?.usage;
                sink.usage([usage.input_tokens, usage.output_tokens, usage.total_tokens]);
            }
            _ => {}
        }
        Ok(())
    }
}

impl<'s> Stack<'s> for Smithy {
    fn new() -> Self {
        Self { decoder: MessageFrameDecoder::new(), buffer: BytesMut::new() }
    }

    fn feed<S: Sink>(&mut self, input: &'s [u8], sink: &mut S) {
        self.buffer.extend_from_slice(input);
        while self.buffer.has_remaining() {
            match self.decoder.decode_frame(&mut self.buffer) {
                Ok(DecodedFrame::Complete(message)) => match parse_response_headers(&message) {
                    Ok(headers) => {
                        if let Err(error) = Self::read(headers.smithy_type.as_str(), message.payload(), sink)
                        {
                            sink.reject(&error);
                        }
                    }
                    Err(error) => sink.reject(&error),
                },
                Ok(DecodedFrame::Incomplete) => break,
                Err(error) => return sink.reject(&error),
            }
        }
    }
}
