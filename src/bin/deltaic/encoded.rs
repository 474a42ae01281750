//! `-o chunks`, `-o messages`, `-o ui`: the answer as another service would stream it.

use std::io::{self, Write};

use deltaic::encode::{ChunkEncoder, MessagesEncoder, UiStreamEncoder};
use deltaic::{Delta, Ending};

use crate::json;

/// What writes deltas as events.
pub(crate) trait Encoder: Send {
    fn push(&mut self, delta: Delta<'_>, out: &mut Vec<u8>);
    fn finish(&mut self, ending: &Ending, out: &mut Vec<u8>);
}

/// The library's encoders have the same verbs, and no trait of their own.
macro_rules! encoders {
    ($($encoder:ty),+) => {$(
        impl Encoder for $encoder {
            fn push(&mut self, delta: Delta<'_>, out: &mut Vec<u8>) {
                self.push(delta, out);
            }

            fn finish(&mut self, ending: &Ending, out: &mut Vec<u8>) {
                self.finish(ending, out);
            }
        }
    )+};
}

encoders!(ChunkEncoder, MessagesEncoder, UiStreamEncoder);

/// One input's answer, written anew.
pub(crate) struct Encoded {
    encoder: Box<dyn Encoder>,
    events: Vec<u8>,
}

impl Encoded {
    pub(crate) fn new(encoder: impl Encoder + 'static) -> Self {
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

    /// Controls stand in strings alone, where they can be escaped as well; but for the line feeds that end lines.
    fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        let events = String::from_utf8_lossy(&self.events);
        json::write_escaped(out, &events)?;
        self.events.clear();
        Ok(())
    }
}
