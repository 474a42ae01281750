//! Where events end, framing by framing: at the limit, torn, and with what stands between them.

use super::support::{Run, run, run_whole};
use crate::{Delta, ErrorKind, Framing, LimitKind, Limits, Options, Quirk, Quirks};

/// The same under every cut; returns what the whole says.
fn under_cuts(options: &Options, stream: &[u8]) -> Run {
    let whole = run_whole(options, stream);
    assert_eq!(run_whole(&options.prediction(false), stream), whole, "without prediction");
    for size in 1..stream.len().min(40) {
        let text = String::from_utf8_lossy(stream);
        assert_eq!(run(options, stream.chunks(size)), whole, "{text:?} in pieces of {size}");
        assert_eq!(
            run(&options.prediction(false), stream.chunks(size)),
            whole,
            "{text:?}, {size}, unpredicted"
        );
    }
    whole
}

fn limited(framing: Framing, bytes: usize) -> Options {
    Options::new().framing(framing).limits(Limits::new().with_event_bytes(bytes))
}

fn kinds(run: &Run) -> Vec<ErrorKind> {
    run.errors().map(|error| error.kind()).collect()
}

const OVER: ErrorKind = ErrorKind::Limit(LimitKind::EventBytes);

/// A limit is the most that an event may have: with the end of its last own line where it has lines.
#[test]
fn an_event_of_just_the_limit_is_not_over_it() {
    let rows: [(Framing, &str, &str, &str, usize); 9] = [
        (Framing::Sse, "", "data: {\"n\":1}\n\n", "", 14),
        (Framing::Sse, "", "data: {\"n\":1}\r\r", "", 14),
        (Framing::Sse, "", "data: {\ndata: \"n\":1}\n\n", "", 21),
        (Framing::Sse, "", ": c\nevent: e\n: c\ndata: {\"n\":1}\n\n", "", 23),
        (Framing::Ndjson, "", "{\"n\":1}\n", "", 8),
        (Framing::Ndjson, "", "{\"n\":\n1}\n", "", 8),
        (Framing::JsonArray, "[", " {\"n\":1}\n,", "null]", 7),
        (Framing::JsonArray, "[", "\n\"seven\",", "null]", 7),
        (Framing::Json, "", "{\"n\":\n\n1}", "", 9),
    ];
    for (framing, open, event, close, own) in rows {
        let stream = [open, &event.repeat(4), close].concat();
        for (most, expected) in [(own, 0), (own - 1, 4)] {
            let run = under_cuts(&limited(framing, most), stream.as_bytes());
            assert_eq!(
                kinds(&run).iter().filter(|kind| **kind == OVER).count(),
                expected,
                "{stream:?} at {most}"
            );
        }
    }
}

/// An event that is cut off is no longer for that: one of just the limit is what it would be elsewhere.
#[test]
fn what_is_left_at_the_end_may_have_the_limit() {
    for (framing, stream) in [
        (Framing::Sse, "data: {\"n\":1}"),
        (Framing::Sse, "data: {\"n\":1}\ndata: "),
        (Framing::Ndjson, "{\"n\":1}"),
        (Framing::Json, "{\"n\":1}"),
        (Framing::JsonArray, "{\"n\":1}"),
    ] {
        for (most, expected) in [(stream.len(), &[][..]), (stream.len() - 1, &[OVER][..])] {
            let run = under_cuts(&limited(framing, most), stream.as_bytes());
            assert_eq!(kinds(&run), expected, "{stream:?} at {most}");
        }
    }
}

/// A torn value is one bad event, which may be over the limit, too; the next is framed.
#[test]
fn a_torn_value_costs_itself() {
    let rows: [(Framing, &str, &str, &str, usize); 5] = [
        (Framing::Ndjson, "", "{\"n\":\"torn\n", "{\"n\":1}\n", 11),
        (Framing::Ndjson, "", "{\"n\": 1 \n", "{\"n\":1}\n", 9),
        (Framing::Json, "", "{\"n\":\"torn\n", "{\"n\":1}\n", 11),
        (Framing::JsonArray, "[", "{\"n\":\"torn\n", ",{\"n\":1}]", 11),
        (Framing::JsonArray, "[", "{\"n\": 1 \n", ", {\"n\":1}]", 9),
    ];
    for (framing, open, torn, good, own) in rows {
        let stream = [open, torn, good].concat();
        for (most, kind) in [(own.max(12), ErrorKind::Json), (own - 1, OVER)] {
            let run = under_cuts(&limited(framing, most), stream.as_bytes());
            assert_eq!(kinds(&run)[..1], [kind], "{stream:?} at {most}");
            let known = |delta: &Delta<'_>| matches!(delta, Delta::Unknown { .. });
            assert_eq!(run.deltas().filter(known).count(), 1, "{stream:?} at {most}");
        }
    }
}

