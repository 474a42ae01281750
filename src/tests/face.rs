//! The public face: what `Debug` prints, what setters add up to, the guard, the words.

#[cfg(feature = "serde")]
mod json;

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::str::FromStr;

use super::attacks::GOOD;
use super::support::{Seeded, Told, corpus, run_whole};
use crate::{
    ArgumentsMode, Completion, ContentMode, Decoder, Delta, Error, ExtraKind, ExtrasMode, FinishReason,
    Framing, LimitKind, Limits, OpaqueKind, Options, OwnedDelta, Quirk, QuirkClass, Quirks, ReasoningTags,
    UnknownWord, Wire,
};

/// What `Debug` printed, without its numbers and the names of quirks: what is left is the same for every stream.
fn form(printed: &str) -> String {
    let words = printed.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .map(|word| {
            let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let end = &word[bare.len()..];
            match bare {
                "true" | "false" => format!("?{end}"),
                _ if bare.starts_with(|c: char| c.is_ascii_digit()) => format!("#{end}"),
                _ => word.to_owned(),
            }
        })
        .collect()
}

/// The wire is a name of the crate's own list: any is as good as none.
fn without_wire(printed: &str) -> String {
    Wire::ALL.iter().fold(printed.to_owned(), |printed, wire| {
        printed.replace(&format!("wire: Some({wire:?})"), "wire: None")
    })
}

/// The printed quirks, each between quotes, are cut out: they are names of the register. So is the wire.
fn without_names(printed: &str) -> String {
    let printed = without_wire(printed);
    let mut parts = printed.split('"');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    while let (Some(name), Some(after)) = (parts.next(), parts.next()) {
        Quirk::from_str(name).unwrap();
        kept += after.strip_prefix(", ").unwrap_or(after);
    }
    kept
}

/// Fault 9: whatever the stream, before it, in the middle, between events, after it and after `reset`, `Debug` prints the
/// same but for counts and quirks.
#[test]
fn a32_debug_prints_no_stream() {
    let fresh = form(&format!("{:?}", Decoder::new()));
    let check = |decoder: &Decoder, at: &str| {
        let printed = format!("{decoder:?}");
        assert_eq!(form(&without_names(&printed)), fresh, "{at}");
        assert!(printed.len() < 4096, "{at}: {} bytes", printed.len());
    };
    let ending = form(&format!("{:?}", Decoder::new().ending()));
    for stream in corpus() {
        let mut decoder = Decoder::with_options(stream.options());
        for input in stream.bytes.chunks(stream.bytes.len() / 3 + 1) {
            let mut feed = decoder.feed(input);
            let _ = feed.next_delta();
            let printed = form(&without_names(&format!("{feed:?}")));
            assert_eq!(printed, format!("Feed {{ decoder: {fresh}, input: # }}"), "{}", stream.name);
            drop(feed);
            check(&decoder, &stream.name);
            let _ = decoder.for_each(&[], |_| ControlFlow::<()>::Continue(()));
            check(&decoder, &stream.name);
        }
        let _ = decoder.end(|_| ControlFlow::<()>::Continue(()));
        check(&decoder, &stream.name);
        assert_eq!(form(&without_wire(&format!("{:?}", decoder.ending()))), ending, "{}", stream.name);
        decoder.reset();
        check(&decoder, &stream.name);
    }
}

type Setter = fn(Options) -> Options;

const SETTERS: &[Setter] = &[
    |options| options.framing(Framing::Sse),
    |options| options.reasoning_tags(ReasoningTags::Started),
    |options| options.content(ContentMode::Cumulative),
    |options| options.arguments(ArgumentsMode::Repeated),
    |options| options.quirks(Quirks::NONE),
    |options| options.repair(true),
    |options| options.keepalives(true),
    |options| options.extras(ExtrasMode::All),
    |options| options.fatal_limits(true),
    |options| options.prediction(false),
    |options| options.limits(Limits::new().with_choices(3)),
    |options| options.quirks(Quirks::ALL),
    |options| options.repair(false),
    |options| options.arguments(ArgumentsMode::AsSent),
];

