//! `-o text`: what a person would read.

use std::io::{self, Write};

use clap::builder::styling::Style;
use deltaic::Delta;

use crate::args::Only;
use crate::held::{Held, HeldCall};
use crate::visible::{Layout, write_visible};

const DIM: Style = Style::new().dimmed();

/// Calls of the live choice are held up to here: most streams end before, and then none stands amid the text.
const CALL_BYTES: usize = 4 << 10;
/// All that is held is held up to here.
const HELD_BYTES: usize = 64 << 10;

/// What the reader can see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Reasoning is dimmed.
    pub(crate) dim: bool,
    /// Control characters are spelled out.
    pub(crate) visible: bool,
}

/// The first choice that speaks, the live one, is shown as it comes; tool calls and the other choices, which may
/// come interleaved, are held back and told whole at the end. So is the transcript of an answer that was spoken, if its
/// choice has no text.
///
/// Long ones are not. Calls of the live choice over [`CALL_BYTES`] are written, and so is all that is held over
/// [`HELD_BYTES`], each choice under its heading. The last call written stays open: its arguments are shown as they
/// come, until something else is to be shown. What comes of a call after that is written as `name(…more)`.
pub(crate) struct Text {
    look: Look,
    only: Option<Only>,
    live: Option<u32>,
    /// The choice that was written last; none as long as only the live one was, which needs no heading then.
    shown: Option<u32>,
    /// The call, by choice and slot, whose bracket is still to be closed.
    open_call: Option<(u32, u32)>,
    last: Part,
    /// Whether the last thing written ended its line.
    at_line_start: bool,
    pub(crate) held: Held,
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
    pub(crate) fn new(look: Look, only: Option<Only>) -> Self {
        Self {
            look,
            only,
            live: None,
            shown: None,
            open_call: None,
            last: Part::Nothing,
            at_line_start: true,
            held: Held::default(),
        }
    }

    pub(crate) fn delta(&mut self, out: &mut impl Write, delta: Delta<'_>) -> io::Result<()> {
        match delta {
            _ if self.leaves_out(&delta) => Ok(()),
            Delta::Reasoning { choice, text } if self.is_live(choice) => {
                self.say_live(out, choice, Part::Reasoning, text)
            }
            Delta::Text { choice, text } | Delta::Refusal { choice, text } if self.is_live(choice) => {
                self.held.note_text(choice);
                self.say_live(out, choice, Part::Answer, text)
            }
            Delta::ToolCallArguments { choice, slot, fragment } if self.open_call == Some((choice, slot)) => {
                self.write(out, fragment)
            }
            Delta::ToolCallStart { choice, .. }
            | Delta::ToolCallUpdate { choice, .. }
            | Delta::ToolCallArguments { choice, .. } => {
                self.held.add(delta);
                self.write_long_calls(out, choice)?;
                self.write_over_bound(out)
            }
            _ => {
                self.held.add(delta);
                self.write_over_bound(out)
            }
        }
    }

    /// What was held back, and the end of the last line.
    pub(crate) fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        for index in self.held.choices() {
            let is_written = self.shown.is_some() && self.held.bytes_of(index) == 0;
            if !is_written {
                self.turn_to(out, index)?;
                self.write_held(out, index)?;
            }
        }
        self.close_call(out)?;
        if self.at_line_start { Ok(()) } else { self.write(out, "\n") }
    }

    /// Whether it was not asked for.
    fn leaves_out(&self, delta: &Delta<'_>) -> bool {
        let part = match delta {
            Delta::Text { .. } | Delta::Refusal { .. } | Delta::Extra { .. } => Some(Only::Answer),
            Delta::Reasoning { .. } => Some(Only::Reasoning),
            Delta::ToolCallStart { .. } | Delta::ToolCallUpdate { .. } | Delta::ToolCallArguments { .. } => {
                None
            }
            _ => return false,
        };
        self.only.is_some() && self.only != part
    }

    fn is_live(&mut self, choice: u32) -> bool {
        *self.live.get_or_insert(choice) == choice
    }

    fn say_live(&mut self, out: &mut impl Write, choice: u32, part: Part, text: &str) -> io::Result<()> {
        self.turn_to(out, choice)?;
        self.say(out, part, text)
    }

    fn write_long_calls(&mut self, out: &mut impl Write, choice: u32) -> io::Result<()> {
        let is_long = self.held.bytes_of(choice) > CALL_BYTES;
        if !is_long || !self.is_live(choice) {
            return Ok(());
        }
        self.turn_to(out, choice)?;
        self.write_held(out, choice)
    }

    fn write_over_bound(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.held.bytes() <= HELD_BYTES {
            return Ok(());
        }
        for index in self.held.choices() {
            if self.held.bytes_of(index) > 0 {
                self.is_live(index);
                self.shown = self.shown.or(self.live);
                self.turn_to(out, index)?;
                self.write_held(out, index)?;
            }
        }
        Ok(())
    }

    /// A heading, if what comes is of another choice than what was shown.
    fn turn_to(&mut self, out: &mut impl Write, choice: u32) -> io::Result<()> {
        let is_other = match self.shown {
            Some(shown) => shown != choice,
            None => !self.is_live(choice),
        };
        self.shown = self.shown.and(Some(choice));
        if is_other { self.paragraph(out, Part::Heading, &format!("[choice {choice}]")) } else { Ok(()) }
    }

    fn write_held(&mut self, out: &mut impl Write, choice: u32) -> io::Result<()> {
        let Some(held) = self.held.take(choice) else {
            return Ok(());
        };
        self.paragraph(out, Part::Reasoning, &held.reasoning)?;
        self.paragraph(out, Part::Answer, &held.text)?;
        self.paragraph(out, Part::Answer, &held.refusal)?;
        self.paragraph(out, Part::Answer, &held.transcript)?;
        held.calls.iter().try_for_each(|call| self.open_call(out, choice, call))
    }

    /// A call, up to what its next arguments may be appended to.
    fn open_call(&mut self, out: &mut impl Write, choice: u32, call: &HeldCall) -> io::Result<()> {
        let HeldCall { slot, name, arguments, goes_on } = call;
        let more = if *goes_on { "…" } else { "" };
        self.paragraph(out, Part::Call, &format!("{name}({more}{arguments}"))?;
        self.open_call = Some((choice, *slot));
        Ok(())
    }

    fn close_call(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.open_call.take().is_some() { self.write(out, ")") } else { Ok(()) }
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
        self.close_call(out)?;
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
