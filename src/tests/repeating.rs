//! Content whose model is known to repeat all so far with each chunk: one that does is told once, one that does not loses nothing.

use super::support::{Seeded, run, run_whole};
use crate::{Delta, Options, Quirk};

const PIECES: &[&str] = &["h", "ha", "a", "haha", " ", "ha ", "!", "哈", "哈哈"];

fn chunk(content: &str, finish: bool) -> String {
    let finish = if finish { "\"stop\"" } else { "null" };
    let content = serde_json::to_string(content).unwrap();
    format!(
        "data: {{\"model\":\"qwen-mt-plus\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{content}}},\"finish_reason\":{finish}}}]}}\n\n"
    )
}

fn pieces(seed: &mut Seeded) -> Vec<&'static str> {
    (0..2 + seed.below(6)).map(|_| PIECES[seed.below(PIECES.len())]).collect()
}

/// The text, and whether the quirk was seen; the same under every cut, with and without prediction.
fn told(stream: &str) -> (String, bool) {
    let whole = run_whole(&Options::new(), stream.as_bytes());
    for options in [Options::new(), Options::new().prediction(false)] {
        assert_eq!(run(&options, stream.as_bytes().chunks(1)).told, whole.told, "{stream}");
    }
    let text = whole.deltas().filter_map(|delta| match delta {
        Delta::Text { text, .. } => Some(text.to_owned()),
        _ => None,
    });
    (text.collect(), whole.seen.contains(Quirk::Cumulative))
}

/// Whether pieces look like a text that repeats, the first, the second and the third that are longer than all before: what
/// the decoder says that it cannot know.
fn looks_repeating(pieces: &[&str]) -> bool {
    let (mut so_far, mut longer) = ("", 0);
    for piece in pieces {
        if !piece.starts_with(so_far) {
            return false;
        }
        longer += u32::from(piece.len() > so_far.len());
        so_far = piece;
        if longer == 3 {
            return true;
        }
    }
    false
}

#[test]
fn pieces_lose_nothing() {
    let (mut seed, mut plain) = (Seeded(57), 0);
    for _ in 0..3_000 {
        let pieces = pieces(&mut seed);
        let stream: String = pieces.iter().map(|piece| chunk(piece, false)).collect();
        if looks_repeating(&pieces) {
            continue;
        }
        plain += 1;
        let (text, quirk) = told(&(stream + &chunk("", true)));
        assert_eq!((text, quirk), (pieces.concat(), false), "{pieces:?}");
    }
    assert!(plain > 2_500, "{plain}");
}

#[test]
fn a_repetition_is_told_once() {
    let mut seed = Seeded(58);
    for _ in 0..3_000 {
        let pieces = pieces(&mut seed);
        let so_far = (1..=pieces.len()).map(|end| pieces[..end].concat());
        let last = pieces.concat();
        let stream: String = so_far.map(|text| chunk(&text, text == last)).collect();
        assert_eq!(told(&stream), (last, true), "{pieces:?}");
    }
}

/// A second hop: what was told is encoded, under the same name, and decoded again.
#[cfg(feature = "encode")]
#[test]
fn a_second_hop_loses_nothing() {
    let mut seed = Seeded(59);
    let random = (0..1_000).map(|_| pieces(&mut seed));
    for pieces in [vec!["ha", "ha", " ha"], vec!["ha", "ha ", "ha"]].into_iter().chain(random) {
        let so_far = (1..=pieces.len()).map(|end| pieces[..end].concat());
        let last = pieces.concat();
        let stream: String = so_far.map(|text| chunk(&text, text == last)).collect();
        let first = run_whole(&Options::new(), stream.as_bytes());
        let texts = first.deltas().filter_map(|delta| match delta {
            Delta::Text { text, .. } => Some(text),
            _ => None,
        });
        if looks_repeating(&texts.collect::<Vec<_>>()) {
            continue;
        }
        let (mut encoder, mut again) = (crate::encode::ChunkEncoder::default(), Vec::new());
        first.deltas().for_each(|delta| encoder.push(delta, &mut again));
        encoder.finish(&first.ending, &mut again);
        let second = std::str::from_utf8(&again).unwrap();
        assert_eq!(told(second), (last, false), "{pieces:?}\n{second}");
    }
}

/// Cut off anywhere, nothing is told that the whole would not have told.
#[test]
fn a_repetition_that_is_cut_off_is_a_beginning() {
    let pieces = ["The", " ferry", " is", " late", "."];
    for end in 1..=pieces.len() {
        let so_far = (1..=end).map(|end| pieces[..end].concat());
        let stream: String = so_far.map(|text| chunk(&text, false)).collect();
        assert_eq!(told(&stream).0, pieces[..end].concat());
    }
}

/// At most 1 KiB is held: beyond it a longer text repeats, by the name; equal ones are pieces.
#[test]
fn what_is_held_is_bounded() {
    let texts = |stream: &str| told(stream).0.len();
    let dash = "-".repeat(8);
    for many in [127, 128, 129, 130, 400] {
        assert_eq!(texts(&chunk(&dash, false).repeat(many)), if many < 130 { 8 } else { 8 * many }, "{many}");
    }
    for long in [1015, 1016, 1017, 2000] {
        let second = dash.clone() + &"x".repeat(long);
        let stream = chunk(&dash, false) + &chunk(&second, false) + &chunk("y", true);
        let expected = if long <= 1016 { 8 + second.len() + 1 } else { second.len() + 1 };
        assert_eq!(texts(&stream), expected, "{long}");
    }
    let first = "-".repeat(1025);
    assert_eq!(
        texts(&(chunk(&first, false) + &chunk(&(first.clone() + "x"), false) + &chunk("", true))),
        1026
    );
}

/// `"null"` as a word is no finish, so a message with it is a piece also where it says the same as all before.
#[test]
fn a_message_that_does_not_end_is_a_piece() {
    let chunk = |finish: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":0,\"message\":{{\"content\":\"ha\"}},\"finish_reason\":{finish}}}]}}\n\n"
        )
    };
    assert_eq!(told(&[chunk("\"null\""), chunk("\"null\"")].concat()).0, "haha");
    assert_eq!(told(&[chunk("null"), chunk("null")].concat()).0, "haha");
    assert_eq!(told(&[chunk("\"null\""), chunk("\"stop\"")].concat()).0, "ha");
}
