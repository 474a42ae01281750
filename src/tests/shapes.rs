//! Shapes keep an event's records whole: how each kind is kept, and that no value of an event is lost or stale in a hit.

use super::support::{run, run_whole};
use crate::record::{Counter, Keep, Record, Str};
use crate::{Decoder, ExtraKind, Framing, OpaqueKind, Options, Quirks};

const STR: Str = Str::payload(3, 5);

#[test]
fn texts_may_vary() {
    for record in [
        Record::Text(STR),
        Record::Reasoning { rank: 1, text: STR },
        Record::Refusal(STR),
        Record::Arguments(STR),
    ] {
        assert_eq!(record.keep(), Keep::Hole(STR));
    }
}

#[test]
fn what_the_start_tells_is_identity() {
    assert_eq!(Record::Id(STR).keep(), Keep::Identity(STR));
    assert_eq!(Record::Model(STR).keep(), Keep::Identity(STR));
    assert_eq!(Record::Created { value: 0, at: 7 }.keep(), Keep::Identity(Str::NONE), "zero is absence");
    assert_eq!(Record::Created { value: 1, at: 7 }.keep(), Keep::Number { counter: None, at: 7 });
}

#[test]
fn counters_are_numbers() {
    let counter = Counter::Output;
    assert_eq!(
        Record::Counter { counter, value: 0, at: 7 }.keep(),
        Keep::Number { counter: Some(counter), at: 7 }
    );
}

#[test]
fn what_selects_is_literal() {
    let call = Record::ToolCall { index: None, id: STR, name: STR, is_metadata_only: true };
    for record in [Record::Choice { index: 1 }, Record::Role(STR), call] {
        assert_eq!(record.keep(), Keep::Literal);
    }
}

#[test]
fn what_is_told_once_is_never_learned() {
    for record in [
        Record::Edges { lead: 0, tail: 0xD800 },
        Record::Opaque { kind: OpaqueKind::Signature, data: STR },
        Record::Extra { kind: ExtraKind::Other, name: STR, json: STR, chunk: true },
        Record::Finish { reason: crate::FinishReason::Stop, raw: STR },
        Record::Error { code: STR, kind: STR, message: STR, json: STR },
        Record::Unknown { name: STR, json: STR },
    ] {
        assert_eq!(record.keep(), Keep::Never);
    }
}

/// Prediction on says what prediction off says, whole and under cuts.
fn agrees(options: &Options, bytes: &[u8]) {
    let expected = run_whole(&options.prediction(false), bytes);
    let text = String::from_utf8_lossy(bytes);
    assert_eq!(run_whole(options, bytes), expected, "{text}");
    for size in [1, 7, 64] {
        assert_eq!(run(options, bytes.chunks(size)), expected, "in pieces of {size}: {text}");
    }
}

/// A stream of chunks with these deltas of choice 0, and with these members beside `choices`.
fn stream(chunks: &[(&str, &str)]) -> Vec<u8> {
    let chunk = |(beside, delta): &(&str, &str)| {
        format!("data: {{{beside}\"choices\":[{{\"index\":0,\"delta\":{{{delta}}}}}]}}\n\n")
    };
    chunks.iter().map(chunk).collect::<String>().into_bytes()
}

/// Calls of one index, told apart by ids that stand before or behind values that grow.
#[test]
fn a38_ids_of_calls_are_kept_wherever_they_stand() {
    let call = |id: &str, text: &str, behind: bool| match behind {
        false => format!(
            "\"tool_calls\":[{{\"index\":0,\"id\":\"{id}\",\"function\":{{\"arguments\":\"{text}\"}}}}]"
        ),
        true => format!(
            "\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{text}\"}},\"id\":\"{id}\"}}]"
        ),
    };
    for behind in [false, true] {
        let mut deltas = vec![
            "\"tool_calls\":[{\"index\":0,\"id\":\"left\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]".to_owned(),
            "\"tool_calls\":[{\"index\":0,\"id\":\"right\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]".to_owned(),
        ];
        for text in ["1", "22", "\\u00e93", "", "4444", "a\\nb"] {
            deltas.extend([
                call("left", text, behind),
                call("left", text, behind),
                call("right", text, behind),
            ]);
        }
        let counted: Vec<String> = (0..deltas.len()).map(|n| format!("\"x\":{},", n * n * 7)).collect();
        let chunks: Vec<_> =
            counted.iter().map(String::as_str).zip(deltas.iter().map(String::as_str)).collect();
        agrees(&Options::new(), &stream(&chunks));
        agrees(&Options::new().quirks(Quirks::ALL), &stream(&chunks));
    }
}

/// Of two spellings of reasoning the one that is not empty counts; a text may be empty beside another.
#[test]
fn an_empty_text_is_another_statement() {
    let (mut chunks, both) = (Vec::new(), |a: &str, b: &str| {
        format!("\"reasoning_content\":\"{a}\",\"reasoning\":\"{b}\",\"content\":\"\"")
    });
    for (a, b) in [("a", "a"), ("b", "b"), ("", "c"), ("", "d"), ("e", ""), ("f", "f"), ("", "")] {
        chunks.push(both(a, b));
    }
    chunks.extend(["\"content\":\"x\"", "\"content\":\"\"", "\"content\":\"y\""].map(str::to_owned));
    let chunks: Vec<_> = chunks.iter().map(|delta| ("", delta.as_str())).collect();
    agrees(&Options::new(), &stream(&chunks));
}

