//! What `--stats` tells.

use std::fmt;
use std::time::Instant;

use deltaic::{Delta, Ending, Quirks, Wire};

/// Counts over all inputs.
pub(crate) struct Tally {
    since: Instant,
    bytes: u64,
    events: u64,
    /// By name, in order of first sight.
    deltas: Vec<(&'static str, u64)>,
    /// In order of first sight.
    wires: Vec<Wire>,
    quirks: Quirks,
    errors: u64,
    peer_errors: u64,
    truncated: u64,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            since: Instant::now(),
            bytes: 0,
            events: 0,
            deltas: Vec::new(),
            wires: Vec::new(),
            quirks: Quirks::NONE,
            errors: 0,
            peer_errors: 0,
            truncated: 0,
        }
    }

    pub(crate) fn add_bytes(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(crate) fn add_error(&mut self) {
        self.errors = self.errors.saturating_add(1);
    }

    pub(crate) fn add_frame(&mut self) {
        self.events = self.events.saturating_add(1);
    }

    pub(crate) fn add_delta(&mut self, delta: &Delta<'_>) {
        let name = delta.kind_name();
        match self.deltas.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.deltas.push((name, 1)),
        }
    }

    pub(crate) fn add_ending(&mut self, ending: &Ending, truncated: bool, seen: Quirks) {
        self.events = self.events.saturating_add(ending.events());
        self.peer_errors = self.peer_errors.saturating_add(ending.peer_errors());
        self.truncated = self.truncated.saturating_add(u64::from(truncated));
        let new = ending.wire().filter(|wire| !self.wires.contains(wire));
        self.wires.extend(new);
        self.quirks = seen.iter().fold(self.quirks, Quirks::with);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.since.elapsed().as_secs_f64();
        let deltas: u64 = self.deltas.iter().map(|&(_, count)| count).sum();
        let by_name: Vec<_> = self.deltas.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let wires: Vec<_> = self.wires.iter().map(|wire| wire.as_str()).collect();
        let quirks: Vec<_> = self.quirks.iter().map(|quirk| quirk.as_str()).collect();
        writeln!(f, "bytes        {}", self.bytes)?;
        writeln!(f, "events       {}", self.events)?;
        writeln!(f, "deltas       {deltas}{}", in_brackets(&by_name.join(", ")))?;
        writeln!(f, "wires        {}{}", wires.len(), in_brackets(&wires.join(", ")))?;
        writeln!(f, "quirks       {}{}", quirks.len(), in_brackets(&quirks.join(", ")))?;
        writeln!(f, "errors       {}", self.errors)?;
        writeln!(f, "peer errors  {}", self.peer_errors)?;
        writeln!(f, "truncated    {}", self.truncated)?;
        writeln!(f, "elapsed      {seconds:.3} s")?;
        write!(f, "rate         {:.1} MB/s", self.bytes as f64 / 1e6 / seconds.max(1e-9))
    }
}

fn in_brackets(list: &str) -> String {
    if list.is_empty() { String::new() } else { format!(" ({list})") }
}
