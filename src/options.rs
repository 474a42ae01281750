//! What a caller may choose: [`Options`] and [`Limits`].
//!
//! Knows: names and defaults. Must not know: how anything is done.

mod wire;

pub use wire::Wire;
pub(crate) use wire::wires;

use crate::dialect::{Quirk, Quirks};
use crate::words::words;

/// The largest event: spans are 32 bits.
const LARGEST_EVENT: usize = 512 << 20;

/// The deepest nesting.
const DEEPEST: usize = 128;

/// How a [`crate::Decoder`] reads. The default is tolerant: every unambiguous deviation in the register
/// ([`crate::Quirk`]) is understood.
///
/// The order of the setters does not matter. What is asked for by name wins over the set of quirks: `repair(true)`,
/// [`ArgumentsMode::Repeated`], [`ReasoningTags::Started`] and [`ContentMode::Cumulative`] allow the quirk that they
/// need, also in [`Options::strict`]; `repair(false)` and [`ArgumentsMode::AsSent`] forbid it.
///
/// ```
/// use deltaic::{Decoder, Options, ReasoningTags};
/// let decoder = Decoder::with_options(Options::new().reasoning_tags(ReasoningTags::Off).keepalives(true));
/// # drop(decoder);
/// ```
///
/// With the feature `serde` it is written and read as an object with a member for each setter, [`Quirks`] as a list of names;
/// what is left out is the default, and an unknown member is an error: a bound that is misspelt must not be silently none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct Options {
    pub(crate) framing: Framing,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub(crate) wire: Option<Wire>,
    pub(crate) reasoning_tags: ReasoningTags,
    pub(crate) content: ContentMode,
    /// As [`Options::quirks`] set them; what the decoder goes by is [`Options::allowed`].
    quirks: Quirks,
    /// None where the quirks decide.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    arguments: Option<ArgumentsMode>,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    repair: Option<bool>,
    pub(crate) keepalives: bool,
    pub(crate) extras: ExtrasMode,
    pub(crate) fatal_limits: bool,
    pub(crate) prediction: bool,
    pub(crate) limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// The tolerant default.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            framing: Framing::Auto,
            wire: None,
            reasoning_tags: ReasoningTags::Auto,
            content: ContentMode::Auto,
            quirks: Quirks::TOLERANT,
            arguments: None,
            repair: None,
            keepalives: false,
            extras: ExtrasMode::Listed,
            fatal_limits: false,
            prediction: true,
            limits: Limits::new(),
        }
    }

    /// The reference wire only: WHATWG framing, RFC 8259, OpenAI's shapes, no quirk allowed.
    #[must_use]
    pub const fn strict() -> Self {
        Self::new().quirks(Quirks::NONE)
    }

    /// How events are cut out of the bytes. Default: [`Framing::Auto`].
    #[must_use]
    pub const fn framing(self, framing: Framing) -> Self {
        Self { framing, ..self }
    }

    /// The wire that the stream speaks; none, the default: its first deciding event tells.
    #[must_use]
    pub const fn wire(self, wire: Option<Wire>) -> Self {
        Self { wire, ..self }
    }

    /// What to do with reasoning tags in the content. Default: [`ReasoningTags::Auto`].
    #[must_use]
    pub const fn reasoning_tags(self, reasoning_tags: ReasoningTags) -> Self {
        Self { reasoning_tags, ..self }
    }

    /// Whether content arrives in pieces or as all so far. Default: [`ContentMode::Auto`].
    #[must_use]
    pub const fn content(self, content: ContentMode) -> Self {
        Self { content, ..self }
    }

    /// Whether a call's last fragment may repeat all its arguments. Default: as the quirks have it, which is
    /// [`ArgumentsMode::AsSent`] unless [`crate::Quirk::RepeatedArguments`] is among them.
    #[must_use]
    pub const fn arguments(self, arguments: ArgumentsMode) -> Self {
        Self { arguments: Some(arguments), ..self }
    }

    /// Which quirks are understood. Default: [`Quirks::TOLERANT`].
    #[must_use]
    pub const fn quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }

    /// Salvages damaged envelopes (missing, extra or mismatched brackets, raw line breaks and comments in JSON,
    /// a chunk cut short). Never tool arguments, never silently: each repaired event is seen as
    /// [`crate::Quirk::Repaired`]. Default: as the quirks have it, which is off unless that quirk is among them. Cost:
    /// one more pass over a malformed event.
    #[must_use]
    pub const fn repair(self, repair: bool) -> Self {
        Self { repair: Some(repair), ..self }
    }

    /// Tells [`crate::Delta::Keepalive`] for comments, pings and empty events. Default: off.
    #[must_use]
    pub const fn keepalives(self, keepalives: bool) -> Self {
        Self { keepalives, ..self }
    }

    /// Which uninterpreted members are told as [`crate::Delta::Extra`]. Default: [`ExtrasMode::Listed`].
    #[must_use]
    pub const fn extras(self, extras: ExtrasMode) -> Self {
        Self { extras, ..self }
    }

    /// Makes an event over a limit end the stream instead of costing one event. Default: off.
    #[must_use]
    pub const fn fatal_limits(self, fatal_limits: bool) -> Self {
        Self { fatal_limits, ..self }
    }

    /// Shape prediction: on by default. Switching it off changes the time taken and nothing else; it is here for
    /// tests and measurements.
    #[must_use]
    pub const fn prediction(self, prediction: bool) -> Self {
        Self { prediction, ..self }
    }

    /// The bounds. Default: [`Limits::new`].
    #[must_use]
    pub const fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The quirks that are allowed once all that was set is put together: the one place where it is.
    pub(crate) fn allowed(&self) -> Quirks {
        let started = matches!(self.reasoning_tags, ReasoningTags::Started).then_some(true);
        let cumulative = matches!(self.content, ContentMode::Cumulative).then_some(true);
        let repeated = self.arguments.map(|mode| mode == ArgumentsMode::Repeated);
        let named = [
            (Quirk::ThinkTags, started),
            (Quirk::Cumulative, cumulative),
            (Quirk::RepeatedArguments, repeated),
            (Quirk::Repaired, self.repair),
        ];
        named.into_iter().fold(self.quirks, |allowed, (quirk, asked)| match asked {
            None => allowed,
            Some(true) => allowed.with(quirk),
            Some(false) => allowed.without(quirk),
        })
    }
}

