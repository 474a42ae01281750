//! The laws of the house, read from its own source: who knows whom, what a file says of itself, how long it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::support::files;

/// Who may import whom.
const TABLE: &[(&str, &[&str])] = &[
    ("lex", &[]),
    ("words", &[]),
    ("delta", &["words"]),
    ("record", &["delta", "error"]),
    ("error", &["dialect", "words"]),
    ("options", &["dialect", "words"]),
    ("dialect", &["delta", "record", "words"]),
    ("keep", &[]),
    ("carry", &["keep"]),
    ("frame", &["dialect", "error", "keep", "lex", "options", "record"]),
    ("feeder", &["carry", "frame"]),
    ("shape", &["lex", "record"]),
    ("parse", &["delta", "dialect", "error", "keep", "lex", "options", "record"]),
    ("normalize", &["delta", "dialect", "error", "keep", "lex", "options", "record"]),
    ("completion", &["delta", "parse"]),
    ("encode", &["decoder", "delta", "dialect", "error", "lex", "options", "parse"]),
    ("partial", &["lex"]),
    ("fused", &["decoder", "delta", "error"]),
    ("stream_error", &["error"]),
    ("tap", &["decoder", "delta", "error", "fused"]),
    ("read", &["decoder", "delta", "error", "fused", "stream_error"]),
    ("stream", &["decoder", "delta", "error", "fused", "stream_error"]),
    ("codec", &["decoder", "delta", "error", "stream_error"]),
    ("http_body", &["decoder", "tap"]),
    ("eventstream", &["carry", "error", "frame", "options"]),
    ("sse", &["dialect", "error", "feeder", "frame", "keep", "options", "record"]),
];

/// Who may know everyone: the door, and the bodies of the fuzz targets.
const DOORS: &[&str] = &["decoder", "docs", "fuzzing"];

/// The longest file.
const LINES: usize = 425; // "about 400"

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The library's source, tests and command apart: each file's path below `src/`, its room, and its text.
fn sources() -> Vec<(String, String, String)> {
    let source = |path: PathBuf| {
        let name = path.strip_prefix(src()).unwrap().to_str().unwrap().replace('\\', "/");
        let room = name.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let is_source = name.ends_with(".rs") && !["tests", "bin", "lib"].contains(&&*room);
        is_source.then(|| (name, room, fs::read_to_string(path).unwrap()))
    };
    files(&src()).into_iter().filter_map(source).collect()
}

/// The lines that are code.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .filter(|line| !line.trim().is_empty())
}

/// The rooms that a file names: `crate::room`, or `room` in `use crate::{…}`.
fn named(text: &str) -> BTreeSet<String> {
    let code = code(text).collect::<Vec<_>>().join(" ");
    let mut rooms = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let group = after.strip_prefix('{').map(|group| group.split(';').next().unwrap_or(group));
        let paths = group.map_or(vec![after], |group| group.split(", ").collect());
        for path in paths {
            let name =
                path.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            if name.starts_with(char::is_lowercase) {
                rooms.insert(name.to_owned());
            }
        }
    }
    rooms
}

