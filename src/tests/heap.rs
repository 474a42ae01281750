//! What is held, counted: the most while one hostile event is taken, then what is still held after that event, after fifty
//! tiny ones, after the end, and after `reset`. The bounds are the formula of `src/docs/memory.md`: [`peak`], [`kept`].
//!
//! Only the public API is used. The counts are of this thread, exact, and the same on every run.
#![allow(missing_docs, clippy::arithmetic_side_effects, clippy::pedantic)]

use allocation_counter::measure;
use deltaic::sse::Framer;
use deltaic::{Completion, ContentMode, Decoder, ExtrasMode, Framing, Limits, Options};

/// What a byte buffer may keep when its event is over.
const BUFFER: usize = 64 << 10;

/// What a list may keep: so many entries, each of at most so many bytes.
const LIST: usize = 512 * 48;

/// Lists that grow with facts: records (three lists), the queue, strings that had escapes, usage snapshots.
const LISTS: usize = 6;

/// What a decoder may hold in any case: 8 shapes of 2 KiB and some 250 bytes, and small change.
const ALWAYS: usize = 24 << 10;

/// Records, queue and snapshots, for each fact that an event states: some 120 bytes, in lists that double.
const FACT: usize = 256;

/// A choice, and a call of it.
const CHOICE: usize = 256;
const CALL: usize = 64;

/// How long the hostile events are, about.
const LONG: usize = 1 << 18;

/// The facts that an event may state in rows about facts.
const FACTS: usize = 4000;

/// One hostile stream, and what it may fill.
struct Row {
    name: String,
    options: Options,
    framing: Framing,
    hostile: Vec<u8>,
    /// The longest event in it.
    event: usize,
    /// What its byte buffers may hold, beside the carry: so many times the event.
    times: usize,
    /// How many of them may grow.
    buffers: usize,
    /// Facts stated; none where all are short lists.
    facts: usize,
    choices: usize,
    calls: usize,
    /// Bytes that the stream itself asks to be held: input of calls that are still open.
    held: usize,
}

/// At most this while the event is taken: buffers double, and the old one lives until the new one is filled.
fn peak(row: &Row, cut: bool) -> usize {
    let times = row.times + usize::from(cut);
    kept(row, cut) + 3 * times * row.event + FACT * row.facts
}

/// At most this when the next event is over, as long as the stream goes on.
fn kept(row: &Row, cut: bool) -> usize {
    idle(row, cut) + row.choices * CHOICE + row.calls * CALL + row.held
}

/// At most this when no stream goes on.
fn idle(row: &Row, cut: bool) -> usize {
    let lists = if row.facts > 0 { LISTS * LIST } else { 0 };
    ALWAYS + (row.buffers + usize::from(cut)) * BUFFER + lists
}

/// Takes inputs to their end; what a stream of either kind does.
trait Machine {
    fn take(&mut self, input: &[u8]);
    fn end(&mut self);
    fn restart(&mut self);
}

impl Machine for Decoder {
    fn take(&mut self, mut input: &[u8]) {
        loop {
            match self.next_delta(&mut input) {
                Ok(None) => break,
                Err(error) if error.is_fatal() => break,
                Ok(Some(_)) | Err(_) => {}
            }
        }
    }

    fn end(&mut self) {
        let _ = self.finish();
        self.take(&[]);
    }

    fn restart(&mut self) {
        self.reset();
    }
}

impl Machine for Framer {
    fn take(&mut self, mut input: &[u8]) {
        while !matches!(self.next_frame(&mut input), Ok(None)) {}
    }

    fn end(&mut self) {
        self.finish();
        self.take(&[]);
    }

    fn restart(&mut self) {
        self.reset();
    }
}

/// The stages of one run, with what is held after each.
struct Held {
    peak: u64,
    event: i64,
    tiny: i64,
    end: i64,
    reset: i64,
}

/// How a row is run.
#[derive(Clone, Copy)]
struct How {
    name: &'static str,
    /// The hostile event comes in pieces, so that the carry holds it.
    cut: bool,
    /// So many tiny events come first: their shape is known.
    known: usize,
    /// The tiny events come in pieces, too.
    cut_tiny: bool,
}

const ALL: [How; 3] = [
    How { name: "whole", cut: false, known: 0, cut_tiny: true },
    How { name: "cut", cut: true, known: 0, cut_tiny: false },
    How { name: "cut, shapes known", cut: true, known: 20, cut_tiny: true },
];

