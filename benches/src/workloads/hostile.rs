//! Streams that work against their reader.

use super::{Workload, Writer, chat::Head, words::Json};
use crate::sink::Sink as _;

/// Three comments before every event.
pub(super) fn keepalives(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("keepalives", seed);
    let head = Head::new(&mut writer.words);
    head.role(&mut writer, 0);
    for _ in 0..events {
        (0..3).for_each(|_| writer.block(": OPENROUTER PROCESSING\n\n"));
        let token = writer.words.token();
        head.text(&mut writer, 0, &token);
    }
    head.finish(&mut writer, 0, "stop");
    writer.done()
}

/// One event of 2 KiB for each event asked for: 4 MiB in the benches.
pub(super) fn long_line(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("long_line", seed);
    let head = Head::new(&mut writer.words);
    head.role(&mut writer, 0);
    let size = events << 11;
    let mut text = String::with_capacity(size + 64);
    while text.len() < size {
        text.push_str(&writer.words.token());
    }
    head.text(&mut writer, 0, &text);
    head.finish(&mut writer, 0, "stop");
    writer.done()
}

/// Every tenth event is no JSON.
pub(super) fn malformed_tenth(seed: u64, events: usize) -> Workload {
    const BROKEN: [&str; 3] = [
        r#"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"lost"#,
        r#"{"id":"chatcmpl-1",,"choices":[{"index":0,"delta":{"content":"lost"}}]}"#,
        r#"{"id":chatcmpl,"choices":[{"index":0,"delta":{"content":"lost"}}]}"#,
    ];
    let mut writer = Writer::new("malformed_tenth", seed);
    let head = Head::new(&mut writer.words);
    head.role(&mut writer, 0);
    for at in 0..events {
        let token = writer.words.token();
        if at % 10 == 9 {
            writer.event(format_args!("{}", BROKEN[at / 10 % BROKEN.len()]));
            writer.answer().reject(&"");
        } else {
            head.text(&mut writer, 0, &token);
        }
    }
    head.finish(&mut writer, 0, "stop");
    writer.done()
}

/// An event that equals the one before it up to its last bytes, and then has something that only a literal can be: a
/// new key, another order, another number of spaces.
fn stray(writer: &mut Writer, head: &Head, at: usize) {
    let token = writer.words.token();
    let (padding, spaces) = (writer.words.id(9), " ".repeat(at / 4 % 61));
    let tail = match at % 4 {
        0 | 2 => format!(r#""usage":null,"obfuscation":"{padding}","p{at}":1"#),
        1 => format!(r#""usage":null,"p{at}":null,"obfuscation":"{padding}""#),
        _ => format!(r#""usage":null{spaces},"obfuscation":"{padding}","p{at}":[]"#),
    };
    let content = Json(&token);
    writer.event(format_args!(
        r#"{head}"choices":[{{"index":0,"delta":{{"content":"{content}"}},"logprobs":null,"finish_reason":null}}],{tail}}}"#
    ));
    writer.answer().text(0, &token);
}

/// No event has the shape of any event before it, and each shows it as late as it can.
pub(super) fn every_shape_misses(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("hostile", seed);
    let head = Head::new(&mut writer.words);
    head.role(&mut writer, 0);
    (0..events).for_each(|at| stray(&mut writer, &head, at));
    head.finish(&mut writer, 0, "stop");
    writer.done()
}

/// The same, with one event in eight that repeats an old shape: hits to earn back what the misses cost.
pub(super) fn baited_misses(seed: u64, events: usize) -> Workload {
    let mut writer = Writer::new("hostile_bait", seed);
    let head = Head::new(&mut writer.words);
    head.role(&mut writer, 0);
    for at in 0..events {
        if at % 8 == 0 {
            let token = writer.words.token();
            head.text(&mut writer, 0, &token);
        } else {
            stray(&mut writer, &head, at);
        }
    }
    head.finish(&mut writer, 0, "stop");
    writer.done()
}
