//! Invented text: deterministic, of the lengths that tokens have.

use std::fmt::{self, Write as _};

const SYLLABLES: [&str; 24] = [
    "ka", "lo", "mi", "ren", "tu", "sha", "ve", "dor", "in", "el", "qua", "pim", "os", "tar", "ne", "bri",
    "ul", "fa", "gen", "so", "wi", "ha", "zen", "ra",
];
const HAN: [char; 24] = [
    '山', '水', '雲', '木', '石', '風', '光', '月', '明', '天', '地', '人', '心', '言', '書', '白', '青',
    '金', '川', '田', '日', '火', '土', '林',
];
/// Pieces of programs and of their explanation, none of which needs an escape.
const CODE: [&str; 24] = [
    "fn", " let", " =", "(", "):", "_index", " ==", " &", " return", "[]", " =>", "<T", ">,", ".len", "();",
    " if", " {", "}", "self", " // ", " -", " **", "`", " 1",
];
/// Pieces of the same in which at least one character needs an escape: line ends before all.
const ESCAPED: [&str; 24] = [
    "\n",
    "\n\n",
    "\n    ",
    "\n        ",
    ";\n",
    ";\n\n",
    " {\n",
    "}\n",
    ")\n",
    "();\n",
    ":\n\n",
    "**\n\n",
    "```\n",
    " \"",
    "\"",
    "\",",
    "\":",
    "(\"",
    "\")",
    "\\n",
    " \\",
    "\t",
    "\t\t",
    "\n\t",
];
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Where a stream takes its tokens from.
pub(super) type Pick = fn(&mut Words) -> String;

/// splitmix64, and what it is turned into.
pub(super) struct Words(u64);

impl Words {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Letters and digits.
    pub(super) fn id(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(ALPHANUMERIC[self.below(ALPHANUMERIC.len())])).collect()
    }

    /// Lower-case hexadecimal digits.
    pub(super) fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b"0123456789abcdef"[self.below(16)])).collect()
    }

    /// A word without space.
    pub(super) fn word(&mut self) -> String {
        (0..=self.below(3)).map(|_| SYLLABLES[self.below(SYLLABLES.len())]).collect()
    }

    /// A token: mostly a word after a space, some endings, punctuation, quotes and line breaks. Of a hundred
    /// tokens about three need an escape.
    pub(super) fn token(&mut self) -> String {
        match self.below(100) {
            0 => "\n\n".to_owned(),
            1 => " \"".to_owned(),
            2 => "\\(".to_owned(),
            3..=10 => [",", ".", ":", ".\u{20}"][self.below(4)].to_owned(),
            11..=28 => SYLLABLES[self.below(SYLLABLES.len())].to_owned(),
            _ => format!(" {}", self.word()),
        }
    }

    /// A token of an answer that explains a program in two languages: a sixth need an escape, a third are Chinese, the
    /// rest are code and words.
    pub(super) fn mix(&mut self) -> String {
        match self.below(6) {
            0 => self.escaped(),
            1 | 2 => self.han(),
            3 => CODE[self.below(CODE.len())].to_owned(),
            _ => format!(" {}", self.word()),
        }
    }

    /// A token that needs an escape.
    pub(super) fn escaped(&mut self) -> String {
        ESCAPED[self.below(ESCAPED.len())].to_owned()
    }

    /// One to three Chinese characters, sometimes a full stop.
    pub(super) fn han(&mut self) -> String {
        if self.below(12) == 0 {
            return "。".to_owned();
        }
        (0..=self.below(3)).map(|_| HAN[self.below(HAN.len())]).collect()
    }
}

/// A JSON string body as most services write it: UTF-8, the short escapes.
pub(super) struct Json<'t>(pub(super) &'t str);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '"' => f.write_str("\\\""),
            '\\' => f.write_str("\\\\"),
            '\n' => f.write_str("\\n"),
            '\t' => f.write_str("\\t"),
            char => f.write_char(char),
        })
    }
}

/// A JSON string body as Python's `json.dumps` writes it: ASCII.
pub(super) struct Ascii<'t>(pub(super) &'t str);

impl fmt::Display for Ascii<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.encode_utf16().try_for_each(|unit| match unit {
            0x20..0x7F => write!(f, "{}", Json(char::from(unit as u8).encode_utf8(&mut [0; 4]))),
            unit => write!(f, "\\u{unit:04x}"),
        })
    }
}

/// A JSON string body as Google writes it: UTF-8, the short escapes, no angle brackets.
pub(super) struct Google<'t>(pub(super) &'t str);

impl fmt::Display for Google<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '<' => f.write_str("\\u003c"),
            '>' => f.write_str("\\u003e"),
            char => write!(f, "{}", Json(char.encode_utf8(&mut [0; 4]))),
        })
    }
}