/// The first bytes tell the framing, and what stands before them is nothing, however it is cut.
#[test]
fn the_first_bytes_tell() {
    for (start, event) in [
        ("", "data: {\"n\":1}\n\n"),
        ("\u{FEFF}", "data: {\"n\":1}\n\n"),
        ("\n", "data: {\"n\":1}\n\n"),
        (" \r\n", "data: {\"n\":1}\n\n"),
        (" data: {}\n", "data: {\"n\":1}\n\n"),
        ("\u{FEFF} \n", "{\"n\":1}\n"),
        ("", "{\"n\":1}\n"),
        ("\n ", "[{\"n\":1}]"),
        ("", "[{\"n\":1}]"),
        ("", "[ {\"n\":1}]"),
        ("", "[DONE]\n"),
    ] {
        let stream = format!("{start}{event}");
        let run = under_cuts(&Options::new(), stream.as_bytes());
        let known = |delta: &Delta<'_>| matches!(delta, Delta::Unknown { .. });
        let expected = usize::from(event.contains('n'));
        assert_eq!((run.deltas().filter(known).count(), kinds(&run)), (expected, vec![]), "{stream:?}");
    }
}

/// A line that is no field is nothing where the quirk that makes it something is off.
#[test]
fn a_line_that_is_no_field_is_nothing_without_its_quirk() {
    let event = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n")
    };
    let bare = event("b").replacen("data: ", "", 1);
    for (quirk, line) in [
        (Quirk::ErrorField, "error: {\"message\":\"boom\"}\n"),
        (Quirk::BareDone, "[DONE]\n"),
        (Quirk::BareJsonLine, bare.as_str()),
        (Quirk::BlankSeparator, " \t\n"),
    ] {
        for (before, after) in [("\n", "\n"), ("\n", ""), ("", "\n")] {
            let stream = |line: &str| [&event("a"), before, line, after, "\n", &event("c"), "\n"].concat();
            for allowed in [Quirks::NONE, Quirks::ALL.without(quirk)] {
                // What a line of its own would end is not ended by a comment, either.
                let options = Options::new().framing(Framing::Sse).quirks(allowed);
                let without = run_whole(&options, stream(":\n").as_bytes());
                let run = under_cuts(&options, stream(line).as_bytes());
                assert_eq!(run.told, without.told, "{} is off, {before:?} before {line:?}", quirk.as_str());
                assert!(!run.seen.contains(quirk));
            }
        }
    }
}

/// Nor within a value: it ends no event that goes on after it.
#[test]
fn a_line_that_is_no_field_ends_no_value_without_its_quirk() {
    let chunk = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}";
    for (quirk, at, line) in
        [(Quirk::BareDone, "{\"choices\":", "[DONE]\n"), (Quirk::BareJsonLine, "{\"choices\"", "{\"n\":1}\n")]
    {
        let (before, after) = chunk.split_at(at.len());
        let stream = format!("data: {before}\n{line}data: {after}\n\n");
        let options = Options::new().framing(Framing::Sse).quirks(Quirks::ALL.without(quirk));
        let run = under_cuts(&options, stream.as_bytes());
        assert_eq!(run.errors().count(), 0, "{line:?}");
        assert!(run.deltas().any(|delta| matches!(delta, Delta::Text { text: "a", .. })), "{line:?}");
    }
}

/// What may be no more than white space, or an end marker that is none, is dropped however long it is.
#[test]
fn lines_that_are_dropped_count_for_nothing() {
    let event = "data: {\"n\":1}\n\n";
    let options = limited(Framing::Sse, 40);
    let space = " ".repeat(100);
    let marker = format!("[DONE]{}", "x".repeat(100));
    for (quirks, line) in [(Quirks::ALL, &space), (Quirks::ALL.without(Quirk::BareDone), &marker)] {
        let stream = format!("{event}{line}\n{event}");
        let run = under_cuts(&options.quirks(quirks), stream.as_bytes());
        assert_eq!(kinds(&run), [], "{line:?}");
    }
    // With white space before it a marker is no marker, and ends no value.
    let run = under_cuts(&Options::new().framing(Framing::Sse), b"data: {\"n\":\n [DONE]\ndata: 1}\n\n");
    assert_eq!(kinds(&run), []);
}

/// Data is framed before if its first line is: a later line's prefix is its own.
#[test]
fn a_prefix_within_data_is_data() {
    let stream = b"data: the word\ndata: data: is a field\n\n";
    let run = under_cuts(&Options::new().framing(Framing::Sse), stream);
    let words = |delta| matches!(delta, Delta::PeerError { message: "the word\ndata: is a field", .. });
    assert!(run.deltas().any(words), "{:?}", run.told);
}

/// Of an event that is not over, what was dropped within it is no part.
#[test]
fn what_is_left_at_the_end_is_the_event_without_what_was_dropped() {
    let stream = format!("event: e\n: a comment\ndata: {{\"n\":\"{}", "x".repeat(60));
    let run = under_cuts(&Options::strict().framing(Framing::Sse), stream.as_bytes());
    assert_eq!(run.ending.unterminated_bytes(), stream.len() - ": a comment\n".len());
}
