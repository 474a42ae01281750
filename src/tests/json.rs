//! JSON: what RFC 8259 demands, what it leaves open, and that three readers agree on what a chunk says.

use std::fs;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::support::{corpus_dir, run_whole};
use crate::parse::{cursor::Scratch, is_strict_json};
use crate::{Options, ReasoningTags, fuzzing};

/// Depth is never more than this.
const DEPTH: usize = 128;

fn accepts(text: &[u8]) -> bool {
    is_strict_json(text, DEPTH, &mut Scratch::default())
}

/// Names, texts and expectations. Bytes that are no UTF-8 never reach the reader: they are the decoder's.
fn cases() -> Vec<(String, Vec<u8>, String)> {
    let cases = fs::read_to_string(corpus_dir().join("json/cases.json")).unwrap();
    let Value::Array(cases) = serde_json::from_str(&cases).unwrap() else { panic!("cases.json is no array") };
    let case = |case: Value| {
        let text = match (case["input"].as_str(), case["input_hex"].as_str()) {
            (Some(text), None) => text.as_bytes().to_vec(),
            (None, Some(hex)) => bytes(hex),
            _ => panic!("{case}"),
        };
        (case["name"].as_str().unwrap().to_owned(), text, case["expect"].as_str().unwrap().to_owned())
    };
    cases.into_iter().map(case).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.split_whitespace().collect();
    let digits = digits.concat();
    (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap()).collect()
}

#[test]
fn the_grammar_case_by_case() {
    let mut wrong = Vec::new();
    for (name, text, expect) in cases().into_iter().filter(|(.., expect)| expect != "implementation") {
        let accepted = std::str::from_utf8(&text).is_ok() && accepts(&text);
        if accepted != (expect == "accept") {
            wrong.push(format!("{name}: {expect}, but {accepted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What RFC 8259 leaves open: the policy that the reader's documentation writes down. Numbers are lexed whatever their
/// size; a lone surrogate is a quirk, which strict reading refuses wherever it stands.
#[test]
fn the_policy_for_what_is_left_open() {
    let open = cases().into_iter().filter(|(.., expect)| expect == "implementation");
    let open: Vec<_> =
        open.map(|(name, text, _)| (std::str::from_utf8(&text).is_ok() && accepts(&text), name)).collect();
    let refused = |name: &str| {
        ["utf8", "bom", "depth-129", "depth-1000", "surrogate"].iter().any(|part| name.contains(part))
    };
    for (accepted, name) in open {
        assert_eq!(accepted, !refused(&name), "{name}");
    }
}

/// Whatever an event's bytes are, strict mode takes it or complains; it never takes what is no JSON.
#[test]
fn strict_events_are_json_or_errors() {
    for (name, text, expect) in cases() {
        if text.iter().any(|byte| matches!(byte, b'\n' | b'\r')) || expect != "reject" {
            continue;
        }
        let stream = [b"data: ", &*text, b"\n\n"].concat();
        let run = run_whole(&Options::strict(), &stream);
        assert!(run.errors().count() == 1 && run.deltas().count() == 0, "{name}: {:?}", run.told);
    }
}

#[test]
fn lone_surrogates_are_refused_by_name() {
    let refused = crate::ErrorKind::QuirkOff(crate::Quirk::LoneSurrogate);
    for (name, text, _) in cases()
        .into_iter()
        .filter(|(name, ..)| name.contains("surrogate-") && !name.contains("utf8") && !name.contains("key"))
    {
        let Ok(text) = String::from_utf8(text) else { continue };
        let Some(string) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else { continue };
        let stream =
            format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{string}}}}}]}}\n\n");
        let strict = run_whole(&Options::strict(), stream.as_bytes());
        let paired = serde_json::from_str::<Value>(string).is_ok();
        assert_eq!(
            strict.errors().any(|error| error.kind() == refused),
            !paired,
            "{name}: {:?}",
            strict.told
        );
        let lenient = run_whole(&Options::new(), stream.as_bytes());
        assert!(lenient.errors().count() == 0 && lenient.deltas().count() > 0, "{name}");
    }
}

#[test]
fn depth_is_counted_alike_everywhere() {
    let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    assert!(accepts(nested(128).as_bytes()) && !accepts(nested(129).as_bytes()));
    for depth in [1, 2, 7, 128] {
        let value = |depth: usize| is_strict_json(nested(depth).as_bytes(), 7, &mut Scratch::default());
        assert_eq!(value(depth), depth <= 7);
        fuzzing::json(nested(depth).as_bytes());
        fuzzing::json(format!("{{\"choices\":[{{\"delta\":{{\"x\":{}}}}}]}}", nested(depth)).as_bytes());
    }
}

