#![no_main]
//! The body is `deltaic::fuzzing::responses`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::responses(data));