fn held<M: Machine>(make: impl Fn() -> M, row: &Row, how: How) -> Held {
    // An array begins with its hostile element.
    let known = if row.framing == Framing::JsonArray { 0 } else { how.known };
    let (before, after) = (tiny(row.framing, known), tiny(row.framing, 50));
    // A new one has allocated nothing yet.
    let mut machine = make();
    let learned = measure(|| machine.take(&before.concat())).bytes_current;
    let size = if how.cut { 60_001 } else { row.hostile.len() };
    let event = measure(|| row.hostile.chunks(size).for_each(|input| machine.take(input)));
    let pieces = if how.cut_tiny { after.concat().chunks(1009).map(<[u8]>::to_vec).collect() } else { after };
    let tiny = measure(|| pieces.iter().for_each(|input| machine.take(input)));
    let end = measure(|| machine.end());
    let reset = measure(|| machine.restart());
    let mut sum = learned;
    let mut next = |info: allocation_counter::AllocationInfo| {
        sum += info.bytes_current;
        sum
    };
    let peak = learned.unsigned_abs() + event.bytes_max;
    Held { peak, event: next(event), tiny: next(tiny), end: next(end), reset: next(reset) }
}

/// What is over its bound, in words.
fn over(row: &Row, How { name: how, cut, .. }: How, held: &Held) -> Vec<String> {
    let stages = [
        ("while it is taken", held.peak as i64, peak(row, cut)),
        ("after it", held.event, peak(row, cut)),
        ("after 50 tiny events", held.tiny, kept(row, cut)),
        ("after the end", held.end, kept(row, cut)),
        ("after reset", held.reset, idle(row, cut)),
    ];
    let over = stages.into_iter().filter(|(_, held, bound)| *held > *bound as i64);
    over.map(|(stage, held, bound)| format!("{}, {how}, {stage}: {held} > {bound}", row.name)).collect()
}

fn limits(change: impl FnOnce(Limits) -> Limits) -> Options {
    Options::new().limits(change(Limits::new()))
}

fn few_facts() -> Options {
    limits(|limits| limits.with_facts(FACTS))
}

fn tiny(framing: Framing, count: usize) -> Vec<Vec<u8>> {
    let chunk = |n: usize| format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"ok{n}"}}}}]}}"#);
    let event = |n| match framing {
        Framing::Sse => format!("data: {}\n\n", chunk(n)),
        Framing::JsonArray => format!(",{}\n", chunk(n)),
        _ => format!("{}\n", chunk(n)),
    };
    (0..count).map(event).map(String::into_bytes).collect()
}

fn row(name: &str, hostile: impl Into<Vec<u8>>) -> Row {
    let hostile = hostile.into();
    Row {
        name: name.to_owned(),
        options: Options::new(),
        framing: Framing::Sse,
        event: hostile.len(),
        hostile,
        times: 0,
        buffers: 0,
        facts: 0,
        choices: 2,
        calls: 0,
        held: 0,
    }
}

/// `open`, as many `one` as are long, `close`.
fn long(open: &str, one: &str, close: &str) -> Vec<u8> {
    [open, &one.repeat((LONG / one.len()).max(1)), close].concat().into_bytes()
}

/// As [`long`], of bytes that are not UTF-8.
fn invalid(open: &str, close: &str) -> Vec<u8> {
    [open.as_bytes(), &vec![0xFF; LONG], close.as_bytes()].concat()
}

