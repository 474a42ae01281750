//! Readers without serde: jiter's pull parser, which copies no keys, and simd-json's tape.

use jiter::{Jiter, JiterError, Peek};
use simd_json::{Buffers, INPUT_PADDING, prelude::*, tape};

use super::{Payload, Reader};
use crate::sink::{Sink, Tokens};

/// jiter, one pass, its string tape reused.
pub(super) struct JiterWalk(Vec<u8>);

impl Reader for JiterWalk {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        let mut json = Jiter::with_tape(payload.bytes, std::mem::take(&mut self.0));
        if let Err(error) = jiter_chunk(&mut json, sink) {
            sink.reject(&error);
        }
        self.0 = json.into_tape();
    }
}

/// The keys that matter.
#[derive(Clone, Copy)]
enum Key {
    Choices,
    Usage,
    Index,
    Delta,
    FinishReason,
    Content,
    Reasoning,
    ToolCalls,
    Function,
    Name,
    Arguments,
    Prompt,
    Completion,
    Total,
    Other,
}

impl Key {
    fn of(key: &[u8]) -> Self {
        match key {
            b"choices" => Key::Choices,
            b"usage" => Key::Usage,
            b"index" => Key::Index,
            b"delta" => Key::Delta,
            b"finish_reason" => Key::FinishReason,
            b"content" => Key::Content,
            b"reasoning_content" => Key::Reasoning,
            b"tool_calls" => Key::ToolCalls,
            b"function" => Key::Function,
            b"name" => Key::Name,
            b"arguments" => Key::Arguments,
            b"prompt_tokens" => Key::Prompt,
            b"completion_tokens" => Key::Completion,
            b"total_tokens" => Key::Total,
            _ => Key::Other,
        }
    }
}

type Walked<T = ()> = Result<T, JiterError>;

/// Calls `each` with every key of an object; null is an object without keys.
fn members<'j>(json: &mut Jiter<'j>, mut each: impl FnMut(&mut Jiter<'j>, Key, Peek) -> Walked) -> Walked {
    if json.peek()? == Peek::Null {
        return json.known_null();
    }
    let mut key = json.next_object_bytes()?.map(Key::of);
    while let Some(known) = key {
        let value = json.peek()?;
        each(json, known, value)?;
        key = json.next_key_bytes()?.map(Key::of);
    }
    Ok(())
}

/// Calls `each` before every item of an array; null is an array without items.
fn items<'j>(json: &mut Jiter<'j>, mut each: impl FnMut(&mut Jiter<'j>) -> Walked) -> Walked {
    if json.peek()? == Peek::Null {
        return json.known_null();
    }
    let mut item = json.next_array()?;
    while item.is_some() {
        each(json)?;
        item = json.array_step()?;
    }
    Ok(())
}

fn jiter_chunk<S: Sink>(json: &mut Jiter<'_>, sink: &mut S) -> Walked {
    members(json, |json, key, value| match key {
        Key::Choices => items(json, |json| jiter_choice(json, sink)),
        Key::Usage if value != Peek::Null => {
            let usage = jiter_usage(json)?;
            sink.usage(usage);
            Ok(())
        }
        _ => json.known_skip(value),
    })?;
    json.finish()
}

fn jiter_choice<S: Sink>(json: &mut Jiter<'_>, sink: &mut S) -> Walked {
    let mut choice = 0;
    members(json, |json, key, value| {
        match (key, value) {
            (Key::Index, _) => choice = number(json, value)?,
            (Key::Delta, _) => jiter_delta(json, choice, sink)?,
            (Key::FinishReason, Peek::String) => sink.finish(choice, json.known_str()?),
            _ => json.known_skip(value)?,
        }
        Ok(())
    })
}

fn jiter_delta<S: Sink>(json: &mut Jiter<'_>, choice: u32, sink: &mut S) -> Walked {
    members(json, |json, key, value| {
        match (key, value) {
            (Key::Content, Peek::String) => sink.text(choice, json.known_str()?),
            (Key::Reasoning, Peek::String) => sink.reasoning(choice, json.known_str()?),
            (Key::ToolCalls, _) => items(json, |json| jiter_call(json, choice, sink))?,
            _ => json.known_skip(value)?,
        }
        Ok(())
    })
}

fn jiter_call<S: Sink>(json: &mut Jiter<'_>, choice: u32, sink: &mut S) -> Walked {
    let mut slot = 0;
    members(json, |json, key, value| match key {
        Key::Index => number(json, value).map(|index| slot = index),
        Key::Function => members(json, |json, key, value| {
            match (key, value) {
                (Key::Name, Peek::String) => sink.call(choice, slot, json.known_str()?),
                (Key::Arguments, Peek::String) => sink.arguments(choice, slot, json.known_str()?),
                _ => json.known_skip(value)?,
            }
            Ok(())
        }),
        _ => json.known_skip(value),
    })
}

fn jiter_usage(json: &mut Jiter<'_>) -> Walked<Tokens> {
    let mut usage = Tokens::default();
    members(json, |json, key, value| {
        match key {
            Key::Prompt => usage[0] = number(json, value)?.into(),
            Key::Completion => usage[1] = number(json, value)?.into(),
            Key::Total => usage[2] = number(json, value)?.into(),
            _ => json.known_skip(value)?,
        }
        Ok(())
    })?;
    Ok(usage)
}

