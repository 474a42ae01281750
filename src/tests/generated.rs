//! Streams that are made of templates, as a service's are: an event is a template with other values, so shapes are learned,
//! widened, hit and missed. Whatever the values, neither prediction nor a cut may show, nor a reset, nor a feed that is left.

use proptest::prelude::*;

use super::support::{Run, Seeded, agrees, drain, drain_feed, run_whole};
use crate::{ContentMode, Decoder, ExtrasMode, Limits, Options, Quirks, fuzzing};

/// How many streams.
const STREAMS: u64 = 6_000;

/// What a string's body may be on the wire, good and bad.
const TEXTS: &[&str] = &[
    "",
    "Hi",
    " there",
    "a\\nb",
    "\\\"",
    "\\u00e9x",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\ude00",
    "a\\ud800b",
    "\\/",
    "\\q",
    "é",
    "日本語",
    "<think>",
    "</think>",
    "a\tb",
    "\u{1}",
    "a rather long piece of text, longer than a word of the processor",
];

const NUMBERS: &[&str] =
    &["0", "-0", "1.5", "1e2", "18446744073709551616", "01", "null", "\"7\"", "-3", "NaN", "{}"];

/// Members of a chunk; `$t` a text, `$n` a number, `$d` the delta.
const MEMBERS: &[&str] = &[
    "\"id\":\"$t\"",
    "\"object\":\"chat.completion.chunk\"",
    "\"created\":$n",
    "\"model\":\"m\"",
    "\"obfuscation\":\"$t\"",
    "\"p\":\"$t\"",
    "\"y\\u0062\":\"$t\"",
    "\"\\ude00\":\"$t\"",
    "\"x\":$n",
    "\"usage\":{\"prompt_tokens\":$n,\"completion_tokens\":$n}",
    "\"usage\":{\"prompt_tokens\":$n,\"input_tokens\":$n}",
    "\"finish_reason\":null",
    "\"error\":null",
    "\"choices\":[{\"index\":0,\"delta\":{$d},\"finish_reason\":null}]",
    "\"choices\":[{\"index\":1,\"delta\":{$d}},{\"index\":0,\"delta\":{$d}}]",
];

const DELTAS: &[&str] = &[
    "\"content\":\"$t\"",
    "\"content\":null",
    "\"reasoning_content\":\"$t\"",
    "\"refusal\":\"$t\"",
    "\"role\":\"assistant\"",
    "\"role\":\"\"",
    "\"z\":\"$t\"",
    "\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"$t\"}}]",
    "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"$t\"}}]",
];

/// What stands between events now and then.
const BETWEEN: &[&str] =
    &[": ping\n", "event: message\n", "id: 4\n\n", "foo: bar\n", "da\n", "\n", "data\n", "[DONE]\n"];

fn pick<'l>(seed: &mut Seeded, list: &[&'l str]) -> &'l str {
    list[seed.below(list.len())]
}

/// The members of an event, with their holes.
fn template(seed: &mut Seeded) -> String {
    let mut members: Vec<_> = (0..seed.below(5)).map(|_| pick(seed, &MEMBERS[..MEMBERS.len() - 2])).collect();
    let choices = MEMBERS[MEMBERS.len() - 1 - usize::from(seed.below(5) > 0)];
    members.insert(seed.below(members.len() + 1), choices);
    let delta: Vec<_> = (0..=seed.below(3)).map(|_| pick(seed, DELTAS)).collect();
    format!("{{{}}}", members.join(",").replace("$d", &delta.join(",")))
}

/// The template with its holes filled: mostly with plain values.
fn filled(template: &str, seed: &mut Seeded) -> String {
    let mut event = String::new();
    for piece in template.split_inclusive("$t").flat_map(|piece| piece.split_inclusive("$n")) {
        let odd = seed.below(6) == 0;
        event += piece.trim_end_matches("$t").trim_end_matches("$n");
        match piece {
            _ if piece.ends_with("$t") => {
                event += if odd { pick(seed, TEXTS) } else { pick(seed, &TEXTS[1..5]) }
            }
            _ if piece.ends_with("$n") && odd => event += pick(seed, NUMBERS),
            _ if piece.ends_with("$n") => event += &seed.below(40).to_string(),
            _ => {}
        }
    }
    event
}

