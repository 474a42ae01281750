//! Events in which one key is repeated beside records that survive the repetition: every key that has a meaning, in
//! every place, with every kind of record that can be many, before it, among it and after it. What is damaged under
//! `repair`, and what an array holds, come on top.
//!
//! Knows: the layout of a chunk. Must not know: any decoder. `benches/` counts the instructions of the same events.

use std::fmt;

/// An object of a chunk: what opens it inside the object around it.
struct Place {
    name: &'static str,
    outer: Option<&'static Place>,
    open: &'static str,
    close: &'static str,
}

static TOP: Place = Place { name: "chunk", outer: None, open: "{", close: "}" };
static CHOICE: Place = Place { name: "choice", outer: Some(&TOP), open: "\"choices\":[{", close: "}]" };
static DELTA: Place = Place { name: "delta", outer: Some(&CHOICE), open: "\"delta\":{", close: "}" };
static MESSAGE: Place = Place { name: "message", outer: Some(&CHOICE), open: "\"message\":{", close: "}" };
static PART: Place = Place { name: "content part", outer: Some(&DELTA), open: "\"content\":[{", close: "}]" };
static DETAIL: Place =
    Place { name: "reasoning detail", outer: Some(&DELTA), open: "\"reasoning_details\":[{", close: "}]" };
static TOOL: Place = Place { name: "tool call", outer: Some(&DELTA), open: "\"tool_calls\":[{", close: "}]" };
static FUNCTION: Place = Place { name: "function", outer: Some(&TOOL), open: "\"function\":{", close: "}" };
static LEGACY: Place =
    Place { name: "function_call", outer: Some(&DELTA), open: "\"function_call\":{", close: "}" };
static USAGE: Place = Place { name: "usage", outer: Some(&TOP), open: "\"usage\":{", close: "}" };
static CHOICE_USAGE: Place =
    Place { name: "usage of a choice", outer: Some(&CHOICE), open: "\"usage\":{", close: "}" };
static USAGE_DETAIL: Place =
    Place { name: "usage details", outer: Some(&USAGE), open: "\"prompt_tokens_details\":{", close: "}" };
static BOX: Place = Place { name: "x_groq", outer: Some(&TOP), open: "\"x_groq\":{", close: "}" };

