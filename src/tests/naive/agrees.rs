//! The decoder says what the model says.

use super::super::generated::stream;
use super::super::support::{Run, Seeded, corpus, run_whole};
use super::talk::{Call, Choice};
use super::{Model, decode, json};
use crate::encode::EncodeOptions;
use crate::{Completion, Delta, OpaqueKind, Options, Wire, fuzzing};

const WIRES: &[Wire] =
    &[Wire::Chat, Wire::Messages, Wire::Responses, Wire::GenerateContent, Wire::Interactions, Wire::Converse];

/// What the decoder says otherwise; none if nothing, or if the model does not read it.
fn difference(model: &Model, run: &Run) -> Option<String> {
    let (talk, ending, folded) = (&model.talk, &run.ending, run.completion());
    let mut wrong = Vec::new();
    let mut same = |what: &str, model: String, decoder: String| {
        if model != decoder {
            wrong.push(format!("  {what}: the model {model}, the decoder {decoder}"));
        }
    };
    same("wire", format!("{:?}", model.wire), format!("{:?}", ending.wire()));
    same("id", format!("{:?}", talk.id), format!("{:?}", folded.id));
    same("model", format!("{:?}", talk.model), format!("{:?}", folded.model));
    same("created", format!("{:?}", talk.created), format!("{:?}", folded.created));
    let errors: Vec<_> = folded.errors.iter().map(|error| words(&error.message)).collect();
    let complaints: Vec<_> = talk.errors.iter().map(|error| words(error)).take(16).collect();
    same("errors", format!("{complaints:?}"), format!("{errors:?}"));
    same("error count", talk.errors.len().to_string(), ending.peer_errors().to_string());
    same("malformed", talk.malformed.to_string(), ending.errors().to_string());
    same("done", talk.done.to_string(), ending.done().to_string());
    same("truncated", talk.is_truncated().to_string(), ending.is_truncated().to_string());
    same("choices", talk.choices.len().to_string(), ending.choices().to_string());
    same("finished", talk.finished().to_string(), ending.finished_choices().to_string());
    same("open calls", talk.open_calls().to_string(), ending.open_tool_calls().to_string());
    let usage = folded.usage.unwrap_or_default();
    let usage =
        [usage.input, usage.output, usage.total, usage.cached_input, usage.cache_write, usage.reasoning];
    same("usage", format!("{:?}", talk.usage), format!("{usage:?}"));
    let (nothing, none) = (Choice::default(), crate::completion::Choice::default());
    let indices = talk.choices.keys().copied().chain(folded.choices.keys().map(|index| u64::from(*index)));
    for index in indices.collect::<std::collections::BTreeSet<_>>() {
        let ours = talk.choices.get(&index).unwrap_or(&nothing);
        let theirs = u32::try_from(index).ok().and_then(|index| folded.choices.get(&index)).unwrap_or(&none);
        let opaque: Vec<_> = run.deltas().filter_map(|delta| opaque(&delta, index)).collect();
        same("role", format!("{:?}", ours.role), format!("{:?}", theirs.role));
        same("text", format!("{:?}", json::joined(&ours.text)), format!("{:?}", theirs.text));
        same("reasoning", format!("{:?}", json::joined(&ours.reasoning)), format!("{:?}", theirs.reasoning));
        same("refusal", format!("{:?}", json::joined(&ours.refusal)), format!("{:?}", theirs.refusal));
        same("opaque", format!("{:?}", ours.opaque), format!("{opaque:?}"));
        let finish = theirs.finish.as_ref().map(|finish| (finish.reason, finish.raw.clone()));
        same("finish", format!("{:?}", ours.finish), format!("{finish:?}"));
        same("calls", ours.calls.len().to_string(), theirs.tool_calls.len().to_string());
        for (call, other) in ours.calls.iter().zip(theirs.tool_calls.values()) {
            let Call { id, name, arguments, .. } = call;
            same("call", format!("{id:?} {name}"), format!("{:?} {}", other.id, other.name));
            if !call.has_arguments(&other.arguments) {
                same("arguments", format!("{arguments:?}"), format!("{:?} ", other.arguments));
            }
        }
    }
    (!wrong.is_empty()).then(|| wrong.join("\n"))
}

