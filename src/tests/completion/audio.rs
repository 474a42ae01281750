//! Answers that were spoken.

use super::fold;
use crate::completion::Audio;
use crate::tests::support::{run_whole, stream};
use crate::{Completion, Delta, ExtraKind};

fn piece(json: &str) -> Delta<'_> {
    Delta::Extra { choice: Some(0), kind: ExtraKind::Audio, name: "audio", json }
}

fn audio(pieces: &[&str]) -> Option<Audio> {
    let deltas: Vec<_> = pieces.iter().map(|json| piece(json)).collect();
    fold(&deltas).choices.remove(&0).and_then(|choice| choice.audio)
}

#[test]
fn pieces_are_joined_and_the_rest_is_kept_once() {
    let audio = audio(&[
        r#"{"id":"audio_1","transcript":"H\u00e9"}"#,
        r#"{"id":"audio_2","transcript":" ho","data":"AA\/v"}"#,
        r#"{"data":"/w==","expires_at":7,"extra":{"data":"x","deep":[1,null]}}"#,
        r#"{"expires_at":8}"#,
    ]);
    let audio = audio.unwrap();
    assert_eq!((audio.id.as_deref(), audio.expires_at), (Some("audio_1"), Some(8)));
    assert_eq!((&*audio.data, &*audio.transcript), ("AA/v/w==", "Hé ho"));
}

#[test]
fn what_is_no_piece_is_none() {
    let none =
        ["", "null", "[]", "{}", "{", r#"{"id":"","data":null}"#, r#"{"transcript":"x""#, r#"{"id":["a"]}"#];
    assert_eq!(none.map(|json| audio(&[json])), [const { None }; 8]);
    let other =
        |name| Delta::Extra { choice: Some(0), kind: ExtraKind::Audio, name, json: r#"{"data":"AA"}"# };
    assert_eq!(fold(&[other("output_audio")]), Completion::new());
    let of_no_choice =
        Delta::Extra { choice: None, kind: ExtraKind::Audio, name: "audio", json: r#"{"data":"AA"}"# };
    assert_eq!(fold(&[of_no_choice]), Completion::new());
}

#[test]
fn the_last_of_one_name_counts_and_a_cut_character_is_not_lost() {
    let transcript = |json| audio(&[json]).map(|audio| audio.transcript);
    assert_eq!(transcript(r#"{"transcript":"a","transcript":"b","transcript":3}"#).as_deref(), Some("b"));
    assert_eq!(transcript(r#"{"transcript":"a\ud83d"}"#).as_deref(), Some("a\u{fffd}"));
    assert_eq!(transcript(r#"{"transcript":"\ude00a"}"#).as_deref(), Some("\u{fffd}a"));
}

#[test]
fn the_corpus_speaks() {
    for (name, transcript, data, expires_at) in [
        ("openai/audio.sse", "Good evening.", "AAD//wEAAgD+/wMABAD8/wUA", 1_763_015_390),
        ("gateway/audio.sse", "Hé ho", "UklGRg==", 1_764_000_999),
    ] {
        let stream = stream(name);
        let completion = run_whole(&stream.options(), &stream.bytes).completion();
        let audio = completion.choices[&0].audio.as_ref().unwrap();
        assert_eq!((&*audio.transcript, &*audio.data), (transcript, data), "{name}");
        assert_eq!(audio.expires_at, Some(expires_at), "{name}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn it_is_written_as_openai_does_and_comes_back() {
    let completion = fold(&[
        Delta::Role { choice: 0, role: "assistant" },
        piece(r#"{"id":"audio_1","data":"AAD/","transcript":"Hi","expires_at":9}"#),
    ]);
    let message = serde_json::json!({
        "role": "assistant", "content": null,
        "audio": {"id": "audio_1", "data": "AAD/", "transcript": "Hi", "expires_at": 9},
    });
    let value = serde_json::to_value(&completion).unwrap();
    assert_eq!(value["choices"][0]["message"], message);
    assert_eq!(serde_json::from_value::<Completion>(value).unwrap(), completion);
}
