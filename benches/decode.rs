//! The decoder alone, by wire and cut: `cargo bench` from the root of the crate. Peers, exact counts and the promised ratios
//! are in the crate `benches/` (`benches/README.md`).
//!
//! Each stream is made with its answer; the answer is proved before a stream is timed, and its size in every round.
#![allow(missing_docs, clippy::arithmetic_side_effects)]

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use deltaic::{Decoder, Delta};

const EVENTS: usize = 1_000;

/// Sizes of inputs: the whole stream, a large read, one TCP segment.
const CUTS: [(&str, usize); 3] = [("whole", usize::MAX), ("16KiB", 16 << 10), ("1460B", 1_460)];

/// A stream, and what it says.
struct Workload {
    name: &'static str,
    stream: String,
    answer: String,
}

/// What came out: texts, reasonings and arguments, one after the other.
#[derive(Default, Debug, PartialEq)]
struct Told {
    answer: String,
    is_whole: bool,
}

impl Workload {
    /// A stream of `EVENTS` pieces, each written by `event`, between `first` and `last`.
    fn new(name: &'static str, first: &str, event: impl Fn(&mut String, usize, &str), last: &str) -> Self {
        const WORDS: [&str; 7] = [" the", " of", " stream", ".", " delta", " is", " bounded"];
        let (mut stream, mut answer) = (first.to_owned(), String::new());
        for at in 0..EVENTS {
            let word = WORDS.into_iter().cycle().nth(at * at % 11).unwrap_or_default();
            event(&mut stream, at, word);
            answer.push_str(word);
        }
        stream.push_str(last);
        Self { name, stream, answer }
    }

    fn inputs(&self, size: usize) -> impl Iterator<Item = &[u8]> {
        self.stream.as_bytes().chunks(size.min(self.stream.len()))
    }

    /// The whole answer, for the proof.
    fn told(&self, size: usize) -> Told {
        let mut told = Told::default();
        told.is_whole = self.decode(size, |text| told.answer.push_str(text));
        told
    }

    /// Decodes the stream; returns whether it came without an error and was complete.
    fn decode(&self, size: usize, mut see: impl FnMut(&str)) -> bool {
        let mut decoder = Decoder::new();
        let mut read = |delta: Result<Delta<'_>, deltaic::Error>| {
            match delta {
                Ok(Delta::Text { text, .. } | Delta::Reasoning { text, .. }) => see(text),
                Ok(Delta::ToolCallArguments { fragment, .. }) => see(fragment),
                Ok(_) => {}
                Err(error) => return ControlFlow::Break(error),
            }
            ControlFlow::Continue(())
        };
        let mut is_whole = true;
        for input in self.inputs(size) {
            is_whole &= decoder.for_each(input, &mut read).is_continue();
        }
        is_whole && decoder.end(&mut read).continue_value().is_some_and(|ending| !ending.is_truncated())
    }
}

/// One chunk of chat completions around `delta`.
fn chunk(stream: &mut String, delta: &str, finish: &str) {
    let _ = write!(
        stream,
        "data: {{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion.chunk\",\
         \"created\":1741570283,\"model\":\"m-2024-08-06\",\"choices\":[{{\"index\":0,\"delta\":{{{delta}}},\
         \"logprobs\":null,\"finish_reason\":{finish}}}]}}\n\n"
    );
}

/// A stream of chat completions; `delta` writes the members around each piece.
fn chat(name: &'static str, first: &str, delta: impl Fn(&str) -> String, finish: &str) -> Workload {
    let (mut head, mut tail) = (String::new(), String::new());
    chunk(&mut head, first, "null");
    chunk(&mut tail, "", finish);
    tail.push_str("data: [DONE]\n\n");
    Workload::new(name, &head, |stream, _, word| chunk(stream, &delta(word), "null"), &tail)
}

fn workloads() -> Vec<Workload> {
    let role = r#""role":"assistant","content":"""#;
    let call = r#""tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]"#;
    vec![
        chat("text", role, |word| format!(r#""content":"{word}""#), r#""stop""#),
        chat("reasoning", role, |word| format!(r#""reasoning_content":"{word}""#), r#""stop""#),
        chat(
            "arguments",
            call,
            |word| format!(r#""tool_calls":[{{"index":0,"function":{{"arguments":"{word}"}}}}]"#),
            r#""tool_calls""#,
        ),
        // No two events of one shape: nothing can be predicted.
        Workload::new(
            "unlike",
            "",
            |stream, at, word| chunk(stream, &format!("\"k{at}\":{at},\"content\":\"{word}\""), "null"),
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        ),
        Workload::new(
            "messages",
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\
             \"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n\
             event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":\
             {\"type\":\"text\",\"text\":\"\"}}\n\n",
            |stream, _, word| {
                let _ = write!(
                    stream,
                    "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\
                     \"delta\":{{\"type\":\"text_delta\",\"text\":\"{word}\"}}}}\n\n"
                );
            },
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n\
             event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\
             \"usage\":{\"output_tokens\":9}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        ),
    ]
}

fn decode(criterion: &mut Criterion) {
    for workload in workloads() {
        let mut group = criterion.benchmark_group(workload.name);
        group.throughput(Throughput::ElementsAndBytes {
            elements: EVENTS as u64,
            bytes: workload.stream.len() as u64,
        });
        for (cut, size) in CUTS {
            let expected = Told { answer: workload.answer.clone(), is_whole: true };
            assert_eq!(workload.told(size), expected, "{}, {cut}", workload.name);
            group.bench_function(BenchmarkId::from_parameter(cut), |bencher| {
                bencher.iter(|| {
                    let mut bytes = 0;
                    assert!(workload.decode(size, |text| bytes += text.len()));
                    assert_eq!(bytes, workload.answer.len());
                });
            });
        }
    }
}

/// Short runs; the same for everyone.
fn settings() -> Criterion {
    Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! { name = benches; config = settings(); targets = decode }
criterion_main!(benches);
