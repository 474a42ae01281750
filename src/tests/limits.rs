//! Attacks on what is remembered between events: indexes, ids, names, held text, endings. Each limit is met at one
//! less, exactly, and one more, in pieces of one byte, of seven, and whole.

use serde_json::{Value, json};

use super::attacks::{GOOD, assert_limits, limited, limits_met, text};
use super::support::{Stream, Told, agrees, drain, run, run_whole, stream};
use crate::{ContentMode, Decoder, Delta, LimitKind, Limits, Options};

fn event(chunk: &Value) -> String {
    format!("data: {chunk}\n\n")
}

fn delta(delta: &Value) -> String {
    event(&json!({"choices": [{"index": 0, "delta": delta}]}))
}

fn content(text: &str) -> String {
    delta(&json!({"content": text}))
}

fn call(index: usize) -> Value {
    json!({"index": index, "id": format!("c{index}"), "function": {"name": "f", "arguments": "{}"}})
}

/// A20: distinct indexes count, not their size.
#[test]
fn a20_choices_at_their_limit() {
    let options = limited(|limits| limits.with_choices(5));
    for (count, met) in [(4, 0), (5, 0), (6, 1)] {
        let many: String = (0..count)
            .map(|n: u64| event(&json!({"choices": [{"index": n * 700_000_000, "delta": {"content": "x"}}]})))
            .collect();
        // The last of them is refused; the first goes on.
        assert_limits(&options, &[&*many, GOOD].concat(), &[LimitKind::Choices][..met], "xok");
    }
}

/// A20, A21: calls of one choice.
#[test]
fn a20_a21_tool_calls_at_their_limit() {
    let options = limited(|limits| limits.with_tool_calls(5));
    for (count, met) in [(4, 0), (5, 0), (6, 1)] {
        let many: String =
            (0..count).map(|n| delta(&json!({"tool_calls": [call(n * 800_000_000)]}))).collect();
        assert_limits(&options, &[&*many, GOOD].concat(), &[LimitKind::ToolCalls][..met], "ok");
        let run = run_whole(&options, many.as_bytes());
        assert_eq!(run.completion().choices[&0].tool_calls.len(), count.min(5));
    }
}

/// Ids of the completion and of calls, and of events.
#[test]
fn ids_at_their_limit() {
    let options = limited(|limits| limits.with_id_bytes(10));
    for (length, met) in [(9, 0), (10, 0), (11, 1)] {
        let id = "i".repeat(length);
        let met = &[LimitKind::IdBytes][..met];
        assert_limits(&options, &[&*event(&json!({"id": id, "choices": []})), GOOD].concat(), met, "ok");
        let calls = json!({"tool_calls": [{"index": 0, "id": id, "function": {"name": "f"}}]});
        assert_limits(&options, &[&*delta(&calls), GOOD].concat(), met, "ok");
    }
}

/// With escapes it is the id that counts, not how it is written.
#[test]
fn an_escaped_id_is_as_long_as_it_is() {
    let options = limited(|limits| limits.with_id_bytes(10));
    for (length, met) in [(10, 0), (11, 1)] {
        let id = "\\u0069".repeat(length);
        let stream = format!("data: {{\"id\":\"{id}\",\"choices\":[]}}\n\n{GOOD}");
        assert_limits(&options, &stream, &[LimitKind::IdBytes][..met], "ok");
    }
}

#[test]
fn event_names_at_their_limit() {
    let options = limited(|limits| limits.with_event_name_bytes(10));
    for (length, met) in [(9, 0), (10, 0), (11, 1)] {
        let stream = format!("event: {}\n{GOOD}{GOOD}", "n".repeat(length));
        let told = if met == 0 { "okok" } else { "ok" };
        assert_limits(&options, &stream, &[LimitKind::EventNameBytes][..met], told);
    }
}

