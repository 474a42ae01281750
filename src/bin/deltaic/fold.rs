//! `-o completion`: one JSON object an input.

use std::io::{self, Write};

use deltaic::completion::PeerError;
use deltaic::{Completion, Ending, Error, Quirks};
use serde::Serialize;

/// The answer, and what was wrong on the way.
#[derive(Default)]
pub(crate) struct Fold {
    pub(crate) completion: Completion,
    errors: Vec<ErrorReport>,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    completion: &'a Completion,
    deltaic: Report<'a>,
}

#[derive(Serialize)]
struct Report<'a> {
    ending: EndingReport,
    quirks: Vec<&'static str>,
    /// Ours.
    errors: &'a [ErrorReport],
    /// The peer's.
    peer_errors: Vec<PeerErrorReport<'a>>,
}

#[derive(Serialize)]
struct EndingReport {
    done: bool,
    truncated: bool,
    events: u64,
    choices: usize,
    finished_choices: usize,
    open_tool_calls: usize,
    unterminated_bytes: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    first_bytes: String,
}

#[derive(Serialize)]
struct ErrorReport {
    offset: u64,
    kind: String,
}

#[derive(Serialize)]
struct PeerErrorReport<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    message: &'a str,
}

impl Fold {
    pub(crate) fn malformed(&mut self, error: &Error) {
        self.errors.push(ErrorReport { offset: error.offset(), kind: error.kind().to_string() });
    }

    pub(crate) fn end(
        &self,
        out: &mut impl Write,
        ending: &Ending,
        truncated: bool,
        seen: Quirks,
    ) -> io::Result<()> {
        let deltaic = Report {
            ending: EndingReport::new(ending, truncated),
            quirks: seen.iter().map(|quirk| quirk.as_str()).collect(),
            errors: &self.errors,
            peer_errors: self.completion.errors.iter().map(PeerErrorReport::from).collect(),
        };
        serde_json::to_writer(&mut *out, &Line { completion: &self.completion, deltaic })?;
        out.write_all(b"\n")
    }
}

impl EndingReport {
    fn new(ending: &Ending, truncated: bool) -> Self {
        Self {
            done: ending.done(),
            truncated,
            events: ending.events(),
            choices: ending.choices(),
            finished_choices: ending.finished_choices(),
            open_tool_calls: ending.open_tool_calls(),
            unterminated_bytes: ending.unterminated_bytes(),
            first_bytes: String::from_utf8_lossy(ending.first_bytes()).into_owned(),
        }
    }
}

impl<'a> From<&'a PeerError> for PeerErrorReport<'a> {
    fn from(error: &'a PeerError) -> Self {
        Self { code: error.code.as_deref(), kind: error.kind.as_deref(), message: &error.message }
    }
}
