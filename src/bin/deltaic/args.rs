//! What the command takes, and what its help says.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{CommandFactory, Parser, ValueEnum};
use clap_complete::Shell;
use deltaic::{ArgumentsMode, ContentMode, Framing, Options, ReasoningTags, Wire};

use crate::split::Split;

const EXAMPLES: &str = "\
Decodes LLM chat streams: any bytes that a chat endpoint sent in, normalized deltas out.

Examples:
  curl -sN \"$URL\" -d @request.json | deltaic           one delta a line, as they arrive
  curl -sN \"$URL\" -d @request.json | deltaic -o text   what a person would read
  deltaic -o completion recorded.sse | jq .usage       the whole answer as one chat.completion
  deltaic -o chunks recorded.sse                       the same answer as OpenAI would stream it
  deltaic -o messages recorded.sse                     or as Anthropic would
  deltaic -o text --only answer recorded.sse > answer  the answer alone
  deltaic -o none --stats recordings/ more.sse.gz      what is in these, and how fast
  deltaic --split random:7 recorded.sse                the same deltas: cuts do not matter";

const EXIT_STATUS: &str = "\
Exit status (the highest that applies, over all inputs):
  0  complete
  1  an input could not be read, or the output not be written
  2  wrong usage
  3  malformed events were met: one line each on standard error, FILE:OFFSET: KIND,
     for the first 20 of an input; the others are counted
  4  truncated: neither an end marker nor a finish for every choice, or no event at all,
     or none of a known wire
  5  the peer reported an error in the stream
With `--output frames` only 0 to 3: frames know nothing of answers.
130 after an interrupt (Ctrl-C): what came until then is told as if the bytes had ended there.";

#[derive(Debug, Parser)]
#[command(version, about = "Decodes LLM chat streams into normalized deltas", long_about = EXAMPLES)]
#[command(after_long_help = EXIT_STATUS)]
pub(crate) struct Args {
    /// What to decode, each by itself: files (those that end in .gz or .zst are unpacked), directories (all files below that are
    /// not hidden, sorted); `-` or nothing is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// What to print
    #[arg(short, long, value_name = "FORM", default_value = "deltas")]
    pub(crate) output: Output,

    /// Of the text only this
    #[arg(long, value_name = "PART")]
    pub(crate) only: Option<Only>,

    /// How events are cut out of the bytes
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = words(&FRAMINGS))]
    framing: Framing,

    /// The wire that the stream speaks, instead of that of its first deciding event
    #[arg(long, value_name = "WIRE", value_parser = wires())]
    wire: Option<Wire>,

    /// Take the reference wire only: no deviation is understood
    #[arg(long)]
    strict: bool,

    /// Salvage damaged envelopes (never tool arguments)
    #[arg(long, conflicts_with = "strict")]
    repair: bool,

    /// Reasoning tags where content begins, or that were opened in the prompt
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = words(&THINKS))]
    think: ReasoningTags,

    /// Whether each chunk holds a piece of the content or all so far
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = words(&CONTENTS))]
    content: ContentMode,

    /// Whether a call's last fragment may repeat all its arguments
    #[arg(long, value_name = "HOW", default_value = "as-sent", value_parser = words(&ARGUMENTS))]
    arguments: ArgumentsMode,

    /// Feed the input in pieces of N bytes, or of random sizes (some empty)
    #[arg(long, value_name = "N|random:SEED")]
    pub(crate) split: Option<Split>,

    /// Decode without shape prediction: slower, and otherwise the same
    #[arg(long)]
    no_prediction: bool,

    /// Report on standard error: bytes, events, deltas, quirks, errors, time; of each input, and of all
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(crate) stats: Option<Stats>,

    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// Print a completion script for this shell, and nothing else
    #[arg(long, value_name = "SHELL", exclusive = true, hide_short_help = true)]
    completions: Option<Shell>,

    /// Print the manual page, and nothing else
    #[arg(long, exclusive = true, hide_short_help = true)]
    man: bool,
}

/// A form of the report of `--stats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stats {
    /// For people
    Text,
    /// One JSON object a line: each input, then all
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// What is meant for the user: text, refusal, transcript
    Answer,
    /// How it came about
    Reasoning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// One delta a line, as JSON; of several inputs each with its `file`
    Deltas,
    /// What a person would read: reasoning, answer, tool calls
    Text,
    /// One JSON object an input: chat.completion, with a report in its member `deltaic`
    Completion,
    /// The answer as an event stream of chat.completion.chunk, whatever the wire it came over
    Chunks,
    /// The same as an event stream of Messages
    Messages,
    /// The same as an event stream of Responses
    Responses,
    /// The same as the UI message stream of the AI SDK
    Ui,
    /// What a strict event-stream reader sees, one frame a line, as JSON
    Frames,
    /// Nothing: for the exit status and --stats
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

const FRAMINGS: [(&str, Framing); 6] = [
    ("auto", Framing::Auto),
    ("sse", Framing::Sse),
    ("ndjson", Framing::Ndjson),
    ("json-array", Framing::JsonArray),
    ("json", Framing::Json),
    ("eventstream", Framing::EventStream),
];
const THINKS: [(&str, ReasoningTags); 3] =
    [("auto", ReasoningTags::Auto), ("off", ReasoningTags::Off), ("started", ReasoningTags::Started)];
const CONTENTS: [(&str, ContentMode); 3] = [
    ("auto", ContentMode::Auto),
    ("incremental", ContentMode::Incremental),
    ("cumulative", ContentMode::Cumulative),
];
const ARGUMENTS: [(&str, ArgumentsMode); 2] =
    [("as-sent", ArgumentsMode::AsSent), ("repeated", ArgumentsMode::Repeated)];

impl Args {
    pub(crate) fn options(&self) -> Options {
        let base = if self.strict { Options::strict() } else { Options::new().repair(self.repair) };
        base.framing(self.framing)
            .wire(self.wire)
            .reasoning_tags(self.think)
            .content(self.content)
            .arguments(self.arguments)
            .prediction(!self.no_prediction)
    }
}

impl Args {
    /// What is printed in place of anything decoded, if that was asked for.
    pub(crate) fn page(&self) -> Option<Vec<u8>> {
        let (mut command, mut page) = (Self::command(), Vec::new());
        match self.completions {
            Some(shell) => clap_complete::generate(shell, &mut command, "deltaic", &mut page),
            None if self.man => clap_mangen::Man::new(command).render(&mut page).ok()?,
            None => return None,
        }
        Some(page)
    }
}

impl Color {
    pub(crate) fn write_global(self) {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
}

/// Takes one of the words of a table.
fn words<T: Copy + Send + Sync>(table: &'static [(&'static str, T)]) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(table.iter().map(|&(word, _)| word)).try_map(move |given| {
        table.iter().find(|&&(word, _)| word == given).map(|&(_, value)| value).ok_or("no such word")
    })
}

/// Takes one of the wires, by its word.
fn wires() -> impl TypedValueParser<Value = Wire> {
    PossibleValuesParser::new(Wire::ALL.iter().map(|wire| wire.as_str())).try_map(|word| word.parse::<Wire>())
}
