#![no_main]
//! The body is `deltaic::fuzzing::prediction`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::prediction(data));
