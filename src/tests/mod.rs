//! Tests inside the crate: they may look into every room.
#![allow(missing_docs, clippy::arithmetic_side_effects, clippy::string_slice, clippy::pedantic)]

mod accumulate;
mod corpus;
mod golden;
mod laws;
mod quirks;
mod support;
