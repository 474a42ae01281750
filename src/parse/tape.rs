//! simd-json's tape as the second source of JSON: it finds a value's text by its member's name, or notes that it is lost.
//!
//! Knows: the tape's nodes, and where its strings lie in the copy it was made from. Must not know: any member's name.
//!
//! The tape has no offsets, but simd-json leaves every string where it began in the copy, so a member's name tells where
//! its value is in the payload. What it reads is strict JSON; for anything else the reader decides.

use alloc::vec::Vec;

use simd_json::{Buffers, Node, StaticNode};

use super::cursor::{Cursor, Kind, Number, Piece, Scratch};
use crate::dialect::{Names, Tolerance};
use crate::error::ErrorKind;
use crate::lex::nest::Nest;
use crate::lex::{self, Edges};
use crate::record::{Str, bytes};

/// The tape's nodes, and the address of the copy they point into.
pub(crate) struct Nodes<'c> {
    nodes: Vec<Node<'c>>,
    base: usize,
}

/// Makes a tape from `copy`, which it scrambles. `None`: not strict JSON, or nested deeper than `depth`.
/// Cost: allocates the tape and simd-json's buffers, and gives them back with the event.
pub(crate) fn make_tape(copy: &mut [u8], depth: usize) -> Option<Nodes<'_>> {
    let base = copy.as_ptr() as usize;
    let mut buffers = Buffers::with_max_depth(copy.len(), depth.min(128).saturating_add(1));
    let nodes = simd_json::to_tape_with_buffers(copy, &mut buffers).ok()?.0;
    nest_within(&nodes, depth.min(128)).then_some(Nodes { nodes, base })
}

/// Whether the nodes nest no deeper than `depth`.
fn nest_within(nodes: &[Node<'_>], depth: usize) -> bool {
    let mut ends = [0usize; 130];
    let mut open = 0usize;
    for (at, node) in nodes.iter().enumerate() {
        while open > 0 && ends.get(open).is_some_and(|end| *end <= at) {
            open = open.saturating_sub(1);
        }
        if let Node::Object { count, .. } | Node::Array { count, .. } = node {
            open = open.saturating_add(1);
            match ends.get_mut(open) {
                Some(end) if open <= depth => *end = at.saturating_add(*count).saturating_add(1),
                _ => return false,
            }
        }
    }
    true
}

/// A cursor over the tape.
pub(crate) struct Tape<'a, 'c> {
    nodes: Nodes<'c>,
    payload: &'a [u8],
    /// Where the document starts in the payload.
    start: usize,
    at: usize,
    /// Where the name of the member ahead starts in the payload; none before an element.
    name: Option<usize>,
    scratch: &'a mut Scratch,
    tolerance: &'a mut Tolerance,
    /// Asked for the text of a value whose place the tape does not tell: what was read of it must not count.
    is_lost: bool,
}

/// A value to come back to: its node, and the name before it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Mark {
    at: usize,
    name: Option<usize>,
}

impl<'a, 'c> Tape<'a, 'c> {
    pub(crate) fn new(
        nodes: Nodes<'c>,
        payload: &'a [u8],
        start: usize,
        scratch: &'a mut Scratch,
        tolerance: &'a mut Tolerance,
    ) -> Self {
        Self { nodes, payload, start, at: 0, name: None, scratch, tolerance, is_lost: false }
    }

    /// Whether the tape could not tell where a value is: the reader must be asked instead.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost
    }

    fn node(&self, at: usize) -> Result<Node<'c>, ErrorKind> {
        self.nodes.nodes.get(at).copied().ok_or(ErrorKind::Json)
    }

    fn keep(&mut self, text: &str) -> Str {
        let start = self.scratch.text.len();
        self.scratch.text.push_str(text);
        Str::scratch(start, self.scratch.text.len())
    }

    fn move_to_first_child_and_return_len(&mut self, len: usize) -> usize {
        self.at = self.at.saturating_add(1);
        self.name = None;
        len
    }

    fn payload_offset(&self, string: &str) -> usize {
        (string.as_ptr() as usize).wrapping_sub(self.nodes.base).saturating_add(self.start)
    }

    /// Where the value of the member whose name starts at `name` starts.
    fn value_start_after(&self, name: usize) -> usize {
        let mut at = name;
        loop {
            at = self.string_stop(at);
            match self.payload.get(at) {
                Some(b'\\') => at = at.saturating_add(2),
                Some(b'"') | None => break,
                Some(_) => at = at.saturating_add(1),
            }
        }
        let rest = self.payload.get(at..).unwrap_or_default().iter();
        let gap = rest.skip(1).take_while(|byte| byte.is_ascii_whitespace() || **byte == b':').count();
        at.saturating_add(1).saturating_add(gap)
    }

    /// Where the object at `at` of the tape starts: before its first name, quote and brace. `None` for one without a name in it,
    /// and for anything else: what the tape has next is then no part of it.
    fn object_start_by_first_name(&self, at: usize) -> Option<usize> {
        if !matches!(self.nodes.nodes.get(at)?, Node::Object { len: 1.., .. }) {
            return None;
        }
        let Node::String(name) = self.nodes.nodes.get(at.saturating_add(1))? else { return None };
        let before = self.payload.get(..self.payload_offset(name))?;
        before.iter().rposition(|byte| *byte == b'{')
    }

    fn value_end_in_payload(&self, start: usize) -> usize {
        let rest = self.payload.get(start..).unwrap_or_default();
        let len = match rest.first() {
            Some(b'{' | b'[') => Nest::default().scan_to_closing_bracket(rest).unwrap_or(rest.len()),
            Some(b'"') => self.index_after_closing_quote(start).saturating_sub(start),
            _ => rest
                .iter()
                .take_while(|byte| !matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n'))
                .count(),
        };
        start.saturating_add(len)
    }

    fn string_stop(&self, at: usize) -> usize {
        at.saturating_add(lex::string_stop(self.payload.get(at..).unwrap_or_default()).at)
    }

    fn index_after_closing_quote(&self, start: usize) -> usize {
        let mut at = start.saturating_add(1);
        loop {
            at = self.string_stop(at);
            match self.payload.get(at) {
                Some(b'\\') => at = at.saturating_add(2),
                Some(b'"') => return at.saturating_add(1),
                _ => return at,
            }
        }
    }
}

