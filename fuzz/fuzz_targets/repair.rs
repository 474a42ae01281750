#![no_main]
//! The body is `deltaic::fuzzing::repair`: see there.
libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::repair(data));
