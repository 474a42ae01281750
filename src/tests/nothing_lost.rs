//! What lost content once without a word, because it stood elsewhere, or otherwise, than the wire's reference has it.

use super::support::{run, run_whole};
use crate::{Delta, Options};

/// A delta in a few letters; what is not asked about is none.
fn letters(delta: &Delta<'_>) -> Option<String> {
    Some(match delta {
        Delta::Text { text, .. } => format!("text {text}"),
        Delta::Reasoning { text, .. } => format!("reasoning {text}"),
        Delta::ToolCallStart { slot, id, name, .. } => {
            format!("call {slot} {} {}", id.unwrap_or("-"), name.unwrap_or("-"))
        }
        Delta::ToolCallUpdate { slot, id, name, .. } => {
            format!("more {slot} {} {}", id.unwrap_or("-"), name.unwrap_or("-"))
        }
        Delta::ToolCallArguments { slot, fragment, .. } => format!("arguments {slot} {fragment}"),
        Delta::Extra { kind, .. } => format!("extra {kind:?}"),
        Delta::Finish { reason, .. } => format!("finish {reason:?}"),
        Delta::Usage(usage) => format!("usage {:?} {:?}", usage.input, usage.output),
        Delta::PeerError { message, .. } => format!("error {message}"),
        _ => return None,
    })
}

/// `lines`: the stream's, each an event; one that is no JSON is a line as it stands.
fn tells(lines: &[&str], expected: &[&str]) {
    let line = |line: &&str| match line.starts_with("{\"") {
        true => format!("data: {line}\n\n"),
        false => format!("{line}\n"),
    };
    let stream: String = lines.iter().map(line).collect();
    let whole = run_whole(&Options::new(), stream.as_bytes());
    let told: Vec<_> = whole.deltas().filter_map(|delta| letters(&delta)).collect();
    assert_eq!(told, expected, "{stream}");
    for options in [Options::new(), Options::new().prediction(false)] {
        assert_eq!(run(&options, stream.as_bytes().chunks(1)).told, whole.told, "{stream}");
    }
}

