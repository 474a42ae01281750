//! The documents that this crate began with: what their streams must give.

use super::support::{Run, options, run_whole, stream};
use crate::{Delta, Usage};

fn decoded(name: &str) -> Run {
    let stream = stream(name);
    run_whole(&stream.options(), &stream.bytes)
}

fn usage(run: &Run) -> [Option<u64>; 3] {
    let Usage { input, output, total, .. } = run.completion().usage.unwrap();
    [input, output, total]
}

fn text(run: &Run) -> String {
    run.completion().choices[&0].text.clone()
}

/// The finish reason, told once.
fn finish(run: &Run) -> Option<String> {
    let told = run.deltas().filter(|delta| matches!(delta, Delta::Finish { .. })).count();
    let finish = run.completion().choices[&0].finish.clone().map(|finish| finish.raw);
    assert_eq!(told, usize::from(finish.is_some()), "finish deltas");
    finish
}

fn assert_clean(run: &Run) {
    assert_eq!((run.errors().count(), run.ending.peer_errors(), run.ending.is_truncated()), (0, 0, false));
}

#[test]
fn infly() {
    let run = decoded("infly/inf-chat-v1.sse");
    assert_clean(&run);
    assert_eq!(text(&run), "Hello! I am 光语慧言! How can I assist you today?");
    assert_eq!(finish(&run).as_deref(), Some("stop"));
    assert_eq!(usage(&run), [Some(10), Some(17), Some(27)]);
    assert!(run.ending.done());
}

#[test]
fn qwen_mt_in_pieces() {
    let run = decoded("qwen-mt/flash.ndjson");
    assert_clean(&run);
    assert_eq!(text(&run), "I didn't laugh after watching this video.");
    assert_eq!(finish(&run).as_deref(), Some("stop"));
    assert_eq!(usage(&run), [Some(56), Some(9), Some(65)]);
}

#[test]
fn qwen_mt_cumulative() {
    let run = decoded("qwen-mt/plus.ndjson");
    assert_clean(&run);
    assert_eq!(text(&run), "I didn’t laugh after watching this video.");
    assert_eq!(finish(&run).as_deref(), Some("stop"));
    assert_eq!(usage(&run), [Some(56), Some(9), Some(65)]);
}

#[test]
fn stepfun() {
    let run = decoded("stepfun/step-1-8k.sse");
    let text = text(&run);
    assert!(text.starts_with("您好!阶跃") && text.ends_with("更多的价值。"), "{text}");
    assert_eq!(finish(&run).as_deref(), Some("stop"));
    assert_eq!(usage(&run), [Some(83), Some(150), Some(233)]);
    assert_eq!(run.errors().count(), 0);
}

/// Of 113 `data:` lines 35 are JSON (two of them the stream of `text.sse`), one is the end marker, 77 are damaged.
#[test]
fn lm_gateway_valid() {
    for (name, events) in [("lm-gateway/valid.sse", 34), ("lm-gateway/text.sse", 3)] {
        let run = decoded(name);
        assert_eq!(
            (run.errors().count(), run.ending.peer_errors(), run.ending.events()),
            (0, 0, events),
            "{name}"
        );
        assert!(!text(&run).is_empty() && run.ending.done());
    }
}

/// Each damaged line is one error at its offset, but for five whose value is whole and only followed by text.
#[test]
fn lm_gateway_damaged() {
    let run = decoded("lm-gateway/damaged.sse");
    let bytes = stream("lm-gateway/damaged.sse").bytes;
    assert_eq!((run.ending.events(), run.errors().count()), (77, 72));
    let offsets: Vec<_> = run.errors().map(|error| usize::try_from(error.offset()).unwrap()).collect();
    assert!(offsets.is_sorted_by(|one, next| one < next));
    assert!(offsets.iter().all(|at| bytes[*at..].starts_with(b"data:")), "an error points at its event");
}

/// With repair every content that is whole comes out, and nothing else.
#[test]
fn lm_gateway_repaired() {
    let bytes = stream("lm-gateway/damaged.sse").bytes;
    let run = run_whole(&options("--repair --think off"), &bytes);
    let contents = whole_contents(std::str::from_utf8(&bytes).unwrap());
    assert!(contents.len() >= 66, "{}", contents.len());
    let texts = run.deltas().filter_map(|delta| match delta {
        Delta::Text { text, .. } => Some(text.to_owned()),
        _ => None,
    });
    let told: Vec<_> = texts.collect();
    let expected: Vec<_> = contents.into_iter().filter(|content| !content.is_empty()).collect();
    assert_eq!(told, expected);
}

/// The contents that have both their quotes, event by event; a raw line break is the page's, not the text's.
fn whole_contents(stream: &str) -> Vec<String> {
    let content = |event: &str| {
        let event = event.replace('\n', "");
        let after = event.split_once("\"content\":")?.1.trim_start();
        let mut strings = serde_json::Deserializer::from_str(after).into_iter::<String>();
        strings.next()?.ok()
    };
    stream.split("\n\n").filter_map(content).collect()
}

/// The last chunk holds a comment inside the JSON: one bad event.
#[test]
fn siliconflow() {
    let run = decoded("siliconflow/qwen2.5-7b.sse");
    assert_eq!(text(&run), "你好！有什么问题或者需要帮助的吗？");
    assert_eq!(run.errors().count(), 1);
    assert_eq!(finish(&run), None);
    assert_eq!(usage(&run), [Some(30), Some(10), Some(40)]);
}

#[test]
fn siliconflow_repaired() {
    let run = decoded("siliconflow/qwen2.5-7b-repaired.sse");
    assert_clean(&run);
    assert_eq!(finish(&run).as_deref(), Some("stop"));
}

/// Empty roles and finish reasons are absence, and so is empty text.
#[test]
fn stepfun_says_nothing_with_nothing() {
    for delta in decoded("stepfun/step-1-8k.sse").deltas() {
        match delta {
            Delta::Role { role, .. } => assert_eq!(role, "assistant"),
            Delta::Text { text, .. } => assert!(!text.is_empty()),
            _ => {}
        }
    }
}
