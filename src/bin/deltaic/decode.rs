//! The decoder at work, and what becomes of its deltas.

use std::io::{self, Write};

use deltaic::completion::PeerError;
use deltaic::{Decoder, Delta, Ending, Options};

use crate::Reader;
use crate::args::Output;
use crate::fold::Fold;
use crate::report::{Report, Status};
use crate::text::Text;

pub(crate) struct Decode {
    decoder: Decoder,
    output: Output,
    show: Show,
}

/// What is made of the deltas of one input.
enum Show {
    Lines,
    Text(Text),
    Fold(Fold),
    Nothing,
}

impl Decode {
    pub(crate) fn new(options: Options, output: Output) -> Self {
        Self { decoder: Decoder::with_options(options), output, show: Show::Nothing }
    }
}

impl Reader for Decode {
    fn start(&mut self, report: &Report) {
        self.decoder.reset();
        self.show = match self.output {
            Output::Deltas => Show::Lines,
            Output::Text => Show::Text(Text::new(report.look)),
            Output::Completion => Show::Fold(Fold::default()),
            Output::Frames | Output::None => Show::Nothing,
        };
    }

    fn feed(&mut self, mut piece: &[u8], report: &mut Report) -> io::Result<()> {
        loop {
            match self.decoder.next_delta(&mut piece) {
                Ok(Some(delta)) => {
                    report.tally.add_delta(&delta);
                    self.show.delta(&mut report.out, delta)?;
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    report.malformed(&error);
                    if let Show::Fold(fold) = &mut self.show {
                        fold.malformed(&error);
                    }
                    if error.is_fatal() {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn end(&mut self, report: &mut Report) -> io::Result<()> {
        let _ = self.decoder.finish();
        self.feed(&[], report)?;
        let (ending, seen) = (self.decoder.ending(), self.decoder.quirks_seen());
        let truncated = ending.is_truncated() || ending.events() == 0;
        report.tally.add_ending(&ending, truncated, seen);
        if truncated {
            report.raise(Status::Truncated);
        }
        if ending.peer_errors() > 0 {
            report.raise(Status::PeerError);
        }
        match &mut self.show {
            Show::Lines | Show::Nothing => Ok(()),
            Show::Fold(fold) => fold.end(&mut report.out, &ending, truncated, seen),
            Show::Text(text) => {
                text.end(&mut report.out)?;
                report.out.flush()?;
                notes(text, &ending, truncated, report);
                Ok(())
            }
        }
    }
}

/// What `-o text` leaves out of the text, and a person wants to know.
fn notes(text: &Text, ending: &Ending, truncated: bool, report: &Report) {
    text.held.errors.iter().for_each(|error| report.note(in_words(error)));
    if truncated {
        report.note(shortfall(ending));
    }
}

impl Show {
    fn delta(&mut self, out: &mut impl Write, delta: Delta<'_>) -> io::Result<()> {
        match self {
            Self::Lines => {
                serde_json::to_writer(&mut *out, &delta)?;
                out.write_all(b"\n")
            }
            Self::Text(text) => text.delta(out, delta),
            Self::Fold(fold) => {
                fold.completion.apply(delta);
                Ok(())
            }
            Self::Nothing => Ok(()),
        }
    }
}

/// What the peer complains of, on one line that is safe to show.
fn in_words(error: &PeerError) -> String {
    let words = [error.code.as_deref(), error.kind.as_deref(), Some(&*error.message)];
    let words: Vec<_> = words.into_iter().flatten().filter(|word| !word.is_empty()).collect();
    format!("the peer reports an error: {}", words.join(" ").escape_debug())
}

/// What is missing at the end.
fn shortfall(ending: &Ending) -> String {
    if ending.events() == 0 {
        let first = String::from_utf8_lossy(ending.first_bytes());
        return format!("no event in it; it begins with \"{}\"", first.escape_debug());
    }
    let (finished, choices) = (ending.finished_choices(), ending.choices());
    format!(
        "truncated: {finished} of {choices} choices finished, {} bytes left over",
        ending.unterminated_bytes()
    )
}