/// Fault 9: any order of any setters that are not the same one twice gives the same options.
#[test]
fn the_order_of_setters_does_not_matter() {
    let mut seed = Seeded(9);
    for _ in 0..2000 {
        // The last three set again what others set: one of each pair at most.
        let mut chosen: Vec<usize> = (0..11).filter(|_| seed.below(2) == 0).collect();
        for (first, other) in [(4, 11), (5, 12), (3, 13)] {
            if seed.below(3) == 0 {
                chosen.retain(|at| *at != first);
                chosen.push(other);
            }
        }
        let made = |order: &[usize]| order.iter().fold(Options::new(), |options, at| SETTERS[*at](options));
        let (expected, mut order) = (made(&chosen), chosen.clone());
        for last in (1..order.len()).rev() {
            order.swap(last, seed.below(last + 1));
        }
        assert_eq!(made(&order), expected, "{chosen:?} as {order:?}");
        assert_eq!(made(&order).allowed(), expected.allowed());
    }
}

/// Fault 9, as it was found.
#[test]
fn what_is_asked_for_by_name_wins_over_the_quirks() {
    let allowed = |options: Options| options.allowed();
    assert!(allowed(Options::new().repair(true).quirks(Quirks::TOLERANT)).contains(Quirk::Repaired));
    assert!(!allowed(Options::new().repair(false).quirks(Quirks::ALL)).contains(Quirk::Repaired));
    assert!(allowed(Options::new().quirks(Quirks::ALL)).contains(Quirk::Repaired));
    assert_eq!(allowed(Options::strict()), Quirks::NONE);
    assert_eq!(allowed(Options::new()), Quirks::TOLERANT);

    let started = Options::strict().reasoning_tags(ReasoningTags::Started);
    let stream = "data: {\"id\":\"i\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\
                  \"delta\":{\"role\":\"assistant\",\"content\":\"why</think>so\"},\"finish_reason\":null}]}\n\n";
    let answer = run_whole(&started, stream.as_bytes()).completion().choices[&0].clone();
    assert_eq!((&*answer.reasoning, &*answer.text), ("why", "so"));
}

#[test]
fn limits_tell_what_holds() {
    let most = Limits::new().with_event_bytes(usize::MAX).with_depth(129).with_facts(usize::MAX);
    assert_eq!((most.event_bytes(), most.depth(), most.facts()), (512 << 20, 128, usize::MAX));
    const LOW: Limits = Limits::new().with_depth(127).with_id_bytes(1).with_tool_calls(2);
    assert_eq!((LOW.depth(), LOW.id_bytes(), LOW.tool_calls()), (127, 1, 2));
    assert_eq!(Limits::default(), Limits::new());
    const OPTIONS: Options = Options::strict().limits(LOW).keepalives(true);
    assert_ne!(OPTIONS, Options::strict());
}

/// The guard of `finish`, the closure of `end`, and the old loop on an empty input tell the same.
#[test]
fn one_guard_for_feed_and_finish() {
    for stream in corpus() {
        let decoder = || {
            let mut decoder = Decoder::with_options(stream.options());
            let mut told = Vec::new();
            let _ = decoder.for_each(&stream.bytes, |said| {
                told.push(Told::of(said));
                ControlFlow::<()>::Continue(())
            });
            (decoder, told)
        };
        let expected = run_whole(&stream.options(), &stream.bytes);
        if expected.errors().any(|error| error.is_fatal()) {
            // Told again by every further call, of the end, too.
            continue;
        }

        let (mut by_guard, mut told) = decoder();
        let mut rest = by_guard.finish();
        loop {
            match rest.next_delta() {
                Ok(Some(delta)) => told.push(Told::Delta(delta.into_owned())),
                Ok(None) => break,
                Err(error) => told.push(Told::Error(error)),
            }
        }
        drop(rest);
        assert_eq!((told, by_guard.ending()), (expected.told.clone(), expected.ending), "{}", stream.name);

        let (mut by_end, mut told) = decoder();
        let ending = by_end.end(|said| {
            told.push(Told::of(said));
            ControlFlow::<()>::Continue(())
        });
        assert_eq!(
            (told, ending),
            (expected.told, ControlFlow::Continue(expected.ending)),
            "{}",
            stream.name
        );
    }
}

