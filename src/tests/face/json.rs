//! The face as JSON: options and limits read from a configuration, errors and endings written to a log.

use std::ops::ControlFlow;

use crate::tests::support::{Seeded, corpus, run_whole};
use crate::{
    ArgumentsMode, ContentMode, Decoder, Error, ErrorKind, ExtrasMode, Framing, LimitKind, Limits, Options,
    Quirk, Quirks, ReasoningTags, Wire,
};

fn read_options(json: &str) -> Result<Options, serde_json::Error> {
    serde_json::from_str(json)
}

#[test]
fn options_are_read_from_a_configuration() {
    assert_eq!(read_options("{}").unwrap(), Options::new());
    assert_eq!(read_options(r#"{"quirks":[]}"#).unwrap(), Options::strict());
    let read = read_options(
        r#"{"framing":"json_array","wire":"llama_cpp","reasoning_tags":"off","content":"cumulative","arguments":"repeated",
            "quirks":["think_tags","no_blank_line"],"repair":false,"keepalives":true,"extras":"all","fatal_limits":true,
            "prediction":false,"limits":{"depth":9}}"#,
    );
    let set = Options::new()
        .framing(Framing::JsonArray)
        .wire(Some(Wire::LlamaCpp))
        .reasoning_tags(ReasoningTags::Off)
        .content(ContentMode::Cumulative)
        .arguments(ArgumentsMode::Repeated)
        .quirks(Quirks::NONE.with(Quirk::NoBlankLine).with(Quirk::ThinkTags))
        .repair(false)
        .keepalives(true)
        .extras(ExtrasMode::All)
        .fatal_limits(true)
        .prediction(false)
        .limits(Limits::new().with_depth(9));
    assert_eq!(read.unwrap(), set);
}

/// A misspelt bound is none: it must be said, not ignored.
#[test]
fn a_misspelt_option_is_an_error() {
    for wrong in [
        r#"{"fatal_limit":true}"#,
        r#"{"framing":"Sse"}"#,
        r#"{"quirks":["no such quirk"]}"#,
        r#"{"quirks":"tolerant"}"#,
        r#"{"limits":{"event_byte":1}}"#,
        r#"{"limits":{"depth":-1}}"#,
        r#"{"wire":"smoke"}"#,
    ] {
        assert!(read_options(wrong).is_err(), "{wrong}");
    }
    let said = read_options(r#"{"quirks":["thinking"]}"#).unwrap_err().to_string();
    assert!(said.contains("\"thinking\"") && said.contains("the name of a quirk"), "{said}");
}

#[test]
fn options_are_read_as_they_are_written() {
    let mut seed = Seeded(10);
    for _ in 0..200 {
        let chosen = super::SETTERS.iter().filter(|_| seed.below(2) == 0);
        let options = chosen.fold(Options::new(), |options, set| set(options));
        let json = serde_json::to_string(&options).unwrap();
        assert_eq!(read_options(&json).unwrap(), options, "{json}");
    }
    for quirks in [Quirks::NONE, Quirks::TOLERANT, Quirks::ALL] {
        let json = serde_json::to_string(&quirks).unwrap();
        assert_eq!(serde_json::from_str::<Quirks>(&json).unwrap(), quirks);
    }
}

/// What is read holds: it is brought down to what the decoder can do, as by the setters.
#[test]
fn limits_that_are_read_are_what_holds() {
    let read: Limits = serde_json::from_str(r#"{"event_bytes":999999999999,"depth":129,"facts":7}"#).unwrap();
    assert_eq!(read, Limits::new().with_event_bytes(usize::MAX).with_depth(129).with_facts(7));
    assert_eq!((read.event_bytes(), read.depth()), (512 << 20, 128));
}

#[test]
fn errors_are_written() {
    let written = |kind| serde_json::to_string(&Error::new(kind, 12)).unwrap();
    assert_eq!(written(ErrorKind::Json), r#"{"kind":"json","offset":12,"fatal":false}"#);
    let quirk = written(ErrorKind::QuirkOff(Quirk::ThinkTags));
    assert_eq!(quirk, r#"{"kind":{"quirk_off":"think_tags"},"offset":12,"fatal":false}"#);
    for &limit in LimitKind::ALL {
        let kind = ErrorKind::Limit(limit);
        let expected = format!(r#"{{"kind":{{"limit":"{limit}"}},"offset":12,"fatal":false}}"#);
        assert_eq!((written(kind), kind.as_str()), (expected, "limit"));
    }
    for kind in
        [ErrorKind::NotOfWire, ErrorKind::Utf8, ErrorKind::Checksum, ErrorKind::Base64, ErrorKind::Framing]
    {
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.as_str()));
    }
}

/// Every member says what its method says.
#[test]
fn endings_are_written() {
    for stream in corpus() {
        let ending = run_whole(&stream.options(), &stream.bytes).ending;
        let json = serde_json::to_value(ending).unwrap();
        let mut expected = serde_json::json!({
            "wire": ending.wire().map(Wire::as_str),
            "done": ending.done(),
            "truncated": ending.is_truncated(),
            "events": ending.events(),
            "unknown_events": ending.unknown_events(),
            "errors": ending.errors(),
            "peer_errors": ending.peer_errors(),
            "choices": ending.choices(),
            "finished_choices": ending.finished_choices(),
            "open_tool_calls": ending.open_tool_calls(),
            "unterminated_bytes": ending.unterminated_bytes(),
        });
        if !ending.first_bytes().is_empty() {
            expected["first_bytes"] = String::from_utf8_lossy(ending.first_bytes()).into();
        }
        assert_eq!(json, expected, "{}", stream.name);
    }
    let mut decoder = Decoder::new();
    let _ = decoder.for_each(b"<html>\xff", |_| ControlFlow::<()>::Continue(()));
    let ControlFlow::Continue(ending) = decoder.end(|_| ControlFlow::<()>::Continue(())) else {
        unreachable!()
    };
    assert_eq!(serde_json::to_value(ending).unwrap()["first_bytes"], "<html>\u{FFFD}");
}
