//! The table of SECURITY.md: each row of the catalogue of attacks, and the tests and exact counts that hold it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::tests::support::files;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Row by row: its number, and the names between backticks in its last column.
fn table() -> Vec<(usize, Vec<String>)> {
    let security = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let row = |line: &str| {
        let number = line.strip_prefix("| A")?.split(' ').next()?.parse().ok()?;
        let held = line.trim_end_matches(" |").rsplit(" | ").next()?;
        Some((number, held.split('`').skip(1).step_by(2).map(str::to_owned).collect()))
    };
    security.lines().filter_map(row).collect()
}

/// Whether `room::test` is a test of `src/tests/room.rs`, and `counts name` a count; of those that double an attack, one
/// that doubles this one.
fn is_there(number: usize, name: &str) -> bool {
    let read = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
    if let Some(count) = name.strip_prefix("counts ") {
        let doubles = || read(root().join("benches/src/attacks.rs")).contains(&format!("\"A{number} "));
        return read(root().join("benches/src/bin/counts.rs")).contains(&format!("wanted(\"{count}\")"))
            && (count != "doubling" || doubles());
    }
    let Some((file, test)) = name.rsplit_once("::") else { return false };
    read(root().join(format!("src/tests/{}.rs", file.replace("::", "/")))).contains(&format!("fn {test}("))
}

/// The numbers that a test's name begins with: `a01_a02_…`.
fn numbers(name: &str) -> impl Iterator<Item = usize> {
    name.split('_').map_while(|word| word.strip_prefix('a').filter(|digits| digits.len() == 2)?.parse().ok())
}

#[test]
fn every_row_is_held_by_a_test_that_exists() {
    let table = table();
    let rows: Vec<_> = table.iter().map(|(number, _)| *number).collect();
    assert_eq!(rows, (1..=46).collect::<Vec<_>>(), "the rows of SECURITY.md");
    let mut wrong = Vec::new();
    for (number, held) in &table {
        wrong.extend(
            held.iter().filter(|name| !is_there(*number, name)).map(|name| format!("A{number}: no {name}")),
        );
        // A test of its own name; but what only counts can show is held by counts.
        let own = |name: &String| numbers(name.rsplit("::").next().unwrap()).any(|own| own == *number);
        if !held.iter().any(|name| own(name) || name.starts_with("counts ")) {
            wrong.push(format!("A{number} has no test of its name"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_test_that_is_named_after_a_row_is_in_the_table() {
    let listed: BTreeSet<(usize, String)> = table()
        .into_iter()
        .flat_map(|(number, held)| held.into_iter().map(move |name| (number, name)))
        .map(|(number, name)| (number, name.rsplit("::").next().unwrap_or_default().to_owned()))
        .collect();
    let mut missing = Vec::new();
    for path in files(&root().join("src/tests")) {
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix("fn a")) {
            let name = format!("a{}", line.split('(').next().unwrap_or_default());
            missing.extend(
                numbers(&name)
                    .filter(|number| !listed.contains(&(*number, name.clone())))
                    .map(|number| format!("A{number}: {name}")),
            );
        }
    }
    assert!(missing.is_empty(), "SECURITY.md does not name\n{}", missing.join("\n"));
}
