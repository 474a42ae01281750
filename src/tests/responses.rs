//! Responses: what its streams cost.

use super::support::run_whole;
use crate::{Decoder, Delta, Options};
use allocation_counter::measure;

fn event(name: &str, members: &str) -> String {
    format!("event: {name}\ndata: {{\"type\":\"{name}\",{members}}}\n\n")
}

fn added(index: usize, item: &str) -> String {
    event("response.output_item.added", &format!("\"output_index\":{index},\"item\":{{{item}}}"))
}

fn done(index: usize, item: &str) -> String {
    event("response.output_item.done", &format!("\"output_index\":{index},\"item\":{{{item}}}"))
}

/// A delta as the service sends it: a number that counts, an id that means nothing, noise of another length.
fn delta(name: &str, number: usize) -> String {
    let noise = &"aZ3kQ9xW"[..number % 7 + 1];
    let members = format!(
        "\"sequence_number\":{number},\"item_id\":\"id{}\",\"output_index\":0,\"content_index\":0,\
         \"delta\":\" word{number}\",\"logprobs\":[],\"obfuscation\":\"{noise}\"",
        number * 7919
    );
    event(name, &members)
}

fn take(decoder: &mut Decoder, mut input: &[u8]) -> usize {
    let mut deltas = 0;
    while let Some(delta) = decoder.next_delta(&mut input).transpose() {
        delta.unwrap();
        deltas += 1;
    }
    deltas
}

/// How many texts a stream tells; nothing is wrong with it.
fn texts(stream: &str) -> usize {
    let run = run_whole(&Options::new(), stream.as_bytes());
    assert_eq!(run.errors().count(), 0);
    run.deltas().filter(|delta| matches!(delta, Delta::Text { .. })).count()
}

#[test]
fn fifty_deltas_allocate_nothing() {
    let call = r#""type":"function_call","call_id":"c","name":"f","arguments":"""#;
    for (item, name) in [
        (r#""type":"message","role":"assistant","content":[]"#, "response.output_text.delta"),
        (r#""type":"reasoning","summary":[]"#, "response.reasoning_text.delta"),
        (r#""type":"reasoning","summary":[]"#, "response.reasoning_summary_text.delta"),
        (call, "response.function_call_arguments.delta"),
    ] {
        let mut decoder = Decoder::new();
        take(&mut decoder, added(0, item).as_bytes());
        let known: String = (990..1010).map(|number| delta(name, number)).collect();
        take(&mut decoder, known.as_bytes());
        let next: Vec<String> = (1010..1060).map(|number| delta(name, number)).collect();
        let mut deltas = 0;
        let cost = measure(|| next.iter().for_each(|event| deltas += take(&mut decoder, event.as_bytes())));
        assert_eq!((deltas, cost.count_total), (50, 0), "{name}");
    }
}

#[test]
fn what_repeats_is_not_copied() {
    let mut decoder = Decoder::new();
    take(&mut decoder, delta("response.output_text.delta", 1).as_bytes());
    let text = "x".repeat(4 << 20);
    let part = format!(r#""type":"output_text","annotations":[],"text":"{text}""#);
    let item = format!(r#""type":"message","role":"assistant","content":[{{{part}}}]"#);
    let place = r#""output_index":0,"content_index":0"#;
    for event in [
        event("response.output_text.done", &format!("{place},\"text\":\"{text}\"")),
        event("response.content_part.done", &format!("{place},\"part\":{{{part}}}")),
        done(0, &item),
        event("response.completed", &format!("\"response\":{{\"output\":[{{{item}}}]}}")),
    ] {
        let mut text = 0;
        let cost = measure(|| text = take(&mut decoder, event.as_bytes()));
        let ends = usize::from(event.contains("completed")) * 2;
        assert!(text <= ends + 1 && cost.bytes_max < 64 << 10, "{text} deltas, {} bytes", cost.bytes_max);
    }
}

#[test]
fn marks_are_dropped_where_an_item_is_done() {
    let text = r#""type":"message","content":[{"type":"output_text","text":"x"}]"#;
    let items: String =
        (0..400).map(|index| added(index, r#""type":"message""#) + &done(index, text)).collect();
    assert_eq!(texts(&items), 400);
}

#[test]
fn a_missing_index_is_the_first() {
    let stream = r#"data: {"type":"response.output_text.delta","delta":"Hi"}

data: {"type":"response.output_text.done","output_index":0,"text":"Hi"}

"#;
    assert_eq!(texts(stream), 1);
}
