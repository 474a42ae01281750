//! The README's commands print what it says they print, and it names every option.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::Command;

use super::deltaic;

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// Each command of the README's `console` blocks, with what it says that follows.
fn examples(readme: &str) -> Vec<(String, String)> {
    let mut examples: Vec<(String, String)> = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            match (line.strip_prefix("$ "), examples.last_mut()) {
                (Some(command), _) => examples.push((command.to_owned(), String::new())),
                (None, Some((_, output))) => *output += &format!("{line}\n"),
                (None, None) => panic!("no command before {line:?}"),
            }
        }
    }
    examples
}

#[cfg(unix)]
#[test]
fn its_commands_print_what_it_says() {
    let binary = Path::new(env!("CARGO_BIN_EXE_deltaic")).parent().unwrap();
    let path = env::var_os("PATH").unwrap();
    let path = env::join_paths([binary.to_owned()].into_iter().chain(env::split_paths(&path))).unwrap();
    let examples = examples(&readme());
    assert!(examples.len() >= 5, "{}", examples.len());
    for (command, expected) in examples {
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("PATH", &path)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{command}");
    }
}

/// The long options that a text names: in its help each stands at the start of a line, in the README in its table.
fn options<'l>(lines: impl Iterator<Item = &'l str>) -> BTreeSet<String> {
    let long = |line: &str| {
        let name = line.split("--").nth(1)?;
        Some(name.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()?.to_owned())
    };
    lines.filter_map(long).collect()
}

#[test]
fn its_table_names_every_option() {
    let help = deltaic(&["--help"], "").out;
    let of_help = options(help.lines().filter(|line| line.trim_start().starts_with('-')));
    let readme = readme();
    let of_readme = options(readme.lines().filter(|line| line.starts_with("| `-")));
    let known = ["help", "version"].map(str::to_owned).into();
    assert_eq!(of_readme, of_help.difference(&known).cloned().collect());
}
