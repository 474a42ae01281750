//! Tests inside the crate: they may look into every room.
#![allow(missing_docs, clippy::arithmetic_side_effects, clippy::string_slice, clippy::pedantic)]

mod accumulate;
mod attacks;
mod corpus;
mod facts;
mod frames;
mod golden;
mod json;
mod laws;
mod limits;
use crate::fuzzing::naive;
mod generated;
mod pairs;
mod props;
mod quirks;
mod rows;
mod seeds;
mod support;
