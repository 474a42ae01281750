//! What the rooms hand to one another: spans, and the facts and deltas made of spans.
//!
//! Knows: ranges and numbers. Must not know: where the bytes are, how they were framed or parsed, what is told.
//!
//! ```text
//!   payload  {"id":"c1","choices":[{"index":0,"delta":{"content":" Hi"}}]}
//!                                                                ^^^ Str: payload, from here to here
//!   scratch  text that is not in the payload as it stands: unescaped, joined, or kept beyond its input
//! ```

mod keep;

pub(crate) use keep::Keep;

use crate::delta::{ExtraKind, FinishReason, OpaqueKind};

/// A byte range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// Offsets are below the largest event (512 MiB), so they fit.
    #[inline(always)]
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.range()).unwrap_or_default()
    }
}

/// Which text a [`Str`] is a range of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buffer {
    Payload,
    Scratch,
}

/// A string as a range; empty is absence. Texts are below 2 GiB, so one bit says where it is.
///
/// In one word, start above end: what is written in halves and at once read back as a whole stalls the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Str(u64);

/// The bit above the start.
const IN_SCRATCH: u64 = 1 << 63;

impl Str {
    pub(crate) const NONE: Self = Self(0);

    #[inline(always)]
    pub(crate) const fn payload(start: usize, end: usize) -> Self {
        Self::of_payload(Span::new(start, end))
    }

    #[inline(always)]
    pub(crate) const fn of_payload(Span { start, end }: Span) -> Self {
        Self((start as u64) << 32 | end as u64)
    }

    pub(crate) const fn scratch(start: usize, end: usize) -> Self {
        Self(Self::payload(start, end).0 | IN_SCRATCH)
    }

    #[inline(always)]
    pub(crate) const fn buffer(self) -> Buffer {
        if self.0 & IN_SCRATCH == 0 { Buffer::Payload } else { Buffer::Scratch }
    }

    #[inline(always)]
    pub(crate) const fn span(self) -> Span {
        Span { start: ((self.0 & !IN_SCRATCH) >> 32) as u32, end: self.0 as u32 }
    }

    pub(crate) const fn len(self) -> usize {
        let Span { start, end } = self.span();
        end.saturating_sub(start) as usize
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.span().is_empty()
    }

    pub(crate) fn some(self) -> Option<Self> {
        (!self.is_empty()).then_some(self)
    }

    /// Its part between two of its own offsets.
    pub(crate) const fn part(self, from: usize, to: usize) -> Self {
        let start = self.span().start as usize;
        let part = Self::payload(start.saturating_add(from), start.saturating_add(to));
        Self(part.0 | self.0 & IN_SCRATCH)
    }
}

/// The two texts of one event, to look at what a [`Str`] says.
pub(crate) struct Texts<'a> {
    pub(crate) payload: &'a [u8],
    pub(crate) scratch: &'a mut String,
}

impl Texts<'_> {
    /// The string's text. UTF-8 was checked where the payload was born, so the check here cannot fail.
    pub(crate) fn get(&self, string: Str) -> &str {
        text(string, self.payload, self.scratch)
    }

    /// The string's bytes.
    pub(crate) fn bytes(&self, string: Str) -> &[u8] {
        bytes(string, self.payload, self.scratch)
    }

    /// Puts `new` into scratch.
    pub(crate) fn keep(&mut self, new: &str) -> Str {
        let start = self.scratch.len();
        self.scratch.push_str(new);
        Str::scratch(start, self.scratch.len())
    }

    /// Appends the string's text to scratch.
    pub(crate) fn append(&mut self, string: Str) {
        let span = string.span();
        match string.buffer() {
            Buffer::Scratch if span.range().end <= self.scratch.len() => {
                self.scratch.extend_from_within(span.range());
            }
            Buffer::Scratch => {}
            Buffer::Payload => {
                self.scratch.push_str(std::str::from_utf8(span.of(self.payload)).unwrap_or_default());
            }
        }
    }

    /// The string in scratch, whatever its place.
    pub(crate) fn copy(&mut self, string: Str) -> Str {
        if string.buffer() == Buffer::Scratch {
            return string;
        }
        let start = self.scratch.len();
        self.append(string);
        Str::scratch(start, self.scratch.len())
    }
}

/// The text's bytes: enough to look a word up.
pub(crate) fn bytes<'a>(string: Str, payload: &'a [u8], scratch: &'a str) -> &'a [u8] {
    match string.buffer() {
        Buffer::Payload => string.span().of(payload),
        Buffer::Scratch => string.span().of(scratch.as_bytes()),
    }
}

/// The text of a [`Str`].
pub(crate) fn text<'a>(string: Str, payload: &'a [u8], scratch: &'a str) -> &'a str {
    match string.buffer() {
        Buffer::Payload => std::str::from_utf8(string.span().of(payload)).unwrap_or_default(),
        Buffer::Scratch => scratch.get(string.span().range()).unwrap_or_default(),
    }
}

/// Where a value stood, as far as it decides who wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In the choice's `delta`: the reference.
    Delta,
    /// In a `message` in place of, or beside, the delta: the whole answer so far or at last.
    Message,
    /// In the choice itself (`text` of the completions API).
    Choice,
}

/// One number of a usage object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    Input,
    Output,
    Total,
    CachedInput,
    CacheWrite,
    Reasoning,
}

