//! What must hold of whatever an encoder writes.
//!
//! Knows: the encoder's public face, the rules of what a chunk cannot say, serde_json. Must not know: how it writes.

use super::{Seed, conversations, decode, sequences};
use crate::completion::PeerError;
use crate::encode::{ChunkEncoder, EncodeOptions, Encoder};
use crate::{Completion, Delta, Ending, FinishReason, Options, OwnedDelta, Quirk, Quirks, Usage};

/// The one thing in which the encoder's output is not of the reference: reasoning has no member there.
pub(crate) const REASONING: Quirks = Quirks::NONE.with(Quirk::ReasoningField).with(Quirk::ReasoningDetails);

/// Where deltas come from that are encoded.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Source {
    /// A stream that is the data.
    Data,
    /// A stream that it chooses.
    Chosen,
    /// Nowhere: the data chooses the deltas themselves.
    Generated,
}

/// The sources of which `data` is asked.
pub(super) fn sources(data: &[u8]) -> Vec<Source> {
    super::asked(data, [Source::Data, Source::Chosen, Source::Generated])
}

/// What `data` decodes to, and what it chooses, is said again by what the encoder writes of it.
pub fn encode(data: &[u8]) {
    let default = &EncodeOptions::new();
    let law = |deltas: &[OwnedDelta], ending: &Ending| law(deltas, ending, default);
    streams_say_again(data, law, |deltas, ending| written(deltas, ending, default));
    generated_say_again(data, law, |deltas, ending| {
        for options in [
            EncodeOptions::new().only_choice(1).whole_usage(true).finish_missing(FinishReason::Stop),
            odd_and_short(),
        ] {
            is_clean(&written(deltas, ending, &options));
        }
    });
}

/// Options with names that need escapes, and a limit that hardly anything is within.
pub(super) fn odd_and_short() -> EncodeOptions {
    EncodeOptions::new().id("i\n\"").model("m\r").limits(crate::Limits::new().with_event_bytes(40))
}

/// Deltas that `data` chooses keep the law of an encoder, whether their stream ended or was cut; and whatever the options, what
/// is written of them `is_clean`.
pub(super) fn generated_say_again(
    data: &[u8],
    law: impl Fn(&[OwnedDelta], &Ending),
    is_clean: impl Fn(&[OwnedDelta], &Ending),
) {
    if !sources(data).contains(&Source::Generated) {
        return;
    }
    let deltas = conversations::generated(data);
    for stream in [&b"data: [DONE]\n\n"[..], b""] {
        let ending = decode(Options::new(), stream, || usize::MAX).1;
        law(&deltas, &ending);
        is_clean(&deltas, &ending);
    }
}

/// A stream that is `data`, and one that it chooses, keep the law of an encoder, and what is written of them shows no cut.
pub(super) fn streams_say_again(
    data: &[u8],
    law: impl Fn(&[OwnedDelta], &Ending),
    written: impl Fn(&[OwnedDelta], &Ending) -> Vec<u8>,
) {
    let mut seed = Seed::of(data);
    for source in sources(data) {
        let (stream, options) = match source {
            Source::Data => (data.to_vec(), Options::new()),
            Source::Chosen => sequences::stream(data),
            Source::Generated => continue,
        };
        let stream = &*stream;
        let (said, ending, _) = decode(options, stream, || usize::MAX);
        let whole: Vec<_> = said.into_iter().filter_map(Result::ok).collect();
        law(&whole, &ending);
        let (said, ending, _) = decode(options, stream, || seed.below(40));
        let cut: Vec<_> = said.into_iter().filter_map(Result::ok).collect();
        assert_eq!(written(&whole, &ending), written(&cut, &ending), "a cut shows");
    }
}

/// What the encoder writes of these.
pub(crate) fn written(deltas: &[OwnedDelta], ending: &Ending, options: &EncodeOptions) -> Vec<u8> {
    written_by(ChunkEncoder::with_options(options.clone()), deltas, ending)
}

