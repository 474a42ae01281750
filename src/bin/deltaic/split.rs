//! Where to cut the input.

use std::str::FromStr;

/// As asked by `--split`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split {
    /// Pieces of so many bytes.
    Every(u64),
    /// Pieces of up to 61 bytes, one in eight of them empty; this is the generator's state.
    Random(u64),
}

impl FromStr for Split {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let split = match text.strip_prefix("random:") {
            Some(seed) => seed.parse().map(Self::Random),
            None => text.parse().map(Self::Every),
        };
        split.ok().filter(|&split| split != Self::Every(0)).ok_or("want a number from 1, or random:SEED")
    }
}

impl Split {
    /// The size of the next piece.
    pub(crate) fn next_size(&mut self) -> u64 {
        match self {
            Self::Every(size) => *size,
            Self::Random(state) => match splitmix(state) {
                random if random % 8 == 0 => 0,
                random => ((random >> 8) % 61).saturating_add(1),
            },
        }
    }
}

/// Sebastiano Vigna's splitmix64: any seed will do.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
