//! Other services, each in its own spelling.

use super::{
    Workload, Writer,
    words::{Ascii, Json},
};
use crate::sink::Sink as _;

/// StepFun: empty role and finish reason, usage in every chunk (seed 002).
pub(super) fn stepfun_usage(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("stepfun_usage", seed);
    let id = writer.words.hex(32);
    let event = |writer: &mut Writer, token: &str, finish: &str, output: usize| {
        writer.event(format_args!(
            r#"{{"id":"{id}","object":"chat.completion.chunk","created":1709899323,"model":"step-1-8k","choices":[{{"index":0,"delta":{{"role":"","content":"{}"}},"finish_reason":"{finish}"}}],"usage":{{"prompt_tokens":83,"completion_tokens":{output},"total_tokens":{}}}}}"#,
            Json(token),
            output + 83
        ));
        writer.answer().text(0, token);
        writer.answer().finish(0, finish);
        writer.answer().usage([83, output as u64, output as u64 + 83]);
    };
    for output in 1..=events {
        let token = writer.words.han();
        event(&mut writer, &token, "", output);
    }
    event(&mut writer, "", "stop", events);
    writer.done()
}

/// InfLy: no space after the colon, no blank lines, usage in every chunk (seed 000).
pub(super) fn infly_usage(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("infly_usage", seed);
    let id = writer.words.hex(32);
    let line = |writer: &mut Writer, delta: String, finish: &str, output: usize, input: usize| {
        let total = output + input;
        writer.line(format_args!(
            r#"{{"id": "{id}", "object": "chat.completion.chunk", "created": 1724907803, "model": "inf-chat-v1", "choices": [{{"index": 0, "delta": {{{delta}}}{finish}}}], "usage": {{"completion_tokens": {output}, "prompt_tokens": {input}, "total_tokens": {total}}}}}"#
        ));
        writer.answer().usage([input as u64, output as u64, total as u64]);
    };
    line(&mut writer, r#""role": "assistant""#.to_owned(), "", 0, 0);
    for output in 1..=events {
        let token = writer.words.token();
        line(&mut writer, format!(r#""content": "{}""#, Json(&token)), "", output, 10);
        writer.answer().text(0, &token);
    }
    line(&mut writer, r#""content": """#.to_owned(), r#", "finish_reason": "stop""#, events + 1, 10);
    writer.answer().finish(0, "stop");
    writer.done()
}

/// A chunk of a Python gateway: spaces, and ASCII when `ascii`.
fn python(writer: &mut Writer, id: &str, token: &str, ascii: bool, finish: &str) {
    let content = if ascii { Ascii(token).to_string() } else { Json(token).to_string() };
    writer.event(format_args!(
        r#"{{"id": "{id}", "object": "chat.completion.chunk", "created": 1733410921, "model": "glm-4-plus", "choices": [{{"index": 0, "delta": {{"role": "assistant", "content": "{content}"}}, "finish_reason": {finish}}}]}}"#
    ));
    writer.answer().text(0, token);
}

fn cjk(name: &'static str, seed: u64, events: usize, ascii: bool) -> Workload {
    let mut writer = Writer::new(name, seed);
    let id = writer.words.hex(24);
    for _ in 0..events {
        let token = writer.words.han();
        python(&mut writer, &id, &token, ascii, "null");
    }
    python(&mut writer, &id, "", ascii, r#""stop""#);
    writer.answer().finish(0, "stop");
    writer.done()
}

/// Chinese text in `\u` escapes.
pub(super) fn cjk_escaped(seed: u64, events: usize) -> Workload {
    cjk("cjk_escaped", seed, events, true)
}

/// Chinese text in UTF-8.
pub(super) fn cjk_raw(seed: u64, events: usize) -> Workload {
    cjk("cjk_raw", seed, events, false)
}

/// DeepSeek: `reasoning_content` beside a null content, then the reverse.
pub(super) fn reasoning(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("reasoning", seed);
    let (id, fingerprint) = (writer.words.hex(32), writer.words.hex(10));
    let event = |writer: &mut Writer, delta: String, finish: &str, usage: &str| {
        writer.event(format_args!(
            r#"{{"id":"{id}","object":"chat.completion.chunk","created":1738960610,"model":"deepseek-reasoner","system_fingerprint":"fp_{fingerprint}_prod","choices":[{{"index":0,"delta":{{{delta}}},"logprobs":null,"finish_reason":{finish}}}]{usage}}}"#
        ));
    };
    event(&mut writer, r#""role":"assistant","content":null,"reasoning_content":"""#.to_owned(), "null", "");
    for at in 0..events {
        let token = writer.words.token();
        if at < events / 3 {
            event(
                &mut writer,
                format!(r#""content":null,"reasoning_content":"{}""#, Json(&token)),
                "null",
                "",
            );
            writer.answer().reasoning(0, &token);
        } else {
            event(
                &mut writer,
                format!(r#""content":"{}","reasoning_content":null"#, Json(&token)),
                "null",
                "",
            );
            writer.answer().text(0, &token);
        }
    }
    let usage = format!(
        r#","usage":{{"prompt_tokens":12,"completion_tokens":{events},"total_tokens":{}}}"#,
        events + 12
    );
    event(&mut writer, r#""content":"","reasoning_content":null"#.to_owned(), r#""stop""#, &usage);
    writer.answer().finish(0, "stop");
    writer.answer().usage([12, events as u64, events as u64 + 12]);
    writer.done()
}

/// vLLM without a reasoning parser: tags in the content, cut across events.
pub(super) fn think_tags(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("think_tags", seed);
    let id = writer.words.hex(32);
    let event = |writer: &mut Writer, token: &str, finish: &str| {
        writer.event(format_args!(
            r#"{{"id":"chatcmpl-{id}","object":"chat.completion.chunk","created":1739351221,"model":"DeepSeek-R1-Distill-Qwen-32B","choices":[{{"index":0,"delta":{{"content":"{}"}},"logprobs":null,"finish_reason":{finish}}}]}}"#,
            Json(token)
        ));
    };
    ["<th", "ink>"].iter().for_each(|tag| event(&mut writer, tag, "null"));
    for at in 0..events {
        let token = writer.words.token();
        // White space beside a closing tag is the reader's to keep or drop: none here.
        let token = if at == events / 2 || at + 1 == events / 2 { "so".to_owned() } else { token };
        if at == events / 2 {
            ["</th", "ink>"].iter().for_each(|tag| event(&mut writer, tag, "null"));
        }
        event(&mut writer, &token, "null");
        if at < events / 2 {
            writer.answer().reasoning(0, &token);
        } else {
            writer.answer().text(0, &token);
        }
    }
    event(&mut writer, "", r#""stop""#);
    writer.answer().finish(0, "stop");
    writer.done()
}

/// qwen-mt-plus: every chunk repeats all the text so far (seed 001). A fifth of the events: bytes grow as their square.
pub(super) fn cumulative(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("cumulative", seed);
    let id = writer.words.hex(32);
    let mut all = String::new();
    let event = |writer: &mut Writer, all: &str, finish: &str| {
        writer.event(format_args!(
            r#"{{"id":"chatcmpl-{id}","choices":[{{"delta":{{"content":"{}","function_call":null,"refusal":null,"role":null,"tool_calls":null}},"finish_reason":{finish},"index":0,"logprobs":null}}],"created":1762346453,"model":"qwen-mt-plus","object":"chat.completion.chunk","service_tier":null,"system_fingerprint":null,"usage":null}}"#,
            Json(all)
        ));
    };
    for _ in 0..events / 5 {
        let token = writer.words.token();
        all.push_str(&token);
        event(&mut writer, &all, "null");
        writer.answer().text(0, &token);
    }
    event(&mut writer, &all, r#""stop""#);
    writer.answer().finish(0, "stop");
    writer.done()
}
