//! What tells one wire from another: the members at the top of an event's object, before any wire has read it.
//!
//! Knows: names and kinds of values. Must not know: any wire.

use crate::error::ErrorKind;
use crate::parse::Context;
use crate::parse::cursor::{Cursor, Kind};
use crate::parse::visitor::{Attempt, Field, Value, Visitor};
use crate::record::Str;

/// How many of an object's first members are looked at.
const MEMBERS: usize = 48;

/// The top of one object, for as long as nobody knows whose it is.
pub(in crate::parse) struct Signs<'s, 'v, 'c, C: Cursor> {
    visitor: &'s mut Visitor<'v, C>,
    members: [Option<(Str, Field<C::Mark>)>; MEMBERS],
    pub(in crate::parse) context: Context<'c>,
}

impl<'s, 'v, 'c, C: Cursor> Signs<'s, 'v, 'c, C> {
    /// Looks over the object ahead; it is then ahead again, and nothing is stated. Cost: one pass.
    pub(super) fn peek_first_members(
        visitor: &'s mut Visitor<'v, C>,
        attempt: Attempt<C::Mark>,
        context: Context<'c>,
    ) -> Result<Self, ErrorKind> {
        let mut members = [None; MEMBERS];
        let mut places = members.iter_mut();
        let mut object = visitor.cursor.enter_object()?;
        while let Some(((), kind)) = visitor.cursor.member_by(&mut object, |_| ())? {
            let mark = visitor.skip_marked()?;
            if let Some(place) = places.next() {
                *place = Some((visitor.cursor.name_before(mark), Field { kind, mark }));
            }
        }
        visitor.cursor.go(attempt.start());
        Ok(Self { visitor, members, context })
    }

    /// Of several of one name the last counts that is not null.
    fn last_of_name(&self, name: &str) -> Value<C> {
        let mut null = None;
        for (known, field) in self.members.iter().rev().flatten() {
            if self.visitor.cursor.bytes(*known) != name.as_bytes() {
                continue;
            }
            if field.kind != Kind::Null {
                return Some(*field);
            }
            null = null.or(Some(*field));
        }
        null
    }

    /// Whether it has a member of this name and kind.
    pub(in crate::parse) fn has(&self, name: &str, kind: Kind) -> bool {
        self.last_of_name(name).is_some_and(|field| field.kind == kind)
    }

    /// Whether it has a member of this name, whatever its value.
    pub(in crate::parse) fn has_member(&self, name: &str) -> bool {
        self.last_of_name(name).is_some()
    }

    /// Whether all its members are of these names.
    pub(in crate::parse) fn has_only(&self, names: &[&str]) -> bool {
        let is_known = |(known, _): &(Str, Field<C::Mark>)| {
            names.iter().any(|name| name.as_bytes() == self.visitor.cursor.bytes(*known))
        };
        self.members.iter().map_while(Option::as_ref).all(is_known)
    }

    /// The text of a member that is a string; empty if it is none.
    pub(in crate::parse) fn text(&mut self, name: &str) -> &[u8] {
        let string = self.visitor.string_of(self.last_of_name(name)).unwrap_or_default();
        self.visitor.cursor.bytes(string)
    }

    /// The same of the first object of the array that a member is.
    pub(in crate::parse) fn kind_in_first(&mut self, outer: &str, name: &str) -> Option<Kind> {
        let field = self.last_of_name(outer);
        let attempt = self.visitor.begin_attempt();
        let mut found = None;
        let read = self.visitor.each_of(field, &mut |visitor, kind, position| {
            if kind != Kind::Object || position > 0 {
                return visitor.cursor.skip();
            }
            [found] = visitor.fields(&[name])?;
            Ok(())
        });
        self.visitor.abandon(attempt);
        read.ok().and(found).map(|field| field.kind)
    }

    /// The kind of a member of the object that a member is.
    pub(in crate::parse) fn kind_inside(&mut self, outer: &str, name: &str) -> Option<Kind> {
        let field = self.last_of_name(outer);
        let attempt = self.visitor.begin_attempt();
        let [found] = self.visitor.fields_of(field, &[name]).ok()?;
        self.visitor.abandon(attempt);
        found.map(|field| field.kind)
    }
}