/// A message; one that is JSON, without its white space.
fn words(message: &str) -> String {
    json::whole(message).map_or_else(|| message.trim().to_owned(), |value| value.to_string())
}

fn opaque(delta: &Delta<'_>, index: u64) -> Option<(OpaqueKind, String)> {
    match delta {
        Delta::ReasoningOpaque { choice, kind, data } if u64::from(*choice) == index => {
            Some((*kind, (*data).to_owned()))
        }
        _ => None,
    }
}

/// What a test has read, so that it does not come to read nothing.
struct Tally {
    read: [usize; WIRES.len()],
    beyond: usize,
    wrong: Vec<(usize, String)>,
}

impl Tally {
    const NONE: Self = Self { read: [0; WIRES.len()], beyond: 0, wrong: Vec::new() };

    fn read(&mut self, model: &Model, run: &Run, name: &str, bytes: &[u8]) {
        let wire = WIRES.iter().position(|wire| Some(*wire) == model.wire);
        self.read[wire.unwrap_or(0)] += 1;
        if let Some(difference) = difference(model, run) {
            let text = String::from_utf8_lossy(bytes);
            self.wrong.push((bytes.len(), format!("{name}\n{difference}\n{text}\n")));
        }
    }

    /// Fails with the shortest streams of which something else is said. `least`: how many streams of each of [`WIRES`] must
    /// have been read.
    fn judge(mut self, least: [usize; WIRES.len()]) {
        println!("read {:?} of {WIRES:?}, {} beyond the model", self.read, self.beyond);
        self.wrong.sort();
        let count = self.wrong.len();
        let shortest: Vec<_> = self.wrong.into_iter().take(8).map(|(_, wrong)| wrong).collect();
        assert!(shortest.is_empty(), "{count} streams\n{}", shortest.join("\n"));
        assert!(self.read.iter().zip(least).all(|(read, least)| *read >= least), "read only {:?}", self.read);
    }
}

/// Streams that are generated, under default options.
fn generated(streams: impl Iterator<Item = Vec<u8>>) -> Tally {
    let mut tally = Tally::NONE;
    for (number, bytes) in streams.enumerate() {
        let options = Options::new();
        let model = decode(&options, &bytes);
        if model.foreign.is_some() || BEYOND_GENERATED.iter().any(|(is_so, _)| is_so(&model, &bytes)) {
            tally.beyond += 1;
        } else {
            tally.read(&model, &run_whole(&options, &bytes), &format!("stream {number}"), &bytes);
        }
    }
    tally
}

/// What decides whether a generated stream is beyond the model.
type IsBeyond = fn(&Model, &[u8]) -> bool;

/// What of generated streams the model does not read, beside [`Model::foreign`], and why.
const BEYOND_GENERATED: &[(IsBeyond, &str)] = &[
    (
        |_, bytes| has(bytes, b"qwen-mt"),
        "whether such a model's text repeats shows in its course: `repeating`",
    ),
    (
        |model, _| model.chat.is_mixed(),
        "calls with an index beside calls without one: the documents leave it open",
    ),
    (|model, _| model.is_fatal, "what is held when the bytes are lost is not told"),
];

