//! A piece of an audio answer, read out of the JSON text that was passed on.
//!
//! Knows: the members of chat's `delta.audio`. Must not know: what becomes of them, other pieces.
//!
//! Source: OpenAI, *Chat Completions*, `message.audio`.

use super::cursor::{Cursor, Kind, Scratch};
use super::reader::Reader;
use crate::dialect::{Quirks, Tolerance};
use crate::error::ErrorKind;
use crate::record::{Buffer, Str};

/// The deepest nesting of what is skipped: as deep as a document may be at all.
const DEPTH: usize = 128;

/// What one piece says. Empty is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AudioPiece<'a> {
    pub(crate) id: &'a str,
    /// Base64, as sent.
    pub(crate) data: &'a str,
    pub(crate) transcript: &'a str,
    pub(crate) expires_at: Option<u64>,
}

/// Where the members stand.
#[derive(Default)]
struct Members {
    id: Str,
    data: Str,
    transcript: Str,
    expires_at: Option<u64>,
}

impl<'a> AudioPiece<'a> {
    /// Reads a piece; none if `json` is no object, or says nothing. `scratch` holds what had escapes. Cost: one pass.
    pub(crate) fn read_if_not_empty(json: &'a str, scratch: &'a mut Scratch) -> Option<Self> {
        scratch.clear();
        // The decoder has let it pass: whatever its options allowed is allowed here.
        let mut tolerance = Tolerance::new(Quirks::ALL);
        let reader = Reader::new(json.as_bytes(), 0, DEPTH, scratch, &mut tolerance);
        let members = read_members(reader).ok()?;
        let text = |at| text_of(at, json, &scratch.text);
        let piece = Self {
            id: text(members.id),
            data: text(members.data),
            transcript: text(members.transcript),
            expires_at: members.expires_at,
        };
        Some(piece).filter(|piece| piece.says_something())
    }

    fn says_something(&self) -> bool {
        self.expires_at.is_some() || [self.id, self.data, self.transcript].iter().any(|text| !text.is_empty())
    }
}

/// Of several members of one name the last that is of its kind counts.
fn read_members(mut reader: Reader<'_>) -> Result<Members, ErrorKind> {
    const NAMES: [&[u8]; 4] = [b"id", b"data", b"transcript", b"expires_at"];
    let mut members = Members::default();
    let position = |key: &[u8]| NAMES.iter().position(|name| *name == key);
    let mut seq = reader.enter_object()?;
    while let Some((name, kind)) = reader.member_by(&mut seq, position)? {
        match (name, kind) {
            (Some(0), Kind::String) => members.id = reader.string()?,
            (Some(1), Kind::String) => members.data = reader.string()?,
            (Some(2), Kind::String) => members.transcript = reader.string()?,
            (Some(3), Kind::Number) => members.expires_at = reader.number()?.value,
            _ => reader.skip()?,
        }
    }
    Ok(members)
}

fn text_of<'t>(at: Str, payload: &'t str, scratch: &'t str) -> &'t str {
    let buffer = match at.buffer() {
        Buffer::Payload => payload,
        Buffer::Scratch => scratch,
    };
    buffer.get(at.span().range()).unwrap_or_default()
}
