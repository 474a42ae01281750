//! The command as a whole: outputs, exit statuses, pipes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, thread};

use serde_json::{Value, json};

#[path = "cli/complaints.rs"]
mod complaints;
#[path = "cli/inputs.rs"]
mod inputs;
#[path = "cli/readme.rs"]
mod readme;
#[cfg(target_os = "linux")]
#[path = "cli/terminal.rs"]
mod terminal;

const CLEAN: &str = r#"data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"!"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

data: [DONE]

"#;
const MALFORMED: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\n\n";
const FORMS: [&str; 9] =
    ["deltas", "text", "completion", "chunks", "messages", "responses", "ui", "frames", "none"];
const PEER_ERROR: &str = "data: {\"error\":{\"message\":\"overloaded\",\"code\":529}}\n\n";

struct Outcome {
    status: i32,
    out: String,
    err: String,
}

fn spawn(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_deltaic"))
        .args(args)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn deltaic(args: &[&str], input: &str) -> Outcome {
    deltaic_on_bytes(args, input.as_bytes())
}

fn deltaic_on_bytes(args: &[&str], input: &[u8]) -> Outcome {
    let mut child = spawn(args);
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Outcome {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn file(name: &str, content: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn content(text: &str) -> String {
    let chunk = json!({"choices": [{"index": 0, "delta": {"content": text}}]});
    format!("data: {chunk}\n\n")
}

/// Without its end marker.
fn cut_short() -> &'static str {
    CLEAN.split_inclusive("\n\n").next().unwrap()
}

#[test]
fn deltas_are_one_json_object_a_line() {
    let told = deltaic(&[], CLEAN);
    let expected = [
        json!({"type": "start", "id": "c1", "model": "m", "created": 7}),
        json!({"type": "role", "choice": 0, "role": "assistant"}),
        json!({"type": "text", "choice": 0, "text": "Hi"}),
        json!({"type": "text", "choice": 0, "text": "!"}),
        json!({"type": "finish", "choice": 0, "reason": "stop", "raw": "stop", "saw_tool_calls": false}),
        json!({"type": "usage", "input": 3, "output": 2, "total": 5}),
        json!({"type": "done", "marker": "[DONE]"}),
    ];
    assert_eq!(lines(&told.out), expected);
    assert_eq!((told.status, &*told.err), (0, ""));
}

#[test]
fn completion_is_one_object_with_a_report() {
    let told = deltaic(&["-o", "completion", "-"], CLEAN);
    let mut value: Value = serde_json::from_str(&told.out).unwrap();
    let report = value.as_object_mut().unwrap().remove("deltaic").unwrap();
    let message = json!({"role": "assistant", "content": "Hi!"});
    let expected = json!({
        "id": "c1", "object": "chat.completion", "created": 7, "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    });
    assert_eq!(value, expected);
    assert_eq!(report["wire"], json!("chat"));
    assert_eq!(report["ending"]["done"], json!(true));
    assert_eq!(report["ending"]["truncated"], json!(false));
    assert_eq!((&report["quirks"], &report["errors"]), (&json!([]), &json!([])));
}

#[test]
fn chunks_are_what_the_reference_would_stream() {
    // Members that every chunk repeats stand in another order: as values they are the same.
    let events = |out: &str| -> Vec<Value> {
        let data = |event: &str| event.strip_prefix("data: ").unwrap().to_owned();
        let value = |data: String| serde_json::from_str(&data).unwrap_or(Value::String(data));
        out.split_terminator("\n\n").map(data).map(value).collect()
    };
    let told = deltaic(&["-o", "chunks"], CLEAN);
    assert_eq!(events(&told.out), events(CLEAN));
    assert_eq!((told.status, &*told.err), (0, ""));
    let again = deltaic(&["-o", "chunks", "--strict"], &told.out);
    assert_eq!((again.out, again.status), (told.out, 0));
}

/// What is written over another wire says the same to whoever reads it.
#[test]
fn what_is_written_over_another_wire_reads_the_same() {
    let as_text = deltaic(&["-o", "text"], CLEAN).out;
    for (form, wire) in [("messages", "messages"), ("responses", "responses"), ("ui", "ui_stream")] {
        let told = deltaic(&["-o", form], CLEAN);
        assert_eq!((told.status, &*told.err), (0, ""), "{form}");
        let again = deltaic(&["-o", "text", "--strict"], &told.out);
        assert_eq!((again.out, again.status), (as_text.clone(), 0), "{form}");
        let report = deltaic(&["-o", "completion"], &told.out).out;
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["deltaic"]["wire"], json!(wire));
    }
}

#[test]
fn chunks_of_a_cut_stream_have_no_end_marker() {
    let told = deltaic(&["-o", "chunks"], cut_short());
    assert!(told.out.ends_with("\"finish_reason\":null}]}\n\n"), "{}", told.out);
    assert_eq!(told.status, 4);
}

/// Written over another wire, the answer is told again.
#[test]
fn the_answer_is_the_same_over_another_wire() {
    let answer = |out: &str| -> Vec<Value> {
        let of_answer = |line: &Value| ["text", "usage"].iter().any(|kind| line["type"] == *kind);
        let own = |name: &str| !["raw", "total"].contains(&name);
        let mut answer: Vec<_> = lines(out).into_iter().filter(of_answer).collect();
        answer.iter_mut().filter_map(Value::as_object_mut).for_each(|line| line.retain(|name, _| own(name)));
        answer
    };
    let told = answer(&deltaic(&[], CLEAN).out);
    for (form, wire) in [("messages", "messages"), ("ui", "ui_stream")] {
        let written = deltaic(&["-o", form], CLEAN);
        assert_eq!((written.status, &*written.err), (0, ""));
        let again = deltaic(&["--strict", "--wire", wire], &written.out);
        let answer = answer(&again.out);
        assert!(told.iter().all(|delta| answer.contains(delta)), "{form}: {}", again.out);
        assert_eq!(again.status, 0);
        let cut = deltaic(&["-o", form], cut_short());
        assert!(!cut.out.contains("message_stop") && !cut.out.contains("[DONE]"), "{}", cut.out);
        assert_eq!(cut.status, 4);
    }
}

#[test]
fn a_completion_reports_what_was_wrong() {
    let told = deltaic(&["-o", "completion"], &[MALFORMED, PEER_ERROR].concat());
    let report = serde_json::from_str::<Value>(&told.out).unwrap()["deltaic"].clone();
    assert_eq!((report.get("wire"), &report["errors"][0]["offset"]), (None, &json!(0)));
    assert_eq!(report["peer_errors"], json!([{"code": "529", "message": "overloaded"}]));
}

#[test]
fn text_is_what_a_person_would_read() {
    let told = deltaic(&["-o", "text"], CLEAN);
    assert_eq!((&*told.out, &*told.err, told.status), ("Hi!\n", "", 0));
}

#[test]
fn text_dims_reasoning_and_spells_out_controls_only_for_a_terminal() {
    let stream = [
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"why\"}}]}\n\n",
        &content("a\u{1b}[2J\u{9b}\u{7f}\tb\r\n"),
        "data: [DONE]\n\n",
    ]
    .concat();
    let piped = deltaic(&["-o", "text"], &stream);
    assert_eq!(piped.out, "why\n\na\u{1b}[2J\u{9b}\u{7f}\tb\r\n");
    let coloured = deltaic(&["-o", "text", "--color", "always"], &stream);
    assert_eq!(coloured.out, "\u{1b}[2mwhy\u{1b}[0m\n\na^[[2J<9b>^?\tb^M\n");
}

#[test]
fn text_tells_calls_and_further_choices_whole_at_the_end() {
    let chunk = |choice: u32, delta: Value| {
        format!("data: {}\n\n", json!({"choices": [{"index": choice, "delta": delta}]}))
    };
    let call = |arguments: &str| json!({"tool_calls": [{"index": 0, "id": "t", "function": {"name": "f", "arguments": arguments}}]});
    let stream = [
        chunk(0, json!({"content": "a"})),
        chunk(1, json!({"content": "x"})),
        chunk(0, call("{}")),
        chunk(0, json!({"content": "b"})),
        chunk(1, json!({"content": "y"})),
        "data: [DONE]\n\n".to_owned(),
    ]
    .concat();
    assert_eq!(deltaic(&["-o", "text"], &stream).out, "ab\n\nf({})\n\n[choice 1]\n\nxy\n");
}

/// A chunk of a tool call.
fn call(choice: u32, slot: u32, name: Option<&str>, arguments: &str) -> String {
    let function = json!({"name": name, "arguments": arguments});
    let delta = json!({"tool_calls": [{"index": slot, "function": function}]});
    format!("data: {}\n\n", json!({"choices": [{"index": choice, "delta": delta}]}))
}

#[test]
fn text_shows_long_calls_as_they_come_and_says_the_same() {
    let piece = "x".repeat(1000);
    let mut child = spawn(&["-o", "text"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all([content("a"), call(0, 0, Some("f"), "")].concat().as_bytes()).unwrap();
    (0..20).for_each(|_| stdin.write_all(call(0, 0, None, &piece).as_bytes()).unwrap());
    let mut shown = vec![0; 15_000];
    child.stdout.as_mut().unwrap().read_exact(&mut shown).unwrap();
    assert!(shown.starts_with(b"a\n\nf(xxx"));
    stdin.write_all(call(0, 1, Some("g"), "{}").as_bytes()).unwrap();
    drop(stdin);
    child.stdout.as_mut().unwrap().read_to_end(&mut shown).unwrap();
    child.wait().unwrap();
    assert_eq!(String::from_utf8(shown).unwrap(), format!("a\n\nf({})\n\ng({{}})\n", piece.repeat(20)));
}

#[test]
fn text_tells_what_is_long_and_interleaved_in_parts() {
    let chunk = |choice: u32, text: &str| {
        format!("data: {}\n\n", json!({"choices": [{"index": choice, "delta": {"content": text}}]}))
    };
    let (x, y) = ("x".repeat(5_000), "y".repeat(70_000));
    let stream = [
        chunk(0, "a"),
        call(0, 0, Some("f"), &x),
        chunk(0, "b"),
        call(0, 0, None, "1"),
        chunk(1, &y),
        chunk(1, "z"),
        chunk(0, "c"),
    ]
    .concat();
    let expected =
        format!("a\n\nf({x})\n\nb\n\nf(…1)\n\n[choice 1]\n\n{y}\n\n[choice 0]\n\nc\n\n[choice 1]\n\nz\n");
    assert_eq!(deltaic(&["-o", "text"], &stream).out, expected);
}

#[test]
fn text_has_the_transcript_where_an_answer_was_only_spoken() {
    let audio = |choice: u32, words: &str| {
        let audio = json!({"id": "a", "data": "AAAA".repeat(30_000), "transcript": words});
        let choice = json!({"index": choice, "delta": {"audio": audio}});
        format!("data: {}\n\n", json!({"choices": [choice]}))
    };
    let spoken = [audio(0, "Good"), audio(0, " evening.")].concat();
    assert_eq!(deltaic(&["-o", "text"], &spoken).out, "Good evening.\n");
    assert_eq!(deltaic(&["-o", "text"], &(content("Hi") + &spoken)).out, "Hi\n");
    assert_eq!(deltaic(&["-o", "text"], &(spoken.clone() + &content("Hi"))).out, "Hi\n");
    let second = deltaic(&["-o", "text"], &[content("Hi"), audio(1, "Ho")].concat()).out;
    assert_eq!(second, "Hi\n\n[choice 1]\n\nHo\n");
    let long = "so ".repeat(30_000);
    assert_eq!(deltaic(&["-o", "text"], &audio(0, &long)).out, format!("{long}\n"));
}

/// Parts and a restart are about what is shown, nothing to show.
#[test]
fn text_of_a_wire_with_blocks_is_its_text() {
    let start =
        |id| json!({"type": "message_start", "message": {"id": id, "role": "assistant", "content": []}});
    let block = |index, block| json!({"type": "content_block_start", "index": index, "content_block": block});
    let events = [
        start("a"),
        block(0, json!({"type": "thinking", "thinking": "Why", "signature": "EqQB"})),
        start("b"),
        block(0, json!({"type": "redacted_thinking", "data": "Emwg"})),
        block(1, json!({"type": "text", "text": "So."})),
        block(2, json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})),
        block(3, json!({"type": "text", "text": " There."})),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
        json!({"type": "message_stop"}),
    ];
    let stream: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    let told = deltaic(&["-o", "text", "--stats"], &stream);
    assert_eq!((told.status, &*told.out), (0, "Why\n\nSo. There.\n"));
    assert!(told.err.contains("wires        1 (messages)\n"), "{}", told.err);
    let folded: Value = serde_json::from_str(&deltaic(&["-o", "completion"], &stream).out).unwrap();
    assert_eq!(folded["deltaic"]["wire"], json!("messages"));
    let signed = json!({"type": "reasoning.text", "text": "Why", "signature": "EqQB", "index": 0});
    let blob = json!({"type": "reasoning.encrypted", "data": "Emwg", "index": 1});
    assert_eq!(folded["choices"][0]["message"]["reasoning_details"], json!([signed, blob]));
    let as_chat = deltaic(&["-o", "text", "--wire", "chat"], &stream);
    assert_eq!((as_chat.status, &*as_chat.out), (4, ""));
}

#[test]
fn frames_are_the_strict_view() {
    let told = deltaic(
        &["-o", "frames"],
        "retry: 50\nid: 1\nevent: a\ndata: x\ndata: y\n\ndata\n\nretry: 7\ndata: lost",
    );
    let expected = [
        json!({"type": "event", "event": "a", "data": "x\ny", "last_event_id": "1"}),
        json!({"type": "retry", "milliseconds": 50}),
        json!({"type": "event", "event": "message", "data": "", "last_event_id": "1"}),
        json!({"type": "retry", "milliseconds": 7}),
    ];
    assert_eq!(lines(&told.out), expected);
    assert_eq!((told.status, &*told.err), (0, ""));
}

#[test]
fn none_prints_nothing_and_stats_go_to_standard_error() {
    let told = deltaic(&["-o", "none", "--stats"], CLEAN);
    assert_eq!((told.status, &*told.out), (0, ""));
    let bytes = format!("bytes        {}\n", CLEAN.len());
    for line in [
        &*bytes,
        "events       6\n",
        "deltas       7 (start 1, ",
        "wires        1 (chat)\n",
        "errors       0\n",
        " MB/s\n",
    ] {
        assert!(told.err.contains(line), "{line:?} not in {}", told.err);
    }
}

#[test]
fn cuts_and_prediction_change_nothing() {
    let stream = ["retry: 1\nretry: 2\n", CLEAN, MALFORMED, &content("é😀"), PEER_ERROR].concat();
    for output in ["deltas", "text", "completion", "frames"] {
        let whole = deltaic(&["-o", output], &stream);
        for how in ["--split=1", "--split=3", "--split=random:7", "--split=random:8", "--no-prediction"] {
            let cut = deltaic(&["-o", output, how], &stream);
            assert_eq!((cut.status, cut.out, cut.err), (whole.status, whole.out.clone(), whole.err.clone()));
        }
    }
}

#[test]
fn each_status_and_the_highest_of_several() {
    let clean = file("clean.sse", CLEAN);
    let malformed = file("malformed.sse", &[MALFORMED, CLEAN].concat());
    let truncated = file("truncated.sse", cut_short());
    let refused = file("refused.sse", PEER_ERROR);
    let empty = file("empty.sse", "");
    let page = file("page.html", "<html><body>502</body></html>\n");
    let missing = "no/such/file";
    let empty_directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("statuses");
    fs::create_dir_all(&empty_directory).unwrap();
    let directory = empty_directory.to_str().unwrap();
    for (status, files) in [
        (0, &[&*clean, &clean][..]),
        (1, &[missing, &clean]),
        (1, &[directory]),
        (3, &[missing, &malformed]),
        (4, &[&empty]),
        (4, &[&page]),
        (4, &[&malformed, &truncated, missing]),
        (5, &[&refused, &truncated, &malformed, missing]),
    ] {
        assert_eq!(deltaic(&[&["-o", "none"], files].concat(), "").status, status, "{files:?}");
    }
}

#[test]
fn wrong_usage_is_status_2() {
    for args in [
        &["--no-such-option"][..],
        &["-o", "xml"],
        &["--split", "0"],
        &["--split", "random:x"],
        &["--framing", "http"],
        &["--wire", "telegraph"],
        &["--strict", "--repair"],
    ] {
        let told = deltaic(args, "");
        assert_eq!((told.status, &*told.out), (2, ""), "{args:?}");
        assert!(told.err.starts_with("error: "), "{}", told.err);
    }
}

#[test]
fn every_choice_of_every_option_is_taken() {
    for (option, words) in [
        ("--framing", &["auto", "sse"][..]),
        ("--wire", &["chat"]),
        ("--think", &["auto", "off"]),
        ("--content", &["auto", "incremental", "cumulative"]),
        ("--arguments", &["as-sent", "repeated"]),
        ("--color", &["auto", "always", "never"]),
    ] {
        for word in words {
            let told = deltaic(&["-o", "completion", option, word], CLEAN);
            assert_eq!((told.status, &*told.err), (0, ""), "{option} {word}");
        }
    }
    assert_eq!(deltaic(&["--repair"], CLEAN).status, 0);
    assert_eq!(deltaic(&["--strict"], CLEAN).status, 0);
    let other = deltaic(&["-o", "completion", "--think", "started"], CLEAN).out;
    assert!(other.contains(r#""reasoning_content":"Hi!""#), "{other}");
}

#[test]
fn help_leads_with_examples_and_says_the_statuses() {
    let help = deltaic(&["--help"], "");
    assert_eq!(help.status, 0);
    let at = |part: &str| help.out.find(part).unwrap_or_else(|| panic!("no {part}"));
    assert!(at("Examples:") < at("Usage:") && at("Usage:") < at("Exit status"));
    let version = deltaic(&["--version"], "").out;
    assert_eq!(version, format!("deltaic {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_live_pipe_shows_each_delta_as_it_comes() {
    for args in [&[][..], &["--split", "1"]] {
        let mut child = spawn(args);
        let mut stdin = child.stdin.take().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (told, lines) = mpsc::channel();
        let reader = thread::spawn(move || out.lines().try_for_each(|line| told.send(line.unwrap())));
        for event in CLEAN.split_inclusive("\n\n").take(3) {
            stdin.write_all(event.as_bytes()).unwrap();
        }
        while !lines.recv_timeout(Duration::from_secs(20)).unwrap().contains("Hi") {}
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(4));
        reader.join().unwrap().unwrap();
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = spawn(&[]);
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    thread::spawn(move || while stdin.write_all(CLEAN.as_bytes()).is_ok() {});
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
}

#[test]
fn a_closed_standard_error_is_no_reason_to_stop() {
    let mut child = spawn(&["--stats"]);
    drop(child.stderr.take());
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all([MALFORMED, CLEAN].concat().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(lines(&String::from_utf8(output.stdout).unwrap()).len(), 7);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_status_1() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let clean = file("full.sse", CLEAN);
    let output = Command::new(env!("CARGO_BIN_EXE_deltaic"))
        .arg(clean)
        .stdout(full)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("standard output: "));
}

#[test]
fn a31_a41_json_holds_no_control_character_and_is_the_same_json() {
    let controls: String = ('\0'..='\u{9f}').collect();
    let stream = content(&controls);
    for (form, pointer) in [("deltas", "/text"), ("completion", "/choices/0/message/content")] {
        let told = deltaic(&["-o", form], &stream).out;
        assert!(!told.chars().any(|c| c.is_control() && c != '\n'), "{form}: {told:?}");
        let values = lines(&told);
        assert_eq!(values.last().unwrap().pointer(pointer), Some(&json!(controls)), "{form}");
    }
    let told = deltaic(&["-o", "frames"], "event: \u{9b}\ndata: é\u{7f}\u{9b}2J\u{a0}\n\n").out;
    let expected = r#"{"type":"event","event":"\u009b","data":"é\u007f\u009b2J\u00a0","last_event_id":""}"#;
    assert_eq!(told, format!("{}\n", expected.replace("\\u00a0", "\u{a0}")));
}

#[test]
fn text_spells_out_what_reorders_or_breaks_a_line_unseen() {
    let hidden = content("a\u{202e}b\u{2066}c\u{2028}d\u{200f}");
    let coloured = deltaic(&["-o", "text", "--color", "always"], &hidden);
    assert_eq!(coloured.out, "a<202e>b<2066>c<2028>d\u{200f}\n");
}

#[test]
fn a_piece_over_the_input_is_not_waited_for() {
    for split in ["1000000000000", "18446744073709551615"] {
        let mut child = spawn(&["--split", split]);
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(CLEAN.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("start"), "{line}");
        drop(stdin);
        child.wait().unwrap();
    }
    let long = content(&"é😀".repeat(100_000));
    let whole = deltaic(&[], &long).out;
    for split in ["65536", "65537", "100000", "1000000000000"] {
        assert_eq!(deltaic(&["--split", split], &long).out, whole, "{split}");
    }
}
