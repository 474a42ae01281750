//! `Limits::facts` at each place that states a record: what an event states grows by the same number with each
//! repetition; at that number it decodes, at one less it is over the limit; and what is told never exceeds the limit.
//!
//! How many facts an event states is measured, not written down: it is the smallest limit under which it decodes.

use super::attacks::{GOOD, limited};
use super::support::{Told, run_whole};
use crate::{Delta, ErrorKind, ExtrasMode, LimitKind, Options};

/// Beside what is repeated an event may tell its start, and what opens a choice.
const BESIDE: usize = 4;

/// A place that states records.
struct Place {
    name: &'static str,
    open: String,
    one: &'static str,
    /// What closes it, the last one before it included.
    close: String,
    /// Other options than the default.
    options: fn(Options) -> Options,
    /// Of what is repeated only one counts: it may be that only one is stated.
    one_counts: bool,
}

/// A place in the innermost of these objects: `around` has a `$` where members are.
fn place(name: &'static str, around: &str, one: &'static str) -> Place {
    let (open, close) = around.split_once('$').unwrap();
    let (open, close) = (format!("data: {open}"), format!("{close}\n\n"));
    Place { name, open, one, close, options: |options| options, one_counts: false }
}

const TOP: &str = r#"{"choices":[],$"x":null}"#;
const ARRAY: &str = r#"[$null]"#;
const CHOICES: &str = r#"{"choices":[${"index":0,"delta":{}}]}"#;
const CHOICE: &str = r#"{"choices":[{"index":0,$"delta":{}}]}"#;
const DELTA: &str = r#"{"choices":[{"index":0,"delta":{$"x":null}}]}"#;
const MESSAGE: &str = r#"{"choices":[{"index":0,"message":{$"x":null}}]}"#;
const CONTENT: &str = r#"{"choices":[{"index":0,"delta":{"content":[$null]}}]}"#;
const INNER: &str = r#"{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":[$null]}]}}]}"#;
const DETAILS: &str = r#"{"choices":[{"index":0,"delta":{"reasoning_details":[$null]}}]}"#;
const BLOCKS: &str = r#"{"choices":[{"index":0,"delta":{"thinking_blocks":[$null]}}]}"#;
const REASONING: &str = r#"{"choices":[{"index":0,"delta":{"reasoning":[$null]}}]}"#;
const CALLS: &str = r#"{"choices":[{"index":0,"delta":{"tool_calls":[$null]}}]}"#;
const CALL: &str = r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,$"x":null}]}}]}"#;
const FUNCTION: &str =
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{$"x":null}}]}}]}"#;
const USAGE: &str = r#"{"choices":[],"usage":{$"x":null}}"#;
const USAGE_DETAILS: &str = r#"{"choices":[],"usage":{"prompt_tokens_details":{$"x":null}}}"#;
const INNER_USAGE: &str = r#"{"choices":[],"usage":{"tokens":{$"x":null}}}"#;
const CHOICE_USAGE: &str = r#"{"choices":[{"index":0,"delta":{},"usage":{$"x":null}}]}"#;
const BOX: &str = r#"{"choices":[],"x_groq":{$"x":null}}"#;

