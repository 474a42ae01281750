//! Exact counts: `counts [allocations] [heap] [instructions] [natives] [doubling] [pairs] [--bless]`; without a name, all of them.
//!
//! Prints a table each and exits with 1 past the committed budget. `--bless` writes the instructions just counted,
//! and three percent, as the new budget; `--bless-missing` only where there is none.

use std::{env, process::ExitCode};

use deltaic_benches::{
    attacks,
    budget::{Bless, Budget, Start},
    cut::Cut,
    deltaic_stack::{deltaic, unpredicted},
    exact::{counted, per_byte, start, start_allocations, steady},
    heap::{self, Counting},
    valgrind::{in_parallel, instructions_of_each},
    workloads::{self, EVENTS},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Errors may allocate; a line that outgrows every buffer must, and so must cumulative events, each longer than all before
/// (the buffers double).
const MAY_ALLOCATE: [&str; 3] = ["malformed_tenth", "long_line", "cumulative"];

/// Streams of several shapes take more than one of a single shape: each shape is some 600 bytes (its event, and
/// the records that it made, whole), and here are four.
const MAY_OUTGROW: [(&str, u64); 3] =
    [("parallel_tool_calls", 6144), ("four_choices", 5888), ("four_choices_mix", 5920)];

/// Its last events alone take more than an idle decoder may.
const UNBOUNDED: &str = "cumulative";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let bless = match (has("--bless"), has("--bless-missing")) {
        (true, _) => Bless::All,
        (false, true) => Bless::Missing,
        (false, false) => Bless::Nothing,
    };
    let named: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|argument| *argument == name);
    let mut budget = Budget::load().unwrap_or_else(|_| Budget::new());
    let mut past = 0;
    if wanted("allocations") {
        past += allocations();
    }
    if wanted("heap") {
        past += heap(&budget);
    }
    if wanted("instructions") {
        past += per_event(&mut budget, bless);
        past += general_path(&mut budget, bless);
        past += starts(&mut budget, bless);
    }
    if wanted("natives") {
        past += natives();
    }
    if wanted("doubling") {
        past += doubling(&budget);
    }
    if wanted("doubling") || wanted("pairs") {
        past += pairs(&budget);
    }
    if bless != Bless::Nothing {
        budget.save().expect("budget.json");
    }
    println!("\n{past} counts past the budget");
    ExitCode::from(u8::from(past > 0))
}

/// The table's head: one column for each cut.
fn head(title: &str) {
    let cuts: Vec<_> = Cut::ALL.iter().map(ToString::to_string).collect();
    println!("\n| {title} | {} |\n|---|{}", cuts.join(" | "), "---|".repeat(cuts.len()));
}

/// One row; figures past the budget are bold.
fn row(name: &str, figures: &[(String, bool)]) -> usize {
    let cells: Vec<_> = figures
        .iter()
        .map(|(figure, within)| if *within { figure.clone() } else { format!("**{figure}**") })
        .collect();
    println!("| {name} | {} |", cells.join(" | "));
    figures.iter().filter(|(_, within)| !within).count()
}

fn allocations() -> usize {
    head("allocations per event in steady state");
    let table = workloads::ALL.iter().map(|(name, make)| {
        let workload = make(7, EVENTS);
        let figures = Cut::ALL.map(|cut| {
            heap::allocations_per_event(&workload, cut).map_or(("wrong answer".to_owned(), false), |count| {
                (format!("{count:.3}"), count == 0.0 || MAY_ALLOCATE.contains(name))
            })
        });
        row(name, &figures)
    });
    table.sum()
}

fn heap(budget: &Budget) -> usize {
    head("heap and size of one idle decoder, bytes");
    let table = workloads::ALL.iter().filter(|(name, _)| *name != "long_line").map(|(name, make)| {
        let workload = make(7, EVENTS);
        let figures = Cut::ALL.map(|cut| match cut {
            Cut::Whole => ("–".to_owned(), true),
            _ => {
                let bytes = heap::idle_bytes(&workload, cut);
                let listed = MAY_OUTGROW.iter().find(|(known, _)| known == name);
                let allowed = listed.map_or(budget.idle_bytes, |(_, bytes)| *bytes);
                (bytes.to_string(), bytes <= allowed || *name == UNBOUNDED)
            }
        });
        row(name, &figures)
    });
    table.sum()
}

fn per_event(budget: &mut Budget, bless: Bless) -> usize {
    head("instructions per event in steady state");
    let every = workloads::ALL.iter().chain(&workloads::NATIVE).chain(&workloads::NATIVE_MIX);
    let names: Vec<_> = every.map(|(name, _)| *name).filter(|name| *name != "long_line").collect();
    let counted = in_parallel(&names, |name| Cut::ALL.map(|cut| steady(name, cut, deltaic().name)));
    let rows = names.iter().zip(counted).map(|(name, counts)| budgeted(budget, bless, name, counts));
    rows.sum()
}

/// One row, a count for each cut.
fn budgeted(budget: &mut Budget, bless: Bless, name: &str, counts: [u64; Cut::ALL.len()]) -> usize {
    let mut figures = Vec::new();
    for (cut, count) in Cut::ALL.iter().map(ToString::to_string).zip(counts) {
        budget.allow(bless, name, &cut, count);
        let allowed = budget.allowed(name, &cut).is_some_and(|allowed| count <= allowed);
        figures.push((count.to_string(), allowed));
    }
    row(name, &figures)
}

