//! JSON lines: the one writer of every JSON form.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Writes `value` as one line of JSON that holds no control character: serde_json escapes those below U+0020, and
/// [`Escaped`] DEL and U+0080 to U+009F. It is the same JSON, so it is written the same into pipes.
pub(crate) fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Escaped))?;
    out.write_all(b"\n")
}

struct Escaped;

impl Formatter for Escaped {
    fn write_string_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        write_escaped(out, fragment)
    }
}

/// Writes text of JSON strings with DEL and U+0080 to U+009F escaped.
pub(crate) fn write_escaped(out: &mut (impl Write + ?Sized), text: &str) -> io::Result<()> {
    // DEL, or the first byte of U+0080 to U+00BF: most texts have neither.
    if memchr::memchr2(0x7f, 0xc2, text.as_bytes()).is_none() {
        return out.write_all(text.as_bytes());
    }
    let is_hidden = |c: char| c.is_control() && c != '\n';
    for piece in text.split_inclusive(is_hidden) {
        out.write_all(piece.trim_end_matches(is_hidden).as_bytes())?;
        if let Some(control) = piece.chars().next_back().filter(|&c| is_hidden(c)) {
            write!(out, "\\u{:04x}", u32::from(control))?;
        }
    }
    Ok(())
}
