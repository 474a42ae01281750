//! A payload taken apart: end markers, comments, documents, and what stands between them.
//!
//! Knows: the dialect's end markers, `data:`, colons, braces. Must not know: what a document says or where it ends (the
//! reader tells).

use crate::dialect::{self, Quirk, Tolerance};

/// What begins at an offset of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Nothing more.
    End,
    /// Nothing at all: a keep-alive.
    Empty,
    /// A comment that was wrapped as data: a keep-alive.
    Comment,
    /// An end marker: which of [`dialect::DONE`].
    Done(usize),
    /// JSON begins at this offset.
    Document(usize),
    /// Text that is no JSON.
    Text,
}

/// Which end marker `payload`, trimmed, is.
pub(crate) fn is_done(payload: &[u8]) -> Option<usize> {
    if payload.len() > 8 {
        return None;
    }
    dialect::DONE.iter().position(|marker| {
        let bare = payload.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(payload);
        let bracketed = marker.starts_with('[') && bare.eq_ignore_ascii_case(marker.as_bytes());
        bracketed || bare == marker.as_bytes()
    })
}

/// What a payload begins with. `Err`: it needs this quirk, which is off.
pub(crate) fn first(payload: &[u8], tolerance: &mut Tolerance) -> Result<Part, Quirk> {
    let mut at = skip_space(payload, 0);
    loop {
        let rest = payload.get(at..).unwrap_or_default();
        if rest.first() == Some(&b'{') {
            return Ok(Part::Document(at));
        }
        if let Some(done) = is_done(rest.trim_ascii()) {
            let reference = payload == b"[DONE]";
            return if reference {
                Ok(Part::Done(done))
            } else {
                meet(tolerance, Quirk::DoneSpelling, Part::Done(done))
            };
        }
        match rest {
            [] => return meet(tolerance, Quirk::EmptyData, Part::Empty),
            [b'[' | b'"', ..] => return Ok(Part::Document(at)),
            [b':', ..] => return meet(tolerance, Quirk::CommentInData, Part::Comment),
            _ if rest.starts_with(b"data:") => {
                meet(tolerance, Quirk::DoubledPrefix, ())?;
                at = skip_space(payload, at.saturating_add(5));
            }
            _ => return Ok(Part::Text),
        }
    }
}

/// What follows a document that ended at `at`.
pub(crate) fn next(payload: &[u8], at: usize, tolerance: &mut Tolerance) -> Result<Part, Quirk> {
    let at = skip_space(payload, at);
    let rest = payload.get(at..).unwrap_or_default();
    match rest {
        [] => Ok(Part::End),
        [b'{', ..] => meet(tolerance, Quirk::Concatenated, Part::Document(at)),
        _ if rest.starts_with(b"data:") => {
            meet(tolerance, Quirk::InlineRecords, ())?;
            let at = skip_space(payload, at.saturating_add(5));
            let rest = payload.get(at..).unwrap_or_default();
            Ok(match (rest.first(), is_done(rest.trim_ascii())) {
                (_, Some(done)) => Part::Done(done),
                (Some(b'{'), None) => Part::Document(at),
                _ => Part::End,
            })
        }
        _ => match is_done(rest.trim_ascii()) {
            Some(done) => meet(tolerance, Quirk::Concatenated, Part::Done(done)),
            None => meet(tolerance, Quirk::TrailingGarbage, Part::End),
        },
    }
}

fn meet<T>(tolerance: &mut Tolerance, quirk: Quirk, part: T) -> Result<T, Quirk> {
    if tolerance.meets(quirk) { Ok(part) } else { Err(quirk) }
}

fn skip_space(payload: &[u8], from: usize) -> usize {
    let space = payload.get(from..).unwrap_or_default().iter();
    from.saturating_add(space.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count())
}
