//! The bodies of the fuzz targets `think` and `cumulative`: the two rules by which text is not told as it came.
//!
//! Knows: chat chunks, the tags, the rules as they are documented. Must not know: how text is taken apart or compared.

use super::heard::Heard;
use super::sequences::Choices;
use super::{Seed, decode};
use crate::dialect::THINK;
use crate::{ContentMode, Options, OwnedDelta, Quirk, ReasoningTags};

/// Tags, what begins or looks like them, and words.
const PIECES: &[&str] = &[
    "<think>",
    "</think>",
    "<think>",
    "</think>",
    "a",
    " why",
    "\n",
    "  ",
    "<",
    "</",
    "<th",
    "</thi",
    "ink>",
    "<Think>",
    "</ think>",
    "<think",
    "◁think▷",
    "◁/think▷",
    "◁",
    "/think▷",
    "[THINK]",
    "[/THINK]",
    "[THI",
    "<mm:think>",
    "</mm:think>",
    "<seed:think>",
    "</seed:think>",
    "<|channel|>analysis<|message|>",
    "<|end|>",
    "<|start|>assistant",
    "<|channel|>final<|message|>",
    "<|channel|>analysis<|message|>why<|end|>",
    "<|end|><|start|>assistant",
    "<|start|>assistant<|channel|>final<|message|>",
    "<|",
    "<|channel|>",
    "é日本😀",
    "\u{3000}",
    "\u{85}",
];

/// A chunk with this member of its delta, and this finish reason.
fn chunk(member: &str, finish: &str) -> String {
    format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{{member}}},\"finish_reason\":{finish}}}]}}\n\n")
}

fn content(text: &str) -> String {
    format!("\"content\":{}", serde_json::to_string(text).expect("a string"))
}

