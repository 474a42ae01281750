//! A framer that is slow and obvious, written from the text of WHATWG HTML 9.2.6 and nothing else: the twin of
//! [`crate::sse::Framer`].
//!
//! It wants the whole stream, decodes it to a `String`, and copies everything.

/// One dispatched event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) event: String,
    pub(crate) data: String,
    pub(crate) id: String,
    /// The reconnection time at dispatch.
    pub(crate) retry: Option<u64>,
}

/// What a stream means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reading {
    pub(crate) events: Vec<Event>,
    pub(crate) last_event_id: String,
    pub(crate) retry: Option<u64>,
}

/// Interprets an event stream.
pub(crate) fn read(stream: &[u8]) -> Reading {
    // "Streams must be decoded using the UTF-8 decode algorithm", which strips one leading byte-order mark.
    let text = String::from_utf8_lossy(stream);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    // "Lines must be separated by either a CRLF pair, a single LF, or a single CR."
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = text.split('\n').collect();
    // "Once the end of the file is reached, any pending data must be discarded."
    lines.pop();

    let mut reading = Reading::default();
    let (mut data, mut event, mut id) = (String::new(), String::new(), String::new());
    for line in lines {
        if line.is_empty() {
            // "If the line is empty (a blank line), dispatch the event."
            reading.last_event_id.clone_from(&id);
            let (mut data, event) = (std::mem::take(&mut data), std::mem::take(&mut event));
            if data.is_empty() {
                continue;
            }
            data.pop(); // "If the data buffer's last character is a U+000A, then remove it."
            let event = if event.is_empty() { "message".to_owned() } else { event };
            reading.events.push(Event { event, data, id: id.clone(), retry: reading.retry });
            continue;
        }
        if line.starts_with(':') {
            continue;
        }
        let (field, value) = match line.split_once(':') {
            Some((field, value)) => (field, value.strip_prefix(' ').unwrap_or(value)),
            None => (line, ""),
        };
        match field {
            "event" => event = value.to_owned(),
            "data" => data += &format!("{value}\n"),
            "id" if !value.contains('\0') => id = value.to_owned(),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                reading.retry = Some(value.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }
    reading
}
