//! What must hold of all that is shown: no control reaches a terminal but layout. The body of the fuzz target `cli_text`,
//! which compiles this file, and what it uses, by their paths.

use std::fmt::Write as _;

use deltaic::{Decoder, Delta};

use crate::args::Only;
use crate::json;
use crate::text::{Look, Text};

/// What the command writes around reasoning.
const DIM: [&str; 2] = ["\u{1b}[2m", "\u{1b}[0m"];

/// Where text may stand in a chunk.
const PLACES: &[&str] = &[
    r#""choices":[{"index":0,"delta":{"content":"$"}}]"#,
    r#""choices":[{"index":0,"delta":{"reasoning_content":"$"}}]"#,
    r#""choices":[{"index":0,"delta":{"refusal":"$"}}]"#,
    r#""choices":[{"index":1,"delta":{"content":"$","role":"$"}}]"#,
    r#""choices":[{"index":1,"delta":{"reasoning":"$"}}]"#,
    r#""choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"$","function":{"name":"$","arguments":"$"}}]}}]"#,
    r#""choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"$"}}]}}]"#,
    r#""choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"name":"$","arguments":{"$":["$"]}}}]}}]"#,
    r#""choices":[{"index":0,"delta":{"annotations":[{"$":"$"}]}}]"#,
    r#""choices":[{"index":0,"delta":{"audio":{"id":"$","transcript":"$"}}}]"#,
    r#""choices":[{"index":0,"delta":{},"finish_reason":"$"}]"#,
    r#""error":{"message":"$","code":"$","type":"$"}"#,
    r#""id":"$","model":"$","choices":[]"#,
    r#""strange":"$""#,
];

/// Nothing that `data` makes the command show, as text or as JSON, is a control.
pub(crate) fn cli_text(data: &[u8]) {
    let (first, rest) = data.split_first().unwrap_or((&0, &[]));
    let only = [None, None, Some(Only::Answer), Some(Only::Reasoning)];
    let only = only.get(usize::from(first % 4)).copied().flatten();
    // A campaign asks one of them.
    if cfg!(test) || first & 8 == 0 {
        shown(data, only, first & 4 > 0);
    }
    if cfg!(test) || first & 8 > 0 {
        shown(spoken(rest).as_bytes(), only, first & 4 > 0);
    }
}

/// A stream that says `data` in places that it chooses: of each twelve bytes the first says where and how.
fn spoken(data: &[u8]) -> String {
    let mut stream = String::new();
    for piece in data.chunks(12) {
        let (place, bytes) = piece.split_first().unwrap_or((&0, &[]));
        let how = place / 16;
        let text: String = match how % 4 {
            // Every control there is, in one byte.
            0 | 1 => bytes.iter().copied().map(char::from).collect(),
            2 => bytes.iter().filter_map(|byte| char::from_u32(0x2000 | u32::from(*byte))).collect(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        };
        let place = PLACES.get(usize::from(place % 16)).copied().unwrap_or(PLACES[0]);
        let _ = write!(stream, "data: {{{}}}\n\n", place.replace('$', &spelled(&text, how % 2 > 0)));
    }
    stream
}

/// The body of a JSON string: controls raw, where they can be, or escaped.
fn spelled(text: &str, raw: bool) -> String {
    let mut json = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' | '\r' => json += "\\n",
            c if raw || !c.is_control() => json.push(c),
            c => json += &format!("\\u{:04x}", u32::from(c)),
        }
    }
    json
}

fn shown(stream: &[u8], only: Option<Only>, dim: bool) {
    let mut decoder = Decoder::new();
    let mut text = Text::new(Look { dim, visible: true }, only);
    let (mut seen, mut lines) = (Vec::new(), Vec::new());
    let mut take = |decoder: &mut Decoder, mut input: &[u8]| loop {
        match decoder.next_delta(&mut input) {
            Ok(Some(delta)) => {
                text.delta(&mut seen, delta).expect("memory");
                json_line(&mut lines, &delta);
            }
            Ok(None) => return,
            Err(error) if error.is_fatal() => return,
            Err(_) => {}
        }
    };
    take(&mut decoder, stream);
    let _ = decoder.finish();
    take(&mut decoder, &[]);
    text.end(&mut seen).expect("memory");
    let mut seen = String::from_utf8(seen).expect("UTF-8");
    if dim {
        DIM.iter().for_each(|colour| seen = seen.replace(colour, ""));
    }
    assert_eq!(controls(&seen), "", "{seen:?}");
}

/// A delta as a line of JSON: one line, and no control in it.
fn json_line(line: &mut Vec<u8>, delta: &Delta<'_>) {
    line.clear();
    json::write_delta(line, None, delta).expect("memory");
    let text = std::str::from_utf8(line).expect("UTF-8").strip_suffix('\n').expect("a line");
    assert_eq!(controls(text), "", "{text:?}");
    assert!(!text.contains(['\n', '\t']), "{text:?}");
    serde_json::from_str::<serde::de::IgnoredAny>(text).expect("JSON");
}

/// What a terminal acts on, or what reorders a line unseen.
fn controls(text: &str) -> String {
    let is_layout = |c: char| matches!(c, '\n' | '\t');
    let is_hidden = |c: char| {
        let code = u32::from(c);
        code < 0x20
            || (0x7f..0xa0).contains(&code)
            || (0x2028..=0x202e).contains(&code)
            || (0x2066..=0x2069).contains(&code)
    };
    text.chars().filter(|c| is_hidden(*c) && !is_layout(*c)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_that_is_shown_is_a_control(data in prop::collection::vec(any::<u8>(), 0..300)) {
            super::cli_text(&data);
        }
    }

    #[test]
    fn nothing_of_the_corpus_is_a_control() {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let mut folders = vec![corpus];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => super::cli_text(&std::fs::read(path).expect("a file")),
                }
            }
        }
    }
}
