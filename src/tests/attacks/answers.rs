//! Attacks by what is answered: depth on every wire, counters, errors among chunks, endings, endless repetition.

use super::{GOOD, limits_met, text};
use crate::tests::support::{Run, Stream, corpus, drain, run_whole};
use crate::{Decoder, Delta, LimitKind, Options, Usage};

/// Streams of lines and blank lines, as their wires are documented: an event may stand between any two of theirs.
fn conforming() -> impl Iterator<Item = (Stream, Run)> {
    let streams =
        corpus().into_iter().filter(|stream| stream.is_reference() && stream.name.ends_with(".sse"));
    streams.map(|stream| {
        let run = run_whole(&stream.options(), &stream.bytes);
        (stream, run)
    })
}

/// On every wire, an event that is too deep costs itself: the others tell what they would without it.
#[test]
fn a12_depth_costs_itself_on_every_wire() {
    let mut wires = std::collections::BTreeSet::new();
    let deep = format!("data: {{\"x\":{}1{}}}\n\n", "[".repeat(200), "]".repeat(200));
    for (stream, whole) in conforming() {
        let Some(first) = stream.bytes.windows(2).position(|end| end == b"\n\n") else { continue };
        let (before, after) = stream.bytes.split_at(first + 2);
        // What is whole with its first event has no more events.
        if after.is_empty() || run_whole(&stream.options(), before).ending.done() {
            continue;
        }
        let run = run_whole(&stream.options(), &[before, deep.as_bytes(), after].concat());
        assert_eq!(limits_met(&run), [LimitKind::Depth], "{}", stream.name);
        assert_eq!(
            run.errors().next().map(|error| error.offset()),
            Some(before.len() as u64),
            "{}",
            stream.name
        );
        assert!(run.deltas().eq(whole.deltas()), "{}", stream.name);
        wires.extend(whole.ending.wire().map(|wire| wire.as_str()));
    }
    assert!(wires.len() > 5, "{wires:?}");
}

/// Counters that are no counts are not told, and never a reason to lose what stands beside them.
#[test]
fn a14_counters_of_any_kind() {
    let counters = |value: &str| {
        let stream = format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"x\"}}}}],\"usage\":{{\"prompt_tokens\":{value},\"completion_tokens\":3}}}}\n\n"
        );
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!((run.errors().count(), &*text(&run)), (0, "x"), "{value}");
        run.completion().usage.unwrap_or_default()
    };
    for (value, input) in [
        ("7", Some(7)),
        ("7.0", Some(7)),
        ("7e0", Some(7)),
        ("\"7\"", Some(7)),
        ("0", Some(0)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", None),
        ("1e999999999", None),
        ("-35", None),
        ("7.5", None),
        ("\"many\"", None),
        ("null", None),
        ("true", None),
        ("{}", None),
        ("[7]", None),
    ] {
        assert_eq!(counters(value), Usage { input, output: Some(3), ..Usage::default() }, "{value}");
    }
    for usage in ["{}", "null", "[]", "7", "\"many\"", "{\"prompt_tokens\":null}"] {
        let stream = format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"x\"}}}}],\"usage\":{usage}}}\n\n{GOOD}"
        );
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!((run.errors().count(), &*text(&run), run.completion().usage), (0, "xok", None), "{usage}");
    }
}

/// Texts that each repeat what came before are told in pieces, and nothing of them is carried. (The heap is counted apart.)
#[test]
fn a22_cumulative_text_holds_no_text() {
    let event = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    let mut decoder = Decoder::with_options(Options::new().content(crate::ContentMode::Cumulative));
    let (mut so_far, mut told) = (String::new(), 0);
    for _ in 0..2000 {
        so_far.push_str("word ");
        drain(&mut decoder, event(&so_far).as_bytes(), &mut |said| {
            if let Ok(Delta::Text { text, .. }) = said {
                assert_eq!(text, "word ");
                told += 1;
            }
        });
        assert_eq!(decoder.buffered(), 0);
    }
    assert_eq!(told, 2000);
    // What does not go on where it was is told whole, and so is what comes after.
    drain(&mut decoder, event("another").as_bytes(), &mut |said| {
        assert_eq!(said, Ok(Delta::Text { choice: 0, text: "another" }));
    });
}

/// The end of any stream of any wire, cut off at any of its events: what is told is a beginning of the whole, and what
/// is whole at its end was truncated before its last facts came.
#[test]
fn a25_truncation_is_seen_on_every_wire() {
    for (stream, whole) in conforming().filter(|(stream, _)| stream.bytes.len() < 20_000) {
        let mut was_done = false;
        for end in (0..stream.bytes.len()).filter(|end| stream.bytes[..*end].ends_with(b"\n\n")) {
            let run = run_whole(&stream.options(), &stream.bytes[..end]);
            assert_eq!(run.errors().count(), 0, "{} at {end}", stream.name);
            assert!(!was_done || run.ending.done(), "{} at {end}: done, and then not", stream.name);
            assert!(run.ending.events() <= whole.ending.events(), "{} at {end}", stream.name);
            was_done = run.ending.done();
        }
        assert!(!was_done || whole.ending.done(), "{}", stream.name);
        let nothing = run_whole(&stream.options(), b"");
        assert!(nothing.ending.is_truncated() && !nothing.ending.done(), "{}", stream.name);
    }
}

/// The peer's complaint is told among chunks; nothing after it is made up, and nothing is lost.
#[test]
fn a26_an_error_among_chunks() {
    for (error, code, message) in [
        (r#"{"error":{"message":"busy","type":"server_error","code":503}}"#, Some("503"), "busy"),
        (r#"{"error":{"message":"busy","code":"overloaded"}}"#, Some("overloaded"), "busy"),
        (r#"{"error":"busy"}"#, None, "busy"),
        (r#"{"error":{"message":"busy"},"choices":[]}"#, None, "busy"),
    ] {
        let run = run_whole(&Options::new(), format!("{GOOD}data: {error}\n\n{GOOD}").as_bytes());
        assert_eq!((run.errors().count(), &*text(&run)), (0, "okok"), "{error}");
        let completion = run.completion();
        let told = &completion.errors[0];
        assert_eq!((told.code.as_deref(), &*told.message), (code, message), "{error}");
        assert!(completion.errors.len() == 1 && run.ending.is_truncated(), "{error}");
    }
}