pub(super) fn stream(seed: &mut Seeded) -> Vec<u8> {
    let templates = [template(seed), template(seed)];
    let (end, lines) = (["\n", "\n", "\n", "\r\n", "\r"][seed.below(5)], seed.below(10) == 0);
    let mut stream = String::new();
    for _ in 0..3 + seed.below(14) {
        let event = filled(&templates[usize::from(seed.below(4) == 0)], seed);
        match () {
            () if lines => stream += &format!("{event}{end}"),
            () => {
                stream += if seed.below(20) == 0 { pick(seed, BETWEEN) } else { "" };
                stream += &format!("data: {event}{end}{}", if seed.below(30) > 0 { end } else { "" });
            }
        }
    }
    let mut stream = (stream + "data: [DONE]\n\n").into_bytes();
    if seed.below(4) == 0 {
        let at = seed.below(stream.len());
        stream[at] = b"\xFF\"\\\n\r{}:, "[seed.below(10)];
    }
    stream
}

fn options(seed: &mut Seeded) -> Options {
    let mut limits = Limits::default();
    if seed.below(3) == 0 {
        limits = limits.with_event_bytes(20 + seed.below(260));
    }
    if seed.below(4) == 0 {
        limits = limits.with_id_bytes(2 + seed.below(12));
    }
    if seed.below(8) == 0 {
        limits = limits.with_facts(2 + seed.below(8));
    }
    let options = match seed.below(8) {
        0 => Options::strict(),
        1 => Options::new().quirks(Quirks::ALL),
        2 => Options::new().extras(ExtrasMode::All),
        3 => Options::new().repair(true),
        4 => Options::new().content(ContentMode::Cumulative),
        5 => Options::new().keepalives(true),
        _ => Options::new(),
    };
    options.limits(limits)
}

/// The ways in which the stream must decode alike.
fn differs(expected: &Run, options: &Options, bytes: &[u8], seed: &mut Seeded) -> Result<(), String> {
    let decoder = || Decoder::with_options(*options);
    for longest in [usize::MAX - 1, 1, 20, 400] {
        let pieces = seed.cuts(bytes, longest);
        agrees(expected, &mut decoder(), pieces, drain)?;
    }
    let mut used = decoder();
    drain(&mut used, &bytes[..bytes.len() / 2], &mut |_| {});
    used.reset();
    let pieces = seed.cuts(bytes, 100);
    agrees(expected, &mut used, pieces, drain)?;
    let pieces = seed.cuts(bytes, 300);
    agrees(expected, &mut decoder(), pieces, drain_feed)
}

#[test]
fn a38_neither_prediction_nor_cuts_show() {
    for number in 0..STREAMS {
        let mut seed = Seeded(number);
        let (bytes, options) = (stream(&mut seed), options(&mut seed));
        let expected = run_whole(&options.prediction(false), &bytes);
        if let Err(why) = differs(&expected, &options, &bytes, &mut seed) {
            panic!("stream {number} {options:?}\n{}\n{why}", String::from_utf8_lossy(&bytes));
        }
    }
}

/// How many streams of hostile sequences.
const SEQUENCES: u64 = 2_000;

/// The generator of the fuzz target `sequences`, from fixed seeds: the same streams on every machine.
#[test]
fn no_way_of_decoding_a_sequence_shows() {
    for number in 0..SEQUENCES {
        let mut seed = Seeded(number);
        let length = 100 + seed.below(700);
        let choices: Vec<u8> = (0..length).map(|_| seed.next().to_le_bytes()[0]).collect();
        fuzzing::sequences(&choices);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The same, with choices that proptest makes and shrinks.
    #[test]
    fn no_way_of_decoding_a_chosen_sequence_shows(choices in prop::collection::vec(any::<u8>(), 0..300)) {
        fuzzing::sequences(&choices);
    }
}
