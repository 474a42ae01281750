//! Which wire a document is of.
//!
//! Knows: the list of wires, and how one is settled on. Must not know: any wire's members, SSE, cuts.
//!
//! 1. A wire is a grammar of its own, named after its API; its file states what its events say as neutral records.
//! 2. The first deciding event settles the wire of the stream: chat, which gateways put beside anything else, is asked first,
//!    the others in the order of their list. Errors, pings and end markers decide nothing. What has a wire's signs is the wire's,
//!    also where its file does not know the event: services add some.
//! 3. After that, a document that is not of the wire is unknown: it is passed on whole. Errors of every wire's shape are
//!    errors on every wire. One that stands beside what an event says is told before that, and takes nothing from it.

pub(super) mod chat;
mod entries;
mod errors;
mod signs;

use super::cursor::{Cursor, Kind};
use super::visitor::{Attempt, Visitor};
use super::{Envelope, Wiring};
use crate::dialect::Quirk;
use crate::error::ErrorKind;
use crate::options::{Wire, wires};
use crate::record::{Record, Str};
pub(super) use replicate::push_end_without_word;
use signs::Signs;

/// What a wire's file says of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WireMatch {
    /// It is of this wire, and stated.
    Mine,
    /// It is stated, but any wire could have said it: it settles nothing.
    Anyones,
    /// It is not; what was stated of it is to be taken back.
    NotMine,
}

/// Declares the wires' files, and asks them.
macro_rules! dispatch {
    ($($(#[$doc:meta])* $wire:ident $module:ident $word:literal,)*) => {
        $(mod $module;)*

        /// The wire whose first event this is.
        fn recognize<C: Cursor>(signs: &mut Signs<'_, '_, '_, C>) -> Option<Wire> {
            $(if $module::recognizes(signs) {
                return Some(Wire::$wire);
            })*
            None
        }

        /// States the object ahead by the grammar of `wire`.
        fn event<C: Cursor>(
            wire: Wire,
            visitor: &mut Visitor<'_, C>,
            wiring: &Wiring<'_>,
        ) -> Result<WireMatch, ErrorKind> {
            match wire {
                Wire::Chat => chat::event(visitor, wiring.context),
                $(Wire::$wire => $module::event(visitor, wiring.context),)*
            }
        }
    };
}
wires!(dispatch);

/// The wire on which the data of an event of this name is text, whatever it looks like.
pub(super) fn wire_of_text(name: &[u8]) -> Option<Wire> {
    (name == replicate::TEXT_EVENT.as_bytes()).then_some(Wire::Replicate)
}

/// Whether an event of this name is the wire's own end: its file reads the data, and says what an end without data is
/// ([`push_end_without_word`]).
pub(super) fn is_own_end(wire: Wire, name: &[u8]) -> bool {
    wire == Wire::Replicate && name == replicate::END_EVENT.as_bytes()
}

/// Whether the wire sends chat's end marker after its own: nothing of the answer, and no deviation.
pub(super) fn sends_marker_after_end(wire: Wire) -> bool {
    matches!(wire, Wire::Cohere2 | Wire::Interactions)
}

/// States the document ahead; or, of an array, each object in it as a document of its own. Anything else in the array makes
/// the whole of it unknown.
pub(super) fn state_object_or_each_in_array<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    wiring: &mut Wiring<'_>,
) -> Result<(), ErrorKind> {
    match visitor.cursor.kind()? {
        Kind::Object => push_object_and_settle_wire(visitor, wiring),
        Kind::Array => push_each_object_or_unknown(visitor, wiring),
        _ => {
            push_unknown(visitor)?;
            visitor.cursor.skip()
        }
    }
}

fn push_unknown<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    visitor.records.push_head_within_limit(Record::Unknown { name: Str::NONE, json: Str::NONE })
}

/// States each object of the array ahead as a document; anything else in it, or nothing, is one unknown event.
fn push_each_object_or_unknown<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    wiring: &mut Wiring<'_>,
) -> Result<(), ErrorKind> {
    let (mut objects, mut others) = (false, false);
    let mut items = visitor.cursor.enter_array()?;
    while let Some(kind) = visitor.cursor.element(&mut items)? {
        if kind == Kind::Object {
            push_array_element_with_own_json(visitor, wiring)?;
            objects = true;
        } else {
            others = true;
            visitor.cursor.skip()?;
        }
    }
    if !objects || others {
        push_unknown(visitor)?;
    }
    Ok(())
}

