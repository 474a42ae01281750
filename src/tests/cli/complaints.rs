//! What the command says on standard error about its inputs, and that it says so in bounds.

use std::io::{BufRead, BufReader, Write};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::{
    CLEAN, FORMS, MALFORMED, PEER_ERROR, content, cut_short, deltaic, deltaic_on_bytes, file, lines, spawn,
};

#[test]
fn an_unreadable_file_is_reported_and_the_next_one_read() {
    let clean = file("next.sse", CLEAN);
    let told = deltaic(&["-o", "text", "no/such/file", &clean, "-"], CLEAN);
    assert!(told.err.starts_with("no/such/file: "), "{}", told.err);
    assert_eq!((told.err.lines().count(), &*told.out, told.status), (1, "Hi!\nHi!\n", 1));
}

#[test]
fn a_malformed_event_costs_one_line_and_one_event() {
    let first = content("a");
    let told = deltaic(&[], &[&first, MALFORMED, &content("b"), "data: [DONE]\n\n"].concat());
    assert_eq!(told.err, format!("-:{}: malformed JSON\n", first.len()));
    let texts: Vec<_> = lines(&told.out).into_iter().filter(|line| line["type"] == "text").collect();
    assert_eq!(texts.iter().map(|line| &line["text"]).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(told.status, 3);
}

#[test]
fn text_says_on_standard_error_what_a_person_wants_to_know() {
    let told = deltaic(&["-o", "text"], &[cut_short(), PEER_ERROR].concat());
    assert!(told.err.contains("-: the peer reports an error: 529 overloaded\n"), "{}", told.err);
    assert!(told.err.contains("-: truncated: 0 of 1 choices finished"), "{}", told.err);
    let told = deltaic(&["-o", "text"], "<oops>\u{1b}[2J");
    assert!(told.err.contains("begins with \"<oops>\\u{1b}[2J\""), "{}", told.err);
}

#[test]
fn complaints_about_arguments_spell_out_controls() {
    let told = deltaic(&["--split", "\u{1b}[2J\u{9b}\n"], "");
    assert!(told.status == 2 && told.err.contains("'^[[2J<9b>^J'"), "{:?}", told.err);
}

#[test]
fn a_stream_of_no_known_wire_is_status_4_and_says_so() {
    let unknown = "event: weather\ndata: {\"sunny\":true}\n\n";
    for form in ["deltas", "text", "completion", "none"] {
        for end in ["", "data: [DONE]\n\n"] {
            let told = deltaic(&["-o", form], &[unknown, unknown, end].concat());
            assert_eq!(
                (told.status, &*told.err),
                (4, "-: no event of a known wire: 2 unknown events\n"),
                "{form}"
            );
        }
        let told = deltaic(&["-o", form], &[unknown, CLEAN].concat());
        assert_eq!((told.status, &*told.err), (0, ""), "{form}");
    }
    let told = deltaic(&["-o", "completion"], unknown);
    assert_eq!(lines(&told.out)[0]["deltaic"]["ending"]["unknown_events"], json!(1));
}

#[test]
fn what_is_no_stream_is_named_in_every_form() {
    let page = "\n <!DOCTYPE HTML><html>\n<script>\n{\n</script>\n";
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\n\n\x04\0".as_slice();
    let compressed = "compressed bytes (ask for identity encoding, or decompress first)";
    for form in FORMS {
        for (input, what) in [
            (b"".as_slice(), "empty input"),
            (page.as_bytes(), "no stream: it begins like an HTML page"),
            (b"\xef\xbb\xbf<html>", "no stream: it begins like an HTML page"),
            (gzip, &format!("no stream: gzip-{compressed}")),
            (b"\x28\xb5\x2f\xfd\x04\0", &format!("no stream: zstd-{compressed}")),
        ] {
            let told = deltaic_on_bytes(&["-o", form], input);
            assert!(told.err.ends_with(&format!("-: {what}\n")), "{form}: {what}: {}", told.err);
            assert_eq!(told.status, if form == "frames" { 0 } else { 4 }, "{form}: {what}");
        }
    }
}

#[test]
fn a46_of_many_errors_the_first_are_told_and_all_are_counted() {
    for form in ["deltas", "text", "completion", "none"] {
        let told = deltaic(&["-o", form], &[&MALFORMED.repeat(1000), CLEAN].concat());
        let complaints: Vec<_> = told.err.lines().collect();
        assert_eq!((told.status, complaints.len()), (3, 21), "{form}");
        assert_eq!((complaints[0], complaints[20]), ("-:0: malformed JSON", "-: … 980 more malformed"));
    }
    let peer_errors = PEER_ERROR.repeat(1000);
    let told = deltaic(&["-o", "completion"], &[&MALFORMED.repeat(1000), &*peer_errors].concat());
    let report = &lines(&told.out)[0]["deltaic"];
    for (list, count) in [("errors", "error_count"), ("peer_errors", "peer_error_count")] {
        assert_eq!((report[list].as_array().unwrap().len(), &report[count]), (16, &json!(1000)));
    }
    let told = deltaic(&["-o", "text"], &peer_errors);
    assert!(told.err.contains("-: … 984 more errors of the peer\n"), "{}", told.err);
}

#[test]
fn a_live_pipe_shows_each_complaint_as_it_comes() {
    let mut child = spawn(&["-o", "none"]);
    let mut stdin = child.stdin.take().unwrap();
    let err = BufReader::new(child.stderr.take().unwrap());
    let (told, lines) = mpsc::channel();
    let reader = thread::spawn(move || err.lines().try_for_each(|line| told.send(line.unwrap())));
    stdin.write_all(MALFORMED.as_bytes()).unwrap();
    assert_eq!(lines.recv_timeout(Duration::from_secs(20)).unwrap(), "-:0: malformed JSON");
    drop((stdin, lines));
    child.wait().unwrap();
    let _ = reader.join().unwrap();
}