#[test]
fn arguments_are_an_object_or_text() {
    let start = r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"i","name":"n","input":{}}}"#;
    let call = "call 0 i n";
    let delta = r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":{"a":1}}}"#;
    tells(&[start, delta], &[call, r#"arguments 0 {"a":1}"#]);
    let stop = r#"{"type":"content_block_stop","index":0}"#;
    tells(&[&start.replace("{}", r#""{\"a\":1}""#), stop], &[call, r#"arguments 0 {"a":1}"#]);

    let start =
        r#"{"contentBlockStart":{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"i","name":"n"}}}}"#;
    let delta = r#"{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"toolUse":{"input":{"a":1}}}}}"#;
    tells(&[start, delta], &[call, r#"arguments 0 {"a":1}"#]);

    let start = r#"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"i","function":{"name":"n","arguments":{"a":1}}}}}}"#;
    tells(&[start], &[call, r#"arguments 0 {"a":1}"#]);

    let start = r#"{"event_type":"step.start","index":0,"step":{"type":"function_call","id":"i","name":"n","arguments":"{\"a\":1}"}}"#;
    let stop = r#"{"event_type":"step.stop","index":0}"#;
    tells(&[start, stop], &[call, r#"arguments 0 {"a":1}"#]);

    let event = r#"{"candidates":[{"content":{"parts":[{"functionCall":{"id":"i","name":"n","args":"{\"a\":1}"}}]}}]}"#;
    tells(&[event], &[call, r#"arguments 0 {"a":1}"#]);
}

#[test]
fn citations_of_what_comes_whole() {
    let block = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"a","citations":[{"type":"page_location"},{"type":"page_location"}]}}"#;
    tells(&[block], &["text a", "extra Annotation", "extra Annotation"]);
    let message = r#"{"object":"thread.message","id":"m","role":"assistant","content":[{"type":"text","text":{"value":"a","annotations":[{"type":"file_citation"}]}}]}"#;
    tells(&["event: thread.message.completed", message], &["text a", "extra Annotation"]);
}

/// Where the index of a part is missing, what goes on is the part that is open; an integral float is the integer.
#[test]
fn parts_are_known_by_their_index() {
    let start =
        r#"{"contentBlockStart":{"start":{"toolUse":{"toolUseId":"i","name":"n","type":"tool_use"}}}}"#;
    let delta = r#"{"contentBlockDelta":{"delta":{"toolUse":{"input":"{}"}}}}"#;
    let stop = r#"{"contentBlockStop":{}}"#;
    tells(&[start, delta, stop], &["call 0 i n", "arguments 0 {}"]);

    let start = r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"i","name":"n","input":{}}}"#;
    let delta = r#"{"type":"content_block_delta","index":0.0,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#;
    tells(&[start, delta], &["call 0 i n", "arguments 0 {}"]);
}

#[test]
fn a_call_goes_on_under_its_id_alone() {
    let event =
        |call: &str| format!(r#"{{"candidates":[{{"content":{{"parts":[{{"functionCall":{call}}}]}}}}]}}"#);
    let piece = r#""partialArgs":[{"jsonPath":"$.a","numberValue":1}],"willContinue":true"#;
    for (id, later) in [(r#""id":"i","#, vec![]), ("", vec!["more 0 i -"])] {
        let first = event(&format!(r#"{{{id}"name":"n","willContinue":true}}"#));
        let second = event(&format!(r#"{{"id":"i",{piece}}}"#));
        let call = if id.is_empty() { "call 0 - n" } else { "call 0 i n" };
        let expected: Vec<_> =
            [call].into_iter().chain(later).chain(["arguments 0 {\"a\":1", "arguments 0 }"]).collect();
        tells(&[&first, &second, &event(r#"{"id":"i"}"#)], &expected);
    }
}

#[test]
fn what_has_no_content_does_not_decide_the_wire() {
    let chat = r#"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#;
    for event in [
        r#"{"type":"start"}"#,
        r#"{"type":"start","messageId":"m"}"#,
        r#"{"type":"message-metadata","messageMetadata":{"a":1}}"#,
    ] {
        tells(&[event, chat], &["text a"]);
    }
    tells(&[r#"{"type":"data-status","data":{"a":1}}"#, chat], &["extra Other", "text a"]);
    let page = [r#"{"type":"start"}"#, r#"{"type":"finish","finishReason":"length"}"#];
    tells(&page, &["finish Length"]);
}

#[test]
fn an_answer_after_reasoning_is_told_from_the_whole() {
    let delta =
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"r"}"#;
    let end = r#"{"type":"response.completed","response":{"status":"completed","output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"r"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}]}}"#;
    tells(&[delta, end], &["reasoning r", "text a", "finish Stop"]);
}

#[test]
fn of_a_duplicate_the_last_that_is_not_null_decides_the_wire() {
    tells(&[r#"{"message":{"content":"a"},"message":null,"done":false}"#], &["text a"]);
    tells(&[r#"{"response":"a","response":null,"p":"x"}"#], &["text a"]);
}

#[test]
fn calls_in_the_form_of_chat() {
    let whole = r#"{"response":"","tool_calls":[{"id":"i","type":"function","function":{"name":"n","arguments":"{}"}}]}"#;
    tells(&[whole], &["call 0 i n", "arguments 0 {}"]);
    let first =
        r#"{"response":"","tool_calls":[{"index":0,"id":"i","function":{"name":"n","arguments":"{"}}]}"#;
    let second = r#"{"response":"","tool_calls":[{"index":0,"function":{"arguments":"}"}}]}"#;
    tells(&[first, second], &["call 0 i n", "arguments 0 {", "arguments 0 }"]);
}

#[test]
fn an_end_by_name_is_a_finish() {
    for data in ["data:", "data: done", "data: null", "data: {}"] {
        tells(
            &["event: output", "data: a\n", "event: done", &format!("{data}\n")],
            &["text a", "finish Stop"],
        );
    }
}

#[test]
fn an_error_in_a_list_on_lines_of_its_own() {
    let chat = r#"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#;
    for list in [r#"[{"error":{"message":"no"}}]"#, "[{\n  \"error\": {\n    \"message\": \"no\"\n  }\n}]\n"]
    {
        tells(&[chat, list], &["text a", "error no"]);
        tells(&[list, chat], &["error no", "text a"]);
    }
}

#[test]
fn what_chat_has_in_odd_places() {
    let delta = |members: &str| format!(r#"{{"choices":[{{"index":0,"delta":{{{members}}}}}]}}"#);
    tells(&[&delta(r#""role":"null","content":"a""#)], &["text a"]);
    tells(
        &[&delta(r#""content":"a","usage":{"prompt_tokens":3,"completion_tokens":2}"#)],
        &["text a", "usage Some(3) Some(2)"],
    );
    let message = r#"{"choices":[{"index":0,"message":{"content":"a","usage":{"prompt_tokens":3,"completion_tokens":2}}}]}"#;
    tells(&[message], &["text a", "usage Some(3) Some(2)"]);
    let entries = [
        delta(r#""tool_calls":[{"index":0,"id":"i","type":"function"}]"#),
        delta(r#""tool_calls":[{"index":0,"function":{"name":"n"}}]"#),
        delta(r#""tool_calls":[{"index":0,"thought_signature":"s"}]"#),
    ];
    tells(&[&entries[0], &entries[1], &entries[2]], &["call 0 i -", "more 0 - n", "extra Other"]);
    tells(&[&delta(r#""executed_tools":[{"index":0}]"#)], &["extra Hosted"]);
}

#[test]
fn an_error_beside_content_is_told_with_it() {
    let ernie = r#"{"id":"as-1","result":"a","is_end":false,"error_code":336,"error_msg":"no"}"#;
    tells(&[ernie], &["error no", "text a"]);
    let piece = |code: u32, text: &str| {
        format!(
            r#"{{"header":{{"code":{code},"message":"no","sid":"s","status":1}},"payload":{{"choices":{{"text":[{{"content":"{text}","index":0}}]}}}}}}"#
        )
    };
    tells(&[&piece(0, "a"), &piece(11, "b")], &["text a", "error no", "text b"]);
    let failed = r#"{"event_type":"interaction.completed","interaction":{"status":"failed","error":{"code":"x","message":"no"}}}"#;
    tells(&[failed], &["error no", "finish Error"]);
}

#[test]
fn one_call_that_is_no_list() {
    let event = r#"{"message":{"content":"","tool_calls":{"function":{"name":"n","arguments":{"a":1}}}},"done":false}"#;
    tells(&[event], &["call 0 - n", r#"arguments 0 {"a":1}"#]);
}