#[test]
fn imports_go_only_left_to_right() {
    let mut wrong = Vec::new();
    for (name, room, text) in sources() {
        if DOORS.contains(&&*room) {
            continue;
        }
        let Some((_, may)) = TABLE.iter().find(|(known, _)| *known == room) else {
            wrong.push(format!("{name}: the room {room} is not in the table"));
            continue;
        };
        let strange = named(&text).into_iter().filter(|other| *other != room && !may.contains(&&**other));
        wrong.extend(strange.map(|other| format!("{name}: {room} must not know {other}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_room_names_the_crates_surface() {
    let past = |(_, room, text): &(String, String, String)| {
        !DOORS.contains(&&**room) && code(text).any(names_a_type)
    };
    let wrong: Vec<_> = sources().into_iter().filter(past).map(|(name, ..)| name).collect();
    assert!(wrong.is_empty(), "these import through lib.rs, past the table: {wrong:?}");
}

/// `crate::Type`: from where, the table cannot see.
fn names_a_type(line: &str) -> bool {
    line.split("crate::").skip(1).any(|after| after.starts_with(char::is_uppercase))
}

#[test]
fn every_file_says_what_it_knows() {
    let mut wrong = Vec::new();
    for (name, _, text) in sources() {
        let opening: Vec<_> = text.lines().map_while(|line| line.strip_prefix("//!")).collect();
        let opening = opening.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        for word in ["Knows:", "Must not know:"] {
            if !opening.contains(word) {
                wrong.push(format!("{name} does not say {word:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_it_should_be() {
    let long = |(name, _, text): &(String, String, String)| {
        let lines = text.lines().count();
        (lines > LINES).then(|| format!("{name}: {lines} lines"))
    };
    let wrong: Vec<_> = sources().iter().filter_map(long).collect();
    assert!(wrong.is_empty(), "over {LINES} lines:\n{}", wrong.join("\n"));
}

#[test]
fn nothing_is_unsafe() {
    for (name, _, text) in sources() {
        let unsafe_code = code(&text)
            .any(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe"));
        assert!(!unsafe_code, "{name}");
    }
    let manifest = fs::read_to_string(src().join("../Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

/// No provider is known by name: services are folders of the corpus.
#[test]
fn no_code_knows_a_service() {
    const SERVICES: &[&str] =
        &["openrouter", "groq", "azure", "anthropic", "perplexity", "deepseek", "mistral", "vllm"];
    for (name, _, text) in sources() {
        // The register names its witnesses, and one wire its box of metadata; neither is asked who sends.
        if name == "dialect/quirk.rs" {
            continue;
        }
        let code = code(&text).collect::<String>().to_lowercase().replace("x_groq", "");
        let known: Vec<_> = SERVICES.iter().filter(|service| code.contains(**service)).collect();
        assert!(known.is_empty(), "{name} knows {known:?}");
    }
}

/// What holds bytes of the stream derives no `Debug`; what is output, and made to be printed, may.
#[test]
fn what_holds_the_stream_derives_no_debug() {
    const HOLDS: &[&str] = &["String", "Vec<u8>", "Box<str>", "[u8; HOLD]"];
    let mut wrong = Vec::new();
    for (name, room, text) in sources() {
        if ["completion", "delta", "fuzzing", "sse", "frame", "carry"].contains(&&*room) {
            continue;
        }
        for item in text.split("#[derive(").skip(1) {
            let (derived, rest) = item.split_once(')').unwrap_or_default();
            let body = rest.split("\n}").next().unwrap_or_default();
            let fields = code(body).filter(|line| line.starts_with("    ") && line.contains(": "));
            let held: Vec<_> = fields.filter(|line| HOLDS.iter().any(|type_| line.contains(type_))).collect();
            if derived.contains("Debug")
                && rest.trim_start_matches(']').contains("struct")
                && !held.is_empty()
            {
                wrong.push(format!("{name}: {held:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An example is read at a glance.
#[test]
fn examples_are_short() {
    let dir = src().join("../examples");
    // The gateway answers over several wires.
    let examples =
        [("client.rs", 60), ("gateway.rs", 120), ("proxy.rs", 60), ("reader.rs", 60), ("replay.rs", 60)];
    for (example, bound) in examples {
        let lines = fs::read_to_string(dir.join(example)).unwrap().lines().count();
        assert!(lines < bound, "{example}: {lines} lines");
    }
}

/// CONTRIBUTING names files and folders: each is there.
#[test]
fn contributing_names_what_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let paths = text.split('`').skip(1).step_by(2).filter(|word| {
        ["src/", "corpus/", "benches/", "fuzz/", ".ci/"].iter().any(|dir| word.starts_with(dir))
            && !word.contains('<')
    });
    let missing: Vec<_> = paths.filter(|path| !root.join(path).exists()).collect();
    assert!(missing.is_empty(), "CONTRIBUTING names what there is not: {missing:?}");
}