#[test]
fn numbers_say_what_they_say() {
    let usage = |number: &str| {
        let stream = format!(
            "data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":{number},\"completion_tokens\":1}}}}\n\n"
        );
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!(run.errors().count(), 0, "{number} costs the chunk");
        run.completion().usage.unwrap().input
    };
    let many = "9".repeat(4000);
    for (number, expected) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", None),
        (&*many, None),
        ("-1", None),
        ("2.0", Some(2)),
        ("2e2", Some(200)),
        ("2.5", None),
        ("1e999999999", None),
        ("1e-999999999", Some(0)),
        ("NaN", None),
        ("-Infinity", None),
        ("\"31\"", Some(31)),
        ("\"many\"", None),
        ("null", None),
        ("true", None),
        ("{}", None),
        ("[]", None),
    ] {
        assert_eq!(usage(number), expected, "{}", &number[..number.len().min(30)]);
    }
}

/// The wire's names, and some that are nobody's.
fn name() -> impl Strategy<Value = String> {
    let names = vec![
        "id",
        "object",
        "created",
        "model",
        "choices",
        "usage",
        "error",
        "index",
        "delta",
        "message",
        "content",
        "role",
        "refusal",
        "reasoning",
        "reasoning_content",
        "reasoning_details",
        "thinking",
        "tool_calls",
        "function_call",
        "function",
        "name",
        "arguments",
        "finish_reason",
        "type",
        "text",
        "prompt_tokens",
        "completion_tokens",
        "prompt_tokens_details",
        "cached_tokens",
        "x_groq",
        "code",
        "detail",
        "logprobs",
        "annotations",
        "x",
        "",
        "content\u{e9}",
        "con\"tent",
    ];
    prop::sample::select(names).prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..5u32).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::sample::select(vec![0.5, 2.0, -1.0, 1e30, 1.5e300]).prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "a",
            "assistant",
            "tool",
            "stop",
            "null",
            "3",
            "text",
            "\u{1F600}é\n\"\\\0",
            "<think>",
            "error"
        ])
        .prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..6)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Like a chunk: the right names in the right places, mostly, with anything beside and inside.
fn chunk() -> impl Strategy<Value = Value> {
    let members = || prop::collection::vec((name(), value()), 0..3);
    let delta =
        (members(), prop::option::of("[a-zé\"\\\\\n]{0,8}"), value()).prop_map(|(extra, content, calls)| {
            let mut delta: Map<_, _> = extra.into_iter().collect();
            delta.extend(content.map(|content| ("content".to_owned(), json!(content))));
            delta.insert("tool_calls".to_owned(), json!([{"index": 0, "function": calls}]));
            Value::from(delta)
        });
    let choice = (members(), delta, 0..3u32).prop_map(|(extra, delta, index)| {
        let mut choice: Map<_, _> = extra.into_iter().collect();
        choice.extend([("delta".to_owned(), delta), ("index".to_owned(), json!(index))]);
        Value::from(choice)
    });
    (members(), prop::collection::vec(choice, 0..3), value()).prop_map(|(extra, choices, usage)| {
        let mut chunk: Map<_, _> = extra.into_iter().collect();
        chunk.extend([("choices".to_owned(), json!(choices)), ("usage".to_owned(), usage)]);
        Value::from(chunk)
    })
}

/// The same JSON, written otherwise: spaces, and escapes where none are needed.
fn written(value: &Value, style: u8) -> String {
    let compact = value.to_string();
    match style % 3 {
        0 => compact,
        1 => serde_json::to_string_pretty(value).unwrap(),
        _ => compact.chars().map(|c| if c.is_ascii() { c.to_string() } else { escaped(c) }).collect(),
    }
}

