//! The documents that this crate began with: what their streams must give.

use super::support::{Run, run_whole, stream};
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

/// Of 113 `data:` lines 35 are JSON and one is the end marker; each of the others is damaged, five of them behind a
/// whole value, which is delivered.
#[test]
fn lm_gateway() {
    let damaged = stream("lm-gateway/damaged.sse");
    let valid = decoded("lm-gateway/valid.sse");
    assert_eq!((valid.errors().count(), valid.ending.peer_errors()), (0, 0));
    let run = run_whole(&damaged.options(), &damaged.bytes);
    let mut last = None;
    for error in run.errors() {
        assert!(last < Some(error.offset()), "offsets go up");
        last = Some(error.offset());
        let at = usize::try_from(error.offset()).unwrap();
        assert!(damaged.bytes[at..].starts_with(b"data:"), "an error points at its event");
    }
    let line = |line: &&[u8]| line.starts_with(b"data:");
    let lines = damaged.bytes.split(|byte| *byte == b'\n').filter(line).count();
    println!("{lines} lines, {} events, {} errors", run.ending.events(), run.errors().count());
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
