//! A fleet beside the client of NATS alone.

fn main() {}
