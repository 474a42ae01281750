//! What a run looks like in a golden: one line a delta as the command prints it, `!` an error, `=` the ending.
//!
//! Written by hand, not by serde: the feature may be off, and a golden must not follow a change of attributes unseen.

use std::fmt::Write;

use super::support::{Run, Told, facts};
use crate::Delta;

/// The golden's body.
pub(super) fn body(run: &Run) -> String {
    let mut out = String::new();
    for told in &run.told {
        match told {
            Told::Delta(delta) => writeln!(out, "{}", line(&delta.as_delta())),
            Told::Error(error) => writeln!(out, "! {} {}", error.offset(), error.kind()),
        }
        .unwrap();
    }
    writeln!(out, "= {}", facts(&run.ending)).unwrap();
    out
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// The JSON text of one delta, member by member.
pub(super) fn line(delta: &Delta<'_>) -> String {
    let mut object = Object(format!("{{\"type\":\"{}\"", delta.kind_name()));
    match *delta {
        Delta::Start { id, model, created } => {
            object.some_text("id", id).some_text("model", model).some_number("created", created)
        }
        Delta::Role { choice, role } => object.number("choice", choice).text("role", role),
        Delta::Text { choice, text }
        | Delta::Reasoning { choice, text }
        | Delta::Refusal { choice, text } => object.number("choice", choice).text("text", text),
        Delta::ReasoningOpaque { choice, kind, data } => {
            object.number("choice", choice).text("kind", kind.as_str()).text("data", data)
        }
        Delta::ToolCallStart { choice, slot, id, name }
        | Delta::ToolCallUpdate { choice, slot, id, name } => {
            object.number("choice", choice).number("slot", slot).some_text("id", id).some_text("name", name)
        }
        Delta::ToolCallArguments { choice, slot, fragment } => {
            object.number("choice", choice).number("slot", slot).text("fragment", fragment)
        }
        Delta::ToolCallEnd { choice, slot } => object.number("choice", choice).number("slot", slot),
        Delta::Part { choice, part, kind } => {
            object.number("choice", choice).number("part", part).text("kind", kind.as_str())
        }
        Delta::Restart { choice } => object.number("choice", choice),
        Delta::Extra { choice, kind, name, json } => {
            let object = object.some_number("choice", choice.map(u64::from));
            object.text("kind", kind.as_str()).text("name", name).text("json", json)
        }
        Delta::Finish { choice, reason, raw, saw_tool_calls } => object
            .number("choice", choice)
            .text("reason", reason.as_str())
            .text("raw", raw)
            .json("saw_tool_calls", if saw_tool_calls { "true" } else { "false" }),
        Delta::Usage(usage) => object
            .some_number("input", usage.input)
            .some_number("output", usage.output)
            .some_number("total", usage.total)
            .some_number("cached_input", usage.cached_input)
            .some_number("cache_write", usage.cache_write)
            .some_number("reasoning", usage.reasoning),
        Delta::PeerError { code, kind, message, json } => {
            object.some_text("code", code).some_text("kind", kind).text("message", message).text("json", json)
        }
        Delta::Keepalive => &mut object,
        Delta::Unknown { event, payload } => object.text("event", event).text("payload", payload),
        Delta::Done { marker } => object.text("marker", marker),
    };
    object.0 + "}"
}

/// A JSON object being written.
struct Object(String);

impl Object {
    fn json(&mut self, name: &str, json: &str) -> &mut Self {
        write!(self.0, ",\"{name}\":{json}").unwrap();
        self
    }

    fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.json(name, &quoted(text))
    }

    fn some_text(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    fn number(&mut self, name: &str, number: u32) -> &mut Self {
        self.json(name, &number.to_string())
    }

    fn some_number(&mut self, name: &str, number: Option<u64>) -> &mut Self {
        match number {
            Some(number) => self.json(name, &number.to_string()),
            None => self,
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn lines_are_what_serde_writes() {
    for stream in super::support::corpus() {
        for delta in super::support::run_whole(&stream.options(), &stream.bytes).deltas() {
            assert_eq!(line(&delta), serde_json::to_string(&delta).unwrap(), "{}", stream.name);
        }
    }
}
