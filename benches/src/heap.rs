//! Exact allocation counts: a counting allocator, per thread.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    fmt,
};

use crate::{
    cut::Cut,
    deltaic_stack::Deltaic,
    sink::{Sink, Tally, Tokens},
    stack::{self, Stack},
    workloads::Workload,
};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

/// The system's allocator, counted. A binary that wants counts installs it as its global allocator.
pub struct Counting;

fn note(allocations: u64, bytes: i64) {
    ALLOCATIONS.set(ALLOCATIONS.get() + allocations);
    LIVE.set(LIVE.get() + bytes);
}

// SAFETY: every call goes to the system's allocator unchanged; counting touches only thread-local cells without
// destructors, which neither allocate nor unwind.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as i64);
        // SAFETY: the caller's contract is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, -(layout.size() as i64));
        // SAFETY: the caller's contract is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, size as i64 - layout.size() as i64);
        // SAFETY: the caller's contract is passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Allocations of this thread so far.
#[must_use]
pub fn allocations() -> u64 {
    ALLOCATIONS.get()
}

/// Remembers the counts at the middle piece and at the last one.
struct Watch {
    tally: Tally,
    middle: u64,
    at_middle: u64,
    at_last: u64,
}

impl Watch {
    fn mark(&mut self) {
        self.at_last = ALLOCATIONS.get();
        if self.tally.pieces == self.middle {
            self.at_middle = self.at_last;
        }
    }
}

impl Sink for Watch {
    fn text(&mut self, choice: u32, text: &str) {
        self.tally.text(choice, text);
        self.mark();
    }

    fn reasoning(&mut self, choice: u32, text: &str) {
        self.tally.reasoning(choice, text);
        self.mark();
    }

    fn call(&mut self, _choice: u32, _slot: u32, _name: &str) {}

    fn arguments(&mut self, choice: u32, slot: u32, fragment: &str) {
        self.tally.arguments(choice, slot, fragment);
        self.mark();
    }

    fn finish(&mut self, _choice: u32, _reason: &str) {}
    fn usage(&mut self, _usage: Tokens) {}
    fn reject(&mut self, _reason: &dyn fmt::Display) {}
    fn frame(&mut self, _payload: &[u8]) {}
}

/// Allocations per event from the middle piece to the last one: before, buffers grow; after, the stream ends. None when
/// the answer is wrong.
#[must_use]
pub fn allocations_per_event(workload: &Workload, cut: Cut) -> Option<f64> {
    let (pieces, before) = (workload.answer.pieces, ALLOCATIONS.get());
    let middle = pieces / 2;
    let mut watch = Watch { tally: Tally::default(), middle, at_middle: before, at_last: before };
    let mut stack = Deltaic::<true>::new();
    for input in cut.inputs(&workload.stream, &workload.ends) {
        stack.feed(input, &mut watch);
    }
    let allocations = (watch.at_last - watch.at_middle) as f64;
    (watch.tally.pieces == pieces).then(|| allocations / (pieces - middle) as f64)
}

/// Allocations from the making of a decoder to the last delta of the `events`th event, each an input of its own.
#[must_use]
pub fn start_allocations(workload: &Workload, events: usize) -> u64 {
    let before = ALLOCATIONS.get();
    let started: (Deltaic<true>, Tally) = stack::start(workload, events);
    let allocations = ALLOCATIONS.get() - before;
    drop(started);
    allocations
}

/// Heap and size of one decoder between two inputs: the most at any cut of the stream's second half.
#[must_use]
pub fn idle_bytes(workload: &Workload, cut: Cut) -> u64 {
    let before = LIVE.get();
    let mut stack = Deltaic::<true>::new();
    let (mut sink, mut fed, mut most) = (Tally::default(), 0, 0);
    for input in cut.inputs(&workload.stream, &workload.ends) {
        stack.feed(input, &mut sink);
        fed += input.len();
        if fed * 2 > workload.stream.len() && fed < workload.stream.len() {
            most = most.max(LIVE.get() - before);
        }
    }
    most.unsigned_abs() + size_of::<Deltaic<true>>() as u64
}
