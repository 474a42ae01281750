//! Events cut out of whole bodies: WHATWG HTML 9.2.6 with the leniencies Q01 to Q26, JSON lines, JSON arrays, JSON
//! over many lines, and AWS event streams.

use serde_json::Value;

use super::json::{First, first, strict};
use crate::fuzzing::naive_eventstream;

/// One event.
#[derive(Debug, Clone, Default)]
pub(super) struct Event {
    /// Empty where the stream names none.
    pub(super) name: String,
    pub(super) data: String,
    /// Headers of a message of an AWS event stream.
    pub(super) headers: Vec<(String, String)>,
}

impl Event {
    fn of(name: &str, data: &str) -> Self {
        Self { name: name.to_owned(), data: data.to_owned(), headers: Vec::new() }
    }

    /// It is named an error: Q134.
    pub(super) fn is_error(&self) -> bool {
        self.name == "error" && self.headers.is_empty()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What a body is.
#[derive(Debug, Default)]
pub(super) struct Frames {
    pub(super) events: Vec<Event>,
    pub(super) malformed: usize,
    pub(super) unterminated: bool,
    pub(super) in_array: bool,
    /// Nothing can be read any more.
    pub(super) is_fatal: bool,
    /// A line that is no JSON, where only JSON is: what it costs depends on where the decoder takes heart again.
    pub(super) is_damaged: bool,
}

pub(super) fn frames(body: &[u8]) -> Frames {
    if proves_itself(body) {
        return messages(body);
    }
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    match text.trim_start_matches([' ', '\t', '\r', '\n']).bytes().next() {
        Some(b'{') => values(text),
        Some(b'[') if !is_done(text.trim().lines().next().unwrap_or_default()) => array(text),
        _ => lines(&text.replace("\r\n", "\n").replace('\r', "\n")),
    }
}

/// The end markers of Q143 to Q145.
pub(super) fn is_done(data: &str) -> bool {
    ["[DONE]", "\"[DONE]\"", "[done]", "DONE"].contains(&data.trim())
}

/// How far a payload is.
#[derive(PartialEq)]
enum State {
    Empty,
    Complete,
    Cut,
    Text,
}

fn state(data: &str) -> State {
    if data.trim_start().starts_with("data:") {
        return state(strip_prefixes(data));
    }
    if data.trim().is_empty() {
        return State::Empty;
    }
    if is_done(data) {
        return State::Complete;
    }
    let data = strict(data);
    match first(&data) {
        // Of two documents in one payload the second may not be whole (Q14).
        First::Value(_, length) if data[length..].trim_start().starts_with('{') => state(&data[length..]),
        // A scalar is no event's whole data.
        First::Value(..) if !data.trim_start().starts_with(['{', '[']) => State::Text,
        First::Value(..) => State::Complete,
        First::Cut => State::Cut,
        First::NoJson => State::Text,
    }
}

/// Whether the bytes end in a value: then they are no event.
fn is_cut(data: &str) -> bool {
    let data = strip_prefixes(data);
    let first_value = data.trim_start();
    first_value.starts_with(['{', '[']) && value_length(data).is_none() && super::json::closed(data) != data
}

/// Without `data:`, however often (Q18).
pub(super) fn strip_prefixes(mut data: &str) -> &str {
    while let Some(rest) = data.trim_start().strip_prefix("data:") {
        data = rest;
    }
    data
}

#[derive(Default)]
struct Lines {
    frames: Frames,
    name: Option<String>,
    /// A name that came behind the data.
    later: Option<String>,
    data: Option<String>,
    /// There were fields since the last event.
    has_fields: bool,
    /// Events were single lines before: each whole one is one.
    are_lines: bool,
}

impl Lines {
    fn dispatch(&mut self) {
        self.has_fields = false;
        let name = self.later.take().or(self.name.take()).unwrap_or_default();
        if let Some(data) = self.data.take() {
            self.frames.events.push(Event::of(&name, &data));
        }
    }

    fn state(&self) -> State {
        self.data.as_deref().map_or(State::Empty, state)
    }

    /// A line of data: of an event of its own where the pending one is complete, or is none that could go on (Q02).
    fn data(&mut self, value: &str, is_bare: bool) {
        // A value that begins where none can begin shows that the one before was cut off.
        let goes_on = !strip_prefixes(value).trim_start().starts_with(['{', '['])
            || self
                .data
                .as_deref()
                .is_some_and(|data| state(&format!("{data}\n{}", strip_prefixes(value))) != State::Text);
        match self.state() {
            State::Empty => {}
            State::Cut if goes_on => {}
            // Text goes on, unless JSON begins or the end comes. What looks like JSON and is none may be cut off anywhere.
            State::Text if !strip_prefixes(value).starts_with('{') && !is_done(strip_prefixes(value)) => {
                let pending = self.data.as_deref().map_or("", strip_prefixes);
                self.frames.is_damaged |= pending.trim_start().starts_with(['{', '[']);
            }
            state => {
                let next = self.later.take();
                // Which name is of which event, and where a value that is cut off ends, is the decoder's own to decide.
                self.frames.is_damaged |= self.name.is_some() || next.is_some() || state == State::Cut;
                self.dispatch();
                self.name = next;
                self.are_lines |= !is_bare && state == State::Complete;
            }
        }
        match &mut self.data {
            // Q18: what was framed before was framed line by line.
            Some(data) if strip_prefixes(data) != data => {
                *data = format!("{data}\n{}", strip_prefixes(value))
            }
            Some(data) => *data = format!("{data}\n{value}"),
            None => self.data = Some(value.to_owned()),
        }
        // A bare one waits for the next line.
        if !is_bare && self.are_lines && self.state() == State::Complete {
            self.frames.is_damaged |= self.name.is_some();
            self.dispatch();
        }
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() {
            self.are_lines = false;
            return self.dispatch();
        }
        if line.starts_with(':') {
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => self.data(value, false),
            "event" => {
                // Behind whole data it is of that event, unless more data follows: then of the next.
                *(if self.data.is_some() { &mut self.later } else { &mut self.name }) =
                    Some(value.to_owned());
                self.has_fields = true;
            }
            "id" | "retry" => self.has_fields = true,
            "error" => {
                self.dispatch();
                self.frames.events.push(Event::of("error", value));
            }
            // Q24: as if it were data.
            _ if is_done(line) && line.trim().starts_with('[') => {
                if self.data.is_some() {
                    let next = self.later.take();
                    self.dispatch();
                    self.name = next;
                }
                self.data = Some(line.to_owned());
                self.dispatch();
            }
            // Q20: a line of white space ends an event that is not cut off.
            _ if line.trim().is_empty() && self.data.is_some() && self.state() != State::Cut => {
                self.are_lines = false;
                self.dispatch();
            }
            _ if line.trim().is_empty() => {}
            // Q13: the continuation of a value that is not whole.
            _ if self.state() == State::Cut => self.data(line, true),
            _ if line.starts_with('{') || line.starts_with("[{") => self.data(line, true),
            _ => {}
        }
    }
}

fn lines(text: &str) -> Frames {
    let mut lines = Lines::default();
    let mut all: Vec<_> = text.split('\n').collect();
    let last = all.pop().unwrap_or_default();
    all.into_iter().for_each(|line| lines.line(line));
    // Q16: the end of input ends a line, and an event whose data is whole.
    if !last.is_empty() {
        lines.line(last);
    }
    if lines.data.as_deref().is_some_and(is_cut) {
        lines.frames.unterminated = true;
    } else {
        lines.frames.unterminated = lines.data.is_none() && lines.has_fields;
        lines.dispatch();
    }
    lines.frames
}

/// One value after the other (Q17), an end marker among them.
fn values(text: &str) -> Frames {
    let (mut frames, mut rest) = (Frames::default(), text.trim_start());
    while !rest.is_empty() {
        let line = rest.lines().next().unwrap_or_default();
        let next_line = rest.get(line.len() + 1..).unwrap_or_default();
        match value_length(rest) {
            _ if is_done(line) => {
                frames.events.push(Event::of("", line));
                rest = next_line.trim_start();
            }
            Some(length) => {
                // The rest of the line on which the value ends is of its event: more documents (Q14), or garbage (Q33).
                let behind = rest[length..].lines().next().unwrap_or_default();
                frames.is_damaged |= behind.trim_start().starts_with('{') && documents(behind).is_none();
                frames.events.push(Event::of("", &rest[..length + behind.len()]));
                rest = rest[length + behind.len()..].trim_start();
            }
            None if matches!(first(&strict(rest)), First::Cut) => {
                frames.unterminated = true;
                frames.is_damaged |= !next_line.trim().is_empty();
                break;
            }
            None => {
                frames.is_damaged = true;
                frames.events.push(Event::of("", line));
                rest = next_line.trim_start();
            }
        }
    }
    frames
}

/// Whether values follow each other to the end, or to what is none.
fn documents(text: &str) -> Option<()> {
    let rest = text.trim_start();
    if !rest.starts_with('{') {
        return Some(());
    }
    documents(&rest[value_length(rest)?..])
}

/// How many bytes the value at the beginning takes.
pub(super) fn value_length(text: &str) -> Option<usize> {
    let strict_text = strict(text);
    let First::Value(_, length) = first(&strict_text) else { return None };
    if strict_text == text {
        return Some(length);
    }
    text.char_indices()
        .map(|(at, char)| at + char.len_utf8())
        .find(|end| strict(&text[..*end]).len() >= length)
}

/// The elements of an array are the events.
fn array(text: &str) -> Frames {
    let mut frames = Frames { in_array: true, ..Frames::default() };
    let mut rest = text.trim_start().trim_start_matches('[');
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
        if let Some(after) = rest.strip_prefix(']') {
            frames.in_array = false;
            frames.is_damaged |= !after.trim().is_empty();
            return frames;
        }
        match value_length(rest) {
            Some(length) => {
                frames.events.push(Event::of("", &rest[..length]));
                rest = &rest[length..];
            }
            // An element that is cut off is a bad event, and the answer is as whole as its choices are.
            None => {
                if !rest.is_empty() {
                    frames.events.push(Event::of("", rest));
                    frames.in_array = false;
                }
                frames.is_damaged = !matches!(first(&strict(rest)), First::Cut);
                return frames;
            }
        }
    }
}

/// A prelude of lengths whose checksum holds: no text begins so.
fn proves_itself(body: &[u8]) -> bool {
    let Some((prelude, _)) = body.split_first_chunk::<12>() else { return false };
    let (lengths, sum) = prelude.split_at(8);
    prelude[0] == 0 && naive_eventstream::checksum(lengths).to_be_bytes() == sum
}

fn messages(body: &[u8]) -> Frames {
    let reading = naive_eventstream::read(body, 16 << 20);
    let mut frames = Frames { unterminated: reading.pending > 0, ..Frames::default() };
    for said in reading.said {
        let naive_eventstream::Said::Message { headers, payload, .. } = said else {
            frames.malformed += 1;
            frames.is_fatal |= matches!(
                said,
                naive_eventstream::Said::LengthsUnproven(_) | naive_eventstream::Said::LengthsImpossible(_)
            );
            continue;
        };
        let headers = headers.into_iter().filter(|(_, kind, _)| *kind == 7);
        let headers: Vec<_> =
            headers.map(|(name, _, value)| (name, String::from_utf8_lossy(&value).into_owned())).collect();
        let data = String::from_utf8_lossy(&payload).into_owned();
        let mut event = Event { name: String::new(), data, headers };
        event.name = event.header(":event-type").unwrap_or_default().to_owned();
        // One without headers is a message, too.
        event.headers.push(("framed".to_owned(), String::new()));
        if event.name == "chunk" && event.data.contains("\"bytes\"") {
            let Some(inner) = chunk(&event.data) else {
                frames.malformed += 1;
                continue;
            };
            event.data = inner;
            event.name = String::new();
            event.headers.push(("wrapped".to_owned(), String::new()));
        }
        frames.events.push(event);
    }
    frames
}

/// The event that a `chunk` wraps.
fn chunk(data: &str) -> Option<String> {
    use base64::Engine as _;
    let value: Value = super::json::whole(data)?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(value["bytes"].as_str()?).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
