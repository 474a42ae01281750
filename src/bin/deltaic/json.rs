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
        // DEL, or the first byte of U+0080 to U+00BF: most fragments have neither.
        if memchr::memchr2(0x7f, 0xc2, fragment.as_bytes()).is_none() {
            return out.write_all(fragment.as_bytes());
        }
        for piece in fragment.split_inclusive(char::is_control) {
            out.write_all(piece.trim_end_matches(char::is_control).as_bytes())?;
            if let Some(control) = piece.chars().next_back().filter(|c| c.is_control()) {
                write!(out, "\\u{:04x}", u32::from(control))?;
            }
        }
        Ok(())
    }
}
