//! The targets for speed, one table, anchors and all: times of this run, exact counts of `counted` and `allocated`, which
//! are built beside this binary.

use super::*;
use deltaic_benches::exact;

/// Whether `deltaic` keeps to a figure that is exact.
type Exact = (String, [f64; 2], f64);

impl Bench {
    pub(super) fn targets(&mut self) {
        let whole = self.beside_all_anchors(INPUTS_16K, [660.0, 550.0], [3.9, 3.3]);
        self.beside_all_anchors(INPUTS_1460, [850.0, 750.0], [5.3, 4.6]);
        self.slower(&whole, "deltaic", whole.of(peers::cheat().name), 1.25, 1.0);
        self.beside_plain("escapes", [1.6, 1.3]);
        self.beside_plain("four_choices", [1.2, 1.1]);
        let stepfun = self.measure("stepfun_usage", INPUTS_16K, &[deltaic(), peers::line_scan()]);
        self.slower(&stepfun, "deltaic", stepfun.of(peers::line_scan().name), 4.9, 4.2);
        self.native_bytes();
        self.general(whole);
        self.starts();
        let gateway = self.interleaved_streams("mix", 32, &[deltaic(), peers::usual()]);
        self.faster(&gateway, gateway.of(peers::usual().name), 10.0, 15.0);
        self.instructions("mix", Cut::Bytes(1), [36_000.0, 25_000.0]);
        self.idle("openai_text", [2_560.0, 2_048.0]);
        self.idle("four_choices", [4_096.0, 2_560.0]);
    }

    /// The mix beside every anchor. All of them must have given the right answer.
    fn beside_all_anchors(&mut self, cut: Cut, instructions: [f64; 2], [must, strive]: [f64; 2]) -> Group {
        let mut entries = peers::anchors();
        entries.extend([deltaic(), unpredicted()]);
        let group = self.measure("mix", cut, &entries);
        entries.iter().for_each(|entry| _ = group.of(entry.name));
        self.instructions("mix", cut, instructions);
        self.slower(&group, "deltaic", group.of(peers::line_scan().name), must, strive);
        group
    }

    /// Another workload beside plain text: instructions, and the time in the same rounds.
    fn beside_plain(&mut self, workload: &'static str, bounds: [f64; 2]) {
        let plain = "openai_text";
        let [ours, theirs] =
            [workload, plain].map(|name| exact::steady(name, INPUTS_16K, deltaic().name) as f64);
        self.exact(
            (format!("{workload}, {INPUTS_16K}: instructions"), bounds, ours / theirs),
            plain,
            Unit::Times,
        );
        eprintln!("{workload} beside {plain}, {INPUTS_16K}");
        let workloads = [workload, plain].map(|name| named(name, self.events));
        for workload in &workloads {
            deltaic().check(workload, INPUTS_16K).expect("the right answer");
        }
        let jobs = workloads.each_ref().map(|workload| Job {
            name: workload.name.to_owned(),
            events: workload.payloads as usize,
            run: Box::new(move || _ = black_box((deltaic().tally)(workload, INPUTS_16K))),
        });
        let timings = interleaved(&jobs, self.report.rounds, TURN);
        let over = timings[0].over(&timings[1]);
        self.exact((format!("{workload}, {INPUTS_16K}: time"), bounds, over), plain, Unit::Times);
    }

    fn native_bytes(&mut self) {
        let plain = exact::per_byte("openai_text", INPUTS_16K);
        for (name, _) in NATIVE.into_iter().filter(|(name, _)| *name != "converse_text") {
            let each = exact::per_byte(name, INPUTS_16K);
            let measure = format!("{name}, {INPUTS_16K}: instructions per byte");
            self.exact((measure, [1.15, 1.0], each / plain), "openai_text", Unit::Times);
        }
    }

    /// The mix as it was measured beside all anchors.
    fn general(&mut self, mut group: Group) {
        group.name += ", prediction off";
        let tape = peers::tape().name;
        self.slower(&group, unpredicted().name, group.of(tape), 1.1, 0.9);
        let mut plain = self.measure("openai_text", INPUTS_16K, &[unpredicted(), peers::tape()]);
        plain.name += ", prediction off";
        self.slower(&plain, unpredicted().name, plain.of(tape), 1.1, 0.9);
    }

    fn starts(&mut self) {
        let instructions = exact::start("mix", 4) as f64;
        let allocations = exact::start_allocations("mix", 4) as f64;
        let start = |what: &str| format!("mix, start of a stream (4 events): {what}");
        self.exact((start("instructions"), [18_000.0, 14_000.0], instructions), "–", Unit::Count);
        self.exact((start("allocations"), [6.0, 4.0], allocations), "–", Unit::Count);
    }

    fn instructions(&mut self, workload: &str, cut: Cut, bounds: [f64; 2]) {
        let count = exact::steady(workload, cut, deltaic().name) as f64;
        self.exact((format!("{workload}, {cut}: instructions per event"), bounds, count), "–", Unit::Count);
    }

    /// As it is at 16 KiB, and at the worst cut.
    fn idle(&mut self, workload: &str, bounds: [f64; 2]) {
        let cuts = Cut::ALL.into_iter().filter(|cut| *cut != Cut::Whole);
        let most = cuts.map(|cut| exact::idle_bytes(workload, cut)).max().unwrap_or_default() as f64;
        let usual = exact::idle_bytes(workload, INPUTS_16K) as f64;
        let idle = |cut: &str| format!("idle decoder, {workload}, {cut}: bytes");
        self.exact((idle("16KiB"), bounds, usual), "–", Unit::Count);
        self.exact((idle("any cut"), bounds, most), "–", Unit::Count);
    }

    fn exact(&mut self, (measure, [must, strive], measured): Exact, against: &str, unit: Unit) {
        let (against, bound) = (against.to_owned(), Bound::AtMost);
        self.report.rows.push(Row { measure, against, bound, must, strive, measured, unit });
    }
}
