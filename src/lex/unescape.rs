//! Text out of a JSON string: what its escapes stand for.
//!
//! Knows: RFC 8259 section 7. Must not know: why a string is read.

use alloc::string::String;
use alloc::vec::Vec;

use super::{HIGH, ONES, hex4};

/// Surrogates that stand alone at a string's edges: their other halves may be in the neighbouring chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Edges {
    /// A low surrogate at the very start.
    pub(crate) lead: Option<u16>,
    /// A high surrogate at the very end.
    pub(crate) tail: Option<u16>,
}

/// What was met while unescaping, besides the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Escaped {
    /// Whether any surrogate stood alone.
    pub(crate) lone: bool,
}

/// Appends the unescaped body of a JSON string to `out`; a surrogate that stands alone becomes U+FFFD. `None` for an escape
/// that RFC 8259 does not have. Cost: linear; never more bytes out than in (a lone surrogate's six become three).
pub(crate) fn unescape(body: &str, out: &mut String) -> Option<Escaped> {
    unescape_with(body, out, None)
}

/// The same of a piece of a text: surrogates that stand alone at its edges are left out, and told apart.
pub(crate) fn unescape_piece(body: &str, out: &mut String) -> Option<(Escaped, Edges)> {
    let mut edges = Edges::default();
    let met = unescape_with(body, out, Some(&mut edges))?;
    Some((met, edges))
}

/// `edges`: where surrogates at the edges go, if anywhere else than into the text.
fn unescape_with(body: &str, out: &mut String, mut edges: Option<&mut Edges>) -> Option<Escaped> {
    let bytes = body.as_bytes();
    let mut met = Escaped::default();
    let mut at = 0usize;
    loop {
        let mut plain = at;
        if bytes.get(at) != Some(&b'\\') {
            plain = memchr::memchr(b'\\', bytes.get(at..)?).map_or(bytes.len(), |i| at.wrapping_add(i));
            out.push_str(body.get(at..plain)?);
            if plain >= bytes.len() {
                return Some(met);
            }
        }
        at = match bytes.get(plain.wrapping_add(1))? {
            b'u' => unescape_u_escape(bytes, plain, out, &mut met, edges.as_deref_mut())?,
            escape => {
                out.push(char::from(escape_meaning(*escape)?));
                plain.wrapping_add(2)
            }
        };
    }
}

/// One `\uXXXX` at `at`, with its partner if it has one; returns the index after it.
fn unescape_u_escape(
    bytes: &[u8],
    at: usize,
    out: &mut String,
    met: &mut Escaped,
    edges: Option<&mut Edges>,
) -> Option<usize> {
    let unit = hex4(bytes, at.wrapping_add(2))?;
    let after = at.wrapping_add(6);
    if let Some(scalar) = char::from_u32(u32::from(unit)) {
        out.push(scalar);
        return Some(after);
    }
    if is_high(unit) && bytes.get(after..).is_some_and(|rest| rest.starts_with(b"\\u")) {
        let low = hex4(bytes, after.wrapping_add(2))?;
        if let Some(scalar) = join_surrogates(unit, low) {
            out.push(scalar);
            return Some(after.wrapping_add(6));
        }
    }
    met.lone = true;
    match edges {
        Some(edges) if is_high(unit) && after == bytes.len() => edges.tail = Some(unit),
        Some(edges) if !is_high(unit) && at == 0 => edges.lead = Some(unit),
        _ => out.push(char::REPLACEMENT_CHARACTER),
    }
    Some(after)
}

pub(crate) const fn is_high(unit: u16) -> bool {
    unit & 0xFC00 == 0xD800
}

/// The character that a high and a low surrogate make.
pub(crate) fn join_surrogates(high: u16, low: u16) -> Option<char> {
    if !is_high(high) || low & 0xFC00 != 0xDC00 {
        return None;
    }
    char::decode_utf16([high, low]).next()?.ok()
}

/// The character that a backslash and this stand for, of those that are two bytes.
fn escape_meaning(after: u8) -> Option<u8> {
    SHORT_ESCAPES.get(usize::from(after)).copied().filter(|meaning| *meaning != 0)
}

/// By the byte after the backslash; 0 is none of them. A table, for which of them comes next cannot be foretold.
const SHORT_ESCAPES: [u8; 256] = {
    let mut meanings = [0; 256];
    let (mut rest, mut after): (&mut [u8], u8) = (&mut meanings, 0);
    while let Some((meaning, others)) = rest.split_first_mut() {
        *meaning = match after {
            b'"' | b'\\' | b'/' => after,
            b'b' => 0x08,
            b'f' => 0x0C,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            _ => 0,
        };
        (rest, after) = (others, after.wrapping_add(1));
    }
    meanings
};

/// Where a text is unescaped: in place as long as it is short, as most are.
#[derive(Clone)]
pub(crate) struct Room {
    short: [u8; BLOCK],
    long: Vec<u8>,
}

impl Default for Room {
    fn default() -> Self {
        Self { short: [0; BLOCK], long: Vec::new() }
    }
}

