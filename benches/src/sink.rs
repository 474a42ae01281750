//! Where decoded values go: [`Answer`] keeps them all, [`Tally`] counts them and costs next to nothing.

use std::{collections::BTreeMap, fmt, hint::black_box};

/// Token counts: input, output, total.
pub type Tokens = [u64; 3];

/// Takes what a stack decodes. Empty pieces are no pieces.
pub trait Sink {
    /// A piece of the answer.
    fn text(&mut self, choice: u32, text: &str);
    /// A piece of the reasoning.
    fn reasoning(&mut self, choice: u32, text: &str);
    /// A tool call's name.
    fn call(&mut self, choice: u32, slot: u32, name: &str);
    /// A piece of a tool call's arguments.
    fn arguments(&mut self, choice: u32, slot: u32, fragment: &str);
    /// The end of a choice.
    fn finish(&mut self, choice: u32, reason: &str);
    /// Token counts so far.
    fn usage(&mut self, usage: Tokens);
    /// The stack refused one event.
    fn reject(&mut self, reason: &dyn fmt::Display);
    /// One framed payload, where only framing is measured.
    fn frame(&mut self, payload: &[u8]);
    /// Line ends found, where only they are looked for.
    fn lines(&mut self, _lines: u64) {}
}

/// Everything a stream says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Text by choice.
    pub text: BTreeMap<u32, String>,
    /// Reasoning by choice.
    pub reasoning: BTreeMap<u32, String>,
    /// Name and arguments by choice and slot.
    pub calls: BTreeMap<(u32, u32), (String, String)>,
    /// Finish reason by choice.
    pub finish: BTreeMap<u32, String>,
    /// The last token counts.
    pub usage: Option<Tokens>,
    /// Pieces of text, reasoning and arguments.
    pub pieces: u64,
    /// Events refused.
    pub rejected: u64,
    /// Why the first one was.
    pub reason: String,
}

impl Answer {
    /// What is wrong with `self`, if anything, where `expected` is right.
    #[must_use]
    pub fn fault(&self, expected: &Answer) -> Option<String> {
        if self.rejected != expected.rejected {
            return Some(format!("{} events refused: {}", self.rejected, self.reason));
        }
        let parts = [
            ("text", self.text == expected.text),
            ("reasoning", self.reasoning == expected.reasoning),
            ("tool calls", self.calls == expected.calls),
            ("finish", self.finish == expected.finish),
            ("usage", self.usage == expected.usage),
            ("number of pieces", self.pieces == expected.pieces),
        ];
        let wrong: Vec<_> = parts.iter().filter(|(_, right)| !right).map(|(part, _)| *part).collect();
        (!wrong.is_empty()).then(|| format!("wrong {}", wrong.join(", ")))
    }
}

impl Sink for Answer {
    fn text(&mut self, choice: u32, text: &str) {
        if !text.is_empty() {
            self.text.entry(choice).or_default().push_str(text);
            self.pieces += 1;
        }
    }

    fn reasoning(&mut self, choice: u32, text: &str) {
        if !text.is_empty() {
            self.reasoning.entry(choice).or_default().push_str(text);
            self.pieces += 1;
        }
    }

    fn call(&mut self, choice: u32, slot: u32, name: &str) {
        self.calls.entry((choice, slot)).or_default().0.push_str(name);
    }

    fn arguments(&mut self, choice: u32, slot: u32, fragment: &str) {
        if !fragment.is_empty() {
            self.calls.entry((choice, slot)).or_default().1.push_str(fragment);
            self.pieces += 1;
        }
    }

    fn finish(&mut self, choice: u32, reason: &str) {
        if !reason.is_empty() {
            self.finish.entry(choice).or_insert_with(|| reason.to_owned());
        }
    }

    fn usage(&mut self, usage: Tokens) {
        self.usage = Some(usage);
    }

    fn reject(&mut self, reason: &dyn fmt::Display) {
        if self.rejected == 0 {
            self.reason = reason.to_string();
        }
        self.rejected += 1;
    }

    fn frame(&mut self, _payload: &[u8]) {}
}

/// The sizes of everything a stream says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Bytes of text, reasoning and arguments.
    pub bytes: u64,
    /// Pieces of them.
    pub pieces: u64,
    /// The last token counts.
    pub usage: Option<Tokens>,
    /// Events refused.
    pub rejected: u64,
    /// Framed payloads.
    pub frames: u64,
    /// Line ends.
    pub lines: u64,
}

impl Tally {
    fn piece(&mut self, text: &str) {
        self.bytes += black_box(text).len() as u64;
        self.pieces += u64::from(!text.is_empty());
    }
}

impl From<&Answer> for Tally {
    fn from(answer: &Answer) -> Self {
        let texts = answer.text.values().chain(answer.reasoning.values());
        let arguments = answer.calls.values().map(|(_, arguments)| arguments);
        Self {
            bytes: texts.chain(arguments).map(|text| text.len() as u64).sum(),
            pieces: answer.pieces,
            usage: answer.usage,
            rejected: answer.rejected,
            frames: 0,
            lines: 0,
        }
    }
}

impl Sink for Tally {
    fn text(&mut self, _choice: u32, text: &str) {
        self.piece(text);
    }

    fn reasoning(&mut self, _choice: u32, text: &str) {
        self.piece(text);
    }

    fn call(&mut self, _choice: u32, _slot: u32, name: &str) {
        black_box(name);
    }

    fn arguments(&mut self, _choice: u32, _slot: u32, fragment: &str) {
        self.piece(fragment);
    }

    fn finish(&mut self, _choice: u32, reason: &str) {
        black_box(reason);
    }

    fn usage(&mut self, usage: Tokens) {
        self.usage = Some(usage);
    }

    fn reject(&mut self, _reason: &dyn fmt::Display) {
        self.rejected += 1;
    }

    fn frame(&mut self, payload: &[u8]) {
        self.bytes += black_box(payload).len() as u64;
        self.frames += 1;
    }

    fn lines(&mut self, lines: u64) {
        self.lines += lines;
    }
}