/// What an encoder writes of these.
pub(super) fn written_by(mut encoder: impl Encoder, deltas: &[OwnedDelta], ending: &Ending) -> Vec<u8> {
    let mut out = Vec::new();
    deltas.iter().for_each(|delta| encoder.push(delta.as_delta(), &mut out));
    encoder.finish(ending, &mut out);
    let length = out.len();
    encoder.finish(ending, &mut out);
    assert_eq!(out.len(), length, "the end is written twice");
    out
}

/// All that must hold of the output: it is clean, strict, and says what was told.
pub(crate) fn law(deltas: &[OwnedDelta], ending: &Ending, options: &EncodeOptions) {
    let out = written(deltas, ending, options);
    // Decoders that are not to drop what comes after the end marker tell it; it is not written.
    let over = deltas.iter().position(|delta| matches!(delta, OwnedDelta::Done { .. }));
    let is_over = over.is_some();
    let deltas = deltas.get(..over.unwrap_or(deltas.len())).unwrap_or_default();
    let again = is_clean(&out);
    let text = String::from_utf8_lossy(&out);
    assert_eq!(content(&again.0), content(deltas), "delta for delta\n{text}");
    let (mut now, mut expected) = (Said::of(&again.0), Said::expected(deltas));
    now.forget_late_ids(deltas);
    expected.forget_late_ids(deltas);
    assert_eq!(now, expected, "\n{text}");
    let is_any = !again.0.is_empty() && !again.0.iter().all(is_error);
    assert_eq!(again.1.done(), (is_over || !ending.is_truncated()) && is_any, "the end marker\n{text}");
}

fn is_error(delta: &OwnedDelta) -> bool {
    matches!(delta, OwnedDelta::PeerError { .. } | OwnedDelta::Done { .. })
}

/// Asserts that the output is nothing but well-formed events and comments, and that it needs no quirk; returns what it
/// decodes to.
pub(crate) fn is_clean(out: &[u8]) -> (Vec<OwnedDelta>, Ending) {
    let text = std::str::from_utf8(out).expect("UTF-8");
    assert!(!text.contains('\r'), "a carriage return\n{text}");
    assert!(text.is_empty() || text.ends_with("\n\n"), "the last event is not ended\n{text}");
    let mut chunks = 0;
    for event in text.split_terminator("\n\n") {
        assert!(!event.contains('\n'), "an event of several lines: {event}");
        match event.strip_prefix("data: ") {
            None => assert_eq!(event, ":"),
            Some("[DONE]") => assert!(chunks > 0, "an end marker without a chunk"),
            Some(json) => chunks += usize::from(is_chunk(json)),
        }
    }
    let (strict, _, seen) = decode(Options::strict(), out, || usize::MAX);
    strict.iter().for_each(|said| assert!(said.is_ok(), "strictly {said:?}\n{text}"));
    assert_eq!(seen, Quirks::NONE, "\n{text}");
    let (said, ending, _) = decode(Options::new().quirks(REASONING), out, || usize::MAX);
    said.iter().for_each(|said| assert!(said.is_ok(), "{said:?}\n{text}"));
    (said.into_iter().filter_map(Result::ok).collect(), ending)
}

/// Whether it is a chunk and no error; it is one of them.
fn is_chunk(json: &str) -> bool {
    let read = serde_json::from_str::<serde_json::Value>(json);
    assert!(read.is_ok(), "{read:?}: {json}");
    let value = read.unwrap_or_default();
    if value.get("error").is_some_and(|error| error.get("message").is_some_and(|text| text.is_string())) {
        return false;
    }
    assert_eq!(
        value.get("object").and_then(|object| object.as_str()),
        Some("chat.completion.chunk"),
        "{json}"
    );
    for name in ["id", "model"] {
        let text = value.get(name).and_then(|text| text.as_str()).unwrap_or_default();
        assert!(!text.is_empty(), "no {name}: {json}");
    }
    assert!(value.get("choices").is_some_and(|choices| choices.is_array()), "{json}");
    true
}

