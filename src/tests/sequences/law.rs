//! What a sequence must keep, and the options under which it is decoded.
//!
//! Knows: the public API; of the generator, how it chooses. Must not know: what the streams are, rooms.

use super::super::Seed;
use super::Choices;
use crate::{
    ContentMode, Decoder, Delta, Ending, Error, ExtrasMode, Framing, Limits, Options, OwnedDelta, Quirk,
    Quirks,
};

pub(super) fn options(choices: &mut Choices<'_>) -> Options {
    let options = match choices.below(16) {
        0..11 => Options::new(),
        11 => Options::new().quirks(Quirks::ALL),
        12 => Options::strict(),
        13 => Options::new().quirks(Quirks::ALL.without(choices.pick(Quirk::ALL))),
        // The first of the register are about framing.
        _ => Options::new().quirks(
            Quirks::TOLERANT.without(Quirk::ALL.get(choices.below(16)).copied().expect("16 or more")),
        ),
    };
    let options = match choices.below(16) {
        1 => options.keepalives(true),
        2 => options.repair(true),
        3 => options.content(ContentMode::Cumulative),
        4 => {
            options.framing(choices.pick(&[Framing::Sse, Framing::Ndjson, Framing::JsonArray, Framing::Json]))
        }
        5 => options.limits(limits(choices)),
        _ => options,
    };
    options.extras(choices.pick(&[ExtrasMode::Listed, ExtrasMode::All, ExtrasMode::All, ExtrasMode::Off]))
}

fn limits(choices: &mut Choices<'_>) -> Limits {
    let limits = Limits::default();
    match choices.below(6) {
        0 => limits.with_event_bytes(20 + choices.below(256)),
        1 => limits.with_id_bytes(1 + choices.below(12)),
        2 => limits.with_facts(2 + choices.below(8)),
        3 => limits.with_choices(1 + choices.below(2)),
        4 => limits.with_tool_calls(1 + choices.below(2)),
        _ => limits.with_event_name_bytes(1 + choices.below(5)),
    }
}

/// No cut, no bound.
const WHOLE: usize = usize::MAX;

/// All that one decode says.
struct Said {
    deltas: Vec<Result<OwnedDelta, Error>>,
    ending: Ending,
    seen: Quirks,
}

/// How a stream is given to a decoder.
struct Way<'s> {
    /// The most bytes of a piece.
    longest: usize,
    /// Each piece is left after a few deltas; the rest is told later.
    leaves: bool,
    seed: &'s mut Seed,
}

