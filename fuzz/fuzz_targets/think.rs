#![no_main]
//! The body is `deltaic::fuzzing::think`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::think(data));
