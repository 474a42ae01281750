//! One decoder, and the stream that it is in the middle of.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    iter,
};

use deltaic::{Decoder, Delta, Ending, Error, Limits, Options, Quirks};

use crate::support::{Seeded, Stream, corpus, drain, tell};

/// A stream of the corpus, and what it tells a new decoder whole.
pub struct Case {
    name: String,
    bytes: Vec<u8>,
    options: Options,
    whole: Told,
}

pub fn cases() -> Vec<Case> {
    let case = |stream: Stream| {
        let (options, mut print) = (stream.options(), Print::default());
        let mut decoder = Decoder::with_options(options);
        tell(&mut decoder, [&*stream.bytes], drain, &mut |said| print.note(&said));
        Case { whole: print.told(&decoder), name: stream.name, bytes: stream.bytes, options }
    };
    corpus().into_iter().map(case).collect()
}

/// All that decoding told, in short.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    print: u64,
    count: u64,
    ending: Ending,
    seen: Quirks,
}

/// A hash of what was told so far. Equal deltas have equal prints; others have another but once in 2^64.
#[derive(Default)]
struct Print {
    hasher: DefaultHasher,
    count: u64,
    is_fatal: bool,
}

impl Print {
    fn note(&mut self, said: &Result<Delta<'_>, Error>) {
        said.hash(&mut self.hasher);
        self.count += 1;
        self.is_fatal = said.as_ref().is_err_and(Error::is_fatal);
    }

    fn told(&self, decoder: &Decoder) -> Told {
        let (ending, seen) = (decoder.ending(), decoder.quirks_seen());
        Told { print: self.hasher.finish(), count: self.count, ending, seen }
    }
}

/// The longest input.
const LONGEST: usize = 16 << 10;

/// A stream comes in about twice as many inputs at most: were a few of them a hundred times as long as the others, the
/// decoders would come to be in the middle of those, generation after generation, and hold more for it.
const INPUTS: usize = 1000;

/// What is done to a stream on its way.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// A bit of the input turns.
    Flip,
    /// The input is lost.
    Drop,
    /// It comes twice.
    Duplicate,
    /// The rest is lost, and the connection closed.
    Truncate,
    /// The host turns away: `reset` without `finish`.
    Abandon,
}

const FAULTS: [Fault; 5] = [Fault::Flip, Fault::Drop, Fault::Duplicate, Fault::Truncate, Fault::Abandon];

/// What happened, counted.
pub struct Tally {
    streams: u64,
    clean: u64,
    bytes: u64,
    inputs: u64,
    told: u64,
    /// In the order of [`FAULTS`].
    faults: [u64; FAULTS.len()],
    pub wrong: Vec<String>,
    /// Where an input is damaged. Made once, so it is none of what decoders hold.
    scratch: Vec<u8>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            streams: 0,
            clean: 0,
            bytes: 0,
            inputs: 0,
            told: 0,
            faults: [0; FAULTS.len()],
            wrong: Vec::new(),
            scratch: Vec::with_capacity(LONGEST),
        }
    }
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.streams += other.streams;
        self.clean += other.clean;
        self.bytes += other.bytes;
        self.inputs += other.inputs;
        self.told += other.told;
        self.faults.iter_mut().zip(other.faults).for_each(|(sum, count)| *sum += count);
        self.wrong.extend_from_slice(&other.wrong);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.faults.iter().sum::<u64>();
        write!(f, "{} streams ({} clean, each exact), {} bytes", self.streams, self.clean, self.bytes)?;
        write!(f, " in {} inputs, {} deltas and errors, {faults} faults (", self.inputs, self.told)?;
        for (at, (fault, count)) in FAULTS.iter().zip(self.faults).enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{} {count}", format!("{fault:?}").to_lowercase())?;
        }
        f.write_str(")")
    }
}

pub struct Lane {
    decoder: Decoder,
    options: Options,
    /// The number that this stream, its cuts and its faults are a function of.
    run: u64,
    seed: Seeded,
    case: usize,
    at: usize,
    longest: usize,
    /// Where the next fault is; none in a clean stream.
    fault: Option<usize>,
    print: Print,
}

impl Lane {
    pub fn new(cases: &[Case], run: u64) -> Self {
        let mut lane = Self {
            decoder: Decoder::new(),
            options: Options::new(),
            run,
            seed: Seeded(run),
            case: 0,
            at: 0,
            longest: 0,
            fault: None,
            print: Print::default(),
        };
        lane.begin(cases, run);
        lane
    }

