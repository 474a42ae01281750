//! Spans become slices: here and nowhere else.
//!
//! Knows: where the texts of the event being told are. Must not know: how they got there.

use super::{Machine, Source};
use crate::carry::Carry;
use crate::delta::Delta;
use crate::frame::Frames;
use crate::record::{RawDelta, Str, Texts, text};

impl Machine {
    /// Copies the strings of what is still queued to scratch: its payload will not be there at the next call.
    pub(super) fn copy_rest_of_queue_to_scratch(&mut self, bytes: &[u8]) {
        let Some(rest) = self.pipeline.queue.get_mut(self.next..).filter(|rest| !rest.is_empty()) else {
            return;
        };
        let payload = payload_of(self.source, bytes, &self.feeder.carry, &self.frames);
        let mut texts = Texts { payload, scratch: &mut self.pipeline.scratch.text };
        // What several say in the same words is copied once.
        let mut last = (Str::NONE, Str::NONE);
        for told in rest {
            told.each_str(|string| {
                if *string != last.0 {
                    last = (*string, texts.copy_unless_in_scratch(*string));
                }
                *string = last.1;
            });
        }
    }

    /// Makes the delta of what was told last: the one place where spans become slices.
    pub(super) fn slice_last_delta<'d>(&'d self, bytes: &'d [u8]) -> Option<Delta<'d>> {
        let told = self.pipeline.queue.get(self.next.wrapping_sub(1))?;
        let payload = payload_of(self.source, bytes, &self.feeder.carry, &self.frames);
        let scratch = self.pipeline.scratch.text.as_str();
        let slice = |string: Str| text(string, payload, scratch);
        let some = |string: Str| string.some().map(slice);
        Some(match *told {
            RawDelta::Text { choice, text } => Delta::Text { choice, text: slice(text) },
            RawDelta::Reasoning { choice, text } => Delta::Reasoning { choice, text: slice(text) },
            RawDelta::Refusal { choice, text } => Delta::Refusal { choice, text: slice(text) },
            RawDelta::ToolCallArguments { choice, slot, fragment } => {
                Delta::ToolCallArguments { choice, slot, fragment: slice(fragment) }
            }
            RawDelta::Usage { snapshot } => Delta::Usage(self.pipeline.normalizer.snapshot(snapshot)),
            RawDelta::Start { id, model, created } => {
                Delta::Start { id: some(id), model: some(model), created }
            }
            RawDelta::Role { choice, role } => Delta::Role { choice, role: slice(role) },
            RawDelta::ReasoningOpaque { choice, kind, data } => {
                Delta::ReasoningOpaque { choice, kind, data: slice(data) }
            }
            RawDelta::ToolCallStart { choice, slot, id, name } => {
                Delta::ToolCallStart { choice, slot, id: some(id), name: some(name) }
            }
            RawDelta::ToolCallUpdate { choice, slot, id, name } => {
                Delta::ToolCallUpdate { choice, slot, id: some(id), name: some(name) }
            }
            RawDelta::ToolCallEnd { choice, slot } => Delta::ToolCallEnd { choice, slot },
            RawDelta::Part { choice, part, kind } => Delta::Part { choice, part, kind },
            RawDelta::Restart { choice } => Delta::Restart { choice },
            RawDelta::Extra { choice, kind, name, json } => {
                Delta::Extra { choice, kind, name: slice(name), json: slice(json) }
            }
            RawDelta::Finish { choice, reason, raw, saw_tool_calls } => {
                Delta::Finish { choice, reason, raw: slice(raw), saw_tool_calls }
            }
            RawDelta::Error { code, kind, message, json } => Delta::PeerError {
                code: some(code),
                kind: some(kind),
                message: slice(message),
                json: slice(json),
            },
            RawDelta::Keepalive => Delta::Keepalive,
            RawDelta::Unknown { event, payload } => {
                Delta::Unknown { event: slice(event), payload: slice(payload) }
            }
            RawDelta::Done { marker } => Delta::Done { marker },
        })
    }
}

/// What payload spans are ranges of. For an input it is all from the payload on: spans end within it.
fn payload_of<'d>(source: Source, bytes: &'d [u8], carry: &'d Carry, frames: &'d Frames) -> &'d [u8] {
    match source {
        Source::Scratch => &[],
        Source::Input { base } => bytes.get(base..).unwrap_or_default(),
        Source::Carry { length, span } => span.of(carry.last_read(length)),
        Source::DataBuffer => frames.data_buffer(),
    }
}
