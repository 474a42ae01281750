//! How much of each stream of the corpus prediction takes: `predicted.txt` has the counts, `DELTAIC_BLESS=1` writes it.
//!
//! Prediction changes no delta, so nothing else shows that a change made it miss. A stream that the table does not have is not
//! asked; a row that is no longer true is either a fault or a claim to be read and blessed.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use super::support::{Stream, blesses, corpus, replace};
use crate::Decoder;

const TABLE: &str = "src/tests/predicted.txt";

/// Fewer events show nothing.
const FEWEST: usize = 6;

/// The events of a stream: with their blank line, or lines where there is none.
fn events(stream: &[u8]) -> Vec<&[u8]> {
    let text = |event: &&[u8]| !event.is_empty();
    let is_blank = |at: usize| stream[..at].ends_with(b"\n\n");
    let is_line = |at: usize| stream[..at].ends_with(b"\n");
    let has_blank = stream.windows(2).any(|two| two == b"\n\n");
    let ends = (1..=stream.len()).filter(|at| if has_blank { is_blank(*at) } else { is_line(*at) });
    let ends: Vec<_> = [0].into_iter().chain(ends).chain([stream.len()]).collect();
    ends.windows(2).map(|ends| &stream[ends[0]..ends[1]]).filter(text).collect()
}

/// Of how many events how many are of a known shape, and how many of those the hot path tells.
fn row(stream: &Stream) -> [usize; 3] {
    let mut decoder = Decoder::with_options(stream.options());
    let events = events(&stream.bytes);
    let (mut found, mut hot) = (0, 0);
    for event in &events {
        hot += usize::from(decoder.would_hit_fast_path(event));
        found += usize::from(decoder.would_match_known_shape(event));
        let _ = decoder.for_each(event, |_| ControlFlow::<()>::Continue(()));
    }
    [events.len(), found, hot]
}

#[test]
fn prediction_takes_what_it_took() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    let text =
        |(name, [events, found, hot]): (String, [usize; 3])| format!("{name} {events} {found} {hot}\n");
    let rows = corpus().into_iter().filter(|stream| stream.bytes.len() < 100_000);
    let rows =
        rows.map(|stream| (stream.name.clone(), row(&stream))).filter(|(_, [events, ..])| *events >= FEWEST);
    let rows: Vec<String> = rows.map(text).collect();
    if blesses() {
        return replace(&path, &rows.concat());
    }
    let table = std::fs::read_to_string(path).unwrap();
    let known: BTreeMap<_, _> = table.lines().map(|row| (row.split(' ').next().unwrap(), row)).collect();
    let changed = rows.iter().filter_map(|row| {
        let known = known.get(row.split(' ').next().unwrap())?;
        (*known != row.trim_end()).then(|| format!("{known}, now {row}"))
    });
    let changed: Vec<_> = changed.collect();
    assert!(table.lines().count() > 100 && changed.is_empty(), "{}", changed.concat());
}