/// Roles, ids and counters that repeat, vary, vanish and come back.
#[test]
fn what_varies_beside_a_text_is_told_as_without_prediction() {
    let usage = |n: &str| {
        format!("\"usage\":{{\"prompt_tokens\":9,\"completion_tokens\":{n},\"total_tokens\":1.0}},")
    };
    let beside = [
        "\"id\":\"a\",\"created\":0,".to_owned(),
        "\"id\":\"bb\",\"created\":5,".to_owned(),
        "\"id\":\"\",\"created\":6,".to_owned(),
        "\"id\":\"ccc\",\"created\":77,".to_owned(),
        usage("0"),
        usage("1"),
        usage("10"),
        usage("0"),
        usage("18446744073709551615"),
        "\"usage\":null,".to_owned(),
        usage("11"),
    ];
    let deltas =
        ["\"role\":\"assistant\",\"content\":\"t\"", "\"role\":\"\",\"content\":\"u\"", "\"content\":\"v\""];
    let mut chunks = Vec::new();
    for delta in deltas {
        for round in 0..3 {
            chunks.extend(beside.iter().skip(round).map(|beside| (beside.as_str(), delta)));
        }
    }
    agrees(&Options::new(), &stream(&chunks));
    agrees(&Options::strict(), &stream(&chunks));
}

/// Where lines become events, no shape of before changes the ending.
#[test]
fn a39_lines_that_become_events_change_no_ending() {
    let event = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n")
    };
    let mut bytes = String::new();
    (0..4).for_each(|n| bytes += &(event(&n.to_string()) + "\n"));
    (0..5).for_each(|n| bytes += &event(&n.to_string()));
    (0..4).for_each(|n| bytes += &(event(&n.to_string()) + "\n"));
    agrees(&Options::new(), bytes.as_bytes());
    let lines = bytes.replace("data: ", "").replace("\n\n", "\n");
    agrees(&Options::new(), lines.as_bytes());
    agrees(&Options::new().framing(Framing::Ndjson), lines.as_bytes());
    agrees(&Options::new().quirks(Quirks::TOLERANT.without(crate::Quirk::BareJson)), lines.as_bytes());
}

/// An event whose lines are these, and a text.
fn beside(line: &[u8], text: &str, end: &[u8]) -> Vec<u8> {
    let data = format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}");
    [line, end, data.as_bytes(), end, end].concat()
}

/// The id of an event says nothing of what it tells: it may be any other.
#[test]
fn events_whose_ids_vary_are_predicted() {
    for end in [&b"\n"[..], b"\r\n"] {
        let mut decoder = Decoder::new();
        for n in 7..30 {
            let event = beside(format!("id: {n}").as_bytes(), &n.to_string(), end);
            assert!(n < 10 || decoder.would_hit_fast_path(&event), "{n}");
            let mut input = &*event;
            while decoder.next_delta(&mut input).unwrap().is_some() {}
        }
    }
}

/// What looks like the id's line is one, or it is not, as without prediction.
#[test]
fn lines_like_an_ids_are_told_as_without_prediction() {
    let lines: [&[u8]; 12] = [
        b"id: 100",
        b"id:",
        b"id",
        b"idx: 1",
        b"id : 1",
        b"id: \0",
        b"id: \xFF\xC3",
        b"id: data: {}",
        b" id: 1",
        b"id: 1\nid: 2",
        b"id: 1\n: comment",
        b"id: 1\revent: error",
    ];
    for end in [&b"\n"[..], b"\r\n", b"\r"] {
        for first in [&b"id: "[..], b"id:"] {
            let event = |n: usize| beside(&[first, n.to_string().as_bytes()].concat(), "t", end);
            for odd in lines {
                let events: Vec<_> = (0..4).map(event).collect();
                let bytes = [events.concat(), beside(odd, "odd", end).repeat(3), events.concat()].concat();
                agrees(&Options::new(), &bytes);
                agrees(&Options::new().quirks(Quirks::ALL), &bytes);
                agrees(&Options::strict(), &bytes);
            }
        }
    }
}

/// A document of a text, padded with so many spaces before its last brace.
fn padded(text: usize, spaces: usize) -> Vec<u8> {
    let space = " ".repeat(spaces);
    let delta = format!("{{\"type\":\"text_delta\",\"text\":\"t{text}\"}}");
    let data = format!("{{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{delta}{space}}}");
    format!("event: content_block_delta\ndata: {data}\n\n").into_bytes()
}

/// Some services pad each event with spaces, as many as they choose.
#[test]
fn events_padded_with_spaces_are_predicted() {
    const START: &[u8] = b"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[]}}\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}      }\n\n";
    let counts = [7, 2, 0, 19, 8, 1, 16, 33, 9, 0, 3, 64, 5];
    let mut decoder = Decoder::new();
    let mut input = START;
    while decoder.next_delta(&mut input).unwrap().is_some() {}
    for (n, spaces) in counts.into_iter().enumerate() {
        let event = padded(n, spaces);
        assert!(n < 3 || decoder.would_hit_fast_path(&event), "{n}");
        let mut input = &*event;
        while decoder.next_delta(&mut input).unwrap().is_some() {}
    }
    let events: Vec<_> = counts.iter().enumerate().map(|(n, spaces)| padded(n, *spaces)).collect();
    let whole = [START, &events.concat()].concat();
    agrees(&Options::new(), &whole);
    // A space elsewhere, another white space, or none of JSON's, is no padding.
    for odd in ["\t", "  \t", "\u{a0}", "x", "  }", "]  "] {
        let text = String::from_utf8(padded(9, 4)).unwrap().replace("    }", &format!("{odd}  }}"));
        agrees(&Options::new(), &[whole.as_slice(), text.as_bytes(), &whole].concat());
        agrees(&Options::strict(), &[whole.as_slice(), text.as_bytes(), &whole].concat());
    }
}
