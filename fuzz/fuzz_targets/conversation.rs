#![no_main]
//! The body is `deltaic::fuzzing::conversation`: see there. A fault prints the stream that was chosen.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::conversation(data));