fn places() -> Vec<Place> {
    let one_counts = |place| Place { one_counts: true, ..place };
    let all = |place| Place { options: |options| options.extras(ExtrasMode::All), ..place };
    let repair = |place| Place { options: |options| options.repair(true), ..place };
    let document = r#"{"choices":[{"index":0,"delta":{"content":"a"}}]}"#;
    let element = r#"{"choices":[{"index":0,"delta":{"content":"a"}}]},"#;
    vec![
        place("documents", "${}", document),
        place("documents of usage", "${}", r#"{"choices":[],"usage":{"prompt_tokens":1}}"#),
        place("unknown documents", "${}", r#"{"x":1}"#),
        place("errors", "${}", r#"{"error":"a"}"#),
        place("elements", ARRAY, element),
        place("elements of usage", ARRAY, r#"{"choices":[],"usage":{"prompt_tokens":1}},"#),
        place("unknown elements", "[${}]", "{},"),
        place("errors in an array", "[${}]", r#"{"error":"a"},"#),
        one_counts(place("created", TOP, r#""created":1,"#)),
        place("listed extras", TOP, r#""citations":[1],"#),
        place("choices", CHOICES, r#"{"index":0,"delta":{}},"#),
        place("choices with text", CHOICES, r#"{"index":0,"delta":{"content":"a"}},"#),
        place("choices with a finish", CHOICES, r#"{"index":0,"delta":{},"finish_reason":"stop"},"#),
        place("choices with a message", CHOICES, r#"{"index":0,"message":{"content":"a"}},"#),
        place("choices with a text", CHOICES, r#"{"index":0,"text":"a"},"#),
        place("choices of another role", CHOICES, r#"{"index":0,"delta":{"role":"user","content":"a"}},"#),
        place("listed extras of a choice", CHOICE, r#""logprobs":[1],"#),
        place("listed extras of a delta", DELTA, r#""annotations":[1],"#),
        place("listed extras of a message", MESSAGE, r#""annotations":[1],"#),
        place("details again and again", DELTA, r#""reasoning_details":[{"text":"a"}],"#),
        place("function_call again and again", DELTA, r#""function_call":{"arguments":"a"},"#),
        place("parts", CONTENT, r#""a","#),
        place("parts that are objects", CONTENT, r#"{"type":"text","text":"a"},"#),
        place("parts that think", CONTENT, r#"{"thinking":"a"},"#),
        place("parts that are images", CONTENT, r#"{"type":"image_url","url":"a"},"#),
        place("parts of half a pair", CONTENT, r#""\ud83d","#),
        place("parts of a part", INNER, r#"{"text":"a"},"#),
        place("reasoning parts", REASONING, r#""a","#),
        place("reasoning details", DETAILS, r#"{"text":"a"},"#),
        place("opaque reasoning details", DETAILS, r#"{"text":"a","signature":"b","data":"c"},"#),
        place("thinking blocks", BLOCKS, r#"{"thinking":"a","signature":"b"},"#),
        place("calls", CALLS, r#"{"index":0},"#),
        place(
            "calls with arguments",
            CALLS,
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"a"}},"#,
        ),
        place("extras of a call", CALL, r#""extra_content":[1],"#),
        one_counts(place("counters", USAGE, r#""prompt_tokens":1,"#)),
        one_counts(place("counters of another spelling", USAGE, r#""input_tokens":1,"#)),
        one_counts(place("counters of details", USAGE_DETAILS, r#""cached_tokens":1,"#)),
        one_counts(place("details of counters", USAGE, r#""prompt_tokens_details":{"cached_tokens":1},"#)),
        one_counts(place("counters of an inner usage", INNER_USAGE, r#""input_tokens":1,"#)),
        one_counts(place("counters of a choice", CHOICE_USAGE, r#""prompt_tokens":1,"#)),
        one_counts(place("usages", TOP, r#""usage":{"prompt_tokens":1},"#)),
        one_counts(place("usages of a choice", CHOICE, r#""usage":{"prompt_tokens":1},"#)),
        one_counts(place("usages in a box", BOX, r#""usage":{"prompt_tokens":1},"#)),
        all(place("all extras", TOP, r#""y":1,"#)),
        all(place("all extras of a choice", CHOICE, r#""y":1,"#)),
        all(place("all extras of a delta", DELTA, r#""y":1,"#)),
        all(place("all extras of a message", MESSAGE, r#""y":1,"#)),
        all(place("all extras of a call", CALL, r#""y":1,"#)),
        all(place("all extras of a function", FUNCTION, r#""y":1,"#)),
        all(place("all extras of usage", USAGE, r#""y":1,"#)),
        all(place("all extras of usage details", USAGE_DETAILS, r#""y":1,"#)),
        all(place("all extras of a box", BOX, r#""y":1,"#)),
        repair(place("damaged texts", "{$", r#""content":"a","#)),
        repair(place("damaged texts with comments", "{$", r##""content":"a"#"##)),
        repair(place("damaged reasoning", "{$", r#""reasoning":"a","#)),
        repair(place("damaged choices", r#"{"content":"a",$"#, r#""index":0,"#)),
        repair(place("damaged counters", r#"{"content":"a",$"#, r#""prompt_tokens":1,"#)),
        repair(place("damaged ids", r#"{"content":"a",$"#, r#""id":"a","#)),
        repair(place("damaged finish reasons", "{$", r#""finish_reason":"stop","#)),
    ]
}

/// What came of an event.
struct Outcome {
    over: bool,
    told: usize,
}

impl Place {
    fn event(&self, n: usize) -> String {
        [&*self.open, &self.one.repeat(n), &*self.close].concat()
    }

    /// Nothing is wrong with the event, or one thing is: that it states more than `cap` facts; and no more are told.
    fn under(&self, cap: usize, event: &str) -> Result<Outcome, String> {
        let options = (self.options)(limited(|limits| limits.with_facts(cap)));
        let run = run_whole(&options, event.as_bytes());
        let errors: Vec<_> = run.errors().map(|error| error.kind()).collect();
        let told = run.told.iter().filter(|told| matches!(told, Told::Delta(_))).count();
        match &errors[..] {
            _ if told > cap + BESIDE => Err(format!("{told} are told under a limit of {cap}")),
            [] | [ErrorKind::Limit(LimitKind::Facts)] => Ok(Outcome { over: !errors.is_empty(), told }),
            _ => Err(format!("{errors:?} under a limit of {cap}")),
        }
    }

    /// How many facts `n` repetitions state: under this limit they decode, as under one more, and under one less not.
    fn stated(&self, n: usize) -> Result<usize, String> {
        let event = self.event(n);
        let (mut fails, mut passes) = (0, 8 * n + 64);
        if self.under(passes, &event)?.over {
            return Err(format!("{n} state more than {passes}"));
        }
        while passes - fails > 1 {
            let middle = fails.midpoint(passes);
            *if self.under(middle, &event)?.over { &mut fails } else { &mut passes } = middle;
        }
        for (cap, over) in [(passes - 1, passes > 1), (passes, false), (passes + 1, false)] {
            // No event states nothing, but one that states one thing may say so under a limit of none.
            if self.under(cap, &event)?.over != over && cap > 0 {
                return Err(format!("{n} state {passes}, and it is not so that under {cap} over is {over}"));
            }
        }
        Ok(passes)
    }

    fn check(&self) -> Result<(), String> {
        let step = self.stated(21)?.saturating_sub(self.stated(20)?);
        if step == 0 && self.one_counts {
            let same = self.stated(500)? == self.stated(20)?;
            return if same { Ok(()) } else { Err("are neither one fact nor each one".to_owned()) };
        }
        if step == 0 {
            return Err(format!(
                "no limit is met; of 500 {} are told",
                self.under(99, &self.event(500))?.told
            ));
        }
        for (few, many) in [(1, 2), (2, 3), (20, 100), (100, 300)] {
            let (from, to) = (self.stated(few)?, self.stated(many)?);
            // What is beside it may be stated with the first.
            if to.wrapping_sub(from) != (many - few) * step && few > 1 {
                return Err(format!("{few} state {from}, {many} state {to}, and each states {step}"));
            }
        }
        let neighbours = [&*self.event(1000), GOOD].concat();
        for cap in [10, 50, 200] {
            let Outcome { over, told } = self.under(cap, &neighbours)?;
            let ok =
                run_whole(&(self.options)(limited(|limits| limits.with_facts(cap))), neighbours.as_bytes());
            let ok = matches!(ok.deltas().last(), Some(Delta::Text { text, .. }) if text.ends_with("ok"));
            if !over || !ok {
                return Err(format!(
                    "1000 under {cap}: over: {over}, {told} told, the next event decodes: {ok}"
                ));
            }
        }
        Ok(())
    }
}

#[test]
fn a37_at_each_place_that_states_a_record() {
    let wrong: Vec<_> = places()
        .iter()
        .filter_map(|place| Some(format!("{}: {}", place.name, place.check().err()?)))
        .collect();
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}
