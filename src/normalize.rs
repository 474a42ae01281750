//! Records in, deltas out: the one state machine behind every wire.
//!
//! Knows: the records of this event, and little per stream: choices, tool call slots, usage, tags, repeating text. Must
//! not know: bytes, JSON, how the event was found.
//!
//! 1. Everything a chunk carries comes out, in a fixed order: error, start; for each choice role, reasoning, opaque
//!    reasoning, text, refusal, tool calls, extras, finish; then usage.
//! 2. Empty is absence. No content delta is empty.
//! 3. Start, role, a call's id and name, and the finish are told once; usage when it changes.
//! 4. One source of reasoning for each delta: the best spelling that is not empty.
//! 5. Nothing is synthesized: what was not said is not told, and the ending says so.
//! 6. What is held (the beginning of a tag, half a surrogate pair) is released at the finish, at the end marker, at the end.
//!
//! Every choice and call is found by a look through a short list, never by a wire index.

mod calls;
mod channel;
mod chunk;
mod closing;
mod content;
mod hot;
pub(crate) mod partial_args;
mod parts;
mod repeat;
mod think;
mod tools;

use alloc::boxed::Box;
use alloc::vec::Vec;

use channel::{ChannelState, Edges};
use chunk::counter_mut;
use parts::Parts;
use think::Splitter;
use tools::Call;

use crate::delta::{FinishReason, Usage};
use crate::dialect::{Quirk, Tolerance};
use crate::error::{ErrorKind, LimitKind};
use crate::options::{ContentMode, Limits, Options, ReasoningTags};
use crate::record::{Queue, Record, Records, Texts};

/// The channels of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextChannel {
    Text,
    Reasoning,
    Refusal,
}

/// What kinds of content a choice has sent in deltas, so that a repeating `message` is known.
const TEXT: u8 = 1;
const REASONING: u8 = 2;
const REFUSAL: u8 = 4;
const CALLS: u8 = 8;

/// One choice.
#[derive(Clone)]
struct Choice {
    index: u32,
    /// Print of the role that was told; 0 before.
    role: u64,
    /// How it ended, if it did.
    finished: Option<FinishReason>,
    /// It went on after that: a later finish counts if it says otherwise.
    went_on: bool,
    /// A finish reason that counts only if no better comes.
    provisional: Option<&'static (FinishReason, &'static str)>,
    in_deltas: u8,
    splitter: Splitter,
    /// Tags around the reasoning that came in a member of its own.
    reasoning_splitter: Splitter,
    text: ChannelState,
    reasoning: ChannelState,
    refusal: ChannelState,
    calls: Vec<Call>,
    /// Only where the wire has parts.
    parts: Option<Box<Parts>>,
}

/// What one event brings along while its records are told.
pub(crate) struct Event<'a> {
    pub(crate) texts: Texts<'a>,
    pub(crate) tolerance: &'a mut Tolerance,
    pub(crate) out: &'a mut Queue,
}

/// The room.
#[derive(Clone)]
pub(crate) struct Normalizer {
    think: ReasoningTags,
    content: ContentMode,
    keepalives: bool,
    caps: Caps,
    choices: Vec<Choice>,
    /// The choice that the records are about, if `in_choice`; else the document before's last one: the next look begins there.
    choice: usize,
    /// The document has named a choice.
    in_choice: bool,
    /// Which of its calls.
    call: Option<usize>,
    edges: Edges,
    /// What follows in this choice is a repetition.
    repeats: Option<Repeats>,
    started: Started,
    /// The wire said that the answer begins.
    began: bool,
    /// Content repeats all so far, or may do so.
    cumulative: bool,
    /// Where it may: the channels of which text came with this entry for the choice.
    with_content: u8,
    usage: Usage,
    /// The snapshots told in this event, but for one that is due: the usage itself, as long as that does not change.
    snapshots: Vec<Usage>,
    usage_is_due: bool,
    /// Prints of the chunk-level extras that were told: some services repeat them with every chunk.
    extras: Vec<u64>,
    extras_next: usize,
    /// The event told nothing that is told once.
    repeatable: bool,
    /// Something changed on which a shape's omissions rest.
    invalidates_shapes: bool,
    done: bool,
    peer_errors: u64,
}

/// A repetition of what may have been told.
#[derive(Debug, Clone, Copy)]
struct Repeats {
    /// The kinds of content that were told of its place before it began.
    emitted: u8,
    /// The choice ends with it.
    ends: bool,
    /// The reference does not repeat: leaving it out is a quirk.
    is_quirk: bool,
}

