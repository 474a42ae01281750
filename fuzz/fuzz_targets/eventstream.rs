#![no_main]
//! The body is `deltaic::fuzzing::eventstream`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::eventstream(data));