/// One fact of one chunk, as the parse room states it. `Choice` opens a group: what follows is about that choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Record {
    Id(Str),
    Model(Str),
    /// `at`: where the number starts in the payload; `u32::MAX` where the source cannot tell.
    Created {
        value: u64,
        at: u32,
    },
    Choice {
        index: u32,
    },
    Role(Str),
    /// Lone surrogates at the edges of the next text-like record.
    Edges {
        lead: u16,
        tail: u16,
    },
    /// `source`: rank of its spelling; of several in one delta only the best that is not empty counts.
    Reasoning {
        source: u8,
        origin: Origin,
        text: Str,
    },
    Opaque {
        kind: OpaqueKind,
        data: Str,
    },
    Text {
        origin: Origin,
        text: Str,
    },
    Refusal {
        origin: Origin,
        text: Str,
    },
    /// Opens a tool call's group. `bare`: nothing that could begin a call (metadata only).
    ToolCall {
        index: Option<u32>,
        id: Str,
        name: Str,
        origin: Origin,
        bare: bool,
    },
    Arguments(Str),
    Extra {
        kind: ExtraKind,
        json: Str,
        /// About the chunk, not the choice.
        chunk: bool,
    },
    /// The delta is of another role than the assistant's: `json` is all of it.
    SideChannel {
        json: Str,
    },
    Finish(Str),
    Counter {
        counter: Counter,
        value: u64,
        at: u32,
    },
    /// The peer's complaint.
    /// `json`: the document, where it is not the whole payload's.
    Error {
        code: Str,
        kind: Str,
        message: Str,
        json: Str,
    },
    /// A document of no known wire; `json` likewise.
    Unknown {
        json: Str,
    },
}

impl Record {
    /// The written order of facts within a choice.
    pub(crate) const fn rank(&self) -> u8 {
        match self {
            Self::Role(_) => 1,
            Self::Reasoning { source, .. } => 2u8.saturating_add(*source),
            Self::Opaque { .. } => 20,
            Self::Text { .. } => 21,
            Self::Refusal { .. } => 22,
            Self::ToolCall { .. } | Self::Arguments(_) => 23,
            Self::Extra { .. } | Self::SideChannel { .. } => 24,
            Self::Finish(_) => 25,
            Self::Id(_) | Self::Model(_) | Self::Created { .. } | Self::Choice { .. } => 0,
            Self::Edges { .. } | Self::Counter { .. } | Self::Error { .. } => 26,
            Self::Unknown { .. } => 26,
        }
    }
}

/// A value that means nothing here: its bytes may vary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Padding {
    /// A string's body. `noise`: it varies in every event.
    Text { span: Span, noise: bool },
    /// A plain integer, from here on.
    Integer(u32),
}

/// How much padding is noted. An event with more is of no shape.
pub(crate) const PADDING: usize = 32;

/// What is stated of one document. The lists are reused: after the first events nothing is allocated.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statement {
    /// About the chunk; told first.
    pub(crate) head: Vec<Record>,
    /// About its choices and the rest.
    pub(crate) body: Vec<Record>,
    /// What a shape may leave open besides; empty where no shape is to be learned.
    pub(crate) padding: Vec<Padding>,
}

impl Statement {
    pub(crate) fn clear(&mut self) {
        self.head.clear();
        self.body.clear();
        self.padding.clear();
    }
}

/// A delta whose strings are still ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RawDelta {
    Start {
        id: Str,
        model: Str,
        created: Option<u64>,
    },
    Role {
        choice: u32,
        role: Str,
    },
    Text {
        choice: u32,
        text: Str,
    },
    Reasoning {
        choice: u32,
        text: Str,
    },
    Refusal {
        choice: u32,
        text: Str,
    },
    ReasoningOpaque {
        choice: u32,
        kind: OpaqueKind,
        data: Str,
    },
    ToolCallStart {
        choice: u32,
        slot: u32,
        id: Str,
        name: Str,
    },
    ToolCallUpdate {
        choice: u32,
        slot: u32,
        id: Str,
        name: Str,
    },
    ToolCallArguments {
        choice: u32,
        slot: u32,
        fragment: Str,
    },
    ToolCallEnd {
        choice: u32,
        slot: u32,
    },
    Extra {
        choice: Option<u32>,
        kind: ExtraKind,
        json: Str,
    },
    Finish {
        choice: u32,
        reason: FinishReason,
        raw: Str,
        saw_tool_calls: bool,
    },
    /// The snapshot of this ordinal in the event; the snapshots live with the normalizer.
    Usage {
        snapshot: usize,
    },
    Error {
        code: Str,
        kind: Str,
        message: Str,
        json: Str,
    },
    Keepalive,
    Unknown {
        event: Str,
        payload: Str,
    },
    Done {
        marker: &'static str,
    },
}

impl RawDelta {
    /// Calls `f` on each string.
    pub(crate) fn each_str(&mut self, mut f: impl FnMut(&mut Str)) {
        match self {
            Self::Start { id, model, .. } => [id, model].into_iter().for_each(f),
            Self::Role { role: text, .. }
            | Self::Text { text, .. }
            | Self::Reasoning { text, .. }
            | Self::Refusal { text, .. }
            | Self::ReasoningOpaque { data: text, .. }
            | Self::ToolCallArguments { fragment: text, .. }
            | Self::Extra { json: text, .. }
            | Self::Finish { raw: text, .. } => f(text),
            Self::ToolCallStart { id, name, .. } | Self::ToolCallUpdate { id, name, .. } => {
                [id, name].into_iter().for_each(f);
            }
            Self::Error { code, kind, message, json } => [code, kind, message, json].into_iter().for_each(f),
            Self::Unknown { event, payload } => [event, payload].into_iter().for_each(f),
            Self::ToolCallEnd { .. } | Self::Usage { .. } | Self::Keepalive | Self::Done { .. } => {}
        }
    }
}
