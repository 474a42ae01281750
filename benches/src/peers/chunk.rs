//! The chunk as a careful user would type it: the fields that matter, borrowed where the JSON allows it.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, de::Visitor};

use crate::sink::Sink;

#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    choices: Vec<Choice<'a>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: u32,
    #[serde(borrow)]
    delta: Delta<'a>,
    #[serde(borrow)]
    finish_reason: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<Text<'a>>,
    #[serde(borrow)]
    reasoning_content: Option<Text<'a>>,
    #[serde(borrow)]
    tool_calls: Option<Vec<Call<'a>>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    index: u32,
    #[serde(borrow)]
    function: Function<'a>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    arguments: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

/// A string that borrows also inside `Option`, which serde's derive does not do for `Cow`.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor).map(Text)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

impl Chunk<'_> {
    pub(super) fn tell<S: Sink>(&self, sink: &mut S) {
        for choice in &self.choices {
            choice.tell(sink);
        }
        if let Some(usage) = &self.usage {
            sink.usage([usage.prompt_tokens, usage.completion_tokens, usage.total_tokens]);
        }
    }
}

impl Choice<'_> {
    fn tell<S: Sink>(&self, sink: &mut S) {
        if let Some(Text(text)) = &self.delta.reasoning_content {
            sink.reasoning(self.index, text);
        }
        if let Some(Text(text)) = &self.delta.content {
            sink.text(self.index, text);
        }
        for call in self.delta.tool_calls.iter().flatten() {
            if let Some(Text(name)) = &call.function.name {
                sink.call(self.index, call.index, name);
            }
            if let Some(Text(fragment)) = &call.function.arguments {
                sink.arguments(self.index, call.index, fragment);
            }
        }
        if let Some(Text(reason)) = &self.finish_reason {
            sink.finish(self.index, reason);
        }
    }
}
