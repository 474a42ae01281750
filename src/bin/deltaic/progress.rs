//! A bar for files that take longer than a second.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const PATIENCE: Duration = Duration::from_secs(1);
const LINE: &str = "{percent:>3}% {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}";

/// Shown from [`PATIENCE`] on, gone when dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    since: Instant,
}

impl Progress {
    /// Without a size it is never shown.
    pub(crate) fn new(size: Option<u64>) -> Self {
        let bar = match size {
            Some(size) => ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::hidden()),
            None => ProgressBar::hidden(),
        };
        Self { bar, since: Instant::now() }
    }

    pub(crate) fn advance(&self, bytes: u64) {
        if self.bar.length().is_none() {
            return;
        }
        self.bar.inc(bytes);
        // A file that is read already is not waited for.
        let is_waited_for = self.bar.length() > Some(self.bar.position());
        if is_waited_for && self.bar.is_hidden() && self.since.elapsed() > PATIENCE {
            if let Ok(style) = ProgressStyle::with_template(LINE) {
                self.bar.set_style(style);
            }
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Runs what writes to the terminal with the bar out of the way.
    pub(crate) fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
