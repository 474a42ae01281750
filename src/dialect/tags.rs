//! The tags between which reasoning stands in content.
//!
//! Knows: the tags. Must not know: how text is taken apart.

/// Reasoning tags in content: opening, closing, and what may follow the closing tag and is dropped with it.
pub(crate) struct Tags {
    pub(crate) open: &'static str,
    pub(crate) close: &'static str,
    pub(crate) then: &'static [&'static str],
}

const fn tags(open: &'static str, close: &'static str) -> Tags {
    Tags { open, close, then: &[] }
}

/// The longest tag decides how much text can be held back: 30 bytes.
pub(crate) const THINK: &[Tags] = &[
    tags("<think>", "</think>"),
    tags("◁think▷", "◁/think▷"),
    tags("[THINK]", "[/THINK]"),
    tags("<mm:think>", "</mm:think>"),
    tags("<seed:think>", "</seed:think>"),
    Tags {
        open: "<|channel|>analysis<|message|>",
        close: "<|end|>",
        then: &["<|start|>assistant", "<|channel|>final<|message|>"],
    },
];
