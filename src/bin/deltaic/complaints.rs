//! Standard error: lines for people, all of them through `visible`.

use std::fmt::Display;
use std::io::{self, Write};

use deltaic::Error;
use serde::Serialize;

use crate::json;
use crate::progress::Progress;
use crate::visible::visible;

/// How many malformed events of one input have a line of their own; the others are counted.
const LINES_PER_INPUT: u64 = 20;

/// Lines wait here until [`Complaints::flush`]. Only malformed events can be many, and only [`LINES_PER_INPUT`] of
/// them are told, so it stays small.
#[derive(Default)]
pub(crate) struct Complaints {
    waiting: Vec<u8>,
    /// Malformed events of this input.
    malformed: u64,
}

impl Complaints {
    pub(crate) fn add_line(&mut self, line: impl Display) {
        self.waiting.extend(visible(&line.to_string()).bytes());
        self.waiting.push(b'\n');
    }

    /// A line of JSON, which holds no control character.
    pub(crate) fn add_json(&mut self, line: &impl Serialize) {
        // Memory takes whatever is written.
        let _ = json::write_line(&mut self.waiting, line);
    }

    pub(crate) fn add_malformed(&mut self, name: &str, error: &Error) {
        self.malformed = self.malformed.saturating_add(1);
        if self.malformed <= LINES_PER_INPUT {
            self.add_line(format_args!("{name}:{}: {}", error.offset(), error.kind()));
        }
    }

    /// Says how many malformed events had no line, and counts the next input's from zero.
    pub(crate) fn end_input(&mut self, name: &str) {
        let untold = self.malformed.saturating_sub(LINES_PER_INPUT);
        if untold > 0 {
            self.add_line(format_args!("{name}: … {untold} more malformed"));
        }
        self.malformed = 0;
    }

    /// A closed standard error is no reason to stop.
    pub(crate) fn flush(&mut self, progress: &Progress) {
        if self.waiting.is_empty() {
            return;
        }
        progress.suspend(|| {
            let _ = io::stderr().lock().write_all(&self.waiting);
        });
        self.waiting.clear();
    }
}
