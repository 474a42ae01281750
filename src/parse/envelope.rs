//! What documents come in, where that is more than text: the messages of an AWS event stream.
//!
//! Knows: that the name of such a message is its type, and what it can wrap. Must not know: checksums, headers, any wire's
//! members.
//!
//! 1. The type of a message is the framing's own word, so it may decide what the payload is. The name of a server-sent
//!    event is a word of the stream: it is missing, or says `message`, where it should not.
//! 2. An exception is the peer's complaint, whatever its payload says; its type is of what kind.
//! 3. A message of type `chunk` wraps an event of the model's own wire as base64, beside padding. What it wraps is read as
//!    an event without a name; anything of any wire may be in it.

use alloc::string::String;
use alloc::vec::Vec;

use super::cursor::{Cursor, Kind, Scratch};
use super::reader::Reader;
use super::{Ahead, Event, Next, Parser, Segment, payload};
use crate::dialect::{Quirks, Tolerance};
use crate::error::ErrorKind;
use crate::record::Str;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a document came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// Text.
    None,
    /// A message: the name is its type.
    Message,
    /// What a message wraps.
    Chunk,
}

/// Whether a message wraps an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapped {
    Yes,
    No,
}

impl Parser {
    /// Decodes what the message wraps into `into`; where it wraps nothing, that is as before. Cost: one pass over the
    /// message, one over what is wrapped.
    pub(crate) fn unwrap_bytes_if_chunk(
        &self,
        event: &Event<'_>,
        scratch: &mut Scratch,
        into: &mut Vec<u8>,
    ) -> Result<Wrapped, ErrorKind> {
        if event.context.envelope != Envelope::Message
            || event.context.is_error
            || event.context.name != b"chunk"
        {
            return Ok(Wrapped::No);
        }
        let mut strict = Tolerance::new(Quirks::NONE);
        let mut reader = Reader::new(event.payload, 0, self.options.depth, scratch, &mut strict);
        let Some(bytes) = read_last_string_named_bytes(&mut reader) else { return Ok(Wrapped::No) };
        into.clear();
        STANDARD.decode_vec(reader.bytes(bytes), into).map_err(|_| ErrorKind::Base64)?;
        Ok(Wrapped::Yes)
    }

    /// An exception: an object that says more about it, or words.
    pub(super) fn state_exception_from_object_or_words(
        &mut self,
        event: &Event<'_>,
        scratch: &mut Scratch,
        tolerance: &mut Tolerance,
    ) -> Result<Next, ErrorKind> {
        let at = payload::skip_space(event.payload, 0);
        match event.payload.get(at) {
            Some(b'{') => match self.state_document_at(event, at, scratch, tolerance) {
                Ok(end) => self.records.fill_in_missing_head_json(0, Str::payload(at, end)),
                Err(_) => drop(self.state_payload_as_error_message(event)?),
            },
            _ => drop(self.state_payload_as_error_message(event)?),
        }
        let start = scratch.text.len();
        scratch.text.push_str(&String::from_utf8_lossy(event.context.name));
        self.records.replace_error_kinds_if_named(Str::scratch(start, scratch.text.len()));
        self.ahead = Ahead::Segment(Segment::End);
        Ok(Next::Records)
    }
}

/// The string that is the member `bytes` of the object ahead, if it is one and nothing follows it.
fn read_last_string_named_bytes<C: Cursor>(cursor: &mut C) -> Option<Str> {
    if cursor.kind().ok()? != Kind::Object {
        return None;
    }
    let mut bytes = None;
    let mut members = cursor.enter_object().ok()?;
    while let Some((is_bytes, kind)) = cursor.member_by(&mut members, |name| name == b"bytes").ok()? {
        if is_bytes && kind == Kind::String {
            bytes = Some(cursor.string().ok()?);
        } else {
            cursor.skip().ok()?;
        }
    }
    bytes
}
