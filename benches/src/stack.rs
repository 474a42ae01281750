//! A [`Stack`] decodes one stream, fed input by input; [`Entry`] is one by name.

use crate::{
    cut::Cut,
    gateway::Gateway,
    sink::{Answer, Sink, Tally},
    workloads::Workload,
};

/// One way to decode a stream.
pub trait Stack<'s>: Sized {
    /// Begins a stream.
    fn new() -> Self;
    /// Decodes what `input` completes.
    fn feed<S: Sink>(&mut self, input: &'s [u8], sink: &mut S);
    /// Ends the stream.
    fn end<S: Sink>(&mut self, _sink: &mut S) {}
}

/// Decodes a whole stream under `cut`.
pub fn run<'s, K: Stack<'s>, S: Sink + Default>(workload: &'s Workload, cut: Cut) -> S {
    let mut stack = K::new();
    let mut sink = S::default();
    for input in cut.inputs(&workload.stream, &workload.ends) {
        stack.feed(input, &mut sink);
    }
    stack.end(&mut sink);
    sink
}

/// Decodes the first `events` events of a stream, each an input of its own, and keeps the stack.
pub fn start<'s, K: Stack<'s>, S: Sink + Default>(workload: &'s Workload, events: usize) -> (K, S) {
    let (mut stack, mut sink) = (K::new(), S::default());
    for input in Cut::Events.inputs(&workload.stream, &workload.ends).take(events) {
        stack.feed(input, &mut sink);
    }
    (stack, sink)
}

/// What a stack does for its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Touches the bytes, decodes nothing.
    Floor,
    /// Finds line ends and nothing else.
    Lines,
    /// Cuts events out and no more.
    Framing,
    /// Frames and parses, extracts nothing.
    Parse,
    /// Finds the text of the one choice and nothing else.
    Text,
    /// Decodes into values.
    Decode,
    /// The same, and names its fields in types.
    Typed,
}

/// A stack by name, over its two sinks.
#[derive(Clone, Copy)]
pub struct Entry {
    /// How tables call it.
    pub name: &'static str,
    /// What it does.
    pub class: Class,
    /// Decodes and counts.
    pub tally: for<'s> fn(&'s Workload, Cut) -> Tally,
    /// Decodes and keeps.
    pub answer: for<'s> fn(&'s Workload, Cut) -> Answer,
    /// Decodes many streams at once and counts.
    pub gateway: for<'s> fn(&'s Gateway) -> Tally,
}

impl Entry {
    /// Whether the stack gives the workload's answer under `cut`, and if not, why.
    ///
    /// # Errors
    /// The first difference.
    pub fn check(&self, workload: &Workload, cut: Cut) -> Result<Tally, String> {
        if matches!(self.class, Class::Typed | Class::Decode) {
            let fault = (self.answer)(workload, cut).fault(&workload.answer);
            return fault.map_or_else(|| Ok(Tally::from(&workload.answer)), Err);
        }
        if self.class == Class::Text {
            let Answer { text, pieces, .. } = (self.answer)(workload, cut);
            let right = text == workload.answer.text && pieces == workload.answer.pieces;
            return if right { Ok((self.tally)(workload, cut)) } else { Err("wrong text".to_owned()) };
        }
        let tally = (self.tally)(workload, cut);
        let lines = workload.stream.iter().filter(|byte| **byte == b'\n').count() as u64;
        let wanted = Tally { frames: workload.payloads, ..Tally::default() };
        match self.class {
            Class::Framing if tally.frames != wanted.frames => {
                Err(format!("{} frames of {}", tally.frames, wanted.frames))
            }
            Class::Parse if tally.rejected != workload.answer.rejected => {
                Err(format!("{} events refused", tally.rejected))
            }
            Class::Parse if tally.frames + tally.rejected != workload.payloads => {
                Err(format!("{} documents of {}", tally.frames, workload.payloads))
            }
            Class::Lines if tally.lines != lines => Err(format!("{} lines of {lines}", tally.lines)),
            _ => Ok(tally),
        }
    }
}

/// The [`Entry`] of a stack type (its lifetime left out).
#[macro_export]
macro_rules! entry {
    ($name:expr, $class:ident, $($stack:tt)+) => {{
        fn tally(workload: &$crate::workloads::Workload, cut: $crate::cut::Cut) -> $crate::sink::Tally {
            $crate::stack::run::<$($stack)+, _>(workload, cut)
        }
        fn answer(workload: &$crate::workloads::Workload, cut: $crate::cut::Cut) -> $crate::sink::Answer {
            $crate::stack::run::<$($stack)+, _>(workload, cut)
        }
        fn gateway(gateway: &$crate::gateway::Gateway) -> $crate::sink::Tally {
            $crate::gateway::run::<$($stack)+>(gateway)
        }
        $crate::stack::Entry { name: $name, class: $crate::stack::Class::$class, tally, answer, gateway }
    }};
}
