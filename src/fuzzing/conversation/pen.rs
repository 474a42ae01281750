//! Events as they are written, what each of them says, and how they are framed.
//!
//! Knows: framings, the register of quirks, what deltas say. Must not know: any wire.

use std::collections::BTreeMap;

use super::super::naive_eventstream::{header, write};
use super::super::sequences::Choices;
use crate::{Delta, OwnedDelta, PartKind, Quirk, Quirks};

/// One event.
pub(super) struct Event {
    pub(super) name: &'static str,
    pub(super) payload: String,
    /// What is said once it is complete.
    pub(super) says: Vec<OwnedDelta>,
}

/// Where an event stands in the stream: where its payload has begun, where that is complete, and where the event ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) start: usize,
    pub(super) payload: usize,
    pub(super) end: usize,
}

/// What writes a conversation.
pub(super) struct Pen<'c> {
    pub(super) choices: Choices<'c>,
    /// Deviations that may be written, and those that were.
    pub(super) dialect: Quirks,
    pub(super) used: Quirks,
    pub(super) events: Vec<Event>,
    says: Vec<OwnedDelta>,
    /// The keys of parts, by choice, in order of first sight; and the one that was told last.
    parts: BTreeMap<u32, (Vec<u64>, u64)>,
}

impl<'c> Pen<'c> {
    pub(super) fn new(choices: Choices<'c>, dialect: Quirks) -> Self {
        let (events, says, parts) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { choices, dialect, used: Quirks::NONE, events, says, parts }
    }

    /// Whether the dialect has this deviation; then it is written now.
    pub(super) fn uses(&mut self, quirk: Quirk) -> bool {
        let uses = self.dialect.contains(quirk);
        if uses {
            self.used = self.used.with(quirk);
        }
        uses
    }

    /// As [`Pen::uses`], now and then.
    pub(super) fn may_use(&mut self, quirk: Quirk) -> bool {
        self.dialect.contains(quirk) && self.choices.one_in(2) && self.uses(quirk)
    }

    /// The next event says this.
    pub(super) fn say(&mut self, delta: Delta<'_>) {
        self.says.push(delta.into_owned());
    }

    /// What comes is of the part of this key.
    pub(super) fn part(&mut self, choice: u32, key: u64, kind: PartKind) {
        let (keys, cursor) = self.parts.entry(choice).or_default();
        let known = keys.iter().position(|known| *known == key);
        let is_current = known.is_some() && *cursor == key;
        let at = known.unwrap_or(keys.len());
        if known.is_none() {
            keys.push(key);
        }
        *cursor = key;
        if !is_current {
            self.say(Delta::part(choice, at as u32, kind));
        }
    }

    /// An event is written, which says all that was to be said.
    pub(super) fn event(&mut self, name: &'static str, payload: String) {
        let says = std::mem::take(&mut self.says);
        self.events.push(Event { name, payload, says });
    }

    /// A string of JSON, spelled in one of the ways there are.
    pub(super) fn quoted(&mut self, text: &str) -> String {
        let spelling = self.choices.pick(&[0, 0, 0, 1, 2, 3]);
        let is_raw = self.dialect.contains(Quirk::RawControl);
        let mut json = String::from("\"");
        for c in text.chars() {
            match c {
                '"' => json += "\\\"",
                '\\' => json += "\\\\",
                '\n' => json += "\\n",
                '\t' | '\u{1}' | '\u{1f}' | '\0' if is_raw && self.uses(Quirk::RawControl) => json.push(c),
                '\0'..' ' => json += &format!("\\u{:04x}", u32::from(c)),
                '/' if spelling == 1 => json += "\\/",
                _ if spelling == 2 || spelling == 3 && !c.is_ascii() => {
                    let mut units = [0; 2];
                    c.encode_utf16(&mut units).iter().for_each(|unit| json += &format!("\\u{unit:04X}"));
                }
                _ => json.push(c),
            }
        }
        json + "\""
    }
}

/// How events are put into a stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Layout {
    Sse,
    /// One JSON value a line, or over lines.
    Lines,
    Array,
    /// AWS event stream messages that are named after the one member of the payload.
    Messages,
}

/// Deviations of framing. At most one is in a stream.
const FRAMINGS: &[Quirk] = &[
    Quirk::NoBlankLine,
    Quirk::BareContinuation,
    Quirk::BareDone,
    Quirk::BlankSeparator,
    Quirk::DoubledPrefix,
    Quirk::InlineRecords,
    Quirk::Concatenated,
    Quirk::TrailingGarbage,
    Quirk::CommentInData,
    Quirk::EmptyData,
    Quirk::DoneSpelling,
    Quirk::AfterDone,
];

