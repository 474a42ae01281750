//! Arguments that come value by value: what is told, one after another, is the JSON that they were taken from.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::normalize::partial_args::{WrittenPieces, pieces_for_test};

/// A path, a piece of text if that is what it sets, and JSON text.
type Step = (String, Option<String>, String);

/// The values of `value` in the order of its text, each with its path; texts in pieces of at most `piece` characters.
fn steps(path: &str, value: &Value, piece: usize, out: &mut Vec<Step>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                steps(&format!("{path}{}", named(name)), value, piece, out);
            }
        }
        Value::Array(elements) => {
            for (at, value) in elements.iter().enumerate() {
                steps(&format!("{path}[{at}]"), value, piece, out);
            }
        }
        Value::String(text) => {
            let characters: Vec<char> = text.chars().collect();
            let pieces = characters.chunks(piece).map(|piece| piece.iter().collect::<String>());
            out.extend(pieces.map(|piece| (path.to_owned(), Some(piece), String::new())));
            if text.is_empty() {
                out.push((path.to_owned(), Some(String::new()), String::new()));
            }
        }
        other => out.push((path.to_owned(), None, other.to_string())),
    }
}

fn named(name: &str) -> String {
    if !name.is_empty() && name.chars().all(char::is_alphanumeric) {
        return format!(".{name}");
    }
    let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("['{quoted}']")
}

/// Values without empty objects and lists: paths cannot say those.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
            prop::collection::vec((".{0,3}", inner), 1..4)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    prop::collection::vec(("[ab.\\[\\]'\"\\\\é]{0,3}", value()), 1..5)
        .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>()))
}

proptest! {
    #[test]
    fn what_is_told_is_the_json(object in object(), piece in 1usize..5) {
        let mut values = Vec::new();
        steps("$", &object, piece, &mut values);
        let WrittenPieces { pieces, refused } = pieces_for_test(&values, 128);
        prop_assert_eq!(refused, 0);
        prop_assert_eq!(serde_json::from_str::<Value>(&pieces.concat()).unwrap(), object);
    }

    #[test]
    fn whatever_the_paths_what_is_told_is_json(
        values in prop::collection::vec(("\\$?(\\.[ab]|\\[[0-3]\\]|\\['[ab]'\\]|[.\\[\\]*]){0,4}", any::<bool>()), 0..12),
    ) {
        let values: Vec<Step> = values
            .into_iter()
            .map(|(path, is_text)| (path, is_text.then(|| "x\"".to_owned()), "7".to_owned()))
            .collect();
        let WrittenPieces { pieces, refused } = pieces_for_test(&values, 4);
        let whole = pieces.concat();
        prop_assert_eq!(whole.is_empty(), refused == values.len());
        prop_assert!(whole.is_empty() || serde_json::from_str::<Value>(&whole).is_ok(), "{}", whole);
    }
}

/// Numbers at these paths: what is told, and how many are refused.
fn at(paths: &[&str], depth: usize) -> (String, usize) {
    let values: Vec<Step> = paths.iter().map(|path| ((*path).to_owned(), None, "1".to_owned())).collect();
    let WrittenPieces { pieces, refused } = pieces_for_test(&values, depth);
    (pieces.concat(), refused)
}

#[test]
fn a43_hostile_paths_are_refused_and_nothing_is_filled_in() {
    for path in [
        "",
        "$",
        "a",
        ".a",
        "$a",
        "$.",
        "$..a",
        "$.*",
        "$[*]",
        "$[0]",
        "$.a[1]",
        "$.a[-1]",
        "$.a[00]",
        "$.a[+0]",
        "$.a[18446744073709551616]",
        "$.a[18446744073709551615]",
        "$.a[0",
        "$.a]",
        "$.a['b",
        "$.a['b'",
        "$['\\u0041']",
        "$.a[0:1]",
        "$.a[?(@.b)]",
        "$.a[]",
        "$.a b]c",
    ] {
        assert_eq!(at(&[path], 128), (String::new(), 1), "{path}");
    }
    let long = format!("$.{}", "a".repeat(1 << 10));
    assert_eq!(at(&[&long], 128), (String::new(), 1));
}

#[test]
fn the_depth_is_asked_at_its_limit() {
    assert_eq!(at(&["$.a.b"], 3), (r#"{"a":{"b":1}}"#.into(), 0));
    assert_eq!(at(&["$.a.b.c"], 3), (r#"{"a":{"b":{"c":1}}}"#.into(), 0));
    assert_eq!(at(&["$.a.b.c.d"], 3), (String::new(), 1));
}

#[test]
fn what_is_told_is_not_told_again() {
    let cases: &[(&[&str], &str, usize)] = &[
        (&["$.a", "$.a"], r#"{"a":1}"#, 1),
        (&["$.a", "$.b", "$.a"], r#"{"a":1,"b":1}"#, 1),
        (&["$.a.b", "$.a"], r#"{"a":{"b":1}}"#, 1),
        (&["$.a", "$.a.b"], r#"{"a":1}"#, 1),
        (&["$.a.b", "$.b"], r#"{"a":{"b":1},"b":1}"#, 0),
        (&["$.a.b", "$.c", "$.a.d"], r#"{"a":{"b":1},"c":1}"#, 1),
        (&["$.a.b", "$.c.b"], r#"{"a":{"b":1},"c":{"b":1}}"#, 0),
        (&["$.a[0]", "$.a[1]", "$.a[0]", "$.a[3]", "$.a[2]"], r#"{"a":[1,1,1]}"#, 2),
        (&["$.a[0].b", "$.a[0].c", "$.a[1].b"], r#"{"a":[{"b":1,"c":1},{"b":1}]}"#, 0),
        (&["$.a[0]", "$.a.b"], r#"{"a":[1]}"#, 1),
        (&["$.a[0][0]", "$.a[0][1]", "$.a[1][0]"], r#"{"a":[[1,1],[1]]}"#, 0),
    ];
    for (paths, told, refused) in cases {
        assert_eq!(at(paths, 128), ((*told).to_owned(), *refused), "{paths:?}");
    }
}

#[test]
fn text_goes_on_until_another_path() {
    let text = |path: &str, text: &str| (path.to_owned(), Some(text.to_owned()), String::new());
    let values = [text("$.a", "x"), text("$['a']", "\n\u{1}"), text("$.b", ""), text("$.b", "y")];
    let WrittenPieces { pieces, refused } = pieces_for_test(&values, 128);
    assert_eq!(refused, 0);
    assert_eq!(pieces, [r#"{"a":"x"#, r"\n\u0001", r#"","b":""#, "y", r#""}"#]);
    assert_eq!(
        serde_json::from_str::<Value>(&pieces.concat()).unwrap(),
        json!({ "a": "x\n\u{1}", "b": "y" })
    );
}
