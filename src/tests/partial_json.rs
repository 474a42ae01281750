//! JSON that is still arriving: whatever is cut off, what closes it makes it whole, and what is no JSON is said where it ends.

use jiter::JsonValue;
use serde::de::IgnoredAny;
use serde_json::{Value, error::Category};

use super::support::Seeded;
use crate::parse::{cursor::Scratch, is_strict_json};
use crate::partial::{PartialJson, Progress};

/// How many documents.
const DOCUMENTS: u64 = 10_000;

const TEXTS: &[&str] = &[
    "",
    "Hi there",
    "a\\nb\\t\\r\\b\\f",
    "\\\"\\\\\\/",
    "\\u00e9\\uABCD\\u0000",
    "\\ud83d\\ude00",
    "x\\uD83D\\uDE00\\uDBFF\\uDFFFy",
    "\\ud7ff\\uE000",
    "\\uD800\\uDC00\\n",
    "é日本語😀",
    "{\\\"a\\\":[1,",
    "\u{7f}",
];
const NUMBERS: &[&str] =
    &["0", "-0", "7", "-12", "1024", "1.5", "-0.001", "1e3", "0E-7", "12.25e+10", "9223372036854775807"];
const SPACES: &[&str] = &["", "", "", "", " ", "\n  ", "\t\r\n"];

fn pick<'l>(seed: &mut Seeded, list: &[&'l str]) -> &'l str {
    list[seed.below(list.len())]
}

fn string(seed: &mut Seeded, out: &mut String) {
    out.push('"');
    for _ in 0..seed.below(3) {
        out.push_str(pick(seed, TEXTS));
    }
    out.push('"');
}

/// Some value, with white space wherever it may stand.
fn value(seed: &mut Seeded, depth: usize, out: &mut String) {
    out.push_str(pick(seed, SPACES));
    match seed.below(if depth == 0 { 5 } else { 9 }) {
        0 => out.push_str(pick(seed, &["true", "false", "null"])),
        1 | 2 => out.push_str(pick(seed, NUMBERS)),
        3 | 4 => string(seed, out),
        5 | 6 => items(seed, ['[', ']'], out, |seed, out| value(seed, depth - 1, out)),
        _ => items(seed, ['{', '}'], out, |seed, out| {
            out.push_str(pick(seed, SPACES));
            string(seed, out);
            out.push_str(pick(seed, SPACES));
            out.push(':');
            value(seed, depth - 1, out);
        }),
    }
    out.push_str(pick(seed, SPACES));
}

fn items(
    seed: &mut Seeded,
    [open, close]: [char; 2],
    out: &mut String,
    mut item: impl FnMut(&mut Seeded, &mut String),
) {
    out.push(open);
    for at in 0..seed.below(4) {
        out.push_str(if at > 0 { "," } else { "" });
        item(seed, out);
    }
    if out.ends_with(open) {
        out.push_str(pick(seed, SPACES));
    }
    out.push(close);
}

fn document(number: u64) -> String {
    let (mut seed, mut out) = (Seeded(number), String::new());
    value(&mut seed, 4, &mut out);
    out
}

fn closed(prefix: &str) -> (Progress, String) {
    let mut json = PartialJson::new();
    let progress = json.push(prefix);
    let closing = json.closing().unwrap_or_else(|| panic!("{prefix:?}: {progress:?}"));
    (progress, format!("{prefix}{closing}"))
}

#[test]
fn every_prefix_and_its_closing_parse() {
    let mut prefixes = 0;
    for number in 0..DOCUMENTS {
        let text = document(number);
        let mut json = PartialJson::new();
        for (at, character) in text.char_indices() {
            let end = at + character.len_utf8();
            let progress = json.push(&text[at..end]);
            let prefix = &text[..end];
            let closed = format!("{prefix}{}", json.closing().unwrap());
            serde_json::from_str::<Value>(&closed)
                .unwrap_or_else(|why| panic!("{prefix:?} {closed:?}: {why}"));
            JsonValue::parse(closed.as_bytes(), false).unwrap_or_else(|why| panic!("{closed:?}: {why}"));
            let whole = serde_json::from_str::<IgnoredAny>(prefix).is_ok();
            assert_eq!(json.is_complete(), whole, "{prefix:?}: {progress:?}");
            assert_eq!(
                json.closing().unwrap().is_empty() && progress != Progress::Empty,
                whole,
                "{prefix:?}"
            );
            prefixes += 1;
        }
        assert!(json.is_complete(), "{text:?}");
    }
    assert!(prefixes > 300_000, "{prefixes}");
}

/// Whole, in pieces, and byte by byte (where there are only bytes): the same.
#[test]
fn cuts_do_not_matter() {
    for number in 0..1_000 {
        let text = document(number);
        let mut whole = PartialJson::new();
        whole.push(&text);
        let mut pieces = PartialJson::new();
        let mut seed = Seeded(number);
        let mut rest = &*text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(seed.below(9)));
            pieces.push(piece);
            rest = after;
        }
        assert_eq!(pieces, whole, "{text:?}");
        pieces.reset();
        assert_eq!(pieces, PartialJson::new());
    }
}