/// The events as a stream, where each stands in it, and what of deviations was written.
pub(super) struct Framed {
    pub(super) stream: Vec<u8>,
    pub(super) extents: Vec<Extent>,
    pub(super) used: Quirks,
}

/// Puts the events into a stream. `has_names`: the wire names its events.
pub(super) fn framed(pen: &mut Pen<'_>, layout: Layout, has_names: bool) -> Framed {
    let mut framed = Framed { stream: Vec::new(), extents: Vec::new(), used: Quirks::NONE };
    match layout {
        Layout::Sse => sse(pen, &mut framed, has_names),
        Layout::Lines => lines(pen, &mut framed),
        Layout::Array => array(pen, &mut framed),
        Layout::Messages => messages(pen, &mut framed),
    }
    if layout == Layout::Lines || layout == Layout::Array {
        framed.used = framed.used.with(Quirk::BareJson);
    }
    if has_names && layout != Layout::Sse && layout != Layout::Messages {
        framed.used = framed.used.with(Quirk::EventNameMissing);
    }
    framed
}

impl Framed {
    fn put(&mut self, text: &str) {
        self.stream.extend_from_slice(text.as_bytes());
    }

    /// The payload whose line began at `line` is complete here; it begins with a bracket.
    fn complete(&mut self, line: usize) {
        let payload = self.stream.len();
        let bracket = self.stream.iter().skip(line).position(|byte| matches!(byte, b'{' | b'['));
        let start = bracket.map_or(payload, |at| line + at);
        self.extents.push(Extent { start, payload, end: payload });
    }

    /// All events so far end here.
    fn end(&mut self, from: usize) {
        let at = self.stream.len();
        self.extents.iter_mut().skip(from).for_each(|extent| extent.end = at);
    }
}

/// How the events of one event stream are written.
struct Manner {
    odd: Option<Quirk>,
    end: &'static str,
    prefix: &'static str,
    /// A line that says nothing.
    beside: &'static str,
    is_named: bool,
}

impl Manner {
    fn chosen(pen: &mut Pen<'_>, has_names: bool) -> Self {
        let is_odd = pen.choices.one_in(3) && !has_names;
        let odd = if is_odd { Some(pen.choices.pick(FRAMINGS)) } else { None };
        let end = match odd {
            None | Some(Quirk::EmptyData | Quirk::CommentInData) => {
                pen.choices.pick(&["\n", "\n", "\r\n", "\r"])
            }
            Some(_) => "\n",
        };
        let prefix = pen.choices.pick(&["data: ", "data: ", "data:"]);
        let beside = pen.choices.pick(&["", "", "", ": ping", "id: 7", "retry: 10", "x: y"]);
        Self { odd, end, prefix, beside, is_named: has_names && !pen.choices.one_in(4) }
    }

    /// Whether several events may be one.
    fn joins(&self) -> bool {
        matches!(self.odd, Some(Quirk::InlineRecords | Quirk::Concatenated))
    }
}

fn sse(pen: &mut Pen<'_>, framed: &mut Framed, has_names: bool) {
    let manner = Manner::chosen(pen, has_names);
    if has_names && !manner.is_named {
        framed.used = framed.used.with(Quirk::EventNameMissing);
    }
    framed.put(pen.choices.pick(&["", "", "", "\u{feff}"]));
    let events = std::mem::take(&mut pen.events);
    let is_json = |at: usize| events.get(at).is_some_and(|event| event.payload.starts_with('{'));
    let mut from = 0;
    for (at, event) in events.iter().enumerate() {
        if from == at {
            before(pen, framed, &manner, event);
        }
        let line = framed.stream.len();
        payload(pen, framed, &manner, &event.payload, from < at);
        framed.complete(line);
        if manner.odd == Some(Quirk::TrailingGarbage) && is_json(at) && pen.choices.one_in(2) {
            note(framed, Quirk::TrailingGarbage, pen.choices.pick(&["]}", "}", " x"]));
        }
        if manner.joins() && is_json(at) && is_json(at + 1) && pen.choices.one_in(2) {
            continue;
        }
        framed.put(manner.end);
        match manner.odd {
            Some(Quirk::NoBlankLine) => {
                note(framed, Quirk::NoBlankLine, "");
                // The last has none, either.
                note(framed, Quirk::UnterminatedEvent, "");
            }
            Some(Quirk::BlankSeparator) => note(framed, Quirk::BlankSeparator, "\t \n"),
            _ => framed.put(manner.end),
        }
        framed.end(from);
        from = at + 1;
    }
    if manner.odd == Some(Quirk::AfterDone) && events.last().is_some_and(|last| last.payload == "[DONE]") {
        const LATE: &str = r#"data: {"choices":[{"index":0,"delta":{"content":"late"}}]}"#;
        note(framed, Quirk::AfterDone, &format!("{LATE}\n\n"));
    }
    pen.events = events;
}

