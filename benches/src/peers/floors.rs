//! What touching the bytes costs, and nothing else.

use std::hint::black_box;

use crate::{sink::Sink, stack::Stack};

/// memchr from line end to line end, which it counts.
pub(super) struct LineScan(u64);

impl<'s> Stack<'s> for LineScan {
    fn new() -> Self {
        Self(0)
    }

    fn feed<S: Sink>(&mut self, input: &'s [u8], _sink: &mut S) {
        let mut rest = input;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            self.0 += 1;
            rest = &rest[at + 1..];
        }
        black_box(self.0);
    }

    fn end<S: Sink>(&mut self, sink: &mut S) {
        sink.lines(self.0);
    }
}

/// simdutf8 over each input.
pub(super) struct Validation;

impl<'s> Stack<'s> for Validation {
    fn new() -> Self {
        Self
    }

    fn feed<S: Sink>(&mut self, input: &'s [u8], _sink: &mut S) {
        black_box(simdutf8::basic::from_utf8(input).is_ok());
    }
}

/// Each input copied once.
pub(super) struct Copy(Vec<u8>);

impl<'s> Stack<'s> for Copy {
    fn new() -> Self {
        Self(Vec::with_capacity(1 << 20))
    }

    fn feed<S: Sink>(&mut self, input: &'s [u8], _sink: &mut S) {
        self.0.clear();
        self.0.extend_from_slice(input);
        black_box(self.0.as_slice());
    }
}
