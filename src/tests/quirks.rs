//! The register's laws: each quirk has a witness, is seen in the corpus, can be switched off, and is in the table of
//! the documentation.

use std::fs;
use std::path::Path;

use super::support::{blesses, corpus, facts, names, replace, run_whole, stream};
use crate::{ArgumentsMode, Delta, Options, Quirk, Quirks};

#[test]
fn every_quirk_has_a_witness_that_shows_it() {
    for &quirk in Quirk::ALL {
        let witness = stream(quirk.witness());
        let seen = run_whole(&witness.options(), &witness.bytes).seen;
        assert!(
            seen.contains(quirk),
            "corpus/{} does not show {}, but {}",
            witness.name,
            quirk.as_str(),
            names(seen)
        );
    }
}

#[test]
fn the_corpus_shows_the_whole_register() {
    let seen = corpus()
        .iter()
        .fold(Quirks::NONE, |seen, stream| seen.union(run_whole(&stream.options(), &stream.bytes).seen));
    let unseen = Quirk::ALL
        .iter()
        .filter(|quirk| !seen.contains(**quirk))
        .fold(Quirks::NONE, |set, quirk| set.with(*quirk));
    assert!(unseen.is_empty(), "no stream shows {}", names(unseen));
}

#[test]
fn switching_a_quirk_off_changes_its_witness() {
    let mut unchanged = Vec::new();
    for &quirk in Quirk::ALL {
        let witness = stream(quirk.witness());
        let on = witness.options();
        // What the golden's options ask for by name wins over the set of quirks.
        let off = match quirk {
            Quirk::Repaired => on.repair(false),
            Quirk::RepeatedArguments => on.arguments(ArgumentsMode::AsSent),
            _ => on.quirks(on.allowed().without(quirk)),
        };
        let [on, off] = [on, off].map(|options| run_whole(&options, &witness.bytes));
        assert!(!off.seen.contains(quirk), "{} was seen though it is off", quirk.as_str());
        if on.told == off.told && facts(&on.ending) == facts(&off.ending) {
            unchanged.push(format!("{} (corpus/{})", quirk.as_str(), witness.name));
        }
    }
    assert!(unchanged.is_empty(), "switched off, these change nothing:\n{}", unchanged.join("\n"));
}

#[test]
fn names_are_the_variants_in_snake_case() {
    for &quirk in Quirk::ALL {
        let snake = format!("{quirk:?}").chars().fold(String::new(), |name, c| match c {
            c if c.is_uppercase() && !name.is_empty() => name + "_" + &c.to_lowercase().to_string(),
            c => name + &c.to_lowercase().to_string(),
        });
        assert_eq!(quirk.as_str(), snake);
    }
}

/// The table of the documentation.
fn table() -> String {
    let mut table = String::from(
        "<!-- Written from the register in src/dialect/quirk.rs by `DELTAIC_BLESS=1 cargo test quirks`. -->\n\n\
         | Quirk | Class | What the wire does | The rule that serves it | Why that is safe | Witness |\n\
         |---|---|---|---|---|---|\n",
    );
    for &quirk in Quirk::ALL {
        let class = quirk.class().as_str();
        let witness = format!("`corpus/{}`", quirk.witness());
        let name = format!("`{}`", quirk.as_str());
        let cells = [&*name, class, quirk.wire(), quirk.rule(), quirk.safety(), &witness];
        table += &format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    table
}

#[test]
fn the_table_of_the_documentation_is_the_register() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/quirks.md");
    if blesses() {
        return replace(&path, &table());
    }
    assert!(fs::read_to_string(path).unwrap() == table(), "src/quirks.md is not the register: bless it");
}

/// Whatever member has it, read or passed once or by several wires: in every stream, the first object of its first event.
#[test]
fn a_quirk_of_json_is_seen_in_a_member_that_nobody_reads() {
    let lone = |body: &str| (Quirk::LoneSurrogate, format!("{body}\\ude00"));
    let control = |body: &str| (Quirk::RawControl, format!("{body}\u{1}"));
    for stream in corpus() {
        let Some(at) = memchr::memmem::find(&stream.bytes, b"data: {\"") else { continue };
        // By their names the data of these is words, whatever it looks like.
        let name = stream.bytes.get(..at).unwrap_or_default();
        let is_of_words = |word| memchr::memmem::find(name, word).is_some();
        if is_of_words(b"event: error") || is_of_words(b"event: output") {
            continue;
        }
        for length in [0, 40] {
            for (quirk, odd) in [lone(&"x".repeat(length)), control(&"x".repeat(length))] {
                for member in
                    [format!("\"odd\":\"{odd}\","), format!("\"odd\":[{{\"odd\":\"{odd}\"}},\"{odd}\"],")]
                {
                    let (before, after) = stream.bytes.split_at(at + b"data: {".len());
                    let bytes = [before, member.as_bytes(), after].concat();
                    let off = run_whole(&stream.options().prediction(false), &bytes);
                    let on = run_whole(&stream.options(), &bytes);
                    assert_eq!(on, off, "{}: {member}", stream.name);
                    let allowed = stream.options().allowed().contains(quirk);
                    assert_eq!(off.seen.contains(quirk), allowed, "{}: {member}", stream.name);
                }
            }
        }
    }
}

/// By the reader and, of a large document, by the tape; the second event by its shape or not.
#[test]
fn a_number_that_is_text_is_told_as_it_is_written() {
    for number in
        ["7", "0.050", "-0", "1e2", "1E+02", "18446744073709551616", "0.1000000000000000055511151231257827"]
    {
        for padding in [0, 20 << 10] {
            let padding = " ".repeat(padding);
            let event = format!(
                "data: {{{padding}\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{number}}}}}]}}\n\n"
            );
            let run = run_whole(&Options::new(), event.repeat(3).as_bytes());
            let texts: Vec<_> = run.deltas().filter(|delta| matches!(delta, Delta::Text { .. })).collect();
            assert_eq!(texts, vec![Delta::Text { choice: 0, text: number }; 3]);
            assert!(run.seen.contains(Quirk::TextNumber));
        }
    }
}
