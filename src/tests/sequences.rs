//! Streams whose *sequence* is hostile, and ([`law`]) what they must keep.
//!
//! Knows: how services write streams, of chat and (`native`, `wires`) of other wires. Must not know: the crate (its API
//! stands in `law`), rooms.
//!
//! A stream is made of runs: one template, several events with other values, because that is what teaches shapes. Between
//! the runs stands something odd, and then a template returns. Whatever the sequence, neither prediction, nor a cut, nor a
//! reset, nor a feed that is left unread may show: deltas, errors with their offsets, ending and quirks are those of the
//! whole stream without prediction.
//!
//! Each choice takes one byte, so a fuzzer that changes a byte changes one thing.

#[path = "sequences/law.rs"]
mod law;
#[path = "sequences/messages.rs"]
mod messages;
#[path = "sequences/native.rs"]
mod native;
#[path = "sequences/pieces.rs"]
mod pieces;
#[path = "sequences/wires.rs"]
mod wires;

pub use law::{Asked, law};
use pieces::{CHOICES, DELTAS, EXTRAS, HEADS, LINES, NUMBERS, ODD, ODD_TEXTS, TAGGED, WORDS, pretty};

/// What decides. When no byte is left, every choice is the first of what is offered.
pub(super) struct Choices<'c>(pub(super) &'c [u8]);

impl Choices<'_> {
    pub(super) fn below(&mut self, end: usize) -> usize {
        let Some((byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*byte) % end.max(1)
    }

    pub(super) fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == number - 1
    }

    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        *list.get(self.below(list.len())).expect("no list is empty")
    }
}

/// How the texts of a run follow each other.
#[derive(Clone, Copy)]
enum Texts {
    Plain,
    Same,
    Odd,
    /// Each repeats all so far.
    Growing,
    /// Surrogate pairs over two events.
    Halves,
    /// A tag in pieces.
    Tagged,
}

/// How events are laid out.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    /// One data line and a blank line.
    Blank,
    /// One data line, and no blank line.
    Lines,
    /// The payload over several data lines.
    Several,
    /// One JSON value a line: also within an event stream.
    JsonLines,
    Array,
    Values,
    /// An AWS event stream.
    Messages,
}

/// What a stream has much of.
#[derive(Clone, Copy, PartialEq)]
enum Theme {
    Text,
    Calls,
    Choices,
    Lines,
    Extras,
    All,
    /// Another wire than chat.
    Native,
}

/// Where the line of a run stands that is no data.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Nothing,
    Before,
    After,
    Between,
}

/// What the events of a run have in common.
#[derive(Clone)]
struct Template {
    members: Vec<String>,
    texts: Texts,
    beside: Beside,
    line: &'static str,
    prefix: &'static str,
}

struct Writer<'c> {
    choices: Choices<'c>,
    theme: Theme,
    layout: Layout,
    end: &'static str,
    /// All growing text so far.
    so_far: String,
    count: usize,
    stream: Vec<u8>,
}

