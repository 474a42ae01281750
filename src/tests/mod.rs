//! Tests inside the crate: they may look into every room.
#![allow(missing_docs, clippy::arithmetic_side_effects, clippy::string_slice, clippy::pedantic)]

mod accumulate;
mod attacks;
mod corpus;
mod frames;
mod golden;
mod json;
mod laws;
mod limits;
use crate::fuzzing::naive;
mod props;
mod quirks;
mod rows;
mod seeds;
mod support;
#[test]
fn zz_sizes() {
    use std::mem::size_of as s;
    eprintln!("Decoder {} Options {} Frames {} Shapes {} Teller {} Normalizer {} Choice? Record {} Told {} Delta {} Tolerance {}", s::<crate::Decoder>(), s::<crate::Options>(), s::<crate::frame::Frames>(), s::<crate::shape::Shapes>(), 0, s::<crate::normalize::Normalizer>(), s::<crate::record::Record>(), s::<crate::record::Told>(), s::<crate::Delta>(), s::<crate::dialect::Tolerance>());
}
