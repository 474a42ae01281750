//! Laws over bytes that nobody wrote: arbitrary ones, streams of odd pieces, and damaged streams of the corpus. The
//! laws themselves are the bodies of the fuzz targets.

use proptest::prelude::*;

use super::support::{Seeded, agrees, corpus, drain, run, run_whole, tell};
use crate::{Decoder, Delta, Error, ErrorKind, Options, fuzzing};

/// What must hold of any bytes.
fn laws(bytes: &[u8]) {
    fuzzing::cuts(bytes);
    fuzzing::prediction(bytes);
    fuzzing::framer(bytes);
    steps_are_bounded(bytes);
}

/// No call makes no progress: each tells something or takes bytes.
fn steps_are_bounded(bytes: &[u8]) {
    let mut decoder = Decoder::new();
    let (mut calls, mut pieces) = (0, 0);
    for mut piece in Seeded(7).cuts(bytes, 11) {
        pieces += 1;
        loop {
            calls += 1;
            match decoder.next_delta(&mut piece) {
                Ok(None) => break,
                // Told again by every further call.
                Err(error) if error.is_fatal() => return,
                Ok(Some(_)) | Err(_) => {}
            }
        }
        assert!(piece.is_empty());
    }
    assert_eq!(decoder.position(), bytes.len() as u64);
    let _ = decoder.finish();
    while !matches!(decoder.next_delta(&mut &[][..]), Ok(None)) {
        calls += 1;
    }
    assert!(calls <= 2 * bytes.len() + pieces + 16, "{calls} calls for {} bytes", bytes.len());
    assert_eq!(decoder.buffered(), 0);
}

/// Bytes that mean something to some room.
const TELLING: &[u8] = b"\n\r:\"{}[],\\ \t\0\x80\xEF\xBB\xBF\xFF0d";

/// Bits flipped, ranges removed, doubled and moved.
pub(super) fn damaged(bytes: &[u8], seed: &mut Seeded) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=seed.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = seed.below(bytes.len());
        let end = (at + 1 + seed.below(40)).min(bytes.len());
        match seed.below(6) {
            0 => bytes[at] ^= 1 << seed.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.truncate(at),
            3 => bytes[at] = TELLING[seed.below(TELLING.len())],
            4 => {
                let copy = bytes[at..end].to_vec();
                let to = seed.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => {
                let moved: Vec<_> = bytes.drain(at..end).collect();
                let to = seed.below(bytes.len() + 1);
                bytes.splice(to..to, moved);
            }
        }
    }
    bytes
}

#[test]
fn a34_damaged_streams_keep_the_laws() {
    let mut seed = Seeded(11);
    for stream in corpus().iter().filter(|stream| stream.bytes.len() < 3000) {
        for _ in 0..2 {
            laws(&damaged(&stream.bytes, &mut seed));
        }
    }
}

#[test]
fn the_corpus_keeps_the_laws() {
    for stream in corpus() {
        fuzzing::cuts(&stream.bytes);
        fuzzing::prediction(&stream.bytes);
        fuzzing::framer(&stream.bytes);
        fuzzing::encode(&stream.bytes);
        fuzzing::messages(&stream.bytes);
        fuzzing::encode_ui(&stream.bytes);
        fuzzing::responses(&stream.bytes);
        fuzzing::conversation(&stream.bytes);
        fuzzing::think(&stream.bytes);
        fuzzing::cumulative(&stream.bytes);
        fuzzing::repair(&stream.bytes);
        fuzzing::completion(&stream.bytes);
        fuzzing::reset(&stream.bytes, measured);
        fuzzing::bounded(&stream.bytes, measured);
        for line in stream.bytes.split(|byte| *byte == b'\n') {
            fuzzing::json(line.strip_prefix(b"data: ").unwrap_or(line));
        }
    }
}

/// Two streams one after another, with a reset between, at any point of the first.
#[test]
fn a35_a_reset_decoder_is_new() {
    let streams = corpus();
    let mut seed = Seeded(13);
    for (first, second) in streams.iter().zip(streams.iter().skip(1).step_by(3).cycle()) {
        let options = second.options();
        let expected = run_whole(&options, &second.bytes);
        let mut decoder = Decoder::with_options(options);
        let part = &first.bytes[..seed.below(first.bytes.len() + 1)];
        match seed.below(3) {
            0 => drain(&mut decoder, part, &mut |_| {}),
            1 => tell(&mut decoder, [part], drain, &mut |_| {}),
            // In the middle of an event's deltas.
            _ => drop(decoder.feed(part).next_delta().map(|delta| delta.is_some())),
        }
        decoder.reset();
        agrees(&expected, &mut decoder, seed.cuts(&second.bytes, 500), drain)
            .unwrap_or_else(|wrong| panic!("corpus/{} after {}: {wrong}", second.name, first.name));
    }
}

