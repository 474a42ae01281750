//! Which of the reasoning belongs to which signature.

use proptest::prelude::*;

use super::fold;
use crate::completion::ReasoningDetail;
use crate::tests::support::run_whole;
use crate::{Completion, Delta, OpaqueKind, Options, PartKind};

const fn part(part: u32, kind: PartKind) -> Delta<'static> {
    Delta::Part { choice: 0, part, kind }
}

const fn thought(text: &str) -> Delta<'_> {
    Delta::Reasoning { choice: 0, text }
}

const fn signature(data: &str) -> Delta<'_> {
    Delta::ReasoningOpaque { choice: 0, kind: OpaqueKind::Signature, data }
}

const fn encrypted(data: &str) -> Delta<'_> {
    Delta::ReasoningOpaque { choice: 0, kind: OpaqueKind::Encrypted, data }
}

/// An entry in short: its text and its signature, or `*` and its blob.
fn entry(detail: ReasoningDetail<'_>) -> (String, String) {
    match detail {
        ReasoningDetail::Text { text, signature } => {
            (text.into_owned(), signature.unwrap_or_default().into())
        }
        ReasoningDetail::Encrypted { data } => ("*".into(), data.into()),
    }
}

fn entries(completion: &Completion) -> Vec<(String, String)> {
    completion.choices.get(&0).into_iter().flat_map(|choice| choice.reasoning_details().map(entry)).collect()
}