/// A1, A2, A4, A5: over the limit or nothing at all, so nothing of it stays; not even the carry holds more than the limit.
fn floods() -> Vec<Row> {
    const CAP: usize = 100_000;
    let flood = |name: &str, open: &str, one: &str, close: &str, buffers| Row {
        options: limits(|limits| limits.with_event_bytes(CAP)),
        event: CAP + (64 << 10),
        times: buffers,
        buffers,
        ..row(name, long(open, one, close))
    };
    let flood = |name: &str, open: &str, one: &str, close: &str, buffers| {
        // Within an event, so many that one byte kept of each shows.
        let one = if name.starts_with("A44") { one.repeat(LONG * 2 / one.len()) } else { one.to_owned() };
        flood(name, open, &one, close, buffers)
    };
    vec![
        flood("A1 data line over the limit", "data: ", "a", "\n\n", 0),
        flood("A1 string over the limit", "data: {\"id\":\"", "a", "\"}\n\n", 0),
        flood("A1 event line over the limit", "event: ", "a", "\n\n", 0),
        flood("A1 id line over the limit", "id: ", "a", "\n\n", 0),
        flood("A2 data lines over the limit", "", "data\n", "\n", 1),
        flood("A4 blank lines", "", "\n", "", 0),
        flood("A4 tiny lines", "", "d\n", "\n", 0),
        flood("A4 tiny events", "", "data\n\n", "", 1),
        flood("A5 comments", "", ": c\n", "", 0),
        flood("A5 a comment", ":", "a", "\n", 0),
        flood("A5 an unknown field", "x:", "a", "\n\n", 0),
        flood("A44 comments in an event, LF", "data: {\"choices\":[]}\n", ": c\n", "\n", 1),
        flood("A44 comments in an event, CR", "data: {\"choices\":[]}\r", ": c\r", "\r", 1),
        flood("A44 comments in an event, CR LF", "data: {\"choices\":[]}\r\n", ":\r\n", "\r\n", 1),
        flood("A44 comments in an event, mixed", "data: {\"choices\":[]}\r\n", ":\r\n:\n:\r", "\r\n", 1),
        flood("A44 unknown fields in an event", "data: {\"choices\":[]}\r\n", "x: c\r\n", "\r\n", 1),
        flood("A46 bad events", "", "data: {bad\n\n", "", 1),
    ]
}

