//! Blocks of a hostile peer: indices of any kind, blocks without end, starts and stops that have no partner.

use super::support::{Run, run, run_whole};
use crate::{Decoder, Delta, LimitKind, Limits, Options};

const BEGIN: &str = r#"{"type":"message_start","message":{"id":"m","role":"assistant","content":[]}}"#;

/// The events, each named after its type as far as that can be seen.
fn stream<S: AsRef<str>>(events: impl IntoIterator<Item = S>) -> Vec<u8> {
    let event = |event: S| format!("event: x\ndata: {}\n\n", event.as_ref());
    events.into_iter().map(event).collect::<String>().into_bytes()
}

fn start(index: &str, block: &str) -> String {
    format!(r#"{{"type":"content_block_start","index":{index},"content_block":{block}}}"#)
}

fn delta(index: &str, delta: &str) -> String {
    format!(r#"{{"type":"content_block_delta","index":{index},"delta":{delta}}}"#)
}

fn text(index: &str, text: &str) -> String {
    delta(index, &format!(r#"{{"type":"text_delta","text":"{text}"}}"#))
}

fn piece(index: &str, json: &str) -> String {
    delta(index, &format!(r#"{{"type":"input_json_delta","partial_json":"{json}"}}"#))
}

fn stop(index: &str) -> String {
    format!(r#"{{"type":"content_block_stop","index":{index}}}"#)
}

const TEXT: &str = r#"{"type":"text","text":""}"#;
const TOOL: &str = r#"{"type":"tool_use","id":"t","name":"f","input":{}}"#;

/// Decodes with prediction and without, whole and in pieces; all are the same.
fn decode(bytes: &[u8]) -> Run {
    let whole = run_whole(&Options::new(), bytes);
    assert_eq!(run_whole(&Options::new().prediction(false), bytes), whole);
    for size in [1, 33] {
        assert_eq!(run(&Options::new(), bytes.chunks(size)), whole, "in pieces of {size}");
    }
    whole
}

fn texts(run: &Run) -> String {
    let text = |delta: Delta<'_>| match delta {
        Delta::Text { text, .. } => Some(text.to_owned()),
        _ => None,
    };
    run.deltas().filter_map(text).collect()
}

/// The part that each text is of.
fn parts_of_texts(run: &Run) -> Vec<u32> {
    let (mut current, mut parts) = (u32::MAX, Vec::new());
    for delta in run.deltas() {
        match delta {
            Delta::Part { part, .. } => current = part,
            Delta::Text { .. } => parts.push(current),
            _ => {}
        }
    }
    parts
}

fn arguments(run: &Run) -> Vec<(u32, String)> {
    let mut calls: Vec<(u32, String)> = Vec::new();
    for delta in run.deltas() {
        let Delta::ToolCallArguments { slot, fragment, .. } = delta else { continue };
        match calls.iter_mut().find(|(known, _)| *known == slot) {
            Some((_, text)) => text.push_str(fragment),
            None => calls.push((slot, fragment.to_owned())),
        }
    }
    calls
}

/// A43: an index is a key and nothing else; the same number in another spelling is the same block.
#[test]
fn a43_indices_of_any_kind_are_keys() {
    let indices =
        ["0", "4294967296", "18446744073709551615", "18446744073709551616", "-1", "\"a\"", "1e3", "[1]"];
    let mut events = vec![BEGIN.to_owned()];
    events.extend(indices.iter().map(|index| start(index, TEXT)));
    for _ in 0..4 {
        events.extend(indices.iter().map(|index| text(index, "x")));
    }
    events.extend(indices.iter().map(|index| stop(index)));
    let run = decode(&stream(events));
    let expected: Vec<_> = (0..4).flat_map(|_| 0..8).collect();
    assert_eq!(parts_of_texts(&run), expected);
    assert_eq!(run.errors().count(), 0);
}

/// A43: so many blocks are open that a limit is met: each that is too many costs itself.
#[test]
fn a43_blocks_open_without_end_meet_the_limit() {
    let most = Limits::new().tool_calls();
    let mut events = vec![BEGIN.to_owned()];
    events.extend((0..10_000).map(|n| start(&n.to_string(), TEXT)));
    events.extend([text("3", "known"), text("9000", "too many"), stop("3"), text("9000", "fits")]);
    let run = run_whole(&Options::new(), &stream(events));
    let errors: Vec<_> = run.errors().map(|error| error.kind()).collect();
    assert_eq!(errors.len(), 10_000 - most + 1);
    assert!(errors.iter().all(|kind| *kind == crate::ErrorKind::Limit(LimitKind::ToolCalls)));
    assert_eq!(texts(&run), "knownfits");
}

/// At the limit, one under it and one over it.
#[test]
fn as_many_blocks_as_the_limit_are_open() {
    for (open, errors) in [(4, 0), (5, 0), (6, 1)] {
        let options = Options::new().limits(Limits::new().with_tool_calls(5));
        let starts = (0..open).map(|n| start(&n.to_string(), TEXT));
        let run = run_whole(&options, &stream([BEGIN.to_owned()].into_iter().chain(starts)));
        assert_eq!(run.errors().count(), errors, "{open} open");
    }
}

#[test]
fn four_hundred_blocks_in_turn_are_fine() {
    let block = |n: usize| {
        let n = n.to_string();
        [start(&n, TEXT), text(&n, "a"), text(&n, "b"), stop(&n)]
    };
    let run = decode(&stream([BEGIN.to_owned()].into_iter().chain((0..400).flat_map(block))));
    assert_eq!((run.errors().count(), texts(&run).len()), (0, 800));
    assert_eq!(parts_of_texts(&run).last(), Some(&399));
}

#[test]
fn what_has_no_partner_costs_nothing() {
    let events = [
        BEGIN.to_owned(),
        stop("7"),
        stop("null"),
        text("1", "never begun"),
        stop("1"),
        stop("1"),
        start("2", TOOL),
        piece("2", "{}"),
        start("2", TEXT),
        text("2", ", begun over it"),
        piece("5", "{\\\"lost\\\":1}"),
        r#"{"type":"content_block_start"}"#.to_owned(),
        r#"{"type":"content_block_delta"}"#.to_owned(),
        r#"{"type":"content_block_delta","index":2,"delta":[]}"#.to_owned(),
        r#"{"type":"message_delta"}"#.to_owned(),
        text("2", "."),
    ];
    let run = decode(&stream(events));
    assert_eq!(run.errors().count(), 0);
    assert_eq!(texts(&run), "never begun, begun over it.");
    assert_eq!(arguments(&run), [(0, "{}".to_owned())]);
    let ends = run.deltas().filter(|delta| matches!(delta, Delta::ToolCallEnd { .. })).count();
    assert_eq!(ends, 1, "another block of its index ends a call");
}

/// A type that is no string is no event of the wire; of two the last counts; it may stand last.
#[test]
fn types_of_any_kind_and_place() {
    let events = [
        BEGIN.to_owned(),
        r#"{"type":17,"index":0,"delta":{"type":"text_delta","text":"no"}}"#.to_owned(),
        r#"{"type":["content_block_delta"]}"#.to_owned(),
        r#"{"index":0,"delta":{"text":"last","type":"text_delta"},"type":"content_block_delta"}"#.to_owned(),
        r#"{"type":"ping","index":0,"delta":{"type":"text_delta","text":", twice"},"type":"content_block_delta"}"#
            .to_owned(),
        r#"{"type":"content_block_delta","index":0,"delta":{"type":1,"text":"no"}}"#.to_owned(),
    ];
    let run = decode(&stream(events));
    assert_eq!(texts(&run), "last, twice");
    let unknown = run.deltas().filter(|delta| matches!(delta, Delta::Unknown { .. })).count();
    assert_eq!(unknown, 2);
    assert!(run.seen.contains(crate::Quirk::DuplicateKey));
}

/// Half a pair in one delta, half in the next: of text, of arguments; also where the block never began, or another is between.
#[test]
fn pairs_of_surrogates_are_joined_within_their_block() {
    let events = [
        BEGIN.to_owned(),
        text("0", "\\ud83d"),
        text("0", "\\udc1a"),
        start("1", TOOL),
        piece("1", "[\\\"\\ud83d"),
        start("2", TOOL),
        piece("2", "[]"),
        piece("1", "\\udc1a\\\"]"),
        text("3", "a\\ud83d"),
        text("4", "\\udc1ab"),
    ];
    let run = decode(&stream(events));
    assert_eq!(texts(&run), "🐚a\u{FFFD}\u{FFFD}b");
    assert_eq!(arguments(&run), [(0, "[\"🐚\"]".to_owned()), (1, "[]".to_owned())]);
}

/// Pieces of what a tool of the service's own is given are passed on, as often as they come; the call beside it gets its own.
#[test]
fn pieces_for_hosted_blocks_are_no_arguments() {
    const HOSTED: &str = r#"{"type":"server_tool_use","id":"s","name":"search","input":{}}"#;
    let mut events = vec![BEGIN.to_owned(), start("0", TOOL)];
    events.extend((0..5).map(|n| piece("0", &n.to_string())));
    events.extend([stop("0"), start("0", HOSTED)]);
    events.extend((0..5).map(|n| piece("0", &n.to_string())));
    events.extend([stop("0"), start("0", TOOL)]);
    events.extend((5..9).map(|n| piece("0", &n.to_string())));
    let run = decode(&stream(events));
    assert_eq!(arguments(&run), [(0, "01234".to_owned()), (1, "5678".to_owned())]);
    let hosted = run.deltas().filter(|delta| matches!(delta, Delta::Extra { .. })).count();
    assert_eq!(hosted, 6);
}

/// Text of one block, thinking of another and pieces for a call, each many times.
fn of_each_kind(count: usize) -> Vec<[String; 2]> {
    const THINKING: &str = r#"{"type":"thinking","thinking":"","signature":""}"#;
    let thinking = |n| delta("0", &format!(r#"{{"type":"thinking_delta","thinking":"t{n}"}}"#));
    let many = |one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>();
    let kinds = [
        (start("0", THINKING), many(&thinking)),
        (start("1", TEXT), many(&|n| text("1", &format!(" w{n}")))),
        (start("2", TOOL), many(&|n| piece("2", &format!("\\\"{n}\\\"")))),
    ];
    let flat =
        |(start, deltas): (String, Vec<String>)| deltas.into_iter().map(move |delta| [start.clone(), delta]);
    kinds.into_iter().flat_map(flat).collect()
}

/// After a few events of a kind the next is known by its shape, and can be told without the general path.
#[test]
fn text_thinking_and_arguments_are_predicted() {
    let mut decoder = Decoder::new();
    let take = |decoder: &mut Decoder, event: &str| {
        let bytes = stream([event]);
        let mut input = &*bytes;
        while decoder.next_delta(&mut input).unwrap().is_some() {}
    };
    take(&mut decoder, BEGIN);
    let mut begun = String::new();
    for (n, [start, delta]) in of_each_kind(6).into_iter().enumerate() {
        if begun != start {
            take(&mut decoder, &start);
            begun = start;
        }
        if n % 6 >= 3 {
            assert!(decoder.would_hit_fast_path(&stream([&delta])), "{delta}");
        }
        take(&mut decoder, &delta);
    }
}

/// How a value is laid out changes nothing: an object with white space in it is as empty as one without.
#[test]
fn empty_objects_are_empty_however_they_are_laid_out() {
    for (start, stop) in [
        (
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}"#,
            r#"{"type":"content_block_stop","index":0}"#,
        ),
        (
            r#"{"event_type":"step.start","index":0,"step":{"type":"function_call","id":"t","name":"f","arguments":{}}}"#,
            r#"{"event_type":"step.stop","index":0}"#,
        ),
        (r#"{"choices":[{"index":0,"delta":{"content":"a","annotations":[]}}],"citations":[]}"#, "[DONE]"),
    ] {
        let stream = |start: &str| format!("data: {start}\n\ndata: {stop}\n\n");
        let plain = run_whole(&Options::new(), stream(start).as_bytes());
        let spaced = start.replace("{}", "{ \t}").replace("[]", "[ ]");
        let spaced = run_whole(&Options::new(), stream(&spaced).as_bytes());
        assert_eq!(spaced.told, plain.told, "{start}");
    }
}

/// Activity of hosted tools in any number says nothing that could be learned: it does not keep text from being predicted.
#[test]
fn text_is_predicted_after_many_hosted_calls() {
    let mut decoder = Decoder::new();
    let take = |decoder: &mut Decoder, event: &str| {
        let bytes = stream([event]);
        let mut input = &*bytes;
        while decoder.next_delta(&mut input).unwrap().is_some() {}
    };
    let text = |index: usize, n: usize| {
        format!(
            r#"{{"type":"content_block_delta","index":{index},"delta":{{"type":"text_delta","text":"t{n}"}}}}"#
        )
    };
    take(&mut decoder, BEGIN);
    for index in 0..200 {
        take(
            &mut decoder,
            &format!(
                r#"{{"type":"content_block_start","index":{index},"content_block":{{"type":"web_search_tool_result","tool_use_id":"s{index}","content":[{index}]}}}}"#
            ),
        );
        take(&mut decoder, &format!(r#"{{"type":"content_block_stop","index":{index}}}"#));
    }
    for n in 0..100 {
        assert!(n < 3 || decoder.would_hit_fast_path(&stream([&*text(200, n)])), "{n}");
        take(&mut decoder, &text(200, n));
    }
}

/// The input of a hosted call comes in pieces, each of which is passed on whole: prediction changes none of them.
#[test]
fn the_pieces_of_a_hosted_call_are_the_same_by_their_shape() {
    let pieces = ["", "{\\\"a", "b\\\": \\\"\u{e9}", "\\u00e9", "x", "\\\\", "y", " ", "\\\"}", "z"];
    let mut events = vec![
        BEGIN.to_owned(),
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"s","name":"web_search","input":{}}}"#.to_owned(),
    ];
    events.extend(pieces.iter().cycle().take(40).map(|piece| {
        format!(r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"input_json_delta","partial_json":"{piece}"}}}}"#)
    }));
    let bytes = stream(events.iter().map(String::as_str));
    let expected = run_whole(&Options::new().prediction(false), &bytes);
    assert_eq!(run_whole(&Options::new(), &bytes), expected);
    for size in [1, 7, 64, 1_000] {
        assert_eq!(run(&Options::new(), bytes.chunks(size)), expected, "{size}");
    }
}
