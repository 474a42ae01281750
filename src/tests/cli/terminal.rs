//! What reaches a terminal: no control byte but layout and the two colours that the command writes itself.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::{FORMS, MALFORMED};

/// Runs the command with its output and its complaints on a terminal, and returns what the terminal was sent.
fn on_terminal(args: &[&OsStr]) -> String {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = File::from(rustix::fs::open(&*name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap());
    let mut child = Command::new(env!("CARGO_BIN_EXE_deltaic"))
        .args(args)
        .env_remove("NO_COLOR")
        .env("TERM", "xterm-256color")
        .stdin(Stdio::null())
        .stdout(theirs.try_clone().unwrap())
        .stderr(theirs)
        .spawn()
        .unwrap();
    let reader = thread::spawn(move || {
        let (mut sent, mut ours) = (Vec::new(), File::from(ours));
        // Linux ends it with EIO once the last of the other side is closed.
        let _ = ours.read_to_end(&mut sent);
        sent
    });
    child.wait().unwrap();
    String::from_utf8(reader.join().unwrap()).unwrap()
}

/// What of it is neither text nor layout, once the colours are taken away: the command's own for the answer, clap's
/// for its complaints.
fn controls(sent: &str, colours: &[&str]) -> String {
    let sent = colours.iter().fold(sent.replace("\r\n", "\n"), |sent, colour| sent.replace(colour, ""));
    sent.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\t')).collect()
}

const DIM: [&str; 2] = ["\u{1b}[2m", "\u{1b}[0m"];
const CLAP: [&str; 6] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[4m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m"];

/// Every control there is, as it would stand in a string of JSON: raw, and escaped.
fn hostile_text(raw: bool) -> String {
    let controls = ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}');
    let spell = |c| match raw {
        true if matches!(c, '\n' | '\r') => String::new(),
        true => String::from(c),
        false => format!("\\u{:04x}", u32::from(c)),
    };
    controls.map(spell).collect::<String>() + "\\u001b]0;title\\u0007\\u009b2J"
}

/// A stream that says it in every place which some form of output shows.
fn hostile_stream() -> String {
    let chunk = |delta: &str| format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{delta}}}]}}\n\n");
    let text = [hostile_text(true), hostile_text(false)].concat();
    [
        format!("data: {{\"id\":\"{text}\",\"model\":\"{text}\",\"choices\":[]}}\n\n"),
        chunk(&format!("{{\"role\":\"{text}\",\"reasoning_content\":\"{text}\"}}")),
        chunk(&format!("{{\"content\":\"{text}\"}}")),
        chunk(&format!("{{\"refusal\":\"{text}\"}}")),
        chunk(&format!(
            "{{\"tool_calls\":[{{\"index\":0,\"id\":\"{text}\",\"function\":{{\"name\":\"{text}\",\"arguments\":\"{text}\"}}}}]}}"
        )),
        format!("event: {text}\nid: {text}\ndata: {{\"strange\":\"{text}\"}}\n\n"),
        format!("data: {{\"error\":{{\"message\":\"{text}\",\"code\":\"{text}\",\"type\":\"{text}\"}}}}\n\n"),
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"{text}\"}}]}}\n\n"),
        MALFORMED.to_owned(),
    ]
    .concat()
}

/// A file with a name that does all a terminal can be told.
fn hostile_file(content: &[u8]) -> OsString {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let name = b"\x1b]0;title\x07\x1b[2J \xc2\x9b2J \x9b2J \x7f \r \n \xff \xe2\x80\xae".to_vec();
    let path = folder.join(OsString::from_vec([&name[..], content.len().to_string().as_bytes()].concat()));
    fs::write(&path, content).unwrap();
    path.into_os_string()
}

#[test]
fn a31_a41_no_stream_and_no_file_name_controls_a_terminal() {
    let stream = hostile_stream();
    let whole = hostile_file(stream.as_bytes());
    let page = hostile_file(b"<html>\x1b[2J");
    let words = hostile_file(b"oops \x1b[2J\xc2\x9b2J\x9b2J");
    let truncated = hostile_file(&stream.as_bytes()[..stream.len() / 4]);
    let missing = OsStr::from_bytes(b"no\x1b[2J\xc2\x9b\x9b\n/such");
    let spelled = ["\\u009b2J", "<9b>2J", "\\u009b2J", "\\u009b2J", "\\u009b", "<9b>2J"];
    for (form, spelled) in FORMS.into_iter().zip(spelled) {
        for colour in ["auto", "never", "always"] {
            let options = ["-o", form, "--stats", "--color", colour].map(OsStr::new);
            let files = [&*whole, &*page, &*words, &*truncated, missing];
            let sent = on_terminal(&[&options[..], &files].concat());
            assert!(sent.contains("^[]0;title^G^[[2J"), "{form}: no file name in {sent:?}");
            assert!(sent.contains(spelled), "{form}: nothing of the stream in {sent:?}");
            assert_eq!(controls(&sent, &DIM), "", "{form}, {colour}: {sent:?}");
            assert!(!sent.contains('\u{202e}'), "{form}, {colour}");
        }
    }
}

#[test]
fn a41_no_argument_controls_a_terminal() {
    let hostile = OsStr::from_bytes(b"\x1b]0;title\x07\xc2\x9b2J\x9b\x7f");
    let option = OsString::from_vec([b"--", hostile.as_bytes()].concat());
    for args in [&[OsStr::new("--split"), hostile][..], &[OsStr::new("-o"), hostile], &[&option]] {
        let sent = on_terminal(args);
        assert!(sent.contains("^[]0;title^G<9b>2J"), "{sent:?}");
        assert_eq!(controls(&sent, &CLAP), "", "{sent:?}");
    }
}
