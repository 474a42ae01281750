//! What hostile sequences are made of. Templates have holes: `$t` a text, `$p` padding, `$n` a number, `$v` any value,
//! `$c` a choice's index, `$i` a call's index, `$a` a call's id, `$r` a role, `$d` the members of a delta.
//!
//! Knows: how services write chat streams. Must not know: which piece follows which.

pub(super) const HEADS: &[&str] = &[
    "",
    "\"id\":\"c1\"",
    "\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\"",
    "\"id\":\"c$n\"",
    "\"created\":$n",
    "\"model\":\"qwen-mt-plus\"",
    "\"object\":\"$p\",\"id\":\"$p\"",
];

/// Members of a chunk that vary without meaning anything, or mean something to the whole chunk.
pub(super) const EXTRAS: &[&str] = &[
    "\"usage\":null",
    "\"obfuscation\":\"$p\"",
    "\"p\":\"$p\"",
    "\"x\":$n",
    "\"x\":$v",
    "\"usage\":{\"prompt_tokens\":$n,\"completion_tokens\":$n}",
    "\"usage\":{\"cost\":$n}",
    "\"usage\":{\"cost\":1}",
    "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":$n,\"cost\":0.5}",
    "\"usage\":{\"prompt_tokens\":$n,\"input_tokens\":$n}",
    "\"usage\":{}",
    "\"citations\":[\"$t\"]",
    "\"error\":null",
    "\"y\\u0062\":\"$p\"",
    "\"system_fingerprint\":\"$p\"",
    "\"x_groq\":{\"id\":\"$p\"}",
    "\"finish_reason\":null",
];

pub(super) const DELTAS: &[&str] = &[
    "\"content\":\"$t\"",
    "\"content\":\"$t\"",
    "\"reasoning_content\":\"$t\"",
    "\"content\":\"\",\"reasoning_content\":\"$t\"",
    "\"reasoning\":\"$t\",\"reasoning_content\":\"$t\"",
    "\"content\":null,\"reasoning\":\"$t\"",
    "\"refusal\":\"$t\"",
    "\"role\":\"$r\",\"content\":\"$t\"",
    "\"role\":\"assistant\",\"content\":\"$t\"",
    "\"content\":\"$t\",\"p\":\"$p\"",
    "\"content\":[{\"type\":\"text\",\"text\":\"$t\"}]",
    "\"content\":\"$t\",\"annotations\":[$n]",
    "\"role\":\"$r\"",
    "",
];

pub(super) const CHOICES: &[&str] = &[
    "{\"index\":$c,\"delta\":{$d}}",
    "{\"index\":$c,\"delta\":{$d},\"finish_reason\":null}",
    "{\"delta\":{$d},\"index\":$c,\"logprobs\":null,\"finish_reason\":null}",
    "{\"delta\":{$d}}",
    "{\"index\":$c,\"delta\":{$d},\"logprobs\":{\"content\":[$n]}}",
    "{\"index\":$c,\"delta\":{$d},\"x\":\"$p\"}",
    "{\"index\":$c,\"message\":{$d},\"finish_reason\":\"\"}",
    "{\"index\":$c,\"delta\":{$d},\"finish_reason\":\"stop\"}",
];

/// Payloads that stand alone.
pub(super) const ODD: &[&str] = &[
    "{\"choices\":[{\"index\":$c,\"delta\":{},\"finish_reason\":\"stop\"}]}",
    "{\"choices\":[{\"index\":$c,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}",
    "{\"usage\":{\"cost\":1},\"choices\":[]}",
    "{\"choices\":[],\"usage\":{\"prompt_tokens\":$n,\"completion_tokens\":$n}}",
    "{\"choices\":[{\"index\":$c,\"delta\":{\"role\":\"$r\"}}]}",
    "{\"choices\":[],\"x\":$v}",
    "{\"choices\":[]}",
    "{}",
    "[DONE]",
    "",
    "x",
    "{\"error\":{\"message\":\"$t\",\"code\":$n}}",
    "{\"error\":\"$t\"}",
    "{\"choices\":[{\"index\":$c,\"delta\":{\"content\":\"$t\"}}]}}",
    "{\"choices\":[{\"index\":$c,\"delta\":{\"content\":\"$t\"}}]",
    "{\"choices\":[",
    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"$t\"}}]}{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"$t\"}}]}",
    "data: {\"choices\":[{\"index\":$c,\"delta\":{\"content\":\"$t\"}}]}",
    "{\"type\":\"ping\"}",
    ": ping",
    "[{\"choices\":[{\"index\":$c,\"delta\":{\"content\":\"$t\"}}]}]",
    "{\"choices\":[{\"index\":$c,\"delta\":{\"content\":\"$t\"}}],\"choices\":[{\"index\":$c,\"delta\":{\"content\":\"$t\"}}]}",
];

/// Lines of an event stream that are no data, or odd data.
pub(super) const LINES: &[&str] = &[
    "id: 1",
    "id: $n",
    "retry: 5",
    ": ping",
    "",
    "foo: bar",
    "event: message",
    "id:",
    "retry: x",
    ":",
    "event: error",
    "event: x$n",
    "foo",
    "  ",
    "data",
    "data:",
    "da",
    "[DONE]",
    "data: [DONE]",
    "{\"choices\":[{\"index\":$c,\"delta\":{\"content\":\"$t\"}}]}",
    "id: \0",
    "\t",
];

pub(super) const WORDS: &[&str] =
    &["Hi", " there", "a", ", ", "é", " and so on", "日本", ".", "1", "{\\\"a\\\":"];

pub(super) const ODD_TEXTS: &[&str] = &[
    "",
    "a\\nb",
    "\\\"",
    "\\u00e9x",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\ude00",
    "a\\ud800b",
    "\\/",
    "\\q",
    "a\tb",
    "\u{1}",
    "<think>",
    "</think>",
    "\\u003cthink\\u003e",
    "<|channel|>analysis<|message|>",
    "a rather long piece of text, longer than a word of the processor and than many limits on an identity",
    "{\\\"a\\\":1}",
];

pub(super) const TAGGED: &[&str] = &["<th", "ink>", "wh", "y</th", "ink>", "\\n\\n", "so"];

pub(super) const NUMBERS: &[&str] =
    &["1", "0", "-0", "1.5", "1e2", "18446744073709551616", "01", "null", "\"7\"", "-3", "NaN", "{}", "[]"];

/// The payload, broken where white space may stand.
pub(super) fn pretty(payload: &str) -> Vec<&str> {
    let (mut lines, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in payload.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'[' | b',' if !quoted => {
                lines.push(payload.get(from..=at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    lines.push(payload.get(from..).unwrap_or_default());
    lines
}
