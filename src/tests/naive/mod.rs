//! A second decoder, slow and obvious: whole bodies, `serde_json::Value`, everything copied. It was written from the wires'
//! documentation and from the register of quirks, not from `parse`, `normalize` or `shape`: what it and the decoder both say is
//! what two readings of the same documents agree on. Where hostile streams went beyond these documents, and either reading was
//! as good, it follows the decoder.
//!
//! It speaks chat completions, Messages, Responses, generateContent, Interactions and Converse, under default options and those
//! of the command about tags, repeated content and arguments, and the wire. What it does not read it says ([`Model::foreign`]);
//! `agrees` counts that. Q and N are the numbers of `shows` (`corpus/README.md`).
//!
//! Differences are decided by the documents, not by what the decoder does. A new wire is a file here, too.

mod agrees;
mod chat;
mod converse;
mod errors;
mod frames;
mod generate_content;
mod interactions;
mod json;
mod messages;
mod partial_args;
mod repeat;
mod responses;
mod talk;
mod think;
mod tools;

use serde_json::Value;

use crate::{Options, Wire};
use frames::{Event, is_done, strip_prefixes};
use json::{First, first};
use talk::Talk;

/// What a body says.
struct Model {
    talk: Talk,
    wire: Option<Wire>,
    /// Why this body is beyond the model.
    foreign: Option<&'static str>,
    /// The bytes were lost before their end.
    is_fatal: bool,
    chat: chat::Chat,
    messages: messages::Messages,
    responses: responses::Responses,
    generate_content: generate_content::GenerateContent,
    interactions: interactions::Interactions,
    converse: converse::Converse,
}

/// Decodes a whole body.
fn decode(options: &Options, body: &[u8]) -> Model {
    let mut model = Model {
        talk: Talk { tags: options.reasoning_tags, ..Talk::default() },
        wire: options.wire,
        foreign: None,
        is_fatal: false,
        chat: chat::Chat::new(options),
        messages: Default::default(),
        responses: Default::default(),
        generate_content: Default::default(),
        interactions: Default::default(),
        converse: Default::default(),
    };
    let frames = frames::frames(body);
    model.talk.malformed = frames.malformed;
    model.talk.unterminated = frames.unterminated;
    model.talk.in_array = frames.in_array;
    if frames.is_damaged {
        model.foreign = Some("lines that are no JSON, or of no event, among those that are");
    }
    for event in &frames.events {
        model.event(event);
    }
    model.is_fatal = frames.is_fatal;
    if !frames.is_fatal {
        model.end(false);
    }
    model.foreign = model.foreign.or(model.is_beyond());
    model
}

impl Model {
    fn event(&mut self, event: &Event) {
        let data = strip_prefixes(&event.data).trim();
        if self.talk.done {
            return;
        }
        if let Some("exception" | "error") = event.header(":message-type") {
            return self.exception(event, &event.data);
        }
        if event.is_error() && !data.starts_with('{') {
            return self.talk.error(event.data.trim());
        }
        if event.data.is_empty() && !event.headers.is_empty() {
            return self.talk.malformed += 1;
        }
        if data.is_empty() || data.starts_with(':') || event.name == "logs" && !data.starts_with('{') {
            return;
        }
        if self.wire == Some(Wire::Replicate) || self.wire.is_none() && event.name == "output" {
            self.foreign = Some("a wire that it does not speak");
            return;
        }
        if is_done(data) || ["done", "end", "close"].contains(&&*event.name) && data == "{}" {
            return self.done();
        }
        self.documents(event, data);
    }

    /// One document after the other (Q14, Q15), the rest dropped (Q33).
    fn documents(&mut self, event: &Event, data: &str) {
        let strict = json::strict(data);
        let mut rest = strict.as_str();
        let (mut is_first, mut is_bad) = (true, false);
        loop {
            rest = strip_prefixes(rest).trim_start();
            let is_over = self.talk.done || !is_first && !rest.starts_with('{');
            if is_over || !is_first && is_done(rest) {
                // What was bad costs itself: it is one fault of the event, whatever was well beside it.
                self.talk.malformed += usize::from(is_bad && !self.talk.done);
                if !is_over || !self.talk.done && is_done(rest) {
                    self.done();
                }
                return;
            }
            match first(rest) {
                First::Value(value, length) => {
                    self.document(event, &value);
                    if event.is_error() {
                        return;
                    }
                    rest = &rest[length..];
                }
                _ if is_first && event.is_error() => return self.talk.error(data.trim()),
                _ if is_first && !rest.starts_with(['{', '[', '"']) => return self.talk.error(data.trim()),
                First::NoJson | First::Cut => {
                    if data.contains('\n') {
                        self.foreign = Some("damage over several lines");
                    }
                    // Its brackets tell where the next may begin.
                    let behind = json::nested(rest).map_or("", |length| &rest[length..]);
                    let next = strip_prefixes(behind).trim_start();
                    if !next.starts_with('{') && !is_done(next) {
                        return self.talk.malformed += 1;
                    }
                    (rest, is_bad) = (behind, true);
                }
            }
            is_first = false;
        }
    }

