//! Several inputs, directories, compressed files; what each line says of its input; the end by an interrupt.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{CLEAN, MALFORMED, PEER_ERROR, content, cut_short, deltaic, file, lines, spawn};

/// A directory with these files.
fn directory(name: &str, files: &[(&str, &[u8])]) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    for (name, bytes) in files {
        let file = path.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    path.to_str().unwrap().to_owned()
}

/// The words of `member`, line by line, each once in a row.
fn runs(lines: &[Value], member: &str) -> Vec<String> {
    let mut words: Vec<_> =
        lines.iter().map(|line| line[member].as_str().unwrap_or("-").to_owned()).collect();
    words.dedup();
    words
}

#[test]
fn of_several_inputs_every_line_names_its_own() {
    let (one, two) = (file("one.sse", CLEAN), file("two.sse", CLEAN));
    for form in ["deltas", "frames"] {
        let told = lines(&deltaic(&["-o", form, &one, &two], "").out);
        assert_eq!(runs(&told, "file"), [&*one, &*two], "{form}");
        let alone = lines(&deltaic(&["-o", form, &one], "").out);
        assert_eq!(runs(&alone, "file"), ["-"], "a single one needs no name");
        let mut named = alone;
        named
            .iter_mut()
            .for_each(|line| drop(line.as_object_mut().unwrap().insert("file".into(), json!(one))));
        assert_eq!(told[..named.len()], named);
    }
    let folded = lines(&deltaic(&["-o", "completion", &one, "-"], CLEAN).out);
    assert_eq!(
        folded.iter().map(|line| &line["deltaic"]["file"]).collect::<Vec<_>>(),
        [&json!(one), &json!("-")]
    );
}

#[test]
fn a_directory_is_the_files_below_it_sorted() {
    let clean = CLEAN.as_bytes();
    let root = directory(
        "tree",
        &[
            ("b/2.sse", clean),
            ("b/1.sse", clean),
            ("a.sse", clean),
            ("c.sse", clean),
            (".hidden/x", b""),
            ("b/.y", b""),
        ],
    );
    let told = deltaic(&[&root], "");
    let named = ["a.sse", "b/1.sse", "b/2.sse", "c.sse"].map(|name| format!("{root}/{name}"));
    assert_eq!((runs(&lines(&told.out), "file"), told.status), (named.to_vec(), 0));
    let alone = directory("alone", &[("x.sse", clean)]);
    assert_eq!(runs(&lines(&deltaic(&[&alone], "").out), "file"), [format!("{alone}/x.sse")]);
    let empty = directory("nothing", &[]);
    let told = deltaic(&[&empty, &alone], "");
    assert_eq!((told.status, &*told.err), (1, &*format!("{empty}: no file in it\n")));
    assert_eq!(lines(&told.out).len(), 7);
}

#[test]
fn compressed_recordings_are_unpacked() {
    let gzip = |text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let zstd = |text: &str| {
        ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
    };
    let (first, second) = CLEAN.split_at(CLEAN.len() / 2);
    // Two members, two frames and one to be skipped: as tools append them.
    let skipped = [&b"\x50\x2a\x4d\x18\x03\0\0\0abc"[..], &zstd(second)].concat();
    let root = directory(
        "packed",
        &[
            ("1.sse.gz", &gzip(CLEAN)),
            ("2.sse.gz", &[gzip(first), gzip(second)].concat()),
            ("3.sse.zst", &zstd(CLEAN)),
            ("4.sse.zst", &[zstd(first), skipped].concat()),
        ],
    );
    let told = deltaic(&["-o", "text", &root, "--split", "random:3"], "");
    assert_eq!((&*told.out, &*told.err, told.status), ("Hi!\nHi!\nHi!\nHi!\n", "", 0));
    let torn = directory(
        "torn",
        &[
            ("1.gz", &gzip(CLEAN)[..40]),
            ("2.zst", &zstd(CLEAN)[..40]),
            ("3.gz", b"plain"),
            ("4.zst", b"plain"),
        ],
    );
    let told = deltaic(&["-o", "none", &torn], "");
    let complaints = told.err.lines().filter(|line| line.starts_with(&torn)).count();
    assert!(complaints >= 4 && told.status == 4, "{}", told.err);
}