/// Whatever the pieces of a cut, a clone taken between them goes on alike.
#[test]
fn a_clone_goes_on_alike() {
    let mut seed = Seeded(17);
    for stream in corpus().iter().step_by(5) {
        let expected = run_whole(&stream.options(), &stream.bytes);
        let (first, second) = stream.bytes.split_at(seed.below(stream.bytes.len() + 1));
        let mut decoder = Decoder::with_options(stream.options());
        let (mut told, mut is_over) = (Vec::new(), false);
        let mut take = |said: Result<Delta<'_>, Error>| {
            // A fatal error is said again by every call.
            if !is_over {
                is_over = said.is_err_and(|error| error.is_fatal());
                told.push(super::support::Told::of(said));
            }
        };
        drain(&mut decoder, first, &mut take);
        let mut clone = decoder.clone();
        drop(decoder);
        tell(&mut clone, [second], drain, &mut take);
        assert!(told == expected.told, "{}", stream.name);
    }
}

/// Our complaints are about events, never about what they say.
#[test]
fn a32_no_error_prints_the_stream() {
    const SECRET: &str = "sk-quokka";
    let stream = format!(
        "data: {{\"{SECRET}\n\ndata: {{\"choices\":[{{\"index\":\"{SECRET}\"}}]}}\n\nevent: {SECRET}{0}\ndata: {{}}\n\nid: {SECRET}{0}\ndata: {{\"id\":\"{SECRET}{0}\",\"choices\":[]}}\n\n",
        "x".repeat(2000)
    );
    let errors: Vec<Error> = run_whole(&Options::new(), stream.as_bytes()).errors().collect();
    let strict: Vec<Error> = run_whole(&Options::strict(), stream.as_bytes()).errors().collect();
    assert!(errors.len() >= 3 && strict.len() >= 3, "{errors:?}");
    for error in errors.iter().chain(&strict) {
        let printed = format!("{error} {error:?} {} {:?}", error.kind(), ErrorKind::Json);
        assert!(!printed.contains("quokka") && printed.len() < 400, "{printed}");
    }
}

