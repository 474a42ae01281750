//! Messages of AWS event streams: what each wraps is an event, too.
//!
//! Knows: that a message can wrap an event, and where that is decoded to. Must not know: how either is written.

use alloc::string::String;

use super::Machine;
use crate::frame::{Data, Event};
use crate::parse::{self, Context, Envelope, Wrapped};

impl Machine {
    /// Decodes one message, which is `raw`; and learns its shape, where its payload is what is decoded.
    pub(super) fn decode_message(&mut self, raw: &[u8], event: Event, learn_shape: bool) {
        let Data::One(span) = event.data else { return };
        let payload = self.point_source_at_payload(span, raw);
        let (name, is_error, envelope) = (event.name.of(raw), event.error, Envelope::Message);
        if simdutf8::basic::from_utf8(payload).is_err() {
            let decoded = String::from_utf8_lossy(payload).into_owned();
            return self
                .decode_lossy_or_refuse(decoded, Context { name, is_error, envelope, may_be_named: false });
        }
        let document =
            parse::Event { payload, context: Context { name, is_error, envelope, may_be_named: false } };
        let Self { frames, pipeline, .. } = self;
        match pipeline.parser.unwrap_bytes_if_chunk(
            &document,
            &mut pipeline.scratch,
            frames.data_buffer_mut(),
        ) {
            Ok(Wrapped::Yes) => self.decode_unwrapped_event_in_data_buffer(),
            Ok(Wrapped::No) => {
                self.pipeline.decode_payload(&document, learn_shape);
                self.distrust_shapes_forget_if_invalidated();
                if learn_shape {
                    self.learn_if_repeatable(raw, event.data);
                }
            }
            Err(kind) => self.refuse_event(kind),
        }
    }

    /// Decodes what a message wraps, which is in the data buffer.
    fn decode_unwrapped_event_in_data_buffer(&mut self) {
        let context = Context { name: b"", is_error: false, envelope: Envelope::Chunk, may_be_named: false };
        let payload = self.frames.data_buffer();
        match simdutf8::basic::from_utf8(payload) {
            Ok(_) => self.decode_data_buffer(context),
            Err(_) => self.decode_lossy_or_refuse(String::from_utf8_lossy(payload).into_owned(), context),
        }
    }
}