/// Damaged documents: what two other readers find whole is complete, and what is invalid is so from the byte that is named.
#[test]
fn damage_is_found_where_it_is() {
    const DAMAGE: &[u8] = b"{}[]:,\"\\ 019.-+eEtrufalsn/u\x01\n";
    let (mut whole, mut invalid) = (0, 0);
    for number in 0..DOCUMENTS {
        let mut seed = Seeded(number ^ 0xDA4A6E);
        let mut text: Vec<_> = document(number).chars().collect();
        let at = seed.below(text.len());
        text[at] = char::from(DAMAGE[seed.below(DAMAGE.len())]);
        let text: String = text.into_iter().collect();
        if text.contains("\\u") {
            continue; // what a lone surrogate is, readers decide
        }
        let mut json = PartialJson::new();
        let progress = json.push(&text);
        let is_json = is_strict_json(text.as_bytes(), PartialJson::MAX_DEPTH, &mut Scratch::default());
        assert_eq!(json.is_complete(), is_json, "{text:?}: {progress:?}");
        whole += u32::from(is_json);
        if let Progress::Invalid { at } = progress {
            invalid += 1;
            assert_eq!(json.closing(), None);
            assert_eq!(json.push("1"), progress, "it stays invalid");
            let end = at + text[at..].chars().next().unwrap().len_utf8();
            let why = serde_json::from_str::<IgnoredAny>(&text[..end]).unwrap_err();
            assert_eq!(why.classify(), Category::Syntax, "{text:?} at {at}: {why}");
            let before = closed(&text[..at]).1;
            serde_json::from_str::<IgnoredAny>(&before).unwrap_or_else(|why| panic!("{before:?}: {why}"));
        } else {
            let closed = closed(&text).1;
            serde_json::from_str::<IgnoredAny>(&closed).unwrap_or_else(|why| panic!("{closed:?}: {why}"));
        }
    }
    assert!(whole > 500 && invalid > 2_000, "{whole}, {invalid}");
}

/// The table of the module's documentation.
#[test]
fn what_is_appended() {
    let rows = [
        ("", "null"),
        (" \n", "null"),
        ("{\"a\":", "null}"),
        ("[1,", "null]"),
        ("{\"a\":1,", "\"\":null}"),
        ("{\"a", "\":null}"),
        ("{\"a\" ", ":null}"),
        ("\"a", "\""),
        ("{\"a\\", "\\\":null}"),
        ("\"\\u0", "000\""),
        ("\"\\ud", "000\""),
        ("\"\\ud8", "00\\uDC00\""),
        ("\"\\ud83d", "\\uDC00\""),
        ("\"\\ud83d\\", "uDC00\""),
        ("\"\\ud83d\\u", "DC00\""),
        ("\"\\ud83d\\uD", "C00\""),
        ("\"\\ud83d\\ude", "00\""),
        ("\"\\ud83d\\ude00", "\""),
        ("[tru", "e]"),
        ("n", "ull"),
        ("-", "0"),
        ("[1e", "0]"),
        ("1.", "0"),
        ("1E+", "0"),
        ("12", ""),
        ("[{", "}]"),
        ("[[1]", "]"),
        ("[]", ""),
    ];
    for (prefix, closing) in rows {
        let (_, text) = closed(prefix);
        assert_eq!(text, format!("{prefix}{closing}"));
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
    }
}

#[test]
fn how_far_it_has_come() {
    let rows = [
        ("", Progress::Empty),
        (" ", Progress::Empty),
        ("\"a", Progress::Open { depth: 0 }),
        ("[{\"a\":[", Progress::Open { depth: 3 }),
        ("[1", Progress::Open { depth: 1 }),
        ("1", Progress::Complete),
        ("1.", Progress::Open { depth: 0 }),
        ("{} ", Progress::Complete),
        ("{}}", Progress::Invalid { at: 2 }),
        ("01", Progress::Invalid { at: 1 }),
        ("[1}", Progress::Invalid { at: 2 }),
        ("é", Progress::Invalid { at: 0 }),
        ("\"\n", Progress::Invalid { at: 1 }),
        ("[1,]", Progress::Invalid { at: 3 }),
        ("{\"a\":1,}", Progress::Invalid { at: 7 }),
        ("nul1", Progress::Invalid { at: 3 }),
        ("\"\\x", Progress::Invalid { at: 2 }),
        ("\"\\u00g", Progress::Invalid { at: 5 }),
    ];
    for (text, progress) in rows {
        assert_eq!(PartialJson::new().push(text), progress, "{text:?}");
    }
}

#[test]
fn it_nests_as_deep_as_is_said() {
    let deepest = PartialJson::MAX_DEPTH;
    for open in ["[", "{\"a\":"] {
        let mut json = PartialJson::new();
        assert_eq!(json.push(&open.repeat(deepest)), Progress::Open { depth: deepest });
        let text = open.repeat(deepest) + &json.closing().unwrap();
        assert!(is_strict_json(text.as_bytes(), deepest, &mut Scratch::default()), "{text}");
        let at = open.len() * deepest;
        assert_eq!(json.push(open), Progress::Invalid { at });
    }
    // The longest closing there is: a key's surrogate below all the brackets there may be.
    let mut json = PartialJson::new();
    json.push(&("[".repeat(deepest - 1) + "{\"\\ud8"));
    let closing = json.closing().unwrap();
    assert!(closing.starts_with("00\\uDC00\":null}]") && closing.len() == 14 + deepest, "{closing}");
}
