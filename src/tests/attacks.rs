//! What a hostile or broken peer can send: one test for each row of the catalogue of attacks that the decoder and the
//! framer answer to. What memory is kept is measured elsewhere; here stands what must happen.

mod answers;
mod lines;
mod table;

use super::support::{Run, agrees, drain, run, run_whole};
use crate::sse::Framer;
use crate::{Decoder, Delta, ErrorKind, LimitKind, Limits, Options};

/// An event that must decode whatever its neighbours are.
pub(super) const GOOD: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ok\"}}]}\n\n";

pub(super) fn limited(change: impl FnOnce(Limits) -> Limits) -> Options {
    Options::new().limits(change(Limits::new()))
}

pub(super) fn text(run: &Run) -> String {
    run.completion().choices.get(&0).map(|choice| choice.text.clone()).unwrap_or_default()
}

pub(super) fn limits_met(run: &Run) -> Vec<LimitKind> {
    let limit = |error: crate::Error| match error.kind() {
        ErrorKind::Limit(limit) => limit,
        kind => panic!("{kind}"),
    };
    run.errors().map(limit).collect()
}

/// Whole, in sevens and byte by byte, `stream` meets these limits and decodes to this text.
pub(super) fn assert_limits(options: &Options, stream: &str, met: &[LimitKind], told: &str) {
    let whole = run_whole(options, stream.as_bytes());
    let stream = stream.as_bytes();
    assert_eq!((&*limits_met(&whole), &*text(&whole)), (met, told), "of {} bytes", stream.len());
    for size in [1, 7] {
        agrees(&whole, &mut Decoder::with_options(*options), stream.chunks(size), drain)
            .unwrap_or_else(|wrong| panic!("in pieces of {size}: {wrong}"));
    }
}

/// A1, A2, A5: lines and events without end cost one error (or nothing), bounded memory, and no neighbour.
#[test]
fn a01_a02_a05_endless_lines_and_events() {
    const CAP: usize = 100_000;
    let options = limited(|limits| limits.with_event_bytes(CAP));
    // What begins, what repeats, how often the limit is met, what ends it.
    let floods: [(&str, &str, usize, &str); 9] = [
        ("data: ", "a", 1, "\n\n"),
        ("data: {\"choices\":[{\"delta\":{\"content\":\"", "a", 1, "\"}}]}\n\n"),
        ("event: ", "a", 1, "\n\n"),
        ("id: ", "a", 1, "\n\n"),
        ("", "data\n", 1, "\n\n"),
        ("", "data: a\n", 1, "\n\n"),
        (":", "a", 0, "\n"),
        ("", ": ping\n", 0, "\n"),
        ("nobody: ", "a", 0, "\n\n"),
    ];
    for (start, repeated, met, end) in floods {
        let piece = repeated.repeat((64 << 10) / repeated.len());
        let mut decoder = Decoder::with_options(options);
        let (mut errors, mut kept) = (0, 0);
        let mut feed = |decoder: &mut Decoder, bytes: &str| {
            drain(decoder, bytes.as_bytes(), &mut |said| match said {
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Limit(LimitKind::EventBytes), "{start:?}");
                    errors += 1;
                }
                Ok(delta) => assert!(
                    matches!(delta, Delta::Text { text: "ok", .. } | Delta::Start { .. }),
                    "{delta:?}"
                ),
            });
            kept = kept.max(decoder.buffered());
        };
        feed(&mut decoder, GOOD);
        feed(&mut decoder, start);
        for _ in 0..48 {
            feed(&mut decoder, &piece);
        }
        feed(&mut decoder, end);
        feed(&mut decoder, GOOD);
        assert_eq!(errors, met, "{start:?} {repeated:?}");
        assert!(kept <= CAP + (64 << 10), "{start:?} keeps {kept}");
    }
}

/// A1, for the framer.
#[test]
fn a01_endless_lines_in_the_framer() {
    let limits = Limits::new().with_event_bytes(1000);
    for (start, met) in [("data: ", 1), ("event: ", 1), ("id: ", 1), (": ", 0), ("x: ", 0)] {
        let mut framer = Framer::new().limits(limits);
        let (mut events, mut errors) = (0, 0);
        let stream = format!("data: a\n\n{start}{}\n\ndata: b\n\n", "x".repeat(50_000));
        for mut piece in stream.as_bytes().chunks(333) {
            loop {
                match framer.next_frame(&mut piece) {
                    Ok(Some(_)) => events += 1,
                    Ok(None) => break,
                    Err(_) => errors += 1,
                }
            }
        }
        assert_eq!((events, errors), (2, met), "{start:?}");
    }
}

