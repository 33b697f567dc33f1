//! The `plugix` command.
fn main() {}