    /// Another stream, by this number.
    fn begin(&mut self, cases: &[Case], run: u64) {
        let mut seed = Seeded(run);
        self.case = seed.below(cases.len());
        let case = &cases[self.case];
        let longest: [usize; 8] = [1, 7, 20, 40, 80, 200, 1460, LONGEST];
        self.longest = longest[seed.below(8)].max(case.bytes.len() / INPUTS);
        self.fault = (seed.below(3) > 0).then(|| seed.below(case.bytes.len() + 1));
        let mut options = case.options;
        if self.fault.is_some() && seed.below(4) == 0 {
            let limits = Limits::new().with_event_bytes(1 + seed.below(2000)).with_facts(1 + seed.below(20));
            options = options.limits(limits.with_choices(1 + seed.below(3))).fatal_limits(seed.below(2) == 0);
        }
        if options == self.options && seed.below(8) > 0 {
            self.decoder.reset();
        } else {
            self.decoder = Decoder::with_options(options);
        }
        (self.options, self.run, self.at, self.print) = (options, run, 0, Print::default());
        self.seed = seed;
    }

    /// Takes the next input; whether the stream ended with it, and another was begun.
    pub fn turn(&mut self, cases: &[Case], tally: &mut Tally) -> bool {
        let case = &cases[self.case];
        let abandoned = self.input(&case.bytes, tally) == Some(Fault::Abandon);
        if self.at < case.bytes.len() && !self.print.is_fatal && !abandoned {
            return false;
        }
        if !abandoned && !self.print.is_fatal {
            let _ = self.decoder.finish();
            self.drain(&[]);
        }
        tally.streams += 1;
        tally.told += self.print.count;
        if self.fault.is_none() {
            tally.clean += 1;
            self.compare(case, tally);
        }
        // Each delta has its bytes; a few come with the end, for each choice.
        if self.print.count > 64 + 8 * case.bytes.len() as u64 {
            tally.wrong.push(format!("{}: --replay {}: tells {}", case.name, self.run, self.print.count));
        }
        let next = self.seed.next();
        self.begin(cases, next);
        true
    }

    fn compare(&self, case: &Case, tally: &mut Tally) {
        let told = self.print.told(&self.decoder);
        if told != case.whole {
            let Self { run, longest, .. } = self;
            let whole = &case.whole;
            tally.wrong.push(format!(
                "{}: --replay {run}: in pieces of up to {longest} it tells\n{told:?}\nnot\n{whole:?}",
                case.name
            ));
        }
    }

    /// One input of the stream, damaged if a fault is due in it: which.
    fn input(&mut self, stream: &[u8], tally: &mut Tally) -> Option<Fault> {
        let rest = &stream[self.at..];
        let piece = &rest[..self.seed.below(self.longest + 1).min(rest.len())];
        self.at += piece.len();
        tally.inputs += 1;
        tally.bytes += piece.len() as u64;
        let fault = self.fault.filter(|at| *at < self.at).map(|_| FAULTS[self.seed.below(FAULTS.len())]);
        let Some(fault) = fault else {
            self.drain(piece);
            return None;
        };
        tally.faults[fault as usize] += 1;
        self.fault = Some(self.at + self.seed.below(stream.len()));
        match fault {
            Fault::Flip => {
                let (at, bit) = (self.seed.below(piece.len()), 1 << self.seed.below(8));
                let mut scratch = std::mem::take(&mut tally.scratch);
                scratch.clear();
                scratch.extend_from_slice(piece);
                scratch.get_mut(at).into_iter().for_each(|byte| *byte ^= bit);
                self.drain(&scratch);
                tally.scratch = scratch;
            }
            Fault::Drop => {}
            Fault::Duplicate => {
                tally.bytes += piece.len() as u64;
                iter::repeat_n(piece, 2).for_each(|piece| self.drain(piece));
            }
            Fault::Truncate => {
                self.drain(piece);
                self.at = stream.len();
            }
            Fault::Abandon => self.drain(piece),
        }
        Some(fault)
    }

    fn drain(&mut self, input: &[u8]) {
        if self.print.is_fatal {
            return;
        }
        let Self { decoder, print, .. } = self;
        drain(decoder, input, &mut |said| print.note(&said));
    }

    /// The stream alone, to its end: what it is, and what it told.
    pub fn replay(mut self, cases: &[Case]) -> String {
        let (mut tally, case) = (Tally::default(), &cases[self.case]);
        let cut = format!("corpus/{}, in pieces of up to {}", case.name, self.longest);
        while !self.turn(cases, &mut tally) {}
        let wrong = if tally.wrong.is_empty() { "nothing wrong".to_owned() } else { tally.wrong.join("\n") };
        format!("{cut}: {tally}; {wrong}")
    }
}
