//! Time, as robust as a shared machine allows: jobs take turns, and what is compared was measured in the same round.

use std::time::{Duration, Instant};

/// Something to be timed.
pub struct Job<'j> {
    /// How tables call it.
    pub name: String,
    /// How many events one run decodes.
    pub events: usize,
    /// One run.
    pub run: Box<dyn Fn() + 'j>,
}

/// Nanoseconds per event, one for each round.
#[derive(Debug, Clone)]
pub struct Timing {
    /// The job's name.
    pub name: String,
    /// One figure a round.
    pub rounds: Vec<f64>,
}

impl Timing {
    /// The median round.
    #[must_use]
    pub fn median(&self) -> f64 {
        median(self.rounds.clone())
    }

    /// The median, over rounds, of this time less that of `other` in the same round.
    #[must_use]
    pub fn more_than(&self, other: &Timing) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(this, that)| this - that).collect())
    }

    /// The median, over rounds, of this time divided by that of `other` in the same round.
    #[must_use]
    pub fn over(&self, other: &Timing) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(this, that)| this / that).collect())
    }
}

/// Runs all jobs in turn, `rounds` times; each turn lasts at least `turn`. Every round begins with another job, so
/// that none always follows the same one.
#[must_use]
pub fn interleaved(jobs: &[Job<'_>], rounds: usize, turn: Duration) -> Vec<Timing> {
    let runs: Vec<u32> = jobs.iter().map(|job| runs_for(job, turn)).collect();
    let mut timings: Vec<Timing> =
        jobs.iter().map(|job| Timing { name: job.name.clone(), rounds: Vec::new() }).collect();
    for round in 0..rounds {
        for at in (0..jobs.len()).map(|at| (at + round) % jobs.len()) {
            timings[at].rounds.push(time(&jobs[at], runs[at]));
        }
    }
    timings
}

fn runs_for(job: &Job<'_>, turn: Duration) -> u32 {
    (job.run)();
    let once = time(job, 1) * job.events as f64;
    (turn.as_nanos() as f64 / once).ceil().clamp(1.0, 1e4) as u32
}

fn time(job: &Job<'_>, runs: u32) -> f64 {
    let start = Instant::now();
    (0..runs).for_each(|_| (job.run)());
    start.elapsed().as_nanos() as f64 / f64::from(runs) / job.events as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
