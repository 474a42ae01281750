//! The adapters as ways to decode a stream, each beside the bare decoder; and what passes a proxy, with a tap and without.
//!
//! Inputs are slices of the stream that are there at once: what is measured is the adapter, not a runtime or a socket. Every loop
//! does the same with a delta, borrowed or owned: it takes the length of its text and hides the text from the optimizer. An
//! owned one is looked at where the adapter put it and dropped there; to move it on is the host's own cost.

use std::{
    convert::Infallible,
    hint::black_box,
    io,
    ops::ControlFlow,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use deltaic::{
    Decoder, Delta, Ending, Error,
    codec::DeltaCodec,
    encode::{ChunkEncoder, Encoder},
    http_body::TapBody,
    read::DeltaReader,
    stream::{DeltasExt, pump},
    tap::{Close, Observer, Tap},
};
use futures_core::Stream;
use http_body::{Body, Frame};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::codec::FramedRead;

use crate::{
    cut::{Cut, Inputs},
    deltaic_stack::{Deltaic, tell},
    sink::{Answer, Sink, Tally},
    stack,
    workloads::Workload,
};

/// One way to decode a stream, by name.
#[derive(Clone, Copy)]
pub struct Adapter {
    /// How tables call it.
    pub name: &'static str,
    /// Decodes and counts.
    pub tally: fn(&Workload, Cut) -> Tally,
    /// Decodes and keeps.
    answer: fn(&Workload, Cut) -> Answer,
}

macro_rules! adapter {
    ($name:expr, $run:ident) => {
        Adapter { name: $name, tally: $run::<Tally>, answer: $run::<Answer> }
    };
}

/// The bare decoder first; then each adapter.
pub const ADAPTERS: [Adapter; 8] = [
    adapter!("bare decoder, borrowed", bare),
    adapter!("bare decoder, `into_owned`", owned),
    adapter!("`Tap`", tapped),
    adapter!("`DeltaReader`, borrowed", reader),
    adapter!("`DeltaReader`, owned", reader_owned),
    adapter!("`stream::pump`, borrowed", pumped),
    adapter!("`stream::Deltas`, owned", deltas),
    adapter!("`DeltaCodec` in `FramedRead`, owned", framed),
];

/// What passes a proxy: first bytes that nobody looks at, then the same bytes with a tap beside them, as slices and as a body;
/// last, what a gateway does that writes them anew.
pub const PASSES: [Adapter; 5] = [
    adapter!("slices forwarded", forwarded),
    adapter!("… and seen by `Tap`", forwarded_seen),
    adapter!("body forwarded", body_forwarded),
    adapter!("… in `TapBody`", body_tapped),
    Adapter { name: "decoded and encoded", tally: encoded, answer: encoded_answer },
];

impl Adapter {
    /// Whether it reads what the workload says.
    ///
    /// # Panics
    /// If it does not.
    pub fn check(&self, workload: &Workload, cut: Cut) {
        let fault = (self.answer)(workload, cut).fault(&workload.answer);
        assert_eq!(fault, None, "{}, {}, {cut}", self.name, workload.name);
    }
}

fn inputs(workload: &Workload, cut: Cut) -> Inputs<'_> {
    cut.inputs(&workload.stream, &workload.ends)
}

fn note<S: Sink>(item: Result<Delta<'_>, Error>, sink: &mut S) {
    match item {
        Ok(delta) => tell(delta, sink),
        Err(error) => sink.reject(&error),
    }
}

fn bare<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    stack::run::<Deltaic<true>, S>(workload, cut)
}

fn owned<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    let (mut decoder, mut sink) = (Decoder::new(), S::default());
    let mut each = |item: Result<Delta<'_>, Error>| {
        match item {
            Ok(delta) => tell(black_box(&delta.into_owned()).as_delta(), &mut sink),
            Err(error) => sink.reject(&error),
        }
        ControlFlow::<()>::Continue(())
    };
    for input in inputs(workload, cut) {
        let _ = decoder.for_each(input, &mut each);
    }
    let _ = decoder.end(&mut each);
    sink
}

