//! Arguments that arrive in fragments: is the JSON text whole, and what would close it? The tracker reads each byte once; a
//! parser that starts anew with each fragment (jiter, with its mode for partial text) reads the square.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use deltaic::partial::PartialJson;
use jiter::{JsonValue, PartialMode};

#[allow(dead_code)] // of what the benches share, only how long they run
mod common;

/// How long the arguments are: a file that a model writes.
const BYTES: usize = 25 << 10;

/// Arguments of a call that edits a file: ASCII, half of it in long strings with escapes.
fn arguments() -> String {
    let mut text = String::from("{\"path\":\"src/main.rs\",\"edits\":[");
    for line in 0.. {
        if text.len() > BYTES - 100 {
            break;
        }
        let comma = if line == 0 { "" } else { "," };
        text += &format!(
            "{comma}{{\"line\":{line},\"old\":null,\"new\":\"    println!(\\\"{{}}\\\", {line});\\n\"}}"
        );
    }
    text += "]}";
    text
}

/// How many fragments ended where the text was whole.
fn tracked(text: &str, size: usize) -> usize {
    let mut json = PartialJson::new();
    fragments(text, size)
        .filter(|fragment| {
            json.push(black_box(fragment));
            json.is_complete()
        })
        .count()
}

/// The same, and what would close it is asked after each fragment.
fn closed(text: &str, size: usize) -> usize {
    let mut json = PartialJson::new();
    let closes = |fragment: &&str| {
        json.push(black_box(fragment));
        json.closing().is_some_and(|closing| black_box(closing).is_empty())
    };
    fragments(text, size).filter(closes).count()
}

/// All so far parsed anew with each fragment; whole if the strict parser takes it.
fn parsed_anew(text: &str, size: usize) -> usize {
    let mut so_far = String::new();
    let whole = |fragment: &str| {
        so_far += fragment;
        let partial = JsonValue::parse_with_config(so_far.as_bytes(), false, PartialMode::TrailingStrings);
        black_box(partial).is_ok()
            && so_far.ends_with('}')
            && JsonValue::parse(so_far.as_bytes(), false).is_ok()
    };
    fragments(text, size).map(whole).filter(|whole| *whole).count()
}

fn fragments(mut text: &str, size: usize) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (fragment, rest) = text.split_at(size.min(text.len()));
        text = rest;
        (!fragment.is_empty()).then_some(fragment)
    })
}

fn partial(criterion: &mut Criterion) {
    let text = arguments();
    assert!(text.is_ascii() && text.len().abs_diff(BYTES) < 200, "{}", text.len());
    let mut group = criterion.benchmark_group("partial/arguments");
    group.throughput(Throughput::Bytes(text.len() as u64));
    type Reader = fn(&str, usize) -> usize;
    let readers: [(&str, Reader); 3] =
        [("deltaic", tracked), ("deltaic, closing", closed), ("jiter anew", parsed_anew)];
    for (name, reader) in readers {
        for size in [1, 20] {
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                bencher.iter(|| assert_eq!(reader(&text, size), 1));
            });
        }
    }
}

criterion_group! { name = benches; config = common::criterion(); targets = partial }
criterion_main!(benches);
