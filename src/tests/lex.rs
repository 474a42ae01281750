//! The words of JSON, each beside its slow twin: what eight bytes at once say is what they say one by one.

use crate::lex::nest::Nest;
use crate::lex::{Room, join_surrogates, unescape, validate_unescaped_utf8};
use crate::lex::{
    extend_label_fingerprint, hex4, integer, is_empty_object_or_array, leading_spaces, number_end,
    plain_integer, plain_integer_fast_if_long, string_stop,
};

/// Bytes that a scan must tell apart: those it stops at, their neighbours, and the same with the highest bit.
const TELLING: [u8; 16] = [
    0x00,
    0x01,
    0x1F,
    0x20,
    0x21,
    b'"',
    0x23,
    0x5B,
    b'\\',
    0x5D,
    0x7F,
    0x80,
    0x9F,
    b'"' | 0x80,
    b'\\' | 0x80,
    0xFF,
];

/// Calls `check` with texts of `fill` in which one byte or two are others.
fn with_others(fill: u8, mut check: impl FnMut(&[u8])) {
    for length in [0, 1, 7, 8, 9, 15, 16, 17, 19] {
        let plain = vec![fill; length];
        check(&plain);
        for first in 0..length {
            for second in
                [first, first + 1, first + 3, first + 8].into_iter().filter(|second| *second < length)
            {
                for one in TELLING {
                    for other in TELLING {
                        let mut text = plain.clone();
                        (text[second], text[first]) = (other, one);
                        check(&text);
                    }
                }
            }
        }
    }
}

#[test]
fn a_string_stops_where_its_first_byte_that_is_not_plain_stands() {
    with_others(b'a', |text| {
        let stops = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        let at = text.iter().position(stops).unwrap_or(text.len());
        let wide = text[..at].iter().any(|byte| *byte >= 0x80);
        let stop = string_stop(text);
        assert_eq!((stop.at, stop.wide), (at, wide), "{text:?}");
    });
}

#[test]
fn spaces_are_counted_one_by_one() {
    with_others(b' ', |text| {
        assert_eq!(leading_spaces(text), text.iter().take_while(|byte| **byte == b' ').count(), "{text:?}");
    });
}

/// All texts of up to `longest` characters of `alphabet`.
fn texts(alphabet: &[u8], longest: u32) -> impl Iterator<Item = String> {
    let base = alphabet.len();
    (0..=longest).flat_map(move |length| {
        (0..base.pow(length)).map(move |number| {
            let digit = |place| char::from(alphabet[number / base.pow(place) % base]);
            (0..length).map(digit).collect()
        })
    })
}

#[test]
fn numbers_end_where_their_grammar_does() {
    let is_number = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    for text in texts(b"019-+.eE", 5) {
        for (before, after) in [("", ""), ("", ","), (":", "}")] {
            let (all, start) = (format!("{before}{text}{after}"), before.len());
            let end = number_end(all.as_bytes(), start);
            assert_eq!(end == Some(start + text.len()), is_number(&text), "{all:?}");
            assert!(end.is_none_or(|end| is_number(&all[start..end])), "{all:?}");
        }
    }
}

/// What a plain integer is, said slowly.
fn slow_integer(text: &[u8]) -> Option<(usize, u64)> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let digits = std::str::from_utf8(&text[..end]).unwrap();
    let is_long = digits.len() > 19 || digits.len() > 1 && digits.starts_with('0');
    let goes_on = matches!(text.get(end), Some(b'.' | b'e' | b'E'));
    if is_long || goes_on { None } else { Some((end, digits.parse().ok()?)) }
}

