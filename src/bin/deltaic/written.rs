//! `-o chunks`, `messages`, `responses`, `ui`: the answer as a service of that wire would stream it.

use std::io::{self, Write};

use deltaic::encode::{ChunkEncoder, MessagesEncoder, ResponsesEncoder, UiStreamEncoder};
use deltaic::{Delta, Ending};

use crate::json;

/// One input's answer, written anew.
pub(crate) struct Written {
    encoder: Encoder,
    events: Vec<u8>,
}

enum Encoder {
    Chunks(ChunkEncoder),
    Messages(MessagesEncoder),
    Responses(ResponsesEncoder),
    Ui(UiStreamEncoder),
}

impl Written {
    pub(crate) fn chunks() -> Self {
        Self::by(Encoder::Chunks(ChunkEncoder::new()))
    }

    pub(crate) fn messages() -> Self {
        Self::by(Encoder::Messages(MessagesEncoder::new()))
    }

    pub(crate) fn responses() -> Self {
        Self::by(Encoder::Responses(ResponsesEncoder::new()))
    }

    pub(crate) fn ui() -> Self {
        Self::by(Encoder::Ui(UiStreamEncoder::new()))
    }

    const fn by(encoder: Encoder) -> Self {
        Self { encoder, events: Vec::new() }
    }

    pub(crate) fn delta(&mut self, out: &mut impl Write, delta: Delta<'_>) -> io::Result<()> {
        match &mut self.encoder {
            Encoder::Chunks(encoder) => encoder.push(delta, &mut self.events),
            Encoder::Messages(encoder) => encoder.push(delta, &mut self.events),
            Encoder::Responses(encoder) => encoder.push(delta, &mut self.events),
            Encoder::Ui(encoder) => encoder.push(delta, &mut self.events),
        }
        self.write(out)
    }

    pub(crate) fn end(&mut self, out: &mut impl Write, ending: &Ending) -> io::Result<()> {
        match &mut self.encoder {
            Encoder::Chunks(encoder) => encoder.finish(ending, &mut self.events),
            Encoder::Messages(encoder) => encoder.finish(ending, &mut self.events),
            Encoder::Responses(encoder) => encoder.finish(ending, &mut self.events),
            Encoder::Ui(encoder) => encoder.finish(ending, &mut self.events),
        }
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