impl Room {
    /// Unescapes the JSON string's body `bytes[start..end]`; returns where, and the length of the text. `None`: a surrogate
    /// stands alone, or it is no such body. Cost: [`unescape_if_paired`]; allocates for a longer text than any before.
    #[inline]
    pub(crate) fn unescape_if_paired(
        &mut self,
        bytes: &[u8],
        start: usize,
        end: usize,
    ) -> Option<(&mut [u8], usize)> {
        let body = end.checked_sub(start)?;
        let room = if body <= BLOCK - STEP { self.short.as_mut_slice() } else { self.long_for(body) };
        let length = unescape_body_if_surrogates_paired(bytes, start, end, room)?;
        Some((room, length))
    }

    #[inline(never)]
    fn long_for(&mut self, body: usize) -> &mut [u8] {
        let least = body.wrapping_add(BLOCK);
        if self.long.len() < least {
            self.long.resize(least.next_multiple_of(BLOCK), 0);
        }
        &mut self.long
    }

    /// Bytes that it keeps beside those in place.
    pub(crate) fn kept(&self) -> usize {
        self.long.capacity()
    }

    /// Gives back what one big text took beyond `most` bytes.
    pub(crate) fn clear_and_shrink(&mut self, most: usize) {
        self.long.clear();
        self.long.shrink_to(most);
    }
}

/// Writes the JSON string's body `bytes[start..end]`, unescaped, to the start of `room`, which must be longer than the body by
/// [`STEP`]; returns its length. `None`: as [`Room::unescape_if_paired`]; what is in `room` then means nothing.
/// Cost: linear, eight bytes a step; what each step does hangs on as little as can be, for the processor cannot foretell where
/// escapes stand.
#[inline(always)]
fn unescape_body_if_surrogates_paired(
    bytes: &[u8],
    start: usize,
    end: usize,
    room: &mut [u8],
) -> Option<usize> {
    let mut left = end.checked_sub(start)?;
    let (all, mut rest, mut out) = (room.len(), bytes.get(start..)?, room);
    loop {
        while left > 0 && rest.first() == Some(&b'\\') {
            let (read, written) = unescape_one(rest, out)?;
            (rest, out, left) = (rest.get(read..)?, out.get_mut(written..)?, left.checked_sub(read)?);
        }
        let plain = loop {
            let eight = first_eight_padded_with_zeros(rest);
            *out.first_chunk_mut()? = eight;
            let slashes = slashes(u64::from_le_bytes(eight));
            if slashes != 0 || left <= STEP {
                break (slashes.trailing_zeros() >> 3) as usize;
            }
            (rest, out, left) = (rest.get(STEP..)?, out.get_mut(STEP..)?, left.wrapping_sub(STEP));
        };
        if plain >= left {
            return Some(all.wrapping_sub(out.len()).wrapping_add(left));
        }
        (rest, out, left) = (rest.get(plain..)?, out.get_mut(plain..)?, left.wrapping_sub(plain));
    }
}

/// Writes what the escape ahead stands for to the start of `out`; returns how many bytes it is, and how many that makes.
#[inline(always)]
fn unescape_one(ahead: &[u8], out: &mut [u8]) -> Option<(usize, usize)> {
    let [_, after, hex @ ..] = ahead else { return None };
    let character = out.first_chunk_mut::<4>()?;
    if let Some(meaning) = escape_meaning(*after) {
        *character = [meaning, 0, 0, 0];
        return Some((2, 1));
    }
    if *after != b'u' {
        return None;
    }
    let (scalar, length) = scalar_of_one_or_two_escapes(hex)?;
    *character = [0; 4];
    Some((length, scalar.encode_utf8(character).len()))
}

/// The first `length` bytes that were unescaped into `room`, if they are UTF-8. Cost: one pass; of a long text by whole blocks:
/// what follows it is zeroed, so that none is looked at byte by byte.
#[inline]
pub(crate) fn validate_unescaped_utf8(room: &mut [u8], length: usize) -> Option<&str> {
    let Some(after) = room.get_mut(length..)?.first_chunk_mut::<BLOCK>() else {
        return core::str::from_utf8(room.get(..length)?).ok();
    };
    after.fill(0);
    let blocks = room.get(..length.next_multiple_of(BLOCK))?;
    simdutf8::basic::from_utf8(blocks).ok()?.get(..length)
}

/// Bytes that are looked at at once.
const STEP: usize = 8;

/// Bytes that are checked for UTF-8 at once.
const BLOCK: usize = 64;

/// The first eight bytes; zeros after the last.
#[inline(always)]
fn first_eight_padded_with_zeros(bytes: &[u8]) -> [u8; STEP] {
    bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut eight = [0; STEP];
        for (to, from) in eight.iter_mut().zip(bytes) {
            *to = *from;
        }
        eight
    })
}

/// The character that the hex digits ahead stand for, behind a `\u`, with its partner if it is a surrogate; and the length
/// of the whole.
#[inline(always)]
fn scalar_of_one_or_two_escapes(hex: &[u8]) -> Option<(char, usize)> {
    let unit = hex4(hex, 0)?;
    match char::from_u32(u32::from(unit)) {
        Some(scalar) => Some((scalar, 6)),
        None => {
            let low = hex.get(4..)?.strip_prefix(b"\\u")?;
            Some((join_surrogates(unit, hex4(low, 0)?)?, 12))
        }
    }
}

/// Bit 7 set in each byte of `word` that is a backslash; exact up to the first.
const fn slashes(word: u64) -> u64 {
    let slash = word ^ ONES.wrapping_mul(b'\\' as u64);
    slash.wrapping_sub(ONES) & !slash & HIGH
}