#[test]
fn limits_of_the_framer() {
    let limits = Limits::new().with_id_bytes(10).with_event_name_bytes(10);
    for (length, met) in [(9, 0), (10, 0), (11, 1)] {
        for field in ["id", "event"] {
            let stream = format!("{field}: {}\ndata: a\n\ndata: b\n\n", "n".repeat(length));
            for size in [1, 7, stream.len()] {
                let mut framer = crate::sse::Framer::new().limits(limits);
                let (mut events, mut errors) = (0, 0);
                for mut piece in stream.as_bytes().chunks(size) {
                    loop {
                        match framer.next_frame(&mut piece) {
                            Ok(Some(_)) => events += 1,
                            Ok(None) => break,
                            Err(_) => errors += 1,
                        }
                    }
                }
                assert_eq!((events, errors), (2 - met, met), "{field} of {length} in {size}");
            }
        }
    }
}

/// A33: limits of nothing and of everything.
#[test]
fn a33_limits_of_nothing_and_everything() {
    let all = |n: usize| {
        limited(|limits| {
            let limits = limits.with_event_bytes(n).with_depth(n).with_choices(n);
            limits.with_tool_calls(n).with_id_bytes(n).with_event_name_bytes(n)
        })
    };
    let stream = stream("openai/tools-parallel.sse");
    for n in [0, 1] {
        let whole = run_whole(&all(n), &stream.bytes);
        assert!(!limits_met(&whole).is_empty());
        agrees(&whole, &mut Decoder::with_options(all(n)), stream.bytes.chunks(3), drain).unwrap();
    }
    assert_eq!(run_whole(&all(usize::MAX), &stream.bytes), run_whole(&Options::new(), &stream.bytes));
}

/// By option a limit ends the stream: the same error again, and nothing kept.
#[test]
fn a_fatal_limit_stays() {
    let options = limited(|limits| limits.with_choices(1)).fatal_limits(true);
    let mut decoder = Decoder::with_options(options);
    let stream =
        [GOOD, &event(&json!({"choices": [{"index": 1, "delta": {"content": "x"}}]})), GOOD].concat();
    let mut errors = Vec::new();
    let mut input = stream.as_bytes();
    for _ in 0..5 {
        while let Ok(Some(_)) = decoder.next_delta(&mut input) {}
        errors.extend(decoder.next_delta(&mut input).err());
    }
    assert!(
        errors.len() == 5 && errors.iter().all(|error| error.is_fatal() && *error == errors[0]),
        "{errors:?}"
    );
    assert_eq!((errors[0].offset(), decoder.buffered()), (GOOD.len() as u64, 0));
    decoder.reset();
    let mut told = Vec::new();
    drain(&mut decoder, GOOD.as_bytes(), &mut |said| told.push(Told::of(said)));
    assert_eq!(told, run_whole(&Options::new(), GOOD.as_bytes()).told);
}

/// A20: indexes that are no counts are errors of their event; a missing one is the position.
#[test]
fn a20_odd_indexes() {
    for (index, told) in [
        ("0", "x"),
        ("\"0\"", "x"),
        ("0.0", "x"),
        ("null", "x"),
        ("4294967295", ""),
        ("-1", "!"),
        ("1.5", "!"),
        ("4294967296", "!"),
        ("1e30", "!"),
        ("[]", "!"),
    ] {
        let stream = format!(
            "data: {{\"choices\":[{{\"index\":{index},\"delta\":{{\"content\":\"x\"}}}}]}}\n\n{GOOD}"
        );
        let run = run_whole(&Options::new(), stream.as_bytes());
        let expected = if told == "!" { (1, "ok".to_owned()) } else { (0, format!("{told}ok")) };
        assert_eq!((run.errors().count(), text(&run)), expected, "{index}");
        let stream = format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":{index},\"id\":\"a\",\"function\":{{\"name\":\"f\"}}}}]}}}}]}}\n\n{GOOD}"
        );
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!(run.errors().count(), 0, "a call's {index}: one that is none is a missing one");
        assert_eq!(run.completion().choices[&0].tool_calls[&0].name, "f", "a call's {index}");
    }
}