/// Reports to a sink.
struct Watch<'s, S>(&'s mut S);

impl<S: Sink> Observer for Watch<'_, S> {
    fn observe(&mut self, item: Result<Delta<'_>, Error>) {
        note(item, self.0);
    }

    fn end(&mut self, ending: Ending, _: Close) {
        assert!(!ending.is_truncated());
    }
}

fn tapped<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    let mut sink = S::default();
    let mut tap = Tap::new(Watch(&mut sink));
    inputs(workload, cut).for_each(|input| tap.see(input));
    drop(tap);
    sink
}

/// The inputs as what each adapter reads from.
struct Source<'w>(Inputs<'w>);

impl io::Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let input = self.0.next().unwrap_or_default();
        buffer[..input.len()].copy_from_slice(input);
        Ok(input.len())
    }
}

impl<'w> Stream for Source<'w> {
    type Item = Result<&'w [u8], Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}

impl AsyncRead for Source<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        buffer.put_slice(self.0.next().unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<'w> Body for Source<'w> {
    type Data = &'w [u8];
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<&'w [u8]>, Infallible>>> {
        Poll::Ready(self.0.next().map(|input| Ok(Frame::data(input))))
    }
}

/// Everything here is ready at once.
fn ready<T>(poll: Poll<T>) -> T {
    match poll {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing waits"),
    }
}

fn context() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

fn reader<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    let (mut reader, mut sink) = (DeltaReader::new(Source(inputs(workload, cut))), S::default());
    while reader.fill().expect("slices do not fail") {
        loop {
            match reader.next_delta() {
                Ok(Some(delta)) => tell(delta, &mut sink),
                Ok(None) => break,
                Err(error) => sink.reject(&error),
            }
        }
    }
    sink
}

fn reader_owned<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    let (mut reader, mut sink) = (DeltaReader::new(Source(inputs(workload, cut))), S::default());
    loop {
        match black_box(&reader.next()) {
            Some(Ok(delta)) => tell(delta.as_delta(), &mut sink),
            Some(Err(error)) => sink.reject(error),
            None => return sink,
        }
    }
}

fn pumped<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    let (mut decoder, mut sink) = (Decoder::new(), S::default());
    let future = pump(Source(inputs(workload, cut)), &mut decoder, |item| {
        note(item, &mut sink);
        ControlFlow::<()>::Continue(())
    });
    let Ok(end) = ready(pin!(future).poll(&mut context()));
    assert!(end.is_continue());
    sink
}

fn deltas<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    let (mut deltas, mut sink) = (pin!(Source(inputs(workload, cut)).deltas()), S::default());
    loop {
        match black_box(&deltas.as_mut().poll_next(&mut context())) {
            Poll::Ready(Some(Ok(delta))) => tell(delta.as_delta(), &mut sink),
            Poll::Ready(Some(Err(error))) => sink.reject(error),
            Poll::Ready(None) => return sink,
            Poll::Pending => unreachable!("nothing waits"),
        }
    }
}

fn framed<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    let capacity = 2 * inputs(workload, cut).map(<[u8]>::len).max().unwrap_or_default();
    let source = Source(inputs(workload, cut));
    let mut framed = pin!(FramedRead::with_capacity(source, DeltaCodec::new(), capacity));
    let mut sink = S::default();
    loop {
        match black_box(&framed.as_mut().poll_next(&mut context())) {
            Poll::Ready(Some(Ok(Ok(delta)))) => tell(delta.as_delta(), &mut sink),
            Poll::Ready(Some(Ok(Err(error)))) => sink.reject(error),
            Poll::Ready(Some(Err(error))) => unreachable!("no error of this stream is fatal: {error}"),
            Poll::Ready(None) => return sink,
            Poll::Pending => unreachable!("nothing waits"),
        }
    }
}

