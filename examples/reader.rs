//! Blocking: prints the answer that is in a file, or comes from standard input.
//!
//! `cargo run --bin reader -- ../corpus/stepfun/step-1-8k.sse`

use std::io::{self, Read, Write};
use std::{env, fs::File, process::ExitCode};

use deltaic::{Delta, read::DeltaReader};

fn main() -> io::Result<ExitCode> {
    let source: Box<dyn Read> = match env::args().nth(1) {
        Some(path) => Box::new(File::open(path)?),
        None => Box::new(io::stdin()),
    };
    let mut deltas = DeltaReader::new(source);
    let mut out = io::stdout().lock();
    while deltas.fill()? {
        loop {
            match deltas.next_delta() {
                Ok(Some(Delta::Text { text, .. })) => write!(out, "{text}")?,
                Ok(Some(Delta::PeerError { message, .. })) => eprintln!("the service reports: {message}"),
                Ok(Some(_)) => {} // reasoning, tool calls, usage, …
                Ok(None) => break,
                Err(error) => eprintln!("{error}"), // one bad event; the next one decodes
            }
        }
        out.flush()?;
    }
    writeln!(out)?;
    Ok(ExitCode::from(u8::from(deltas.ending().is_truncated())))
}