/// A22: a stream that repeats itself tells what the stream in pieces would.
#[test]
fn a22_cumulative_is_incremental() {
    let pieces = ["", "Hé", "Hé", "llo", " 😀", "Hé", "\n"];
    let mut so_far = String::new();
    let mut stream = String::new();
    for piece in pieces.iter().cycle().take(700) {
        so_far.push_str(piece);
        stream.push_str(&content(&so_far));
    }
    let run = run(&Options::new().content(ContentMode::Cumulative), stream.as_bytes().chunks(1000));
    assert_eq!(text(&run), so_far);
    assert_eq!(run.deltas().filter(|delta| matches!(delta, Delta::Text { .. })).count(), 600);
}

/// A23: what may be a tag is held, never more than 32 bytes, never past its time, and never lost.
#[test]
fn a23_held_text_is_released() {
    let pieces = ["<", "th", "in", "k", "ing> is", " no <think> tag"];
    let stream: String = pieces.iter().map(|piece| content(piece)).collect();
    let run = run_whole(&Options::new(), stream.as_bytes());
    assert_eq!(text(&run), pieces.concat());
    for end in 0..stream.len() {
        let run = run_whole(&Options::new(), &stream.as_bytes()[..end]);
        assert!(pieces.concat().starts_with(&text(&run)), "{end}");
    }
    // White space before a tag is told at once, however much there is.
    let spaces = " ".repeat(10_000);
    let stream = [content(&spaces), content("<think>why</think>so")].concat();
    let completion = run_whole(&Options::new(), stream.as_bytes()).completion();
    assert_eq!(
        (&*completion.choices[&0].text, &*completion.choices[&0].reasoning),
        (&*format!("{spaces}so"), "why")
    );
}

/// A24: the end marker, its spellings, and what only looks like it.
#[test]
fn a24_end_markers() {
    for (marker, done) in [
        ("data: [DONE]\n\n", true),
        ("data:[DONE]\n\n", true),
        ("data:  [DONE]  \n\n", true),
        ("data: \"[DONE]\"\n\n", true),
        ("data: [done]\n\n", true),
        ("[DONE]\n", true),
        ("data: [DONE]", true),
        ("[DONE]", true),
        ("data: [DONE\n\n", false),
        ("data: [DONE]!\n\n", false),
        ("data: x[DONE]\n\n", false),
        ("data: [\"DONE\"]\n\n", false),
    ] {
        let stream = [GOOD, marker].concat();
        let whole = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!(whole.ending.done(), done, "{marker:?}");
        assert_eq!(text(&whole), "ok");
        agrees(&whole, &mut Decoder::new(), stream.as_bytes().chunks(1), drain).unwrap();
    }
    let late = run_whole(
        &Options::new(),
        ["data: [DONE]\n\n", GOOD, "data: {bad\n\n", "data: [DONE]\n\n"].concat().as_bytes(),
    );
    assert_eq!(late.told.len(), 1);
}

/// A25: cut at every byte, a stream never says more than the longer one, and is complete only at its end.
#[test]
fn a25_truncation_is_monotone() {
    let Stream { bytes, .. } = stream("openai/tools-parallel.sse");
    let whole = run_whole(&Options::new(), &bytes);
    let finish = bytes.windows(18).position(|window| window == b"\"finish_reason\":\"t").unwrap();
    let mut told = 0;
    for end in 0..=bytes.len() {
        let run = run_whole(&Options::new(), &bytes[..end]);
        assert!(run.told.len() >= told && run.told[..] == whole.told[..run.told.len()], "{end}");
        told = run.told.len();
        assert_eq!(run.errors().count(), 0, "{end}");
        assert!(run.ending.is_truncated() || end > finish, "{end}: not truncated, but no finish came");
        assert!(!run.ending.done() || end + 2 >= bytes.len(), "{end}: done");
    }
    assert_eq!(told, whole.told.len());
}

