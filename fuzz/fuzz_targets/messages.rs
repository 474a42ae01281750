#![no_main]
//! The body is `deltaic::fuzzing::messages`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::messages(data));
