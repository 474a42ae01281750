//! Tool calls in OpenAI's spelling.

use super::{Workload, Writer, chat::Head, words::Json};
use crate::sink::Sink as _;

struct Calls {
    writer: Writer,
    head: Head,
}

impl Calls {
    fn new(name: &'static str, seed: u64) -> Self {
        let mut writer = Writer::new(name, seed);
        let head = Head::new(&mut writer.words);
        head.role(&mut writer, 0);
        Self { writer, head }
    }

    fn start(&mut self, slot: u32) {
        let (id, name) = (self.writer.words.id(24), format!("look_up_{}", self.writer.words.word()));
        let delta = format_args!(
            r#""tool_calls":[{{"index":{slot},"id":"call_{id}","type":"function","function":{{"name":"{name}","arguments":""}}}}]"#
        );
        self.head.choice(&mut self.writer, 0, delta, "null");
        self.writer.answer().call(0, slot, &name);
    }

    fn fragment(&mut self, slot: u32, fragment: &str) {
        let json = Json(fragment);
        let delta = format_args!(r#""tool_calls":[{{"index":{slot},"function":{{"arguments":"{json}"}}}}]"#);
        self.head.choice(&mut self.writer, 0, delta, "null");
        self.writer.answer().arguments(0, slot, fragment);
    }

    /// A word of the argument, without what would need an escape twice over.
    fn word(&mut self, slot: u32) {
        let word = format!(" {}", self.writer.words.word());
        self.fragment(slot, &word);
    }

    fn done(mut self, events: usize) -> Workload {
        self.head.finish(&mut self.writer, 0, "tool_calls");
        self.head.usage(&mut self.writer, events);
        self.writer.done()
    }
}

const OPEN: &str = "{\"query\":\"";
const CLOSE: &str = "\"}";

/// Four calls, one after the other.
pub(super) fn tool_calls(seed: u64, events: usize) -> Workload {
    let mut calls = Calls::new("tool_calls", seed);
    for slot in 0..4 {
        calls.start(slot);
        calls.fragment(slot, OPEN);
        (0..events / 4).for_each(|_| calls.word(slot));
        calls.fragment(slot, CLOSE);
    }
    calls.done(events)
}

/// Four calls, a fragment of each in turn.
pub(super) fn parallel_tool_calls(seed: u64, events: usize) -> Workload {
    let mut calls = Calls::new("parallel_tool_calls", seed);
    (0..4).for_each(|slot| calls.start(slot));
    (0..4).for_each(|slot| calls.fragment(slot, OPEN));
    (0..4).cycle().take(events).for_each(|slot| calls.word(slot));
    (0..4).for_each(|slot| calls.fragment(slot, CLOSE));
    calls.done(events)
}

/// One call that writes a file: a program with comments, escaped once as the argument and once more on the wire.
pub(super) fn tool_arguments(seed: u64, events: usize) -> Workload {
    let mut calls = Calls::new("tool_arguments", seed);
    calls.start(0);
    calls.fragment(0, "{\"text\":\"");
    for _ in 0..events {
        let token = calls.writer.words.mix();
        calls.fragment(0, &Json(&token).to_string());
    }
    calls.fragment(0, CLOSE);
    calls.done(events)
}
