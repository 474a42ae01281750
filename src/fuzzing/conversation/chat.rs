//! A conversation as chat completions, in any dialect of the register: a set of quirks, each written where it fits.
//!
//! Knows: the layout of a chunk, and how services deviate from it. Must not know: how events are framed, who reads them.

use super::pen::Pen;
use super::script::{Block, Move, Script};
use crate::FinishReason::{ContentFilter, Length, Stop, ToolCalls};
use crate::{Delta, FinishReason, PartKind, Quirk};

/// The deviations that may be chosen: of spelling, place and shape; those of framing are chosen with the framing.
pub(super) const DIALECT: &[Quirk] = &[
    Quirk::RawControl,
    Quirk::NonFinite,
    Quirk::DuplicateKey,
    Quirk::NumberType,
    Quirk::ChoiceIndexMissing,
    Quirk::ChoicesMissing,
    Quirk::ChoicesObject,
    Quirk::DeltaMissing,
    Quirk::MessageForDelta,
    Quirk::MessageBeside,
    Quirk::ChoiceText,
    Quirk::ContentParts,
    Quirk::RoleRepeated,
    Quirk::EmptyString,
    Quirk::ReasoningDetails,
    Quirk::ReasoningShape,
    Quirk::ReasoningTwice,
    Quirk::ToolIndexMissing,
    Quirk::ToolIdRepeated,
    Quirk::ToolNameRepeated,
    Quirk::ToolNameSplit,
    Quirk::ToolIdLate,
    Quirk::ArgumentsObject,
    Quirk::ToolCallsObject,
    Quirk::FinishSpelling,
    Quirk::FinishPlace,
    Quirk::FinishRepeated,
    Quirk::FinishNullWord,
    Quirk::UsagePlace,
    Quirk::UsageSpelling,
    Quirk::UsageZero,
    Quirk::ModelSpelling,
    Quirk::PingEvent,
    Quirk::ErrorEmpty,
];

/// What one chunk says of one choice.
#[derive(Default)]
struct Entry {
    choice: u32,
    role: bool,
    content: Option<String>,
    reasoning: Option<String>,
    refusal: Option<String>,
    calls: Vec<String>,
    finish: Option<&'static str>,
}

/// What is remembered between chunks.
struct Writer<'p, 'c> {
    pen: &'p mut Pen<'c>,
    script: &'p Script,
    /// The chunk that is being filled.
    entries: Vec<Entry>,
    /// Choices that have begun, and all that each has said.
    said: std::collections::BTreeMap<u32, String>,
    reasoning_name: &'static str,
    /// Calls that have sent their first fragment of arguments, by position of the block.
    begun: Vec<usize>,
    usage_told: bool,
    /// Text stands in the choice itself, as completions send it, and nowhere else.
    in_choice: bool,
    /// What a choice says stands in this member.
    delta: &'static str,
}

pub(super) fn write(pen: &mut Pen<'_>, script: &Script) {
    let reasoning_name = pen.choices.pick(&[
        "reasoning_content",
        "reasoning",
        "reasoning_content",
        "reasoning_text",
        "thinking",
    ]);
    let is_text = script.blocks.iter().all(|block| block.kind == PartKind::Text);
    let in_choice = is_text && pen.uses(Quirk::ChoiceText);
    let delta = if !in_choice && pen.uses(Quirk::MessageForDelta) { "message" } else { "delta" };
    let mut writer = Writer {
        pen,
        script,
        entries: Vec::new(),
        said: std::collections::BTreeMap::new(),
        reasoning_name,
        begun: Vec::new(),
        usage_told: false,
        in_choice,
        delta,
    };
    script.moves.iter().for_each(|step| writer.step(*step));
    writer.flush(false);
    if !writer.usage_told {
        writer.usage_chunk();
    }
    if !writer.pen.choices.one_in(8) {
        writer.pen.say(Delta::done("[DONE]"));
        writer.pen.event("", "[DONE]".to_owned());
    }
}

impl Writer<'_, '_> {
    fn step(&mut self, step: Move) {
        match step {
            Move::Open(at) => {
                let block = self.script.block(at);
                if block.kind == PartKind::ToolCall {
                    self.open_call(block);
                }
            }
            Move::Piece(at, piece, is_last) => self.piece(at, piece, is_last),
            Move::Close(_) => {}
            Move::Finish(choice, is_last) => self.finish(choice, is_last),
        }
    }

    /// The entry of a choice in the chunk that is being filled, if that has room for a text of this kind.
    fn entry(&mut self, choice: u32, has_room: fn(&Entry) -> bool) -> &mut Entry {
        let joins = self.pen.choices.one_in(4);
        let is_open = |entry: &&Entry| entry.choice == choice && entry.finish.is_none();
        let is_known = self.entries.iter().any(|entry| entry.choice == choice);
        let fits = self.entries.iter().find(is_open).is_some_and(has_room);
        if !joins || is_known && !fits {
            self.flush(false);
        }
        if !self.entries.iter().any(|entry| entry.choice == choice) {
            let role = self.begin(choice);
            self.entries.push(Entry { choice, role, ..Entry::default() });
        }
        self.entries.iter_mut().find(|entry| entry.choice == choice).expect("one entry")
    }

    /// Whether the choice's role is to be said now.
    fn begin(&mut self, choice: u32) -> bool {
        let is_first = !self.said.contains_key(&choice);
        self.said.entry(choice).or_default();
        !self.in_choice && (is_first || self.pen.uses(Quirk::RoleRepeated))
    }

