//! A chunk's choices: a list of objects, each stated in its written order; anything else but an empty object is refused.
//!
//! Knows: a choice's members, which of a delta's possible places counts, finish words. Must not know: what a delta holds.

use crate::delta::{ExtraKind, FinishReason};
use crate::dialect::{self, ChoiceKey, Finish, Quirk, Tolerance};
use crate::error::ErrorKind;
use crate::options::ExtrasMode;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{SeenKeys, Visitor};
use crate::record::{Record, Scope, Str};

/// What a choice's own members say, until all are known.
struct Choice<M> {
    index: Option<u32>,
    has_delta: bool,
    message: Option<M>,
    text: Option<M>,
    finish: Str,
    has_finish: bool,
    /// The finish reason under another name.
    other_finish: Option<M>,
    /// The delta's role is another than the assistant's.
    is_side: bool,
}

/// The ordinal of `delta` in [`SeenKeys`].
const DELTA: usize = 0;

pub(super) fn choices<C: Cursor>(visitor: &mut Visitor<'_, C>, kind: Kind) -> Result<(), ErrorKind> {
    match kind {
        Kind::Array => {}
        Kind::Object => return expect_empty_choices_object(visitor),
        _ => return Err(ErrorKind::NotOfWire),
    }
    let mut items = visitor.cursor.enter_array()?;
    let mut position = 0u32;
    while let Some(kind) = visitor.cursor.element(&mut items)? {
        if kind != Kind::Object {
            return Err(ErrorKind::NotOfWire);
        }
        choice(visitor, position)?;
        position = position.saturating_add(1);
    }
    Ok(())
}

/// An empty object in place of the empty list.
#[cold]
fn expect_empty_choices_object<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    let mut members = visitor.cursor.enter_object()?;
    if visitor.cursor.member_by(&mut members, |_| ())?.is_some() {
        return Err(ErrorKind::NotOfWire);
    }
    visitor.need(Quirk::ChoicesObject)
}

fn choice<C: Cursor>(visitor: &mut Visitor<'_, C>, position: u32) -> Result<(), ErrorKind> {
    let from = visitor.stated();
    visitor.push(Record::Choice { index: position })?;
    let mut choice = Choice {
        index: None,
        has_delta: false,
        message: None,
        text: None,
        finish: Str::NONE,
        has_finish: false,
        other_finish: None,
        is_side: false,
    };
    let mut deltas = SeenKeys::<1>::default();
    let mut members = visitor.cursor.enter_object()?;
    while let Some((key, kind)) = visitor.cursor.member(&mut members, &dialect::ChoiceNames)? {
        push_or_mark_choice_member(visitor, key, kind, &mut choice, &mut deltas)?;
    }
    push_rest_of_choice_and_order(visitor, choice, from, position)
}

/// States the member ahead, or marks it for [`push_rest_of_choice_and_order`].
fn push_or_mark_choice_member<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    key: ChoiceKey,
    kind: Kind,
    choice: &mut Choice<C::Mark>,
    earlier_deltas: &mut SeenKeys<1>,
) -> Result<(), ErrorKind> {
    if kind == Kind::Null {
        return visitor.cursor.null();
    }
    match key {
        ChoiceKey::Index => {
            choice.index = Some(visitor.read_value_as_index(kind)?.ok_or(ErrorKind::NotOfWire)?)
        }
        ChoiceKey::Delta if kind == Kind::Object => {
            visitor.strike_earlier_value(earlier_deltas, DELTA)?;
            let from = visitor.stated();
            let super::delta::ForChoice { is_side, finish } = super::delta::push_delta(visitor)?;
            visitor.note_records_of_key(earlier_deltas, DELTA, from);
            (choice.has_delta, choice.is_side) = (true, is_side);
            if choice.finish.is_empty() {
                choice.finish = finish;
            }
        }
        ChoiceKey::Message if kind == Kind::Object => choice.message = Some(visitor.skip_marked()?),
        ChoiceKey::Text if matches!(kind, Kind::String | Kind::Number) => {
            choice.text = Some(visitor.skip_marked()?)
        }
        ChoiceKey::Finish if kind == Kind::String => {
            let finish = visitor.cursor.string()?;
            if core::mem::replace(&mut choice.has_finish, true) && !choice.finish.is_empty() {
                visitor.need(Quirk::DuplicateKey)?;
            }
            if finish.is_empty() {
                visitor.need(Quirk::EmptyString)?;
            } else {
                choice.finish = finish;
            }
        }
        ChoiceKey::FinishSpelling if kind == Kind::String => {
            choice.other_finish = Some(visitor.cursor.mark_ahead());
            push_extra_if_all_else_skip(visitor)?;
        }
        ChoiceKey::Usage if kind == Kind::Object && visitor.allows(Quirk::UsagePlace) => {
            super::usage::push_misplaced_usage(visitor, kind)?;
        }
        ChoiceKey::Extra(extra) => visitor.push_extra_unless_off_or_empty(extra, false)?,
        _ => visitor.skip_as_padding_unless_extras_all(kind, false)?,
    }
    Ok(())
}

