//! The streams of `corpus/bedrock`, in a form that a reader can check: the files are binary, with lengths and checksums.
//!
//! `DELTAIC_BLESS=1` writes them. To add one: an entry here, a golden with an empty `# quirks:` beside where it will be.

use super::naive_eventstream::{checksum, header, prelude, write};
use super::support::{Run, blesses, corpus_dir, run, run_whole};
use crate::{Decoder, Delta, Error, ErrorKind, Framing, LimitKind, Limits, Options, Wire};

/// A message of this type.
fn event(name: &str, payload: &str) -> Vec<u8> {
    let headers = [
        header(b":event-type", 7, name.as_bytes()),
        header(b":content-type", 7, b"application/json"),
        header(b":message-type", 7, b"event"),
    ];
    write(&headers.concat(), payload.as_bytes())
}

fn exception(name: &str, payload: &str) -> Vec<u8> {
    let headers = [
        header(b":exception-type", 7, name.as_bytes()),
        header(b":content-type", 7, b"application/json"),
        header(b":message-type", 7, b"exception"),
    ];
    write(&headers.concat(), payload.as_bytes())
}

/// A model's own event, wrapped.
fn chunk(payload: &str) -> Vec<u8> {
    event("chunk", &format!(r#"{{"bytes":"{}","p":"abcdefghi"}}"#, base64(payload.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(*group.get(at).unwrap_or(&0)));
        let letter = |at: usize| char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]);
        (0..4).map(|at| if at <= group.len() { letter(at) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// With the bits of one byte turned over.
fn damaged(mut message: Vec<u8>, at: usize) -> Vec<u8> {
    message[at] ^= 0xFF;
    message
}

fn start() -> Vec<u8> {
    event("messageStart", r#"{"p":"abcdefghijklm","role":"assistant"}"#)
}

fn delta(index: &str, delta: &str) -> Vec<u8> {
    event("contentBlockDelta", &format!(r#"{{"contentBlockIndex":{index},"delta":{delta},"p":"abcdefgh"}}"#))
}

fn text(index: &str, text: &str) -> Vec<u8> {
    delta(index, &format!(r#"{{"text":"{text}"}}"#))
}

fn block(index: &str, start: &str) -> Vec<u8> {
    event("contentBlockStart", &format!(r#"{{"contentBlockIndex":{index},"p":"abc","start":{start}}}"#))
}

fn tool(index: &str, id: &str, name: &str) -> Vec<u8> {
    block(index, &format!(r#"{{"toolUse":{{"name":"{name}","toolUseId":"{id}"}}}}"#))
}

fn input(index: &str, piece: &str) -> Vec<u8> {
    delta(index, &format!(r#"{{"toolUse":{{"input":"{piece}"}}}}"#))
}

fn stop(index: &str) -> Vec<u8> {
    event("contentBlockStop", &format!(r#"{{"contentBlockIndex":{index},"p":"abcdefghijklmnopqrstuv"}}"#))
}

fn end(reason: &str) -> Vec<u8> {
    event("messageStop", &format!(r#"{{"p":"abcdefghijklmnopq","stopReason":"{reason}"}}"#))
}

fn metadata(usage: &str) -> Vec<u8> {
    event("metadata", &format!(r#"{{"metrics":{{"latencyMs":412}},"p":"abcd","usage":{usage}}}"#))
}

fn usage() -> Vec<u8> {
    metadata(r#"{"inputTokens":14,"outputTokens":9,"totalTokens":23}"#)
}

/// Each stream's name and messages.
fn streams() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    [converse(), broken(), invoked()].concat()
}

fn converse() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    vec![
        (
            "text",
            vec![
                start(),
                text("0", "Low tide "),
                text("0", "is at six."),
                stop("0"),
                end("end_turn"),
                usage(),
            ],
        ),
        ("length", vec![start(), text("0", "Herring, sprat, and"), stop("0"), end("max_tokens"), usage()]),
        (
            "tools-parallel",
            vec![
                start(),
                text("0", "Both, then."),
                stop("0"),
                tool("1", "tooluse_7hQ", "tide"),
                input("1", ""),
                input("1", r#"{\"port\":"#),
                input("1", r#"\"Bod\u00f8\"}"#),
                stop("1"),
                tool("2", "tooluse_9vR", "wind"),
                input("2", r#"{\"hour\":6}"#),
                stop("2"),
                end("tool_use"),
                usage(),
            ],
        ),
        (
            "tool-without-arguments",
            vec![start(), tool("0", "tooluse_2aN", "now"), stop("0"), end("tool_use"), usage()],
        ),
        (
            "tools-interleaved",
            vec![
                start(),
                tool("4", "tooluse_c1", "tide"),
                tool("18446744073709551615", "tooluse_c2", "wind"),
                input("18446744073709551615", r#"{\"hour\""#),
                input("4", r#"{\"port\":\"Moss\"}"#),
                input("18446744073709551615", ":6}"),
                stop("4"),
                stop("18446744073709551615"),
                end("tool_use"),
                usage(),
            ],
        ),
        (
            "reasoning",
            vec![
                start(),
                delta("0", r#"{"reasoningContent":{"text":"Six, "}}"#),
                delta("0", r#"{"reasoningContent":{"text":"then seven."}}"#),
                delta("0", r#"{"reasoningContent":{"signature":"EqQBc2ln+/w=="}}"#),
                stop("0"),
                text("1", "Thirteen."),
                stop("1"),
                end("end_turn"),
                usage(),
            ],
        ),
        (
            "reasoning-redacted",
            vec![
                start(),
                delta("0", r#"{"reasoningContent":{"redactedContent":"cmVkYWN0ZWQ="}}"#),
                stop("0"),
                text("1", "Thirteen."),
                stop("1"),
                end("end_turn"),
                usage(),
            ],
        ),
        (
            "hosted-tool",
            vec![
                start(),
                block(
                    "0",
                    r#"{"toolUse":{"name":"nova_grounding","toolUseId":"s1","type":"server_tool_use"}}"#,
                ),
                input("0", r#"{\"query\":\"tide\"}"#),
                stop("0"),
                block("1", r#"{"toolResult":{"toolUseId":"s1","type":"nova_grounding_result"}}"#),
                delta("1", r#"{"toolResult":[{"json":{"high":"12:10"}}]}"#),
                stop("1"),
                text("2", "At ten past twelve."),
                delta(
                    "2",
                    r#"{"citation":{"title":"Tides","location":{"web":{"url":"https://tides.example/6"}}}}"#,
                ),
                stop("2"),
                end("end_turn"),
                usage(),
            ],
        ),
        (
            "guardrail",
            vec![
                start(),
                text("0", "I cannot help with that."),
                stop("0"),
                end("guardrail_intervened"),
                event(
                    "metadata",
                    r#"{"metrics":{"latencyMs":9},"p":"ab","trace":{"guardrail":{"inputAssessment":{"g1":{"topicPolicy":{"topics":[{"name":"poaching","type":"DENY","action":"BLOCKED"}]}}}}},"usage":{"inputTokens":14,"outputTokens":0,"totalTokens":14}}"#,
                ),
            ],
        ),
        (
            "cache-counts",
            vec![
                start(),
                text("0", "Yes."),
                stop("0"),
                end("stop_sequence"),
                metadata(
                    r#"{"cacheReadInputTokens":1200,"cacheWriteInputTokens":64,"inputTokens":14,"outputTokens":2,"serverToolUsage":{},"totalTokens":1280}"#,
                ),
            ],
        ),
        (
            "image",
            vec![
                start(),
                block("0", r#"{"image":{"format":"png"}}"#),
                delta("0", r#"{"image":{"source":{"bytes":"iVBORw0KGgo="}}}"#),
                stop("0"),
                end("end_turn"),
                usage(),
            ],
        ),
        (
            "unknown-event",
            vec![
                start(),
                event("weatherReport", r#"{"wind":"west","p":"ab"}"#),
                text("0", "Still here."),
                stop("0"),
                end("end_turn"),
                usage(),
            ],
        ),
    ]
}

fn broken() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let words = [
        header(b":message-type", 7, b"error"),
        header(b":error-code", 7, b"InternalFailure"),
        header(b":error-message", 7, b"The tide gauge is out of order."),
    ];
    let nameless = write(&[header(b":message-type", 7, b"event"), vec![0]].concat(), b"{}");
    let cut = usage();
    vec![
        (
            "exception",
            vec![
                start(),
                text("0", "Low "),
                exception("throttlingException", r#"{"message":"Too many tides, slow down."}"#),
            ],
        ),
        ("exception-first", vec![exception("validationException", r#"{"message":"No such model here."}"#)]),
        ("exception-in-words", vec![start(), exception("modelTimeoutException", "took too long")]),
        ("error", vec![start(), text("0", "Low "), write(&words.concat(), b"")]),
        (
            "checksum",
            vec![
                start(),
                text("0", "one "),
                damaged(text("0", "two "), 150),
                text("0", "three"),
                end("end_turn"),
            ],
        ),
        (
            "empty-payload",
            vec![
                start(),
                text("0", "one "),
                event("contentBlockDelta", ""),
                text("0", "two"),
                end("end_turn"),
            ],
        ),
        ("headers", vec![start(), text("0", "one "), nameless, text("0", "two"), stop("0"), end("end_turn")]),
        ("prelude", vec![start(), text("0", "one"), damaged(text("0", "two"), 2), text("0", "three")]),
        (
            "cut-off",
            vec![start(), text("0", "one"), stop("0"), end("end_turn"), cut[..cut.len() - 9].to_vec()],
        ),
        ("no-end", vec![start(), text("0", "Low tide is")]),
    ]
}

fn invoked() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let escaped =
        base64(br#"{"outputText":"Low???>>>","index":0,"completionReason":"FINISH"}"#).replace('/', "\\/");
    assert!(escaped.contains('\\'));
    let message = r#"{"type":"message_start","message":{"id":"msg_t1","type":"message","role":"assistant","model":"tern-2","content":[],"stop_reason":null,"usage":{"input_tokens":7,"output_tokens":1}}}"#;
    let words = |text: &str| {
        format!(
            r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{text}"}}}}"#
        )
    };
    vec![
        (
            "invoke-titan",
            vec![
                chunk(
                    r#"{"outputText":"Low ","index":0,"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":5}"#,
                ),
                chunk(
                    r#"{"outputText":"tide","index":0,"totalOutputTextTokenCount":3,"completionReason":"FINISH","inputTextTokenCount":null,"amazon-bedrock-invocationMetrics":{"inputTokenCount":50,"outputTokenCount":30,"invocationLatency":77,"firstByteLatency":12}}"#,
                ),
            ],
        ),
        (
            "invoke-llama",
            vec![
                chunk(
                    r#"{"generation":"Low","prompt_token_count":6,"generation_token_count":1,"stop_reason":null}"#,
                ),
                chunk(
                    r#"{"generation":" tide","prompt_token_count":null,"generation_token_count":2,"stop_reason":"length","amazon-bedrock-invocationMetrics":{"inputTokenCount":6,"outputTokenCount":2}}"#,
                ),
            ],
        ),
        (
            "invoke-mistral",
            vec![
                chunk(
                    r#"{"outputs":[{"text":"Low","stop_reason":null},{"text":"High","stop_reason":null}]}"#,
                ),
                chunk(
                    r#"{"outputs":[{"text":" tide","stop_reason":"stop"},{"text":" tide","stop_reason":"length"}],"amazon-bedrock-invocationMetrics":{"inputTokenCount":4,"outputTokenCount":4,"cacheReadInputTokenCount":0}}"#,
                ),
            ],
        ),
        (
            "invoke-nova",
            vec![
                chunk(r#"{"messageStart":{"role":"assistant"}}"#),
                chunk(
                    r#"{"contentBlockStart":{"start":{"toolUse":{"toolUseId":"n1","name":"tide"}},"contentBlockIndex":0}}"#,
                ),
                chunk(
                    r#"{"contentBlockDelta":{"delta":{"toolUse":{"input":"{\"port\":\"Moss\"}"}},"contentBlockIndex":0}}"#,
                ),
                chunk(r#"{"contentBlockStop":{"contentBlockIndex":0}}"#),
                chunk(r#"{"messageStop":{"stopReason":"tool_use"}}"#),
                chunk(
                    r#"{"metadata":{"usage":{"inputTokens":8,"outputTokens":3,"cacheReadInputTokenCount":2,"cacheWriteInputTokenCount":0},"metrics":{},"trace":{}},"amazon-bedrock-invocationMetrics":{"inputTokenCount":80,"outputTokenCount":30}}"#,
                ),
            ],
        ),
        (
            "invoke-cohere",
            vec![
                chunk(r#"{"text":"Low tide","is_finished":false}"#),
                chunk(
                    r#"{"is_finished":true,"finish_reason":"COMPLETE","amazon-bedrock-invocationMetrics":{"inputTokenCount":6,"outputTokenCount":2}}"#,
                ),
            ],
        ),
        (
            "invoke-messages",
            vec![
                chunk(message),
                chunk(
                    r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
                ),
                chunk(&words("Low ")),
                event("chunk", r#"{"bytes":"eyJ0eXBlIjoi","p":"ab"}"#),
                event("chunk", r#"{"bytes":"no*base64","p":"abc"}"#),
                chunk(&words("tide 🌊")),
                chunk(r#"{"type":"content_block_stop","index":0}"#),
                chunk(
                    r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}"#,
                ),
                chunk(
                    r#"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":70,"outputTokenCount":50}}"#,
                ),
            ],
        ),
        (
            "invoke-chat",
            vec![
                chunk(
                    r#"{"id":"c1","object":"chat.completion.chunk","created":1750000000,"model":"knot-20b","choices":[{"index":0,"delta":{"role":"assistant","content":"Low tide"},"finish_reason":null}]}"#,
                ),
                chunk(
                    r#"{"id":"c1","object":"chat.completion.chunk","created":1750000000,"model":"knot-20b","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"amazon-bedrock-invocationMetrics":{"inputTokenCount":9,"outputTokenCount":2}}"#,
                ),
            ],
        ),
        (
            "invoke-chat-stop-reason",
            vec![
                chunk(
                    r#"{"id":"c2","object":"chat.completion.chunk","created":1750000000,"model":"reef-large","choices":[{"index":0,"message":{"role":"assistant","content":"Low "},"stop_reason":null}]}"#,
                ),
                chunk(
                    r#"{"id":"c2","object":"chat.completion.chunk","created":1750000000,"model":"reef-large","choices":[{"index":0,"message":{"content":"tide"},"stop_reason":null}]}"#,
                ),
                chunk(
                    r#"{"id":"c2","object":"chat.completion.chunk","created":1750000000,"model":"reef-large","choices":[{"index":0,"message":{"content":""},"stop_reason":"length"}]}"#,
                ),
            ],
        ),
        (
            "invoke-text-stop-reason",
            vec![
                chunk(r#"{"choices":[{"index":0,"text":"Low ","stop_reason":null}]}"#),
                chunk(r#"{"choices":[{"index":0,"text":"tide","stop_reason":null}]}"#),
                chunk(r#"{"choices":[{"index":0,"text":"","stop_reason":"stop"}]}"#),
            ],
        ),
        ("invoke-slashes-escaped", vec![event("chunk", &format!(r#"{{"p":"ab","bytes":"{escaped}"}}"#))]),
        (
            "invoke-exception",
            vec![
                chunk(
                    r#"{"generation":"Low","prompt_token_count":6,"generation_token_count":1,"stop_reason":null}"#,
                ),
                exception(
                    "modelStreamErrorException",
                    r#"{"message":"The model stopped.","originalMessage":"oom","originalStatusCode":500}"#,
                ),
            ],
        ),
    ]
}

/// The files hold what is written here, and there is none besides.
#[test]
fn the_files_are_these_streams() {
    let dir = corpus_dir().join("bedrock");
    let streams = streams();
    for (name, messages) in &streams {
        let path = dir.join(name).with_extension("bin");
        if blesses() {
            std::fs::write(&path, messages.concat()).unwrap();
        }
        assert_eq!(std::fs::read(&path).unwrap(), messages.concat(), "{name}");
    }
    let files = super::support::files(&dir);
    let binary = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "bin"));
    assert_eq!(binary.count(), streams.len());
}

fn texts(run: &Run) -> String {
    let text = |delta| if let Delta::Text { text, .. } = delta { text.to_owned() } else { String::new() };
    run.deltas().map(text).collect()
}

/// A message and its type are as long as their limits say, and no longer; what is too long costs itself, under every cut.
#[test]
fn a42_limits_hold_for_messages() {
    let long = text("0", &"x".repeat(300));
    let stream = [start(), text("0", "a"), long.clone(), text("0", "b")].concat();
    let offset = (start().len() + text("0", "a").len()) as u64;
    let bytes = |most| Options::new().limits(Limits::new().with_event_bytes(most));
    let name = |most| Options::new().limits(Limits::new().with_event_name_bytes(most));
    for (options, kind) in [
        (bytes(long.len() - 1), ErrorKind::Limit(LimitKind::EventBytes)),
        (name(16), ErrorKind::Limit(LimitKind::EventNameBytes)),
    ] {
        let whole = run_whole(&options, &stream);
        assert_eq!(whole.errors().next().map(|error| error.kind()), Some(kind));
        for size in [1, 5, 64, 400] {
            assert_eq!(run(&options, stream.chunks(size)), whole, "{size}");
        }
    }
    let run_over = run_whole(&bytes(long.len() - 1), &stream);
    assert_eq!(
        (texts(&run_over).as_str(), run_over.errors().map(|error| error.offset()).max()),
        ("ab", Some(offset))
    );
    for options in [bytes(long.len()), name(17)] {
        assert_eq!(run_whole(&options, &stream).errors().next(), None);
    }
}

/// The type of a message decides what it is, the name of a server-sent event does not; and a body without a name is known
/// only where it comes wrapped.
#[test]
fn what_decides_stands_in_the_envelope() {
    let settled = |bytes: &[u8]| run_whole(&Options::new(), bytes).ending.unknown_events();
    assert_eq!(settled(&start()), 0);
    assert_eq!(settled(b"event: messageStart\ndata: {\"role\":\"assistant\"}\n\n"), 1);
    let body = r#"{"outputText":"Low","index":0}"#;
    assert_eq!(settled(&chunk(body)), 0);
    assert_eq!(settled(format!("data: {body}\n\n").as_bytes()), 1);
    assert_eq!(settled(&event("piece", body)), 1);
    let fixed = Options::new().wire(Some(Wire::InvokeModel));
    assert_eq!(texts(&run_whole(&fixed, format!("data: {body}\n\n").as_bytes())), "Low");
}

/// The framing may be told beforehand: then messages are what they are by themselves, and what is no message is fatal.
#[test]
fn messages_may_be_asked_for() {
    let asked = Options::new().framing(Framing::EventStream);
    for (name, messages) in streams() {
        let stream = messages.concat();
        assert_eq!(run_whole(&asked, &stream), run_whole(&Options::new(), &stream), "{name}");
        assert_eq!(run(&asked, stream.chunks(7)), run_whole(&asked, &stream), "{name}");
    }
    let lines = run_whole(&asked, b"data: {\"choices\":[]}\n\n");
    assert_eq!(
        lines.errors().map(|error| (error.kind(), error.is_fatal())).collect::<Vec<_>>(),
        [(ErrorKind::Checksum, true)]
    );
}

/// After lengths that are not proven nothing is framed, and no more is taken.
#[test]
fn a_wrong_prelude_is_fatal() {
    let stream = [start(), damaged(text("0", "a"), 2), text("0", "b")].concat();
    let fatal: Vec<Error> = run_whole(&Options::new(), &stream).errors().collect();
    assert_eq!(fatal.len(), 1);
    assert!(fatal[0].is_fatal() && fatal[0].kind() == ErrorKind::Checksum);
    assert_eq!(fatal[0].offset(), start().len() as u64);
}

/// Feeds all of `bytes` and forgets what they say.
fn take(decoder: &mut Decoder, bytes: &[u8]) {
    let mut input = bytes;
    while decoder.next_delta(&mut input).unwrap().is_some() {}
}

/// After a few messages of a kind the next is known by its shape, whatever its length and checksums are.
#[test]
fn text_reasoning_and_arguments_are_predicted() {
    let reasoning = |text: &str| delta("0", &format!(r#"{{"reasoningContent":{{"text":"{text}"}}}}"#));
    let padded = |text: &str| {
        let padding = "x".repeat(text.len() + 3);
        let payload = format!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{text}"}},"p":"{padding}"}}"#);
        event("contentBlockDelta", &payload)
    };
    type Make<'m> = &'m dyn Fn(&str) -> Vec<u8>;
    let kinds: [(Vec<u8>, Make<'_>); 4] = [
        (Vec::new(), &|word| text("0", word)),
        (Vec::new(), &padded),
        (Vec::new(), &reasoning),
        (tool("0", "A", "f"), &|word| input("0", word)),
    ];
    for (begin, make) in kinds {
        let mut decoder = Decoder::new();
        take(&mut decoder, &[start(), begin].concat());
        for word in ["a", "bc", "def"] {
            take(&mut decoder, &make(word));
        }
        for word in ["tide", "t\\u00efde", "t\u{ef}de", "\u{6f6e}", "t\\n"] {
            assert!(decoder.would_hit_fast_path(&make(word)), "{word}");
            take(&mut decoder, &make(word));
        }
        assert!(!decoder.would_hit_fast_path(&make("")), "absence is another statement");
    }
}

/// What a shape leaves open of a message's frame, the framer still judges; what it does not leave open must be the same.
#[test]
fn messages_like_those_before_are_no_hits_if_their_frame_is_not() {
    let headers =
        |name: &[u8]| [header(b":message-type", 7, b"event"), header(b":event-type", 7, name)].concat();
    let payload = br#"{"contentBlockIndex":0,"delta":{"text":"tide"}}"#;
    let good = write(&headers(b"contentBlockDelta"), payload);
    let longer = prelude(good.len() as u32 + 4, headers(b"contentBlockDelta").len() as u32);
    let summed = |mut bytes: Vec<u8>, times: usize| {
        for _ in 0..times {
            bytes.extend(checksum(&bytes).to_be_bytes());
        }
        bytes
    };
    let odd = [
        damaged(good.clone(), good.len() - 1),
        damaged(good.clone(), good.len() - 8),
        damaged(good.clone(), 40),
        damaged(good.clone(), 9),
        damaged(good.clone(), 3),
        damaged(good.clone(), 7),
        write(&headers(b"contentBlockStart"), payload),
        write(&headers(b"contentBlockDelta")[1..], payload),
        write(&[&headers(b"contentBlockDelta"), &payload[..]].concat(), b""),
        write(b"", &[&headers(b"contentBlockDelta"), &payload[..]].concat()),
        write(&headers(b"contentBlockDelta"), &[&payload[..], b" "].concat()),
        good[..good.len() - 1].to_vec(),
        // Both checksums are right, each of what is another message; and a prelude that is wrong in a message that is not.
        summed([&longer[..], &good[12..good.len() - 4]].concat(), 2),
        summed(damaged(good[..good.len() - 4].to_vec(), 9), 1),
        write(&headers(b"contentBlockDelta"), b"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"t\xFFde\"}}"),
        write(&headers(b"contentBlockDelta"), b"{\"contentBlockIndex\":0,\"delta\":{\"text\":\"t\\n\xC3\"}}"),
    ];
    for (n, odd) in odd.iter().enumerate() {
        let stream = [start(), good.repeat(5), odd.clone(), good.repeat(3)].concat();
        let expected = run_whole(&Options::new().prediction(false), &stream);
        assert_eq!(run_whole(&Options::new(), &stream), expected, "{n}");
        for size in [1, 5, 64, good.len(), 300] {
            assert_eq!(run(&Options::new(), stream.chunks(size)), expected, "{n} in pieces of {size}");
        }
        for limit in [good.len() - 1, good.len()] {
            let options = Options::new().limits(Limits::default().with_event_bytes(limit));
            let expected = run_whole(&options.prediction(false), &stream);
            assert_eq!(run_whole(&options, &stream), expected, "{n}, at most {limit} bytes");
        }
    }
}