/// How a stream ends.
fn end(choices: &mut Choices<'_>) -> &'static str {
    choices.pick(&[
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: [DONE]\n\n",
        "",
    ])
}

/// What is heard of a stream, whole and cut.
fn heard(options: Options, stream: &str, seed: &mut Seed) -> Heard {
    let (said, ..) = decode(options, stream.as_bytes(), || usize::MAX);
    let largest = 2 + seed.below(200);
    let (cut, ..) = decode(options, stream.as_bytes(), || seed.below(largest));
    assert!(said == cut, "a cut shows: {stream}");
    let said: Vec<_> = said.into_iter().map(|said| said.expect("good events")).collect();
    Heard::of(said.iter().map(OwnedDelta::as_delta))
}

/// Reasoning between tags is told as such, wherever the tags are cut, and nothing but the tags is lost.
pub fn think(data: &[u8]) {
    let mut choices = Choices(data);
    let tags =
        choices.pick(&[ReasoningTags::Auto, ReasoningTags::Auto, ReasoningTags::Started, ReasoningTags::Off]);
    let end = end(&mut choices);
    let largest = choices.pick(&[1, 2, 4, 9, 40]);
    let whole: String = (0..1 + choices.below(14)).map(|_| choices.pick(PIECES)).collect();
    let mut stream = String::new();
    let mut rest = whole.chars();
    while !rest.as_str().is_empty() {
        let piece: String = rest.by_ref().take(1 + choices.below(largest)).collect();
        stream += &chunk(&content(&piece), "null");
    }
    stream += end;
    let heard = heard(Options::new().reasoning_tags(tags), &stream, &mut Seed::of(data));
    let said = heard.choices.get(&0).map(|choice| (choice.text.clone(), choice.reasoning.clone()));
    assert_eq!(said.unwrap_or_default(), split(&whole, tags), "{tags:?} {stream}");
}

/// Text and reasoning of a whole content, by the rule alone.
fn split(whole: &str, tags: ReasoningTags) -> (String, String) {
    let body = whole.trim_start();
    let (space, _) = whole.split_at_checked(whole.len() - body.len()).unwrap_or_default();
    let open = THINK.iter().find(|known| body.starts_with(known.open));
    let (before, inside) = match (tags, open) {
        (ReasoningTags::Off, _) | (ReasoningTags::Auto, None) => return (whole.to_owned(), String::new()),
        (ReasoningTags::Started, None) => (String::new(), whole),
        (_, Some(known)) => (space.to_owned(), body.strip_prefix(known.open).unwrap_or_default()),
    };
    // In what began without a tag any may close.
    let may_close = THINK.iter().filter(|known| open.is_none_or(|open| open.open == known.open));
    let closes = may_close.filter_map(|known| Some((inside.find(known.close)?, known)));
    let Some((at, known)) = closes.min_by_key(|(at, _)| *at) else {
        return outside(before, inside, "", tags);
    };
    let (reasoning, rest) = inside.split_at_checked(at).unwrap_or_default();
    let mut rest = rest.strip_prefix(known.close).unwrap_or_default();
    for then in known.then {
        let Some(after) = rest.strip_prefix(then) else { break };
        rest = after;
    }
    outside(before, reasoning, rest, tags)
}

/// White space before the tag is of the answer, unless that was known to begin with reasoning.
fn outside(before: String, reasoning: &str, after: &str, tags: ReasoningTags) -> (String, String) {
    match tags {
        ReasoningTags::Started => (after.to_owned(), before + reasoning),
        ReasoningTags::Auto | ReasoningTags::Off => (before + after, reasoning.to_owned()),
    }
}

/// Words that are as often the beginning of what is so far as not.
const GROWTH: &[&str] = &["a", "b", "ab", "a", " c", "é", "😀", "a a", "\n"];

/// Of text that repeats all so far only what is new is told; of any other, all. Which it is, the rules say.
pub fn cumulative(data: &[u8]) {
    let mut choices = Choices(data);
    let by_name = choices.one_in(2);
    let end = end(&mut choices);
    let member = choices.pick(&["content", "reasoning_content", "content"]);
    let mut so_far = String::new();
    let mut texts = Vec::new();
    for _ in 0..1 + choices.below(12) {
        let word = choices.pick(GROWTH);
        match choices.below(12) {
            0 => texts.push(word.to_owned()),
            1 => texts.push(so_far.clone()),
            2 => texts.push(String::new()),
            _ => {
                so_far += word;
                texts.push(so_far.clone());
            }
        }
    }
    let last = texts.pop().filter(|_| choices.one_in(3));
    let model = if by_name { "data: {\"model\":\"qwen-mt-plus\",\"choices\":[]}\n\n" } else { "" };
    let mut stream = model.to_owned();
    let named = |text: &str| content(text).replacen("content", member, 1);
    texts.iter().for_each(|text| stream += &chunk(&named(text), "null"));
    // The chunk that ends may repeat, too.
    last.iter().for_each(|text| stream += &chunk(&named(text), "\"stop\""));
    stream += if last.is_some() { "" } else { end };
    let mode = if by_name { ContentMode::Auto } else { ContentMode::Cumulative };
    let options = Options::new().content(mode).reasoning_tags(ReasoningTags::Off);
    let heard = heard(options, &stream, &mut Seed::of(data));
    let choice = heard.choices.get(&0);
    let told = choice.map(|choice| choice.text.clone() + &choice.reasoning).unwrap_or_default();
    let ends_open = end.is_empty() && last.is_none();
    let expected = naive(&texts, last.as_deref(), by_name, ends_open);
    assert_eq!(told, expected, "{stream}");
    let off = Options::new().quirks(crate::Quirks::TOLERANT.without(Quirk::Cumulative));
    let heard = self::heard(off.reasoning_tags(ReasoningTags::Off), &stream, &mut Seed::of(data));
    let all = texts.concat() + last.as_deref().unwrap_or_default();
    let told = heard.choices.get(&0).map(|choice| choice.text.clone() + &choice.reasoning);
    assert_eq!(told.unwrap_or_default(), all, "pieces, {stream}");
}

/// What is to be told: the texts are kept, and read again from the first each time it may be decided.
fn naive(texts: &[String], last: Option<&str>, by_name: bool, ends_open: bool) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut is_decided = !by_name;
    let all = texts.iter().map(|text| (&**text, false)).chain(last.map(|text| (text, true)));
    for (text, ends) in all.filter(|(text, _)| !text.is_empty()) {
        let longest = seen.last().copied().unwrap_or_default();
        if !text.starts_with(longest) {
            return pieces(texts, last, seen.len(), is_decided);
        }
        let grew = seen.windows(2).any(|two| two.first() != two.last());
        is_decided |= !seen.is_empty() && (ends || grew && text.len() > longest.len());
        seen.push(text);
    }
    let waits = seen.len() > 1 && !is_decided;
    if waits && !ends_open { seen.concat() } else { seen.last().copied().unwrap_or_default().to_owned() }
}

/// After `repeated` texts that are not empty comes one that does not repeat: a repetition is over, or there was none.
fn pieces(texts: &[String], last: Option<&str>, repeated: usize, is_decided: bool) -> String {
    let all = texts.iter().map(|text| &**text).chain(last).filter(|text| !text.is_empty());
    let skipped = if is_decided { repeated.saturating_sub(1) } else { 0 };
    all.skip(skipped).collect()
}
