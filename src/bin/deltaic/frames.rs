//! `-o frames`: what a strict event-stream reader sees.

use std::io;

use deltaic::sse::Framer;
use serde::Serialize;

use crate::Reader;
use crate::json;
use crate::report::Report;

pub(crate) struct Frames {
    framer: Framer,
    /// The reconnection time last told.
    told: Option<u64>,
    /// Whether this input had a frame.
    any: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum FrameLine<'a> {
    Event { event: &'a str, data: &'a str, last_event_id: &'a str },
    Retry { milliseconds: u64 },
}

impl Frames {
    pub(crate) fn new() -> Self {
        Self { framer: Framer::new(), told: None, any: false }
    }

    /// Asked only where the framer stands at the end of an event or of the input: in between, it would depend
    /// on the cuts which of several fields are seen.
    fn retry(&mut self, report: &mut Report) -> io::Result<()> {
        match self.framer.retry() {
            Some(milliseconds) if self.told != Some(milliseconds) => {
                self.told = Some(milliseconds);
                let line = FrameLine::Retry { milliseconds };
                json::write_of(&mut report.out, report.file.as_deref(), &line)
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Reader for Frames {
    fn start(&mut self, _: &Report) {
        self.framer.reset();
        self.told = None;
        self.any = false;
    }

    fn feed(&mut self, mut piece: &[u8], report: &mut Report) -> io::Result<()> {
        loop {
            match self.framer.next_frame(&mut piece) {
                Ok(Some(frame)) => {
                    report.tally.add_frame();
                    self.any = true;
                    let (event, data, last_event_id) = (frame.event, frame.data, frame.id);
                    let line = FrameLine::Event { event, data, last_event_id };
                    json::write_of(&mut report.out, report.file.as_deref(), &line)?;
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    report.malformed(&error);
                    if error.is_fatal() {
                        return Ok(());
                    }
                }
            }
            self.retry(report)?;
        }
    }

    fn end(&mut self, report: &mut Report) -> io::Result<()> {
        self.framer.finish();
        self.feed(&[], report)?;
        self.retry(report)?;
        if let Some(what) = report.no_stream().filter(|_| !self.any) {
            report.note(what);
        }
        Ok(())
    }
}
