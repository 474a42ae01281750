//! `-o chunks`: the answer as OpenAI would stream it.

use std::io::{self, Write};

use deltaic::encode::ChunkEncoder;
use deltaic::{Delta, Ending};

use crate::json;

/// One input's answer, written anew.
#[derive(Default)]
pub(crate) struct Chunks {
    encoder: ChunkEncoder,
    events: Vec<u8>,
}

impl Chunks {
    pub(crate) fn delta(&mut self, out: &mut impl Write, delta: Delta<'_>) -> io::Result<()> {
        self.encoder.push(delta, &mut self.events);
        self.write(out)
    }

    pub(crate) fn end(&mut self, out: &mut impl Write, ending: &Ending) -> io::Result<()> {
        self.encoder.finish(ending, &mut self.events);
        self.write(out)
    }

    /// Controls stand in strings alone, where they can be escaped as well; but for the line feeds that end events.
    fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        let events = String::from_utf8_lossy(&self.events);
        json::write_escaped(out, &events)?;
        self.events.clear();
        Ok(())
    }
}
