#![no_main]
//! The body is `deltaic::fuzzing::cumulative`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::cumulative(data));
