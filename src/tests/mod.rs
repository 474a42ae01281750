//! Tests inside the crate: they may look into every room.
#![allow(missing_docs, clippy::arithmetic_side_effects, clippy::string_slice, clippy::pedantic)]

mod adapters;
mod attacks;
mod bedrock;
mod campaign;
mod carry;
mod completion;
mod corpus;
mod curve;
mod dependencies;
mod encode;
mod encode_messages;
mod encode_responses;
mod encode_ui;
mod encoders;
mod eventstream;
mod face;
mod facts;
mod few;
mod frames;
mod framings;
mod golden;
mod json;
mod laws;
mod lex;
mod limits;
use crate::fuzzing::{naive, naive_eventstream};
mod matrix;
mod messages;
mod nothing_lost;
mod owned;

mod blocks;
mod catalogue;
mod generated;
mod pairs;
mod partial_args;
mod partial_json;
mod predicted;
mod props;
mod quirks;
mod repeating;
mod responses;
mod seed_streams;
mod shapes;
mod support;
mod torn;
mod wires;

#[path = "naive/mod.rs"]
mod naive_model;
