//! The headers of a message: rule 5 of the format, and the names of those that say what a message is.
//!
//! Knows: types, lengths, names. Must not know: where messages begin and end, checksums.

use crate::record::Span;

/// What a message's own headers say that it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Labels {
    message: Option<MessageType>,
    event: Option<Span>,
    exception: Option<Span>,
    code: Option<Span>,
    words: Option<Span>,
}

/// The words of `:message-type`; `event` and any other is an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MessageType {
    Event,
    Exception,
    Error,
}

impl Labels {
    /// Reads all headers, `None` if one cannot be read.
    pub(super) fn of(message: &[u8], headers: Span) -> Option<Self> {
        let mut labels = Self::default();
        let mut rest = headers.of(message);
        while !rest.is_empty() {
            let (header, next) = split_header(rest)?;
            if header.kind == HeaderType::String {
                let end = headers.range().end.saturating_sub(next.len());
                labels.note_first(&header, Span::new(end.saturating_sub(header.value.len()), end));
            }
            rest = next;
        }
        Some(labels)
    }

    fn note_first(&mut self, header: &Header<'_>, value: Span) {
        let place = match header.name {
            ":message-type" => {
                self.message.get_or_insert(match header.value {
                    b"exception" => MessageType::Exception,
                    b"error" => MessageType::Error,
                    _ => MessageType::Event,
                });
                return;
            }
            ":event-type" => &mut self.event,
            ":exception-type" => &mut self.exception,
            ":error-code" => &mut self.code,
            ":error-message" => &mut self.words,
            _ => return,
        };
        place.get_or_insert(value);
    }

    pub(super) fn name(&self) -> Span {
        let name = match self.message {
            Some(MessageType::Exception) => self.exception,
            Some(MessageType::Error) => self.code,
            Some(MessageType::Event) | None => self.event,
        };
        name.unwrap_or_default()
    }

    pub(super) fn error_message_unless_exception(&self) -> Span {
        match self.message {
            Some(MessageType::Error) => self.words.unwrap_or_default(),
            Some(MessageType::Event | MessageType::Exception) | None => Span::default(),
        }
    }

    pub(super) fn is_error(&self) -> bool {
        matches!(self.message, Some(MessageType::Exception | MessageType::Error))
    }
}

/// One header; its value without the length that byte arrays and strings begin with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header<'m> {
    pub(crate) name: &'m str,
    pub(crate) kind: HeaderType,
    pub(crate) value: &'m [u8],
}

/// The types of headers, by the specification's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderType {
    True,
    False,
    Byte,
    Short,
    Integer,
    Long,
    ByteArray,
    String,
    Timestamp,
    Uuid,
}

impl HeaderType {
    const fn of(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::True,
            1 => Self::False,
            2 => Self::Byte,
            3 => Self::Short,
            4 => Self::Integer,
            5 => Self::Long,
            6 => Self::ByteArray,
            7 => Self::String,
            8 => Self::Timestamp,
            9 => Self::Uuid,
            _ => return None,
        })
    }

    /// The value, and what follows it.
    fn split_value(self, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
        let length = match self {
            Self::True | Self::False => 0,
            Self::Byte => 1,
            Self::Short => 2,
            Self::Integer => 4,
            Self::Long | Self::Timestamp => 8,
            Self::Uuid => 16,
            Self::ByteArray | Self::String => {
                let (length, rest) = bytes.split_first_chunk()?;
                return rest.split_at_checked(usize::from(u16::from_be_bytes(*length)));
            }
        };
        bytes.split_at_checked(length)
    }
}

/// The first header and what follows it; `None` if it cannot be read (rule 5).
pub(crate) fn split_header(bytes: &[u8]) -> Option<(Header<'_>, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(*length))?;
    let name = core::str::from_utf8(name).ok().filter(|name| !name.is_empty())?;
    let (kind, rest) = rest.split_first()?;
    let kind = HeaderType::of(*kind)?;
    let (value, rest) = kind.split_value(rest)?;
    if kind == HeaderType::String && core::str::from_utf8(value).is_err() {
        return None;
    }
    Some((Header { name, kind, value }, rest))
}