/// Pieces of streams: what services send, broken off and glued together.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let text = prop::sample::select(vec![
        "a",
        "<",
        "<th",
        "<think>",
        "</think>",
        "why</thi",
        "\\ud83d",
        "\\ude00",
        "é",
        "😀",
        "\\n",
        "\\u003cthink\\u003e",
        "",
        "◁think▷",
        "<|channel|>analysis<|message|>",
        "<|end|>",
        "[THINK]",
        "Hi!",
    ]);
    let frame = prop::sample::select(vec![
        "data: ",
        "data:",
        "",
        "data: data: ",
        "error: ",
        "event: error\ndata: ",
        " data: ",
    ]);
    let end =
        prop::sample::select(vec!["\n\n", "\n", "\r\n\r\n", "\r\r", "\r", " ", "\n\t\n", "\n: ping\n\n", ""]);
    let chunk = (text, 0..14u8).prop_map(|(text, kind)| {
        let delta = |delta: String| format!("{{\"id\":\"c\",\"model\":\"m\",\"created\":7,\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":null}}]}}");
        match kind {
            0..=3 => delta(format!("{{\"content\":\"{text}\"}}")),
            4 => delta(format!("{{\"reasoning_content\":\"{text}\"}}")),
            5 => delta(format!("{{\"role\":\"assistant\",\"content\":\"{text}\",\"reasoning\":\"{text}\"}}")),
            6 => delta(format!("{{\"tool_calls\":[{{\"index\":0,\"id\":\"{text}\",\"function\":{{\"name\":\"f\",\"arguments\":\"{text}\"}}}}]}}")),
            7 => delta(format!("{{\"tool_calls\":[{{\"function\":{{\"arguments\":\"{text}\"}}}}]}}")),
            8 => "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}".to_owned(),
            9 => "{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}".to_owned(),
            10 => "[DONE]".to_owned(),
            11 => format!("{{\"error\":{{\"message\":\"{text}\"}}}}"),
            12 => format!("{{\n\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]\n}}"),
            _ => format!("{{\"choices\":[{{\"message\":{{\"content\":\"{text}\"}}}}]"),
        }
    });
    (frame, chunk, end).prop_map(|(frame, chunk, end)| [frame, &*chunk, end].concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn odd_streams_keep_the_laws(pieces in prop::collection::vec(piece(), 0..12)) {
        laws(&pieces.concat());
    }

    #[test]
    fn arbitrary_bytes_keep_the_laws(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        laws(&bytes);
    }

    #[test]
    fn arbitrary_cuts_of_odd_streams_tell_the_same(pieces in prop::collection::vec(piece(), 0..12), seed: u64) {
        let bytes = pieces.concat();
        let expected = run_whole(&Options::new(), &bytes);
        let told = run(&Options::new(), Seeded(seed).cuts(&bytes, 25));
        prop_assert_eq!(told.told, expected.told);
    }

    /// No text is lost or made up by what is held back: with tags off, the pieces' concatenation is what was sent.
    #[test]
    fn a23_held_text_is_never_lost(texts in prop::collection::vec("[<>/a-tхhink ]{0,9}", 0..8)) {
        let chunk = |text: &String| format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{}}}}}]}}\n\n", serde_json::to_string(text).unwrap());
        let stream: String = texts.iter().map(chunk).collect();
        let all = texts.concat();
        let run = run_whole(&Options::new(), stream.as_bytes());
        let told: String = run.deltas().filter_map(|delta| match delta {
            Delta::Text { text, .. } | Delta::Reasoning { text, .. } => Some(text.to_owned()),
            _ => None,
        }).collect();
        if all.trim_start().starts_with("<think>") {
            prop_assert!(all.replace("<think>", "").replace("</think>", "").len() <= told.len() + 8);
        } else {
            prop_assert_eq!(told, all);
        }
    }
}

/// What fuzzing found once, kept beside the fuzz targets.
#[test]
fn found_faults_stay_fixed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    let Ok(files) = std::fs::read_dir(folder) else { return }; // not part of the packaged crate
    for file in files {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        laws(&bytes);
        fuzzing::json(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The bodies of the fuzz targets that choose their streams themselves.
    #[test]
    fn chosen_streams_keep_the_laws(data in prop::collection::vec(any::<u8>(), 0..400)) {
        fuzzing::conversation(&data);
        fuzzing::think(&data);
        fuzzing::cumulative(&data);
        fuzzing::repair(&data);
        fuzzing::completion(&data);
        fuzzing::reset(&data, measured);
        fuzzing::bounded(&data, measured);
    }
}

/// The same, from fixed seeds: the same streams on every machine.
#[test]
fn conversations_are_heard_as_they_were_said() {
    (0..1_000).for_each(|number| fuzzing::conversation(&chosen(number, 500)));
}

#[test]
fn tags_are_found_wherever_they_are_cut() {
    (0..4_000).for_each(|number| fuzzing::think(&chosen(number, 80)));
}

#[test]
fn text_that_repeats_is_told_once() {
    (0..4_000).for_each(|number| fuzzing::cumulative(&chosen(number, 60)));
}

#[test]
fn repair_invents_nothing() {
    (0..1_000).for_each(|number| fuzzing::repair(&chosen(number, 400)));
}

#[test]
fn what_is_folded_is_what_was_told() {
    (0..1_000).for_each(|number| fuzzing::completion(&chosen(number, 400)));
}

#[test]
fn nothing_is_left_after_a_reset() {
    (0..1_000).for_each(|number| fuzzing::reset(&chosen(number, 600), measured));
}

#[test]
fn limits_bound_what_is_held() {
    (0..500).for_each(|number| fuzzing::bounded(&chosen(number, 600), measured));
}

pub(super) fn measured(run: &mut dyn FnMut()) -> fuzzing::Heap {
    let info = allocation_counter::measure(run);
    fuzzing::Heap { peak: info.bytes_max, kept: info.bytes_current }
}

/// As many bytes of a fixed seed as it chooses, at most `most`.
pub(super) fn chosen(number: u64, most: usize) -> Vec<u8> {
    let mut seed = Seeded(number);
    let length = seed.below(most);
    (0..length).map(|_| seed.next().to_le_bytes()[0]).collect()
}
