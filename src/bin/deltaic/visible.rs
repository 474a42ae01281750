//! Text that a terminal may be shown: the one function that text for people goes through.

use std::io::{self, Write};

/// Which controls are layout and stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// An answer: line feeds and tabs.
    Lines,
    /// A file's name, an error, a peer's message: none, so that it cannot look like two lines.
    OneLine,
}

/// Writes `text` with its control characters spelled out, so that no stream and no file name can move the cursor,
/// retitle the window or hide what it said: `^[` for ESC, `<9b>` for C1.
///
/// What reorders a line or breaks it unseen is spelled out too: the line and paragraph separators and the bidi
/// embeddings, overrides and isolates (`<202e>`). The bidi marks (U+200E, U+200F, U+061C) stay: right-to-left text
/// needs them, and they reorder no letters.
pub(crate) fn write_visible(out: &mut impl Write, text: &str, layout: Layout) -> io::Result<()> {
    let is_hidden = |c: char| is_hidden(c, layout);
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

/// The same of one line, as a string.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = Vec::new();
    // Writing into memory does not fail.
    let _ = write_visible(&mut shown, text, Layout::OneLine);
    String::from_utf8(shown).unwrap_or_default()
}

/// Whether it is not shown as it is.
pub(crate) fn is_hidden(c: char, layout: Layout) -> bool {
    match c {
        '\n' | '\t' => layout == Layout::OneLine,
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => c.is_control(),
    }
}

/// The key that types it together with Ctrl: six bits off for `@` to `_`, and `?` for DEL.
fn caret(control: char) -> char {
    char::from_u32(u32::from(control) ^ 0x40).unwrap_or('?')
}
