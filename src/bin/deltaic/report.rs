//! Where everything is told: standard output, standard error, the exit status.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use deltaic::Error;

use crate::args::{Args, Output, Stats};
use crate::complaints::Complaints;
use crate::opening::Opening;
use crate::progress::Progress;
use crate::tally::Tally;
use crate::text::Look;

/// What the command ends with; of several the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Complete = 0,
    Unreadable = 1,
    Usage = 2,
    Malformed = 3,
    Truncated = 4,
    PeerError = 5,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        (status as u8).into()
    }
}

pub(crate) struct Report {
    pub(crate) out: BufWriter<Box<dyn Write + Send>>,
    pub(crate) look: Look,
    /// Of this input.
    pub(crate) tally: Tally,
    /// Of all inputs that ended.
    total: Tally,
    /// The name of this input, for every line about it; none if it is the only one.
    pub(crate) file: Option<String>,
    several: bool,
    name: String,
    opening: Opening,
    /// Whether this input failed before its end.
    broke_off: bool,
    complaints: Complaints,
    progress: Progress,
    may_show_progress: bool,
    status: Status,
}

impl Report {
    pub(crate) fn new(args: &Args, several: bool) -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let dim = AutoStream::choice(&stdout) != ColorChoice::Never;
        // Not `AutoStream::auto`: it would strip escapes out of the answer itself.
        let out: Box<dyn Write + Send> =
            if dim { Box::new(AutoStream::always(stdout)) } else { Box::new(stdout) };
        let quiet = matches!(args.output, Output::None | Output::Completion) || !terminal;
        Self {
            out: BufWriter::with_capacity(64 << 10, out),
            look: Look { dim, visible: terminal || dim },
            tally: Tally::new(),
            total: Tally::new(),
            file: None,
            several,
            name: String::new(),
            opening: Opening::new(),
            broke_off: false,
            complaints: Complaints::default(),
            progress: Progress::new(None),
            may_show_progress: quiet && io::stderr().is_terminal(),
            status: Status::Complete,
        }
    }

    /// From here on it is all about this input.
    pub(crate) fn open(&mut self, name: String, size: Option<u64>) {
        self.file = self.several.then(|| name.clone());
        self.name = name;
        self.tally = Tally::new();
        self.opening = Opening::new();
        self.broke_off = false;
        self.progress = Progress::new(size.filter(|_| self.may_show_progress));
    }

    /// An input could not be opened. Without a name: the error says which.
    pub(crate) fn unopened(&mut self, name: Option<String>, error: &io::Error) {
        match name {
            Some(name) => self.complaints.add_line(format_args!("{name}: {error}")),
            None => self.complaints.add_line(error),
        }
        self.raise(Status::Unreadable);
    }

    pub(crate) fn add_piece(&mut self, piece: &[u8]) {
        let bytes = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.opening.add(piece);
        self.tally.add_bytes(bytes);
        self.progress.advance(bytes);
    }

    /// What this input is, if its first bytes say that it is no stream. One that broke off says nothing.
    pub(crate) fn no_stream(&self) -> Option<String> {
        if self.broke_off { None } else { self.opening.no_stream() }
    }

    pub(crate) fn raise(&mut self, status: Status) {
        self.status = self.status.max(status);
    }

    /// A line on standard error, about this input.
    pub(crate) fn note(&mut self, what: impl Display) {
        self.complaints.add_line(format_args!("{}: {what}", self.name));
    }

    pub(crate) fn unreadable(&mut self, error: &io::Error) {
        self.note(error);
        self.broke_off = true;
        self.raise(Status::Unreadable);
    }

    pub(crate) fn malformed(&mut self, error: &Error) {
        self.complaints.add_malformed(&self.name, error);
        self.tally.add_error();
        self.raise(Status::Malformed);
    }

    /// Everything that was told so far becomes visible: the output first, then what there is to say about it.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.complaints.flush(&self.progress);
        flushed
    }

    pub(crate) fn end_input(&mut self, stats: Option<Stats>) -> io::Result<()> {
        self.complaints.end_input(&self.name);
        self.total.add(&self.tally);
        match stats {
            Some(Stats::Json) => self.complaints.add_json(&self.tally.line(Some(&self.name))),
            Some(Stats::Text) if self.several => {
                self.complaints.add_line(&self.name);
                self.tally
                    .to_string()
                    .lines()
                    .for_each(|line| self.complaints.add_line(format_args!("  {line}")));
            }
            Some(Stats::Text) | None => {}
        }
        self.flush()
    }

    /// The last flush and the last words. Whoever closed the pipe has read enough: that is no error.
    pub(crate) fn close(mut self, end: io::Result<()>, stats: Option<Stats>) -> Status {
        match end.and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                self.complaints.add_line(format_args!("standard output: {error}"));
                self.raise(Status::Unreadable);
            }
            Ok(()) | Err(_) => {}
        }
        match stats {
            Some(Stats::Json) => self.complaints.add_json(&self.total.line(None)),
            Some(Stats::Text) => {
                if self.several {
                    self.complaints.add_line(format_args!("total of {} inputs", self.total.inputs()));
                }
                self.total.to_string().lines().for_each(|line| self.complaints.add_line(line));
            }
            None => {}
        }
        self.complaints.flush(&self.progress);
        self.status
    }
}
