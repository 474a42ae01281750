//! The decoder without `std`: see `Cargo.toml`.

#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};
use core::ops::ControlFlow;
use core::panic::PanicInfo;

use deltaic::{Completion, Decoder};

/// Has no memory to give: what links this brings its own.
struct Nothing;

// SAFETY: a null pointer is the contract's word for "no memory", and what was never given never comes back.
unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Nothing = Nothing;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Decodes and folds a stream, so that all of the decoder is compiled in. Returns the number of its choices.
///
/// # Safety
/// `bytes` points to `length` bytes that may be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn deltaic_choices(bytes: *const u8, length: usize) -> usize {
    // SAFETY: the caller's promise.
    let input = unsafe { core::slice::from_raw_parts(bytes, length) };
    let (mut decoder, mut completion) = (Decoder::new(), Completion::default());
    let mut fold = |delta: Result<deltaic::Delta<'_>, deltaic::Error>| {
        if let Ok(delta) = delta {
            completion.apply(delta);
        }
        ControlFlow::<()>::Continue(())
    };
    let _ = decoder.for_each(input, &mut fold);
    let _ = decoder.end(&mut fold);
    completion.choices.len()
}
