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
pub(super) struct Entry {
    pub(super) choice: u32,
    pub(super) role: bool,
    pub(super) content: Option<String>,
    pub(super) reasoning: Option<String>,
    pub(super) refusal: Option<String>,
    pub(super) calls: Vec<String>,
    pub(super) finish: Option<&'static str>,
}

/// What is remembered between chunks.
pub(super) struct Writer<'p, 'c> {
    pub(super) pen: &'p mut Pen<'c>,
    pub(super) script: &'p Script,
    /// The chunk that is being filled.
    pub(super) entries: Vec<Entry>,
    /// Choices that have begun, and all that each has said.
    pub(super) said: std::collections::BTreeMap<u32, String>,
    pub(super) reasoning_name: &'static str,
    pub(super) usage_told: bool,
    /// Text stands in the choice itself, as completions send it, and nowhere else.
    pub(super) in_choice: bool,
    /// What a choice says stands in this member.
    pub(super) delta: &'static str,
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
            return self.arguments(block, text, is_last);
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

    fn arguments(&mut self, block: &Block, text: &str, is_last: bool) {
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
        // A message with the finish may repeat the answer, so it is no piece of it.
        if self.delta == "message" {
            self.flush(false);
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
}
