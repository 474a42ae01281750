//! Text that a terminal may be shown.

use std::io::{self, Write};

/// Writes `text` with its control characters spelled out, so that no stream can move the cursor, retitle the
/// window or hide what it said: `^[` for ESC, `<9b>` for C1. Line feed and tab stay.
pub(crate) fn write_visible(out: &mut impl Write, text: &str) -> io::Result<()> {
    for piece in text.split_inclusive(is_hidden) {
        out.write_all(piece.trim_end_matches(is_hidden).as_bytes())?;
        match piece.chars().next_back().filter(|&c| is_hidden(c)) {
            Some(c @ '\0'..'\u{80}') => write!(out, "^{}", caret(c))?,
            Some(c) => write!(out, "<{:02x}>", u32::from(c))?,
            None => {}
        }
    }
    Ok(())
}

fn is_hidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// The key that types it together with Ctrl: six bits off for `@` to `_`, and `?` for DEL.
fn caret(control: char) -> char {
    char::from_u32(u32::from(control) ^ 0x40).unwrap_or('?')
}