/// A closure that never breaks: bad events are gone past, a fatal error is told once a call, and every call returns.
#[test]
fn a_fatal_error_lets_no_closure_spin() {
    let limits = Limits::new().with_event_bytes(80);
    let large = format!("data: {{\"choices\":[],\"x\":\"{}\"}}\n\n", "x".repeat(100));
    let stream = ["data: {]\n\n", GOOD, &*large, GOOD].concat();
    for (fatal, told) in [(false, vec![false, false]), (true, vec![false, true, true])] {
        let mut decoder = Decoder::with_options(Options::new().limits(limits).fatal_limits(fatal));
        let (mut errors, mut texts) = (Vec::new(), 0);
        let mut note = |said: Result<Delta<'_>, Error>| {
            match said {
                Ok(delta) => texts += usize::from(matches!(delta, Delta::Text { .. })),
                Err(error) => errors.push(error.is_fatal()),
            }
            ControlFlow::<()>::Continue(())
        };
        assert!(decoder.for_each(stream.as_bytes(), &mut note).is_continue());
        assert!(decoder.end(&mut note).is_continue());
        assert_eq!((errors, texts), (told, if fatal { 1 } else { 2 }));
    }
    let broken = Decoder::new().for_each(stream.as_bytes(), |said| match said {
        Ok(_) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error.offset()),
    });
    assert_eq!(broken, ControlFlow::Break(0));
}

/// Fault 15: a stream of which nothing was known says so.
#[test]
fn events_of_no_known_wire_are_counted() {
    let unknown = "data: {\"type\":\"strange\",\"x\":1}\n\n";
    for (stream, events, unknown) in [
        (unknown.repeat(3), 3, 3),
        ([unknown, GOOD].concat(), 2, 1),
        (format!("data: [{{\"a\":1}},{{\"b\":2}}]\n\n{GOOD}"), 2, 1),
        (GOOD.to_owned(), 1, 0),
        ("data: {]\n\n".to_owned(), 1, 0),
        (String::new(), 0, 0),
    ] {
        for size in [1, 7, 1000] {
            let mut decoder = Decoder::new();
            let run = super::support::run(&Options::new(), stream.as_bytes().chunks(size));
            assert_eq!((run.ending.events(), run.ending.unknown_events()), (events, unknown), "{stream}");
            let _ = decoder.for_each(stream.as_bytes(), |_| ControlFlow::<()>::Continue(()));
            decoder.reset();
            assert_eq!(decoder.ending().unknown_events(), 0);
        }
    }
}

#[test]
fn words_are_read_as_they_are_printed() {
    fn same<W: FromStr<Err = UnknownWord> + ToString + PartialEq + std::fmt::Debug + Copy>(words: &[W]) {
        for word in words {
            assert_eq!(W::from_str(&word.to_string()), Ok(*word));
        }
        for none in ["", "Stop", "no such word"] {
            assert_eq!(W::from_str(none), Err(UnknownWord));
        }
    }
    same(&[FinishReason::Stop, FinishReason::ContentFilter, FinishReason::Other]);
    same(&[ExtraKind::Logprobs, ExtraKind::Other]);
    same(&[OpaqueKind::Signature, OpaqueKind::Encrypted]);
    same(&[QuirkClass::Spelling, QuirkClass::Ambiguous]);
    same(Quirk::ALL);
    same(Wire::ALL);
    same(Framing::ALL);
    same(ReasoningTags::ALL);
    same(ContentMode::ALL);
    same(ArgumentsMode::ALL);
    same(ExtrasMode::ALL);
    same(LimitKind::ALL);
    assert_eq!(format!("{:>6}", FinishReason::Stop), "  stop");
}

