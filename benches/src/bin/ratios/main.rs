//! The ratios that the crate promises, all in one run: `ratios [--rounds N] [--events N] [--only TABLE] [--save]`.
//!
//! Every stack first proves its answer; then all take turns, and each ratio is the median over rounds of two times
//! measured in the same round. `--only` measures one table ([`TABLES`]). `--save` writes `results/<date>.json` and `.md`.

mod targets;

use std::{env, hint::black_box, time::Duration};

use deltaic_benches::{
    cut::Cut,
    deltaic_stack::{deltaic, owning, unpredicted},
    gateway::Gateway,
    measure::{Job, Timing, interleaved},
    peers,
    report::{Bound, Report, Row, Time, Unit},
    stack::{Class, Entry},
    workloads::{NATIVE, NATIVE_MIX, named},
};

/// Events of a stream. A processor learns by heart which way the branches of 2,000 events go, run after run, and then all
/// stacks are faster than they ever are on text that comes once: by a quarter on the mix.
const LONG: usize = 20_000;
/// How long one stack's turn lasts at least.
const TURN: Duration = Duration::from_millis(12);
const INPUTS_16K: Cut = Cut::Bytes(16 << 10);
const INPUTS_1460: Cut = Cut::Bytes(1460);

/// A table's name, and what measures it.
type Table = (&'static str, fn(&mut Bench));

const TABLES: [Table; 11] = [
    ("mix", Bench::mix),
    ("openai", Bench::openai),
    ("general", Bench::general_path),
    ("stepfun", Bench::stepfun),
    ("events", Bench::one_event_per_input),
    ("gateway", Bench::gateway),
    ("small", Bench::small_inputs),
    ("hostile", Bench::hostile),
    ("natives", Bench::natives),
    ("owned", Bench::owned),
    ("targets", Bench::targets),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let option = |name: &str| arguments.get(arguments.iter().position(|argument| argument == name)? + 1);
    let rounds = option("--rounds").and_then(|rounds| rounds.parse().ok()).unwrap_or(31);
    let only = option("--only");
    let events = option("--events").and_then(|events| events.parse().ok()).unwrap_or(LONG);
    let mut bench = Bench { report: Report::new(rounds), events };
    for (name, measure) in TABLES {
        if only.is_none_or(|only| only == name) {
            measure(&mut bench);
        }
    }
    println!("{}", bench.report.markdown());
    if arguments.iter().any(|argument| argument == "--save") {
        bench.report.save().expect("benches/results");
    }
}

/// The times of one workload under one cut.
struct Group {
    name: String,
    timings: Vec<(Entry, Timing)>,
}

impl Group {
    fn of(&self, name: &str) -> &Timing {
        let found = self.timings.iter().find(|(entry, _)| entry.name == name);
        &found.unwrap_or_else(|| panic!("{name} was not measured")).1
    }

    /// The fastest of a class, `deltaic` and the usual stack left out.
    fn best(&self, class: Class) -> &(Entry, Timing) {
        let peers =
            self.timings.iter().filter(|(entry, _)| entry.class == class && !entry.name.contains("deltaic"));
        peers.min_by(|a, b| a.1.median().total_cmp(&b.1.median())).expect("a peer that decodes")
    }
}

struct Bench {
    report: Report,
    /// How long the streams are, the interleaved ones left out.
    events: usize,
}

impl Bench {
    fn measure(&mut self, workload: &str, cut: Cut, entries: &[Entry]) -> Group {
        let workload = named(workload, self.events);
        let name = format!("{}, {cut}", workload.name);
        eprintln!("{name}");
        let able: Vec<Entry> = entries
            .iter()
            .copied()
            .filter(|entry| self.is_able(&name, entry, entry.check(&workload, cut)))
            .collect();
        let job = |entry: &Entry| {
            let (tally, workload) = (entry.tally, &workload);
            let run = move || _ = black_box(tally(workload, cut));
            Job { name: entry.name.to_owned(), events: workload.payloads as usize, run: Box::new(run) }
        };
        let jobs: Vec<_> = able.iter().map(job).collect();
        self.take_turns(name, &able, &jobs)
    }

    fn is_able<T>(&mut self, group: &str, entry: &Entry, checked: Result<T, String>) -> bool {
        if let Err(why) = &checked {
            let why = why.lines().next().unwrap_or_default();
            self.report.refusals.push(format!("{group}: {}: {why}", entry.name));
        }
        checked.is_ok()
    }

    fn take_turns(&mut self, name: String, entries: &[Entry], jobs: &[Job<'_>]) -> Group {
        let timings = interleaved(jobs, self.report.rounds, TURN);
        let scan = timings.iter().find(|timing| timing.name == peers::line_scan().name);
        for timing in &timings {
            let (group, stack, nanoseconds) = (name.clone(), timing.name.clone(), timing.median());
            let over_scan = scan.map(|scan| timing.over(scan));
            self.report.times.push(Time { group, stack, nanoseconds, over_scan });
        }
        Group { name, timings: entries.iter().copied().zip(timings).collect() }
    }

    /// How many times faster than `peer`.
    fn faster(&mut self, group: &Group, peer: &Timing, must: f64, strive: f64) {
        self.row(group, &peer.name, Bound::AtLeast, [must, strive], peer.over(group.of("deltaic")));
    }

    /// How many times the time of `floor`.
    fn slower(&mut self, group: &Group, stack: &str, floor: &Timing, must: f64, strive: f64) {
        self.row(group, &floor.name, Bound::AtMost, [must, strive], group.of(stack).over(floor));
    }

    fn row(&mut self, group: &Group, against: &str, bound: Bound, [must, strive]: [f64; 2], measured: f64) {
        let (measure, against) = (group.name.clone(), against.to_owned());
        self.report.rows.push(Row { measure, against, bound, must, strive, measured, unit: Unit::Times });
    }

    /// Text as it really comes: what the README's first table says.
    fn mix(&mut self) {
        let bounds = [
            (INPUTS_16K, [18.0, 25.0], [6.0, 8.0], [3.9, 3.3]),
            (INPUTS_1460, [14.0, 18.0], [5.0, 6.5], [5.3, 4.6]),
        ];
        for (cut, usual, typed, floor) in bounds {
            let mut entries = vec![deltaic(), unpredicted(), peers::tape()];
            entries.extend(peers::decoding());
            entries.extend(peers::cheats());
            entries.extend(peers::floors());
            let group = self.measure("mix", cut, &entries);
            self.faster(&group, group.of(peers::usual().name), usual[0], usual[1]);
            self.faster(&group, &group.best(Class::Typed).1, typed[0], typed[1]);
            self.slower(&group, "deltaic", group.of(peers::line_scan().name), floor[0], floor[1]);
            self.slower(&group, "deltaic", group.of(peers::cheat().name), 1.25, 1.0);
        }
        let mut entries = vec![deltaic(), unpredicted(), peers::tape(), peers::line_scan(), peers::usual()];
        entries.extend(peers::typed());
        for (cut, usual) in [(Cut::Events, [15.0, 22.0]), (Cut::Bytes(64), [8.0, 14.0])] {
            let group = self.measure("mix", cut, &entries);
            self.faster(&group, group.of(peers::usual().name), usual[0], usual[1]);
        }
        let mut entries = vec![deltaic()];
        entries.extend(peers::sonic());
        let group = self.measure("mix", Cut::Bytes(1), &entries);
        self.faster(&group, &group.best(Class::Typed).1, 1.0, 1.5);
        for name in ["escapes", "tool_arguments", "four_choices_mix"] {
            let entries = [deltaic(), peers::line_scan(), peers::value()];
            let group = self.measure(name, INPUTS_16K, &entries);
            self.faster(&group, group.of(peers::value().name), 15.0, 30.0);
        }
    }

    fn openai(&mut self) {
        let bounds = [
            (INPUTS_16K, [18.0, 25.0], [6.0, 8.0], [4.5, 3.0]),
            (INPUTS_1460, [14.0, 18.0], [5.0, 6.5], [5.0, 4.0]),
        ];
        for (cut, usual, typed, floor) in bounds {
            let mut entries = vec![deltaic()];
            entries.extend(peers::decoding());
            entries.extend(peers::floors());
            let group = self.measure("openai_text", cut, &entries);
            self.faster(&group, group.of(peers::usual().name), usual[0], usual[1]);
            self.faster(&group, &group.best(Class::Typed).1, typed[0], typed[1]);
            self.slower(&group, "deltaic", group.of(peers::line_scan().name), floor[0], floor[1]);
        }
    }

    fn general_path(&mut self) {
        for cut in [Cut::Whole, INPUTS_16K, INPUTS_1460, Cut::Events] {
            let mut group = self.measure("openai_text", cut, &[unpredicted(), peers::tape()]);
            group.name = format!("{}, prediction off", group.name);
            self.slower(&group, unpredicted().name, group.of(peers::tape().name), 1.3, 1.0);
        }
    }

    fn stepfun(&mut self) {
        let mut entries = vec![deltaic(), unpredicted(), peers::line_scan()];
        entries.extend(peers::decoding());
        let group = self.measure("stepfun_usage", INPUTS_16K, &entries);
        self.faster(&group, group.of(peers::value().name), 15.0, 30.0);
        self.faster(&group, &group.best(Class::Typed).1, 4.0, 7.0);
        self.slower(&group, "deltaic", group.of(peers::line_scan().name), 6.0, 4.0);
    }

    fn one_event_per_input(&mut self) {
        let mut entries = vec![deltaic(), peers::usual()];
        entries.extend(peers::typed());
        let group = self.measure("openai_text", Cut::Events, &entries);
        self.faster(&group, group.of(peers::usual().name), 15.0, 22.0);
    }

    /// Answers of 32 and of 128 tokens are judged; those of 4 and 16, where learning and making a decoder weigh more, are
    /// shown.
    fn gateway(&mut self) {
        let bounds = [
            ("openai_text", 128, Some([10.0, 20.0])),
            ("mix", 128, Some([10.0, 20.0])),
            ("mix", 32, Some([10.0, 15.0])),
            ("mix", 16, None),
            ("mix", 4, None),
        ];
        for (workload, tokens, bounds) in bounds {
            let mut entries = vec![deltaic(), peers::usual()];
            entries.extend(peers::sonic());
            let group = self.interleaved_streams(workload, tokens, &entries);
            if let Some([must, strive]) = bounds {
                self.faster(&group, group.of(peers::usual().name), must, strive);
            }
        }
    }

    fn interleaved_streams(&mut self, workload: &str, tokens: usize, entries: &[Entry]) -> Group {
        const STREAMS: usize = 10_000;
        let gateway = Gateway::new(workload, STREAMS, tokens);
        let name =
            format!("{workload}, {STREAMS} interleaved streams of {tokens} tokens, one event each in turn");
        eprintln!("{name}");
        let right = |entry: &Entry| {
            let right = (entry.gateway)(&gateway) == gateway.tally;
            right.then_some(()).ok_or_else(|| "wrong answer".to_owned())
        };
        let able: Vec<Entry> =
            entries.iter().copied().filter(|entry| self.is_able(&name, entry, right(entry))).collect();
        let job = |entry: &Entry| {
            let (decode, gateway) = (entry.gateway, &gateway);
            let run = move || _ = black_box(decode(gateway));
            Job { name: entry.name.to_owned(), events: gateway.events(), run: Box::new(run) }
        };
        let jobs: Vec<_> = able.iter().map(job).collect();
        self.take_turns(name, &able, &jobs)
    }

    fn small_inputs(&mut self) {
        let mut entries = vec![deltaic(), peers::usual()];
        entries.extend(peers::sonic());
        let group = self.measure("openai_text", Cut::Bytes(64), &entries);
        self.faster(&group, group.of(peers::usual().name), 8.0, 14.0);
        let mut entries = vec![deltaic()];
        entries.extend(peers::sonic());
        let group = self.measure("openai_text", Cut::Bytes(1), &entries);
        self.faster(&group, &group.best(Class::Typed).1, 1.0, 1.5);
    }

    /// The wires that are not chat, each against the stack of most Rust users of it.
    fn natives(&mut self) {
        for (name, _) in NATIVE.into_iter().chain(NATIVE_MIX) {
            let group = self.measure(name, INPUTS_16K, &[deltaic(), peers::native(name)]);
            if group.timings.len() == 2 {
                self.faster(&group, group.of(peers::native(name).name), 12.0, 18.0);
            }
        }
    }

    /// What it costs that deltas leave the loop.
    fn owned(&mut self) {
        for cut in [INPUTS_16K, INPUTS_1460] {
            let group = self.measure("openai_text", cut, &[deltaic(), owning()]);
            self.slower(&group, owning().name, group.of("deltaic"), 1.15, 1.1);
        }
    }

    fn hostile(&mut self) {
        for workload in ["hostile", "hostile_bait"] {
            let group = self.measure(workload, INPUTS_16K, &[deltaic(), unpredicted()]);
            self.slower(&group, "deltaic", group.of(unpredicted().name), 1.08, 1.04);
        }
    }
}