/// A3: one large legal event, by the buffer that it fills.
fn giants() -> Vec<Row> {
    const OPEN: &str = r#"data: {"choices":[{"index":0,"delta":{"content":""#;
    const CLOSE: &str = "\"}}]}\n\n";
    let giant = |name: &str, hostile: Vec<u8>, times, buffers| Row { times, buffers, ..row(name, hostile) };
    let (second, end) = (r#""}},{"index":0,"delta":{"content":""#, r#""}},{"index":0,"delta":{"content":"a"#);
    let name_ok = limits(|limits| limits.with_event_name_bytes(usize::MAX));
    vec![
        giant("A3 text", long(OPEN, "a", CLOSE), 1, 1),
        // In scratch, or, if a shape is known, in the room to unescape in and from there in scratch.
        giant("A3 escapes", long(OPEN, "\\n", CLOSE), 1, 2),
        giant("A3 a second text", long(&[OPEN, "a", second].concat(), "a", CLOSE), 1, 1),
        giant("A3 data over two lines", long("data: {\"choices\":[],\ndata: \"x\":\"", "a", "\"}\n\n"), 1, 1),
        giant("A3 many data lines", long("data: [\n", "data: 1,\n", "data: 1]\n\n"), 1, 1),
        giant("A9 text that is not UTF-8", invalid(OPEN, CLOSE), 4, 2),
        giant("A9 data that is not UTF-8", invalid("data: ", "\n\n"), 4, 2),
        giant("A9 lines that are not UTF-8", invalid("data: a\ndata: ", "\n\n"), 5, 2),
        giant("an event name", long("event: ", "a", "\ndata: {\"choices\":[]}\n\n"), 1, 1),
        Row { options: name_ok, ..giant("a long event name", long("event: ", "a", "\ndata: 1\n\n"), 2, 2) },
        giant("an event name that is not UTF-8", invalid("event: ", "\ndata: 1\n\n"), 4, 2),
        giant("an event id", long("id: ", "a", "\ndata: {\"choices\":[]}\n\n"), 1, 1),
        giant("words for an error", long("data: ", "word ", "\n\n"), 1, 1),
        giant("no known wire", long("data: {\"x\":\"", "a", "\"}\n\n"), 1, 1),
        giant("an end that never comes", long(&[OPEN, end].concat(), "a", ""), 1, 1),
    ]
}

/// A20, A21, A22: what is remembered of choices and calls is of a fixed size each, whatever their names are.
fn state() -> Vec<Row> {
    let call = |slot: usize| {
        format!(r#"{{"index":{},"id":"{}","function":{{"name":"f"}}}}"#, slot * 7, "i".repeat(64 + slot))
    };
    let calls = |choice: usize| {
        let calls: Vec<_> = (0..128).map(call).collect();
        let delta = format!(r#"{{"tool_calls":[{}]}}"#, calls.join(","));
        format!("data: {{\"choices\":[{{\"index\":{choice},\"delta\":{delta}}}]}}\n\n")
    };
    let choice = |n: usize| {
        format!(
            "data: {{\"choices\":[{{\"index\":{},\"delta\":{{\"content\":\"a\"}}}}]}}\n\n",
            n * 30_000_001
        )
    };
    let all_calls: String = (0..128).map(calls).collect();
    let event = all_calls.len() / 128;
    let repeated = "a".repeat(5000);
    let so_far =
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{repeated}\"}}}}]}}\n\n");
    vec![
        Row {
            event: 100,
            choices: 130,
            ..row("A20 choices of huge indexes", (0..1000).map(choice).collect::<String>())
        },
        Row {
            event,
            times: 1,
            buffers: 1,
            facts: 600,
            choices: 130,
            calls: 128 * 128,
            ..row("A21 choices x calls", all_calls)
        },
        Row {
            options: Options::new().content(ContentMode::Cumulative),
            event: so_far.len(),
            times: 1,
            ..row("A22 cumulative", so_far.repeat(LONG / so_far.len()))
        },
    ]
}

/// A43: blocks without end are refused; input that came with a call's beginning is held until the block stops, a piece follows
/// or the stream ends, and is given back then.
fn blocks() -> Vec<Row> {
    let event = |json: &str| format!("event: x\ndata: {json}\n\n");
    let start = |index: usize, block: &str| {
        event(&format!(r#"{{"type":"content_block_start","index":{index},"content_block":{block}}}"#))
    };
    let all =
        |rest: &[String]| [&[event(r#"{"type":"message_start","message":{}}"#)], rest].concat().concat();
    let stop = event(r#"{"type":"content_block_stop","index":0}"#);
    let piece =
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"1"}}"#;
    let input = "a".repeat(LONG);
    let call = start(0, &format!(r#"{{"type":"tool_use","id":"t","name":"f","input":{{"x":"{input}"}}}}"#));
    let row =
        |name: &str, rest: &[String]| Row { event: call.len(), times: 2, buffers: 2, ..row(name, all(rest)) };
    let starts: Vec<_> = (0..10_000).map(|n| start(n, r#"{"type":"text","text":""}"#)).collect();
    vec![
        Row { event: 200, times: 1, calls: 2 * 128, ..row("A43 blocks that never stop", &starts) },
        Row { held: call.len(), ..row("A43 input that is held", std::slice::from_ref(&call)) },
        row("A43 input that is told", &[call.clone(), stop.clone()]),
        row("A43 input that is dropped", &[call.clone(), event(piece)]),
        row("A43 input again and again", &[call.clone(), call.clone(), call.clone(), call.clone(), stop]),
    ]
}

/// A36, A37, A45: facts, wherever they are stated.
fn facts() -> Vec<Row> {
    // Of damage less is sent, because it took the square of its length.
    const FEW: usize = 500;
    let many = |name: &str, open: &str, one: &str, close: &str| Row {
        options: few_facts(),
        facts: FACTS,
        times: 1,
        buffers: 1,
        ..row(name, long(open, one, close))
    };
    let all = |row: Row| Row { options: few_facts().extras(ExtrasMode::All), ..row };
    let usages = (0..LONG / 50).map(|n| format!(r#"{{"choices":[],"usage":{{"prompt_tokens":{n}}}}}"#));
    let usages: Vec<_> = usages.collect();
    let damaged = format!("data: {{{}\n\n", "\"content\":\"a\"#".repeat(12_000));
    let delta = r#"data: {"choices":[{"index":0,"delta":{"#;
    let delta = |member: &str| [delta, member].concat();
    vec![
        many("A37 counters", r#"data: {"choices":[],"usage":{"#, r#""prompt_tokens":1,"#, "\"x\":1}}\n\n"),
        many("A37 created", r#"data: {"choices":[],"#, r#""created":1,"#, "\"x\":1}\n\n"),
        many("A37 parts", &delta(r#""content":["#), r#""a","#, "\"a\"]}}]}\n\n"),
        many("A37 parts with escapes", &delta(r#""content":["#), r#""\n","#, "\"a\"]}}]}\n\n"),
        many("A37 halves", &delta(r#""content":["#), r#""\ud83d","#, "\"a\"]}}]}\n\n"),
        many("A37 listed extras", &delta(""), r#""annotations":[1],"#, "\"x\":1}}]}\n\n"),
        many("A37 calls", &delta(r#""tool_calls":["#), r#"{"index":0},"#, "{}]}}]}\n\n"),
        many("A37 choices", r#"data: {"choices":["#, r#"{"index":0,"delta":{}},"#, "{}]}\n\n"),
        many("A37 documents", "data: ", r#"{"choices":[]}"#, "\n\n"),
        many("A37 elements", "data: [", "{},", "{}]\n\n"),
        all(many("A37 all extras", r#"data: {"choices":[],"#, r#""x":1,"#, "\"x\":1}\n\n")),
        all(many("A37 all extras of a delta", &delta(""), r#""x":1,"#, "\"x\":1}}]}\n\n")),
        Row {
            facts: FACTS,
            ..many("A37 usage documents", &["data: ", &usages.concat()].concat(), "\n", "\n")
        },
        Row {
            facts: FACTS,
            ..many("A37 usage elements", &["data: [", &usages.join(","), "]"].concat(), "\n", "\n")
        },
        many(
            "A36 usage, choices",
            r#"data: {"usage":{"prompt_tokens":1},"#,
            r#""choices":[],"#,
            "\"x\":1}\n\n",
        ),
        many("A36 ids", "data: {", r#""id":"a","#, "\"choices\":[]}\n\n"),
        Row {
            options: limits(|limits| limits.with_facts(FEW)).repair(true),
            facts: FEW,
            event: damaged.len(),
            ..many("A45 damage", &damaged, "\n", "\n")
        },
    ]
}

/// The other framings.
fn json_framings() -> Vec<Row> {
    let framed = |name: &str, framing: Framing, hostile: Vec<u8>, buffers| Row {
        options: Options::new().framing(framing),
        framing,
        times: buffers,
        buffers,
        ..row(name, hostile)
    };
    let over = |row: Row, framing| Row {
        options: limits(|limits| limits.with_event_bytes(100_000)).framing(framing),
        event: 164 << 10,
        ..row
    };
    let chunk = r#"{"choices":[],"x":""#;
    let invalid_line = invalid(chunk, "\"}\n");
    vec![
        framed("a JSON line", Framing::Ndjson, long(chunk, "a", "\"}\n"), 0),
        framed("a JSON line that is not UTF-8", Framing::Ndjson, invalid_line, 4),
        framed("a JSON value over lines", Framing::Json, long("{\n\"x\":[\n", "1,\n", "1]}\n"), 1),
        framed("an array's element", Framing::JsonArray, long("[{\"x\":[\n", "1,\n", "1]}\n"), 1),
        over(
            framed("a JSON line over the limit", Framing::Ndjson, long("{\"x\":\"", "a", "\"}\n"), 0),
            Framing::Ndjson,
        ),
        over(
            framed("an element over the limit", Framing::JsonArray, long("[{\"x\":\"", "a", "\"}\n"), 0),
            Framing::JsonArray,
        ),
        over(framed("white space", Framing::Ndjson, long("", " \n", "\n"), 0), Framing::Ndjson),
    ]
}

/// Every row, in every way.
fn all_within<M: Machine>(rows: Vec<Row>, make: impl Fn(&Row) -> M) {
    let runs = rows.iter().flat_map(|row| ALL.map(|how| (row, how)));
    let wrong: Vec<_> = runs.flat_map(|(row, how)| over(row, how, &held(|| make(row), row, how))).collect();
    assert!(wrong.is_empty(), "{} over their bounds:\n{}", wrong.len(), wrong.join("\n"));
}

fn decoder(row: &Row) -> Decoder {
    Decoder::with_options(row.options)
}

#[test]
fn a01_a02_a04_a05_a44_a46_lines_without_end() {
    all_within(floods(), decoder);
}

#[test]
fn a03_a09_giant_events() {
    all_within(giants(), decoder);
}

#[test]
fn a20_a21_a22_choices_and_calls() {
    all_within(state(), decoder);
}

#[test]
fn a43_blocks_and_their_input() {
    all_within(blocks(), decoder);
}

/// Of text, thinking and pieces of a call's arguments, each many times in its block, the next takes nothing from the heap.
#[test]
fn blocks_in_steady_state_take_nothing() {
    let kinds = [
        (r#"{"type":"text","text":""}"#, r#"{"type":"text_delta","text":"#),
        (r#"{"type":"thinking","thinking":""}"#, r#"{"type":"thinking_delta","thinking":"#),
        (
            r#"{"type":"tool_use","id":"t","name":"f","input":{}}"#,
            r#"{"type":"input_json_delta","partial_json":"#,
        ),
    ];
    let event = |kind: &str, json: &str| format!("event: {kind}\ndata: {{\"type\":\"{kind}\",{json}}}\n\n");
    for (block, delta) in kinds {
        let one = |n: usize| event("content_block_delta", &format!(r#""index":0,"delta":{delta}"w{n}"}}"#));
        let begin = event("message_start", r#""message":{"id":"m","role":"assistant"}"#);
        let start = event("content_block_start", &format!(r#""index":0,"content_block":{block}"#));
        let warm = [begin, start, (100..150).map(one).collect()].concat();
        let steady: String = (100..900).map(one).collect();
        for size in [usize::MAX, 50] {
            let mut decoder = Decoder::new();
            warm.as_bytes().chunks(size).for_each(|input| decoder.take(input));
            let taken = measure(|| steady.as_bytes().chunks(size).for_each(|input| decoder.take(input)));
            assert_eq!(taken.count_total, 0, "{delta} in pieces of {size}");
        }
    }
}

#[test]
fn a36_a37_a45_facts_of_one_event() {
    all_within(facts(), decoder);
}

#[test]
fn json_without_sse() {
    all_within(json_framings(), decoder);
}

/// The framer has four buffers: carry, joined data, decoded data, decoded event name. It has no facts.
#[test]
fn the_framer() {
    let rows =
        floods().into_iter().chain(giants()).map(|row| Row { times: 6, event: row.hostile.len(), ..row });
    all_within(rows.collect(), |_| Framer::new());
}

/// A46: what a completion keeps of complaints does not grow with their number.
#[test]
fn a46_complaints_without_end() {
    for complaint in ["data: x\n\n", "data: {\"error\":{\"message\":\"x\"}}\n\n", "event: error\ndata: x\n\n"]
    {
        let stream = complaint.repeat(100_000);
        let (mut decoder, mut completion) = (Decoder::new(), Completion::new());
        let held = measure(|| {
            let mut input = stream.as_bytes();
            while let Ok(Some(delta)) = decoder.next_delta(&mut input) {
                completion.apply(delta);
            }
        });
        let bound = ALWAYS + 2 * LIST + 2 * BUFFER;
        assert!(held.bytes_max <= bound as u64, "{complaint:?}: {} > {bound}", held.bytes_max);
    }
}

/// What was fed and dropped unread is held, says `buffered`, and is given back at the next event after it was read.
/// A line that has begun in one input and is over its limit in the next is never kept whole, whether it ends there or not.
#[test]
fn lines_over_the_limit_that_began_before() {
    let limits = Limits::new().with_event_bytes(200);
    let begun: [&[u8]; 5] = [b"data: {", b"{\"a\":\"", b"[{\"a\":\"", b"\0\0\x01\0\0\0\0\x10", b"da"];
    for begun in begun {
        for end in ["", "\n", "\n\n"] {
            let rest = format!("{}{end}", "x".repeat(LONG));
            let ways: [&dyn Fn(); 2] = [
                &|| {
                    let mut decoder = Decoder::with_options(Options::new().limits(limits));
                    [begun, rest.as_bytes()].into_iter().for_each(|input| decoder.take(input));
                },
                &|| {
                    let mut framer = Framer::new().limits(limits);
                    [begun, rest.as_bytes()].into_iter().for_each(|input| framer.take(input));
                },
            ];
            for way in ways {
                let peak = measure(way).bytes_max;
                assert!(peak < 8 << 10, "{peak} bytes of {:?}", String::from_utf8_lossy(begun));
            }
        }
    }
}

#[test]
fn feeds_that_are_dropped_unread() {
    let events = tiny(Framing::Sse, 2000).concat();
    let mut decoder = Decoder::new();
    let unread = measure(|| (0..10).for_each(|_| drop(decoder.feed(&events))));
    assert_eq!(decoder.buffered(), 10 * events.len());
    assert!(unread.bytes_max <= (3 * decoder.buffered() + ALWAYS) as u64, "{}", unread.bytes_max);
    let read = measure(|| {
        decoder.take(&[]);
        tiny(Framing::Sse, 50).iter().for_each(|input| decoder.take(input));
    });
    assert_eq!(decoder.buffered(), 0);
    let held = unread.bytes_current + read.bytes_current;
    assert!(held <= (ALWAYS + 2 * BUFFER) as i64, "{held}");
}
