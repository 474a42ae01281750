//! The chapter of wires, held to the list of wires: it cannot fall behind.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::support::{corpus, run_whole};
use crate::{Delta, Wire};

const CHAPTER: &str = include_str!("../docs/wires.md");

/// How many tables have a row for each wire.
const TABLES: usize = 3;

/// The rows of a wire, each as its cells.
fn rows(wire: Wire) -> Vec<Vec<&'static str>> {
    let begins = format!("| `{wire}` |");
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect();
    CHAPTER.lines().filter(|line| line.starts_with(&begins)).map(cells).collect()
}

#[test]
fn every_wire_has_its_rows_in_the_order_in_which_wires_are_asked() {
    for &wire in Wire::ALL {
        let rows = rows(wire);
        assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [5, 4, 3], "the rows of {wire}");
        assert!(rows.iter().flatten().all(|cell| !cell.is_empty()), "{rows:?}");
    }
    let first_words = CHAPTER.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: Vec<Wire> = first_words.filter_map(|word| word.parse().ok()).collect();
    for (table, rows) in listed.chunks(Wire::ALL.len()).enumerate() {
        assert_eq!(rows, Wire::ALL, "table {table}");
    }
    assert_eq!(listed.len(), TABLES * Wire::ALL.len());
}

/// Whether a wire's file is only a place for it yet.
fn is_unwritten(wire: Wire) -> bool {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/parse/wire/{wire}.rs"));
    fs::read_to_string(file).is_ok_and(|text| text.starts_with("//! TODO"))
}

#[test]
fn every_wire_is_spoken_in_the_folder_that_its_row_names() {
    let spoken: BTreeSet<(String, String)> = corpus()
        .iter()
        .filter_map(|stream| {
            let wire = run_whole(&stream.options(), &stream.bytes).ending.wire()?;
            Some((wire.to_string(), stream.name.split('/').next()?.to_owned()))
        })
        .collect();
    for &wire in Wire::ALL.iter().filter(|wire| !is_unwritten(**wire)) {
        let folder = rows(wire)[0][4].trim_matches('`').to_owned();
        let folders: Vec<_> = spoken.iter().filter(|(word, _)| *word == wire.as_str()).collect();
        assert!(spoken.contains(&(wire.to_string(), folder)), "{wire} is spoken in {folders:?}");
    }
}

/// The bytes, with an error as another member of the object that is the line `at`, if that is one.
fn with_error_in_line(bytes: &[u8], at: usize) -> Option<Vec<u8>> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let line = lines.get(at)?;
    let object = line.strip_prefix(b"data:").unwrap_or(line).trim_ascii();
    if !object.starts_with(b"{") || serde_json::from_slice::<serde_json::Value>(object).is_err() {
        return None;
    }
    let end = line.iter().rposition(|byte| *byte == b'}')?;
    let changed = [&line[..end], br#","error":{"message":"out of tune"}"#, &line[end..]].concat();
    lines[at] = &changed;
    Some(lines.concat())
}

/// What streams of the corpus say where an error is put beside what an event says. Left out are streams with errors, with text
/// that only looks like events, with events that are passed on whole, and where that they are done is the finish; and first
/// lines, which settle on a wire: some are recognized by having no other member.
#[test]
fn an_error_beside_what_an_event_says_is_told_and_takes_nothing_from_it() {
    const OTHERWISE: [&str; 5] = ["hosted", "data-parts", "steps", "input-error", "no-reason"];
    let mut wires = BTreeSet::new();
    for stream in corpus().iter().filter(|stream| OTHERWISE.iter().all(|word| !stream.name.contains(word))) {
        let whole = run_whole(&stream.options(), &stream.bytes);
        let ending = &whole.ending;
        let is_plain = ending.errors() == 0 && ending.peer_errors() == 0 && ending.unknown_events() == 0;
        let is_native = |wire: &Wire| !matches!(wire, Wire::Chat | Wire::Replicate) && is_plain;
        let Some(wire) = whole.ending.wire().filter(is_native) else { continue };
        let said: Vec<_> = whole.deltas().collect();
        for at in 2..60 {
            let Some(changed) = with_error_in_line(&stream.bytes, at) else { continue };
            let run = run_whole(&stream.options(), &changed);
            let is_it = |delta: &Delta<'_>| matches!(delta, Delta::PeerError { message: "out of tune", .. });
            let (errors, others): (Vec<_>, Vec<_>) = run.deltas().partition(is_it);
            assert_eq!((errors.len(), &others), (1, &said), "{} line {at}", stream.name);
            wires.insert(wire.to_string());
        }
    }
    assert!(wires.len() > 16, "{wires:?}");
}
