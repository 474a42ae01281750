//! The decoder at work, and what becomes of its deltas.

use std::io::{self, Write};

use deltaic::completion::PeerError;
use deltaic::encode::{ChunkEncoder, MessagesEncoder, ResponsesEncoder, UiStreamEncoder};
use deltaic::{Decoder, Delta, Ending, Options, Quirks};

use crate::Reader;
use crate::args::{Only, Output};
use crate::fold::Fold;
use crate::json;
use crate::report::{Report, Status};
use crate::text::Text;
use crate::written::Written;

pub(crate) struct Decode {
    decoder: Decoder,
    output: Output,
    only: Option<Only>,
    show: Show,
    /// Whether this input told anything that is of a wire.
    is_known: bool,
    /// The decoder has stopped, and said so: it would say so again of every further piece.
    stopped: bool,
}

/// What is made of the deltas of one input.
enum Show {
    Lines,
    Text(Text),
    Fold(Fold),
    Written(Written),
    Nothing,
}

/// The facts about one input, once it is read.
pub(crate) struct Facts {
    pub(crate) ending: Ending,
    pub(crate) quirks: Quirks,
    /// What keeps it from being a whole stream of a known wire is status 4.
    pub(crate) truncated: bool,
}

impl Decode {
    pub(crate) fn new(options: Options, output: Output, only: Option<Only>) -> Self {
        let decoder = Decoder::with_options(options);
        Self { decoder, output, only, show: Show::Nothing, is_known: false, stopped: false }
    }
}

impl Reader for Decode {
    fn start(&mut self, report: &Report) {
        self.decoder.reset();
        self.is_known = false;
        self.stopped = false;
        self.show = match self.output {
            Output::Deltas => Show::Lines,
            Output::Text => Show::Text(Text::new(report.look, self.only)),
            Output::Completion => Show::Fold(Fold::default()),
            Output::Chunks => Show::Written(Written::by(ChunkEncoder::new())),
            Output::Messages => Show::Written(Written::by(MessagesEncoder::new())),
            Output::Responses => Show::Written(Written::by(ResponsesEncoder::new())),
            Output::Ui => Show::Written(Written::by(UiStreamEncoder::new())),
            Output::Frames | Output::None => Show::Nothing,
        };
    }

    fn feed(&mut self, mut piece: &[u8], report: &mut Report) -> io::Result<()> {
        while !self.stopped {
            match self.decoder.next_delta(&mut piece) {
                Ok(Some(delta)) => {
                    report.tally.add_delta(&delta);
                    self.is_known |= is_of_a_wire(&delta);
                    self.show.delta(&mut report.out, delta, report.file.as_deref())?;
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    report.malformed(&error);
                    if let Show::Fold(fold) = &mut self.show {
                        fold.malformed(&error);
                    }
                    self.stopped = error.is_fatal();
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, report: &mut Report) -> io::Result<()> {
        let _ = self.decoder.finish();
        self.feed(&[], report)?;
        let ending = self.decoder.ending();
        let nothing_known = if self.is_known { None } else { nothing_known(&ending, report) };
        let facts = Facts {
            ending,
            quirks: self.decoder.quirks_seen(),
            truncated: ending.is_truncated() || nothing_known.is_some(),
        };
        report.tally.add_ending(&ending, facts.truncated, facts.quirks);
        raise(&facts, report);
        match &mut self.show {
            Show::Lines | Show::Nothing => {}
            Show::Fold(fold) => fold.end(&mut report.out, &facts, report.file.as_deref())?,
            Show::Written(written) => written.end(&mut report.out, &ending)?,
            Show::Text(text) => {
                text.end(&mut report.out)?;
                note_peer_errors(text, report);
                if facts.truncated && nothing_known.is_none() {
                    report.note(shortfall(&ending));
                }
            }
        }
        if let Some(what) = nothing_known {
            report.note(what);
        }
        Ok(())
    }
}

/// Errors, pings and end markers say nothing of the wire.
fn is_of_a_wire(delta: &Delta<'_>) -> bool {
    let says_nothing = matches!(
        delta,
        Delta::Unknown { .. } | Delta::PeerError { .. } | Delta::Keepalive | Delta::Done { .. }
    );
    !says_nothing
}

/// What came instead of a stream of a known wire, on one line.
fn nothing_known(ending: &Ending, report: &Report) -> Option<String> {
    report.no_stream().or_else(|| match (ending.events(), ending.unknown_events()) {
        (0, _) => {
            let first = String::from_utf8_lossy(ending.first_bytes());
            Some(format!("no event in it; it begins with \"{}\"", first.escape_debug()))
        }
        (_, 0) => None,
        (_, 1) => Some("no event of a known wire: 1 unknown event".to_owned()),
        (_, many) => Some(format!("no event of a known wire: {many} unknown events")),
    })
}

fn raise(facts: &Facts, report: &mut Report) {
    if facts.truncated {
        report.raise(Status::Truncated);
    }
    if facts.ending.peer_errors() > 0 {
        report.raise(Status::PeerError);
    }
}

/// What `-o text` leaves out of the text, and a person wants to know.
fn note_peer_errors(text: &Text, report: &mut Report) {
    let (kept, count) = text.held.peer_errors();
    kept.iter().for_each(|error| report.note(in_words(error)));
    let kept = u64::try_from(kept.len()).unwrap_or(u64::MAX);
    let untold = count.saturating_sub(kept);
    if untold > 0 {
        report.note(format_args!("… {untold} more errors of the peer"));
    }
}

impl Show {
    fn delta(&mut self, out: &mut impl Write, delta: Delta<'_>, file: Option<&str>) -> io::Result<()> {
        match self {
            Self::Lines => json::write_delta(out, file, &delta),
            Self::Text(text) => text.delta(out, delta),
            Self::Written(written) => written.delta(out, delta),
            Self::Fold(fold) => {
                fold.completion.apply(delta);
                Ok(())
            }
            Self::Nothing => Ok(()),
        }
    }
}

/// What the peer complains of, on one line.
fn in_words(error: &PeerError) -> String {
    let words = [error.code.as_deref(), error.kind.as_deref(), Some(&*error.message)];
    let words: Vec<_> = words.into_iter().flatten().filter(|word| !word.is_empty()).collect();
    format!("the peer reports an error: {}", words.join(" "))
}

/// What is missing at the end.
fn shortfall(ending: &Ending) -> String {
    let (finished, choices) = (ending.finished_choices(), ending.choices());
    format!(
        "truncated: {finished} of {choices} choices finished, {} bytes left over",
        ending.unterminated_bytes()
    )
}