    fn document(&mut self, event: &Event, value: &Value) {
        // Gateways wrap an error in an array.
        if let Value::Array(elements) = value {
            for element in elements.clone() {
                self.document(event, &element);
            }
            return;
        }
        let has_choices = value["choices"].is_array();
        // What a message's own type says that it is is no error.
        let is_typed = !event.headers.is_empty()
            && converse::EVENTS.contains(&&*event.name)
            && self.wire == Some(Wire::Converse);
        if !is_typed && let Some(message) = errors::message(value, has_choices) {
            self.talk.error(&message);
            if !has_choices {
                self.talk.start(&value["id"], &value["model"], &value["created"]);
                return;
            }
        }
        if event.is_error() {
            return self.words(event, value);
        }
        if ["ping", "keepalive"].contains(&value["type"].as_str().unwrap_or_default()) {
            return;
        }
        if value["type"] == "response.failed" && self.wire.is_some_and(|wire| wire != Wire::Responses) {
            let error = &value["response"]["error"];
            return self.talk.error(&errors::text_of(&error["message"]).unwrap_or_default());
        }
        // Counts after the end are Converse's where it is settled on; else they decide nothing.
        let is_counts =
            event.name == "metadata" && value["usage"].is_object() && self.wire != Some(Wire::Converse);
        let unnamed = Event { name: String::new(), ..event.clone() };
        match recognized(if is_counts { &unnamed } else { event }, value) {
            // Counters alone are any wire's: they decide nothing.
            Some(wire) if self.wire.is_none() && is_anyones(value) => {
                self.tell(wire, event, value);
            }
            Some(wire) if *self.wire.get_or_insert(wire) == wire => self.tell(wire, event, value),
            _ => {}
        }
    }

    /// What an event that is named an error complains of, in no shape of one.
    fn words(&mut self, event: &Event, value: &Value) {
        match errors::text_of(&value["message"]) {
            // On Responses an error is flat.
            Some(message) if self.wire == Some(Wire::Responses) && value["type"].is_null() => {
                self.talk.error(&message)
            }
            _ => self.talk.error(event.data.trim()),
        }
    }

    fn tell(&mut self, wire: Wire, event: &Event, value: &Value) {
        let talk = &mut self.talk;
        match wire {
            Wire::Chat => self.chat.chunk(value, talk),
            Wire::Messages => self.messages.event(value, talk),
            Wire::Responses => self.responses.event(&event.name, value, talk),
            Wire::GenerateContent => self.generate_content.event(value, talk),
            Wire::Interactions => self.interactions.event(value, talk),
            Wire::Converse => self.converse.event(&event.name, value, talk),
            _ => self.foreign = Some("a wire that it does not speak"),
        }
    }

    fn is_beyond(&self) -> Option<&'static str> {
        [
            (self.messages.is_mixed(), "a completion among blocks"),
            (self.converse.without_index, "blocks without an index"),
            (self.responses.is_foreign, "text in the item of a call"),
            (self.talk.two_reasonings, "reasoning between tags, and in a member of its own"),
        ]
        .into_iter()
        .find_map(|(is_so, why)| is_so.then_some(why))
    }

    fn exception(&mut self, event: &Event, data: &str) {
        let value = match first(&json::strict(data)) {
            First::Value(value, _) if value.is_object() => value,
            _ => Value::Null,
        };
        let data = if value.is_null() { data } else { "" };
        let words = event.header(":error-message").unwrap_or(data).to_owned();
        let words = Some(words);
        let message = errors::words(&value).or(words);
        self.talk.error(&message.unwrap_or_default());
    }

    fn done(&mut self) {
        self.end(true);
        self.talk.done = true;
    }

    /// What is held is told.
    fn end(&mut self, marker: bool) {
        self.chat.end(marker, &mut self.talk);
        self.messages.end(&mut self.talk);
        self.interactions.end(&mut self.talk);
        self.talk.end();
    }
}

fn is_anyones(value: &Value) -> bool {
    let object = value["object"].as_str().unwrap_or_default();
    let is_chat = value["choices"].is_array() || object.starts_with("chat.completion");
    value["usage"].is_object() && !is_chat && recognized(&Event::default(), value) == Some(Wire::Chat)
}