fn has(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// Bytes that choose a stream.
fn choices(number: u64, least: usize, more: usize) -> Vec<u8> {
    let mut seed = Seeded(number);
    let length = least + seed.below(more);
    (0..length).map(|_| seed.next().to_le_bytes()[0]).collect()
}

#[test]
fn templates() {
    generated((0..1_000).map(|number| stream(&mut Seeded(number)))).judge([800, 0, 0, 0, 0, 0]);
}

#[test]
fn sequences() {
    let streams = (0..1_200).map(|number| fuzzing::sequences::stream(&choices(number, 100, 700)).0);
    generated(streams).judge([200, 20, 20, 20, 8, 20]);
}

/// Conversations as each encoder writes them.
#[test]
fn conversations() {
    use fuzzing::{conversations, encode, messages, responses};
    let ending = run_whole(&Options::new(), b"data: [DONE]\n\n").ending;
    let options = EncodeOptions::new();
    let streams = (0..300).flat_map(|number| {
        let deltas = conversations::generated(&choices(number, 20, 300));
        [encode::written, messages::written, responses::written]
            .map(|written| written(&deltas, &ending, &options))
    });
    generated(streams).judge([200, 200, 200, 0, 0, 0]);
}

/// Why the model does not read a stream of the corpus. Those of other wires, and under options that it does not know (strict,
/// repair), it does not read either.
const BEYOND: &[(&str, &str)] =
    &[("gateway/id-outgrows-its-limit.sse", "limits are no part of the model: others hold them")];

#[test]
fn the_corpus() {
    let mut tally = Tally::NONE;
    for stream in corpus() {
        let asked = stream.says("options").unwrap_or_default();
        let is_unknown = ["--strict", "--repair"].iter().any(|word| asked.contains(word));
        let model = decode(&stream.options(), &stream.bytes);
        let run = run_whole(&stream.options(), &stream.bytes);
        let is_native = run.ending.wire().is_some_and(|wire| !WIRES.contains(&wire));
        if is_native || is_unknown || BEYOND.iter().any(|(name, _)| *name == stream.name) {
            tally.beyond += 1;
        } else {
            tally.read(&model, &run, &stream.name, &stream.bytes);
        }
    }
    tally.judge([300, 25, 15, 20, 12, 15]);
}

/// What the decoder and the model say of a stream.
fn agreed(stream: &str) -> (Run, Completion) {
    let (model, run) =
        (decode(&Options::new(), stream.as_bytes()), run_whole(&Options::new(), stream.as_bytes()));
    assert_eq!((model.foreign, difference(&model, &run)), (None, None), "{stream}");
    let completion = run.completion();
    (run, completion)
}

/// What is no text has no next piece that could hold the other half.
#[test]
fn halves_at_the_edges_of_names() {
    let call = r#"{"index":0,"id":"a\ud83d","function":{"name":"\ude00b","arguments":"{}"}}"#;
    let delta = format!(
        r#"{{"content":"x","tool_calls":[{call}],"reasoning_details":[{{"signature":"\ude00c\ud83d"}}]}}"#
    );
    let choices = format!(r#"[{{"index":0,"delta":{delta},"finish_reason":"\ud83d"}}]"#);
    let (run, said) = agreed(&format!(
        "data: {{\"id\":\"a\\ud83d\",\"model\":\"\\ud83d\",\"choices\":{choices}}}\n\ndata: {{\"error\":\"\\ude00\"}}\n\n"
    ));
    assert_eq!(said.id.as_deref(), Some("a\u{FFFD}"));
    assert_eq!(said.model.as_deref(), Some("\u{FFFD}"));
    let choice = &said.choices[&0];
    assert_eq!(choice.finish.as_ref().map(|finish| &*finish.raw), Some("\u{FFFD}"));
    let call = &choice.tool_calls[&0];
    assert_eq!((call.id.as_deref(), &*call.name), (Some("a\u{FFFD}"), "\u{FFFD}b"));
    assert_eq!(run.deltas().find_map(|delta| opaque(&delta, 0)).unwrap().1, "\u{FFFD}c\u{FFFD}");
    assert_eq!(said.errors[0].message, "\u{FFFD}");
}

/// In text it waits for the other half, and holds the place of the call that it is an argument of.
#[test]
fn half_a_pair_is_an_argument() {
    let event = |function: &str| {
        let calls = format!("[{{\"function\":{{\"name\":{function}}}}}]");
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":{calls}}}}}]}}\n\n")
    };
    let (_, said) = agreed(&(event(r#""f","arguments":"\ud83d""#) + &event(r#""g","arguments":"{}""#)));
    let names: Vec<_> = said.choices[&0].tool_calls.values().map(|call| &*call.name).collect();
    assert_eq!(names, ["f", "g"]);
}

#[test]
fn a_whole_call_ends_an_open_one() {
    let event = |call: &str| {
        format!(
            "data: {{\"candidates\":[{{\"content\":{{\"parts\":[{{\"functionCall\":{{{call}}}}}]}}}}]}}\n\n"
        )
    };
    let stream = event("\"name\":\"f\",\"willContinue\":true") + &event("\"name\":\"g\",\"args\":{}");
    assert_eq!(agreed(&stream).0.ending.open_tool_calls(), 0);
}

/// Of two of one name the last that is not null counts, also where it says nothing.
#[test]
fn the_last_time_counts() {
    for (members, created) in [
        (r#""created":6,"created":{}"#, None),
        (r#""created":6,"created":-1"#, None),
        (r#""created":6,"created":null"#, Some(6)),
        (r#""created":{},"created":6"#, Some(6)),
        (r#""created":6,"created":"7""#, Some(7)),
    ] {
        let (_, said) = agreed(&format!("data: {{{members},\"choices\":[]}}\n\n"));
        assert_eq!(said.created, created, "{members}");
    }
}

#[test]
fn a_failure_that_comes_first() {
    let (run, said) = agreed(
        "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"error\":{\"message\":\"x\"}}}\n\n",
    );
    assert_eq!((run.ending.wire(), run.ending.done()), (Some(Wire::Responses), true));
    assert!(said.choices[&0].finish.is_some());
}

/// What was framed before was framed line by line.
#[test]
fn a_doubled_prefix_over_several_lines() {
    let lines = ["{", "\"choices\":[{\"index\":0,\"delta\":", "{\"content\":\"a\"}}]}"];
    for (first, others) in
        [("data: data: ", "data: data: "), ("data:data: ", "data: "), ("data: data:data:", "data:data:")]
    {
        let event = format!("{first}{}\n{others}{}\n{others}{}\n", lines[0], lines[1], lines[2]);
        // With a blank line between, and without.
        for stream in [format!("{event}\n{event}\n"), format!("{event}{event}")] {
            let (run, said) = agreed(&stream);
            assert_eq!((&*said.choices[&0].text, run.ending.errors()), ("aa", 0), "{stream}");
        }
        let cut = format!("{first}{}\n{others}{}", lines[0], lines[1]);
        let (run, _) = agreed(&cut);
        assert_eq!((run.ending.errors(), run.ending.unterminated_bytes()), (0, cut.len()), "{cut}");
    }
}

#[test]
fn a_doubled_prefix_between_records_of_one_line() {
    let chunk = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}";
    let (_, said) =
        agreed(&format!("data: {chunk}data: data: {chunk} data:data:data:{chunk}data: data: [DONE]\n\n"));
    assert_eq!((&*said.choices[&0].text, said.errors.len()), ("aaa", 0));
}

#[test]
fn an_error_that_says_nothing_is_none() {
    for nothing in ["\"\"", "null", "{}", "{ }", "[]", "0", "false"] {
        for name in ["detail", "error_msg", "errorText", "error"] {
            let (run, said) = agreed(&format!("data: {{\"{name}\":{nothing},\"x\":1}}\n\n"));
            assert_eq!((said.errors.len(), run.ending.unknown_events()), (0, 1), "{name}: {nothing}");
        }
    }
}

/// What has no index is of the step that is open.
#[test]
fn pieces_of_a_step_without_an_index() {
    for (index, stop) in [("", ""), ("\"index\":3,", ""), ("\"index\":3,", "\"index\":3,")] {
        let events = [
            format!(
                "{{{index}\"event_type\":\"step.start\",\"step\":{{\"type\":\"function_call\",\"name\":\"f\"}}}}"
            ),
            "{\"event_type\":\"step.delta\",\"delta\":{\"type\":\"thought_signature\",\"signature\":\"s\"}}"
                .to_owned(),
            "{\"event_type\":\"step.delta\",\"delta\":{\"type\":\"arguments_delta\",\"arguments\":\"{}\"}}"
                .to_owned(),
            format!("{{{stop}\"event_type\":\"step.stop\"}}"),
        ];
        let (run, said) = agreed(&events.map(|event| format!("data: {event}\n\n")).concat());
        let call = &said.choices[&0].tool_calls[&0];
        assert_eq!((&*call.arguments, run.ending.open_tool_calls()), ("{}", 0), "{index}");
    }
}

/// A field after complete data is the next event's, also where that event is a line without a field name.
#[test]
fn a_name_before_a_bare_line() {
    let chunk = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}";
    let stream = format!("data: {chunk}\nevent: error\n{{\"error\":\"x\"}}\n\n");
    let said = run_whole(&Options::new(), stream.as_bytes()).completion();
    assert_eq!((&*said.choices[&0].text, said.errors.len()), ("a", 1));
}
