//! Odd events among conforming ones: each costs itself, in every framing, under every cut, with and without prediction.

use proptest::prelude::*;

use super::attacks::{limited, text};
use super::support::{agrees, drain, run_whole};
use crate::{Decoder, Options, fuzzing};

/// A chunk that says `content`.
fn chunk(content: &str) -> String {
    format!("{{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{content}\"}}}}]}}")
}

fn holds(stream: &str) {
    fuzzing::cuts(stream.as_bytes());
    fuzzing::prediction(stream.as_bytes());
}

/// What one event may be that is none: an extra brace, an unclosed string, an unclosed object, a word.
const ODD: [&str; 4] = [
    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"-\"}}]}}",
    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"-",
    "{\"choices\":[{\"index\":0",
    "x",
];

/// A stream of these payloads.
type Framed = fn(&[&str]) -> String;

const FRAMINGS: [(&str, Framed); 6] = [
    ("events", |payloads| payloads.iter().map(|payload| format!("data: {payload}\n\n")).collect()),
    ("CRLF", |payloads| payloads.iter().map(|payload| format!("data: {payload}\r\n\r\n")).collect()),
    ("an event a line", |payloads| payloads.iter().map(|payload| format!("data: {payload}\n")).collect()),
    ("ids and lines", |payloads| {
        payloads.iter().map(|payload| format!("id: 1\ndata: {payload}\nretry: 5\n: c\n")).collect()
    }),
    ("several lines", |payloads| {
        let lines = |payload: &&str| format!("data: {}\n\n", payload.replacen("[{", "[\ndata: {", 1));
        payloads.iter().map(lines).collect()
    }),
    ("JSON lines", |payloads| payloads.iter().map(|payload| format!("{payload}\n")).collect()),
];

#[test]
fn a40_an_odd_event_costs_itself() {
    let good: Vec<_> = ["a", "b", "c", "d", "e"].map(chunk).into();
    for (framing, framed) in FRAMINGS {
        for odd in ODD {
            for at in 0..3 {
                if framing == "JSON lines" && at == 0 && odd == "x" {
                    // A body that begins with a word is no JSON.
                    continue;
                }
                let mut payloads: Vec<_> = good.iter().map(|payload| &**payload).collect();
                payloads.insert(at, odd);
                let stream = framed(&payloads);
                let run = run_whole(&Options::new(), stream.as_bytes());
                let told = text(&run).replace('-', "");
                assert_eq!(told, "abcde", "{framing}: {stream}");
                assert!(run.errors().count() <= 1, "{framing}: {stream}");
                holds(&stream);
            }
        }
    }
}

/// Fault 4: lines that name, number or retry, where events end with their lines.
#[test]
fn a39_fields_around_events_that_are_lines() {
    for field in ["id: 1\n", "retry: 5\n", ": c\n", "x: y\n", "event: x\n"] {
        for (before, after) in [(field, ""), ("", field), (field, field)] {
            let lines: String = ["b", "x", "c", "d", "e"]
                .map(|text| format!("{before}data: {}\n{after}", chunk(text)))
                .concat();
            let blank = format!("data: {}\n\n", chunk("a"));
            holds(&format!("{blank}{lines}"));
            holds(&format!("{blank}{lines}{blank}{lines}{blank}"));
            holds(&format!("{lines}{blank}{blank}{blank}{lines}"));
        }
    }
}

/// Fault 5: an event over several lines is one also after events that were lines.
#[test]
fn several_lines_after_one() {
    let torn = "data: {\"choices\":[\ndata: {\"index\":0,\"delta\":{\"content\":\"C\"}}]}\n\n";
    for odd in [
        format!("data: {}\ndata: {}\n\n", chunk("A"), chunk("B")),
        format!("data: {}}}\ndata: x\n\n", chunk("A")),
        format!("data: {}\nid: 7\ndata: {}\n", chunk("A"), chunk("B")),
    ] {
        let stream = format!("{odd}{torn}{torn}");
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert!(text(&run).ends_with("CC"), "{stream}");
        assert_eq!(run.errors().count(), 0, "{stream}");
        holds(&stream);
    }
}

