//! Text as it stands in a JSON string: the one place that escapes.
//!
//! Knows: RFC 8259 section 7. Must not know: what is written, where to.

use super::string_stop;

/// Passes on what stands between the quotes of a JSON string that says `text`: runs of it as they are, and an escape for each
/// quote, backslash and control character. So no line ends in it. Cost: one pass, eight bytes a step; allocates nothing.
pub(crate) fn escape<'t>(text: &'t str, mut piece: impl FnMut(&'t str)) {
    let mut rest = text;
    loop {
        let stop = string_stop(rest.as_bytes()).at;
        // What stops is one ASCII byte, so both sides are text.
        let Some((run, after)) = rest.split_at_checked(stop) else { return };
        if !run.is_empty() {
            piece(run);
        }
        let Some(stopped) = after.bytes().next() else { return };
        piece(escape_of(stopped));
        rest = after.get(1..).unwrap_or_default();
    }
}

/// How a byte is written that may not stand for itself.
pub(crate) fn escape_of(byte_needing_escape: u8) -> &'static str {
    match byte_needing_escape {
        b'"' => "\\\"",
        b'\\' => "\\\\",
        _ => CONTROLS.get(usize::from(byte_needing_escape)).copied().unwrap_or("\\ufffd"),
    }
}

const CONTROLS: [&str; 32] = [
    "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007", "\\b", "\\t",
    "\\n", "\\u000b", "\\f", "\\r", "\\u000e", "\\u000f", "\\u0010", "\\u0011", "\\u0012", "\\u0013",
    "\\u0014", "\\u0015", "\\u0016", "\\u0017", "\\u0018", "\\u0019", "\\u001a", "\\u001b", "\\u001c",
    "\\u001d", "\\u001e", "\\u001f",
];