/// That these deltas fold to these entries.
#[track_caller]
fn check(deltas: &[Delta<'_>], expected: &[(&str, &str)]) {
    let entries = entries(&fold(deltas));
    let entries: Vec<_> = entries.iter().map(|(text, blob)| (&**text, &**blob)).collect();
    assert_eq!(entries, expected);
}

#[test]
fn without_parts_a_blob_closes_what_came_before_it() {
    check(&[thought("a"), thought("b")], &[("ab", "")]);
    check(&[thought("a"), thought("b"), signature("s")], &[("ab", "s")]);
    check(&[thought("a"), signature("s"), thought("b"), signature("t")], &[("a", "s"), ("b", "t")]);
    check(&[thought("a"), encrypted("e"), thought("b")], &[("a", ""), ("*", "e"), ("b", "")]);
    check(&[signature("s"), signature("t"), thought("a")], &[("", "s"), ("", "t"), ("a", "")]);
}

#[test]
fn each_part_of_reasoning_is_an_entry() {
    let (reasoning, text) = (PartKind::Reasoning, PartKind::Text);
    check(&[part(0, reasoning), part(1, reasoning)], &[]);
    check(
        &[part(0, reasoning), thought("a"), signature("s"), part(1, reasoning), thought("b")],
        &[("a", "s"), ("b", "")],
    );
    check(
        &[
            part(0, reasoning),
            thought("a"),
            part(1, reasoning),
            encrypted("e"),
            part(2, reasoning),
            signature("s"),
        ],
        &[("a", ""), ("*", "e"), ("", "s")],
    );
    check(&[part(0, reasoning), thought("a"), signature("s"), thought("b")], &[("a", "s"), ("b", "")]);
    let answer = Delta::Text { choice: 0, text: "x" };
    check(
        &[
            part(0, reasoning),
            thought("a"),
            part(1, text),
            answer,
            part(0, reasoning),
            thought("b"),
            signature("s"),
        ],
        &[("ab", "s")],
    );
}

#[test]
fn interleaved_parts_are_put_together() {
    let at = |at| part(at, PartKind::Reasoning);
    check(
        &[
            at(0),
            thought("a"),
            at(1),
            thought("1"),
            at(0),
            thought("b"),
            at(1),
            thought("2"),
            signature("s"),
            at(0),
        ],
        &[("ab", ""), ("12", "s")],
    );
    check(&[at(0), thought("a"), at(1), thought("1"), at(0), signature("s")], &[("a", "s"), ("1", "")]);
}

/// Services sign text and calls, too: what they sign is no reasoning.
#[test]
fn a_signature_on_something_else_is_an_entry_of_its_own() {
    for kind in [PartKind::Text, PartKind::ToolCall, PartKind::Other, PartKind::Refusal] {
        check(
            &[part(0, PartKind::Reasoning), thought("a"), part(1, kind), signature("s")],
            &[("a", ""), ("", "s")],
        );
    }
}

#[test]
fn after_a_restart_what_came_before_stays_as_it_is() {
    let restart = Delta::Restart { choice: 0 };
    check(&[thought("one"), restart, thought("two"), signature("s")], &[("one", ""), ("two", "s")]);
    assert_eq!(fold(&[Delta::Restart { choice: 3 }]).choices[&3], Default::default());
    let start = |id: &str| {
        let message = format!(r#"{{"id":"{id}","role":"assistant","content":[]}}"#);
        format!(r#"{{"type":"message_start","message":{message}}}"#)
    };
    let delta = |index: u32, delta: &str| {
        format!(r#"{{"type":"content_block_delta","index":{index},"delta":{{{delta}}}}}"#)
    };
    let block =
        |block: &str| format!(r#"{{"type":"content_block_start","index":1,"content_block":{{{block}}}}}"#);
    let thinking = |text: &str| delta(0, &format!(r#""type":"thinking_delta","thinking":"{text}""#));
    let signed = |text: &str| delta(0, &format!(r#""type":"signature_delta","signature":"{text}""#));
    let call = |id: &str| block(&format!(r#""type":"tool_use","id":"{id}","name":"f","input":{{}}"#));
    let input = |text: &str| delta(1, &format!(r#""type":"input_json_delta","partial_json":"{text}""#));
    let attempt = |at: &str, arguments| [start(at), thinking(at), signed(at), call(at), input(arguments)];
    let events = [attempt("one", "{"), attempt("two", "{}")].concat();
    let stream: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    let completion = run_whole(&Options::new(), stream.as_bytes()).completion();
    let choice = &completion.choices[&0];
    assert_eq!(choice.reasoning, "onetwo");
    assert_eq!(entries(&completion), [("one", "one"), ("two", "two")].map(|(a, b)| (a.into(), b.into())));
    let calls: Vec<_> =
        choice.tool_calls.values().map(|call| (call.id.as_deref(), &*call.arguments)).collect();
    assert_eq!(calls, [(Some("one"), "{"), (Some("two"), "{}")]);
}

/// Whoever takes the reasoning out has entries without text, and no panic.
#[test]
fn reasoning_that_was_taken_out_is_missed_by_no_one() {
    let mut completion = fold(&[thought("näh"), signature("s")]);
    completion.choices.get_mut(&0).unwrap().reasoning.clear();
    completion.apply(thought("é"));
    assert_eq!(entries(&completion)[1], ("é".into(), String::new()));
}

/// The rules once more, slowly: an entry is what was told between a part, a blob, or another part.
fn naive(deltas: &[Delta<'_>]) -> Vec<(String, String)> {
    let mut entries: Vec<(Option<u32>, bool, String, String)> = Vec::new();
    let (mut current, mut is_reasoning) = (None, true);
    for delta in deltas {
        let open = entries.iter().rposition(|(part, is_open, ..)| *is_open && *part == current);
        match *delta {
            Delta::Part { part, kind, .. } => {
                (current, is_reasoning) = (Some(part), kind == PartKind::Reasoning)
            }
            Delta::Restart { .. } => {
                (current, is_reasoning) = (None, true);
                entries.iter_mut().for_each(|entry| entry.1 = false);
            }
            Delta::Reasoning { text, .. } => match open {
                Some(open) => entries[open].2 += text,
                None => entries.push((current, true, text.into(), String::new())),
            },
            Delta::ReasoningOpaque { kind, data, .. } => {
                let open = open.filter(|_| is_reasoning);
                if let Some(open) = open {
                    entries[open].1 = false;
                }
                match (kind, open) {
                    (OpaqueKind::Signature, Some(open)) => entries[open].3 = data.into(),
                    (OpaqueKind::Signature, None) => {
                        entries.push((current, false, String::new(), data.into()))
                    }
                    (OpaqueKind::Encrypted, _) => entries.push((current, false, "*".into(), data.into())),
                }
            }
            _ => {}
        }
    }
    entries.into_iter().map(|(_, _, text, blob)| (text, blob)).collect()
}

fn any_delta() -> impl Strategy<Value = Delta<'static>> {
    const KINDS: [PartKind; 3] = [PartKind::Reasoning, PartKind::Text, PartKind::ToolCall];
    let text = || prop::sample::select(vec!["a", "b", "aa", "é"]);
    prop_oneof![
        (0u32..4).prop_map(|at| part(at, KINDS[at as usize % 3])),
        text().prop_map(thought),
        text().prop_map(thought),
        text().prop_map(signature),
        text().prop_map(encrypted),
        text().prop_map(|text| Delta::Text { choice: 0, text }),
        Just(Delta::Restart { choice: 0 }),
    ]
}

proptest! {
    #[test]
    fn entries_are_those_of_the_naive_reading(deltas in prop::collection::vec(any_delta(), 0..24)) {
        prop_assert_eq!(entries(&fold(&deltas)), naive(&deltas));
    }
}

#[cfg(feature = "serde")]
mod json {
    use proptest::prelude::*;
    use serde_json::{Value, from_value, json, to_value};

    use super::{any_delta, encrypted, entries, fold, part, signature, thought};
    use crate::{Completion, PartKind};

    fn message(completion: &Completion) -> Value {
        to_value(completion).unwrap()["choices"][0]["message"].clone()
    }

    fn read(message: Value) -> Completion {
        from_value(json!({"choices": [{"index": 0, "message": message}]})).unwrap()
    }

    #[test]
    fn details_are_written_as_openrouter_names_them() {
        let at = |at| part(at, PartKind::Reasoning);
        let completion =
            fold(&[at(0), thought("a"), signature("s"), at(1), encrypted("e"), at(2), thought("b")]);
        let details = json!([
            {"type": "reasoning.text", "text": "a", "signature": "s", "index": 0},
            {"type": "reasoning.encrypted", "data": "e", "index": 1},
            {"type": "reasoning.text", "text": "b", "index": 2},
        ]);
        let expected = json!({"role": "assistant", "content": "", "reasoning_content": "ab", "reasoning_details": details});
        assert_eq!(message(&completion), expected);
        assert_eq!(entries(&read(expected)), entries(&completion));
    }

    #[test]
    fn where_nothing_is_signed_nothing_is_added() {
        let plain = message(&fold(&[thought("a"), part(1, PartKind::Reasoning), thought("b")]));
        assert_eq!(plain, json!({"role": "assistant", "content": "", "reasoning_content": "ab"}));
        assert_eq!(message(&read(json!({"reasoning_details": null, "reasoning_content": "ab"}))), plain);
    }

    /// As OpenRouter itself writes them: with members of its own, and types that mean nothing here.
    #[test]
    fn details_without_their_reasoning_are_it() {
        let completion = read(json!({"reasoning_details": [
            {"type": "reasoning.text", "text": "a", "signature": "", "format": "x", "id": null},
            {"type": "reasoning.text", "text": null, "signature": null},
            {"type": "reasoning.summary", "summary": "?"},
            {"type": "reasoning.encrypted", "data": null},
            {"type": "reasoning.text", "text": "b", "signature": "s"},
        ]}));
        assert_eq!(completion.choices[&0].reasoning, "ab");
        assert_eq!(entries(&completion), [("a".into(), String::new()), ("b".into(), "s".into())]);
    }

    #[test]
    fn what_details_leave_out_is_one_more_and_what_only_they_say_is_kept() {
        let detail = |text| json!([{"type": "reasoning.text", "text": text, "signature": "s"}]);
        let more = read(json!({"reasoning_content": "abc", "reasoning_details": detail("ab")}));
        assert_eq!(entries(&more), [("ab".into(), "s".into()), ("c".into(), String::new())]);
        let other = read(json!({"reasoning_content": "abc", "reasoning_details": detail("b")}));
        assert_eq!(entries(&other), [("b".into(), "s".into())]);
    }

    proptest! {
        /// What was written is read back: the same entries, wherever something was signed; and it is written the same.
        #[test]
        fn what_is_written_is_read_back(deltas in prop::collection::vec(any_delta(), 0..24)) {
            let mut completion = fold(&deltas);
            let written = to_value(&completion).unwrap();
            let back: Completion = from_value(written.clone()).unwrap();
            prop_assert_eq!(to_value(&back).unwrap(), written.clone());
            if written.to_string().contains("reasoning_details") {
                prop_assert_eq!(entries(&back), entries(&completion));
                // So they are equal, texts that were interleaved too.
                completion.choices.entry(0).or_default().role = Some("assistant".into());
                prop_assert_eq!(&back, &completion);
            }
        }
    }
}
