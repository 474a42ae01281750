//! The body of the fuzz target `repair`.
//!
//! Knows: what is damaged on the way, what was sent. Must not know: how it is saved.

use super::sequences::Choices;
use super::{Seed, conversation, decode, naive};
use crate::{Delta, Options, Quirk, Quirks, ReasoningTags, Wire};

/// What gets into a stream, or takes the place of something.
const DAMAGE: &[&str] = &[
    "}",
    "]",
    "{",
    "[",
    "\"",
    ",",
    ":",
    "\n",
    "\r\n",
    "\\",
    "# c\n",
    "// c\n",
    "null",
    "\"content\":",
    "u",
    "}}]}",
    "\"tool_calls\":",
    "\u{1}",
    "é",
    "\\u",
    "0",
];

/// Nothing that is told of a damaged stream was not sent, in so many characters; and repair leaves alone what is whole.
pub fn repair(data: &[u8]) {
    let mut choices = Choices(data);
    let quirks = Quirks::ALL.without(Quirk::Cumulative).without(Quirk::RepeatedArguments);
    let options = Options::new().quirks(quirks).wire(Some(Wire::Chat)).reasoning_tags(ReasoningTags::Off);
    if choices.one_in(8) {
        return invents_nothing(options, data, &mut Seed::of(data));
    }
    let whole = conversation::chat(data);
    let off = options.quirks(quirks.without(Quirk::Repaired));
    let unrepaired = decode(off, &whole, || usize::MAX);
    assert!(decode(options, &whole, || usize::MAX) == unrepaired, "{}", text(&whole));
    invents_nothing(options, &damaged(&mut choices, whole), &mut Seed::of(data));
}

fn text(stream: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(stream)
}

fn damaged(choices: &mut Choices<'_>, mut stream: Vec<u8>) -> Vec<u8> {
    for _ in 0..1 + choices.below(6) {
        let at = (choices.below(256) * 256 + choices.below(256)) % (stream.len() + 1);
        let end = (at + choices.below(4)).min(stream.len());
        let new = choices.pick(DAMAGE).as_bytes();
        match choices.below(8) {
            0 => stream.truncate(at),
            1 | 2 => drop(stream.drain(at..end)),
            3 => drop(stream.splice(at..end, new.iter().copied())),
            _ => drop(stream.splice(at..at, new.iter().copied())),
        }
    }
    stream
}

fn invents_nothing(options: Options, stream: &[u8], seed: &mut Seed) {
    let (said, ending, seen) = decode(options, stream, || usize::MAX);
    let largest = 2 + seed.below(90);
    assert!(decode(options, stream, || seed.below(largest)) == (said.clone(), ending, seen), "a cut shows");
    let events = naive::read(stream).events.into_iter().map(|event| event.data);
    let sent = [without_breaks(&text(stream)), without_breaks(&events.collect::<String>())].concat();
    let sent = [unescaped(&sent), sent].map(|sent| without_breaks(&sent));
    for delta in said.iter().filter_map(|said| said.as_ref().ok()) {
        for told in strings(delta.as_delta()) {
            // What is replaced, or joined over two events, was not sent as it is told.
            let pieces = told.split(|c: char| c == '\u{FFFD}' || c > '\u{FFFF}').map(without_breaks);
            for piece in pieces {
                assert!(sent.iter().any(|sent| sent.contains(&piece)), "{piece:?} in {}", text(stream));
            }
        }
    }
}

/// The texts of a delta that are the answer's.
fn strings<'d>(delta: Delta<'d>) -> Vec<&'d str> {
    match delta {
        Delta::Text { text, .. } | Delta::Reasoning { text, .. } | Delta::Refusal { text, .. } => vec![text],
        Delta::ToolCallArguments { fragment, .. } => vec![fragment],
        Delta::ToolCallStart { id, name, .. } | Delta::ToolCallUpdate { id, name, .. } => {
            id.into_iter().chain(name).collect()
        }
        Delta::Start { id, model, .. } => id.into_iter().chain(model).collect(),
        Delta::Finish { raw, .. } => vec![raw],
        Delta::Role { role, .. } => vec![role],
        Delta::ReasoningOpaque { data, .. } => vec![data],
        _ => Vec::new(),
    }
}

/// Line breaks inside a damaged string are no part of it.
fn without_breaks(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect()
}

/// Every escape in it replaced, wherever it stands.
fn unescaped(text: &str) -> String {
    let mut units = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let unit = match c {
            '\\' => escape(&mut rest),
            c => {
                units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
                continue;
            }
        };
        units.push(unit);
    }
    String::from_utf16_lossy(&units)
}

/// What the escape that has begun stands for; one that is none is a character of which nothing is asked.
fn escape(rest: &mut std::str::Chars<'_>) -> u16 {
    let after = rest.as_str();
    match rest.next() {
        Some('n') => 10,
        Some('r') => 13,
        Some('t') => 9,
        Some('b') => 8,
        Some('f') => 12,
        Some(c @ ('"' | '\\' | '/')) => c as u16,
        Some('u') => match after.get(1..5).and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
            Some(unit) => {
                rest.by_ref().take(4).for_each(drop);
                unit
            }
            None => 0xFFFD,
        },
        _ => 0xFFFD,
    }
}