/// Passes a string that may mean something: no shape leaves it open.
#[cold]
fn push_extra_if_all_else_skip<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    match visitor.options.extras {
        ExtrasMode::All => visitor.push_extra_unless_off_or_empty(ExtraKind::Other, false),
        _ => visitor.cursor.skip(),
    }
}

/// What can be stated once the whole choice has been read: its index if that is not its position, what stands in other
/// places than the delta, the finish last of all, one reasoning of several.
fn push_rest_of_choice_and_order<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    mut choice: Choice<C::Mark>,
    from: usize,
    position: u32,
) -> Result<(), ErrorKind> {
    match choice.index {
        Some(index) if index != position => visitor.records.set(from, Record::Choice { index }),
        Some(_) => {}
        None => visitor.need(Quirk::ChoiceIndexMissing)?,
    }
    if let Some(mark) = choice.other_finish.filter(|_| choice.finish.is_empty()) {
        choice.finish = tolerated_misplaced_finish_or_empty(visitor, mark)?;
    }
    if !choice.has_delta || choice.message.is_some() {
        push_message_or_text_if_no_delta(visitor, &mut choice)?;
    }
    if !choice.finish.is_empty() && !choice.is_side {
        push_finish(visitor, choice.finish)?;
    }
    // The choice, and one fact about it: nearly every chunk.
    if visitor.stated().wrapping_sub(from) <= 2 {
        return Ok(());
    }
    order_and_keep_first_reasoning_spelling(visitor, from)
}

#[inline(never)] // Rare: kept out of the code that every event runs through.
fn order_and_keep_first_reasoning_spelling<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    from: usize,
) -> Result<(), ErrorKind> {
    visitor.records.sort_by_rank_edges_with_next(from, written_rank);
    keep_first_reasoning_spelling(visitor, from)
}

/// The finish reason at `mark`, where it has another name.
#[cold]
fn tolerated_misplaced_finish_or_empty<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    mark: C::Mark,
) -> Result<Str, ErrorKind> {
    let word = visitor.string_or_json_at_unless_null(Some(mark))?;
    let counts = !word.is_empty() && visitor.cursor.tolerance().note_if_allowed(Quirk::FinishPlace);
    Ok(if counts { word } else { Str::NONE })
}

/// A message in place of or beside the delta, text in the choice, or nothing at all.
fn push_message_or_text_if_no_delta<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    choice: &mut Choice<C::Mark>,
) -> Result<(), ErrorKind> {
    if let Some(mark) = choice.message {
        if choice.has_delta {
            return visitor.need(Quirk::MessageBeside);
        }
        visitor.need(Quirk::MessageForDelta)?;
        let whole = visitor.stated();
        visitor.push(Record::Whole(Scope::Message { ends: false }))?;
        let back = visitor.cursor.go(mark);
        let super::delta::ForChoice { is_side, finish } = super::delta::push_delta(visitor)?;
        visitor.cursor.go(back);
        choice.is_side |= is_side;
        if choice.finish.is_empty() {
            choice.finish = finish;
        }
        let word = visitor.cursor.bytes(choice.finish);
        // `"null"` as a word is null.
        let ends = !word.is_empty() && dialect::finish(word) != Finish::Null;
        visitor.records.set(whole, Record::Whole(Scope::Message { ends }));
    } else if let Some(mark) = choice.text {
        visitor.need(Quirk::ChoiceText)?;
        let back = visitor.cursor.go(mark);
        let kind = visitor.cursor.kind()?;
        super::delta::string_or_number_as_text(visitor, kind, Record::Text)?;
        visitor.cursor.go(back);
    } else {
        visitor.need(Quirk::DeltaMissing)?;
    }
    Ok(())
}