/// What stands before an event's data.
fn before(pen: &mut Pen<'_>, framed: &mut Framed, manner: &Manner, event: &Event) {
    let Manner { odd, end, beside, is_named, .. } = manner;
    if odd.is_none() && !beside.is_empty() && pen.choices.one_in(6) {
        framed.put(&format!("{beside}{end}"));
    }
    between(framed, pen, *odd);
    if *is_named && !event.name.is_empty() {
        framed.put(&format!("event: {}{end}", event.name));
    }
}

/// An event's data. `joins`: it stands on the line of the one before.
fn payload(pen: &mut Pen<'_>, framed: &mut Framed, manner: &Manner, payload: &str, joins: bool) {
    let Manner { odd, end, prefix, .. } = manner;
    let is_json = payload.starts_with('{');
    match *odd {
        Some(quirk) if joins => {
            let glue = if quirk == Quirk::InlineRecords { " data: " } else { "" };
            note(framed, quirk, &format!("{glue}{payload}"));
        }
        Some(Quirk::DoubledPrefix) if is_json => {
            note(framed, Quirk::DoubledPrefix, &format!("data: data: {payload}"));
        }
        Some(Quirk::BareDone) if !is_json => note(framed, Quirk::BareDone, payload),
        Some(Quirk::DoneSpelling) if !is_json => {
            let word = pen.choices.pick(&["\"[DONE]\"", "[done]", "DONE", "  [DONE]"]);
            note(framed, Quirk::DoneSpelling, &format!("{prefix}{word}"));
        }
        Some(Quirk::BareContinuation) if is_json && pen.choices.one_in(2) => {
            note(framed, Quirk::BareContinuation, &format!("data: {}", pretty(payload, "\n")));
        }
        None if is_json && pen.choices.one_in(5) => {
            framed.put(&format!("{prefix}{}", pretty(payload, &format!("{end}{prefix}"))));
        }
        _ => framed.put(&format!("{prefix}{payload}")),
    }
}

/// What may stand between two events and says nothing.
fn between(framed: &mut Framed, pen: &mut Pen<'_>, odd: Option<Quirk>) {
    match odd {
        Some(Quirk::EmptyData) if pen.choices.one_in(3) => note(framed, Quirk::EmptyData, "data:\n\n"),
        Some(Quirk::CommentInData) if pen.choices.one_in(3) => {
            note(framed, Quirk::CommentInData, "data: : ping\n\n");
        }
        _ => {}
    }
}

fn note(framed: &mut Framed, quirk: Quirk, text: &str) {
    framed.used = framed.used.with(quirk);
    framed.put(text);
}

/// The payload over several lines, broken after each comma and bracket outside of strings.
fn pretty(payload: &str, line: &str) -> String {
    let (mut quoted, mut escaped, mut broken) = (false, false, String::new());
    for c in payload.chars() {
        broken.push(c);
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' | '{' | '[' if !quoted => broken += line,
            _ => {}
        }
    }
    broken
}

fn lines(pen: &mut Pen<'_>, framed: &mut Framed) {
    let (end, over_lines) = (pen.choices.pick(&["\n", "\n", "\r\n", "\n\n"]), pen.choices.one_in(6));
    let events = std::mem::take(&mut pen.events);
    for event in &events {
        let payload = if over_lines { pretty(&event.payload, "\n  ") } else { event.payload.clone() };
        let line = framed.stream.len();
        framed.put(&payload);
        framed.complete(line);
        framed.put(end);
        framed.end(framed.extents.len() - 1);
    }
    pen.events = events;
}

fn array(pen: &mut Pen<'_>, framed: &mut Framed) {
    let (before, after) = pen.choices.pick(&[("", ""), ("\n", "\n"), (" ", "\r\n")]);
    let events = std::mem::take(&mut pen.events);
    framed.put(&format!("{before}["));
    for (at, event) in events.iter().enumerate() {
        framed.put(if at == 0 { before } else { "," });
        let line = framed.stream.len();
        framed.put(&pretty(&event.payload, after));
        framed.complete(line);
        framed.put(after);
        framed.end(at);
    }
    framed.put("]");
    pen.events = events;
}

fn messages(pen: &mut Pen<'_>, framed: &mut Framed) {
    for event in &pen.events {
        let kind = [header(b":message-type", 7, b"event"), header(b":event-type", 7, event.name.as_bytes())];
        let line = framed.stream.len();
        framed.stream.extend_from_slice(&write(&kind.concat(), event.payload.as_bytes()));
        framed.complete(line);
    }
}
