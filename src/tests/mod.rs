//! Tests inside the crate: they may look into every room.
#![allow(missing_docs, clippy::arithmetic_side_effects, clippy::string_slice, clippy::pedantic)]

mod attacks;
mod completion;
mod corpus;
mod frames;
mod golden;
mod json;
mod laws;
mod limits;
use crate::fuzzing::naive;
mod catalogue;
mod generated;
mod props;
mod quirks;
mod seed_streams;
mod support;
mod torn;
