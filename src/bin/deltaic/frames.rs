//! `-o frames`: what a strict event-stream reader sees.

use std::io::{self, Write};

use deltaic::sse::Framer;
use serde::Serialize;

use crate::Reader;
use crate::report::Report;

pub(crate) struct Frames {
    framer: Framer,
    /// The reconnection time last told.
    told: Option<u64>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Event { event: &'a str, data: &'a str, last_event_id: &'a str },
    Retry { milliseconds: u64 },
}

impl Frames {
    pub(crate) fn new() -> Self {
        Self { framer: Framer::new(), told: None }
    }

    /// Asked only where the framer stands at the end of an event or of the input: in between, it would depend
    /// on the cuts which of several fields are seen.
    fn retry(&mut self, out: &mut impl Write) -> io::Result<()> {
        match self.framer.retry() {
            Some(milliseconds) if self.told != Some(milliseconds) => {
                self.told = Some(milliseconds);
                Line::Retry { milliseconds }.write(out)
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Reader for Frames {
    fn start(&mut self, _: &Report) {
        self.framer.reset();
        self.told = None;
    }

    fn feed(&mut self, mut piece: &[u8], report: &mut Report) -> io::Result<()> {
        loop {
            match self.framer.next_frame(&mut piece) {
                Ok(Some(frame)) => {
                    report.tally.add_frame();
                    let line = Line::Event { event: frame.event, data: frame.data, last_event_id: frame.id };
                    line.write(&mut report.out)?;
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    report.malformed(&error);
                    if error.is_fatal() {
                        return Ok(());
                    }
                }
            }
            self.retry(&mut report.out)?;
        }
    }

    fn end(&mut self, report: &mut Report) -> io::Result<()> {
        self.framer.finish();
        self.feed(&[], report)?;
        self.retry(&mut report.out)
    }
}

impl Line<'_> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }
}