words! {
    /// How events are cut out of the bytes.
    #[derive(Default)]
    Framing {
        /// Recognized from the first bytes: `{` is JSON (lines or one value), `[` an array, a zero and eleven bytes more with a
        /// checksum that matches AWS event stream messages, all else server-sent events.
        #[default]
        Auto = "auto",
        /// Server-sent events (WHATWG HTML 9.2), with the framing quirks that are allowed.
        Sse = "sse",
        /// One JSON value a line.
        Ndjson = "ndjson",
        /// One JSON array whose elements arrive over time.
        JsonArray = "json_array",
        /// JSON values one after another, possibly over many lines; usually one.
        Json = "json",
        /// Messages of `application/vnd.amazon.eventstream`, as Amazon Bedrock streams them.
        EventStream = "event_stream",
    }
}

words! {
    /// What to do with reasoning tags (`<think>` and its kin) in the content.
    #[derive(Default)]
    ReasoningTags {
        /// Reasoning only when a choice's content begins, after white space, with a known opening tag.
        #[default]
        Auto = "auto",
        /// Content is content.
        Off = "off",
        /// The opening tag was in the prompt: content is reasoning until a closing tag.
        Started = "started",
    }
}

words! {
    /// Whether content arrives in pieces or as all so far.
    #[derive(Default)]
    ContentMode {
        /// In pieces, unless the model's name in the first chunk is in a table of models known to repeat: then by what the stream
        /// does, so that a stream that another hop has made incremental loses nothing.
        ///
        /// Of such a model the first text is told at once. If the second does not begin with the first, the stream comes in pieces.
        /// If it does, it is held (at most 1 KiB a channel), until the next one that says more: two in a row that begin with all
        /// before and are longer repeat; anything else shows that they were pieces. What is held at the finish was repeated if
        /// the chunk with the finish repeats it, too; else it is told whole. Where only the bytes end, the name decides.
        ///
        /// What remains ambiguous, and is taken to repeat: pieces each of which begins with all before ("1", "10", "100"), a last
        /// piece that comes with the finish and begins with the one before, and a piece over 1 KiB that begins with the first. The
        /// other way round, an answer of two texts whose finish comes without content is told as pieces. A host that knows sets
        /// one of the other modes: a hop after a decoder, [`ContentMode::Incremental`].
        #[default]
        Auto = "auto",
        /// In pieces.
        Incremental = "incremental",
        /// Each chunk repeats all so far; only what is new is told, at once.
        Cumulative = "cumulative",
    }
}

