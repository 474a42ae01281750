#![no_main]
//! The body is `deltaic::fuzzing::encode_ui`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::encode_ui(data));