/// Where a proxy's bytes go: a buffer that the socket takes at once.
#[derive(Default)]
struct Downstream {
    buffer: Vec<u8>,
    sent: usize,
}

impl Downstream {
    fn send(&mut self, input: &[u8]) {
        self.buffer.clear();
        self.buffer.extend_from_slice(input);
        self.sent += black_box(&self.buffer).len();
    }

    fn check(&self, workload: &Workload) {
        assert_eq!(self.sent, workload.stream.len(), "every byte passes");
    }
}

/// The answer is not looked at; it is what the tap would have found.
fn unread<S: Sink + Default + 'static>(workload: &Workload) -> S {
    let mut sink = S::default();
    if let Some(answer) = (&mut sink as &mut dyn std::any::Any).downcast_mut::<Answer>() {
        *answer = workload.answer.clone();
    }
    sink
}

fn forwarded<S: Sink + Default + 'static>(workload: &Workload, cut: Cut) -> S {
    let mut downstream = Downstream::default();
    inputs(workload, cut).for_each(|input| downstream.send(input));
    downstream.check(workload);
    unread(workload)
}

fn forwarded_seen<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    let (mut downstream, mut sink) = (Downstream::default(), S::default());
    let mut tap = Tap::new(Watch(&mut sink));
    for input in inputs(workload, cut) {
        downstream.send(input);
        tap.see(input);
    }
    drop(tap);
    downstream.check(workload);
    sink
}

/// Decodes the workload and writes it anew; `send` gets what is written after each input.
fn gateway<S: Sink>(workload: &Workload, cut: Cut, sink: &mut S, mut send: impl FnMut(&[u8])) {
    let (mut decoder, mut encoder, mut out) = (Decoder::new(), ChunkEncoder::new(), Vec::new());
    let mut each = |item: Result<Delta<'_>, Error>, out: &mut Vec<u8>| {
        note(item, sink);
        encoder.push_ok(item, out)
    };
    for input in inputs(workload, cut) {
        let _ = decoder.for_each(input, |item| each(item, &mut out));
        send(&out);
        out.clear();
    }
    let ControlFlow::Continue(ending) = decoder.end(|item| each(item, &mut out));
    encoder.finish(&ending, &mut out);
    send(&out);
}

fn encoded(workload: &Workload, cut: Cut) -> Tally {
    let (mut downstream, mut sink) = (Downstream::default(), Tally::default());
    gateway(workload, cut, &mut sink, |out| downstream.send(out));
    assert!(downstream.sent > 0);
    sink
}

/// What is written is another stream: it gives the same answer.
fn encoded_answer(workload: &Workload, cut: Cut) -> Answer {
    let (mut written, mut decoder, mut answer) = (Vec::new(), Decoder::new(), Answer::default());
    gateway(workload, cut, &mut Tally::default(), |out| written.extend_from_slice(out));
    let mut each = |item: Result<Delta<'_>, Error>| {
        note(item, &mut answer);
        ControlFlow::<()>::Continue(())
    };
    let _ = decoder.for_each(&written, &mut each);
    let _ = decoder.end(&mut each);
    answer
}

fn forward<'w>(body: impl Body<Data = &'w [u8], Error = Infallible>, workload: &Workload) {
    let (mut body, mut downstream) = (pin!(body), Downstream::default());
    while let Some(frame) = ready(body.as_mut().poll_frame(&mut context())) {
        let Ok(frame) = frame;
        frame.data_ref().into_iter().for_each(|data| downstream.send(data));
    }
    downstream.check(workload);
}

fn body_forwarded<S: Sink + Default + 'static>(workload: &Workload, cut: Cut) -> S {
    forward(Source(inputs(workload, cut)), workload);
    unread(workload)
}

fn body_tapped<S: Sink + Default>(workload: &Workload, cut: Cut) -> S {
    let mut sink = S::default();
    forward(TapBody::new(Source(inputs(workload, cut)), Watch(&mut sink)), workload);
    sink
}
