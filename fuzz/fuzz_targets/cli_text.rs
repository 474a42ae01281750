#![no_main]
//! The body is `src/bin/deltaic/terminal.rs`: see there. It is of the command, of which a crate cannot use anything; so its files
//! are compiled here once more.
#![allow(dead_code)] // what else the command does with them

/// Of the command's arguments what its text asks for.
mod args {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Only {
        Answer,
        Reasoning,
    }
}
#[path = "../../src/bin/deltaic/held.rs"]
mod held;
#[path = "../../src/bin/deltaic/json.rs"]
mod json;
#[path = "../../src/bin/deltaic/terminal.rs"]
mod terminal;
#[path = "../../src/bin/deltaic/text.rs"]
mod text;
#[path = "../../src/bin/deltaic/visible.rs"]
mod visible;

libfuzzer_sys::fuzz_target!(|data: &[u8]| terminal::cli_text(data));
