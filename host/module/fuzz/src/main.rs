//! Fuzz targets that need no engine: the sections of a module, its debug information, its way to what
//! an engine compiles, and the rewriting between two forms of an interface.
//! `cargo xtask fuzz` runs them.

mod debug;
mod descriptor;
mod module;
mod rewrite;

use plugix_fuzzing::Target;

const TARGETS: [Target; 4] = [
    Target { name: "debug", seeds: debug::seeds, run: debug::run },
    Target { name: "descriptor", seeds: descriptor::seeds, run: descriptor::run },
    Target { name: "module", seeds: module::seeds, run: module::run },
    Target { name: "rewrite", seeds: rewrite::seeds, run: rewrite::run },
];

fn main() -> anyhow::Result<()> {
    plugix_fuzzing::main(&TARGETS)
}

#[test]
fn targets_hold_for_a_while() {
    plugix_fuzzing::hold_for_a_while(&TARGETS);
}
