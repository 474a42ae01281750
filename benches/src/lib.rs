//! Workloads, stacks and measures behind the benches of `deltaic`.
//!
//! A [`Workload`](workloads::Workload) is a generated stream and the answer it folds to. A [`Stack`](stack::Stack)
//! is one way to decode it, `deltaic` or a peer, fed one input after another. A [`Cut`](cut::Cut) says where the
//! inputs end. Every measure first checks that the stack gives the answer, or says why it cannot.

pub mod adapters;
pub mod attacks;
pub mod budget;
pub mod cut;
pub mod deltaic_stack;
pub mod exact;
pub mod gateway;
pub mod heap;
pub mod measure;
pub mod peers;
pub mod report;
pub mod sink;
pub mod stack;
pub mod translate;
pub mod valgrind;
pub mod workloads;