    fn piece(&mut self, at: usize, piece: usize, is_last: bool) {
        let block = self.script.block(at);
        let text = block.piece(piece);
        if block.kind == PartKind::ToolCall {
            return self.arguments(at, block, text, is_last);
        }
        let quoted = self.pen.quoted(text);
        match block.kind {
            PartKind::Reasoning => {
                self.entry(block.choice, |entry| entry.reasoning.is_none()).reasoning = Some(quoted)
            }
            PartKind::Refusal => {
                self.entry(block.choice, |entry| entry.refusal.is_none()).refusal = Some(quoted)
            }
            _ => {
                self.entry(block.choice, |entry| entry.content.is_none()).content = Some(quoted);
                self.said.entry(block.choice).or_default().push_str(text);
            }
        }
        self.pen.say_piece(block, text);
    }

    /// The first fragment: who is called. What of that comes late comes in fragments of its own.
    fn open_call(&mut self, block: &Block) {
        let Block { choice, slot, id, name, .. } = block;
        // A call whose beginning is in pieces must be found by its index.
        let is_split = !self.pen.dialect.contains(Quirk::ToolIndexMissing);
        let now = Some(&**id).filter(|_| !is_split || !self.pen.uses(Quirk::ToolIdLate));
        let split = if is_split && self.pen.uses(Quirk::ToolNameSplit) { 1 } else { name.len() };
        let (first, rest) = name.split_at_checked(split).unwrap_or((name, ""));
        let index = self.index(block);
        let with_id = now.map_or_else(String::new, |id| format!(r#""id":"{id}","#));
        let call = format!(
            r#"{{{index}{with_id}"type":"function","function":{{"name":"{first}","arguments":""}}}}"#
        );
        self.call(*choice, call, Delta::tool_call_start(*choice, *slot, now, Some(first)));
        if !rest.is_empty() {
            let call = format!(r#"{{{index}"function":{{"name":"{rest}"}}}}"#);
            self.call(*choice, call, Delta::tool_call_update(*choice, *slot, None, Some(rest)));
        }
        if now.is_none() {
            let call = format!(r#"{{{index}"id":"{id}","function":{{"arguments":""}}}}"#);
            self.call(*choice, call, Delta::tool_call_update(*choice, *slot, Some(id), None));
        }
    }

    /// An entry of a call, and what it says.
    fn call(&mut self, choice: u32, call: String, says: Delta<'_>) {
        self.entry(choice, |_| true).calls.push(call);
        self.pen.say(says);
    }

    fn index(&mut self, block: &Block) -> String {
        if self.pen.uses(Quirk::ToolIndexMissing) {
            return String::new();
        }
        format!(r#""index":{},"#, block.slot)
    }

    fn arguments(&mut self, at: usize, block: &Block, text: &str, is_last: bool) {
        let as_object = self.pen.dialect.contains(Quirk::ArgumentsObject);
        if as_object && !is_last {
            return;
        }
        let whole = block.whole();
        let text = if as_object { &*whole } else { text };
        let json = if as_object && self.pen.uses(Quirk::ArgumentsObject) {
            whole.clone()
        } else {
            self.pen.quoted(text)
        };
        let index = self.index(block);
        let again = index.is_empty() || self.pen.may_use(Quirk::ToolIdRepeated);
        let id = if again { format!(r#""id":"{}","#, block.id) } else { String::new() };
        if again {
            self.pen.used = self.pen.used.with(Quirk::ToolIdRepeated);
        }
        let name = if self.pen.may_use(Quirk::ToolNameRepeated) {
            format!(r#""name":"{}","#, block.name)
        } else {
            String::new()
        };
        let call = format!(r#"{{{index}{id}"function":{{{name}"arguments":{json}}}}}"#);
        self.entry(block.choice, |_| true).calls.push(call);
        self.begun.push(at);
        self.pen.say_piece(block, text);
    }

    fn finish(&mut self, choice: u32, is_last: bool) {
        const WORDS: &[(FinishReason, &str)] = &[
            (Stop, "stop"),
            (Length, "length"),
            (ToolCalls, "tool_calls"),
            (ContentFilter, "content_filter"),
        ];
        const SPELLED: &[(FinishReason, &str)] = &[
            (Stop, "end_turn"),
            (Length, "max_tokens"),
            (ToolCalls, "tool_use"),
            (ContentFilter, "SAFETY"),
            (Stop, "eos"),
        ];
        let words = if self.pen.uses(Quirk::FinishSpelling) { SPELLED } else { WORDS };
        let (mut reason, mut word) = self.pen.choices.pick(words);
        // A finish that says calls where none was made is another story.
        if reason == ToolCalls && !self.script.has_calls(choice) {
            (reason, word) = words.first().copied().unwrap_or((Stop, "stop"));
        }
        self.entry(choice, |_| true).finish = Some(word);
        self.script
            .blocks
            .iter()
            .filter(|block| block.choice == choice)
            .for_each(|block| self.pen.say_end(block));
        self.pen.say(Delta::finish(choice, reason, word, false));
        let with_usage = is_last && self.pen.choices.one_in(3);
        self.flush(with_usage);
        if self.pen.uses(Quirk::FinishRepeated) {
            self.entries.push(Entry { choice, finish: Some(word), ..Entry::default() });
            self.flush(false);
        }
    }

    /// Writes the chunk that was being filled.
    fn flush(&mut self, with_usage: bool) {
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
            self.pen.events.push(super::pen::Event { name: "", payload, says: Vec::new() });
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

    fn usage_chunk(&mut self) {
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