/// A document in an array: what is told of it as a whole is its own text.
fn push_array_element_with_own_json<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    wiring: &mut Wiring<'_>,
) -> Result<(), ErrorKind> {
    let (from, mark) = (visitor.records.head().len(), visitor.cursor.mark_ahead());
    push_object_and_settle_wire(visitor, wiring)?;
    let is_whole = |record: &Record| matches!(record, Record::Error { .. } | Record::Unknown { .. });
    if visitor.records.head().get(from..).unwrap_or_default().iter().any(is_whole) {
        let text = visitor.cursor.json_at(mark);
        visitor.records.fill_in_missing_head_json(from, text);
    }
    Ok(())
}

fn push_object_and_settle_wire<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    wiring: &mut Wiring<'_>,
) -> Result<(), ErrorKind> {
    if wiring.context.is_error && wiring.context.envelope == Envelope::Message {
        return errors::push_exception(visitor);
    }
    let attempt = visitor.begin_attempt();
    visitor.watch_document_ahead_for_error();
    let asked = wiring.wire.unwrap_or(Wire::Chat);
    match event(asked, visitor, wiring)? {
        WireMatch::Mine => *wiring.wire = Some(asked),
        WireMatch::Anyones if wiring.wire.is_none() && visitor.has_stated_error(&attempt) => {
            return state_by_recognized_wire_or_as_error(visitor, wiring, attempt);
        }
        WireMatch::Anyones => {}
        WireMatch::NotMine => {
            visitor.abandon(attempt);
            return recognize_wire_else_push_error_or_unknown(visitor, wiring);
        }
    }
    errors::push_error_beside_unless_stated(visitor, &attempt)
}

/// What stands ahead says that it is an error, and may be the first event of a wire as well.
#[cold]
fn state_by_recognized_wire_or_as_error<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    wiring: &mut Wiring<'_>,
    attempt: Attempt<C::Mark>,
) -> Result<(), ErrorKind> {
    visitor.abandon(attempt);
    let recognized = recognize(&mut Signs::peek_first_members(visitor, attempt, wiring.context)?);
    visitor.abandon(attempt);
    if let Some(wire) = recognized {
        let is_of_wire = event(wire, visitor, wiring)? == WireMatch::Mine;
        let is_only_beside = visitor.error_beside().is_some() && !visitor.has_stated_error(&attempt);
        if is_of_wire && (is_only_beside || visitor.has_stated_answer(&attempt)) {
            *wiring.wire = Some(wire);
            return errors::push_error_beside_unless_stated(visitor, &attempt);
        }
        visitor.abandon(attempt);
    }
    event(Wire::Chat, visitor, wiring).map(|_| ())
}

/// The object ahead is not of the wire that was asked: another's, if none is settled on yet; an error, a ping, or unknown.
#[cold]
fn recognize_wire_else_push_error_or_unknown<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    wiring: &mut Wiring<'_>,
) -> Result<(), ErrorKind> {
    let attempt = visitor.begin_attempt();
    let mut by_signs = None;
    if wiring.wire.is_none() {
        let recognized = recognize(&mut Signs::peek_first_members(visitor, attempt, wiring.context)?);
        visitor.abandon(attempt);
        by_signs = recognized;
        if let Some(wire) = recognized {
            match event(wire, visitor, wiring)? {
                WireMatch::Mine => {
                    *wiring.wire = Some(wire);
                    return errors::push_error_beside_unless_stated(visitor, &attempt);
                }
                WireMatch::Anyones => return Ok(()),
                WireMatch::NotMine => visitor.abandon(attempt),
            }
        }
    }
    visitor.cursor.skip()?;
    if errors::push_error_or_ping(visitor, attempt.start(), wiring.context)? {
        return Ok(());
    }
    visitor.abandon(attempt);
    // An event that the wire's file does not know yet is the wire's by its signs.
    *wiring.wire = wiring.wire.or(by_signs);
    push_unknown(visitor)?;
    visitor.cursor.skip()
}

/// A document that keeps the stream alive and says nothing. Where its event has no name, that is a quirk.
fn meets_named_or_tolerated_ping<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    type_word: Str,
    event_name: &[u8],
) -> bool {
    let word = visitor.cursor.bytes(type_word);
    let is_ping = crate::dialect::PINGS.contains(&word);
    is_ping && (word == event_name || visitor.cursor.tolerance().note_if_allowed(Quirk::PingEvent))
}
