//! What `--stats` tells.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use serde::Serialize;

use deltaic::{Delta, Ending, Quirks, Wire};

/// Counts over one input, or over all.
pub(crate) struct Tally {
    since: Instant,
    /// How many inputs were added to it.
    inputs: u64,
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
            inputs: 0,
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
        self.add_deltas(delta.kind_name(), 1);
    }

    fn add_deltas(&mut self, name: &'static str, more: u64) {
        match self.deltas.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count = count.saturating_add(more),
            None => self.deltas.push((name, more)),
        }
    }

    /// Counts another input to this.
    pub(crate) fn add(&mut self, input: &Self) {
        for (sum, more) in [
            (&mut self.inputs, 1),
            (&mut self.bytes, input.bytes),
            (&mut self.events, input.events),
            (&mut self.errors, input.errors),
            (&mut self.peer_errors, input.peer_errors),
            (&mut self.truncated, input.truncated),
        ] {
            *sum = sum.saturating_add(more);
        }
        input.deltas.iter().for_each(|&(name, count)| self.add_deltas(name, count));
        input.wires.iter().for_each(|&wire| self.add_wire(wire));
        self.quirks = input.quirks.iter().fold(self.quirks, Quirks::with);
    }

    fn add_wire(&mut self, wire: Wire) {
        if !self.wires.contains(&wire) {
            self.wires.push(wire);
        }
    }

    pub(crate) fn inputs(&self) -> u64 {
        self.inputs
    }

    /// The same as a line of JSON: about `file`, or about all.
    pub(crate) fn line<'a>(&'a self, file: Option<&'a str>) -> StatsLine<'a> {
        let seconds = self.seconds();
        StatsLine {
            file,
            inputs: file.is_none().then_some(self.inputs),
            bytes: self.bytes,
            events: self.events,
            deltas: self.deltas.iter().copied().collect(),
            wires: self.wires.iter().map(|wire| wire.as_str()).collect(),
            quirks: self.quirks.iter().map(|quirk| quirk.as_str()).collect(),
            errors: self.errors,
            peer_errors: self.peer_errors,
            truncated: self.truncated,
            seconds,
        }
    }

    fn seconds(&self) -> f64 {
        self.since.elapsed().as_secs_f64()
    }

    pub(crate) fn add_ending(&mut self, ending: &Ending, truncated: bool, seen: Quirks) {
        self.events = self.events.saturating_add(ending.events());
        self.peer_errors = self.peer_errors.saturating_add(ending.peer_errors());
        self.truncated = self.truncated.saturating_add(u64::from(truncated));
        ending.wire().into_iter().for_each(|wire| self.add_wire(wire));
        self.quirks = seen.iter().fold(self.quirks, Quirks::with);
    }
}

/// The members keep their names: scripts read them.
#[derive(Serialize)]
pub(crate) struct StatsLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<u64>,
    bytes: u64,
    events: u64,
    deltas: BTreeMap<&'static str, u64>,
    wires: Vec<&'static str>,
    quirks: Vec<&'static str>,
    errors: u64,
    peer_errors: u64,
    /// How many inputs were.
    truncated: u64,
    seconds: f64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds();
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