/// States what a finish word means.
pub(super) fn push_finish<C: Cursor>(visitor: &mut Visitor<'_, C>, raw: Str) -> Result<(), ErrorKind> {
    let meaning = dialect::finish(visitor.cursor.bytes(raw));
    match finish_or_provisional_record(meaning, raw, visitor.cursor.tolerance()) {
        Some(record) => visitor.push(record),
        None => Ok(()),
    }
}

/// The record of a finish `word`, which is the text of `raw`; none if it says nothing.
pub(super) fn finish_record_of(word: &[u8], raw: Str, tolerance: &mut Tolerance) -> Option<Record> {
    finish_or_provisional_record(dialect::finish(word), raw, tolerance)
}

fn finish_or_provisional_record(meaning: Finish, raw: Str, tolerance: &mut Tolerance) -> Option<Record> {
    let reason = match meaning {
        Finish::Null if tolerance.note_if_allowed(Quirk::FinishNullWord) => return None,
        Finish::Provisional(finish) if tolerance.note_if_allowed(Quirk::FinishProvisional) => {
            return Some(Record::ProvisionalFinish(finish));
        }
        Finish::Plain(reason) => reason,
        Finish::Spelled(reason) if tolerance.note_if_allowed(Quirk::FinishSpelling) => reason,
        Finish::Null | Finish::Provisional(_) | Finish::Spelled(_) | Finish::Unknown => FinishReason::Other,
    };
    Some(Record::Finish { reason, raw })
}

/// The written order of a choice's facts.
fn written_rank(record: &Record) -> u8 {
    match record {
        Record::Begin | Record::Place(_) | Record::PlaceBegins | Record::PlaceEnd => 0,
        Record::Choice { .. } | Record::Whole(_) => 0,
        Record::Role(_) | Record::SteadyRole(_) => 1,
        Record::Reasoning { rank, .. } => 2u8.saturating_add(*rank),
        Record::Opaque { .. } => 50,
        Record::Text(_) => 51,
        Record::Refusal(_) => 52,
        Record::ToolCall { .. } | Record::Arguments(_) | Record::Input(_) | Record::ArgumentAt { .. } => 53,
        Record::Extra { .. } | Record::ExtraIfHosted { .. } => 54,
        Record::Finish { .. } | Record::ProvisionalFinish(_) => 55,
        Record::Counter { .. } | Record::WeakCounter { .. } | Record::Struck => 56,
        Record::Edges { .. } => 57,
        Record::Id(_)
        | Record::Model(_)
        | Record::Created { .. }
        | Record::ErrorRepeats
        | Record::Error { .. } => 58,
        Record::Unknown { .. } | Record::Keepalive | Record::Done { .. } => 58,
    }
}

/// Of several spellings of reasoning in one choice, which are in order by now, the first that says something counts.
fn keep_first_reasoning_spelling<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    from: usize,
) -> Result<(), ErrorKind> {
    let is_reasoning = |record: &&Record| matches!(record, Record::Reasoning { .. });
    let body = visitor.records.body().get(from..).unwrap_or_default();
    if body.iter().filter(is_reasoning).nth(1).is_none() {
        return Ok(());
    }
    let mut chosen = None;
    let mut edge = None;
    for at in from..visitor.stated() {
        match visitor.records.body().get(at).copied() {
            Some(Record::Edges { .. }) => edge = Some(at),
            Some(Record::Reasoning { rank, text }) => {
                let says = !text.is_empty() || edge.is_some();
                if says && *chosen.get_or_insert(rank) != rank {
                    if !visitor.cursor.tolerance().note_if_allowed(Quirk::ReasoningTwice) {
                        chosen = Some(rank);
                        continue;
                    }
                    visitor.note_text_padding(text, true);
                    visitor.records.set(at, Record::Struck);
                    edge.into_iter().for_each(|edge| visitor.records.set(edge, Record::Struck));
                }
                edge = None;
            }
            _ => edge = None,
        }
    }
    Ok(())
}
