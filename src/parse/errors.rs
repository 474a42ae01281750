//! The peer's complaints: the `error` member, and the documents that are an error as a whole.
//!
//! Knows: the error shapes of the dialect. Must not know: what follows from an error.

use super::cursor::{Cursor, Kind};
use super::visitor::Visitor;
use crate::dialect::{self, ErrorKey, ForeignKey, Quirk};
use crate::error::ErrorKind;
use crate::record::{Record, Str};

/// Members at the top of a document that a chunk does not have.
pub(super) struct Foreign<M> {
    /// `object` is `error`.
    pub(super) error_object: bool,
    /// Another wire's content or event type.
    pub(super) wire: bool,
    kind: Option<M>,
    code: Option<M>,
    message: Option<(Kind, M)>,
    detail: Option<M>,
    error_code: bool,
    error_message: Option<M>,
    /// An object with a status of its own.
    status: Option<M>,
    /// A response that may have failed.
    response: Option<M>,
}

impl<M> Default for Foreign<M> {
    fn default() -> Self {
        Self {
            error_object: false,
            wire: false,
            kind: None,
            code: None,
            message: None,
            detail: None,
            error_code: false,
            error_message: None,
            status: None,
            response: None,
        }
    }
}

impl<M: Copy> Foreign<M> {
    pub(super) fn note(&mut self, key: ForeignKey, kind: Kind, mark: M) {
        match key {
            ForeignKey::Type => {
                self.kind = Some(mark);
                self.wire = true;
            }
            ForeignKey::ErrorType => self.kind = Some(mark),
            ForeignKey::Code => self.code = Some(mark),
            ForeignKey::Message => {
                self.wire |= kind == Kind::Object;
                self.message = Some((kind, mark));
            }
            ForeignKey::Detail => self.detail = Some(mark),
            ForeignKey::BaseResponse | ForeignKey::Header if kind == Kind::Object => self.status = Some(mark),
            ForeignKey::ErrorCode => {
                self.error_code = true;
                self.code = Some(mark);
            }
            ForeignKey::ErrorMessage if kind == Kind::Object => self.status = Some(mark),
            ForeignKey::ErrorMessage => self.error_message = Some(mark),
            ForeignKey::Response if kind == Kind::Object => {
                self.wire = true;
                self.response = Some(mark);
            }
            ForeignKey::BaseResponse | ForeignKey::Header | ForeignKey::Response | ForeignKey::Wire => {
                self.wire = true;
            }
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
    any: bool,
}

impl<C: Cursor> Visitor<'_, C> {
    /// The value of the `error` member at `mark`; gives whether it is an error.
    pub(super) fn error_member(
        &mut self,
        mark: C::Mark,
        foreign: &Foreign<C::Mark>,
    ) -> Result<bool, ErrorKind> {
        let back = self.cursor.go(mark);
        let fields = match self.cursor.kind()? {
            Kind::Object => self.error_fields()?,
            Kind::String => {
                let message = self.cursor.string()?;
                if !message.is_empty() {
                    self.need(Quirk::ErrorShape)?;
                }
                Fields { message, any: !message.is_empty(), ..Fields::default() }
            }
            _ => {
                self.cursor.skip()?;
                let message = self.cursor.json(mark);
                let any = !matches!(self.cursor.bytes(message), b"false" | b"0" | b"[]");
                Fields { message, any, ..Fields::default() }
            }
        };
        self.cursor.go(back);
        if !fields.any && self.cursor.tolerance().meets(Quirk::ErrorEmpty) {
            return Ok(false);
        }
        self.complete(fields, foreign)
    }

    /// Fills what the error left out from the document around it, and states it.
    fn complete(&mut self, mut fields: Fields, foreign: &Foreign<C::Mark>) -> Result<bool, ErrorKind> {
        if fields.kind.is_empty() {
            fields.kind = self.label_at(foreign.kind)?;
        }
        if fields.code.is_empty() {
            fields.code = self.label_at(foreign.code)?;
        }
        if fields.message.is_empty() {
            let message = foreign.message.map(|(_, mark)| mark);
            fields.message = self.label_at(message.or(foreign.detail).or(foreign.error_message))?;
        }
        let Fields { code, kind, message, .. } = fields;
        self.head.push(Record::Error { code, kind, message, json: Str::NONE });
        Ok(true)
    }

    /// A document without choices that is an error as a whole.
    pub(super) fn flat_error(&mut self, foreign: &Foreign<C::Mark>) -> Result<bool, ErrorKind> {
        if !self.cursor.tolerance().allows(Quirk::ErrorShape) {
            return Ok(false);
        }
        let inner = match (foreign.status, foreign.response) {
            (Some(mark), _) => self.status(mark)?,
            (None, Some(mark)) => self.response(mark)?,
            (None, None) => None,
        };
        let text = foreign.message.is_some_and(|(kind, _)| kind == Kind::String);
        let code = self.label_at(foreign.code)?;
        let coded = !code.is_empty() && self.cursor.bytes(code) != b"0";
        let is_error = inner.is_some()
            || foreign.error_object
            || foreign.detail.is_some()
            || foreign.error_message.is_some()
            || (foreign.error_code && coded)
            || (text && (coded || (foreign.code.is_none() && !foreign.wire)))
            || (text && self.is_error_type(foreign.kind)?);
        if !is_error {
            return Ok(false);
        }
        self.need(Quirk::ErrorShape)?;
        self.complete(inner.unwrap_or_default(), foreign)
    }

    fn is_error_type(&mut self, kind: Option<C::Mark>) -> Result<bool, ErrorKind> {
        let kind = self.label_at(kind)?;
        Ok(self.cursor.bytes(kind) == dialect::ERROR_OBJECT)
    }

    /// An object with a status: an error unless its code is zero.
    fn status(&mut self, mark: C::Mark) -> Result<Option<Fields>, ErrorKind> {
        let fields = self.fields_at(mark)?;
        let code = self.cursor.bytes(fields.code);
        Ok(if code.is_empty() || code == b"0" { None } else { Some(fields) })
    }

    /// A response: an error if it holds one.
    fn response(&mut self, mark: C::Mark) -> Result<Option<Fields>, ErrorKind> {
        let back = self.cursor.go(mark);
        let mut found = None;
        let mut members = self.cursor.object()?;
        let name = |key: &[u8]| key == b"error" || key == b"Error";
        while let Some((is_error, kind)) = self.cursor.member(&mut members, name)? {
            if is_error && kind == Kind::Object {
                found = Some(self.error_fields()?).filter(|fields| fields.any);
            } else {
                self.cursor.skip()?;
            }
        }
        self.cursor.go(back);
        Ok(found)
    }

    fn fields_at(&mut self, mark: C::Mark) -> Result<Fields, ErrorKind> {
        let back = self.cursor.go(mark);
        let fields = self.error_fields()?;
        self.cursor.go(back);
        Ok(fields)
    }

    /// The error object ahead.
    fn error_fields(&mut self) -> Result<Fields, ErrorKind> {
        let mut fields = Fields::default();
        let mut members = self.cursor.object()?;
        while let Some((key, kind)) = self.cursor.member(&mut members, dialect::error_key)? {
            fields.any |= kind != Kind::Null;
            match key {
                ErrorKey::Code => fields.code = self.label(kind)?,
                ErrorKey::Kind => fields.kind = self.label(kind)?,
                ErrorKey::Message => fields.message = self.label(kind)?,
                ErrorKey::Other => self.cursor.skip()?,
            }
        }
        Ok(fields)
    }

    fn label_at(&mut self, mark: Option<C::Mark>) -> Result<Str, ErrorKind> {
        let Some(mark) = mark else { return Ok(Str::NONE) };
        let back = self.cursor.go(mark);
        let label = self.cursor.kind().and_then(|kind| self.label(kind));
        self.cursor.go(back);
        label
    }

    /// A string as it is, null as nothing, an integer in decimal, anything else as its JSON text.
    fn label(&mut self, kind: Kind) -> Result<Str, ErrorKind> {
        match kind {
            Kind::String => self.cursor.string(),
            Kind::Null => {
                self.cursor.skip()?;
                Ok(Str::NONE)
            }
            _ => {
                let mark = self.skip_marked()?;
                Ok(self.cursor.json(mark))
            }
        }
    }
}
