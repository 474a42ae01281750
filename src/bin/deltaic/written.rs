//! `-o chunks`, `messages`, `responses`, `ui`: the answer as a service of that wire would stream it.

use std::io::{self, Write};

use deltaic::encode::Encoder;
use deltaic::{Delta, Ending};

use crate::json;

/// One input's answer, written anew.
pub(crate) struct Written {
    encoder: Box<dyn Encoder + Send>,
    events: Vec<u8>,
}

impl Written {
    pub(crate) fn by(encoder: impl Encoder + Send + 'static) -> Self {
        Self { encoder: Box::new(encoder), events: Vec::new() }
    }

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
