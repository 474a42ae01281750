//! What stands in the tree of dependencies that a user compiles, every feature on: the lists of `deny.toml`, held with
//! nothing but cargo. `cargo deny check bans licenses sources` holds the same, where it is installed.

use std::fs;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The strings of the list `key` in `deny.toml`.
fn list(key: &str) -> Vec<String> {
    let text = read("deny.toml");
    let (_, list) = text.split_once(&format!("\n{key} = [")).unwrap_or_else(|| panic!("no {key}"));
    let (list, _) = list.split_once(']').unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Name and licence of each crate of the tree; where a crate is not of the registry, cargo says where it is from.
fn tree() -> Vec<(String, String, bool)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let args = [
        "tree",
        "--locked",
        "--all-features",
        "--edges",
        "no-dev",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}",
    ];
    let output = Command::new(cargo).args(args).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line = |line: &str| {
        let (package, licence) = line.trim_end_matches(" (*)").split_once('|').unwrap();
        let name = package.split(' ').next().unwrap().to_owned();
        let is_elsewhere = package.contains('(') && !package.ends_with("(proc-macro)");
        (name, licence.to_owned(), is_elsewhere)
    };
    String::from_utf8(output.stdout).unwrap().lines().filter(|line| !line.is_empty()).map(line).collect()
}

/// Whether one of the licences that an expression offers is allowed, and each that it demands. `/` is the old `OR`.
fn allows(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    let is_allowed =
        |licence: &str| allowed.iter().any(|allowed| *allowed == licence.trim_matches(['(', ')', ' ']));
    // Nothing nests deeper than an offer inside a demand: `(A OR B) AND C`. An offer of demands, `A AND B OR C`, is
    // refused unless each part is allowed, which is stricter than it need be.
    expression.split(" AND ").all(|demand| demand.split(" OR ").any(is_allowed))
}

#[test]
fn licences_are_read() {
    let allowed = ["MIT", "Zlib"].map(str::to_owned);
    for (expression, expected) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0 OR MIT", true),
        ("(MIT OR GPL-3.0) AND Zlib", true),
        ("MIT AND GPL-3.0", false),
        ("GPL-3.0", false),
        ("MIT WITH some-exception", false),
        ("", false),
    ] {
        assert_eq!(allows(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn the_tree_is_what_deny_toml_allows() {
    let (licences, banned, tree) = (list("allow"), list("deny"), tree());
    assert!(tree.len() > 12 && banned.len() > 5, "{} crates", tree.len());
    let mut wrong = Vec::new();
    for (name, licence, is_elsewhere) in &tree {
        if !allows(licence, &licences) {
            wrong.push(format!("{name}: {licence:?} is no licence of the list"));
        }
        if banned.contains(name) {
            wrong.push(format!("{name} is banned"));
        }
        if *is_elsewhere && name != "deltaic" {
            wrong.push(format!("{name} is not of the registry"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_is_the_registry() {
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let lock = read("Cargo.lock");
    let mut sources = lock.lines().filter_map(|line| line.strip_prefix("source = ")).peekable();
    assert!(sources.peek().is_some());
    assert_eq!(sources.find(|source| source.trim_matches('"') != registry), None);
    assert!(!read("Cargo.toml").contains("\"*\""), "any version of a dependency is none");
}
