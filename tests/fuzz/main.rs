//! Feeds changed bytes to the code of the host that reads a plugin's bytes. `cargo xtask fuzz` runs it.

mod targets;

fn main() -> anyhow::Result<()> {
    plugix_fuzzing::main(&targets::TARGETS)
}

#[test]
fn targets_hold_for_a_while() {
    plugix_fuzzing::hold_for_a_while(&targets::TARGETS);
}
