//! What `ratios` runs for one figure of the heap: `allocated idle|start NAME CUT EVENTS`.

use std::env;

use deltaic_benches::{
    cut::Cut,
    heap::{self, Counting},
    workloads,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, name, cut, events] = &arguments[..] else { unreachable!() };
    let (cut, events) = (Cut::named(cut).expect("a cut"), events.parse().expect("a number"));
    let workload = workloads::named(name, events);
    println!(
        "{}",
        match kind.as_str() {
            "idle" => heap::idle_bytes(&workload, cut),
            _ => heap::start_allocations(&workload, events),
        }
    );
}
