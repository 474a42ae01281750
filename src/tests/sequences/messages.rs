//! Events as AWS event stream messages: their headers, what they wrap, and what is wrong with them.
//!
//! Knows: that a message has a type, and may wrap an event. Must not know: any wire.

use super::super::naive_eventstream::{header, write};
use super::Writer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

impl Writer<'_> {
    /// One event as a message, which is named after the one member of its payload.
    pub(super) fn message(&mut self, payload: &str) {
        let (name, payload) = unwrapped(payload);
        let (name, payload) = match self.choices.below(32) {
            0 => ("chunk", format!("{{\"bytes\":\"{}\"}}", STANDARD.encode(&payload))),
            1 => ("chunk", payload),
            2 => ("metadata", payload),
            _ => (name, payload),
        };
        let kind = [header(b":message-type", 7, b"event"), header(b":event-type", 7, name.as_bytes())];
        let type_of_error = header(b":exception-type", 7, name.as_bytes());
        let headers = match self.choices.below(32) {
            0 => [header(b":message-type", 7, b"exception"), type_of_error].concat(),
            1 => [kind.concat(), header(b"x", 4, &[0, 0, 0, 13])].concat(),
            2 => [kind.concat(), header(b"x", 7, b"")].concat(),
            3 => Vec::new(),
            _ => kind.concat(),
        };
        let mut message = match self.choices.below(48) {
            // The same bytes, divided otherwise into headers and payload.
            0 => write(&[&headers, payload.as_bytes()].concat(), b""),
            1 => write(b"", &[&headers, payload.as_bytes()].concat()),
            _ => write(&headers, payload.as_bytes()),
        };
        if self.choices.one_in(32) {
            let at = self.choices.below(message.len());
            let byte = self.choices.pick(b"\x00\xFF\r\n\"a");
            if let Some(damaged) = message.get_mut(at) {
                *damaged = byte;
            }
        }
        self.stream.extend_from_slice(&message);
    }
}

/// The name and the value of the one member, if that is an object; of anything else a name that says nothing.
fn unwrapped(payload: &str) -> (&str, String) {
    let one = || {
        let (name, rest) = payload.strip_prefix("{\"")?.split_once("\":{")?;
        Some((name, format!("{{{}", rest.strip_suffix('}')?)))
    };
    one().unwrap_or_else(|| ("event", payload.to_owned()))
}