impl Writer<'_> {
    fn themed(&mut self, theme: Theme) -> bool {
        self.theme == theme || self.theme == Theme::All && self.choices.one_in(3)
    }

    fn call(&mut self) -> String {
        let index = self.choices.pick(&["\"index\":0,", "\"index\":0,", "\"index\":1,", "", "\"index\":$i,"]);
        let ids = [
            "",
            "\"id\":\"A\",",
            "\"id\":\"B\",",
            "\"id\":\"A\",",
            "\"id\":\"$a\",",
            "\"id\":\"\",",
            "\"id\":null,",
        ];
        let id = self.choices.pick(&ids);
        let kind = self.choices.pick(&["", "\"type\":\"function\","]);
        let name = self.choices.pick(&[
            "",
            "\"name\":\"f\",",
            "\"name\":\"g\",",
            "\"name\":\"\",",
            "\"name\":\"$p\",",
        ]);
        let arguments = self.choices.pick(&["\"$t\"", "\"$t\"", "\"$t\"", "\"\"", "{\"a\":$n}", "null"]);
        format!("{{{index}{id}{kind}\"function\":{{{name}\"arguments\":{arguments}}}}}")
    }

    fn delta(&mut self) -> String {
        if !self.themed(Theme::Calls) {
            return self.choices.pick(DELTAS).to_owned();
        }
        let first = self.call();
        match self.choices.below(6) {
            0..3 => format!("\"tool_calls\":[{first}]"),
            3 => format!("\"tool_calls\":[{first},{}]", self.call()),
            4 => "\"function_call\":{\"name\":\"f\",\"arguments\":\"$t\"}".to_owned(),
            _ => format!("\"content\":\"$t\",\"tool_calls\":[{first}]"),
        }
    }

    fn choice(&mut self) -> String {
        let delta = self.delta();
        let common = CHOICES.get(..2).unwrap_or_default();
        let list = if self.choices.below(3) > 0 { CHOICES } else { common };
        self.choices.pick(list).replace("$d", &delta)
    }

    fn template(&mut self) -> Template {
        let mut members = vec![self.choices.pick(HEADS).to_owned()];
        for _ in 0..self.choices.pick(&[0, 0, 1, 2]) + usize::from(self.theme == Theme::Extras) {
            members.push(self.choices.pick(EXTRAS).to_owned());
        }
        let several = self.themed(Theme::Choices);
        let choices = match self.choices.below(6) {
            0 if self.theme == Theme::Extras || several => String::new(),
            1 if several => format!("{},{}", self.choice(), self.choice()),
            _ => self.choice(),
        };
        let at = self.choices.below(members.len() + 1);
        members.insert(at, format!("\"choices\":[{choices}]"));
        members.retain(|member| !member.is_empty());
        let beside = if self.themed(Theme::Lines) {
            self.choices.pick(&[Beside::Nothing, Beside::Before, Beside::After, Beside::Between])
        } else {
            Beside::Nothing
        };
        Template {
            members,
            beside,
            texts: self.choices.pick(&[
                Texts::Plain,
                Texts::Plain,
                Texts::Same,
                Texts::Odd,
                Texts::Growing,
                Texts::Halves,
                Texts::Tagged,
            ]),
            line: self.choices.pick(LINES),
            prefix: self.choices.pick(&["data: ", "data: ", "data:"]),
        }
    }

    fn text(&mut self, texts: Texts) -> String {
        self.count += 1;
        match texts {
            Texts::Plain => self.choices.pick(WORDS).to_owned(),
            Texts::Same => "same".to_owned(),
            Texts::Odd => self.choices.pick(ODD_TEXTS).to_owned(),
            Texts::Growing => {
                let word = self.choices.pick(WORDS);
                self.so_far += word;
                self.so_far.clone()
            }
            Texts::Halves => if self.count % 2 == 1 { "a\\ud83d" } else { "\\ude00b" }.to_owned(),
            Texts::Tagged => {
                TAGGED.get((self.count - 1) % TAGGED.len()).copied().unwrap_or_default().to_owned()
            }
        }
    }

    fn value(&mut self, hole: &str, texts: Texts) -> String {
        let odd = self.choices.one_in(12);
        match hole {
            "t" => self.text(if odd { Texts::Odd } else { texts }),
            "p" => "x".repeat(self.choices.pick(&[3, 1, 2, 3, 5, 9, 40, 0])),
            "n" if odd => self.choices.pick(NUMBERS).to_owned(),
            "n" => self.choices.below(40).to_string(),
            "v" => self
                .choices
                .pick(&["\"a\"", "\"bc\"", "1", "23", "null", "{\"a\":1}", "[1,2]", "true"])
                .to_owned(),
            "c" if self.themed(Theme::Choices) => self.choices.pick(&["0", "0", "1", "0", "2"]).to_owned(),
            "c" => self.choices.pick(&["0", "0", "0", "0", "0", "0", "0", "1"]).to_owned(),
            "i" => self.choices.pick(&["0", "1", "2", "-1", "null"]).to_owned(),
            "a" => self.choices.pick(&["A", "B", "C", ""]).to_owned(),
            "r" => self.choices.pick(&["assistant", "", "assistant", "user", "tool"]).to_owned(),
            _ => format!("${hole}"),
        }
    }

    fn filled(&mut self, template: &str, texts: Texts) -> String {
        let mut pieces = template.split('$');
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (hole, rest) = piece.split_at_checked(1).unwrap_or_default();
            filled += &self.value(hole, texts);
            filled += rest;
        }
        filled
    }

    fn push(&mut self, line: &str) {
        self.stream.extend_from_slice(line.as_bytes());
        self.stream.extend_from_slice(self.end.as_bytes());
    }

    fn line(&mut self, line: &str) {
        let is_lines = matches!(self.layout, Layout::Blank | Layout::Lines | Layout::Several);
        if is_lines || self.choices.one_in(if self.layout == Layout::Messages { 64 } else { 8 }) {
            let line = self.filled(line, Texts::Plain);
            self.push(&line);
        }
    }

    /// One event in the layout of now.
    fn event(&mut self, payload: &str, prefix: &str) {
        match self.layout {
            Layout::Blank | Layout::Lines => self.push(&format!("{prefix}{payload}")),
            Layout::Several => {
                for line in pretty(payload) {
                    self.push(&format!("{prefix}{line}"));
                }
            }
            Layout::JsonLines => self.push(payload),
            Layout::Messages => self.message(payload),
            Layout::Array => self.stream.extend_from_slice(format!("{payload},").as_bytes()),
            Layout::Values => {
                let space = self.choices.pick(&["\n", "", " ", "\n\n"]);
                self.stream.extend_from_slice(format!("{payload}{space}").as_bytes());
            }
        }
    }

    /// The blank line, if there is one.
    fn blank(&mut self) {
        if matches!(self.layout, Layout::Blank | Layout::Several) {
            self.push("");
        }
    }

    fn run(&mut self, template: &Template) {
        let frozen = self.choices.one_in(5);
        let mut last = None;
        for _ in 0..self.choices.pick(&[1, 1, 2, 3, 4, 5, 6, 8]) {
            let mut members = template.members.clone();
            if self.choices.one_in(16) {
                members.rotate_left(1);
            }
            let payload = match last.take() {
                Some(last) if frozen => last,
                _ => self.filled(&format!("{{{}}}", members.join(",")), template.texts),
            };
            if template.beside == Beside::Before {
                self.line(template.line);
            }
            self.event(&payload, template.prefix);
            if template.beside == Beside::After {
                self.line(template.line);
            }
            self.blank();
            if template.beside == Beside::Between {
                self.line(template.line);
            }
            last = Some(payload);
        }
    }

    /// Something between the runs.
    fn odd(&mut self) {
        let payload = match self.choices.below(6) {
            0 | 1 => return,
            2 => {
                let line = self.choices.pick(LINES);
                return self.line(line);
            }
            3 if self.theme == Theme::Calls || self.theme == Theme::All => {
                let call = self.call();
                format!("{{\"choices\":[{{\"index\":$c,\"delta\":{{\"tool_calls\":[{call}]}}}}]}}")
            }
            3 => {
                let extra = self.choices.pick(EXTRAS);
                format!("{{{extra},\"choices\":[]}}")
            }
            _ => self.choices.pick(ODD).to_owned(),
        };
        let payload = self.filled(&payload, Texts::Plain);
        self.event(&payload, "data: ");
        self.blank();
    }

    /// An event stream may be laid out otherwise from here on.
    fn turn(&mut self) {
        let turns = !matches!(self.layout, Layout::Array | Layout::Messages);
        if turns && (self.theme == Theme::Lines && self.choices.one_in(3) || self.choices.one_in(12)) {
            self.layout = self.choices.pick(&[
                Layout::Lines,
                Layout::Blank,
                Layout::Lines,
                Layout::Several,
                Layout::JsonLines,
            ]);
        }
    }

    fn write(&mut self) {
        let templates = [self.template(), self.template(), self.template()];
        if self.layout == Layout::Array {
            self.stream.push(b'[');
        }
        for _ in 0..1 + self.choices.below(7) {
            let [first, second, third] = &templates;
            let template = self.choices.pick(&[first, second, first, third]);
            self.run(template);
            self.odd();
            self.turn();
        }
        self.ending();
    }

    fn ending(&mut self) {
        match self.choices.below(8) {
            0..3 => {
                self.event("[DONE]", "data: ");
                self.blank();
            }
            3 => {
                let line = self.choices.pick(LINES);
                self.line(line);
            }
            4 => self.stream.extend_from_slice(b"]"),
            5 => {
                let length = self.stream.len() - self.choices.below(40).min(self.stream.len());
                self.stream.truncate(length);
            }
            _ => {}
        }
        if self.choices.one_in(8) {
            let at = (self.choices.below(256) * 256 + self.choices.below(256)) % self.stream.len().max(1);
            let byte = self.choices.pick(b"\xFF\"\\\n\r{}:, \x00]");
            if let Some(damaged) = self.stream.get_mut(at) {
                *damaged = byte;
            }
        }
    }
}

