//! The body of the fuzz target `conversation`: what was said is what is told, in any wire, any dialect, at any cut, and as far
//! as the stream came.
//!
//! Knows: the public API, the script of a conversation. Must not know: how a wire is written (`conversation/wires`, `chat`),
//! how it is read.

mod blocks;
mod chat;
mod chunk;
mod pen;
mod responses;
mod script;
mod wires;

use super::heard::Heard;
use super::sequences::Choices;
use super::{Said, Seed, decode};
use crate::{Options, OwnedDelta, Quirk, Quirks, Wire};
use pen::{Extent, Framed, Layout, Pen};
use script::Script;
use wires::{Grammar, WIRES};

/// A conversation as it was written.
struct Written {
    wire: Wire,
    stream: Vec<u8>,
    /// What each event says, and where it stands.
    events: Vec<(Vec<OwnedDelta>, Extent)>,
    /// Deviations in it.
    used: Quirks,
    layout: Layout,
}

/// How many truncations are asked in a campaign; `cargo test` asks more.
const CUT_OFF: usize = if cfg!(test) { 12 } else { 3 };

/// Deviations by which what is left of an event may be a bad one: two documents in it, or data that does not begin as JSON.
const TORN_BADLY: &[Quirk] = &[
    Quirk::InlineRecords,
    Quirk::Concatenated,
    Quirk::TrailingGarbage,
    Quirk::DoubledPrefix,
    Quirk::DoneSpelling,
    Quirk::BareDone,
];

/// A conversation that `data` chooses is heard as it was said.
pub fn conversation(data: &[u8]) {
    let written = written(data);
    let seed = &mut Seed::of(data);
    let whole = said_by(&written, written.events.len());
    let length = written.stream.len();
    let (said, seen) = holds(&written, Options::new(), length, &whole, || usize::MAX);
    assert_only(seen, written.used, &written);
    let largest = 2 + seed.below(60);
    let (cut, _) = holds(&written, Options::new(), length, &whole, || seed.below(largest));
    assert!(cut == said, "a cut shows in {}", written.shown());
    let exact = Options::new().quirks(written.used);
    holds(&written, exact, length, &whole, || usize::MAX);
    for _ in 0..CUT_OFF {
        let at = seed.below(length + 1);
        let complete = written.events.iter().take_while(|(_, extent)| extent.payload <= at).count();
        let expected = said_by(&written, complete);
        holds(&written, Options::new(), at, &expected, || usize::MAX);
    }
}

/// The stream that `data` chooses, as text: what a fault is shown with.
pub fn shown(data: &[u8]) -> String {
    written(data).shown()
}

/// What a truncation does to the event that it goes through.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Torn {
    /// There is none.
    No,
    /// Its bytes are left over.
    Left,
    /// It may be one bad event: a JSON value without an event stream around it, or one of two documents in one event.
    Bad,
}

/// The stream that `data` chooses, on any wire.
pub(super) fn stream(data: &[u8]) -> Vec<u8> {
    written(data).stream
}

/// The stream that `data` chooses, of chat.
pub(super) fn chat(data: &[u8]) -> Vec<u8> {
    let chat = WIRES.first().expect("there are wires");
    write(Choices(data), chat).stream
}

impl Written {
    fn torn(&self, at: usize) -> Torn {
        let is_in = |(_, extent): &(_, Extent)| extent.start < at && at < extent.payload;
        let is_two = self.used.iter().any(|quirk| TORN_BADLY.contains(&quirk));
        let is_json = matches!(self.layout, Layout::Lines | Layout::Array);
        match self.events.iter().any(is_in) {
            _ if at == self.stream.len() => Torn::No,
            _ if is_two || is_json => Torn::Bad,
            true => Torn::Left,
            false => Torn::No,
        }
    }

    fn shown(&self) -> String {
        format!(
            "{:?} {:?} {:?}\n{}",
            self.wire,
            self.layout,
            self.used,
            String::from_utf8_lossy(&self.stream)
        )
    }
}

fn written(data: &[u8]) -> Written {
    let mut choices = Choices(data);
    let grammar = grammar(&mut choices);
    write(choices, grammar)
}

