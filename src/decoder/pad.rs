//! Short text, checked for UTF-8 as a whole.
//!
//! Knows: bytes. Must not know: where they come from, what they say.
//!
//! Tokens are a few bytes long, each of another length. A check that goes byte by byte ends where the processor does not
//! expect it, and that costs more than the check. So a short run of ASCII is put before zeros into two words, and those are
//! checked at once, whatever its length.

/// Two words of text.
#[derive(Clone, Copy, Default)]
#[repr(align(16))]
pub(super) struct Pad([u8; Pad::BYTES]);

const HIGH: u128 = 0x8080_8080_8080_8080_8080_8080_8080_8080;

impl Pad {
    const BYTES: usize = 16;

    /// Takes the first `length` of `bytes`, if they are ASCII and few, and more follow them. Returns whether it did.
    #[inline(always)]
    pub(super) fn fill_if_short_ascii(&mut self, text_and_what_follows: &[u8], length: usize) -> bool {
        let (Some(sixteen), 1..=Self::BYTES) = (text_and_what_follows.first_chunk(), length) else {
            return false;
        };
        let unused = Self::BYTES.wrapping_sub(length).wrapping_mul(8);
        let text = u128::from_le_bytes(*sixteen) & u128::MAX.wrapping_shr(unused as u32);
        self.0 = text.to_le_bytes();
        text & HIGH == 0
    }

    /// The text that was taken last, which is `length` bytes.
    #[inline(always)]
    pub(super) fn text(&self, length: usize) -> &str {
        core::str::from_utf8(&self.0).ok().and_then(|text| text.get(..length)).unwrap_or_default()
    }
}