/// The members that have a meaning in a place, and one that has none.
static KEYS: [(&Place, &[&str]); 13] = [
    (
        &TOP,
        &[
            r#""id":"a""#,
            r#""model":"a""#,
            r#""created":1"#,
            r#""object":"chat.completion.chunk""#,
            r#""choices":[]"#,
            r#""choices":[{"index":0,"delta":{"content":"a"}}]"#,
            r#""usage":{}"#,
            r#""usage":{"prompt_tokens":1}"#,
            r#""x_groq":{"usage":{"prompt_tokens":1}}"#,
            r#""error":{}"#,
            r#""error":{"message":"a"}"#,
            r#""finish_reason":"stop""#,
            r#""citations":[1]"#,
            r#""obfuscation":"a""#,
            r#""type":"a""#,
            r#""code":1"#,
            r#""message":"a""#,
            r#""detail":"a""#,
            r#""base_resp":{"status_code":0}"#,
            r#""header":{"code":0}"#,
            r#""response":{"Error":{}}"#,
            r#""x":1"#,
        ],
    ),
    (
        &CHOICE,
        &[
            r#""index":0"#,
            r#""delta":{}"#,
            r#""delta":{"content":"a"}"#,
            r#""delta":{"role":"user"}"#,
            r#""message":{"content":"a"}"#,
            r#""text":"a""#,
            r#""finish_reason":"stop""#,
            r#""usage":{"prompt_tokens":1}"#,
            r#""logprobs":{"content":[1]}"#,
            r#""content_filter_results":{"a":1}"#,
            r#""x":1"#,
        ],
    ),
    (&DELTA, DELTA_KEYS),
    (&MESSAGE, DELTA_KEYS),
    (&PART, PART_KEYS),
    (&DETAIL, PART_KEYS),
    (
        &TOOL,
        &[
            r#""index":0"#,
            r#""id":"a""#,
            r#""name":"a""#,
            r#""arguments":"a""#,
            r#""arguments":{"a":1}"#,
            r#""function":{"name":"a"}"#,
            r#""function":{"arguments":"a"}"#,
            r#""extra_content":{"a":1}"#,
            r#""x":1"#,
        ],
    ),
    (&FUNCTION, FUNCTION_KEYS),
    (&LEGACY, FUNCTION_KEYS),
    (&USAGE, USAGE_KEYS),
    (&CHOICE_USAGE, USAGE_KEYS),
    (
        &USAGE_DETAIL,
        &[r#""cached_tokens":1"#, r#""cache_write_tokens":1"#, r#""reasoning_tokens":1"#, r#""x":1"#],
    ),
    (&BOX, &[r#""id":"a""#, r#""usage":{"prompt_tokens":1}"#, r#""x":1"#]),
];

const DELTA_KEYS: &[&str] = &[
    r#""role":"assistant""#,
    r#""role":"user""#,
    r#""content":"a""#,
    r#""content":"\ud83d""#,
    r#""content":["a"]"#,
    r#""content":[{"type":"image_url"}]"#,
    r#""refusal":"a""#,
    r#""reasoning_content":"a""#,
    r#""reasoning":"a""#,
    r#""reasoning_text":"a""#,
    r#""thinking":"a""#,
    r#""reasoning_details":[{"text":"a"}]"#,
    r#""reasoning_details":[{"data":"a"}]"#,
    r#""thinking_blocks":[{"thinking":"a"}]"#,
    r#""tool_calls":[]"#,
    r#""tool_calls":[{"index":0,"function":{"arguments":"a"}}]"#,
    r#""function_call":{"arguments":"a"}"#,
    r#""finish_reason":"stop""#,
    r#""annotations":[1]"#,
    r#""audio":{"data":"a"}"#,
    r#""images":[1]"#,
    r#""x":1"#,
];

const PART_KEYS: &[&str] = &[
    r#""type":"text""#,
    r#""type":"image_url""#,
    r#""text":"a""#,
    r#""text":["a"]"#,
    r#""thinking":"a""#,
    r#""thinking":[{"text":"a"}]"#,
    r#""signature":"a""#,
    r#""data":"a""#,
    r#""x":1"#,
];

const FUNCTION_KEYS: &[&str] =
    &[r#""index":0"#, r#""name":"a""#, r#""arguments":"a""#, r#""arguments":{"a":1}"#, r#""x":1"#];

const USAGE_KEYS: &[&str] = &[
    r#""prompt_tokens":1"#,
    r#""completion_tokens":1"#,
    r#""total_tokens":1"#,
    r#""prompt_cache_hit_tokens":1"#,
    r#""cache_creation_input_tokens":1"#,
    r#""reasoning_tokens":1"#,
    r#""input_tokens":"1""#,
    r#""prompt_tokens_details":{"cached_tokens":1}"#,
    r#""completion_tokens_details":{"reasoning_tokens":1}"#,
    r#""tokens":{"input_tokens":1}"#,
    r#""x":1"#,
];

/// Records that can be many in one place: what opens their members, one of them, and the last of them.
struct Many {
    name: &'static str,
    place: &'static Place,
    open: &'static str,
    one: &'static str,
    last: &'static str,
}

static MANY: [Many; 14] = [
    many("counters", &TOP, r#""usage":{"#, r#""prompt_tokens":1,"#, r#""total_tokens":1}"#),
    many("created", &TOP, "", r#""created":1,"#, r#""created":1"#),
    many(
        "choices",
        &TOP,
        r#""choices":["#,
        r#"{"index":0,"delta":{"content":"a"}},"#,
        r#"{"index":0,"delta":{}}]"#,
    ),
    many("extras", &TOP, "", r#""citations":[1],"#, r#""citations":[1]"#),
    many("extras of a choice", &CHOICE, "", r#""logprobs":[1],"#, r#""logprobs":[1]"#),
    many("counters of a choice", &CHOICE, r#""usage":{"#, r#""prompt_tokens":1,"#, r#""total_tokens":1}"#),
    many("parts", &DELTA, r#""content":["#, r#""a","#, r#""a"]"#),
    many("halves", &DELTA, r#""content":["#, r#""\ud83d","#, r#""\ud83d"]"#),
    many("details", &DELTA, r#""reasoning_details":["#, r#"{"text":"a"},"#, r#"{"data":"a"}]"#),
    many("calls", &DELTA, r#""tool_calls":["#, r#"{"index":0,"function":{"arguments":"a"}},"#, "{}]"),
    many("extras of a delta", &DELTA, "", r#""annotations":[1],"#, r#""annotations":[1]"#),
    many("extras of a message", &MESSAGE, "", r#""annotations":[1],"#, r#""annotations":[1]"#),
    many("parts of a message", &MESSAGE, r#""content":["#, r#""a","#, r#""a"]"#),
    many("extras of a call", &TOOL, "", r#""extra_content":[1],"#, r#""extra_content":[1]"#),
];

const fn many(
    name: &'static str,
    place: &'static Place,
    open: &'static str,
    one: &'static str,
    last: &'static str,
) -> Many {
    Many { name, place, open, one, last }
}

impl Many {
    /// Its members, with `n` records and the last.
    fn members(&self, n: usize) -> String {
        [self.open, &self.one.repeat(n), self.last].concat()
    }
}

/// Where the records that survive stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Before,
    Among,
    After,
}

/// One event of any size: what is repeated, and what stands beside it.
pub(crate) struct Pair(Kind);

enum Kind {
    /// A key, beside many records.
    Repeated { place: &'static Place, key: &'static str, many: Vec<&'static Many>, position: Position },
    /// A piece, again and again, after what opens it and before what closes it.
    Plain { name: &'static str, open: &'static str, one: &'static str, close: &'static str, repair: bool },
}

use Kind::{Plain, Repeated};

/// Damage without end, elements and documents without end.
const PLAIN: [Kind; 15] = [
    repaired("content #", r##""content":"a"#"##),
    repaired("content //", r##""content":"a"//"##),
    repaired("content with an escape #", r##""content":"\n"#"##),
    repaired("reasoning #", r##""reasoning":"a"#"##),
    repaired("role #", r##""role":"assistant"#"##),
    repaired("finish #", r##""finish_reason":"stop"#"##),
    repaired("id #", r##""id":"a"#"##),
    repaired("counter #", r##""prompt_tokens":1#"##),
    repaired("index #", r##""index":0#"##),
    repaired("a value that is not whole", r##""content":"a" b "##),
    repaired("a value that never ends", r##""content":"a\"##),
    repaired("a comment after white space", r##""content":"a"      # "##),
    Plain { name: "empty elements", open: "[", one: "{},", close: "{}]", repair: false },
    Plain { name: "errors in an array", open: "[", one: r#"{"error":"x"},"#, close: "{}]", repair: false },
    Plain { name: "documents", open: "", one: r#"{"choices":[]}"#, close: "{}", repair: false },
];

const fn repaired(name: &'static str, one: &'static str) -> Kind {
    Plain { name, open: "{", one, close: "", repair: true }
}

/// Every pair.
pub(crate) fn pairs() -> Vec<Pair> {
    let repeated = keys().flat_map(|(place, key)| {
        let one_kind = move |many: &'static Many| {
            let positions: &[Position] = match is(many.place, place) {
                true => &[Position::Before, Position::Among, Position::After],
                false => &[Position::Before, Position::After],
            };
            let pair = move |position: &Position| {
                Pair(Repeated { place, key, many: vec![many], position: *position })
            };
            positions.iter().map(pair)
        };
        beside(place).flat_map(one_kind)
    });
    repeated.chain(PLAIN.map(Pair)).collect()
}

/// Each key, after records of every kind that can stand before it.
pub(crate) fn crowds() -> Vec<Pair> {
    let crowd = |(place, key)| {
        Pair(Repeated { place, key, many: beside(place).collect(), position: Position::Before })
    };
    keys().map(crowd).chain(PLAIN.map(Pair)).collect()
}

fn keys() -> impl Iterator<Item = (&'static Place, &'static str)> {
    KEYS.iter().flat_map(|(place, keys)| keys.iter().map(|key| (*place, *key)))
}

/// What can be many in a place, or around it.
fn beside(place: &'static Place) -> impl Iterator<Item = &'static Many> {
    MANY.iter().filter(move |many| around(place).any(|outer| is(outer, many.place)))
}

/// The place and those around it, inside out.
fn around(place: &'static Place) -> impl Iterator<Item = &'static Place> {
    std::iter::successors(Some(place), |place| place.outer)
}

fn is(this: &'static Place, that: &'static Place) -> bool {
    std::ptr::eq(this, that)
}

impl Pair {
    /// Whether it is about [`Options::repair`](crate::Options::repair).
    pub(crate) fn repair(&self) -> bool {
        matches!(self.0, Plain { repair: true, .. })
    }

    /// The event with as many repetitions as fit into `bytes`.
    pub(crate) fn sized(&self, bytes: usize) -> String {
        self.event(bytes / self.length())
    }

    /// How long one repetition is, with its share of what survives.
    fn length(&self) -> usize {
        match &self.0 {
            Repeated { key, many, position: Position::Among, .. } => {
                many.iter().fold(key.len() + 1, |sum, many| sum + many.members(0).len() + 1)
            }
            Repeated { key, many, .. } => many.iter().fold(key.len() + 1, |sum, many| sum + many.one.len()),
            Plain { one, .. } => one.len(),
        }
    }

    /// The event with `n` repetitions, and `n` records of each kind beside them.
    fn event(&self, n: usize) -> String {
        match &self.0 {
            Plain { open, one, close, .. } => format!("data: {open}{}{close}\n\n", one.repeat(n)),
            Repeated { place, key, many, position } => {
                let records = |at: &'static Place, n: usize| {
                    many.iter().filter(move |many| is(many.place, at)).map(move |many| many.members(n))
                };
                let mut object = match position {
                    Position::Among => {
                        let one: Vec<_> = records(place, 0).chain([(*key).to_owned()]).collect();
                        vec![one.join(","); n].join(",")
                    }
                    Position::Before | Position::After => vec![*key; n].join(","),
                };
                for at in around(place) {
                    let (before, after) = match position {
                        Position::Before => (records(at, n).collect(), vec![]),
                        Position::After => (vec![], records(at, n).collect()),
                        Position::Among => (vec![], vec![]),
                    };
                    let members: Vec<_> = before.into_iter().chain([object]).chain(after).collect();
                    object = [at.open, &members.join(","), at.close].concat();
                }
                format!("data: {object}\n\n")
            }
        }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Plain { name, .. } => f.write_str(name),
            Repeated { place, key, many, position } => {
                let position = match position {
                    Position::Before => "after",
                    Position::Among => "among",
                    Position::After => "before",
                };
                let many: Vec<_> = many.iter().map(|many| many.name).collect();
                write!(f, "{}: {key} {position} {}", place.name, many.join(", "))
            }
        }
    }
}
