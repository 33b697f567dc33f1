//! A model of large fleets, checked against small ones: what hosts and plugins do to subjects, discovery, the buckets and the
//! store. Run by `cargo xtask bench fleet`.
//!
//! The hosts are real ones of `plugix-fleet` with connections of their own, at a real server. What answers is Rust. The page
//! `docs/fleet-scale.md` has what comes of it.

mod code;
mod crowd;
mod kit;
mod measure;
mod model;
mod observer;
mod paper;
mod server;
mod subjects;
mod table;

use anyhow::Result;
use measure::Growing;
use table::Table;

/// The sizes that are measured.
const HOSTS: [usize; 4] = [1, 2, 4, 8];

fn main() -> Result<()> {
    let mut table = Table::default();
    Table::head();
    let mut fleet = Growing::new()?;
    for hosts in HOSTS {
        fleet.measure(hosts, &mut table)?;
    }
    drop(fleet);
    crowd::measure(&mut table)?;
    subjects::print()?;
    paper::print();
    table.finish()
}
