//! Text on the wires that are not chat, as each service writes it.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};

use super::{
    Workload, Writer,
    words::{Google, Json, Pick, Words},
};
use crate::sink::Sink as _;

/// Anthropic's Messages: plain text, no ping, no padding.
pub(super) fn messages(seed: u64, events: usize) -> Workload {
    messages_of("messages_text", Words::token, false, seed, events)
}

/// Anthropic's Messages as they really come: spaces of varying number before an event's last brace, a ping.
pub(super) fn messages_mix(seed: u64, events: usize) -> Workload {
    messages_of("messages_mix", Words::mix, true, seed, events)
}

fn messages_of(name: &'static str, pick: Pick, padded: bool, seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new(name, seed);
    let id = writer.words.id(24);
    writer.named_event(
        "message_start",
        format_args!(
            r#"{{"type":"message_start","message":{{"id":"msg_{id}","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[],"stop_reason":null,"stop_sequence":null,"usage":{{"input_tokens":25,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}}}}"#
        ),
    );
    writer.named_event(
        "content_block_start",
        format_args!(
            r#"{{"type":"content_block_start","index":0,"content_block":{{"type":"text","text":""}}}}"#
        ),
    );
    if padded {
        writer.named_event("ping", format_args!(r#"{{"type": "ping"}}"#));
    }
    for _ in 0..events {
        let token = pick(&mut writer.words);
        let padding = if padded { writer.words.below(16) } else { 0 };
        writer.named_event(
            "content_block_delta",
            format_args!(
                r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{}"}}{:padding$}}}"#,
                Json(&token),
                ""
            ),
        );
        writer.answer().text(0, &token);
    }
    writer.named_event("content_block_stop", format_args!(r#"{{"type":"content_block_stop","index":0}}"#));
    writer.named_event(
        "message_delta",
        format_args!(
            r#"{{"type":"message_delta","delta":{{"stop_reason":"end_turn","stop_sequence":null}},"usage":{{"output_tokens":{events}}}}}"#
        ),
    );
    writer.named_event("message_stop", format_args!(r#"{{"type":"message_stop"}}"#));
    writer.answer().finish(0, "end_turn");
    writer.answer().usage([25, events as u64, 0]);
    writer.workload
}

/// OpenAI's Responses: plain text.
pub(super) fn responses(seed: u64, events: usize) -> Workload {
    responses_of("responses_text", Words::token, seed, events)
}

/// OpenAI's Responses: text as it really comes.
pub(super) fn responses_mix(seed: u64, events: usize) -> Workload {
    responses_of("responses_mix", Words::mix, seed, events)
}

/// With the repeats that end an item.
fn responses_of(name: &'static str, pick: Pick, seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new(name, seed);
    let (id, item) = (writer.words.hex(48), writer.words.hex(48));
    let response = |status: &str, output: &str, usage: &str| {
        format!(
            r#"{{"id":"resp_{id}","object":"response","created_at":1754000000,"status":"{status}","model":"gpt-4.1-2025-04-14","output":[{output}],"parallel_tool_calls":true,"tools":[],"usage":{usage}}}"#
        )
    };
    let message = |status: &str, content: &str| {
        format!(
            r#"{{"id":"msg_{item}","type":"message","status":"{status}","role":"assistant","content":[{content}]}}"#
        )
    };
    let mut number = 0;
    let mut event = |writer: &mut Writer, name: &str, rest: std::fmt::Arguments<'_>| {
        writer.named_event(name, format_args!(r#"{{"type":"{name}","sequence_number":{number},{rest}}}"#));
        number += 1;
    };
    let place = format!(r#""item_id":"msg_{item}","output_index":0,"content_index":0"#);
    let part = |text: &str| {
        format!(r#"{{"type":"output_text","annotations":[],"logprobs":[],"text":"{}"}}"#, Json(text))
    };
    let begun = response("in_progress", "", "null");
    event(&mut writer, "response.created", format_args!(r#""response":{begun}"#));
    event(&mut writer, "response.in_progress", format_args!(r#""response":{begun}"#));
    let opened = message("in_progress", "");
    event(&mut writer, "response.output_item.added", format_args!(r#""output_index":0,"item":{opened}"#));
    event(&mut writer, "response.content_part.added", format_args!(r#"{place},"part":{}"#, part("")));
    let mut text = String::new();
    for _ in 0..events {
        let token = pick(&mut writer.words);
        let padding = writer.words.below(14) + 2;
        let padding = writer.words.id(padding);
        event(
            &mut writer,
            "response.output_text.delta",
            format_args!(r#"{place},"delta":"{}","logprobs":[],"obfuscation":"{padding}""#, Json(&token)),
        );
        writer.answer().text(0, &token);
        text += &token;
    }
    event(
        &mut writer,
        "response.output_text.done",
        format_args!(r#"{place},"text":"{}","logprobs":[]"#, Json(&text)),
    );
    event(&mut writer, "response.content_part.done", format_args!(r#"{place},"part":{}"#, part(&text)));
    let closed = message("completed", &part(&text));
    event(&mut writer, "response.output_item.done", format_args!(r#""output_index":0,"item":{closed}"#));
    let usage = format!(
        r#"{{"input_tokens":31,"input_tokens_details":{{"cached_tokens":0}},"output_tokens":{events},"output_tokens_details":{{"reasoning_tokens":0}},"total_tokens":{}}}"#,
        events + 31
    );
    let ended = response("completed", &closed, &usage);
    event(&mut writer, "response.completed", format_args!(r#""response":{ended}"#));
    writer.answer().finish(0, "completed");
    writer.answer().usage([31, events as u64, events as u64 + 31]);
    writer.workload
}

/// Google's generateContent, a token of plain text in each chunk.
pub(super) fn generate_content(seed: u64, events: usize) -> Workload {
    generate_content_of("generate_content_text", Words::token, seed, events)
}

/// Google's generateContent as it really comes: some lines of text in each chunk.
pub(super) fn generate_content_mix(seed: u64, events: usize) -> Workload {
    let lines = |words: &mut Words| (0..8 + words.below(17)).map(|_| words.mix()).collect();
    generate_content_of("generate_content_mix", lines, seed, events)
}

/// With `alt=sse`: CR LF, usage in every chunk.
fn generate_content_of(name: &'static str, pick: Pick, seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new(name, seed);
    let id = writer.words.id(22);
    let event = |writer: &mut Writer, token: &str, finish: &str, output: usize| {
        let total = output + 8;
        let payload = format!(
            r#"{{"candidates": [{{"content": {{"parts": [{{"text": "{}"}}],"role": "model"}}{finish},"index": 0}}],"usageMetadata": {{"promptTokenCount": 8,"candidatesTokenCount": {output},"totalTokenCount": {total},"promptTokensDetails": [{{"modality": "TEXT","tokenCount": 8}}]}},"modelVersion": "gemini-2.5-flash","responseId": "{id}"}}"#,
            Google(token)
        );
        writer.workload.payloads += 1;
        writer.block(&format!("data: {payload}\r\n\r\n"));
        writer.answer().text(0, token);
        writer.answer().usage([8, output as u64, total as u64]);
    };
    for output in 1..=events {
        let token = pick(&mut writer.words);
        event(&mut writer, &token, "", output);
    }
    event(&mut writer, ".", r#","finishReason": "STOP""#, events + 1);
    writer.answer().finish(0, "STOP");
    writer.workload
}

/// Ollama's chat: a line for each piece, and the time of each.
pub(super) fn ollama(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("ollama_text", seed);
    let line = |writer: &mut Writer, token: &str, rest: std::fmt::Arguments<'_>| {
        let (second, nanos) = (writer.words.below(60), 100_000_000 + writer.words.below(899_999_999));
        let line = format!(
            r#"{{"model":"llama3.2","created_at":"2025-08-04T08:52:{second:02}.{nanos}Z","message":{{"role":"assistant","content":"{}"}},{rest}}}"#,
            Json(token)
        );
        writer.workload.payloads += 1;
        writer.block(&format!("{line}\n"));
    };
    for _ in 0..events {
        let token = writer.words.token();
        line(&mut writer, &token, format_args!(r#""done":false"#));
        writer.answer().text(0, &token);
    }
    line(
        &mut writer,
        "",
        format_args!(
            r#""done":true,"done_reason":"stop","total_duration":4883583458,"load_duration":1334875,"prompt_eval_count":26,"prompt_eval_duration":342546000,"eval_count":{events},"eval_duration":4535599000"#
        ),
    );
    writer.answer().finish(0, "stop");
    writer.answer().usage([26, events as u64, 0]);
    writer.workload
}

/// Amazon's Converse: messages of an event stream, padded.
pub(super) fn converse(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("converse_text", seed);
    let message = |writer: &mut Writer, name: &'static str, rest: std::fmt::Arguments<'_>| {
        const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let padding = &ALPHABET[..=writer.words.below(ALPHABET.len())];
        let payload = format!(r#"{{{rest},"p":"{padding}"}}"#);
        let header =
            |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
        let message = Message::new(payload.into_bytes())
            .add_header(header(":event-type", name))
            .add_header(header(":content-type", "application/json"))
            .add_header(header(":message-type", "event"));
        write_message_to(&message, &mut writer.workload.stream).expect("a message");
        writer.workload.ends.push(writer.workload.stream.len());
        writer.workload.payloads += 1;
    };
    message(&mut writer, "messageStart", format_args!(r#""role":"assistant""#));
    for _ in 0..events {
        let token = writer.words.token();
        message(
            &mut writer,
            "contentBlockDelta",
            format_args!(r#""contentBlockIndex":0,"delta":{{"text":"{}"}}"#, Json(&token)),
        );
        writer.answer().text(0, &token);
    }
    message(&mut writer, "contentBlockStop", format_args!(r#""contentBlockIndex":0"#));
    message(&mut writer, "messageStop", format_args!(r#""stopReason":"end_turn""#));
    message(
        &mut writer,
        "metadata",
        format_args!(
            r#""metrics":{{"latencyMs":2100}},"usage":{{"inputTokens":14,"outputTokens":{events},"totalTokens":{}}}"#,
            events + 14
        ),
    );
    writer.answer().finish(0, "end_turn");
    writer.answer().usage([14, events as u64, events as u64 + 14]);
    writer.workload
}