/// A26, A27, A28, A30.
#[test]
fn a26_a27_a28_a30_small_oddities() {
    // A comment in the middle of JSON costs that event.
    let broken = format!("data: {{\"choices\":[{{\"index\":0,\n\ndata: \"delta\":{{}}}}]}}\n\n{GOOD}");
    let run = run_whole(&Options::strict(), broken.as_bytes());
    assert_eq!((run.errors().count(), text(&run)), (2, "ok".to_owned()));
    // An id alone is no event.
    assert_eq!(run_whole(&Options::new(), b"id: 1\n: x\n\n").ending.events(), 0);
    // A wrapped comment is a keep-alive, asked for or not.
    let wrapped = run_whole(&Options::new().keepalives(true), b"data: : ping\n\n");
    assert!(matches!(wrapped.deltas().next(), Some(Delta::Keepalive)));
    assert!(run_whole(&Options::new(), b"data: : ping\n\n").told.is_empty());
    // A chunk without delta, and one without choices.
    for chunk in [
        json!({"choices": [{"index": 0}]}),
        json!({"choices": []}),
        json!({"choices": [{"index": 0, "delta": null}]}),
    ] {
        assert_eq!(run_whole(&Options::new(), event(&chunk).as_bytes()).errors().count(), 0, "{chunk}");
    }
}

/// Whatever the cut, the same event is over the limit: also where a line's first bytes may still be a field's or the end of
/// one, where what was over the limit is skipped, and where the framing is not decided yet.
#[test]
fn a_limit_is_met_under_every_cut_alike() {
    let long = "x".repeat(200);
    let streams = [
        format!("data: {long}"),
        format!("data: {long}\n\n{GOOD}"),
        format!("data: {{\"choices\":[],\"pad\":\"{}\"}}\ndat: x\n\n{GOOD}", "y".repeat(34)),
        format!("data: {{\"choices\":[],\"pad\":\"{}\"}}\nda\n\n{GOOD}", "y".repeat(34)),
        format!("{{\"a\":\"Hi\",on\":\"{long}\"}}\n{{\"choices\":[]}}\n{{\"choices\":[]}}\n"),
        format!("{{\"a\":\"{long}\"}}\n{{\"choices\":[]}}\n"),
        format!("{{\"choices\":[]}}\n{}\n{{\"choices\":[]}}\n", " ".repeat(100)),
        format!("{{\n}}\nno JSON: {long}\n{{\"choices\":[]}}\n"),
        format!("[{{\n}}\n, {long}, {{\"choices\":[]}}]\n"),
    ];
    for text in &streams {
        for limit in (20..90).chain([text.len() - 1, text.len()]) {
            let options = limited(|limits| limits.with_event_bytes(limit));
            let expected = run_whole(&options, text.as_bytes());
            for size in [1, 2, 3, 7, 50] {
                let pieces = text.as_bytes().chunks(size);
                let same = agrees(&expected, &mut Decoder::with_options(options), pieces, drain);
                assert_eq!(same, Ok(()), "{limit} in pieces of {size}: {text}");
            }
        }
    }
}

/// An input that is left early is told to its end when the stream finishes, event by event.
#[test]
fn what_was_left_early_is_told_at_the_end() {
    for options in [Options::new(), Options::strict()] {
        let text = [content("a"), content("b"), content("c")].concat() + "data: [DONE]\n\n";
        let expected = run_whole(&options, text.as_bytes());
        for told in 0..4 {
            let mut decoder = Decoder::with_options(options);
            let mut said = Vec::new();
            let mut feed = decoder.feed(text.as_bytes());
            for _ in 0..told {
                said.push(feed.next_delta().unwrap().unwrap().into_owned());
            }
            drop(feed);
            let _ = decoder.finish();
            while let Some(delta) = decoder.next_delta(&mut &[][..]).unwrap() {
                said.push(delta.into_owned());
            }
            let wanted: Vec<_> = expected.deltas().map(Delta::into_owned).collect();
            assert_eq!(said, wanted, "left after {told}");
            assert_eq!(decoder.ending(), expected.ending, "left after {told}");
        }
    }
}

/// What has no event is shown as it came, also where a feed was left before its end.
#[test]
fn first_bytes_of_a_feed_that_was_left() {
    let mut decoder = Decoder::new();
    drop(decoder.feed(b"<html>"));
    drop(decoder.feed(b"<body>"));
    let _ = decoder.finish();
    while decoder.next_delta(&mut &[][..]).unwrap().is_some() {}
    assert_eq!(decoder.ending().first_bytes(), b"<html><body>");
}
