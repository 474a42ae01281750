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
const fn escape_meaning(after: u8) -> Option<u8> {
    Some(match after {
        b'"' | b'\\' | b'/' => after,
        b'b' => 0x08,
        b'f' => 0x0C,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        _ => return None,
    })
}

/// Fills `out` with the unescaped body of a JSON string, if that needs no look at what is beside it. `None`: it has
/// surrogates, which [`unescape`] knows about, or is no such body; what is in `out` then means nothing. Cost: linear, with one
/// check for UTF-8.
pub(crate) fn unescape_without_surrogates(body: &[u8], out: &mut String) -> Option<()> {
    let mut bytes = core::mem::take(out).into_bytes();
    bytes.clear();
    let whole = unescape_bytes(body, &mut bytes);
    match String::from_utf8(bytes) {
        Ok(text) => {
            *out = text;
            whole
        }
        Err(error) => {
            // What was allocated is kept.
            let mut bytes = error.into_bytes();
            bytes.clear();
            *out = String::from_utf8(bytes).unwrap_or_default();
            None
        }
    }
}

/// What is appended is UTF-8 if `body` is, and else not: what stands for an escape is whole characters.
#[inline]
fn unescape_bytes(body: &[u8], out: &mut Vec<u8>) -> Option<()> {
    out.reserve(body.len());
    let mut rest = body;
    loop {
        while let Some((eight, tail)) = rest.split_first_chunk::<8>()
            && !has_backslash(u64::from_le_bytes(*eight))
        {
            out.extend_from_slice(eight);
            rest = tail;
        }
        rest = match rest {
            [] => return Some(()),
            [b'\\', b'u', ..] => {
                let scalar = char::from_u32(u32::from(hex4(rest, 2)?))?;
                out.extend_from_slice(scalar.encode_utf8(&mut [0; 4]).as_bytes());
                rest.get(6..)?
            }
            [b'\\', after, tail @ ..] => {
                out.push(escape_meaning(*after)?);
                tail
            }
            [b'\\'] => return None,
            [byte, tail @ ..] => {
                out.push(*byte);
                tail
            }
        };
    }
}

const fn has_backslash(word: u64) -> bool {
    let slash = word ^ ONES.wrapping_mul(b'\\' as u64);
    slash.wrapping_sub(ONES) & !slash & HIGH != 0
}