impl Cursor for Tape<'_, '_> {
    type Seq = usize;
    type Mark = Mark;

    fn kind(&mut self) -> Result<Kind, ErrorKind> {
        Ok(match self.node(self.at)? {
            Node::String(_) => Kind::String,
            Node::Object { .. } => Kind::Object,
            Node::Array { .. } => Kind::Array,
            Node::Static(StaticNode::Null) => Kind::Null,
            Node::Static(StaticNode::Bool(_)) => Kind::Bool,
            Node::Static(_) => Kind::Number,
        })
    }

    fn enter_object(&mut self) -> Result<usize, ErrorKind> {
        match self.node(self.at)? {
            Node::Object { len, .. } => Ok(self.move_to_first_child_and_return_len(len)),
            _ => Err(ErrorKind::Json),
        }
    }

    fn member<N: Names>(&mut self, left: &mut usize, names: &N) -> Result<Option<(N::Key, Kind)>, ErrorKind> {
        if *left == 0 {
            return Ok(None);
        }
        *left = left.saturating_sub(1);
        let Node::String(name) = self.node(self.at)? else { return Err(ErrorKind::Json) };
        self.name = Some(self.payload_offset(name));
        self.at = self.at.saturating_add(1);
        Ok(Some((names.key(name.as_bytes()), self.kind()?)))
    }

    fn enter_array(&mut self) -> Result<usize, ErrorKind> {
        match self.node(self.at)? {
            Node::Array { len, .. } => Ok(self.move_to_first_child_and_return_len(len)),
            _ => Err(ErrorKind::Json),
        }
    }

    fn element(&mut self, left: &mut usize) -> Result<Option<Kind>, ErrorKind> {
        self.name = None;
        if *left == 0 {
            return Ok(None);
        }
        *left = left.saturating_sub(1);
        self.kind().map(Some)
    }

    fn string(&mut self) -> Result<Str, ErrorKind> {
        let Node::String(string) = self.node(self.at)? else { return Err(ErrorKind::Json) };
        self.at = self.at.saturating_add(1);
        Ok(self.keep(string))
    }

    fn piece(&mut self) -> Result<Piece, ErrorKind> {
        self.string().map(Piece::new)
    }

    fn with_edges(&self, piece: Piece) -> (Str, Edges) {
        (piece.text(), Edges::default())
    }

    fn plain_integer_and_start(&mut self) -> Option<(u64, u32)> {
        None
    }

    fn number(&mut self) -> Result<Number, ErrorKind> {
        let node = self.node(self.at)?;
        self.at = self.at.saturating_add(1);
        Ok(match node {
            Node::Static(StaticNode::U64(value)) => Number::of_integer(Some(value), u32::MAX),
            Node::Static(StaticNode::I64(value)) => Number::of_integer(u64::try_from(value).ok(), u32::MAX),
            Node::Static(StaticNode::F64(value)) => Number::of_truncated_float(value, u32::MAX),
            _ => return Err(ErrorKind::Json),
        })
    }

    fn null(&mut self) -> Result<(), ErrorKind> {
        self.skip()
    }

    fn skip(&mut self) -> Result<(), ErrorKind> {
        let size = match self.node(self.at)? {
            Node::Object { count, .. } | Node::Array { count, .. } => count,
            Node::String(_) | Node::Static(_) => 0,
        };
        self.at = self.at.saturating_add(size).saturating_add(1);
        Ok(())
    }

    fn mark_ahead(&mut self) -> Mark {
        Mark { at: self.at, name: self.name }
    }

    fn go(&mut self, mark: Mark) -> Mark {
        let back = self.mark_ahead();
        (self.at, self.name) = (mark.at, mark.name);
        back
    }

    fn json_at(&mut self, mark: Mark) -> Str {
        let start = match mark.name {
            Some(name) => self.value_start_after(name),
            None => match self.object_start_by_first_name(mark.at) {
                Some(start) => start,
                None if mark.at == 0 => self.start,
                None => {
                    self.is_lost = true;
                    return Str::NONE;
                }
            },
        };
        Str::payload(start, self.value_end_in_payload(start))
    }

    fn name_before(&mut self, mark: Mark) -> Str {
        let before = mark.at.checked_sub(1).and_then(|at| self.nodes.nodes.get(at).copied());
        match before {
            Some(Node::String(name)) if mark.name.is_some() => self.keep(name),
            _ => Str::NONE,
        }
    }

    fn scratch(&mut self) -> &mut Scratch {
        self.scratch
    }

    fn bytes(&self, string: Str) -> &[u8] {
        bytes(string, self.payload, &self.scratch.text)
    }

    fn tolerance(&mut self) -> &mut Tolerance {
        self.tolerance
    }
}
