//! Sequences of native wires: runs of pieces, several blocks at a time, that end, begin again, or never began.
//!
//! Knows: that events have names, how runs are mixed. Must not know: any wire.

use super::wires::{Grammar, KEYED, KEYS, STRAYS, WIRES};
use super::{Layout, Texts, Writer};

/// Where the line stands that names an event.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    Before,
    After,
    Missing,
    /// The same name for every event.
    Same,
}

/// How the events of one stream are written.
#[derive(Clone, Copy)]
struct Manner {
    names: Names,
    prefix: &'static str,
    texts: Texts,
}

/// One of the runs that take turns.
struct Thread {
    template: String,
    texts: Texts,
}

impl Writer<'_> {
    pub(super) fn write_native(&mut self) {
        let wire = self.wire();
        let manner = Manner {
            names: self.choices.pick(&[
                Names::Before,
                Names::Before,
                Names::Missing,
                Names::After,
                Names::Same,
            ]),
            prefix: self.choices.pick(&["data: ", "data: ", "data:"]),
            texts: Texts::Plain,
        };
        if self.layout == Layout::Array {
            self.stream.push(b'[');
        }
        if !self.choices.one_in(5) {
            self.native_event(wire.first, manner);
        }
        for _ in 0..1 + self.choices.below(9) {
            match self.choices.below(8) {
                0..4 => self.threads(wire, manner),
                4..6 => self.frame(wire, manner),
                6 => self.stray(manner),
                _ => {
                    let other = self.wire();
                    self.frame(other, manner);
                }
            }
            self.turn();
        }
        self.ending();
    }

    fn wire(&mut self) -> &'static Grammar {
        if self.layout == Layout::Messages && !self.choices.one_in(4) {
            return &KEYED;
        }
        WIRES.get(self.choices.below(WIRES.len())).expect("there are wires")
    }

    /// A run of one kind of piece, or of several that take turns.
    fn threads(&mut self, wire: &Grammar, manner: Manner) {
        let mut threads = Vec::new();
        for _ in 0..self.choices.pick(&[1, 1, 1, 2, 2, 3]) {
            let key = self.choices.pick(KEYS);
            if self.choices.one_in(3) {
                self.keyed(wire.frames, key, manner);
            }
            let template = self.choices.pick(wire.pieces).replace("$x", key);
            let texts = self.choices.pick(&[
                Texts::Plain,
                Texts::Plain,
                Texts::Same,
                Texts::Odd,
                Texts::Growing,
                Texts::Halves,
            ]);
            threads.push(Thread { template, texts });
        }
        for turn in 0..self.choices.pick(&[1, 2, 3, 4, 5, 6, 8, 11]) {
            let at =
                if self.choices.one_in(6) { self.choices.below(threads.len()) } else { turn % threads.len() };
            let Some(Thread { template, texts }) = threads.get(at) else { continue };
            self.native_event(template, Manner { texts: *texts, ..manner });
        }
    }

    fn frame(&mut self, wire: &Grammar, manner: Manner) {
        let key = self.choices.pick(KEYS);
        self.keyed(wire.frames, key, manner);
    }

    fn keyed(&mut self, list: &[&'static str], key: &str, manner: Manner) {
        let template = self.choices.pick(list).replace("$x", key);
        self.native_event(&template, manner);
    }

    fn stray(&mut self, manner: Manner) {
        let template = self.choices.pick(STRAYS);
        let names = self.choices.pick(&[manner.names, Names::Missing, Names::Same]);
        self.native_event(template, Manner { names, ..manner });
    }

    /// One event, with or without its name.
    fn native_event(&mut self, template: &str, manner: Manner) {
        let payload = self.filled(&template.replace("$.", "\\u0024."), manner.texts);
        let names = if self.choices.one_in(16) { Names::Missing } else { manner.names };
        let is_lines = matches!(self.layout, Layout::Blank | Layout::Lines | Layout::Several);
        let name = match names {
            Names::Missing => None,
            Names::Same => Some(self.choices.pick(&["result", "result", "result", "message", "error", ""])),
            Names::Before | Names::After => name_of(&payload),
        };
        let line = name.filter(|_| is_lines).map(|name| format!("event: {name}"));
        let (before, after) = if names == Names::After { (None, line) } else { (line, None) };
        before.iter().for_each(|line| self.push(line));
        self.event(&payload, manner.prefix);
        after.iter().for_each(|line| self.push(line));
        self.blank();
    }
}

/// The type that the payload says, as the name of its event.
fn name_of(payload: &str) -> Option<&str> {
    let (_, rest) = payload.split_once("type\":\"")?;
    rest.split_once('"').map(|(name, _)| name)
}
