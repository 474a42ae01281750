//! The body of the fuzz target `completion`.
//!
//! Knows: the folded answer, its plain twin. Must not know: how it is folded.

use super::heard::Heard;
use super::{conversations, decode, sequences};
use crate::completion::{Choice, PeerError};
use crate::{Completion, Delta, OwnedDelta};

/// What is folded says what its deltas said, one after another, and no more; in whatever order they come.
pub fn completion(data: &[u8]) {
    fold(&conversations::generated(data));
    let (stream, options) = sequences::stream(data);
    let (said, ..) = decode(options, &stream, || usize::MAX);
    fold(&said.into_iter().filter_map(Result::ok).collect::<Vec<_>>());
}

fn fold(deltas: &[OwnedDelta]) {
    let completion: Completion = deltas.iter().collect();
    let heard = Heard::of(deltas.iter().map(OwnedDelta::as_delta));
    assert_eq!((&completion.id, &completion.model), (&heard.id, &heard.model));
    let told = deltas.iter().filter(|delta| delta.as_delta().choice().is_some());
    assert!(completion.choices.keys().all(|index| told.clone().any(|delta| is_of(delta, *index))));
    for (index, said) in &heard.choices {
        same(completion.choices.get(index).unwrap_or(&Choice::default()), said);
    }
    let usage = deltas.iter().rev().find_map(|delta| match delta.as_delta() {
        Delta::Usage(usage) => Some(*usage),
        _ => None,
    });
    assert_eq!(completion.usage, usage);
    complaints(&completion, &heard);
    let sent: usize = deltas.iter().map(|delta| format!("{:?}", delta.as_delta()).len()).sum();
    let folded: usize = completion.choices.values().map(length).sum();
    assert!(folded <= sent, "{folded} bytes folded of {sent}");
    #[cfg(feature = "serde")]
    returns(&completion);
}

fn is_of(delta: &OwnedDelta, index: u32) -> bool {
    delta.as_delta().choice() == Some(index)
}

/// A choice says what was said of it.
fn same(choice: &Choice, said: &super::heard::Choice) {
    assert_eq!(choice.role, said.role);
    assert_eq!(
        [&choice.text, &choice.reasoning, &choice.refusal],
        [&said.text, &said.reasoning, &said.refusal]
    );
    assert_eq!(choice.finish.as_ref().map(|finish| finish.reason), said.finish);
    let calls = said.calls.iter().filter(|(_, call)| {
        // An end alone begins nothing.
        let nothing = super::heard::Call { ended: true, ..super::heard::Call::default() };
        **call != nothing
    });
    for (slot, call) in calls {
        let folded = choice.tool_calls.get(slot).expect("a call");
        assert_eq!((&folded.id, &folded.name, &folded.arguments), (&call.id, &call.name, &call.arguments));
    }
    let details: String = choice.reasoning_details().filter_map(|detail| text_of(&detail)).collect();
    // Part by part: parts that take turns are put together.
    let mut parts: Vec<_> = said.parts.iter().map(|(part, _)| part).collect();
    parts.dedup();
    let take_turns =
        parts.iter().enumerate().any(|(at, part)| parts.iter().skip(at + 1).any(|later| later == part));
    assert_eq!(details.len(), said.reasoning.len());
    assert!(take_turns || details == said.reasoning, "{details:?} {:?}", said.reasoning);
}

fn text_of(detail: &crate::completion::ReasoningDetail<'_>) -> Option<String> {
    match detail {
        crate::completion::ReasoningDetail::Text { text, .. } => Some(text.to_string()),
        _ => None,
    }
}

/// The first complaints are kept, all are counted.
fn complaints(completion: &Completion, heard: &Heard) {
    let kept: Vec<_> = completion.errors.iter().map(|PeerError { message, .. }| &**message).collect();
    let all: Vec<_> = heard.complaints.iter().map(|message| &**message).collect();
    assert_eq!(completion.error_count, all.len() as u64);
    assert_eq!(kept, all.get(..all.len().min(Completion::ERRORS_KEPT)).unwrap_or_default());
}

/// How much is kept of a choice.
fn length(choice: &Choice) -> usize {
    let texts = [&choice.text, &choice.reasoning, &choice.refusal].map(|text| text.len());
    let calls = choice.tool_calls.values();
    let calls =
        calls.map(|call| call.id.as_ref().map_or(0, String::len) + call.name.len() + call.arguments.len());
    let audio = choice.audio.as_ref().map_or(0, |audio| audio.data.len() + audio.transcript.len());
    texts.iter().sum::<usize>() + calls.sum::<usize>() + audio
}

/// What is written as JSON and read again is written as the same JSON.
#[cfg(feature = "serde")]
fn returns(completion: &Completion) {
    let json = serde_json::to_string(completion).expect("a completion is JSON");
    let read: Completion = serde_json::from_str(&json).expect("what was written is read");
    assert_eq!(serde_json::to_string(&read).expect("JSON again"), json);
}
