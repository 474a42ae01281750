//! A conversation as it happened: blocks of words and calls, in the order in which their pieces came.
//!
//! Knows: what an answer is made of. Must not know: any wire, how it is written.

use super::super::sequences::Choices;
use crate::PartKind;

/// Pieces of words. None begins as a tag does, for tags are another target's.
const WORDS: &[&str] = &[
    "Hi",
    " there",
    "é日本😀",
    "\"",
    "\\",
    "\n\n",
    "\r\n",
    "a",
    "\u{1}\u{1f}\u{7f}\u{85}\u{2028}",
    "data: ",
    "data: {\"choices\":[]}\n\n",
    ": ",
    "}",
    "]}\n",
    "a<b",
    "event",
    "a rather long piece of text, longer than a word of the processor",
    "\u{feff}",
    "/",
    "\0",
];

/// Arguments of calls: what is an object, as it is written.
const ARGUMENTS: &[&str] = &[
    "{}",
    r#"{"a":1}"#,
    r#"{"city":"Oslo","days":[1,2,{"x":null}]}"#,
    r#"{"q":"a \"b\" \\ c\n"}"#,
    r#"{"é":"日本😀","n":-1.5e3}"#,
    r#"{"a":{"b":{"c":[[],{}]}}}"#,
    r#"{"data: ":"\n\ndata: [DONE]"}"#,
];

/// What a wire can say.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// Of several choices, and of refusals.
    pub(super) choices: bool,
    pub(super) refusals: bool,
    /// Of several blocks at a time.
    pub(super) parallel: bool,
}

/// Words of one kind, or a call.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) choice: u32,
    /// Its ordinal within the choice.
    pub(super) key: u32,
    pub(super) kind: PartKind,
    /// The pieces that it comes in; of a call, its arguments.
    pub(super) pieces: Vec<String>,
    /// Of a call: its ordinal within the choice, and what it is called.
    pub(super) slot: u32,
    pub(super) id: String,
    pub(super) name: &'static str,
}

/// One thing that happens: to the block of this position, or to a choice.
#[derive(Debug, Clone, Copy)]
pub(super) enum Move {
    Open(usize),
    /// The block's piece of this position; the last of it, or not.
    Piece(usize, usize, bool),
    Close(usize),
    /// The choice is over; it is the last, or not.
    Finish(u32, bool),
}

/// All that happens between the beginning and the end.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) blocks: Vec<Block>,
    pub(super) moves: Vec<Move>,
    pub(super) choices: u32,
    /// Tokens read and written.
    pub(super) usage: (u64, u64),
}

impl Block {
    pub(super) fn whole(&self) -> String {
        self.pieces.concat()
    }

    pub(super) fn piece(&self, at: usize) -> &str {
        self.pieces.get(at).map_or("", |piece| piece)
    }
}

impl Script {
    pub(super) fn chosen(choices: &mut Choices<'_>, reach: Reach) -> Self {
        let count = if reach.choices { choices.pick(&[1, 1, 1, 2, 3]) } else { 1 };
        let mut blocks = Vec::new();
        let mut lanes = Vec::new();
        for choice in 0..count {
            lanes.push(lane(choices, choice, reach, &mut blocks));
        }
        let usage = (1 + choices.below(200) as u64, 1 + choices.below(200) as u64);
        Self { moves: merged(choices, lanes), blocks, choices: count, usage }
    }

    pub(super) fn block(&self, at: usize) -> &Block {
        self.blocks.get(at).expect("a block of the script")
    }

    pub(super) fn has_calls(&self, choice: u32) -> bool {
        self.blocks.iter().any(|block| block.choice == choice && block.kind == PartKind::ToolCall)
    }
}

/// What happens to one choice, up to its end.
fn lane(choices: &mut Choices<'_>, choice: u32, reach: Reach, blocks: &mut Vec<Block>) -> Vec<Move> {
    use PartKind::{Reasoning, Refusal, Text, ToolCall};
    let third = if reach.refusals { Refusal } else { Text };
    let (mut moves, mut open, mut slot) = (Vec::new(), Vec::new(), 0);
    for key in 0..choices.pick(&[1, 2, 3, 1, 2, 4, 6]) {
        let kind = choices.pick(&[Text, Text, Reasoning, ToolCall, ToolCall, third]);
        let at = blocks.len();
        blocks.push(block(choices, choice, key, kind, slot));
        slot += u32::from(kind == ToolCall);
        moves.push(Move::Open(at));
        open.push(at);
        let goes_beside = reach.parallel && choices.one_in(3);
        if !goes_beside {
            close(choices, &mut open, blocks, &mut moves);
        }
    }
    close(choices, &mut open, blocks, &mut moves);
    moves.push(Move::Finish(choice, false));
    moves
}

/// The pieces of all that is open, in whatever turn, and their ends.
fn close(choices: &mut Choices<'_>, open: &mut Vec<usize>, blocks: &[Block], moves: &mut Vec<Move>) {
    let mut waiting: Vec<_> = open.iter().map(|at| (*at, 0)).collect();
    while !waiting.is_empty() {
        let turn = choices.below(waiting.len());
        let Some((at, next)) = waiting.get_mut(turn) else { break };
        let count = blocks.get(*at).map_or(0, |block| block.pieces.len());
        if *next < count {
            moves.push(Move::Piece(*at, *next, *next + 1 == count));
            *next += 1;
        } else {
            moves.push(Move::Close(*at));
            waiting.remove(turn);
        }
    }
    open.clear();
}

/// The moves of all choices, in whatever turn.
fn merged(choices: &mut Choices<'_>, lanes: Vec<Vec<Move>>) -> Vec<Move> {
    let mut lanes: Vec<_> = lanes.into_iter().map(|lane| lane.into_iter().peekable()).collect();
    let mut moves = Vec::new();
    while !lanes.is_empty() {
        let turn = choices.below(lanes.len());
        let Some(lane) = lanes.get_mut(turn) else { break };
        moves.extend(lane.next());
        if lane.peek().is_none() {
            drop(lanes.remove(turn));
        }
    }
    if let Some(Move::Finish(_, is_last)) = moves.last_mut() {
        *is_last = true;
    }
    moves
}

fn block(choices: &mut Choices<'_>, choice: u32, key: u32, kind: PartKind, slot: u32) -> Block {
    let is_call = kind == PartKind::ToolCall;
    let pieces = if is_call {
        let arguments = choices.pick(ARGUMENTS);
        pieces_of(choices, arguments)
    } else {
        (0..choices.pick(&[1, 2, 3, 4, 6, 9])).map(|_| choices.pick(WORDS).to_owned()).collect()
    };
    let name = if is_call { choices.pick(&["f", "look_up", "tide", "naïve"]) } else { "" };
    Block { choice, key, kind, pieces, slot, id: format!("call_{choice}_{slot}"), name }
}

/// A text cut between characters.
fn pieces_of(choices: &mut Choices<'_>, text: &str) -> Vec<String> {
    let size = choices.pick(&[100, 1, 2, 3, 5, 9]);
    let mut pieces = vec![String::new()];
    for c in text.chars() {
        if pieces.last().is_some_and(|piece| piece.chars().count() >= size) {
            pieces.push(String::new());
        }
        pieces.last_mut().expect("one piece").push(c);
    }
    pieces
}
