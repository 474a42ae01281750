//! The corpus: every golden, and every stream under every cut.

use super::golden;
use super::support::{
    Drain, Run, Seeded, Stream, agrees, blesses, corpus, drain, drain_each, drain_feed, names, replace, run,
    run_whole,
};
use crate::{Decoder, Options};

/// Up to this size every two-way cut is tried; above it, a sample.
const EXHAUSTIVE: usize = 8 << 10;

/// Cuts tried of a larger stream.
const SAMPLE: usize = 200;

/// Runs `check` on every stream; fails once, with all that is wrong.
fn each(check: impl Fn(&Stream) -> Result<(), String> + Sync) {
    let streams = corpus();
    assert!(streams.len() > 300, "only {} streams", streams.len());
    let half = streams.len() / 2;
    let wrong = |streams: &[Stream]| -> Vec<String> {
        let wrong = |stream| check(stream).err().map(|wrong| format!("corpus/{}: {wrong}", stream.name));
        streams.iter().filter_map(wrong).collect()
    };
    let all = std::thread::scope(|scope| {
        let first = scope.spawn(|| wrong(&streams[..half]));
        [wrong(&streams[half..]), first.join().unwrap()].concat()
    });
    assert!(
        all.is_empty(),
        "{} streams; the first of them\n{}",
        all.len(),
        all[..all.len().min(20)].join("\n")
    );
}

#[test]
fn goldens() {
    each(|stream| {
        let run = run_whole(&stream.options(), &stream.bytes);
        if blesses() {
            replace(&stream.golden, &blessed(stream, &run));
            return Ok(());
        }
        if stream.says("quirks") != Some(&names(run.seen)) {
            return Err(format!("saw {}", names(run.seen)));
        }
        let body = golden::body(&run);
        let differs = body.lines().zip(stream.body.lines()).find(|(new, old)| new != old);
        match differs {
            Some((new, old)) => Err(format!("tells\n{new}\nnot\n{old}")),
            None if body != stream.body => Err("tells more or less than its golden".to_owned()),
            None => Ok(()),
        }
    });
}

/// The golden with its quirks and body written anew.
fn blessed(stream: &Stream, run: &Run) -> String {
    let line = |(key, value): &(String, String)| {
        let quirks = names(run.seen);
        let value = if key == "quirks" { &quirks } else { value };
        format!("# {key}: {value}").trim_end().to_owned() + "\n"
    };
    stream.header.iter().map(line).collect::<String>() + &golden::body(run)
}

#[test]
fn the_reference_wire_fires_no_quirk_and_needs_none() {
    each(|stream| {
        if !stream.is_reference() {
            return Ok(());
        }
        let lenient = run_whole(&stream.options(), &stream.bytes);
        if !lenient.seen.is_empty() {
            return Err(format!("saw {}", names(lenient.seen)));
        }
        agrees(&lenient, &mut Decoder::with_options(Options::strict()), [&*stream.bytes], drain)
    });
}

#[test]
fn empty_is_absence() {
    use crate::Delta::{Reasoning, Refusal, Role, Text, ToolCallArguments};
    each(|stream| {
        let run = run_whole(&stream.options(), &stream.bytes);
        let empty = run.deltas().find(|delta| match delta {
            Text { text, .. } | Reasoning { text, .. } | Refusal { text, .. } => text.is_empty(),
            Role { role, .. } => role.is_empty(),
            ToolCallArguments { fragment, .. } => fragment.is_empty(),
            _ => false,
        });
        empty.map_or(Ok(()), |delta| Err(format!("{delta:?}")))
    });
}

#[test]
fn a06_a08_byte_by_byte() {
    each(|stream| {
        let expected = run_whole(&stream.options(), &stream.bytes);
        let mut decoder = Decoder::with_options(stream.options());
        agrees(&expected, &mut decoder, stream.bytes.chunks(1), drain)
    });
}

#[test]
fn every_cut_in_two() {
    each(|stream| {
        let expected = run_whole(&stream.options(), &stream.bytes);
        let mut decoder = Decoder::with_options(stream.options());
        let (length, mut seed) = (stream.bytes.len(), Seeded(2));
        let tries = if length <= EXHAUSTIVE { length + 1 } else { SAMPLE };
        for at in 0..tries {
            let at = if length <= EXHAUSTIVE { at } else { seed.below(length) };
            let (first, second) = stream.bytes.split_at(at);
            decoder.reset();
            agrees(&expected, &mut decoder, [first, second], drain)
                .map_err(|wrong| format!("cut at {at}: {wrong}"))?;
        }
        Ok(())
    });
}

#[test]
fn cuts_in_many_with_empty_inputs_between() {
    each(|stream| {
        let expected = run_whole(&stream.options(), &stream.bytes);
        for seed in 0..8 {
            let longest = [2, 5, 17, 60, 200, 1460][seed as usize % 6];
            let pieces = Seeded(seed).cuts(&stream.bytes, longest);
            agrees(&expected, &mut Decoder::with_options(stream.options()), pieces, drain)
                .map_err(|wrong| format!("seed {seed}: {wrong}"))?;
        }
        Ok(())
    });
}

#[test]
fn guards_and_breaks_tell_the_same() {
    let ways: [(&str, Drain); 2] = [("feed", drain_feed), ("for_each", drain_each)];
    each(|stream| {
        let expected = run_whole(&stream.options(), &stream.bytes);
        for (name, way) in ways {
            for longest in [7, 300, usize::MAX - 1] {
                let pieces = Seeded(3).cuts(&stream.bytes, longest);
                agrees(&expected, &mut Decoder::with_options(stream.options()), pieces, way)
                    .map_err(|wrong| format!("{name}, pieces of {longest}: {wrong}"))?;
            }
        }
        Ok(())
    });
}

#[test]
fn prediction_changes_nothing() {
    each(|stream| {
        let expected = run_whole(&stream.options().prediction(false), &stream.bytes);
        for longest in [1, 40, 700, usize::MAX - 1] {
            let pieces = Seeded(4).cuts(&stream.bytes, longest);
            agrees(&expected, &mut Decoder::with_options(stream.options()), pieces, drain)?;
        }
        Ok(())
    });
}

#[test]
fn line_by_line() {
    each(|stream| {
        let expected = run_whole(&stream.options(), &stream.bytes);
        let lines = stream.bytes.split_inclusive(|byte| *byte == b'\n');
        agrees(&expected, &mut Decoder::with_options(stream.options()), lines, drain)
    });
}

#[test]
fn runs_under_cuts_are_equal_values() {
    each(|stream| {
        let (whole, cut) =
            (run_whole(&stream.options(), &stream.bytes), run(&stream.options(), stream.bytes.chunks(3)));
        if whole == cut { Ok(()) } else { Err("decodes to another value in pieces of three".to_owned()) }
    });
}