fn escaped(c: char) -> String {
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// What the contents of a plain chunk are, by serde_json.
fn contents(chunk: &Value, index: u64) -> String {
    let choices = chunk["choices"].as_array().into_iter().flatten();
    let mine = choices.filter(|choice| choice["index"].as_u64() == Some(index));
    mine.filter_map(|choice| choice["delta"]["content"].as_str()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reader_tape_and_serde_agree_on_chunks(chunk in chunk(), style: u8) {
        fuzzing::json(written(&chunk, style).as_bytes());
    }

    #[test]
    fn reader_tape_and_serde_agree_on_anything(value in value(), style: u8, cut in 0..200usize) {
        let text = written(&value, style);
        fuzzing::json(text.as_bytes());
        // And on what is cut off.
        let end = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        fuzzing::json(&text.as_bytes()[..end]);
    }

    #[test]
    fn whatever_serde_takes_the_reader_takes(text in "[\\[\\]{}:,\"0-9eE+.truefalsn \\\\-]{0,14}") {
        let serde = serde_json::from_str::<Value>(&text).is_ok();
        // Numbers that overflow a double are JSON all the same.
        prop_assert!(accepts(text.as_bytes()) || !serde, "{text:?}");
        if accepts(text.as_bytes()) && !text.contains(['e', 'E']) {
            prop_assert!(serde, "{text:?}");
        }
    }

    #[test]
    fn content_is_what_serde_says(texts in prop::collection::vec((0..3u64, ".{0,10}"), 1..5), style: u8) {
        let choices: Vec<_> = texts.iter().map(|(index, text)| json!({"index": index, "delta": {"content": text}})).collect();
        let chunk = json!({"id": "c", "choices": choices});
        let stream = format!("data: {}\n\n", written(&chunk, style & 2));
        let completion = run_whole(&Options::new().reasoning_tags(ReasoningTags::Off), stream.as_bytes()).completion();
        for index in 0..3u64 {
            let told = completion.choices.get(&(index as u32)).map(|choice| choice.text.clone()).unwrap_or_default();
            prop_assert_eq!(told, contents(&chunk, index));
        }
    }
}

/// An array of documents that say nothing: whether it is unknown must not depend on what is ignored in them.
#[test]
fn an_array_of_documents_that_say_nothing() {
    for text in [r#"[{"choices":null,"role":""}]"#, "[]", r#"[{"choices":[],"a":1},2]"#] {
        fuzzing::json(text.as_bytes());
    }
}

/// Eight digits at once are the digits one by one, whatever they are and whatever follows.
#[test]
fn long_integers_are_plain_integers() {
    let digits = [
        "1754000000",
        "12345678",
        "99999999999999999999",
        "1234567x",
        "0123456789",
        "00000000",
        "1234567/",
        "1234567:",
    ];
    let mut texts: Vec<String> = digits.iter().map(|digits| (*digits).to_owned()).collect();
    texts.extend((0..22).map(|length| "9081726354".repeat(3)[..length].to_owned()));
    texts.extend((0u8..128).map(|byte| format!("123{}5678", char::from(byte))));
    for text in texts {
        for text in
            [text.clone(), format!("{text},"), format!("{text}.5"), format!("{text}e3"), format!("-{text}")]
        {
            let (long, plain) = (
                crate::lex::plain_integer_fast_if_long(text.as_bytes(), 0),
                crate::lex::plain_integer(text.as_bytes(), 0),
            );
            assert_eq!(long, plain, "{text:?}");
        }
    }
}

/// Puts `odd` before the elements of the array of ordinal `at`, in the order in which a walk meets them; returns how many there are.
fn put_into_array(value: &mut serde_json::Value, at: usize, odd: &serde_json::Value) -> usize {
    use serde_json::Value;
    let mut seen = 0;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(elements) => {
                if seen == at {
                    elements.insert(0, odd.clone());
                }
                seen += 1;
                open.extend(elements);
            }
            Value::Object(members) => open.extend(members.values_mut()),
            _ => {}
        }
    }
    seen
}

/// A wire's lists hold objects: where anything else stands in one, the tape, which knows no places, must say so.
#[test]
fn reader_and_tape_agree_on_lists_with_anything_in_them() {
    let odd = ["6", "\"six\"", "{}", "[]", "true", "null", "[[6]]", "{\"six\":6}"];
    let odd = odd.map(|json| serde_json::from_str::<serde_json::Value>(json).unwrap());
    let mut tried = 0;
    for stream in super::support::corpus() {
        for line in String::from_utf8_lossy(&stream.bytes).lines() {
            let json = line.strip_prefix("data:").unwrap_or(line);
            let Ok(document) = serde_json::from_str::<serde_json::Value>(json) else { continue };
            let arrays = put_into_array(&mut document.clone(), usize::MAX, &odd[0]);
            for (at, odd) in (0..arrays.min(12)).flat_map(|at| odd.iter().map(move |odd| (at, odd))) {
                let mut changed = document.clone();
                put_into_array(&mut changed, at, odd);
                fuzzing::json(changed.to_string().as_bytes());
                tried += 1;
            }
        }
    }
    assert!(tried > 10_000, "{tried}");
}
