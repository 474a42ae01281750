//! The chapter of wires, held to the list of wires: it cannot fall behind.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::support::{corpus, run_whole};
use crate::Wire;

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
