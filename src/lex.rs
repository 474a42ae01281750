//! The two lexemes that both the reader and the shapes must agree on: a JSON string's body and a JSON number.
//!
//! Knows: RFC 8259 sections 6 and 7. Must not know: objects, events, meaning.
//!
//! A string's end is found eight bytes at a time in a word, testing quote, backslash, control and non-ASCII at
//! once: tokens are short, and there memchr's set-up costs more than the search.

mod escape;
pub(crate) mod nest;
mod unescape;

pub(crate) use escape::escape;
#[cfg(any(feature = "encode", test, fuzzing, doc))]
pub(crate) use escape::escape_of;
pub(crate) use unescape::{
    Edges, Escaped, Room, is_high, join_surrogates, unescape, unescape_piece, validate_unescaped_utf8,
};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// What stopped a scan of string body bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    /// Index of the first quote, backslash or control byte; the length of the bytes when there is none.
    pub(crate) at: usize,
    /// Whether a byte of 0x80 or more came before it (or shortly after: it may be over-cautious).
    pub(crate) wide: bool,
}

/// Bit 7 set in each byte of `word` that is a quote, a backslash or below 0x20; exact up to the first such byte.
const fn special_bytes(word: u64) -> u64 {
    let quote = word ^ (ONES.wrapping_mul(b'"' as u64));
    let slash = word ^ (ONES.wrapping_mul(b'\\' as u64));
    let is_quote = quote.wrapping_sub(ONES) & !quote;
    let is_slash = slash.wrapping_sub(ONES) & !slash;
    let is_control = word.wrapping_sub(ONES.wrapping_mul(0x20)) & !word;
    (is_quote | is_slash | is_control) & HIGH
}

/// Finds the first quote, backslash or control byte. Cost: one pass, eight bytes a step.
#[inline(always)]
pub(crate) fn string_stop(bytes: &[u8]) -> Stop {
    let mut at = 0usize;
    let mut wide = 0u64;
    let mut rest = bytes;
    while let Some((eight, tail)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*eight);
        let hit = special_bytes(word);
        if hit != 0 {
            // Only the bytes before the stop may make it wide.
            let below = hit & hit.wrapping_neg();
            wide |= word & HIGH & below.wrapping_sub(1);
            return Stop { at: at.wrapping_add((hit.trailing_zeros() >> 3) as usize), wide: wide != 0 };
        }
        wide |= word & HIGH;
        at = at.wrapping_add(8);
        rest = tail;
    }
    let mut wide = wide != 0;
    for &byte in rest {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        wide |= byte >= 0x80;
        at = at.wrapping_add(1);
    }
    Stop { at, wide }
}

/// The bytes as text, if they are UTF-8. Cost: one pass, by vectors where that is worth its set-up.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    if is_long(bytes) { simdutf8::basic::from_utf8(bytes).ok() } else { core::str::from_utf8(bytes).ok() }
}

/// Whether a string is longer than tokens are.
#[inline(always)]
pub(crate) const fn is_long(bytes: &[u8]) -> bool {
    bytes.len() >= 64
}

/// How many spaces the bytes begin with. Cost: eight bytes a step.
#[inline]
pub(crate) fn leading_spaces(bytes: &[u8]) -> usize {
    let mut at = 0usize;
    for eight in bytes.chunks_exact(8) {
        let other = <[u8; 8]>::try_from(eight).map_or(0, u64::from_le_bytes) ^ ONES.wrapping_mul(b' ' as u64);
        if other != 0 {
            return at.wrapping_add((other.trailing_zeros() >> 3) as usize);
        }
        at = at.wrapping_add(8);
    }
    at.wrapping_add(bytes.get(at..).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count())
}

/// The end of the JSON number that starts at `from`, or `None` where the grammar of RFC 8259 section 6 is not met.
/// What follows the number is not looked at. Cost: one pass.
#[inline]
pub(crate) fn number_end(bytes: &[u8], from: usize) -> Option<usize> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at = at.wrapping_add(1);
        }
        at
    };
    let int = if bytes.get(from) == Some(&b'-') { from.wrapping_add(1) } else { from };
    let mut end = match bytes.get(int)? {
        b'0' => int.wrapping_add(1),
        b'1'..=b'9' => digits(int),
        _ => return None,
    };
    if bytes.get(end) == Some(&b'.') {
        let fraction = end.wrapping_add(1);
        end = digits(fraction);
        if end == fraction {
            return None;
        }
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let mut exponent = end.wrapping_add(1);
        if let Some(b'+' | b'-') = bytes.get(exponent) {
            exponent = exponent.wrapping_add(1);
        }
        end = digits(exponent);
        if end == exponent {
            return None;
        }
    }
    Some(end)
}

