//! Fuzz targets of what system calls do. `cargo xtask fuzz` runs them.

mod arguments;
mod calls;
mod world;

use plugix_fuzzing::Target;

const TARGETS: [Target; 1] = [Target { name: "calls", seeds: calls::seeds, run: calls::run }];

fn main() -> anyhow::Result<()> {
    plugix_fuzzing::main(&TARGETS)
}

#[test]
fn targets_hold_for_a_while() {
    plugix_fuzzing::hold_for_a_while(&TARGETS);
}
