//! The peer's complaints: the error shapes that wires share.
//!
//! Knows: the error shapes of the dialect. Must not know: any wire, what follows from an error.
//!
//! An error stands in a member `error`, or is the document as a whole. What the error left out is looked for beside it, by a
//! second look at the document's top ([`survey`]): errors are rare.

use crate::dialect::{self, ErrorKey, Quirk, SurveyKey};
use crate::error::ErrorKind;
use crate::lex;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Attempt, Field, Visitor};
use crate::record::{Record, Str};

/// Members at the top of a document that a chunk does not have.
pub(super) struct Survey<M> {
    /// It has another wire's content or event type.
    pub(super) of_other_wire: bool,
    /// `object` is `error`.
    names_error: bool,
    kind: Option<M>,
    /// What `type` says, if it is a string.
    pub(super) word: Str,
    error: Option<M>,
    code: Option<M>,
    message: Option<(Kind, M)>,
    detail: Option<M>,
    has_error_code: bool,
    error_message: Option<M>,
    /// An object with a status of its own.
    status: Option<M>,
    /// A response that may have failed.
    response: Option<M>,
    /// A list of errors.
    errors: Option<M>,
    /// An exception.
    exception: Option<M>,
}

impl<M: Copy> Survey<M> {
    fn new() -> Self {
        Self {
            of_other_wire: false,
            names_error: false,
            kind: None,
            word: Str::NONE,
            error: None,
            code: None,
            message: None,
            detail: None,
            has_error_code: false,
            error_message: None,
            status: None,
            response: None,
            errors: None,
            exception: None,
        }
    }

    /// It has a response, which is an event's of another wire.
    pub(super) fn holds_response(&self) -> bool {
        self.response.is_some()
    }

    fn note_member_and_wire_signs(&mut self, key: SurveyKey, kind: Kind, mark: M) {
        match key {
            SurveyKey::Type => {
                self.kind = Some(mark);
                self.of_other_wire = true;
            }
            SurveyKey::ErrorType => self.kind = Some(mark),
            SurveyKey::Code => self.code = Some(mark),
            SurveyKey::Message => {
                self.of_other_wire |= kind == Kind::Object;
                self.message = Some((kind, mark));
            }
            SurveyKey::Detail => self.detail = Some(mark),
            SurveyKey::BaseResponse | SurveyKey::Header if kind == Kind::Object => self.status = Some(mark),
            SurveyKey::ErrorCode => {
                self.has_error_code = true;
                self.code = Some(mark);
            }
            SurveyKey::ErrorMessage if kind == Kind::Object => self.status = Some(mark),
            SurveyKey::ErrorMessage => self.error_message = Some(mark),
            SurveyKey::Response if kind == Kind::Object => {
                self.of_other_wire = true;
                self.response = Some(mark);
            }
            SurveyKey::BaseResponse | SurveyKey::Header | SurveyKey::Response | SurveyKey::OtherWire => {
                self.of_other_wire = true;
            }
            SurveyKey::Error => self.error = Some(mark),
            SurveyKey::Errors => self.errors = Some(mark).filter(|_| kind == Kind::Array),
            SurveyKey::Exception => self.exception = Some(mark).filter(|_| kind == Kind::Object),
            SurveyKey::Object => {}
        }
    }
}

/// The fields of one error.
#[derive(Default)]
struct Fields {
    code: Str,
    kind: Str,
    message: Str,
    /// It had a member at all.
    says_something: bool,
}

/// Looks over the members of the object at `start`; the visitor stays where it is.
pub(super) fn survey<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    start: C::Mark,
) -> Result<Survey<C::Mark>, ErrorKind> {
    let back = visitor.cursor.go(start);
    let mut survey = Survey::new();
    let mut members = visitor.cursor.enter_object()?;
    while let Some((key, kind)) = visitor.cursor.member_by(&mut members, dialect::survey_key)? {
        let Some(key) = key.filter(|_| kind != Kind::Null) else {
            visitor.cursor.skip()?;
            continue;
        };
        let mark = visitor.cursor.mark_ahead();
        match key {
            SurveyKey::Object if kind == Kind::String => {
                let object = visitor.cursor.string()?;
                survey.names_error = visitor.cursor.bytes(object) == dialect::ERROR_OBJECT;
            }
            SurveyKey::Type if kind == Kind::String => survey.word = visitor.cursor.string()?,
            _ => visitor.cursor.skip()?,
        }
        survey.note_member_and_wire_signs(key, kind, mark);
    }
    visitor.cursor.go(back);
    Ok(survey)
}

