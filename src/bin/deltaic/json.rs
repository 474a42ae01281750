//! JSON lines: the one writer of every JSON form.

use std::io::{self, Write};

use deltaic::{Delta, ExtraKind};
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use serde_json::value::RawValue;

use crate::visible::{self, Layout};

/// Writes `value` as one line of JSON that holds no control character, and nothing that reorders or breaks a line unseen:
/// serde_json escapes what is below U+0020, and [`Escaped`] the rest. It is the same JSON, so it is written the same into
/// pipes.
pub(crate) fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Escaped))?;
    out.write_all(b"\n")
}

/// Writes `value` as a line that names its input, where that is not plain.
pub(crate) fn write_of(out: &mut impl Write, file: Option<&str>, value: &impl Serialize) -> io::Result<()> {
    match file {
        Some(_) => write_line(out, &OfFile { file, value }),
        None => write_line(out, value),
    }
}

/// Writes a delta as a line. What came as JSON and is passed on leaves as JSON, not as a string that holds JSON.
pub(crate) fn write_delta(out: &mut impl Write, file: Option<&str>, delta: &Delta<'_>) -> io::Result<()> {
    match *delta {
        Delta::Extra { choice, kind, name, json, .. } => {
            write_of(out, file, &PassedOn::Extra { choice, kind, name, json: Json::of(json) })
        }
        Delta::PeerError { code, kind, message, json, .. } => {
            write_of(out, file, &PassedOn::Error { code, kind, message, json: Json::of(json) })
        }
        _ => write_of(out, file, delta),
    }
}

#[derive(Serialize)]
struct OfFile<'a, T> {
    file: Option<&'a str>,
    #[serde(flatten)]
    value: &'a T,
}

/// The deltas that bring JSON along; the same members as theirs.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum PassedOn<'a> {
    Extra {
        #[serde(skip_serializing_if = "Option::is_none")]
        choice: Option<u32>,
        kind: ExtraKind,
        name: &'a str,
        json: Json<'a>,
    },
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<&'a str>,
        message: &'a str,
        json: Json<'a>,
    },
}

/// What came as JSON, each token as it was sent; as a string if it is no strict JSON (services write `NaN`).
#[derive(Serialize)]
#[serde(untagged)]
enum Json<'a> {
    Value(&'a RawValue),
    Text(&'a str),
}

impl<'a> Json<'a> {
    fn of(json: &'a str) -> Self {
        serde_json::from_str(json).map_or(Self::Text(json), Self::Value)
    }
}

fn is_hidden(c: char) -> bool {
    visible::is_hidden(c, Layout::OneLine)
}

struct Escaped;

impl Formatter for Escaped {
    fn write_string_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        write_escaped(out, fragment)
    }

    /// JSON as it came: its controls below U+0020 are white space between tokens.
    fn write_raw_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        for (at, line) in fragment.split(['\n', '\r', '\t']).enumerate() {
            out.write_all(if at > 0 { b" " } else { b"" })?;
            self.write_string_fragment(out, line)?;
        }
        Ok(())
    }
}

/// Writes text of JSON strings with DEL and U+0080 to U+009F escaped.
pub(crate) fn write_escaped(out: &mut (impl Write + ?Sized), text: &str) -> io::Result<()> {
    // DEL, or the first byte of U+0080 to U+00BF, or of U+2000 to U+2FFF: most texts have none of them.
    if memchr::memchr3(0x7f, 0xc2, 0xe2, text.as_bytes()).is_none() {
        return out.write_all(text.as_bytes());
    }
    let is_hidden = |c: char| is_hidden(c) && c != '\n';
    for piece in text.split_inclusive(is_hidden) {
        out.write_all(piece.trim_end_matches(is_hidden).as_bytes())?;
        if let Some(control) = piece.chars().next_back().filter(|&c| is_hidden(c)) {
            write!(out, "\\u{:04x}", u32::from(control))?;
        }
    }
    Ok(())
}
