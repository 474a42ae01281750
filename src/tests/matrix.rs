//! One odd event of each kind, before and among conforming events of each form: it costs at most itself.
//!
//! The text of all conforming events comes out whole and in order; what the odd one says may come out or not; and there
//! are no more complaints than it has lines. Where it truly merges with its neighbour by the rules of the format itself,
//! [`MERGES`] says so, with the reason.

use super::support::{Run, run};
use crate::{Delta, Framing, Options};

/// What the conforming events say. No odd event says any of these.
const TEXTS: [&str; 4] = ["1", "2", "3", "4"];

/// Odd events. Each line is text as it stands, or a line of data after `D`; `$P` is a conforming payload that says `X`.
const ODD: &[(&str, &[&str])] = &[
    ("an extra brace", &["D$P}"]),
    ("an extra brace, then a word", &["D$P}", "Dx"]),
    ("an unclosed string", &["D{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"X"]),
    ("an unclosed object", &["D{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"X\""]),
    ("a word as data", &["Dx"]),
    ("a word", &["x"]),
    ("an empty object", &["D{}"]),
    ("a bare JSON line", &["$P"]),
    ("an event of two lines", &["D{\"choices\":[", "D{\"index\":0,\"delta\":{\"content\":\"X\"}}]}"]),
    ("two documents", &["D$P", "D$P"]),
    ("a document without its end", &["D$P", NO_END]),
    ("a misspelt end marker", &["D[DONE"]),
    ("an id", &["id: 5"]),
    ("a retry", &["retry: 5"]),
    ("a name", &["event: x"]),
    ("invalid UTF-8", &["D{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"X\u{1}\"}}]}"]),
    ("a NUL", &["D{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"X\0\"}}]}"]),
    ("a comment inside", &["D{\"choices\":[", ": c", "D{\"index\":0,\"delta\":{\"content\":\"X\"}}]}"]),
];

/// After this, no blank line or comma.
const NO_END: &str = "\u{2}";

/// How conforming events are written.
struct Form {
    name: &'static str,
    framing: Framing,
    /// Before each line of data.
    prefix: &'static str,
    /// A payload is written over several lines.
    several: bool,
    line_end: &'static str,
    /// What separates or ends events, after the line end of the last line.
    end: &'static str,
}

const fn sse(name: &'static str, several: bool, line_end: &'static str, end: &'static str) -> Form {
    Form { name, framing: Framing::Sse, prefix: "data: ", several, line_end, end }
}

const fn json(
    name: &'static str,
    framing: Framing,
    several: bool,
    line_end: &'static str,
    end: &'static str,
) -> Form {
    Form { name, framing, prefix: "", several, line_end, end }
}

const FORMS: &[Form] = &[
    sse("one data line", false, "\n", "\n"),
    sse("one data line, CRLF", false, "\r\n", "\r\n"),
    sse("one data line, CR", false, "\r", "\r"),
    sse("lines without blank ones", false, "\n", ""),
    sse("lines without blank ones, CRLF", false, "\r\n", ""),
    sse("several data lines", true, "\n", "\n"),
    sse("several data lines, CRLF", true, "\r\n", "\r\n"),
    sse("several data lines, CR", true, "\r", "\r"),
    json("JSON lines", Framing::Ndjson, false, "\n", ""),
    json("JSON lines, CRLF", Framing::Ndjson, false, "\r\n", ""),
    json("array, an element a line", Framing::JsonArray, false, "", ",\n"),
    json("array on one line", Framing::JsonArray, false, "", ","),
    json("array, pretty", Framing::JsonArray, true, "\n", ",\n"),
    json("values, pretty", Framing::Json, true, "\n", ""),
    json("values, one a line", Framing::Json, false, "\n", ""),
    json("values on one line", Framing::Json, false, "", " "),
];

/// Cells whose odd event merges with what follows by the rules of the format itself.
struct Merge {
    forms: &'static [&'static str],
    kinds: &'static [&'static str],
    /// In which cells: all whose place and recognition contain this.
    cells: &'static str,
    reason: &'static str,
}

const ARRAYS: &[&str] = &["array, an element a line", "array on one line", "array, pretty"];
const ONE_LINE: &[&str] = &["array on one line", "values on one line"];

const MERGES: &[Merge] = &[
    Merge {
        forms: ONE_LINE,
        kinds: &["an unclosed string"],
        cells: "",
        reason: "what follows is inside the string: without a line feed nothing ends it but a quote",
    },
    Merge {
        forms: ARRAYS,
        kinds: &["a misspelt end marker"],
        cells: "",
        reason: "what follows is inside the brackets: nothing but nesting separates elements",
    },
    Merge {
        forms: ONE_LINE,
        kinds: &["an unclosed object"],
        cells: "",
        reason: "what follows is inside the object: without a line feed nothing but nesting separates values",
    },
    Merge {
        forms: &["values on one line"],
        kinds: &[
            "an extra brace",
            "an extra brace, then a word",
            "a word as data",
            "a word",
            "a misspelt end marker",
            "an id",
            "a retry",
            "a name",
        ],
        cells: "",
        reason: "text that is no JSON ends with its line, and this stream is one line",
    },
    Merge {
        forms: &["several data lines", "several data lines, CRLF", "several data lines, CR"],
        kinds: &["a bare JSON line"],
        cells: "before, recognized",
        reason: "the first byte tells the framing, and a brace is JSON: the event stream is not one any more",
    },
];