/// The limits that are asked here.
#[derive(Debug, Clone, Copy)]
struct Caps {
    choices: u32,
    tool_calls: u32,
    id_bytes: u32,
    event_bytes: u32,
    depth: u32,
}

impl Caps {
    fn from_limits(limits: &Limits) -> Self {
        let small = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
        Self {
            choices: small(limits.choices()),
            tool_calls: small(limits.tool_calls()),
            id_bytes: small(limits.id_bytes()),
            event_bytes: small(limits.event_bytes()),
            depth: small(limits.depth()),
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Started {
    any: bool,
    id: bool,
    model: bool,
    created: bool,
}

impl Normalizer {
    pub(crate) fn new(options: &Options) -> Self {
        Self::with_caps(
            options.reasoning_tags,
            options.content,
            options.keepalives,
            Caps::from_limits(&options.limits),
        )
    }

    fn with_caps(think: ReasoningTags, content: ContentMode, keepalives: bool, caps: Caps) -> Self {
        Self {
            think,
            content,
            keepalives,
            caps,
            choices: Vec::new(),
            choice: 0,
            in_choice: false,
            call: None,
            edges: Edges::default(),
            repeats: None,
            started: Started::default(),
            began: false,
            cumulative: content == ContentMode::Cumulative,
            with_content: 0,
            usage: Usage::default(),
            snapshots: Vec::new(),
            usage_is_due: false,
            extras: Vec::new(),
            extras_next: 0,
            repeatable: false,
            invalidates_shapes: false,
            done: false,
            peer_errors: 0,
        }
    }

    /// As new; keeps the list's allocation.
    pub(crate) fn reset(&mut self) {
        let (mut choices, mut snapshots) =
            (core::mem::take(&mut self.choices), core::mem::take(&mut self.snapshots));
        choices.clear();
        snapshots.clear();
        *self = Self {
            choices,
            snapshots,
            ..Self::with_caps(self.think, self.content, self.keepalives, self.caps)
        };
    }

    pub(crate) fn is_done(&self) -> bool {
        self.done
    }

    /// Nothing in the last event was told once and for all, so an event like it says as much as its records do.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// Whether something changed, since the last call, on which a shape's omissions rest.
    pub(crate) fn take_invalidates_shapes(&mut self) -> bool {
        core::mem::take(&mut self.invalidates_shapes)
    }

    /// A new event: its snapshots start over.
    pub(crate) fn reset_for_next_event(&mut self) {
        self.snapshots.clear();
        (self.usage_is_due, self.repeatable) = (false, true);
    }

    /// Makes deltas of one document's records. No choice is meant before the document names one.
    pub(crate) fn normalize(&mut self, records: &Records, event: &mut Event<'_>) -> Result<(), ErrorKind> {
        self.in_choice = false;
        self.normalize_head(records.head(), !records.body().is_empty(), event)?;
        self.normalize_body_and_emit_usage(records.body(), event)
    }

    /// The same of a document just like one before, which told nothing of its head: nor does this one.
    pub(crate) fn normalize_body_of_repeated_document(
        &mut self,
        records: &Records,
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        self.in_choice = false;
        self.normalize_body_and_emit_usage(records.body(), event)
    }

    /// The records about choices, and usage.
    fn normalize_body_and_emit_usage(
        &mut self,
        records: &[Record],
        event: &mut Event<'_>,
    ) -> Result<(), ErrorKind> {
        let mut before = None;
        for record in records {
            match *record {
                Record::Counter { counter, value, .. } => {
                    before.get_or_insert_with(|| self.push_snapshot_if_due_and_copy_usage());
                    self.set_counter_unless_same_or_zeroed(counter, value, event.tolerance);
                }
                Record::WeakCounter { counter, value } => {
                    before.get_or_insert_with(|| self.push_snapshot_if_due_and_copy_usage());
                    counter_mut(&mut self.usage, counter).get_or_insert(value);
                    self.repeatable = false;
                }
                Record::Done { marker } => {
                    self.emit_usage_if_changed(before.as_ref(), event);
                    before = None;
                    self.release_held_and_finish_provisional_choices(Some(marker), event);
                }
                _ => self.normalize_record(record, event)?,
            }
        }
        self.emit_usage_if_changed(before.as_ref(), event);
        Ok(())
    }

    fn normalize_record(&mut self, record: &Record, event: &mut Event<'_>) -> Result<(), ErrorKind> {
        match *record {
            Record::Choice { index } => self.choose_or_add_choice(index, event.tolerance)?,
            Record::Begin => self.mark_begun_or_emit_restart(event),
            Record::Place(place) => self.choose_or_open_part(place, event)?,
            Record::PlaceBegins => self.announce_place(event),
            Record::PlaceEnd => self.end_parts_and_calls_of_item(event),
            Record::Whole(scope) => self.note_kinds_emitted_in_repeated_scope(scope),
            Record::Role(role) => self.emit_role_if_new(role, false, event),
            Record::SteadyRole(role) => self.emit_role_if_new(role, true, event),
            Record::Edges { lead, tail } => {
                self.repeatable = false;
                self.edges = Edges { lead, tail };
            }
            Record::Reasoning { text, .. } => {
                self.announce_part_and_emit_if_new(TextChannel::Reasoning, text, event)
            }
            Record::Text(text) => self.announce_part_and_emit_if_new(TextChannel::Text, text, event),
            Record::Refusal(text) => self.announce_part_and_emit_if_new(TextChannel::Refusal, text, event),
            Record::Opaque { kind, data } => self.announce_and_emit_opaque_if_new(kind, data, event),
            Record::ToolCall { index, id, name, is_metadata_only } => {
                self.call = None;
                if self.may_emit_unless_message_repeats(CALLS, event) {
                    self.begin_or_update_call(index, id, name, is_metadata_only, event)?;
                    self.note_kind_unless_repeating(CALLS);
                }
            }
            Record::Arguments(fragment) => {
                if self.may_emit_unless_message_repeats(parts::ARGUMENTS, event) {
                    self.announce_and_emit_new_arguments(fragment, event);
                }
            }
            Record::Input(input) => self.hold_input_unless_fragments(input, event)?,
            Record::ArgumentAt { path, value, name, json } => {
                self.emit_argument_or_extra(path, value, (name, json), event);
            }
            Record::Extra { kind, name, json, chunk } => {
                self.announce_and_emit_extra_if_new((kind, name, json), chunk, event)
            }
            Record::ExtraIfHosted { name, brace } => {
                if self.call.is_none() {
                    self.announce_and_emit_hosted_extra(name, brace, event);
                }
            }
            Record::Finish { reason, raw } => self.finish_choice_if_open_or_resumed(reason, raw, event),
            Record::ProvisionalFinish(finish) => {
                self.repeatable = false;
                if let Some(choice) = self.current_choice() {
                    choice.provisional = Some(finish);
                }
            }
            Record::Struck => {}
            Record::Id(_)
            | Record::Model(_)
            | Record::Created { .. }
            | Record::Counter { .. }
            | Record::WeakCounter { .. }
            | Record::ErrorRepeats
            | Record::Error { .. }
            | Record::Unknown { .. }
            | Record::Keepalive
            | Record::Done { .. } => {}
        }
        Ok(())
    }

    fn current_choice(&mut self) -> Option<&mut Choice> {
        if self.in_choice { self.choices.get_mut(self.choice) } else { None }
    }

    /// The index of the choice that the records are about.
    fn current_choice_index(&self) -> Option<u32> {
        let choice = self.choices.get(self.choice).filter(|_| self.in_choice)?;
        Some(choice.index)
    }

    /// What follows is about the choice of this wire index.
    #[inline]
    fn choose_or_add_choice(&mut self, index: u32, tolerance: &Tolerance) -> Result<(), ErrorKind> {
        self.in_choice = true;
        self.with_content = 0;
        self.repeats = None;
        self.call = None;
        self.edges = Edges::default();
        if self.choices.get(self.choice).is_some_and(|choice| choice.index == index) {
            return Ok(());
        }
        if let Some(known) = self.choices.iter().position(|choice| choice.index == index) {
            self.choice = known;
            return Ok(());
        }
        if self.choices.len() >= self.caps.choices as usize {
            return Err(ErrorKind::Limit(LimitKind::Choices));
        }
        self.repeatable = false;
        self.choice = self.choices.len();
        let [splitter, reasoning_splitter] = self.new_splitters(tolerance);
        reserve_next(&mut self.choices, 1);
        self.choices.push(Choice {
            index,
            role: 0,
            finished: None,
            went_on: false,
            provisional: None,
            in_deltas: 0,
            splitter,
            reasoning_splitter,
            text: ChannelState::default(),
            reasoning: ChannelState::default(),
            refusal: ChannelState::default(),
            calls: Vec::new(),
            parts: None,
        });
        Ok(())
    }
}

fn require_quirk(event: &mut Event<'_>, quirk: Quirk) -> Result<(), ErrorKind> {
    if event.tolerance.note_if_allowed(quirk) { Ok(()) } else { Err(ErrorKind::QuirkOff(quirk)) }
}

/// Room for one more: for `first` at the start, then twice as much each time. Most streams have one choice, and a few calls.
fn reserve_next<T>(list: &mut Vec<T>, first: usize) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len().max(first));
    }
}
