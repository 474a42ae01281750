//! Exact figures, each measured by a binary of its own beside the running one: instructions by `counted`, under valgrind;
//! the heap by `allocated`, whose allocator counts.

use std::{env, process::Command};

use crate::{cut::Cut, valgrind::instructions, workloads};

/// Between so many events and twice as many a stream is in steady state.
const FEW: usize = 400;

/// Instructions of one workload or attack.
///
/// # Panics
/// Where valgrind gives no count.
#[must_use]
pub fn counted(kind: &str, name: &str, cut: Cut, size: usize, stack: &str) -> u64 {
    instructions(&[kind, name, &cut.to_string(), &size.to_string(), stack]).expect("callgrind")
}

/// Instructions of each event in steady state.
#[must_use]
pub fn steady(name: &str, cut: Cut, stack: &str) -> u64 {
    let events = |count| workloads::named(name, count).payloads;
    let more = events(2 * FEW) - events(FEW);
    let size = |size| counted("workload", name, cut, size, stack);
    size(2 * FEW).saturating_sub(size(FEW)) / more
}

/// Instructions of each byte of an event of text in steady state.
#[must_use]
pub fn per_byte(name: &str, cut: Cut) -> f64 {
    let bytes = |events| workloads::named(name, events).stream.len() as f64;
    let more = (bytes(2 * FEW) - bytes(FEW)) / FEW as f64;
    let size = |size: usize| counted("workload", name, cut, size, "deltaic") as f64;
    // The whole text comes once more at the end of some: that is no event of text, and costs its bytes.
    (size(2 * FEW) - size(FEW)) / FEW as f64 / more
}

/// Instructions from the making of a decoder to the last delta of the `events`th event, each an input of its own.
#[must_use]
pub fn start(name: &str, events: usize) -> u64 {
    counted("start", name, Cut::Events, events, "deltaic")
}

/// Allocations in the same.
///
/// # Panics
/// Where `allocated` gives no figure.
#[must_use]
pub fn start_allocations(name: &str, events: usize) -> u64 {
    allocated("start", name, Cut::Events, events)
}

/// Heap and size of one idle decoder.
///
/// # Panics
/// Where `allocated` gives no figure.
#[must_use]
pub fn idle_bytes(name: &str, cut: Cut) -> u64 {
    allocated("idle", name, cut, workloads::EVENTS)
}

fn allocated(kind: &str, name: &str, cut: Cut, events: usize) -> u64 {
    let program = env::current_exe().expect("a path").with_file_name("allocated");
    let output = Command::new(program)
        .args([kind, name, &cut.to_string(), &events.to_string()])
        .output()
        .expect("`cargo build --release --bins` comes first");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a figure")
}