/// What first events, misses and bursts pay: the same without prediction.
fn general_path(budget: &mut Budget, bless: Bless) -> usize {
    const NAMES: [&str; 6] =
        ["mix", "openai_text", "tool_arguments", "messages_mix", "responses_mix", "generate_content_mix"];
    head("instructions per event, prediction off");
    let counted = in_parallel(&NAMES, |name| Cut::ALL.map(|cut| steady(name, cut, unpredicted().name)));
    let rows = NAMES
        .iter()
        .zip(counted)
        .map(|(name, counts)| budgeted(budget, bless, &format!("{name}, prediction off"), counts));
    rows.sum()
}

/// From the making of a decoder to the last delta of the first events, each an input of its own.
fn starts(budget: &mut Budget, bless: Bless) -> usize {
    const NAMES: [&str; 5] = ["mix", "openai_text", "messages_mix", "responses_mix", "generate_content_mix"];
    const EVENTS: [usize; 4] = [4, 16, 32, 128];
    println!(
        "\n| start of a stream: instructions · allocations | {} |",
        EVENTS.map(|events| format!("{events} events")).join(" | ")
    );
    println!("|---|{}", "---|".repeat(EVENTS.len()));
    let counted = in_parallel(&NAMES, |name| {
        EVENTS.map(|events| Start {
            instructions: start(name, events),
            allocations: start_allocations(name, events),
        })
    });
    let rows = NAMES.iter().zip(counted).map(|(name, starts)| {
        let figures = EVENTS.iter().zip(starts).map(|(&events, start)| {
            budget.allow_start(bless, name, events, start);
            let within = budget.allowed_start(name, events).is_some_and(|allowed| start.is_within(allowed));
            (format!("{} · {}", start.instructions, start.allocations), within)
        });
        row(name, &figures.collect::<Vec<_>>())
    });
    rows.sum()
}

/// How many times the instructions for each byte of OpenAI's text an event of plain text may take on any other textual wire.
const NATIVE: f64 = 1.25;

/// Events of text on the wires that are not chat. Converse is shown and not judged: its framing is binary, and the
/// checksums alone cost a fourth of its instructions.
fn natives() -> usize {
    println!(
        "\n| text | inputs | answer | allocations per event | instructions per byte | of the same on OpenAI's wire |"
    );
    println!("|---|---|---|---|---|---|");
    let mut past = 0;
    for cut in [Cut::Whole, Cut::Bytes(16 << 10)] {
        let chat = ["openai_text", "mix"].map(|name| per_byte(name, cut));
        for (name, make) in workloads::NATIVE.iter().chain(&workloads::NATIVE_MIX) {
            let openai = chat[usize::from(name.ends_with("_mix"))];
            let workload = make(7, EVENTS);
            let answer = deltaic().check(&workload, cut).map_or_else(|why| why, |_| "right".to_owned());
            let allocations = heap::allocations_per_event(&workload, cut);
            let allocated = allocations.map_or_else(|| "–".to_owned(), |count| format!("{count:.3}"));
            let (each, judged) = (per_byte(name, cut), *name != "converse_text");
            let within =
                answer == "right" && (!judged || each / openai <= NATIVE && allocations == Some(0.0));
            let bold = if within { "" } else { "**" };
            println!(
                "| {name} | {cut} | {answer} | {allocated} | {each:.3} | {bold}{:.2}{bold} |",
                each / openai
            );
            past += usize::from(!within);
        }
    }
    past
}

fn doubling(budget: &Budget) -> usize {
    head("instructions when the input doubles, 64 KiB to 1 MiB");
    let names: Vec<_> = attacks::names().collect();
    let counted = in_parallel(&names, |name| Cut::ALL.map(|cut| growth(name, cut)));
    let rows = names
        .iter()
        .zip(counted)
        .map(|(name, grown)| row(name, &grown.map(|times| (format!("{times:.2}"), times <= budget.doubled))));
    rows.sum()
}

/// How much each doubling from 64 KiB to 1 MiB multiplies the instructions. Over all four of them, because a single step
/// counts whether a buffer happened to move in it; a tenth of quadratic work at 1 MiB still shows. What is quadratic at
/// the first step already is not waited for.
fn growth(name: &str, cut: Cut) -> f64 {
    let at = |size| counted("attack", name, cut, size, deltaic().name) as f64;
    let small = at(1 << 16);
    let first = at(1 << 17) / small;
    if first > 2.5 { first } else { (at(1 << 20) / small).powf(0.25) }
}

/// Sizes of an event of a pair, in bytes: within what simd-json's tape takes, where that is on.
const PAIR: [usize; 2] = [24 << 10, 48 << 10];

/// Every event in which one key is repeated beside records that survive. Printed are the pairs past the budget, and how
/// many there are: they are many. Only whole inputs, because an event is parsed when all of it is there.
fn pairs(budget: &Budget) -> usize {
    const AT_ONCE: usize = 100;
    let names = attacks::pair_names();
    let from: Vec<usize> = (0..names.len()).step_by(AT_ONCE).collect();
    let counted = in_parallel(&from, |from| {
        let arguments = [*from, from + AT_ONCE, PAIR[0], PAIR[1]].map(|number| number.to_string());
        let [from, to, small, large] = &arguments;
        instructions_of_each(&["pairs", from, to, small, large]).expect("callgrind")
    });
    let counted: Vec<u64> = counted.concat();
    assert_eq!(counted.len(), 2 * names.len(), "two counts a pair");
    println!("\n| a key repeated beside records that survive, when both double | times |\n|---|---|");
    let grown = counted.chunks(2).map(|pair| pair[1] as f64 / pair[0] as f64);
    let (mut past, mut most) = (0, 0.0_f64);
    for (name, times) in names.iter().zip(grown) {
        match times <= budget.doubled {
            true => most = most.max(times),
            false => past += row(name, &[(format!("{times:.2}"), false)]),
        }
    }
    println!("| {} others, at most | {most:.2} |", names.len() - past);
    past
}
