//! The `deltaic` command: bytes of an LLM chat stream in, deltas, text or the folded completion out.
//!
//! `args` says what is asked, `inputs` finds what is to be read, `input` reads and cuts, `decode` or `frames` read the pieces,
//! `text`, `fold` and `written` show deltas, `report` is where everything is told: standard output, standard error, the exit status.
//! `session` holds what reads and what tells, so that an interrupt can end them.
//!
//! Nothing that came from outside reaches a terminal but through `visible` (text for people) or `json`.

mod args;
mod complaints;
mod decode;
mod fold;
mod frames;
mod held;
mod input;
mod inputs;
mod json;
mod opening;
mod packed;
mod progress;
mod report;
mod session;
mod split;
mod tally;
#[cfg(test)]
#[allow(clippy::expect_used, clippy::indexing_slicing)]
mod terminal;
mod text;
mod visible;
mod written;

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use args::{Args, Output};
use input::Input;
use inputs::Inputs;
use report::{Report, Status};
use session::{Run, Session};
use visible::visible;

/// What reads the pieces of one input after another: the decoder, or the framer alone.
///
/// Errors are those of standard output; complaints about the input go to the report.
trait Reader {
    fn start(&mut self, report: &Report);
    fn feed(&mut self, piece: &[u8], report: &mut Report) -> io::Result<()>;
    fn end(&mut self, report: &mut Report) -> io::Result<()>;
}

fn main() -> ExitCode {
    let args = parse();
    if let Some(page) = args.page() {
        return if io::stdout().write_all(&page).is_ok() { Status::Complete } else { Status::Unreadable }
            .into();
    }
    if args.files.is_empty() && io::stdin().is_terminal() {
        let _ = writeln!(io::stderr(), "{}", Args::command().render_help());
        return Status::Usage.into();
    }
    args.color.write_global();
    let inputs = Inputs::find(&args.files);
    let reader: Box<dyn Reader + Send> = match args.output {
        Output::Frames => Box::new(frames::Frames::new()),
        output => Box::new(decode::Decode::new(args.options(), output, args.only)),
    };
    let report = Report::new(&args, inputs.several);
    let session = Session::new(Run { reader, report, stats: args.stats, in_input: false });
    let end = run(&args, inputs, &session);
    session.close(end).into()
}

fn run(args: &Args, inputs: Inputs, session: &Session) -> io::Result<()> {
    for path in inputs.paths {
        match path {
            Ok(path) => match Input::open(&path, args.split) {
                Ok(input) => read(input, name(&path), session)?,
                Err(error) => session.with(|run| run.report.unopened(Some(name(&path)), &error)),
            },
            Err(error) => session.with(|run| run.report.unopened(None, &error)),
        }
    }
    Ok(())
}

/// One input from first to last byte. What the pieces gave is flushed before a read that may have to wait, so
/// that a live pipe shows each delta as soon as its event is whole.
fn read(mut input: Input, name: String, session: &Session) -> io::Result<()> {
    session.with(|run| run.begin_input(name, input.size()));
    loop {
        if input.is_dry() {
            session.with(|run| run.report.flush())?;
        }
        match input.next_piece() {
            Ok(Some(piece)) => session.with(|run| run.feed(piece))?,
            Ok(None) => break,
            Err(error) => {
                session.with(|run| run.report.unreadable(&error));
                break;
            }
        }
    }
    session.with(Run::end_input)
}

/// What was asked. A complaint quotes the arguments, so they are parsed for it once more with their controls
/// spelled out.
fn parse() -> Args {
    let args = Args::try_parse().unwrap_or_else(|error| {
        let visible_args = env::args_os().map(|arg| visible(&arg.to_string_lossy()));
        Args::try_parse_from(visible_args).err().unwrap_or_else(|| clap::Error::new(error.kind())).exit()
    });
    if args.only.is_some() && args.output != Output::Text {
        Args::command().error(ErrorKind::ArgumentConflict, "'--only' goes with '--output text'").exit();
    }
    args
}

fn name(file: &Path) -> String {
    if inputs::is_standard(file) { "-".to_owned() } else { file.display().to_string() }
}
