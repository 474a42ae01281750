//! Attacks on lines and on what they are written in: line ends, UTF-8, byte order marks.

use super::{GOOD, limited, text};
use crate::sse::Framer;
use crate::tests::support::{agrees, drain, run, run_whole};
use crate::{Decoder, ErrorKind, LimitKind, Options};

/// All that is said of `stream` is the same at every cut in three.
fn every_cut_in_three(options: Options, stream: &[u8]) {
    let whole = run_whole(&options, stream);
    let mut decoder = Decoder::with_options(options);
    for first in 0..=stream.len() {
        for second in first..=stream.len() {
            let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
            decoder.reset();
            agrees(&whole, &mut decoder, pieces, drain)
                .unwrap_or_else(|wrong| panic!("cut at {first} and {second}: {wrong}"));
        }
    }
}

/// By option, a line without end is fatal as soon as it is over the limit, and nothing of it is kept.
#[test]
fn a01_a_line_without_end_is_fatal_by_option() {
    for start in ["data: ", "event: ", "id: "] {
        let options = limited(|limits| limits.with_event_bytes(1000).with_id_bytes(5000)).fatal_limits(true);
        let mut decoder = Decoder::with_options(options);
        drain(&mut decoder, start.as_bytes(), &mut |_| {});
        let mut fed = 0;
        let error = loop {
            fed += 100;
            assert!(fed < 1200, "{start:?} is not refused");
            if let Err(error) = decoder.next_delta(&mut &[b'a'; 100][..]) {
                break error;
            }
        };
        assert!(
            error.is_fatal() && error.kind() == ErrorKind::Limit(LimitKind::EventBytes),
            "{start:?}: {error}"
        );
        assert_eq!(decoder.next_delta(&mut GOOD.as_bytes()), Err(error), "{start:?}");
        assert_eq!(decoder.buffered(), 0, "{start:?}");
    }
}

/// Every mix of line ends, cut in three at every two places: the framer.
#[test]
fn a07_line_ends_split_anywhere_in_the_framer() {
    const ENDS: [&str; 3] = ["\n", "\r", "\r\n"];
    for mix in 0..3usize.pow(5) {
        let end = |place: u32| ENDS[mix / 3usize.pow(place) % 3];
        let stream = ["data:1", end(0), "data:2", end(1), end(2), "data:3", end(3), end(4)].concat();
        let stream = stream.as_bytes();
        let read = |pieces: [&[u8]; 3]| {
            let (mut framer, mut data) = (Framer::new(), Vec::new());
            for mut piece in pieces {
                while let Some(frame) = framer.next_frame(&mut piece).unwrap() {
                    data.push(frame.data.to_owned());
                }
            }
            data
        };
        // A CR and the LF of the next place are one line end, and no blank line.
        let is_blank = |first: u32| !(end(first) == "\r" && end(first + 1) == "\n");
        let expected: &[&str] = match (is_blank(1), is_blank(3)) {
            (true, true) => &["1\n2", "3"],
            (true, false) => &["1\n2"],
            (false, true) => &["1\n2\n3"],
            (false, false) => &[],
        };
        let whole = read([stream, b"", b""]);
        assert_eq!(whole, expected, "{stream:?}");
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let cut = read([&stream[..first], &stream[first..second], &stream[second..]]);
                assert_eq!(cut, whole, "{stream:?} at {first} and {second}");
            }
        }
    }
}

/// The same of the decoder, for each line end by itself and two that are mixed.
#[test]
fn a07_line_ends_split_anywhere() {
    for ends in ["\n\n", "\r\r", "\r\n\r\n", "\r\n\r", "\n\r\n", "\r\n\n"] {
        let stream =
            format!("data:{{\"choices\":[{{\"delta\":{{\"content\":\"a\"}}}}]}}{ends}data:[DONE]{ends}");
        every_cut_in_three(Options::new(), stream.as_bytes());
        let run = run_whole(&Options::new(), stream.as_bytes());
        assert_eq!((&*text(&run), run.ending.done()), ("a", true), "{ends:?}");
    }
}

/// Characters of two, three and four bytes, cut in three at every two places.
#[test]
fn a08_characters_split_anywhere() {
    let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"é世界😀\"}}]}\n\n";
    every_cut_in_three(Options::new(), stream.as_bytes());
    assert_eq!(text(&run_whole(&Options::new(), stream.as_bytes())), "é世界😀");
}

/// What is not UTF-8 is replaced exactly as the standard decodes, or is an error of its event.
#[test]
fn a09_text_that_is_not_utf8() {
    let odd: [&[u8]; 9] = [
        b"\xFF",
        b"\x80",
        b"\xC3",
        b"\xE4\xB8",
        b"\xF0\x9F\x98",
        b"\xC0\x80",
        b"\xED\xA0\x80",
        b"\xF4\x90\x80\x80",
        b"\xF0\x9F\x98\xF0\x9F\x98\x80",
    ];
    for odd in odd {
        for after in ["", "x", "é"] {
            let content = [b"a", odd, after.as_bytes()].concat();
            let stream = [
                b"data: {\"choices\":[{\"delta\":{\"content\":\"",
                &*content,
                b"\"}}]}\n\n",
                GOOD.as_bytes(),
            ]
            .concat();
            every_cut_in_three(Options::new(), &stream[..stream.len() - GOOD.len()]);
            let lenient = run_whole(&Options::new(), &stream);
            assert_eq!(text(&lenient), String::from_utf8_lossy(&content).into_owned() + "ok", "{odd:?}");
            let strict = run(&Options::strict(), stream.chunks(1));
            let errors: Vec<_> = strict.errors().map(|error| (error.kind(), error.offset())).collect();
            assert_eq!(errors, [(ErrorKind::Utf8, 0)], "{odd:?}");
            assert_eq!(text(&strict), "ok", "{odd:?}");
        }
    }
}

/// One byte order mark is taken off, at the start and whole; any other is part of a field's name or of its value.
#[test]
fn a10_byte_order_marks() {
    for (stream, told) in [
        (format!("\u{FEFF}{GOOD}"), "ok"),
        (format!("\u{FEFF}\u{FEFF}{GOOD}{GOOD}"), "ok"),
        (format!("{GOOD}\u{FEFF}{GOOD}{GOOD}"), "okok"),
        (format!("\u{FEFF}\n\n{GOOD}"), "ok"),
    ] {
        for options in [Options::new(), Options::strict()] {
            let whole = run_whole(&options, stream.as_bytes());
            assert_eq!((&*text(&whole), whole.errors().count()), (told, 0), "{stream:?}");
            agrees(&whole, &mut Decoder::with_options(options), stream.as_bytes().chunks(1), drain).unwrap();
        }
    }
    for end in 1..3 {
        let run = run_whole(&Options::new(), &"\u{FEFF}".as_bytes()[..end]);
        assert_eq!((run.told.len(), run.ending.events()), (0, 0), "{end} bytes of a mark");
    }
}
