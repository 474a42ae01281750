//! From which payload size simd-json's tape beats the reader: the curve behind `TAPE_FROM` in the parse room.
//!
//! `cargo test --release --lib curve -- --nocapture` prints the table of `benches/results/curve.md`. Two kinds of payload
//! bracket what services send: one long text (annotations, whole answers), and log probabilities (many short strings and
//! numbers).

use std::{hint::black_box, time::Instant};

use crate::dialect::Tolerance;
use crate::parse::{self, cursor::Scratch};
use crate::record::Records;
use crate::{Quirks, fuzzing};

const SIZES: [usize; 9] = [256, 512, 1 << 10, 2 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 60 << 10];
/// Without optimization the times mean nothing: then it is only seen that both state the same.
const ROUNDS: usize = if cfg!(debug_assertions) { 1 } else { 41 };

#[test]
fn tape_and_reader_state_the_same() {
    println!(
        "| payload, bytes | text: reader ns | tape ns | tape/reader | logprobs: reader ns | tape ns | tape/reader |"
    );
    println!("|---|---|---|---|---|---|---|");
    for size in SIZES {
        let cells: Vec<_> = [text(size), logprobs(size)].iter().map(|payload| compare(payload)).collect();
        println!("| {size} | {} |", cells.join(" | "));
    }
}

/// Both sources in turn; medians and their ratio.
fn compare(payload: &[u8]) -> String {
    assert_eq!(read_document(payload, true), read_document(payload, false), "the sources differ");
    assert!(read_document(payload, false) > 0, "the payload was refused");
    let (mut reader, mut tape) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        reader.push(time(payload, false));
        tape.push(time(payload, true));
    }
    let (reader, tape) = (median(reader), median(tape));
    format!("{reader:.0} | {tape:.0} | {:.2}", tape / reader)
}

fn time(payload: &[u8], from_tape: bool) -> f64 {
    let turns = if cfg!(debug_assertions) { 1 } else { (1 << 20) / payload.len() + 1 };
    let start = Instant::now();
    for _ in 0..turns {
        black_box(read_document(black_box(payload), from_tape));
    }
    start.elapsed().as_secs_f64() * 1e9 / turns as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn chunk(delta: &str, rest: &str) -> Vec<u8> {
    format!(
        "{{\"id\":\"chatcmpl-curve\",\"object\":\"chat.completion.chunk\",\"created\":1763500300,\"model\":\"m\",\
         \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{delta}\"}}{rest},\"finish_reason\":null}}]}}"
    )
    .into_bytes()
}

fn text(size: usize) -> Vec<u8> {
    chunk(&"the tide comes in and goes out ".repeat(size / 31), "")
}

fn logprobs(size: usize) -> Vec<u8> {
    let one = "{\"token\":\" tide\",\"logprob\":-0.0031,\"bytes\":[32,116,105,100,101],\"top_logprobs\":[]}";
    let all = vec![one; (size / one.len()).max(1)].join(",");
    chunk(" tide", &format!(",\"logprobs\":{{\"content\":[{all}],\"refusal\":null}}"))
}

/// Reads one document from the tape or with the reader; returns how many facts it stated.
fn read_document(data: &[u8], from_tape: bool) -> usize {
    thread_local! {
        static LISTS: std::cell::RefCell<(Records, Scratch)> =
            std::cell::RefCell::new((Records::new(usize::MAX), Scratch::default()));
    }
    LISTS.with_borrow_mut(|(records, scratch)| {
        let mut tolerance = Tolerance::new(Quirks::TOLERANT);
        let tape_from = if from_tape { 0 } else { usize::MAX };
        scratch.clear();
        records.begin_event();
        let read = parse::state_document(
            data,
            0,
            &fuzzing::reading(tape_from),
            &mut fuzzing::wiring(&mut None),
            records,
            scratch,
            &mut tolerance,
        );
        let facts = records.head().len().saturating_add(records.body().len());
        read.map_or(0, |_| facts)
    })
}