/// The wire that an event decides: the first whose mark it has.
fn recognized(event: &Event, value: &Value) -> Option<Wire> {
    let type_ = value["type"].as_str();
    let type_begins =
        |with: &[&str]| type_.is_some_and(|type_| with.iter().any(|word| type_.starts_with(word)));
    let is = |name: &str, kind: fn(&Value) -> bool| value.get(name).is_some_and(kind);
    let either = |one: &str, other: &str, kind: fn(&Value) -> bool| is(one, kind) || is(other, kind);
    let has = |value: &Value| {
        value["candidates"].is_array()
            || ["promptFeedback", "usageMetadata", "prompt_feedback", "usage_metadata"]
                .iter()
                .any(|name| value[*name].is_object())
    };
    if is("choices", Value::is_array) {
        return Some(Wire::Chat);
    }
    if type_begins(&["message_start", "content_block_start", "content_block_delta", "content_block_stop"])
        || type_begins(&["message_delta", "message_stop"])
        || type_ == Some("completion") && is("completion", Value::is_string)
        || type_ == Some("message") && is("role", Value::is_string) && is("content", Value::is_array)
    {
        return Some(Wire::Messages);
    }
    if value["object"] == "response" && is("output", Value::is_array) {
        return Some(Wire::Responses);
    }
    if type_begins(&["response."]) || type_.is_none() && event.name.starts_with("response.") {
        return Some(Wire::Responses);
    }
    if type_begins(&[
        "message-start",
        "content-",
        "tool-plan-delta",
        "tool-call-",
        "citation-",
        "message-end",
    ]) {
        return Some(Wire::Cohere2);
    }
    let event_type = value["event_type"].as_str().unwrap_or_default();
    if event_type.starts_with("interaction.")
        || event_type.starts_with("step.")
        || event_type == "content.start" && is("content", Value::is_object)
        || event_type == "content.delta" && is("delta", Value::is_object)
    {
        return Some(Wire::Interactions);
    }
    if is("is_finished", Value::is_boolean)
        && (is("event_type", Value::is_string) || is("text", Value::is_string))
    {
        return Some(Wire::Cohere1);
    }
    if event.name.starts_with("thread.")
        || value["object"].as_str().is_some_and(|object| object.starts_with("thread."))
    {
        return Some(Wire::Assistants);
    }
    if (has(value) || has(&value["response"])) && !either("serverContent", "server_content", |_| true) {
        return Some(Wire::GenerateContent);
    }
    if converse::EVENTS.contains(&&*event.name) && !event.headers.is_empty()
        || converse::EVENTS.iter().any(|name| value[*name].is_object())
    {
        return Some(Wire::Converse);
    }
    if is("result", Value::is_string) && is("is_end", |_| true) {
        return Some(Wire::Ernie);
    }
    if is("done", Value::is_boolean) && (is("message", Value::is_object) || is("response", Value::is_string))
    {
        return Some(Wire::Ollama);
    }
    if is("Choices", Value::is_array) {
        return Some(Wire::Hunyuan);
    }
    if value["header"].get("code").is_some() {
        return Some(Wire::Spark);
    }
    if is("token", Value::is_object) && is("generated_text", |_| true) {
        return Some(Wire::Tgi);
    }
    if event.header("wrapped").is_some()
        && (is("outputText", |_| true)
            || is("generation", |_| true) && is("stop_reason", |_| true)
            || is("outputs", Value::is_array))
    {
        return Some(Wire::InvokeModel);
    }
    let output = &value["output"];
    if ["choices", "text", "workflow_message"].iter().any(|name| output.get(name).is_some()) {
        return Some(Wire::DashScope);
    }
    if value["results"][0].get("generated_text").is_some() {
        return Some(Wire::Watsonx);
    }
    if is("content", Value::is_string) && is("stop", Value::is_boolean) {
        return Some(Wire::LlamaCpp);
    }
    let names: Vec<_> = value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    if is("response", Value::is_string)
        && names.iter().all(|name| ["response", "p", "tool_calls", "usage"].contains(name))
    {
        return Some(Wire::WorkersAi);
    }
    if type_begins(&[
        "start",
        "text-",
        "reasoning-",
        "tool-input-",
        "tool-output-",
        "finish",
        "data-",
        "source-",
    ]) {
        return Some(Wire::UiStream);
    }
    // Q43: a chunk without choices that says what it is, or counts.
    let object = value["object"].as_str().unwrap_or_default();
    let is_chunk = object.starts_with("chat.completion") || value["usage"].is_object();
    let others =
        ["delta", "done", "token", "output", "result", "results", "content", "is_finished", "Choices"];
    let is_others = others.iter().any(|name| is(name, |value| !value.is_null()));
    (type_.is_none() && is_chunk && !is_others).then_some(Wire::Chat)
}