/// Fault 11: a further document in the same event may go over lines too.
#[test]
fn a_second_document_over_two_lines() {
    let stream = format!(
        "data: {} {{\"choices\":[\ndata: {{\"index\":0,\"delta\":{{\"content\":\"B\"}}}}]}}\n\ndata: {}\n\n",
        chunk("A"),
        chunk("C")
    );
    let run = run_whole(&Options::new(), stream.as_bytes());
    assert_eq!((text(&run), run.errors().count()), ("ABC".to_owned(), 0));
    holds(&stream);
    // What is complete is told, also where the rest is cut off by the end.
    let cut = format!("data: {} {{\"choices\":[", chunk("A"));
    assert_eq!(text(&run_whole(&Options::new(), cut.as_bytes())), "A");
}

/// Fault 6: a value that goes over lines is torn by a line feed in a string, or by a value where none can begin.
#[test]
fn values_that_are_torn() {
    let pretty = |content: &str| {
        chunk(content).replace("[{", "[\n  {").replace("]}", "\n  ]\n}").replacen('{', "{\n ", 1)
    };
    for torn in
        ["{\"choices\":[{\"index\":0", "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"-\n  -\"}}]}"]
    {
        let streams = [
            format!("{torn}\n{}\n{}\n", chunk("a"), chunk("b")),
            format!("{}\n{torn}\n{}\n", pretty("a"), pretty("b")),
            format!("[{},\n{torn}\n,{}\n]\n", chunk("a"), chunk("b")),
            format!("[\n{torn}\n,{}\n,{}]\n", chunk("a"), pretty("b")),
        ];
        for stream in streams {
            let run = run_whole(&Options::new(), stream.as_bytes());
            assert_eq!((text(&run), run.errors().count()), ("ab".to_owned(), 1), "{stream}");
            holds(&stream);
        }
    }
}

/// Lines and values that may stand anywhere.
fn piece() -> impl Strategy<Value = String> {
    let lines = vec![
        chunk("a"),
        chunk("b\\n"),
        "{\"choices\":[".to_owned(),
        "{\"index\":0,\"delta\":{\"content\":\"m\"}}".to_owned(),
        "]}".to_owned(),
        "[DONE]".to_owned(),
        " ".to_owned(),
        ",".to_owned(),
        "[".to_owned(),
        "]".to_owned(),
        "\"x".to_owned(),
        "{".to_owned(),
        "\"a\":".to_owned(),
        "\"a\":1,".to_owned(),
    ];
    let lines: Vec<_> = lines.into_iter().chain(ODD.map(str::to_owned)).collect();
    let start =
        prop::sample::select(vec!["data: ", "data: ", "data: ", "", "", "id: ", "event: ", ": ", "error: "]);
    let end = prop::sample::select(vec!["\n", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "", "\n  "]);
    (start, prop::sample::select(lines), end).prop_map(|(start, line, end)| format!("{start}{line}{end}"))
}

/// The same without fields: JSON and nothing else.
fn values() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(piece(), 0..14);
    (prop::sample::select(vec!["{", "[", "{\"choices\":[{\"index\":0\n"]), pieces).prop_map(
        |(start, pieces)| {
            let bare = pieces.concat().replace("data: ", "").replace("id: ", "").replace("error: ", "");
            format!("{start}{bare}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn torn_streams_hold(pieces in prop::collection::vec(piece(), 0..14), limit in 10usize..120) {
        any_limit(&pieces.concat(), limit);
    }

    #[test]
    fn torn_values_hold(stream in values(), limit in 10usize..120) {
        any_limit(&stream, limit);
    }
}

/// Under a limit too, the cuts change nothing.
fn any_limit(stream: &str, limit: usize) {
    holds(stream);
    let options = limited(|limits| limits.with_event_bytes(limit));
    let expected = run_whole(&options, stream.as_bytes());
    for size in [1, 2, 3, 11] {
        let pieces = stream.as_bytes().chunks(size);
        let same = agrees(&expected, &mut Decoder::with_options(options), pieces, drain);
        assert_eq!(same, Ok(()), "{limit} in pieces of {size}: {stream:?}");
    }
}
