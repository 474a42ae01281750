//! The framers of crates.io, and the hand-written one that most code has instead.

use std::{
    cell::Cell,
    convert::Infallible,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use eventsource_stream::EventStream;
use futures_core::Stream;
use sse_core::{SseDecoder, SseEvent};
use sse_stream::SseByteStream;

use super::{Framer, Payload};

/// The one input that a stream may take next: an async framer fed by hand, as a socket feeds it.
#[derive(Clone, Default)]
struct Socket<'s>(Rc<Cell<Option<&'s [u8]>>>);

impl<'s> Stream for Socket<'s> {
    type Item = Result<&'s [u8], Infallible>;

    fn poll_next(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.take().map_or(Poll::Pending, |input| Poll::Ready(Some(Ok(input))))
    }
}

/// Polls until the stream wants the next input.
fn drain<T: Stream + Unpin>(stream: &mut T, mut each: impl FnMut(T::Item)) {
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(item)) = Pin::new(&mut *stream).poll_next(&mut context) {
        each(item);
    }
}

/// eventsource-stream.
pub(super) struct Eventsource<'s> {
    socket: Socket<'s>,
    events: EventStream<Socket<'s>>,
}

impl<'s> Framer<'s> for Eventsource<'s> {
    fn new() -> Self {
        let socket = Socket::default();
        Self { events: EventStream::new(socket.clone()), socket }
    }

    fn feed(&mut self, input: &'s [u8], mut each: impl FnMut(Payload<'_>)) {
        self.socket.0.set(Some(input));
        drain(&mut self.events, |event| {
            if let Ok(event) = event {
                each(Payload::checked(&event.data));
            }
        });
    }
}

/// sse-stream.
pub(super) struct SseStream<'s> {
    socket: Socket<'s>,
    events: SseByteStream<Socket<'s>>,
}

impl<'s> Framer<'s> for SseStream<'s> {
    fn new() -> Self {
        let socket = Socket::default();
        Self { events: SseByteStream::new(socket.clone()), socket }
    }

    fn feed(&mut self, input: &'s [u8], mut each: impl FnMut(Payload<'_>)) {
        self.socket.0.set(Some(input));
        drain(&mut self.events, |event| {
            if let Ok(Some(data)) = event.map(|event| event.data) {
                each(Payload::checked(&data));
            }
        });
    }
}

/// sse-core, with a limit that lets the 4 MiB line through.
pub(super) struct SseCore(SseDecoder);

impl<'s> Framer<'s> for SseCore {
    fn new() -> Self {
        const LIMIT: std::num::NonZeroUsize = std::num::NonZeroUsize::new(16 << 20).unwrap();
        Self(SseDecoder::with_limit(LIMIT))
    }

    fn feed(&mut self, input: &'s [u8], mut each: impl FnMut(Payload<'_>)) {
        let mut rest = input;
        while let Some(event) = self.0.next(&mut rest) {
            if let Ok(SseEvent::Message(message)) = event {
                each(Payload::checked(&message.data));
            }
        }
    }
}

/// Every line that starts with `data:` is a payload: wrong for some streams, and the fastest thing to write.
pub(super) struct Lines(Vec<u8>);

impl<'s> Framer<'s> for Lines {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn feed(&mut self, input: &'s [u8], mut each: impl FnMut(Payload<'_>)) {
        let mut rest = input;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, tail) = (&rest[..at], &rest[at + 1..]);
            rest = tail;
            if self.0.is_empty() {
                data(line, &mut each);
            } else {
                self.0.extend_from_slice(line);
                data(&self.0, &mut each);
                self.0.clear();
            }
        }
        self.0.extend_from_slice(rest);
    }
}

fn data(line: &[u8], each: &mut impl FnMut(Payload<'_>)) {
    if let Some(value) = line.strip_prefix(b"data:") {
        each(Payload::unchecked(value.strip_prefix(b" ").unwrap_or(value)));
    }
}
