//! The `deltaic` command: bytes of an LLM chat stream in, deltas, text or the folded completion out.
//!
//! `args` says what is asked, `input` reads and cuts, `decode` or `frames` read the pieces, `text`, `fold` and
//! `chunks` show deltas, `report` is where everything is told: standard output, standard error, the exit status.
//!
//! Nothing that came from outside reaches a terminal but through `visible` (text for people) or `json`.

mod args;
mod chunks;
mod complaints;
mod decode;
mod fold;
mod frames;
mod held;
mod input;
mod json;
mod opening;
mod progress;
mod report;
mod split;
mod tally;
mod text;
mod visible;

use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Output};
use input::Input;
use report::{Report, Status};
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
    if args.files.is_empty() && io::stdin().is_terminal() {
        let _ = writeln!(io::stderr(), "{}", Args::command().render_help());
        return Status::Usage.into();
    }
    args.color.write_global();
    let mut report = Report::new(&args);
    let end = run(&args, &mut report);
    report.close(end, args.stats).into()
}

fn run(args: &Args, report: &mut Report) -> io::Result<()> {
    let mut reader: Box<dyn Reader> = match args.output {
        Output::Frames => Box::new(frames::Frames::new()),
        output => Box::new(decode::Decode::new(args.options(), output)),
    };
    let standard_input = [PathBuf::from("-")];
    let files = if args.files.is_empty() { &standard_input[..] } else { &args.files[..] };
    for file in files {
        report.open(name(file));
        match Input::open(file, args.split) {
            Ok(input) => read(input, &mut *reader, report)?,
            Err(error) => report.unreadable(&error),
        }
    }
    Ok(())
}

/// One input from first to last byte. What the pieces gave is flushed before a read that may have to wait, so
/// that a live pipe shows each delta as soon as its event is whole.
fn read(mut input: Input, reader: &mut dyn Reader, report: &mut Report) -> io::Result<()> {
    report.expect(input.size());
    reader.start(report);
    loop {
        if input.is_dry() {
            report.flush()?;
        }
        match input.next_piece() {
            Ok(Some(piece)) => {
                report.add_piece(piece);
                reader.feed(piece, report)?;
            }
            Ok(None) => break,
            Err(error) => {
                report.unreadable(&error);
                break;
            }
        }
    }
    reader.end(report)?;
    report.end_input()
}

/// What was asked. A complaint quotes the arguments, so they are parsed for it once more with their controls
/// spelled out.
fn parse() -> Args {
    Args::try_parse().unwrap_or_else(|error| {
        let visible_args = env::args_os().map(|arg| visible(&arg.to_string_lossy()));
        Args::try_parse_from(visible_args).err().unwrap_or_else(|| clap::Error::new(error.kind())).exit()
    })
}

fn name(file: &Path) -> String {
    if file == OsStr::new("-") { "-".to_owned() } else { file.display().to_string() }
}