/// The stream that `data` chooses, and the options under which it is decoded.
#[must_use]
pub fn stream(data: &[u8]) -> (Vec<u8>, crate::Options) {
    let mut choices = Choices(data);
    let options = law::options(&mut choices);
    let theme = choices.pick(&[
        Theme::Text,
        Theme::Calls,
        Theme::Calls,
        Theme::Choices,
        Theme::Choices,
        Theme::Lines,
        Theme::Lines,
        Theme::Extras,
        Theme::All,
        Theme::Native,
        Theme::Native,
        Theme::Native,
        Theme::Native,
        Theme::Native,
        Theme::Native,
    ]);
    let layout = choices.pick(&[
        Layout::Blank,
        Layout::Blank,
        Layout::Blank,
        Layout::Blank,
        Layout::Lines,
        Layout::Lines,
        Layout::Several,
        Layout::JsonLines,
        Layout::Array,
        Layout::Values,
        Layout::Messages,
        Layout::Messages,
    ]);
    let end = choices.pick(&["\n", "\n", "\n", "\n", "\r\n", "\r"]);
    let mut writer =
        Writer { choices, theme, layout, end, so_far: String::new(), count: 0, stream: Vec::new() };
    match theme {
        Theme::Native => writer.write_native(),
        _ => writer.write(),
    }
    (writer.stream, options)
}
