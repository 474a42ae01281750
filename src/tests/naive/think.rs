//! Reasoning between tags: Q70 to Q75, Q165.

use crate::ReasoningTags;

/// Where a channel stands between tags.
#[derive(Debug)]
pub(super) enum Think {
    /// Nothing but white space and the beginning of a tag.
    Start(String),
    /// Behind the opening tag of a pair, with the beginning of its closing tag.
    Inside(usize, String),
    /// Behind the closing tag: the header of the final channel may follow.
    Behind(usize, String),
    Text,
}

impl Default for Think {
    fn default() -> Self {
        Self::Start(String::new())
    }
}

/// What a piece is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Text,
    Reasoning,
}

/// Opening and closing tags, and what may follow these.
const TAGS: &[(&str, &str, &str)] = &[
    ("<think>", "</think>", ""),
    ("◁think▷", "◁/think▷", ""),
    ("[THINK]", "[/THINK]", ""),
    ("<mm:think>", "</mm:think>", ""),
    ("<seed:think>", "</seed:think>", ""),
    ("<|channel|>analysis<|message|>", "<|end|>", "<|start|>assistant<|channel|>final<|message|>"),
];

impl Think {
    /// What is told of a further piece.
    pub(super) fn take(&mut self, piece: &str, tags: ReasoningTags, told: &mut Vec<(Of, String)>) {
        let started = tags == ReasoningTags::Started;
        match self {
            _ if piece.is_empty() => {}
            _ if tags == ReasoningTags::Off => told.push((Of::Text, piece.to_owned())),
            Self::Text => told.push((Of::Text, piece.to_owned())),
            Self::Start(held) => {
                let all = std::mem::take(held) + piece;
                let tag = all.trim_start();
                let (white, _) = all.split_at(all.len() - tag.len());
                if let Some(at) = TAGS.iter().position(|(open, ..)| tag.starts_with(open)) {
                    if !started {
                        told.push((Of::Text, white.to_owned()));
                    }
                    *self = Self::Inside(at, String::new());
                    self.take(&tag[TAGS[at].0.len()..], tags, told);
                } else if TAGS.iter().any(|(open, ..)| open.starts_with(tag)) {
                    // White space before a tag is told at once.
                    let (white, kept) = if started { ("", &*all) } else { (white, tag) };
                    told.push((Of::Text, white.to_owned()));
                    *held = kept.to_owned();
                } else if started {
                    *self = Self::Inside(0, String::new());
                    self.take(&all, tags, told);
                } else {
                    told.push((Of::Text, all));
                    *self = Self::Text;
                }
            }
            Self::Inside(at, held) => {
                let (at, all) = (*at, std::mem::take(held) + piece);
                let close = TAGS[at].1;
                if let Some((inside, behind)) = all.split_once(close) {
                    told.push((Of::Reasoning, inside.to_owned()));
                    *self = Self::Behind(at, String::new());
                    return self.take(behind, tags, told);
                }
                let mut ends = all.char_indices().map(|(from, _)| from);
                let kept = ends.find(|from| close.starts_with(&all[*from..])).unwrap_or(all.len());
                told.push((Of::Reasoning, all[..kept].to_owned()));
                *held = all[kept..].to_owned();
            }
            Self::Behind(at, held) => {
                let all = std::mem::take(held) + piece;
                let follows = TAGS[*at].2;
                if follows.starts_with(&*all) && follows != all {
                    *held = all;
                } else {
                    told.push((Of::Text, all.strip_prefix(follows).unwrap_or(&all).to_owned()));
                    *self = Self::Text;
                }
            }
        }
    }

    pub(super) fn is_inside(&self) -> bool {
        matches!(self, Self::Inside(..))
    }

    /// The choice has finished: what does not begin with a tag by now never will.
    pub(super) fn finish(&mut self) {
        if let Self::Start(_) = self {
            *self = Self::Text;
        }
    }

    /// Tells what is held: no more of it comes.
    pub(super) fn release(&mut self, told: &mut Vec<(Of, String)>) {
        let (of, held) = match self {
            Self::Start(held) | Self::Behind(_, held) => (Of::Text, std::mem::take(held)),
            Self::Inside(_, held) => (Of::Reasoning, std::mem::take(held)),
            Self::Text => return,
        };
        if !held.is_empty() {
            told.push((of, held));
            if of == Of::Text {
                *self = Self::Text;
            }
        }
    }
}
