//! One run of the command, which an interrupt may end: what is folded so far is told all the same.

use std::io;
use std::mem;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::Reader;
use crate::args::Stats;
use crate::report::{Report, Status};

/// What a shell says of a command that an interrupt ended.
const INTERRUPTED: i32 = 130;

/// What reads, and what tells. The lock is held while a piece is decoded and shown, never while bytes are waited for.
pub(crate) struct Session {
    run: Arc<Mutex<Option<Run>>>,
}

pub(crate) struct Run {
    pub(crate) reader: Box<dyn Reader + Send>,
    pub(crate) report: Report,
    pub(crate) stats: Option<Stats>,
    /// An input was begun and not ended.
    pub(crate) in_input: bool,
}

impl Session {
    /// From here on an interrupt ends the input that is being read as if its bytes had ended, and then the command. A second one
    /// ends the command at once.
    pub(crate) fn new(run: Run) -> Self {
        let run = Arc::new(Mutex::new(Some(run)));
        let (shared, mut asked) = (Arc::clone(&run), false);
        let _ = ctrlc::set_handler(move || {
            if mem::replace(&mut asked, true) {
                process::exit(INTERRUPTED);
            }
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                if let Some(run) = take(&shared) {
                    run.interrupt();
                }
                process::exit(INTERRUPTED);
            });
        });
        Self { run }
    }

    /// Waits for ever if an interrupt has taken the run: the process is about to end.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Run) -> T) -> T {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *run {
            Some(run) => act(run),
            None => {
                drop(run);
                wait_for_the_end()
            }
        }
    }

    pub(crate) fn close(self, end: io::Result<()>) -> Status {
        match take(&self.run) {
            Some(run) => run.report.close(end, run.stats),
            None => wait_for_the_end(),
        }
    }
}

fn take(run: &Mutex<Option<Run>>) -> Option<Run> {
    run.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}

impl Run {
    pub(crate) fn begin_input(&mut self, name: String, size: Option<u64>) {
        self.in_input = true;
        self.report.open(name, size);
        self.reader.start(&self.report);
    }

    pub(crate) fn feed(&mut self, piece: &[u8]) -> io::Result<()> {
        self.report.add_piece(piece);
        self.reader.feed(piece, &mut self.report)
    }

    pub(crate) fn end_input(&mut self) -> io::Result<()> {
        self.in_input = false;
        self.reader.end(&mut self.report)?;
        self.report.end_input(self.stats)
    }

    fn interrupt(mut self) {
        let end = if self.in_input { self.end_input() } else { Ok(()) };
        self.report.close(end, self.stats);
    }
}
