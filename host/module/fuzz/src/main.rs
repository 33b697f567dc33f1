//! Fuzz targets that need no engine: the sections of a module, and its way to what an engine compiles.
//! `cargo xtask fuzz` runs them.

mod descriptor;
mod module;

use plugix_fuzzing::Target;

const TARGETS: [Target; 2] = [
    Target { name: "descriptor", seeds: descriptor::seeds, run: descriptor::run },
    Target { name: "module", seeds: module::seeds, run: module::run },
];

fn main() -> anyhow::Result<()> {
    plugix_fuzzing::main(&TARGETS)
}

#[test]
fn targets_hold_for_a_while() {
    plugix_fuzzing::hold_for_a_while(&TARGETS);
}
