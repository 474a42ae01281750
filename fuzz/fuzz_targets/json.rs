#![no_main]
//! The body is `deltaic::fuzzing::json`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::json(data));
