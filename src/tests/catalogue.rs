//! What the catalogue of dialects says of a stream, judged on the folded answer: the `# expect:` line of its golden.
//!
//! The lines are written from the rules and the stream, never blessed. Keys that are absent are not judged: `text`,
//! `reasoning`, `refusal` of choice 0; `tools` as `[id, name, arguments]` (`*`: any id, empty: none; `~`: none or `{}`;
//! arguments that are JSON are compared as JSON); `finish`; `usage` as `[input, output]`; `n`: the text of further
//! choices by index; `finishes`: how many finish deltas; `err`: whether something is reported; `errors` as the peer's
//! `[code, kind, message]`.

use serde_json::{Value, json};

use super::support::{Run, Stream, corpus, run_whole};
use crate::completion::{Choice, ToolCall};
use crate::{Completion, Delta};

/// The same facts of a run.
struct Facts {
    run: Run,
    completion: Completion,
    choice: Choice,
}

impl Facts {
    fn of(stream: &Stream) -> Self {
        let run = run_whole(&stream.options(), &stream.bytes);
        let completion = run.completion();
        let choice = completion.choices.get(&0).cloned().unwrap_or_default();
        Self { run, completion, choice }
    }

    fn get(&self, key: &str) -> Value {
        let Choice { text, reasoning, refusal, .. } = &self.choice;
        match key {
            "text" => json!(text),
            "reasoning" => json!(reasoning),
            "refusal" => json!(refusal),
            "tools" => self.choice.tool_calls.values().map(call).collect(),
            "finish" => json!(self.choice.finish_reason().map(|reason| reason.as_str())),
            "usage" => json!(self.completion.usage.map(|usage| [usage.input, usage.output])),
            "n" => {
                let further = self.completion.choices.iter().filter(|(index, _)| **index > 0);
                further.map(|(index, choice)| (index.to_string(), json!(choice.text))).collect()
            }
            "finishes" => {
                json!(self.run.deltas().filter(|delta| matches!(delta, Delta::Finish { .. })).count())
            }
            "err" => json!(self.is_reported()),
            "errors" => {
                let errors = self.completion.errors.iter();
                errors
                    .map(|error| {
                        json!([
                            error.code.as_deref().unwrap_or(""),
                            error.kind.as_deref().unwrap_or(""),
                            error.message
                        ])
                    })
                    .collect()
            }
            _ => panic!("unknown key {key}"),
        }
    }

    /// Whether the command's exit status would not be 0.
    fn is_reported(&self) -> bool {
        let ending = &self.run.ending;
        ending.errors() + ending.peer_errors() > 0 || ending.is_truncated() || ending.events() == 0
    }
}

fn call(call: &ToolCall) -> Value {
    json!([call.id.as_deref().unwrap_or(""), call.name, call.arguments])
}

fn agrees(key: &str, expected: &Value, told: &Value) -> bool {
    let (Value::Array(expected), Value::Array(told), "tools") = (expected, told, key) else {
        return expected == told;
    };
    expected.len() == told.len()
        && expected.iter().zip(told).all(|(expected, told)| same_call(expected, told))
}

fn same_call(expected: &Value, told: &Value) -> bool {
    let json = |value: &Value| serde_json::from_str::<Value>(value.as_str().unwrap());
    let (expected_arguments, arguments) = (&expected[2], &told[2]);
    let same = match (json(expected_arguments), json(arguments)) {
        _ if expected_arguments == "~" => arguments == "" || arguments == "{}",
        (Ok(expected), Ok(told)) => expected == told,
        _ => expected_arguments == arguments,
    };
    same && (expected[0] == "*" || expected[0] == told[0]) && expected[1] == told[1]
}

#[test]
fn streams_fold_to_what_the_catalogue_says() {
    let mut wrong = Vec::new();
    for stream in corpus() {
        let Some(expect) = stream.says("expect") else { continue };
        let expect: Value =
            serde_json::from_str(expect).unwrap_or_else(|error| panic!("{}: {error}", stream.name));
        let facts = Facts::of(&stream);
        for (key, expected) in expect.as_object().unwrap() {
            let told = facts.get(key);
            if !agrees(key, expected, &told) {
                wrong.push(format!("corpus/{}: {key} is {told}, not {expected}", stream.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_of_the_catalogue_is_judged() {
    let judged: Vec<_> = corpus().into_iter().filter(|stream| stream.says("expect").is_some()).collect();
    let shows = |row: &str| {
        judged.iter().any(|stream| {
            stream.says("shows").is_some_and(|shows| shows.split(", ").any(|shown| shown == row))
        })
    };
    let rows = (1..=155).map(|row| format!("Q{row:02}")).chain(["Q16b".to_owned()]);
    let missing: Vec<_> = rows.filter(|row| !shows(row)).collect();
    assert!(missing.is_empty(), "no expectation for {missing:?}");
}