/// Content in its order: each delta of it is one chunk.
fn content(deltas: &[OwnedDelta]) -> Vec<&OwnedDelta> {
    let is_content = |delta: &&OwnedDelta| match delta {
        OwnedDelta::Text { choice, text }
        | OwnedDelta::Reasoning { choice, text }
        | OwnedDelta::Refusal { choice, text } => *choice < 128 && !text.is_empty(),
        OwnedDelta::ReasoningOpaque { choice, data, .. } => *choice < 128 && !data.is_empty(),
        _ => false,
    };
    deltas.iter().filter(is_content).collect()
}

/// What of an answer a chunk can say.
#[derive(Debug, PartialEq, Default)]
struct Said {
    /// Id, model, date; unless no choice was told of.
    start: Option<(String, String, Option<u64>)>,
    choices: Vec<SaidChoice>,
    usage: Option<Usage>,
    errors: Vec<PeerError>,
}

#[derive(Debug, PartialEq, Default)]
struct SaidChoice {
    texts: [String; 3],
    /// Id, name and arguments. An id that was made up is none.
    calls: Vec<(Option<String>, String, String)>,
    finish: Option<FinishReason>,
    details: Vec<String>,
    audio: Option<crate::completion::Audio>,
}

impl Said {
    /// What the encoder's output says.
    fn of(deltas: &[OwnedDelta]) -> Self {
        let completion = fold(deltas.iter().map(OwnedDelta::as_delta));
        let count = completion.choices.keys().next_back().map_or(0, |last| last + 1);
        assert_eq!(completion.choices.len(), count as usize, "choices without a gap");
        let choices: Vec<_> = completion.choices.values().map(SaidChoice::of).collect();
        let word = |text: Option<String>| text.unwrap_or_default();
        Self {
            start: (count > 0).then(|| (word(completion.id), word(completion.model), completion.created)),
            choices,
            usage: completion.usage,
            errors: completion.errors,
        }
    }

    /// What it must say of these: the rules of what cannot be said, applied to what was told.
    fn expected(deltas: &[OwnedDelta]) -> Self {
        let told = || deltas.iter().map(OwnedDelta::as_delta).filter(is_sayable);
        let first = told().position(|delta| {
            delta.choice().is_some() && !matches!(delta, Delta::Extra { choice: None, .. })
        });
        let start = first.map(|first| {
            let start = fold(told().take(first));
            let word = |text: Option<String>, unknown: &str| text.unwrap_or_else(|| unknown.to_owned());
            (word(start.id, "chatcmpl-unknown"), word(start.model, "unknown"), start.created)
        });
        let mut completion = fold(told());
        let last = told().filter_map(|delta| delta.choice()).max();
        (0..last.map_or(0, |last| last + 1)).for_each(|index| {
            completion.choices.entry(index).or_default();
        });
        let mut choices: Vec<_> = completion.choices.values().map(SaidChoice::of).collect();
        for (index, choice) in (0..).zip(&mut choices) {
            choice.as_sayable(index, deltas);
        }
        let usage = completion.usage.filter(|usage| *usage != Usage::default());
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        let clean = |error: PeerError| PeerError { code: some(error.code), kind: some(error.kind), ..error };
        Self { start, choices, usage, errors: completion.errors.into_iter().map(clean).collect() }
    }

    /// An id that came when its call had begun cannot be said; whether it had, hangs on the calls before it.
    fn forget_late_ids(&mut self, deltas: &[OwnedDelta]) {
        for (index, choice) in (0..).zip(&mut self.choices) {
            for (slot, call) in (0..).zip(&mut choice.calls) {
                if is_id_late(index, slot, deltas) {
                    call.0 = None;
                }
            }
        }
    }
}

impl SaidChoice {
    fn of(choice: &crate::completion::Choice) -> Self {
        let made_up = |id: &String| id.starts_with("call_") && id.len() > 20 && id.matches('_').count() == 3;
        Self {
            texts: [choice.text.clone(), choice.reasoning.clone(), choice.refusal.clone()],
            calls: choice
                .tool_calls
                .values()
                .map(|call| {
                    let id = call.id.clone().filter(|id| !id.is_empty() && !made_up(id));
                    (id, call.name.clone(), call.arguments.clone())
                })
                .collect(),
            finish: choice.finish.as_ref().map(|finish| finish.reason),
            details: choice.reasoning_details().map(|detail| format!("{detail:?}")).collect(),
            audio: choice.audio.clone(),
        }
    }

