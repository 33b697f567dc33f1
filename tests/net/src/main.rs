//! Work with crates of crates.io that `cargo xtask bench net` times, natively and in a plugin.

mod load;
mod server;
mod sqlite;
mod tasks;
mod tls;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

/// Anything that can go wrong.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Does something `count` times, in a folder if it needs one. Returns how long that took.
type Work = fn(&Path, u32) -> Result<Duration>;

/// The work by its name, and how often it is done.
const WORK: [(&str, u32, Work); 11] = [
    ("channel", 2_000_000, tasks::channel),
    ("hand-over", 200_000, tasks::hand_over),
    ("spawn", 200_000, tasks::spawn),
    ("blocking", 20_000, tasks::blocking),
    ("insert", 100_000, sqlite::insert),
    ("query", 200_000, sqlite::query),
    ("locked", 50_000, sqlite::locked),
    ("scan", 1_000_000, sqlite::scan),
    ("commit", 25, sqlite::commit),
    ("p256", 200, tls::p256),
    ("ed25519", 200, tls::ed25519),
];

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", name] => server::serve(name),
        ["load", address] => print_one(load::run(address.parse()?)?, load::REQUESTS),
        ["work", name, folder] => {
            let (_, count, work) = WORK.iter().find(|(known, ..)| known == name).ok_or("there is no such work")?;
            print_one(work(Path::new(folder), *count)?, *count)
        }
        _ => Err("usage: net-bench serve <server> | load <address> | work <name> <folder>".into()),
    }
}

/// Prints the nanoseconds that one took.
fn print_one(all: Duration, count: u32) -> Result<()> {
    println!("{}", all.as_secs_f64() * 1e9 / f64::from(count));
    Ok(())
}
