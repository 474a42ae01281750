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
}

impl Budget {
    /// The figures that the issue sets, no instructions yet.
    #[must_use]
    pub fn new() -> Self {
        Self { idle_bytes: 4096, doubled: 2.05, instructions: BTreeMap::new() }
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
    pub fn allow(&mut self, workload: &str, cut: &str, instructions: u64) {
        let allowed = instructions + instructions.div_ceil(33);
        self.instructions.entry(workload.to_owned()).or_default().insert(cut.to_owned(), allowed);
    }

    /// What is allowed.
    #[must_use]
    pub fn allowed(&self, workload: &str, cut: &str) -> Option<u64> {
        self.instructions.get(workload)?.get(cut).copied()
    }
}
