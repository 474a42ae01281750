//! Folding: what a [`Completion`] says after its deltas.

mod audio;
mod reasoning;

use crate::{Completion, Delta, FinishReason, Usage};

fn fold(deltas: &[Delta<'_>]) -> Completion {
    let mut completion = Completion::new();
    deltas.iter().for_each(|&delta| completion.apply(delta));
    completion
}

fn finish(choice: u32, reason: FinishReason, raw: &str) -> Delta<'_> {
    Delta::Finish { choice, reason, raw, saw_tool_calls: false }
}

#[test]
fn pieces_are_appended_each_to_its_own_channel() {
    let completion = fold(&[
        Delta::Role { choice: 0, role: "assistant" },
        Delta::Reasoning { choice: 0, text: "why" },
        Delta::Text { choice: 0, text: "Hi" },
        Delta::Reasoning { choice: 0, text: "." },
        Delta::Text { choice: 0, text: "!" },
        Delta::Refusal { choice: 0, text: "No" },
        Delta::Keepalive,
        Delta::Done { marker: "[DONE]" },
    ]);
    let choice = &completion.choices[&0];
    assert_eq!(choice.role.as_deref(), Some("assistant"));
    assert_eq!((&*choice.text, &*choice.reasoning, &*choice.refusal), ("Hi!", "why.", "No"));
    assert_eq!(choice.finish_reason(), None);
}

#[test]
fn what_is_not_of_the_answer_makes_no_choice() {
    let completion = fold(&[
        Delta::Extra { choice: Some(7), kind: crate::ExtraKind::Logprobs, name: "logprobs", json: "{}" },
        Delta::Extra { choice: Some(7), kind: crate::ExtraKind::Image, name: "images", json: "[{}]" },
        Delta::Extra { choice: Some(7), kind: crate::ExtraKind::Audio, name: "audio", json: "{\"id\":null}" },
        Delta::Unknown { event: "ping", payload: "" },
    ]);
    assert_eq!(completion, Completion::new());
}

#[test]
fn a_later_start_adds_only_what_is_new() {
    let completion = fold(&[
        Delta::Start { id: None, model: Some("m"), created: Some(3) },
        Delta::Start { id: Some("c1"), model: Some("other"), created: None },
    ]);
    assert_eq!((completion.id.as_deref(), completion.model.as_deref()), (Some("c1"), Some("m")));
    assert_eq!(completion.created, Some(3));
}

#[test]
fn choices_and_calls_are_in_order_however_they_came_and_no_index_sizes_anything() {
    let call = |choice, slot, name| Delta::ToolCallStart { choice, slot, id: None, name: Some(name) };
    let completion = fold(&[call(u32::MAX, u32::MAX, "z"), call(u32::MAX, 0, "a"), call(0, 1, "f")]);
    assert_eq!(completion.choices.keys().copied().collect::<Vec<_>>(), [0, u32::MAX]);
    let calls = &completion.choices[&u32::MAX].tool_calls;
    assert_eq!(calls.values().map(|call| &*call.name).collect::<Vec<_>>(), ["a", "z"]);
}

#[test]
fn interleaved_calls_keep_their_fragments_apart() {
    let fragment = |slot, fragment| Delta::ToolCallArguments { choice: 0, slot, fragment };
    let completion = fold(&[
        Delta::ToolCallStart { choice: 0, slot: 0, id: Some("t1"), name: Some("get_") },
        Delta::ToolCallStart { choice: 0, slot: 1, id: None, name: None },
        fragment(0, "{\"a\""),
        fragment(1, "{}"),
        Delta::ToolCallUpdate { choice: 0, slot: 0, id: None, name: Some("time") },
        Delta::ToolCallUpdate { choice: 0, slot: 1, id: Some("t2"), name: Some("g") },
        fragment(0, ":1}"),
        Delta::ToolCallEnd { choice: 0, slot: 0 },
    ]);
    let calls: Vec<_> = completion.choices[&0]
        .tool_calls
        .values()
        .map(|call| (call.id.as_deref(), &*call.name, &*call.arguments))
        .collect();
    assert_eq!(calls, [(Some("t1"), "get_time", "{\"a\":1}"), (Some("t2"), "g", "{}")]);
}