/// A plain integer at `at`: no sign, no leading zero, at most 19 digits. Returns the index after it and its value.
#[inline(always)]
pub(crate) fn plain_integer(bytes: &[u8], at: usize) -> Option<(usize, u64)> {
    integer_after(bytes, at, at, 0)
}

/// The same where it may be long, as times are: the first eight digits at once.
#[inline]
pub(crate) fn plain_integer_fast_if_long(bytes: &[u8], at: usize) -> Option<(usize, u64)> {
    match bytes.get(at..)?.first_chunk().and_then(|eight| eight_digits(*eight)) {
        Some(value) => integer_after(bytes, at, at.wrapping_add(8), value),
        None => plain_integer(bytes, at),
    }
}

/// The value of eight digits, if they are digits: pairs, then fours, then all are joined side by side in a word.
const fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    let digits = u64::from_le_bytes(digits) ^ ONES.wrapping_mul(b'0' as u64);
    if (digits.wrapping_add(ONES.wrapping_mul(0x80 - 10)) | digits) & HIGH != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF)
}

/// A plain integer at `at`, of which the digits before `end` make `value`.
#[inline(always)]
fn integer_after(bytes: &[u8], at: usize, mut end: usize, mut value: u64) -> Option<(usize, u64)> {
    while let Some(digit) = bytes.get(end).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        end = end.wrapping_add(1);
    }
    let digits = end.saturating_sub(at);
    let leading_zero = digits > 1 && bytes.get(at) == Some(&b'0');
    let goes_on = matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
    if digits == 0 || digits > 19 || leading_zero || goes_on {
        return None;
    }
    Some((end, value))
}

/// The value of a plain decimal integer that fits; `None` for anything else.
#[inline]
pub(crate) fn integer(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, &byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Whether a JSON text is an object or a list with nothing in it, however it is laid out.
pub(crate) fn is_empty_object_or_array(json: &[u8]) -> bool {
    match json {
        [b'{', inner @ .., b'}'] | [b'[', inner @ .., b']'] => inner.trim_ascii().is_empty(),
        _ => false,
    }
}

/// The four hex digits at `at`, as in `\uXXXX`.
#[inline]
pub(crate) fn hex4(bytes: &[u8], at: usize) -> Option<u16> {
    let digit = |byte: u8| HEX_DIGITS.get(usize::from(byte)).copied().unwrap_or(NO_DIGIT);
    let [a, b, c, d] = bytes.get(at..)?.first_chunk::<4>()?.map(digit);
    let unit = a.wrapping_shl(12) | b.wrapping_shl(8) | c.wrapping_shl(4) | d;
    ((a | b | c | d) & NO_DIGIT == 0).then_some(unit)
}

/// What each byte is as a hex digit. A table, for which comes next cannot be foretold.
const HEX_DIGITS: [u16; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let (mut rest, mut byte): (&mut [u16], u8) = (&mut digits, 0);
    while let Some((digit, others)) = rest.split_first_mut() {
        *digit = match byte {
            b'0'..=b'9' => byte.wrapping_sub(b'0') as u16,
            b'a'..=b'f' => byte.wrapping_sub(b'a').wrapping_add(10) as u16,
            b'A'..=b'F' => byte.wrapping_sub(b'A').wrapping_add(10) as u16,
            _ => NO_DIGIT,
        };
        (rest, byte) = (others, byte.wrapping_add(1));
    }
    digits
};

/// More than any digit, in a bit that none has.
const NO_DIGIT: u16 = 16;

/// A print of 64 bits that can be extended (FNV-1a): for ids, names and roles, of which only equality matters.
pub(crate) fn extend_label_fingerprint(fingerprint_so_far: u64, label: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    const BASIS: u64 = 0xCBF2_9CE4_8422_2325;
    let start = if fingerprint_so_far == 0 { BASIS } else { fingerprint_so_far };
    label.iter().fold(start, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(PRIME))
}
