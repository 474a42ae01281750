//! What a payload costs that is owned: a slice of its input (`Delta::into_owned_from`) against a copy (`Delta::into_owned`), by
//! size. Where the slice begins to be cheaper is the threshold, below which both copy.
//!
//! `slice, checked` is what the threshold decides about: `Bytes::slice` and one look at whether it is UTF-8, at every size.

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use deltaic::{Delta, ExtraKind};

const SIZES: [usize; 14] = [
    64,
    128,
    256,
    512,
    1 << 10,
    2 << 10,
    4 << 10,
    8 << 10,
    16 << 10,
    32 << 10,
    64 << 10,
    256 << 10,
    1 << 20,
    4 << 20,
];

fn owned(criterion: &mut Criterion) {
    // Base64, as images and audio are; then text of three bytes a character.
    for (name, letters) in [("base64", "iVBORw0KGgo"), ("cjk", "流れの断片")] {
        let mut group = criterion.benchmark_group(format!("owned/{name}"));
        for size in SIZES {
            let input = Bytes::from(letters.repeat(2 + size / letters.len()));
            let whole = std::str::from_utf8(&input).expect("letters");
            let end = (0..=letters.len() + size).rev().find(|&at| whole.is_char_boundary(at));
            let text = &whole[letters.len()..end.unwrap_or_default()];
            let delta = Delta::extra(Some(0), ExtraKind::Image, "", text);
            let (sliced, copied) = (delta.into_owned_from(&input), delta.into_owned());
            assert_eq!((sliced.as_delta(), copied.as_delta()), (delta, delta));
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(BenchmarkId::new("copy", size), |bencher| {
                bencher.iter(|| drop(black_box(black_box(delta).into_owned())));
            });
            group.bench_function(BenchmarkId::new("into_owned_from", size), |bencher| {
                bencher.iter(|| drop(black_box(black_box(delta).into_owned_from(black_box(&input)))));
            });
            group.bench_function(BenchmarkId::new("slice, checked", size), |bencher| {
                bencher.iter(|| {
                    let slice = black_box(&input).slice(letters.len()..letters.len() + text.len());
                    let is_text = std::str::from_utf8(&slice).is_ok();
                    drop(black_box((is_text, Box::new(slice))));
                });
            });
        }
    }
}

/// Short runs, as in the other benches.
fn settings() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .configure_from_args()
}

criterion_group! { name = benches; config = settings(); targets = owned }
criterion_main!(benches);