    /// The target has four words; `stop` after calls means them. Names that go on are not said.
    fn as_sayable(&mut self, index: u32, deltas: &[OwnedDelta]) {
        let saw = deltas.iter().any(|delta| {
            matches!(delta, OwnedDelta::Finish { choice, saw_tool_calls: true, .. } if *choice == index)
        });
        self.finish = self.finish.map(|reason| match reason {
            FinishReason::Stop if saw || !self.calls.is_empty() => FinishReason::ToolCalls,
            FinishReason::Error => FinishReason::Length,
            FinishReason::Other => FinishReason::Stop,
            known => known,
        });
        for (slot, (_, name, _)) in (0..).zip(&mut self.calls) {
            *name = sayable_name(index, slot, deltas);
        }
    }
}

/// A call's name: nothing of it is to come once its arguments have, or its end, if there is a name by then.
pub(super) fn sayable_name(index: u32, of: u32, deltas: &[OwnedDelta]) -> String {
    let (mut whole, mut is_whole) = (String::new(), false);
    for delta in deltas.iter().skip(first_sight(index, of, deltas)) {
        match delta.as_delta() {
            Delta::ToolCallStart { choice, slot, name, .. }
            | Delta::ToolCallUpdate { choice, slot, name, .. }
                if (choice, slot) == (index, of) && (!is_whole || whole.is_empty()) =>
            {
                whole.push_str(name.unwrap_or_default());
            }
            Delta::ToolCallArguments { choice, slot, .. } | Delta::ToolCallEnd { choice, slot } => {
                is_whole |= (choice, slot) == (index, of);
            }
            Delta::Finish { choice, .. } => is_whole |= choice == index,
            _ => {}
        }
    }
    whole
}

/// Whether a call's id was first told when its arguments, and its name, had come, or when it had ended.
pub(super) fn is_id_late(index: u32, of: u32, deltas: &[OwnedDelta]) -> bool {
    let (mut has_name, mut has_arguments) = (false, false);
    for delta in deltas.iter().skip(first_sight(index, of, deltas)) {
        match delta.as_delta() {
            Delta::ToolCallStart { choice, slot, id, name }
            | Delta::ToolCallUpdate { choice, slot, id, name }
                if (choice, slot) == (index, of) =>
            {
                // A name that comes with the id lets the call begin with both.
                if id.is_some() {
                    return has_name && has_arguments;
                }
                has_name |= name.is_some();
            }
            Delta::ToolCallArguments { choice, slot, .. } | Delta::ToolCallEnd { choice, slot }
                if (choice, slot) == (index, of) =>
            {
                has_arguments = true;
            }
            Delta::Finish { choice, .. } if choice == index => has_arguments = true,
            _ => {}
        }
    }
    false
}

/// Where a call begins.
pub(super) fn first_sight(index: u32, of: u32, deltas: &[OwnedDelta]) -> usize {
    let begins = |delta: &OwnedDelta| match delta {
        OwnedDelta::ToolCallStart { choice, slot, .. } => (*choice, *slot) == (index, of),
        _ => false,
    };
    deltas.iter().position(begins).unwrap_or(deltas.len())
}

/// Parts and restarts cannot be said, nor choices beyond the limit.
fn is_sayable(delta: &Delta<'_>) -> bool {
    !matches!(delta, Delta::Part { .. } | Delta::Restart { .. })
        && delta.choice().is_none_or(|choice| choice < 128)
}

pub(super) fn fold<'d>(deltas: impl Iterator<Item = Delta<'d>>) -> Completion {
    let mut completion = Completion::new();
    deltas.for_each(|delta| completion.apply(delta));
    completion
}
