//! `-o completion`: one JSON object an input.

use std::io::{self, Write};

use deltaic::completion::PeerError;
use deltaic::{Completion, Ending, Error, Wire};
use serde::Serialize;

use crate::decode::Facts;
use crate::json;

/// The answer, and the first [`Completion::ERRORS_KEPT`] malformed events on the way.
#[derive(Default)]
pub(crate) struct Fold {
    pub(crate) completion: Completion,
    errors: Vec<MalformedMember>,
}

#[derive(Serialize)]
struct CompletionLine<'a> {
    #[serde(flatten)]
    completion: &'a Completion,
    deltaic: DeltaicMember<'a>,
}

#[derive(Serialize)]
struct DeltaicMember<'a> {
    /// Which input it was; of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wire: Option<&'static str>,
    ending: EndingMember,
    quirks: Vec<&'static str>,
    /// Ours: the first, and how many in all.
    errors: &'a [MalformedMember],
    error_count: u64,
    /// The peer's: the first, and how many in all.
    peer_errors: Vec<PeerErrorMember<'a>>,
    peer_error_count: u64,
}

#[derive(Serialize)]
struct EndingMember {
    done: bool,
    truncated: bool,
    events: u64,
    unknown_events: u64,
    choices: usize,
    finished_choices: usize,
    open_tool_calls: usize,
    unterminated_bytes: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    first_bytes: String,
}

#[derive(Serialize)]
struct MalformedMember {
    offset: u64,
    kind: String,
}

#[derive(Serialize)]
struct PeerErrorMember<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    message: &'a str,
}

impl Fold {
    pub(crate) fn malformed(&mut self, error: &Error) {
        if self.errors.len() < Completion::ERRORS_KEPT {
            self.errors.push(MalformedMember { offset: error.offset(), kind: error.kind().to_string() });
        }
    }

    pub(crate) fn end(&self, out: &mut impl Write, facts: &Facts, file: Option<&str>) -> io::Result<()> {
        let deltaic = DeltaicMember {
            file,
            wire: facts.ending.wire().map(Wire::as_str),
            ending: EndingMember::from(facts),
            quirks: facts.quirks.iter().map(|quirk| quirk.as_str()).collect(),
            errors: &self.errors,
            error_count: facts.ending.errors(),
            peer_errors: self.completion.errors.iter().map(PeerErrorMember::from).collect(),
            peer_error_count: self.completion.error_count,
        };
        json::write_line(out, &CompletionLine { completion: &self.completion, deltaic })
    }
}

impl From<&Facts> for EndingMember {
    fn from(facts: &Facts) -> Self {
        let ending: &Ending = &facts.ending;
        Self {
            done: ending.done(),
            truncated: facts.truncated,
            events: ending.events(),
            unknown_events: ending.unknown_events(),
            choices: ending.choices(),
            finished_choices: ending.finished_choices(),
            open_tool_calls: ending.open_tool_calls(),
            unterminated_bytes: ending.unterminated_bytes(),
            first_bytes: String::from_utf8_lossy(ending.first_bytes()).into_owned(),
        }
    }
}

impl<'a> From<&'a PeerError> for PeerErrorMember<'a> {
    fn from(error: &'a PeerError) -> Self {
        Self { code: error.code.as_deref(), kind: error.kind.as_deref(), message: &error.message }
    }
}