/// A3: exactly the cap is taken, one byte more is not; the neighbours decode.
#[test]
fn a03_an_event_at_its_limit() {
    for end in ["\n\n", "\r\n\r\n", "\r\r"] {
        let event = format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"big\"}}}}]}}{end}");
        // The blank line ends the event and is not its own; an LF behind a CR comes when the line has ended already.
        let own = event.trim_end().len() + 1;
        let stream = [GOOD, &*event, GOOD].concat();
        for cap in [own - 1, own, own + 1] {
            let options = limited(|limits| limits.with_event_bytes(cap));
            let whole = run_whole(&options, stream.as_bytes());
            let fits = limits_met(&whole).is_empty();
            assert_eq!(text(&whole), if fits { "okbigok" } else { "okok" }, "{end:?} at {cap}");
            assert!(fits || cap <= own, "{end:?}: {own} bytes do not fit into {cap}");
            assert!(!fits || cap >= own, "{end:?}: {own} bytes fit into {cap}");
            for size in [1, 7] {
                agrees(&whole, &mut Decoder::with_options(options), stream.as_bytes().chunks(size), drain)
                    .unwrap_or_else(|wrong| panic!("{end:?} at {cap} in pieces of {size}: {wrong}"));
            }
        }
    }
}

/// A4: blank lines and lines that say nothing are no events.
#[test]
fn a04_tiny_lines() {
    for (repeated, events) in [
        ("\n", 0),
        ("\r", 0),
        ("\r\n", 0),
        ("d\n", 0),
        (":\n\n", 0),
        ("data\n\n", 1),
        ("event: x\n\n", 0),
        ("id\n\n", 0),
    ] {
        let run = run(&Options::new(), repeated.repeat(1000).as_bytes().chunks(3));
        assert_eq!((run.ending.events(), run.told.len()), (events * 1000, 0), "{repeated:?}");
    }
}

/// A5: a flood of comments is no progress, and the caller can see that.
#[test]
fn a05_silence_can_be_timed() {
    let mut decoder = Decoder::new();
    drain(&mut decoder, GOOD.as_bytes(), &mut |_| {});
    let silent = decoder.bytes_since_event();
    for _ in 0..10 {
        drain(&mut decoder, ": ping\n\n".repeat(10).as_bytes(), &mut |_| {});
    }
    assert_eq!(decoder.bytes_since_event() - silent, 800);
    assert_eq!(decoder.buffered(), 0);
}

/// A11: NUL is text in data, no JSON raw (but for the quirk), and U+0000 when escaped.
#[test]
fn a11_nul() {
    let content = |nul: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"a{nul}b\"}}}}]}}\n\n")
    };
    assert_eq!(text(&run_whole(&Options::strict(), content("\\u0000").as_bytes())), "a\0b");
    assert_eq!(text(&run_whole(&Options::new(), content("\0").as_bytes())), "a\0b");
    assert_eq!(run_whole(&Options::strict(), content("\0").as_bytes()).errors().count(), 1);
}

/// A12: depth is counted, never recursed into, wherever it is.
#[test]
fn a12_deep_nesting() {
    let nested =
        |depth: usize, inner: &str| ["[".repeat(depth), inner.to_owned(), "]".repeat(depth)].concat();
    let homes: [(&str, &str, usize); 5] = [
        ("{\"choices\":[],\"x\":", "}", 1),
        ("{\"x\":", ",\"choices\":[]}", 1),
        ("{\"choices\":[{\"index\":0,\"delta\":{\"x\":", "}}]}", 4),
        (
            "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":",
            "}}]}}]}",
            7,
        ),
        ("{\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":", "}]}", 3),
    ];
    for (before, after, outer) in homes {
        for depth in [127, 128, 129, 1000, 100_000] {
            let stream = format!("data: {before}{}{after}\n\n{GOOD}", nested(depth - outer, "1"));
            let run = run_whole(&Options::new(), stream.as_bytes());
            let met = if depth > 128 { vec![LimitKind::Depth] } else { vec![] };
            assert_eq!((limits_met(&run), &*text(&run)), (met, "ok"), "{before} at {depth}");
        }
        let options = limited(|limits| limits.with_depth(20));
        for (depth, met) in [(19, 0), (20, 0), (21, 1)] {
            let stream = format!("data: {before}{}{after}\n\n{GOOD}", nested(depth - outer, "1"));
            assert_limits(&options, &stream, &[LimitKind::Depth][..met], "ok");
        }
    }
}

/// A12, on a small stack: nothing recurses, not even dropping and printing.
#[test]
fn a12_deep_nesting_needs_no_stack() {
    let body = || {
        for open in ["[", "{\"a\":", "[{\"choices\":"] {
            let stream = format!("data: {}\n\n{GOOD}", open.repeat(100_000));
            let mut decoder = Decoder::new();
            let mut said = 0;
            drain(&mut decoder, stream.as_bytes(), &mut |_| said += 1);
            assert!(said > 1);
        }
    };
    std::thread::Builder::new().stack_size(128 << 10).spawn(body).unwrap().join().unwrap();
}

/// A13: numbers are lexed whatever their length, and cost at most themselves.
#[test]
fn a13_long_numbers() {
    let digits = "7".repeat(1 << 20);
    for number in
        [digits.clone(), format!("-0.{digits}"), format!("1e{digits}"), format!("0.{digits}E-{digits}")]
    {
        let stream = format!(
            "data: {{\"choices\":[],\"created\":{number},\"usage\":{{\"prompt_tokens\":{number},\"completion_tokens\":1}},\"x\":{number}}}\n\n{GOOD}"
        );
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!((run.errors().count(), &*text(&run)), (0, "ok"));
        assert_eq!(run.completion().usage.unwrap().output, Some(1));
    }
    for number in ["0x10", "01", "+1", ".5", "1.", "1e", "--1", "-"] {
        let stream = format!("data: {{\"choices\":[],\"x\":{number}}}\n\n{GOOD}");
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!((run.errors().count(), &*text(&run)), (1, "ok"), "{number}");
    }
}