/// Takes all that an input brings; `false` after a fatal error.
fn drain(decoder: &mut Decoder, mut input: &[u8], say: &mut dyn FnMut(Result<Delta<'_>, Error>)) -> bool {
    loop {
        match decoder.next_delta(&mut input) {
            Ok(Some(delta)) => say(Ok(delta)),
            Ok(None) => return true,
            Err(error) => {
                say(Err(error));
                if error.is_fatal() {
                    return false;
                }
            }
        }
    }
}

/// Takes no more than `deltas` of what an input brings, and leaves the rest to the decoder.
fn leave(
    decoder: &mut Decoder,
    input: &[u8],
    deltas: usize,
    say: &mut dyn FnMut(Result<Delta<'_>, Error>),
) -> bool {
    let mut feed = decoder.feed(input);
    for _ in 0..deltas {
        match feed.next_delta() {
            Ok(Some(delta)) => say(Ok(delta)),
            Ok(None) => return true,
            Err(error) => {
                say(Err(error));
                if error.is_fatal() {
                    return false;
                }
            }
        }
    }
    true
}

/// Decodes `data`; nothing more is asked after a fatal error.
fn decode(decoder: &mut Decoder, data: &[u8], way: Way<'_>, say: &mut dyn FnMut(Result<Delta<'_>, Error>)) {
    let mut rest = data;
    while !rest.is_empty() {
        let size = match way.longest {
            WHOLE | 1 => way.longest,
            longest => way.seed.below(longest + 1),
        };
        let (piece, further) = rest.split_at(size.min(rest.len()));
        let goes_on = if way.leaves {
            leave(decoder, piece, way.seed.below(4), say)
        } else {
            drain(decoder, piece, say)
        };
        if !goes_on {
            return;
        }
        rest = further;
    }
    let _ = decoder.finish();
    if drain(decoder, &[], say) {
        assert_eq!(decoder.position(), data.len() as u64, "bytes taken");
        assert_eq!(decoder.buffered(), 0, "bytes left");
    }
}

/// What one decode says otherwise than `truth`.
fn difference(truth: &Said, decoder: &mut Decoder, data: &[u8], way: Way<'_>) -> Result<(), String> {
    let (mut expected, mut wrong) = (truth.deltas.iter(), None);
    decode(decoder, data, way, &mut |said| {
        let next = expected.next();
        let same = match (next, &said) {
            (Some(Ok(next)), Ok(delta)) => next.as_delta() == *delta,
            (Some(Err(next)), Err(error)) => next == error,
            _ => false,
        };
        if wrong.is_none() && !same {
            wrong = Some(format!("said  {said:?}\ntruth {next:?}"));
        }
    });
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    if let Some(next) = expected.next() {
        return Err(format!("said  nothing\ntruth {next:?}"));
    }
    let (ending, seen) = (decoder.ending(), decoder.quirks_seen());
    if ending != truth.ending {
        return Err(format!("ends  {ending:?}\ntruth {:?}", truth.ending));
    }
    if seen != truth.seen {
        return Err(format!("seen  {seen:?}\ntruth {:?}", truth.seen));
    }
    Ok(())
}

/// What became of a decoder before it gets the stream.
#[derive(Clone, Copy, PartialEq)]
enum Past {
    Fresh,
    /// It has decoded the stream once, and was reset.
    Whole,
    /// It has taken half of the stream, told one delta of it, and was reset.
    Half,
}

/// The ways of decoding beside the two of the whole: with prediction or without, the longest piece, whether each piece is
/// left after a few deltas, and the decoder's past.
const WAYS: [(bool, usize, bool, Past); 14] = [
    (true, 1, false, Past::Fresh),
    (false, 1, false, Past::Fresh),
    (true, 24, false, Past::Fresh),
    (false, 24, false, Past::Fresh),
    (true, 90, false, Past::Fresh),
    (false, 90, false, Past::Fresh),
    (true, 300, false, Past::Fresh),
    (false, 300, false, Past::Fresh),
    (true, 200, true, Past::Fresh),
    (false, 200, true, Past::Fresh),
    (true, 120, false, Past::Whole),
    (false, 120, false, Past::Whole),
    (true, WHOLE, false, Past::Half),
    (false, WHOLE, false, Past::Half),
];

/// How many of [`WAYS`] a law asks.
#[derive(Clone, Copy, PartialEq)]
pub enum Asked {
    /// Each.
    All,
    /// As many, chosen by the stream: so that a campaign sees more streams.
    Some(usize),
}

/// Ways of decoding `data` say what the whole says without prediction; the whole with prediction is always one of them.
///
/// # Errors
///
/// What is said otherwise, and by which way.
pub fn law(options: &Options, data: &[u8], asked: Asked) -> Result<(), String> {
    let seed = &mut Seed::of(data);
    let decoder = |prediction| Decoder::with_options(options.prediction(prediction));
    let (mut plain, mut predicted, mut deltas) = (decoder(false), decoder(true), Vec::new());
    decode(&mut plain, data, Way { longest: WHOLE, leaves: false, seed }, &mut |said| {
        deltas.push(said.map(Delta::into_owned));
    });
    let truth = Said { deltas, ending: plain.ending(), seen: plain.quirks_seen() };
    difference(&truth, &mut predicted, data, Way { longest: WHOLE, leaves: false, seed })
        .map_err(|why| format!("predicted, whole, {why}"))?;
    let chosen: Vec<_> = match asked {
        Asked::All => WAYS.into(),
        Asked::Some(ways) => (0..ways).filter_map(|_| WAYS.get(seed.below(WAYS.len())).copied()).collect(),
    };
    for (prediction, longest, leaves, past) in chosen {
        let mut fresh = decoder(prediction);
        let decoder = match (past, prediction) {
            (Past::Fresh, _) => &mut fresh,
            (_, true) => &mut predicted,
            (_, false) => &mut plain,
        };
        if past == Past::Half {
            decoder.reset();
            let half = data.get(..data.len() / 2).unwrap_or_default();
            let _ = decoder.feed(half).next_delta();
        }
        if past != Past::Fresh {
            decoder.reset();
        }
        difference(&truth, decoder, data, Way { longest, leaves, seed }).map_err(|why| {
            let how = if prediction { "predicted" } else { "plain" };
            let was = match past {
                Past::Fresh => "",
                Past::Whole | Past::Half => ", reset",
            };
            format!("{how}{was}, pieces {longest}, left {leaves}, {why}")
        })?;
    }
    Ok(())
}