/// Counters of these streams fit; anything else counts as 0.
fn number(json: &mut Jiter<'_>, value: Peek) -> Walked<u32> {
    let jiter::NumberInt::Int(number) = json.known_int(value)?;
    Ok(u32::try_from(number).unwrap_or_default())
}

/// What simd-json reuses: its buffers, its tape, and the copy that it needs because it writes into its input.
struct Simd {
    copy: Vec<u8>,
    buffers: Buffers,
    nodes: Option<simd_json::Tape<'static>>,
}

impl Simd {
    fn new() -> Self {
        Self { copy: Vec::new(), buffers: Buffers::new(1024), nodes: Some(simd_json::Tape(Vec::new())) }
    }

    fn read<S: Sink>(
        &mut self,
        payload: Payload<'_>,
        sink: &mut S,
        tell: impl Fn(tape::Value<'_, '_>, &mut S),
    ) {
        self.copy.clear();
        self.copy.extend_from_slice(payload.bytes);
        let mut nodes = self.nodes.take().unwrap_or(simd_json::Tape(Vec::new())).reset();
        let length = payload.bytes.len();
        self.copy.resize(length + INPUT_PADDING, 0);
        match simd_json::fill_tape_padded(&mut self.copy, length, &mut self.buffers, &mut nodes) {
            Ok(()) => tell(nodes.as_value(), sink),
            Err(error) => sink.reject(&error),
        }
        self.nodes = Some(nodes.reset());
    }
}

/// simd-json's tape, nothing extracted.
pub(super) struct Tape(Simd);

impl Reader for Tape {
    fn new() -> Self {
        Self(Simd::new())
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        self.0.read(payload, sink, |chunk, sink| {
            std::hint::black_box(chunk);
            sink.frame(payload.bytes);
        });
    }
}

/// simd-json's tape, one pass over each object that matters.
pub(super) struct TapeWalk(Simd);

impl Reader for TapeWalk {
    fn new() -> Self {
        Self(Simd::new())
    }

    fn read<S: Sink>(&mut self, payload: Payload<'_>, sink: &mut S) {
        self.0.read(payload, sink, tell_tape);
    }
}

type Node<'t, 'i> = tape::Value<'t, 'i>;

fn fields<'t, 'i>(value: Node<'t, 'i>) -> impl Iterator<Item = (Key, Node<'t, 'i>)> {
    let object = value.as_object();
    let pairs: Option<tape::object::Iter<'t, 'i>> = object.map(|object| object.iter());
    pairs.into_iter().flatten().map(|(key, value)| (Key::of(key.as_bytes()), value))
}

fn elements<'t, 'i>(value: Node<'t, 'i>) -> impl Iterator<Item = Node<'t, 'i>> {
    let array = value.as_array();
    let nodes: Option<tape::array::Iter<'t, 'i>> = array.map(|array| array.iter());
    nodes.into_iter().flatten()
}

fn tell_tape<S: Sink>(chunk: Node<'_, '_>, sink: &mut S) {
    for (key, value) in fields(chunk) {
        match key {
            Key::Choices => elements(value).for_each(|choice| tape_choice(choice, sink)),
            Key::Usage if !value.is_null() => sink.usage(tape_usage(value)),
            _ => {}
        }
    }
}

fn tape_choice<S: Sink>(value: Node<'_, '_>, sink: &mut S) {
    let mut choice = 0;
    for (key, value) in fields(value) {
        match key {
            Key::Index => choice = value.as_u32().unwrap_or_default(),
            Key::Delta => tape_delta(value, choice, sink),
            Key::FinishReason => sink.finish(choice, value.as_str().unwrap_or_default()),
            _ => {}
        }
    }
}

fn tape_delta<S: Sink>(value: Node<'_, '_>, choice: u32, sink: &mut S) {
    for (key, value) in fields(value) {
        match key {
            Key::Content => sink.text(choice, value.as_str().unwrap_or_default()),
            Key::Reasoning => sink.reasoning(choice, value.as_str().unwrap_or_default()),
            Key::ToolCalls => elements(value).for_each(|call| tape_call(call, choice, sink)),
            _ => {}
        }
    }
}

fn tape_call<S: Sink>(value: Node<'_, '_>, choice: u32, sink: &mut S) {
    let mut slot = 0;
    for (key, value) in fields(value) {
        match key {
            Key::Index => slot = value.as_u32().unwrap_or_default(),
            Key::Function => tape_function(value, choice, slot, sink),
            _ => {}
        }
    }
}

fn tape_function<S: Sink>(value: Node<'_, '_>, choice: u32, slot: u32, sink: &mut S) {
    for (key, value) in fields(value) {
        match (key, value.as_str()) {
            (Key::Name, Some(name)) => sink.call(choice, slot, name),
            (Key::Arguments, Some(fragment)) => sink.arguments(choice, slot, fragment),
            _ => {}
        }
    }
}

fn tape_usage(value: Node<'_, '_>) -> Tokens {
    let mut usage = Tokens::default();
    for (key, value) in fields(value) {
        match key {
            Key::Prompt => usage[0] = value.as_u64().unwrap_or_default(),
            Key::Completion => usage[1] = value.as_u64().unwrap_or_default(),
            Key::Total => usage[2] = value.as_u64().unwrap_or_default(),
            _ => {}
        }
    }
    usage
}
