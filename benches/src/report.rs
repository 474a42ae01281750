//! What `ratios` prints and saves: rows with their bounds, times, and what could not be decoded.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// Which side of a bound is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// So many times faster, or more.
    AtLeast,
    /// So many times the time, or less.
    AtMost,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A ratio.
    #[default]
    Times,
    /// Instructions, bytes, allocations: exact.
    Count,
}

/// One figure that is promised.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// What is compared.
    pub measure: String,
    /// With what.
    pub against: String,
    /// Which side of the bounds is good.
    pub bound: Bound,
    /// What must be reached.
    pub must: f64,
    /// What to strive for.
    pub strive: f64,
    /// What was measured.
    pub measured: f64,
    /// What all three count.
    #[serde(default)]
    pub unit: Unit,
}

impl Row {
    fn reaches(&self, bound: f64) -> bool {
        match self.bound {
            Bound::AtLeast => self.measured >= bound,
            Bound::AtMost => self.measured <= bound,
        }
    }

    fn verdict(&self) -> &'static str {
        if self.reaches(self.strive) {
            "strive"
        } else if self.reaches(self.must) {
            "must"
        } else {
            "**missed**"
        }
    }
}

/// One median.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Time {
    /// Workload and cut.
    pub group: String,
    /// Which stack.
    pub stack: String,
    /// Nanoseconds per event.
    pub nanoseconds: f64,
    /// How many times the line scan of the same rounds, where that was measured.
    #[serde(default)]
    pub over_scan: Option<f64>,
}

/// One run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// Year, month, day.
    pub date: String,
    /// The commit, `+` when the tree differs from it.
    pub commit: String,
    /// Processor and cores.
    pub machine: String,
    /// The compiler.
    pub rustc: String,
    /// Interleaved rounds.
    pub rounds: usize,
    /// The ratios.
    pub rows: Vec<Row>,
    /// The medians.
    pub times: Vec<Time>,
    /// Stacks that could not decode a workload, and why.
    pub refusals: Vec<String>,
}

impl Report {
    /// An empty report of here and now.
    #[must_use]
    pub fn new(rounds: usize) -> Self {
        Self {
            date: date(),
            commit: commit(),
            machine: machine(),
            rustc: said("rustc", &["--version"]),
            rounds,
            rows: Vec::new(),
            times: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// The whole report.
    #[must_use]
    pub fn markdown(&self) -> String {
        let Self { date, commit, machine, rustc, rounds, .. } = self;
        let mut text =
            format!("{date} · commit {commit} · {machine} · {rustc} · medians of {rounds} rounds\n\n");
        text += "| measure | against | must | strive for | measured | reached |\n|---|---|---|---|---|---|\n";
        for row in &self.rows {
            let Row { measure, against, must, strive, measured, bound, unit } = row;
            let sign = if *bound == Bound::AtLeast { "≥" } else { "≤" };
            let (verdict, times) = (row.verdict(), if *unit == Unit::Times { "×" } else { "" });
            let measured =
                if *unit == Unit::Times { format!("{measured:.2}×") } else { format!("{measured:.0}") };
            let _ = writeln!(
                text,
                "| {measure} | {against} | {sign} {must}{times} | {sign} {strive}{times} | {measured} | {verdict} |"
            );
        }
        text += "\n| workload, inputs | stack | ns per event | × line scan |\n|---|---|---|---|\n";
        for Time { group, stack, nanoseconds, over_scan } in &self.times {
            let over = over_scan.map_or_else(|| "–".to_owned(), |times| format!("{times:.1}"));
            let _ = writeln!(text, "| {group} | {stack} | {nanoseconds:.1} | {over} |");
        }
        text += "\nCould not decode:\n\n";
        self.refusals.iter().for_each(|refusal| text += &format!("* {refusal}\n"));
        text
    }

    /// Writes `results/<date>.json` and `.md`.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn save(&self) -> io::Result<()> {
        fs::create_dir_all(results())?;
        let path = results().join(&self.date);
        fs::write(path.with_extension("json"), serde_json::to_string_pretty(self)? + "\n")?;
        fs::write(path.with_extension("md"), self.markdown())
    }

    /// The newest saved report.
    ///
    /// # Errors
    /// When there is none.
    pub fn newest() -> io::Result<Self> {
        let files = fs::read_dir(results())?.filter_map(|file| Some(file.ok()?.path()));
        let newest = files.filter(|path| path.extension().is_some_and(|end| end == "json")).max();
        let newest = newest.ok_or(io::ErrorKind::NotFound)?;
        Ok(serde_json::from_str(&fs::read_to_string(newest)?)?)
    }
}

/// Where committed results live.
#[must_use]
pub fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results")
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

fn commit() -> String {
    let changed = !said("git", &["status", "--porcelain", "--", "../src", "../Cargo.toml"]).is_empty();
    said("git", &["rev-parse", "--short", "HEAD"]) + if changed { "+" } else { "" }
}

fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores", model.trim_start_matches([' ', '\t', ':']))
}

/// Today in UTC, from the count of days (Howard Hinnant's `civil_from_days`).
fn date() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) = (day_of_year - (153 * shifted + 2) / 5 + 1, (shifted + 2) % 12 + 1);
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