#[test]
fn stop_with_tool_calls_means_tool_calls_and_nothing_else_is_changed() {
    let call = Delta::ToolCallStart { choice: 0, slot: 0, id: None, name: Some("f") };
    let reason = |deltas: &[Delta<'_>]| fold(deltas).choices[&0].finish_reason();
    let stop = finish(0, FinishReason::Stop, "stop");
    assert_eq!(reason(&[stop]), Some(FinishReason::Stop));
    assert_eq!(reason(&[call, stop]), Some(FinishReason::ToolCalls));
    assert_eq!(reason(&[stop, call]), Some(FinishReason::ToolCalls));
    assert_eq!(reason(&[call, finish(0, FinishReason::Length, "length")]), Some(FinishReason::Length));
    let told = fold(&[call, stop, finish(0, FinishReason::Length, "length")]).choices[&0].finish.clone();
    assert_eq!(told.map(|told| (told.reason, told.raw)), Some((FinishReason::Length, "length".to_owned())));
}

#[test]
fn usage_is_the_last_snapshot_and_errors_are_kept_in_order() {
    let usage = |output| Usage { input: Some(1), output, ..Usage::default() };
    let error = |message| Delta::PeerError { code: Some("500"), kind: None, message, json: "{}" };
    let (first, last) = (usage(None), usage(Some(2)));
    let completion = fold(&[Delta::Usage(&first), error("a"), Delta::Usage(&last), error("b")]);
    assert_eq!(completion.usage, Some(last));
    assert_eq!(completion.errors.iter().map(|error| &*error.message).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(completion.errors[0].code.as_deref(), Some("500"));
}

#[test]
fn errors_are_all_counted_and_the_first_are_kept() {
    let error = |message| Delta::PeerError { code: None, kind: None, message, json: "{}" };
    let mut deltas = vec![error("first")];
    deltas.resize(Completion::ERRORS_KEPT + 1, error("later"));
    let completion = fold(&deltas);
    assert_eq!((completion.errors.len(), completion.error_count), (Completion::ERRORS_KEPT, 17));
    assert_eq!(completion.errors[0].message, "first");
}

#[test]
fn an_empty_role_is_none() {
    assert_eq!(fold(&[Delta::Role { choice: 0, role: "" }]), Completion::new());
    let told = fold(&[Delta::Role { choice: 0, role: "tool" }, Delta::Role { choice: 0, role: "" }]);
    assert_eq!(told.choices[&0].role.as_deref(), Some("tool"));
}

#[cfg(feature = "serde")]
mod json {
    use serde_json::{Value, from_value, json, to_value};

    use super::{finish, fold};
    use crate::{Completion, Delta, FinishReason, Usage};

    fn written(deltas: &[Delta<'_>]) -> Value {
        to_value(fold(deltas)).unwrap()
    }

    #[test]
    fn a_text_answer_has_openais_shape_and_comes_back_whole() {
        let mut usage = Usage { input: Some(3), output: Some(2), total: Some(5), ..Usage::default() };
        usage.cached_input = Some(1);
        usage.reasoning = Some(0);
        let completion = fold(&[
            Delta::Start { id: Some("c1"), model: Some("m"), created: Some(7) },
            Delta::Role { choice: 0, role: "assistant" },
            Delta::Reasoning { choice: 0, text: "why" },
            Delta::Text { choice: 0, text: "Hi" },
            finish(0, FinishReason::Stop, "stop"),
            Delta::Usage(&usage),
        ]);
        let value = json!({
            "id": "c1", "object": "chat.completion", "created": 7, "model": "m",
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": "Hi", "reasoning_content": "why"},
                "finish_reason": "stop",
            }],
            "usage": {
                "prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5,
                "prompt_tokens_details": {"cached_tokens": 1},
                "completion_tokens_details": {"reasoning_tokens": 0},
            },
        });
        assert_eq!(to_value(&completion).unwrap(), value);
        assert_eq!(from_value::<Completion>(value).unwrap(), completion);
    }

    #[test]
    fn a_call_without_text_has_null_content() {
        let value = written(&[
            Delta::ToolCallStart { choice: 1, slot: 0, id: Some("t1"), name: Some("f") },
            Delta::ToolCallArguments { choice: 1, slot: 0, fragment: "{\"a\"" },
            finish(1, FinishReason::Stop, "eos"),
        ]);
        let call = json!({"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{\"a\""}});
        let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
        let choice = json!({"index": 1, "message": message, "finish_reason": "tool_calls"});
        assert_eq!(value["choices"], json!([choice]));
        assert_eq!(to_value(from_value::<Completion>(value.clone()).unwrap()).unwrap(), value);
    }

    #[test]
    fn what_is_unknown_is_empty_or_left_out() {
        let empty = json!({"id": "", "object": "chat.completion", "created": 0, "model": "", "choices": []});
        assert_eq!(written(&[]), empty);
        assert_eq!(from_value::<Completion>(empty).unwrap(), Completion::new());
        let value = written(&[
            Delta::Role { choice: 0, role: "assistant" },
            Delta::Refusal { choice: 2, text: "No." },
            Delta::Usage(&Usage::default()),
        ]);
        assert_eq!(value["choices"][0]["message"], json!({"role": "assistant", "content": ""}));
        assert_eq!(value["choices"][0]["finish_reason"], Value::Null);
        let refusal = json!({"role": "assistant", "content": null, "refusal": "No."});
        assert_eq!(value["choices"][1]["message"], refusal);
        assert_eq!(value["usage"], json!({}));
    }

    #[test]
    fn an_empty_role_is_written_as_assistant() {
        let mut completion = fold(&[Delta::Role { choice: 0, role: "user" }]);
        completion.choices.get_mut(&0).unwrap().role = Some(String::new());
        assert_eq!(to_value(&completion).unwrap()["choices"][0]["message"]["role"], json!("assistant"));
    }

    #[test]
    fn openais_own_object_is_read_with_all_that_it_adds() {
        let completion: Completion = from_value(json!({
            "id": "c", "object": "chat.completion", "created": 1, "model": "m", "service_tier": "default",
            "choices": [{
                "index": 0, "logprobs": null, "finish_reason": "eos",
                "message": {"role": "assistant", "content": null, "refusal": null, "annotations": []},
            }],
            "usage": {"prompt_tokens": 1, "prompt_tokens_details": {"audio_tokens": 0}},
        }))
        .unwrap();
        let choice = &completion.choices[&0];
        assert_eq!(choice.finish_reason(), Some(FinishReason::Other));
        assert_eq!(choice.finish.as_ref().map(|finish| &*finish.raw), Some("eos"));
        assert_eq!(completion.usage, Some(Usage { input: Some(1), ..Usage::default() }));
    }
}
