//! What a caller may choose: [`Options`] and [`Limits`].
//!
//! Knows: names and defaults. Must not know: how anything is done.

use crate::dialect::{Quirk, Quirks};

/// How a [`crate::Decoder`] reads. The default is tolerant: every unambiguous deviation in the register
/// ([`crate::Quirk`]) is understood.
///
/// ```
/// use deltaic::{Decoder, Options, ReasoningTags};
/// let decoder = Decoder::with_options(Options::new().think(ReasoningTags::Off).keepalives(true));
/// # drop(decoder);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub(crate) framing: Framing,
    pub(crate) think: ReasoningTags,
    pub(crate) content: ContentMode,
    pub(crate) quirks: Quirks,
    pub(crate) keepalives: bool,
    pub(crate) extras: ExtrasMode,
    pub(crate) fatal_limits: bool,
    pub(crate) prediction: bool,
    pub(crate) limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            framing: Framing::Auto,
            think: ReasoningTags::Auto,
            content: ContentMode::Auto,
            quirks: Quirks::TOLERANT,
            keepalives: false,
            extras: ExtrasMode::Listed,
            fatal_limits: false,
            prediction: true,
            limits: Limits::default(),
        }
    }
}

impl Options {
    /// The tolerant default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The reference wire only: WHATWG framing, RFC 8259, OpenAI's shapes, no quirk allowed.
    #[must_use]
    pub fn strict() -> Self {
        Self { quirks: Quirks::NONE, ..Self::default() }
    }

    /// How events are cut out of the bytes. Default: [`Framing::Auto`].
    #[must_use]
    pub fn framing(self, framing: Framing) -> Self {
        Self { framing, ..self }
    }

    /// What to do with reasoning tags in the content. Default: [`ReasoningTags::Auto`].
    #[must_use]
    pub fn think(self, think: ReasoningTags) -> Self {
        Self { think, ..self }
    }

    /// Whether content arrives in pieces or as all so far. Default: [`ContentMode::Auto`].
    #[must_use]
    pub fn content(self, content: ContentMode) -> Self {
        Self { content, ..self }
    }

    /// Whether a call's last fragment may repeat all its arguments. Default: [`ArgumentsMode::AsSent`].
    #[must_use]
    pub fn arguments(self, arguments: ArgumentsMode) -> Self {
        self.opted(Quirk::RepeatedArguments, arguments == ArgumentsMode::Repeated)
    }

    /// Which quirks are understood. Default: [`Quirks::TOLERANT`].
    #[must_use]
    pub fn quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }

    /// Salvages damaged envelopes (missing, extra or mismatched brackets, raw line breaks and comments in JSON,
    /// a chunk cut short). Never tool arguments, never silently: each repaired event is seen as
    /// [`crate::Quirk::Repaired`]. Default: off. Cost: one more pass over a malformed event.
    #[must_use]
    pub fn repair(self, repair: bool) -> Self {
        self.opted(Quirk::Repaired, repair)
    }

    /// An opt-in quirk is allowed or not.
    fn opted(self, quirk: Quirk, on: bool) -> Self {
        let quirks = if on { self.quirks.with(quirk) } else { self.quirks.without(quirk) };
        Self { quirks, ..self }
    }

    /// Tells [`crate::Delta::Keepalive`] for comments, pings and empty events. Default: off.
    #[must_use]
    pub fn keepalives(self, keepalives: bool) -> Self {
        Self { keepalives, ..self }
    }

    /// Which uninterpreted members are told as [`crate::Delta::Extra`]. Default: [`ExtrasMode::Listed`].
    #[must_use]
    pub fn extras(self, extras: ExtrasMode) -> Self {
        Self { extras, ..self }
    }

    /// Makes an event over a limit end the stream instead of costing one event. Default: off.
    #[must_use]
    pub fn fatal_limits(self, fatal: bool) -> Self {
        Self { fatal_limits: fatal, ..self }
    }

    /// Shape prediction: on by default. Switching it off changes the time taken and nothing else; it is here for
    /// tests and measurements.
    #[must_use]
    pub fn prediction(self, prediction: bool) -> Self {
        Self { prediction, ..self }
    }

    /// The bounds. Default: [`Limits::default`].
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

/// How events are cut out of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Framing {
    /// Recognized from the first bytes: `{` is JSON (lines or one value), `[` an array, all else server-sent events.
    #[default]
    Auto,
    /// Server-sent events (WHATWG HTML 9.2), with the framing quirks that are allowed.
    Sse,
    /// One JSON value a line.
    Ndjson,
    /// One JSON array whose elements arrive over time.
    JsonArray,
    /// JSON values one after another, possibly over many lines; usually one.
    Json,
}

/// What to do with reasoning tags (`<think>` and its kin) in the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReasoningTags {
    /// Reasoning only when a choice's content begins, after white space, with a known opening tag.
    #[default]
    Auto,
    /// Content is content.
    Off,
    /// The opening tag was in the prompt: content is reasoning until a closing tag.
    Started,
}

/// Whether content arrives in pieces or as all so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ContentMode {
    /// By the model's name in the first chunk, from a table of models known to repeat.
    #[default]
    Auto,
    /// In pieces.
    Incremental,
    /// Each chunk repeats all so far; only what is new is told.
    Cumulative,
}

/// Whether a call's last fragment may repeat all its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ArgumentsMode {
    /// Every fragment is told as sent.
    #[default]
    AsSent,
    /// Of a fragment that is complete JSON and starts with everything so far, only what is new is told.
    Repeated,
}

/// Which uninterpreted members are told as [`crate::Delta::Extra`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExtrasMode {
    /// None.
    Off,
    /// The listed ones: logprobs, annotations, audio, images, safety, side-channel deltas.
    #[default]
    Listed,
    /// Every member that is not understood, too.
    All,
}

/// Bounds on what a peer can make the decoder hold or do. All are on by default; a wire index never sizes anything.
///
/// ```
/// let mut limits = deltaic::Limits::default();
/// limits.event_bytes = 1 << 20;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one event's own lines, line ends included, comments excluded. Default: 16 MiB (images and tool
    /// results fit). Values over 512 MiB act as 512 MiB.
    pub event_bytes: usize,
    /// Nesting of JSON. Default: 128 (a chunk needs fewer than 10).
    pub depth: usize,
    /// Distinct choices. Default: 128 (OpenAI's `n` is at most 128).
    pub choices: usize,
    /// Tool calls of one choice. Default: 128.
    pub tool_calls: usize,
    /// Facts that one event may state (a text, an index, a counter, a member passed on …), whatever its size. Default:
    /// 65,536. What is held of an event is bounded by this, not by its bytes alone.
    pub facts: usize,
    /// Bytes of an id (completion, tool call, last event ID). Default: 1 KiB.
    pub id_bytes: usize,
    /// Bytes of an event's name. Default: 256.
    pub event_name_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            event_bytes: 16 << 20,
            depth: 128,
            choices: 128,
            tool_calls: 128,
            facts: 1 << 16,
            id_bytes: 1 << 10,
            event_name_bytes: 256,
        }
    }
}