words! {
    /// Whether a call's last fragment may repeat all its arguments.
    #[derive(Default)]
    ArgumentsMode {
        /// Every fragment is told as sent.
        #[default]
        AsSent = "as_sent",
        /// Of a fragment that is complete JSON and starts with everything so far, only what is new is told.
        Repeated = "repeated",
    }
}

words! {
    /// Which uninterpreted members are told as [`crate::Delta::Extra`].
    #[derive(Default)]
    ExtrasMode {
        /// None.
        Off = "off",
        /// The listed ones: logprobs, annotations, audio, images, safety, side-channel deltas.
        #[default]
        Listed = "listed",
        /// Every member that is not understood, too.
        All = "all",
    }
}

/// Bounds on what a peer can make the decoder hold or do. All are on by default; a wire index never sizes anything.
///
/// What is set is what holds: a value beyond what the decoder can do is brought down to that, and read back so.
///
/// ```
/// use deltaic::Limits;
/// let limits = Limits::new().with_event_bytes(1 << 20).with_depth(1000);
/// assert_eq!((limits.event_bytes(), limits.depth()), (1 << 20, 128));
/// ```
///
/// With the feature `serde` it is written and read as an object; what is left out is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct Limits {
    #[cfg_attr(feature = "serde", serde(deserialize_with = "at_most::<_, LARGEST_EVENT>"))]
    event_bytes: usize,
    #[cfg_attr(feature = "serde", serde(deserialize_with = "at_most::<_, DEEPEST>"))]
    depth: usize,
    choices: usize,
    tool_calls: usize,
    facts: usize,
    id_bytes: usize,
    event_name_bytes: usize,
}

/// A limit's getter and setter.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident $set:ident $most:expr,)*) => {
        impl Limits {
            $(
                $(#[$doc])*
                #[must_use]
                pub const fn $name(&self) -> usize {
                    self.$name
                }

                #[doc = concat!("Sets [`Limits::", stringify!($name), "`].")]
                #[must_use]
                pub const fn $set(self, most: usize) -> Self {
                    Self { $name: if most < $most { most } else { $most }, ..self }
                }
            )*
        }
    };
}

limits! {
    /// Bytes of one event's own lines, line ends included, comments excluded. Default: 16 MiB (images and tool
    /// results fit); at most 512 MiB.
    event_bytes with_event_bytes LARGEST_EVENT,
    /// Nesting of JSON. Default: 128 (a chunk needs fewer than 10), which is also the most.
    depth with_depth DEEPEST,
    /// Distinct choices. Default: 128 (OpenAI's `n` is at most 128).
    choices with_choices usize::MAX,
    /// Tool calls of one choice. Default: 128.
    tool_calls with_tool_calls usize::MAX,
    /// Facts that one event may state (a text, an index, a counter, a member passed on …), whatever its size. Default:
    /// 65,536. What is held of an event is bounded by this, not by its bytes alone.
    facts with_facts usize::MAX,
    /// Bytes of an id (completion, tool call, last event ID). Default: 1 KiB.
    id_bytes with_id_bytes usize::MAX,
    /// Bytes of an event's name. Default: 256.
    event_name_bytes with_event_name_bytes usize::MAX,
}

impl Limits {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            event_bytes: 16 << 20,
            depth: DEEPEST,
            choices: 128,
            tool_calls: 128,
            facts: 1 << 16,
            id_bytes: 1 << 10,
            event_name_bytes: 256,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// A number that is brought down to what the decoder can do, as by the setters.
#[cfg(feature = "serde")]
fn at_most<'de, D: serde::Deserializer<'de>, const MOST: usize>(deserializer: D) -> Result<usize, D::Error> {
    <usize as serde::Deserialize>::deserialize(deserializer).map(|most| most.min(MOST))
}
