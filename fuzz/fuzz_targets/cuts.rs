#![no_main]
//! The body is `deltaic::fuzzing::cuts`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::cuts(data));