fn write(mut choices: Choices<'_>, grammar: &Grammar) -> Written {
    let Grammar { wire, reach, layouts, has_names, write } = grammar;
    let (wire, layout) = (*wire, choices.pick(layouts));
    let dialect = dialect(&mut choices, wire);
    let script = Script::chosen(&mut choices, *reach);
    let mut pen = Pen::new(choices, dialect);
    write(&mut pen, &script);
    if layout != Layout::Sse {
        // Nothing but JSON stands there.
        pen.events.retain(|event| event.payload.starts_with('{'));
    }
    if wire == Wire::Converse && layout == Layout::Lines {
        // What names the message is a member.
        pen.events
            .iter_mut()
            .for_each(|event| event.payload = format!("{{\"{}\":{}}}", event.name, event.payload));
    }
    let Framed { stream, extents, used } = pen::framed(&mut pen, layout, *has_names);
    let used = used.union(pen.used);
    let events = pen.events.into_iter().map(|event| event.says).zip(extents).collect();
    Written { wire, stream, events, used, layout }
}

/// Chat is chosen as often as all others together.
fn grammar(choices: &mut Choices<'_>) -> &'static Grammar {
    let at = choices.below(2 * WIRES.len());
    WIRES.get(at).or(WIRES.first()).expect("there are wires")
}

/// Some deviations that the wire has.
fn dialect(choices: &mut Choices<'_>, wire: Wire) -> Quirks {
    match wire {
        Wire::Chat => (0..choices.pick(&[0, 1, 2, 3, 4, 8])).map(|_| choices.pick(chat::DIALECT)).collect(),
        Wire::GenerateContent if choices.one_in(4) => Quirks::NONE.with(Quirk::SnakeCase),
        _ => Quirks::NONE,
    }
}

/// All that is said by the first events.
fn said_by(written: &Written, events: usize) -> Heard {
    Heard::of(written.events.iter().take(events).flat_map(|(says, _)| says).map(OwnedDelta::as_delta))
}

/// The stream up to `at` says what is expected, and how it ended.
fn holds(
    written: &Written,
    options: Options,
    at: usize,
    expected: &Heard,
    size: impl FnMut() -> usize,
) -> (Vec<OwnedDelta>, Quirks) {
    let stream = written.stream.get(..at).unwrap_or_default();
    let (said, ending, seen): Said = decode(options, stream, size);
    let last = || String::from_utf8_lossy(stream.get(at.saturating_sub(40)..).unwrap_or_default());
    let shown = || format!("up to {at}, {:?}, of {}", last(), written.shown());
    let wrong = said.iter().find(|said| said.is_err());
    let torn = written.torn(at);
    assert!(wrong.is_none() || torn == Torn::Bad, "{wrong:?} {}", shown());
    let said: Vec<_> = said.into_iter().filter_map(Result::ok).collect();
    let mut heard = compact(Heard::of(said.iter().map(OwnedDelta::as_delta)));
    if torn == Torn::Bad {
        heard.complaints.clear(); // a word that is left over is the peer's
    }
    assert_eq!(heard, *expected, "{}", shown());
    assert_eq!(ending.wire().unwrap_or(written.wire), written.wire, "{}", shown());
    let calls = || heard.choices.values().flat_map(|choice| choice.calls.values());
    let finished = heard.choices.values().filter(|choice| choice.finish.is_some()).count();
    assert_eq!(ending.done(), heard.done, "done, {}", shown());
    let left = ending.unterminated_bytes();
    assert!(left == 0 || at < written.stream.len(), "left {left}, {}", shown());
    assert!(left > 0 || torn != Torn::Left, "nothing left, {}", shown());
    if torn != Torn::Bad && written.layout != Layout::Array {
        assert_eq!(ending.is_truncated(), !heard.is_whole(left), "truncated, {}", shown());
    }
    assert_eq!(ending.choices(), heard.choices.len(), "choices, {}", shown());
    assert_eq!(ending.finished_choices(), finished, "finished, {}", shown());
    assert_eq!(
        ending.open_tool_calls(),
        calls().filter(|call| !call.ended).count(),
        "open calls, {}",
        shown()
    );
    (said, seen)
}

/// Arguments that come as an object are told as they are laid out.
fn compact(mut heard: Heard) -> Heard {
    for call in heard.choices.values_mut().flat_map(|choice| choice.calls.values_mut()) {
        let (mut quoted, mut escaped) = (false, false);
        call.arguments.retain(|c| {
            let is_layout = !quoted && c.is_ascii_whitespace();
            quoted ^= c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            !is_layout
        });
    }
    heard
}

/// No quirk was seen that was not written.
fn assert_only(seen: Quirks, used: Quirks, written: &Written) {
    let more: Quirks = seen.iter().filter(|quirk| !used.contains(*quirk)).collect();
    assert!(more.is_empty(), "{more:?} in {}", written.shown());
}
