#![no_main]
//! The body is `deltaic::fuzzing::framer`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::framer(data));