#[test]
fn plain_integers_are_read_alike_at_once_and_one_by_one() {
    let check = |text: &[u8]| {
        let expected = slow_integer(text);
        assert_eq!(plain_integer(text, 0), expected, "{text:?}");
        assert_eq!(plain_integer_fast_if_long(text, 0), expected, "{text:?}");
        let moved = [b"[[[".as_slice(), text].concat();
        let expected = expected.map(|(end, value)| (end + 3, value));
        assert_eq!(
            (plain_integer(&moved, 3), plain_integer_fast_if_long(&moved, 3)),
            (expected, expected),
            "{text:?}"
        );
    };
    texts(b"0189.e,", 5).for_each(|text| check(text.as_bytes()));
    (0..=255).for_each(|byte| check(&[byte; 9]));
    let digits = b"9081726354918273645";
    for length in 0..=22 {
        let digits = digits.iter().cycle().take(length);
        for byte in 0..=255 {
            check(&digits.clone().copied().chain([byte, b'7']).collect::<Vec<_>>());
            for at in 0..length.min(8) {
                let other = |(place, digit): (usize, &u8)| if place == at { byte } else { *digit };
                check(&digits.clone().enumerate().map(other).collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn integers_are_those_that_fit() {
    let check = |text: &str| {
        let is_plain = text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
        assert_eq!(integer(text.as_bytes()), text.parse().ok().filter(|_| is_plain), "{text:?}");
    };
    texts(b"019-+/:", 4).for_each(|text| check(&text));
    for text in [
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999",
        "00000000000000000001",
        "000000000000000000001",
    ] {
        check(text);
    }
}

#[test]
fn four_hex_digits_are_a_unit() {
    for byte in 0..=255u8 {
        for at in 0..4 {
            let mut text = *b"\\u1aF9";
            text[at + 2] = byte;
            let digits = text[2..].iter().map(|digit| char::from(*digit).to_digit(16));
            let expected =
                digits.rev().zip([1, 16, 256, 4096]).map(|(digit, unit)| Some(digit? * unit)).sum();
            assert_eq!(hex4(&text, 2).map(u32::from), expected, "{text:?}");
        }
    }
    assert_eq!((hex4(b"123", 0), hex4(b"1234", 1), hex4(b"", 0), hex4(b"1234", 9)), (None, None, None, None));
}

#[test]
fn empty_is_what_holds_nothing() {
    for text in ["{}", "[]", "{ }", "[\n\t ]"] {
        assert!(is_empty_object_or_array(text.as_bytes()), "{text:?}");
    }
    for text in ["", "{", "}", "{]", "[}", "{1}", "[,]", "null", "\"\"", " {}", "[[]]"] {
        assert!(!is_empty_object_or_array(text.as_bytes()), "{text:?}");
    }
}

/// FNV-1a, by its own test vectors; and a print goes on where it stopped.
#[test]
fn prints_are_those_of_the_whole() {
    assert_eq!(extend_label_fingerprint(0, b"a"), 0xAF63_DC4C_8601_EC8C);
    assert_eq!(extend_label_fingerprint(0, b"foobar"), 0x8594_4171_F739_67E8);
    assert_eq!(
        extend_label_fingerprint(extend_label_fingerprint(0, b"foo"), b"bar"),
        extend_label_fingerprint(0, b"foobar")
    );
}

/// A value as it comes, said slowly: the open brackets, and the last byte outside strings that is no white space.
#[derive(Default)]
struct SlowNest {
    open: Vec<u8>,
    last: u8,
    text: Option<bool>,
    other: bool,
}

impl SlowNest {
    fn take(&mut self, byte: u8) {
        match (self.text, byte) {
            (Some(true), _) | (Some(false), b'a'..=b'z') => self.text = Some(false),
            (Some(false), b'\\') => self.text = Some(true),
            (Some(false), b'"') => self.text = None,
            (Some(false), _) | (None, b' ' | b'\n') => {}
            (None, _) if self.open.is_empty() && !matches!(byte, b'{' | b'[') => self.other = true,
            (None, _) => {
                self.last = byte;
                match byte {
                    b'{' | b'[' => self.open.push(byte),
                    b'}' | b']' => drop(self.open.pop()),
                    b'"' => self.text = Some(false),
                    _ => {}
                }
            }
        }
    }

    fn admits(&self, last: u8) -> bool {
        let is_value_next = match last {
            b'[' | b':' => true,
            b',' => self.open.len() > 64 || self.open.last() != Some(&b'{'),
            byte => byte.is_ascii_lowercase() && !"truefalsn".contains(char::from(byte)),
        };
        is_value_next && self.text.is_none()
    }
}

#[test]
fn a_value_is_open_until_its_last_bracket_closes() {
    let mut chance = super::support::Seeded(7);
    let alphabet = b"{[{[}],:\"\\ \naxt1";
    for round in 0..4000 {
        let (mut nest, mut slow) = (Nest::default(), SlowNest::default());
        let deep = if round % 40 == 0 { 62 + round / 40 % 5 } else { 0 };
        for step in 0..deep + 30 {
            let byte =
                if step < deep { b"{["[chance.below(2)] } else { alphabet[chance.below(alphabet.len())] };
            let before = slow.open.is_empty() && !slow.other && slow.last == 0;
            assert_eq!((nest.is_before(), nest.is_other()), (before, slow.other));
            let end = nest.scan_to_closing_bracket(&[byte]);
            slow.take(byte);
            let closed = slow.last != 0 && slow.open.is_empty();
            assert_eq!((nest.is_closed(), end), (closed, closed.then_some(1)), "round {round}");
            assert_eq!(nest.is_open(), !slow.open.is_empty());
            if closed || slow.other {
                break;
            }
            assert_eq!(nest.in_text(), slow.text.is_some());
            if nest.is_open() {
                let admits =
                    (nest.may_open_bracket_or_is_not_json(false), nest.may_open_bracket_or_is_not_json(true));
                assert_eq!(admits, (slow.admits(slow.last), slow.admits(b',')), "round {round} step {step}");
            }
        }
    }
}

#[test]
fn only_two_halves_make_a_character() {
    assert_eq!(join_surrogates(0xD83C, 0xDF0A), Some('\u{1F30A}'));
    for (high, low) in [(0x41, 0xDF0A), (0xD83C, 0x41), (0x41, 0x42), (0xDF0A, 0xD83C), (0xD83C, 0xD83C)] {
        assert_eq!(join_surrogates(high, low), None, "{high:x} {low:x}");
    }
}

/// The hot path's text: what is unescaped eight bytes at a time is what is unescaped one by one, wherever the body stands, unless
/// a surrogate stands alone in it. The room is one that was used before.
#[test]
fn by_words_the_same_is_unescaped() {
    const PIECES: [&str; 20] = [
        "a",
        "bcd",
        "tide at four",
        "caf\u{e9}",
        "\u{6f6e}",
        "\u{1F30A}",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\b\\f\\r\\t",
        "\\u0041",
        "\\u00e9",
        "\\u6F6e",
        "\\u0000",
        "\\ud83c\\udf0a",
        "\\ud83c",
        "\\udf0a",
        "\\x",
        "\\u12",
    ];
    let mut chance = super::support::Seeded(41);
    let mut room = Room::default();
    let (mut told, mut refused) = (0, 0);
    for round in 0..20_000 {
        let common = if round % 4 == 0 { PIECES.len() } else { PIECES.len() - 4 };
        let body: String = (0..chance.below(9)).map(|_| PIECES[chance.below(common)]).collect();
        let (before, after) = (chance.below(10), "\"}]}}, {}"[..chance.below(10)].to_owned());
        let event = format!("{:before$}{body}{after}", "");
        let mut slow = String::new();
        let expected = unescape(&body, &mut slow).is_some_and(|met| !met.lone).then_some(slow.as_str());
        let unescaped = room.unescape_if_paired(event.as_bytes(), before, before + body.len());
        let text = unescaped.and_then(|(room, length)| validate_unescaped_utf8(room, length));
        assert_eq!(text, expected, "{event:?}");
        *(if expected.is_some() { &mut told } else { &mut refused }) += 1;
    }
    assert!(told > 10_000 && refused > 1_000, "{told} {refused}");
}

/// It is text only where the body is.
#[test]
fn what_is_no_utf8_is_not_unescaped_to_text() {
    let mut room = Room::default();
    for filler in 0..130 {
        let mut body = vec![b'-'; filler];
        body.extend(*b"\\n\xC3");
        let (room, length) = room.unescape_if_paired(&body, 0, body.len()).unwrap();
        assert_eq!(length, filler + 2);
        assert_eq!(validate_unescaped_utf8(room, length), None, "{filler}");
        assert_eq!(validate_unescaped_utf8(room, filler + 1).map(str::len), Some(filler + 1));
    }
}
