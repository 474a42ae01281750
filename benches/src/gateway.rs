//! The gateway case: many streams at once, one event of each in turn, each with a decoder of its own.

use crate::{sink::Tally, stack::Stack, workloads};

/// The inputs of many streams in the order of their arrival.
pub struct Gateway {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    streams: usize,
    /// What all of them say.
    pub tally: Tally,
}

impl Gateway {
    /// `streams` streams of this workload, of `events` tokens each, every one with its own text.
    #[must_use]
    pub fn new(workload: &str, streams: usize, events: usize) -> Self {
        let make = workloads::make(workload);
        let all: Vec<_> = (0..streams as u64).map(|seed| make(seed << 20, events)).collect();
        let (mut bytes, mut ends, mut tally) = (Vec::new(), Vec::new(), Tally::default());
        for turn in 0..all[0].ends.len() {
            for workload in &all {
                let from = turn.checked_sub(1).map_or(0, |before| workload.ends[before]);
                bytes.extend_from_slice(&workload.stream[from..workload.ends[turn]]);
                ends.push(bytes.len());
            }
        }
        for told in all.iter().map(|workload| Tally::from(&workload.answer)) {
            tally = Tally { bytes: tally.bytes + told.bytes, pieces: tally.pieces + told.pieces, ..told };
        }
        Self { bytes, ends, streams, tally }
    }

    /// How many events arrive.
    #[must_use]
    pub fn events(&self) -> usize {
        self.ends.len()
    }
}

/// Decodes all streams, the making of their decoders included.
pub fn run<'s, K: Stack<'s>>(gateway: &'s Gateway) -> Tally {
    let mut stacks: Vec<K> = (0..gateway.streams).map(|_| K::new()).collect();
    let mut sink = Tally::default();
    let mut from = 0;
    for turn in gateway.ends.chunks(gateway.streams) {
        for (stack, &end) in stacks.iter_mut().zip(turn) {
            stack.feed(&gateway.bytes[from..end], &mut sink);
            from = end;
        }
    }
    stacks.iter_mut().for_each(|stack| stack.end(&mut sink));
    sink
}