#[test]
fn stats_of_each_input_and_of_all() {
    let (one, two) =
        (file("stats-one.sse", CLEAN), file("stats-two.sse", &[MALFORMED, cut_short(), PEER_ERROR].concat()));
    let told = deltaic(&["-o", "none", "--stats=json", &one, &two], "");
    let lines = lines(&told.err.lines().filter(|line| line.starts_with('{')).collect::<Vec<_>>().join("\n"));
    let [first, second, all] = &lines[..] else { panic!("{}", told.err) };
    assert_eq!((&first["file"], &second["file"], &all["file"]), (&json!(one), &json!(two), &Value::Null));
    assert_eq!((&first["inputs"], &all["inputs"]), (&Value::Null, &json!(2)));
    for (member, of_first, of_second, of_all) in [
        ("events", 6, 3, 9),
        ("errors", 0, 1, 1),
        ("peer_errors", 0, 1, 1),
        ("truncated", 0, 1, 1),
        (
            "bytes",
            CLEAN.len(),
            MALFORMED.len() + cut_short().len() + PEER_ERROR.len(),
            fs::metadata(&one).unwrap().len() as usize + fs::metadata(&two).unwrap().len() as usize,
        ),
    ] {
        let values = [first, second, all].map(|line| line[member].clone());
        assert_eq!(values, [of_first, of_second, of_all].map(|value| json!(value)), "{member}");
    }
    assert_eq!((&first["deltas"]["text"], &all["deltas"]["error"]), (&json!(2), &json!(1)));
    assert_eq!(all["wires"], json!(["chat"]));
    assert!(all["seconds"].as_f64().unwrap() >= 0.0);
    let told = deltaic(&["-o", "none", "--stats", &one, &two], "").err;
    let at = |part: &str| told.find(part).unwrap_or_else(|| panic!("{part} in {told}"));
    assert!(
        at(&format!("{one}\n  bytes        {}\n", CLEAN.len())) < at("total of 2 inputs\nbytes  "),
        "{told}"
    );
}

#[test]
fn text_may_be_the_answer_or_the_reasoning_alone() {
    let reasoning = "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"why\"}}]}\n\n";
    let call = r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]}}]}"#;
    let stream = [reasoning, &content("so."), call, "\n\ndata: [DONE]\n\n"].concat();
    for (args, expected) in [
        (&["-o", "text"][..], "why\n\nso.\n\nf({})\n"),
        (&["-o", "text", "--only", "answer"], "so.\n"),
        (&["-o", "text", "--only", "reasoning"], "why\n"),
    ] {
        assert_eq!(deltaic(args, &stream).out, expected, "{args:?}");
    }
    let told = deltaic(&["--only", "answer"], CLEAN);
    assert!(told.status == 2 && told.err.starts_with("error: '--only' goes with"), "{}", told.err);
}

/// What came as JSON leaves as JSON: its numbers as they were written, on one line, without control characters.
#[test]
fn json_that_is_passed_on_is_json() {
    let chunk = |extra: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{}},\"logprobs\":{extra}}}]}}\n\n")
    };
    let value = "{\"content\":[{\"token\":\"\u{9b}x\",\t\"logprob\":-0.10}]}";
    let told = deltaic(&[], &[&chunk(value), &chunk("{\"a\":NaN}"), PEER_ERROR].concat()).out;
    assert!(told.contains(r#""json":{"content":[{"token":"\u009bx", "logprob":-0.10}]}}"#), "{told}");
    let told = lines(&told);
    let of = |kind: &str| {
        told.iter().filter(|line| line["type"] == kind).map(|line| &line["json"]).collect::<Vec<_>>()
    };
    assert_eq!(
        of("extra"),
        [&json!({"content": [{"token": "\u{9b}x", "logprob": -0.1}]}), &json!("{\"a\":NaN}")]
    );
    assert_eq!(of("error"), [&json!({"error": {"message": "overloaded", "code": 529}})]);
}

#[test]
fn completions_and_the_manual_come_from_the_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let told = deltaic(&["--completions", shell], "");
        assert!(told.status == 0 && told.out.contains("no-prediction"), "{shell}");
    }
    let manual = deltaic(&["--man"], "").out;
    assert!(manual.starts_with(".ie") && manual.contains("no\\-prediction"), "{manual}");
    assert_eq!(deltaic(&["--man", "x.sse"], "").status, 2);
}

/// An interrupt while bytes are waited for: what is folded so far is told, as if the bytes had ended.
#[cfg(unix)]
#[test]
fn an_interrupt_tells_what_there_is() {
    for form in ["completion", "text", "deltas"] {
        let mut child = spawn(&["-o", form, "--stats=json"]);
        let mut stdin = child.stdin.take().unwrap();
        for event in CLEAN.split_inclusive("\n\n").take(3) {
            stdin.write_all(event.as_bytes()).unwrap();
        }
        // Until it has read them, it may not even have begun: it waits in its read, then.
        let stat = format!("/proc/{}/wchan", child.id());
        for _ in 0..200 {
            std::thread::sleep(std::time::Duration::from_millis(10));
            if fs::read_to_string(&stat).is_ok_and(|place| place.contains("pipe_read")) {
                break;
            }
        }
        let kill = format!("kill -INT {}", child.id());
        assert!(Command::new("sh").args(["-c", &kill]).stdout(Stdio::null()).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        let (out, err) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(output.status.code(), Some(130), "{err}");
        match form {
            "completion" => {
                let folded: Value = serde_json::from_str(&out).unwrap();
                assert_eq!(folded["choices"][0]["message"]["content"], json!("Hi!"));
                assert_eq!(folded["deltaic"]["ending"]["truncated"], json!(true));
            }
            "text" => assert_eq!(out, "Hi!\n"),
            _ => assert_eq!(lines(&out).len(), 4),
        }
        assert!(err.contains("\"inputs\":1"), "{err}");
    }
}
