//! One chunk of chat, with the deviations of its dialect.
//!
//! Knows: the layout of a chunk, and how services deviate from it. Must not know: the order of chunks, how they are framed.

use super::chat::{Entry, Writer};
use super::pen::Event;
use crate::{Delta, Quirk};

impl Writer<'_, '_> {
    /// Writes the chunk that was being filled.
    pub(super) fn flush(&mut self, with_usage: bool) {
        if self.entries.is_empty() {
            return;
        }
        let entries = std::mem::take(&mut self.entries);
        let count = entries.len();
        let mut beside = String::new();
        let choices: Vec<_> =
            entries.into_iter().map(|entry| self.choice(entry, count, &mut beside)).collect();
        let usage = if with_usage { self.usage() } else { String::new() };
        self.chunk(&format!(r#""choices":[{}]{beside}{usage}"#, choices.join(",")));
    }

    fn chunk(&mut self, members: &str) {
        if self.pen.may_use(Quirk::PingEvent) {
            // What was to be said waits for the chunk.
            let payload = r#"{"type":"ping"}"#.to_owned();
            self.pen.events.push(Event { name: "", payload, says: Vec::new() });
        }
        self.pen.say(Delta::start(Some("c1"), Some("m"), None));
        let model = if self.pen.uses(Quirk::ModelSpelling) { "model_id" } else { "model" };
        let error = if self.pen.may_use(Quirk::ErrorEmpty) { r#","error":{}"# } else { "" };
        let twice = if self.pen.may_use(Quirk::DuplicateKey) { r#""id":null,"# } else { "" };
        let json = format!(
            r#"{{{twice}"id":"c1","object":"chat.completion.chunk","created":7,"{model}":"m",{members}{error}}}"#
        );
        self.pen.event("", json);
    }

    /// A choice of a chunk; `beside` is what stands in the chunk instead.
    fn choice(&mut self, entry: Entry, count: usize, beside: &mut String) -> String {
        let Entry { choice, role, content, reasoning, refusal, calls, finish } = entry;
        let is_empty = content.is_none() && reasoning.is_none() && refusal.is_none() && calls.is_empty();
        let mut members = Vec::new();
        if role {
            members.push(r#""role":"assistant""#.to_owned());
            self.pen.say(Delta::Role { choice, role: "assistant" });
        }
        let index = match choice {
            0 if count == 1 && self.pen.uses(Quirk::ChoiceIndexMissing) => String::new(),
            _ if self.pen.may_use(Quirk::NumberType) => format!(r#""index":"{choice}","#),
            _ => format!(r#""index":{choice},"#),
        };
        let (finish, in_delta) = self.finish_member(finish, count, is_empty, beside);
        members.extend(in_delta);
        if is_empty && members.is_empty() && self.pen.uses(Quirk::DeltaMissing) {
            return format!("{{{index}{}}}", finish.trim_start_matches(','));
        }
        if self.in_choice {
            let text = content.unwrap_or_else(|| "\"\"".to_owned());
            return format!(r#"{{{index}"text":{text}{finish}}}"#);
        }
        self.reasoning(reasoning, &mut members);
        self.content(content, &mut members);
        members.extend(refusal.map(|refusal| format!(r#""refusal":{refusal}"#)));
        self.calls(&calls, &mut members);
        let name = self.delta;
        let logprobs = if self.pen.may_use(Quirk::NonFinite) {
            r#","logprobs":{"content":[{"logprob":NaN}]}"#
        } else {
            r#","logprobs":null"#
        };
        let again = self.message_beside(choice, name);
        format!(r#"{{{index}"{name}":{{{}}}{logprobs}{again}{finish}}}"#, members.join(","))
    }

    /// The answer so far, beside the delta.
    fn message_beside(&mut self, choice: u32, name: &str) -> String {
        if name == "message" || !self.pen.may_use(Quirk::MessageBeside) {
            return String::new();
        }
        let said = self.said.get(&choice).cloned().unwrap_or_default();
        let quoted = self.pen.quoted(&said);
        format!(r#","message":{{"role":"assistant","content":{quoted}}}"#)
    }

    /// The member of the choice, and of the delta.
    fn finish_member(
        &mut self,
        finish: Option<&str>,
        count: usize,
        is_empty: bool,
        beside: &mut String,
    ) -> (String, Option<String>) {
        let null = match finish {
            None if self.pen.may_use(Quirk::FinishNullWord) => {
                return (r#","finish_reason":"null""#.to_owned(), None);
            }
            None if self.pen.may_use(Quirk::EmptyString) => {
                return (r#","finish_reason":"""#.to_owned(), None);
            }
            _ => r#","finish_reason":null"#.to_owned(),
        };
        let Some(word) = finish else { return (null, None) };
        if !is_empty || self.in_choice || !self.pen.dialect.contains(Quirk::FinishPlace) {
            return (format!(r#","finish_reason":"{word}""#), None);
        }
        self.pen.uses(Quirk::FinishPlace);
        if count == 1 && self.pen.choices.one_in(2) {
            *beside = format!(r#","finish_reason":"{word}""#);
            return (null, None);
        }
        (null, Some(format!(r#""finish_reason":"{word}""#)))
    }

    fn content(&mut self, content: Option<String>, members: &mut Vec<String>) {
        match content {
            Some(text) if self.pen.may_use(Quirk::ContentParts) => {
                members.push(format!(r#""content":[{{"type":"text","text":{text}}}]"#));
            }
            Some(text) if self.pen.may_use(Quirk::DuplicateKey) => {
                members.push(format!(r#""content":null,"content":{text}"#));
            }
            Some(text) => members.push(format!(r#""content":{text}"#)),
            None if self.pen.may_use(Quirk::EmptyString) => members.push(r#""content":"""#.to_owned()),
            None if self.pen.choices.one_in(4) => members.push(r#""content":null"#.to_owned()),
            None => {}
        }
    }

    fn reasoning(&mut self, reasoning: Option<String>, members: &mut Vec<String>) {
        let Some(text) = reasoning else { return };
        let name = self.reasoning_name;
        if self.pen.uses(Quirk::ReasoningDetails) {
            return members
                .push(format!(r#""reasoning_details":[{{"type":"reasoning.text","text":{text}}}]"#));
        }
        self.pen.used = self.pen.used.with(Quirk::ReasoningField);
        if self.pen.uses(Quirk::ReasoningShape) {
            return members.push(format!(r#""reasoning":{{"text":{text}}}"#));
        }
        members.push(format!(r#""{name}":{text}"#));
        if self.pen.may_use(Quirk::ReasoningTwice) {
            let other = if name == "reasoning" { "reasoning_content" } else { "reasoning" };
            members.push(format!(r#""{other}":{text}"#));
        }
    }

    fn calls(&mut self, calls: &[String], members: &mut Vec<String>) {
        match calls {
            [] => {}
            [call] if self.pen.may_use(Quirk::ToolCallsObject) => {
                members.push(format!(r#""tool_calls":{call}"#))
            }
            calls => members.push(format!(r#""tool_calls":[{}]"#, calls.join(","))),
        }
    }

    /// The counters, as a member of a chunk.
    fn usage(&mut self) -> String {
        self.usage_told = true;
        let (read, written) = self.script.usage;
        self.pen.say_usage([Some(read), Some(written), Some(read + written)]);
        let names = if self.pen.uses(Quirk::UsageSpelling) {
            ["input_tokens", "output_tokens"]
        } else {
            ["prompt_tokens", "completion_tokens"]
        };
        let [input, output] = names;
        let total = if self.pen.uses(Quirk::NumberType) {
            format!("\"{}\"", read + written)
        } else {
            (read + written).to_string()
        };
        let counters = format!(r#"{{"{input}":{read},"{output}":{written},"total_tokens":{total}}}"#);
        if self.pen.uses(Quirk::UsagePlace) {
            format!(r#","x_groq":{{"usage":{counters}}}"#)
        } else {
            format!(r#","usage":{counters}"#)
        }
    }

    pub(super) fn usage_chunk(&mut self) {
        let usage = self.usage();
        let choices = if self.pen.uses(Quirk::ChoicesMissing) {
            usage.trim_start_matches(',').to_owned()
        } else if self.pen.uses(Quirk::ChoicesObject) {
            format!(r#""choices":{{}}{usage}"#)
        } else {
            format!(r#""choices":[]{usage}"#)
        };
        self.chunk(&choices);
        if self.pen.uses(Quirk::UsageZero) {
            self.chunk(r#""choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0}"#);
        }
    }
}