impl Merge {
    fn covers(&self, form: &str, kind: &str, cell: &str) -> bool {
        self.forms.contains(&form) && self.kinds.contains(&kind) && cell.contains(self.cells)
    }
}

impl Form {
    fn lines(&self, lines: &[&str]) -> String {
        lines.join(self.line_end) + self.line_end + self.end
    }

    fn conforming(&self, text: &str) -> String {
        let payload = [
            "{",
            "  \"choices\": [",
            "    {\"index\": 0,",
            &format!("    \"delta\": {{\"content\": \"{text}\"}}}}"),
            "  ]",
            "}",
        ];
        if self.several {
            let lines = payload.map(|line| format!("{}{line}", self.prefix));
            return self.lines(&lines.each_ref().map(String::as_str));
        }
        self.lines(&[&format!("{}{}", self.prefix, plain(text))])
    }

    fn odd(&self, lines: &[&str]) -> String {
        let lines = lines.iter().map(|line| match line.strip_prefix('D') {
            Some(data) => format!("{}{data}", self.prefix),
            None => (*line).to_owned(),
        });
        let lines: Vec<_> = lines.map(|line| line.replace("$P", &plain("X"))).collect();
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        match &lines[..] {
            [lines @ .., last] if *last == NO_END => lines.join(self.line_end) + self.line_end,
            lines => self.lines(lines),
        }
    }

    fn stream(&self, odd: &[&str], at: usize) -> Vec<u8> {
        let mut events: Vec<_> = TEXTS.iter().map(|text| self.conforming(text)).collect();
        events.insert(at, self.odd(odd));
        let mut stream = events.concat();
        if self.framing == Framing::JsonArray {
            stream = format!("[{}]\n", stream.trim_end().trim_end_matches(','));
        }
        stream.into_bytes().into_iter().map(|byte| if byte == 1 { 0xFF } else { byte }).collect()
    }
}

fn plain(text: &str) -> String {
    format!("{{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}")
}

/// What is wrong with what a cell told, if anything.
fn wrong(run: &Run, lines: usize) -> Option<String> {
    let said = run.deltas().filter_map(|delta| match delta {
        Delta::Text { text, .. } => Some(text.to_owned()),
        _ => None,
    });
    let said = said.collect::<String>();
    let conforming = said.replace(['X', '\0', '\u{FFFD}'], "");
    let peer = run.deltas().filter(|delta| matches!(delta, Delta::PeerError { .. })).count();
    let complaints = peer + run.errors().count();
    if conforming != TEXTS.concat() {
        return Some(format!("says {said:?}, with {complaints} complaints"));
    }
    (complaints > lines).then(|| format!("{complaints} complaints"))
}

/// Each odd event before and among conforming ones, as the framing is recognized and as it is named: the form, the kind,
/// the cell, and what is wrong.
fn cells() -> Vec<(&'static str, &'static str, String, Option<String>)> {
    let mut cells = Vec::new();
    for form in FORMS {
        for (kind, odd) in ODD {
            for (place, at) in [("before", 0), ("among", 2)] {
                let stream = form.stream(odd, at);
                for (how, framing) in [("recognized", Framing::Auto), ("named", form.framing)] {
                    let options = Options::new().framing(framing);
                    let whole = run(&options, [&stream[..]]);
                    assert!(run(&options, stream.chunks(1)) == whole, "a cut shows: {} {kind}", form.name);
                    cells.push((form.name, *kind, format!("{place}, {how}"), wrong(&whole, odd.len())));
                }
            }
        }
    }
    cells
}

#[test]
fn a40_an_odd_event_costs_at_most_itself() {
    let merges =
        |form: &str, kind: &str, cell: &str| MERGES.iter().any(|merge| merge.covers(form, kind, cell));
    let failing = cells().into_iter().filter(|(form, kind, cell, _)| !merges(form, kind, cell));
    let failing =
        failing.filter_map(|(form, kind, cell, wrong)| Some(format!("{form} | {kind} | {cell}: {}", wrong?)));
    let failing: Vec<_> = failing.collect();
    assert!(failing.is_empty(), "{} cells:\n{}", failing.len(), failing.join("\n"));
}

/// Each form and kind in the table of exceptions is, and needs to be there.
#[test]
fn every_exception_is_needed() {
    let cells = cells();
    for merge in MERGES {
        for (form, kind) in
            merge.forms.iter().flat_map(|form| merge.kinds.iter().map(move |kind| (form, kind)))
        {
            let needed = cells.iter().any(|(known, what, cell, wrong)| {
                known == form && what == kind && cell.contains(merge.cells) && wrong.is_some()
            });
            assert!(needed, "{form} | {kind} does not merge, though {}", merge.reason);
        }
    }
}