/// A15: a string of nothing but escapes.
#[test]
fn a15_nothing_but_escapes() {
    for (escape, meant) in [("\\u0041", "A"), ("\\\\", "\\"), ("\\ud83d\\ude00", "😀"), ("\\n", "\n")] {
        let stream = format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n",
            escape.repeat(20_000)
        );
        assert_eq!(text(&run_whole(&Options::new(), stream.as_bytes())), meant.repeat(20_000));
    }
}

/// A16: halves of a pair, in one string, in two chunks, in the wrong order.
#[test]
fn a16_surrogates() {
    let chunk = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    for (texts, told) in [
        (&["\\ud83d\\ude00"][..], "😀"),
        (&["a\\ud83d", "\\ude00b"], "a😀b"),
        (&["a\\ud83d", "b"], "a\u{FFFD}b"),
        (&["\\ude00", "\\ud83d"], "\u{FFFD}\u{FFFD}"),
        (&["\\ud83d", "\\ud83d", "\\ude00"], "\u{FFFD}😀"),
        (&["\\ud83d\\ud83d\\ude00"], "\u{FFFD}😀"),
        (&["\\ude00\\ude00"], "\u{FFFD}\u{FFFD}"),
        (&["x\\ud83dy"], "x\u{FFFD}y"),
    ] {
        let stream: String = texts.iter().map(|text| chunk(text)).collect();
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!(text(&run), told, "{texts:?}");
        assert!(run_whole(&Options::strict(), chunk("\\ud83d").as_bytes()).errors().count() == 1);
    }
}

/// A17, A18: the last value that is not null wins, however the name is written; names are compared byte for byte.
#[test]
fn a17_a18_duplicate_and_smuggled_names() {
    let delta = |members: &str| {
        let stream = format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{{members}}}}}]}}\n\n");
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!(run.errors().count(), 0, "{members}");
        text(&run)
    };
    for (members, told) in [
        (r#""content":"a","content":"b""#, "b"),
        (r#""content":"a","content":null"#, "a"),
        (r#""content":null,"content":"b""#, "b"),
        (r#""content":"a","content":"b","content":"c""#, "c"),
        (r#""content":"a","con\u0074ent":"b""#, "b"),
        (r#""\u0063\u006f\u006etent":"a""#, "a"),
        (r#""Content":"a""#, ""),
        (r#""content\u0000":"a""#, ""),
        (r#""content ":"a""#, ""),
        (r#""x":{"content":"a"},"content":"b","y":[{"content":"c"}]"#, "b"),
    ] {
        assert_eq!(delta(members), told, "{members}");
    }
    let twice = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\",\"content\":\"b\"}}]}\n\n";
    assert_eq!(run_whole(&Options::strict(), twice.as_bytes()).errors().count(), 1);
}

/// A19: an event of nothing but distinct names.
#[test]
fn a19_many_names() {
    let members: String = (0..50_000).map(|name| format!("\"k{name}\":{name},")).collect();
    let stream =
        format!("data: {{{members}\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"ok\"}}}}]}}\n\n");
    assert_eq!(text(&run_whole(&Options::new(), stream.as_bytes())), "ok");
}

/// A36, A45: a key repeated beside records that survive costs only itself, as does damage without end, as do documents.
///
/// Nothing is timed, because no clock tells on a busy machine; nor does the crate count its own work, because such a
/// counter sees only the loops that somebody thought of. The proof is `counts pairs` in `benches/`, which counts the
/// instructions of these very events. Here they have to be taken, small beside each kind of record and larger beside all.
#[test]
fn a36_a45_what_is_repeated_costs_its_neighbours_nothing() {
    let small = super::pairs::pairs().into_iter().map(|pair| (pair, 4 << 10));
    let large = super::pairs::crowds().into_iter().map(|pair| (pair, 256 << 10));
    for (pair, bytes) in small.chain(large) {
        let stream = [&*pair.sized(bytes), GOOD].concat();
        let mut decoder = Decoder::with_options(Options::new().repair(pair.repair()));
        let mut ok = false;
        drain(&mut decoder, stream.as_bytes(), &mut |said| {
            ok = matches!(said, Ok(Delta::Text { text, .. }) if text.ends_with("ok"));
        });
        assert!(ok && decoder.ending().events() == 2, "{pair}");
    }
}

/// The same of the JSON sources: both read of each repetition what stands there, its own text where that is told.
#[test]
fn a36_a45_what_is_repeated_is_read_alike() {
    for pair in super::pairs::pairs() {
        let event = pair.sized(400);
        crate::fuzzing::json(event.trim_start_matches("data: ").trim_ascii().as_bytes());
    }
}
