//! JSON as services send it, made strict first and then read by `serde_json`: Q27 to Q37.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Where the halves of surrogate pairs live until [`joined`]: code points that nobody sends.
const HALVES: u32 = 0x10_F000;

/// Between two pieces of text whose halves must not join.
pub(super) const SEAM: char = '\u{10F900}';

/// What stands at the beginning of a text.
pub(super) enum First {
    /// A value, and how many bytes it takes.
    Value(Value, usize),
    /// The beginning of a value.
    Cut,
    /// What no value begins with.
    NoJson,
}

/// Reads the value at the beginning of a text that is [`strict`].
pub(super) fn first(strict: &str) -> First {
    let mut values = serde_json::Deserializer::from_str(strict).into_iter::<LastNotNull>();
    match values.next() {
        Some(Ok(LastNotNull(value))) => First::Value(value, values.byte_offset()),
        Some(Err(error)) if error.is_eof() => First::Cut,
        Some(Err(_)) => First::NoJson,
        None => First::Cut,
    }
}

/// The text of one value and nothing else.
pub(super) fn whole(text: &str) -> Option<Value> {
    let text = strict(text);
    match first(&text) {
        First::Value(value, length) if text[length..].trim().is_empty() => Some(value),
        _ => None,
    }
}

/// The text with numbers that are none as null (Q29), raw control characters escaped (Q30), and each half of a surrogate pair
/// as one character of its own (Q27, Q28).
pub(super) fn strict(text: &str) -> String {
    let (mut out, mut rest, mut quoted) = (String::new(), text, false);
    while let Some(char) = rest.chars().next() {
        let take = match char {
            '"' => {
                quoted = !quoted;
                1
            }
            '\\' if quoted => {
                if let Some((half, length)) = half(rest) {
                    out.push(half);
                    rest = &rest[length..];
                    continue;
                }
                if pair(rest) { 12 } else { 1 + rest[1..].chars().next().map_or(0, char::len_utf8) }
            }
            '\r' | '\n' => 1,
            _ if quoted && char < ' ' => {
                out += &format!("\\u{:04x}", u32::from(char));
                rest = &rest[1..];
                continue;
            }
            _ if !quoted => {
                match ["NaN", "-Infinity", "Infinity"].iter().find(|word| rest.starts_with(**word)) {
                    Some(word) => {
                        out += "null";
                        rest = &rest[word.len()..];
                        continue;
                    }
                    None => char.len_utf8(),
                }
            }
            _ => char.len_utf8(),
        };
        let (taken, left) = rest.split_at(take);
        out += taken;
        rest = left;
    }
    out
}

/// The surrogate of an escape at the beginning.
fn surrogate(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let code = u32::from_str_radix(digits, 16)
        .ok()
        .filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    (0xD800..0xE000).contains(&code).then_some(code)
}

fn pair(text: &str) -> bool {
    let high = surrogate(text).is_some_and(|code| code < 0xDC00);
    high && text.get(6..).and_then(surrogate).is_some_and(|code| code >= 0xDC00)
}

/// A surrogate without its partner, and the length of its escape.
fn half(text: &str) -> Option<(char, usize)> {
    let code = surrogate(text).filter(|_| !pair(text))?;
    Some((char::from_u32(HALVES + code - 0xD800)?, 6))
}

/// Joins the halves that met, and replaces those that did not.
pub(super) fn joined(text: &str) -> String {
    let half = |char: char| u32::from(char).checked_sub(HALVES).filter(|code| *code < 0x800);
    let (mut out, mut chars) = (String::new(), text.chars().peekable());
    while let Some(char) = chars.next() {
        match (half(char), chars.peek().copied().and_then(half)) {
            _ if char == SEAM => {}
            (None, _) => out.push(char),
            (Some(high), Some(low)) if high < 0x400 && low >= 0x400 => {
                chars.next();
                out.push(char::from_u32(0x1_0000 + (high << 10) + (low - 0x400)).unwrap());
            }
            (Some(_), _) => out.push('\u{FFFD}'),
        }
    }
    out
}

/// The text with each pair of surrogates as its two halves.
pub(super) fn halved(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        let code = u32::from(char);
        if !(0x1_0000..HALVES).contains(&code) {
            out.push(char);
            continue;
        }
        let halves = [(code - 0x1_0000) >> 10, 0x400 + ((code - 0x1_0000) & 0x3FF)];
        out.extend(halves.iter().filter_map(|half| char::from_u32(HALVES + half)));
    }
    out
}

/// A value in which the last of equal names that is not null wins (Q37).
struct LastNotNull(Value);

impl<'d> Deserialize<'d> for LastNotNull {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'d> Visitor<'d> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(LastNotNull(value)) = access.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'d>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, LastNotNull(value))) = access.next_entry::<String, LastNotNull>()? {
            if !value.is_null() || !members.contains_key(&name) {
                members.insert(name, value);
            }
        }
        Ok(Value::Object(members))
    }
}

/// How long a bracketed value is that may be no JSON: by its brackets and strings alone.
pub(super) fn nested(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, char) in text.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// A JSON text with what is open closed: arguments that are told as they grow, cut off.
pub(super) fn closed(text: &str) -> String {
    let (mut open, mut quoted, mut escaped) = (Vec::new(), false, false);
    for char in text.chars() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '{' if !quoted => open.push('}'),
            '[' if !quoted => open.push(']'),
            '}' | ']' if !quoted => drop(open.pop()),
            _ => {}
        }
    }
    let quote = if quoted { "\"" } else { "" };
    text.to_owned() + quote + &open.into_iter().rev().collect::<String>()
}

/// A counter: an integer, an integral float, or digits (Q34).
pub(super) fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            let float = number.as_f64()?;
            (float >= 0.0 && float.fract() == 0.0 && float < 1.8e19).then_some(float as u64)
        }),
        Value::String(digits) => {
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
        }
        _ => None,
    }
}

/// Seconds, without their fraction (Q38).
pub(super) fn seconds(created: &Value) -> Option<u64> {
    let float = || created.as_f64().filter(|seconds| (0.0..1.8e19).contains(seconds));
    count(created).or_else(|| float().map(|seconds| seconds as u64))
}

/// A string that says something: empty is absence.
pub(super) fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}
