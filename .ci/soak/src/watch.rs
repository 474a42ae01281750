//! Live bytes of one thread, counted: after each generation, at the most, at the end.

use std::fmt;

use allocation_counter::measure;

/// Generations in which the decoders' buffers still grow to what their streams need, and the longest streams come to be as
/// many as they stay.
const WARM: usize = 16;

/// By how much the later half of the generations may hold more than the earlier half, in percent. Both are means over
/// generations of many decoders each, of which all are in the middle of some stream.
const GROWTH: u64 = 3;

#[derive(Default)]
pub struct Watch {
    decoders: u64,
    /// Bytes held now, and at the most.
    live: i64,
    peak: u64,
    /// Bytes held after each generation.
    after: Vec<u64>,
    /// Bytes that were not given back.
    left: i64,
}

impl Watch {
    pub fn of(decoders: usize) -> Self {
        // Its own list must not be counted as the decoders'.
        Self { decoders: decoders as u64, after: Vec::with_capacity(1 << 16), ..Self::default() }
    }

    /// Does it, and counts what it leaves.
    pub fn count(&mut self, body: impl FnOnce()) {
        let counted = measure(body);
        self.peak = self.peak.max(self.live.unsigned_abs() + counted.bytes_max);
        self.live += counted.bytes_current;
    }

    pub fn generation(&mut self, body: impl FnOnce()) {
        self.count(body);
        self.after.push(self.live.unsigned_abs());
    }

    pub fn end(&mut self, body: impl FnOnce()) {
        let live = self.live;
        self.count(body);
        self.left = self.live;
        self.live = live;
    }

    /// Means of the earlier and of the later half, once the decoders are warm.
    fn halves(&self) -> Option<(u64, u64)> {
        let warm = self.after.get(WARM..).filter(|warm| warm.len() >= 6)?;
        let mean = |of: &[u64]| of.iter().sum::<u64>() / of.len() as u64;
        let (earlier, later) = warm.split_at(warm.len() / 2);
        Some((mean(earlier), mean(later)))
    }

    /// What is over its bound, in words.
    pub fn wrong(&self, held: u64) -> Vec<String> {
        let mut wrong = Vec::new();
        if let Some(most) = self.after.iter().max().filter(|most| **most > held * self.decoders) {
            wrong.push(format!("{most} bytes live in {} decoders: over {held} each", self.decoders));
        }
        match self.halves() {
            Some((earlier, later)) if later * 100 > earlier * (100 + GROWTH) => {
                wrong.push(format!(
                    "live bytes grow: {earlier} in the earlier generations, {later} in the later"
                ));
            }
            Some(_) => {}
            None => wrong
                .push("too short to see whether memory is flat: fewer decoders, or more seconds".to_owned()),
        }
        if self.left != 0 {
            wrong.push(format!("{} bytes left when the decoders are gone", self.left));
        }
        wrong
    }

    pub fn add(&mut self, other: &Self) {
        self.decoders += other.decoders;
        self.live += other.live;
        self.peak += other.peak;
        self.left += other.left;
        // Generations of threads are as long as each other only about: the later threads' are counted where there are as many.
        if self.after.is_empty() {
            self.after = vec![0; other.after.len()];
        }
        self.after.truncate(other.after.len());
        self.after.iter_mut().zip(&other.after).for_each(|(sum, bytes)| *sum += bytes);
    }
}

impl fmt::Display for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} generations, live bytes ", self.after.len())?;
        match self.halves() {
            Some((earlier, later)) => write!(f, "{earlier} then {later}")?,
            None => write!(f, "{}", self.live)?,
        }
        let each = self.live.unsigned_abs() / self.decoders.max(1);
        write!(f, " ({each} a decoder), peak {}, left {}", self.peak, self.left)
    }
}
