//! The committed budget of exact counts: `budget.json`.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use serde::{Deserialize, Serialize};

/// What the counts may be at most.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Budget {
    /// Heap and size of one idle decoder, in bytes.
    pub idle_bytes: u64,
    /// Instructions when the input doubles.
    pub doubled: f64,
    /// Instructions per event, by workload and cut.
    pub instructions: BTreeMap<String, BTreeMap<String, u64>>,
    /// The start of a stream, by workload and number of events.
    #[serde(default)]
    pub starts: BTreeMap<String, BTreeMap<usize, Start>>,
}

/// What a start may take.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Start {
    /// Instructions.
    pub instructions: u64,
    /// Allocations.
    pub allocations: u64,
}

impl Start {
    /// Whether `self` is within `allowed`.
    #[must_use]
    pub fn is_within(self, allowed: Start) -> bool {
        self.instructions <= allowed.instructions && self.allocations <= allowed.allocations
    }
}

/// Which figures just counted become the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bless {
    /// None.
    Nothing,
    /// Those that have none yet.
    Missing,
    /// All.
    All,
}

/// Three percent on top: another compiler, another day.
fn slack(instructions: u64) -> u64 {
    instructions + instructions.div_ceil(33)
}

impl Budget {
    /// The figures that the issue sets, no instructions yet.
    #[must_use]
    pub fn new() -> Self {
        Self { idle_bytes: 4096, doubled: 2.05, instructions: BTreeMap::new(), starts: BTreeMap::new() }
    }

    fn path() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("budget.json")
    }

    /// Reads the committed budget.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load() -> io::Result<Self> {
        Ok(serde_json::from_str(&fs::read_to_string(Self::path())?)?)
    }

    /// Writes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self) -> io::Result<()> {
        fs::write(Self::path(), serde_json::to_string_pretty(self)? + "\n")
    }

    /// Allows these instructions per event, and three percent on top.
    pub fn allow(&mut self, bless: Bless, workload: &str, cut: &str, instructions: u64) {
        let row = self.instructions.entry(workload.to_owned()).or_default();
        if bless == Bless::All || bless == Bless::Missing && !row.contains_key(cut) {
            row.insert(cut.to_owned(), slack(instructions));
        }
    }

    /// What is allowed.
    #[must_use]
    pub fn allowed(&self, workload: &str, cut: &str) -> Option<u64> {
        self.instructions.get(workload)?.get(cut).copied()
    }

    /// Allows a start these instructions, and three percent on top, and these allocations.
    pub fn allow_start(&mut self, bless: Bless, workload: &str, events: usize, start: Start) {
        let row = self.starts.entry(workload.to_owned()).or_default();
        if bless == Bless::All || bless == Bless::Missing && !row.contains_key(&events) {
            row.insert(events, Start { instructions: slack(start.instructions), ..start });
        }
    }

    /// What a start is allowed.
    #[must_use]
    pub fn allowed_start(&self, workload: &str, events: usize) -> Option<Start> {
        self.starts.get(workload)?.get(&events).copied()
    }
}
