#![no_main]
//! The body is `deltaic::fuzzing::sequences`: see there. `cargo fuzz fmt sequences FILE` shows the stream that was chosen.
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};

struct Choices<'c>(&'c [u8]);

impl<'c> Arbitrary<'c> for Choices<'c> {
    fn arbitrary(bytes: &mut Unstructured<'c>) -> Result<Self> {
        bytes.bytes(bytes.len()).map(Self)
    }
}

impl std::fmt::Debug for Choices<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (stream, options) = deltaic::fuzzing::sequences::stream(self.0);
        write!(f, "{options:?}\n{}", String::from_utf8_lossy(&stream))
    }
}

libfuzzer_sys::fuzz_target!(|choices: Choices<'_>| deltaic::fuzzing::sequences(choices.0));
