//! A payload taken apart: end markers, comments, documents, and what stands between them.
//!
//! Knows: the dialect's end markers, `data:`, colons, braces. Must not know: what a document says or where it ends (the
//! reader tells).

use crate::dialect::{self, Quirk, Tolerance};
use crate::lex;

/// What begins at an offset of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Segment {
    /// Nothing more.
    End,
    /// A comment that was wrapped as data, or nothing at all: a keep-alive.
    Keepalive,
    /// An end marker: which of [`dialect::DONE`].
    Done(usize),
    /// JSON begins at this offset.
    Document(usize),
    /// Text that is no JSON.
    Text,
}

/// What a payload begins with. `Err`: it needs this quirk, which is off.
pub(super) fn first_segment(payload: &[u8], tolerance: &mut Tolerance) -> Result<Segment, Quirk> {
    let mut at = skip_space(payload, 0);
    loop {
        let rest = payload.get(at..).unwrap_or_default();
        if rest.first() == Some(&b'{') {
            return Ok(Segment::Document(at));
        }
        if let Some(done) = dialect::done_marker_ordinal(rest.trim_ascii()) {
            let reference = payload == b"[DONE]";
            return if reference {
                Ok(Segment::Done(done))
            } else {
                meet_or_refuse(tolerance, Quirk::DoneSpelling, Segment::Done(done))
            };
        }
        match rest {
            [] => return meet_or_refuse(tolerance, Quirk::EmptyData, Segment::Keepalive),
            [b'[' | b'"', ..] => return Ok(Segment::Document(at)),
            [b':', ..] => return meet_or_refuse(tolerance, Quirk::CommentInData, Segment::Keepalive),
            _ if rest.starts_with(b"data:") => at = index_after_data_prefixes(payload, at, tolerance)?,
            _ => return Ok(Segment::Text),
        }
    }
}

/// The index after the prefixes at `at` with which a line that was framed already was framed again, and white space.
fn index_after_data_prefixes(
    payload: &[u8],
    mut at: usize,
    tolerance: &mut Tolerance,
) -> Result<usize, Quirk> {
    while payload.get(at..).is_some_and(|rest| rest.starts_with(b"data:")) {
        meet_or_refuse(tolerance, Quirk::DoubledPrefix, ())?;
        at = skip_space(payload, at.saturating_add(5));
    }
    Ok(at)
}

/// What follows a document that ended at `at`.
pub(super) fn segment_after_requiring_quirk_or_end_if_garbage(
    payload: &[u8],
    at: usize,
    tolerance: &mut Tolerance,
) -> Result<Segment, Quirk> {
    let at = skip_space(payload, at);
    let rest = payload.get(at..).unwrap_or_default();
    match rest {
        [] => Ok(Segment::End),
        [b'{', ..] => meet_or_refuse(tolerance, Quirk::Concatenated, Segment::Document(at)),
        _ if rest.starts_with(b"data:") => {
            meet_or_refuse(tolerance, Quirk::InlineRecords, ())?;
            let at = skip_space(payload, at.saturating_add(5));
            let at = index_after_data_prefixes(payload, at, tolerance)?;
            let rest = payload.get(at..).unwrap_or_default();
            Ok(match (rest.first(), dialect::done_marker_ordinal(rest.trim_ascii())) {
                (_, Some(done)) => Segment::Done(done),
                (Some(b'{'), None) => Segment::Document(at),
                _ => Segment::End,
            })
        }
        _ => match dialect::done_marker_ordinal(rest.trim_ascii()) {
            Some(done) => meet_or_refuse(tolerance, Quirk::Concatenated, Segment::Done(done)),
            None => meet_or_refuse(tolerance, Quirk::TrailingGarbage, Segment::End),
        },
    }
}

/// The end marker that an event of this name with this data is, if its name says so and its data nothing else.
pub(super) fn end_event_name_unless_json_data(payload: &[u8], name: &[u8]) -> Option<&'static str> {
    let marker = dialect::END_EVENTS.iter().copied().find(|known| known.as_bytes() == name)?;
    let data = payload.trim_ascii();
    let is_json = matches!(data, [b'{' | b'[' | b'"', ..]);
    let says_nothing = !is_json
        || data.starts_with(b"{") && lex::is_empty_object_or_array(data)
        || dialect::done_marker_ordinal(data).is_some();
    says_nothing.then_some(marker)
}

fn meet_or_refuse<T>(tolerance: &mut Tolerance, quirk: Quirk, part: T) -> Result<T, Quirk> {
    if tolerance.note_if_allowed(quirk) { Ok(part) } else { Err(quirk) }
}

/// The index of the first byte from `from` on that is no white space.
pub(super) fn skip_space(payload: &[u8], from: usize) -> usize {
    let space = payload.get(from..).unwrap_or_default().iter();
    from.wrapping_add(space.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count())
}
