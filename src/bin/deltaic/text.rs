//! `-o text`: what a person would read.

use std::io::{self, Write};

use clap::builder::styling::Style;
use deltaic::{Completion, Delta};

use crate::visible::{Layout, write_visible};

const DIM: Style = Style::new().dimmed();

/// What the reader can see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Reasoning is dimmed.
    pub(crate) dim: bool,
    /// Control characters are spelled out.
    pub(crate) visible: bool,
}

/// The first choice that speaks is shown as it comes; tool calls and the other choices, which may come
/// interleaved, are held back and told whole at the end.
pub(crate) struct Text {
    look: Look,
    live: Option<u32>,
    last: Part,
    /// Whether the last thing written ended its line.
    at_line_start: bool,
    pub(crate) held: Completion,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Nothing,
    Reasoning,
    Answer,
    Heading,
    Call,
}

impl Text {
    pub(crate) fn new(look: Look) -> Self {
        Self { look, live: None, last: Part::Nothing, at_line_start: true, held: Completion::new() }
    }

    pub(crate) fn delta(&mut self, out: &mut impl Write, delta: Delta<'_>) -> io::Result<()> {
        match delta {
            Delta::Reasoning { choice, text } if self.is_live(choice) => self.say(out, Part::Reasoning, text),
            Delta::Text { choice, text } | Delta::Refusal { choice, text } if self.is_live(choice) => {
                self.say(out, Part::Answer, text)
            }
            held => {
                self.held.apply(held);
                Ok(())
            }
        }
    }

    /// What was held back, and the end of the last line.
    pub(crate) fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        for (&index, choice) in &held.choices {
            if !self.is_live(index) {
                self.paragraph(out, Part::Heading, &format!("[choice {index}]"))?;
            }
            self.paragraph(out, Part::Reasoning, &choice.reasoning)?;
            self.paragraph(out, Part::Answer, &choice.text)?;
            self.paragraph(out, Part::Answer, &choice.refusal)?;
            for call in choice.tool_calls.values() {
                self.paragraph(out, Part::Call, &format!("{}({})", call.name, call.arguments))?;
            }
        }
        self.held = held;
        if self.at_line_start { Ok(()) } else { self.write(out, "\n") }
    }

    fn is_live(&mut self, choice: u32) -> bool {
        *self.live.get_or_insert(choice) == choice
    }

    fn paragraph(&mut self, out: &mut impl Write, part: Part, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.part(out, part)?;
        self.say(out, part, text)
    }

    fn say(&mut self, out: &mut impl Write, part: Part, text: &str) -> io::Result<()> {
        if part != self.last {
            self.part(out, part)?;
        }
        if self.look.dim && part == Part::Reasoning {
            write!(out, "{DIM}")?;
            self.write(out, text)?;
            return write!(out, "{DIM:#}");
        }
        self.write(out, text)
    }

    /// A blank line between one part and the next.
    fn part(&mut self, out: &mut impl Write, part: Part) -> io::Result<()> {
        let gap = match (self.last, self.at_line_start) {
            (Part::Nothing, _) => "",
            (_, true) => "\n",
            (_, false) => "\n\n",
        };
        self.last = part;
        if gap.is_empty() { Ok(()) } else { self.write(out, gap) }
    }

    fn write(&mut self, out: &mut impl Write, text: &str) -> io::Result<()> {
        self.at_line_start = text.ends_with('\n');
        if self.look.visible {
            write_visible(out, text, Layout::Lines)
        } else {
            out.write_all(text.as_bytes())
        }
    }
}