#[test]
fn sets_of_quirks_are_collections() {
    let set: Quirks = [Quirk::ThinkTags, Quirk::NoBlankLine].into_iter().collect();
    assert_eq!(format!("{set:?}"), r#"{"no_blank_line", "think_tags"}"#);
    assert_eq!(set.into_iter().collect::<Vec<_>>(), [Quirk::NoBlankLine, Quirk::ThinkTags]);
    assert_eq!(set.iter().len(), 2);
    let mut more = Quirks::NONE;
    more.extend(set);
    assert_eq!(more, set);
    assert_eq!(Quirks::ALL.into_iter().collect::<Vec<_>>(), Quirk::ALL);
    let hashed: HashSet<Quirks> = [set, more, Quirks::NONE].into_iter().collect();
    assert_eq!(hashed.len(), 2);
}

/// Each of the variants that may grow is made by a constructor, owned as well, and its choice is told.
#[test]
fn deltas_are_made_and_convert() {
    let usage = crate::Usage::default();
    let all: &[(Delta<'static>, Option<u32>)] = &[
        (Delta::start(Some("i"), None, Some(1)), None),
        (Delta::Role { choice: 1, role: "r" }, Some(1)),
        (Delta::Text { choice: 2, text: "t" }, Some(2)),
        (Delta::reasoning_opaque(3, OpaqueKind::Signature, "s"), Some(3)),
        (Delta::tool_call_start(4, 0, Some("i"), None), Some(4)),
        (Delta::tool_call_update(5, 0, None, Some("n")), Some(5)),
        (Delta::ToolCallArguments { choice: 6, slot: 0, fragment: "f" }, Some(6)),
        (Delta::ToolCallEnd { choice: 7, slot: 0 }, Some(7)),
        (Delta::extra(None, ExtraKind::Other, "", "{}"), None),
        (Delta::extra(Some(8), ExtraKind::Other, "", "{}"), Some(8)),
        (Delta::finish(9, FinishReason::Stop, "stop", false), Some(9)),
        (Delta::peer_error(None, Some("k"), "m", "{}"), None),
        (Delta::Keepalive, None),
        (Delta::unknown("e", "p"), None),
        (Delta::done("[DONE]"), None),
    ];
    let (mut kinds, mut hashed) = (BTreeSet::new(), HashSet::new());
    for &(delta, choice) in all {
        assert_eq!(delta.choice(), choice);
        let owned = OwnedDelta::from(delta);
        assert_eq!(Delta::from(&owned), delta);
        kinds.insert(delta.kind_name());
        hashed.insert(owned);
    }
    assert_eq!((kinds.len(), hashed.len()), (all.len() - 1, all.len()));
    assert_eq!(Delta::Usage(&usage).choice(), None);
    assert_eq!(OwnedDelta::done("x".into()), Delta::done("x").into_owned());
    let call = OwnedDelta::tool_call_start(0, 0, None, Some("f".into()));
    assert_eq!(call.as_delta(), Delta::tool_call_start(0, 0, None, Some("f")));
}

/// A completion is a collection of deltas, borrowed or owned.
#[test]
fn completions_are_collected() {
    for stream in corpus() {
        let run = run_whole(&stream.options(), &stream.bytes);
        let owned: Vec<OwnedDelta> = run.deltas().map(Delta::into_owned).collect();
        let folded = run.completion();
        let (mut by_ref, mut again) = (Completion::new(), Completion::new());
        by_ref.extend(&owned);
        again.extend(owned.iter().map(Delta::from));
        assert_eq!((&by_ref, &again), (&folded, &folded), "{}", stream.name);
        assert_eq!(owned.iter().map(OwnedDelta::as_delta).collect::<Completion>(), folded);
        assert_eq!(owned.into_iter().collect::<Completion>(), folded);
    }
}

/// A reader outlives new words, where there is a word for them.
#[cfg(feature = "serde")]
#[test]
fn old_readers_survive_new_words() {
    let read = |json: &str| serde_json::from_str::<OwnedDelta>(json);
    let finish =
        read(r#"{"type":"finish","choice":0,"reason":"tired","raw":"tired","saw_tool_calls":false}"#);
    assert_eq!(finish.unwrap(), Delta::finish(0, FinishReason::Other, "tired", false).into_owned());
    let extra = read(r#"{"type":"extra","kind":"smell","json":"1"}"#);
    assert_eq!(extra.unwrap(), Delta::extra(None, ExtraKind::Other, "", "1").into_owned());
    assert!(read(r#"{"type":"dream"}"#).is_err(), "a kind of delta that is not known is said to be none");
    for reason in [FinishReason::Stop, FinishReason::Other] {
        let json = serde_json::to_string(&reason).unwrap();
        assert_eq!((&*json, serde_json::from_str(&json).unwrap()), (&*format!("\"{reason}\""), reason));
    }
}
