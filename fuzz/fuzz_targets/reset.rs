#![no_main]
//! The body is `deltaic::fuzzing::reset`: see there. Here the heap is counted.
use deltaic::fuzzing::Heap;

fn measured(run: &mut dyn FnMut()) -> Heap {
    let info = allocation_counter::measure(run);
    Heap { peak: info.bytes_max, kept: info.bytes_current }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| deltaic::fuzzing::reset(data, measured));