/// States the object at `start`, which has been passed, if it is an error of any wire's shape, or a ping; returns whether it
/// is one.
pub(super) fn push_error_or_ping<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    start: C::Mark,
    context: Context<'_>,
) -> Result<bool, ErrorKind> {
    let survey = survey(visitor, start)?;
    if let Some(mark) = survey.error.or(survey.exception)
        && push_if_error_member(visitor, mark, &survey)?
    {
        return Ok(true);
    }
    if push_if_error_in_other_members(visitor, &survey)? {
        return Ok(true);
    }
    let is_ping = super::meets_named_or_tolerated_ping(visitor, survey.word, context.name);
    if is_ping {
        visitor.records.push_head_within_limit(Record::Keepalive)?;
    }
    Ok(is_ping)
}

/// States the object ahead, which is an error whatever it says.
pub(super) fn push_exception<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<(), ErrorKind> {
    let Fields { code, kind, message, .. } = read_error_object(visitor)?;
    visitor.records.push_head_within_limit(Record::Error { code, kind, message, json: Str::NONE })
}

/// The value of the `error` member at `mark`; returns whether it is an error, which is then stated.
pub(super) fn push_if_error_member<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    mark: C::Mark,
    survey: &Survey<C::Mark>,
) -> Result<bool, ErrorKind> {
    let back = visitor.cursor.go(mark);
    let fields = match visitor.cursor.kind()? {
        Kind::Object => read_error_object(visitor)?,
        Kind::String => {
            let message = visitor.cursor.string()?;
            if !message.is_empty() {
                visitor.need(Quirk::ErrorShape)?;
            }
            Fields { message, says_something: !message.is_empty(), ..Fields::default() }
        }
        _ => {
            visitor.cursor.skip()?;
            let message = visitor.cursor.json_at(mark);
            let says_something = !matches!(visitor.cursor.bytes(message), b"false" | b"0" | b"[]");
            Fields { message, says_something, ..Fields::default() }
        }
    };
    visitor.cursor.go(back);
    if !fields.says_something && visitor.cursor.tolerance().note_if_allowed(Quirk::ErrorEmpty) {
        return Ok(false);
    }
    complete_and_push(visitor, fields, survey)?;
    Ok(true)
}

/// States the `error` that stands beside what an event says, if its wire's file has stated none.
pub(super) fn push_error_beside_unless_stated<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    attempt: &Attempt<C::Mark>,
) -> Result<(), ErrorKind> {
    match visitor.error_beside() {
        Some(mark) if !visitor.has_stated_error(attempt) => push_if_error(visitor, mark),
        _ => Ok(()),
    }
}

/// States the value at `mark`, if it is an error. What stands around it is an event's, and says no more of it.
pub(super) fn push_if_error<C: Cursor>(visitor: &mut Visitor<'_, C>, mark: C::Mark) -> Result<(), ErrorKind> {
    push_if_error_member(visitor, mark, &Survey::new()).map(|_| ())
}

/// Fills what the error left out from the document around it, and states it.
fn complete_and_push<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    mut fields: Fields,
    survey: &Survey<C::Mark>,
) -> Result<(), ErrorKind> {
    if fields.kind.is_empty() {
        let of_exception = survey.exception.map(|mark| visitor.cursor.name_before(mark));
        fields.kind = of_exception.map_or_else(|| visitor.string_or_json_at_unless_null(survey.kind), Ok)?;
    }
    if fields.code.is_empty() {
        fields.code = visitor.string_or_json_at_unless_null(survey.code)?;
    }
    if fields.message.is_empty() {
        let message = survey.message.map(|(_, mark)| mark);
        fields.message =
            visitor.string_or_json_at_unless_null(message.or(survey.detail).or(survey.error_message))?;
    }
    let Fields { code, kind, message, .. } = fields;
    visitor.records.push_head_within_limit(Record::Error { code, kind, message, json: Str::NONE })
}

