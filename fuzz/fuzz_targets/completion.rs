#![no_main]
//! The body is `deltaic::fuzzing::completion`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::completion(data));