/// States a document that is an error as a whole; returns whether it is one.
pub(super) fn push_if_error_in_other_members<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    survey: &Survey<C::Mark>,
) -> Result<bool, ErrorKind> {
    if !visitor.allows(Quirk::ErrorShape) {
        return Ok(false);
    }
    let inner = match (survey.status, survey.response) {
        (Some(mark), _) => error_in_status_unless_code_zero(visitor, mark)?,
        (None, Some(mark)) => error_in_response(visitor, mark)?,
        (None, None) => first_error_listed(visitor, survey.errors)?,
    };
    let detail = member_says_something(visitor, survey.detail);
    let message = member_says_something(visitor, survey.error_message);
    let is_text = survey.message.is_some_and(|(kind, _)| kind == Kind::String);
    let code = visitor.string_or_json_at_unless_null(survey.code)?;
    let is_coded = !code.is_empty() && visitor.cursor.bytes(code) != b"0";
    let is_error = inner.is_some()
        || survey.names_error
        || detail
        || message
        || (survey.has_error_code && is_coded)
        || (is_text && (is_coded || (survey.code.is_none() && !survey.of_other_wire)))
        || (is_text && is_error_type(visitor, survey.kind)?);
    if !is_error {
        return Ok(false);
    }
    visitor.need(Quirk::ErrorShape)?;
    complete_and_push(visitor, inner.unwrap_or_default(), survey)?;
    Ok(true)
}

/// Whether a member is there, and says more than that all is well.
fn member_says_something<C: Cursor>(visitor: &mut Visitor<'_, C>, member: Option<C::Mark>) -> bool {
    let Some(mark) = member else { return false };
    let json = visitor.cursor.json_at(mark);
    let json = visitor.cursor.bytes(json);
    !matches!(json, b"\"\"" | b"false" | b"0") && !lex::is_empty_object_or_array(json)
}

fn is_error_type<C: Cursor>(visitor: &mut Visitor<'_, C>, kind: Option<C::Mark>) -> Result<bool, ErrorKind> {
    let kind = visitor.string_or_json_at_unless_null(kind)?;
    Ok(visitor.cursor.bytes(kind) == dialect::ERROR_OBJECT)
}

/// An object with a status: an error unless its code is zero.
fn error_in_status_unless_code_zero<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    mark: C::Mark,
) -> Result<Option<Fields>, ErrorKind> {
    let back = visitor.cursor.go(mark);
    let fields = read_error_object(visitor)?;
    visitor.cursor.go(back);
    let code = visitor.cursor.bytes(fields.code);
    Ok(if code.is_empty() || code == b"0" { None } else { Some(fields) })
}

/// A response: an error if it holds one.
fn error_in_response<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    mark: C::Mark,
) -> Result<Option<Fields>, ErrorKind> {
    let back = visitor.cursor.go(mark);
    let mut found = None;
    let mut members = visitor.cursor.enter_object()?;
    while let Some((is_error, kind)) = visitor.cursor.member_by(&mut members, dialect::names_inner_error)? {
        if is_error && kind == Kind::Object {
            found = Some(read_error_object(visitor)?).filter(|fields| fields.says_something);
        } else {
            visitor.cursor.skip()?;
        }
    }
    visitor.cursor.go(back);
    Ok(found)
}

/// A list of errors: the first says what is wrong.
fn first_error_listed<C: Cursor>(
    visitor: &mut Visitor<'_, C>,
    list: Option<C::Mark>,
) -> Result<Option<Fields>, ErrorKind> {
    let mut first = None;
    let list = list.map(|mark| Field { kind: Kind::Array, mark });
    visitor.each_of(list, &mut |visitor, kind, _| {
        if kind != Kind::Object || first.is_some() {
            return visitor.cursor.skip();
        }
        first = Some(read_error_object(visitor)?).filter(|fields| fields.says_something);
        Ok(())
    })?;
    Ok(first)
}

/// The error object ahead.
fn read_error_object<C: Cursor>(visitor: &mut Visitor<'_, C>) -> Result<Fields, ErrorKind> {
    let mut fields = Fields::default();
    let mut members = visitor.cursor.enter_object()?;
    while let Some((key, kind)) = visitor.cursor.member_by(&mut members, dialect::error_key)? {
        fields.says_something |= kind != Kind::Null;
        match key {
            ErrorKey::Code => fields.code = visitor.read_string_or_json_unless_null(kind)?,
            ErrorKey::Kind => fields.kind = visitor.read_string_or_json_unless_null(kind)?,
            ErrorKey::Message => fields.message = visitor.read_string_or_json_unless_null(kind)?,
            ErrorKey::Other => visitor.cursor.skip()?,
        }
    }
    Ok(fields)
}
